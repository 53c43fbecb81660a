"""The periodic report as JSON, with all the words that people see beside its figures."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from robot_fleet.core.text import Text
from robot_fleet.reports.folds.energy import EnergyReport
from robot_fleet.reports.periodic import words
from robot_fleet.reports.periodic.currency import KRW, unit_told
from robot_fleet.reports.periodic.periodic import PeriodReport, Table
from robot_fleet.reports.periodic.registry import Figure

SCHEMA_VERSION = 1


def report_json(report: PeriodReport) -> dict[str, Any]:
    """Return a report as JSON; times are seconds, shares per cent, names in both languages."""
    begins = report.period.begins
    return {
        "schema_version": SCHEMA_VERSION,
        "site": report.site,
        "period": report.period.length.value,
        "of": report.period.of,
        "from_s": report.period.from_s,
        "to_s": report.period.to_s,
        "from_date": None if begins is None else begins.isoformat(),
        "to_date": None if begins is None else (begins + timedelta(days=report.period.days - 1)).isoformat(),
        "seq": report.seq,
        "robots": report.robots,
        "coverage": {"facts_pct": report.facts_pct, "telemetry_pct": report.telemetry_pct},
        "figures": {figure.id: figure_json(figure, report.currency) for figure in words.used(report)},
        "sources": {name: text_json(text) for name, text in words.SOURCES.items()},
        "tables": [_table(table) for table in report.tables],
        "notes": [text_json(note) for note in report.notes],
        "energy": None if report.energy is None else _energy(report.energy),
        "assumptions": [{"key": key, "source": text_json(source)} for key, source in report.assumptions],
    }


def _energy(energy: EnergyReport) -> dict[str, Any]:
    """Return charging as JSON, with what people call the load periods of its picture."""
    names = {load: words.LOADS.get(load, Text(load, load)) for load in dict.fromkeys(energy.curve.loads)}
    return {**energy.to_dict(), "load_names": {load: text_json(name) for load, name in names.items()}}


def figure_json(figure: Figure, currency: str = KRW) -> dict[str, Any]:
    """Return what people may ask of a figure."""
    return {
        "unit": unit_told(figure, currency),
        "in_hours": words.in_hours(figure),
        "name": text_json(figure.name),
        "formula": text_json(figure.formula),
        "source": list(figure.source),
    }


def _table(table: Table) -> dict[str, Any]:
    rows = [
        {
            "key": row.key,
            "name": text_json(words.row_name(table, row)),
            "withheld": row.withheld,
            "values": [row.values.get(name) for name in table.figures],
        }
        for row in table.rows
    ]
    head = {
        "id": table.id,
        "by": table.by,
        "title": text_json(words.title(table)),
        "by_name": text_json(words.by_word(table)),
    }
    return {**head, "figures": list(table.figures), "rows": rows}


def text_json(text: Text) -> Mapping[str, str]:
    """Return a text in every language that it has."""
    return text.words()
