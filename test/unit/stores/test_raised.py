"""The raisers' journal: what was kept is there afterwards, whole, and damage is told, whichever byte it hits."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from robot_fleet.core.errors import RequestError, RuntimeFailure
from robot_fleet.core.site import Site
from robot_fleet.site.load import load_site
from robot_fleet.stores import raised
from robot_fleet.stores.raised import RaisedAlarm, RaisedAlarms, alarm_of
from test.alarm_site import ROOT, alarm_site

CALL = {"place": "home/r101", "signal": "help_button"}
ALARM = RaisedAlarm("r0007", "care_alarm", CALL, "caller", "home/r101", "people", 1.5e9, 27_000.0)


@pytest.fixture
def journal(tmp_path: Path) -> RaisedAlarms:
    return RaisedAlarms(tmp_path / "raised")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return load_site(alarm_site(tmp_path_factory.mktemp("site") / "tiny"))


def test_what_was_kept_is_read_oldest_first_until_it_is_cleared(journal: RaisedAlarms) -> None:
    assert (journal.kept(), journal.read()) == ([], ([], []))
    later = replace(ALARM, key="r0001", raised_unix_s=1.6e9, raised_s=None, params={"place": "집\ud800", "n": 1.5})
    journal.keep(later)
    journal.keep(ALARM)
    assert journal.read() == ([ALARM, later], [])
    journal.clear("r0007")
    journal.clear("r0007")
    assert journal.kept() == ["r0001"]


def test_the_first_of_one_key_stays(journal: RaisedAlarms) -> None:
    journal.keep(ALARM)
    journal.keep(replace(ALARM, raised_s=99.0))
    assert journal.read() == ([ALARM], [])


def test_a_file_cut_or_changed_at_any_byte_is_told_and_the_others_are_read(
    journal: RaisedAlarms, tmp_path: Path
) -> None:
    journal.keep(ALARM)
    journal.keep(other := replace(ALARM, key="other"))
    path = tmp_path / "raised" / "r0007.raised"
    whole = path.read_bytes()
    for cut in range(len(whole)):
        path.write_bytes(whole[:cut])
        assert journal.read() == ([other], ["r0007"]), f"cut at {cut}"
        path.write_bytes(whole[:cut] + bytes([whole[cut] ^ 1]) + whole[cut + 1 :])
        assert journal.read() == ([other], ["r0007"]), f"a bit of byte {cut}"
    path.write_bytes(whole + b"x")
    assert journal.read() == ([other], ["r0007"])
    assert journal.put_aside("r0007").read_bytes() == whole + b"x"
    assert journal.read() == ([other], [])


def test_a_file_under_another_name_is_damaged(journal: RaisedAlarms, tmp_path: Path) -> None:
    journal.keep(ALARM)
    (tmp_path / "raised" / "r0007.raised").rename(tmp_path / "raised" / "r0008.raised")
    assert journal.read() == ([], ["r0008"])


def test_a_raiser_killed_while_it_writes_leaves_nothing_that_counts(journal: RaisedAlarms, tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from robot_fleet.stores import raised;"
        "os.fsync = lambda _: os.kill(os.getpid(), 9);"
        "raised.RaisedAlarms(Path(sys.argv[1])).keep(raised.RaisedAlarm('k', 's', {}, '', 'p', 'cli', 1.0, None))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "raised")], cwd=ROOT, check=False)
    assert done.returncode == -9
    assert journal.read() == ([], [])
    assert len(os.listdir(tmp_path / "raised")) == 1
    journal.keep(replace(ALARM, key="k"))
    assert journal.kept() == ["k"]


def test_many_raisers_at_once_lose_nothing(journal: RaisedAlarms, tmp_path: Path) -> None:
    def keep(raiser: int) -> None:
        for number in range(20):
            RaisedAlarms(tmp_path / "raised").keep(replace(ALARM, key=f"k{number}", raised_s=float(raiser)))

    threads = [threading.Thread(target=keep, args=(raiser,)) for raiser in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    whole, damaged = journal.read()
    assert sorted(alarm.key for alarm in whole) == sorted(f"k{number}" for number in range(20))
    assert damaged == []
    assert sorted(os.listdir(tmp_path / "raised")) == sorted(f"k{number}.raised" for number in range(20))


def test_it_is_bounded_and_a_disk_that_cannot_be_written_is_told(
    journal: RaisedAlarms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(raised, "MOST_KEPT", 2)
    for number in range(2):
        journal.keep(replace(ALARM, key=f"k{number}"))
    journal.keep(replace(ALARM, key="k1"))
    (tmp_path / "file").touch()
    for folder in ("raised", "file"):
        with pytest.raises(RuntimeFailure) as caught:
            RaisedAlarms(tmp_path / folder).keep(ALARM)
        assert caught.value.code == "runtime_alarm_not_kept"
        assert caught.value.where == "r0007"


def test_only_well_formed_calls_are_kept_and_nothing_that_speaks_of_a_person(site: Site) -> None:
    def made(service: str, params: dict[str, object], requester: str = "desk_1", key: str = "k1") -> RaisedAlarm | None:
        return alarm_of(site, key, service, params, requester, by="gateway", raised_unix_s=1.0, raised_s=2.0)

    assert made("care_alarm", dict(CALL)) == RaisedAlarm(
        "k1", "care_alarm", CALL, "desk_1", "home/r101", "gateway", 1.0, 2.0
    )
    anonymous = made("care_alarm", {**CALL, "due_at": None}, "Kim Yeong-hui, 010-1234-5678")
    assert anonymous is not None
    assert (anonymous.requester, anonymous.params) == ("", CALL)
    assert made("care_visit", {"place": "home/r101"}) is None
    assert made("no_service", {}) is None
    for params in ({}, {**CALL, "place": "Kim Yeong-hui"}, {**CALL, "name": "Kim"}, {**CALL, "signal": "ouch"}):
        with pytest.raises(RequestError):
            made("care_alarm", params)
    for key in ("", "../../etc/passwd", "a/b", ".hidden", "k" * 65):
        with pytest.raises(RequestError, match="request_key_malformed"):
            made("care_alarm", dict(CALL), key=key)
