"""`kill -9` of the real processes at random moments: what was begun ends once, and nothing is done twice."""

from __future__ import annotations

import csv
import json
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from robot_fleet.core.facts import Fact, TaskCancelled, TaskCompleted, TaskFailed, TaskRejected
from robot_fleet.core.fleet import FleetState, apply, initial_state
from robot_fleet.core.site import Site
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.nodes.arguments import NodeArguments
from robot_fleet.runtime.bringup.fleet_processes import FleetPlay, fleet_processes
from robot_fleet.runtime.history import registry
from robot_fleet.runtime.processes.claims import FleetClaim
from robot_fleet.runtime.processes.run_directory import RunDirectory
from robot_fleet.runtime.processes.running import RunningProcess, processes
from robot_fleet.runtime.processes.shared_memory import SHARED_MEMORY, sweep
from robot_fleet.runtime.processes.statefile import read_json
from robot_fleet.runtime.processes.supervisor import Supervisor
from robot_fleet.site.load import load_site
from test.trace_truth import contacts, custody, read_trace

BUSAN = Path(__file__).resolve().parents[2] / "config" / "sites" / "busan_edc"
PASSAGE = "link_passage"
SPEED = 10.0
WITHIN_S = 280.0
SETTLED_S = 4.0
"""Wall seconds between a restart and the next kill, so that there is something to break off."""

# A car that is wanted at an exit bay, meals that have to go through the narrow passage, a visit and a parcel beside it.
REQUESTS = (
    ("k1", "07:31:00", "fetch_car", {"item": "car_14", "ready_at": "07:38:00"}),
    (
        "k2",
        "07:31:05",
        "meal_delivery",
        {"from": "care_home/kitchen_2", "to": "senior_apt/f311", "item": "meal_k2", "mass_kg": 2.6},
    ),
    ("k3", "07:31:10", "care_visit", {"place": "care_home/r203"}),
    (
        "k5",
        "07:38:00",
        "meal_delivery",
        {"from": "care_home/kitchen_2", "to": "senior_apt/f311", "item": "meal_k5", "mass_kg": 2.6},
    ),
    (
        "k4",
        "07:31:15",
        "parcel_delivery",
        {"from": "hub/shelf_5", "to": "care_home/r206", "item": "p_k4", "mass_kg": 3},
    ),
)
KILLS = ("fleet_manager", "robot_agents", "sim_world", "fleet_manager", "gateway", "robot_agents", "sim_world")

pytestmark = [
    pytest.mark.ros,
    pytest.mark.slow,
    pytest.mark.xdist_group("ros_fleet"),
    pytest.mark.timeout(400),
]


class Watch:
    """What a ledger tells beside the manager who writes it."""

    def __init__(self, site: Site, path: Path) -> None:
        self.state: FleetState = initial_state(site)
        self.facts: list[tuple[float, Fact]] = []
        self._site = site
        self._path = path

    def look(self) -> None:
        if not self._path.exists():
            return
        ledger = Ledger.open(self._path, registry(), site_id=self._site.id, read_only=True)
        for _, at_s, fact in ledger.read(after_seq=len(self.facts)):
            apply(self.state, fact)
            self.facts.append((at_s, fact))
        ledger.close()

    @property
    def ended(self) -> Counter[str]:
        ends = (TaskCompleted, TaskFailed, TaskCancelled, TaskRejected)
        return Counter(fact.task for _, fact in self.facts if isinstance(fact, ends))

    def car_is_lifted(self) -> bool:
        """Whether a parking robot is on its way with a car."""
        return any(
            robot.load and robot.kind == "parking" and robot.busy is not None and not robot.busy.arrived
            for robot in self.state.robots.values()
        )

    def in_passage(self) -> bool:
        """Whether a robot is on its way through the narrow passage."""
        for robot in self.state.robots.values():
            order = robot.busy
            inside = order is not None and order.lanes_released > order.lanes_done > 0
            if inside and self._site.lanes[order.lanes[order.lanes_done]].resource == PASSAGE:
                return True
        return False

    def bound_for_passage(self) -> bool:
        """Whether the way of a robot leads through the narrow passage."""
        orders = [robot.busy for robot in self.state.robots.values() if robot.busy is not None]
        return any(self._site.lanes[lane].resource == PASSAGE for o in orders for lane in o.lanes[o.lanes_done :])


