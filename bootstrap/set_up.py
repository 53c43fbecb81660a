"""Brings a checkout's environment to what the checkout asks for, whatever an earlier attempt left behind."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from bootstrap import host as machine
from bootstrap import interfaces, packages, ros, stamp
from bootstrap.host import Interpreter
from bootstrap.layout import Layout
from bootstrap.lock_files import lines, read_lock
from bootstrap.progress import Progress
from bootstrap.ros import HostRos
from bootstrap.stamp import Stamp
from bootstrap.steps import Steps


def own_version() -> str:
    """Return the version of the running Python, such as ``3.11``."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def is_complete(layout: Layout, host: HostRos | None, full_nav2: bool = False) -> bool:
    """Return whether the environment is what the checkout asks for; cheap, since each start asks it."""
    found = stamp.read(layout.stamp)
    wanted = stamp.wanted(layout, own_version(), host, full_nav2 or found.full_nav2)
    return found == wanted and layout.python.exists()


def run(layout: Layout, host: HostRos | None, environ: Mapping[str, str], full_nav2: bool = False) -> None:
    """Set the environment up; only one process does so at a time, and another one waits and finds it done.

    With ``full_nav2`` every interface of Nav2 is built, now and whenever this environment is brought up to date.

    The stamp is written part by part as each becomes true, so an interrupted set-up goes on where it can be trusted: a
    half-filled environment is made anew, built interfaces are taken from the cache.

    Raises
    ------
    Unready
        If the machine lacks something. Nothing was changed.
    StepFailed
        If a program of the set-up failed.
    """
    interpreter = machine.choose(machine.survey(environ, sys.executable), host)
    with locked(layout) as lock_fd:
        found = stamp.read(layout.stamp)
        wanted = stamp.wanted(layout, interpreter.version, host, full_nav2 or found.full_nav2)
        if found == wanted and layout.python.exists():
            return
        with Progress(sys.stderr, time.monotonic, sys.stderr.isatty()) as progress:
            progress.say("setting up robot_fleet (a few minutes the first time)")
            steps = Steps(layout.log, _environ(layout, host, environ), lock_fd)
            try:
                _SetUp(layout, host, interpreter, steps, progress).bring_up_to(wanted)
            finally:
                steps.stop()


def add_rivals(layout: Layout, host: HostRos | None, environ: Mapping[str, str]) -> None:
    """Install the rivals of the benchmarks into the environment, which is complete; nothing if they are there.

    Raises
    ------
    StepFailed
        If pip failed.
    """
    pins = read_lock(layout.bench_lock)
    with locked(layout) as lock_fd:
        if layout.bench_stamp.exists() and layout.bench_stamp.read_text(encoding="utf-8") == lines(pins):
            return
        with Progress(sys.stderr, time.monotonic, sys.stderr.isatty()) as progress:
            steps = Steps(layout.log, _environ(layout, host, environ), lock_fd)
            try:
                with progress.phase(f"{len(pins)} packages (rivals of the benchmarks)") as phase:
                    packages.install(steps, layout, pins, phase)
            finally:
                steps.stop()
        layout.bench_stamp.write_text(lines(pins), encoding="utf-8")


@contextmanager
def locked(layout: Layout) -> Iterator[int]:
    """Hold the checkout's lock, which is its folder itself; SIGTERM inside ends the body as Ctrl-C does."""
    descriptor = os.open(layout.root, os.O_RDONLY)
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("fleet: another set-up of this checkout goes on; waiting for it", file=sys.stderr, flush=True)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        signal.signal(signal.SIGTERM, before)
        os.close(descriptor)


@dataclass(frozen=True, slots=True)
class _SetUp:
    """One attempt, with all that its parts need."""

    layout: Layout
    host: HostRos | None
    interpreter: Interpreter
    steps: Steps
    progress: Progress

    def bring_up_to(self, wanted: Stamp) -> None:
        stamp_file = self.layout.stamp
        if stamp.read(stamp_file).packages != wanted.packages or not self.layout.python.exists():
            self._make_anew(wanted)
        else:
            before = stamp.read(stamp_file)
            stamp.write(stamp_file, Stamp(packages=wanted.packages, full_nav2=wanted.full_nav2))
            if before.interfaces != wanted.interfaces:
                self._install_interfaces(wanted.full_nav2)
            if before.planners != wanted.planners:
                self._compile_planners()
        stamp.write(stamp_file, wanted)

    def _make_anew(self, wanted: Stamp) -> None:
        layout = self.layout
        layout.stamp.unlink(missing_ok=True)
        if layout.venv.is_symlink():
            layout.venv.unlink()
        elif layout.venv.exists():
            shutil.rmtree(layout.venv)
        layout.venv.mkdir()
        stamp.write(layout.stamp, Stamp(full_nav2=wanted.full_nav2))
        with self.progress.phase(f"virtual environment of Python {self.interpreter.version}"):
            packages.make_environment(self.steps, layout, self.interpreter, self.host)
        first_pins, other_pins = packages.pins_for(layout, self.host)
        with ThreadPoolExecutor(2) as pool:
            try:
                others = pool.submit(self._install_packages, "others", other_pins)
                self._install_packages("for building" if self.host else "ROS", first_pins)
                # The compiler works while the other packages are still on their way.
                built = pool.submit(self._install_interfaces, wanted.full_nav2)
                others.result()
                stamp.write(layout.stamp, Stamp(packages=wanted.packages, full_nav2=wanted.full_nav2))
                self._compile_planners()
                built.result()
            except BaseException:
                self.steps.stop()  # the pool waits for its threads, and they for their programs
                raise

    def _install_packages(self, name: str, pins: dict[str, str]) -> None:
        with self.progress.phase(f"{len(pins)} packages ({name})") as phase:
            packages.install(self.steps, self.layout, pins, phase)

    def _install_interfaces(self, full_nav2: bool) -> None:
        keys = stamp.interface_keys(self.layout, self.interpreter.version, self.host, full_nav2)
        with self.progress.phase("interface packages") as phase:
            interfaces.install(self.steps, self.layout, keys, self.host, phase, full_nav2)

    def _compile_planners(self) -> None:
        with self.progress.phase("planners (compiled once a machine, a minute or two)"):
            self.steps.run("compiling the planners", self.layout.python, "-m", "robot_fleet.scheduling.warm")


def _environ(layout: Layout, host: HostRos | None, environ: Mapping[str, str]) -> dict[str, str]:
    return {**ros.environment(environ, layout, host), "PIP_USER": "0", "PYTHONUNBUFFERED": "1"}


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
