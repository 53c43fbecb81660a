"""The console's bench at a small size: the browser draws what moves, and the figures are complete."""

from __future__ import annotations

import json
from pathlib import Path

from jsonschema import Draft202012Validator

from bench.console import measure
from bench.crowd import crowded
from bench.virtual_day import BUSAN
from robot_fleet.site.load import load_site

SCHEMA = Path(__file__).parents[2] / "docs" / "reference" / "schemas" / "bench_console.schema.json"


def test_a_small_crowd() -> None:
    figures = measure(20, 3, 2.0, lambda _: None)
    Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))).validate(figures)
    assert figures["fps"] > 5.0
    assert 0.0 < figures["main_thread_pct"] <= 100.0
    assert 0.1 < figures["client_kbps"] < 40.0
    assert figures["server_cpu_pct"] > 0.0


def test_a_crowd_is_of_the_sites_kinds() -> None:
    site = load_site(BUSAN)
    crowd = crowded(site, 30)
    assert len(crowd.robots) == 30
    assert {spec.kind for spec in crowd.robots.values()} == {spec.kind for spec in site.robots.values()}
