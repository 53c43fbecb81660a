"""Parking, custody and charging exceptions of Busan, each by its name, on the virtual clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from robot_fleet.core.effects import Answer
from robot_fleet.core.facts import AnswerAwaited, Fact, ItemMoved, JobOpened, PlaceMended, PlaceTakenOut
from robot_fleet.core.fleet.state import TaskRecord
from robot_fleet.core.inputs import CancelTask, MendPlace
from robot_fleet.core.lifecycles.alarm import AlarmState
from robot_fleet.ledger.custody import custody_of
from robot_fleet.runtime.host import MemoryLog
from robot_fleet.runtime.runs.agreement import disagreement, misplaced
from robot_fleet.runtime.runs.virtual import VirtualFleet
from robot_fleet.sim.mishaps import fail_action
from robot_fleet.sim.robot import SimRobot
from robot_fleet.site.demand import RequestRow
from test.integration.virtual_runs import BUSAN, virtual_fleet

START_S = 27_000.0
CAR = {"mass_kg": 1_600.0, "length_m": 4.6, "width_m": 1.85}


def park(name: str, after_s: float = 0.0, bay: str = "deck/in_1", **more: Any) -> RequestRow:
    params = {"bay": bay, "item": f"car_{name}", **CAR, **more}
    return RequestRow(name, START_S + after_s, "park_car", params)


def fetch(name: str, item: str, ready_s: float, **more: Any) -> RequestRow:
    return RequestRow(name, START_S, "fetch_car", {"item": item, "ready_at": ready_s, **more})


@dataclass
class Morning:
    """A run, and what was seen of its world: people in bays, stops of robots, how exactly cars were put down."""

    fleet: VirtualFleet
    people: dict[str, list[tuple[float, int]]] = field(default_factory=dict)
    stops: list[tuple[float, str]] = field(default_factory=list)
    placed_m: dict[str, float] = field(default_factory=dict)

    def run(self, for_s: float) -> None:
        world = self.fleet.world
        record = world.record

        def noted(robot: SimRobot, event: str) -> None:
            verb, _, rest = event.partition(":")
            item, _, place = rest.partition(":")
            if verb == "give" and place in world.site.places:
                self.placed_m[item] = world.site.places[place].pose.distance_m(robot.pose)
            record(robot, event)

        world.record = noted  # type: ignore[method-assign]
        while world.now_s < START_S + for_s or self.fleet.host.fleet.state.open_tasks():
            self.fleet.second()
            for bay in ("deck/in_1", "deck/in_2"):
                self.people.setdefault(bay, []).append((world.now_s, world.drivers.bays.people_at(bay)))
            controls = {robot.control for robot in world.robots.values()} - {"automatic"}
            self.stops += [(world.now_s, control) for control in sorted(controls)]


def until(fleet: VirtualFleet, holds: Callable[[], bool], within_s: int = 3000) -> None:
    for _ in range(within_s):
        if holds():
            return
        fleet.second()
    raise AssertionError("it never came to that")


def log(fleet: VirtualFleet) -> list[tuple[float, Fact]]:
    assert isinstance(fleet.log, MemoryLog)
    return fleet.log.facts


def facts(fleet: VirtualFleet, kind: type) -> list[Any]:
    return [fact for _, fact in log(fleet) if isinstance(fact, kind)]


def task(fleet: VirtualFleet, name: str) -> TaskRecord:
    return fleet.host.fleet.state.tasks[name]


@cache
def seen() -> Morning:
    """One morning on which all of it happens that fits beside each other."""
    rows = [
        park("plain"),
        park("person", 30.0, "deck/in_2", truth="person_in_bay"),
        park("heavy", 600.0, truth="overweight"),
        park("enters", 660.0, "deck/in_2", truth="person_enters"),
        park("blocked", 1200.0, truth="slot_blocked"),
        park("dies", 1800.0, truth="robot_dies"),
        park("other_bay", 1900.0, "deck/in_2"),
        park("refused", 2000.0, mass_kg=2900.0),
        park("long", 2000.0, length_m=7.0),
        fetch("taken", "car_01", START_S + 1000.0),
        fetch("no_show", "car_02", START_S + 1500.0, truth="no_show"),
        fetch("late", "car_03", START_S + 2400.0, truth="late"),
    ]
    morning = Morning(virtual_fleet(BUSAN, rows, improving=False))
    morning.run(3300.0)
    return morning


def morning() -> VirtualFleet:
    return seen().fleet


def test_park_car_comes_into_a_slot_that_fits_and_is_lowered_within_ten_centimetres() -> None:
    fleet = morning()
    known = fleet.host.fleet.state.items["car_plain"]
    place = fleet.world.site.places[known.holder.removeprefix("place:")]
    assert place.kind == "slot" and place.length_m >= 4.6
    lowered = [act for act in fleet.world.acts.by_id.values() if act.act == "give" and act.item == "car_plain"]
    assert [act.place for act in lowered] == [place.id]
    assert seen().placed_m["car_plain"] <= 0.10


def test_park_car_person_in_the_bay_keeps_the_robot_out_until_they_have_left() -> None:
    fleet = morning()
    came_in_s = next(at_s for at_s, count in seen().people["deck/in_2"] if count)
    left_s = next(at_s for at_s, count in seen().people["deck/in_2"] if at_s > came_in_s and not count)
    assert left_s - came_in_s > 60.0
    assert task(fleet, "person").instants["bay.arrived"] >= left_s
    assert task(fleet, "person").result == "parked"


def test_park_car_person_enters_the_bay_stops_the_robot_and_it_goes_on_afterwards() -> None:
    fleet = morning()
    instants = task(fleet, "enters").instants
    assert instants["bay.lift"] - instants["bay.arrived"] > 18.0 + 20.0
    assert {control for at_s, control in seen().stops if instants["bay.arrived"] < at_s < instants["bay.lift"]} == {
        "protective_stop"
    }
    assert task(fleet, "enters").result == "parked"


def test_park_car_too_heavy_as_told_is_refused_before_the_bay() -> None:
    fleet = morning()
    assert fleet.host.fleet.state.refused == {"refused": "too_heavy", "long": "no_place_fits"}
    assert "car_refused" not in fleet.world.custody.items


def test_park_car_overweight_found_when_lifting_is_driven_out_again() -> None:
    fleet = morning()
    heavy = task(fleet, "heavy")
    assert (heavy.state.value, heavy.reason) == ("failed", "too_heavy")
    assert heavy.told["lift"] == "act_too_heavy"
    assert fleet.world.custody.items["car_heavy"].mass_kg == 1_600.0 * 1.6
    assert fleet.world.custody.items["car_heavy"].holder_kind == "person"
    assert fleet.host.fleet.state.items["car_heavy"].holder.startswith("person:")


def test_park_car_slot_blocked_goes_to_another_slot_and_nobody_uses_that_one() -> None:
    fleet = morning()
    out = next(fact for fact in facts(fleet, PlaceTakenOut) if fact.code == "act_place_blocked")
    assert task(fleet, "blocked").result == "parked"
    holder = fleet.host.fleet.state.items["car_blocked"].holder
    assert holder.startswith("place:deck/s") and holder != f"place:{out.place}"
    assert out.place in fleet.host.fleet.state.out
    put_there = [fact.at_s for fact in facts(fleet, ItemMoved) if fact.holder == f"place:{out.place}"]
    assert all(at_s < out.at_s for at_s in put_there)


def test_park_car_robot_dies_under_the_car_which_stays_until_staff_have_released_it() -> None:
    fleet = morning()
    (out,) = [fact for fact in facts(fleet, PlaceTakenOut) if fact.code == "act_no_power"]
    (mended,) = facts(fleet, PlaceMended)
    (job,) = facts(fleet, JobOpened)
    assert (out.place, mended.place, job.place, job.robot) == ("deck/in_1", "deck/in_1", "deck/in_1", out.robot)
    moves = [fact.holder for fact in facts(fleet, ItemMoved) if fact.item == "car_dies"]
    assert [holder.partition(":")[0] for holder in moves] == ["robot", "place"]  # it stood in the bay all the while
    assert task(fleet, "dies").instants["bay.lift"] > mended.at_s
    assert task(fleet, "dies").result == "parked"
    assert not fleet.host.fleet.state.jobs[job.job].open


def test_park_car_other_cars_use_other_bays_while_one_is_out() -> None:
    fleet = morning()
    (mended,) = facts(fleet, PlaceMended)
    other = task(fleet, "other_bay")
    assert other.result == "parked" and other.instants["bay.lift"] < mended.at_s


def test_fetch_car_opens_the_bay_when_the_robot_has_left_and_its_driver_takes_it() -> None:
    fleet = morning()
    taken = task(fleet, "taken")
    assert (taken.state.value, taken.result, taken.lateness_s) == ("completed", "taken", 0.0)
    (opened,) = [fact for fact in facts(fleet, AnswerAwaited) if fact.task == "taken"]
    assert opened.at_s >= taken.instants["bay.departed"]
    (driven_off_s,) = [fact.at_s for fact in facts(fleet, ItemMoved) if fact.holder == "person:driver_car_01"]
    assert driven_off_s > opened.at_s
    assert taken.robot.startswith("parking_")


def test_fetch_car_no_show_is_parked_again_after_five_minutes() -> None:
    fleet = morning()
    gone = task(fleet, "no_show")
    assert (gone.state.value, gone.result) == ("completed", "parked_again")
    (opened,) = [fact for fact in facts(fleet, AnswerAwaited) if fact.task == "no_show"]
    assert opened.until_s == max(opened.at_s, gone.request.due_s) + 300.0
    assert gone.instants["back.arrived"] > opened.until_s
    place = fleet.host.fleet.state.items["car_02"].holder.removeprefix("place:")
    assert fleet.world.site.places[place].kind == "slot"


def test_fetch_car_late_driver_still_takes_the_car() -> None:
    assert task(morning(), "late").result == "taken"


def test_ledger_and_world_agree_where_every_item_is() -> None:
    fleet = morning()
    assert misplaced(fleet.host.fleet.state.items.values(), fleet.world.custody.holders()) == []
    moves = custody_of(fleet.world.site.items.values(), log(fleet))
    assert {name: held.holder for name, held in moves.items() if name in fleet.host.fleet.state.items} == {
        name: item.holder for name, item in fleet.host.fleet.state.items.items()
    }
    told = disagreement(misplaced(fleet.host.fleet.state.items.values(), {}))
    assert told is not None and told.code == "runtime_custody" and "car_04" in told.message


def test_a_car_is_never_left_in_a_lane() -> None:
    site = morning().world.site
    for fact in facts(morning(), ItemMoved):
        kind, _, holder = fact.holder.partition(":")
        assert kind != "place" or site.places[holder].holds_items, fact


def test_a_car_whose_robot_fails_on_the_way_comes_to_its_slot_all_the_same() -> None:
    fleet = virtual_fleet(BUSAN, [park("trouble")], improving=False)
    until(fleet, lambda: bool(fleet.world.custody.items.get("car_trouble")) and _on_a_robot(fleet, "car_trouble"))
    robot = fleet.world.custody.items["car_trouble"].holder
    for _ in range(15):
        fleet.second()
    assert fail_action(fleet.world, robot) == "drive"
    (refused,) = [
        effect
        for effect in fleet.host.fleet.decide(CancelTask("c1", "trouble"), fleet.now).effects
        if isinstance(effect, Answer)
    ]
    assert refused.code == "request_item_on_board"
    until(fleet, lambda: task(fleet, "trouble").ended)
    assert task(fleet, "trouble").result == "parked"
    assert fleet.world.site.places[fleet.world.custody.items["car_trouble"].holder].kind == "slot"


def _on_a_robot(fleet: VirtualFleet, item: str) -> bool:
    return fleet.world.custody.items[item].holder_kind == "robot"


def test_park_car_is_refused_before_the_bay_when_the_deck_is_full_with_what_is_coming() -> None:
    rows = [park(f"p{number}", 2.0 * number, f"deck/in_{1 + number % 2}") for number in range(7)]
    fleet = virtual_fleet(BUSAN, rows, improving=False)
    until(fleet, lambda: len(fleet.callers.answers) == 7)
    assert fleet.host.fleet.state.refused == {"p6": "no_room"}  # six slots are free, none of them taken yet
    assert sum(item.kind == "car" for item in fleet.host.fleet.state.items.values()) == 18 + 6


def test_charge_without_current_within_a_minute_goes_to_another_charger() -> None:
    visits = [RequestRow(f"v{n}", START_S, "care_visit", {"place": f"senior_apt/f30{n}"}) for n in (1, 2, 3)]
    fleet = virtual_fleet(BUSAN, visits, improving=False)
    state = fleet.host.fleet.state
    until(fleet, lambda: state.robots["care_2"].docked != "" and state.robots["care_2"].must_charge)
    faulty, docked_s = state.robots["care_2"].docked, fleet.world.now_s
    fleet.world.set_charger(faulty, "no_current")
    until(fleet, lambda: faulty in state.out)
    assert fleet.world.now_s - docked_s <= 65.0 and state.out[faulty].code == "no_current"
    until(fleet, lambda: state.robots["care_2"].docked not in ("", faulty))
    assert any(alarm.condition == "place_out" and alarm.open for alarm in state.alarms.values())
    fleet.host.feed(MendPlace("m1", faulty), fleet.now)  # no time makes it good: somebody has to say so
    assert faulty not in state.out
    alarm = next(alarm for alarm in state.alarms.values() if alarm.condition == "place_out")
    until(fleet, lambda: alarm.state is AlarmState.CLEARED, 60)


def test_charge_care_robots_keep_a_reserve_of_thirty_percent_for_alarms() -> None:
    rows = [
        RequestRow("visit", START_S, "care_visit", {"place": "senior_apt/f301"}),
        RequestRow("alarm", START_S + 60.0, "care_alarm", {"place": "senior_apt/f302", "signal": "help_button"}),
    ]
    fleet = virtual_fleet(BUSAN, rows, improving=False)
    assert fleet.world.site.kinds["care"].reserve_pct >= 30.0
    for robot in fleet.world.robots.values():
        if robot.kind.id == "care":
            robot.stored_wh = 0.305 * robot.kind.battery_wh
    for _ in range(240):
        fleet.second()
    assert task(fleet, "visit").started_s is None
    alarm = task(fleet, "alarm")
    assert alarm.instants[alarm.request.instant] - alarm.request.requested_s <= 180.0
