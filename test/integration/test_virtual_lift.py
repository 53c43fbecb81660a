"""Calls for help on the upper floor of the care home in Busan: the lift works, and it does not."""

from __future__ import annotations

from typing import Any

from robot_fleet.core.desk import JobKind
from robot_fleet.core.facts import EquipmentOpened, JobAnswered, JobOpened
from robot_fleet.core.fleet.applied.jobs import CUT_OFF
from robot_fleet.runtime.runs.summary import live_calls
from robot_fleet.runtime.runs.virtual import Stop, VirtualFleet
from robot_fleet.site.demand import RequestRow
from test.integration.virtual_runs import BUSAN, virtual_fleet

AT_S = 27_000.0
LIFT, ROOM = "care_home_lift", "care_home/r303"
CALL = RequestRow("call", AT_S, "care_alarm", {"place": ROOM, "signal": "fall_detected", "truth": "false_alarm"})


def run(fleet: VirtualFleet, duration_s: float) -> VirtualFleet:
    fleet.run(Stop(until_idle=False, duration_s=duration_s, drain_s=0.0))
    return fleet


def clocks(fleet: VirtualFleet) -> dict[str, Any]:
    return next(entry for _, entry in live_calls(fleet.host.fleet.state) if entry["request"] == "call")


def facts(fleet: VirtualFleet, kind: type) -> list[Any]:
    return [fact for _, fact in fleet.log.facts if isinstance(fact, kind)]  # type: ignore[attr-defined]


def test_a_call_on_the_upper_floor_has_a_robot_come_up_in_the_lift_within_its_clocks() -> None:
    fleet = run(virtual_fleet(BUSAN, [CALL], improving=False), 300.0)
    told = clocks(fleet)
    assert told["shown_s"] <= 2.0
    assert told["voice_s"] <= 30.0
    assert told["robot_on_site_s"] <= 180.0
    opened = [(fact.level, fact.robot) for fact in facts(fleet, EquipmentOpened) if fact.equipment == LIFT]
    task = fleet.host.fleet.state.tasks["call"]
    assert [level for level, _ in opened] == ["main", "upper"]
    assert {robot for _, robot in opened} == {task.robot}
    assert facts(fleet, JobOpened) == []


def test_a_call_behind_a_lift_out_of_order_has_staff_sent_at_once_by_the_lifts_name() -> None:
    fleet = virtual_fleet(BUSAN, [CALL], improving=False)
    fleet.world.equipment.set_fault(LIFT, "out_of_order")
    run(fleet, 90.0)
    (job,) = facts(fleet, JobOpened)
    assert (job.kind, job.place, job.alarm) == (JobKind.LOOK_AFTER.value, ROOM, "call")
    assert job.text == f"{CUT_OFF}:{LIFT}"
    call = fleet.host.fleet.state.alarms["call"]
    assert call.staff_s is not None
    assert call.staff_s - call.raised_s <= 5.0, "not only when the robot is due"
    task = fleet.host.fleet.state.tasks["call"]
    assert (task.robot, task.reason, task.about) == ("", "equipment_failed", (LIFT,))
    assert clocks(fleet)["voice_s"] <= 30.0
    fleet.world.equipment.set_fault(LIFT, "")
    for _ in range(240):
        fleet.second()
    assert clocks(fleet)["robot_on_site_s"] is not None, "a robot comes as soon as the lift works"
    called_back = [fact.text for fact in facts(fleet, JobAnswered) if fact.job == job.job]
    assert called_back in ([], ["robot_on_site"])
