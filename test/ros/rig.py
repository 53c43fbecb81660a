"""What the tests over real rclpy share: a node of their own, processes on the other side, and waiting for events."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import rclpy
from rclpy.context import Context
from rclpy.experimental import EventsExecutor
from rclpy.node import Node
from rosgraph_msgs.msg import Clock
from std_srvs.srv import Trigger

from robot_fleet.ledger.lock import FileLock
from robot_fleet.ros.qos import QOS
from robot_fleet.site.ground.maps import OCCUPIED, read_map, write_map

ROOT = Path(__file__).resolve().parents[2]
TINY = ROOT / "test" / "data" / "sites" / "tiny"
START_WITHIN_S = 120.0  # of wall time, on a machine that does much else
ANSWER_WITHIN_S = 60.0
AGAIN_AFTER_S = 3.0
WALLED_IN = (0.75, 6.0)
HARDWARE = "hardware"
_DOMAINS = range(1, 20)  # below those that fleets claim


def claim_domain(after: int = 0) -> tuple[int, FileLock]:
    """Return a ROS domain that no other run of these tests uses, and the lock that keeps it so.

    The next free one after a number is taken, so that one that was just given back rests for a while.
    """
    for domain in (*_DOMAINS[after:], *_DOMAINS[:after]):
        try:
            return domain, FileLock(Path(tempfile.gettempdir()) / f"robot_fleet_test_domain_{os.getuid()}_{domain}")
        except BlockingIOError:
            continue
    raise AssertionError(f"all of the domains {_DOMAINS} are in use by other tests")


def walled_site(folder: Path) -> Path:
    """Return a copy of the tiny site with a corner, around WALLED_IN, that nobody can reach."""
    shutil.copytree(TINY, folder)
    drawn = read_map(folder / "map.yaml")
    row, column = drawn.cell(1.5, 5.3)
    grid = drawn.grid.copy()
    edge = drawn.cell(0.0, 5.3)[1]
    grid[row : row + 3, edge : column + 3] = OCCUPIED
    grid[row : drawn.cell(0.0, 6.6)[0], column : column + 3] = OCCUPIED
    write_map(type(drawn)(grid, drawn.resolution_m, drawn.origin_x_m, drawn.origin_y_m), folder / "map.yaml")
    return folder


class Ros:
    """A node of the test's own, which hears nothing but while it waits."""

    def __init__(self, domain: int) -> None:
        self.domain = domain
        self._context = Context()
        rclpy.init(context=self._context, domain_id=domain)
        self.node = Node("test", context=self._context)
        self._executor = EventsExecutor(context=self._context)
        self._executor.add_node(self.node)
        self.times_s: list[float] = []
        self.node.create_subscription(Clock, "/clock", self._timed, QOS["clock"].wanted)

    def close(self) -> None:
        self._executor.remove_node(self.node)
        self._executor.shutdown()  # else what it has called stays on the network, latched words included
        self.node.destroy_node()
        rclpy.shutdown(context=self._context)

    def until(self, done: Callable[[], Any], what: str, within_s: float = ANSWER_WITHIN_S) -> Any:
        """Hear until `done` returns something true, and return that."""
        deadline_s = time.monotonic() + within_s
        while True:
            found = done()
            if found:
                return found
            assert time.monotonic() < deadline_s, f"waited {within_s:.0f} s in vain until {what}"
            self._executor.spin_once(timeout_sec=0.05)

    def wait(self, seconds: float, speed: float | None = None) -> None:
        """Let fleet time pass; for a body in wall time that is so many times quicker, that much less of it."""
        if speed is not None:
            until_s = time.monotonic() + seconds / speed
            self.until(lambda: time.monotonic() >= until_s, "time passes")
            return
        self.until(lambda: self.times_s, "there is a time")
        due_s = self.times_s[-1] + seconds
        self.until(lambda: self.times_s[-1] >= due_s, f"it is {due_s}")

    def collect(self, kind: Any, topic: str, qos: Any = 10) -> list[Any]:
        """Return a list to which whatever comes on a topic is added."""
        heard: list[Any] = []
        self.node.create_subscription(kind, topic, heard.append, qos)
        return heard

    def result(self, future: Any, what: str = "there is an answer", within_s: float = ANSWER_WITHIN_S) -> Any:
        """Wait for a future and return its result."""
        self.until(future.done, what, within_s)
        return future.result()

    def call(self, kind: Any, name: str, request: Any) -> Any:
        """Call a service, again until it answers: one that was killed is taken to be there for a while."""
        client = self.node.create_client(kind, name)
        self.until(client.service_is_ready, f"{name} is there", START_WITHIN_S)
        asked: list[Any] = []

        def answers() -> list[Any]:
            if time.monotonic() - asked_s[0] > AGAIN_AFTER_S:
                asked_s[0] = time.monotonic()
                asked.append(client.call_async(request))
            return [future for future in asked if future.done()]

        asked_s = [-AGAIN_AFTER_S]
        answer = self.until(answers, f"{name} answers")[0].result()
        self.node.destroy_client(client)
        return answer

    def trigger(self, name: str) -> str:
        """Call one of the rig's own services and return its message."""
        answer = self.call(Trigger, name, Trigger.Request())
        assert answer.success, answer.message
        return str(answer.message)

    def _timed(self, message: Clock) -> None:
        self.times_s.append(message.clock.sec + message.clock.nanosec / 1e9)


