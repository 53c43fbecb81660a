"""`./fleet demo` and `./fleet up`: a whole fleet with its simulated city, from one command."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from robot_fleet.cli.play import Wishes, chosen_faults, default_site, prepare
from robot_fleet.runtime.shipped import DEFAULT_SITE
from robot_fleet.server.doors.address import LOOPBACK, Entrance

DEMO_SPEED = 5.0


class Charging(StrEnum):
    """When robots that can wait are charged."""

    TARIFF = "tariff"
    AT_ONCE = "at_once"


class LinkKind(StrEnum):
    """What joins the fleet's parts."""

    ROS = "ros"
    VIRTUAL = "virtual"


SiteFolder = Annotated[
    Path | None, typer.Option("--site", metavar="DIR", help=f"The site's folder. Default: {DEFAULT_SITE}.")
]
Requests = Annotated[int | None, typer.Option("--requests", min=1, help="Only the first so many, by time.")]
Headless = Annotated[bool, typer.Option("--headless", help="Nobody looks on: say nothing of the console.")]
Port = Annotated[
    int | None, typer.Option("--port", min=1, max=65535, help="Of the console; a free one by default.", metavar="P")
]
Duration = Annotated[
    float | None,
    typer.Option("--duration", min=0.0, metavar="S", help="Take no request after so many fleet seconds."),
]
UntilIdle = Annotated[bool, typer.Option("--until-idle", help="End when every request has ended.")]
SummaryFile = Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write the summary of the run.")]
TraceFile = Annotated[
    Path | None, typer.Option("--trace", metavar="FILE", help="Write what physically happened, as CSV.")
]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Of all that people and searches draw.")]
Link = Annotated[LinkKind, typer.Option("--link", help="Real processes over ROS, or one process on a virtual clock.")]
Improve = Annotated[
    bool, typer.Option("--improve/--no-improve", help="Let CP-SAT look for better plans; without, insertion alone.")
]
Webhooks = Annotated[
    Path | None,
    typer.Option("--webhooks", metavar="FILE", help="Receivers of alarms. Default: webhooks.yaml of the site, if any."),
]
LedgerPlace = Annotated[
    str | None,
    typer.Option(
        "--ledger",
        metavar="PATH|URL",
        help="Keep the facts in this file or in postgresql://USER@HOST/DATABASE. Default: the fleet's own file.",
    ),
]
Bind = Annotated[
    str,
    typer.Option("--bind", metavar="ADDRESS", help="Listen there, for others too: needs users and TLS."),
]
TlsCert = Annotated[Path | None, typer.Option("--tls-cert", metavar="FILE", help="Certificate for TLS, in PEM.")]
TlsKey = Annotated[Path | None, typer.Option("--tls-key", metavar="FILE", help="Its key, in PEM.")]
BehindProxy = Annotated[bool, typer.Option("--behind-proxy", help="A proxy in front of the console speaks TLS.")]
Hardware = Annotated[
    str | None,
    typer.Option(
        "--hardware",
        metavar="IDS",
        help="These robots are real, as are those that robots.yaml calls so; none: simulate every robot.",
    ),
]
Faults = Annotated[
    str | None,
    typer.Option(
        "--faults",
        metavar="FILE",
        help="What goes wrong meanwhile: the faults of a scenario of this site. Default: the file beside the demand"
        " that has its name and ends in .faults.yaml, if any; none: nothing.",
    ),
]
Name = Annotated[str | None, typer.Option("--name", help="Tells several fleets apart. Default: main.")]


def register(app: typer.Typer) -> None:
    """Add the verbs of this module."""
    app.command("demo")(demo)
    app.command("up")(up)


