"""What tests of launch files need and only a ROS installation brings; without it they are skipped, by name."""

from __future__ import annotations

from importlib.util import find_spec

import pytest


def require_launch() -> None:
    """Skip the module that calls where ROS's launch is not installed."""
    for package in ("launch.actions", "launch_pytest"):
        # `launch` alone would find the folder of that name
        if not _is_there(package):
            reason = f"needs a full ROS desktop: {package.partition('.')[0]} is not installed"
            pytest.skip(reason, allow_module_level=True)


def _is_there(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:
        return False
