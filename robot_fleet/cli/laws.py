"""`./fleet law`: what the law asks of robots where, whether they kept it, and the record for authorities."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from robot_fleet.cli.answers import By
from robot_fleet.cli.languages import Lang, Language
from robot_fleet.cli.tables import print_table
from robot_fleet.cli.tasks import AsJson, Name
from robot_fleet.core.clock import format_clock, parse_clock
from robot_fleet.core.errors import RequestError

app = typer.Typer(help="The law in the site's zones: papers, checks of traces, the record.", no_args_is_help=True)

SiteDir = Annotated[Path, typer.Argument(metavar="SITE_DIR", help="A site's folder.", exists=True, file_okay=False)]
Paper = Annotated[str, typer.Argument(metavar="PAPER", help="Its id in papers.yaml.")]
Reason = Annotated[str, typer.Option("--reason", help="For the record.")]
_FORMS = ("table", "json", "csv", "pdf")


def register(parent: typer.Typer) -> None:
    """Add the verbs of this module."""
    parent.add_typer(app, name="law")


@app.command()
def show(site_dir: SiteDir, lang: Lang = Language.EN) -> None:
    """Show which law holds in which zone of a site, and which papers its robots have.

    Example: ./fleet law show config/sites/busan_edc
    """
    from robot_fleet.site.load import load_site

    site = load_site(site_dir)
    ko = lang is Language.KO
    for regime in site.law.regimes.values():
        zones = [zone.id for zone in site.zones.values() if zone.law == regime.id]
        typer.echo(f"{regime.id}: {regime.name.ko if ko else regime.name.en} ({regime.source})")
        typer.echo(f"  {'구역' if ko else 'zones'}: {', '.join(zones) or '-'}")
        for limit in regime.limits:
            typer.echo(f"  <= {limit.up_to_kg:g} kg: {limit.speed_mps * 3.6:g} km/h")
        if regime.width_m:
            wide = f"; {regime.wide_m:g} m >= {regime.wide_from_pavement_m:g} m" if regime.wide_m else ""
            typer.echo(f"  {'폭' if ko else 'width'} <= {regime.width_m:g} m{wide}")
    for paper in site.law.papers.values():
        whom = ", ".join((*paper.robots, *paper.kinds))
        where = f" ({', '.join(paper.zones)})" if paper.zones else ""
        hours = "".join(f" {begins}-{ends}" for begins, ends in paper.hours)
        number = f" {paper.number}" if paper.number else ""
        dates = f"{paper.valid_from} .. {paper.valid_to}{hours}"
        typer.echo(f"{paper.id}: {paper.kind.value}, {paper.issuer}{number}, {dates}: {whom}{where}")


@app.command()
def check(
    trace: Annotated[Path, typer.Argument(metavar="TRACE", help="A trace (demo --trace).", exists=True)],
    site_dir: SiteDir,
    day: Annotated[
        str, typer.Option("--from", metavar="DATE", help="Date of the trace's first day; the simulated one by default.")
    ] = "",
    withdrawn: Annotated[
        list[str] | None,
        typer.Option(
            "--withdrawn", metavar="PAPER@HH:MM", help="A paper that was withdrawn, and when. May be repeated."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check from a trace alone whether robots kept the law: speed by mass, width, carriageways, papers.

    It shares no code with what plans and releases ways. Exit 1, with a list, if a rule was broken.

    Example: ./fleet law check out/trace.csv config/sites/busan_edc
    """
    from dataclasses import asdict

    from robot_fleet.reports.law.check import check_law, read_law, read_trace

    breaches, visits = check_law(read_law(site_dir, day), read_trace(trace), _withdrawn(withdrawn or []))
    if as_json:
        told = {"schema_version": 1, **asdict(visits), "breaches": [asdict(each) for each in breaches]}
        typer.echo(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        if breaches:
            heads = ("from", "to", "robot", "zone", "rule", "worst", "limit")
            print_table(heads, ((*_times(each.from_s, each.to_s), *_rule(asdict(each))) for each in breaches))
        typer.echo(
            f"{visits.robots} robots, {visits.entries} entries into zones with a law, "
            f"{visits.in_zones_s:.0f} s in them: {len(breaches) or 'no'} breach{'' if len(breaches) == 1 else 'es'}"
        )
    if breaches:
        raise typer.Exit(1)


@app.command()
def report(
    ledger: Annotated[
        str | None, typer.Option(metavar="PATH|URL", help="The ledger; that of the fleet by default.")
    ] = None,
    name: Name = None,
    form: Annotated[str, typer.Option("--format", metavar="FORM", help="table, json, csv or pdf.")] = "table",
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write it there; pdf and csv need it.")
    ] = None,
    lang: Lang = Language.EN,
    site_dir: Annotated[
        Path | None, typer.Option("--site", metavar="DIR", help="The site; that of the fleet's last run by default.")
    ] = None,
) -> None:
    """Report who was in zones with a law: when, mass, limit in force, highest speed, papers, and whose watch it was.

    Out of the ledger alone, and on paper with dates, names and papers by the site; works on a running fleet's, too.

    Example: ./fleet law report --format pdf --out law.pdf --lang ko
    """
    from robot_fleet.cli.fresh import ledger_of, site_of
    from robot_fleet.ledger.ledger import Ledger
    from robot_fleet.reports.law import log
    from robot_fleet.reports.law.evidence import Evidence
    from robot_fleet.reports.law.pdf import log_pdf
    from robot_fleet.runtime.history import registry
    from robot_fleet.runtime.ports import calendar_for
    from robot_fleet.runtime.processes.run_directory import DEFAULT_NAME, run_directory
    from robot_fleet.site.load import load_site

    if form not in _FORMS or (form in ("csv", "pdf") and out is None):
        message = f"expected one of {', '.join(_FORMS)}, csv and pdf with --out, got {form}"
        raise RequestError("request_unknown_format", message, "--format")
    run = run_directory(name or DEFAULT_NAME)
    source = ledger or ledger_of(run)
    with Ledger.open(source, registry(), site_id=None, read_only=True) as opened:
        made, site = log.law_log(fact for _, _, fact in opened.read()), opened.site_id
    if form == "csv" or form == "pdf":
        assert out is not None
        ground = load_site(site_dir or site_of(run, "dates, zones and papers are the site's"))
        evidence = Evidence(ground, calendar_for(ground), lang.value)
        out.write_bytes(log.log_csv(made, evidence.at) if form == "csv" else log_pdf(made, evidence))
        typer.echo(str(out))
    elif form == "json":
        text = json.dumps(log.log_json(made, site), ensure_ascii=False, indent=1)
        if out is None:
            typer.echo(text)
        else:
            out.write_text(text + "\n", encoding="utf-8")
    else:
        print_table(log.headings(lang.value), map(log.cells, made.stays), numbers=True)
        events = [log.event_cells(event, lang.value) for event in made.events]
        if events:
            print_table(log.EVENT_HEADINGS[lang.value], events)


