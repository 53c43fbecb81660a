"""A real robot among simulated ones: they meet, a scenario is finished, a run without its real robot stops.

The real robot is a process of its own that knows nothing of the fleet (`robot_fleet.nodes.nav2_robot`).
"""

from __future__ import annotations

import csv
import json
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sensor_msgs.msg import PointCloud2

from robot_fleet.ros.guard import Guard
from robot_fleet.ros.hil.watch import WatchBridge
from robot_fleet.ros.qos import QOS
from robot_fleet.runtime.processes.run_directory import RunDirectory, run_directory
from robot_fleet.runtime.processes.statefile import read_json
from test.ros.hardware import bench_robot, quick_site
from test.ros.nav2 import CANCELED, SUCCEEDED, Nav2Robot
from test.ros.rig import ROOT, START_WITHIN_S, Process, Ros

pytestmark = [pytest.mark.ros, pytest.mark.xdist_group("ros_fleet"), pytest.mark.timeout(420)]

FLEET = (sys.executable, "-m", "robot_fleet.cli")
RUN_S = 300.0
WEST_Y_M = 4.8


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return quick_site(tmp_path / "site")


@pytest.fixture
def robot(domain: int, site: Path, tmp_path: Path) -> Iterator[Process]:
    made = bench_robot(domain, site, tmp_path)
    yield made
    made.kill()


