"""A generated day online: what a request costs the whole manager, and what plans cost while they are improved.

Two parts, each in fresh processes. The events: `fleet_day`, the real core with ledger and checker, request by request.
The plans: one problem with all of the day's tasks (`generated`), by insertion and improvement, by the greedy rule of
today's fleet systems, and by rivals, at equal CPU time. A plan's cost is worked out anew by `forward`, whoever made it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bench.contestants import GREEDY, ONLINE, OWN, contestant, require_installed
from bench.fleet_day import FleetDay, play_day
from bench.forward import Forward
from bench.generated import fleet_problem
from bench.process import Child, Usage, run_measured
from robot_fleet.core.errors import FleetError
from robot_fleet.core.plan import Plan, Problem
from robot_fleet.scheduling.checking.checker import PlanChecker

EVENTS_S = 100.0
"""Wall time in which events are made; with all that is done without a rival, less than three minutes."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Planned:
    """What a solver made of the day's problem.

    Parameters
    ----------
    why_none : why there is no plan; empty if there is one.
    cost, travel_s, lateness_s, late, left_out : of the plan, driven anew.
    broken : code of a rule that the checker found broken -> how often.
    cost_over_time : (CPU seconds as the solver counts them, cost).
    """

    solver: str
    why_none: str = ""
    version: str = ""
    settings: dict[str, object] | None = None
    cost: float | None = None
    travel_s: float | None = None
    lateness_s: float | None = None
    late: int | None = None
    left_out: int | None = None
    broken: dict[str, int] | None = None
    cost_over_time: tuple[tuple[float, float], ...] = ()
    usage: Usage | None = None


def play_events(robots: int, tasks: int, seed: int, say: Say) -> tuple[FleetDay, Usage]:
    """Make the day's requests, one after the other.

    Raises
    ------
    FleetError : see `play_day` and `run_measured`.
    """

    def progress(done: float) -> None:
        say(f"events: {done:.0f} of {tasks}")

    say("events: building the site")
    day, usage = run_measured(_events_in_child, robots, tasks, seed, progress=progress)
    return day, usage


def plan_day(robots: int, tasks: int, seed: int, cpu_s: float, solver: str, say: Say) -> Planned:
    """Let one solver plan the whole day in so many CPU seconds."""
    over_time: list[tuple[float, float]] = []

    def progress(spent_s: float, _: float, cost: float) -> None:
        over_time.append((round(spent_s, 3), cost))
        say(f"{solver}: {spent_s:.0f} of {cpu_s:g} s, cost {cost:.0f}")

    say(f"{solver}: starting")
    words = (solver, robots, tasks, seed, cpu_s)
    # Start-up, compilation and a machine that does other work take wall time besides.
    most_s = 1.5 * cpu_s + 15.0 if solver in (OWN, GREEDY) else 3.0 * cpu_s + 60.0
    try:
        (plan, version, settings), usage = run_measured(_plan_in_child, *words, progress=progress, most_s=most_s)
    except FleetError as error:
        return Planned(solver, why_none=str(error))
    return _judged(solver, version, settings, fleet_problem(robots, tasks, seed), plan, tuple(over_time), usage)


def solvers(rivals: Sequence[str]) -> tuple[str, ...]:
    """Return who plans: ours, the greedy rule, and the rivals asked for.

    Raises
    ------
    RuntimeFailure : `runtime_rival_missing`.
    """
    require_installed(rivals)
    return (OWN, GREEDY, *rivals)


def report(
    robots: int,
    tasks: int,
    seed: int,
    cpu_s: float,
    events: tuple[FleetDay, Usage],
    plans: Sequence[Planned],
) -> dict[str, Any]:
    """Return what `--json` writes."""
    day, usage = events
    told = day.summary()
    return {
        "schema_version": 1,
        "robots": robots,
        "tasks": tasks,
        "seed": seed,
        "seconds": cpu_s,
        "event_to_plan_ms": told["event_to_plan_ms"],
        "events": {**told, "start_cpu_s": usage.start_cpu_s, "compile_cpu_s": usage.compile_cpu_s},
        "plans": [{**asdict(plan), "cost_over_time": [list(point) for point in plan.cost_over_time]} for plan in plans],
    }


def _judged(
    solver: str,
    version: str,
    settings: dict[str, object],
    problem: Problem,
    plan: Plan,
    over_time: tuple[tuple[float, float], ...],
    usage: Usage,
) -> Planned:
    forward = Forward(problem)
    late_s = [late_s for late_s in forward.lateness_s(plan).values() if late_s > 0.0]
    return Planned(
        solver=solver,
        version=version,
        settings=settings,
        cost=forward.cost(plan),
        travel_s=forward.travel_s(plan),
        lateness_s=sum(late_s),
        late=len(late_s),
        left_out=len(plan.left_out),
        broken=dict(Counter(violation.code for violation in PlanChecker().check(problem, plan))),
        cost_over_time=over_time,
        usage=usage,
    )


def _events_in_child(child: Child, robots: int, tasks: int, seed: int) -> FleetDay:
    child.stage()
    play_day(3, 6, seed, EVENTS_S, lambda done: None)  # compiles
    child.stage()
    day = play_day(robots, tasks, seed, EVENTS_S, child.tell)
    child.stage()
    return day


def _plan_in_child(
    child: Child, solver: str, robots: int, tasks: int, seed: int, cpu_s: float
) -> tuple[Plan, str, dict[str, object]]:
    chosen = contestant(ONLINE[solver])
    problem = fleet_problem(robots, tasks, seed)
    child.stage()
    chosen.warm()
    child.stage()
    plan = chosen.solve(problem, cpu_s, seed, child.tell)
    child.stage()
    return plan, chosen.version, dict(chosen.settings)
