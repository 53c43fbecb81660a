"""The running fleet as the verbs reach it: its gateway's HTTP interface on this machine."""

from __future__ import annotations

import os
import ssl
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from robot_fleet.core.errors import FleetError, LinesRefused, RequestError, RuntimeFailure, WrongLine
from robot_fleet.runtime.run_directory import RunDirectory, run_directory
from robot_fleet.runtime.running import fleet_state, running_fleets

_PATIENCE_S = 15.0
"""A process that is being started again answers within seconds, on a busy machine within a few more."""
_PAUSE_S = 0.5
_GLANCE_S = 2.0
_ANSWER_S = 15.0
_ALARM_S = 8.0
"""For an alarm: the gateway itself waits for the manager for six seconds."""
_TOKEN_VARIABLE = "ROBOT_FLEET_TOKEN"  # noqa: S105, its name
PASSING = ("runtime_gateway_unreachable", "runtime_manager_unreachable", "runtime_no_answer")


class Gateway:
    """Speaks to the gateway of a running fleet; use as a context manager.

    A command carries a key, so that asking again after a broken connection is the same wish.

    Parameters
    ----------
    name : the fleet's name; None where only one runs.

    Raises
    ------
    RuntimeFailure : `runtime_no_fleet`, `runtime_which_fleet`, `runtime_token_unsafe`, `runtime_tls_unusable`.
    """

    def __init__(self, name: str | None = None) -> None:
        self._run = _running(name)
        state = fleet_state(self._run)
        port = state.get("port")
        if port is None:
            raise RuntimeFailure(
                "runtime_no_fleet",
                "it is only just starting, or runs on the virtual clock and takes no commands",
                self._run.name,
            )
        # The system's proxies are for other hosts than this one.
        cert = state.get("tls_cert")
        self._client = httpx.Client(
            base_url=_address(port, tls=bool(cert)),
            headers=_token_header(self._run),
            timeout=_ANSWER_S,
            trust_env=False,
            verify=_pinned(Path(cert)) if cert else True,
        )

    @property
    def run(self) -> RunDirectory:
        """The fleet's run directory."""
        return self._run

    def glance(self, path: str) -> Any:
        """Return what the gateway shows under a path, None if it does not answer at once."""
        try:
            return self._asked_once("GET", path, None, {}, _GLANCE_S)
        except FleetError:
            return None

    def get(self, path: str) -> Any:
        """Return what the gateway shows under a path.

        Raises
        ------
        FleetError : what the gateway answers; `runtime_gateway_unreachable`.
        """
        return self._ask("GET", path, None, {})

    def post(self, path: str, body: Mapping[str, Any], key: str, *, urgent: bool = False) -> Any:
        """Give a command and return the answer. Raises as `get` does.

        Parameters
        ----------
        key : the same key is the same wish, however often it is given.
        urgent : ask once, and not for long; the caller knows what else to do.
        """
        headers = {"Idempotency-Key": key}
        if urgent:
            return self._asked_once("POST", path, body, headers, _ALARM_S)
        return self._ask("POST", path, body, headers)

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None, headers: Mapping[str, str]) -> Any:
        until_s = time.monotonic() + _PATIENCE_S
        told = False
        while True:
            try:
                return self._asked_once(method, path, body, headers)
            except RuntimeFailure as failure:
                if failure.code not in PASSING or time.monotonic() >= until_s:
                    raise
            if not told:
                print("fleet: waiting for the fleet to answer", file=sys.stderr)
                told = True
            time.sleep(_PAUSE_S)

    def _asked_once(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        headers: Mapping[str, str],
        timeout_s: float = _ANSWER_S,
    ) -> Any:
        try:
            answer = self._client.request(method, path, json=body, headers=headers, timeout=timeout_s)
        except httpx.TransportError as error:
            message = f"its gateway does not answer ({type(error).__name__}); see ./fleet ps and its log"
            raise RuntimeFailure("runtime_gateway_unreachable", message, self._run.name) from error
        if answer.is_success:
            return answer.json()
        raise _told(answer)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._client.close()


def manager_is_live(port: int, tls_cert: Path | None = None) -> bool:
    """Return whether a gateway answers on a port of this machine, and reaches its manager."""
    try:
        address = f"{_address(port, tls=tls_cert is not None)}/health"
        verify = True if tls_cert is None else _pinned(tls_cert)
        answer = httpx.get(address, timeout=_GLANCE_S, trust_env=False, verify=verify)
        return bool(answer.json()["manager"] == "live")
    except (httpx.TransportError, ValueError, KeyError):
        return False


def _address(port: int, *, tls: bool) -> str:
    return f"http{'s' if tls else ''}://127.0.0.1:{port}/api/v1"


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


def _token_header(run: RunDirectory) -> dict[str, str]:
    """Return the header that lets this user's verbs in where the fleet has users."""
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
    return {"authorization": f"Bearer {secret}"} if secret.isascii() and secret.isprintable() and secret else {}


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


def _told(answer: httpx.Response) -> FleetError:
    """Return the error that an answer speaks of."""
    try:
        body = answer.json()
        error = body["error"]
        code, message, where = str(error["code"]), str(error["message"]), str(error.get("where", ""))
    except (ValueError, KeyError, TypeError):
        return RuntimeFailure("runtime_gateway_malformed", f"unexpected answer, HTTP {answer.status_code}")
    if code == "request_sign_in_required":
        message = (
            f"this fleet has users: put a token that is still good into {_TOKEN_VARIABLE},"
            " or keep one with ./fleet user token new --save"
        )
    if body.get("lines"):
        return LinesRefused(message, where, [WrongLine(**line) for line in body["lines"]])
    return (RequestError if code.startswith("request_") else RuntimeFailure)(code, message, where)
