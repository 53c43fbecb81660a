"""The periodic report as CSV that a Korean Excel opens as it is: UTF-8 with a byte order mark, CRLF."""

from __future__ import annotations

import csv
import io

from robot_fleet.reports.periodic import words
from robot_fleet.reports.periodic.currency import unit_told
from robot_fleet.reports.periodic.periodic import PeriodReport
from robot_fleet.reports.periodic.registry import figures

BOM = b"\xef\xbb\xbf"
COLUMNS = (
    *("table", "by", "key", "name", "figure", "figure_name", "value", "unit"),
    *("formula", "source", "facts_pct", "telemetry_pct", "from", "to"),
)


def csv_bytes(report: PeriodReport, language: str) -> bytes:
    """Return the report with a row for each figure of each thing, its formula, source and coverage beside it.

    Parameters
    ----------
    language : `ko` or `en`; ids and the header are the same in both.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    period = report.period
    first, last = period.date_of(period.first_day), period.date_of(period.first_day + period.days - 1)
    span = (first or period.from_s, last or period.to_s)
    for table in report.tables:
        for row in table.rows:
            name = words.say(words.row_name(table, row), language)
            for figure in (figures()[each] for each in table.figures):
                value = words.MARK if row.withheld else row.values.get(figure.id)
                writer.writerow(
                    (
                        *(table.id, table.by, _plain(row.key), _plain(name)),
                        *(
                            figure.id,
                            words.say(figure.name, language),
                            "" if value is None else value,
                            unit_told(figure, report.currency),
                        ),
                        *(words.say(figure.formula, language), words.source(figure, language)),
                        *(report.facts_pct, report.telemetry_pct, *span),
                    )
                )
    for note in report.notes:
        writer.writerow(("note", "", "", words.say(note, language)))
    return BOM + out.getvalue().encode("utf-8")


def _plain(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
