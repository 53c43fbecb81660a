"""The end of a run and its summary, from what the simulator and the manager write down."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from robot_fleet.cli.figures import RunFigures
from robot_fleet.cli.outcome import open_requests
from robot_fleet.cli.progress import standing

BEGUN_S = 1_000_000.0


@dataclass(frozen=True, slots=True)
class Row:
    request_id: str
    at_s: float
    service: str = "care_visit"
    params: dict[str, object] = field(default_factory=dict)


def entry(name: str, outcome: str | None, **changes: Any) -> dict[str, Any]:
    made = {"id": name, "outcome": outcome, "state": "underway", "requested_s": 28_800.0, "due_s": 30_000.0}
    return {**made, "started_s": None, "lateness_s": 0.0 if outcome == "done" else None, **changes}


class Ledger:
    """What the manager has written down for good."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.alarms: list[dict[str, Any]] = []
        self.events: list[dict[str, Any]] = []
        self.refused: dict[str, str] = {}

    def refresh(self) -> bool:
        return True


class Files:
    """The two files of a run with two requests, and its ledger."""

    def __init__(self, folder: Path) -> None:
        self._world = folder / "world.json"
        self._fleet = folder / "fleet.json"
        self._ledger = Ledger()
        rows = [Row("r1", 28_800.0), Row("r2", 28_900.0)]
        self.figures = RunFigures(rows, self._world, self._fleet, self._ledger, BEGUN_S)

    def world(self, at_s: float, wall_s: float, finished: bool = False, refused: dict[str, str] | None = None) -> None:
        body = {"at_s": at_s, "start_s": 28_800.0, "callers_finished": finished, "contacts": []}
        self._write(self._world, {**body, "refused": refused or {}}, wall_s)

    def fleet(self, at_s: float, wall_s: float, *requests: dict[str, Any]) -> None:
        self._ledger.requests = list(requests)
        self._write(self._fleet, {"at_s": at_s, "robots": [], "plans": {}}, wall_s)

    def _write(self, path: Path, body: dict[str, Any], wall_s: float) -> None:
        path.write_text(json.dumps(body), encoding="utf-8")
        os.utime(path, (BEGUN_S + wall_s, BEGUN_S + wall_s))
        self.figures.refresh()


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def test_what_an_earlier_run_left_is_not_believed(files: Files) -> None:
    files.world(40_000.0, -60.0, finished=True)
    files.fleet(40_000.0, -60.0, entry("r1", "done"), entry("r2", "done"))
    assert not files.figures.begun
    files.world(28_800.0, 1.0)
    files.fleet(28_800.0, 1.0)
    assert files.figures.begun
    assert not files.figures.idle


def test_a_run_is_idle_when_all_have_asked_and_all_has_ended(files: Files) -> None:
    files.world(28_800.0, 1.0)
    files.fleet(28_950.0, 2.0, entry("r1", "done"), entry("r2", "done"))
    assert not files.figures.idle  # somebody may still ask
    files.world(29_000.0, 3.0, finished=True)
    files.fleet(29_001.0, 4.0, entry("r1", "done"), entry("r2", None))
    assert not files.figures.idle
    files.fleet(29_100.0, 5.0, entry("r1", "done"), entry("r2", "failed"))
    assert files.figures.idle


def test_a_request_that_nobody_knows_keeps_the_run_going(files: Files) -> None:
    files.world(29_000.0, 1.0, finished=True)
    files.fleet(29_001.0, 1.0, entry("r1", "done"))
    assert not files.figures.idle
    files.world(29_010.0, 2.0, finished=True, refused={"r2": "request_unknown_place"})
    assert files.figures.idle


def test_the_summary_reckons_speed_from_first_to_last_and_lists_the_refused(files: Files) -> None:
    files.world(28_810.0, 1.0)
    files.world(28_910.0, 11.5, finished=True, refused={"r2": "request_unknown_place"})
    files.fleet(28_911.0, 11.5, entry("r1", "done"))
    pace = files.figures.pace()
    files.world(28_930.0, 20.0, finished=True, refused={"r2": "request_unknown_place"})  # while it ended
    summary = files.figures.summary(site="tiny", seed=1, speed=10.0, pace=pace, restarts={"gateway": 1})
    assert (summary["fleet_time_s"], summary["wall_s"]) == (100.0, 10.5)
    assert summary["speed_reached"] == pytest.approx(100.0 / 10.5, abs=1e-3)
    assert summary["restarts"] == {"gateway": 1}
    refused = summary["requests"][1]
    assert (refused["id"], refused["outcome"], refused["reason"]) == ("r2", "rejected", "request_unknown_place")
    assert open_requests(summary, ["r1", "r2"]) is None


def test_requests_without_an_outcome_are_named() -> None:
    summary = {"requests": [entry("r1", "done"), entry("r2", None)]}
    failure = open_requests(summary, ["r1", "r2", "r3"])
    assert failure is not None
    assert failure.code == "runtime_requests_open"
    assert "2 requests" in failure.message
    assert "r2 (underway), r3 (not asked yet)" in failure.message


def test_a_standing_counts_who_is_late() -> None:
    requests = [
        entry("r1", "done"),
        entry("r2", "done", lateness_s=12.0),
        entry("r3", "rejected", due_s=None),
        entry("r4", None, due_s=100.0),  # overdue, and no robot has begun
        entry("r5", None, due_s=100.0, started_s=90.0),
        entry("r6", None, due_s=9_000.0),
    ]
    now = standing(requests, 200.0, 10)
    assert (now.done, now.ended_otherwise, now.open, now.late, now.of) == (2, 1, 3, 2, 10)
    assert now.line() == "00:03:20  2 of 10 done  1 not  3 open  2 late"
