"""`./fleet schedule`: requests that recur, by the clocks and the calendar of the site."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote, urlencode

import typer

from robot_fleet.cli.answers import By, give, tell
from robot_fleet.cli.tables import print_table
from robot_fleet.cli.tasks import AsJson, Name, confirm, pairs, typed
from robot_fleet.core.errors import RequestError

if TYPE_CHECKING:
    from robot_fleet.cli.gateway import Gateway

app = typer.Typer(
    help="Requests that recur: every day, on weekdays, every other week, monthly; with the site's holidays.",
    no_args_is_help=True,
)
_WORKDAYS = ["mon", "tue", "wed", "thu", "fri"]


class Rhythm(StrEnum):
    """How often something recurs."""

    DAY = "day"
    WEEKDAY = "weekday"
    WEEK = "week"
    MONTH = "month"


class Holidays(StrEnum):
    """What is on public holidays and on the site's closed days."""

    REGARDLESS = "regardless"
    SKIP = "skip"
    ONLY = "only"
    NEXT_WORKING_DAY = "next_working_day"


Schedule = Annotated[str, typer.Argument(metavar="SCHEDULE", help="Its id; `./fleet schedule list` shows all.")]
Service = Annotated[str, typer.Argument(metavar="SERVICE", help="A service of the site.")]
Params = Annotated[
    list[str] | None,
    typer.Argument(metavar="KEY=VALUE...", help="Its parameters; times of day are those of each day."),
]
At = Annotated[str, typer.Option("--at", metavar="HH:MM", help="Time of day at the site.")]
Every = Annotated[Rhythm, typer.Option("--every", help="day, weekday (Monday to Friday), week or month.")]
On = Annotated[str, typer.Option("--on", metavar="DAYS", help="Weekdays of a week, such as mon,wed,fri.")]
Interval = Annotated[int, typer.Option("--interval", metavar="N", help="Every N days, weeks or months.")]
MonthDay = Annotated[int, typer.Option("--day", metavar="N", help="Day of a month; 31 is the last of every month.")]
Begin = Annotated[str, typer.Option("--begin", metavar="DATE", help="First date, as 2026-11-27; today if left out.")]
End = Annotated[str, typer.Option("--end", metavar="DATE", help="Last date.")]
Count = Annotated[int, typer.Option("--count", metavar="N", help="End after N times.")]
OnHolidays = Annotated[Holidays, typer.Option("--holidays", help="regardless, skip, only or next_working_day.")]
Grace = Annotated[int, typer.Option("--grace", metavar="MIN", help="Minutes that it may still be asked for late.")]
Title = Annotated[str, typer.Option("--title", metavar="TEXT", help="What people call it; no data about people.")]
Number = Annotated[int, typer.Option("-n", metavar="N", help="So many that take place.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="For the record; no data about people.")]


def register(parent: typer.Typer) -> None:
    """Add the verbs of this module."""
    parent.add_typer(app, name="schedule")


@app.command()
def add(
    schedule: Annotated[str, typer.Argument(metavar="SCHEDULE", help="An id for it; its tasks are SCHEDULE@DATE.")],
    service: Service,
    params: Params = None,
    at: At = "09:00",
    every: Every = Rhythm.DAY,
    on: On = "",
    interval: Interval = 1,
    day: MonthDay = 0,
    begin: Begin = "",
    end: End = "",
    count: Count = 0,
    holidays: OnHolidays = Holidays.REGARDLESS,
    grace: Grace = 60,
    title: Title = "",
    by: By = "operator",
    as_json: AsJson = False,
    name: Name = None,
) -> None:
    """Have a request recur. It is asked for a quarter of an hour ahead, so that the plan sees it coming.

    Look first at what a rule comes to: ./fleet schedule preview --at 10:30 --on mon,thu --holidays skip

    Examples
    --------
    ./fleet schedule add rounds patrol route=west_round --at 21:00 --every weekday --holidays next_working_day
    ./fleet schedule add visits care_visit place=care_home/r203 --at 10:30 --on mon,thu --interval 2 --end 2027-03-31
    """
    from robot_fleet.cli.gateway import Gateway

    rule = _rule(at, every, on, interval, day, begin, end, count, holidays)
    with Gateway(name) as gateway:
        body = {
            "name": title or schedule,
            "service": service,
            "params": _typed(gateway, service, params or ()),
            "rule": rule,
            "grace_s": grace * 60.0,
            "by": by,
        }
        answer = gateway.post("/schedules", body, schedule)
        following = _preview(gateway, rule, 1)
    tell(answer, as_json, f"{schedule}: {_next(following)}")


@app.command("list")
def list_schedules(as_json: AsJson = False, name: Name = None) -> None:
    """List the schedules, each with its rule and when it is next.

    Example: ./fleet schedule list
    """
    from robot_fleet.cli.gateway import Gateway

    with Gateway(name) as gateway:
        rows = gateway.get("/schedules")
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=1))
    elif rows:
        print_table(("schedule", "state", "service", "when", "next", "made", "missed"), map(_cells, rows))
    else:
        typer.echo("nothing recurs; ./fleet schedule add --help")


