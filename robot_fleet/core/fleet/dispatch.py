"""From plan to orders: who sets off now, whither, and what is done there.

Robots with nothing to do go to a charger.
"""

from __future__ import annotations

import math
from dataclasses import replace

from robot_fleet.core.facts import ChargeBegan, ChargeEnded, OrderCancelAsked, OrderSent, TaskHeldUp, TaskReleased
from robot_fleet.core.fleet import charging, orders
from robot_fleet.core.fleet.right_of_way import cut_off, lawful
from robot_fleet.core.fleet.right_of_way.cut_off import EQUIPMENT_FAILED
from robot_fleet.core.fleet.right_of_way.travellers import barred, stays_safe
from robot_fleet.core.fleet.state import OrderRecord, RobotRecord, TaskRecord
from robot_fleet.core.fleet.tasks import booking, flowing
from robot_fleet.core.fleet.turn import Turn
from robot_fleet.core.lifecycles.link import LinkState
from robot_fleet.core.lifecycles.order import OrderState
from robot_fleet.core.lifecycles.task import TaskState
from robot_fleet.core.order import Step, StepKind
from robot_fleet.core.plan import CHARGE, PlannedStop

SLACK_S = 20.0
"""A robot sets off this much earlier than needed for a stop that may not begin before a certain time."""

ASIDE_KINDS = ("waiting", "dock")
"""Where a robot waits that cannot go on with the goods it has on board."""
ZONE_CLOSED = "zone_closed"
"""Reason of a task whose place cannot be reached for a zone that is closed."""
LANE_BLOCKED = "lane_blocked"
"""... or for a lane on which something stands in the way."""
BARRED = (ZONE_CLOSED, EQUIPMENT_FAILED, LANE_BLOCKED, lawful.LAW_PAPERS, lawful.LAW_LIMITS)


def dispatch(turn: Turn) -> None:
    """Give every robot that can take one the order that the plan calls for."""
    if turn.state.hold:
        return
    for robot in sorted(turn.state.robots.values(), key=lambda robot: _urgency(turn, robot)):
        if turn.usable(robot) and not turn.must_stay(robot):
            _dispatch(turn, robot)
    _make_way(turn)


def _urgency(turn: Turn, robot: RobotRecord) -> tuple[float, float]:
    """Return the key by which robots choose among places that are free: alarms first, then by due time."""
    route = turn.state.routes.get(robot.id, ())
    if not route or route[0].stop == CHARGE:
        return (0.0, math.inf)
    request = turn.state.tasks[route[0].task].request
    return (-float(request.alarm), request.due_s)


def _dispatch(turn: Turn, robot: RobotRecord) -> None:
    _watch_charge(turn, robot)
    order = robot.busy
    stop = _next_stop(turn, robot)
    if order is None:
        _set_off(turn, robot, stop)
        return
    if order.state is not OrderState.ACTIVE:
        return
    if order.released > order.first_tail:
        return  # what is done at the place is released: it is carried out, or cancelled by whoever has the reason
    if not order.task:
        if stop is not None:
            _send_to_stop(turn, robot, stop)
        elif not order.arrived and (not booking.robot_may_go(turn, robot, order.place) or barred(turn, robot)):
            _retreat(turn, robot)  # another came to rest there, or a zone was closed
    elif not wanted(turn, robot, order):
        if stop is not None:
            _send_to_stop(turn, robot, stop)
        elif _may_go_home(turn, robot):
            _send_home(turn, robot)
    elif barred(turn, robot):
        _lead_round(turn, robot, order)
    elif turn.state.tasks[order.task].reason in BARRED:
        turn.emit(TaskHeldUp(order.task, "", turn.now.fleet_s))


def take_back(turn: Turn) -> None:
    """Open the tasks again that have not begun and whose place a closed zone has cut off from their robot."""
    for robot in turn.state.robots.values():
        order = robot.busy
        if order is None or not turn.state.serves(robot, order) or not barred(turn, robot):
            continue
        if turn.state.tasks[order.task].state is TaskState.ASSIGNED and not _reaches(turn, robot, order.place):
            turn.emit(TaskReleased(order.task, _why_barred(turn, robot, order)))
            turn.agenda.replan = True


