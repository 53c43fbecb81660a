"""From the fleet's state to a planning problem, and from a plan to what the fleet commits to.

Frozen is what is under way, on board or about to start: a robot with an order for a stop is free when that stop is
done, and what follows of a begun task stays with it. Only for an alarm may it be taken from what it does (`alarms`).
"""

from __future__ import annotations

from dataclasses import replace

from robot_fleet.core.effects import Improve
from robot_fleet.core.facts import PlanCommitted, TaskFailed, TaskRejected, TaskReleased
from robot_fleet.core.fleet import alarms, booking, dispatch
from robot_fleet.core.fleet.state import OrderRecord, RobotRecord, TaskRecord
from robot_fleet.core.fleet.turn import Turn
from robot_fleet.core.lifecycles.link import LinkState
from robot_fleet.core.lifecycles.order import OrderState
from robot_fleet.core.lifecycles.task import TaskState
from robot_fleet.core.plan import LeftOut, Plan, PlannedStop, Problem, RobotNeed, StopNeed, TaskNeed
from robot_fleet.core.site import ActTemplate

REPLAN_EVERY_S = 30.0
"""Even if nothing happened, plans are looked at this often: estimates drift."""
IMPROVE_EVERY_S = 5.0
"""At most one improvement is asked for in this time."""
GIVE_UP_AFTER_S = 3_600.0
"""A task that no plan could take in ends as failed this long after it was due."""
NEVER_BEGUN_S = 4 * 3_600.0
"""A planned task that could not be begun (its place stays blocked) ends as failed this long after it was due."""
HOPELESS = ("no_robot_kind", "too_heavy")
"""Reasons that waiting does not mend."""
EXCLUSIVE_KINDS = ("slot", "locker")
"""Places that an item occupies until somebody asks for it: two tasks in one plan must not choose the same."""
CANCEL_TAKES_S = 10.0
"""A robot is reckoned free this long after it was asked to give up what it does."""


def replan(turn: Turn) -> None:
    """Build the problem as it is now, insert what is new, check, and commit what changed."""
    agenda = turn.agenda
    agenda.replan = False
    agenda.planned_s = turn.now.fleet_s
    _give_up(turn)
    problem, waiting = build_problem(turn)
    plan = turn.ports.planner.insert(problem, current_plan(turn))
    _commit(turn, problem, plan, waiting)
    worth = len(problem.tasks) >= 2 and not agenda.job_open
    if worth and turn.now.fleet_s - agenda.job_asked_s >= IMPROVE_EVERY_S:
        agenda.job += 1
        agenda.job_open, agenda.job_asked_s = True, turn.now.fleet_s
        turn.effects.append(Improve(agenda.job, problem, plan))


def improved(turn: Turn, job: int, found: Plan) -> None:
    """Commit a worker's plan if, carried over to the state as it is now, it is cheaper than what is in force."""
    if job != turn.agenda.job:
        return
    turn.agenda.job_open = False
    problem, waiting = build_problem(turn)
    ours = turn.ports.planner.insert(problem, current_plan(turn))
    theirs = turn.ports.planner.insert(problem, found)
    if theirs.cost < ours.cost - 1e-6:
        _commit(turn, problem, replace(theirs, by=found.by), waiting)


def current_plan(turn: Turn) -> Plan:
    """Return the plan in force: what each robot has before it, with a first stop that may be taken from it again."""
    routes = {}
    for robot in turn.state.robots.values():
        route = turn.state.routes.get(robot.id, ())
        order = robot.busy
        if order is not None and turn.state.serves(robot, order) and alarms.may_be_replaced(turn, order):
            now = turn.now.fleet_s
            route = (PlannedStop(order.task, order.stop, order.place, now, now, now), *route)
        routes[robot.id] = route
    return Plan(routes=routes)


def build_problem(turn: Turn) -> tuple[Problem, tuple[LeftOut, ...]]:
    """Return the planning problem at this instant, and the tasks that cannot even be posed yet (with the reason)."""
    alarm = bool(alarms.waiting_alarms(turn))
    robots = [need for robot in turn.state.robots.values() if (need := _robot_need(turn, robot, alarm)) is not None]
    in_hand: dict[str, tuple[str, OrderRecord]] = {}
    for robot in turn.state.robots.values():
        order = alarms.in_hand(turn, robot)
        if order is not None:
            in_hand[order.task] = (robot.id, order)
    tasks: list[TaskNeed] = []
    waiting: list[LeftOut] = []
    for task in turn.state.open_tasks():
        posed = _task_need(turn, task, in_hand.get(task.id))
        if isinstance(posed, LeftOut):
            waiting.append(posed)
        elif posed is not None:
            tasks.append(posed)
    return _with_travel(turn, robots, tasks, in_hand), tuple(waiting)


