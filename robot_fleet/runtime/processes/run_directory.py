"""Where a running fleet keeps what is its own: one directory per fleet under the user's XDG state home."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from robot_fleet.core.errors import RuntimeFailure

DEFAULT_NAME = "main"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")


def state_home(environ: Mapping[str, str] = os.environ) -> Path:
    """Return `$XDG_STATE_HOME/robot_fleet`, or `~/.local/state/robot_fleet` where that is not set."""
    base = environ.get("XDG_STATE_HOME", "")
    home = Path(base) if base.startswith("/") else Path.home() / ".local" / "state"
    return home / "robot_fleet"


@dataclass(frozen=True, slots=True)
class RunDirectory:
    """The files of one fleet.

    Parameters
    ----------
    name : the fleet's name.
    path : its directory.
    """

    name: str
    path: Path

    @property
    def ledger(self) -> Path:
        """The ledger, where the fleet was given no other."""
        return self.path / "ledger.sqlite"

    @property
    def telemetry(self) -> Path:
        """The history of telemetry, where the fleet was given no other store."""
        return self.path / "telemetry.sqlite"

    @property
    def passes(self) -> Path:
        """The passes of people who are no users: they stay when another run begins."""
        return passes_of(self.path)

    @property
    def users(self) -> Path:
        """The users of the fleet: they stay when another run begins."""
        return users_of(self.path)

    @property
    def token(self) -> Path:
        """The token by which this user's own verbs speak to the fleet, where it has users."""
        return self.users.with_name("token")

    @property
    def logs(self) -> Path:
        """One log file per process."""
        return self.path / "logs"

    @property
    def lock(self) -> Path:
        """Held by the fleet's supervisor for as long as it lives."""
        return self.path / "fleet.lock"

    @property
    def raised(self) -> Path:
        """The raisers' journal: alarms on their way to the manager."""
        return self.path / "raised"

    @property
    def ringing(self) -> Path:
        """Which processes receivers of webhooks are told of, as the supervisor wrote it."""
        return self.path / "ringing.json"

    @property
    def processes(self) -> Path:
        """What runs now, as the supervisor wrote it."""
        return self.path / "processes.json"


def passes_of(run: Path) -> Path:
    """Return the file of the passes of a fleet, by its run directory."""
    return users_of(run).with_name("passes.sqlite")


def users_of(run: Path) -> Path:
    """Return the file of the users of a fleet, by its run directory."""
    return run / "doors" / "users.sqlite"


def run_directory(name: str = DEFAULT_NAME, environ: Mapping[str, str] = os.environ) -> RunDirectory:
    """Return the directory of the fleet with this name; it is not made yet.

    Raises
    ------
    RuntimeFailure : `runtime_bad_name`.
    """
    if not _NAME.fullmatch(name):
        message = f"a fleet's name is 1 to 32 of a-z, 0-9, _ and -, beginning with a letter or digit; got {name!r}"
        raise RuntimeFailure("runtime_bad_name", message, "--name")
    return RunDirectory(name, state_home(environ) / "fleets" / name)


def run_directories(environ: Mapping[str, str] = os.environ) -> tuple[RunDirectory, ...]:
    """Return the directories of all fleets of this user, running or not, by name."""
    parent = state_home(environ) / "fleets"
    if not parent.is_dir():
        return ()
    found = sorted(entry for entry in parent.iterdir() if entry.is_dir() and _NAME.fullmatch(entry.name))
    return tuple(RunDirectory(entry.name, entry) for entry in found)
