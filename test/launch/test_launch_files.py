"""Our launch files with ROS's own launch: what they declare, that a fleet comes up and goes down, what they refuse."""

from __future__ import annotations

import importlib.util
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from test.launch.needed import require_launch

require_launch()

import launch_pytest  # noqa: E402  (only where it is installed)
from launch import LaunchDescription, LaunchIntrospector  # noqa: E402
from launch.actions import DeclareLaunchArgument, IncludeLaunchDescription, TimerAction  # noqa: E402
from launch.launch_description_sources import PythonLaunchDescriptionSource  # noqa: E402
from launch_pytest.actions import ReadyToTest  # noqa: E402

from robot_fleet.ros.launching import actions  # noqa: E402
from robot_fleet.runtime.bringup.bringup import FleetWishes, bring_up_fleet  # noqa: E402

FOLDER = Path(__file__).parents[2] / "launch"
TINY = Path(__file__).parents[1] / "data" / "sites" / "tiny"
RUNNER = Path(__file__).with_name("launch_file.py")
FILES = ("fleet", "gazebo", "robot", "hil")
BENCH = FOLDER.parent / "worlds" / "bench.sdf"
UP_WITHIN_S = 90.0


def included(name: str, **told: str) -> IncludeLaunchDescription:
    source = PythonLaunchDescriptionSource(str(FOLDER / f"{name}.launch.py"))
    return IncludeLaunchDescription(source, launch_arguments=list(told.items()))


def refusal_of(name: str, path: str, **told: str) -> str:
    """Return what a launch says that must end before anything starts, on a machine whose programs are in `path`."""
    words = [f"{key}:={value}" for key, value in told.items()]
    done = subprocess.run(
        [sys.executable, RUNNER, FOLDER / f"{name}.launch.py", *words],
        env={**os.environ, "AMENT_PREFIX_PATH": path, "PATH": path},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 1 and "process started" not in said, said
    return said


@pytest.mark.parametrize("name", FILES)
def test_every_argument_is_declared_and_says_what_it_means(name: str) -> None:
    spec = importlib.util.spec_from_file_location(f"{name}_launch", FOLDER / f"{name}.launch.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    declared = [
        entity for entity in module.generate_launch_description().entities if isinstance(entity, DeclareLaunchArgument)
    ]
    names = [argument.name for argument in declared]
    assert {"site", "run", "domain"} <= set(names) and len(set(names)) == len(names)
    assert all(argument.description for argument in declared)


@pytest.fixture(scope="module")
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@launch_pytest.fixture(scope="module")
def whole_fleet(tmp_path_factory: pytest.TempPathFactory, port: int) -> Any:
    run = tmp_path_factory.mktemp("fleet") / "run"
    fleet = included("fleet", site=str(TINY), run=str(run), port=str(port), speed="10.0")
    return LaunchDescription([fleet, ReadyToTest()])


@pytest.mark.launch(fixture=whole_fleet)
def test_a_fleet_comes_up_and_every_robot_is_live(port: int) -> None:
    until_s = time.monotonic() + UP_WITHIN_S
    links: list[str] = []
    for links in robots_heard(port):
        if links and set(links) == {"live"}:
            return
        if time.monotonic() > until_s:
            break
    pytest.fail(f"after {UP_WITHIN_S:g} s the robots are {links}")


@pytest.mark.launch(fixture=whole_fleet, shutdown=True)
def test_and_it_goes_down_cleanly(launch_context: Any, port: int) -> None:
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/robots", timeout=2)


def robots_heard(port: int) -> Iterator[list[str]]:
    """Ask again and again how each robot's link is; the gateway has no robot before it is there itself."""
    pause = 0.25
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/robots", timeout=5) as answer:
                yield [row["link"] for row in json.load(answer)]
        except (urllib.error.URLError, OSError):
            yield []
        time.sleep(pause)  # a look, not a wait: what is waited for gives no event


def test_a_robots_computer_without_nav2_is_told_what_to_install(tmp_path: Path) -> None:
    told = {"site": str(TINY), "run": str(tmp_path / "run"), "robot": first_robot()}
    said = refusal_of("robot", str(tmp_path), midnight="2026-11-26T00:00+09:00", **told)
    assert "nav2_bringup: is not installed" in said and "sudo apt install ros-jazzy-nav2-bringup" in said


@pytest.mark.parametrize(
    ("name", "told", "code"),
    [
        ("gazebo", {"world": str(BENCH)}, "runtime_not_installed"),
        ("gazebo", {"world": "none.sdf"}, "site_world_missing"),
        ("hil", {}, "runtime_no_hardware"),
        ("hil", {"hardware": "first"}, "runtime_midnight_missing"),
        ("fleet", {"port": "none"}, "runtime_launch_argument"),
    ],
)
def test_what_is_wrong_is_one_line_before_anything_starts(
    name: str, told: dict[str, str], code: str, tmp_path: Path
) -> None:
    told = {key: first_robot() if value == "first" else value for key, value in told.items()}
    said = refusal_of(name, str(tmp_path), site=str(TINY), run=str(tmp_path / "run"), **told)
    assert f"[{code}]" in said


def test_gazebos_bring_up_becomes_actions_of_launch(tmp_path: Path) -> None:
    prefix = tmp_path / "jazzy"
    for name in ("bin/gz", "lib/ros_gz_sim/create", "lib/ros_gz_bridge/parameter_bridge"):
        (prefix / name).parent.mkdir(parents=True, exist_ok=True)
        (prefix / name).touch(mode=0o755)
    nav2 = prefix / "share/nav2_bringup/launch/bringup_launch.py"
    nav2.parent.mkdir(parents=True)
    nav2.write_text("from launch import LaunchDescription as generate_launch_description\n", encoding="utf-8")
    wishes = FleetWishes(TINY, tmp_path / "run", 42, 8600, gazebo=("all",), world=BENCH)
    environ = {"AMENT_PREFIX_PATH": str(prefix), "PATH": str(prefix / "bin")}
    bringup = bring_up_fleet(wishes, environ)
    made = actions(bringup)
    timers = [action for action in made if isinstance(action, TimerAction)]
    assert len(timers) == 2 * len(bringup.includes), "a spawn and a Nav2 each, staggered"
    told = LaunchIntrospector().format_launch_description(LaunchDescription(made))
    at_once = [start for start in bringup.starts if not start.delay_s]
    assert at_once and all(repr(list(start.process.argv)) in told for start in at_once)


def first_robot() -> str:
    from robot_fleet.site.load import load_site

    return next(iter(load_site(TINY).robots))