def _lead_round(turn: Turn, robot: RobotRecord, order: OrderRecord) -> None:
    """Give a robot whose way leads through a closed zone another one.

    If there is none, the task, which has begun, waits with its robot: out of the zone and of the others' way if it can.
    """
    vertex = _free_vertex(turn, robot)
    can_stay = bool(turn.site.vertices[vertex].place) and not turn.ports.roads.is_closed(robot.kind, vertex)
    if _reaches(turn, robot, order.place):
        _send(turn, robot, order.purpose, order.place, order.tail, order.task, order.stop)
    elif not can_stay and _retreat(turn, robot):
        turn.agenda.replan = True
    elif turn.state.tasks[order.task].reason != (why := _why_barred(turn, robot, order)):
        about = _barring(turn, robot, order) if why == EQUIPMENT_FAILED else ()
        turn.emit(TaskHeldUp(order.task, why, turn.now.fleet_s, about))


def _why_barred(turn: Turn, robot: RobotRecord, order: OrderRecord) -> str:
    law = lawful.bars(turn, robot, order.place, _free_vertex(turn, robot))
    if law:
        return law
    if _barring(turn, robot, order):
        return EQUIPMENT_FAILED
    return LANE_BLOCKED if turn.state.blocked else ZONE_CLOSED


def _barring(turn: Turn, robot: RobotRecord, order: OrderRecord) -> tuple[str, ...]:
    return cut_off.equipment_between(turn, robot, _free_vertex(turn, robot), order.place)


def _reaches(turn: Turn, robot: RobotRecord, place: str) -> bool:
    return not math.isinf(turn.ports.roads.time_s(turn.travel_class(robot), _free_vertex(turn, robot), place))


def _set_off(turn: Turn, robot: RobotRecord, stop: PlannedStop | None) -> None:
    """Give a robot that has no order one: for its stop, else home.

    Where it cannot rest it must get away: by a way that leads nobody into a deadlock if there is one.
    """
    if stop is not None and _send_to_stop(turn, robot, stop):
        return
    in_the_way = booking.is_in_the_way(turn, robot)
    settled = bool(robot.docked) and not charging.is_doubted(turn, robot.docked)
    settled = settled or (not turn.ports.policies.charging and not in_the_way)
    keeps_out = not turn.ports.roads.is_closed(turn.travel_class(robot), robot.at)
    if in_the_way or (stop is None and not (settled and keeps_out) and _may_go_home(turn, robot)):
        sent = _send_home(turn, robot)
        if in_the_way and not sent:
            _send_home(turn, robot, anyway=True)


def _make_way(turn: Turn) -> None:
    """Let robots that only rest leave their places to those that have something to do there now."""
    robots = turn.state.robots
    resting = {robot.at: robot for robot in robots.values() if robot.busy is None and not robot.stranded_on}
    for name, route in list(turn.state.routes.items()):
        rests = resting.get(route[0].place) if route and route[0].stop != CHARGE else None
        if rests is None or rests.id == name or rests.must_charge or not _may_go_home(turn, rests):
            continue
        comes = robots[name]
        if not all(turn.usable(robot) and not turn.must_stay(robot) for robot in (rests, comes)):
            continue
        travel_s = turn.ports.roads.time_s(turn.travel_class(comes), _free_vertex(turn, comes), rests.at)
        if route[0].begin_s - travel_s <= turn.now.fleet_s + SLACK_S and _next_stop(turn, rests) is None:
            del resting[rests.at]
            if not _send_home(turn, rests, but=rests.at):
                _send_aside(turn, rests, but=rests.at)


def _may_go_home(turn: Turn, robot: RobotRecord) -> bool:
    """Return whether the robot need not stay for what it has on board; goods whose task has ended go home with it."""
    return not robot.load or turn.state.begun_by(robot.id) is None


