"""Brings the faults of a scenario about in real processes: by signals, by the file that they follow, by commands."""

from __future__ import annotations

import math
import resource
import signal
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from robot_fleet.client.connection import Connection
from robot_fleet.core.errors import FleetError
from robot_fleet.core.inputs import RestorePaper, TakeCityEvent, WithdrawPaper
from robot_fleet.core.site import Site
from robot_fleet.runtime.chaos.control import Orders
from robot_fleet.runtime.chaos.messages import CALM, Disturbance
from robot_fleet.runtime.chaos.navigator import FOUND, Astray
from robot_fleet.runtime.event_keys import local_key
from robot_fleet.runtime.processes.run_directory import RunDirectory
from robot_fleet.runtime.processes.running import processes
from robot_fleet.runtime.processes.supervisor import Supervisor
from robot_fleet.runtime.scenarios import faults as f
from robot_fleet.runtime.scenarios.followed import hazard_of
from robot_fleet.runtime.scenarios.menders import STAFF
from robot_fleet.runtime.scenarios.sayings import envelope, is_said, said
from robot_fleet.runtime.scenarios.seen import RobotSeen
from robot_fleet.runtime.scenarios.shapes import shape_of
from robot_fleet.runtime.scenarios.stage import LETS_GO_S, PERSON
from robot_fleet.runtime.scenarios.striking import Struck
from robot_fleet.server.webhooks.cloud_events import signed_event

_ANSWER_S = 1.0
_FULL_BYTES = 1
_EVENTS = "/events"
_MOVES_MPS = 0.05


