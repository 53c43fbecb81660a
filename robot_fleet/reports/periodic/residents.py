"""Keeps a report from telling of single residents: what robots do in a small house they do for who lives there.

A room counts as one person, since the site's files know of nobody. What the whole site has in common (services, hours,
kinds) is about all who live there together, and is shown as long as these are not few themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from robot_fleet.core.text import Text
from robot_fleet.reports.periodic.periodic import PeriodReport, Row, Table
from robot_fleet.stores.people.small_groups import LEAST, suppress_small

SOME = Text(
    f"* 방이 {LEAST}개 미만인 건물의 값은 주민 한 사람을 드러낼 수 있어 가렸습니다. "
    "합계에서 되찾을 수 없도록 다른 건물도 함께 가렸습니다.",
    f"* Figures of buildings with fewer than {LEAST} rooms are withheld, since they may tell of one resident; "
    "and so are those of others, so that no total gives them away.",
)
EVERYTHING = Text(
    f"이 사이트의 방은 모두 {LEAST}개 미만이므로, 어느 값이든 주민 한 사람을 드러낼 수 있어 모두 가렸습니다.",
    f"This site has fewer than {LEAST} rooms in all: any figure might tell of one resident, and all are withheld.",
)


def shielded(report: PeriodReport, rooms: Mapping[str, int]) -> PeriodReport:
    """Return a report as managers may see it.

    Parameters
    ----------
    rooms : building -> how many rooms it has; without those where nobody lives.
    """
    if not rooms:
        return report
    told = suppress_small(rooms)
    if told.total is None:
        return replace(report, tables=(), notes=(EVERYTHING,))
    hidden = {building for building, count in told.groups.items() if count is None}
    if not hidden:
        return report
    return replace(report, tables=tuple(_without(table, hidden) for table in report.tables), notes=(SOME,))


def _without(table: Table, hidden: set[str]) -> Table:
    """Return a table of buildings with a masked row for each hidden one, whether robots came there or not."""
    if table.by != "building":
        return table
    known = {row.key: row for row in table.rows}
    masked = {key: replace(known.get(key, Row(key, None, {})), values={}, withheld=True) for key in hidden}
    rows = sorted({**known, **masked}.values(), key=lambda row: (not row.key, row.key))
    return replace(table, rows=tuple(rows))
