"""What holds for every run on the virtual clock: same seed same bytes, no look into the future, an end.

What the command line makes of such runs is tested in `test_demo_virtual`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from robot_fleet.core.facts import DriveObserved
from robot_fleet.core.inputs import SetHold
from robot_fleet.core.lifecycles.task import TaskState
from robot_fleet.runtime.host import MemoryLog
from robot_fleet.runtime.runs.virtual import Stop, VirtualFleet
from robot_fleet.site.demand import RequestRow
from robot_fleet.site.ground.roads import LaneRoads
from robot_fleet.site.load import load_site
from test.integration.virtual_runs import BUSAN, ROOT, TINY, demand, virtual_fleet


def facts_of(fleet: VirtualFleet) -> list[tuple[float, object]]:
    assert isinstance(fleet.log, MemoryLog)
    return list(fleet.log.facts)


def test_a_day_with_searches_is_repeated_fact_by_fact(tmp_path: Path) -> None:
    traces, facts = [], []
    for name in ("one", "two"):
        fleet = virtual_fleet(BUSAN, demand(BUSAN, 14))
        fleet.world.open_trace(tmp_path / name)
        for _ in range(700):
            fleet.second()
        fleet.world.close_trace()
        traces.append((tmp_path / name).read_bytes())
        facts.append(facts_of(fleet))
        assert fleet.host.fleet.agenda.job > 5, "searches must have had their part in it"
    assert facts[0] == facts[1]
    assert traces[0] == traces[1]


def test_requests_after_an_instant_change_nothing_before_it() -> None:
    rows = demand(BUSAN, 16)
    cut_s = rows[8].at_s
    patrol: dict[str, object] = {"route": next(iter(load_site(BUSAN).routes))}
    later = [
        replace(row, request_id=f"x{row.request_id}", at_s=row.at_s + 7.0, service="patrol", params=patrol)
        for row in rows[9:]
    ]
    histories = []
    for tail in (rows[9:], later, []):
        fleet = virtual_fleet(BUSAN, [*rows[:9], *tail])
        while fleet.now.fleet_s < cut_s + 60.0:
            fleet.second()
        histories.append([(at_s, fact) for at_s, fact in facts_of(fleet) if at_s < rows[9].at_s])
    assert len(histories[0]) > 50
    assert histories[0] == histories[1] == histories[2]


def test_without_cp_sat_the_run_still_works() -> None:
    fleet = virtual_fleet(TINY, demand(TINY), improving=False)
    fleet.run(Stop())
    assert fleet.host.plans_by.get("cpsat", 0) == 0
    assert all(task.state is TaskState.COMPLETED for task in fleet.host.fleet.state.tasks.values())


@pytest.mark.slow
def test_the_same_bytes_in_other_processes_with_other_hashes(tmp_path: Path) -> None:
    files = []
    for number in ("1", "2"):
        out = [tmp_path / f"out{number}.json", tmp_path / f"trace{number}.csv"]
        words = ["demo", "--link", "virtual", "--headless", "--requests", "40", "--until-idle", "--seed", "3"]
        words += ["--json", str(out[0]), "--trace", str(out[1]), "--name", f"hash{number}"]
        environ = {**os.environ, "PYTHONHASHSEED": number}
        subprocess.run(
            [sys.executable, "-m", "robot_fleet.cli", *words], cwd=ROOT, env=environ, check=True, timeout=280
        )
        files.append([path.read_bytes() for path in out])
    assert files[0] == files[1]


def rows_at(start_s: float, *services: tuple[str, dict[str, object]]) -> list[RequestRow]:
    return [RequestRow(f"q{i}", start_s + 5.0 * i, service, params) for i, (service, params) in enumerate(services)]


def test_tasks_without_robots_end_all_the_same() -> None:
    """All robots of the kind are held for good: the task is given up an hour after it was due."""
    fleet = virtual_fleet(TINY, rows_at(28_800.0, ("care_visit", {"place": "home/r101"})))
    for name in ("care_1", "care_2"):
        fleet.host.feed(SetHold(f"hold-{name}", True, name), fleet.now)
    fleet.run(Stop(True, 0.0, 3 * 3600.0))
    task = fleet.host.fleet.state.tasks["q0"]
    assert task.state is TaskState.FAILED
    assert task.reason == "no_robot_available"
    assert task.ended_s == pytest.approx(task.request.due_s + 3600.0, abs=60.0)


def test_the_fleet_learns_that_its_robots_are_slower_than_its_site_says() -> None:
    """The roads believe in robots that are twice as fast, and start and turn at once; soon plans know better.

    The lanes have no speed limits here, which robots would be told and keep to. What is not learnt is how an order
    begins: its first lane never counts.
    """
    site = load_site(BUSAN)
    kinds = {
        name: replace(
            kind,
            speed_mps=2.0 * kind.speed_mps,
            loaded_speed_mps=2.0 * kind.loaded_speed_mps,
            acceleration_mps2=20.0 * kind.acceleration_mps2,
            turn_radps=20.0 * kind.turn_radps,
        )
        for name, kind in site.kinds.items()
    }
    lanes = {name: replace(lane, speed_mps=0.0) for name, lane in site.lanes.items()}
    roads = LaneRoads(site.vertices, lanes, kinds)
    fleet = virtual_fleet(BUSAN, demand(BUSAN, 60), improving=False, roads=roads)
    fleet.run(Stop())
    real, believed, learnt = (
        LaneRoads(site.vertices, lanes, site.kinds),
        fleet.host.fleet.ports.roads,
        fleet.host.fleet.roads,
    )
    drives = [fact for _, fact in facts_of(fleet) if isinstance(fact, DriveObserved)]
    assert len(drives) > 100
    real_s, believed_s, learnt_s = (roads.matrix("logistics") for roads in (real, believed, learnt))
    reached = np.isfinite(real_s) & (real_s > 0.0)
    before, after = (np.median(seconds[reached] / real_s[reached]) for seconds in (believed_s, learnt_s))
    assert before < 0.5
    assert 0.75 < after < 1.1
    assert not fleet.host.fleet.agenda.violations
