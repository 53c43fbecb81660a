"""Conformance without ROS: what is found in a recording, and what becomes of it."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from robot_fleet.core.errors import RequestError
from robot_fleet.core.geometry import Pose
from robot_fleet.runtime.conformance.certificate import Certificate, Level
from robot_fleet.runtime.conformance.checks import CHECKS, chosen, judge
from robot_fleet.runtime.conformance.course import is_free_path, lay_course, wall_point
from robot_fleet.runtime.conformance.recording import (
    ABORTED,
    CANCELED,
    SUCCEEDED,
    Charge,
    Feedback,
    GoalSeen,
    Motion,
    Offer,
    Recording,
)
from robot_fleet.runtime.conformance.verdict import Outcome
from robot_fleet.site.ground.maps import OccupancyMap

ROOT = Path(__file__).resolve().parents[3]
LINE = ((0.0, 0.0), (6.0, 0.0))
SURE = tuple(0.0004 if index in (0, 7) else 0.0 for index in range(36))


def motion(at_s: float, x_m: float, speed_mps: float = 0.0, **changes: object) -> Motion:
    values: dict[str, object] = {"frame": "odom", "child": "base_link"}
    return Motion(at_s, at_s + 1e9, 0.001, x_m, 0.0, 0.0, speed_mps, **(values | changes))  # type: ignore[arg-type]


def ended(sent_s: float, end_s: float, status: int, code: int = 0, x_m: float = 6.0) -> GoalSeen:
    return GoalSeen(
        sent_s, (x_m, 0.0), answered_s=sent_s + 0.01, accepted=True, ended_s=end_s, status=status, code=code
    )


def sound() -> Recording:
    """A robot that does all as it should: at rest until 10 s, at 6 m from 16 s on, and so on."""

    def x_m(at_s: float) -> float:
        legs = ((10, 16, 0, 6), (20, 22, 6, 4), (40, 42, 4, 4.0), (42, 44, 4, 2), (44, 48, 2, 6), (50, 56, 6, 0))
        here = 0.0
        for begin_s, end_s, a, b in legs:
            if at_s >= begin_s:
                here = a + (b - a) * min(1.0, (at_s - begin_s) / (end_s - begin_s))
        return here

    times = [0.1 * tick for tick in range(900)]
    track = [motion(at_s, x_m(at_s), abs(x_m(at_s + 0.1) - x_m(at_s)) * 10.0) for at_s in times]
    seen = Recording("/r1", LINE)
    seen.odometry = track
    seen.poses = [replace(each, frame="map", child="", covariance=SURE) for each in track]
    seen.charges = [Charge(float(at_s), 0.8, 1 if 80 <= at_s <= 84 else 2) for at_s in range(90)]
    seen.servers = {
        name: f"nav2_msgs/action/{name.title().replace('_', '')}"
        for name in ("navigate_to_pose", "navigate_through_poses", "dock_robot", "undock_robot")
    }
    seen.states = dict.fromkeys(("bt_navigator", "controller_server", "planner_server"), 3)
    seen.offers = {"amcl_pose": [Offer(True, True)]}
    seen.edges = {("map", "odom"), ("odom", "base_link")}
    seen.rest_s, seen.ended_s = (1.0, 3.0), 89.9
    drive, through = ended(10.0, 16.0, SUCCEEDED), ended(40.0, 48.0, SUCCEEDED)
    drive.feedback = [Feedback(10.0 + 0.5 * n, 6.0 - 0.5 * n, None) for n in range(1, 12)]
    through.feedback = [Feedback(40.0 + 0.5 * n, 1.0, 3 if n < 2 else 2 if n < 6 else 1) for n in range(1, 16)]
    cancelled, shorter, longer = ended(20.0, 22.2, CANCELED), ended(50.0, 51.1, ABORTED), ended(51.0, 56.0, SUCCEEDED)
    foreign = ended(60.0, 62.0, CANCELED)
    cancelled.cancel_s, foreign.cancel_s = 22.0, 61.9
    seen.goals = {
        "drive": drive,
        "cancelled": cancelled,
        "wall": ended(30.0, 30.1, ABORTED, 206),
        "outside": ended(30.2, 30.3, ABORTED, 204),
        "through": through,
        "shorter": shorter,
        "longer": longer,
        "foreign": foreign,
        "orphan": ended(70.0, math.inf, 0, x_m=0.0),
        "no_dock": ended(75.0, 75.1, ABORTED, 901),
        "dock": ended(76.0, 80.0, SUCCEEDED),
        "undock": ended(84.0, 85.0, SUCCEEDED),
    }
    seen.burst = [ended(65.0, 65.5, ABORTED) for _ in range(8)]
    seen.path, seen.path_code, seen.path_free, seen.wall_path_code = LINE, 0, True, 206
    seen.late_status, seen.strange_status = SUCCEEDED, 0
    seen.limit_mps, seen.limited = 0.9, (50.0, 55.0)
    seen.orphan_s, seen.docked_s, seen.undocked_s = 70.0, 80.0, 84.0
    seen.marks = {
        "cancelled_watched": 27.0,
        "refusing": 29.0,
        "refused": 32.0,
        "through_pose_0": 4.0,
        "through_pose_1": 2.0,
        "through_pose_2": 6.0,
        "longer_speed": 1.0,
        "longer_watched": 53.0,
        "orphan_end": 0.0,
        "orphan_sign": -1.0,
        "orphan_rest": 71.0,
        "orphan_watched": 73.0,
        "asked_late": 68.0,
    }
    return seen


def failed(seen: Recording) -> set[str]:
    return {each.check.id for each in judge(seen) if each.verdict.outcome is Outcome.FAILED}


def test_a_sound_robot_passes_all() -> None:
    assert {each.check.id: each.verdict for each in judge(sound()) if each.verdict.outcome is not Outcome.PASSED} == {}


def test_what_was_not_seen_is_not_judged_or_fails_but_never_passes() -> None:
    nothing = Recording("/r1")
    outcomes = {each.check.id: each.verdict.outcome for each in judge(nothing)}
    assert [name for name, outcome in outcomes.items() if outcome is Outcome.PASSED] == ["isolation"]


def spoil_goal(name: str, **changes: object) -> Callable[[Recording], None]:
    def spoil(seen: Recording) -> None:
        for key, value in changes.items():
            setattr(seen.goals[name], key, value)

    return spoil


def spoil(**changes: object) -> Callable[[Recording], None]:
    def change(seen: Recording) -> None:
        for key, value in changes.items():
            setattr(seen, key, value)

    return change


def poses(**changes: object) -> Callable[[Recording], None]:
    return lambda seen: seen.poses.__setitem__(slice(None), [replace(each, **changes) for each in seen.poses])  # type: ignore[arg-type]


def odometry(every: int = 1, **changes: object) -> Callable[[Recording], None]:
    def change(seen: Recording) -> None:
        seen.odometry[::every] = [replace(each, **changes) for each in seen.odometry[::every]]  # type: ignore[arg-type]

    return change


def silence(begin_s: float, end_s: float) -> Callable[[Recording], None]:
    def fall_silent(seen: Recording) -> None:
        seen.odometry = [each for each in seen.odometry if not begin_s < each.at_s < end_s]

    return fall_silent


ASYMMETRIC = tuple(0.1 if index == 1 else value for index, value in enumerate(SURE))
HUGE = tuple(4.0 if index in (0, 7) else 0.0 for index in range(36))
FAULTS: list[tuple[str, Callable[[Recording], None]]] = [
    ("servers", lambda seen: seen.servers.pop("undock_robot")),
    ("servers", lambda seen: seen.servers.update(dock_robot="other_msgs/action/Dock")),
    ("lifecycle", spoil(states={"bt_navigator": 2, "controller_server": 3, "planner_server": 3})),
    ("lifecycle", spoil(states={"bt_navigator": None, "controller_server": 3, "planner_server": 3})),
    ("isolation", spoil(leaks=["/tf of /r1/amcl"])),
    ("pose_offer", spoil(offers={"amcl_pose": [Offer(True, False)]})),
    ("pose_offer", spoil(offers={})),
    ("covariance", poses(covariance=ASYMMETRIC)),
    ("covariance", poses(covariance=(0.0,) * 36)),
    ("covariance", poses(covariance=HUGE)),
    ("covariance", poses(covariance=(math.nan,) * 36)),
    ("numbers", odometry(7, unit=0.5)),
    ("numbers", lambda seen: seen.odometry.__setitem__(5, replace(seen.odometry[5], speed_mps=math.nan))),
    ("frames", poses(frame="r1/map")),
    ("frames", odometry(child="r1/base_link")),
    ("transforms", spoil(edges={("odom", "base_link")})),
    ("odom_rate", silence(34.0, 36.0)),
    ("odom_stamps", odometry(10, stamp_s=5.0)),
    ("clock", odometry(skew_s=0.06)),
    ("clock", odometry(skew_s=-0.06)),
    ("battery_range", lambda seen: seen.charges.append(Charge(89.9, 80.0, 2))),
    ("battery_range", lambda seen: seen.charges.append(Charge(89.9, math.nan, 2))),
    ("battery_rate", lambda seen: seen.charges.__delitem__(slice(30, 40))),
    ("accepts", spoil_goal("cancelled", answered_s=21.5)),
    ("distance", lambda seen: seen.goals["drive"].feedback.insert(6, Feedback(13.0, 5.9, None))),
    ("feedback", lambda seen: seen.goals["through"].feedback.__delitem__(slice(8, 12))),
    ("reaches", spoil_goal("drive", target=(6.5, 0.0))),
    ("reaches", spoil_goal("drive", yaw_rad=0.5)),
    ("wall", spoil_goal("wall", code=0)),
    ("wall", spoil_goal("wall", accepted=False)),
    ("outside", spoil_goal("outside", status=SUCCEEDED, code=0)),
    ("cancel_answer", spoil_goal("cancelled", ended_s=26.0)),
    ("cancel_all", spoil_goal("foreign", status=SUCCEEDED)),
    ("poses_left", lambda seen: seen.goals["through"].feedback.append(Feedback(47.9, 1.0, 2))),
    ("order", lambda seen: seen.marks.update(through_pose_0=1.0)),
    ("preempts", lambda seen: seen.marks.update(longer_speed=4.0)),
    ("overtaken", spoil_goal("shorter", ended_s=math.inf)),
    ("limited", spoil(limit_mps=0.5)),
    ("burst", lambda seen: seen.burst.append(GoalSeen(65.0, (0.0, 0.0)))),
    ("late_result", spoil(late_status=0)),
    ("strange_result", spoil(strange_status=None)),
    ("path", spoil(path=((0.0, 0.0), (3.0, 0.0)))),
    ("path_free", spoil(path_free=False)),
    ("path_refused", spoil(wall_path_code=0)),
    ("orphan", lambda seen: seen.marks.update(orphan_end=3.0)),
    ("dock_unknown", spoil_goal("no_dock", code=999)),
    ("docks", spoil_goal("dock", status=ABORTED, code=905)),
    ("undocks", spoil_goal("undock", status=ABORTED, code=905)),
    ("battery_supply", spoil(charges=[Charge(float(at_s), 0.8, 0) for at_s in range(90)])),
]


@pytest.mark.parametrize(
    ("check", "fault"), FAULTS, ids=[f"{number}-{check}" for number, (check, _) in enumerate(FAULTS)]
)
def test_a_fault_fails_its_check_and_no_other(check: str, fault: Callable[[Recording], None]) -> None:
    seen = sound()
    fault(seen)
    assert failed(seen) == {check}


def test_time_in_which_nobody_listened_is_no_silence_of_the_robot() -> None:
    seen = sound()
    silence(34.0, 36.0)(seen)
    seen.deaf = [(34.05, 35.5)]
    assert failed(seen) == set()


def test_a_simulated_clock_is_known_to_one_step_only() -> None:
    seen = sound()
    seen.clock_step_s = 0.4
    odometry(skew_s=0.42)(seen)
    assert failed(seen) == set()


def test_checks_have_ids_of_their_own_and_words_in_both_languages() -> None:
    assert len({check.id for check in CHECKS}) == len(CHECKS) >= 30
    for check in CHECKS:
        assert check.why and check.mend and check.asks.endswith(".")
        assert any("가" <= sign <= "힣" for sign in check.ko)


def test_an_unknown_check_is_refused() -> None:
    with pytest.raises(RequestError, match="servers") as caught:
        chosen(["nonsense"])
    assert caught.value.code == "request_unknown_check"
    assert [check.id for check in chosen(["path", "path", "clock"])] == ["path", "clock"]


# --- the certificate -------------------------------------------------------------------------------------------------


def certificate(seen: Recording, **changes: object) -> Certificate:
    made = Certificate("/r1", "2026-11-27T10:00:00+09:00", "0.1.0", 40.0, LINE, judge(seen))
    return replace(made, **changes)  # type: ignore[arg-type]


def test_the_certificate_follows_its_schema_and_says_what_to_mend() -> None:
    seen = sound()
    spoil_goal("dock", status=ABORTED, code=905)(seen)
    made = certificate(seen)
    schema = json.loads((ROOT / "docs/reference/schemas/conformance.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(made.document(), schema)
    assert (made.passed, made.level) == (False, Level.NOT_CERTIFIED)
    assert "mend: Put the dock into the dock database" in made.text()
    assert "## To mend" in made.markdown()
    assert "error_code 905" in made.markdown()


def test_a_recommended_check_costs_no_certificate() -> None:
    seen = sound()
    seen.path_free = False
    assert certificate(seen).level is Level.CERTIFIED


def test_what_is_mandatory_and_was_not_judged_costs_it() -> None:
    seen = sound()
    del seen.goals["wall"]
    assert certificate(seen).level is Level.NOT_CERTIFIED


def test_levels_say_what_was_left_out() -> None:
    assert certificate(sound()).level is Level.CERTIFIED
    assert certificate(sound(), left_out=(("docks", "no dock"),)).level is Level.CERTIFIED_WITHOUT_CHARGING
    partial = certificate(sound(), is_whole=False)
    assert (partial.level, partial.passed) == (Level.PARTIAL, True)


# --- the course ------------------------------------------------------------------------------------------------------


def room(width_m: float = 10.0, height_m: float = 4.0) -> OccupancyMap:
    """A room with walls 0.3 m thick, in cells of 0.1 m, its inner corner at (0, 0)."""
    grid = np.full((round(height_m * 10) + 6, round(width_m * 10) + 6), 100, np.int8)
    grid[3:-3, 3:-3] = 0
    return OccupancyMap(grid, 0.1, -0.3, -0.3)


def test_the_course_is_the_longest_free_line() -> None:
    course = lay_course(room(), Pose(1.0, 2.0), 6.0, 0.6)
    assert course.length_m == pytest.approx(6.0)
    assert (course.far.x_m, course.far.y_m) == pytest.approx((7.0, 2.0))
    assert course.at(0.5).x_m == pytest.approx(4.0)
    assert course.along_m(4.0, 2.5) == pytest.approx(3.0)


def test_the_course_keeps_its_clearance() -> None:
    course = lay_course(room(), Pose(1.0, 2.0), 20.0, 1.0)
    assert 1.0 <= 10.0 - course.far.x_m <= 1.2


def test_goals_nobody_can_reach_lie_in_a_wall_and_off_the_map() -> None:
    ground = room()
    course = lay_course(ground, Pose(1.0, 2.0), 6.0, 0.6)
    assert course.wall is not None and course.outside is not None
    assert ground.occupied(*course.wall) and ground.inside(*course.wall)
    assert not ground.inside(*course.outside)


def test_a_line_that_is_too_short_is_refused() -> None:
    with pytest.raises(RequestError, match="2 to 6 m") as caught:
        lay_course(room(2.0, 2.0), Pose(1.0, 1.0), 6.0, 0.6)
    assert caught.value.code == "request_no_room"
    with pytest.raises(RequestError) as caught:
        lay_course(room(), Pose(1.0, 2.0), 3.0, 0.6, (8.0, 2.0))
    assert caught.value.code == "request_no_room"


def test_without_a_map_somebody_must_name_a_goal() -> None:
    with pytest.raises(RequestError) as caught:
        lay_course(None, Pose(0.0, 0.0), 6.0, 0.6)
    assert caught.value.code == "request_goal_missing"
    course = lay_course(None, Pose(0.0, 0.0), 6.0, 0.6, (3.0, 0.0))
    assert (course.wall, course.outside) == (None, None)


def test_thin_walls_are_walls() -> None:
    grid = np.zeros((40, 40), np.int8)
    grid[:, 20] = 100
    ground = OccupancyMap(grid, 0.1, 0.0, 0.0)
    assert wall_point(ground, Pose(1.0, 1.0)) == pytest.approx((2.05, 1.05), abs=0.11)
    assert wall_point(OccupancyMap(np.zeros((4, 4), np.int8), 0.1, 0.0, 0.0), Pose(0.0, 0.0)) is None
    assert not is_free_path(ground, ((1.0, 1.0), (3.0, 1.0)))
    assert is_free_path(ground, ((0.5, 1.0), (1.5, 1.0)))
