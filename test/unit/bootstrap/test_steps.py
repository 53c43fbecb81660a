from __future__ import annotations

import fcntl
import io
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bootstrap.errors import StepFailed
from bootstrap.layout import Layout
from bootstrap.progress import Progress
from bootstrap.set_up import locked
from bootstrap.steps import Steps

WAITS_FOR_EVER = "import signal; print('up', flush=True); signal.pause()"


@pytest.fixture
def steps(tmp_path: Path) -> Iterator[Steps]:
    descriptor = os.open(tmp_path, os.O_RDONLY)
    yield Steps(tmp_path / "log", os.environ, descriptor)
    os.close(descriptor)


def test_lines_are_handed_on_and_logged(steps: Steps, tmp_path: Path) -> None:
    seen: list[str] = []
    steps.run("counting", sys.executable, "-S", "-c", "print('one'); print('two')", on_line=seen.append)
    assert seen == ["one", "two"]
    assert (tmp_path / "log").read_text().splitlines()[1:] == ["one", "two"]


def test_a_failure_says_what_failed_how_and_where_to_read_on(steps: Steps, tmp_path: Path) -> None:
    script = "import sys; print('no space left', file=sys.stderr); sys.exit(7)"
    with pytest.raises(StepFailed) as caught:
        steps.run("compiling x", sys.executable, "-S", "-c", script)
    message = str(caught.value)
    assert message.startswith("compiling x failed (exit status 7)")
    assert str(tmp_path / "log") in message
    assert message.endswith("no space left")


def test_a_missing_program_is_a_failure_too(steps: Steps) -> None:
    with pytest.raises(StepFailed, match="compiling x could not be started"):
        steps.run("compiling x", "/nowhere/cmake")


STARTS_ANOTHER = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-S", "-c", "import signal; print('up', flush=True); signal.pause()"])
child.wait()
"""


@pytest.mark.parametrize("script", [WAITS_FOR_EVER, STARTS_ANOTHER], ids=["a program", "and what it has started"])
def test_stopping_ends_what_runs_and_lets_nothing_start(steps: Steps, script: str) -> None:
    up = threading.Event()
    failures: list[str] = []

    def run() -> None:
        try:  # ends only when every program that holds the output has ended
            steps.run("waiting", sys.executable, "-S", "-c", script, on_line=lambda _: up.set())
        except StepFailed as error:
            failures.append(str(error))

    thread = threading.Thread(target=run)
    thread.start()
    assert up.wait(30)
    steps.stop()
    thread.join(30)
    assert failures[0].startswith("waiting failed (exit status -15)")
    with pytest.raises(StepFailed, match="given up"):
        steps.run("another", sys.executable, "-S", "-c", "")


def test_a_program_that_outlives_the_set_up_keeps_its_lock(tmp_path: Path) -> None:
    layout = Layout.of(tmp_path, {"HOME": str(tmp_path)})
    up = threading.Event()
    with locked(layout) as lock_fd:
        steps = Steps(tmp_path / "log", os.environ, lock_fd)

        def run() -> None:
            with pytest.raises(StepFailed):
                steps.run("waiting", sys.executable, "-S", "-c", WAITS_FOR_EVER, on_line=lambda _: up.set())

        thread = threading.Thread(target=run)
        thread.start()
        assert up.wait(30)
    another = os.open(tmp_path, os.O_RDONLY)
    with pytest.raises(BlockingIOError):
        fcntl.flock(another, fcntl.LOCK_EX | fcntl.LOCK_NB)
    steps.stop()
    thread.join(30)
    fcntl.flock(another, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(another)


def test_progress_without_a_terminal_is_whole_lines() -> None:
    stream = io.StringIO()
    times = iter([10.0, 12.0, 13.5])
    progress = Progress(stream, lambda: next(times), live=False)
    with progress.phase("packages") as phase:
        phase.detail = "3/7"
        progress.show()
    assert stream.getvalue().splitlines() == ["  packages ...", "  packages 3/7 2 s", "  packages: done, 3.5 s"]


def test_progress_on_a_terminal_writes_one_line_anew() -> None:
    stream = io.StringIO()
    times = iter([0.0, 0.0, 1.0, 2.0, 3.0])
    progress = Progress(stream, lambda: next(times), live=True)
    with progress.phase("packages"), progress.phase("interfaces"):
        progress.show()
    assert "\r\x1b[K  packages 1 s | interfaces 1 s" in stream.getvalue()
    assert stream.getvalue().endswith("  packages: done, 3.0 s\n")


def test_a_phase_that_fails_is_not_called_done() -> None:
    stream = io.StringIO()
    progress = Progress(stream, lambda: 0.0, live=False)
    with pytest.raises(StepFailed), progress.phase("packages"):
        raise StepFailed("pip failed")
    assert "done" not in stream.getvalue()
