"""What the tests with a real robot share: a small site in which all goes quickly, and a robot on a bench."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from test.ros.rig import TINY, Process

QUICK = {"speed_mps": 1.4, "acceleration_mps2": 1.0, "turn_radps": 2.0, "dock_s": 3.0, "undock_s": 2.0}
PEOPLE = """schema_version: 1
acts:
  announce: {mean_s: 1.0, spread_s: 0.2, results: {answered: 1.0}}
  care_visit.prompt: {mean_s: 2.0, spread_s: 0.5, results: {well: 1.0}}
  scan: {mean_s: 1.0, spread_s: 0.2, results: {done: 1.0}}
  take: {mean_s: 2.0, spread_s: 0.2, results: {done: 1.0}}
  notify: {mean_s: 1.0, spread_s: 0.2, results: {done: 1.0}}
  give: {mean_s: 2.0, spread_s: 0.2, results: {handed_over: 1.0}}
"""
DEMAND = """request_id,at,service,params
r0001,08:00:00,care_visit,"{""place"": ""home/r101""}"
r0002,08:00:00,parcel_delivery,"{""from"": ""hub/shelf"", ""to"": ""home/gate"", ""item"": ""box"", ""mass_kg"": 4.0}"
"""


def quick_site(folder: Path) -> Path:
    """Return a copy of the tiny site whose robots and people are quick, with a visit (by `care_1`) and a delivery."""
    shutil.copytree(TINY, folder)
    (folder / "people.yaml").write_text(PEOPLE)
    (folder / "demand.csv").write_text(DEMAND)
    kinds = (folder / "kinds.yaml").read_text()
    for figure, value in {**QUICK, "loaded_speed_mps": QUICK["speed_mps"]}.items():
        kinds = re.sub(rf"\b{figure}: [\d.]+", f"{figure}: {value}", kinds)
    (folder / "kinds.yaml").write_text(kinds)
    return folder


def bench_robot(domain: int, site: Path, folder: Path, *words: str, pose: str = "4,1.2,-1.570796") -> Process:
    """Start `care_1` as a robot that lives in wall time and knows nothing of the fleet, at its charger."""
    argv = [
        *("-m", "robot_fleet.nodes.nav2_robot", "--map", str(site / "map.yaml"), "--namespace", "care_1"),
        *("--kinds", str(site / "kinds.yaml"), "--kind", "care", "--pose", pose, "--act-s", "2"),
        *("--dock", "charger_1=4,1.2,-1.570796", *words),
    ]
    return Process(domain, argv, folder / "nav2_robot.log")
