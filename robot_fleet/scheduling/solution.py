"""A plan while planners work on it: the routes as arrays, and the way back to the plan's vocabulary."""

from __future__ import annotations

from math import inf

import numpy as np

from robot_fleet.core.plan import LeftOut, Plan, Problem
from robot_fleet.scheduling.compiled import Compiled
from robot_fleet.scheduling.coverage import coverage_cost
from robot_fleet.scheduling.kernel import construct
from robot_fleet.scheduling.kernel.arrays import (
    BEGIN,
    CLAIM,
    COUNT,
    FIRST,
    LEAVE,
    LEVEL,
    NODE,
    OPTION,
    OPTION_END,
    PENALTY,
    PIN,
    PLACE,
    PRED,
    PRED_END,
    RELAX_ENERGY,
    RELAX_LOAD,
    RELAX_PARTNER,
    RELAX_WINDOW,
    STOPS,
    TOTAL,
    Bytes,
    Floats,
    Ints,
    State,
    empty_labels,
)
from robot_fleet.scheduling.plan_rows import KnownRoutes, Taken, planned_routes

EVALUATIONS_TO_MOVE = 200
"""How many insertions are looked at, after new tasks went in, to move others: with few robots for every task on a route
that changed, with many for some; the search does the rest."""
RELAXATIONS = (
    ("no_energy", RELAX_ENERGY),
    ("too_heavy", RELAX_ENERGY | RELAX_LOAD),
    ("window_closed", RELAX_ENERGY | RELAX_LOAD | RELAX_WINDOW),
    ("partner_elsewhere", RELAX_ENERGY | RELAX_LOAD | RELAX_WINDOW | RELAX_PARTNER),
)
"""Reasons, and the limits without which a task could be done where the reason holds."""


class Routes:
    """Routes by themselves: visits (node, place), charge levels, times (begin, end), and where each robot's begin."""

    __slots__ = ("bounds", "levels", "times", "visits")

    def __init__(self, visits: Ints, levels: Floats, times: Floats, bounds: Ints) -> None:
        self.visits = visits
        self.levels = levels
        self.times = times
        self.bounds = bounds

    @classmethod
    def of_none(cls, robots: int) -> Routes:
        """Return routes without a visit."""
        visits, times = np.zeros((0, 2), dtype=np.int32), np.zeros((0, 2))
        return cls(visits, np.zeros(0), times, np.zeros(robots + 1, dtype=np.int32))

    def of(self, robot: int) -> tuple[tuple[int, int], ...]:
        """Return the visits of a robot."""
        rows = self.visits[self.bounds[robot] : self.bounds[robot + 1]]
        return tuple((int(node), int(place)) for node, place in rows)


