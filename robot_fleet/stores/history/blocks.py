"""Buckets and trajectories as compact bytes.

A block is one byte, the version of the format (1), and a zlib stream. Its contents are little-endian. A *column* of n
whole numbers is one byte, the width w (1, 2, 4 or 8), then the lowest byte of each number, then the next byte of each,
and so on. Signed numbers are folded first: 0, -1, 1, -2 ... become 0, 1, 2, 3 ... A *difference* is from the number
before, that of the first one from 0.

- *Buckets*: n (uint32), the number of the first bucket (int64), the resolution r (float64). Columns: how many buckets
  are missing before each; differences of `count`; then, in steps of r, differences of `mean`; mean - low; high - mean;
  last - low.
- *Trajectory*: n (uint32), the number of pieces p (uint32), the length of the text (uint32); the maps of the pieces, a
  JSON list of texts. A column of p numbers: the vertices of each piece. Columns of n: differences of the times in
  ticks, of x and of y in steps of the grid; the heading in 1/256 turns.
- *Portion* of one robot: the number of its parts (uint16); of each the length of its name (uint8) and of its contents
  (uint32), its name and its contents. Parts are buckets of 1 s by signal, and the trajectory, whose name is empty.
"""

from __future__ import annotations

import json
import math
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from robot_fleet.core.errors import StoreError
from robot_fleet.telemetry.buckets import Buckets
from robot_fleet.telemetry.simplify import GRID_M, TICK_S
from robot_fleet.telemetry.trajectory import Piece, Trajectory

VERSION = 1
TRAJECTORY = ""
"""Name of the trajectory among the parts of a portion."""

