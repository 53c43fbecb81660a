"""Judges of how robots moved, from the trace alone."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from robot_fleet.core.site import Site
from robot_fleet.runtime.scenarios import expectations as e
from robot_fleet.runtime.scenarios.evidence import Evidence, Verdict
from robot_fleet.runtime.scenarios.judges.pieces import Piece, worst
from robot_fleet.runtime.scenarios.truth import Floats, Track, gaps_m
from robot_fleet.runtime.scenarios.watches import inside

SLACK_MPS = 0.03
"""Positions in a trace have four decimals and speeds come from their differences."""
JOINT_M = 0.75
"""So near to a lane its limit counts: Nav2 takes a pose as passed within 0.7 m."""
NEAR_M = 2.0
_MOVES_MPS = 0.05
_EVERY = 5
"""Speeds against lanes are looked at twice a second."""
_TOUCH_M = -0.002


def meetings(run: Evidence, within_m: float) -> Iterator[tuple[str, str, Floats, Floats]]:
    """Yield each pair of a robot and another robot or a body that come near each other, with instants and gaps."""
    robots = run.truth.robots
    for a, b in itertools.combinations(robots, 2):
        yield a, b, *gaps_m(robots[a], robots[b], within_m)
    for a, track in robots.items():
        for b, body in run.truth.bodies.items():
            yield a, b, *gaps_m(track, body, within_m)


def no_contact(run: Evidence) -> Verdict:
    """Judge whether any two rectangles overlapped."""
    broken: list[tuple[float, Piece]] = []
    nearest: list[tuple[float, Piece]] = []
    for a, b, t_s, gap_m in meetings(run, NEAR_M):
        if not len(t_s):
            continue
        hits = gap_m < _TOUCH_M
        for first in _beginnings(t_s[hits]):
            broken.append((-first, _where(run, f"{a} touches {b}", a, b, first)))
        low = int(np.argmin(gap_m))
        piece = _where(run, f"{a} and {b} came within {gap_m[low]:.2f} m", a, b, float(t_s[low]))
        nearest.append((-float(gap_m[low]), {**piece, "value": round(float(gap_m[low]), 3), "unit": "m"}))
    sentence = f"{len(broken)} contacts" if broken else "nobody touched anybody"
    return Verdict(not broken, sentence, worst(broken, nearest))


def contacts(run: Evidence) -> int:
    """Return how many contacts began."""
    return sum(len(_beginnings(t_s[gap_m < _TOUCH_M])) for _, _, t_s, gap_m in meetings(run, NEAR_M))


def _beginnings(t_s: Floats) -> list[float]:
    """Return the first of each stretch of instants."""
    if not len(t_s):
        return []
    starts = np.concatenate(([True], np.diff(t_s) > 0.15))
    return [float(t) for t in t_s[starts]]


def _where(run: Evidence, what: str, a: str, b: str, at_s: float) -> Piece:
    track = run.truth.robots[a]
    row = track.row(at_s)
    x_m, y_m = round(float(track.x_m[row]), 2), round(float(track.y_m[row]), 2)
    return {"what": what, "at_s": round(at_s, 1), "robot": a, "other": b, "x_m": x_m, "y_m": y_m}


def nearest_m(run: Evidence) -> float | None:
    """Return the smallest gap between two robots of which one drove, None if they never came near."""
    found = [gap for _, _, _, gap in _near_driving(run)]
    return min(found, default=None)


def _near_driving(run: Evidence) -> list[tuple[str, str, float, float]]:
    """Return of each pair of robots when they were nearest while one of them drove, and how near."""
    robots = run.truth.robots
    found = []
    for a, b in itertools.combinations(robots, 2):
        t_s, gap_m = gaps_m(robots[a], robots[b], NEAR_M)
        if not len(t_s):
            continue
        drives = _drives_at(robots[a], t_s) | _drives_at(robots[b], t_s)
        if drives.any():
            low = int(np.argmin(np.where(drives, gap_m, np.inf)))
            found.append((a, b, float(t_s[low]), float(gap_m[low])))
    return found


def _drives_at(track: Track, t_s: Floats) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    moving = np.append(track.speed_mps, 0.0) > _MOVES_MPS
    rows = np.clip(np.searchsorted(track.t_s, t_s + 1e-6) - 1, 0, len(moving) - 1)
    return np.asarray(moving[rows])


def apart_by(run: Evidence, at_least_m: float) -> Verdict:
    """Judge how near two robots came to each other while one of them drove."""
    broken: list[tuple[float, Piece]] = []
    kept: list[tuple[float, Piece]] = []
    for a, b, at_s, gap_m in _near_driving(run):
        piece = _where(run, f"{a} and {b} came within {gap_m:.2f} m", a, b, at_s)
        piece |= {"value": round(gap_m, 3), "limit": at_least_m, "unit": "m"}
        (kept if gap_m >= at_least_m else broken).append((-gap_m, piece))
    return Verdict(not broken, f"{len(broken)} pairs came nearer than {at_least_m:g} m", worst(broken, kept))


def legal_speeds(run: Evidence) -> Verdict:
    """Judge each robot's speed against its kind, its load, the lanes about it and the zones that it is in."""
    broken: list[tuple[float, Piece]] = []
    kept: list[tuple[float, Piece]] = []
    lanes = _Lanes(run.ground.site)
    for name, track in run.truth.robots.items():
        kind = run.ground.site.kinds[run.ground.site.robots[name].kind]
        speed = track.speed_mps
        limit = np.where(track.laden[1:] & track.laden[:-1], kind.loaded_speed_mps, kind.speed_mps)
        rows = np.flatnonzero(speed > _MOVES_MPS)[::_EVERY]
        limit[rows] = np.minimum(limit[rows], lanes.limits_mps(kind.id, track.x_m[rows], track.y_m[rows]))
        over = speed - limit - SLACK_MPS
        if not len(over):
            continue
        high = int(np.argmax(over))
        what = f"{name} drove {speed[high]:.2f} m/s where {limit[high]:.2f} m/s is allowed"
        piece: Piece = {
            "what": what,
            "robot": name,
            "at_s": round(float(track.t_s[high]), 1),
            "value": round(float(speed[high]), 3),
            "limit": round(float(limit[high]), 3),
            "unit": "m/s",
            "x_m": round(float(track.x_m[high]), 2),
            "y_m": round(float(track.y_m[high]), 2),
        }
        (broken if over[high] > 0.0 else kept).append((float(over[high]), piece))
    return Verdict(not broken, f"{len(broken)} robots were too fast", worst(broken, kept))


