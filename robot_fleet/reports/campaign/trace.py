"""The trace of a run, as far as a picture needs it: `docs/reference/schemas/trace.md`."""

from __future__ import annotations

import csv
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from robot_fleet.core.errors import RequestError

Floats = NDArray[np.float64]
_FIGURES = ("t_s", "x_m", "y_m", "yaw_rad", "length_m", "width_m")
_OF_TRACE = ("robot", "map_id", "event", *_FIGURES)
_OF_BODIES = ("body", "kind", "map_id", *_FIGURES)
PERSON = "person"


@dataclass(frozen=True)
class Track:
    """Where a robot or a body was: arrays of one length, in the order of time."""

    t_s: Floats
    x_m: Floats
    y_m: Floats
    yaw_rad: Floats
    length_m: Floats
    width_m: Floats

    def row(self, at_s: float) -> int:
        """Return the index of the last row at or before a time, 0 before the first."""
        return max(int(np.searchsorted(self.t_s, at_s + 1e-6)) - 1, 0)


@dataclass(frozen=True, slots=True)
class Act:
    """A physical act, where its robot stood."""

    t_s: float
    robot: str
    event: str
    x_m: float
    y_m: float


@dataclass(frozen=True)
class Motion:
    """What moved in a run, on one map.

    Parameters
    ----------
    robots, people : tracks by id.
    """

    robots: Mapping[str, Track]
    people: Mapping[str, Track]
    acts: tuple[Act, ...]


def read_motion(trace: Path, bodies: Path | None, map_id: str) -> Motion:
    """Return what moved on a map.

    Parameters
    ----------
    bodies : the file of what stood or walked about, if there is one.

    Raises
    ------
    RequestError : `scenario_trace_missing`, `scenario_trace_malformed`.
    """
    rows: dict[str, array[float]] = {}
    acts = []
    for robot, on, event, *cells in _rows(trace, _OF_TRACE):
        if on != map_id:
            continue
        figures = _floats(cells, trace)
        if event:
            acts.append(Act(figures[0], robot, event, figures[1], figures[2]))
        else:
            rows.setdefault(robot, array("d")).extend(figures)
    people: dict[str, array[float]] = {}
    if bodies is not None:
        for body, kind, on, *cells in _rows(bodies, _OF_BODIES):
            if on == map_id and kind == PERSON:
                people.setdefault(body, array("d")).extend(_floats(cells, bodies))
    return Motion(_tracks(rows), _tracks(people), tuple(acts))


def _rows(path: Path, columns: Sequence[str]) -> Iterator[list[str]]:
    """Yield the cells of some columns, row by row."""
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            reader = csv.reader(stream)
            head = next(reader, [])
            if missing := [name for name in columns if name not in head]:
                raise _malformed(path, f"it has no column {missing[0]}")
            at = [head.index(name) for name in columns]
            for row in reader:
                if len(row) != len(head):
                    raise _malformed(path, f"line {reader.line_num} has {len(row)} cells instead of {len(head)}")
                yield [row[index] for index in at]
    except OSError as error:
        message = f"the trace cannot be read: {error.strerror}; ./fleet scenario run --traces DIR keeps traces"
        raise RequestError("scenario_trace_missing", message, str(path)) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise _malformed(path, str(error)) from error


def _floats(cells: Sequence[str], path: Path) -> list[float]:
    try:
        return [float(cell) for cell in cells]
    except ValueError as error:
        raise _malformed(path, str(error)) from error


def _malformed(path: Path, why: str) -> RequestError:
    return RequestError("scenario_trace_malformed", f"this is no trace: {why}", str(path))


def _tracks(rows: Mapping[str, array[float]]) -> dict[str, Track]:
    return {name: Track(*np.frombuffer(values).reshape(-1, len(_FIGURES)).T) for name, values in rows.items()}
