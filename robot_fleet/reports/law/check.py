"""Whether robots kept the law, recomputed from a trace and the site's files alone.

This shares no code with what plans and releases ways, so that an authority may read it, or write its own:
docs/reference/law_check.md says what is computed, and how exactly. Times are seconds since the first day's midnight.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import yaml
from numpy.typing import NDArray

from robot_fleet.core.errors import RequestError

SPEED_SLACK_MPS, SPEED_SLACK = 0.02, 0.02
"""What a trace's rounding makes of a speed, and so much of the limit besides."""
MASS_SLACK_KG, WIDTH_SLACK_M = 0.001, 0.001
WINDOW_S = 0.5
"""A speed is that over so long."""
GAP_S = 1.0
"""Rows further apart than this are not joined by a drive; breaches nearer to each other are one."""
LOOK_S = 60.0
"""A robot that stands is looked at this often for whether its papers are valid."""
KMH_PER_MPS = 3.6
COLUMNS = ("t_s", "robot", "x_m", "y_m", "yaw_rad", "length_m", "width_m", "mass_kg", "event")

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that a robot broke in a zone.

    Parameters
    ----------
    rule : speed, mass, width, carriageway, certificate, insurance or permit.
    from_s, to_s : when, first and last row.
    worst, limit : m/s, kg or m; None where there is nothing to measure.
    """

    robot: str
    zone: str
    law: str
    rule: str
    from_s: float
    to_s: float
    worst: float | None = None
    limit: float | None = None


@dataclass(frozen=True, slots=True)
class Visits:
    """What was looked at: seconds that robots were in zones with a law, and how often they came in."""

    robots: int
    in_zones_s: float
    entries: int


@dataclass(frozen=True, slots=True)
class Track:
    """The rows of one robot, equal ones in a row as one: from `begin_s` to `end_s` it was as the rest says."""

    begin_s: Floats
    end_s: Floats
    x_m: Floats
    y_m: Floats
    yaw_rad: Floats
    length_m: Floats
    width_m: Floats
    mass_kg: Floats


@dataclass(frozen=True, slots=True)
class LawFiles:
    """The site's files as far as they say what the law is."""

    zones: Sequence[Mapping[str, Any]]
    regimes: Mapping[str, Mapping[str, Any]]
    papers: Sequence[Mapping[str, Any]]
    kind_of: Mapping[str, str]
    midnight: datetime
    time_zone: ZoneInfo

    def local(self, at_s: float) -> tuple[str, str]:
        """Return the local date and time of day, as `2026-11-27` and `07:31`."""
        text = (self.midnight + timedelta(seconds=at_s)).astimezone(self.time_zone).isoformat()
        return text[:10], text[11:16]


def read_law(folder: Path, day: str = "") -> LawFiles:
    """Read what a site's folder says of law.

    Parameters
    ----------
    day : date of the trace's first day; the one from which the site is simulated by default.
    """

    def read(name: str) -> Any:
        path = folder / name
        return (yaml.safe_load(path.read_text(encoding="utf-8")) or {}) if path.is_file() else {}

    calendar = read("calendar.yaml")
    zone = ZoneInfo(calendar.get("time_zone", "UTC"))
    first = day or str(calendar.get("simulated_from", "1970-01-01"))
    return LawFiles(
        zones=read("zones.yaml").get("zones", []),
        regimes={path.stem: read(f"law/{path.name}") for path in sorted((folder / "law").glob("*.yaml"))},
        papers=read("papers.yaml").get("papers", []),
        kind_of={robot["id"]: robot["kind"] for robot in read("robots.yaml").get("robots", [])},
        midnight=datetime.fromisoformat(first).replace(tzinfo=zone).astimezone(UTC),
        time_zone=zone,
    )


def read_trace(path: Path) -> dict[str, Track]:
    """Return the rows of each robot, without those of acts.

    Raises
    ------
    RequestError : `request_trace_malformed`.
    """
    runs: dict[str, list[list[Any]]] = {}
    with path.open(encoding="utf-8") as lines:
        header = next(lines, "").rstrip("\n").split(",")
        lacking = [name for name in COLUMNS if name not in header]
        if lacking:
            raise RequestError("request_trace_malformed", f"expected the columns {', '.join(lacking)}", str(path))
        t, robot, *wanted, event = (header.index(name) for name in COLUMNS)
        for number, line in enumerate(lines, 2):
            cells = line.rstrip("\n").split(",")
            if len(cells) != len(header):
                message = f"line {number} has {len(cells)} cells; expected {len(header)}"
                raise RequestError("request_trace_malformed", message, str(path))
            if cells[event]:
                continue
            now, seen = [cells[each] for each in wanted], runs.setdefault(cells[robot], [])
            if seen and seen[-1][2] == now:
                seen[-1][1] = cells[t]
            else:
                seen.append([cells[t], cells[t], now])
    try:
        return {name: _track(seen) for name, seen in sorted(runs.items())}
    except ValueError as error:
        raise RequestError("request_trace_malformed", f"expected numbers: {error}", str(path)) from error


