"""What people ask for is checked before anything changes; each refusal has its code, and the ledger stays as it was."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import pytest

from robot_fleet.core.effects import Answer
from robot_fleet.core.facts import TaskRequested
from robot_fleet.core.fleet import Fleet
from robot_fleet.core.inputs import CancelTask, SetHold, SubmitTask
from robot_fleet.core.lifecycles.task import TaskState
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.runtime import history
from robot_fleet.runtime.host import Host
from test.property.core_world import CoreWorld
from test.property.test_core import world_of

VISIT: Mapping[str, object] = {"place": "home/r101"}
PARCEL: Mapping[str, object] = {"from": "hub/shelf", "to": "home/gate", "item": "box_1", "mass_kg": 4.0}
LATE_S = 28_000.0

MISTAKES: list[tuple[str, str, dict[str, object], str]] = [
    ("a", "no_such_service", {}, "request_unknown_service"),
    ("a", "care_visit", {"place": "home/r999"}, "request_unknown_place"),
    ("a", "care_visit", {"place": "hub/shelf"}, "request_wrong_place"),
    ("a", "care_visit", {"place": 12}, "request_text_expected"),
    ("a", "care_visit", {"place": ["home/r101"]}, "request_text_expected"),
    ("a", "care_visit", {}, "request_param_missing"),
    ("a", "care_visit", {**VISIT, "colour": "red"}, "request_unknown_param"),
    ("a", "care_visit", {**VISIT, "due_at": "07:00:00"}, "request_due_in_past"),
    ("a", "care_visit", {**VISIT, "due_at": 26_000}, "request_due_in_past"),
    ("a", "care_visit", {**VISIT, "earliest_at": "half past"}, "request_time_malformed"),
    ("a", "care_visit", {**VISIT, "earliest_at": "08:61"}, "request_time_malformed"),
    ("a", "care_visit", {**VISIT, "earliest_at": -5}, "request_time_malformed"),
    ("a", "care_visit", {**VISIT, "earliest_at": True}, "request_time_malformed"),
    ("a", "care_visit", {**VISIT, "earliest_at": math.nan}, "request_time_malformed"),
    ("a", "care_visit", {**VISIT, "earliest_at": 10**400}, "request_time_malformed"),
    ("a", "care_visit", {**VISIT, "priority": 101}, "request_number_too_large"),
    ("a", "care_visit", {**VISIT, "priority": "high"}, "request_number_expected"),
    ("a", "patrol", {"route": "moon"}, "request_unknown_route"),
    ("a", "parcel_delivery", {**PARCEL, "mass_kg": -1.0}, "request_number_too_small"),
    ("a", "parcel_delivery", {**PARCEL, "mass_kg": 31}, "request_number_too_large"),
    ("a", "parcel_delivery", {**PARCEL, "mass_kg": "4"}, "request_number_expected"),
    ("a", "parcel_delivery", {**PARCEL, "mass_kg": 10**400}, "request_number_expected"),
    ("a", "parcel_delivery", {**PARCEL, "mass_kg": math.inf}, "request_number_expected"),
    ("a", "parcel_delivery", {**PARCEL, "item": "a box"}, "request_item_malformed"),
    ("a", "parcel_delivery", {**PARCEL, "from": "annex/locker", "item": "parcel_0001"}, "request_item_exists"),
    ("a", "care_alarm", {**VISIT, "signal": "boredom"}, "request_wrong_choice"),
    ("a", "care_alarm", {**VISIT, "signal": "help_button", "truth": "false_alarm"}, "request_unknown_param"),
    ("", "care_visit", {**VISIT}, "request_key_malformed"),
    ("a b", "care_visit", {**VISIT}, "request_key_malformed"),
    ("k" * 65, "care_visit", {**VISIT}, "request_key_malformed"),
]


@pytest.fixture
def world() -> CoreWorld:
    """The tiny site at 07:30, all robots heard."""
    made = world_of("tiny")
    made.tell_all()
    return made


@pytest.mark.parametrize(("key", "service", "params", "code"), MISTAKES)
def test_each_mistake_has_its_code_and_changes_nothing(
    world: CoreWorld, key: str, service: str, params: dict[str, object], code: str
) -> None:
    facts, state = len(world.facts), repr(world.state)
    (answer,) = world.feed(SubmitTask(key, service, params))
    assert (answer.key, answer.accepted, answer.code) == (key, False, code)
    assert answer.message
    assert len(world.facts) == facts
    assert repr(world.state) == state


def test_an_unknown_item_and_a_due_time_that_a_parameter_gives(world: CoreWorld) -> None:
    busan = world_of("busan_edc")
    for params, code in (
        ({"item": "car_99", "ready_at": "08:00"}, "request_unknown_item"),
        ({"item": "car_01", "ready_at": "07:00"}, "request_due_in_past"),
    ):
        (answer,) = busan.feed(SubmitTask("a", "fetch_car", params))
        assert answer.code == code
    assert not busan.facts


def test_mistakes_leave_the_ledger_file_as_it_was(tmp_path: Path, world: CoreWorld) -> None:
    answers: list[Answer] = []
    with Ledger.open(tmp_path / "ledger.db", history.registry(), site_id="tiny") as ledger:
        fleet = Fleet(world.site, world.ports)
        host = Host(fleet, ledger, {}, lambda wish: None, answers.append, lambda: 0.0)
        host.feed(SubmitTask("good", "care_visit", VISIT), world.now)
        before = ledger.last_seq
        assert before > 0
        for key, service, params, _ in MISTAKES:
            host.feed(SubmitTask(key, service, params), world.now)
        host.feed(CancelTask("c1", "nobody"), world.now)
        host.feed(SetHold("h1", True, "nobody"), world.now)
        assert ledger.last_seq == before
    assert [answer.code for answer in answers[1:]] == [
        *(code for *_, code in MISTAKES),
        "request_unknown_task",
        "request_unknown_robot",
    ]


def test_the_same_request_again_gets_the_same_answer_and_makes_no_second_task(world: CoreWorld) -> None:
    (first,) = world.feed(SubmitTask("a", "parcel_delivery", PARCEL))
    facts = len(world.facts)
    (second,) = world.feed(SubmitTask("a", "parcel_delivery", {**PARCEL, "mass_kg": 4}))
    assert first.accepted and second.accepted
    assert first.task == second.task == "a"
    assert len(world.facts) == facts
    assert sum(isinstance(fact, TaskRequested) for fact in world.facts) == 1


@pytest.mark.parametrize(
    ("service", "params"),
    [("care_visit", {"place": "home/r102"}), ("patrol", {"route": "round"}), ("care_visit", {**VISIT, "priority": 5})],
)
def test_a_key_that_is_another_requests_is_refused(world: CoreWorld, service: str, params: dict[str, object]) -> None:
    world.feed(SubmitTask("a", "care_visit", VISIT))
    facts = len(world.facts)
    (answer,) = world.feed(SubmitTask("a", service, params))
    assert (answer.accepted, answer.code) == (False, "request_key_used")
    assert len(world.facts) == facts
    assert world.state.tasks["a"].request.params == VISIT


def test_a_repetition_long_after_the_due_time_is_still_a_repetition(world: CoreWorld) -> None:
    params = {**VISIT, "due_at": "07:40"}
    world.feed(SubmitTask("a", "care_visit", params))
    world.pass_time(3_000.0)
    (answer,) = world.feed(SubmitTask("a", "care_visit", params))
    assert answer.accepted


def test_what_no_robot_can_carry_is_rejected_with_a_reason(world: CoreWorld) -> None:
    store = {"from": "hub/shelf", "item": "anvil", "mass_kg": 25.0}
    (answer,) = world.feed(SubmitTask("a", "store", store))
    assert (answer.accepted, answer.code) == (False, "no_place_fits")
    (again,) = world.feed(SubmitTask("a", "store", store))
    assert again.code == "no_place_fits"
    assert world.state.refused == {"a": "no_place_fits"}


def test_cancelling_ends_a_task_once(world: CoreWorld) -> None:
    world.feed(SubmitTask("a", "care_visit", VISIT))
    (answer,) = world.feed(CancelTask("c1", "a"))
    assert answer.accepted
    assert world.state.tasks["a"].state == "cancelled"
    assert world.state.tasks["a"].reason == "cancelled_by_person"
    (same,) = world.feed(CancelTask("c1", "a"))
    assert same.accepted
    (other,) = world.feed(CancelTask("c2", "a"))
    assert other.code == "request_task_ended"


@pytest.mark.parametrize("wish", [CancelTask("", "a"), SetHold("no good", True), CancelTask("x/y", "a")])
def test_keys_of_commands_are_checked_too(world: CoreWorld, wish: CancelTask | SetHold) -> None:
    world.feed(SubmitTask("a", "care_visit", VISIT))
    (answer,) = world.feed(wish)
    assert answer.code == "request_key_malformed"


def test_goods_on_board_cannot_be_cancelled_away(world: CoreWorld) -> None:
    world.feed(SubmitTask("a", "parcel_delivery", PARCEL))
    robot = world.robots["logistics_1"]
    while not robot.load:
        world.pass_time(1.0)
        world.step(robot)
        world.tell(robot)
    (answer,) = world.feed(CancelTask("c1", "a"))
    assert (answer.accepted, answer.code) == (False, "request_item_on_board")
    world.drain(hours=1.0)
    assert world.state.tasks["a"].state == "completed"


@pytest.mark.parametrize(
    ("raised_s", "ago_s"),
    [(None, 0.0), (-600.0, 600.0), (5.0, 0.0), (-1e9, None), (math.nan, 0.0), (math.inf, 0.0)],
)
def test_an_alarm_is_as_old_as_it_says(world: CoreWorld, raised_s: float | None, ago_s: float | None) -> None:
    now_s = world.now.fleet_s
    told_s = None if raised_s is None else now_s + raised_s
    (answer,) = world.feed(SubmitTask("a", "care_alarm", {**VISIT, "signal": "help_button"}, raised_s=told_s))
    assert answer.accepted
    since_s = 0.0 if ago_s is None else now_s - ago_s
    assert world.state.alarms["a"].raised_s == since_s
    assert world.state.tasks["a"].request.due_s == since_s + world.site.services["care_alarm"].due.after_s
    world.drain(hours=1.0)
    assert world.state.tasks["a"].state is TaskState.COMPLETED


def test_what_is_no_alarm_is_asked_for_now(world: CoreWorld) -> None:
    world.feed(SubmitTask("a", "care_visit", VISIT, raised_s=world.now.fleet_s - 600.0))
    assert world.state.tasks["a"].request.requested_s == world.now.fleet_s
