from __future__ import annotations

import pytest

from robot_fleet.runtime.scenarios.statistics import rate


@pytest.mark.parametrize(
    ("passed", "runs", "low", "high"),
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0), (20, 20, 0.8389, 1.0), (1, 1, 0.2065, 1.0)],
)
def test_it_is_wilsons_interval(passed: int, runs: int, low: float, high: float) -> None:
    found = rate([i < passed for i in range(runs)])
    assert (found.passed, found.runs) == (passed, runs)
    assert found.low == pytest.approx(low, abs=2e-4)
    assert found.high == pytest.approx(high, abs=2e-4)


def test_without_runs_nothing_is_known() -> None:
    assert rate([]).as_json() == {"passed": 0, "runs": 0, "share": 0.0, "low": 0.0, "high": 1.0}
