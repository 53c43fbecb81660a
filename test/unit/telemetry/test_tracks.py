"""Poses on their way into history: what is refused, how few vertices are kept, where pieces end."""

from __future__ import annotations

import math

import numpy as np
import pytest

from robot_fleet.telemetry.simplify import LONGEST_S, Simplifier
from robot_fleet.telemetry.tracks import GAP_S, Tracks
from robot_fleet.telemetry.trajectory import Trajectory


def drive(tracks: Tracks, *legs: tuple[float, float, float], from_s: float = 0.0, map_id: str = "m") -> float:
    """Let a robot send five poses a second on legs of so many seconds with a speed (x, y), and return the time."""
    at_s, x_m, y_m = from_s, 0.0, 0.0
    for seconds, x_mps, y_mps in legs:
        for _ in range(round(seconds * 5)):
            tracks.add("a", at_s, x_m, y_m, 0.0, map_id)
            at_s, x_m, y_m = at_s + 0.2, x_m + x_mps / 5, y_m + y_mps / 5
    return at_s


def taken(tracks: Tracks, now_s: float = 1e6) -> Trajectory:
    tracks.fold(now_s)
    return tracks.take(["a"]).get("a", ())


def test_a_straight_drive_is_two_vertices_and_a_turn_one_more() -> None:
    tracks = Tracks()
    drive(tracks, (60.0, 1.0, 0.0))
    (straight,) = taken(tracks)
    assert len(straight) == 2
    assert straight.x_m[-1] == pytest.approx(59.8, abs=0.25)
    drive(tracks, (60.0, 1.0, 0.0), (60.0, 0.0, 1.0), from_s=100.0)
    cornered = taken(tracks)[-1]
    assert len(cornered) == 3
    assert math.dist((cornered.x_m[1], cornered.y_m[1]), (60.0, 0.0)) < 1.3


def test_who_stands_costs_a_vertex_each_ten_minutes() -> None:
    simplifier = Simplifier(GAP_S)
    track, zero = np.zeros(1, np.int64), np.zeros(1)
    settled = [simplifier.add(track, zero + at_s, zero, zero, zero, track) for at_s in np.arange(0.0, 3_000.0, 4.0)]
    at_s = np.concatenate([each.at_s for each in settled])
    assert len(at_s) == 1 + 3_000 // LONGEST_S - 1
    assert np.diff(at_s).max() <= LONGEST_S


def test_silence_and_another_map_begin_new_pieces() -> None:
    tracks = Tracks()
    end_s = drive(tracks, (10.0, 1.0, 0.0))
    end_s = drive(tracks, (10.0, 1.0, 0.0), from_s=end_s + GAP_S + 1.0)
    drive(tracks, (10.0, 1.0, 0.0), from_s=end_s, map_id="upstairs")
    pieces = taken(tracks)
    assert [(piece.map_id, piece.at_s[0], piece.at_s[-1]) for piece in pieces] == [
        ("m", pytest.approx(0.0), pytest.approx(9.8)),
        ("m", pytest.approx(16.0), pytest.approx(25.8)),
        ("upstairs", pytest.approx(26.0), pytest.approx(35.8)),
    ]


def test_a_fast_fleet_may_have_longer_silences() -> None:
    tracks = Tracks(gap_s=60.0)
    for at_s in (0.0, 20.0, 40.0):
        tracks.add("a", at_s, at_s, 0.0, 0.0, "m")
    assert len(taken(tracks)) == 1


@pytest.mark.parametrize("gap_s", [0.0, -1.0, LONGEST_S + 1.0, math.nan])
def test_a_gap_has_bounds(gap_s: float) -> None:
    with pytest.raises(ValueError, match="a gap is above 0"):
        Tracks(gap_s)


@pytest.mark.parametrize("pose", [(math.nan, 0.0, 0.0), (0.0, math.inf, 0.0), (0.0, 0.0, math.nan), (0.0, -2e6, 0.0)])
def test_what_is_no_pose_is_refused(pose: tuple[float, float, float]) -> None:
    tracks = Tracks()
    tracks.add("a", 1.0, *pose, "m")
    assert taken(tracks) == ()
    assert tracks.refused == {"malformed": 1}


def test_poses_out_of_order_and_from_the_future_are_refused() -> None:
    tracks = Tracks()
    for at_s in (1.0, 3.0, 2.0, 3.0, 999.0, 4.0):
        tracks.add("a", at_s, at_s, 0.0, 0.0, "m")
    (piece,) = taken(tracks, now_s=4.0)
    assert (piece.at_s[0], piece.at_s[-1]) == (1.0, 4.0)
    assert tracks.refused == {"out_of_order": 2, "ahead": 1}


def test_a_flood_costs_no_more_than_ten_poses_a_second() -> None:
    tracks = Tracks()
    for number in range(5_000):
        tracks.add("a", number / 1_000.0, float(number % 2) * 5.0, 0.0, 0.0, "m")
    assert len(taken(tracks)[0]) <= 51
