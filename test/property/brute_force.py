"""The least cost of a small problem, found by trying everything: no planner's code, and a reckoning of its own.

Routes are built stop by stop. Of two half-built plans that have done the same, stand at the same places and hold the
same, the one that is later, dearer and emptier goes; nothing else is thrown away but what cannot come to `ceiling`
any more. Routes are built robot by robot; where tasks wait for others (`after`), all at once (`woven`).

It knows tasks of any number of stops, windows, loads, lateness, skills, `together`, alternatives with exclusive places,
energy without charges, `after`, homes, places to rest, one working time a robot, `change_cost` and `loaded_class`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import inf
from typing import NamedTuple, TypeVar

from robot_fleet.core.plan import Problem, RobotNeed, StopNeed
from test.property.reference import NEAR, late_stop, leg_s, rest_cost

T = TypeVar("T")


class At(NamedTuple):
    """A robot: where it is, when it can leave, its energy, whether it has had a stop, the task it is full with."""

    place: str
    clock_s: float
    level_wh: float
    used: bool = False
    full_with: int = -1


@dataclass(frozen=True, slots=True)
class Half:
    """A half-built plan.

    Parameters
    ----------
    turn : number of the robot whose route is built; those before it are done. Always 0 in a woven search.
    done : of each task, how many stops are done. by : of each task under way, its robot; else -1.
    ended : when each task that others wait for has ended.
    steps : what was done, for people to read.
    """

    robots: tuple[At, ...]
    turn: int
    done: tuple[int, ...]
    by: tuple[int, ...]
    held: frozenset[str]
    ended: tuple[float, ...]
    cost: float
    steps: tuple[str, ...] = ()


def optimum(problem: Problem, ceiling: float = inf) -> tuple[float, tuple[str, ...]]:
    """Return the least cost of any plan and what it does; inf if none costs `ceiling` or less."""
    search = _Search(problem, woven=any(task.after for task in problem.tasks))
    level = [search.start()]
    best = ceiling + NEAR
    found: tuple[float, tuple[str, ...]] = (inf, ())
    while level:
        following: dict[object, list[Half]] = {}
        for half in level:
            cost = search.ended(half)
            if cost <= best:
                best = cost
                found = cost, half.steps
            for made in search.steps(half):
                if made.cost - search.spared(made) <= best:
                    _keep(search, made, following.setdefault(search.key(made), []))
        level = [half for halves in following.values() for half in halves]
    return found


def _keep(search: _Search, made: Half, kept: list[Half]) -> None:
    mine = search.figures(made)
    if any(all(a <= b for a, b in zip(search.figures(other), mine, strict=True)) for other in kept):
        return
    kept[:] = [o for o in kept if not all(a <= b for a, b in zip(mine, search.figures(o), strict=True))]
    kept.append(made)


class _Search:
    def __init__(self, problem: Problem, woven: bool) -> None:
        self.problem, self.robots, self.woven = problem, problem.robots, woven
        self.tasks = problem.tasks
        self.number = {task.task: number for number, task in enumerate(self.tasks)}
        self.awaited = {self.number[name] for task in self.tasks for name in task.after if name in self.number}
        self.late_at = [late_stop(task) for task in self.tasks]

    def spared(self, half: Half) -> float:
        """Return what robots without a stop can at most be spared of their way to rest."""
        return sum(
            rest_cost(self.problem, robot, robot.place)
            for robot, at in zip(self.robots, half.robots, strict=True)
            if not at.used
        )

    def start(self) -> Half:
        robots = tuple(
            At(robot.place, max(self.problem.now_s, robot.free_at_s, *(a for a, _ in robot.available)), robot.energy_wh)
            for robot in self.robots
        )
        count = len(self.tasks)
        return Half(robots, 0, (0,) * count, (-1,) * count, frozenset(), (0.0,) * count, 0.0)

    def key(self, half: Half) -> object:
        robots = half.robots if self.woven else half.robots[half.turn : half.turn + 1]
        return half.turn, half.done, half.by, half.held, tuple((at.place, at.used, at.full_with) for at in robots)

    def figures(self, half: Half) -> tuple[float, ...]:
        robots = half.robots if self.woven else half.robots[half.turn : half.turn + 1]
        return half.cost, *(at.clock_s for at in robots), *(-at.level_wh for at in robots), *half.ended

    def steps(self, half: Half) -> Iterator[Half]:
        """Yield every plan with one more stop."""
        now: Half | None = half
        for v in range(len(self.robots)):
            if not self.woven and v < half.turn:
                continue
            if not self.woven and v > half.turn:
                now = self.close(now, v - 1) if now is not None else None
            if now is None:
                return
            for t, task in enumerate(self.tasks):
                stop = now.done[t]
                if stop < len(task.stops) and self.may(now, v, t):
                    for place in task.stops[stop].places:
                        made = self.step(now, v, t, task.stops[stop], place)
                        if made is not None:
                            yield made

    def may(self, half: Half, v: int, t: int) -> bool:
        task, robot = self.tasks[t], self.robots[v]
        if half.robots[v].full_with not in (-1, t):
            return False
        if half.done[t]:
            return half.by[t] == v
        if robot.robot not in task.robots or not set(task.skills) <= set(robot.skills):
            return False
        before = [self.number[name] for name in task.after if name in self.number]
        return all(half.done[b] == len(self.tasks[b].stops) for b in before)

    def load(self, half: Half, v: int) -> tuple[float, int]:
        aboard = [t for t, by in enumerate(half.by) if by == v]
        stops = [stop for t in aboard for stop in self.tasks[t].stops[: half.done[t]]]
        return sum(stop.load_kg for stop in stops), sum(stop.load_units for stop in stops)

    def leg(self, half: Half, v: int, there: str) -> tuple[float, float]:
        """Return seconds and energy."""
        robot = self.robots[v]
        kg, units = self.load(half, v)
        loaded = kg > NEAR or units > 0
        travel_class = robot.loaded_class if loaded and robot.loaded_class else robot.travel_class
        seconds = leg_s(self.problem, travel_class, half.robots[v].place, there)
        return seconds, seconds * (robot.loaded_w if loaded and robot.loaded_w else robot.driving_w) / 3600.0

    def step(self, half: Half, v: int, t: int, stop: StopNeed, place: str) -> Half | None:
        task, robot, at = self.tasks[t], self.robots[v], half.robots[v]
        seconds, energy = self.leg(half, v, place)
        puts_down = stop.load_kg <= 0.0 and stop.load_units <= 0
        claims = place in self.problem.exclusive and puts_down
        if seconds == inf or (puts_down and place in self.problem.taken) or (claims and place in half.held):
            return None
        length = stop.service_by.get(robot.travel_class, stop.service_s)
        begin = max(at.clock_s + seconds, stop.earliest_s)
        if half.done[t] == 0:
            begin = max([begin, *(half.ended[self.number[name]] for name in task.after if name in self.number)])
        level = at.level_wh - energy - robot.standing_w * length / 3600.0
        if begin > stop.latest_s + NEAR or begin + length > self.until(robot) + NEAR or level < -NEAR:
            return None
        kg, units = self.load(half, v)
        if stop.load_kg > 0.0 and kg + stop.load_kg > robot.capacity_kg + NEAR:
            return None
        if stop.load_units > 0 and units + stop.load_units > robot.capacity_units:
            return None
        cost = half.cost + (self.problem.travel_weight + robot.work_price) * seconds + robot.work_price * length
        if not at.used:
            cost -= rest_cost(self.problem, robot, robot.place)
        if half.done[t] == 0 and task.assigned not in ("", robot.robot):
            cost += self.problem.change_cost
        if stop is self.late_at[t]:
            late = max(0.0, begin + stop.counts_offset_s - task.due_s)
            cost += task.weight * (late + late**2 / (2.0 * self.problem.ageing_s))
        ends = half.done[t] + 1 == len(task.stops)
        full_with = t if task.together and not ends else -1
        return replace(
            half,
            robots=_with(half.robots, v, At(place, begin + length, level, True, full_with)),
            turn=0 if self.woven else v,
            done=_with(half.done, t, half.done[t] + 1),
            by=_with(half.by, t, -1 if ends else v),
            held=half.held | {place} if claims else half.held,
            ended=_with(half.ended, t, begin + length) if ends and t in self.awaited else half.ended,
            cost=cost,
            steps=(*half.steps, f"{robot.robot}: {task.task}.{stop.stop}@{place}"),
        )

    def until(self, robot: RobotNeed) -> float:
        return robot.available[0][1] if robot.available else inf

    def close(self, half: Half, v: int) -> Half | None:
        """Return the plan with a robot's route at its end, None if it may not end there."""
        if v in half.by:
            return None
        robot, at = self.robots[v], half.robots[v]
        if not at.used:
            return half
        if not robot.home:
            return replace(half, cost=half.cost + rest_cost(self.problem, robot, at.place))
        seconds, energy = self.leg(half, v, robot.home)
        if at.clock_s + seconds > self.until(robot) + NEAR or at.level_wh - energy < -NEAR:
            return None
        return replace(half, cost=half.cost + (self.problem.travel_weight + robot.work_price) * seconds)

    def ended(self, half: Half) -> float:
        """Return what the plan costs if nothing more is done."""
        now: Half | None = half
        for v in range(0 if self.woven else half.turn, len(self.robots)):
            now = self.close(now, v) if now is not None else None
        if now is None:
            return inf
        return now.cost + sum(task.drop_penalty for task, done in zip(self.tasks, now.done, strict=True) if done == 0)


def _with(values: tuple[T, ...], at: int, value: T) -> tuple[T, ...]:
    return (*values[:at], value, *values[at + 1 :])
