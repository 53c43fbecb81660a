"""`./fleet submit`, `tasks`, `cancel` and `answer`: what a running fleet is asked to do."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from robot_fleet.cli.tables import print_table
from robot_fleet.core.clock import format_clock
from robot_fleet.core.errors import RequestError, RuntimeFailure
from robot_fleet.server.ports import ALARM_KEPT

if TYPE_CHECKING:
    from robot_fleet.cli.gateway import Gateway

ENDED = ("completed", "failed", "cancelled", "rejected")
_LOOK_S = 0.5

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Name = Annotated[str | None, typer.Option("--name", help="The fleet; not needed when only one runs.")]


def register(app: typer.Typer) -> None:
    """Add the verbs of this module."""
    app.command("submit")(submit)
    app.command("tasks")(tasks)
    app.command("cancel")(cancel)
    app.command("answer")(answer)


def submit(
    service: Annotated[str, typer.Argument(metavar="SERVICE", help="A service of the site.")],
    params: Annotated[
        list[str] | None, typer.Argument(metavar="KEY=VALUE...", help="Its parameters, by the site's ids.")
    ] = None,
    as_json: AsJson = False,
    wait: Annotated[bool, typer.Option("--wait", help="Wait for its end; exit code 1 if it is not done.")] = False,
    task_id: Annotated[
        str | None, typer.Option("--id", help="The task's id; the same id twice is one task. Made up by default.")
    ] = None,
    name: Name = None,
) -> None:
    """Ask the running fleet for a service.

    Example: ./fleet submit care_visit place=care_home/r203 --wait
    """
    from robot_fleet.cli.gateway import Gateway

    given = pairs(params or [])
    key = task_id or f"cli-{secrets.token_hex(4)}"
    with Gateway(name) as gateway:
        answer = _ask(gateway, key, service, given)
        if not wait:
            if as_json:
                typer.echo(json.dumps(answer, ensure_ascii=False, indent=1))
            else:
                typer.echo(expected(answer))
            return
        if not as_json:
            typer.echo(expected(answer))
        row = _row(gateway, key, known=answer["reason"] != ALARM_KEPT)
        while row is None or row["state"] not in ENDED:
            time.sleep(_LOOK_S)
            row = _row(gateway, key, known=row is not None)
    if as_json:
        typer.echo(json.dumps(row, ensure_ascii=False, indent=1))
    else:
        late = f", {row['lateness_s']:.0f} s late" if row["lateness_s"] else ""
        typer.echo(f"{key}: {row['state']} ({row['result'] or row['reason']}){late}")
    if row["state"] != "completed":
        raise typer.Exit(1)


def tasks(
    as_json: AsJson = False,
    show_all: Annotated[bool, typer.Option("--all", help="Those that have ended, too.")] = False,
    name: Name = None,
) -> None:
    """List the tasks of the running fleet.

    Example: ./fleet tasks --all
    """
    from robot_fleet.cli.gateway import Gateway

    with Gateway(name) as gateway:
        rows = gateway.get("/tasks")
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    shown = [row for row in rows if show_all or row["state"] not in ENDED]
    if shown:
        print_table(("task", "service", "state", "robot", "due", "end", "reason"), map(_cells, shown))
    open_count = sum(row["state"] not in ENDED for row in rows)
    typer.echo(f"{open_count} open, {len(rows) - open_count} ended." + ("" if show_all else " --all lists these too."))


def cancel(
    task: Annotated[str, typer.Argument(metavar="TASK", help="Id of a task (see ./fleet tasks).")],
    reason: Annotated[str, typer.Option("--reason", help="For the record.")] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: AsJson = False,
    name: Name = None,
) -> None:
    """Take a task back.

    Example: ./fleet cancel r0007 --yes
    """
    from robot_fleet.cli.gateway import Gateway

    with Gateway(name) as gateway:
        row = gateway.get(f"/tasks/{task}")
        if not yes and row["state"] not in ENDED:
            who = f", {row['robot']} has it" if row["robot"] else ""
            confirm(f"Cancel {task} ({row['service']}, {row['state']}{who})?")
        answer = gateway.post(f"/tasks/{task}/cancel", {"reason": reason}, f"cancel-{secrets.token_hex(4)}")
    typer.echo(json.dumps(answer, ensure_ascii=False, indent=1) if as_json else f"{task}: cancelled")


class HowItWent(StrEnum):
    """What a person may say of a task that asks."""

    RETRY = "retry"
    DONE = "done"
    FAILED = "failed"


def answer(
    task: Annotated[str, typer.Argument(metavar="TASK", help="Id of a task that asks (see ./fleet alarm list).")],
    how: Annotated[
        str,
        typer.Argument(metavar="WORD", help="retry, done or failed; or an answer that its robot waits for."),
    ],
    reason: Annotated[str, typer.Option("--reason", help="Why it has failed.")] = "",
    to: Annotated[str, typer.Option("--to", metavar="ID", help="Opaque id of who takes over, where asked.")] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: AsJson = False,
    name: Name = None,
) -> None:
    """Say how a task goes on after something went wrong that only a person can judge. Look first.

    Whatever its robot has on board counts as taken over by you when you say done or failed. Where a robot waits for an
    answer, ./fleet tasks shows which words it takes.

    Example: ./fleet answer r0007 done

    Example: ./fleet answer r0012 coming

    Example: ./fleet answer r0009 taken_over --to crew_7
    """
    from robot_fleet.cli.gateway import Gateway

    with Gateway(name) as gateway:
        row = gateway.get(f"/tasks/{task}")
        if not yes and how in (HowItWent.DONE, HowItWent.FAILED):
            confirm(f"{task} ({row['service']}) is {how}, and what was on board is with you?")
        body = {"answer": how, "reason": reason, "to": to}
        told = gateway.post(f"/tasks/{task}/answer", body, f"answer-{secrets.token_hex(4)}")
    typer.echo(json.dumps(told, ensure_ascii=False, indent=1) if as_json else f"{task}: {how}")


def confirm(question: str) -> None:
    """Ask a person at the terminal; go on only after a yes.

    Raises
    ------
    RequestError : `request_not_confirmed`, also where there is nobody to ask.
    """
    try:
        agreed = typer.confirm(question, err=True)
    except typer.Abort as abort:
        if isinstance(abort.__context__, KeyboardInterrupt):
            raise
        agreed = False
    if not agreed:
        raise RequestError("request_not_confirmed", "nothing was done; answer y, or give --yes")


def confirm_by_name(question: str, name: str) -> None:
    """Have a person at the terminal type what a command is about; go on only if it is this name.

    Raises
    ------
    RequestError : `request_not_confirmed`, also where there is nobody to ask.
    """
    try:
        typed = typer.prompt(f"{question} Type {name} to go on", err=True, default="", show_default=False)
    except typer.Abort as abort:
        if isinstance(abort.__context__, KeyboardInterrupt):
            raise
        typed = ""
    if typed.strip() != name:
        raise RequestError("request_not_confirmed", f"nothing was done; type {name}, or give --yes", name)


def _ask(gateway: Gateway, key: str, service: str, given: Mapping[str, str]) -> Mapping[str, Any]:
    """Ask for a service and return the answer; an alarm that nobody answers to is kept for the manager at once."""
    from robot_fleet.cli import keeping
    from robot_fleet.cli.gateway import ALARM_S
    from robot_fleet.client.connection import ANSWER_S, PASSING

    site = gateway.glance("/site")
    kept = keeping.keep(gateway.run, key, service, given) if site is None else None
    if kept is not None:
        return kept
    offered = {entry["id"]: entry for entry in (site or gateway.get("/site"))["services"]}
    wanted = offered.get(service)
    body = {"service": service, "params": typed(given, wanted)}
    try:
        alarm = bool(wanted and wanted["alarm"])  # ask once, and not for long: it can be kept for the manager here
        patience_s, timeout_s = (0.0, ALARM_S) if alarm else (None, ANSWER_S)
        answer: dict[str, Any] = gateway.post("/tasks", body, key, patience_s=patience_s, timeout_s=timeout_s)
    except RuntimeFailure as failure:
        kept = keeping.keep(gateway.run, key, service, given) if failure.code in PASSING else None
        if kept is None:
            raise
        return kept
    return answer


def _row(gateway: Gateway, key: str, *, known: bool) -> dict[str, Any] | None:
    """Return how a task stands; None while the manager has yet to take an alarm in that was kept for it."""
    try:
        row: dict[str, Any] = gateway.get(f"/tasks/{key}")
    except RequestError as error:
        if known or error.code != "request_unknown_task":
            raise
        return None
    return row


def pairs(words: Iterable[str]) -> dict[str, str]:
    """Return what is written as `KEY=VALUE`, each key once. Raises RequestError `request_malformed`."""
    found: dict[str, str] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or not key or key in found:
            message = f"expected each parameter once, as KEY=VALUE; got {word!r}"
            raise RequestError("request_malformed", message, word)
        found[key] = value
    return found


def typed(given: Mapping[str, str], service: Mapping[str, Any] | None) -> dict[str, object]:
    """Return the parameters as the service's types want them; what does not fit goes as it is, and is refused there."""
    types = {"priority": "number"}
    types.update({param["name"]: param["type"] for param in (service["params"] if service else ())})
    typed: dict[str, object] = dict(given)
    for key, text in given.items():
        if types.get(key) == "number":
            try:
                typed[key] = float(text)
            except ValueError:
                message = f"expected a number, got {text!r}"
                raise RequestError("request_number_expected", message, key) from None
    return typed


def expected(answer: Mapping[str, Any]) -> str:
    """Return in words who is expected to do what was asked for, and when."""
    task = answer["task"] or answer["command"]
    if answer["reason"] == ALARM_KEPT:
        return f"{task}: taken down; the fleet manager will get it, and the receivers of webhooks.yaml are being told"
    if answer["robot"]:
        when = f" about {format_clock(answer['expected_at_s'])}" if answer["expected_at_s"] else ""
        return f"{task}: {answer['robot']}{when}"
    return f"{task}: taken; no robot yet" + (f" ({answer['reason']})" if answer["reason"] else "")


def _cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    moment = row["ended_s"] if row["state"] in ENDED else row["eta_s"]
    clocks = ["" if at_s is None else format_clock(at_s) for at_s in (row["due_s"], moment)]
    waits = row.get("awaits")
    words = "waits for " + " or ".join(each["word"] for each in waits["answers"]) if waits else ""
    return (row["id"], row["service"], row["state"], row["robot"] or "", *clocks, words or row["reason"] or "")
