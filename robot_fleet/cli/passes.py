"""`./fleet pass`: links for people who are no users, each for one place, one task or one thing."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Annotated

import typer

from robot_fleet.cli.answers import give, tell
from robot_fleet.cli.tables import print_table
from robot_fleet.cli.tasks import AsJson, Name
from robot_fleet.stores.passes.kinds import PassKind

app = typer.Typer(help="Links for kiosks, residents and recipients, who are no users.", no_args_is_help=True)


def register(parent: typer.Typer) -> None:
    """Add the verbs of this module."""
    parent.add_typer(app, name="pass")


@app.command()
def new(
    kind: Annotated[PassKind, typer.Argument(metavar="KIND", help="kiosk, resident, task or item.")],
    subject: Annotated[str, typer.Argument(metavar="ID", help="The place, the task or the item that it is for.")],
    days: Annotated[float, typer.Option("--days", help="For how long it is good, at most 366.")] = 30.0,
    qr: Annotated[bool, typer.Option("--qr", help="Show the link as a QR code for a phone, too.")] = False,
    as_json: AsJson = False,
    name: Name = None,
) -> None:
    """Make a link and print it, once; of a delivery that is opened by a code, the code as well.

    Examples
    --------
    ./fleet pass new resident senior_apt/f301 --days 180
    ./fleet pass new kiosk deck/in_1 --days 366
    ./fleet pass new task r0007 --days 2 --qr
    """
    from robot_fleet.cli.gateway import Gateway

    made = give(name, ("passes",), {"kind": kind.value, "subject": subject, "days": days})
    if as_json:
        typer.echo(json.dumps(made, ensure_ascii=False, indent=1))
        return
    with Gateway(name) as gateway:
        page = f"{gateway.url}/{made['page']}"
    typer.echo(f"Pass {made['id']} for {made['kind']} {made['subject']}, good until {_day(made['expires_s'])}.")
    typer.echo("Whoever has this link may use it. It is shown this once:")
    typer.echo(f"\n  {page}\n")
    if qr:
        from robot_fleet.server.guests.qr import qr_terminal

        typer.echo(qr_terminal(page))
    if made["code"]:
        typer.echo(f"The code that opens it at the door: {made['code']}. Send it by another way than the link.")


@app.command("list")
def list_passes(as_json: AsJson = False, name: Name = None) -> None:
    """List the passes, without what is secret of them.

    Example: ./fleet pass list
    """
    from robot_fleet.cli.gateway import Gateway

    with Gateway(name) as gateway:
        rows = gateway.get("/passes")
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    now_s = time.time()
    shown = [
        (
            row["id"],
            row["kind"],
            row["subject"],
            "revoked" if row["revoked_s"] else "expired" if row["expires_s"] <= now_s else "good",
            _day(row["expires_s"]),
            _day(row["used_s"]),
            row["made_by"],
        )
        for row in rows
    ]
    print_table(("id", "kind", "for", "state", "until", "last used", "made by"), shown)


@app.command()
def revoke(
    pass_id: Annotated[str, typer.Argument(metavar="PASS", help="Its id; `./fleet pass list` shows all.")],
    as_json: AsJson = False,
    name: Name = None,
) -> None:
    """Take a pass back: its link lets nobody in any more.

    Example: ./fleet pass revoke p-5d0c1f2a
    """
    tell(give(name, ("passes", pass_id, "revoke"), {}), as_json, f"{pass_id} is revoked")


def _day(at_s: float | None) -> str:
    return "never" if at_s is None else f"{datetime.fromtimestamp(at_s, UTC).astimezone():%Y-%m-%d}"
