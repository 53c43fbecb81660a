"""`./fleet conformance`: sound robots pass, and for each check there is a robot that fails exactly it.

The robots are in another process and are driven side by side, so that all of them take little longer than one.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from robot_fleet.core.errors import RuntimeFailure
from robot_fleet.core.geometry import Pose
from robot_fleet.ros.conformance.probe import Probe
from robot_fleet.ros.conformance.session import Session
from robot_fleet.ros.conformance.tour import PARTS, Tour, Waiting
from robot_fleet.runtime.conformance.checks import CHECKS, judge
from robot_fleet.runtime.conformance.course import Course, lay_course
from robot_fleet.runtime.conformance.verdict import Outcome
from test.ros.mutants import MUTANTS
from test.ros.rig import ROOT, START_WITHIN_S, TINY, Process, sim_world

pytestmark = [pytest.mark.ros, pytest.mark.xdist_group("ros_parts")]

SOUND = "sound"
TOGETHER = 14
"""Robots that one core can carry beside those who watch them."""
BATCHES = [list(MUTANTS)[begin : begin + TOGETHER] for begin in range(0, len(MUTANTS), TOGETHER)]
SCHEMA = json.loads((ROOT / "docs/reference/schemas/conformance.schema.json").read_text(encoding="utf-8"))
NOT_JUDGED = {
    # what cannot take place because of the flaw is no second failure
    "servers": {"dock_unknown", "docks", "undocks", "battery_supply"},
    "docks": {"undocks", "battery_supply"},
}


def lay(probe: Probe, here: Pose) -> Course:
    return lay_course(probe.ground, here, 6.0, 0.6)


def whole(tour: Tour) -> Waiting:
    yield from tour.appear(START_WITHIN_S)
    yield from tour.look()
    yield from tour.drive()


@dataclass
class Field:
    """Robots in another process."""

    names: list[str]
    process: Process

    @property
    def stalls(self) -> list[tuple[float, float]]:
        """From when to when all of them stood still, since their machine had no time for them."""
        rows = [line.split() for line in self.process.said.splitlines() if line.startswith("stalled ")]
        return [(float(begin_s), float(end_s)) for _, begin_s, end_s in rows]


@pytest.fixture(params=BATCHES, ids=lambda batch: f"{batch[0]}..{batch[-1]}")
def mutants(request: pytest.FixtureRequest, domain: int, tmp_path: Path) -> Iterator[Field]:
    names = [SOUND, *request.param]
    process = Process(domain, [str(Path(__file__).with_name("mutants_process.py")), *names], tmp_path / "log")
    yield Field(names, process)
    assert process.end() == 0, process.said
    assert "failures=" not in process.said, process.said


def wrong(field: Field, names: Sequence[str], domain: int) -> dict[str, Any]:
    """Drive robots, and return what each of them did otherwise than it should."""
    with Session(False, domain) as session:
        tours = {name: Tour(session.probe(name), lay, PARTS, "charger", 30.0) for name in names}
        failed = session.run({name: whole(tour) for name, tour in tours.items()})
        assert not failed
        assert not session.guard.failures
    found: dict[str, Any] = {}
    for name, tour in tours.items():
        tour.seen.deaf += field.stalls
        verdicts = {finding.check.id: finding.verdict for finding in judge(tour.seen)}
        fails = {check: each.evidence for check, each in verdicts.items() if each.outcome is Outcome.FAILED}
        left = {check for check, each in verdicts.items() if each.outcome is Outcome.NOT_JUDGED}
        if set(fails) != ({name} if name in MUTANTS else set()) or left != NOT_JUDGED.get(name, set()):
            found[name] = fails, left
    return found


def test_there_is_a_mutant_for_each_check() -> None:
    assert set(MUTANTS) == {check.id for check in CHECKS}


@pytest.mark.timeout(400)
def test_each_mutant_fails_exactly_its_check(mutants: Field, domain: int) -> None:
    found = wrong(mutants, mutants.names, domain)
    for _ in range(2):
        if found:  # beside so many others on a busy machine one may be late; those are driven again, by themselves
            found = wrong(mutants, list(found), domain)
    assert found == {}


def fleet(domain: int, *words: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "ROS_DOMAIN_ID": str(domain), "ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST"}
    argv = [sys.executable, "-m", "robot_fleet.cli", "conformance", *words]
    return subprocess.run(argv, env=env, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)


@pytest.fixture(scope="module")
def embedded(domain: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with sim_world(domain, TINY, tmp_path_factory.mktemp("run"), 4.0):
        yield


@pytest.mark.timeout(300)
def test_an_embedded_robot_is_certified(embedded: None, domain: int, tmp_path: Path) -> None:
    out, page = tmp_path / "out.json", tmp_path / "page.md"
    # its neighbours stand at their chargers, so it is sent away from them
    where = ("--namespace", "/care_1", "--sim-time", "--dock", "charger_1", "--goal", "4,5.8", "--yes")
    done = fleet(domain, *where, "--wait", "100", "--json", str(out), "--certificate", str(page))
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(out.read_text(encoding="utf-8"))
    jsonschema.validate(told, SCHEMA)
    assert told["level"] == "certified"
    assert told["counts"] == {"passed": len(CHECKS), "failed": 0, "not_judged": 0}
    assert "conforms: a fleet can rely on it" in page.read_text(encoding="utf-8")
    assert "THE ROBOT WILL MOVE" in done.stdout


def test_nobody_is_driven_without_a_yes(embedded: None, domain: int) -> None:
    done = fleet(domain, "--namespace", "/care_2", "--sim-time", "--goal", "6.5,5.8", "--wait", "100")
    assert done.returncode == 1
    assert "request_not_confirmed" in done.stderr


def test_what_needs_no_drive_is_checked_without_one(embedded: None, domain: int) -> None:
    words = ("--only", "battery_range", "--only", "servers", "--wait", "100")
    done = fleet(domain, "--namespace", "/care_2", "--sim-time", "--goal", "6.5,5.8", *words)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "MOVE" not in done.stdout
    assert "passed the checks that were asked for" in done.stdout


def test_a_robot_that_never_appears_is_one_clear_error(domain: int) -> None:
    with Session(False, domain) as session, pytest.raises(RuntimeFailure, match="/ghost/odom") as caught:
        session.run_one(Tour(session.probe("ghost"), lay, PARTS).appear(1.0))
    assert caught.value.code == "runtime_robot_absent"
