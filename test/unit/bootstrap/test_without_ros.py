from __future__ import annotations

import pkgutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
WITH_ROS = ("robot_fleet.ros", "robot_fleet.nodes")

SCRIPT = """
import importlib, sys

class NoRos:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top.endswith("_msgs") or top in ("rclpy", "builtin_interfaces", "rcl_interfaces", "robot_fleet_interfaces"):
            raise ImportError(f"{name} is not on this machine")

sys.meta_path.insert(0, NoRos())
for name in sys.argv[1:]:
    importlib.import_module(name)
"""


def module_names() -> list[str]:
    """Return all modules of robot_fleet outside ros and nodes."""
    found: list[str] = []

    def walk(folder: Path, prefix: str) -> None:
        for module in pkgutil.iter_modules([str(folder)], prefix):
            if module.name in WITH_ROS or module.name.endswith("__main__"):
                continue
            found.append(module.name)
            if module.ispkg:
                walk(folder / module.name.rpartition(".")[2], f"{module.name}.")

    walk(ROOT / "robot_fleet", "robot_fleet.")
    return found


def test_every_module_outside_ros_and_nodes_does_without_ros() -> None:
    names = module_names()
    assert "robot_fleet.core.plan" in names
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *names], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
