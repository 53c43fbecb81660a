"""The report of a period: tables of figures, each with what the data cover. What a figure is stands in the registry."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from robot_fleet.core.text import Text
from robot_fleet.reports.calendar import DAY_S, Period
from robot_fleet.reports.figures import rounded, share_pct
from robot_fleet.reports.folds.alarms import AlarmLoad
from robot_fleet.reports.folds.energy import EnergyReport
from robot_fleet.reports.folds.measured import Measured
from robot_fleet.reports.folds.past import Ground, Past
from robot_fleet.reports.folds.states import HOUR_S
from robot_fleet.reports.folds.tally import Piece, Tally, pieces, robot_tallies, sums, total
from robot_fleet.reports.folds.tasks import DONE, TaskStory
from robot_fleet.reports.periodic.cost_figures import Effort, added, billed_days, cost_values, robot_costs
from robot_fleet.reports.periodic.currency import KRW
from robot_fleet.reports.periodic.effort_figures import effort_values
from robot_fleet.reports.periodic.energy_figures import energy_of, group_values, load_values, robot_values
from robot_fleet.reports.periodic.event_figures import event_values
from robot_fleet.reports.periodic.service_figures import (
    Values,
    alarm_values,
    asked_in,
    ended_in,
    rating_values,
    reasons,
    service_values,
)
from robot_fleet.site.models.base import TextModel

FLEET = "fleet"
"""The row of everything together."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table; `None` is where there is nothing to reckon with.

    Parameters
    ----------
    key : the id of what it is about, "" for what belongs to none.
    name : what the site calls it, None where it has no name.
    withheld : whether its values are kept from who reads the report (see `robot_fleet.reports.periodic.residents`).
    """

    key: str
    name: Text | None
    values: Mapping[str, float | None]
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Figures of one kind, put together by one thing.

    Parameters
    ----------
    id : for instance `utilisation_by_robot`.
    by : what a row stands for: fleet, robot, kind, service, building, hour, weekday, day, reason, event (its type).
    figures : ids of the registry, one for each column.
    """

    id: str
    by: str
    figures: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class PeriodReport:
    """The report of a period.

    Parameters
    ----------
    seq : the ledger's newest fact when it was made.
    facts_pct : share of the robots' time of which facts tell.
    telemetry_pct : share for which telemetry was heard; None without a history of telemetry.
    assumptions : what is assumed, each with its source; from the site's costs.
    notes : what whoever reads it must know.
    currency : ISO 4217 code of all prices.
    energy : charging, for its picture; None where the site says nothing of energy or nothing was charged.
    """

    site: str
    period: Period
    seq: int
    robots: int
    facts_pct: float | None
    telemetry_pct: float | None
    tables: tuple[Table, ...]
    assumptions: tuple[tuple[str, Text], ...]
    notes: tuple[Text, ...] = ()
    currency: str = KRW
    energy: EnergyReport | None = None


def period_report(past: Past, ground: Ground, heard: Measured | None, period: Period) -> PeriodReport:
    """Return the report of a period.

    Parameters
    ----------
    heard : what telemetry says of the period; None where there is no history.
    """
    kind_of = {**past.stories.kinds(), **ground.robots}
    robots = sorted({*ground.robots, *past.states.robots})
    measured = heard or {}
    parts = pieces(past.states, robots, measured, period)
    tallies = robot_tallies(past.states, parts, measured, period, ground.kinds, kind_of)
    whole = total(tallies.values())
    tasks = list(past.stories.tasks.values())
    asked, ended = asked_in(tasks, period), ended_in(tasks, period)
    energy = energy_of(past, ground, period)
    made = _Tables(past, ground, period, kind_of, parts, tallies, whole, asked, ended, measured, energy)
    return PeriodReport(
        ground.site,
        period,
        past.seq,
        len(robots),
        share_pct(whole.known_s, whole.robot_s),
        None if heard is None else share_pct(whole.heard_s, whole.robot_s),
        made.all(),
        made.assumptions(),
        currency=KRW if ground.costs is None else ground.costs.currency,
        energy=energy,
    )


