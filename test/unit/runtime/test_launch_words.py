"""What is written behind `ros2 launch` means wishes, and what is not understood is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from robot_fleet.core.errors import RuntimeFailure
from robot_fleet.runtime.bringup.bringup import ALL, FLEET_VIEW
from robot_fleet.runtime.bringup.launch_words import arguments, fleet_wishes, robot_wishes


def test_without_a_word_the_shipped_site_runs_in_a_new_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("ROS_DOMAIN_ID", "17")
    wishes = fleet_wishes({})
    assert wishes.site.is_dir() and wishes.site.name == "busan_edc"
    assert wishes.run.parent == tmp_path / "robot_fleet" / "launch"
    assert (wishes.domain, wishes.port, wishes.speed, wishes.view) == (17, 8600, 1.0, "")
    assert robot_wishes({"robot": "care_1"}).run == tmp_path / "robot_fleet" / "robots" / "care_1", "it has a journal"


def test_words_become_wishes() -> None:
    told = {"robots": "care_1, care_2", "gazebo": "all", "rviz": "true", "midnight": "2026-11-26T00:00+09:00"}
    wishes = fleet_wishes(told | {"hardware_agents": "True", "stagger": "0", "domain": "3"}, expects_hardware=True)
    assert wishes.robots == ("care_1", "care_2") and wishes.gazebo == (ALL,)
    assert wishes.view == FLEET_VIEW and wishes.hardware_agents and wishes.expects_hardware
    assert wishes.midnight is not None and wishes.midnight.isoformat() == "2026-11-26T00:00:00+09:00"
    assert fleet_wishes({"rviz": "care_1"}).view == "care_1"
    assert robot_wishes({"robot": "care_1", "nav2": "false", "map": "own.yaml"}).map_file == Path("own.yaml")


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("port", "0", "runtime_launch_argument"),
        ("port", "many", "runtime_launch_argument"),
        ("speed", "fast", "runtime_launch_argument"),
        ("gui", "perhaps", "runtime_launch_argument"),
        ("domain", "233", "runtime_domain_malformed"),
        ("midnight", "2026-11-26", "runtime_midnight_malformed"),
        ("midnight", "2999-01-01T00:00+09:00", "runtime_midnight_malformed"),
    ],
)
def test_what_is_not_understood_is_said(name: str, value: str, code: str) -> None:
    with pytest.raises(RuntimeFailure) as caught:
        fleet_wishes({name: value})
    assert (caught.value.code, caught.value.where) == (code, name)


def test_a_robots_computer_is_told_which_robot_it_is() -> None:
    with pytest.raises(RuntimeFailure, match="robot:=care_1"):
        robot_wishes({})


def test_every_argument_says_what_it_means() -> None:
    assert all(argument.meaning for argument in arguments({}).values())
