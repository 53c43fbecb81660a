"""The planner's worker process: it finds plans, is replaced when it dies, and ends with its manager."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest

from bench.assignment import random_problem
from robot_fleet.core.effects import Improve
from robot_fleet.core.inputs import PlanImproved
from robot_fleet.core.plan import Plan
from robot_fleet.runtime.improver import Improver
from robot_fleet.scheduling.checking.checker import PlanChecker
from robot_fleet.scheduling.insertion import InsertionPlanner

WITHIN_S = 60.0
PROBLEM = random_problem(2, tasks=12)
INSERTED = InsertionPlanner().insert(PROBLEM, Plan())

OWNER = """
import os
from robot_fleet.core.effects import Improve
from robot_fleet.core.plan import Plan, Problem
from robot_fleet.runtime.improver import Improver

if __name__ == "__main__":
    improver = Improver(0.1, 1)
    improver.ask(Improve(1, Problem(0.0, (), (), {}, {}), Plan()))
    while not improver.answers():
        pass
    print(improver.pid, flush=True)
    os.kill(os.getpid(), 9)
"""


@pytest.fixture
def improver() -> Iterator[Improver]:
    made = Improver(0.2, 1)
    yield made
    made.close()


def ended(pid: int) -> bool:
    """Return whether a process ends in time."""
    try:
        watched = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([watched], [], [], WITHIN_S)[0])
    finally:
        os.close(watched)


def answers(improver: Improver) -> list[PlanImproved]:
    deadline_s = monotonic() + WITHIN_S
    while monotonic() < deadline_s:
        found = improver.answers()
        if found:
            return found
    pytest.fail("no answer")


def test_a_wish_is_answered_with_a_plan_that_holds(improver: Improver) -> None:
    improver.ask(Improve(7, PROBLEM, INSERTED))
    (found,) = answers(improver)
    assert found.job == 7
    assert found.plan.cost <= INSERTED.cost
    assert PlanChecker().check(PROBLEM, found.plan) == ()
    assert improver.answers() == []


def test_a_newer_wish_replaces_one_that_waits_or_is_searched_for(improver: Improver) -> None:
    for job in (1, 2, 3):
        improver.ask(Improve(job, PROBLEM, INSERTED))
    assert [found.job for found in answers(improver)] == [3]
    improver.ask(Improve(4, PROBLEM, INSERTED))
    improver.ask(Improve(5, PROBLEM, INSERTED))
    assert [found.job for found in answers(improver)] == [5]


def test_a_worker_that_died_is_replaced_at_the_next_wish(improver: Improver) -> None:
    improver.ask(Improve(1, PROBLEM, INSERTED))
    answers(improver)
    first = improver.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    assert ended(first)
    improver.ask(Improve(2, PROBLEM, INSERTED))
    assert answers(improver) == [PlanImproved(2, Plan())], "the plan in force stays"
    improver.ask(Improve(3, PROBLEM, INSERTED))
    assert [found.job for found in answers(improver)] == [3]
    assert improver.pid != first


def test_closing_ends_the_worker_whatever_it_does(improver: Improver) -> None:
    improver.ask(Improve(1, PROBLEM, INSERTED))
    worker = improver.pid
    assert worker is not None
    improver.close()
    assert ended(worker)
    assert improver.answers() == []


def test_the_worker_of_a_killed_manager_ends_too_and_leaves_nothing(tmp_path: Path) -> None:
    script = tmp_path / "owner.py"
    script.write_text(OWNER, encoding="utf-8")
    before = {path.name for path in Path("/dev/shm").glob("sem.mp-*")}
    owner = subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert owner.stdout is not None
    with owner.stdout:
        worker = int(owner.stdout.readline())
    assert owner.wait(WITHIN_S) == -9
    assert ended(worker)
    assert {path.name for path in Path("/dev/shm").glob("sem.mp-*")} <= before
