"""What two fleets on one machine must not share: a name, a ROS domain, a port. Each is claimed by a lock file.

The operating system frees a claim when the process that made it ends, however it ends.
"""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from robot_fleet.core.errors import RuntimeFailure
from robot_fleet.ledger.lock import FileLock, holder
from robot_fleet.runtime.processes.run_directory import DEFAULT_NAME, RunDirectory, run_directory

DOMAINS = range(20, 100)
"""ROS_DOMAIN_IDs given out; 0 is everybody's default, and above 101 the ports of DDS leave the usual range."""

PORTS = range(8600, 8700)
"""Ports tried for the console where none is asked for."""


class FleetClaim:
    """A fleet's name, and whatever else it has claimed, until `release` or the end of the process.

    Parameters
    ----------
    name : the fleet's name; its run directory is made.

    Raises
    ------
    RuntimeFailure : `runtime_fleet_running`, `runtime_bad_name`, `runtime_state_unwritable`.
    """

    def __init__(self, name: str = DEFAULT_NAME, environ: Mapping[str, str] = os.environ) -> None:
        self.run: RunDirectory = run_directory(name, environ)
        self._environ = environ
        self._locks: list[FileLock] = []
        try:
            self.run.logs.mkdir(parents=True, exist_ok=True)
            self._locks.append(FileLock(self.run.lock))
        except BlockingIOError:
            pid = holder(self.run.lock)
            raise RuntimeFailure(
                "runtime_fleet_running",
                f"a fleet of this name runs already{f' (process {pid})' if pid else ''}; end it with"
                f" `./fleet down --name {name}`, or give this one another name with --name",
                name,
            ) from None
        except OSError as error:
            message = f"the run directory cannot be made: {error.strerror}"
            raise RuntimeFailure("runtime_state_unwritable", message, str(self.run.path)) from error

    def domain_id(self) -> int:
        """Claim and return a ROS_DOMAIN_ID: the exported one if there is one, else the first free of DOMAINS.

        Raises
        ------
        RuntimeFailure : `runtime_domain_busy`, `runtime_domain_malformed`.
        """
        exported = self._environ.get("ROS_DOMAIN_ID", "")
        if not exported:
            claimed = self._claim(machine_home(self._environ) / "domains", DOMAINS, lambda _: True)
            if claimed is None:
                message = f"all ROS domains from {DOMAINS[0]} to {DOMAINS[-1]} are taken by other fleets; end one"
                raise RuntimeFailure("runtime_domain_busy", message)
            return claimed
        if not exported.isdecimal() or int(exported) > 232:
            message = f"expected a number from 0 to 232, got {exported!r}; export another or none"
            raise RuntimeFailure("runtime_domain_malformed", message, "ROS_DOMAIN_ID")
        if self._claim(machine_home(self._environ) / "domains", [int(exported)], lambda _: True) is None:
            message = f"another fleet of yours uses domain {exported}; export another number, or none to get a free one"
            raise RuntimeFailure("runtime_domain_busy", message, "ROS_DOMAIN_ID")
        return int(exported)

    def port(self, wanted: int | None = None, host: str = "127.0.0.1") -> int:
        """Claim and return a TCP port that nobody listens on: the wanted one, else the first free of PORTS.

        Raises
        ------
        RuntimeFailure : `runtime_port_busy`.
        """
        ports = PORTS if wanted is None else [wanted]
        claimed = self._claim(machine_home(self._environ) / "ports", ports, lambda port: port_is_free(port, host))
        if claimed is not None:
            return claimed
        if wanted is None:
            message = f"all ports from {PORTS[0]} to {PORTS[-1]} are taken; name a free one with --port"
            raise RuntimeFailure("runtime_port_busy", message, host)
        message = f"port {wanted} is in use by another program; give another with --port, or none to get a free one"
        raise RuntimeFailure("runtime_port_busy", message, f"{host}:{wanted}")

    def release(self) -> None:
        """Give everything up; a second call does nothing."""
        while self._locks:
            self._locks.pop().release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.release()

    def _claim(self, folder: Path, numbers: range | list[int], usable: Callable[[int], bool]) -> int | None:
        folder.mkdir(parents=True, exist_ok=True)
        for number in numbers:
            try:
                lock = FileLock(folder / f"{number}.lock")
            except BlockingIOError:
                continue
            if usable(number):
                self._locks.append(lock)
                return number
            lock.release()
        return None


def claim_run(path: Path) -> FileLock:
    """Make a run directory that others than `./fleet` start programs in, and keep them from doing so twice.

    Raises
    ------
    RuntimeFailure : `runtime_fleet_running`, `runtime_state_unwritable`.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        return FileLock(RunDirectory(path.name, path).lock)
    except BlockingIOError:
        message = "what runs in this directory already would write the same files; end that, or name another directory"
        raise RuntimeFailure("runtime_fleet_running", message, str(path)) from None
    except OSError as error:
        message = f"the run directory cannot be made: {error.strerror}"
        raise RuntimeFailure("runtime_state_unwritable", message, str(path)) from error


def machine_home(environ: Mapping[str, str] = os.environ) -> Path:
    """Return where fleets with different state directories still see each other's claims.

    ROS domains and ports are shared by everything on the machine, so two fleets must not take the same one wherever
    they keep their state.
    """
    runtime = environ.get("XDG_RUNTIME_DIR") or f"{tempfile.gettempdir()}/runtime-{os.getuid()}"
    return Path(runtime) / "robot_fleet"


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Return whether a server could listen on the port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError:
            return False
    return True
