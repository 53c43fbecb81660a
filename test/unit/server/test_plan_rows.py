"""The plan as the console draws it: what robots have done, do and are to do, told only where it has changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from robot_fleet.core.facts import OrderSent
from robot_fleet.core.fleet.apply import apply, initial_state
from robot_fleet.core.inputs import SubmitTask, Tick
from robot_fleet.core.plan import CHARGE, PlannedStop
from robot_fleet.server.rows.plan import PlanRows
from robot_fleet.server.site_view import site_view
from robot_fleet.server.view import PAST_KEPT, FleetView
from test.property.core_world import CoreWorld
from test.property.test_core import world_of

PARCEL = {"from": "hub/shelf", "to": "home/gate", "item": "b1", "mass_kg": 2.0}
VISIT = {"place": "home/r101"}


class Watched:
    """A world, and a view that follows its facts."""

    def __init__(self, world: CoreWorld) -> None:
        fixed = site_view(world.site)
        self.world = world
        self.view = FleetView(fixed.row, fixed.robots)
        self.state = initial_state(world.site)
        self._rows = PlanRows()
        self._seen = 0

    def patch(self) -> dict[str, Any]:
        """Take in what is new and return what a console is told of it."""
        for fact in self.world.facts[self._seen :]:
            self._rows.note(self.view, self.state, fact)
            apply(self.state, fact)
            self._rows.settle(self.state, self.world.fleet_s)
        self._seen = len(self.world.facts)
        self._rows.update(self.view, self.state)
        return self.view.take_patch(self.world.fleet_s) or {}

    def work(self, until: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Let the robots work until a patch is as wanted, and return it."""
        for _ in range(200):
            self.world.pass_time(2.0)
            for robot in self.world.robots.values():
                self.world.step(robot)
                self.world.tell(robot)
            self.world.feed(Tick())
            patch = self.patch()
            if until(patch):
                return patch
        raise AssertionError("it never came to that")


@pytest.fixture
def watched() -> Watched:
    made = Watched(world_of("tiny"))
    made.world.tell_all()
    made.patch()
    return made


def test_a_route_is_told_when_it_changes_and_not_again(watched: Watched) -> None:
    world = watched.world
    world.feed(SubmitTask("a", "care_visit", {**VISIT, "earliest_at": "10:00", "due_at": "10:30"}))
    routes = watched.patch()["routes"]
    [(robot, route)] = routes.items()
    assert route["now"] is None
    [[task, stop, place, drive_s, begin_s, end_s]] = route["next"]
    assert (robot, task, stop, place) == (world.state.planned["a"], "a", 0, "home/r101")
    assert 0 < drive_s < 600
    assert begin_s == 36_000 < end_s
    watched.world.pass_time(600.0)
    assert "routes" not in watched.patch()
    assert watched.view.snapshot(0.0)["routes"][robot] == route


def test_what_is_under_way_becomes_the_past_stop_by_stop(watched: Watched) -> None:
    world = watched.world
    world.feed(SubmitTask("a", "parcel_delivery", PARCEL))
    robot = world.state.planned["a"]
    route = watched.work(lambda patch: bool(patch.get("routes", {}).get(robot, {}).get("now")))["routes"][robot]
    task, stop, place, sent_s, arrive_s, end_s, arrived = route["now"]
    assert (task, stop, place, arrived) == ("a", 0, "hub/shelf", False)
    assert sent_s < arrive_s < end_s
    assert [each[:3] for each in route["next"]] == [["a", 1, "home/gate"]]
    there = watched.work(lambda patch: bool((patch.get("routes", {}).get(robot, {}).get("now") or [False])[-1]))
    assert there["routes"][robot]["now"][4] <= int(world.fleet_s)
    fetched = watched.work(lambda patch: "past" in patch)
    [[who, what, number, where, began_s, came_s, ended_s]] = fetched["past"]
    assert (who, what, number, where, began_s) == (robot, "a", 0, "hub/shelf", sent_s)
    assert sent_s < came_s <= ended_s <= world.fleet_s
    given = watched.work(lambda patch: "past" in patch)
    assert given["past"][0][:4] == (robot, "a", 1, "home/gate")
    assert "past" not in watched.patch()


def test_a_planned_charge_and_one_that_was(watched: Watched) -> None:
    state, view = watched.world.state, watched.view
    charge = PlannedStop("", CHARGE, "charger_1", 100.9, 100.9, 900.2)
    state.set_routes({"care_1": (charge,)})
    rows = PlanRows()
    rows.settle(state, 60.0)
    rows.update(view, state)
    assert view.snapshot(0.0)["routes"]["care_1"]["next"] == [["", CHARGE, "charger_1", 40, 100, 900]]
    state.set_routes({"care_1": ()})
    docked = watched.work(lambda _: bool(watched.state.robots["care_1"].docked))
    assert "past" not in docked
    watched.world.feed(SubmitTask("a", "care_visit", VISIT))
    watched.world.feed(SubmitTask("b", "care_visit", {"place": "home/r102"}))
    watched.work(lambda _: len({fact.robot for fact in watched.world.facts if _leaves(fact)}) > 0)
    charges = [piece for piece in view.snapshot(0.0)["past"] if piece[2] == CHARGE]
    assert charges
    assert all(piece[1] == "" and piece[3].startswith("charger") and piece[4] <= piece[6] for piece in charges)


def _leaves(fact: object) -> bool:
    return isinstance(fact, OrderSent) and fact.undock


def test_a_console_is_shown_the_newest_of_the_past(watched: Watched) -> None:
    for number in range(PAST_KEPT + 5):
        watched.view.put_past(("care_1", f"t{number}", 0, "home/r101", number, number, number))
    watched.view.take_patch(0.0)
    kept = [piece[1] for piece in watched.view.snapshot(0.0)["past"]]
    assert kept == [f"t{number}" for number in range(5, PAST_KEPT + 5)]