def demo(
    site: SiteFolder = None,
    demand: Annotated[
        Path | None, typer.Option("--demand", metavar="FILE", help="The requests. Default: demand.csv of the site.")
    ] = None,
    requests: Requests = None,
    speed: Annotated[
        float | None,
        typer.Option(
            "--speed",
            min=0.1,
            max=100.0,
            help="Fleet seconds per second; not on the virtual clock. Default: 5, and 1 among real robots.",
        ),
    ] = None,
    headless: Headless = False,
    port: Port = None,
    duration: Duration = None,
    until_idle: UntilIdle = False,
    summary: SummaryFile = None,
    trace: TraceFile = None,
    seed: Seed = 1,
    link: Link = LinkKind.ROS,
    improve: Improve = True,
    webhooks: Webhooks = None,
    ledger: LedgerPlace = None,
    bind: Bind = LOOPBACK,
    tls_cert: TlsCert = None,
    tls_key: TlsKey = None,
    behind_proxy: BehindProxy = False,
    hardware: Hardware = None,
    charging: Annotated[
        Charging | None,
        typer.Option("--charging", help="When robots that can wait charge; --link virtual only. Default: energy.yaml."),
    ] = None,
    faults: Faults = None,
    name: Name = None,
) -> None:
    """Play a day of a site: its robots, its people and what they ask for.

    Prints the console's address and stays until Ctrl-C, or with --until-idle until every request has ended.
    The exit code is 0 only if each of them ended in an outcome.

    Example: ./fleet demo --requests 40 --speed 10 --until-idle --json out.json

    Example: ./fleet demo --hardware care_1 --requests 5

    Example: ./fleet demo --link virtual --charging at_once --json at_once.json
    """
    folder = site or default_site()
    rows = demand or folder / "demand.csv"
    wishes = Wishes(
        site=folder,
        demand=rows,
        requests=requests,
        speed=pace(speed, folder, hardware),
        headless=headless,
        port=port,
        duration_s=duration,
        until_idle=until_idle,
        summary=summary,
        trace=trace,
        seed=seed,
        name=name,
        improving=improve,
        webhooks=webhooks,
        ledger=ledger,
        entrance=Entrance(bind, tls_cert, tls_key, behind_proxy),
        hardware=hardware,
        faults=chosen_faults(faults, rows),
        virtual=link is LinkKind.VIRTUAL,
        charging=charging,
    )
    _run(wishes, link, resume=False)


def up(
    site: SiteFolder = None,
    demand: Annotated[
        Path | None, typer.Option("--demand", metavar="FILE", help="Requests to play; none by default.")
    ] = None,
    requests: Requests = None,
    speed: Annotated[float, typer.Option("--speed", min=0.1, max=100.0, help="Fleet seconds per second.")] = 1.0,
    headless: Headless = False,
    port: Port = None,
    duration: Duration = None,
    until_idle: UntilIdle = False,
    summary: SummaryFile = None,
    trace: TraceFile = None,
    seed: Seed = 1,
    link: Link = LinkKind.ROS,
    improve: Improve = True,
    webhooks: Webhooks = None,
    ledger: LedgerPlace = None,
    bind: Bind = LOOPBACK,
    tls_cert: TlsCert = None,
    tls_key: TlsKey = None,
    behind_proxy: BehindProxy = False,
    hardware: Hardware = None,
    name: Name = None,
) -> None:
    """Run a fleet that waits for requests and goes on where the fleet of this name stopped last.

    Stays until Ctrl-C or ./fleet down. Ask for services with ./fleet submit or in the console.

    Example: ./fleet up --site config/sites/busan_edc --port 8600

    Example: ./fleet up --hardware care_1,logistics_1
    """
    wishes = Wishes(
        site=site or default_site(),
        demand=demand,
        requests=requests,
        speed=speed,
        headless=headless,
        port=port,
        duration_s=duration,
        until_idle=until_idle,
        summary=summary,
        trace=trace,
        seed=seed,
        name=name,
        improving=improve,
        webhooks=webhooks,
        ledger=ledger,
        entrance=Entrance(bind, tls_cert, tls_key, behind_proxy),
        hardware=hardware,
        virtual=link is LinkKind.VIRTUAL,
    )
    _run(wishes, link, resume=True)


def pace(speed: float | None, site: Path, hardware: str | None) -> float:
    """Return the speed of a demo that may not have been given one."""
    if speed is not None:
        return speed
    from robot_fleet.runtime.bringup.backends import backends, with_hardware
    from robot_fleet.site.load import load_site

    return 1.0 if backends(with_hardware(load_site(site), hardware)).elsewhere else DEMO_SPEED


def _run(wishes: Wishes, link: LinkKind, *, resume: bool) -> None:
    play = prepare(wishes)
    if link is LinkKind.VIRTUAL:
        from robot_fleet.cli import virtual_run

        virtual_run.run(play)
    else:
        from robot_fleet.cli import ros_run

        ros_run.run(play, resume=resume)
