"""A day beside itself: as it was measured, played again as it was, and played again with a change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from robot_fleet.core.text import Text
from robot_fleet.reports.periodic import words
from robot_fleet.reports.periodic.json_file import figure_json, text_json
from robot_fleet.reports.periodic.periodic import FLEET, PeriodReport, Row, Table
from robot_fleet.reports.periodic.registry import figures
from robot_fleet.runtime.what_if.change import Change
from robot_fleet.runtime.what_if.past_day import PastDay
from robot_fleet.runtime.what_if.play import Played

SCHEMA_VERSION = 1
WITHIN_PCT = 2.0
"""So far a day that is played again without a change may be from the day as it was measured."""
JUDGED = (
    ("service", "done"),
    ("service", "on_time_pct"),
    ("service", "wait_p50_s"),
    ("service", "wait_p95_s"),
    ("utilisation_by_fleet", "utilisation_pct"),
    ("effort", "distance_m"),
    ("effort", "energy_reckoned_wh"),
)
"""Table and figure by which it is judged, of the whole fleet."""
_SHOWN: Mapping[str, tuple[str, ...]] = {
    "service": (
        "requests",
        "done",
        "failed",
        "cancelled",
        "refused",
        "on_time_pct",
        "performance_pct",
        "wait_p50_s",
        "wait_p95_s",
        "lateness_p50_s",
        "lateness_p95_s",
    ),
    "alarms": ("calls_in_time_pct",),
    "utilisation_by_fleet": ("utilisation_pct", "charging_s", "idle_s", "waiting_s"),
    "utilisation_by_kind": ("utilisation_pct",),
    "effort": ("tasks_per_robot_h", "distance_m", "empty_pct", "energy_reckoned_wh", "wh_per_task"),
    "cost": ("lease_won", "energy_won", "total_won", "won_per_task"),
    "saved": ("hours_saved",),
    "energy": ("charged_kwh", "charged_won", "solar_pct", "owed_kwh", "saved_won", "saved_grid_kwh"),
    "energy_by_group": ("peak_kw",),
}
"""The tables and figures that are compared: those that a change can move and that facts alone tell."""
_BY_SERVICE = ("requests", "done", "on_time_pct", "wait_p95_s")
_WHOLE_ONLY = ("effort", "cost", "saved", "energy")


@dataclass(frozen=True, slots=True)
class Line:
    """One figure, three times.

    Parameters
    ----------
    key, name : what it is about: the fleet, a service or a kind.
    measured, baseline, changed : as the day was, as it is played again, and with the change; None where there is
        nothing to reckon with, and of `changed` where nothing is changed.
    """

    table: str
    title: Text
    key: str
    name: Text
    figure: str
    measured: float | None
    baseline: float | None
    changed: float | None

    @property
    def deviation_pct(self) -> float | None:
        """How far the baseline is from what was measured, per cent of it; None where that says nothing."""
        if self.measured is None or self.baseline is None:
            return None if self.measured != self.baseline else 0.0
        if not self.measured:
            return None if self.baseline else 0.0
        return round(100.0 * (self.baseline - self.measured) / self.measured, 2)

    @property
    def difference(self) -> float | None:
        """What the change makes of it: changed - baseline."""
        return None if self.baseline is None or self.changed is None else round(self.changed - self.baseline, 3)

    @property
    def judged(self) -> bool:
        """Whether the baseline is judged by it."""
        return self.key == FLEET and (self.table, self.figure) in JUDGED

    @property
    def close(self) -> bool:
        """Whether the baseline is as near to what was measured as it should be."""
        return self.deviation_pct is not None and abs(self.deviation_pct) <= WITHIN_PCT


@dataclass(frozen=True, slots=True)
class Comparison:
    """What became of the question.

    Parameters
    ----------
    changed : the day with the change; None where nothing is changed.
    """

    day: PastDay
    change: Change
    seed: int
    baseline: Played
    changed: Played | None

    @property
    def currency(self) -> str:
        """ISO 4217 code of all prices."""
        return self.baseline.report.currency

    def lines(self) -> list[Line]:
        """Return the figures side by side, table by table."""
        lines = (line for name in _SHOWN for line in self._of(name))
        return [line for line in lines if (line.measured, line.baseline, line.changed) != (None, None, None)]

    @property
    def far(self) -> list[Line]:
        """The figures that the baseline does not reproduce."""
        return [line for line in self.lines() if line.judged and not line.close]

    def _of(self, name: str) -> Iterator[Line]:
        changed = self.changed
        tables = [
            None if report is None else _table(report, name)
            for report in (self.day.measured, self.baseline.report, None if changed is None else changed.report)
        ]
        rows: dict[str, tuple[Table, Row]] = {}
        for table in filter(None, tables):
            for row in table.rows:
                if name not in _WHOLE_ONLY or row.key == FLEET:
                    rows.setdefault(row.key, (table, row))
        for key, (table, row) in rows.items():
            for figure in _SHOWN[name] if name != "service" or key == FLEET else _BY_SERVICE:
                if figure in table.figures:
                    values = (_value(each, key, figure) for each in tables)
                    yield Line(name, words.title(table), key, words.row_name(table, row), figure, *values)


def _table(report: PeriodReport, name: str) -> Table | None:
    return next((table for table in report.tables if table.id == name), None)


def _value(table: Table | None, key: str, figure: str) -> float | None:
    rows = () if table is None else table.rows
    return next((row.values.get(figure) for row in rows if row.key == key), None)


def comparison_json(made: Comparison) -> dict[str, Any]:
    """Return a comparison as JSON, with all the words that people see beside its figures."""
    day, registry, lines = made.day, figures(), made.lines()
    used = dict.fromkeys(line.figure for line in lines)
    begins: date | None = day.period.begins
    return {
        "schema_version": SCHEMA_VERSION,
        "site": day.measured.site,
        "of": day.period.of,
        "date": None if begins is None else begins.isoformat(),
        "from_s": day.begin_s,
        "to_s": day.end_s,
        "seq": day.seq,
        "seed": made.seed,
        "change": asdict(made.change),
        "within_pct": WITHIN_PCT,
        "reproduced": not made.far,
        "plays": {
            "baseline": _play(made.baseline),
            "changed": None if made.changed is None else _play(made.changed),
        },
        "notes": [{"code": code, "count": count} for code, count in notes(made).items() if count],
        "lines": [_line(line) for line in lines],
        "figures": {name: figure_json(registry[name], made.currency) for name in used},
        "sources": {name: text_json(text) for name, text in words.SOURCES.items()},
    }


def notes(made: Comparison) -> dict[str, int]:
    """Return what has to be known beside the figures, and of how many things that holds."""
    return {
        "battery_assumed": len(made.day.assumed),
        "asked_before": len(made.day.carried),
        "refused_again": len(made.day.refused),
        "not_asked": 0 if made.changed is None else made.changed.left_out,
        "baseline_open": made.baseline.open,
        "changed_open": 0 if made.changed is None else made.changed.open,
        "day_not_over": int(not made.day.whole),
    }


def _play(played: Played) -> dict[str, Any]:
    return {
        "robots": played.report.robots,
        "fleet_s": round(played.fleet_s, 1),
        "wall_s": round(played.wall_s, 2),
        "speed": round(played.speed, 1),
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "table": line.table,
        "title": text_json(line.title),
        "key": line.key,
        "name": text_json(line.name),
        "figure": line.figure,
        "measured": line.measured,
        "baseline": line.baseline,
        "deviation_pct": line.deviation_pct,
        "judged": line.judged,
        "changed": line.changed,
        "difference": line.difference,
    }
