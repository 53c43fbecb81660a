"""`./fleet bench`: measures the scheduler, beside rivals if asked, and what a fleet's telemetry costs.

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
    from bench.fleet_day import FleetDay
    from bench.online import Planned
    from bench.pdptw import Solved

app = typer.Typer(
    help="Benchmarks of the scheduler, beside rivals if asked, and of the telemetry.", no_args_is_help=True
)


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
    if any(one.violations for one in solved if one.solver == bench.OWN):
        raise typer.Exit(1)


@app.command()
def online(
    robots: Annotated[int, typer.Option("--robots", min=3, max=1000, help="Robots of the fleet.")] = 50,
    tasks: Annotated[int, typer.Option("--tasks", min=1, max=10_000, help="Requests of the day.")] = 500,
    seed: Seed = 1,
    seconds: Annotated[
        float, typer.Option("--seconds", min=0.1, help="CPU seconds that each solver has for the whole day.")
    ] = 20.0,
    json_file: JsonFile = None,
    rival: Rivals = None,
) -> None:
    """Play a generated day: what each request costs from the command to the durable plan, and what plans cost.

    The requests go one after the other through the real core, its checker and a ledger on disk. Then the whole day is
    planned as one problem, improved for some seconds, beside the greedy rule of today's fleet systems and rivals.

    Example: ./fleet bench online --robots 50 --tasks 500 --seed 1 --rival ortools --json out.json
    """
    bench = _module("online")
    solvers = bench.solvers([each.value for each in dict.fromkeys(rival or ())])
    with _showing() as (say, keep):
        events = bench.play_events(robots, tasks, seed, say)
        keep(_events_line(events[0]))
        plans = []
        for solver in solvers:
            plans.append(bench.plan_day(robots, tasks, seed, seconds, solver, say))
    if json_file is not None:
        write_summary(json_file, bench.report(robots, tasks, seed, seconds, events, plans))
    _tell_plans(plans)
    if events[0].violations or (plans[0].broken or plans[0].why_none):
        raise typer.Exit(1)


@app.command()
def telemetry(
    robots: Annotated[int, typer.Option("--robots", min=1, max=1000, help="Robots that talk.")] = 300,
    seconds: Annotated[float, typer.Option("--seconds", min=1.0, help="Wall seconds that are measured.")] = 20.0,
    json_file: JsonFile = None,
) -> None:
    """Let robots talk over ROS to a real gateway, and measure what it costs and how late a console hears of it.

    Each robot tells its state five times a second, and report, battery and diagnostics once. Three WebSocket clients
    take the console's stream.

    Example: ./fleet bench telemetry --robots 300 --seconds 20 --json out.json
    """
    bench = _module("telemetry")
    with _showing() as (say, _):
        figures = bench.measure(robots, seconds, say)
    if json_file is not None:
        write_summary(json_file, figures)
    latency_ms, per_s = figures["latency_ms"], figures["messages_per_s"]
    typer.echo(
        f"{robots} robots, {per_s['in']:.0f} messages a second in, {per_s['poses_out']:.0f} poses a second to "
        f"{figures['clients']} clients; {figures['lost_pct']:.2f} % lost, {figures['refused']} refused."
    )
    typer.echo(
        f"Gateway: {figures['gateway_cpu_pct']:.1f} % of a core ({figures['gateway_cpu_s']:.1f} s of CPU), "
        f"{figures['gateway_peak_rss_mb']:.0f} MB."
    )
    typer.echo(f"From the robot to the client: p50 {latency_ms['p50']:.0f} ms, p99 {latency_ms['p99']:.0f} ms.")


@app.command()
def console(
    robots: Annotated[int, typer.Option("--robots", min=1, max=1000, help="Robots that move.")] = 300,
    clients: Annotated[
        int, typer.Option("--clients", min=1, max=200, help="Consoles: one browser, plain clients.")
    ] = 20,
    seconds: Annotated[float, typer.Option("--seconds", min=1.0, help="Wall seconds that are measured.")] = 20.0,
    json_file: JsonFile = None,
) -> None:
    """Show moving robots in a real browser while others take the stream, and measure what that costs.

    The robots wander about the first site and tell where they are five times a second; robots over ROS are measured by
    `./fleet bench telemetry`. The browser is Debian's Chromium without a screen.

    Example: ./fleet bench console --robots 300 --clients 20 --json out.json
    """
    bench = _module("console")
    with _showing() as (say, _):
        figures = bench.measure(robots, clients, seconds, say)
    if json_file is not None:
        write_summary(json_file, figures)
    typer.echo(
        f"{robots} robots in a browser: {figures['fps']:.0f} frames a second (p99 of a frame "
        f"{figures['frame_p99_ms']:.0f} ms), main thread {figures['main_thread_pct']:.0f} % busy."
    )
    typer.echo(
        f"{clients} consoles: {figures['client_kbps']:.1f} kB/s (1000 bytes) each, server "
        f"{figures['server_cpu_pct']:.0f} % of a core."
    )


def _events_line(day: FleetDay) -> str:
    told = day.summary()
    ms: Any = told["event_to_plan_ms"]
    cut = "" if day.asked == told["events"] else f" of {day.asked}; no more in the time there is"
    return (
        f"{told['events']} requests{cut}: event to durable plan p50 {ms['p50']:.1f} ms, p99 {ms['p99']:.1f} ms; "
        f"{day.checked} plans checked, {day.violations} violations; memory {day.peak_rss_mb:.0f} MB"
    )


def _tell_plans(plans: Sequence[Planned]) -> None:
    print_table(
        ("solver", "cost", "travel s", "late", "lateness s", "left out", "rules broken", "CPU s", "start-up s", "MB"),
        [
            (
                plan.solver,
                f"{plan.cost:.0f}",
                f"{plan.travel_s:.0f}",
                str(plan.late),
                f"{plan.lateness_s:.0f}",
                str(plan.left_out),
                str(sum(plan.broken.values())),
                f"{plan.usage.solve_cpu_s:.1f}",
                f"{plan.usage.start_cpu_s + plan.usage.compile_cpu_s:.1f}",
                f"{plan.usage.peak_rss_mb:.0f}",
            )
            for plan in plans
            if plan.usage is not None and plan.broken is not None
        ],
        numbers=True,
    )
    for plan in plans:
        if plan.why_none:
            typer.echo(f"{plan.solver}: no plan: {plan.why_none}")
        else:
            over_time = "  ".join(f"{spent_s:.1f} s {cost:.0f}" for spent_s, cost in _looks(plan.cost_over_time))
            typer.echo(f"{plan.solver}: cost over CPU time: {over_time}")


def _looks(points: Sequence[tuple[float, float]], most: int = 8) -> list[tuple[float, float]]:
    """Return a few of the points, the first and the last among them."""
    step = max((len(points) + most - 2) // (most - 1), 1)
    return [*points[:-1:step], *points[-1:]]


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
        yield status.update, lambda line: console.print(line, markup=False, highlight=False, soft_wrap=True)


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
        if error.name not in ("bench", f"bench.{name}"):
            raise
        message = "the benchmarks are not installed; run ./fleet bench in a checkout of robot_fleet"
        raise RuntimeFailure("runtime_bench_missing", message) from error
