"""The format of blocks: what is written comes back, as the description says, and in little room."""

from __future__ import annotations

import json
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot_fleet.core.errors import StoreError
from robot_fleet.stores.history import blocks
from robot_fleet.telemetry.buckets import Buckets
from robot_fleet.telemetry.trajectory import Piece

FIGURES = st.floats(-1e8, 1e8)


@st.composite
def bucket_lists(draw: st.DrawFn) -> tuple[Buckets, float]:
    numbers = sorted(draw(st.sets(st.integers(0, 2**40), min_size=1, max_size=30)))
    resolution = draw(st.sampled_from([0.1, 0.01, 1.0, 25.0]))
    drawn = [sorted(draw(st.tuples(FIGURES, FIGURES, FIGURES, FIGURES))) for _ in numbers]
    low, mean, last, high = (np.array(column) for column in zip(*drawn, strict=True))
    count = np.array(draw(st.lists(st.integers(1, 2**31), min_size=len(numbers), max_size=len(numbers))))
    return Buckets(60, np.array(numbers), count, low, mean, high, last), resolution


@given(bucket_lists())
def test_buckets_come_back_to_their_resolution(drawn: tuple[Buckets, float]) -> None:
    buckets, resolution = drawn
    block = blocks.packed(blocks.buckets_written(buckets, resolution))
    again = blocks.buckets_read(blocks.unpacked(block, "here"), 60)
    np.testing.assert_array_equal(again.number, buckets.number)
    np.testing.assert_array_equal(again.count, buckets.count)
    for name in ("low", "mean", "high", "last"):
        np.testing.assert_allclose(getattr(again, name), getattr(buckets, name), atol=0.501 * resolution, rtol=1e-15)
    assert np.all((again.low <= again.mean) & (again.mean <= again.high))


def test_what_is_read_is_written_the_same_again() -> None:
    rng = np.random.default_rng(1)
    value = rng.normal(50.0, 3.0, 500)
    buckets = Buckets(1, np.arange(500), np.ones(500, np.int64), value, value, value, value)
    once = blocks.packed(blocks.buckets_written(buckets, 0.1))
    assert blocks.packed(blocks.buckets_written(blocks.buckets_read(blocks.unpacked(once, ""), 1), 0.1)) == once


def pieces(rng: np.random.Generator) -> tuple[Piece, ...]:
    found, at_s = [], 100.0
    for map_id, count in (("ground", 40), ("지하", 1), ("ground", 3)):
        times = at_s + np.cumsum(rng.integers(1, 6_000, count)) / 10.0
        x_m, y_m = np.round(rng.uniform(-1e4, 1e4, (2, count)) / 0.02) * 0.02
        found.append(Piece(map_id, times, x_m, y_m, rng.uniform(-np.pi, np.pi, count)))
        at_s = times[-1] + 5.0
    return tuple(found)


def test_a_trajectory_comes_back_to_a_turn_of_256() -> None:
    written = pieces(np.random.default_rng(2))
    again = blocks.trajectory_read(blocks.unpacked(blocks.packed(blocks.trajectory_written(written)), "here"))
    assert [piece.map_id for piece in again] == ["ground", "지하", "ground"]
    for before, after in zip(written, again, strict=True):
        np.testing.assert_allclose(after.at_s, before.at_s, atol=1e-6)
        np.testing.assert_allclose(after.x_m, before.x_m, atol=1e-6)
        np.testing.assert_allclose(after.y_m, before.y_m, atol=1e-6)
        turned = np.remainder(after.yaw_rad - before.yaw_rad + np.pi, 2.0 * np.pi) - np.pi
        assert np.abs(turned).max() <= 2.0 * np.pi / 512.0 + 1e-9


class Described:
    """Reads a block by its description alone."""

    def __init__(self, block: bytes) -> None:
        assert block[0] == 1
        self.rest = zlib.decompress(block[1:])

    def unpack(self, form: str) -> tuple[float, ...]:
        found = struct.unpack_from(f"<{form}", self.rest)
        self.rest = self.rest[struct.calcsize(f"<{form}") :]
        return found

    def column(self, size: int) -> list[int]:
        width = self.rest[0]
        planes = [self.rest[1 + plane * size : 1 + (plane + 1) * size] for plane in range(width)]
        self.rest = self.rest[1 + width * size :]
        return [int.from_bytes(bytes(each), "little") for each in zip(*planes, strict=True)]

    def differences(self, size: int) -> list[int]:
        found, now = [], 0
        for folded in self.column(size):
            now += -(folded + 1) // 2 if folded % 2 else folded // 2
            found.append(now)
        return found


def test_buckets_are_as_described() -> None:
    low, mean, high, last = np.array([[1.0, -300.0], [2.0, -2.5], [4.0, 900.0], [3.0, 0.5]])
    buckets = Buckets(60, np.array([7, 10]), np.array([300, 299]), low, mean, high, last)
    block = Described(blocks.packed(blocks.buckets_written(buckets, 0.5)))
    assert block.unpack("Iqd") == (2, 7, 0.5)
    assert block.column(2) == [0, 2]
    assert block.differences(2) == [300, 299]
    assert block.differences(2) == [4, -5]
    assert [block.column(2) for _ in range(3)] == [[2, 595], [4, 1805], [4, 601]]
    assert block.rest == b""


def test_trajectories_and_portions_are_as_described() -> None:
    at_s, x_m, y_m = np.array([[10.0, 12.5, 20.0], [0.0, 1.0, -1.0], [0.02, 0.04, 0.0]])
    yaw_rad = np.array([0.0, np.pi, -np.pi / 2.0])
    whole = Piece("m", at_s, x_m, y_m, yaw_rad)
    part = blocks.trajectory_written((whole.part(0, 2), whole.part(2, 3)))
    portion = Described(blocks.packed([blocks.portion_written({"": part})]))
    assert portion.unpack("H") == (1,)
    named, length = portion.unpack("BI")
    assert (named, length) == (0, len(portion.rest))
    size, count, length = portion.unpack("III")
    assert (size, count) == (3, 2)
    assert json.loads(portion.rest[: int(length)]) == ["m", "m"]
    portion.rest = portion.rest[int(length) :]
    assert portion.column(2) == [2, 1]
    assert portion.differences(3) == [100, 125, 200]
    assert portion.differences(3) == [0, 50, -50]
    assert portion.differences(3) == [1, 2, 0]
    assert portion.column(3) == [0, 128, 192]
    assert portion.rest == b""


def test_a_day_of_minutes_of_a_noisy_signal_is_some_2_kb() -> None:
    rng = np.random.default_rng(3)
    samples = rng.normal(np.linspace(90.0, 20.0, 1_440)[:, None], 0.3, (1_440, 300))
    buckets = Buckets(
        60,
        np.arange(1_440),
        np.full(1_440, 300),
        samples.min(axis=1),
        samples.mean(axis=1),
        samples.max(axis=1),
        samples[:, -1],
    )
    assert len(blocks.packed(blocks.buckets_written(buckets, 0.1))) < 2_300


@pytest.mark.parametrize(
    ("block", "code"),
    [
        (b"", "store_newer_version"),
        (b"\x02" + zlib.compress(b"x"), "store_newer_version"),
        (b"\x01", "store_block_malformed"),
        (b"\x01" + zlib.compress(bytes(1_000))[:-3], "store_block_malformed"),
    ],
)
def test_what_is_no_block_of_this_version_is_refused(block: bytes, code: str) -> None:
    with pytest.raises(StoreError) as caught:
        blocks.unpacked(block, "here")
    assert caught.value.code == code
