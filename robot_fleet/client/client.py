"""The fleet as a Python program sees it: a method for each wish, rows and answers as the API's own models."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from typing import Any

from robot_fleet.client.city import CityCalls
from robot_fleet.client.connection import PATIENCE_S, Connection
from robot_fleet.client.desk import DeskCalls
from robot_fleet.client.ground import GroundCalls
from robot_fleet.client.passes import PassCalls
from robot_fleet.client.schedules import ScheduleCalls
from robot_fleet.client.stream import frames
from robot_fleet.client.tasks import TaskCalls
from robot_fleet.client.what_if import WhatIfCalls


class FleetClient(TaskCalls, GroundCalls, CityCalls, DeskCalls, ScheduleCalls, PassCalls, WhatIfCalls):
    """A client of a running fleet; use as a context manager.

    Every method raises FleetError: what the gateway answers, by its code, or `runtime_gateway_unreachable`. What does
    not answer is asked again for a while; commands carry a key, so that this is safe. `key` is for programs that may
    themselves be started anew; `version`, of what was looked at, has a command refused if that has changed since.

    Parameters
    ----------
    url : where the gateway is, for instance `http://127.0.0.1:8600`.
    token : of `./fleet user token new`, or the secret of a pass; empty where the fleet has no users.
    tls : knows the gateway's certificate; None where this machine knows it.
    patience_s : for so long what does not answer is asked again.
    """

    def __init__(
        self, url: str, token: str = "", *, tls: ssl.SSLContext | None = None, patience_s: float = PATIENCE_S
    ) -> None:
        super().__init__(Connection(url, token, tls=tls, patience_s=patience_s))
        self._patience_s = patience_s

    def site(self) -> Mapping[str, Any]:
        """Return map, places, lanes, kinds and services."""
        site: Mapping[str, Any] = self._connection.get("/site")
        return site

    def stream(self) -> Iterator[Mapping[str, Any]]:
        """Yield the frames of the stream: each event once and in order, also over a break, and the newest motion."""
        return frames(self._connection, self._patience_s)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def __enter__(self) -> FleetClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