def wanted(turn: Turn, robot: RobotRecord, order: OrderRecord) -> bool:
    """Return whether what an order would do at its place is still to be done by this robot."""
    return not order.task or turn.state.serves(robot, order)


def _next_stop(turn: Turn, robot: RobotRecord) -> PlannedStop | None:
    """Return the first planned stop if the robot should set off for it now."""
    route = turn.state.routes.get(robot.id, ())
    if not route or route[0].stop == CHARGE:
        return None
    stop = route[0]
    task = turn.state.tasks[stop.task]
    if task.next_stop != stop.stop:
        return None
    if stop.stop == 0 and turn.state.awaited_by(task):
        return None  # planned for when those have ended that it comes after
    if robot.must_charge and not task.request.alarm and task.state is not TaskState.UNDERWAY:
        return None  # planned for when it has charged
    if robot.maintenance_s is not None and stop.begin_s >= robot.maintenance_s[1] > turn.now.fleet_s:
        return None  # planned for when it is in service again
    start = _free_vertex(turn, robot)
    travel_s = turn.ports.roads.time_s(turn.travel_class(robot), start, stop.place)
    if math.isinf(travel_s):
        return None
    earliest_s = max(
        task.request.earliest_s if stop.stop == 0 else 0.0, turn.agenda.posed.turn_s.get((task.id, stop.stop), 0.0)
    )
    if turn.now.fleet_s + travel_s + SLACK_S < earliest_s:
        return None
    if not booking.robot_may_go(turn, robot, stop.place):
        return None
    template = task.request.stops[stop.stop]
    for act in template.acts:
        if act.act == "take" and act.item not in robot.load:
            if not booking.item_is_there(turn, act.item, stop.place):
                return None
        elif booking.puts_down(act) and not booking.has_room(turn, turn.site.places[stop.place], task.id):
            return _elsewhere(turn, robot, task, stop)
    return stop


def _elsewhere(turn: Turn, robot: RobotRecord, task: TaskRecord, stop: PlannedStop) -> PlannedStop | None:
    """Return the stop at the nearest alternative place that is free, None if there is none now."""
    template = task.request.stops[stop.stop]
    start = _free_vertex(turn, robot)
    best, best_s = None, math.inf
    for name in template.places:
        place = turn.site.places[name]
        item = next((turn.state.items[act.item] for act in template.acts if act.item in turn.state.items), None)
        fits = item is None or booking.item_fits(turn, item, place)
        if fits and booking.has_room(turn, place, task.id) and booking.robot_may_go(turn, robot, name):
            time_s = turn.ports.roads.time_s(turn.travel_class(robot), start, name)
            if time_s < best_s:
                best, best_s = name, time_s
    if best is None:
        return None
    return PlannedStop(stop.task, stop.stop, best, stop.arrive_s, stop.begin_s, stop.end_s)


def _free_vertex(turn: Turn, robot: RobotRecord) -> str:
    """Return the vertex from which a new way begins: the end of what is released already."""
    order = robot.busy
    if order is None:
        return turn.resting_vertex(robot)
    if order.lanes_released == 0:
        return robot.at
    return turn.site.lanes[order.lanes[order.lanes_released - 1]].end


def _send_to_stop(turn: Turn, robot: RobotRecord, stop: PlannedStop) -> bool:
    task = turn.state.tasks[stop.task]
    begin = task.next_act if stop.stop == task.next_stop else ""
    tail = flowing.steps(turn, robot, task, stop.stop, stop.place, begin)
    return _send(turn, robot, "task", stop.place, tail, stop.task, stop.stop)


def _send_home(turn: Turn, robot: RobotRecord, anyway: bool = False, but: str = "") -> bool:
    free = booking.free_places(turn, robot, _free_vertex(turn, robot), ("charger",))
    free = [charger for charger in free if charger != but and not charging.is_doubted(turn, charger)]
    planned = turn.state.charges.get(robot.id, "")
    for charger in sorted(free, key=lambda name: name != planned):
        pose = turn.site.places[charger].pose
        dock = Step(id="", kind=StepKind.DOCK, target=pose, place=charger, duration_s=turn.kind(robot).dock_s)
        tail = (dock,) if turn.ports.policies.charging else ()
        if _send(turn, robot, "home", charger, tail, "", -1, anyway):
            return True
    return False


