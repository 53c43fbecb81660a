"""`./fleet robots`, `./fleet hold` and `./fleet resume`: the robots of a running fleet."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from robot_fleet.cli.answers import By
from robot_fleet.cli.tables import print_table
from robot_fleet.cli.tasks import AsJson, Name, confirm, confirm_by_name
from robot_fleet.core.clock import format_clock

_SUPPLY = {
    "needed": "low battery",
    "kept": "below what it keeps",
    "cheap": "low tariff",
    "sun": "solar",
    "waits_for_tariff": "waits for the low tariff",
    "waits_for_sun": "waits for the sun",
    "waits_for_peak_limit": "waits for room under the peak limit",
    "full": "full",
}
Robot = Annotated[str | None, typer.Argument(metavar="[ROBOT]", help="One robot; the whole fleet by default.")]
Reason = Annotated[str, typer.Option("--reason", help="For the record.")]
InPlace = Annotated[bool, typer.Option("--in-place", help="Stop where each robot is now, be that a crossing.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def register(app: typer.Typer) -> None:
    """Add the verbs of this module."""
    app.command("robots")(robots)
    app.command("hold")(hold)
    app.command("resume")(resume)


def robots(as_json: AsJson = False, name: Name = None) -> None:
    """List the robots of the running fleet and what each does.

    Example: ./fleet robots --json
    """
    from robot_fleet.cli.gateway import Gateway

    with Gateway(name) as gateway:
        rows = gateway.get("/robots")
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=1))
    else:
        print_table(("robot", "state", "battery", "task", "to", "load", "link", "note"), map(_cells, rows))


def hold(
    robot: Robot = None,
    reason: Reason = "",
    in_place: InPlace = False,
    by: By = "operator",
    yes: Yes = False,
    as_json: AsJson = False,
    name: Name = None,
) -> None:
    """Bring one robot, or the whole fleet, to a stop where it may stand.

    Robots stop at once, but those in doors, on crossings, in lifts and narrow passages first drive on to where nobody
    is in their way. With --in-place all stop where they are; of the whole fleet that is done only after you have typed
    the site's id. This is no safety function, neither of them: each robot's own emergency stop is.

    Example: ./fleet hold care_2 --reason "wet floor"
    """
    from robot_fleet.cli.gateway import Gateway

    with Gateway(name) as gateway:
        if robot is None and not yes:
            if in_place:
                stop = "Stop every robot where it stands now, on crossings and in doors too?"
                confirm_by_name(stop, gateway.get("/site")["id"])
            else:
                confirm("Bring every robot of the fleet to a stop?")
        body = {"robot": robot or "", "reason": reason, "in_place": in_place, "by": by}
        answer = gateway.post("/hold", body, f"hold-{secrets.token_hex(4)}")
    _tell(answer, as_json, f"{robot or 'The whole fleet'} is held; let go with ./fleet resume {robot or ''}".rstrip())
    if answer["where"] and not as_json:
        typer.echo(f"In the way until others make way: {answer['where'].replace(',', ', ')}")


def resume(
    robot: Robot = None,
    reason: Reason = "",
    by: By = "operator",
    yes: Yes = False,
    as_json: AsJson = False,
    name: Name = None,
) -> None:
    """Let one robot, or the whole fleet, go on; of the whole fleet only after you have typed the site's id.

    A robot whose emergency stop was pressed goes on only when it is named here, and you are asked first: whoever
    confirms says that people and robot there are safe. That is refused while the button is still pressed. Letting the
    whole fleet go on leaves such robots where they are.

    Example: ./fleet resume care_2
    """
    from robot_fleet.cli.gateway import Gateway

    with Gateway(name) as gateway:
        rows = {row["id"]: row for row in gateway.get("/robots")}
        if robot is None and not yes:
            confirm_by_name("Every robot of the fleet will move again.", gateway.get("/site")["id"])
        if robot is not None and not yes and rows.get(robot, {}).get("stopped"):
            confirm(
                f"The emergency stop of {robot} was pressed. By letting it go on you consent that it moves again, and"
                " say that somebody has looked: people there are safe, nothing is in its way. Let it go on?"
            )
        body = {"robot": robot or "", "reason": reason, "by": by}
        answer = gateway.post("/resume", body, f"resume-{secrets.token_hex(4)}")
    stopped = [row["id"] for row in rows.values() if row.get("stopped")] if robot is None else []
    rest = f", but {', '.join(stopped)} after an emergency stop: let each go on by its name" if stopped else ""
    _tell(answer, as_json, f"{robot or 'The whole fleet'} goes on{rest}")


def _tell(answer: Mapping[str, Any], as_json: bool, sentence: str) -> None:
    typer.echo(json.dumps(answer, ensure_ascii=False, indent=1) if as_json else sentence)


def _supply(supply: Mapping[str, Any] | None) -> str:
    """Return why a charger gives a robot current or not, in words."""
    if supply is None or supply["reason"] in ("", "at_once"):
        return ""
    words = _SUPPLY.get(supply["reason"], supply["reason"])
    return words if supply["until_s"] is None else f"{words} until {format_clock(supply['until_s'] % 86_400.0)[:5]}"


def _cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    notes = (
        "held" if row["hold"] else "",
        "emergency stop" if row.get("stopped") else "",
        "out of service" if row.get("maintenance") else "",
        "charging" if row["charging"] else "",
        _supply(row.get("supply")),
        row["fault"],
    )
    return (
        row["id"],
        row["state"],
        f"{row['soc_pct']:.0f} %",
        row["task"],
        row["place"],
        " ".join(row["load"]),
        row["link"],
        ", ".join(note for note in notes if note),
    )
