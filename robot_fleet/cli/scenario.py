"""`./fleet scenario`: scenarios with faults and expectations, run, judged and reported."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from robot_fleet.cli.demo import LinkKind
from robot_fleet.cli.outcome import write_summary
from robot_fleet.cli.play import check_writable
from robot_fleet.cli.scenario_report import register as register_reports
from robot_fleet.cli.tables import print_table
from robot_fleet.core.errors import ScenarioError

if TYPE_CHECKING:
    from robot_fleet.runtime.processes.claims import FleetClaim
    from robot_fleet.runtime.scenarios.campaign import Progress

app = typer.Typer(help="Scenarios: faults and expectations, run, judged and reported.", no_args_is_help=True)

Files = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="FILES…", help="Files, folders, or names of the program's own scenarios; all of those by default."
    ),
]
_PIECES = 3
SCENARIO_NAME = "scenario"
"""The fleet's name in runs over ROS."""


class BackendKind(StrEnum):
    """What carries the robots' bodies."""

    EMBEDDED = "embedded"
    GAZEBO = "gazebo"


class PartKind(StrEnum):
    """What of the fleet can be switched off."""

    TRAFFIC = "traffic"
    RECOVERY = "recovery"
    CHARGING = "charging"
    PREEMPTION = "preemption"


def register(parent: typer.Typer) -> None:
    """Add the verbs of this module."""
    register_reports(app)
    parent.add_typer(app, name="scenario")


@app.command("list")
def list_(files: Files = None) -> None:
    """List scenarios: what they show, on which site, for how long at most.

    Example: ./fleet scenario list
    """
    from robot_fleet.runtime.scenarios.read import named, read

    rows = []
    for path in named(files or ()):
        says = read(path).says
        rows.append((path.stem, says.name.en, says.site, f"{says.lasts_s / 60.0:.0f} min", str(len(says.faults))))
    print_table(("scenario", "name", "site", "at most", "faults"), rows)


@app.command()
def check(files: Files = None) -> None:
    """Read scenarios and hold them against their sites; run nothing.

    Example: ./fleet scenario check my_scenario.yaml
    """
    from robot_fleet.runtime.scenarios.campaign import Wishes, prepare
    from robot_fleet.runtime.scenarios.read import named

    grounds = prepare(Wishes(named(files or ())))
    for ground in grounds:
        typer.echo(f"{ground.scenario.path}: ok")


@app.command()
def run(
    files: Files = None,
    link: Annotated[
        LinkKind, typer.Option("--link", help="One process on a virtual clock, or real processes over ROS.")
    ] = LinkKind.VIRTUAL,
    backend: Annotated[
        BackendKind, typer.Option("--backend", help="The embedded simulator, or Gazebo where it is installed (ros).")
    ] = BackendKind.EMBEDDED,
    speed: Annotated[
        float | None, typer.Option("--speed", min=0.1, metavar="N", help="Fleet seconds per wall second, on ros.")
    ] = None,
    repeat: Annotated[int, typer.Option("--repeat", min=1, metavar="K", help="So many seeds, one run each.")] = 1,
    seed: Annotated[int, typer.Option("--seed", min=0, metavar="S", help="The first seed.")] = 1,
    result: Annotated[Path | None, typer.Option("--json", metavar="OUT", help="Write the result.")] = None,
    junit: Annotated[Path | None, typer.Option("--junit", metavar="OUT", help="Write the result as JUnit XML.")] = None,
    traces: Annotated[
        Path | None, typer.Option("--traces", metavar="DIR", help="Keep what physically happened, a CSV file a run.")
    ] = None,
    mcap: Annotated[
        Path | None, typer.Option("--mcap", metavar="DIR", help="Keep MCAP recordings of failed runs, on ros.")
    ] = None,
    jobs: Annotated[
        int, typer.Option("--jobs", min=0, metavar="N", help="So many runs at a time, on virtual; 0: one a core.")
    ] = 0,
    without: Annotated[
        list[PartKind] | None, typer.Option("--without", help="Switch a part of the fleet off, on virtual; repeat.")
    ] = None,
    expect_failure: Annotated[
        bool, typer.Option("--expect-failure", help="Exit with 0 only if every scenario fails, as controls must.")
    ] = False,
) -> None:
    """Run scenarios and say of each expectation whether it held, and what shows it.

    On the virtual link the same files and seeds give the same bytes in every file. The exit code is 1 if any
    expectation is broken.

    Example: ./fleet scenario run scenarios --repeat 3 --json out.json --junit out.xml --traces traces
    """
    from robot_fleet.runtime.scenarios import campaign
    from robot_fleet.runtime.scenarios.ablation import Part
    from robot_fleet.runtime.scenarios.junit import junit_text
    from robot_fleet.runtime.scenarios.read import named

    for option, path in (("--json", result), ("--junit", junit)):
        if path is not None:
            check_writable(option, path)
    for folder in (traces, mcap):
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
    wishes = campaign.Wishes(
        files=named(files or ()),
        seeds=tuple(range(seed, seed + repeat)),
        link=link.value,
        backend=backend.value,
        speed=speed,
        without=[Part(part.value) for part in without or ()],
        traces=traces,
        recordings=mcap,
        jobs=jobs or len(os.sched_getaffinity(0)),
        claim=_claimed,
    )
    told = campaign.run(wishes, campaign.prepare(wishes), _show)
    if result is not None:
        write_summary(result, told)
    if junit is not None:
        junit.write_text(junit_text(told), encoding="utf-8")
    _conclude(told["scenarios"], expect_failure)