@app.command()
def show(schedule: Schedule, number: Number = 5, as_json: AsJson = False, name: Name = None) -> None:
    """Show one schedule: what it asks for, when, what was missed, and its next occurrences.

    Example: ./fleet schedule show rounds
    """
    from robot_fleet.cli.gateway import Gateway

    with Gateway(name) as gateway:
        row = _row(gateway, schedule)
        days = _occurrences(gateway, schedule, number)
    if as_json:
        typer.echo(json.dumps({**row, "occurrences": days}, ensure_ascii=False, indent=1))
        return
    typer.echo(f"{row['id']}: {row['name']} ({row['state']}{': ' + row['reason'] if row['reason'] else ''})")
    typer.echo(f"  asks for {row['service']} {_told(row['params'])}".rstrip())
    typer.echo(f"  {words(row['rule'])}; at most {row['grace_s'] / 60.0:.0f} min late")
    for edition in row["later"]:
        typer.echo(f"  from {edition['rule']['begins']}: {edition['service']} {_told(edition['params'])}".rstrip())
        typer.echo(f"    {words(edition['rule'])}")
    typer.echo(f"  made {row['made']}, missed {row['missed']}{_missed(row)}")
    _print_days(days)


@app.command()
def preview(
    schedule: Annotated[str, typer.Argument(metavar="[SCHEDULE]", help="One that there is; or give a rule.")] = "",
    at: At = "09:00",
    every: Every = Rhythm.DAY,
    on: On = "",
    interval: Interval = 1,
    day: MonthDay = 0,
    begin: Begin = "",
    end: End = "",
    count: Count = 0,
    holidays: OnHolidays = Holidays.REGARDLESS,
    number: Number = 10,
    as_json: AsJson = False,
    name: Name = None,
) -> None:
    """Show the days that a schedule, or a rule, comes to next. Nothing changes by asking.

    Examples
    --------
    ./fleet schedule preview rounds -n 20
    ./fleet schedule preview --every month --day 31 --at 08:00 --holidays next_working_day
    """
    from robot_fleet.cli.gateway import Gateway

    with Gateway(name) as gateway:
        if schedule:
            days = _occurrences(gateway, schedule, number)
        else:
            rule = _rule(at, every, on, interval, day, begin, end, count, holidays)
            days = _preview(gateway, rule, number)
    if as_json:
        typer.echo(json.dumps(days, ensure_ascii=False, indent=1))
    else:
        _print_days(days)


