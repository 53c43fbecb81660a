"""Robots as planners see them: where and when they are free, with what energy and load, and what their work costs."""

from __future__ import annotations

from robot_fleet.core.fleet import charging
from robot_fleet.core.fleet.alarming import alarms
from robot_fleet.core.fleet.posing import supply
from robot_fleet.core.fleet.posing.loads import load_change_kg
from robot_fleet.core.fleet.state import OrderRecord, RobotRecord, TaskRecord
from robot_fleet.core.fleet.turn import Turn
from robot_fleet.core.flow import line
from robot_fleet.core.lifecycles.order import OrderState
from robot_fleet.core.lifecycles.task import TaskState
from robot_fleet.core.plan import Charging, RobotNeed
from robot_fleet.core.site import RobotKind
from robot_fleet.core.travel import travel_class

CANCEL_TAKES_S = 10.0
"""A robot is reckoned free this long after it was asked to give up what it does."""
HORIZON_S = 7 * 86_400.0
"""Plans do not look farther ahead."""
FAIR_PRICE, FAIR_STEP_S, FAIR_STEPS = 0.001, 900.0, 4
"""A second of a robot's work costs so much for each such step that it has worked more than the least of its kind."""


def robots_now(turn: Turn) -> list[RobotNeed]:
    """Return the robots that may be given something, as planners see them."""
    state = turn.state
    alarm = bool(alarms.waiting_alarms(turn))
    begun = {task.robot: task for task in state.open_tasks() if task.state is TaskState.UNDERWAY}
    waits_s = supply.waits_s(turn)
    at_chargers = {name: _charging(turn, kind) for name, kind in turn.site.kinds.items()}
    least_worked_s = {
        kind: min((robot.worked_s for robot in state.robots.values() if robot.kind == kind), default=0.0)
        for kind in at_chargers
    }
    needs = (
        _robot_need(turn, robot, alarm, begun, at_chargers[robot.kind], least_worked_s[robot.kind], waits_s)
        for robot in state.robots.values()
    )
    return [need for need in needs if need is not None]


