"""Scenario files: what is wrong with one is one error with its place, before anything starts."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from robot_fleet.core.errors import FleetError
from robot_fleet.core.site import Site
from robot_fleet.runtime.scenarios.check import check, expectation_ids, fault_ids
from robot_fleet.runtime.scenarios.file import schema_text
from robot_fleet.runtime.scenarios.ground import ground, requests
from robot_fleet.runtime.scenarios.read import Scenario, named, read
from robot_fleet.site.load import load_site

ROOT = Path(__file__).resolve().parents[3]
TINY = ROOT / "test" / "data" / "sites" / "tiny"

GOOD: dict[str, Any] = {
    "schema_version": 1,
    "name": {"ko": "시험", "en": "A trial"},
    "shows": {"ko": "시험", "en": "A trial"},
    "site": str(TINY),
    "begins": "08:00:00",
    "lasts_s": 600,
    "robots": [{"id": "care_1", "soc_pct": 60}, {"id": "logistics_1"}],
    "demand": {"rows": [{"id": "a", "at_s": 5, "service": "care_visit", "params": {"place": "home/r101"}}]},
    "faults": [
        {"fault": "lidar_blind", "robot": "whoever", "lasts_s": 20, "when": {"event": "drives"}},
        {"fault": "lidar_blind", "robot": "care_1", "at_s": 30},
        {"fault": "obstacle", "at": [1.0, 2.0], "at_s": 10},
    ],
    "expect": [{"expect": "all_served"}, {"expect": "no_contact"}, {"expect": "stops", "fault": "lidar_blind"}],
}
Change = Callable[[dict[str, Any]], object]


@pytest.fixture(scope="module")
def tiny() -> Site:
    return load_site(TINY)


def write(folder: Path, body: dict[str, Any], name: str = "trial") -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(yaml.safe_dump(body, allow_unicode=True), encoding="utf-8")
    return path


def changed(change: Change) -> dict[str, Any]:
    body = copy.deepcopy(GOOD)
    change(body)
    return body


def row(**changes: object) -> dict[str, object]:
    return {**GOOD["demand"]["rows"][0], **changes}


WRONG: list[tuple[str, Change]] = [
    ("scenario_unknown_key", lambda b: b.update(robot=[])),
    ("scenario_unknown_key", lambda b: b["faults"][1].update(last_s=3)),
    ("scenario_unknown_key", lambda b: b["expect"][0].update(within=3)),
    ("scenario_malformed", lambda b: b.update(lasts_s=-1)),
    ("scenario_malformed", lambda b: b.pop("name")),
    ("scenario_malformed", lambda b: b["faults"][1].update(when={"event": "drives"})),
    ("scenario_malformed", lambda b: b["faults"][1].pop("at_s")),
    ("scenario_malformed", lambda b: b.update(expect=[])),
    ("scenario_unknown_fault", lambda b: b["faults"][1].update(fault="robot_flies")),
    ("scenario_unknown_fault", lambda b: b["faults"][0].update(when={"event": "sneezes"})),
    ("scenario_unknown_fault", lambda b: b["expect"][2].update(fault="earthquake")),
    ("scenario_unknown_fault", lambda b: b["faults"][0].update(when={"event": "fault_ends", "fault": "lidar_blind"})),
    ("scenario_unknown_expectation", lambda b: b["expect"][0].update(expect="all_happy")),
    ("scenario_two_demands", lambda b: b["demand"].update(file="day.csv")),
    ("scenario_unknown_site", lambda b: b.update(site="atlantis")),
    ("scenario_unknown_robot", lambda b: b["robots"][0].update(id="care_9")),
    ("scenario_unknown_robot", lambda b: b["faults"][1].update(robot="care_9")),
    ("scenario_unknown_robot", lambda b: b["faults"][0].update(when={"event": "request_done"})),
    ("scenario_robot_left_out", lambda b: b["faults"][1].update(robot="care_2")),
    ("scenario_robot_left_out", lambda b: b["expect"].append({"expect": "charged", "robot": "care_2", "pct": 50})),
    ("scenario_twice", lambda b: b["robots"].append({"id": "care_1"})),
    ("scenario_twice", lambda b: b["demand"]["rows"].append(row())),
    ("scenario_twice", lambda b: [fault.update(id="same") for fault in b["faults"]]),
    ("scenario_after_the_end", lambda b: b["faults"][1].update(at_s=600)),
    ("scenario_after_the_end", lambda b: b["demand"].update(rows=[row(at_s=600)])),
    ("scenario_unknown_place", lambda b: b["robots"][0].update(start="moon")),
    ("scenario_unknown_place", lambda b: b["faults"].append({"fault": "charger_broken", "charger": "moon", "at_s": 1})),
    ("scenario_unknown_zone", lambda b: b["faults"].append({"fault": "zone_closed", "zone": "moon", "at_s": 1})),
    ("scenario_unknown_paper", lambda b: b["faults"].append({"fault": "paper_withdrawn", "paper": "x", "at_s": 1})),
    (
        "scenario_unknown_event",
        lambda b: b["faults"].append({"fault": "city_event", "type": "x", "subject": "zone:annex", "at_s": 1}),
    ),
    ("scenario_unknown_service", lambda b: b["demand"].update(rows=[row(service="magic")])),
    ("scenario_unknown_request", lambda b: b["expect"].append({"expect": "served", "requests": ["b"]})),
    ("scenario_unknown_item", lambda b: b["expect"].append({"expect": "items", "where": {"cake": "person"}})),
    ("scenario_nobody", lambda b: b.update(robots=[{"id": "logistics_1"}], faults=[], expect=b["expect"][:2])),
    ("scenario_nothing_to_expect", lambda b: b.update(demand={}, faults=[], expect=b["expect"][:1])),
    ("scenario_nothing_to_expect", lambda b: b["expect"].append({"expect": "alarm_on_site"})),
    ("scenario_nothing_to_expect", lambda b: b["expect"].append({"expect": "recovery", "faults": ["lidar_blind_2"]})),
    ("scenario_nothing_to_expect", lambda b: b["expect"].append({"expect": "stops", "fault": "obstacle"})),
    ("scenario_nothing_to_expect", lambda b: b["faults"][0].update(when={"event": "alarm_arrives"}, robot="care_1")),
    (
        "scenario_nothing_to_expect",
        lambda b: b["faults"][1].update(at_s=None, when={"event": "request_done", "count": 9}),
    ),
]


@pytest.mark.parametrize(("code", "change"), WRONG, ids=[f"{i}-{code}" for i, (code, _) in enumerate(WRONG)])
def test_what_is_wrong_is_one_error_with_its_file(code: str, change: Change, tmp_path: Path, tiny: Site) -> None:
    path = write(tmp_path, changed(change))
    with pytest.raises(FleetError) as caught:
        check(ground(read(path), tiny), 1)
    assert caught.value.code == code, str(caught.value)
    assert caught.value.where.startswith(str(path))
    assert "\n" not in str(caught.value)


def test_a_good_one_is_read_whole(tmp_path: Path, tiny: Site) -> None:
    here = ground(read(write(tmp_path, GOOD)), tiny)
    [request] = check(here, 1)
    assert (request.request_id, request.at_s) == ("a", 8 * 3600.0 + 5.0)
    assert list(here.site.robots) == ["care_1", "logistics_1"]
    assert here.site.robots["care_1"].start_soc_pct == 60.0
    assert here.site.robots["logistics_1"].start_soc_pct == tiny.robots["logistics_1"].start_soc_pct
    assert fault_ids(here) == ("lidar_blind", "lidar_blind_2", "obstacle")
    assert expectation_ids(here) == ("all_served", "no_contact", "stops")


def test_a_spread_follows_from_the_seed(tmp_path: Path, tiny: Site) -> None:
    here = ground(read(write(tmp_path, changed(lambda b: b["demand"].update(rows=[row(spread_s=30)])))), tiny)
    times = {seed: requests(here, seed)[0].at_s for seed in (1, 2, 3)}
    assert len(set(times.values())) == 3
    assert all(0.0 <= at_s - here.begin_s - 5.0 <= 30.0 for at_s in times.values())
    assert requests(here, 1)[0].at_s == times[1]


def test_yaml_that_is_none_and_files_that_are_not_there(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("a: [1", encoding="utf-8")
    for path, code in ((broken, "scenario_malformed"), (tmp_path / "gone.yaml", "scenario_missing")):
        with pytest.raises(FleetError) as caught:
            read(path)
        assert caught.value.code == code


def test_names_folders_and_files_are_found(tmp_path: Path) -> None:
    write(tmp_path, GOOD, "b")
    one = write(tmp_path, GOOD, "a")
    assert [path.name for path in named([str(tmp_path)])] == ["a.yaml", "b.yaml"]
    assert named([str(one)]) == [one]
    assert named(["quiet_morning"]) == [ROOT / "scenarios" / "quiet_morning.yaml"]
    assert named(["nobody_is_left"]) == [ROOT / "scenarios" / "negative" / "nobody_is_left.yaml"]
    assert len(named([])) >= 25
    for words, code in ((["nowhere"], "scenario_missing"), ([str(one), str(tmp_path)], "scenario_twice")):
        with pytest.raises(FleetError) as caught:
            named(words)
        assert caught.value.code == code


def test_a_control_is_known_by_its_folder(tmp_path: Path) -> None:
    (tmp_path / "negative").mkdir()
    assert read(write(tmp_path / "negative", GOOD)).negative
    assert not read(write(tmp_path, GOOD)).negative


@pytest.mark.parametrize("path", named([]), ids=lambda path: path.stem)
def test_each_scenario_of_the_program_says_what_it_shows_in_both_languages(path: Path) -> None:
    scenario: Scenario = read(path)
    for words in (scenario.says.name, scenario.says.shows):
        assert any("가" <= letter <= "힣" for letter in words.ko)
        assert not any("가" <= letter <= "힣" for letter in words.en)


def test_the_schema_of_the_docs_is_generated_from_the_models() -> None:
    path = ROOT / "docs" / "reference" / "schemas" / "scenario.schema.json"
    assert path.read_text(encoding="utf-8") == schema_text(), "write it anew: see robot_fleet.runtime.scenarios.file"


def test_every_fault_event_and_expectation_is_told_on_the_page() -> None:
    page = (ROOT / "docs" / "reference" / "scenarios.md").read_text(encoding="utf-8")
    for definition in json.loads(schema_text())["$defs"].values():
        for key in ("fault", "event", "expect"):
            word = definition.get("properties", {}).get(key, {}).get("const")
            if word is not None:
                assert f"`{word}`" in page, word
