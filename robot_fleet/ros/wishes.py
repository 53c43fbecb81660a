"""Wishes about the fleet, its ground and its watch as JSON: `{"wish": <name>, <field>: <value>, ...}`.

They share one service and one form, since they have little in common but a key and who asks.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from robot_fleet.core.inputs import CloseZones, FleetWish, LimitZone, OpenZones, SetHold, SignShift, TakeShift
from robot_fleet.ledger.codec import CodecMismatch, value_codec

_KINDS: Mapping[str, Any] = MappingProxyType(
    {kind.__name__: kind for kind in (SetHold, CloseZones, OpenZones, LimitZone, SignShift, TakeShift)}
)


def wish_json(wish: FleetWish) -> str:
    """Return a wish as JSON."""
    kind: Any = type(wish)
    return json.dumps({"wish": kind.__name__, **value_codec(kind).encode(wish)}, ensure_ascii=False)


def parse_wish(text: str) -> FleetWish:
    """Return the wish of a JSON text.

    Raises
    ------
    ValueError : it is none, or has a field that is unknown or of the wrong type.
    """
    fields = json.loads(text)
    if not isinstance(fields, dict):
        raise ValueError("expected a JSON object")
    kind = _KINDS.get(str(fields.pop("wish", "")))
    if kind is None:
        raise ValueError(f"expected wish to be one of {', '.join(_KINDS)}")
    try:
        wish: FleetWish = value_codec(kind).decode(fields)
    except CodecMismatch as error:
        raise ValueError(str(error)) from error
    return wish
