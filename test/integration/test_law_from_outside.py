"""A stretch of the first site's hard day, its law checked from the trace alone; each spoilt copy of it is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from robot_fleet.cli.app import build
from robot_fleet.reports.law.check import is_in_zone, read_law, read_trace
from test.integration.virtual_runs import BUSAN, copied, play

STRETCH_S = 240.0
"""Requests are taken for so long; what they ask for is brought to its end."""
Row = dict[str, str]


@dataclass(frozen=True)
class Answer:
    """What the verb said."""

    code: int
    told: dict[str, Any]

    @property
    def rules(self) -> set[tuple[str, str]]:
        return {(breach["robot"], breach["rule"]) for breach in self.told["breaches"]}


def check(trace: Path, site: Path, *more: str) -> Answer:
    result = CliRunner().invoke(build(["law"]), ["law", "check", str(trace), str(site), "--json", *more])
    return Answer(result.exit_code, json.loads(result.stdout))


@pytest.fixture(scope="module")
def trace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    into = tmp_path_factory.mktemp("hard")
    hard = BUSAN / "demand_hard.csv"
    faults = BUSAN / "demand_hard.faults.yaml"
    wishes = {"demand": hard, "faults": faults, "duration_s": STRETCH_S, "improving": False}
    played = play(BUSAN, into, "law_hard", **wishes)
    assert played.summary["faults"], "what goes wrong on that day is armed"
    return played.trace_file


@pytest.fixture(scope="module")
def walker(trace: Path) -> str:
    """The robot that is on the pavement longest."""
    law, tracks = read_law(BUSAN), read_trace(trace)
    walks = [zone for zone in law.zones if zone["id"] == "promenade"]
    return max(tracks, key=lambda robot: int(is_in_zone(law, walks[0], tracks[robot]).sum()))


def spoilt(trace: Path, into: Path, robot: str, change: Callable[[Row, float], None]) -> Path:
    """Return a copy of the trace in which a robot's rows on the promenade are changed, each with its time there."""
    outline = next(zone for zone in read_law(BUSAN).zones if zone["id"] == "promenade")["outline"]
    (left, low), (right, high) = (tuple(pick(axis) for axis in zip(*outline, strict=True)) for pick in (min, max))
    lines = trace.read_text(encoding="utf-8").splitlines()
    names = lines[0].split(",")
    begun_s, kept = None, lines[:1]
    for line in lines[1:]:
        row = dict(zip(names, line.split(","), strict=True))
        x_m, y_m = float(row["x_m"]), float(row["y_m"])
        if row["robot"] == robot and left < x_m < right and low < y_m < high:
            begun_s = float(row["t_s"]) if begun_s is None else begun_s
            change(row, float(row["t_s"]) - begun_s)
        kept.append(",".join(row.values()))
    assert begun_s is not None, "the robot was on the promenade"
    path = into / "spoilt.csv"
    path.write_text("\n".join(kept) + "\n", encoding="utf-8")
    return path


def test_on_the_hard_day_the_law_is_kept(trace: Path) -> None:
    answer = check(trace, BUSAN)
    assert (answer.code, answer.told["breaches"]) == (0, [])
    assert answer.told["entries"] >= 4 and answer.told["in_zones_s"] > 30.0, "robots were where a law holds"


def test_a_trace_edited_to_go_faster_is_found_out(trace: Path, walker: str, tmp_path: Path) -> None:
    def race(row: Row, since_s: float) -> None:
        row["x_m"] = f"{60.0 + 5.0 * (since_s % 2.0):.3f}"  # 18 km/h

    answer = check(spoilt(trace, tmp_path, walker, race), BUSAN)
    assert answer.code == 1 and (walker, "speed") in answer.rules
    fastest = next(breach for breach in answer.told["breaches"] if breach["rule"] == "speed")
    assert fastest["limit"] == pytest.approx(15.0 / 3.6, abs=1e-3) and fastest["worst"] >= 4.9


def test_a_robot_that_is_too_wide_or_too_heavy_is_found_out(trace: Path, walker: str, tmp_path: Path) -> None:
    def widen(row: Row, since_s: float) -> None:
        row["width_m"], row["mass_kg"] = "1.25", "500.5"  # 1.2 m are allowed on this pavement

    answer = check(spoilt(trace, tmp_path, walker, widen), BUSAN)
    assert answer.code == 1 and {(walker, "width"), (walker, "mass")} <= answer.rules
    measured = {breach["rule"]: (breach["worst"], breach["limit"]) for breach in answer.told["breaches"]}
    assert measured["width"] == (1.25, 1.2) and measured["mass"] == (500.5, 500.0)


def test_a_robot_without_a_certificate_is_found_out(trace: Path, walker: str, tmp_path: Path) -> None:
    site = copied(BUSAN, tmp_path / "site")
    papers = yaml.safe_load((site / "papers.yaml").read_text(encoding="utf-8"))
    kind = walker.partition("_")[0]
    others = [robot for robot in read_trace(trace) if robot.startswith(kind) and robot != walker]
    for paper in papers["papers"]:
        if paper["id"] == f"cert_{kind}":
            del paper["kinds"]
            paper["robots"] = others
    (site / "papers.yaml").write_text(yaml.safe_dump(papers), encoding="utf-8")
    answer = check(trace, site)
    assert answer.code == 1 and answer.rules == {(walker, "certificate")}


def test_a_permit_that_was_withdrawn_before_they_went_out_is_found_out(trace: Path, walker: str) -> None:
    answer = check(trace, BUSAN, "--withdrawn", "sandbox_waterfront@07:00")
    assert answer.code == 1 and (walker, "permit") in answer.rules
