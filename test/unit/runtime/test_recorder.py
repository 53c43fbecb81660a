"""Recordings on a disk that is slow or full, under processes that are killed, and no more of them than are kept."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from robot_fleet.runtime.recordings import kept
from robot_fleet.runtime.recordings.kept import Recordings
from robot_fleet.runtime.recordings.recorder import Recorder
from robot_fleet.runtime.recordings.recording_file import RecordingFile, describe, mend
from test.unit.runtime.recorded import TYPES, heard, read

HERE = Path(__file__).resolve().parent
CHILD = {**os.environ, "PYTHONPATH": f"{HERE.parents[2]}{os.pathsep}{HERE}"}
LOAD, STATE = "/care_1/load", "/care_1/state"
INCIDENT = "incident:stuck:care_1:3"
ABOUT = {"robot": "care_1", "opened_s": "100.000"}


def recorder(run: Path) -> Recorder:
    return Recorder(Recordings(run), ["care_1"], TYPES)


def test_a_recording_is_whole_when_it_has_its_name_and_says_what_it_is_of(tmp_path: Path) -> None:
    made = recorder(tmp_path)
    recording = made.begin(
        INCIDENT, "care_1", ABOUT, 90_000_000_000, [heard(LOAD, 20.0, "meal_1"), heard(STATE, 95.0, "a")]
    )
    made.append(recording, [heard(STATE, 101.0, "b")])
    made.end(recording, {"ended": "complete"})
    made.close({})
    path = Recordings(tmp_path).path(INCIDENT, "care_1")
    assert Recordings(tmp_path).of(INCIDENT) == [path], "nothing is left beside it"
    assert read(path) == [(90.0, LOAD, "meal_1"), (95.0, STATE, "a"), (101.0, STATE, "b")]
    found = describe(path)
    assert found.about == {**ABOUT, "incident": INCIDENT, "ended": "complete"}
    assert (found.begin_s, found.end_s) == (90.0, 101.0)
    assert found.topics == {LOAD: ("std_msgs/msg/String", 1), STATE: ("std_msgs/msg/String", 2)}


def test_an_incident_is_not_recorded_twice(tmp_path: Path) -> None:
    for words in ("first", "again"):
        made = recorder(tmp_path)
        recording = made.begin(INCIDENT, "care_1", ABOUT, 0, [heard(STATE, 1.0, words)])
        made.end(recording, {})
        made.close({})
    assert [words for _, _, words in read(Recordings(tmp_path).path(INCIDENT, "care_1"))] == ["first"]


def test_what_is_under_way_when_the_process_ends_is_completed(tmp_path: Path) -> None:
    made = recorder(tmp_path)
    made.begin(INCIDENT, "care_1", ABOUT, 0, [heard(STATE, 1.0, "a")])
    made.close({"ended": "agent ended"})
    assert describe(Recordings(tmp_path).path(INCIDENT, "care_1")).about["ended"] == "agent ended"


KILLED = """
import os, signal
from pathlib import Path
from robot_fleet.runtime.recordings.recording_file import RecordingFile
from robot_fleet.runtime.recordings.kept import Recordings
from recorded import TYPES, heard
part = Recordings(Path.cwd()).part({incident!r}, "care_1")
file = RecordingFile(part, TYPES, {{"robot": "care_1", "incident": {incident!r}}}, 0)
for at_s in (1.0, 2.0, 3.0):
    file.write([heard({state!r}, at_s, str(at_s))])
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_process_has_written_is_completed_by_the_next_one(tmp_path: Path) -> None:
    code = KILLED.format(incident=INCIDENT, state=STATE)
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=CHILD, check=False)
    assert done.returncode == -signal.SIGKILL
    recordings = Recordings(tmp_path)
    (part,) = recordings.of(INCIDENT)
    assert part.name == "care_1.mcap.part"
    Recorder(recordings, ["log_1"], TYPES).close({})
    assert recordings.of(INCIDENT) == [part], "it is another robot's"
    recorder(tmp_path).close({})
    (path,) = recordings.of(INCIDENT)
    assert [words for _, _, words in read(path)] == ["1.0", "2.0", "3.0"]
    assert describe(path).about == {"robot": "care_1", "incident": INCIDENT, "ended": "cut off"}