@app.command()
def edit(
    schedule: Schedule,
    begin: Annotated[str, typer.Option("--from", metavar="DATE", help="First date of what is new.")],
    params: Params = None,
    at: Annotated[str | None, typer.Option("--at", metavar="HH:MM", help="Time of day at the site.")] = None,
    every: Annotated[Rhythm | None, typer.Option("--every", help="day, weekday, week or month.")] = None,
    on: On = "",
    interval: Annotated[int | None, typer.Option("--interval", metavar="N", help="Every N of them.")] = None,
    day: Annotated[int | None, typer.Option("--day", metavar="N", help="Day of a month.")] = None,
    end: Annotated[str | None, typer.Option("--end", metavar="DATE", help="Last date.")] = None,
    count: Annotated[int | None, typer.Option("--count", metavar="N", help="End after N times from --from.")] = None,
    holidays: Annotated[Holidays | None, typer.Option("--holidays", help="As for add.")] = None,
    grace: Annotated[int | None, typer.Option("--grace", metavar="MIN", help="As for add.")] = None,
    title: Title = "",
    by: By = "operator",
    as_json: AsJson = False,
    name: Name = None,
) -> None:
    """Change a schedule from a date on; what is before it stays. What is not said stays, too.

    Example: ./fleet schedule edit rounds --from 2026-12-01 --at 20:30 route=east_round
    """
    from robot_fleet.cli.gateway import Gateway

    with Gateway(name) as gateway:
        row = _row(gateway, schedule)
        newest = [row, *row["later"]][-1]
        rule = {**newest["rule"], "begins": begin}
        if every or on:
            fresh = _rule("", every or Rhythm.WEEK, on, 1, 0, begin, "", 0, Holidays.REGARDLESS)
            rule |= {key: fresh[key] for key in ("every", "interval", "weekdays", "month_day")}
        given = {"at": at, "interval": interval, "month_day": day, "ends": end, "count": count, "holidays": holidays}
        rule |= {key: value for key, value in given.items() if value is not None}
        body = {
            "name": title or row["name"],
            "service": newest["service"],
            "params": newest["params"] | _typed(gateway, newest["service"], params or ()),
            "rule": rule,
            "grace_s": row["grace_s"] if grace is None else grace * 60.0,
            "by": by,
        }
    answer = give(name, ("schedules", schedule, "revise"), body)
    tell(answer, as_json, f"{schedule}: from {begin} on {words(rule)}")


@app.command()
def pause(
    schedule: Schedule,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; no data about people.")],
    by: By = "operator",
    as_json: AsJson = False,
    name: Name = None,
) -> None:
    """Have nothing asked for until the schedule is resumed; what is asked for already stays.

    Example: ./fleet schedule pause rounds --reason "gardeners until Friday"
    """
    answer = give(name, ("schedules", schedule, "pause"), {"reason": reason, "by": by})
    tell(answer, as_json, f"{schedule}: paused; let it go on with ./fleet schedule resume {schedule}")


@app.command()
def resume(schedule: Schedule, by: By = "operator", as_json: AsJson = False, name: Name = None) -> None:
    """Let a schedule go on. What would have been in the meantime is left out.

    Example: ./fleet schedule resume rounds
    """
    tell(give(name, ("schedules", schedule, "resume"), {"by": by}), as_json, f"{schedule}: goes on")


@app.command()
def skip(
    schedule: Schedule,
    occurrence: Annotated[str, typer.Argument(metavar="[TIME]", help="As 2026-11-27T09:00; else the next.")] = "",
    undo: Annotated[bool, typer.Option("--undo", help="Have it after all; TIME must be said then.")] = False,
    reason: Reason = "",
    by: By = "operator",
    as_json: AsJson = False,
    name: Name = None,
) -> None:
    """Leave one occurrence out, the next one or one further ahead. The schedule itself stays as it is.

    Examples
    --------
    ./fleet schedule skip rounds --reason "fire drill"
    ./fleet schedule skip rounds 2026-12-24T21:00
    """
    from robot_fleet.cli.gateway import Gateway

    with Gateway(name) as gateway:
        local = occurrence if occurrence or undo else _row(gateway, schedule)["next"]
    body = {"occurrence": local or "", "skip": not undo, "reason": reason, "by": by}
    answer = give(name, ("schedules", schedule, "skip"), body)
    tell(answer, as_json, f"{schedule}: {local} {'takes place' if undo else 'is left out'}")


@app.command()
def end(
    schedule: Schedule,
    reason: Reason = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    by: By = "operator",
    as_json: AsJson = False,
    name: Name = None,
) -> None:
    """End a schedule for good; what is asked for already stays. For a while, pause it instead.

    Example: ./fleet schedule end rounds --reason "new contract" --yes
    """
    if not yes:
        confirm(f"End {schedule} for good?")
    answer = give(name, ("schedules", schedule, "end"), {"reason": reason, "by": by})
    tell(answer, as_json, f"{schedule}: ended")