class RealStage:
    """Implements `striking.Stage` on real processes.

    Parameters
    ----------
    site, run, supervisor, orders : of the fleet.
    port : of its console.
    seed : of the people in a crowd.

    Attributes
    ----------
    now_s, robots : fleet time and bodies, as they were seen last.
    """

    def __init__(
        self, site: Site, run: RunDirectory, supervisor: Supervisor, orders: Orders, port: int, seed: int
    ) -> None:
        self._site = site
        self._run = run
        self._supervisor = supervisor
        self._orders = orders
        self._url = f"http://127.0.0.1:{port}"
        self._seed = seed
        self._number = 0
        self._unheard: list[tuple[float, str, str, dict[str, Any]]] = []
        self._room: dict[str, tuple[int, tuple[int, int]]] = {}
        self.now_s = 0.0
        self.robots: dict[str, RobotSeen] = {}

    def look(self) -> None:
        """Give the commands that are due, and again those that nobody has heard."""
        self._unheard = [each for each in self._unheard if each[0] > self.now_s or not self._said(*each[1:])]

    def begin(self, struck: Struck) -> bool:
        """Let a fault begin; return whether that was possible now."""
        fault = struck.fault
        match fault:
            case f.ActionFails():
                return self._fails(struck.robots[0], fault.doing)
            case f.NetworkCut():
                for robot in struck.robots:
                    self._orders.disturb(robot, Disturbance(fault.loses, fault.doubles, fault.late_s))
            case f.LocalisationJumps():
                self._orders.mislead(struck.robots[0], Astray(fault.dx_m, fault.dy_m, fault.sigma_m))
            case f.ProcessKilled():
                self._supervisor.signal(fault.process, signal.SIGKILL)
            case f.ProcessHangs():
                self._supervisor.signal(fault.process, signal.SIGSTOP)
            case f.DiskFull():
                if not self._fill(struck.id, fault.process):
                    return False
            case f.ZoneClosed():
                self._command(f"/zones/{fault.zone}/close", {"by": PERSON})
            case f.FleetHeld():
                self._command("/hold", {"by": PERSON})
            case _ if is_said(fault):
                self._say(struck, over=False)
            case _:
                self._orders.endanger(struck.id, hazard_of(struck, self._seed))
                if isinstance(fault, f.RobotDies):
                    self._orders.disturb(struck.robots[0], Disturbance(drop=1.0))
        struck.shape = shape_of(fault, self._site)
        return True

    def end(self, struck: Struck) -> None:
        """Let a fault end."""
        fault = struck.fault
        match fault:
            case f.NetworkCut():
                for robot in struck.robots:
                    self._orders.disturb(robot, CALM)
            case f.LocalisationJumps():
                self._orders.mislead(struck.robots[0], FOUND)
            case f.ProcessHangs():
                self._supervisor.signal(fault.process, signal.SIGCONT)
            case f.DiskFull():
                pid, limits = self._room.pop(struck.id)
                with suppress(ProcessLookupError, PermissionError):
                    resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)
            case f.ZoneClosed():
                self._command(f"/zones/{fault.zone}/open", {"by": PERSON})
            case f.FleetHeld():
                self._command("/resume", {"by": PERSON})
            case _ if is_said(fault):
                self._say(struck, over=True)
            case f.ActionFails():
                self._orders.abort(struck.robots[0], 0)
            case f.ProcessKilled() | f.RobotDies():
                pass
            case _:
                self._orders.endanger(struck.id, None)
                if isinstance(fault, f.EmergencyStop):
                    self._command("/resume", {"robot": struck.robots[0], "by": PERSON}, LETS_GO_S)

    def mend(self, key: str, place: str, all_struck: Sequence[Struck]) -> None:
        """Let whatever is wrong with a charger be well again, and say that the place is in order."""
        for struck in all_struck:
            broken = isinstance(struck.fault, f.ChargerBroken) and struck.fault.charger == place
            if broken and struck.begin_s is not None and struck.end_s is None:
                self._orders.endanger(struck.id, None)
                struck.end_s = self.now_s
        self._said("/places/mended", key, {"place": place, "by": STAFF})

    def _say(self, struck: Struck, *, over: bool) -> None:
        told = said(self._site, struck.fault, struck.id, "", PERSON, over=over)
        match told:
            case WithdrawPaper() | RestorePaper():
                change = "restore" if isinstance(told, RestorePaper) else "withdraw"
                self._command(f"/papers/{told.paper}/{change}", {"by": PERSON})
            case TakeCityEvent():
                self._command(_EVENTS, {"event": told})

    def _fails(self, robot: str, doing: str) -> bool:
        seen = self.robots.get(robot)
        if seen is None:
            return False
        now = "act" if seen.act else "drive" if seen.v_mps > _MOVES_MPS else ""
        if not now or (doing and doing != now):
            return False
        self._number += 1
        self._orders.abort(robot, self._number)
        return True

    def _fill(self, name: str, process: str) -> bool:
        pid = next((row.pid for row in processes(self._run) if row.name == process), None)
        if pid is None:
            return False
        with suppress(ProcessLookupError):
            limits = resource.prlimit(pid, resource.RLIMIT_FSIZE)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (_FULL_BYTES, limits[1]))
            self._room[name] = pid, limits
            return True
        return False

    def _command(self, path: str, body: dict[str, Any], after_s: float = 0.0) -> None:
        self._number += 1
        self._unheard.append((self.now_s + after_s, path, f"scenario-{self._number}", body))
        self.look()

    def _said(self, path: str, key: str, body: dict[str, Any]) -> bool:
        with suppress(FleetError), Connection(self._url, patience_s=0.0) as gateway:
            if path == _EVENTS:
                gateway.send(path, *signed_event(envelope(body["event"]), local_key(self._run.path)))
            else:
                gateway.post(path, body, key, timeout_s=_ANSWER_S)
            return True
        return False


def bodies_seen(state: dict[str, Any]) -> dict[str, RobotSeen]:
    """Return the robots as a checkpoint of the simulator has them."""
    acts = {fields[0]: fields for fields in state["acts"]}
    found = {}
    for name, body in state["robots"].items():
        act = acts.get(body["act_id"])
        verb, place = ("", "") if act is None else (str(act[2]), str(act[3]))
        found[name] = RobotSeen(body["x_m"], body["y_m"], body["v_mps"], math.nan, verb, place)
    return found
