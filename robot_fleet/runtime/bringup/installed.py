"""Whether programs of ROS and Gazebo that a run needs are installed, asked before anything starts."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from robot_fleet.core.errors import RuntimeFailure

_INSTALL = {
    "gz": "ros-jazzy-ros-gz",
    "ros_gz_sim": "ros-jazzy-ros-gz",
    "ros_gz_bridge": "ros-jazzy-ros-gz",
    "nav2_bringup": "ros-jazzy-nav2-bringup",
    "tf2_ros": "ros-jazzy-tf2-ros",
    "rviz2": "ros-jazzy-rviz2",
    "fast-discovery-server": "ros-jazzy-fastrtps",
}
"""Debian packages of what is looked for."""


class Installed:
    """Looks programs and files of ROS packages up as ROS does, by `AMENT_PREFIX_PATH`, and others on `PATH`.

    Parameters
    ----------
    environ : variables of the process that starts the programs.
    """

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        self._path = environ.get("PATH", os.defpath)
        self._prefixes = [Path(prefix) for prefix in environ.get("AMENT_PREFIX_PATH", "").split(os.pathsep) if prefix]

    def program(self, name: str, why: str) -> str:
        """Return the path of a program.

        Raises
        ------
        RuntimeFailure : `runtime_not_installed`.
        """
        found = shutil.which(name, path=self._path)
        if found is None:
            raise _missing(name, why)
        return found

    def executable(self, package: str, name: str, why: str) -> str:
        """Return the path of a program of a ROS package, the one that `ros2 run` takes.

        Raises
        ------
        RuntimeFailure : `runtime_not_installed`.
        """
        for prefix in self._prefixes:
            path = prefix / "lib" / package / name
            if os.access(path, os.X_OK):
                return str(path)
        raise _missing(package, why)

    def shared(self, package: str, file: str, why: str) -> str:
        """Return the path of a file that a ROS package shares.

        Raises
        ------
        RuntimeFailure : `runtime_not_installed`.
        """
        for prefix in self._prefixes:
            path = prefix / "share" / package / file
            if path.is_file():
                return str(path)
        raise _missing(package, why)


def _missing(what: str, why: str) -> RuntimeFailure:
    message = (
        f"is not installed, and {why}; install it with `sudo apt install {_INSTALL[what]}` and source"
        " /opt/ros/jazzy/setup.bash"
    )
    return RuntimeFailure("runtime_not_installed", message, what)
