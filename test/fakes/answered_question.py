"""A question about a past day that is answered already: the hand-made day of the reports, played by nobody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from robot_fleet.core.errors import RequestError
from robot_fleet.core.facts import Fact, RobotFaulted
from robot_fleet.core.fleet import initial_state
from robot_fleet.core.site import Site
from robot_fleet.reports.calendar import Length, period_of
from robot_fleet.reports.folds.past import Past
from robot_fleet.reports.periodic.periodic import PeriodReport, period_report
from robot_fleet.runtime.what_if.change import Change
from robot_fleet.runtime.what_if.compare import Comparison, comparison_json
from robot_fleet.runtime.what_if.past_day import PastDay
from robot_fleet.runtime.what_if.play import Played
from robot_fleet.runtime.what_if.remembered import RememberedPeople
from test.unit.reports.hand_made import BEGAN, FACTS, GROUND

CHANGE = Change(robots={"care": -1}, demand_pct={"": 20.0})


class AnsweredQuestion:
    """Knows one question, `w1`."""

    def __init__(self, site: Site) -> None:
        self._row = {
            "id": "w1",
            "state": "done",
            "stage": "changed",
            "progress_pct": 100.0,
            "of": "2026-11-01",
            "change": {"robots": {"care": -1}, "chargers": {}, "charger_at": [], "demand_pct": {"": 20.0}},
            "seed": 1,
            "error": None,
        }
        self._result = comparison_json(_comparison(site))

    def told(self, name: str) -> dict[str, Any]:
        """Return the question with its answer."""
        if name != "w1":
            raise RequestError("request_unknown_what_if", "only w1 is known", name)
        return {**self._row, "result": self._result}

    def listed(self) -> list[dict[str, Any]]:
        """Return the question."""
        return [self._row]

    def ask(self, *asked: object) -> dict[str, Any]:
        """Return the question, whatever was asked."""
        return self.told("w1")

    def cancel(self, name: str) -> dict[str, Any]:
        """Return the question, which is answered."""
        return self.told(name)


def _comparison(site: Site) -> Comparison:
    measured = _report(FACTS)
    day = PastDay(
        period=period_of(Length.DAY, "2026-11-01", BEGAN),
        measured=measured,
        begin_s=0.0,
        end_s=86_400.0,
        whole=False,
        requests=(),
        carried={},
        refused=(),
        commands=(),
        stops=(),
        people=RememberedPeople(),
        site=site,
        before=initial_state(site),
        assumed=(),
        seq=measured.seq,
    )
    without_fault = [each for each in FACTS if not isinstance(each[1], RobotFaulted)]
    baseline = Played(measured, 49_533.0, 110.0, 0, 0)
    return Comparison(day, CHANGE, 1, baseline, Played(_report(without_fault), 49_533.0, 120.0, 0, 2))


def _report(facts: Sequence[tuple[float, Fact]]) -> PeriodReport:
    past = Past(GROUND)
    for seq, (at_s, fact) in enumerate(facts, start=1):
        past.take(seq, at_s, fact)
    return period_report(past, GROUND, None, period_of(Length.DAY, "2026-11-01", BEGAN))
