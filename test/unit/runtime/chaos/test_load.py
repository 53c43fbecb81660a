"""The load of a chaos run: a crowd at once, then a denser day of the site, and nothing that cannot end in time."""

from __future__ import annotations

from pathlib import Path

import pytest

from robot_fleet.core.clock import parse_clock
from robot_fleet.core.site import Site
from robot_fleet.runtime.chaos import load as load_module
from robot_fleet.runtime.chaos.load import CROWD_APART_S, asked, load
from robot_fleet.site.demand import RequestRow, generate_day
from robot_fleet.site.load import load_site

BUSAN = Path(__file__).resolve().parents[4] / "config" / "sites" / "busan_edc"


@pytest.fixture(scope="module")
def site() -> Site:
    return load_site(BUSAN)


@pytest.fixture(scope="module")
def rows(site: Site) -> list[RequestRow]:
    return load(BUSAN, site, seed=3, lasts_s=1800.0, drains_s=900.0)


def test_it_begins_with_as_many_requests_as_robots_that_are_wanted_at_once(site: Site) -> None:
    crowd = load(BUSAN, site, seed=3, lasts_s=1800.0, drains_s=1e9)[: len(site.robots)]
    assert [row.at_s - crowd[0].at_s for row in crowd] == [CROWD_APART_S * number for number in range(len(crowd))]
    for row in crowd:
        assert "earliest_at" not in row.params
        assert row.service == "fetch_car" or "ready_at" not in row.params


def test_after_the_crowd_it_is_a_denser_day_of_the_site_brought_forward(site: Site) -> None:
    rows = load(BUSAN, site, seed=3, lasts_s=7200.0, drains_s=1e9)
    day = generate_day(BUSAN, 3)
    natural = [row for row in day if row.at_s < day[0].at_s + 7200.0]
    assert len(rows) > 1.4 * len(natural)
    assert [row.at_s for row in rows] == sorted(row.at_s for row in rows)
    assert rows[-1].at_s < rows[0].at_s + 7200.0
    ready = [row for row in rows[len(site.robots) :] if row.service == "meal_delivery"]
    for row in ready:
        lead_s = parse_clock(str(row.params["ready_at"])) - row.at_s
        assert 299.0 <= lead_s <= 901.0, "what a request says of times has moved with it"


def test_a_site_whose_stores_cannot_give_so_much_is_asked_for_its_own_day(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load_module, "DENSITY", 3.0)
    rows = load(BUSAN, site, seed=3, lasts_s=1e9, drains_s=1e9)
    assert len(rows) == len(generate_day(BUSAN, 3))


def test_everything_can_end_in_time_and_is_due_before_that(site: Site, rows: list[RequestRow]) -> None:
    for row in rows:
        if not site.services[row.service].alarm:
            assert row.at_s < parse_clock(str(row.params["due_at"])) < rows[0].at_s + 1800.0 + 900.0 + 301.0
    longer = load(BUSAN, site, seed=3, lasts_s=1800.0, drains_s=1e9)
    assert set(asked(rows)) < set(asked(longer)), "what takes longer is not asked for near the end"


def test_the_same_seed_asks_for_the_same(site: Site, rows: list[RequestRow]) -> None:
    assert load(BUSAN, site, seed=3, lasts_s=1800.0, drains_s=900.0) == rows
    assert load(BUSAN, site, seed=4, lasts_s=1800.0, drains_s=900.0) != rows