def _robot_need(turn: Turn, robot: RobotRecord, alarm: bool) -> RobotNeed | None:
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
    begun = turn.state.begun_by(robot.id) is not None
    if robot.must_charge and not serves_alarms and not begun and alarms.in_hand(turn, robot) is None:
        return None
    place, free_at_s = free_where_and_when(turn, robot)
    spent_wh = (free_at_s - turn.now.fleet_s) * kind.driving_w / 3600.0
    energy_wh = (soc - floor) / 100.0 * kind.battery_wh - spent_wh
    if robot.load and begun:
        energy_wh = max(energy_wh, kind.battery_wh * 0.05)  # what is on board is brought to its end all the same
    load_kg = sum(turn.state.items[item].mass_kg for item in robot.load)
    if order is not None and alarms.in_hand(turn, robot) is order:
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
    )


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


def _task_need(turn: Turn, task: TaskRecord, in_hand: tuple[str, OrderRecord] | None) -> TaskNeed | LeftOut | None:
    request = task.request
    first = task.next_stop if in_hand is None else in_hand[1].stop + 1
    if first >= len(request.stops):
        return None
    pinned = in_hand[0] if in_hand else (task.robot if task.state is TaskState.UNDERWAY else "")
    if not in_hand and task.state is TaskState.ASSIGNED:
        order = turn.state.robots[task.robot].busy
        pinned = task.robot if order is not None and order.arrived else ""
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
    able = tuple(
        robot.id
        for robot in turn.state.robots.values()
        if robot.kind in request.robot_kinds and turn.kind(robot).payload_kg >= load_kg
    )
    if request.alarm and task.state in alarms.NOT_ASSIGNED:
        there = alarms.on_the_spot(turn, task)
        able = (there,) if there else able
    capacity_kg = max((turn.kind(turn.state.robots[robot]).payload_kg for robot in able), default=0.0)
    return TaskNeed(
        task=task.id,
        stops=tuple(stops),
        due_s=request.due_s,
        weight=max(request.priority, 1) / 10.0,
        drop_penalty=request.drop_penalty,
        robots=able,
        pinned=pinned,
        together=load_kg > capacity_kg / 2.0,
    )


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
    )


def _where_it_fits(turn: Turn, acts: tuple[ActTemplate, ...], places: tuple[str, ...]) -> tuple[str, ...]:
    """Return the alternatives that are large enough for what is put down there; all of them if none is."""
    items = [turn.state.items[act.item] for act in acts if booking.puts_down(act) and act.item in turn.state.items]
    fitting = (place for place in places if all(booking.item_fits(turn, i, turn.site.places[place]) for i in items))
    return tuple(fitting) or places


def _with_travel(
    turn: Turn, robots: list[RobotNeed], tasks: list[TaskNeed], in_hand: dict[str, tuple[str, OrderRecord]]
) -> Problem:
    """Add the travel matrices and what is taken; a loaded leg that is slower counts as service at its first stop."""
    roads = turn.ports.roads
    tasks = [_slower_when_loaded(turn, task, in_hand) for task in tasks]
    classes = sorted({robot.travel_class for robot in robots})
    places: dict[str, tuple[str, ...]] = {}
    travel_s: dict[str, tuple[tuple[float, ...], ...]] = {}
    for travel_class in classes:
        wanted: dict[str, None] = {robot.place: None for robot in robots if robot.travel_class == travel_class}
        for task in tasks:
            if any(turn.state.robots[name].kind == travel_class for name in task.robots):
                wanted.update({place: None for stop in task.stops for place in stop.places})
        names = tuple(wanted)
        places[travel_class] = names
        travel_s[travel_class] = tuple(tuple(roads.time_s(travel_class, a, b) for b in names) for a in names)
    exclusive = {
        place
        for task in tasks
        for stop in task.stops
        if len(stop.places) > 1
        for place in stop.places
        if turn.site.places[place].kind in EXCLUSIVE_KINDS
    }
    taken = {place for place in exclusive if not booking.has_room(turn, turn.site.places[place], "")}
    return Problem(
        now_s=turn.now.fleet_s,
        robots=tuple(robots),
        tasks=tuple(tasks),
        places=places,
        travel_s=travel_s,
        exclusive=frozenset(exclusive),
        taken=frozenset(taken),
    )


