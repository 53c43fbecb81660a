"""CP-SAT earns its place: without it the same days of the first site cost more.

Four days in a row stand here for the ten of `python -m bench.improving --days 10`, which take more than twice as long.
"""

from __future__ import annotations

import pytest

from bench.improving import compare


@pytest.mark.slow
@pytest.mark.timeout(600)  # a minute and a half of CPU, more of it where others work too
def test_fixed_days_cost_more_without_cpsat() -> None:
    days = compare(range(12, 16), requests=30)
    for without, improved in days:
        assert without.done == improved.done == 30
    assert sum(improved.lateness_s for _, improved in days) <= sum(without.lateness_s for without, _ in days)
    assert sum(improved.cost_s for _, improved in days) < 0.99 * sum(without.cost_s for without, _ in days)
