"""`./fleet template`: requests that people keep under a name, for everybody who operates the fleet."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote

import typer

from robot_fleet.cli.answers import By, give, tell
from robot_fleet.cli.tables import print_table
from robot_fleet.cli.tasks import AsJson, Name, confirm, expected, pairs, typed
from robot_fleet.core.errors import RequestError

if TYPE_CHECKING:
    from robot_fleet.cli.gateway import Gateway

app = typer.Typer(help="Requests kept under a name, to be asked for again.", no_args_is_help=True)

Template = Annotated[str, typer.Argument(metavar="TEMPLATE", help="Its id; `./fleet template list` shows all.")]
Params = Annotated[list[str] | None, typer.Argument(metavar="KEY=VALUE...", help="Parameters of the service.")]


def register(parent: typer.Typer) -> None:
    """Add the verbs of this module."""
    parent.add_typer(app, name="template")


@app.command()
def save(
    template: Annotated[str, typer.Argument(metavar="TEMPLATE", help="An id for it.")],
    service: Annotated[str, typer.Argument(metavar="[SERVICE]", help="A service; not needed with --task.")] = "",
    params: Params = None,
    task: Annotated[str, typer.Option("--task", metavar="TASK", help="Keep what this task has asked for.")] = "",
    title: Annotated[str, typer.Option("--title", metavar="TEXT", help="What people call it.")] = "",
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="What to mind; no data about people.")] = "",
    by: By = "operator",
    as_json: AsJson = False,
    name: Name = None,
) -> None:
    """Keep a request under a name. What is left out is said when it is used.

    Examples
    --------
    ./fleet template save mail parcel_delivery from=hub/shelf_1 mass_kg=2 --title "Morning mail"
    ./fleet template save visit --task r0007
    """
    from robot_fleet.cli.gateway import Gateway

    with Gateway(name) as gateway:
        services = _services(gateway)
        kept: dict[str, Any] = {}
        if task:
            row = gateway.get(f"/tasks/{quote(task, safe='')}")
            service = row["service"]
            own = [param["name"] for param in services[service]["params"] if _is_own(param)]
            kept = {key: value for key, value in row["params"].items() if key not in (*own, "due_at", "earliest_at")}
        elif not service:
            raise RequestError("request_malformed", "expected a service, or --task", "SERVICE")
        kept |= typed(pairs(params or ()), services.get(service))
        body = {"name": title or template, "service": service, "params": kept, "note": note, "by": by}
        answer = gateway.post("/templates", body, template)
    tell(answer, as_json, f"{template}: kept; ask for it with ./fleet template use {template}")


@app.command("list")
def list_templates(as_json: AsJson = False, name: Name = None) -> None:
    """List the templates.

    Example: ./fleet template list
    """
    from robot_fleet.cli.gateway import Gateway

    with Gateway(name) as gateway:
        rows = gateway.get("/templates")
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=1))
    elif rows:
        print_table(("template", "name", "service", "parameters", "note"), map(_cells, rows))
    else:
        typer.echo("no template is kept; ./fleet template save --help")


@app.command()
def use(
    template: Template,
    params: Params = None,
    task_id: Annotated[str | None, typer.Option("--id", help="The task's id; made up by default.")] = None,
    as_json: AsJson = False,
    name: Name = None,
) -> None:
    """Ask for what a template says; parameters that are given add to it, or take the place of its own.

    Example: ./fleet template use mail to=care_home/r203 item=letter_7
    """
    from robot_fleet.cli.gateway import Gateway

    with Gateway(name) as gateway:
        row = next((row for row in gateway.get("/templates") if row["id"] == template), None)
        if row is None:
            message = f"no template {template!r}; `./fleet template list` shows all"
            raise RequestError("request_unknown_template", message, template)
        given = typed(pairs(params or ()), _services(gateway).get(row["service"]))
        body = {"service": row["service"], "params": row["params"] | given}
        answer = gateway.post("/tasks", body, task_id or f"cli-{secrets.token_hex(4)}")
    tell(answer, as_json, expected(answer))


@app.command()
def rename(
    template: Template,
    title: Annotated[str, typer.Argument(metavar="TEXT", help="What people are to call it.")],
    by: By = "operator",
    as_json: AsJson = False,
    name: Name = None,
) -> None:
    """Call a template otherwise; its id stays.

    Example: ./fleet template rename mail "Mail of the tower"
    """
    tell(give(name, ("templates", template, "rename"), {"name": title, "by": by}), as_json, f"{template}: {title}")


@app.command()
def delete(
    template: Template,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    by: By = "operator",
    as_json: AsJson = False,
    name: Name = None,
) -> None:
    """Keep a template no longer. What was asked for with it stays.

    Example: ./fleet template delete mail --yes
    """
    if not yes:
        confirm(f"Delete {template} for everybody?")
    tell(give(name, ("templates", template, "delete"), {"by": by}), as_json, f"{template}: deleted")


def _services(gateway: Gateway) -> dict[str, Any]:
    return {entry["id"]: entry for entry in gateway.get("/site")["services"]}


def _is_own(param: Mapping[str, Any]) -> bool:
    """Return whether each request has its own: a time, or a thing that it brings along."""
    return param["type"] == "time" or (param["type"] == "item" and not param["existing"])


def _cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    params = " ".join(f"{key}={value}" for key, value in row["params"].items())
    return (row["id"], row["name"], row["service"], params, row["note"])