def test_a_recording_that_is_cut_anywhere_gives_what_was_whole(tmp_path: Path) -> None:
    part = tmp_path / "care_1.mcap.part"
    file = RecordingFile(part, TYPES, {"incident": INCIDENT}, 0)
    for at_s in range(4):
        file.write([heard(STATE, float(at_s), str(at_s))])
    file.close()
    whole = part.read_bytes()
    seen = []
    for length in range(0, len(whole) + 1, 7):
        part.write_bytes(whole[:length] + b"\0" * (length % 3))
        mended = mend(part, {})
        if mended is None:
            seen.append(0)
            continue
        mended.finish(tmp_path / "care_1.mcap")
        words = [each for _, _, each in read(tmp_path / "care_1.mcap")]
        assert words == ["0", "1", "2", "3"][: len(words)]
        assert describe(tmp_path / "care_1.mcap").about["incident"] == INCIDENT
        seen.append(len(words))
    assert seen == sorted(seen)
    assert set(seen) == {0, 1, 2, 3, 4}


def test_a_damaged_piece_ends_what_is_read(tmp_path: Path) -> None:
    part = tmp_path / "care_1.mcap.part"
    file = RecordingFile(part, TYPES, {"incident": INCIDENT}, 0)
    file.write([heard(STATE, 1.0, "first")])
    size_bytes = part.stat().st_size
    file.write([heard(STATE, 2.0, "second")])
    file.close()
    content = bytearray(part.read_bytes())
    content[size_bytes + 70] ^= 0xFF
    part.write_bytes(content)
    mended = mend(part, {})
    assert mended is not None
    mended.finish(tmp_path / "care_1.mcap")
    assert [words for _, _, words in read(tmp_path / "care_1.mcap")] == ["first"]


FULL = """
import logging, os, resource, threading
from pathlib import Path
from robot_fleet.runtime.recordings.recorder import Recorder
from robot_fleet.runtime.recordings.kept import Recordings
from recorded import TYPES, heard
logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
made = Recorder(Recordings(Path.cwd()), ["care_1"], TYPES)
def record(incident, size_bytes, times=1):
    begun = made.begin(incident, "care_1", {}, 0, [heard("/care_1/state", 1.0, os.urandom(size_bytes).hex())])
    for _ in range(times):
        made.append(begun, [heard("/care_1/state", 2.0, os.urandom(size_bytes).hex())])
    made.end(begun, {})
    written = threading.Event()
    made._jobs.put(written.set)
    written.wait()
resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, resource.RLIM_INFINITY))
record("first", 30_000)
record("second", 50_000)
record("in drops", 300, times=200)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
record("third", 50_000)
made.close({})
"""


def test_a_full_disk_is_told_once_and_ends_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL], cwd=tmp_path, env=CHILD, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
    assert len(errors) == 1
    assert "runtime_recording_unwritable" in errors[0]
    assert "recovered" in done.stderr
    recordings = Recordings(tmp_path)
    assert len(read(recordings.path("third", "care_1"))) == 2
    assert not recordings.path("first", "care_1").exists()
    recorder(tmp_path).close({})
    assert len(read(recordings.path("first", "care_1"))) == 1, "what was there in time is completed by the next start"


def test_a_disk_that_does_not_answer_holds_nobody_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = threading.Event()
    monkeypatch.setattr(os, "fsync", lambda _: answers.wait())
    made = recorder(tmp_path)
    recording = made.begin(INCIDENT, "care_1", ABOUT, 0, [heard(STATE, 1.0, "a")])
    for _ in range(100):
        made.append(recording, [heard(STATE, 2.0, "b")])
    made.end(recording, {})
    path = Recordings(tmp_path).path(INCIDENT, "care_1")
    assert not path.exists()
    answers.set()
    made.close({})
    assert [words for _, _, words in read(path)] == ["a"] + ["b"] * 100