def _robot_need(
    turn: Turn,
    robot: RobotRecord,
    alarm: bool,
    begun: dict[str, TaskRecord],
    charges: Charging | None,
    least_worked_s: float,
    waits_s: dict[str, float],
) -> RobotNeed | None:
    kind = turn.kind(robot)
    soc = turn.soc_pct(robot.id)
    if not turn.in_service(robot) or soc is None or turn.must_stay(robot):
        return None
    serves_alarms = alarm and any(
        robot.kind in turn.state.tasks[name].request.robot_kinds
        for name, record in turn.state.alarms.items()
        if record.task and record.closed_s is None
    )
    floor = alarms.LAST_RESORT_PCT if serves_alarms else kind.reserve_pct
    order = robot.busy
    has_begun = robot.id in begun
    in_hand = alarms.in_hand(turn, robot)
    place, free_at_s = free_where_and_when(turn, robot)
    usable_wh = (kind.charge_to_pct - floor) / 100.0 * kind.battery_wh
    spent_wh = (free_at_s - turn.now.fleet_s) * kind.driving_w / 3600.0
    energy_wh = (soc - floor) / 100.0 * kind.battery_wh - spent_wh
    if robot.must_charge and not serves_alarms and not has_begun and in_hand is None:
        if charges is None:
            return None
        # It is free when it has charged.
        free_at_s += waits_s.get(robot.id, 0.0)
        free_at_s += max(usable_wh - energy_wh, 0.0) / kind.charge_w * 3600.0 + kind.dock_s + kind.undock_s
        energy_wh = usable_wh
    if robot.load and has_begun:
        energy_wh = max(energy_wh, kind.battery_wh * 0.05)  # what is on board is brought to its end all the same
    load_kg = sum(turn.state.items[item].mass_kg for item in robot.load)
    if order is not None and in_hand is order:
        task = turn.state.tasks[order.task]
        begin = task.next_act if order.stop == task.next_stop else ""
        load_kg += load_change_kg(turn, line(task.request.stops[order.stop], begin).acts, robot.load)
    return RobotNeed(
        robot=robot.id,
        place=place,
        free_at_s=free_at_s,
        travel_class=travel_class(robot.kind, robot.kept_out),
        capacity_kg=kind.payload_kg,
        load_kg=max(load_kg, 0.0),
        energy_wh=max(energy_wh, 0.0),
        driving_w=kind.driving_w,
        standing_w=kind.standing_w,
        loaded_class=travel_class(robot.kind, robot.kept_out, loaded=True),
        loaded_w=kind.loaded_w,
        work_price=FAIR_PRICE * min((robot.worked_s - least_worked_s) // FAIR_STEP_S, FAIR_STEPS),
        rests=() if charges is None else charges.chargers,
        charging=charges if not serves_alarms else None,
        available=_in_service(turn, robot),
    )


def _in_service(turn: Turn, robot: RobotRecord) -> tuple[tuple[float, float], ...]:
    """Return when the robot works: always but in its planned maintenance."""
    if robot.maintenance_s is None:
        return ()
    from_s, to_s = robot.maintenance_s
    return (turn.now.fleet_s, from_s), (to_s, to_s + HORIZON_S)


def _charging(turn: Turn, kind: RobotKind) -> Charging | None:
    chargers = tuple(
        place.id
        for place in turn.site.places.values()
        if place.kind == "charger"
        and (not place.kinds or kind.id in place.kinds)
        and not charging.is_doubted(turn, place.id)
    )
    full_wh = (kind.charge_to_pct - kind.reserve_pct) / 100.0 * kind.battery_wh
    if not chargers or kind.charge_w <= 0.0 or full_wh <= 0.0 or not turn.ports.policies.charging:
        return None
    return Charging(chargers, full_wh, ((full_wh, kind.charge_w),), kind.dock_s + kind.undock_s)


def free_where_and_when(turn: Turn, robot: RobotRecord) -> tuple[str, float]:
    """Return the vertex where the robot is free next, and the fleet time of it."""
    now = turn.now.fleet_s
    kind = turn.kind(robot)
    order = robot.busy
    if order is None:
        return turn.resting_vertex(robot), now + (kind.undock_s if robot.docked else 0.0)
    if order.state is OrderState.CANCELLING:
        return (order.place if order.arrived else robot.at), now + CANCEL_TAKES_S
    roads, ways = turn.ports.roads, turn.travel_class(robot)
    undock_s = kind.undock_s if order.undock and order.done == 0 else 0.0
    if alarms.in_hand(turn, robot) is not order:
        if order.arrived:
            docking = order.released > order.first_tail or (not order.task and order.released >= order.steps)
            return order.place, now + (kind.dock_s + kind.undock_s if docking else 0.0)
        released = order.lanes[: order.lanes_released]
        end = turn.site.lanes[released[-1]].end if released else robot.at
        return end, now + undock_s + roads.route_time_s(ways, released[order.lanes_done :])
    return order.place, now + remaining_s(turn, robot, order)


def remaining_s(turn: Turn, robot: RobotRecord, order: OrderRecord) -> float:
    """Return the expected seconds until a robot has carried out an order for a task."""
    kind = turn.kind(robot)
    acts_s = sum(step.duration_s for step in order.tail[max(order.done - order.first_tail, 0) :])
    if order.arrived:
        return max(acts_s - max(turn.now.fleet_s - order.last_step_s, 0.0), 1.0)
    undock_s = kind.undock_s if order.undock and order.done == 0 else 0.0
    way = order.lanes[order.lanes_done :]
    return undock_s + turn.ports.roads.route_time_s(turn.travel_class(robot), way) + acts_s


__all__ = ["free_where_and_when", "robots_now"]
