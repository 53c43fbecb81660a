"""How many processes ROS's discovery on one machine carries, and the discovery server that carries more."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from robot_fleet.runtime.bringup.fleet_processes import DISCOVERY
from robot_fleet.runtime.bringup.installed import Installed
from robot_fleet.runtime.processes.process import ProcessSpec

MOST_WITHOUT_SERVER = 32
"""Participants on one machine that see each other at ROS_AUTOMATIC_DISCOVERY_RANGE=LOCALHOST; measured."""
_FIRST_PORT = 11811  # Fast DDS's own default; a domain's server listens at this plus the domain
_SERVER = "ROS_DISCOVERY_SERVER"
_LIBRARIES = "LD_LIBRARY_PATH"


def needs_server(participants: int, environ: Mapping[str, str]) -> bool:
    """Return whether so many participants need a discovery server, and none has been named already.

    Beyond this machine discovery goes by multicast, which has no such bound.

    Parameters
    ----------
    participants : processes that are in the ROS domain, on this machine.
    """
    local = environ.get(DISCOVERY, "LOCALHOST") == "LOCALHOST"
    return local and participants > MOST_WITHOUT_SERVER and not environ.get(_SERVER)


def discovery_server(
    domain: int, installed: Installed, participants: int, environ: Mapping[str, str]
) -> tuple[ProcessSpec, dict[str, str]]:
    """Return the server, and the variable by which everybody finds it.

    Raises
    ------
    RuntimeFailure : `runtime_not_installed`.
    """
    port = _FIRST_PORT + domain
    why = f"{participants} processes in one ROS domain need it (beyond {MOST_WITHOUT_SERVER} they do not all meet)"
    argv = (installed.program("fast-discovery-server", why), "-i", "0", "-l", "127.0.0.1", "-p", str(port))
    # PyPI's ROS keeps Fast DDS's libraries beside its packages, where only its own Python looks for them
    beside = sorted(Path(sys.prefix).glob("lib/python3*/site-packages/ros_*.libs"))
    found = [str(path) for path in beside] + [path for path in [environ.get(_LIBRARIES, "")] if path]
    libraries = {_LIBRARIES: os.pathsep.join(found)} if beside else {}
    return ProcessSpec("discovery_server", "discovery_server", argv, libraries), {_SERVER: f"127.0.0.1:{port}"}
