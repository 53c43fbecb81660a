"""Faults of real processes: they are really stopped, killed, torn in mid-write and out of disk, and come back."""

from __future__ import annotations

import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from robot_fleet.ledger.lock import FileLock
from robot_fleet.runtime.chaos.control import Following
from robot_fleet.runtime.chaos.faults import AGENTS, DISTURBANCES, MANAGER, Fault, FaultKind
from robot_fleet.runtime.chaos.messages import CALM
from robot_fleet.runtime.chaos.navigator import FOUND
from robot_fleet.runtime.chaos.strikes import Strikes
from robot_fleet.runtime.processes.process import ProcessSpec
from robot_fleet.runtime.processes.run_directory import RunDirectory
from robot_fleet.runtime.processes.running import processes
from robot_fleet.runtime.processes.supervisor import Supervisor

WITHIN_S = 20.0
# Grows a file for ever; ends if it cannot.
WRITER = """
    import sys, time
    with open(sys.argv[1], "ab", buffering=0) as out:
        while True:
            try:
                out.write(b"x")
            except OSError:
                sys.exit(7)
            time.sleep(0.005)
"""


class Rig:
    def __init__(self, path: Path, supervisor: Supervisor) -> None:
        self.run = RunDirectory("chaos", path)
        self.supervisor = supervisor
        self.strikes = Strikes(self.run, supervisor, path / "chaos.json")
        self.following = Following(path / "chaos.json")

    def until(self, met: Callable[[], bool]) -> None:
        began_s = time.monotonic()

        def look() -> bool:
            self.strikes.look()
            return met() or time.monotonic() - began_s > WITHIN_S

        self.supervisor.run(look, 0.02)
        assert met()

    def strike(self, kind: FaultKind, target: str, lasts_s: float = 0.3) -> None:
        assert self.strikes.strike(Fault(1, kind, target, lasts_s, 0.5, 0.0, "care_1", "loaded"))

    def size(self, name: str) -> int:
        path = self.run.path / name
        return path.stat().st_size if path.exists() else 0

    def grows(self, name: str) -> bool:
        before = self.size(name)
        time.sleep(0.1)
        return self.size(name) > before


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    run = RunDirectory("chaos", tmp_path)
    (tmp_path / "agents").mkdir()
    (tmp_path / "agents" / "care_1.journal").write_bytes(b'{"e":"journal"}\n')
    (tmp_path / "ledger.sqlite-wal").write_bytes(b"frames")
    writer = textwrap.dedent(WRITER)
    specs = [
        ProcessSpec(name, name, (sys.executable, "-c", writer, str(tmp_path / name))) for name in (MANAGER, AGENTS)
    ]
    lock = FileLock(run.lock)  # as a fleet's claim holds it
    with Supervisor(run, specs, listener=lambda event: None) as supervisor:
        supervisor.start()
        made = Rig(tmp_path, supervisor)
        made.until(lambda: made.size(MANAGER) > 0 and made.size(AGENTS) > 0)
        yield made
    lock.release()


def test_a_killed_process_is_started_again(rig: Rig) -> None:
    rig.strike(FaultKind.PROCESS_KILLED, MANAGER)
    rig.until(lambda: rig.supervisor.restarts == {MANAGER: 1, AGENTS: 0} and rig.grows(MANAGER))


def test_a_stopped_process_stands_still_for_a_while(rig: Rig) -> None:
    rig.strike(FaultKind.PROCESS_STOPPED, AGENTS, lasts_s=1.0)
    rig.until(lambda: not rig.grows(AGENTS))
    assert rig.grows(MANAGER)
    rig.until(lambda: rig.grows(AGENTS))
    assert rig.supervisor.restarts == {MANAGER: 0, AGENTS: 0}


def test_a_process_on_a_full_disk_ends_of_it_and_finds_room_when_it_begins_anew(rig: Rig) -> None:
    rig.strike(FaultKind.DISK_FULL, MANAGER, lasts_s=30.0)
    rig.until(lambda: rig.supervisor.restarts[MANAGER] == 1 and rig.grows(MANAGER))


def test_the_last_records_are_torn_and_those_before_are_whole(rig: Rig) -> None:
    rig.strike(FaultKind.RECORD_TORN, AGENTS)
    rig.strike(FaultKind.RECORD_TORN, MANAGER)
    rig.until(lambda: rig.supervisor.restarts == {MANAGER: 1, AGENTS: 1})
    whole, torn = (rig.run.path / "agents" / "care_1.journal").read_bytes().split(b"\n")
    assert whole == b'{"e":"journal"}'
    assert torn.startswith(b'{"e":')
    assert (rig.run.path / "ledger.sqlite-wal").read_bytes().startswith(b"frames\x37\x7f")


@pytest.mark.parametrize("kind", DISTURBANCES)
def test_a_robot_s_messages_are_disturbed_for_a_while(rig: Rig, kind: FaultKind) -> None:
    rig.strike(kind, "care_1")
    rig.until(lambda: rig.following.network("care_1") == DISTURBANCES[kind])
    assert rig.following.network("care_2") == CALM
    rig.until(lambda: rig.following.network("care_1") == CALM)


def test_a_clock_jumps_and_a_robot_is_misled_until_all_is_ended(rig: Rig) -> None:
    rig.strike(FaultKind.CLOCK_JUMPED, MANAGER, lasts_s=60.0)
    rig.strike(FaultKind.LOCALISATION_LOST, "care_1", lasts_s=60.0)
    rig.until(lambda: rig.following.ahead_s == 32.5 and rig.following.astray("care_1").sigma_m == 4.0)
    rig.strikes.end()
    rig.until(lambda: rig.following.ahead_s == 0.0 and rig.following.astray("care_1") == FOUND)


def test_an_action_that_nobody_aborted_did_not_strike(rig: Rig) -> None:
    rig.strike(FaultKind.ACTION_ABORTED, "care_1")
    missed: list[Fault] = []

    def look() -> bool:
        missed.extend(rig.strikes.missed())
        return bool(missed)

    rig.until(look)
    assert missed[0].kind is FaultKind.ACTION_ABORTED


def test_what_is_not_there_cannot_run_out_of_disk(rig: Rig) -> None:
    assert not rig.strikes.strike(Fault(1, FaultKind.DISK_FULL, "sim_world", 1.0, 0.5, 0.0, "care_1", "idle"))
    assert [row.name for row in processes(rig.run)] == [MANAGER, AGENTS]
