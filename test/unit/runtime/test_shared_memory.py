"""Shared memory of processes that have ended is removed; what somebody still holds, or may, is left alone."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from robot_fleet.runtime.processes.shared_memory import YOUNG_S, sweep

DOMAIN = 21
PORT = 7400 + 250 * DOMAIN + 11
SEGMENT = "fastrtps_0c337ae329661b05"


def put(folder: Path, *names: str, age_s: float = 60.0) -> None:
    for name in names:
        path = folder / name
        path.touch()
        os.utime(path, times=(path.stat().st_mtime - age_s,) * 2)


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Path]:
    """A lock that a living process holds."""
    put(tmp_path, "fastrtps_00000000000000aa", "fastrtps_00000000000000aa_el")
    descriptor = os.open(tmp_path / "fastrtps_00000000000000aa_el", os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    yield tmp_path / "fastrtps_00000000000000aa"
    os.close(descriptor)


def test_what_nobody_holds_goes_with_its_lock_and_semaphore(tmp_path: Path, held: Path) -> None:
    port = f"fastrtps_port{PORT}"
    put(tmp_path, SEGMENT, f"{SEGMENT}_el", port, f"{port}_el", f"sem.{port}_mutex")
    put(tmp_path, f"fastrtps_port{PORT + 2}", f"sem.fastrtps_port{PORT + 2}_mutex")
    assert sweep(DOMAIN, tmp_path) == 3
    assert sorted(os.listdir(tmp_path)) == [held.name, f"{held.name}_el"]
    assert sweep(DOMAIN, tmp_path) == 0


@pytest.mark.parametrize(
    ("name", "age_s"),
    [
        (f"fastrtps_port{PORT + 250}", 60.0),
        (f"fastrtps_port{PORT - 250}", 60.0),
        ("fastrtps_port7000", 60.0),
        ("fastrtps_something", 60.0),
        ("sem.mp-0pten4cj", 60.0),
    ],
    ids=["next domain", "domain before", "port of all", "no segment", "another program's"],
)
def test_the_rest_is_left_alone(tmp_path: Path, name: str, age_s: float) -> None:
    put(tmp_path, name, f"{name}_el", age_s=age_s)
    assert sweep(DOMAIN, tmp_path) == 0
    assert len(os.listdir(tmp_path)) == 2


def test_what_was_just_made_is_given_time_to_be_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One process locks what it made while the sweep waits, another has died."""
    put(tmp_path, SEGMENT, f"{SEGMENT}_el", "fastrtps_00000000000000bb", "fastrtps_00000000000000bb_el", age_s=0.0)
    locked: list[int] = []

    def slept(seconds: float) -> None:
        assert 0.0 < seconds <= YOUNG_S
        locked.append(os.open(tmp_path / f"{SEGMENT}_el", os.O_RDONLY))
        fcntl.flock(locked[0], fcntl.LOCK_EX)

    monkeypatch.setattr(time, "sleep", slept)
    assert sweep(DOMAIN, tmp_path) == 1
    os.close(locked[0])
    assert sorted(os.listdir(tmp_path)) == [SEGMENT, f"{SEGMENT}_el"]


def test_a_segment_without_a_lock_file_and_a_machine_without_shared_memory(tmp_path: Path) -> None:
    put(tmp_path, SEGMENT)
    assert sweep(DOMAIN, tmp_path) == 0
    assert sweep(DOMAIN, tmp_path / "none") == 0
