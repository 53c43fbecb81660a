"""Orders as robots are given them: steps written out, and how far they are released."""

from __future__ import annotations

from dataclasses import replace

from robot_fleet.core.facts import StepsReleased
from robot_fleet.core.fleet.state import OrderRecord, RobotRecord
from robot_fleet.core.fleet.turn import Turn
from robot_fleet.core.geometry import HELD_YAW_RAD
from robot_fleet.core.lifecycles.order import OrderState
from robot_fleet.core.order import END, LANE, NO_STOPPING, Order, Step, StepKind


def wished_order(turn: Turn, robot: RobotRecord) -> Order | None:
    """Return the order that the robot is to have now, with its steps written out; None if it is to have none."""
    record = robot.busy
    if record is None:
        return None
    return Order(
        robot=robot.id,
        id=record.id,
        update=record.update,
        steps=_steps(turn, robot, record),
        released=record.released,
        hold=turn.must_stay(robot),
        cancel=record.state is OrderState.CANCELLING,
        consents=robot.consents,
    )


def release_steps(turn: Turn, robot: RobotRecord, released: int) -> None:
    """Release the first steps of a robot's order; the speed limits of their lanes do not change any more."""
    record = robot.busy
    if record is None:
        return
    lanes = record.lanes[: min(max(released - record.first_lane, 0), len(record.lanes))]
    limits_mps = tuple(_limit_mps(turn, robot, record, number) for number in range(len(lanes)))
    turn.emit(StepsReleased(robot.id, record.id, released, turn.now.fleet_s, limits_mps))
    turn.wish(robot.id)


def _limit_mps(turn: Turn, robot: RobotRecord, record: OrderRecord, number: int) -> float:
    """Return the speed limit of an order's lane (counted from 0): the one it was released with, else that of now."""
    if number < len(record.limits_mps):
        return record.limits_mps[number]
    return turn.ports.roads.limit_mps(turn.travel_class(robot), record.lanes[number], turn.mass_kg(robot))


def _steps(turn: Turn, robot: RobotRecord, record: OrderRecord) -> tuple[Step, ...]:
    steps: list[Step] = []
    omni = turn.kind(robot).omnidirectional
    led = turn.must_stay(robot) and not turn.stops_in_place(robot)
    if record.undock:
        charger = turn.site.vertices[turn.site.lanes[record.lanes[0]].start]
        steps.append(Step(id=f"{record.id}.0", kind=StepKind.UNDOCK, target=charger.pose, place=charger.place))
    for i, name in enumerate(record.lanes):
        lane = turn.site.lanes[name]
        vertex = turn.site.vertices[lane.end]
        target = replace(vertex.pose, yaw_rad=HELD_YAW_RAD) if omni and not vertex.place else vertex.pose
        steps.append(
            Step(
                id=f"{record.id}.{record.first_lane + i}",
                kind=StepKind.DRIVE,
                target=target,
                lane=name,
                keep_yaw=omni,
                last=bool(vertex.place),
                corridor_m=lane.corridor_m,
                speed_mps=_limit_mps(turn, robot, record, i),
                place=vertex.place,
                params=_kept_clear(turn, robot, name) if led else {},
            )
        )
    return (*steps, *record.tail)


def _kept_clear(turn: Turn, robot: RobotRecord, lane: str) -> dict[str, object]:
    """Return what a robot that is led to a safe place has to know of a lane: where on it nobody stands."""
    roads, travel_class = turn.ports.roads, turn.travel_class(robot)
    on_it = roads.may_stop_on(travel_class, lane), roads.may_stop_at(travel_class, turn.site.lanes[lane].end)
    clear = [word for word, may_stop in zip((LANE, END), on_it, strict=True) if not may_stop]
    return {NO_STOPPING: clear} if clear else {}
