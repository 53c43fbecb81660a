"""The second city on the virtual clock, and a third made from its template: no line of code knows either."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from robot_fleet.core.city import contains
from robot_fleet.core.facts import FlowMoved
from robot_fleet.reports.law.check import check_law, read_law, read_trace
from robot_fleet.runtime.shipped import shipped_sites
from robot_fleet.site.making.template import site_from_template, templates
from test.integration.virtual_runs import ROOT, Played, play

pytestmark = pytest.mark.xdist_group("khon_kaen")
KHON_KAEN = ROOT / "config" / "sites" / "khon_kaen_demo"
REQUESTS = 16
FLOODED_S = (6 * 3600.0 + 60.0, 6 * 3600.0 + 1200.0)
FLOOD = """request_id,at,service,params
e1,06:01:00,event:flood,"{""subject"": ""zone:village_lane"", ""lasts_s"": 3600}"
b1,06:02:20,market_basket,"{""from"": ""market/s7"", ""to"": ""village/h6"", ""item"": ""basket_1"", ""mass_kg"": 10.0}"
h1,06:03:00,help_call,"{""place"": ""village/h4"", ""signal"": ""button"", ""truth"": ""false_alarm""}"
l1,06:03:00,luggage_carry,"{""from"": ""hub/platform_1"", ""to"": ""hub/taxi"", ""item"": ""bag_1"", ""mass_kg"": 30.0}"
e2,06:20:00,event:flood,"{""resolves"": ""e1""}"
"""


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


def test_its_law_is_kept_as_the_trace_alone_tells(played: Played) -> None:
    breaches, visits = check_law(read_law(KHON_KAEN), read_trace(played.trace_file), {})
    assert breaches == []
    assert (visits.robots, visits.entries > 10) == (9, True)


def test_in_a_flood_no_robot_drives_into_water_and_a_call_goes_to_people(tmp_path: Path) -> None:
    demand = tmp_path / "flood.csv"
    demand.write_text(FLOOD, encoding="utf-8")
    flooded = play(KHON_KAEN, tmp_path / "run", "test-flood", None, demand=demand)
    water = flooded.site.zones["village_lane"].outline
    from_s, to_s = FLOODED_S
    with flooded.trace_file.open(encoding="utf-8") as rows:
        wet = [
            row
            for row in csv.DictReader(rows)
            if from_s + 60.0 < float(row["t_s"]) < to_s and contains(water, float(row["x_m"]), float(row["y_m"]))
        ]
    assert wet == []
    ended = {entry["id"]: entry for entry in flooded.summary["requests"]}
    assert {entry["outcome"] for entry in ended.values()} == {"done"}
    assert ended["b1"]["started_s"] > to_s  # what has to go through the lane waits
    assert ended["l1"]["ended_s"] < to_s  # the bus hub goes on
    [alarm] = flooded.summary["alarms"]
    assert alarm["voice_s"] <= 30.0
    assert alarm["escalated_s"] <= 180.0
    [event] = flooded.summary["events"]
    assert (event["rule"], event["end"]) == ("flood_in_the_lane", "resolved")


def test_a_third_city_from_the_template_works_at_once(tmp_path: Path) -> None:
    site_from_template("khon_kaen_demo", templates(shipped_sites()), tmp_path / "third")
    third = play(tmp_path / "third", tmp_path / "run", "test-third", 3)
    assert third.site.id == "third"
    assert len(third.done) == 3
