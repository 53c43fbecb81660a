"""`incident export` copies what robots recorded, says what is in it, and why there is nothing."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from click.testing import Result
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from robot_fleet.cli.app import build
from robot_fleet.core.errors import RuntimeFailure
from robot_fleet.runtime.processes.run_directory import run_directory
from robot_fleet.runtime.recordings.kept import Recordings
from robot_fleet.runtime.recordings.recording_file import RecordingFile
from test.unit.runtime.recorded import TYPES, heard, read

SCHEMA = Path(__file__).resolve().parents[3] / "docs" / "reference" / "schemas" / "incident_manifest.schema.json"
STUCK = "incident:stuck:care_1:3"


@pytest.fixture(autouse=True)
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The run directory of a fleet that ran under the default name."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    path = run_directory().path
    path.mkdir(parents=True)
    return path


def record(run: Path, incident: str, robot: str, *, whole: bool = True) -> None:
    recordings = Recordings(run)
    file = RecordingFile(recordings.part(incident, robot), TYPES, {"incident": incident, "ended": "complete"}, 0)
    file.write([heard("/care_1/state", 27_000.0, "a"), heard("/care_1/load", 27_060.5, "b")])
    if whole:
        file.finish(recordings.path(incident, robot))
    else:
        file.close()


def export(incident: str, out: Path, *words: str) -> Result:
    return CliRunner().invoke(build(["incident"]), ["incident", "export", incident, "-o", str(out), *words])


def failure(result: Result) -> str:
    assert isinstance(result.exception, RuntimeFailure), result.output
    return result.exception.code


def test_each_robots_recording_is_copied_and_the_manifest_says_what_is_in_it(run: Path, tmp_path: Path) -> None:
    for robot in ("care_1", "log_1"):
        record(run, STUCK, robot)
    record(run, "incident:other", "park_1")
    out = tmp_path / "deep" / "out"
    result = export(STUCK, out, "--json")
    assert result.exit_code == 0, result.output
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert json.loads(result.stdout) == manifest
    Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))).validate(manifest)
    assert {path.name for path in out.iterdir()} == {"care_1.mcap", "log_1.mcap", "manifest.json"}
    assert [each["robot"] for each in manifest["recordings"]] == ["care_1", "log_1"]
    first = manifest["recordings"][0]
    content = (out / "care_1.mcap").read_bytes()
    assert (first["bytes"], first["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    assert (first["begin_s"], first["end_s"], first["messages"]) == (27_000.0, 27_060.5, 2)
    assert first["topics"]["/care_1/load"] == {"type": "std_msgs/msg/String", "messages": 1}
    assert first["about"]["incident"] == STUCK
    assert [words for _, _, words in read(out / "care_1.mcap")] == ["a", "b"]


def test_who_still_records_is_told(run: Path, tmp_path: Path) -> None:
    record(run, STUCK, "care_1")
    record(run, STUCK, "log_1", whole=False)
    result = export(STUCK, tmp_path / "out")
    assert "07:30:00 to 07:31:00" in result.output
    assert "log_1 still records" in result.output
    record(run, "incident:new", "log_1", whole=False)
    assert failure(export("incident:new", tmp_path / "new")) == "runtime_recording_under_way"


def test_a_copy_of_a_robots_own_run_directory_will_do(tmp_path: Path) -> None:
    record(tmp_path / "from_robot", "local:care_1:1", "care_1")
    result = export("local:care_1:1", tmp_path / "out", "--run", str(tmp_path / "from_robot"))
    assert result.exit_code == 0, result.output
    assert (tmp_path / "out" / "care_1.mcap").exists()


def test_without_recordings_it_says_which_fleets_have_black_boxes(tmp_path: Path) -> None:
    result = export(STUCK, tmp_path / "out")
    assert failure(result) == "runtime_no_recording"
    assert "--link ros only" in str(result.exception)
    assert not (tmp_path / "out").exists()


def test_what_is_wrong_is_one_clear_error(run: Path, tmp_path: Path) -> None:
    record(run, STUCK, "care_1")
    result = export("incident:none", tmp_path / "out")
    assert failure(result) == "runtime_no_recording"
    assert STUCK in str(result.exception)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.tex").write_text("mine")
    assert failure(export(STUCK, tmp_path / "full")) == "runtime_file_unwritable"
    assert failure(export(STUCK, tmp_path / "full" / "thesis.tex")) == "runtime_file_unwritable"
    assert failure(export(STUCK, tmp_path / "out", "--name", "never")) == "runtime_no_fleet"
    path = Recordings(run).path(STUCK, "care_1")
    path.write_bytes(path.read_bytes()[:-100])
    assert failure(export(STUCK, tmp_path / "out2")) == "runtime_recording_damaged"
