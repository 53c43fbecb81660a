"""Saying something to the manager until it has been heard: it may be restarting, or have been killed meanwhile."""

from __future__ import annotations

from collections.abc import Collection, Hashable
from typing import Any, Generic, TypeVar

from rclpy.client import Client
from rclpy.task import Future

K = TypeVar("K", bound=Hashable)

AGAIN_AFTER_S = 2.0
"""Wall seconds after which what nobody has taken is said again."""


class Insisting(Generic[K]):
    """Calls a service about things, each again and again until it is called off.

    Parameters
    ----------
    client : of the service.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._said: dict[K, tuple[float, Any, Future]] = {}  # when it may be said again, as what, what may come of it

    def may_say(self, about: K, steady_s: float) -> bool:
        """Return whether the service is there and nothing was said of a thing lately."""
        said = self._said.get(about)
        return (said is None or steady_s >= said[0]) and bool(self._client.service_is_ready())

    def say(self, about: K, request: Any, steady_s: float) -> None:
        """Say something of a thing; what was said of it first is said again as it was."""
        said = self._said.get(about)
        if said is not None:
            self._client.remove_pending_request(said[2])
            request = said[1]
        self._said[about] = steady_s + AGAIN_AFTER_S, request, self._client.call_async(request)

    def keep(self, wanted: Collection[K]) -> None:
        """Call off whatever is not wanted any more."""
        for about in [about for about in self._said if about not in wanted]:
            self._client.remove_pending_request(self._said.pop(about)[2])
