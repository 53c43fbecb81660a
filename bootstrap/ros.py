"""Which ROS is used: the wheels of the environment or a sourced Jazzy installation; and the variables it needs."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bootstrap.layout import Layout

# The packages of interfaces/ that stand in for ones of a ROS installation; each has a COLCON_IGNORE.
_STAND_INS = ("geographic_msgs", "nav2_msgs", "tf2_msgs")
_SITE_PACKAGES = re.compile(r"python(3\.\d+)$")


@dataclass(frozen=True, slots=True)
class HostRos:
    """A sourced Jazzy installation.

    Parameters
    ----------
    prefixes
        Entries of ``AMENT_PREFIX_PATH``, overlays first.
    python_version
        Version of the Python that its rclpy was built for, such as ``3.12``.
    stand_ins
        Packages of ``interfaces/`` that it brings itself, so that ours are not built.
    """

    prefixes: tuple[str, ...]
    python_version: str
    stand_ins: tuple[str, ...]


def find_host(environ: Mapping[str, str], listdir: Callable[[str], list[str]] | None = None) -> HostRos | None:
    """Return the Jazzy installation that is sourced in ``environ``, or None where the wheels are to be used.

    Another distribution, a Jazzy without rclpy, and an environment with the wheels (a ./fleet started by a ./fleet)
    do not count. ``listdir`` returns the names in a folder and an empty list where there is none.
    """
    if environ.get("ROS_DISTRO") != "jazzy":
        return None
    names = listdir or _names
    prefixes = tuple(entry for entry in environ.get("AMENT_PREFIX_PATH", "").split(os.pathsep) if entry)
    for prefix in prefixes:
        version = _rclpy_version(prefix, names)
        if version is not None:
            installed = [name for each in prefixes for name in names(f"{each}/share")]
            return HostRos(prefixes, version, tuple(name for name in _STAND_INS if name in installed))
    return None


def environment(environ: Mapping[str, str], layout: Layout, host: HostRos | None) -> dict[str, str]:
    """Return the variables for every process started through ./fleet.

    What the user has exported for discovery, domain and logs stays; discovery is limited to this machine unless asked
    otherwise. With the wheels, all traces of another sourced ROS are taken out since its libraries would be loaded.
    """
    result = dict(environ)
    result.pop("PYTHONHOME", None)
    if host is None:
        for name in ("AMENT_PREFIX_PATH", "CMAKE_PREFIX_PATH", "COLCON_PREFIX_PATH"):
            result.pop(name, None)
        foreign = tuple(entry for entry in environ.get("AMENT_PREFIX_PATH", "").split(os.pathsep) if entry)
        for name in ("LD_LIBRARY_PATH", "PYTHONPATH", "PATH"):
            _put(result, name, [entry for entry in _entries(result, name) if not _under(entry, foreign)])
        wheel_libraries = [str(path) for path in sorted(layout.venv.glob("lib/python3.*/site-packages/ros_*.libs"))]
        # The wheels start each interpreter twice to set the library path; with path and guard set it is once.
        result["_ROS_WHEELS_BOOTSTRAP_COMPLETE"] = "1"
        result["ROS_DISTRO"] = "jazzy"
        result["ROS_VERSION"] = "2"
        result["ROS_PYTHON_VERSION"] = "3"
        result["RMW_IMPLEMENTATION"] = "rmw_fastrtps_cpp"  # the only one among the wheels
    else:
        wheel_libraries = []
    prefix = str(layout.venv)
    _prepend(result, "PATH", [f"{prefix}/bin"])
    _prepend(result, "LD_LIBRARY_PATH", [f"{prefix}/lib", *wheel_libraries])
    _prepend(result, "AMENT_PREFIX_PATH", [prefix])
    _prepend(result, "CMAKE_PREFIX_PATH", [prefix])
    result["VIRTUAL_ENV"] = prefix
    result["PYTHONNOUSERSITE"] = "1"
    # Without bytecode a fleet takes two seconds longer to start, every time.
    result.pop("PYTHONDONTWRITEBYTECODE", None)
    if "FASTDDS_DEFAULT_PROFILES_FILE" not in result:
        result.setdefault("FASTRTPS_DEFAULT_PROFILES_FILE", str(layout.dds_profiles))
    result.setdefault("ROS_AUTOMATIC_DISCOVERY_RANGE", "LOCALHOST")
    result.setdefault("ROS_LOG_DIR", str(layout.state / "ros_log"))
    result.setdefault("NUMBA_CACHE_DIR", str(layout.cache / "numba"))
    return result


def _rclpy_version(prefix: str, names: Callable[[str], list[str]]) -> str | None:
    for base in (f"{prefix}/lib", f"{prefix}/local/lib"):
        for name in sorted(names(base)):
            match = _SITE_PACKAGES.match(name)
            if match is None:
                continue
            modules = [*names(f"{base}/{name}/site-packages"), *names(f"{base}/{name}/dist-packages")]
            if "rclpy" in modules and "ros_wheels_bootstrapper" not in modules:
                return match[1]
    return None


def _names(folder: str) -> list[str]:
    path = Path(folder)
    return os.listdir(path) if path.is_dir() else []


def _entries(environ: Mapping[str, str], name: str) -> list[str]:
    return [entry for entry in environ.get(name, "").split(os.pathsep) if entry]


def _under(entry: str, prefixes: tuple[str, ...]) -> bool:
    return any(entry == prefix or entry.startswith(prefix.rstrip("/") + "/") for prefix in prefixes)


def _put(environ: dict[str, str], name: str, entries: list[str]) -> None:
    if entries:
        environ[name] = os.pathsep.join(entries)
    else:
        environ.pop(name, None)


def _prepend(environ: dict[str, str], name: str, entries: list[str]) -> None:
    _put(environ, name, entries + [entry for entry in _entries(environ, name) if entry not in entries])
