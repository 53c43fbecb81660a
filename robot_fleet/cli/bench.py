"""`./fleet bench`: measures the scheduler on public instances and on generated days, beside rivals if asked.

The benchmarks themselves are the checkout's folder `bench`, which an installed package does not have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from robot_fleet.cli.outcome import write_summary
from robot_fleet.cli.tables import print_table
from robot_fleet.core.errors import RuntimeFailure

if TYPE_CHECKING:
    from bench.pdptw import Solved

app = typer.Typer(help="Benchmarks of the scheduler, beside rivals if asked.", no_args_is_help=True)


class Rival(StrEnum):
    """Who runs side by side with the fleet's own solver."""

    ORTOOLS = "ortools"
    PYVRP = "pyvrp"
    VROOM = "vroom"


Rivals = Annotated[
    list[Rival] | None,
    typer.Option("--rival", help="Runs side by side at equal CPU time; may be given several times."),
]
JsonFile = Annotated[Path | None, typer.Option("--json", metavar="OUT", help="Write all figures to this file.")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Of all random numbers.")]


def register(parent: typer.Typer) -> None:
    """Add the verbs of this module."""
    parent.add_typer(app, name="bench")


@app.command()
def pdptw(
    files: Annotated[list[Path], typer.Argument(metavar="FILES…", help="Li & Lim instances.")],
    seconds: Annotated[float, typer.Option("--seconds", min=0.1, help="CPU seconds of solving for each instance.")],
    json_file: JsonFile = None,
    solution: Annotated[
        Path | None, typer.Option("--solution", metavar="DIR", help="Write the routes to DIR/<instance>.txt.")
    ] = None,
    rival: Rivals = None,
    seed: Seed = 1,
) -> None:
    """Solve pick-up and delivery problems of Li & Lim in their own objective: fewest vehicles, then distance.

    Each instance is solved in a process of its own, whose CPU time is read from outside; start-up and compilation do
    not count. Vehicles and distance are counted anew from the routes. The gap is to `best_known.csv` beside the files.

    Example: ./fleet bench pdptw lc101.txt lr112.txt --seconds 10 --rival ortools --json out.json
    """
    bench = _module("pdptw")
    with _showing() as (say, keep):
        solved = bench.solve_files(
            files,
            seconds,
            seed,
            [each.value for each in dict.fromkeys(rival or ())],
            solution,
            say,
            lambda one: keep(_line(one)),
        )
    if json_file is not None:
        write_summary(json_file, bench.report(solved, seconds, seed))
    _tell(solved, bench.by_solver(solved), bench.totals)
    if any(one.violations for one in solved):
        raise typer.Exit(1)


def _line(one: Solved) -> str:
    broken = f", BREAKS {len(one.violations)} RULES: {one.violations[0]}" if one.violations else ""
    return f"{one.instance} {one.solver}: {one.vehicles} vehicles, {one.distance:.2f}{broken}"


def _tell(
    solved: Sequence[Solved], by_solver: dict[str, list[Solved]], totals: Callable[[list[Solved]], dict[str, Any]]
) -> None:
    print_table(
        ("instance", "solver", "vehicles", "distance", "best known", "gap vehicles", "gap %", "CPU s", "start-up s"),
        [
            (
                one.instance,
                one.solver,
                str(one.vehicles),
                f"{one.distance:.2f}",
                "not listed"
                if one.best_known is None
                else f"{one.best_known.vehicles} / {one.best_known.distance:.2f}",
                "" if one.gap_vehicles is None else f"{one.gap_vehicles:+d}",
                "" if one.gap_pct is None else f"{one.gap_pct:+.2f}",
                f"{one.usage.solve_cpu_s:.1f}",
                f"{one.usage.start_cpu_s + one.usage.compile_cpu_s:.1f}",
            )
            for one in solved
        ],
        numbers=True,
    )
    for solver, rows in by_solver.items():
        sums = totals(rows)
        listed = sums["listed"]
        gap = (
            f"{sums['gap_vehicles']:+d} vehicles to the best known, as few on {sums['as_few_vehicles']} of {listed}"
            if listed
            else "no best_known.csv beside the files lists them"
        )
        typer.echo(f"{solver}: {sums['vehicles']} vehicles, distance {sums['distance']:.2f}; {gap}.")


@contextmanager
def _showing() -> Iterator[tuple[Callable[[str], None], Callable[[str], None]]]:
    """Give two ways of telling on stderr: a line that renews itself on a terminal, and lines that stay."""
    from rich.console import Console

    console = Console(stderr=True)
    with console.status("starting") as status:
        yield status.update, lambda line: console.print(line, markup=False, highlight=False)


def _module(name: str) -> ModuleType:
    """Return a module of the benchmarks.

    Raises
    ------
    RuntimeFailure : `runtime_bench_missing`.
    """
    from importlib import import_module

    try:
        return import_module(f"bench.{name}")
    except ModuleNotFoundError as error:
        if error.name != "bench":
            raise
        message = "the benchmarks are not installed; run ./fleet bench in a checkout of robot_fleet"
        raise RuntimeFailure("runtime_bench_missing", message) from error
