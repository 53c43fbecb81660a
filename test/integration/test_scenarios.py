"""All scenarios at one seed with two jobs, the negative controls, and what breaks when a part is switched off."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from robot_fleet.runtime.scenarios import campaign
from robot_fleet.runtime.scenarios.ablation import Part
from robot_fleet.runtime.scenarios.campaign import Progress, Wishes
from robot_fleet.runtime.scenarios.junit import junit_text

ROOT = Path(__file__).resolve().parents[2]
SCENARIOS = sorted((ROOT / "scenarios").glob("*.yaml"))
CONTROLS = {
    "all_chargers_dead": "charged",
    "blind_in_a_crowd": "no_contact",
    "fault_that_never_comes": "faults_struck",
    "nobody_is_left": "all_served",
    "odometry_believed": "distances_agree",
    "one_robot_five_alarms": "alarm_on_site",
}
"""Negative control -> the expectation that it must break."""
ABLATIONS = {
    Part.TRAFFIC: ("two_in_the_passage", "lidar_blind_unnoticed", "convoy_in_the_passage"),
    Part.RECOVERY: ("robot_dies_empty", "charger_without_current", "alarm_robot_dies"),
    Part.CHARGING: ("low_battery", "charger_without_current", "charger_not_dockable"),
    Part.PREEMPTION: ("alarm_during_visit", "alarm_next_door", "two_alarms_during_visits"),
}
"""Part that is switched off -> scenarios that fail without it."""
SCHEMA = ROOT / "docs" / "reference" / "schemas" / "campaign.schema.json"


def files(names: Sequence[str]) -> list[Path]:
    return [ROOT / "scenarios" / f"{name}.yaml" for name in names]


def run(wishes: Wishes) -> dict[str, Any]:
    told: list[Progress] = []
    result = campaign.run(wishes, campaign.prepare(wishes), told.append)
    assert len(told) == len(wishes.files) * len(wishes.seeds)
    return result


def broken(result: dict[str, Any]) -> dict[str, list[str]]:
    return {
        scenario["id"]: [f"{each['id']}: {each['sentence']}" for each in entry["expectations"] if not each["passed"]]
        for scenario in result["scenarios"]
        for entry in scenario["runs"]
        if not entry["passed"]
    }


def test_all_scenarios_hold_and_say_what_the_schema_says(tmp_path: Path) -> None:
    assert len(SCENARIOS) >= 25
    result = run(Wishes(SCENARIOS, (1,), jobs=2, traces=tmp_path))
    assert broken(result) == {}
    assert result["passed"]
    jsonschema.validate(result, json.loads(SCHEMA.read_text(encoding="utf-8")))
    for scenario in result["scenarios"]:
        [entry] = scenario["runs"]
        assert (tmp_path / entry["trace"]["file"]).is_file()
        assert all(fault["struck"] for fault in entry["faults"])
    assert 'failures="0"' in junit_text(result)


def test_the_negative_controls_break_what_they_are_made_for() -> None:
    wishes = Wishes(sorted((ROOT / "scenarios" / "negative").glob("*.yaml")), (1,), jobs=2)
    found = broken(run(wishes))
    assert {name: [each.partition(":")[0] for each in every] for name, every in found.items()} == {
        name: [word] for name, word in CONTROLS.items()
    }


@pytest.mark.parametrize("part", list(Part))
def test_without_a_part_its_scenarios_fail(part: Part) -> None:
    names = ABLATIONS[part]
    assert len(names) >= 3
    assert set(broken(run(Wishes(files(names), (1,), without=(part,), jobs=2)))) == set(names)


def test_the_same_seed_gives_the_same_bytes_and_another_one_another_trace(tmp_path: Path) -> None:
    names = ["network_lost_for_a_minute", "crowd_in_the_corridor"]

    def once(jobs: int, folder: str, seeds: tuple[int, ...]) -> dict[str, Any]:
        (tmp_path / folder).mkdir()
        return run(Wishes(files(names), seeds, jobs=jobs, traces=tmp_path / folder))

    one, other = once(1, "a", (3, 4)), once(2, "b", (3, 4))
    assert json.dumps(one) == json.dumps(other)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()
    for scenario in one["scenarios"]:
        first, second = scenario["runs"]
        assert first["trace"]["digest"] != second["trace"]["digest"]
