"""`./fleet history`: what a robot has reported over time."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from robot_fleet.cli.tables import print_table
from robot_fleet.core.clock import format_clock, parse_clock
from robot_fleet.core.errors import RequestError

if TYPE_CHECKING:
    from robot_fleet.stores.history.store import Series

_DAY_S = 86_400.0
_DEFAULT_S = 3_600.0
_ROWS = 12
_JSON_POINTS = 500
_COLUMNS = 60
_BARS = "▁▂▃▄▅▆▇█"
_GAP = "·"


def register(app: typer.Typer) -> None:
    """Add the verb of this module."""
    app.command("history")(history)


def history(
    robot: Annotated[str, typer.Argument(metavar="ROBOT", help="The robot's id.")],
    signal: Annotated[str, typer.Argument(metavar="SIGNAL", help="What it reports, for instance soc_pct.")],
    since: Annotated[
        str | None, typer.Option("--from", metavar="HH:MM[:SS]", help="Fleet time; an hour before the end by default.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--to", metavar="HH:MM[:SS]", help="Fleet time; the newest there is by default.")
    ] = None,
    day: Annotated[
        int | None, typer.Option("--day", min=1, help="The fleet's day, 1 the first; the newest by default.")
    ] = None,
    points: Annotated[
        int | None, typer.Option("--points", min=1, help="How many rows; 12 by default, 500 as JSON.")
    ] = None,
    store: Annotated[
        str | None,
        typer.Option("--store", metavar="PATH", help="Another history, by path or URL; the fleet's by default."),
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help="The fleet; the running one or main by default.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show how a figure of a robot went, of the running or the last fleet. Where nothing was heard, a gap is shown.

    Example: ./fleet history care_1 soc_pct --from 09:00 --to 10:30
    """
    from robot_fleet.stores.history.store import TelemetryStore

    with TelemetryStore.open(store or _path(name)) as opened:
        from_s, to_s = _period(since, until, day, opened.span(robot)[1])
        if as_json:
            series = opened.series(robot, signal, from_s, to_s, points or _JSON_POINTS)
            head = {"schema_version": 1, "robot": robot, "from_s": from_s, "to_s": to_s}
            typer.echo(json.dumps({**head, **series.to_dict()}, ensure_ascii=False))
            return
        series = opened.series(robot, signal, from_s, to_s, points or _ROWS)
        line = opened.series(robot, signal, from_s, to_s, _COLUMNS)
    day = int(from_s // _DAY_S) + 1
    typer.echo(f"{robot} {signal} in {series.signal.unit}, day {day}, {series.width_s} s a row")
    print_table(("from", "samples", "min", "mean", "max"), _cells(series), numbers=True)
    typer.echo(f"{_spark(line)}\nmeans of {line.width_s} s; {_GAP} is a gap")


def _path(name: str | None) -> Path:
    from robot_fleet.runtime.processes.run_directory import DEFAULT_NAME, run_directory
    from robot_fleet.runtime.processes.running import running_fleets

    running = running_fleets() if name is None else ()
    run = running[0] if len(running) == 1 else run_directory(name or DEFAULT_NAME)
    return run.telemetry


def _period(since: str | None, until: str | None, day: int | None, last_s: float) -> tuple[float, float]:
    """Return the period that is meant: without a day, the newest such one that has begun."""
    midnight_s = (day - 1) * _DAY_S if day is not None else last_s // _DAY_S * _DAY_S
    from_s = None if since is None else _at(since, midnight_s)
    if from_s is not None and day is None and from_s > last_s >= _DAY_S:
        midnight_s -= _DAY_S
        from_s = _at(since or "", midnight_s)
    to_s = last_s if until is None else _at(until, midnight_s)
    if until is None and day is not None:
        to_s = min(to_s, midnight_s + _DAY_S)
    if from_s is None:
        from_s = max(0.0, to_s - _DEFAULT_S)
    if from_s >= to_s and until is not None:
        to_s += _DAY_S  # past midnight
    if from_s >= to_s:
        message = f"nothing was heard after {format_clock(last_s % _DAY_S)} of day {int(last_s // _DAY_S) + 1}"
        raise RequestError("request_period_malformed", message, "--from")
    return from_s, to_s


def _at(text: str, midnight_s: float) -> float:
    at_s = parse_clock(text)
    return at_s if at_s >= _DAY_S else midnight_s + at_s


def _cells(series: Series) -> Iterator[tuple[str, ...]]:
    decimals = series.signal.decimals
    columns = (series.start_s, series.count, series.low, series.mean, series.high)
    for start_s, count, *values in zip(*(column.tolist() for column in columns), strict=True):
        told = ("-" if math.isnan(value) else f"{value:.{decimals}f}" for value in values)
        yield format_clock(start_s % _DAY_S), str(count), *told


def _spark(series: Series) -> str:
    """Return the means as bars from the least one to the greatest."""
    means = series.mean.tolist()
    heard = [mean for mean in means if not math.isnan(mean)]
    low, high = min(heard, default=0.0), max(heard, default=0.0)
    step = (high - low) / (len(_BARS) - 1) or 1.0
    return "".join(_GAP if math.isnan(mean) else _BARS[round((mean - low) / step)] for mean in means)