def _retreat(turn: Turn, robot: RobotRecord) -> bool:
    """Send a robot to rest: home, or aside where it has goods of a task that has begun."""
    return _send_home(turn, robot) if _may_go_home(turn, robot) else _send_aside(turn, robot)


def _send_aside(turn: Turn, robot: RobotRecord, but: str = "") -> bool:
    """Send a robot with goods on board to where it can wait with them; return whether that was possible."""
    kind = turn.kind(robot)
    if robot.load and kind.loaded_footprint != kind.footprint:
        return False  # places for resting have room for it without a load only
    places = booking.free_places(turn, robot, _free_vertex(turn, robot), ASIDE_KINDS)
    return any(_send(turn, robot, "clear", place, (), "", -1) for place in places if place != but)


def _send(
    turn: Turn,
    robot: RobotRecord,
    purpose: str,
    place: str,
    tail: tuple[Step, ...],
    task: str,
    stop: int,
    anyway: bool = False,
) -> bool:
    """Send a new order, or stitch one onto what is already released; return whether that was possible.

    A robot in transit keeps its way where another would lead into a deadlock (unless it has to go `anyway`).
    """
    order = robot.busy
    resumed = robot.stranded_on if order is None else ""
    if resumed and robot.link is not LinkState.LIVE:
        return False
    start = _free_vertex(turn, robot)
    way = turn.ports.roads.route(turn.travel_class(robot), start, place)
    in_transit = not turn.site.vertices[start].place
    if way is None or (in_transit and not anyway and not stays_safe(turn, robot, way)):
        return False
    if order is not None:
        kept = order.lanes[: order.lanes_released]
        number, update, undock, lanes = order.id, order.update + 1, order.undock, (*kept, *way)
        if not kept and order.done == 0:
            undock = bool(robot.docked) and bool(lanes)
    else:
        number, update, lanes = f"{robot.id}.{robot.orders + 1}", 1, (resumed, *way) if resumed else way
        undock = bool(robot.docked) and bool(lanes)
    first_tail = (1 if undock else 0) + len(lanes)
    numbered = tuple(replace(step, id=f"{number}.{first_tail + i}") for i, step in enumerate(tail))
    turn.emit(
        OrderSent(robot.id, number, update, purpose, task, stop, place, undock, lanes, numbered, turn.now.fleet_s)
    )
    if resumed:  # it stands on that lane, which was kept free for it all the time
        orders.release_steps(turn, robot, 1)
    turn.wish(robot.id)
    turn.agenda.moved = True
    return True


def cancel_order(turn: Turn, robot: RobotRecord, reason: str) -> None:
    """Ask the robot's agent to give its order up at the nearest safe point."""
    order = robot.busy
    if order is not None and order.state is OrderState.ACTIVE:
        turn.emit(OrderCancelAsked(robot.id, order.id, reason))
        turn.wish(robot.id)


def _charge_is_next(turn: Turn, robot: RobotRecord) -> bool:
    """Return whether the plan sends the robot to charge now."""
    route = turn.state.routes.get(robot.id, ())
    return bool(route) and route[0].stop == CHARGE and robot.busy is None


def _watch_charge(turn: Turn, robot: RobotRecord) -> None:
    soc = turn.soc_pct(robot.id)
    if soc is None or not turn.ports.policies.charging:
        return
    kind = turn.kind(robot)
    if robot.must_charge:
        if soc >= kind.charge_to_pct:
            turn.emit(ChargeEnded(robot.id, soc, turn.now.fleet_s))
            turn.agenda.replan = True
    elif soc < kind.charge_below_pct or _charge_is_next(turn, robot):
        turn.emit(ChargeBegan(robot.id, soc, turn.now.fleet_s))
        turn.agenda.replan = True
