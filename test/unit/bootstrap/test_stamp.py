from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bootstrap import stamp
from bootstrap.layout import Layout
from bootstrap.ros import HostRos
from bootstrap.set_up import is_complete, own_version
from bootstrap.stamp import Stamp

JAZZY = HostRos(("/opt/ros/jazzy",), "3.12", ("nav2_msgs",))


def make_checkout(root: Path) -> Layout:
    texts = {
        "requirements.lock": "# made by hand\nnumpy==2.0.0\n",
        "requirements-ros.lock": "ros-rclpy==7.1.6\n",
        "bootstrap/wheels.cmake": "find_package(x)\n",
        "interfaces/nav2_msgs/package.xml": "<package/>\n",
        "interfaces/nav2_msgs/action/NavigateToPose.action": "string behavior_tree\n---\n---\n",
        "interfaces/our_msgs/package.xml": "<package/>\n",
        "interfaces/our_msgs/msg/Step.msg": "string step_id\n",
    }
    for name, text in texts.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return Layout.of(root, {"HOME": str(root / "home")})


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return make_checkout(tmp_path / "checkout")


def edit(name: str, text: str) -> Callable[[Path], object]:
    return lambda root: (root / name).write_text(text)


@pytest.mark.parametrize(
    ("change", "packages_change", "interfaces_change"),
    [
        (edit("requirements.lock", "numpy==2.0.1\n"), True, False),
        (edit("requirements.lock", "# other words\n\nnumpy==2.0.0\n"), False, False),
        (edit("requirements-ros.lock", "ros-rclpy==7.1.7\n"), True, True),
        (edit("interfaces/our_msgs/msg/Step.msg", "string id\n"), False, True),
        (edit("interfaces/our_msgs/msg/New.msg", "string id\n"), False, True),
        (lambda root: (root / "interfaces/our_msgs/msg/Step.msg").rename(root / "interfaces/a.msg"), False, True),
        (edit("bootstrap/wheels.cmake", "find_package(y)\n"), False, True),
        (edit("robot_fleet.py", "x = 1\n"), False, False),
    ],
    ids=["lock", "comment", "ROS lock", "edited", "added", "moved away", "recipe", "product"],
)
def test_what_makes_a_set_up_stale(
    layout: Layout, change: Callable[[Path], object], packages_change: bool, interfaces_change: bool
) -> None:
    before = stamp.wanted(layout, "3.11", None)
    change(layout.root)
    after = stamp.wanted(layout, "3.11", None)
    assert (after.packages != before.packages, after.interfaces != before.interfaces) == (
        packages_change,
        interfaces_change,
    )


def test_python_and_ros_are_part_of_both_keys(layout: Layout) -> None:
    stamps = [
        stamp.wanted(layout, "3.11", None),
        stamp.wanted(layout, "3.12", None),
        stamp.wanted(layout, "3.12", JAZZY),
    ]
    assert len({each.packages for each in stamps}) == 3
    assert len({each.interfaces for each in stamps}) == 3


def test_built_interfaces_are_shared_by_checkouts_and_environments_are_not(layout: Layout, tmp_path: Path) -> None:
    here = stamp.wanted(layout, "3.11", None)
    there = stamp.wanted(make_checkout(tmp_path / "clone"), "3.11", None)
    assert here.interfaces == there.interfaces
    assert here.packages != there.packages


def test_an_edited_interface_leaves_the_other_packages_built(layout: Layout) -> None:
    before = stamp.interface_keys(layout, "3.11", None)
    edit("interfaces/our_msgs/msg/Step.msg", "string id\n")(layout.root)
    after = stamp.interface_keys(layout, "3.11", None)
    assert before["nav2_msgs"] == after["nav2_msgs"]
    assert before["our_msgs"] != after["our_msgs"]


def test_what_the_ros_installation_brings_is_not_built(layout: Layout) -> None:
    assert list(stamp.interface_keys(layout, "3.12", None)) == ["nav2_msgs", "our_msgs"]
    assert list(stamp.interface_keys(layout, "3.12", JAZZY)) == ["our_msgs"]


def test_a_stamp_is_read_as_it_was_written(tmp_path: Path) -> None:
    stamp.write(tmp_path / "stamp.json", Stamp("a", "b"))
    assert stamp.read(tmp_path / "stamp.json") == Stamp("a", "b")


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"packages": "a", "colour": "b"}', "null"])
def test_a_stamp_that_makes_no_sense_counts_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "stamp.json").write_text(text)
    assert stamp.read(tmp_path / "stamp.json") == Stamp()
    assert stamp.read(tmp_path / "missing.json") == Stamp()


def test_the_full_set_of_nav2_is_another_build_with_what_it_needs(tmp_path: Path) -> None:
    layout = make_checkout(tmp_path / "checkout")
    (layout.interfaces / "geographic_msgs").mkdir()
    (layout.interfaces / "geographic_msgs" / "package.xml").write_text("<package/>\n")
    own, full = (stamp.interface_keys(layout, "3.12", None, asked) for asked in (False, True))
    assert list(own) == ["nav2_msgs", "our_msgs"]
    assert sorted(full) == ["geographic_msgs", "nav2_msgs", "our_msgs"]
    assert own["our_msgs"] == full["our_msgs"]
    assert own["nav2_msgs"] != full["nav2_msgs"]
    (layout.interfaces / "geographic_msgs" / "package.xml").write_text("<package></package>\n")
    assert stamp.interface_keys(layout, "3.12", None, True)["nav2_msgs"] != full["nav2_msgs"]
    assert stamp.interface_keys(layout, "3.12", None) == own
    assert list(stamp.interface_keys(layout, "3.12", JAZZY, True)) == ["our_msgs"]
    with_geographic = HostRos(("/opt/ros/jazzy",), "3.12", ("geographic_msgs",))
    assert sorted(stamp.interface_keys(layout, "3.12", with_geographic, True)) == ["nav2_msgs", "our_msgs"]


def test_the_full_set_stays_asked_for(layout: Layout) -> None:
    layout.python.parent.mkdir(parents=True)
    layout.python.touch()
    stamp.write(layout.stamp, stamp.wanted(layout, own_version(), None))
    assert is_complete(layout, None)
    assert not is_complete(layout, None, full_nav2=True)
    stamp.write(layout.stamp, stamp.wanted(layout, own_version(), None, full_nav2=True))
    assert is_complete(layout, None)
    assert is_complete(layout, None, full_nav2=True)
