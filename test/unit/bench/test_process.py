"""CPU time is read from outside, by stage, with that of descendants; a child that fails is told of in one line."""

from __future__ import annotations

import multiprocessing
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from bench.process import run_measured
from robot_fleet.core.errors import PlanError, RuntimeFailure


@pytest.fixture
def spending(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The work, as a module that a fresh interpreter finds by the same name."""
    monkeypatch.syspath_prepend(Path(__file__).parent)
    return import_module("spending")


def ignore(*figures: float) -> None:
    return


def test_each_stage_is_measured_with_its_descendants(spending: ModuleType) -> None:
    told: list[tuple[float, ...]] = []
    result, usage = run_measured(spending.spend, 0.1, 0.2, 0.3, progress=lambda *figures: told.append(figures))
    assert result == "done"
    assert told == [(0.1, 0.0, 0.0), (0.2, 0.0, 0.0)]
    # The clock ticks every 10 ms, and each process rounds down.
    assert usage.start_cpu_s >= 0.08
    assert 0.18 <= usage.compile_cpu_s < 0.4
    assert 0.26 <= usage.solve_cpu_s < 0.8
    assert usage.solve_wall_s >= 0.26
    assert usage.peak_rss_mb > 5.0


def test_an_error_of_the_work_arrives_as_it_was(spending: ModuleType) -> None:
    with pytest.raises(PlanError) as refused:
        run_measured(spending.refuse, progress=ignore)
    assert (refused.value.code, refused.value.message, refused.value.where) == (
        "plan_rival_unfit",
        "it does not fit",
        "somebody",
    )


def test_a_process_that_vanishes_is_told_of(spending: ModuleType) -> None:
    with pytest.raises(RuntimeFailure, match="status 9") as failed:
        run_measured(spending.vanish, progress=ignore)
    assert failed.value.code == "runtime_bench_died"


def test_a_process_that_has_nothing_in_time_is_ended(spending: ModuleType) -> None:
    with pytest.raises(RuntimeFailure) as failed:
        run_measured(spending.spend, 60.0, 0.0, 0.0, progress=ignore, most_s=0.2)
    assert failed.value.code == "runtime_bench_late"
    assert multiprocessing.active_children() == []
