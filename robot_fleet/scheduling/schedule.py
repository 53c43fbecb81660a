"""Times, loads and energy that follow from a robot and an ordered list of visits; for planners, never for the checker.

A robot leaves its first place at `start_s`, drives to the next visit at once, waits there until `earliest_s` if it is
early, serves, and goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

from robot_fleet.core.plan import PlannedStop
from robot_fleet.scheduling.instance import TINY, Instance, Vehicle, Visit


class Route:
    """A feasible sequence of visits of one robot, immutable, with running totals.

    Attributes
    ----------
    leave_s, costs, travels_s, loads : at index i, after i visits: departure time, cost so far, travel so far, load on
        board; each has one entry more than `visits`.
    closed : at index i, whether nothing may be inserted before visit i (inside a `together` task).
    head : number of visits at the front that nothing may precede.
    service_s : sum of all service times.
    cost : weighted lateness plus weighted travel, in seconds.
    memo : results of `positions.cheapest` on this route, by job; for that module's use.
    """

    __slots__ = (
        "closed",
        "cost",
        "costs",
        "head",
        "jobs",
        "leave_s",
        "loads",
        "memo",
        "service_s",
        "travels_s",
        "vehicle",
        "visits",
    )

    def __init__(
        self,
        vehicle: Vehicle,
        visits: tuple[Visit, ...],
        leave_s: list[float],
        costs: list[float],
        travels_s: list[float],
        loads: list[float],
        closed: list[bool],
        head: int,
        service_s: float,
    ) -> None:
        self.vehicle = vehicle
        self.visits = visits
        self.leave_s = leave_s
        self.costs = costs
        self.travels_s = travels_s
        self.loads = loads
        self.closed = closed
        self.head = head
        self.service_s = service_s
        self.cost = costs[-1]
        self.jobs = tuple(dict.fromkeys(visit.info.job for visit in visits))
        self.memo: dict[object, Any] = {}

    def without(self, instance: Instance, job: int) -> Route | None:
        """Return the route with the job's visits taken out, None if what remains cannot be driven."""
        return lay(instance, self.vehicle, tuple(visit for visit in self.visits if visit[6][0] != job))


@dataclass(frozen=True, slots=True)
class Fault:
    """The first visit (by index) at which a sequence breaks a rule, and the rule: a LeftOut reason or `sequence`."""

    index: int
    rule: str


def lay(instance: Instance, vehicle: Vehicle, visits: Sequence[Visit]) -> Route | None:
    """Return the route that visits in this order, None if it breaks a rule."""
    result = lay_or_fault(instance, vehicle, visits)
    return result if isinstance(result, Route) else None


def lay_or_fault(instance: Instance, vehicle: Vehicle, visits: Sequence[Visit]) -> Route | Fault:
    """Return the route that visits in this order, or the first rule it breaks.

    Rules: every leg can be driven, no pick-up exceeds the capacity, the energy lasts, the stops of `together` tasks
    stand side by side, head tasks stand first. That each task is complete and in order is the caller's affair.
    """
    matrix = vehicle.matrix
    jobs = instance.jobs
    travel_weight = instance.problem.travel_weight
    capacity = vehicle.need.capacity_kg + TINY
    row, time, cost, travel, load, service_sum = vehicle.row, vehicle.start_s, 0.0, 0.0, vehicle.need.load_kg, 0.0
    leave_s, costs, travels, loads, closed = [time], [cost], [travel], [load], [False]
    head = 0
    last_job = -1
    for index, (next_row, earliest, service, change, weight, limit, info) in enumerate(visits):
        leg = matrix[row][next_row] if row >= 0 else inf
        if leg == inf:
            return Fault(index, "unreachable")
        job = jobs[info[0]]
        if job.together and info[1] > 0:
            if last_job != info[0]:
                return Fault(index, "sequence")
            closed[index] = True
        if job.head:
            if head != index:
                return Fault(index, "sequence")
            head = index + 1
        load += change
        if change > 0.0 and load > capacity:
            return Fault(index, "too_heavy")
        time += leg
        if time < earliest:
            time = earliest
        travel += leg
        cost += travel_weight * leg
        if time > limit and weight > 0.0:
            cost += weight * (time - limit)
        time += service
        service_sum += service
        row = next_row
        last_job = info[0]
        leave_s.append(time)
        costs.append(cost)
        travels.append(travel)
        loads.append(load)
        closed.append(False)
    if visits and travel > vehicle.travel_limit_s(service_sum):
        return Fault(len(visits) - 1, "no_energy")
    return Route(vehicle, tuple(visits), leave_s, costs, travels, loads, closed, head, service_sum)


def planned_stops(instance: Instance, route: Route) -> tuple[PlannedStop, ...]:
    """Return the route in the plan's vocabulary."""
    stops = []
    row = route.vehicle.row
    for index, visit in enumerate(route.visits):
        arrive = route.leave_s[index] + route.vehicle.matrix[row][visit.row]
        begin = max(arrive, visit.earliest_s)
        task = instance.jobs[visit.info.job].need.task
        stops.append(PlannedStop(task, visit.info.stop, visit.info.place, arrive, begin, begin + visit.service_s))
        row = visit.row
    return tuple(stops)


def energy_wh(route: Route) -> float:
    """Return the energy that the route draws, in watt hours."""
    need = route.vehicle.need
    return (need.driving_w * route.travels_s[-1] + need.standing_w * route.service_s) / 3600.0


def lateness_s(instance: Instance, route: Route, job: int) -> float:
    """Return how late the job's counting stop is on this route, 0 if on time or without one."""
    for index, visit in enumerate(route.visits):
        if visit.info.job == job and visit.info.position == instance.jobs[job].counting:
            return max(0.0, route.leave_s[index + 1] - visit.service_s - visit.limit_s)
    return 0.0