@dataclass(frozen=True, slots=True)
class _Tables:
    past: Past
    ground: Ground
    period: Period
    kind_of: Mapping[str, str]
    parts: Sequence[Piece]
    tallies: Mapping[str, Tally]
    whole: Tally
    asked: Sequence[TaskStory]
    ended: Sequence[TaskStory]
    heard: Measured
    energy: EnergyReport | None

    def all(self) -> tuple[Table, ...]:
        """Return all tables, in the order in which they are shown."""
        whole = self.effort(), self.alarms(), self.events()
        return (*self.utilisation(), *self.service(), *whole, *self.money(), *self.charging())

    def utilisation(self) -> list[Table]:
        """Return how time was spent, by all that it is put together by; by date only where dates are known."""
        keys: dict[str, Callable[[Piece], str]] = {
            FLEET: lambda piece: FLEET,
            "robot": lambda piece: piece.robot,
            "kind": lambda piece: self.kind_of.get(piece.robot, ""),
            "service": lambda piece: piece.use.service,
            "building": lambda piece: piece.use.building,
            "hour": lambda piece: f"{piece.hour % 24:02d}",
        }
        if self.period.days > 1:
            keys["day"] = lambda piece: self._day(piece.hour)
            if self.period.begins is not None:
                keys["weekday"] = lambda piece: str(self._weekday(piece.hour))
        return [self._use(by, key) for by, key in keys.items()]

    def service(self) -> list[Table]:
        """Return how requests were served, and why some were not."""
        names = sorted({task.service for task in (*self.asked, *self.ended)})
        by_service = {name: service_values(_of(self.asked, name), _of(self.ended, name)) for name in names}
        whole = service_values(self.asked, self.ended)
        rated, rated_by = rating_values({name: _of(self.ended, name) for name in names})
        whole |= rated
        by_service = {name: values | rated_by[name] for name, values in by_service.items()}
        why = tuple(
            Row(f"{outcome}:{reason}", None, {"ended": float(many)}) for outcome, reason, many in reasons(self.ended)
        )
        return [
            Table("service", "service", tuple(whole), (self._row(FLEET, whole), *self._rows(by_service))),
            Table("reasons", "reason", ("ended",), why),
        ]

    def effort(self) -> Table:
        """Return what the work took, by kind."""
        done_by = dict.fromkeys(self.tallies, 0)
        for task in self.ended:
            if task.outcome == DONE and task.robot in done_by:
                done_by[task.robot] += 1
        states = self.past.states
        whole = effort_values(self.whole, states, {"", *self.tallies}, self.period, sum(done_by.values()))
        by_kind = {}
        for kind, robots in self._members().items():
            tally, done = total(self.tallies[robot] for robot in robots), sum(done_by[robot] for robot in robots)
            by_kind[kind] = effort_values(tally, states, robots, self.period, done)
        return Table("effort", "kind", tuple(whole), (self._row(FLEET, whole), *self._rows(by_kind)))

    def alarms(self) -> Table:
        """Return the load of alarms."""
        values = alarm_values(self._load(), self.ended)
        return Table("alarms", FLEET, tuple(values), (self._row(FLEET, values),))

    def events(self) -> Table:
        """Return how the city's events were answered, by type."""
        told = self.past.events.figures(self.past.stories.tasks)
        whole, by_type = event_values(told, self.period, self.ground.event_aims_s)
        return Table("events", "event", tuple(whole), (self._row(FLEET, whole), *self._rows(by_type)))

    def money(self) -> list[Table]:
        """Return cost and time saved; nothing where the site does not say what things cost."""
        costs = self.ground.costs
        if costs is None:
            return []
        days = billed_days(self.past.states, self.period)
        robots = robot_costs(costs, self.kind_of, self.tallies, self.parts, self.heard, self.period, days)
        for row in () if self.energy is None else self.energy.robots:
            if row.robot in robots:
                robots[row.robot] = {**robots[row.robot], "energy_won": row.price}
        done = sum(task.outcome == DONE for task in self.ended)
        whole = cost_values(costs, robots, self._effort(), self.period, days, done)
        by_kind = {}
        for kind, members in self._members().items():
            priced = [robots[robot] for robot in members if robot in robots]
            if priced:
                by_kind[kind] = {name: rounded(won or 0.0) for name, won in added(priced).items()}
        table = Table("cost", "kind", tuple(whole), (self._row(FLEET, whole), *self._rows(by_kind)))
        return [table, *self._saved()]

    def charging(self) -> list[Table]:
        """Return what charging cost and saved, by robot, load period and group of chargers."""
        if self.energy is None:
            return []
        rows = {row.robot: robot_values(row) for row in self.energy.robots}
        whole = robot_values(self.energy.total)
        loads, groups = load_values(self.energy), group_values(self.energy)
        return [
            Table("energy", "robot", tuple(whole), (self._row(FLEET, whole), *self._rows(rows))),
            Table("energy_by_load", "load", ("grid_kwh",), self._rows(loads)),
            Table("energy_by_group", "group", tuple(next(iter(groups.values()), {})), self._rows(groups)),
        ]

    def assumptions(self) -> tuple[tuple[str, Text], ...]:
        """Return what costs.yaml assumes, and where each figure is from."""
        costs, site = self.ground.costs, self.ground.energy
        of_energy = () if site is None or site.energy is None else (("tariff", site.energy.source),)
        if costs is None:
            return of_energy
        told: list[tuple[str, TextModel]] = [(f"kinds.{name}", each.source) for name, each in costs.kinds.items()]
        told += [("energy", costs.energy.source), ("operators", costs.operators.source)]
        told += [(f"saved.{name}", each.source) for name, each in costs.saved.items()]
        told += [] if costs.budget is None else [("budget", costs.budget.source)]
        return (*((key, source.value()) for key, source in told), *of_energy)

    def _saved(self) -> list[Table]:
        costs = self.ground.costs
        if costs is None or not costs.saved:
            return []
        rows: dict[str, Values] = {}
        for name, saved in costs.saved.items():
            done = sum(task.outcome == DONE for task in _of(self.ended, name))
            hours = rounded(done * saved.minutes_per_task / 60.0)
            rows[name] = {"done": float(done), "minutes_per_task": saved.minutes_per_task, "hours_saved": hours}
        whole: Values = {
            "done": sum(values["done"] or 0.0 for values in rows.values()),
            "minutes_per_task": None,
            "hours_saved": rounded(sum(values["hours_saved"] or 0.0 for values in rows.values())),
        }
        return [Table("saved", "service", tuple(whole), (self._row(FLEET, whole), *self._rows(rows)))]

    def _effort(self) -> Effort:
        def counted(at_s: float) -> bool:
            return self.period.from_s <= at_s < self.period.to_s

        return Effort(
            self._load().alarms,
            sum(counted(at_s) for at_s in self.past.incidents_s),
            sum(counted(each.at_s) for each in self.past.states.interventions),
        )

    def _load(self) -> AlarmLoad:
        period, states = self.period, self.past.states
        hours = sum(period.from_s <= hour * HOUR_S < period.to_s for hour in states.hours_with_facts)
        to_s = min(period.to_s, states.newest_s or 0.0)
        return self.past.alarms.load_within(period.from_s, to_s, hours * HOUR_S, self.ground.operators)

    def _use(self, by: str, key: Callable[[Piece], str]) -> Table:
        values = {name: tally.use_figures() for name, tally in sums((key(part), part) for part in self.parts).items()}
        heard = {FLEET: {FLEET: self.whole}, "robot": self.tallies}.get(by, {})
        for name, tally in heard.items():  # what was heard belongs to robots, and not to services or buildings
            values[name]["heard_pct"] = share_pct(tally.heard_s, tally.robot_s)
        columns = tuple(next(iter(values.values()), {}))
        return Table(f"utilisation_by_{by}", by, columns, self._rows(values))

    def _members(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for robot in self.tallies:
            found.setdefault(self.kind_of.get(robot, ""), []).append(robot)
        return dict(sorted(found.items()))

    def _rows(self, values: Mapping[str, Mapping[str, float | None]]) -> tuple[Row, ...]:
        return tuple(self._row(key, values[key]) for key in sorted(values, key=lambda key: (not key, key)))

    def _row(self, key: str, values: Mapping[str, float | None]) -> Row:
        return Row(key, self.ground.names.get(key), values)

    def _day(self, hour: int) -> str:
        day = int(hour * HOUR_S // DAY_S)
        at = self.period.date_of(day)
        return f"{day + 1:06d}" if at is None else at.isoformat()

    def _weekday(self, hour: int) -> int:
        at = self.period.date_of(int(hour * HOUR_S // DAY_S))
        return 0 if at is None else at.isoweekday()


def _of(tasks: Sequence[TaskStory], service: str) -> list[TaskStory]:
    return [task for task in tasks if task.service == service]
