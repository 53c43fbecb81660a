"""The contract suite of telemetry history on SQLite, and what holds there alone."""

from __future__ import annotations

import logging
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Pool, event

from robot_fleet.core.errors import StoreError
from robot_fleet.stores.history.recorder import TelemetryRecorder
from robot_fleet.stores.history.store import TelemetryStore
from test.contract.telemetry_contract import TelemetryContract, assert_series, code_of, record

KILLED = """
import os, signal, sys
from robot_fleet.stores.history.recorder import TelemetryRecorder
recorder = TelemetryRecorder.open(sys.argv[1])
for second in range(8_000):
    recorder.add("a", second + 0.25, {"soc_pct": second % 90})
    recorder.add_pose("a", second + 0.25, second / 2.0, 0.0, 0.0, "m")
    recorder.flush(second + 1.0)
    if second == 7_900:
        print("written", flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
"""


LIMITED = """
import os, resource, sys
from pathlib import Path
from robot_fleet.stores.history.recorder import TelemetryRecorder
recorder = TelemetryRecorder.open(sys.argv[1])

def work(from_s, to_s):
    for second in range(from_s, to_s):
        recorder.add("a", second + 0.25, {"soc_pct": second % 90})
        recorder.flush(second + 1.0)

work(0, 200)
log = Path(sys.argv[1].removeprefix("sqlite:///") + "-wal")
unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (log.stat().st_size, unlimited[1]))
work(200, 400)
print(recorder.failure.code)
resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
work(400, 600)
print(recorder.failure)
"""


class Room:
    """How many pages SQLite may use."""

    pages = 1_000_000


@pytest.fixture
def room() -> Iterator[Room]:
    found = Room()

    def limit(raw: sqlite3.Connection, *_: object) -> None:
        raw.execute(f"PRAGMA max_page_count={found.pages}")

    event.listen(Pool, "checkout", limit)
    yield found
    event.remove(Pool, "checkout", limit)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "telemetry.sqlite"


class TestSqliteTelemetry(TelemetryContract):
    @pytest.fixture
    def url(self, path: Path) -> str:
        return f"sqlite:///{path}"

    def change(self, url: str, statement: str) -> None:
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection, connection:
            connection.execute(statement)

    def test_a_killed_writer_loses_the_last_minute_at_most(self, url: str) -> None:
        ended = subprocess.run([sys.executable, "-c", KILLED, url], capture_output=True, text=True, check=False)
        assert (ended.returncode, ended.stdout) == (-signal.SIGKILL, "written\n"), ended.stderr
        with TelemetryStore.open(url) as store:
            _, last_s = store.span("a")
            assert 7_841.0 <= last_s <= 7_901.0
            counts = store.series("a", "soc_pct", 0.0, last_s, 10).count
            assert counts.sum() == last_s
            (piece,) = store.trajectory("a", 0.0, last_s)
            assert abs(piece.at_s[-1] - last_s) <= 1.0
        again = TelemetryRecorder.open(url)
        record(again, 7_910.0, 7_990.0, ("a",))
        again.close(7_990.0)
        with TelemetryStore.open(url) as store:
            assert_series(store.series("a", "soc_pct", 7_910.0, 7_990.0, 80), 7_910.0, 7_990.0)

    def test_a_full_disk_is_told_once_and_the_recorder_goes_on(
        self, url: str, room: Room, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO)
        recorder = self.recorder(url)
        record(recorder, 0.0, 100.0)
        room.pages = 1
        record(recorder, 100.0, 3_000.0)
        assert recorder.failure is not None
        assert recorder.failure.code == "store_full"
        room.pages = 1_000_000
        record(recorder, 3_000.0, 3_200.0)
        recorder.close(3_200.0)
        assert recorder.failure is None
        told = [each.message for each in caplog.records if "telemetry" in each.message]
        assert [each.partition(" event=")[2].split()[0] for each in told] == ["failing", "recovered"]
        with TelemetryStore.open(url) as store:
            assert_series(store.series("a", "soc_pct", 3_100.0, 3_200.0, 100), 3_000.0, 3_200.0)
            assert store.series("a", "soc_pct", 0.0, 50.0, 1).count.tolist() == [20]
            assert not store.series("a", "soc_pct", 1_000.0, 2_000.0, 10).count.any()

    def test_a_process_that_may_not_write_more_goes_on(self, url: str) -> None:
        ended = subprocess.run([sys.executable, "-c", LIMITED, url], capture_output=True, text=True, check=True)
        assert ended.stdout.split() == ["store_write_failed", "None"]

    def test_a_full_disk_at_the_start_is_one_error_with_a_code(self, url: str, room: Room) -> None:
        room.pages = 1
        assert code_of(lambda: self.recorder(url)) == "store_full"
        room.pages = 1_000_000
        self.recorder(url).close(0.0)

    def test_another_file_is_left_alone(self, url: str, path: Path) -> None:
        path.write_text("a diary, and no database" * 100, encoding="utf-8")
        assert code_of(lambda: self.recorder(url)) == "store_foreign"
        assert code_of(lambda: TelemetryStore.open(url)) == "store_foreign"
        assert path.read_text(encoding="utf-8").startswith("a diary")

    def test_a_folder_that_cannot_be_made_is_one_error(self, path: Path) -> None:
        path.write_text("", encoding="utf-8")
        assert code_of(lambda: self.recorder(f"{path}/below/t.sqlite")) == "store_write_failed"


@pytest.mark.parametrize("url", ["", "sqlite://", "mysql://u:secret@h/d", "postgresql://u:secret@h"])
def test_a_url_that_names_no_database_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(StoreError) as caught:
        TelemetryStore.open(url)
    assert caught.value.code == "store_bad_url"
    assert "secret" not in str(caught.value)
