"""The client's words about events of the city: what a platform tells, signed, and what people say of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from robot_fleet.client.caller import Caller, body, new_key, path
from robot_fleet.server.models.commands import EventTaken, ZoneWish
from robot_fleet.server.models.rows import EventRow
from robot_fleet.server.webhooks.cloud_events import signed_event


class CityCalls(Caller):
    """Hands in events of the city, lists them, says that they are over."""

    def events(self, **chosen: str | bool | Sequence[str]) -> list[EventRow]:
        """Return the events that are open, and the last that are over, oldest first."""
        return [EventRow.model_validate(row) for row in self._connection.rows("/events", chosen)]

    def tell_event(self, event: Mapping[str, Any], key: bytes) -> EventTaken:
        """Tell of an event, a CloudEvent 1.0; the same one may be told again, and nothing is done twice.

        Parameters
        ----------
        key : the bytes of its source's secret (what stands behind `whsec_` is base64 of them).
        """
        content, headers = signed_event(event, key)
        return EventTaken.model_validate(self._connection.send("/events", content, headers))

    def end_event(self, event: str, reason: str = "", *, by: str = "operator", key: str = "") -> EventTaken:
        """Say that an event, `<source>/<id>`, is over: what it held, closed and put off is given back."""
        where = path("events", *event.split("/", 1), "end")
        wish = body(ZoneWish, reason=reason, by=by)
        return EventTaken.model_validate(self._connection.post(where, wish, key or new_key()))