def check_law(
    law: LawFiles, tracks: Mapping[str, Track], withdrawn: Mapping[str, float] | None = None
) -> tuple[list[Breach], Visits]:
    """Return every breach, in order of time, and what was looked at.

    Parameters
    ----------
    withdrawn : papers that were withdrawn while the trace was written, and when.
    """
    breaches: list[Breach] = []
    in_zones_s, entries = 0.0, 0
    for robot, track in tracks.items():
        for zone in law.zones:
            regime = law.regimes.get(zone.get("law", ""))
            kinds = zone.get("kinds") or [law.kind_of.get(robot, "")]
            if regime is None or zone.get("ground") == "estate" or law.kind_of.get(robot, "") not in kinds:
                continue
            inside = is_in_zone(law, zone, track)
            if not inside.any():
                continue
            in_zones_s += float((track.end_s - track.begin_s)[inside].sum() + np.diff(track.begin_s)[inside[:-1]].sum())
            entries += int(inside[0]) + int((inside[1:] & ~inside[:-1]).sum())
            breaches += _measured(robot, zone, regime, track, inside)
            breaches += _papers(law, robot, zone, regime, track, inside, withdrawn or {})
    return sorted(breaches, key=lambda each: (each.from_s, each.robot, each.zone, each.rule)), Visits(
        len(tracks), round(in_zones_s, 1), entries
    )


def is_in_zone(law: LawFiles, zone: Mapping[str, Any], track: Track) -> Bools:
    """Return for each row whether the law of a zone holds for the robot: for any of nine points of its body.

    These are its centre, its corners and the middles of its sides. The law does not hold on estates, nor that of a
    street where one crosses it.
    """
    exempt = {"estate", "crossing"} if zone.get("ground") == "carriageway" else {"estate"}
    others = [each for each in law.zones if each.get("ground") in exempt]
    found = np.zeros(len(track.x_m), dtype=bool)
    cos, sin = np.cos(track.yaw_rad), np.sin(track.yaw_rad)
    for ahead in (-0.5, 0.0, 0.5):
        for left in (-0.5, 0.0, 0.5):
            along, across = ahead * track.length_m, left * track.width_m
            x_m, y_m = track.x_m + along * cos - across * sin, track.y_m + along * sin + across * cos
            here = _in_polygon(zone["outline"], x_m, y_m)
            for other in others if here.any() else ():
                here &= ~_in_polygon(other["outline"], x_m, y_m)
            found |= here
    return found


def _track(runs: list[list[Any]]) -> Track:
    columns = np.array([[run[0], run[1], *run[2]] for run in runs], dtype=np.float64).T
    return Track(*columns)


def _in_polygon(outline: Sequence[Sequence[float]], x_m: Floats, y_m: Floats) -> Bools:
    """Return for each point whether a ray to the east crosses the outline an odd number of times."""
    inside = np.zeros(len(x_m), dtype=bool)
    for (x0, y0), (x1, y1) in zip([outline[-1], *outline[:-1]], outline, strict=True):
        if y0 != y1:
            inside ^= ((y1 > y_m) != (y0 > y_m)) & (x_m < (x0 - x1) * (y_m - y1) / (y0 - y1) + x1)
    return inside


def _measured(
    robot: str, zone: Mapping[str, Any], regime: Mapping[str, Any], track: Track, inside: Bools
) -> Iterator[Breach]:
    speeds, mass_kg = regime.get("speeds", []), track.mass_kg
    if zone.get("ground") == "carriageway" and not regime.get("carriageway", False):
        yield from _told(robot, zone, "carriageway", track, inside, None, None)
    if speeds:
        most_kg = np.full(len(mass_kg), float(speeds[-1]["up_to_kg"]))
        yield from _told(robot, zone, "mass", track, inside & (mass_kg > most_kg + MASS_SLACK_KG), mass_kg, most_kg)
        up_to_kg = np.array([each["up_to_kg"] for each in speeds]) + MASS_SLACK_KG
        row = np.minimum(np.searchsorted(up_to_kg, mass_kg), len(speeds) - 1)
        limit_mps = np.array([each["speed_kmh"] / KMH_PER_MPS for each in speeds])[row]
        speed_mps = _speed(track, inside)
        fast = inside & (speed_mps > limit_mps * (1.0 + SPEED_SLACK) + SPEED_SLACK_MPS)
        yield from _told(robot, zone, "speed", track, fast, speed_mps, limit_mps)
    widest_m, wide = float(regime.get("width_m", 0.0)), regime.get("wide_pavement")
    if wide and zone.get("pavement_m", 0.0) >= wide["from_m"]:
        widest_m = float(wide["width_m"])
    if widest_m:
        is_wide = inside & (track.width_m > widest_m + WIDTH_SLACK_M)
        yield from _told(robot, zone, "width", track, is_wide, track.width_m, np.full(len(mass_kg), widest_m))