def whole(run: Path, incident: str, at_s: float, robot: str = "care_1", words: str = "x") -> Path:
    """Make a recording that is as old as `at_s` says."""
    recordings = Recordings(run)
    file = RecordingFile(recordings.part(incident, robot), TYPES, {"incident": incident}, 0)
    file.write([heard(STATE, at_s, words), heard(STATE, at_s + 30.0, words)])
    path = recordings.path(incident, robot)
    file.finish(path)
    os.utime(path, (at_s, at_s))
    return path


def test_the_oldest_go_those_without_an_incident_first_and_open_ones_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [
        whole(tmp_path, "open", 1.0),
        whole(tmp_path, "closed_old", 2.0),
        whole(tmp_path, "closed_new", 3.0),
        whole(tmp_path, "local:care_1:1", 4.0),
        whole(tmp_path, "local:care_1:2", 5.0),
    ]
    recordings = Recordings(tmp_path)
    assert recordings.prune({"open"}) == []
    monkeypatch.setattr(kept, "MOST_RECORDINGS", 2)
    assert recordings.prune({"open"}) == [made[3], made[4], made[1]]
    assert recordings.incidents() == ["closed_new", "open"]
    monkeypatch.setattr(kept, "MOST_BYTES", made[0].stat().st_size)
    assert recordings.prune({"open"}) == [made[2]]
    monkeypatch.setattr(kept, "MOST_BYTES", 0)
    assert recordings.prune({"open"}) == [made[0]]


def test_of_its_own_a_robot_keeps_the_newest_few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST_LOCAL", 2)
    for number in (1, 2, 10):
        whole(tmp_path, f"local:care_1:{number}", float(number))
    whole(tmp_path, "local:log_1:1", 0.0, "log_1")
    whole(tmp_path, INCIDENT, 0.0)
    recordings = Recordings(tmp_path)
    recordings.prune(set())
    assert recordings.incidents() == [INCIDENT, "local:care_1:10", "local:care_1:2", "local:log_1:1"]
    assert recordings.last_locals() == {"care_1": 10, "log_1": 1}


def test_what_a_robot_recorded_by_itself_is_put_beside_the_incident_that_began_then(tmp_path: Path) -> None:
    for number, at_s in ((1, 100.0), (2, 500.0)):
        whole(tmp_path, f"local:care_1:{number}", at_s)
    whole(tmp_path, "local:log_1:1", 500.0, "log_1")
    recordings = Recordings(tmp_path)
    recordings.link(INCIDENT, "care_1", 510.0)
    assert [path.name for path in recordings.of(INCIDENT)] == ["care_1.local_2.mcap"]
    assert recordings.incidents() == [INCIDENT, "local:care_1:1", "local:log_1:1"]


def test_what_another_process_still_writes_is_left_alone(tmp_path: Path) -> None:
    recordings = Recordings(tmp_path)
    file = RecordingFile(recordings.part(INCIDENT, "care_1"), TYPES, {"incident": INCIDENT}, 0)
    file.write([heard(STATE, 1.0, "a")])
    recorder(tmp_path).close({})
    assert recordings.of(INCIDENT) == [file.part]
    file.close()
    recorder(tmp_path).close({})
    assert recordings.of(INCIDENT) == [recordings.path(INCIDENT, "care_1")]


@pytest.mark.parametrize("incident", [INCIDENT, "..", "../../etc", "a/b", "a.b", "정전"])
def test_no_id_leads_out_of_the_folder(tmp_path: Path, incident: str) -> None:
    path = whole(tmp_path, incident, 1.0)
    assert path.resolve().parent.parent == (tmp_path / "incidents").resolve()
    assert Recordings(tmp_path).incidents() == [incident]


def test_a_job_that_fails_for_another_reason_is_told_and_the_next_one_is_done(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    made = recorder(tmp_path)
    made.begin("first", "care_1", {}, 0, [heard("/care_1/unheard_of", 1.0, "a")])
    made.end(made.begin("second", "care_1", {}, 0, [heard(STATE, 1.0, "a")]), {})
    with caplog.at_level(logging.ERROR):
        made.close({})
    assert "recording_failed" in caplog.text
    assert len(read(Recordings(tmp_path).path("second", "care_1"))) == 1
