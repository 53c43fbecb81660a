"""CP-SAT earns its place: without it the same ten days of the first site cost more."""

from __future__ import annotations

import pytest

from bench.improving import compare


@pytest.mark.slow
@pytest.mark.timeout(1200)  # three minutes of CPU, more of them where others work too
def test_ten_fixed_days_cost_more_without_cpsat() -> None:
    days = compare(range(10, 20), requests=30)
    for without, improved in days:
        assert without.done == improved.done == 30
    assert sum(improved.lateness_s for _, improved in days) <= sum(without.lateness_s for without, _ in days)
    assert sum(improved.cost_s for _, improved in days) < 0.99 * sum(without.cost_s for without, _ in days)
