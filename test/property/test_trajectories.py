"""The promise of a trajectory, on wild tracks: near each pose at nearly its time, and nothing where nothing was heard.

The check is one of its own: it looks at every segment that a robot may have been on within the slack.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from robot_fleet.telemetry.simplify import ERROR_M, GRID_M, LONGEST_S, SLACK_S, TICK_S
from robot_fleet.telemetry.tracks import GAP_S, Tracks
from robot_fleet.telemetry.trajectory import Piece, Trajectory, between, joined, spans

ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class Seen:
    at_s: float
    x_m: float
    y_m: float
    map_id: str


# How a robot goes on: (what it does, for how many poses, seconds between them, size of what it does, noise in metres).
LEGS = st.lists(
    st.tuples(
        st.sampled_from(["stand", "drive", "turn", "back", "reel", "jump", "other map", "silent"]),
        st.integers(1, 40),
        st.sampled_from([0.03, 0.1, 0.2, 0.2, 1.0, 2.0, 4.9, 20.0]),
        st.floats(0.0, 1.0),
        st.sampled_from([0.0, 0.03, 0.1, 0.3]),
    ),
    min_size=1,
    max_size=8,
)


def poses(legs: list[tuple[str, int, float, float, float]], seed: int) -> list[Seen]:
    rng = np.random.default_rng(seed)
    at_s, x_m, y_m, yaw_rad, map_id = float(rng.uniform(0.0, 1e5)), 0.0, 0.0, float(rng.uniform(-3.0, 3.0)), "a"
    found = []
    for what, count, step_s, size, noise_m in legs:
        speed_mps = {"drive": 3.0 * size, "turn": 1.5 * size, "back": -1.5 * size}.get(what, 0.0)
        if what == "jump":
            x_m, y_m = rng.uniform(-1e5, 1e5, 2) * size
        if what == "other map":
            map_id = "b" if map_id == "a" else "a"
        if what == "silent":
            at_s += 700.0 * size
        for _ in range(count):
            at_s += step_s * float(rng.uniform(0.8, 1.2))
            yaw_rad += {"turn": 0.8 * step_s, "reel": float(rng.normal())}.get(what, 0.0) * size
            reeling_m = 2.0 * size if what == "reel" else 0.0
            x_m += (speed_mps * step_s + reeling_m) * math.cos(yaw_rad)
            y_m += (speed_mps * step_s + reeling_m) * math.sin(yaw_rad)
            seen_m = rng.normal(0.0, noise_m, 2)
            found.append(Seen(at_s, x_m + seen_m[0], y_m + seen_m[1], map_id))
    return found


def taken(seen: list[Seen]) -> list[Seen]:
    """Return the poses that are taken: the first in each tick."""
    found: list[Seen] = []
    for pose in seen:
        if not found or round(pose.at_s / TICK_S) > round(found[-1].at_s / TICK_S):
            found.append(pose)
    return found


def distance_m(piece: Piece, pose: Seen) -> float:
    """Return how near the piece comes to a pose within the slack."""
    first = max(0, int(np.searchsorted(piece.at_s, pose.at_s - SLACK_S)) - 1)
    last = max(first + 1, min(int(np.searchsorted(piece.at_s, pose.at_s + SLACK_S)), len(piece) - 1))
    nearest = math.inf
    for a in range(first, last):
        b = min(a + 1, len(piece) - 1)
        begin_s, end_s = piece.at_s[a], piece.at_s[b]
        low_s, high_s = max(pose.at_s - SLACK_S, begin_s), min(pose.at_s + SLACK_S, end_s)
        if low_s > high_s + ROUNDING:
            continue
        dx_m, dy_m = piece.x_m[b] - piece.x_m[a], piece.y_m[b] - piece.y_m[a]
        square = dx_m**2 + dy_m**2
        wanted = ((pose.x_m - piece.x_m[a]) * dx_m + (pose.y_m - piece.y_m[a]) * dy_m) / square if square else 0.0
        low, high = ((at_s - begin_s) / (end_s - begin_s) if b > a else 0.0 for at_s in (low_s, high_s))
        part = min(max(wanted, low), high)
        off_m = (piece.x_m[a] + part * dx_m - pose.x_m, piece.y_m[a] + part * dy_m - pose.y_m)
        nearest = min(nearest, math.hypot(*off_m))
    return nearest


def assert_promise(trajectory: Trajectory, seen: list[Seen]) -> None:
    """Each pose is near its own piece, and pieces end where silence or another map begins."""
    own: list[list[Seen]] = []
    for pose in seen:
        ticks = 0 if not own else round(pose.at_s / TICK_S) - round(own[-1][-1].at_s / TICK_S)
        if not own or pose.map_id != own[-1][-1].map_id or ticks * TICK_S > GAP_S + ROUNDING:
            own.append([])
        own[-1].append(pose)
    assert [piece.map_id for piece in trajectory] == [group[0].map_id for group in own]
    for piece, group in zip(trajectory, own, strict=True):
        assert abs(piece.at_s[0] - group[0].at_s) <= TICK_S / 2.0 + ROUNDING
        assert abs(piece.at_s[-1] - group[-1].at_s) <= TICK_S / 2.0 + ROUNDING
        assert np.all(np.diff(piece.at_s) > 0.0)
        assert np.all(np.diff(piece.at_s) <= LONGEST_S + ROUNDING)
        for values, step in ((piece.at_s, TICK_S), (piece.x_m, GRID_M), (piece.y_m, GRID_M)):
            np.testing.assert_allclose(values / step, np.round(values / step), atol=1e-4)
        for pose in group:
            assert distance_m(piece, pose) <= ERROR_M + ROUNDING


def feed(tracks: Tracks, robot: str, seen: list[Seen]) -> None:
    for pose in seen:
        tracks.add(robot, pose.at_s, pose.x_m, pose.y_m, 0.0, pose.map_id)


@given(LEGS, st.integers(0, 10_000))
@settings(max_examples=80)
def test_a_trajectory_comes_near_each_pose(legs: list[tuple[str, int, float, float, float]], seed: int) -> None:
    seen = poses(legs, seed)
    tracks = Tracks()
    feed(tracks, "r", seen)
    tracks.fold(seen[-1].at_s)
    assert_promise(tracks.take(["r"])["r"], taken(seen))


@given(st.lists(LEGS, min_size=2, max_size=3), st.integers(0, 10_000), st.integers(1, 30))
@settings(max_examples=30)
def test_it_holds_for_several_robots_whenever_one_looks(
    robots: list[list[tuple[str, int, float, float, float]]], seed: int, portion: int
) -> None:
    """Portions are joined as a store does; what is there after each portion keeps the promise already."""
    tracks = Tracks()
    whole: dict[int, Trajectory] = dict.fromkeys(range(len(robots)), ())
    seen = [poses(legs, seed + number) for number, legs in enumerate(robots)]
    for begin in range(0, max(map(len, seen)), portion):
        for number, its in enumerate(seen):
            feed(tracks, str(number), its[begin : begin + portion])
        tracks.fold(1e9)
        for name, part in tracks.take(map(str, range(len(robots)))).items():
            whole[int(name)] = joined(whole[int(name)], part)
            assert_promise(whole[int(name)], taken(seen[int(name)][: begin + portion]))
    assert tracks.take(map(str, range(len(robots)))) == {}


@given(LEGS, st.integers(0, 10_000), st.sampled_from([1, 7, 60]))
@settings(max_examples=40)
def test_spans_of_time_make_the_whole_again(
    legs: list[tuple[str, int, float, float, float]], seed: int, span_s: int
) -> None:
    seen = poses(legs, seed)
    tracks = Tracks()
    feed(tracks, "r", seen)
    tracks.fold(seen[-1].at_s)
    whole = tracks.take(["r"])["r"]
    again: Trajectory = ()
    for span, part in spans(whole, span_s):
        inside = [at_s // span_s == span for piece in part for at_s in piece.at_s]
        assert sum(not each for each in inside) <= len(part)
        again = joined(again, part)
    assert [piece.at_s.tolist() for piece in again] == [piece.at_s.tolist() for piece in whole]
    from_s, to_s = (float(whole[0].at_s[0] + part * (whole[-1].at_s[-1] - whole[0].at_s[0])) for part in (0.3, 0.6))
    cut = between(whole, from_s, to_s)
    for pose in taken(seen):
        # A piece that is cut still has the vertices on both sides of each instant of the period.
        if from_s + SLACK_S <= pose.at_s <= to_s - SLACK_S:
            assert min(distance_m(piece, pose) for piece in cut if piece.map_id == pose.map_id) <= ERROR_M + ROUNDING