class _Lanes:
    """Speed limits of lanes and zones, asked for many points at once."""

    def __init__(self, site: Site) -> None:
        self._zones = [zone for zone in site.zones.values() if zone.speed_mps > 0.0]
        lines = []
        for lane in site.lanes.values():
            a, b = site.vertices[lane.start].pose, site.vertices[lane.end].pose
            limit_mps = lane.speed_mps if lane.speed_mps > 0.0 else np.inf
            lines.append((a.x_m, a.y_m, b.x_m, b.y_m, limit_mps))
        self._lines = np.array(sorted(set(lines)), dtype=np.float64).reshape(-1, 5)

    def limits_mps(self, kind: str, x_m: Floats, y_m: Floats) -> Floats:
        """Return the limit at each point: the highest of the lanes about it, the lowest of its zones."""
        limits = np.full(len(x_m), -np.inf)
        for ax, ay, bx, by, limit_mps in self._lines:
            if limits.min(initial=np.inf) == np.inf:
                break
            near = (np.minimum(ax, bx) - JOINT_M <= x_m) & (x_m <= np.maximum(ax, bx) + JOINT_M)
            near &= (np.minimum(ay, by) - JOINT_M <= y_m) & (y_m <= np.maximum(ay, by) + JOINT_M)
            index = np.flatnonzero(near)
            if not len(index):
                continue
            dx, dy = bx - ax, by - ay
            share = ((x_m[index] - ax) * dx + (y_m[index] - ay) * dy) / max(dx * dx + dy * dy, 1e-9)
            share = np.clip(share, 0.0, 1.0)
            away = np.hypot(x_m[index] - ax - share * dx, y_m[index] - ay - share * dy)
            index = index[away <= JOINT_M]
            limits[index] = np.maximum(limits[index], limit_mps)
        limits[limits == -np.inf] = np.inf
        for zone in self._zones:
            if not zone.kinds or kind in zone.kinds:
                there = np.array([inside(zone.outline, x, y) for x, y in zip(x_m, y_m, strict=True)], dtype=bool)
                limits[there] = np.minimum(limits[there], zone.speed_mps)
        return limits


def distances_agree(run: Evidence, within_pct: float) -> Verdict:
    """Judge what the fleet believes that robots have driven against the sum of their ways."""
    broken: list[tuple[float, Piece]] = []
    kept: list[tuple[float, Piece]] = []
    for name, track in run.truth.robots.items():
        driven_m, told_m = track.distance_m, run.distances_m.get(name, 0.0)
        if driven_m < 1.0 and told_m < 1.0:
            continue
        off_pct = abs(told_m - driven_m) / max(driven_m, 1.0) * 100.0
        piece: Piece = {
            "what": f"{name} drove {driven_m:.1f} m, the fleet says {told_m:.1f} m",
            "robot": name,
            "value": round(off_pct, 2),
            "limit": within_pct,
            "unit": "%",
        }
        (kept if off_pct <= within_pct else broken).append((off_pct, piece))
    return Verdict(not broken, f"{len(broken)} distances are off by more than {within_pct:g} %", worst(broken, kept))


def keeps_out(run: Evidence, each: e.KeepsOut) -> Verdict:
    """Judge whether robots stayed out of a zone while a fault lasted."""
    struck = run.fault(each.fault)
    if struck.begin_s is None:
        return Verdict(False, f"{each.fault} never began", [{"what": f"{each.fault} never began", "fault": each.fault}])
    outline = run.ground.site.zones[each.zone].outline
    until_s = run.end_s if struck.end_s is None else struck.end_s
    broken: list[tuple[float, Piece]] = []
    for name, track in run.truth.robots.items():
        first, last = track.row(struck.begin_s), track.row(until_s)
        was_in = inside(outline, float(track.x_m[first]), float(track.y_m[first]))
        for row in range(first, last + 1, _EVERY):
            is_in = inside(outline, float(track.x_m[row]), float(track.y_m[row]))
            if is_in and not was_in:
                at_s = round(float(track.t_s[row]), 1)
                what = f"{name} comes into {each.zone}"
                broken.append((-at_s, {"what": what, "robot": name, "zone": each.zone, "at_s": at_s}))
                break
            was_in = was_in and is_in
    return Verdict(not broken, f"{len(broken)} robots came into {each.zone}", worst(broken, []))
