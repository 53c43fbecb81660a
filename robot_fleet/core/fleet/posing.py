"""From the fleet's state to a planning problem.

Frozen is what is under way, on board or about to start: a robot with an order for a stop is free when that stop is
done, and what follows of a begun task stays with it. Only for an alarm may it be taken from what it does (`alarms`).

What is posed of a task is kept from one time to the next, and with it what planners have derived from it: it is made
anew only where something that it depends on has changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from robot_fleet.core.fleet import alarms, booking
from robot_fleet.core.fleet.state import OrderRecord, RobotRecord, TaskRecord
from robot_fleet.core.fleet.turn import Turn
from robot_fleet.core.lifecycles.order import OrderState
from robot_fleet.core.lifecycles.task import TaskState
from robot_fleet.core.plan import Charging, Coverage, LeftOut, Matrix, Problem, Resource, RobotNeed, StopNeed, TaskNeed
from robot_fleet.core.priority import AGEING_S, DROPPED_S, class_of, lateness_cost
from robot_fleet.core.site import ActTemplate, RobotKind

EXCLUSIVE_KINDS = ("slot", "locker")
"""Places that an item occupies until somebody asks for it: two tasks in one plan must not choose the same."""
CANCEL_TAKES_S = 10.0
"""A robot is reckoned free this long after it was asked to give up what it does."""
CHANGE_COST_S = 5.0
"""Cost of giving a task to another robot than in the plan in force: fifty seconds of driving."""
PENALTY_STEP_S = 600.0
"""What leaving a late task out costs is looked at anew this often."""
COVERED_AHEAD_S, COVERED_EVERY_S = 1800.0, 60.0
"""How far ahead, and how often, plans look at which places are within reach for an alarm."""
UNCOVERED_PRICE = 0.05
"""Cost of a second in which a place is out of reach."""


Leg = Sequence[float] | NDArray[np.float64]
InHand = dict[str, tuple[str, OrderRecord]]


def build_problem(turn: Turn) -> tuple[Problem, tuple[LeftOut, ...]]:
    """Return the planning problem at this instant, and the tasks that cannot even be posed yet (with the reason)."""
    posed = turn.agenda.posed
    alarm = bool(alarms.waiting_alarms(turn))
    open_tasks = turn.state.open_tasks()
    begun = {task.robot: task for task in open_tasks if task.state is TaskState.UNDERWAY}
    charging = {name: _charging(turn, kind) for name, kind in turn.site.kinds.items()}
    robots = [
        need
        for robot in turn.state.robots.values()
        if (need := _robot_need(turn, robot, alarm, begun, charging[robot.kind])) is not None
    ]
    in_hand: InHand = {}
    for robot in turn.state.robots.values():
        order = alarms.in_hand(turn, robot)
        if order is not None:
            in_hand[order.task] = (robot.id, order)
    planned_on = {stop.task: name for name, route in turn.state.routes.items() for stop in route}
    tasks: list[TaskNeed] = []
    waiting: list[LeftOut] = []
    for task in open_tasks:
        wanted = _kept(turn, task, in_hand.get(task.id), planned_on.get(task.id, ""))
        if isinstance(wanted, LeftOut):
            waiting.append(wanted)
        elif wanted is not None:
            tasks.append(wanted)
    if len(posed.tasks) > 2 * len(open_tasks) + 64:
        known = {task.id for task in open_tasks}
        posed.tasks = {name: kept for name, kept in posed.tasks.items() if name in known}
        posed.choices = {name: among for name, among in posed.choices.items() if name in known}
    return _with_site(turn, robots, tasks), tuple(waiting)


def _robot_need(
    turn: Turn, robot: RobotRecord, alarm: bool, begun: dict[str, TaskRecord], charging: Charging | None
) -> RobotNeed | None:
    kind = turn.kind(robot)
    soc = turn.soc_pct(robot.id)
    if not turn.usable(robot) or soc is None or turn.must_stay(robot):
        return None
    serves_alarms = alarm and any(
        robot.kind in turn.state.tasks[name].request.robot_kinds
        for name, record in turn.state.alarms.items()
        if record.closed_s is None
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
        if charging is None:
            return None
        # It is free when it has charged.
        free_at_s += max(usable_wh - energy_wh, 0.0) / kind.charge_w * 3600.0 + kind.dock_s + kind.undock_s
        energy_wh = usable_wh
    if robot.load and has_begun:
        energy_wh = max(energy_wh, kind.battery_wh * 0.05)  # what is on board is brought to its end all the same
    load_kg = sum(turn.state.items[item].mass_kg for item in robot.load)
    if order is not None and in_hand is order:
        stop = turn.state.tasks[order.task].request.stops[order.stop]
        load_kg += _load_change_kg(turn, stop.acts, robot.load)
    return RobotNeed(
        robot=robot.id,
        place=place,
        free_at_s=free_at_s,
        travel_class=robot.kind,
        capacity_kg=kind.payload_kg,
        load_kg=max(load_kg, 0.0),
        energy_wh=max(energy_wh, 0.0),
        driving_w=kind.driving_w,
        standing_w=kind.standing_w,
        loaded_class=f"{robot.kind}+load",
        loaded_w=kind.loaded_w,
        charging=charging if not serves_alarms else None,
    )


def _charging(turn: Turn, kind: RobotKind) -> Charging | None:
    chargers = tuple(
        place.id
        for place in turn.site.places.values()
        if place.kind == "charger" and (not place.kinds or kind.id in place.kinds)
    )
    full_wh = (kind.charge_to_pct - kind.reserve_pct) / 100.0 * kind.battery_wh
    if not chargers or kind.charge_w <= 0.0 or full_wh <= 0.0:
        return None
    return Charging(chargers, full_wh, ((full_wh, kind.charge_w),), kind.dock_s + kind.undock_s)


def _load_change_kg(turn: Turn, acts: tuple[ActTemplate, ...], on_board: tuple[str, ...] = ()) -> float:
    change = 0.0
    for act in acts:
        mass_kg = turn.state.items[act.item].mass_kg if act.item in turn.state.items else 0.0
        if act.act == "take" and act.item not in on_board:
            change += mass_kg
        elif act.act == "give":
            change -= mass_kg
    return change


def free_where_and_when(turn: Turn, robot: RobotRecord) -> tuple[str, float]:
    """Return the vertex where the robot is free next, and the fleet time of it."""
    now = turn.now.fleet_s
    kind = turn.kind(robot)
    order = robot.busy
    if order is None:
        return turn.resting_vertex(robot), now + (kind.undock_s if robot.docked else 0.0)
    if order.state is OrderState.CANCELLING:
        return (order.place if order.arrived else robot.at), now + CANCEL_TAKES_S
    roads, travel_class = turn.ports.roads, turn.travel_class(robot)
    undock_s = kind.undock_s if order.undock and order.done == 0 else 0.0
    if alarms.in_hand(turn, robot) is not order:
        if order.arrived:
            docking = order.released > order.first_tail or (not order.task and order.released >= order.steps)
            return order.place, now + (kind.dock_s + kind.undock_s if docking else 0.0)
        released = order.lanes[: order.lanes_released]
        end = turn.site.lanes[released[-1]].end if released else robot.at
        return end, now + undock_s + roads.route_time_s(travel_class, released[order.lanes_done :])
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


def _kept(
    turn: Turn, task: TaskRecord, in_hand: tuple[str, OrderRecord] | None, planned_on: str
) -> TaskNeed | LeftOut | None:
    """Return what is posed of a task: what was posed before, as long as nothing that it depends on has changed."""
    request = task.request
    overdue = int(max(turn.now.fleet_s - request.due_s, 0.0) // PENALTY_STEP_S)
    assigned = task.robot or planned_on
    order = turn.state.robots[task.robot].busy if task.state is TaskState.ASSIGNED else None
    arrived = order is not None and order.arrived
    there = alarms.on_the_spot(turn, task) if request.alarm and task.state in alarms.NOT_ASSIGNED else ""
    items: list[object] = []
    for stop in request.stops:
        if stop.item:
            items.append(turn.state.items[stop.item].holder)
        for act in stop.acts:
            if act.item:
                known = turn.state.items.get(act.item)
                items.append(known.holder if known is not None else "")
                if act.act == "take" and known is not None:
                    items.append(turn.seen.places.get(known.holder[6:]))
    key = (
        task.state,
        task.next_stop,
        assigned,
        arrived,
        overdue,
        there,
        None if in_hand is None else (in_hand[0], in_hand[1].stop),
        tuple(items),
    )
    kept = turn.agenda.posed.tasks
    known_need = kept.get(task.id)
    if known_need is not None and known_need[0] == key:
        return known_need[1]
    need = _task_need(turn, task, in_hand, assigned, overdue, arrived, there)
    kept[task.id] = (key, need)
    choices = turn.agenda.posed.choices
    choices.pop(task.id, None)
    if isinstance(need, TaskNeed) and any(len(stop.places) > 1 for stop in need.stops):
        choices[task.id] = tuple(stop.places for stop in need.stops if len(stop.places) > 1)
    return need


def _task_need(
    turn: Turn,
    task: TaskRecord,
    in_hand: tuple[str, OrderRecord] | None,
    assigned: str,
    overdue: int,
    arrived: bool,
    there: str,
) -> TaskNeed | LeftOut | None:
    request = task.request
    first = task.next_stop if in_hand is None else in_hand[1].stop + 1
    if first >= len(request.stops):
        return None
    pinned = in_hand[0] if in_hand else (task.robot if task.state is TaskState.UNDERWAY else "")
    if not in_hand and task.state is TaskState.ASSIGNED:
        pinned = task.robot if arrived else ""
    stops: list[StopNeed] = []
    for index in range(first, len(request.stops)):
        need = _stop_need(turn, task, index, posed_first=index == first and not pinned)
        if need is None:
            return LeftOut(task.id, "item_not_there")
        stops.append(need)
    load_kg = max(
        (
            turn.state.items[act.item].mass_kg
            for stop in request.stops
            for act in stop.acts
            if act.item in turn.state.items
        ),
        default=0.0,
    )
    able = _able(turn, request.robot_kinds, load_kg)
    if there:
        able = (there,)
    capacity_kg = max((turn.kind(turn.state.robots[robot]).payload_kg for robot in able), default=0.0)
    weight = class_of(request.priority).weight
    now_late_s = max(overdue * PENALTY_STEP_S, 0.0)
    return TaskNeed(
        task=task.id,
        stops=_balanced(tuple(stops), begun=bool(pinned) or first > 0),
        due_s=request.due_s,
        weight=weight,
        drop_penalty=request.drop_penalty + lateness_cost(weight, now_late_s + DROPPED_S),
        robots=able,
        pinned=pinned,
        together=load_kg > capacity_kg / 2.0,
        assigned=assigned,
    )


def _able(turn: Turn, kinds: tuple[str, ...], load_kg: float) -> tuple[str, ...]:
    """Return the robots of these kinds that can carry so much; one tuple for all tasks that ask the same."""
    strong = tuple(kind for kind in kinds if kind in turn.site.kinds and turn.site.kinds[kind].payload_kg >= load_kg)
    known = turn.agenda.posed.able
    if strong not in known:
        known[strong] = tuple(robot.id for robot in turn.state.robots.values() if robot.kind in strong)
    return known[strong]


def _balanced(stops: tuple[StopNeed, ...], begun: bool) -> tuple[StopNeed, ...]:
    """Return the stops; what a task not begun takes on board for ever is no load that plans can reckon with."""
    if begun or abs(sum(stop.load_kg for stop in stops)) < 1e-9:
        return stops
    return tuple(replace(stop, load_kg=0.0) for stop in stops)


def _stop_need(turn: Turn, task: TaskRecord, index: int, posed_first: bool) -> StopNeed | None:
    """Return a stop as the planner sees it, None if its item is not at a place at the moment."""
    request = task.request
    stop = request.stops[index]
    places = stop.places
    if stop.item:
        holder = turn.state.items[stop.item].holder
        if not holder.startswith("place:"):
            return None
        places = (holder[6:],)
    elif posed_first and not all(
        any(booking.item_is_there(turn, act.item, place) for place in places) for act in stop.acts if act.act == "take"
    ):
        return None
    elif len(places) > 1:
        places = _where_it_fits(turn, stop.acts, places)
    service_s = sum(act.expected_s for act in stop.acts)
    stop_name, _, moment = request.instant.partition(".")
    offset_s = 0.0
    if moment in ("done", "departed"):
        offset_s = service_s
    elif moment != "arrived":
        for act in stop.acts:
            offset_s += act.expected_s
            if act.id == moment:
                break
    counts = stop_name == stop.id
    return StopNeed(
        stop=index,
        places=places,
        service_s=service_s,
        load_kg=_load_change_kg(turn, stop.acts),
        earliest_s=request.earliest_s if index == 0 else 0.0,
        counts=counts,
        counts_offset_s=offset_s if counts else 0.0,
        interruptible=all(act.interruptible for act in stop.acts),
    )


def _where_it_fits(turn: Turn, acts: tuple[ActTemplate, ...], places: tuple[str, ...]) -> tuple[str, ...]:
    """Return the alternatives that are large enough for what is put down there; all of them if none is."""
    items = [turn.state.items[act.item] for act in acts if booking.puts_down(act) and act.item in turn.state.items]
    fitting = (place for place in places if all(booking.item_fits(turn, i, turn.site.places[place]) for i in items))
    return tuple(fitting) or places


def _with_site(turn: Turn, robots: list[RobotNeed], tasks: list[TaskNeed]) -> Problem:
    """Add ways, what is taken, chargers and what is to be within reach."""
    places, travel_s = _travel(turn)
    choices = turn.agenda.posed.choices
    chosen_from = {among for task in tasks if task.task in choices for among in choices[task.task]}
    exclusive = {place for among in chosen_from for place in among if turn.site.places[place].kind in EXCLUSIVE_KINDS}
    return Problem(
        now_s=turn.now.fleet_s,
        robots=tuple(robots),
        tasks=tuple(tasks),
        places=places,
        travel_s=travel_s,
        exclusive=frozenset(exclusive),
        taken=booking.full_places(turn, exclusive),
        ageing_s=AGEING_S,
        change_cost=CHANGE_COST_S,
        resources=_chargers(turn, robots),
        coverage=_coverage(turn, robots),
        starts=_starts(turn, robots, places),
    )


def _travel(turn: Turn) -> tuple[dict[str, tuple[str, ...]], dict[str, Matrix]]:
    """Return places and matrices of all travel classes: the same objects as long as no way has changed."""
    roads, posed = turn.ports.roads, turn.agenda.posed
    classes = [name for kind in turn.site.kinds for name in (kind, f"{kind}+load")]
    matrices: dict[str, Matrix] = {name: roads.matrix(name) for name in classes}
    if len(posed.travel_s) != len(classes) or any(posed.travel_s[name] is not matrices[name] for name in classes):
        posed.travel_s, posed.places = matrices, {name: roads.place_names(name) for name in classes}
    return posed.places, posed.travel_s


def _starts(turn: Turn, robots: list[RobotNeed], places: dict[str, tuple[str, ...]]) -> dict[str, dict[str, Leg]]:
    """Return the ways from where robots become free that is no place: a vertex of the lane graph."""
    starts: dict[str, dict[str, Leg]] = {}
    for robot in robots:
        if robot.place in turn.site.places and robot.place in places[robot.travel_class]:
            continue
        for travel_class in (robot.travel_class, robot.loaded_class):
            starts.setdefault(robot.place, {})[travel_class] = turn.ports.roads.times_s(travel_class, robot.place)
    return starts


def _chargers(turn: Turn, robots: list[RobotNeed]) -> tuple[Resource, ...]:
    """Return the chargers that plans may use, with what stands on them now: one robot at a time charges at each."""
    charging = {id(robot.charging): robot.charging for robot in robots if robot.charging is not None}
    wanted = {name for among in charging.values() for name in among.chargers}
    if not wanted:
        return ()
    busy: dict[str, list[tuple[float, float]]] = {}
    for robot in turn.state.robots.values():
        if robot.docked in wanted and robot.must_charge:
            kind, soc = turn.kind(robot), turn.soc_pct(robot.id)
            if soc is not None and kind.charge_w > 0.0:
                left_s = max(kind.charge_to_pct - soc, 0.0) / 100.0 * kind.battery_wh / kind.charge_w * 3600.0
                busy.setdefault(robot.docked, []).append((turn.now.fleet_s, turn.now.fleet_s + left_s + kind.undock_s))
    return tuple(Resource(name, (name,), 1, tuple(busy.get(name, ()))) for name in sorted(wanted))


def _coverage(turn: Turn, robots: list[RobotNeed]) -> Coverage | None:
    """Return what is to be within reach: the places that an alarm may come from, for the kinds that answer it."""
    for service in turn.site.services.values():
        if not service.alarm:
            continue
        rooms = turn.site.places_asked_for(service)
        able = tuple(robot.robot for robot in robots if robot.travel_class in service.robot_kinds)
        if rooms:
            until_s = turn.now.fleet_s + COVERED_AHEAD_S
            return Coverage(able, rooms, service.due.after_s, until_s, COVERED_EVERY_S, UNCOVERED_PRICE)
    return None


__all__ = ["build_problem", "free_where_and_when", "remaining_s"]