def _speed(track: Track, inside: Bools) -> Floats:
    """Return for each row the speed over the window that ends with it, all of it in the zone; 0 where it is not."""
    begin_s, steps = track.begin_s, np.hypot(np.diff(track.x_m), np.diff(track.y_m))
    way_m = np.concatenate(([0.0], np.cumsum(steps)))
    first = np.searchsorted(begin_s, begin_s - WINDOW_S - 1e-6)
    outside = np.concatenate(([0], np.cumsum(~inside)))
    broken = np.concatenate(([0], np.cumsum(np.diff(begin_s) > GAP_S)))
    index = np.arange(len(begin_s))
    took_s = begin_s - begin_s[first]
    whole = (outside[index + 1] == outside[first]) & (broken[index] == broken[first]) & (took_s >= WINDOW_S - 1e-6)
    return np.where(whole, (way_m - way_m[first]) / np.where(took_s > 0.0, took_s, 1.0), 0.0)


def _told(
    robot: str,
    zone: Mapping[str, Any],
    rule: str,
    track: Track,
    broken: Bools,
    values: Floats | None,
    limits: Floats | None,
) -> Iterator[Breach]:
    """Yield breaches, those in a row as one, with the value that is furthest beyond its limit."""
    rows = np.flatnonzero(broken)
    if not len(rows):
        return
    apart = np.flatnonzero(track.begin_s[rows[1:]] - track.end_s[rows[:-1]] > GAP_S) + 1
    for part in np.split(rows, apart):
        worst = limit = None
        if values is not None and limits is not None:
            at = part[int(np.argmax(values[part] - limits[part]))]
            worst, limit = round(float(values[at]), 3), round(float(limits[at]), 3)
        begin_s, end_s = float(track.begin_s[part[0]]), float(track.end_s[part[-1]])
        yield Breach(robot, zone["id"], zone["law"], rule, begin_s, end_s, worst, limit)


def _papers(
    law: LawFiles,
    robot: str,
    zone: Mapping[str, Any],
    regime: Mapping[str, Any],
    track: Track,
    inside: Bools,
    withdrawn: Mapping[str, float],
) -> Iterator[Breach]:
    for kind in regime.get("papers", []):
        mine = [paper for paper in law.papers if paper["kind"] == kind and _is_for(law, paper, robot, zone["id"])]
        begin_s = end_s = None
        known: dict[int, bool] = {}
        for row in np.flatnonzero(inside):
            for at_s in _looks(float(track.begin_s[row]), float(track.end_s[row])):
                minute = int(at_s // LOOK_S)
                if withdrawn or minute not in known:
                    known[minute] = any(_is_valid(law, paper, at_s, withdrawn) for paper in mine)
                if known[minute]:
                    continue
                if begin_s is not None and end_s is not None and at_s - end_s > max(GAP_S, LOOK_S):
                    yield Breach(robot, zone["id"], zone["law"], kind, begin_s, end_s)
                    begin_s = None
                begin_s, end_s = (at_s if begin_s is None else begin_s), at_s
        if begin_s is not None and end_s is not None:
            yield Breach(robot, zone["id"], zone["law"], kind, begin_s, end_s)


def _looks(begin_s: float, end_s: float) -> Iterator[float]:
    yield begin_s
    at_s = (begin_s // LOOK_S + 1.0) * LOOK_S
    while at_s < end_s:
        yield at_s
        at_s += LOOK_S
    if end_s > begin_s:
        yield end_s


def _is_for(law: LawFiles, paper: Mapping[str, Any], robot: str, zone: str) -> bool:
    mine = robot in paper.get("robots", []) or law.kind_of.get(robot, "") in paper.get("kinds", [])
    return mine and (not paper.get("zones") or zone in paper["zones"])


def _is_valid(law: LawFiles, paper: Mapping[str, Any], at_s: float, withdrawn: Mapping[str, float]) -> bool:
    """Return whether a paper is valid: from the first to the last of its days, in its hours, and not withdrawn."""
    day, clock = law.local(at_s)
    hours = paper.get("hours")
    return (
        str(paper["valid_from"]) <= day <= str(paper["valid_to"])
        and (not hours or any(each["begins"] <= clock < each["ends"] for each in hours))
        and at_s < withdrawn.get(paper["id"], np.inf)
    )
