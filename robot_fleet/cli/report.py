"""`./fleet report`: utilisation, service and alarms out of a ledger; with a period, whole reports as files."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from robot_fleet.cli.languages import Lang, Language
from robot_fleet.cli.sent_reports import schedule, send
from robot_fleet.cli.tables import print_table
from robot_fleet.core.errors import RequestError

if TYPE_CHECKING:
    from robot_fleet.runtime.reports.desk import ReportDesk

_FORMS = ("csv", "pdf", "json")


class PeriodLength(StrEnum):
    """How long a report reaches."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


def register(app: typer.Typer) -> None:
    """Add the verb of this module, and those below it."""
    verbs = typer.Typer(invoke_without_command=True)
    verbs.callback()(report)
    verbs.command("schedule")(schedule)
    verbs.command("send")(send)
    app.add_typer(verbs, name="report")


def report(
    context: typer.Context,
    ledger: Annotated[
        str | None, typer.Option(metavar="PATH|URL", help="The ledger; that of the fleet by default.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="The fleet whose ledger it is. Default: main.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    lang: Lang = Language.EN,
    period: Annotated[
        PeriodLength | None, typer.Option("--period", help="Write the report of a day, a week or a month into files.")
    ] = None,
    of: Annotated[
        str,
        typer.Option(
            "--of",
            metavar="PERIOD",
            help="2026-11-03, 2026-W45 or 2026-11; the number of the fleet's day or week; the newest by default.",
        ),
    ] = "",
    began: Annotated[str, typer.Option("--from", metavar="DATE", help="The date of the fleet's first day.")] = "",
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the files go; here by default.")] = Path(),
    form: Annotated[
        str, typer.Option("--format", metavar="LIST", help="Of csv, pdf, json; all by default.")
    ] = ",".join(_FORMS),
    site: Annotated[
        Path | None, typer.Option("--site", metavar="DIR", help="The site; that of the fleet's last run by default.")
    ] = None,
    store: Annotated[
        str | None, typer.Option("--store", metavar="PATH|URL", help="A history of telemetry; the fleet's by default.")
    ] = None,
) -> None:
    """Report how services were carried out, how the robots' time was spent and what alarms asked of people.

    Out of the ledger alone; works on that of a running fleet, too. With --period it writes the whole report of a day,
    a week or a month into files: utilisation, service, effort, alarms, cost.

    Example: ./fleet report --period month --of 2026-11 --from 2026-11-02 --out reports --lang ko
    """
    if context.invoked_subcommand is not None:
        return
    if period is not None:
        _files(_desk(ledger, name, site, store), period.value, of, began, out, _forms(form), lang)
        return

    from robot_fleet.cli.ledgers import read_report

    made, site_id = read_report(ledger, name, site)
    if as_json:
        typer.echo(json.dumps({**made.to_dict(), "site": site_id}, ensure_ascii=False, indent=1))
        return

    from robot_fleet.reports.words import span, tables, word

    if not made.services and not made.alarm_load.alarms:
        typer.echo(word("nothing", lang.value))
        return
    typer.echo(f"{site_id}: {span(made, lang.value)}")
    for text in tables(made, lang.value):
        print_table(text.columns, text.rows, title=text.title, numbers=True)


def _forms(text: str) -> list[str]:
    forms = [each.strip() for each in text.split(",")]
    unknown = [each for each in forms if each not in _FORMS]
    if unknown:
        message = f"expected some of {', '.join(_FORMS)}, got {', '.join(unknown)}"
        raise RequestError("request_unknown_format", message, "--format")
    return forms


def _desk(ledger: str | None, name: str | None, site: Path | None, store: str | None) -> ReportDesk:
    """Return the desk for the fleet's own ledger and telemetry; another ledger has no telemetry unless it is named."""
    from robot_fleet.cli.fresh import ledger_of, site_of
    from robot_fleet.reports.folds.past import ground_of
    from robot_fleet.runtime.processes.run_directory import DEFAULT_NAME, run_directory
    from robot_fleet.runtime.reports.desk import ReportDesk
    from robot_fleet.site.load import load_site
    from robot_fleet.site.reading.costs import read_costs

    run = run_directory(name or DEFAULT_NAME)
    if site is None:
        site = site_of(run, "robots, lanes and prices are the site's")
    telemetry = store or (run.telemetry if ledger is None else None)
    return ReportDesk(ground_of(load_site(site), read_costs(site)), ledger or ledger_of(run), telemetry)


def _files(desk: ReportDesk, period: str, of: str, began: str, out: Path, forms: list[str], lang: Language) -> None:
    from robot_fleet.reports.periodic.json_file import report_json
    from robot_fleet.reports.periodic.words import coverage, say

    made = desk.report(period, of, began)
    out.mkdir(parents=True, exist_ok=True)
    for form in forms:
        path = out / f"{made.site}-{period}-{made.period.of}.{form}"
        if form == "json":
            path.write_text(json.dumps(report_json(made), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        else:
            path.write_bytes(desk.file(form, period, of, began, lang.value))
        typer.echo(str(path))
    typer.echo(coverage(made, lang.value))
    for note in made.notes:
        typer.echo(say(note, lang.value))
