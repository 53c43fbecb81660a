"""The second city on the virtual clock, and a third made from its template: no line of code knows either."""

from __future__ import annotations

from pathlib import Path

import pytest

from robot_fleet.core.facts import FlowMoved
from robot_fleet.runtime.shipped import shipped_sites
from robot_fleet.site.template import site_from_template, templates
from test.integration.virtual_runs import ROOT, Played, play

pytestmark = pytest.mark.xdist_group("khon_kaen")
KHON_KAEN = ROOT / "config" / "sites" / "khon_kaen_demo"
REQUESTS = 16


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    return play(KHON_KAEN, tmp_path_factory.mktemp("khon_kaen"), "test-khon-kaen", REQUESTS)


def test_every_request_ends_in_a_named_outcome_and_nearly_all_on_time(played: Played) -> None:
    assert len(played.summary["requests"]) == REQUESTS
    assert len(played.done) >= REQUESTS - 1
    assert len(played.on_time) >= 0.95 * REQUESTS
    named = {outcome.id for service in played.site.services.values() for outcome in service.outcomes}
    for entry in played.summary["requests"]:
        assert entry["outcome"] == "done" or entry["reason"] in named, entry


def test_its_own_flows_are_followed(played: Played) -> None:
    moved = {(fact.act, fact.word) for _, fact in played.facts if isinstance(fact, FlowMoved)}
    assert ("filled", "ready") in moved  # a stall filled a basket
    assert len({entry["service"] for entry in played.summary["requests"]}) >= 4


def test_a_third_city_from_the_template_works_at_once(tmp_path: Path) -> None:
    site_from_template("khon_kaen_demo", templates(shipped_sites()), tmp_path / "third")
    third = play(tmp_path / "third", tmp_path / "run", "test-third", 3)
    assert third.site.id == "third"
    assert len(third.done) == 3
