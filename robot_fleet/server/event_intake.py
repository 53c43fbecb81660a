"""Signed events of a city's platform, as the core is told of them: the envelope is CloudEvents 1.0 in JSON.

The signature is that of our own webhooks (Standard Webhooks 1.0.0, symmetric), the other way round. What a source says
beyond the words that are known here is neither kept nor logged: it may be about people.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from robot_fleet.core.city import LOCAL
from robot_fleet.core.errors import RequestError
from robot_fleet.core.inputs import TakeCityEvent
from robot_fleet.server.webhooks.cloud_events import SPEC_VERSION
from robot_fleet.server.webhooks.signing import is_genuine

WINDOW_S = 300.0
"""A signature is good for so long before and after its time (seconds of this machine's clock)."""
MOST_BYTES = 16_384
"""Of a body: an event has a few hundred."""


@dataclass(frozen=True, slots=True)
class Signed:
    """What came in.

    Parameters
    ----------
    body : byte for byte.
    id, timestamp, signature : the three headers; empty where one is missing.
    """

    body: bytes
    id: str
    timestamp: str
    signature: str


class EventIntake:
    """Tells what may be taken from what may not.

    Parameters
    ----------
    keys : of the sources, by id; from others nothing is taken.
    unix_s : returns Unix time.
    """

    def __init__(self, keys: Mapping[str, bytes], unix_s: Callable[[], float]) -> None:
        self._keys = dict(keys)
        self._unix_s = unix_s

    def read(self, signed: Signed) -> TakeCityEvent:
        """Return the event of a message that its source has signed.

        Raises
        ------
        RequestError : `request_event_malformed`, `request_unknown_event_source`, `request_event_signature`,
            `request_event_stale`.
        """
        told = _envelope(signed.body)
        source = _text(told, "source")
        key = self._keys.get(source)
        if key is None:
            message = "no source of this name has a key here; see to the site's events.yaml and to the source's secret"
            raise RequestError("request_unknown_event_source", message, "source")
        if not is_genuine(key, signed.id, signed.timestamp, signed.signature, signed.body):
            message = "the signature is not that of the source; sign `id.timestamp.body`, byte for byte as it is sent"
            raise RequestError("request_event_signature", message, "webhook-signature")
        now_s = self._unix_s()
        if abs(now_s - int(signed.timestamp)) > WINDOW_S:
            message = f"signed more than {WINDOW_S:g} s ago, or ahead; sign anew, and see to the clocks"
            raise RequestError("request_event_stale", message, "webhook-timestamp")
        name = _text(told, "id")
        if name != signed.id:
            raise RequestError("request_event_malformed", "expected webhook-id to be the event's id", "webhook-id")
        return _event(told, source, name, now_s)


def _envelope(body: bytes) -> Mapping[str, Any]:
    if len(body) > MOST_BYTES:
        raise RequestError("request_event_malformed", f"expected at most {MOST_BYTES} bytes", "body")
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict) or told.get("specversion") != SPEC_VERSION:
        message = f"expected a CloudEvent as a JSON object with specversion {SPEC_VERSION!r}"
        raise RequestError("request_event_malformed", message, "body")
    return told


def _event(told: Mapping[str, Any], source: str, name: str, now_s: float) -> TakeCityEvent:
    data = told.get("data") if told.get("data") is not None else {}
    if not isinstance(data, dict):
        raise RequestError("request_event_malformed", "expected a JSON object", "data")
    resolves, exercise, lasts_s = data.get("resolves", ""), data.get("exercise", False), data.get("lasts_s")
    if not isinstance(resolves, str):
        raise RequestError("request_event_malformed", "expected the id of an earlier event", "data.resolves")
    if not isinstance(exercise, bool):
        raise RequestError("request_event_malformed", "expected true or false", "data.exercise")
    if lasts_s is not None and (isinstance(lasts_s, bool) or not isinstance(lasts_s, int | float)):
        raise RequestError("request_event_malformed", "expected seconds", "data.lasts_s")
    if lasts_s is not None and not math.isfinite(lasts_s):
        raise RequestError("request_event_malformed", "expected seconds", "data.lasts_s")
    return TakeCityEvent(
        key=f"event-{hashlib.sha256(f'{source}/{name}'.encode()).hexdigest()[:16]}",
        source=source,
        id=name,
        type=_text(told, "type"),
        subject=_text(told, "subject", needed=not resolves),
        age_s=_age_s(told, now_s),
        resolves=resolves,
        exercise=exercise or source == LOCAL.id,
        lasts_s=None if lasts_s is None else float(lasts_s),
    )


def _text(told: Mapping[str, Any], key: str, *, needed: bool = True) -> str:
    value = told.get(key, "" if not needed else None)
    if not isinstance(value, str) or (needed and not value):
        raise RequestError("request_event_malformed", "expected a text", key)
    return value


def _age_s(told: Mapping[str, Any], now_s: float) -> float:
    text = told.get("time")
    if text is None:
        return 0.0
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is None:
            raise ValueError(text)
        return now_s - at.timestamp()
    except (TypeError, ValueError, OverflowError):
        message = "expected a time with its zone, as 2026-11-27T07:31:20+09:00"
        raise RequestError("request_event_malformed", message, "time") from None
