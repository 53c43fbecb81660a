"""The running fleet as the verbs reach it: its gateway's HTTP interface on this machine."""

from __future__ import annotations

import os
import ssl
import sys
from pathlib import Path
from typing import Any

import httpx

from robot_fleet.client.connection import PATIENCE_S, Connection
from robot_fleet.core.errors import FleetError, RuntimeFailure
from robot_fleet.runtime.processes.run_directory import RunDirectory, run_directory
from robot_fleet.runtime.processes.running import fleet_state, running_fleets

_PATIENCE_S = PATIENCE_S
_GLANCE_S = 2.0
ALARM_S = 8.0
"""For an alarm: the gateway itself waits for the manager for six seconds."""
_TOKEN_VARIABLE = "ROBOT_FLEET_TOKEN"  # noqa: S105, its name


class Gateway(Connection):
    """Speaks to the gateway of a running fleet; use as a context manager.

    Parameters
    ----------
    name : the fleet's name; None where only one runs.

    Raises
    ------
    RuntimeFailure : `runtime_no_fleet`, `runtime_which_fleet`, `runtime_token_unsafe`, `runtime_tls_unusable`.
    """

    def __init__(self, name: str | None = None) -> None:
        self.run = _running(name)
        state = fleet_state(self.run)
        port = state.get("port")
        if port is None:
            raise RuntimeFailure(
                "runtime_no_fleet",
                "it is only just starting, or runs on the virtual clock and takes no commands",
                self.run.name,
            )
        cert = state.get("tls_cert")
        super().__init__(
            _address(port, tls=bool(cert)),
            _token(self.run),
            tls=_pinned(Path(cert)) if cert else None,
            patience_s=_PATIENCE_S,
            name=self.run.name,
            waiting=lambda: print("fleet: waiting for the fleet to answer", file=sys.stderr),
        )

    def glance(self, path: str) -> Any:
        """Return what the gateway shows under a path, None if it does not answer at once."""
        try:
            return self.get(path, patience_s=0.0, timeout_s=_GLANCE_S)
        except FleetError:
            return None

    def error_of(self, answer: httpx.Response) -> FleetError:
        """Return the error that an answer speaks of; where a token is missing, with what to do about it."""
        error = super().error_of(answer)
        if error.code == "request_sign_in_required":
            error.message = (
                f"this fleet has users: put a token that is still good into {_TOKEN_VARIABLE},"
                " or keep one with ./fleet user token new --save"
            )
        return error


def manager_is_live(port: int, tls_cert: Path | None = None) -> bool:
    """Return whether a gateway answers on a port of this machine, and reaches its manager."""
    tls = None if tls_cert is None else _pinned(tls_cert)
    try:
        with Connection(_address(port, tls=tls_cert is not None), tls=tls, patience_s=0.0) as connection:
            return bool(connection.get("/health", timeout_s=_GLANCE_S)["manager"] == "live")
    except (FleetError, ValueError, KeyError):
        return False


def _address(port: int, *, tls: bool) -> str:
    return f"http{'s' if tls else ''}://127.0.0.1:{port}"


def _pinned(cert: Path) -> ssl.SSLContext:
    """Return what trusts the fleet's own certificate and no other; it is made out to another name than 127.0.0.1."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    try:
        context.load_verify_locations(cert)
    except OSError as error:
        message = f"the fleet's certificate cannot be read ({error.strerror})"
        raise RuntimeFailure("runtime_tls_unusable", message, str(cert)) from error
    return context


def _token(run: RunDirectory) -> str:
    """Return the token that lets this user's verbs in where the fleet has users, empty if there is none."""
    secret = os.environ.get(_TOKEN_VARIABLE, "").strip()
    try:
        if not secret and run.token.exists():
            if run.token.stat().st_mode & 0o077:
                message = f"others can read it; chmod 600 {run.token}, and make a new one if they may have"
                raise RuntimeFailure("runtime_token_unsafe", message, str(run.token))
            secret = run.token.read_text(encoding="ascii", errors="replace").strip()
    except OSError as error:
        message = f"the token cannot be read ({error.strerror})"
        raise RuntimeFailure("runtime_token_unsafe", message, str(run.token)) from error
    return secret if secret.isascii() and secret.isprintable() else ""


def _running(name: str | None) -> RunDirectory:
    running = running_fleets()
    if name is None:  # a run on the virtual clock takes no commands
        running = tuple(run for run in running if fleet_state(run)) or running
    else:
        wanted = run_directory(name)
        if wanted not in running:
            others = f"; running: {', '.join(run.name for run in running)}" if running else ""
            message = f"no fleet of this name runs{others}; start it with `./fleet demo --name {name}`"
            raise RuntimeFailure("runtime_no_fleet", message, name)
        return wanted
    if not running:
        raise RuntimeFailure("runtime_no_fleet", "no fleet is running; start one with `./fleet demo`")
    if len(running) > 1:
        names = ", ".join(run.name for run in running)
        raise RuntimeFailure("runtime_which_fleet", f"several fleets run ({names}); say which with --name")
    return running[0]
