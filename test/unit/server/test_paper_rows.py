"""The list of papers: whose they are, how long they are valid yet, and who has withdrawn them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from robot_fleet.core.facts import PaperRestored, PaperWithdrawn
from robot_fleet.core.fleet.apply import apply, initial_state
from robot_fleet.reports.law.paper_list import HEADINGS, KINDS, STATES, cells
from robot_fleet.runtime.ports import calendar_for
from robot_fleet.server.rows.papers import PaperRows, paper_now
from robot_fleet.site.load import load_site

SITE = load_site(Path(__file__).parents[3] / "config" / "sites" / "busan_edc")
CALENDAR = calendar_for(SITE)
DAY_S = 86_400.0


def rows_at(day: str, clock_s: float = 0.0) -> dict[str, dict[str, Any]]:
    assert CALENDAR is not None
    made = PaperRows(SITE, CALENDAR).rows(initial_state(SITE))
    return {row["id"]: paper_now(row, CALENDAR.at_s(day, clock_s)) for row in made}


def test_a_paper_of_a_kind_is_told_with_its_robots() -> None:
    row = rows_at("2026-11-27")["sandbox_waterfront"]
    assert {"care_1", "logistics_1"} <= set(row["robots"]) and "parking_1" not in row["robots"]
    assert row["zones"] == ["promenade", "west_crossing", "east_crossing"] and row["withdrawn"] is None


@pytest.mark.parametrize(
    ("day", "clock_s", "state", "days_left"),
    [
        ("2026-03-31", 0.0, "not_yet", 365),
        ("2027-02-28", DAY_S - 1.0, "valid", 31),
        ("2027-03-02", 0.0, "ends_soon", 29),
        ("2027-03-31", DAY_S - 1.0, "ends_soon", 0),
        ("2027-04-01", 0.0, "ended", -1),
        ("2027-04-01", 1.0, "ended", -1),
    ],
)
def test_days_are_counted_to_the_end_of_the_last_one(day: str, clock_s: float, state: str, days_left: int) -> None:
    row = rows_at(day, clock_s)["insurance_2026"]
    assert (row["state"], row["days_left"]) == (state, days_left)


def test_who_withdrew_a_paper_and_why_is_told_until_it_is_restored() -> None:
    state = initial_state(SITE)
    apply(state, PaperWithdrawn("cert_care", "order of the city", "kim", 30_000.0))
    made = PaperRows(SITE, CALENDAR)
    told = next(paper_now(row, 30_001.0) for row in made.rows(state) if row["id"] == "cert_care")
    assert told["state"] == "withdrawn"
    assert told["withdrawn"] == {"reason": "order of the city", "by": "kim", "at_s": 30_000.0}
    assert cells(told, "ko")[-1] == "효력 정지, 08:20:00 kim: order of the city"
    apply(state, PaperRestored("cert_care", "", "kim", 30_100.0))
    assert all(row["withdrawn"] is None for row in made.rows(state))


def test_without_a_calendar_nobody_knows() -> None:
    row = paper_now(PaperRows(SITE, None).rows(initial_state(SITE))[0], 0.0)
    assert (row["state"], row["days_left"]) == ("unknown", None)


def test_every_state_and_kind_has_words_in_both_languages() -> None:
    assert all(text.ko != text.en for text in (*KINDS.values(), *STATES.values()))
    assert len(HEADINGS["ko"]) == len(HEADINGS["en"]) == len(cells(rows_at("2026-11-27")["cert_care"], "en"))
