"""How a chaos run tells the processes of a fleet over ROS what is to fail: one small file, read often."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from robot_fleet.runtime.chaos.messages import CALM, Disturbance
from robot_fleet.runtime.chaos.navigator import FOUND, Astray
from robot_fleet.runtime.processes.statefile import read_json, write_json

FOLLOW_EVERY_S = 0.05


class Orders:
    """What is to fail now, as the chaos run has it.

    Parameters
    ----------
    path : the file; whoever follows it sees each change within `FOLLOW_EVERY_S`.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._network: dict[str, Sequence[float]] = {}
        self._astray: dict[str, Sequence[float]] = {}
        self._ahead_s = 0.0
        self._aborts: dict[str, int] = {}
        self._hazards: dict[str, Mapping[str, Any]] = {}
        self._write()

    def disturb(self, robot: str, how: Disturbance) -> None:
        """Disturb a robot's messages from now on; `CALM` ends that."""
        self._network[robot] = [how.drop, how.double, how.delay_s]
        if how == CALM:
            del self._network[robot]
        self._write()

    def mislead(self, robot: str, astray: Astray) -> None:
        """Let a robot believe to stand elsewhere; `FOUND` ends that."""
        self._astray[robot] = [astray.dx_m, astray.dy_m, astray.sigma_m]
        if astray == FOUND:
            del self._astray[robot]
        self._write()

    def jump(self, ahead_s: float) -> None:
        """Let the manager's clock run ahead from now on."""
        self._ahead_s = ahead_s
        self._write()

    def abort(self, robot: str, number: int) -> None:
        """Let what a robot does fail, once; `number` tells one such wish from another, 0 takes it back."""
        self._aborts[robot] = number
        if not number:
            del self._aborts[robot]
        self._write()

    def endanger(self, name: str, hazard: Mapping[str, Any] | None) -> None:
        """Let something be wrong with the world from now on, as a scenario's file has it; None ends that."""
        self._hazards.pop(name, None)
        if hazard is not None:
            self._hazards[name] = hazard
        self._write()

    def _write(self) -> None:
        body = {
            "network": self._network,
            "astray": self._astray,
            "ahead_s": self._ahead_s,
            "aborts": self._aborts,
            "hazards": self._hazards,
        }
        write_json(self._path, body)


class Following:
    """What is to fail now, as a process of the fleet reads it.

    Parameters
    ----------
    path : the file that `Orders` writes.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read_s = float("-inf")
        self._written = -1
        self._body: Mapping[str, Any] = {}
        self._done: set[int] = set()

    def network(self, robot: str) -> Disturbance:
        """Return how the network of a robot is now."""
        found = self._now().get("network", {}).get(robot)
        return CALM if found is None else Disturbance(*found)

    def astray(self, robot: str) -> Astray:
        """Return where a robot believes to stand now."""
        found = self._now().get("astray", {}).get(robot)
        return FOUND if found is None else Astray(*found)

    @property
    def hazards(self) -> Mapping[str, Mapping[str, Any]]:
        """What is to be wrong with the world now."""
        found: Mapping[str, Mapping[str, Any]] = self._now().get("hazards", {})
        return found

    @property
    def ahead_s(self) -> float:
        """How far the manager's clock is to run ahead now."""
        return float(self._now().get("ahead_s", 0.0))

    def abort(self, fail: Callable[[str], str]) -> None:
        """Carry out what is to fail at once, and say in a file beside this one what did.

        Parameters
        ----------
        fail : lets what a robot does fail and returns what that was, empty if it could not; asked again then.
        """
        for robot, number in self._now().get("aborts", {}).items():
            if number not in self._done and fail(robot):
                self._done.add(number)
                write_json(done_file(self._path), {"done": sorted(self._done)})

    def _now(self) -> Mapping[str, Any]:
        now_s = time.monotonic()
        if now_s - self._read_s >= FOLLOW_EVERY_S:
            self._read_s = now_s
            try:
                written = self._path.stat().st_mtime_ns
            except FileNotFoundError:
                return self._body
            if written != self._written:
                self._written, self._body = written, read_json(self._path) or {}
        return self._body


def done_file(path: Path) -> Path:
    """Return the file in which the simulator says which failures it has brought about."""
    return path.with_name(f"{path.stem}_done.json")
