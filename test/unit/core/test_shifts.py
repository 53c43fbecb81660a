"""Shifts: what is open, signed by one and taken over by another."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace

import pytest

from robot_fleet.core.facts import ShiftSigned
from robot_fleet.core.fleet.commands import shifts
from robot_fleet.core.inputs import BeginMaintenance, CloseZone, HoldTask, SetHold, SignShift, SubmitTask, TakeShift
from test.property.core_world import CoreWorld
from test.property.test_core import world_of


@pytest.fixture
def world() -> CoreWorld:
    made = world_of("tiny")
    made.tell_all()
    return made


def signed(world: CoreWorld, by: str = "op_7", key: str = "s1", **more: object) -> ShiftSigned:
    [answer] = world.feed(SignShift(key, by, **more))  # type: ignore[arg-type]
    assert answer.accepted, answer.message
    return world.state.shifts[answer.task].signed


def refused(world: CoreWorld, wish: SignShift | TakeShift) -> str:
    [answer] = world.feed(wish)
    assert not answer.accepted
    return answer.code


def test_everything_that_is_open_is_listed(world: CoreWorld) -> None:
    assert shifts.open_items(world.state) == ()
    world.feed(SubmitTask("a", "care_visit", {"place": "home/r101"}))
    world.feed(SetHold("h", True))
    world.feed(SubmitTask("b", "care_visit", {"place": "home/r102"}))
    world.feed(HoldTask("t", "b"))
    world.feed(SetHold("h2", True, "care_2"))
    world.feed(BeginMaintenance("m", "logistics_1"))
    world.feed(CloseZone("z", "annex", cause="event"))
    world.feed(SubmitTask("help", "care_alarm", {"place": "home/r101", "signal": "fall_detected"}))
    keys = [item.key for item in shifts.open_items(world.state)]
    assert keys == [
        "alarm:help", "incident:incident:help", "fleet_held:", "robot_held:care_2", "robot_out:logistics_1",
        "task_held:b", "zone_closed:annex",
    ]  # fmt: skip


def test_a_shift_is_signed_and_taken_over(world: CoreWorld) -> None:
    world.feed(SetHold("h", True, "care_2"))
    seen = shifts.digest_of_items(shifts.open_items(world.state))
    fact = signed(world, seen=seen, note="calm", notes={"robot_held:care_2": "it squeaks"})
    assert [item.key for item in fact.open] == ["robot_held:care_2"]
    record = shifts.waiting(world.state)
    assert record is not None
    [answer] = world.feed(TakeShift("t1", fact.shift, "op_8", fact.digest))
    assert (answer.accepted, answer.task) == (True, fact.shift)
    assert (record.taken_by, record.taken_s) == ("op_8", world.fleet_s)
    assert shifts.waiting(world.state) is None
    assert refused(world, TakeShift("t2", fact.shift, "op_9", fact.digest)) == "request_shift_taken"
    world.check_replay()


def test_the_digest_is_that_of_the_content(world: CoreWorld) -> None:
    fact = signed(world, note="조용함")
    content = {key: value for key, value in asdict(fact).items() if key != "digest"}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert fact.digest == hashlib.sha256(text.encode()).hexdigest()
    assert shifts.digest_of(replace(fact, note="loud")) != fact.digest


def test_what_was_not_looked_at_is_not_signed_or_taken(world: CoreWorld) -> None:
    seen = shifts.digest_of_items(shifts.open_items(world.state))
    world.feed(SetHold("h", True))
    assert refused(world, SignShift("s0", "op_7", seen)) == "request_shift_changed"
    astray = SignShift("s00", "op_7", notes={"robot_held:care_1": "?"})
    assert refused(world, astray) == "request_shift_note_astray"
    first = signed(world)
    assert refused(world, TakeShift("t0", first.shift, "op_8", "0" * 64)) == "request_shift_changed"
    assert refused(world, TakeShift("t1", "shift-9", "op_8", first.digest)) == "request_unknown_shift"
    second = signed(world, key="s2")
    assert (first.shift, second.shift) == ("shift-1", "shift-2")
    assert refused(world, TakeShift("t2", first.shift, "op_8", first.digest)) == "request_shift_superseded"
    assert refused(world, TakeShift("t3", second.shift, "op_7", second.digest)) == "request_shift_same_person"


def test_the_same_key_signs_once_and_old_shifts_are_forgotten(world: CoreWorld) -> None:
    signed(world)
    signed(world)
    assert list(world.state.shifts) == ["shift-1"]
    for number in range(shifts.KEPT + 3):
        signed(world, key=f"k{number}")
    assert len(world.state.shifts) == shifts.KEPT
    assert next(reversed(world.state.shifts)) == f"shift-{shifts.KEPT + 4}"
