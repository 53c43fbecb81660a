"""`./fleet chaos`: a loaded fleet while things fail, and whether it kept its promises."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from robot_fleet.cli.demo import LinkKind, SiteFolder
from robot_fleet.cli.fresh import empty, note_run
from robot_fleet.cli.outcome import write_summary
from robot_fleet.cli.play import check_writable, default_site
from robot_fleet.core.clock import format_clock
from robot_fleet.core.errors import RuntimeFailure

if TYPE_CHECKING:
    from robot_fleet.runtime.chaos.evidence import Evidence
    from robot_fleet.runtime.chaos.real import RealChaos
    from robot_fleet.runtime.chaos.virtual import VirtualChaos

CHAOS_NAME = "chaos"
_TELL_EVERY_S = 30.0
_LISTED = 20


def register(app: typer.Typer) -> None:
    """Add the verb of this module."""
    app.command("chaos")(chaos)


def chaos(
    minutes: Annotated[
        float, typer.Option("--minutes", min=0.5, help="How long things fail: wall time on ros, fleet time on virtual.")
    ] = 3.0,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of load, faults, people and searches.")] = 1,
    link: Annotated[
        LinkKind, typer.Option("--link", help="Real processes over ROS, or one process on a virtual clock.")
    ] = LinkKind.ROS,
    result: Annotated[Path | None, typer.Option("--json", metavar="OUT", help="Write the result.")] = None,
    site: SiteFolder = None,
    name: Annotated[str, typer.Option("--name", help="The fleet's name, on ros.")] = CHAOS_NAME,
) -> None:
    """Let things fail in a loaded fleet, and hold afterwards what it did against what it promises.

    Processes are killed and stopped, robots vanish and lose their way, actions abort, messages are late, doubled and
    lost, disks fill, clocks jump. The exit code is 0 only if every request is accounted for exactly once, no act
    happened twice, and ledger, journals and the simulator agree.

    Example: ./fleet chaos --minutes 3 --seed 1 --link virtual --json out.json
    """
    if result is not None:
        check_writable("--json", result)
    folder = site or default_site()
    told = _virtual(folder, seed, minutes) if link is LinkKind.VIRTUAL else _ros(folder, seed, minutes, name)
    if result is not None:
        write_summary(result, told)
    _tell(told)
    if not told["passed"]:
        count = len(told["breaches"])
        raise RuntimeFailure("runtime_chaos_breach", f"{count} promises were broken; they are listed above", "chaos")


def _virtual(folder: Path, seed: int, minutes: float) -> dict[str, Any]:
    from robot_fleet.runtime.chaos.virtual import VirtualChaos
    from robot_fleet.site.load import load_site

    run = VirtualChaos(folder, load_site(folder), seed, minutes)
    tell = _every(lambda: f"{len(run.faults)} faults, {run.open} of {len(run.rows)} requests open")
    return _judged(run, run.run(tell), LinkKind.VIRTUAL, seed, minutes)


def _ros(folder: Path, seed: int, minutes: float, name: str) -> dict[str, Any]:
    from robot_fleet.runtime.chaos.real import RealChaos
    from robot_fleet.runtime.processes.claims import FleetClaim
    from robot_fleet.site.load import load_site

    site = load_site(folder)
    with FleetClaim(name) as claim:
        empty(claim.run)
        note_run(claim.run, verb="chaos", site=site.id)
        run = RealChaos(folder, site, seed, minutes, claim)
        tell = _every(lambda: f"{len(run.faults)} faults, {run.open} of {len(run.rows)} requests open")
        evidence = run.run(lambda: tell(run.fleet_s))
    return _judged(run, evidence, LinkKind.ROS, seed, minutes)


def _judged(
    run: VirtualChaos | RealChaos, evidence: Evidence, link: LinkKind, seed: int, minutes: float
) -> dict[str, Any]:
    from robot_fleet.runtime.chaos.outcome import outcome
    from robot_fleet.runtime.chaos.verdict import judge

    return outcome(
        evidence,
        run.faults,
        judge(evidence),
        link=link.value,
        seed=seed,
        minutes=minutes,
        limits=run.schedule.limits,
        drained_fleet_s=run.drained_fleet_s,
        drained_wall_s=run.drained_s if link is LinkKind.ROS else None,
        restarts=run.restarts,
    )


def _every(sentence: Callable[[], str]) -> Callable[[float], None]:
    """Return what says every half minute how far the run is, given the fleet time."""
    next_s = [time.monotonic()]

    def tell(at_s: float) -> None:
        if time.monotonic() >= next_s[0]:
            next_s[0] = time.monotonic() + _TELL_EVERY_S
            typer.echo(f"{format_clock(at_s)}  {sentence()}", err=True)

    return tell


def _tell(told: dict[str, Any]) -> None:
    """Print the result."""
    faults, requests = told["faults"], told["requests"]
    ends = ", ".join(f"{count} {end}" for end, count in requests.items() if end != "asked")
    typer.echo(
        f"{faults['total']} faults, {faults['delicate_pct']} % of them while loaded, docking or in a narrow passage"
    )
    for each in faults["classes"]:
        typer.echo(f"  {each['kind']:<18} {each['count']:>4}  {each['does']}")
    typer.echo(f"{requests['asked']} requests: {ends}; drained in {told['drained_fleet_s'] / 60.0:.0f} fleet minutes")
    for reason, count in told["reasons"].items():
        typer.echo(f"  {count} {reason}")
    for breach in told["breaches"][:_LISTED]:
        typer.echo(f"  BROKEN {breach['rule']}: {breach['where']}: {breach['what']} (look at {breach['look']})")
    typer.echo("Every promise was kept." if told["passed"] else f"{len(told['breaches'])} promises were broken.")
