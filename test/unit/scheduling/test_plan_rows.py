"""What is kept about routes is forgotten once it is no longer true."""

from __future__ import annotations

from dataclasses import replace

from robot_fleet.core.plan import Plan, Problem, RobotNeed, StopNeed, TaskNeed
from robot_fleet.scheduling.checking.checker import PlanChecker
from robot_fleet.scheduling.insertion import InsertionPlanner


def test_a_planned_place_that_is_taken_meanwhile_is_left_for_another() -> None:
    places = ("bay", "near", "far")
    task = TaskNeed("car", (StopNeed(0, ("bay",), 1.0), StopNeed(1, ("near", "far"), 1.0)), 100.0, 1.0, 1e6, ("r",))
    ways = ((0.0, 5.0, 9.0), (5.0, 0.0, 5.0), (9.0, 5.0, 0.0))
    free = Problem(
        0.0, (RobotNeed("r", "bay", 0.0, "c", 10.0),), (task,), {"c": places}, {"c": ways},
        exclusive=frozenset(("near", "far")),
    )  # fmt: skip
    planner = InsertionPlanner()
    first = planner.insert(free, Plan())
    assert [stop.place for stop in first.routes["r"]] == ["bay", "near"]
    assert planner.insert(free, first).routes["r"] is first.routes["r"]
    taken = replace(free, taken=frozenset(("near",)))
    second = planner.insert(taken, first)
    assert [stop.place for stop in second.routes["r"]] == ["bay", "far"]
    assert PlanChecker().check(taken, second) == ()
