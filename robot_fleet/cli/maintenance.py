"""`./fleet maintenance`: robots that people take out of service, now or later, and put back."""

from __future__ import annotations

from typing import Annotated

import typer

from robot_fleet.cli.answers import By, give, tell
from robot_fleet.cli.tasks import AsJson, Name
from robot_fleet.core.clock import parse_clock
from robot_fleet.core.errors import RequestError

app = typer.Typer(
    help="Take robots out of service and put them back; meanwhile they do not ring.", no_args_is_help=True
)

Robot = Annotated[str, typer.Argument(metavar="ROBOT", help="The robot's id; `./fleet robots` lists all.")]


def register(parent: typer.Typer) -> None:
    """Add the verbs of this module."""
    parent.add_typer(app, name="maintenance")


@app.command()
def begin(
    robot: Robot,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="For the record.")] = "",
    by: By = "operator",
    as_json: AsJson = False,
    name: Name = None,
) -> None:
    """Take a robot out of service now: it gets nothing new, and its alarms are quiet.

    Example: ./fleet maintenance begin care_2 --reason "new wheels"
    """
    answer = give(name, ("robots", robot, "maintenance"), {"change": "begin", "reason": reason, "by": by})
    tell(answer, as_json, f"{robot} is out of service; put it back with ./fleet maintenance done {robot}")


@app.command()
def plan(
    robot: Robot,
    start: Annotated[
        str | None, typer.Option("--from", metavar="HH:MM", help="The site's time; 26:00 is 2 o'clock tomorrow.")
    ] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="HH:MM", help="Until when.")] = None,
    never: Annotated[bool, typer.Option("--never", help="Take the plan back.")] = False,
    by: By = "operator",
    as_json: AsJson = False,
    name: Name = None,
) -> None:
    """Say when a robot will be out of service. Plans leave it out then, and its maintenance begins by itself.

    Example: ./fleet maintenance plan care_2 --from 14:00 --to 15:30
    """
    if never == (start is not None or end is not None) or (start is None) != (end is None):
        raise RequestError("request_maintenance_malformed", "give --from and --to, or --never", robot)
    from_s, to_s = (0.0, 0.0) if start is None or end is None else (parse_clock(start), parse_clock(end))
    body = {"change": "plan", "from_s": from_s, "to_s": to_s, "by": by}
    answer = give(name, ("robots", robot, "maintenance"), body)
    when = "no maintenance is planned any more" if never else f"out of service from {start} to {end}"
    tell(answer, as_json, f"{robot}: {when}")


@app.command()
def done(robot: Robot, by: By = "operator", as_json: AsJson = False, name: Name = None) -> None:
    """Put a robot back into service; its distance and faults count from here.

    Example: ./fleet maintenance done care_2
    """
    answer = give(name, ("robots", robot, "maintenance"), {"change": "done", "by": by})
    tell(answer, as_json, f"{robot} is in service again")
