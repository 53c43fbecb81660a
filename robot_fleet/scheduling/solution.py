"""A plan while planners work on it: routes, who claims which exclusive place, and the jobs still out."""

from __future__ import annotations

from collections.abc import Iterable
from math import inf

from robot_fleet.core.plan import LeftOut, Plan
from robot_fleet.scheduling.instance import TINY, Info, Instance, Job, Vehicle
from robot_fleet.scheduling.positions import Insertion, Options, cheapest
from robot_fleet.scheduling.schedule import Route, lay, planned_stops


class Solution:
    """Routes of all robots and what is left out; cheap to copy, since routes are immutable.

    Attributes
    ----------
    routes : one per robot, in the problem's order.
    at : for each job the index of its robot, -1 while it is out.
    claimed : exclusive place -> job that claims it.
    """

    __slots__ = ("at", "claimed", "instance", "routes")

    def __init__(self, instance: Instance, routes: list[Route], at: list[int], claimed: dict[str, int]) -> None:
        self.instance = instance
        self.routes = routes
        self.at = at
        self.claimed = claimed

    @classmethod
    def empty(cls, instance: Instance) -> Solution:
        """Return the solution in which every robot stands and every job is out."""
        routes = []
        for vehicle in instance.vehicles:
            route = lay(instance, vehicle, ())
            if route is None:
                raise AssertionError("an empty route breaks no rule")
            routes.append(route)
        return cls(instance, routes, [-1] * len(instance.jobs), {})

    @classmethod
    def of_routes(cls, instance: Instance, routes: Iterable[Route]) -> Solution:
        """Return the solution made of these routes; robots without one stand."""
        made = cls.empty(instance)
        for route in routes:
            made.set_route(route)
        return made

    def copy(self) -> Solution:
        """Return an independent copy."""
        return Solution(self.instance, self.routes.copy(), self.at.copy(), self.claimed.copy())

    def take(self, other: Solution) -> None:
        """Become equal to the other."""
        self.routes, self.at, self.claimed = other.routes.copy(), other.at.copy(), other.claimed.copy()

    @property
    def cost(self) -> float:
        """Cost in seconds as the core defines it."""
        jobs = self.instance.jobs
        total = sum(route.cost for route in self.routes)
        return total + sum(jobs[job].penalty for job, robot in enumerate(self.at) if robot < 0)

    def out(self) -> list[Job]:
        """Return the jobs in no route, in the problem's order."""
        return [self.instance.jobs[job] for job, robot in enumerate(self.at) if robot < 0]

    def set_route(self, route: Route) -> None:
        """Replace a robot's route; jobs that were on the old one and are not on the new one are out."""
        index = route.vehicle.index
        for visit in self.routes[index].visits:
            info = visit.info
            self.at[info.job] = -1
            if info.claims and self.claimed.get(info.place) == info.job:
                del self.claimed[info.place]
        for visit in route.visits:
            info = visit.info
            self.at[info.job] = index
            if info.claims:
                self.claimed[info.place] = info.job
        self.routes[index] = route

    def remove(self, job: Job) -> bool:
        """Take a job out of its route; false (and nothing changed) if the rest could not be driven."""
        route = self.routes[self.at[job.index]].without(self.instance, job.index)
        if route is None:
            return False
        self.set_route(route)
        return True

    def options(self, job: Job, vehicle: Vehicle) -> Options | None:
        """Return the visits that each stop may become on this robot as claims stand, None if a stop has none."""
        options = self.instance.options(job, vehicle)
        if job.chooses:
            options = tuple(tuple(visit for visit in stop if self._free(visit.info)) for stop in options)
        return options if all(options) else None

    def try_insert(self, job: Job, index: int, *, thorough: bool = False) -> Insertion | None:
        """Return the cheapest insertion of the job into robot number `index`'s route that its penalty allows."""
        route = self.routes[index]
        key: object = (job.index, thorough)
        options: Options | None = None
        if job.chooses:
            options = self.options(job, route.vehicle)
            rows = [tuple(option.row for option in stop) for stop in options or ()]
            key = (job.index, thorough, tuple(rows))
        if key in route.memo:
            known: Insertion | None = route.memo[key]
            return known
        if not job.chooses:
            options = self.options(job, route.vehicle)
        insertion = None
        if options is not None:
            insertion = cheapest(self.instance, route, job, options, job.ceiling - TINY, thorough=thorough)
        route.memo[key] = insertion
        return insertion

    def best_insert(self, job: Job, *, thorough: bool = False) -> Insertion | None:
        """Return the cheapest insertion of the job over all robots that may do it."""
        best: Insertion | None = None
        for index in job.vehicles:
            found = self.try_insert(job, index, thorough=thorough)
            if found is not None and (best is None or found.delta < best.delta):
                best = found
        return best

    def insert(self, insertion: Insertion) -> None:
        """Carry out an insertion that was found on the present routes."""
        self.set_route(insertion.apply(self.instance))

    def reason(self, job: Job) -> str:
        """Return why a job that is out cannot be inserted into these routes for less than its penalty.

        The reasons are asked in this order: `no_robot_kind`, `no_robot_available`, `no_place_free` (a stop whose every
        place is taken or claimed), `dearer_than_penalty`; where no robot can fit it in at any cost, `no_energy` if the
        energy is all that one of them lacks, else `too_heavy` if one lacks the capacity, else `unreachable`.
        """
        if not job.vehicles:
            return "no_robot_available" if job.pinned or job.need.robots else "no_robot_kind"
        judged = self.pinned_only(job.vehicles[0]) if job.pinned else self
        if any(not judged.open_places(job, position) for position in range(len(job.need.stops))):
            return "no_place_free"
        lacks: list[str] = []
        for index in job.vehicles:
            lack = judged.lack(job, index)
            if not lack:
                return "dearer_than_penalty"
            lacks.append(lack)
        return next(reason for reason in ("no_energy", "too_heavy", "unreachable") if reason in lacks)

    def lack(self, job: Job, index: int) -> str:
        """Return what keeps the job out of a robot's route at any cost, empty if nothing does."""
        route = self.routes[index]
        options = self.options(job, route.vehicle)
        if options is None:
            return "unreachable"
        for lack, loads, energy in (("", True, True), ("no_energy", True, False), ("too_heavy", False, False)):
            if cheapest(
                self.instance, route, job, options, inf, thorough=True, loads_matter=loads, energy_matters=energy
            ):
                return lack
        return "unreachable"

    def pinned_only(self, index: int) -> Solution:
        """Return the solution as a pinned job of robot number `index` may see it.

        Only pinned jobs claim places, and only they are on the robot. Where those alone could not be driven, the robot
        keeps its route.
        """
        jobs = self.instance.jobs
        seen = self.copy()
        seen.claimed = {place: job for place, job in self.claimed.items() if jobs[job].pinned}
        route = lay(
            self.instance,
            self.instance.vehicles[index],
            [visit for visit in self.routes[index].visits if jobs[visit.info.job].pinned],
        )
        if route is not None:
            seen.set_route(route)
        return seen

    def plan(self, by: str) -> Plan:
        """Return the plan in the core's vocabulary, with a reason for each job left out."""
        names = [vehicle.need.robot for vehicle in self.instance.vehicles]
        return Plan(
            routes={name: planned_stops(self.instance, route) for name, route in zip(names, self.routes, strict=True)},
            left_out=tuple(LeftOut(job.need.task, self.reason(job)) for job in self.out()),
            cost=self.cost,
            by=by,
        )

    def open_places(self, job: Job, position: int) -> list[str]:
        """Return the places of a stop that are neither taken nor claimed by another job."""
        stop = job.need.stops[position]
        return [
            place
            for place in self.instance.open_places(job, position)
            if not self.instance.claims(stop, place) or self.claimed.get(place, job.index) == job.index
        ]

    def _free(self, info: Info) -> bool:
        return not info.claims or self.claimed.get(info.place, info.job) == info.job