@contextmanager
def _claimed() -> Iterator[FleetClaim]:
    """Yield the run directory of scenarios over ROS, emptied."""
    from robot_fleet.cli.fresh import empty, note_run
    from robot_fleet.runtime.processes.claims import FleetClaim

    with FleetClaim(SCENARIO_NAME) as claim:
        empty(claim.run)
        note_run(claim.run, verb="scenario", site="")
        yield claim


def _show(progress: Progress) -> None:
    """Tell of a run that has ended."""
    entry = progress.run
    word = "passed" if entry["passed"] else "FAILED"
    minutes = (entry["end_s"] - entry["begin_s"]) / 60.0
    head = f"{progress.done:>3}/{progress.of}"
    typer.echo(f"{head}  {word}  {progress.scenario}, seed {progress.seed} ({minutes:.0f} min)")
    for each in entry["expectations"]:
        if not each["passed"]:
            typer.echo(f"         {each['id']}: {each['sentence']}")
            for piece in each["evidence"][:_PIECES]:
                at = f" at {piece['at_s'] - entry['begin_s']:.0f} s" if "at_s" in piece else ""
                typer.echo(f"           {piece['what']}{at}")


def _conclude(scenarios: Sequence[dict[str, Any]], expect_failure: bool) -> None:
    """Print the rates and end with the exit code.

    Raises
    ------
    ScenarioError : `scenario_failed`, `scenario_passed`.
    """
    if any(len(scenario["runs"]) > 1 for scenario in scenarios):
        rows = []
        for scenario in scenarios:
            rate = scenario["rate"]
            sure = f"{100.0 * rate['low']:.0f} to {100.0 * rate['high']:.0f} %"
            rows.append((scenario["id"], f"{rate['passed']}/{rate['runs']}", sure))
        print_table(("scenario", "passed", "95 % sure"), rows)
    failed = [s["id"] for s in scenarios if any(not run["passed"] for run in s["runs"])]
    passed = [s["id"] for s in scenarios if any(run["passed"] for run in s["runs"])]
    if expect_failure:
        if passed:
            message = f"expected to fail, but passed: {', '.join(passed)}"
            raise ScenarioError("scenario_passed", message, "scenario run")
        typer.echo(f"All {len(failed)} scenarios failed, as expected.")
    elif failed:
        message = f"{len(failed)} of {len(scenarios)} scenarios failed: {', '.join(failed)}"
        raise ScenarioError("scenario_failed", message, "scenario run")
    else:
        typer.echo(f"All {len(scenarios)} scenarios passed.")