def _slower_when_loaded(turn: Turn, task: TaskNeed, in_hand: dict[str, tuple[str, OrderRecord]]) -> TaskNeed:
    if not task.together or not task.robots:
        return task
    kind = turn.state.robots[task.robots[0]].kind
    roads = turn.ports.roads
    stops = list(task.stops)
    for i in range(len(stops) - 1):
        here, there = stops[i].places[0], stops[i + 1].places[0]
        extra_s = roads.time_s(f"{kind}+load", here, there) - roads.time_s(kind, here, there)
        if 0.0 < extra_s < float("inf"):
            stops[i] = replace(stops[i], service_s=stops[i].service_s + extra_s)
    return replace(task, stops=tuple(stops))


def _give_up(turn: Turn) -> None:
    """End what nobody will ever do: left out of every plan, never begun, or with a robot that has fallen silent."""
    for task in turn.state.open_tasks():
        late_s = turn.now.fleet_s - max(task.request.due_s, task.request.earliest_s)
        robot = turn.state.robots.get(task.robot)
        if late_s <= GIVE_UP_AFTER_S:
            continue
        if task.state in (TaskState.REQUESTED, TaskState.SUSPENDED):
            turn.emit(TaskFailed(task.id, task.reason or "not_planned", turn.now.fleet_s))
        elif robot is not None and robot.link is LinkState.OFFLINE:
            turn.emit(TaskFailed(task.id, "robot_offline", turn.now.fleet_s))
        elif task.state is TaskState.SCHEDULED and late_s > NEVER_BEGUN_S:
            turn.emit(TaskFailed(task.id, "never_begun", turn.now.fleet_s))


def _commit(turn: Turn, problem: Problem, plan: Plan, waiting: tuple[LeftOut, ...]) -> None:
    violations = turn.ports.checker.check(problem, plan)
    turn.agenda.checked += 1
    if violations:
        turn.agenda.violations.extend(violations)
        return
    left_out = (*plan.left_out, *waiting)
    replaced = _take_back(turn, problem, plan)
    routes: dict[str, tuple[PlannedStop, ...]] = {}
    for robot in turn.state.robots.values():
        route = plan.routes.get(robot.id, ())
        order = robot.busy
        keeps = order is not None and turn.state.serves(robot, order) and robot.id not in replaced
        if order is not None and keeps and route and (route[0].task, route[0].stop) == (order.task, order.stop):
            route = route[1:]  # it keeps the order that might have been taken from it
        if _differs(turn.state.routes.get(robot.id, ()), route):
            routes[robot.id] = route
    reasons = {left.task: left.reason for left in left_out}
    if routes or reasons != turn.state.left_out:
        turn.emit(PlanCommitted(plan.by, plan.cost, routes, left_out))
        turn.agenda.moved = True
    for task in [task for task in turn.state.open_tasks() if task.state is TaskState.REQUESTED]:
        if reasons.get(task.id) in HOPELESS:
            turn.emit(TaskRejected(task.id, reasons[task.id], turn.now.fleet_s))


def _take_back(turn: Turn, problem: Problem, plan: Plan) -> list[str]:
    """Release the tasks of robots whose first stop the plan has given to something more urgent."""
    replaced = []
    for robot in turn.state.robots.values():
        order = robot.busy
        if order is None or not turn.state.serves(robot, order) or not alarms.may_be_replaced(turn, order):
            continue
        route = plan.routes.get(robot.id, ())
        if route and (route[0].task, route[0].stop) == (order.task, order.stop):
            continue
        replaced.append(robot.id)
        if order.arrived:
            dispatch.cancel_order(turn, robot, "called_to_alarm")
        else:
            turn.emit(TaskReleased(order.task, "called_to_alarm"))
    return replaced


def _differs(before: tuple[PlannedStop, ...], after: tuple[PlannedStop, ...]) -> bool:
    if [(s.task, s.stop, s.place) for s in before] != [(s.task, s.stop, s.place) for s in after]:
        return True
    return any(abs(b.begin_s - a.begin_s) > 60.0 for b, a in zip(before, after, strict=True))
