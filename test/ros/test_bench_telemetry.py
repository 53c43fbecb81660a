"""The telemetry bench at a small size: its figures are complete, and nothing is lost that was said."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from bench.telemetry import measure
from test.ros.rig import ROOT

pytestmark = [pytest.mark.ros, pytest.mark.slow, pytest.mark.xdist_group("ros_processes")]

SCHEMA = ROOT / "docs" / "reference" / "schemas" / "bench_telemetry.schema.json"


def test_a_few_robots() -> None:
    figures = measure(6, 3.0, lambda _: None)
    Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))).validate(figures)
    assert figures["told"] == figures["taken"]
    assert (figures["refused"], figures["lost_pct"]) == (0, 0.0)
    assert figures["messages_per_s"]["poses_out"] > 0.0
    assert all(count > 0 for count in figures["listeners"].values())
    assert len(figures["listeners"]) == 2
