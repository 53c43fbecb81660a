"""A day on which things fail knows who lives where as any other day does, whoever is killed meanwhile."""

from __future__ import annotations

from pathlib import Path

import yaml

from test.integration.virtual_runs import BUSAN, copied, play

KNOWN = """
schema_version: 1
recipients:
  senior_apt/f301: {consents: [care_visit]}
  care_home/r204: {avoids: [t7]}
"""
FAULTS = """
schema_version: 1
name: {ko: 시험, en: Test}
shows: {ko: 시험, en: Test}
site: %s
begins: "08:00:00"
lasts_s: 7200
attended: true
faults:
- {id: killed, fault: process_killed, process: fleet_manager, at_s: 60, lasts_s: 5}
expect: [{expect: no_contact}]
"""
DEMAND = """request_id,at,service,params
agreed,08:00:00,care_visit,"{""place"": ""senior_apt/f301""}"
not_agreed,08:00:30,care_visit,"{""place"": ""senior_apt/f302""}"
not_agreed_after_the_kill,08:02:00,care_visit,"{""place"": ""senior_apt/f303""}"
must_avoid,08:02:10,meal_delivery,"{%s}"
"""
MEAL = '""from"": ""care_home/kitchen_1"", ""to"": ""care_home/r204"", ""item"": ""m1"", ""tags"": ""t7""'


def test_a_day_with_faults_keeps_to_what_people_have_agreed_to(tmp_path: Path) -> None:
    folder = copied(BUSAN, tmp_path / "site")
    (folder / "recipients.yaml").write_text(KNOWN, encoding="utf-8")
    (folder / "demand.csv").write_text(DEMAND % MEAL, encoding="utf-8")
    people = yaml.safe_load((folder / "people.yaml").read_text(encoding="utf-8"))
    people["acts"]["care_visit.visit"] = {"mean_s": 60.0, "results": {"well": 1.0}}
    (folder / "people.yaml").write_text(yaml.safe_dump(people, allow_unicode=True), encoding="utf-8")
    (tmp_path / "day.faults.yaml").write_text(FAULTS % folder, encoding="utf-8")
    run = play(folder, tmp_path / "out", "recipients", improving=False, faults=tmp_path / "day.faults.yaml")
    assert [entry["struck"] for entry in run.summary["faults"]] == [True]
    outcomes = {entry["id"]: entry["outcome"] for entry in run.summary["requests"]}
    assert outcomes == {
        "agreed": "done",
        "not_agreed": "rejected",
        "not_agreed_after_the_kill": "rejected",
        "must_avoid": "rejected",
    }
