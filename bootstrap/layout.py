"""Where a checkout keeps what it makes: its own folder, and the XDG folders for caches and state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Layout:
    """The places of one checkout.

    Parameters
    ----------
    root
        The checkout.
    cache
        Shared by all checkouts of this user; everything in it can be made again.
    state
        Ledgers, logs and checkpoints of this user's fleets.
    """

    root: Path
    cache: Path
    state: Path

    @classmethod
    def of(cls, root: Path, environ: Mapping[str, str]) -> Layout:
        """Return the layout of the checkout at ``root`` under the XDG variables of ``environ``."""
        home = Path(environ.get("HOME") or "/")
        return cls(
            root=root,
            cache=_xdg(environ, "XDG_CACHE_HOME", home / ".cache") / "robot_fleet",
            state=_xdg(environ, "XDG_STATE_HOME", home / ".local" / "state") / "robot_fleet",
        )

    @property
    def venv(self) -> Path:
        """The virtual environment."""
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        """The environment's interpreter."""
        return self.venv / "bin" / "python"

    @property
    def stamp(self) -> Path:
        """Says which of the set-up's parts are complete."""
        return self.venv / "robot_fleet.json"

    @property
    def log(self) -> Path:
        """What pip, cmake and ninja printed during the last set-up."""
        return self.venv / "set-up.log"

    @property
    def lock(self) -> Path:
        """Exact versions of everything but ROS."""
        return self.root / "requirements.lock"

    @property
    def ros_lock(self) -> Path:
        """Exact versions of the ROS wheels and of what builds interface packages."""
        return self.root / "requirements-ros.lock"

    @property
    def bench_lock(self) -> Path:
        """Exact versions of the benchmarks' rivals, and of what they alone need."""
        return self.root / "requirements-bench.lock"

    @property
    def bench_stamp(self) -> Path:
        """Says which rivals the environment holds; it goes with the environment."""
        return self.venv / "robot_fleet_bench.txt"

    @property
    def dds_profiles(self) -> Path:
        """How Fast DDS announces processes to each other."""
        return self.root / "config" / "fastdds.xml"

    @property
    def interfaces(self) -> Path:
        """Sources of the interface packages."""
        return self.root / "interfaces"

    @property
    def kernel(self) -> Path:
        """Sources that the planners are compiled from."""
        return self.root / "robot_fleet" / "scheduling" / "kernel"


def _xdg(environ: Mapping[str, str], name: str, default: Path) -> Path:
    value = environ.get(name, "")
    return Path(value) if value.startswith("/") else default  # the specification ignores relative paths
