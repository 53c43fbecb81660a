"""The files that outsiders read keep to their JSON Schemas: demands and traces row by row."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from robot_fleet.runtime.runs.virtual import Stop
from test.integration.virtual_runs import BUSAN, ROOT, TINY, demand, virtual_fleet

SCHEMAS = ROOT / "docs" / "reference" / "schemas"


def validator(name: str) -> Draft202012Validator:
    schema = json.loads((SCHEMAS / name).read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def rows_of(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("folder", [BUSAN, TINY])
def test_the_demands_of_the_sites(folder: Path) -> None:
    holds = validator("demand_row.schema.json")
    rows = rows_of(folder / "demand.csv")
    assert rows
    for row in rows:
        holds.validate({**row, "params": json.loads(row["params"])})


@pytest.mark.parametrize(
    "change",
    [
        {"at": "7 o'clock"},
        {"request_id": "a b"},
        {"service": "care_alarm"},
        {"service": "fetch_car"},
        {"params": {"place": "x", "due_at": 5}},
        {"params": []},
        {"colour": "red"},
    ],
)
def test_rows_that_are_no_requests(change: dict[str, Any]) -> None:
    holds = validator("demand_row.schema.json")
    row = {"request_id": "r1", "at": "07:31:20", "service": "care_visit", "params": {"place": "care_home/r203"}}
    assert holds.is_valid(row)
    assert not holds.is_valid({**row, **change})


def test_a_trace_row_by_row(tmp_path: Path) -> None:
    holds = validator("trace_row.schema.json")
    fleet = virtual_fleet(TINY, demand(TINY, 2))
    fleet.world.open_trace(tmp_path / "trace.csv")
    fleet.run(Stop())
    fleet.world.close_trace()
    rows = rows_of(tmp_path / "trace.csv")
    acts = [row for row in rows if row["event"]]
    assert {row["event"].partition(":")[0] for row in acts} == {"take", "give", "dock", "undock", "act"}
    for row in (*acts, *rows[::37]):
        holds.validate(row)
    assert [float(row["t_s"]) for row in rows] == sorted(float(row["t_s"]) for row in rows)


def test_the_page_about_the_trace_names_every_column_and_event() -> None:
    text = (SCHEMAS / "trace.md").read_text(encoding="utf-8")
    schema = json.loads((SCHEMAS / "trace_row.schema.json").read_text(encoding="utf-8"))
    assert ",".join(schema["required"]) in text
    for word in ("take:", "give:", "dock:", "undock", "act:"):
        assert f"`{word}" in text
