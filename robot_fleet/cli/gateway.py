"""The running fleet as the verbs reach it: its gateway's HTTP interface on this machine."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import httpx

from robot_fleet.core.errors import FleetError, RequestError, RuntimeFailure
from robot_fleet.runtime.run_directory import RunDirectory, run_directory
from robot_fleet.runtime.running import fleet_state, running_fleets

_TRIES = 15
_PAUSE_S = 1.0
"""A gateway that is being started again answers within seconds, on a busy machine within a few more."""


class Gateway:
    """Speaks to the gateway of a running fleet; use as a context manager.

    A command carries a key, so that asking again after a broken connection is the same wish.

    Parameters
    ----------
    name : the fleet's name; None where only one runs.

    Raises
    ------
    RuntimeFailure : `runtime_no_fleet`, `runtime_which_fleet`.
    """

    def __init__(self, name: str | None = None) -> None:
        self._run = _running(name)
        port = fleet_state(self._run).get("port")
        if port is None:
            raise RuntimeFailure("runtime_no_fleet", "the fleet is only just starting; try again", self._run.name)
        # The system's proxies are for other hosts than this one.
        self._client = httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1", timeout=15.0, trust_env=False)

    def get(self, path: str) -> Any:
        """Return what the gateway shows under a path.

        Raises
        ------
        FleetError : what the gateway answers; `runtime_gateway_unreachable`.
        """
        return self._ask("GET", path, None, {})

    def post(self, path: str, body: Mapping[str, Any], key: str) -> Any:
        """Give a command and return the answer. Raises as `get` does.

        Parameters
        ----------
        key : the same key is the same wish, however often it is given.
        """
        return self._ask("POST", path, body, {"Idempotency-Key": key})

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None, headers: Mapping[str, str]) -> Any:
        tries_left = _TRIES
        while True:
            try:
                answer = self._client.request(method, path, json=body, headers=headers)
                break
            except httpx.TransportError as error:
                tries_left -= 1
                if not tries_left or isinstance(error, httpx.TimeoutException):
                    message = f"its gateway does not answer ({type(error).__name__}); see ./fleet ps and its log"
                    raise RuntimeFailure("runtime_gateway_unreachable", message, self._run.name) from error
                if tries_left == _TRIES - 1:
                    print("fleet: waiting for the gateway", file=sys.stderr)
                time.sleep(_PAUSE_S)
        if answer.is_success:
            return answer.json()
        raise _told(answer)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._client.close()


def _running(name: str | None) -> RunDirectory:
    running = running_fleets()
    if name is not None:
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
        error = answer.json()["error"]
        code, message, where = str(error["code"]), str(error["message"]), str(error.get("where", ""))
    except (ValueError, KeyError, TypeError):
        return RuntimeFailure("runtime_gateway_malformed", f"unexpected answer, HTTP {answer.status_code}")
    return (RequestError if code.startswith("request_") else RuntimeFailure)(code, message, where)
