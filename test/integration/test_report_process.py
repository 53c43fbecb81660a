"""Reports from a process of their own: the same as the desk's, errors with their codes, and a new one after a death."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from robot_fleet.core.errors import LedgerError, RequestError, RuntimeFailure
from robot_fleet.reports.folds.past import ground_of
from robot_fleet.runtime.reports.desk import ReportDesk
from robot_fleet.runtime.reports.process import ReportProcess
from robot_fleet.site.load import load_site
from robot_fleet.site.reading.costs import read_costs
from test.fakes.report_ledger import write_ledger
from test.unit.reports.hand_made import FACTS

BUSAN = Path(__file__).parents[2] / "config" / "sites" / "busan_edc"
DAY = "2026-11-01"


@pytest.fixture
def made(tmp_path: Path) -> Iterator[tuple[ReportProcess, ReportDesk]]:
    ground = replace(ground_of(load_site(BUSAN), read_costs(BUSAN)), site="hand")
    path = write_ledger(tmp_path / "ledger.sqlite", "hand", FACTS)
    process = ReportProcess(ground, path, None)
    yield process, ReportDesk(ground, path, None)
    process.close()


def test_it_tells_what_the_desk_tells(made: tuple[ReportProcess, ReportDesk]) -> None:
    process, desk = made
    assert process.pid is None
    assert process.json("day", DAY, DAY) == desk.json("day", DAY, DAY)
    assert process.file("csv", "day", DAY, DAY, "ko") == desk.file("csv", "day", DAY, DAY, "ko")
    with pytest.raises(RequestError) as raised:
        process.json("month", "2026-11", "")
    assert (raised.value.code, raised.value.where) == ("request_date_unknown", "--from")


def test_one_that_died_is_replaced(made: tuple[ReportProcess, ReportDesk]) -> None:
    process, desk = made
    process.json("day", DAY, DAY)
    first = process.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    with pytest.raises(RuntimeFailure) as raised:
        process.json("day", DAY, DAY)
    assert raised.value.code == "runtime_report_failed"
    assert process.json("day", DAY, DAY) == desk.json("day", DAY, DAY)
    assert process.pid != first


def test_a_ledger_that_is_not_there_is_told(tmp_path: Path) -> None:
    process = ReportProcess(ground_of(load_site(BUSAN), None), tmp_path / "none.sqlite", None)
    with pytest.raises(LedgerError) as raised:
        process.json("day", "", "")
    assert raised.value.code == "ledger_missing"
    process.close()