class Run:
    """A fleet in the foreground, in the test's ROS domain."""

    def __init__(self, domain: int, folder: Path, *words: str) -> None:
        self.env = {**os.environ, "XDG_STATE_HOME": str(folder / "state"), "ROS_DOMAIN_ID": str(domain)}
        self.directory: RunDirectory = run_directory(environ=self.env)
        self._process = subprocess.Popen(
            [*FLEET, *words, "--headless"], env=self.env, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def end(self, within_s: float = RUN_S) -> tuple[int, str]:
        """Wait for its end; return its exit status and what it said."""
        _, said = self._process.communicate(timeout=within_s)
        return self._process.returncode, said.decode()

    def close(self) -> None:
        """End it in any case."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.communicate()

    def logs(self) -> str:
        return "\n".join(f"{path.name}: {path.read_text()[-3000:]}" for path in self.directory.logs.glob("*.log"))

    def facts(self) -> list[dict[str, Any]]:
        """Return what stands in its ledger."""
        out = self.directory.path / "facts.json"
        subprocess.run([*FLEET, "ledger", "export", "--json", str(out)], env=self.env, cwd=ROOT, check=True)
        found: list[dict[str, Any]] = json.loads(out.read_text())["facts"]
        return found


def test_a_mixed_run_finishes_its_requests(domain: int, site: Path, robot: Process, tmp_path: Path) -> None:
    out, trace = tmp_path / "out.json", tmp_path / "trace.csv"
    words = ["--site", str(site), "--hardware", "care_1", "--until-idle", "--json", str(out), "--trace", str(trace)]
    run = Run(domain, tmp_path, "demo", *words)
    try:
        status, said = run.end()
        assert status == 0, (said, run.logs())
    finally:
        run.close()
    assert "Not simulated: care_1" in said
    summary = json.loads(out.read_text())
    by = {entry["id"]: (entry["outcome"], entry["robot"]) for entry in summary["requests"]}
    assert by == {"r0001": ("done", "care_1"), "r0002": ("done", "logistics_1")}
    assert summary["contacts"] == []
    assert (summary["speed_asked"], summary["speed_reached"]) == (1.0, pytest.approx(1.0, abs=0.05))
    assert set(summary["restarts"]) >= {"hil_watch", "agent_of_care_1", "robot_agents"}
    assert not any(summary["restarts"].values())
    driven_m = {entry["id"]: entry["distance_m"] for entry in summary["robots"]}
    assert {row["robot"] for row in rows_of(trace)} == {"care_1", "care_2", "logistics_1"}
    assert driven_m["care_1"] > 5.0
    seen = json.loads((run.directory.path / "hil.json").read_text())
    assert seen["verdict"] is None
    assert abs(seen["robots"]["care_1"]["clock_behind_s"]) < 0.05
    assert "failures=" not in run.logs(), "a callback failed"


def test_a_run_stops_safely_when_nobody_knows_where_its_real_robot_is(
    domain: int, ros: Ros, site: Path, robot: Process, tmp_path: Path
) -> None:
    trace = tmp_path / "trace.csv"
    run = Run(domain, tmp_path, "demo", "--site", str(site), "--hardware", "care_1", "--trace", str(trace))
    try:
        driving = Nav2Robot(ros, "logistics_1")
        ros.until(lambda: driving.speed_mps > 0.5, "a simulated robot drives", START_WITHIN_S)
        robot.send(signal.SIGSTOP)
        status, said = run.end(60.0)
    finally:
        robot.send(signal.SIGCONT)
        run.close()
    assert status == 1, (said, run.logs())
    assert "care_1: its odometry is silent for" in said
    assert "[runtime_hil_stale]" in said
    assert "Traceback" not in said
    last = [(row["x_m"], row["y_m"]) for row in rows_of(trace) if row["robot"] == "logistics_1"][-10:]
    assert len(set(last)) == 1, "the simulated robots stood when the run ended"
    seen = json.loads((run.directory.path / "hil.json").read_text())
    assert (seen["held"], seen["stopped"]) == (True, True)
    holds = [fact for fact in run.facts() if "hil_watch" in json.dumps(fact)]
    assert holds
    assert "its odometry is silent" in json.dumps(holds[0])


def test_the_watch_cancels_what_a_real_robot_drives_at_and_says_why(
    domain: int, ros: Ros, robot: Process, tmp_path: Path
) -> None:
    """The clocks differ by 0.2 s. No manager is there to hold a fleet, and the watch does not wait for it for long."""
    told = tmp_path / "hil.json"
    driving = Nav2Robot(ros, "care_1")
    task = driving.to(17.0, WEST_Y_M)
    ros.until(lambda: driving.speed_mps > 0.3, "it drives")
    guard = Guard()
    watch = WatchBridge(ros.node, guard, ("care_1",), ("care_1",), told, wall_s=lambda: time.time() + 0.2)
    seen = ros.until(lambda: (read := read_json(told)) and read["stopped"] and read, "the watch has stopped it", 60.0)
    assert (seen["verdict"]["code"], seen["verdict"]["where"]) == ("runtime_hil_clock", "care_1")
    assert "ms behind this machine's clock" in seen["verdict"]["message"]
    assert seen["cancelled"] == ["care_1"]
    assert not seen["held"]
    assert task.end()[0] == CANCELED
    ros.until(lambda: driving.speed_mps == 0.0, "it stands")
    again = driving.to(17.0, WEST_Y_M)
    ros.until(lambda: driving.speed_mps > 0.3, "somebody lets it drive again")
    ros.until(watch.ended, "the watch has ended")
    assert again.end()[0] == CANCELED, "a run that ends leaves no robot driving that nobody looks after"
    assert not guard.failures


def test_a_robot_that_never_appears_is_told_before_anything_starts(domain: int, site: Path, tmp_path: Path) -> None:
    status, told = looked_first(domain, site, tmp_path, 1.0)
    assert status == 1
    assert (told["code"], told["where"]) == ("runtime_hil_absent", "care_1")
    assert "/care_1/odom" in told["message"]


def test_two_robots_of_one_name_are_told_before_anything_starts(
    domain: int, site: Path, robot: Process, tmp_path: Path
) -> None:
    (tmp_path / "second").mkdir()
    second = bench_robot(domain, site, tmp_path / "second")
    try:
        deadline_s = time.monotonic() + START_WITHIN_S
        while not all("network" in process.said for process in (robot, second)):
            assert time.monotonic() < deadline_s
        status, told = looked_first(domain, site, tmp_path, START_WITHIN_S)
    finally:
        second.kill()
    assert status == 1
    assert (told["code"], told["where"]) == ("runtime_hil_twice", "care_1")


def looked_first(domain: int, site: Path, folder: Path, within_s: float) -> tuple[int, dict[str, Any]]:
    """Look at the network as a run does before it starts; return the exit status and what was found."""
    words = ["--site", str(site), "--run", str(folder), "--hardware", "care_1", "--look-first", str(within_s)]
    looking = Process(domain, ["-m", "robot_fleet.nodes.hil_watch", *words], folder / "look.log")
    status = looking.wait(START_WITHIN_S + within_s)
    told: dict[str, Any] = json.loads((folder / "hil_preflight.json").read_text())
    assert "Traceback" not in looking.said
    return status, told


def test_a_real_and_a_simulated_robot_that_meet_brake_for_each_other(
    domain: int, ros: Ros, site: Path, tmp_path: Path
) -> None:
    """They are sent towards each other on one line, without a fleet that would keep them apart."""
    trace = tmp_path / "trace.csv"
    midnight = datetime.fromtimestamp(time.time() - 8 * 3600.0, UTC).isoformat()
    folders = ["--site", str(site), "--run", str(tmp_path)]
    words = ["-m", "robot_fleet.nodes.sim_world", *folders, "--midnight", midnight, "--hardware", "care_1"]
    clouds = ros.collect(PointCloud2, "/care_1/obstacles", QOS["~obstacles"].wanted)
    real = bench_robot(domain, site, tmp_path, pose=f"3,{WEST_Y_M},0")
    world = Process(domain, [*words, "--trace", str(trace)], tmp_path / "sim_world.log")
    try:
        here, there = Nav2Robot(ros, "care_1"), Nav2Robot(ros, "care_2")
        there.arrive(17.0, WEST_Y_M)
        ros.until(lambda: clouds, "the real robot is told of the others")
        here_goal, there_goal = here.to(17.0, WEST_Y_M), there.to(3.0, WEST_Y_M)
        ros.until(lambda: here.speed_mps > 0.5 and there.speed_mps > 0.5, "both drive")
        gap_m = standing_gap_m(ros, here, there)
        assert here_goal.running
        assert there_goal.running
        assert 0.65 < gap_m < 2.5, "each has stopped before the other, and neither far away"
        assert clouds[-1].header.frame_id == "map"
        there_goal.cancel()
        back = there.to(15.0, WEST_Y_M)
        ros.until(lambda: here.speed_mps > 0.3, "the way is free again")
        assert back.end()[0] == SUCCEEDED
    finally:
        assert world.end() == 0, world.said
        real.kill()
    assert json.loads((tmp_path / "world_figures.json").read_text())["contacts"] == []
    assert min(apart_m(rows_of(trace))) > 0.6
    assert "failures=" not in world.said


def standing_gap_m(ros: Ros, one: Nav2Robot, other: Nav2Robot) -> float:
    """Wait until two robots stand and return the distance between their middles."""
    ros.until(lambda: one.speed_mps == 0.0 and other.speed_mps == 0.0, "both stand", 60.0)
    there = other.odom[-1].pose.pose.position
    return one.distance_m(there.x, there.y)


def rows_of(trace: Path) -> list[dict[str, str]]:
    """Return the rows of a trace; those of a real robot begin when it was first heard of."""
    with trace.open(newline="") as file:
        return list(csv.DictReader(file))


def apart_m(rows: list[dict[str, str]]) -> list[float]:
    """Return the distance between the middles of `care_1` and `care_2` at each instant."""
    at = {(row["t_s"], row["robot"]): (float(row["x_m"]), float(row["y_m"])) for row in rows}
    return [
        math.dist(place, at[t_s, "care_2"])
        for (t_s, name), place in at.items()
        if name == "care_1" and (t_s, "care_2") in at
    ]
