"""`./fleet what-if`: a past day with other robots, chargers or demand, beside the day as it was."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from robot_fleet.cli.languages import Lang, Language
from robot_fleet.cli.tables import print_table
from robot_fleet.core.errors import RequestError

if TYPE_CHECKING:
    from robot_fleet.runtime.what_if.answer import Say, Sources
    from robot_fleet.runtime.what_if.compare import Comparison, Line

_WORDS: Mapping[str, tuple[str, str]] = {
    "reading": ("원장을 읽는 중", "reading the ledger"),
    "baseline": ("그날을 그대로 다시 실행하는 중", "playing the day as it was"),
    "changed": ("바꾼 조건으로 실행하는 중", "playing the day with the change"),
    "figure": ("지표", "figure"),
    "measured": ("실측", "measured"),
    "again": ("재현", "played again"),
    "off": ("오차 %", "off by %"),
    "with": ("변경 후", "with the change"),
    "difference": ("차이", "difference"),
    "reproduced": (
        "변경 없이 다시 실행한 그날은 실측과 {n:g} % 안에서 일치합니다.",
        "Without a change the day comes out within {n:g} % of what was measured.",
    ),
    "not_reproduced": (
        "변경 없이 다시 실행한 그날이 실측과 {n:g} % 넘게 다릅니다: {which}. 차이를 읽을 때 감안하십시오.",
        "Without a change the day is more than {n:g} % off what was measured: {which}. Read the difference with care.",
    ),
    "speed": ("하루의 {n:,.0f}배 속도로 실행했습니다.", "Played {n:,.0f} times faster than the day."),
    "battery_assumed": (
        "배터리 잔량을 알 수 없어 가정한 로봇: {n}대",
        "robots of whose battery nobody knows how full it was: {n}; assumed",
    ),
    "asked_before": ("전날 들어와 아직 열려 있던 요청: {n}건", "requests of the days before that were open: {n}"),
    "refused_again": (
        "거절된 요청은 그대로 거절된 것으로 셉니다: {n}건",
        "requests that were refused count as refused again: {n}",
    ),
    "not_asked": (
        "부탁할 대상이 없어 만들지 못한 추가 요청: {n}건",
        "further requests left out, since nothing was left to ask for: {n}",
    ),
    "baseline_open": ("재현에서 끝나지 않은 요청: {n}건", "requests still open in the day played again: {n}"),
    "changed_open": ("변경 후 끝나지 않은 요청: {n}건", "requests still open with the change: {n}"),
    "day_not_over": (
        "원장이 그날의 끝까지 이르지 않습니다.",
        "The ledger does not reach the end of the day.",
    ),
}


def register(app: typer.Typer) -> None:
    """Add the verb of this module."""
    app.command("what-if")(what_if)


def what_if(
    day: Annotated[
        str,
        typer.Option(
            "--date", metavar="DAY", help="2026-11-03, or the number of the fleet's day; the newest by default."
        ),
    ] = "",
    robots: Annotated[
        list[str] | None, typer.Option("--robots", metavar="KIND=N", help="Robots more or fewer, as care=-1; repeat.")
    ] = None,
    chargers: Annotated[
        list[str] | None, typer.Option("--chargers", metavar="KIND=N", help="Chargers more, as care=+1; repeat.")
    ] = None,
    charger_at: Annotated[
        list[str] | None, typer.Option("--charger-at", metavar="PLACE", help="A charger at this waiting place; repeat.")
    ] = None,
    demand: Annotated[
        list[str] | None,
        typer.Option(
            "--demand", metavar="[SERVICE=]PCT", help="Requests more or fewer, as +20% or care_visit=-10%; repeat."
        ),
    ] = None,
    charging: Annotated[
        str, typer.Option("--charging", metavar="HOW", help="tariff or at_once: when robots that can wait charge.")
    ] = "",
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of what is drawn: further requests, searches.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    lang: Lang = Language.EN,
    began: Annotated[str, typer.Option("--from", metavar="DATE", help="The date of the fleet's first day.")] = "",
    ledger: Annotated[
        str | None, typer.Option("--ledger", metavar="PATH|URL", help="The ledger; that of the fleet by default.")
    ] = None,
    site: Annotated[
        Path | None, typer.Option("--site", metavar="DIR", help="The site; that of the fleet's last run by default.")
    ] = None,
    store: Annotated[
        str | None, typer.Option("--store", metavar="PATH|URL", help="A history of telemetry; the fleet's by default.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="The fleet whose past it is. Default: main.")] = None,
) -> None:
    """Play a past day again on the virtual clock, as it was and with a change, and put the figures side by side.

    Changes nothing: the ledger is only read, and may be that of a running fleet. Without a change it tells how well the
    day can be reproduced.

    Example: ./fleet what-if --date 2026-11-02 --robots care=-1 --chargers logistics=+1 --demand +20%
    """
    from robot_fleet.runtime.what_if.answer import Question, answer
    from robot_fleet.runtime.what_if.change import EVERY_SERVICE, Change
    from robot_fleet.runtime.what_if.compare import comparison_json

    change = Change(
        {kind: _whole(number, "--robots") for kind, number in _pairs(robots, "--robots")},
        {kind: _whole(number, "--chargers") for kind, number in _pairs(chargers, "--chargers")},
        tuple(charger_at or ()),
        {
            service or EVERY_SERVICE: _number(pct.removesuffix("%"), "--demand")
            for service, pct in _pairs(demand, "--demand", alone=True)
        },
        charging,
    )
    sources, first_date = _sources(ledger, name, site, store)
    with _progress(lang.value) as say:
        made = answer(Question(day, began or first_date, change, seed), sources, say)
    if as_json:
        typer.echo(json.dumps(comparison_json(made), ensure_ascii=False, indent=1))
    else:
        _tell(made, lang.value)


def _pairs(given: list[str] | None, option: str, alone: bool = False) -> Iterator[tuple[str, str]]:
    """Yield (key, number) of each KEY=NUMBER; with `alone` the key may be missing."""
    for each in given or ():
        key, found, number = each.rpartition("=")
        if not found and not alone:
            raise RequestError("request_what_if_malformed", f"expected KIND=N, as care=-1, got {each!r}", option)
        yield key, number


def _number(text: str, option: str) -> float:
    try:
        return float(text)
    except ValueError:
        message = f"expected a number as -1, +1 or +20%, got {text!r}"
        raise RequestError("request_what_if_malformed", message, option) from None


def _whole(text: str, option: str) -> int:
    number = _number(text, option)
    if not number.is_integer():
        raise RequestError("request_what_if_malformed", f"expected a whole number as -1 or +1, got {text!r}", option)
    return int(number)


def _sources(ledger: str | None, name: str | None, site: Path | None, store: str | None) -> tuple[Sources, str]:
    """Return where the past is, and the date of the first day as far as the site's calendar tells."""
    from robot_fleet.cli.fresh import ledger_of, site_of
    from robot_fleet.runtime.ports import calendar_for
    from robot_fleet.runtime.processes.run_directory import DEFAULT_NAME, run_directory
    from robot_fleet.runtime.what_if.answer import Sources
    from robot_fleet.site.load import load_site

    run = run_directory(name or DEFAULT_NAME)
    folder = site or site_of(run, "robots, lanes and prices are the site's")
    calendar = calendar_for(load_site(folder))
    telemetry = store or (run.telemetry if ledger is None else None)
    first_date = "" if calendar is None else calendar.local(0.0)[:10]
    return Sources(folder, ledger or ledger_of(run), telemetry), first_date


