"""The whole fleet held again and again in the middle of a day on the virtual clock."""

from __future__ import annotations

import shapely

from robot_fleet.core.geometry import Pose
from robot_fleet.core.inputs import SetHold
from robot_fleet.core.lifecycles.task import TaskState
from robot_fleet.runtime.runs.virtual import VirtualFleet
from robot_fleet.sim.mishaps import fail_action
from robot_fleet.sim.robot import SimRobot
from robot_fleet.site.ground.sweep import standing
from test.integration.virtual_runs import BUSAN, demand, virtual_fleet

HOLDS = 12
RESTS_S = 150.0
"""So long it takes at most until everybody has left a crossing of 24 m, or stands."""


def on_kept_clear(fleet: VirtualFleet) -> set[str]:
    """Return the robots that touch ground now where a hold brings nobody to rest."""
    zones = fleet.host.fleet.site.zones.values()
    clear = shapely.union_all([shapely.Polygon(zone.outline) for zone in zones if zone.no_stopping])
    return {robot.id for robot in fleet.world.robots.values() if _ground(robot).intersects(clear)}


def _ground(robot: SimRobot) -> shapely.Polygon:
    return standing(robot.footprint, Pose(robot.x_m, robot.y_m, robot.yaw_rad))


def moving(fleet: VirtualFleet) -> set[str]:
    return {robot.id for robot in fleet.world.robots.values() if abs(robot.v_mps) > 0.01}


def test_a_held_fleet_leaves_the_crossings_and_goes_on_afterwards() -> None:
    fleet = virtual_fleet(BUSAN, demand(BUSAN, 70), improving=False)
    state = fleet.host.fleet.state
    led_off = 0
    for number in range(HOLDS):
        for _ in range(400):
            fleet.second()
            if on_kept_clear(fleet):
                break
        caught = on_kept_clear(fleet)
        fleet.host.feed(SetHold(f"h{number}", True), fleet.now)
        for _ in range(int(RESTS_S)):
            fleet.second()
            if not moving(fleet) and not on_kept_clear(fleet):
                break
        reports = fleet.host.fleet.seen.reports
        for robot in on_kept_clear(fleet):
            assert "held_in_the_way" in reports[robot].conditions, f"{robot} stands in the way and does not say so"
        led_off += len(caught - on_kept_clear(fleet))
        assert not {name for name in moving(fleet) if reports[name].state == "holding"}
        fleet.host.feed(SetHold(f"l{number}", False), fleet.now)
    assert led_off >= HOLDS // 2, "the test is about robots on crossings"
    while not fleet.callers.finished or state.open_tasks():
        fleet.second()
        assert fleet.now.fleet_s < fleet.start_s + 5 * 3_600.0
    assert {task.state for task in state.tasks.values()} == {TaskState.COMPLETED}
    assert not fleet.host.fleet.agenda.violations
    assert list(fleet.world.contacts) == []


def test_a_hold_in_place_leaves_them_where_they_are_and_a_hold_to_safe_places_does_not_move_them() -> None:
    fleet = virtual_fleet(BUSAN, demand(BUSAN, 70), improving=False)
    while not on_kept_clear(fleet):
        fleet.second()
    fleet.host.feed(SetHold("h1", True, in_place=True), fleet.now)
    for _ in range(10):
        fleet.second()
    caught = on_kept_clear(fleet)
    assert caught
    assert all(fleet.host.fleet.seen.reports[name].state == "holding" for name in caught)
    fleet.host.feed(SetHold("h2", True), fleet.now)
    for _ in range(60):
        fleet.second()
    assert on_kept_clear(fleet) == caught


def test_a_robot_whose_order_ended_on_a_crossing_and_that_is_then_held_is_told_of() -> None:
    fleet = virtual_fleet(BUSAN, demand(BUSAN, 70), improving=False)
    state = fleet.host.fleet.state
    while not (caught := sorted(on_kept_clear(fleet) & moving(fleet))):
        fleet.second()
    robot = caught[0]
    while state.robots[robot].busy is not None:
        fail_action(fleet.world, robot)
        fleet.second()
    assert robot in on_kept_clear(fleet)

    def told() -> list[tuple[str, ...]]:
        alarms = state.alarms.values()
        return [alarm.subjects for alarm in alarms if alarm.condition == "held_in_the_way" and alarm.members]

    fleet.host.feed(SetHold("h", True), fleet.now)
    for _ in range(15):
        fleet.second()
    assert told() == [(robot,)]
    fleet.host.feed(SetHold("l", False), fleet.now)
    for _ in range(int(RESTS_S)):
        fleet.second()
    assert robot not in on_kept_clear(fleet)
    assert not any(
        holds
        for alarm in state.alarms.values()
        if alarm.condition == "held_in_the_way"
        for holds in alarm.members.values()
    )