@app.command()
def papers(lang: Lang = Language.EN, as_json: AsJson = False, name: Name = None) -> None:
    """List the certificates, insurances and permits of the running fleet: whose, how long valid, who withdrew them.

    The first to end first. Exit 1 if one has ended or was withdrawn.

    Example: ./fleet law papers --lang ko
    """
    from robot_fleet.cli.gateway import Gateway
    from robot_fleet.reports.law.paper_list import HEADINGS, cells

    with Gateway(name) as gateway:
        rows = gateway.get("/papers")
    if as_json:
        typer.echo(json.dumps({"schema_version": 1, "papers": rows}, ensure_ascii=False, indent=1))
    else:
        print_table(HEADINGS[lang.value], (cells(row, lang.value) for row in rows), numbers=True)
    if any(row["state"] in ("ended", "withdrawn") for row in rows):
        raise typer.Exit(1)


@app.command()
def withdraw(
    paper: Paper, reason: Reason = "", by: By = "operator", as_json: AsJson = False, name: Name = None
) -> None:
    """Count a certificate, an insurance or a permit of the running fleet no more.

    Its robots are led out of the zones whose law asks for it, and into none. Those that have way released into a zone
    still drive it.

    Example: ./fleet law withdraw sandbox_waterfront --reason "order of the city"
    """
    _change(name, paper, "withdraw", reason, by, as_json, f"{paper} counts no more; ./fleet law restore {paper}")


@app.command()
def restore(paper: Paper, reason: Reason = "", by: By = "operator", as_json: AsJson = False, name: Name = None) -> None:
    """Count a paper again that was withdrawn.

    Example: ./fleet law restore sandbox_waterfront
    """
    _change(name, paper, "restore", reason, by, as_json, f"{paper} counts again, as far as its dates allow")


def _change(name: str | None, paper: str, change: str, reason: str, by: str, as_json: bool, sentence: str) -> None:
    from urllib.parse import quote

    from robot_fleet.cli.gateway import Gateway

    with Gateway(name) as gateway:
        wish = {"reason": reason, "by": by}
        answer = gateway.post(f"/papers/{quote(paper, safe='')}/{change}", wish, f"paper-{secrets.token_hex(4)}")
    typer.echo(json.dumps(answer, ensure_ascii=False, indent=1) if as_json else sentence)


def _withdrawn(texts: list[str]) -> dict[str, float]:
    found = {}
    for text in texts:
        paper, at, clock = text.partition("@")
        if not at:
            raise RequestError("request_time_malformed", f"expected PAPER@HH:MM, got {text!r}", "--withdrawn")
        found[paper] = parse_clock(clock)
    return found


def _times(*times_s: float) -> tuple[str, ...]:
    return tuple(f"{format_clock(at_s)}.{int(at_s * 10) % 10}" for at_s in times_s)


def _rule(breach: Mapping[str, Any]) -> tuple[str, ...]:
    worst, limit = breach["worst"], breach["limit"]
    measured = ("" if value is None else f"{value:g}" for value in (worst, limit))
    return breach["robot"], breach["zone"], breach["rule"], *measured