def _say(word: str, lang: str, **blanks: Any) -> str:
    return _WORDS[word][lang != "ko"].format(**blanks)


@contextmanager
def _progress(lang: str) -> Iterator[Say]:
    """Yield what shows how far it is: a bar on a terminal, a line for each stage elsewhere."""
    if sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            tasks: dict[str, Any] = {}

            def show(stage: str, share: float) -> None:
                if stage not in tasks:
                    tasks[stage] = bar.add_task(_say(stage, lang), total=1.0)
                bar.update(tasks[stage], completed=share)

            yield show
        return
    told: list[str] = []

    def line(stage: str, _share: float) -> None:
        if stage not in told:
            told.append(stage)
            print(_say(stage, lang), file=sys.stderr, flush=True)

    yield line


def _tell(made: Comparison, lang: str) -> None:
    from robot_fleet.runtime.what_if.compare import WITHIN_PCT, notes

    lines = made.lines()
    for table in dict.fromkeys(line.table for line in lines):
        some = [line for line in lines if line.table == table]
        columns = ["figure", "measured", "again", "off", *(("with", "difference") if made.changed else ())]
        many = len({each.key for each in some}) > 1
        rows = [_row(line, lang, made.currency, made.changed is not None, many) for line in some]
        title = some[0].title.said(lang)
        print_table([_say(word, lang) for word in columns], rows, title=title, numbers=True)
    far = ", ".join(f"{_name(line, lang, made.currency)} {_shown(line.deviation_pct)} %" for line in made.far)
    typer.echo(_say("not_reproduced" if far else "reproduced", lang, n=WITHIN_PCT, which=far))
    typer.echo(_say("speed", lang, n=min(each.speed for each in (made.baseline, made.changed) if each is not None)))
    for code, count in notes(made).items():
        if count:
            typer.echo(_say(code, lang, n=count))


def _row(line: Line, lang: str, currency: str, changed: bool, named: bool) -> list[str]:
    from robot_fleet.reports.periodic.registry import figures
    from robot_fleet.reports.periodic.words import cell

    figure = figures()[line.figure]
    about = f"{line.name.said(lang)}: " if named else ""
    cells = [cell(figure, line.measured), cell(figure, line.baseline), _shown(line.deviation_pct)]
    if changed:
        more = line.difference
        cells += [cell(figure, line.changed), ("+" if more is not None and more > 0.0 else "") + cell(figure, more)]
    return [about + _name(line, lang, currency), *cells]


def _name(line: Line, lang: str, currency: str) -> str:
    from robot_fleet.reports.periodic.registry import figures
    from robot_fleet.reports.periodic.words import unit_shown

    figure = figures()[line.figure]
    name, unit = figure.name.said(lang), unit_shown(figure, currency)
    return f"{name} ({unit})" if unit and unit != "%" else name


def _shown(pct: float | None) -> str:
    return "–" if pct is None else f"{pct:+.2f}"
