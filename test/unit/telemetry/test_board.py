"""The board: four axes, and no data is never good data; and the parts of a robot."""

from __future__ import annotations

import math
from dataclasses import replace

from robot_fleet.core.clock import Now
from robot_fleet.core.geometry import Pose
from robot_fleet.core.health import Health, HealthRule, Level
from robot_fleet.core.lifecycles.link import LinkState
from robot_fleet.core.order import RobotReport
from robot_fleet.telemetry import parts
from robot_fleet.telemetry.board import Board
from robot_fleet.telemetry.parts import MOST_PARTS, SILENT_AFTER_S, Parts
from test.factories import make_site

LOW = HealthRule("low", "soc_pct", Level.WARNING, clear=30.0, below=25.0, raise_after_s=5.0)
STUCK = HealthRule("stuck", "still_s", Level.ERROR, clear=5.0, above=60.0)
HOT = HealthRule("hot", "cpu_temperature", Level.ERROR, clear=60.0, above=70.0)


def make_board() -> Board:
    return Board(replace(make_site(), health=Health({rule.code: rule for rule in (LOW, STUCK, HOT)})))


def report(at_s: float, soc_pct: float = 80.0, **changes: object) -> RobotReport:
    values: dict[str, object] = {
        "robot": "log_1",
        "boot": "b",
        "seq": 1,
        "at_s": at_s,
        "order": "",
        "update": 0,
        "released": 0,
        "results": (),
        "state": "driving",
        "pose": Pose(0.0, 0.0),
        "speed_mps": 0.0,
        "soc_pct": soc_pct,
        "charging": False,
        "docked_at": "",
        "odometer_m": 0.0,
        "loaded_m": 0.0,
        "energy_wh": 0.0,
        "load": (),
        "conditions": (),
    }
    return RobotReport(**(values | changes))  # type: ignore[arg-type]


def test_a_robot_never_heard_is_unknown_in_every_way() -> None:
    board = make_board()
    board.look(Now(100.0, 100.0))
    robot = board.robot("log_1")
    assert (robot.freshness, robot.health, robot.activity, robot.conditions) == (LinkState.NEVER, "unknown", "", ())
    assert math.isnan(robot.remaining_s) and math.isnan(robot.soc_pct)


def test_a_silent_robot_is_stale_and_then_offline_and_its_health_is_unknown() -> None:
    board = make_board()
    board.hear(report(100.0), Now(100.0, 100.0))
    seen = []
    for age_s in (0.0, 3.0, 3.1, 15.0, 15.1):
        board.look(Now(100.0 + age_s, 100.0 + age_s))
        robot = board.robot("log_1")
        seen.append((robot.freshness.value, robot.health, math.isnan(robot.remaining_s)))
    assert seen == [
        ("live", "ok", False),
        ("live", "ok", False),
        ("stale", "unknown", True),
        ("stale", "unknown", True),
        ("offline", "unknown", True),
    ]


def test_it_is_as_fresh_as_the_older_of_its_words() -> None:
    board = make_board()
    board.hear(report(100.0), Now(100.0, 100.0))
    board.hear_report(report(104.0), Now(104.0, 104.0))
    board.look(Now(104.0, 104.0))
    assert (board.robot("log_1").freshness, board.robot("log_1").age_s) == (LinkState.STALE, 4.0), "its pose is old"


def test_old_data_raises_nothing_and_clears_nothing() -> None:
    board = make_board()
    board.hear(report(100.0, soc_pct=20.0), Now(100.0, 100.0))
    for second in range(1, 200):
        board.look(Now(100.0 + second, 100.0 + second))
    assert board.conditions == (), "neither low after five seconds nor stuck after sixty: it was not heard for so long"
    for second in range(200, 207):
        board.hear(report(100.0 + second, soc_pct=20.0, state="idle"), Now(100.0 + second, 100.0 + second))
        board.look(Now(100.0 + second, 100.0 + second))
    for second in range(207, 300):
        board.look(Now(100.0 + second, 100.0 + second))
    assert [condition.code for condition in board.conditions] == ["low"]


def test_only_what_a_rule_watches_is_wanted_of_diagnostics() -> None:
    assert make_board().numbers == {"cpu_temperature"}


def test_a_part_that_is_silent_is_worse_than_one_that_fails() -> None:
    told = Parts()
    told.note("base", parts.OK, "fine", 0.0)
    told.note("lidar", parts.ERROR, "no data", 0.0)
    assert told.worst(SILENT_AFTER_S) == (parts.ERROR, "lidar: no data")
    told.note("base", parts.OK, "fine", 6.0)
    assert told.worst(6.0) == (parts.STALE, "lidar: silent")
    told.note("lidar", parts.OK, "fine", 7.0)
    assert told.worst(7.0) == (parts.OK, "")


def test_parts_are_bounded() -> None:
    told = Parts()
    assert all(told.note(f"part {number}", parts.OK, "", 0.0) for number in range(MOST_PARTS))
    assert not told.note("one more", parts.ERROR, "", 0.0)
    assert told.note("part 7", parts.ERROR, "broken", 0.0)
    assert told.worst(0.0) == (parts.ERROR, "part 7: broken")
