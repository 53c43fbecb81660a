from __future__ import annotations

from pathlib import Path

import pytest

from bootstrap.layout import Layout
from bootstrap.ros import HostRos, environment, find_host

JAZZY = {"ROS_DISTRO": "jazzy", "AMENT_PREFIX_PATH": "/ws/install:/opt/ros/jazzy"}
INSTALLED = {
    "/opt/ros/jazzy/lib": ["librcl.so", "python3.12"],
    "/opt/ros/jazzy/lib/python3.12/site-packages": ["rclpy", "std_msgs"],
    "/opt/ros/jazzy/share": ["std_msgs", "tf2_msgs"],
    "/ws/install/share": ["mine"],
}
LAYOUT = Layout(Path("/src/fleet"), Path("/home/me/.cache/robot_fleet"), Path("/home/me/.local/state/robot_fleet"))
VENV = "/src/fleet/.venv"


def host(environ: dict[str, str], folders: dict[str, list[str]]) -> HostRos | None:
    return find_host(environ, lambda folder: folders.get(folder, []))


def test_a_sourced_jazzy_is_used_with_what_it_brings() -> None:
    found = host(JAZZY, INSTALLED)
    assert found == HostRos(("/ws/install", "/opt/ros/jazzy"), "3.12", ("tf2_msgs",))
    with_nav2 = {**INSTALLED, "/ws/install/share": ["nav2_msgs"]}
    assert host(JAZZY, with_nav2) == HostRos(("/ws/install", "/opt/ros/jazzy"), "3.12", ("nav2_msgs", "tf2_msgs"))


def test_an_rclpy_under_local_or_dist_packages_counts() -> None:
    folders = {
        "/opt/ros/jazzy/local/lib": ["python3.12"],
        "/opt/ros/jazzy/local/lib/python3.12/dist-packages": ["rclpy"],
    }
    assert host(JAZZY, folders) is not None


@pytest.mark.parametrize(
    ("environ", "folders"),
    [
        ({}, INSTALLED),
        ({**JAZZY, "ROS_DISTRO": "humble"}, INSTALLED),
        ({"ROS_DISTRO": "jazzy"}, INSTALLED),
        (JAZZY, {**INSTALLED, "/opt/ros/jazzy/lib/python3.12/site-packages": ["std_msgs"]}),
        (JAZZY, {}),
    ],
    ids=["nothing sourced", "another distribution", "no prefix", "no rclpy", "prefix gone"],
)
def test_otherwise_the_wheels_are_used(environ: dict[str, str], folders: dict[str, list[str]]) -> None:
    assert host(environ, folders) is None


def test_an_environment_with_the_wheels_is_no_installation() -> None:
    environ = environment({}, LAYOUT, None)
    folders = {
        f"{VENV}/lib": ["python3.11"],
        f"{VENV}/lib/python3.11/site-packages": ["rclpy", "ros_wheels_bootstrapper"],
    }
    assert host(environ, folders) is None


def test_a_real_folder_is_looked_at(tmp_path: Path) -> None:
    (tmp_path / "lib/python3.12/site-packages/rclpy").mkdir(parents=True)
    environ = {"ROS_DISTRO": "jazzy", "AMENT_PREFIX_PATH": str(tmp_path)}
    assert find_host(environ) == HostRos((str(tmp_path),), "3.12", ())


def test_the_environment_comes_first_on_every_path() -> None:
    result = environment({"PATH": "/usr/bin", "LD_LIBRARY_PATH": "/mine"}, LAYOUT, None)
    assert result["PATH"] == f"{VENV}/bin:/usr/bin"
    assert result["LD_LIBRARY_PATH"] == f"{VENV}/lib:/mine"
    assert result["AMENT_PREFIX_PATH"] == VENV


def test_discovery_stays_on_this_machine_unless_asked_for_more() -> None:
    assert environment({}, LAYOUT, None)["ROS_AUTOMATIC_DISCOVERY_RANGE"] == "LOCALHOST"
    exported = {"ROS_AUTOMATIC_DISCOVERY_RANGE": "SUBNET", "ROS_DOMAIN_ID": "7", "ROS_LOG_DIR": "/logs"}
    assert exported.items() <= environment(exported, LAYOUT, None).items()


