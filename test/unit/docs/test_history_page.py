"""docs/reference/history.md names the signals that are kept, how long, and what a trajectory promises."""

from __future__ import annotations

import re

from robot_fleet.stores.history.retention import DAY_S, DEFAULT_RETENTION, HOUR_S
from robot_fleet.stores.history.schema import METADATA
from robot_fleet.telemetry.kept import KEPT
from robot_fleet.telemetry.simplify import ERROR_M, GRID_M, SLACK_S, TICK_S
from robot_fleet.telemetry.streams import AHEAD_S
from robot_fleet.telemetry.tracks import GAP_S
from test.unit.docs.texts import page

TEXT = page("docs/reference/history.md")


def test_each_signal_stands_with_its_unit_and_resolution() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\S+) \| (\S+) \|$", TEXT, re.M)
    assert rows == [(each.name, each.unit, f"{each.resolution:g}") for each in KEPT.values()]


def test_it_says_how_long_each_resolution_is_kept() -> None:
    kept_s = {"1 s": 1, "1 min": 60, "1 h": HOUR_S}
    told = {
        kept_s.get(what, 0): int(count) * {"hours": HOUR_S, "days": DAY_S}[unit]
        for what, count, unit in re.findall(r"^\| ([^|]+) \| (\d+) (hours|days) \|$", TEXT, re.M)
    }
    tiers = (*DEFAULT_RETENTION.buckets, DEFAULT_RETENTION.trajectory)
    assert told == {tier.width_s: tier.kept_s for tier in tiers}


def test_it_says_what_a_trajectory_promises() -> None:
    for figure in (
        f"{ERROR_M:g} m",
        f"{GRID_M:g} m",
        f"{TICK_S:g} s",
        f"{SLACK_S:g} s",
        f"{GAP_S:g} s",
        f"{AHEAD_S:g} s",
    ):
        assert figure in TEXT


def test_it_names_each_table_and_column() -> None:
    for table in METADATA.sorted_tables:
        (row,) = re.findall(rf"^\| `{table.name}` \| (.*) \|$", TEXT, re.M)
        assert [column.name for column in table.columns if f"`{column.name}`" not in row] == []
