"""`./fleet chaos` with real processes: three minutes in which they are killed, stopped, torn and out of disk."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [
    pytest.mark.ros,
    pytest.mark.slow,
    pytest.mark.xdist_group("ros_fleet"),
    pytest.mark.timeout(600),
]


def test_three_minutes_over_ros_keep_every_promise(tmp_path: Path) -> None:
    out, state = tmp_path / "out.json", tmp_path / "state"
    environ = {name: value for name, value in os.environ.items() if name != "ROS_DOMAIN_ID"}
    words = [
        sys.executable,
        "-m",
        "robot_fleet.cli",
        "chaos",
        "--minutes",
        "3",
        "--seed",
        "1",
        "--link",
        "ros",
        "--json",
        str(out),
    ]
    done = subprocess.run(
        words, env=environ | {"XDG_STATE_HOME": str(state)}, capture_output=True, text=True, timeout=580, check=False
    )
    logs = {log.name: log.read_text(errors="replace")[-2000:] for log in state.rglob("*.log")}
    told = f"{done.stdout}\n{done.stderr}\n" + "\n".join(f"--- {name}\n{text}" for name, text in logs.items())
    assert done.returncode == 0, told
    result = json.loads(out.read_text(encoding="utf-8"))
    schema = json.loads((ROOT / "docs/reference/schemas/chaos.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(result)
    assert result["passed"], told
    assert result["faults"]["delicate_pct"] >= 30.0
    assert all(each["count"] >= 1 for each in result["faults"]["classes"]), told
    assert result["restarts"]["fleet_manager"] >= 1, told
