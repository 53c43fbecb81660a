"""`./fleet chaos --link virtual`: promises are kept whatever fails, and the same seed gives the same result."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from robot_fleet.cli.app import run

ROOT = Path(__file__).resolve().parents[2]
CLASSES = 11


def chaos(into: Path, seed: int, minutes: float) -> dict[str, Any]:
    """Run the verb and return what it wrote; fails if a promise was broken."""
    words = ["chaos", "--link", "virtual", "--seed", str(seed), "--minutes", str(minutes), "--json", str(into)]
    status = run(words)
    told: dict[str, Any] = json.loads(into.read_text(encoding="utf-8"))
    assert (status, told["breaches"]) == (0, [])
    return told


def test_three_minutes_with_the_fixed_seed(tmp_path: Path) -> None:
    told = chaos(tmp_path / "out.json", 1, 3)
    Draft202012Validator(json.loads((ROOT / "docs/reference/schemas/chaos.schema.json").read_text("utf-8"))).validate(
        told
    )
    classes = {each["kind"]: each["count"] for each in told["faults"]["classes"]}
    assert len(classes) == CLASSES
    assert min(classes.values()) >= 2, classes
    assert sum(classes.values()) == told["faults"]["total"] == len(told["struck"]) >= 25
    assert told["faults"]["delicate_pct"] >= 30.0
    assert told["requests"]["asked"] >= 12, "as many as there are robots"
    assert told["plans"]["checked"] > 0
    assert set(told["restarts"]) == {"manager", "agents", "sim"}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 4))
def test_short_runs_of_other_seeds(seed: int, tmp_path: Path) -> None:
    chaos(tmp_path / "out.json", seed, 2)


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.json", "b.json"):
        chaos(tmp_path / name, 11, 0.5)
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_half_an_hour_strikes_every_class_often(tmp_path: Path) -> None:
    told = chaos(tmp_path / "out.json", 8, 30)
    assert all(each["count"] >= 20 for each in told["faults"]["classes"])
    assert all(each["delicate_pct"] >= 30.0 for each in told["faults"]["classes"])
