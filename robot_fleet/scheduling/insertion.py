"""The planner that answers at once: keep what was planned, insert what is new, move what is in the way.

1. Keep: the robots' sequences of the current plan, without tasks that are gone or that no longer fit.
2. Insert: again and again the open job whose best place is most worth having (regret): the one that would lose most if
   it had to take its second-best robot, or be left out. Pinned jobs come first, whatever they cost.
3. Relocate: jobs on routes that have changed move to wherever they cost less; a dear job that found no place may
   displace a cheap one.
4. Close: no job stays out that could be inserted for less than its penalty.
"""

from __future__ import annotations

from collections.abc import Sequence

from robot_fleet.core.plan import Plan, Problem
from robot_fleet.scheduling.instance import Instance, Job, Vehicle, Visit
from robot_fleet.scheduling.positions import Insertion, cheapest
from robot_fleet.scheduling.schedule import Route, lay_or_fault
from robot_fleet.scheduling.solution import Solution

WORTH_MOVING_S = 1e-6
"""Least gain, in seconds of cost, for which a planned task is moved."""


class InsertionPlanner:
    """Planner port: a feasible plan in milliseconds, the same for the same input.

    Parameters
    ----------
    displaced : how many jobs that are left out may try to displace others, dearest first.
    """

    def __init__(self, displaced: int = 4) -> None:
        self._displaced = displaced

    def insert(self, problem: Problem, current: Plan) -> Plan:
        """Return a plan that keeps the order of `current` where still valid and inserts what is new.

        It never costs more than `current` where that is a valid plan of `problem`. `by` stays that of `current` when
        nothing but times has changed.

        Raises
        ------
        PlanError
            The problem contradicts itself (see `Instance`).
        """
        instance = Instance(problem)
        solution = restore(instance, current)
        kept = [route.visits for route in solution.routes]
        complete(solution, displaced=self._displaced)
        planned = {stop.task for stops in current.routes.values() for stop in stops if stop.task in instance.job_index}
        same = [route.visits for route in solution.routes] == kept and len(planned) == sum(r >= 0 for r in solution.at)
        return solution.plan(current.by if same else "insertion")


def restore(instance: Instance, current: Plan) -> Solution:
    """Return what of a plan still holds for the instance: sequences and places, without what became invalid."""
    solution = Solution.empty(instance)
    drafts: list[tuple[Vehicle, list[Visit]]] = []
    seen: set[int] = set()
    for vehicle in instance.vehicles:
        draft = _still_valid(instance, vehicle, current, seen)
        drafts.append((vehicle, draft))
    for pinned in (True, False):  # pinned jobs claim their places before the others
        for _, draft in drafts:
            lost = {
                visit.info.job
                for visit in draft
                if visit.info.claims
                and instance.jobs[visit.info.job].pinned == pinned
                and solution.claimed.setdefault(visit.info.place, visit.info.job) != visit.info.job
            }
            draft[:] = [visit for visit in draft if visit.info.job not in lost]
    solution.claimed.clear()
    for vehicle, draft in drafts:
        solution.set_route(_mend(instance, vehicle, draft))
    return solution


def complete(solution: Solution, *, displaced: int = 4) -> None:
    """Insert every job that is out and worth it, relocate, and leave no insertable job behind."""
    before = solution.routes.copy()
    insert_all(solution, solution.out())
    changed = [route.vehicle.index for old, route in zip(before, solution.routes, strict=True) if route is not old]
    relocate(solution, changed)
    for job in sorted(solution.out(), key=lambda job: (-job.penalty, job.index))[:displaced]:
        if solution.at[job.index] < 0 and job.vehicles:
            displace(solution, job)
    close(solution)


def close(solution: Solution) -> None:
    """Insert, without any assumption on travel times, whatever can still go in; force pinned jobs in."""
    for job in solution.out():
        if job.pinned and job.vehicles:
            force(solution, job)
    found = True
    while found:
        found = False
        for job in solution.out():
            insertion = solution.best_insert(job, thorough=True)
            if insertion is not None:
                solution.insert(insertion)
                found = True


def insert_all(solution: Solution, jobs: Sequence[Job]) -> None:
    """Insert the jobs by greatest regret, pinned ones first; jobs that fit nowhere for their penalty stay out."""
    waiting = sorted(jobs, key=lambda job: (-job.pinned, -job.penalty, -job.need.weight, job.index))
    table: dict[int, dict[int, Insertion | None]] = {}
    for job in waiting:
        table[job.index] = {index: solution.try_insert(job, index) for index in job.vehicles}
    while waiting:
        chosen: Insertion | None = None
        chosen_key = (False, 0.0)
        for job in waiting:
            best, regret = _regret(job, table[job.index])
            if best is not None and (chosen is None or (job.pinned, regret) > chosen_key):
                chosen, chosen_key = best, (job.pinned, regret)
        if chosen is None:
            return
        solution.insert(chosen)
        waiting.remove(chosen.job)
        claimed = {visit.info.place for visit in chosen.chosen() if visit.info.claims}
        changed = chosen.route.vehicle.index
        for job in waiting:
            line = table[job.index]
            for index, insertion in line.items():
                if index == changed or (insertion is not None and claimed and _wants(insertion, claimed)):
                    line[index] = solution.try_insert(job, index)


