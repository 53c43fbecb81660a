"""Reports are put into a folder whole, and never in the place of another content."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from robot_fleet.core.errors import RuntimeFailure
from robot_fleet.runtime.reports.folder import put


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_another_content_of_one_name_gets_a_number(tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    assert put(folder, "day.csv", b"one") == "day.csv"
    assert put(folder, "day.csv", b"one") == "day.csv"
    assert put(folder, "day.csv", b"two") == "day.2.csv"
    assert put(folder, "day.csv", b"two") == "day.2.csv"
    assert put(folder, "day.csv", b"three") == "day.3.csv"
    assert names(folder) == ["day.2.csv", "day.3.csv", "day.csv"]
    assert (folder / "day.csv").read_bytes() == b"one"


def test_what_a_killed_process_left_is_written_over(tmp_path: Path) -> None:
    (tmp_path / ".day.csv.part").write_bytes(b"hal")
    put(tmp_path, "day.csv", b"whole")
    assert names(tmp_path) == ["day.csv"]


def test_a_disk_without_hard_links_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object) -> None:
        raise OSError(errno.EOPNOTSUPP, "not here")

    monkeypatch.setattr(os, "link", no_links)
    assert put(tmp_path, "day.csv", b"one") == "day.csv"
    assert put(tmp_path, "day.csv", b"two") == "day.2.csv"
    assert (tmp_path / "day.csv").read_bytes() == b"one"


def test_a_disk_that_is_not_there_is_not_made_up_for(tmp_path: Path) -> None:
    with pytest.raises(RuntimeFailure) as raised:
        put(tmp_path / "unmounted" / "reports", "day.csv", b"one")
    assert raised.value.code == "runtime_report_unwritable"
    assert names(tmp_path) == []


def test_half_a_file_is_never_there_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        assert names(tmp_path) == [".day.csv.part"]
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(RuntimeFailure):
        put(tmp_path, "day.csv", b"one")
    assert not (tmp_path / "day.csv").exists()