def bodies(embedded: float, hardware: float) -> pytest.MarkDecorator:
    """Run a module's tests on the embedded simulator's robot and on one on a bench, each so many times quicker."""
    made = {"embedded": (str(embedded),), HARDWARE: (str(hardware), HARDWARE)}
    return pytest.mark.parametrize("field", list(made.values()), ids=list(made), indirect=True)


class Process:
    """A process on the other side; ended in any case."""

    def __init__(self, domain: int, words: Sequence[str], log: Path) -> None:
        env = {
            **os.environ,
            "ROS_DOMAIN_ID": str(domain),
            "ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST",
            "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]),
        }
        self._log = log
        self.wall_speed = float(words[-2]) if words[-1] == HARDWARE else None
        with log.open("ab") as out:
            self._process = subprocess.Popen([sys.executable, *words], env=env, cwd=ROOT, stdout=out, stderr=out)

    @property
    def said(self) -> str:
        """What it has written so far."""
        return self._log.read_text()

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self._process.send_signal(number)

    def wait(self, within_s: float) -> int:
        """Wait until it ends by itself, and return its exit status."""
        try:
            return self._process.wait(within_s)
        except subprocess.TimeoutExpired:
            self.send(signal.SIGABRT)  # with `faulthandler`, which every executor switches on, it says where it hangs
            self._process.wait()
            raise AssertionError(f"has not ended within {within_s:g} s: {self.said}") from None

    def kill(self) -> None:
        """End it as a power cut would."""
        self._process.kill()
        self._process.wait()

    def end(self, how: signal.Signals = signal.SIGINT) -> int:
        """Ask it to end if it runs, and return its exit status."""
        self._process.send_signal(how)
        try:
            return self._process.wait(ANSWER_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise


@contextmanager
def sim_world(domain: int, site: Path, run: Path, speed: float) -> Iterator[Process]:
    """Run the embedded simulator by itself, without a fleet; it must end well."""
    words = ["-m", "robot_fleet.nodes.sim_world", "--site", str(site), "--run", str(run), "--speed", str(speed)]
    process = Process(domain, words, run / "log")
    yield process
    assert process.end() == 0, process.said


class Fleet:
    """Some of a fleet's processes in one run directory."""

    def __init__(self, domain: int, run: Path, site: Path = TINY) -> None:
        self._domain = domain
        self._site = site
        self.run = run
        self.processes: dict[str, Process] = {}

    def start(self, name: str, *words: str) -> Process:
        """Start a process, or start it again."""
        simulated = [] if name == "sim_world" else ["--simulated"]
        argv = [
            "-m",
            f"robot_fleet.nodes.{name}",
            "--site",
            str(self._site),
            "--run",
            str(self.run),
            *simulated,
            *words,
        ]
        self.processes[name] = Process(self._domain, argv, self.run / f"{name}.log")
        return self.processes[name]

    def end(self) -> None:
        for process in self.processes.values():
            if process.running:
                process.end()
