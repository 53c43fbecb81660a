"""A result is read as its schema has it, and refused with its place where it is none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from robot_fleet.core.errors import RequestError
from robot_fleet.reports.campaign import model
from robot_fleet.reports.campaign.read import read_campaign
from test.unit.reports.campaign.made import result, run, scenario, write

SCHEMA = json.loads((Path(__file__).parents[4] / "docs/reference/schemas/campaign.schema.json").read_text())
OBJECTS: dict[str, type[model.Part]] = {
    "rate": model.Rate,
    "evidence": model.Evidence,
    "expectation": model.Verdict,
    "fault": model.Fault,
    "run": model.Run,
    "scenario": model.Scenario,
}
NOT_READ = {"robots"}


def test_what_the_tests_make_is_a_result() -> None:
    jsonschema.validate(result([scenario("quiet", [run(1), run(2, passed=False)])]), SCHEMA)


@pytest.mark.parametrize("name", OBJECTS)
def test_the_report_reads_what_the_schema_has(name: str) -> None:
    told, read = SCHEMA["$defs"][name], OBJECTS[name].model_fields
    assert set(told["properties"]) - set(read) - NOT_READ == set()
    needed = {key for key, field in read.items() if field.is_required()}
    assert needed <= set(told["required"])


def test_a_result_is_read(tmp_path: Path) -> None:
    told = result([scenario("quiet", [run(1), run(2, passed=False)])], without=["traffic"])
    campaign = read_campaign(write(tmp_path / "out.json", told))
    assert campaign.without == ("traffic",)
    assert campaign.runs == 2
    assert [each.seed for each in campaign.scenarios[0].unexpected] == [2]
    assert campaign.scenarios[0].runs[0].figures == told["scenarios"][0]["runs"][0]["figures"]


def test_a_control_that_passes_is_what_is_unexpected(tmp_path: Path) -> None:
    control = scenario("control", [run(1), run(2, passed=False)], expected_to_fail=True)
    (read,) = read_campaign(write(tmp_path / "out.json", result([control]))).scenarios
    assert [each.seed for each in read.unexpected] == [1]
    assert not read.as_expected


def broken(key: str, value: Any) -> dict[str, Any]:
    told = result([scenario("quiet", [run(1)])])
    told["scenarios"][0]["runs"][0][key] = value
    return told


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("{", "scenario_result_malformed", "no JSON"),
        ("[]", "scenario_result_malformed", "the whole"),
        (json.dumps({**result([]), "schema_version": 2}), "scenario_result_version", "schema_version is 2"),
        (json.dumps(broken("seed", "one")), "scenario_result_malformed", "scenarios.0.runs.0.seed"),
        (json.dumps(broken("figures", {"late_max_s": "much"})), "scenario_result_malformed", "figures.late_max_s"),
    ],
)
def test_what_is_no_result_is_refused(tmp_path: Path, text: str, code: str, says: str) -> None:
    path = tmp_path / "out.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RequestError) as caught:
        read_campaign(path)
    assert caught.value.code == code
    assert says in caught.value.message


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(RequestError) as caught:
        read_campaign(tmp_path / "none.json")
    assert (caught.value.code, caught.value.where) == ("scenario_result_missing", str(tmp_path / "none.json"))
