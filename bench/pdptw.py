"""Li & Lim's instances in their own objective, by our solver and rivals at equal CPU time, beside the best known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.contestants import OWN, PDPTW, contestant, require_installed
from bench.li_lim import BestKnown, Instance, evaluate, problem_of, read_best_known, read_instance, routes_of
from bench.li_lim import write_solution as write
from bench.process import Child, Usage, run_measured
from robot_fleet.core.errors import PlanError


@dataclass(frozen=True, slots=True)
class Solved:
    """What a solver made of an instance; vehicles and distance are the evaluator's, CPU time is read from outside.

    Parameters
    ----------
    progress : (CPU seconds as the solver counts them, vehicles, distance) of the plans on the way.
    """

    instance: str
    solver: str
    version: str
    settings: dict[str, object]
    vehicles: int
    distance: float
    violations: tuple[str, ...]
    best_known: BestKnown | None
    usage: Usage
    progress: tuple[tuple[float, ...], ...]

    @property
    def gap_vehicles(self) -> int | None:
        """How many vehicles more than the best known."""
        return None if self.best_known is None else self.vehicles - self.best_known.vehicles

    @property
    def gap_pct(self) -> float | None:
        """How much farther than the best known, in percent; read it only where the vehicles are as many."""
        return None if self.best_known is None else 100.0 * (self.distance / self.best_known.distance - 1.0)


def solve_files(
    files: Sequence[Path],
    cpu_s: float,
    seed: int,
    rivals: Sequence[str],
    solutions: Path | None,
    say: Callable[[str], None],
    done: Callable[[Solved], None],
) -> list[Solved]:
    """Solve each file with our solver and with each rival, one after the other, and return what came out.

    Parameters
    ----------
    cpu_s : what each may spend on each instance.
    solutions : folder for our solutions, and in a folder of its own each rival's; None to write none.
    say : told how far the solver is, `done` what each one made of an instance.

    Raises
    ------
    FleetError : see `read_instance`, `read_best_known`, `write_solution`, `run_measured` and `require_installed`.
    """
    require_installed(rivals)
    instances = [(read_instance(path), path.parent) for path in files]
    names = [instance.name for instance, _ in instances]
    if len(set(names)) < len(names):
        raise PlanError("plan_li_lim_twice", "two files have the same name; their solutions would have, too")
    known = {folder: read_best_known(folder) for _, folder in instances}
    solved = []
    for number, (instance, folder) in enumerate(instances, start=1):
        for solver in (OWN, *rivals):
            line = f"{number} of {len(instances)}: {instance.name}, {solver}"
            routes, result = _solve(instance, solver, cpu_s, seed, (known[folder] or {}).get(instance.name), line, say)
            if solutions is not None:
                write(solutions if solver == OWN else solutions / solver, instance, routes)
            solved.append(result)
            done(result)
    return solved


def report(solved: Sequence[Solved], cpu_s: float, seed: int) -> dict[str, Any]:
    """Return what `--json` writes."""
    return {
        "schema_version": 1,
        "seconds": cpu_s,
        "seed": seed,
        "solvers": [
            {"solver": solver, "version": first.version, "settings": first.settings, **totals(rows)}
            for solver, rows in by_solver(solved).items()
            for first in rows[:1]
        ],
        "instances": [
            {
                "instance": each.instance,
                "solver": each.solver,
                "vehicles": each.vehicles,
                "distance": each.distance,
                "violations": list(each.violations),
                "best_known": None if each.best_known is None else asdict(each.best_known),
                "gap_vehicles": each.gap_vehicles,
                "gap_pct": each.gap_pct,
                **asdict(each.usage),
                "progress": [list(figures) for figures in each.progress],
            }
            for each in solved
        ],
    }


def by_solver(solved: Sequence[Solved]) -> dict[str, list[Solved]]:
    """Return the results of each solver."""
    found: dict[str, list[Solved]] = {}
    for each in solved:
        found.setdefault(each.solver, []).append(each)
    return found


def totals(rows: Sequence[Solved]) -> dict[str, Any]:
    """Return the sums of a solver's results: over all of them, and what is missing to the best known where listed."""
    listed = [(row, row.best_known) for row in rows if row.best_known is not None]
    return {
        "vehicles": sum(row.vehicles for row in rows),
        "distance": sum(row.distance for row in rows),
        "listed": len(listed),
        "best_known_vehicles": sum(best.vehicles for _, best in listed),
        "best_known_distance": sum(best.distance for _, best in listed),
        "gap_vehicles": sum(row.vehicles - best.vehicles for row, best in listed),
        "as_few_vehicles": sum(row.vehicles <= best.vehicles for row, best in listed),
    }


def _solve(
    instance: Instance,
    solver: str,
    cpu_s: float,
    seed: int,
    best: BestKnown | None,
    line: str,
    say: Callable[[str], None],
) -> tuple[list[list[int]], Solved]:
    on_the_way: list[tuple[float, ...]] = []

    def progress(*figures: float) -> None:
        on_the_way.append(figures)
        say(f"{line}: {figures[0]:.0f} of {cpu_s:g} s, {figures[1]:g} vehicles, {figures[2]:.1f}")

    say(f"{line}: starting")
    (routes, version, settings), usage = run_measured(_in_child, solver, instance, cpu_s, seed, progress=progress)
    found = evaluate(instance, routes)
    return routes, Solved(
        instance=instance.name,
        solver=solver,
        version=version,
        settings=settings,
        vehicles=found.vehicles,
        distance=found.distance,
        violations=found.violations,
        best_known=best,
        usage=usage,
        progress=tuple(on_the_way),
    )


def _in_child(
    child: Child, solver: str, instance: Instance, cpu_s: float, seed: int
) -> tuple[list[list[int]], str, dict[str, object]]:
    chosen = contestant(PDPTW[solver])
    problem = problem_of(instance)
    child.stage()
    chosen.warm()
    child.stage()
    plan = chosen.solve(problem, cpu_s, seed, child.tell)
    child.stage()
    return routes_of(plan), chosen.version, dict(chosen.settings)
