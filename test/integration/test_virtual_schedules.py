"""What recurs on the virtual clock: over midnight, driven by simulated robots, the same facts each time."""

from __future__ import annotations

from pathlib import Path

from robot_fleet.core.arrangements import AddSchedule
from robot_fleet.core.facts import Fact, TaskCompleted
from robot_fleet.core.facts.schedules import OccurrenceMade
from robot_fleet.core.recurrence import Recurrence, Wanted
from robot_fleet.runtime.host import MemoryLog
from robot_fleet.runtime.runs.virtual import Stop
from robot_fleet.site.demand import RequestRow
from test.integration.virtual_runs import copied, virtual_fleet

TINY = Path(__file__).parents[1] / "data" / "sites" / "tiny"
CALENDAR = 'schema_version: 1\ntime_zone: Asia/Seoul\nsimulated_from: "2026-11-02"\n'
LATE_S = 23.75 * 3600.0
VISIT = Wanted("care_visit", {"place": "home/r101"})


def night(site: Path) -> list[tuple[float, Fact]]:
    """Play the last quarter of an hour of a day, and the first of the next."""
    fleet = virtual_fleet(site, [RequestRow("r1", LATE_S, "care_visit", {"place": "home/r102"})], improving=False)
    fleet.host.feed(AddSchedule("night", "Night", Recurrence("00:05", "2026-11-02"), VISIT), fleet.now)
    fleet.run(Stop(until_idle=False, duration_s=1800.0))
    assert isinstance(fleet.log, MemoryLog)
    return fleet.log.facts


def test_an_occurrence_after_midnight_is_asked_for_before_it_and_done_after_it(tmp_path: Path) -> None:
    site = copied(TINY, tmp_path / "site")
    (site / "calendar.yaml").write_text(CALENDAR, encoding="utf-8")

    facts = night(site)

    ((made_s, made),) = [(at_s, fact) for at_s, fact in facts if isinstance(fact, OccurrenceMade)]
    assert (made.task, made.late_s) == ("night@20261103T0005", 0.0)
    assert made_s == 24 * 3600.0 - 600.0
    done_s = {fact.task: at_s for at_s, fact in facts if isinstance(fact, TaskCompleted)}
    assert done_s["night@20261103T0005"] >= 24 * 3600.0 + 300.0
    assert night(site) == facts