_TURN = 2.0 * math.pi / 256.0
_BUCKETS = struct.Struct("<Iqd")
_TRAJECTORY = struct.Struct("<III")
_PARTS = struct.Struct("<H")
_PART = struct.Struct("<BI")
_HIGHEST = 6
"""Compression level."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def packed(parts: Sequence[bytes]) -> bytes:
    """Return a block with some contents.

    Each part gets Huffman codes of its own: columns are mostly noise, so what tells is how often each byte occurs in a
    column, and looking for repeated strings, as zlib does otherwise, loses more than it gains.
    """
    stream = zlib.compressobj(_HIGHEST, zlib.DEFLATED, zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL, zlib.Z_RLE)
    packed = [stream.compress(part) + stream.flush(zlib.Z_BLOCK) for part in parts]
    return b"".join((bytes([VERSION]), *packed, stream.flush()))


def unpacked(block: bytes, where: str) -> bytes:
    """Return the contents of a block.

    Raises
    ------
    StoreError : `store_newer_version`, `store_block_malformed`.
    """
    if block[:1] != bytes([VERSION]):
        message = f"a block of version {block[:1].hex()}, this robot_fleet reads {VERSION}; install the newer version"
        raise StoreError("store_newer_version", message, where)
    try:
        return zlib.decompress(block[1:])
    except zlib.error as error:
        raise StoreError("store_block_malformed", f"a block is damaged: {error}", where) from error


def buckets_written(buckets: Buckets, resolution: float) -> list[bytes]:
    """Return buckets, one at least, as parts of a block.

    Parameters
    ----------
    resolution : what values are rounded to, in their unit.
    """
    low, mean, high, last = (
        np.round(values / resolution).astype(np.int64)
        for values in (buckets.low, buckets.mean, buckets.high, buckets.last)
    )
    mean = np.clip(mean, low, high)
    return [
        _BUCKETS.pack(len(buckets), int(buckets.number[0]), resolution),
        _column(_differences(buckets.number - (buckets.number[0] - 1)) - 1),
        _column(_folded(_differences(buckets.count))),
        _column(_folded(_differences(mean))),
        _column(mean - low),
        _column(high - mean),
        _column(last - low),
    ]


def buckets_read(contents: bytes, width_s: int) -> Buckets:
    """Return the buckets, of a width, that `buckets_written` has written."""
    size, first, resolution = _BUCKETS.unpack_from(contents)
    columns = _Columns(contents, _BUCKETS.size)
    missing, count, mean, below, above, last = (columns.next(size) for _ in range(6))
    mean = np.cumsum(_unfolded(mean))
    low = mean - below
    return Buckets(
        width_s,
        np.cumsum(missing + 1) + (first - 1),
        np.cumsum(_unfolded(count)),
        low * resolution,
        mean * resolution,
        (mean + above) * resolution,
        (low + last) * resolution,
    )


def trajectory_written(trajectory: Trajectory) -> list[bytes]:
    """Return a trajectory as parts of a block."""
    maps = json.dumps([piece.map_id for piece in trajectory], separators=(",", ":")).encode()
    at_s, x_m, y_m, yaw_rad = (
        np.concatenate([np.empty(0), *(getattr(piece, name) for piece in trajectory)])
        for name in ("at_s", "x_m", "y_m", "yaw_rad")
    )

    def differences(values: Floats, step: float) -> bytes:
        return _column(_folded(_differences(np.round(values / step).astype(np.int64))))

    return [
        _TRAJECTORY.pack(len(at_s), len(trajectory), len(maps)) + maps,
        _column(np.array([len(piece) for piece in trajectory], np.int64)),
        differences(at_s, TICK_S),
        differences(x_m, GRID_M),
        differences(y_m, GRID_M),
        _column(np.round(yaw_rad / _TURN).astype(np.int64) % 256),
    ]


def trajectory_read(contents: bytes) -> Trajectory:
    """Return the trajectory that `trajectory_written` has written."""
    size, pieces, length = _TRAJECTORY.unpack_from(contents)
    begin = _TRAJECTORY.size
    maps = json.loads(contents[begin : begin + length])
    columns = _Columns(contents, begin + length)
    ends = np.cumsum(columns.next(pieces)).tolist()
    tick, x, y = (np.cumsum(_unfolded(columns.next(size))).astype(np.float64) for _ in range(3))
    yaw_rad = columns.next(size).astype(np.float64) * _TURN
    whole = Piece("", tick * TICK_S, x * GRID_M, y * GRID_M, yaw_rad)
    return tuple(
        replace(whole.part(begin, end), map_id=map_id)
        for map_id, begin, end in zip(maps, [0, *ends[:-1]], ends, strict=True)
    )


def portion_written(parts: Mapping[str, Sequence[bytes]]) -> bytes:
    """Return the named parts of a portion as the contents of a block."""
    written = [_PARTS.pack(len(parts))]
    for name, part in parts.items():
        title, contents = name.encode(), b"".join(part)
        written += (_PART.pack(len(title), len(contents)), title, contents)
    return b"".join(written)


def portion_read(contents: bytes) -> dict[str, bytes]:
    """Return the contents of each named part that `portion_written` has written."""
    (count,) = _PARTS.unpack_from(contents)
    at, parts = _PARTS.size, {}
    for _ in range(count):
        title, length = _PART.unpack_from(contents, at)
        begin = at + _PART.size + title
        parts[contents[begin - title : begin].decode()] = contents[begin : begin + length]
        at = begin + length
    return parts


class _Columns:
    """Reads columns one after the other."""

    def __init__(self, contents: bytes, at: int) -> None:
        self._contents = contents
        self._at = at

    def next(self, size: int) -> Ints:
        width = self._contents[self._at]
        planes = np.frombuffer(self._contents, np.uint8, width * size, self._at + 1).reshape(width, size)
        self._at += 1 + width * size
        return np.ascontiguousarray(planes.T).view(f"<u{width}")[:, 0].astype(np.int64)


def _column(numbers: Ints) -> bytes:
    """Return whole numbers from 0 up as a column."""
    width = 1
    while int(numbers.max(initial=0)) >> 8 * width:
        width *= 2
    planes = numbers.astype(f"<u{width}").view(np.uint8).reshape(len(numbers), width).T
    return bytes([width]) + planes.tobytes()


def _differences(numbers: Ints) -> Ints:
    differences = numbers.copy()
    differences[1:] -= numbers[:-1]
    return differences


def _folded(numbers: Ints) -> Ints:
    return (numbers << 1) ^ (numbers >> 63)


def _unfolded(numbers: Ints) -> Ints:
    return (numbers >> 1) ^ -(numbers & 1)
