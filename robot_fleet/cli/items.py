"""`./fleet items`: who has each car, parcel and meal, and who had it before."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from robot_fleet.cli.tables import print_table
from robot_fleet.core.clock import format_clock
from robot_fleet.core.errors import RequestError

if TYPE_CHECKING:
    from robot_fleet.ledger.custody import Held


def register(app: typer.Typer) -> None:
    """Add the verb of this module."""
    app.command("items")(items)


def items(
    place: Annotated[
        str, typer.Option("--place", metavar="ID", help="Only what is there; deck stands for all of deck/...")
    ] = "",
    robot: Annotated[str, typer.Option("--robot", metavar="ID", help="Only what this robot has on board.")] = "",
    kind: Annotated[str, typer.Option("--kind", metavar="KIND", help="Only these: car, goods, ...")] = "",
    show_all: Annotated[bool, typer.Option("--all", help="Also what people have taken away.")] = False,
    history: Annotated[str, typer.Option("--history", metavar="ITEM", help="Who has had this item, and when.")] = "",
    ledger: Annotated[
        str | None, typer.Option("--ledger", metavar="PATH|URL", help="The ledger; that of the fleet by default.")
    ] = None,
    site: Annotated[
        Path | None, typer.Option("--site", metavar="DIR", help="The site's folder; that of the last run by default.")
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help="The fleet whose ledger it is. Default: main.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say where every car, parcel and meal is: at a place, on a robot, or with a person.

    Reads the ledger, so that the fleet may run meanwhile or be down. People are told by opaque ids.

    Example: ./fleet items --place deck

    Example: ./fleet items --history car_07
    """
    held = _read(ledger, site, name)
    if history:
        _tell_history(held, history, as_json)
        return
    shown = [
        each
        for each in held.values()
        if (show_all or not each.holder.startswith("person:"))
        and (not kind or each.kind == kind)
        and (not robot or each.holder == f"robot:{robot}")
        and (not place or each.holder == f"place:{place}" or each.holder.startswith(f"place:{place}/"))
    ]
    if as_json:
        typer.echo(json.dumps([_row(each) for each in shown], ensure_ascii=False, indent=1))
        return
    if shown:
        print_table(("item", "kind", "holder", "since", "task"), (_cells(_row(each)) for each in shown))
    people = sum(each.holder.startswith("person:") for each in held.values())
    typer.echo(f"{len(shown)} items" + ("." if show_all else f"; people have taken {people} others (--all)."))


def _read(ledger: str | None, site: Path | None, name: str | None) -> Mapping[str, Held]:
    from robot_fleet.cli.fresh import last_run, ledger_of
    from robot_fleet.cli.play import default_site
    from robot_fleet.ledger.custody import custody_of
    from robot_fleet.ledger.ledger import Ledger
    from robot_fleet.runtime.history import registry
    from robot_fleet.runtime.processes.run_directory import DEFAULT_NAME, run_directory
    from robot_fleet.site.load import load_site

    run = run_directory(name or DEFAULT_NAME)
    noted = (last_run(run) or {}).get("site_dir") if site is None and ledger is None else None
    folder = site or (Path(noted) if noted and Path(noted).is_dir() else default_site())
    known = load_site(folder)
    with Ledger.open(ledger or ledger_of(run), registry(), site_id=known.id, read_only=True) as opened:
        return custody_of(known.items.values(), ((at_s, fact) for _, at_s, fact in opened.read()))


def _tell_history(held: Mapping[str, Held], item: str, as_json: bool) -> None:
    known = held.get(item)
    if known is None:
        raise RequestError("request_unknown_item", f"no item {item!r}; `./fleet items --all` shows all", item)
    if as_json:
        rows = [{"at_s": round(move.at_s, 1), "holder": move.holder, "task": move.task} for move in known.moves]
        typer.echo(json.dumps({"item": known.item, "kind": known.kind, "moves": rows}, ensure_ascii=False, indent=1))
        return
    print_table(("since", "holder", "task"), ((_clock(move.at_s), move.holder, move.task) for move in known.moves))


def _row(held: Held) -> dict[str, Any]:
    return {
        "item": held.item,
        "kind": held.kind,
        "holder": held.holder,
        "since_s": round(held.since_s, 1),
        "task": held.moves[-1].task,
    }


def _cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    return row["item"], row["kind"], row["holder"], _clock(row["since_s"]), row["task"]


def _clock(at_s: float) -> str:
    return format_clock(at_s) if at_s else "the beginning"