class Solution:
    """A problem and routes for it. What it holds is feasible at all times.

    Parameters
    ----------
    seed : of all that is drawn.
    compiled, known : what was worked out before about the problem and about routes of other problems.
    room : visits that fit into a route at first.

    Attributes
    ----------
    kept : after `take_up`, which robots' routes were taken up as they were.
    """

    def __init__(
        self,
        problem: Problem,
        seed: int = 1,
        compiled: Compiled | None = None,
        known: KnownRoutes | None = None,
        room: int = 64,
    ) -> None:
        self.compiled = compiled or Compiled(problem)
        self._known = known or KnownRoutes()
        self._taken: Taken | None = None
        self.model = self.compiled.model
        self.labels = empty_labels(self.robots, stops=int(self.model.job[:, STOPS].max(initial=1)) + 1)
        self.kept: Bytes = np.ones(self.robots, dtype=np.uint8)
        self._seed = seed
        self._lay_out(room)

    @property
    def robots(self) -> int:
        """Number of robots."""
        return int(self.model.robot.shape[0])

    @property
    def cost(self) -> float:
        """Cost as the core defines it, without coverage."""
        out = self.state.at < 0
        return float(self.state.route_at[:-1, TOTAL].sum() + self.model.job_at[out, PENALTY].sum())

    @property
    def out(self) -> list[int]:
        """The jobs on no route."""
        return [int(job) for job in np.flatnonzero(self.state.at < 0)]

    def _lay_out(self, longest: int) -> None:
        """Make arrays with room for routes of so many visits; all robots stand."""
        longest = max(8, min(longest, int(self.model.node.shape[0]) + 24))
        self.state: State = self.compiled.state(longest)
        self.old: State = self.compiled.room(longest)
        self._versions = self.state.version
        self.state.random[0] = np.uint64(self._seed * 2654435761 + 88172645463325252)
        self._take_up(Routes.of_none(self.robots))

    def take_up(self, plan: Plan) -> None:
        """Take up what of a plan still holds: sequences and places, without what became invalid."""
        taken = self._known.take(self.compiled, plan)
        bounds = np.zeros(len(taken.rows) + 1, dtype=np.int32)
        bounds[1:] = np.cumsum([len(rows) for rows in taken.rows])
        flat = [row for rows in taken.rows for row in rows]
        visits = np.array([row[:2] for row in flat], dtype=np.int32).reshape(-1, 2)
        levels = np.array([row[2] for row in flat], dtype=np.float64)
        times = np.array([spell[1:] for spells in taken.times for spell in spells], dtype=np.float64).reshape(-1, 2)
        self.take_routes(Routes(visits, levels, times, bounds))
        self._taken, self._versions = taken, self.state.version.copy()

    @property
    def as_taken(self) -> Bytes:
        """Which robots have the route that was taken up, with nothing left out."""
        if self._taken is None:
            return np.zeros(self.robots, dtype=np.uint8)
        kept: Bytes = self.kept & (self.state.version == self._versions)[:-1]
        return kept

    def take_routes(self, routes: Routes) -> None:
        """Take up routes, mending what breaks a rule."""
        lengths = np.diff(routes.bounds)
        room = self.state.row.shape[1]
        if lengths.size and 2 * int(lengths.max()) + 8 > room:
            self._lay_out(2 * int(lengths.max()) + 32)
        self._take_up(routes)

    def _take_up(self, routes: Routes) -> None:
        self.state.at[:] = -1
        self.state.owner[:] = -1
        self.state.route[:, COUNT] = 0
        self.compiled.free_resources(self.state)
        self.kept = np.zeros(self.robots, dtype=np.uint8)
        construct.take_up(self.model, self.state, routes.visits, routes.levels, routes.times, routes.bounds, self.kept)

    def complete(self, displaced: int = 4, moved: int = EVALUATIONS_TO_MOVE) -> None:
        """Put in every job that is out and worth it, move, displace; leave no job out that could be put in.

        Parameters
        ----------
        displaced : how many jobs that are out may try to displace others, dearest first.
        moved : how many insertions may be looked at to move jobs that are planned.
        """
        moved //= max(self.robots, 1)
        while True:
            self.state.counter[1] = 0
            construct.complete(self.model, self.state, self.old, self.labels, displaced, moved)
            if not self.state.counter[1]:
                return
            self.grow()

    def grow(self) -> None:
        """Make room for longer routes."""
        routes = self.routes()
        self._lay_out(2 * self.state.row.shape[1])
        self._take_up(routes)

    def routes(self) -> Routes:
        """Return a copy of the routes."""
        counts = self.state.route[:-1, COUNT]
        bounds = np.zeros(self.robots + 1, dtype=np.int32)
        bounds[1:] = np.cumsum(counts)
        mask = np.arange(self.state.row.shape[1])[None, :] < counts[:, None]
        visits = self.state.row[:-1][mask][:, [NODE, PLACE]].astype(np.int32)
        ends = self.state.row_at[:-1, 1:, LEAVE][mask[:, :-1]]
        times = np.stack([self.state.row_at[:-1][mask][:, BEGIN], ends], axis=1)
        levels = self.state.row_at[:-1][mask][:, LEVEL].copy()
        return Routes(np.ascontiguousarray(visits), levels, np.ascontiguousarray(times), bounds)

    def plan(self, by: str) -> Plan:
        """Return the plan in the core's vocabulary, with a reason for each job left out.

        What can be put in after all goes in: a travel matrix with short cuts hides it from the quick insertion.
        """
        while self._put_in_by_force():
            pass
        return Plan(
            routes=planned_routes(self.compiled, self.state, self._taken, self.as_taken),
            left_out=tuple(LeftOut(self.compiled.tasks[job].task, self.reason(job)) for job in self.out),
            cost=self.cost + coverage_cost(self.compiled, self.state),
            by=by,
        )

    def _put_in_by_force(self) -> bool:
        """Put in a job that is out and that the thorough search finds a place for below its penalty, if any."""
        for job in self.out:
            for v in np.flatnonzero(self.model.allow[job]) if self.model.job[job, PIN] == -1 else ():
                penalty = self.model.job_at[job, PENALTY]
                rise = construct.lack(self.model, self.state, self.labels, job, int(v), 0)
                worth = rise < penalty * (1.0 - 1e-9)
                if worth and construct.put_one(self.model, self.state, self.labels, job, int(v)) < inf:
                    return True
        return False

    def reason(self, job: int) -> str:
        """Return why a job that is out cannot be put on these routes; see `core.plan.LeftOut`."""
        task = self.compiled.tasks[job]
        named = (task.pinned,) if task.pinned else task.robots
        if not named:
            return "no_robot_kind"
        if not any(name in self.compiled.robot_index for name in named):
            return "no_robot_available"
        robots = [int(v) for v in np.flatnonzero(self.model.allow[job])]
        if not robots:
            return "skill_missing"
        state = self.state if self.model.job[job, PIN] < 0 else self._pinned_only()
        predecessors = self.model.links[self.model.job[job, PRED] : self.model.job[job, PRED_END]]
        if task.stops[0].stop == 0 and any(self.state.at[other] < 0 for other in predecessors):
            return "predecessor_left_out"
        if not all(self._free_options(job, position, state) for position in range(int(self.model.job[job, STOPS]))):
            return "no_place_free"
        if any(construct.lack(self.model, state, self.labels, job, v, 0) < inf for v in robots):
            return "dearer_than_penalty"
        for reason, relax in RELAXATIONS:
            if any(construct.lack(self.model, state, self.labels, job, v, relax) < inf for v in robots):
                return reason
        return "unreachable"

    def _free_options(self, job: int, position: int, state: State) -> bool:
        node = int(self.model.job[job, FIRST]) + position
        options = self.model.option[self.model.node[node, OPTION] : self.model.node[node, OPTION_END]]
        if not len(options):
            # Places that no travel class knows are a matter of ways, not of being taken.
            need = self.compiled.tasks[job].stops[position]
            return not any(place in self.compiled.problem.taken for place in need.places)
        return any(claim < 0 or state.owner[claim] in (-1, job) for claim in options[:, CLAIM])

    def _pinned_only(self) -> State:
        """Return a copy of the state in which only pinned jobs are on routes.

        Where those alone could not be driven, a robot keeps its route.
        """
        alone = Solution(self.compiled.problem, self._seed, self.compiled)
        routes = self.routes()
        pinned = self.model.job[:, PIN] >= 0
        keep = np.array([node < 0 or pinned[self.model.node[node, 0]] for node, _ in routes.visits], dtype=bool)
        bounds = np.zeros_like(routes.bounds)
        for v in range(self.robots):
            bounds[v + 1] = bounds[v] + int(keep[routes.bounds[v] : routes.bounds[v + 1]].sum())
        alone.take_routes(Routes(routes.visits[keep], routes.levels[keep], routes.times[keep], bounds))
        return alone.state


__all__ = ["Routes", "Solution"]