def words(rule: Mapping[str, Any]) -> str:
    """Return a rule in words."""
    number, days = rule["interval"], rule["weekdays"]
    unit = rule["every"] if number == 1 else f"{number} {rule['every']}s"
    when = "on weekdays" if days == _WORKDAYS and number == 1 else f"every {unit}"
    if days and not when.startswith("on"):
        when += f" on {', '.join(days)}"
    if rule["month_day"]:
        when += f" on day {rule['month_day']}"
    holidays = {
        "skip": ", not on holidays",
        "only": ", on holidays only",
        "next_working_day": ", on holidays the next working day instead",
    }.get(rule["holidays"], "")
    until = f" until {rule['ends']}" if rule["ends"] else ""
    times = f", {rule['count']} times" if rule["count"] else ""
    return f"{when} at {rule['at']} from {rule['begins']}{until}{times}{holidays}"


def _rule(
    at: str, every: Rhythm, on: str, interval: int, day: int, begin: str, end: str, count: int, holidays: Holidays
) -> dict[str, Any]:
    """Return a rule as the API wants it."""
    days = [each.strip().lower()[:3] for each in on.split(",") if each.strip()]
    if every is Rhythm.WEEKDAY:
        days = days or _WORKDAYS
    weekly = every is Rhythm.WEEKDAY or (bool(days) and every is Rhythm.DAY)
    return {
        "at": at,
        "begins": begin,
        "every": Rhythm.WEEK.value if weekly else every.value,
        "interval": interval,
        "weekdays": days,
        "month_day": day,
        "ends": end,
        "count": count,
        "holidays": holidays.value,
    }


def _typed(gateway: Gateway, service: str, given: Iterable[str]) -> dict[str, object]:
    offered = {entry["id"]: entry for entry in gateway.get("/site")["services"]}
    return typed(pairs(given), offered.get(service))


def _row(gateway: Gateway, schedule: str) -> dict[str, Any]:
    found: dict[str, Any] | None = next((row for row in gateway.get("/schedules") if row["id"] == schedule), None)
    if found is None:
        message = f"no schedule {schedule!r}; `./fleet schedule list` shows all"
        raise RequestError("request_unknown_schedule", message, schedule)
    return found


def _occurrences(gateway: Gateway, schedule: str, number: int) -> list[dict[str, Any]]:
    days: list[dict[str, Any]] = gateway.get(f"/schedules/{quote(schedule, safe='')}/occurrences?n={number}")
    return days


def _preview(gateway: Gateway, rule: Mapping[str, Any], number: int) -> list[dict[str, Any]]:
    query = urlencode({**rule, "weekdays": ",".join(rule["weekdays"]), "n": number})
    days: list[dict[str, Any]] = gateway.get(f"/occurrences?{query}")
    return days


def _next(days: Sequence[Mapping[str, Any]]) -> str:
    taken = next((day for day in days if day["takes_place"]), None)
    return "nothing is to come" if taken is None else f"next on {taken['local'].replace('T', ' at ')}"


def _missed(row: Mapping[str, Any]) -> str:
    newest = row["newest_missed"]
    return f", the last one {newest['local']} ({newest['reason']})" if newest else ""


def _print_days(days: Sequence[Mapping[str, Any]]) -> None:
    if not days:
        typer.echo("nothing is to come")
        return
    print_table(("date", "time", "", "holiday"), map(_day, days))


def _day(day: Mapping[str, Any]) -> tuple[str, ...]:
    date, _, time = day["local"].partition("T")
    what = "left out" if not day["takes_place"] else f"instead of {day['instead_of']}" if day["instead_of"] else ""
    return (date, time, "skipped" if day["skipped"] else what, day["holiday"]["en"] if day["holiday"] else "")


def _cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    following = (row["next"] or "").replace("T", " ")
    when = words(row["rule"]).partition(" from ")[0]
    return (row["id"], row["state"], row["service"], when, following, str(row["made"]), str(row["missed"]))


def _told(params: Mapping[str, Any]) -> str:
    return " ".join(f"{key}={value}" for key, value in params.items())