class Killer:
    """Kills one process after the other while a fleet runs.

    Forced ones first: the agents and the simulator with a lifted car and inside the narrow passage.
    """

    def __init__(self, run: RunDirectory, watch: Watch, seed: int) -> None:
        self.done: list[tuple[str, str]] = []
        self.memory: set[str] = set()
        self._run = run
        self._watch = watch
        self._random = random.Random(seed)
        self._forced = {"car": ["robot_agents", "sim_world"], "passage": ["sim_world", "robot_agents"]}
        self._left = list(KILLS)
        self._next_s = 0.0

    @property
    def finished(self) -> bool:
        return not self._left and not any(self._forced.values())

    def look(self) -> None:
        """Kill whatever is due."""
        rows = {process.name: process for process in processes(self._run)}
        self.memory.update(*(shared_memory(process.pid) for process in rows.values() if process.pid is not None))
        now_s = time.monotonic()
        if any(process.pid is None or process.up_s < SETTLED_S for process in rows.values()):
            self._next_s = now_s + self._random.uniform(0.0, 6.0)
        if not self._watch.state.tasks or self._watch.state.open_tasks() == []:
            return
        situation = "car" if self._watch.car_is_lifted() else "passage" if self._watch.in_passage() else ""
        settled = all(process.up_s >= SETTLED_S for process in rows.values())
        if settled and self._forced.get(situation):
            self._kill(rows[self._forced[situation].pop(0)], situation)
        elif self._forced["passage"] and self._watch.bound_for_passage():
            return  # soon there will be a robot inside, and then nothing else may be on its way up again
        elif settled and now_s >= self._next_s and self._left:
            self._kill(rows[self._left.pop(0)], "")

    def _kill(self, process: RunningProcess, situation: str) -> None:
        assert process.pid is not None
        try:
            os.kill(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return  # it was killed just now, and its supervisor has not noticed yet
        self.done.append((process.name, situation))


def shared_memory(pid: int) -> set[str]:
    """Return the names of the middleware's segments in shared memory that this process has made: it holds their locks.

    What it maps are others' segments, too, even of fleets in other domains.
    """
    found = set()
    with suppress(FileNotFoundError, ProcessLookupError):
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(FileNotFoundError):
                found.add(descriptor.readlink())
    held = {
        path.name.removesuffix("_el") for path in found if path.parent == SHARED_MEMORY and path.name.endswith("_el")
    }
    return {name for name in held if "port" not in name}


def of_this_run(path: Path) -> list[str]:
    """Return the command lines of the processes that name a run directory."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and entry.name != str(os.getpid()):
            try:
                words = (entry / "cmdline").read_text(encoding="utf-8")
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue
            if str(path) in words:
                found.append(words.replace("\0", " "))
    return found


@pytest.fixture
def claim(tmp_path: Path) -> Iterator[FleetClaim]:
    environ = {name: value for name, value in os.environ.items() if name != "ROS_DOMAIN_ID"}
    with FleetClaim("kills", environ | {"XDG_STATE_HOME": str(tmp_path / "state")}) as claimed:
        yield claimed


def test_kills_of_every_process_lose_nothing_and_do_nothing_twice(claim: FleetClaim, tmp_path: Path) -> None:
    demand, trace_file = tmp_path / "demand.csv", tmp_path / "trace.csv"
    with demand.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["request_id", "at", "service", "params"])
        rows.writerows([name, at, service, json.dumps(params)] for name, at, service, params in REQUESTS)
    site = load_site(BUSAN)
    play = FleetPlay(BUSAN, claim.domain_id(), claim.port(), 1, SPEED, demand, trace=trace_file)
    files = NodeArguments(BUSAN, claim.run.path, midnight=None, seed=1)
    watch = Watch(site, files.ledger)
    killer = Killer(claim.run, watch, seed=1)
    asked = {request[0] for request in REQUESTS}
    began_s = time.monotonic()

    def over() -> bool:
        watch.look()
        killer.look()
        if time.monotonic() - began_s > WITHIN_S:
            return True
        return watch.state.tasks.keys() | watch.state.refused.keys() == asked and not watch.state.open_tasks()

    with Supervisor(claim.run, fleet_processes(claim.run, play)) as supervisor:
        supervisor.start()
        supervisor.run(over, 0.2)
    sweep(play.domain)
    watch.look()
    logs = {log.name: log.read_text(encoding="utf-8", errors="replace")[-3000:] for log in claim.run.logs.glob("*.log")}
    told = f"killed {killer.done}; {[(t.id, t.state, t.reason) for t in watch.state.tasks.values()]}\n" + "\n".join(
        f"--- {name}\n{text}" for name, text in logs.items()
    )

    assert of_this_run(claim.run.path) == []
    left = [path.name for name in killer.memory for path in SHARED_MEMORY.glob(f"*{name}*")]
    assert not left, f"{left} of {killer.done}"
    assert watch.ended == dict.fromkeys(asked, 1), told
    assert {task.state.value for task in watch.state.tasks.values()} == {"completed"}, told
    counts = Counter(name for name, _ in killer.done)
    assert len(killer.done) >= 6, told
    assert all(counts[name] >= 2 for name in ("sim_world", "robot_agents", "fleet_manager")), told
    assert {"car", "passage"} <= {situation for _, situation in killer.done}, told
    check_truth(site, watch, files, trace_file)


def check_truth(site: Site, watch: Watch, files: NodeArguments, trace_file: Path) -> None:
    """Hold ledger, trace and the world's last checkpoint against each other."""
    world: dict[str, Any] = read_json(files.world)
    assert world["contacts"] == []
    assert [at_s for at_s, _ in watch.facts] == sorted(at_s for at_s, _ in watch.facts)
    trace = read_trace(trace_file)
    assert contacts(trace) == []
    done = [(deed.t_s, deed.robot, deed.event) for deed in trace.deeds]
    assert done == [(round(at_s, 1), robot, event) for at_s, robot, event in world["physical_acts"]]

    hands = Counter(f"{deed.kind}:{deed.subject}" for deed in trace.deeds if deed.kind in ("take", "give"))
    items = [params["item"] for _, _, _, params in REQUESTS if "item" in params]
    assert hands == Counter({f"{verb}:{item}": 1 for verb in ("take", "give") for item in items})
    places = {place.id: (place.pose.x_m, place.pose.y_m) for place in site.places.values()}
    kept = custody(trace.deeds, places, {item.id: item.at for item in site.items.values()})
    assert kept.broken == ()
    real = {row[0]: (row[5], row[6]) for row in world["items"]}
    for item in watch.state.items.values():
        kind, _, holder = item.holder.partition(":")
        assert real[item.id][0] == kind, item
        assert kind == "person" or real[item.id][1] == holder, item
    for robot in trace.robots:
        turns = [deed.kind for deed in trace.deeds if deed.robot == robot and deed.kind in ("dock", "undock")]
        assert turns == ["dock", "undock"] * (len(turns) // 2) + ["dock"] * (len(turns) % 2), robot