def test_processes_are_announced_quickly_unless_somebody_has_profiles_of_his_own() -> None:
    assert environment({}, LAYOUT, None)["FASTRTPS_DEFAULT_PROFILES_FILE"] == "/src/fleet/config/fastdds.xml"
    old, new = ({name: "/mine.xml"} for name in ("FASTRTPS_DEFAULT_PROFILES_FILE", "FASTDDS_DEFAULT_PROFILES_FILE"))
    assert environment(old, LAYOUT, None)["FASTRTPS_DEFAULT_PROFILES_FILE"] == "/mine.xml"
    assert "FASTRTPS_DEFAULT_PROFILES_FILE" not in environment(new, LAYOUT, None)
    assert Layout.of(Path(__file__).parents[3], {}).dds_profiles.is_file()


def test_bytecode_is_kept_whatever_is_exported_since_it_is_what_starts_quickly() -> None:
    assert "PYTHONDONTWRITEBYTECODE" not in environment({"PYTHONDONTWRITEBYTECODE": "1"}, LAYOUT, None)


def test_logs_and_compiled_code_go_where_clean_finds_them() -> None:
    result = environment({}, LAYOUT, None)
    assert result["ROS_LOG_DIR"].startswith(f"{LAYOUT.state}/")
    assert result["NUMBA_CACHE_DIR"].startswith(f"{LAYOUT.cache}/")


def test_the_wheels_take_out_every_trace_of_another_ros() -> None:
    humble = {
        "ROS_DISTRO": "humble",
        "RMW_IMPLEMENTATION": "rmw_cyclonedds_cpp",
        "AMENT_PREFIX_PATH": "/opt/ros/humble",
        "CMAKE_PREFIX_PATH": "/opt/ros/humble",
        "LD_LIBRARY_PATH": "/opt/ros/humble/lib:/opt/ros/humble2",
        "PYTHONPATH": "/opt/ros/humble/lib/python3.10/site-packages",
        "PATH": "/opt/ros/humble/bin:/usr/bin",
    }
    result = environment(humble, LAYOUT, None)
    assert not [name for name, value in result.items() if "/opt/ros/humble/" in value or value == "/opt/ros/humble"]
    assert result["LD_LIBRARY_PATH"] == f"{VENV}/lib:/opt/ros/humble2"
    assert "PYTHONPATH" not in result
    assert (result["ROS_DISTRO"], result["RMW_IMPLEMENTATION"]) == ("jazzy", "rmw_fastrtps_cpp")


def test_a_sourced_jazzy_stays_as_it_is_behind_the_environment() -> None:
    sourced = {**JAZZY, "RMW_IMPLEMENTATION": "rmw_cyclonedds_cpp", "PYTHONPATH": "/opt/ros/jazzy/lib/python3.12/x"}
    result = environment(sourced, LAYOUT, HostRos(("/ws/install", "/opt/ros/jazzy"), "3.12", ()))
    assert result["AMENT_PREFIX_PATH"] == f"{VENV}:/ws/install:/opt/ros/jazzy"
    assert result["RMW_IMPLEMENTATION"] == "rmw_cyclonedds_cpp"
    assert result["PYTHONPATH"] == sourced["PYTHONPATH"]
    assert "_ROS_WHEELS_BOOTSTRAP_COMPLETE" not in result


def test_an_environment_made_twice_is_the_same() -> None:
    once = environment({"PATH": "/usr/bin"}, LAYOUT, None)
    assert environment(once, LAYOUT, None) == once


@pytest.mark.parametrize(
    ("environ", "cache"),
    [
        ({"HOME": "/home/me"}, "/home/me/.cache/robot_fleet"),
        ({"HOME": "/home/me", "XDG_CACHE_HOME": "/fast"}, "/fast/robot_fleet"),
        ({"HOME": "/home/me", "XDG_CACHE_HOME": "relative"}, "/home/me/.cache/robot_fleet"),
    ],
)
def test_xdg_folders_are_respected(environ: dict[str, str], cache: str) -> None:
    assert Layout.of(Path("/src/fleet"), environ).cache == Path(cache)