def relocate(solution: Solution, robots: Sequence[int]) -> None:
    """Move each job of these robots that is not pinned to wherever the plan then costs least."""
    for index in robots:
        for number in solution.routes[index].jobs:
            job = solution.instance.jobs[number]
            if job.pinned or solution.at[number] != index:
                continue
            trial = solution.copy()
            if not trial.remove(job):
                continue
            insertion = trial.best_insert(job)
            if insertion is None:
                continue
            trial.insert(insertion)
            if trial.cost < solution.cost - WORTH_MOVING_S:
                solution.take(trial)


def displace(solution: Solution, job: Job) -> bool:
    """Insert a job that is out in the stead of a cheaper one, if the plan gains by it; return whether it did."""
    best: Solution | None = None
    best_cost = solution.cost - WORTH_MOVING_S
    for other in solution.instance.jobs:
        if solution.at[other.index] < 0 or other.pinned or other.penalty >= job.penalty:
            continue
        if solution.at[other.index] not in job.vehicles and not job.chooses:
            continue
        trial = solution.copy()
        if not trial.remove(other):
            continue
        insertion = trial.best_insert(job)
        if insertion is None:
            continue
        trial.insert(insertion)
        again = trial.best_insert(other)
        if again is not None:
            trial.insert(again)
        if trial.cost < best_cost:
            best, best_cost = trial, trial.cost
    if best is not None:
        solution.take(best)
    return best is not None


def force(solution: Solution, job: Job) -> bool:
    """Put a pinned job on its robot, moving out of its way whatever is not pinned; return whether it went in."""
    jobs = solution.instance.jobs
    index = job.vehicles[0]
    trial = solution.pinned_only(index)
    route = trial.routes[index]
    options = trial.options(job, route.vehicle)
    if options is None:
        return False
    insertion = cheapest(solution.instance, route, job, options, job.ceiling, thorough=True)
    if insertion is None:
        return False
    trial.claimed = solution.claimed.copy()
    for number in solution.routes[index].jobs:
        if trial.at[number] < 0:
            trial.claimed = {place: owner for place, owner in trial.claimed.items() if owner != number}
    for visit in insertion.chosen():
        owner = trial.claimed.get(visit.info.place, job.index) if visit.info.claims else job.index
        if owner != job.index and not trial.remove(jobs[owner]):
            return False
    trial.insert(insertion)
    insert_all(trial, trial.out())
    solution.take(trial)
    return True


def _regret(job: Job, line: dict[int, Insertion | None]) -> tuple[Insertion | None, float]:
    """Return the best insertion and what the job would lose without it."""
    best: Insertion | None = None
    second = job.penalty
    for insertion in line.values():
        if insertion is None:
            continue
        if best is None or insertion.delta < best.delta:
            second = min(second, best.delta) if best is not None else second
            best = insertion
        elif insertion.delta < second:
            second = insertion.delta
    return best, (second - best.delta if best is not None else 0.0)


def _wants(insertion: Insertion, places: set[str]) -> bool:
    return any(visit.info.claims and visit.info.place in places for visit in insertion.chosen())


def _still_valid(instance: Instance, vehicle: Vehicle, current: Plan, seen: set[int]) -> list[Visit]:
    """Return the visits of the tasks that are still whole on this robot, head jobs first; adds them to `seen`."""
    stops = current.routes.get(vehicle.need.robot, ())
    visits: dict[int, list[Visit]] = {}
    for planned in stops:
        number = instance.job_index.get(planned.task)
        if number is None or number in seen or vehicle.index not in instance.jobs[number].vehicles:
            continue
        job = instance.jobs[number]
        position = next((i for i, stop in enumerate(job.need.stops) if stop.stop == planned.stop), None)
        if position is None:
            continue  # done by now
        visit = instance.visit(job, vehicle, position, planned.place)
        if visit is not None:
            visits.setdefault(number, []).append(visit)
    whole = {
        number
        for number, found in visits.items()
        if [visit.info.position for visit in found] == list(range(len(instance.jobs[number].need.stops)))
    }
    seen.update(whole)
    ordered: list[Visit] = []
    for planned in stops:
        number = instance.job_index.get(planned.task, -1)
        if number in whole:
            ordered.extend(v for v in visits[number] if v.info.stop == planned.stop)
    return sorted(ordered, key=lambda visit: not instance.jobs[visit.info.job].head)


def _mend(instance: Instance, vehicle: Vehicle, visits: list[Visit]) -> Route:
    """Return the route of these visits, taking out one job after the other while it breaks a rule."""
    while True:
        result = lay_or_fault(instance, vehicle, visits)
        if isinstance(result, Route):
            return result
        suspects = [visit.info.job for visit in reversed(visits[: result.index + 1])]
        free = [number for number in suspects if not instance.jobs[number].pinned]
        culprit = (free or suspects)[0]
        visits = [visit for visit in visits if visit.info.job != culprit]


__all__ = ["InsertionPlanner", "close", "complete", "insert_all", "restore"]
