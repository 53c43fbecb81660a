"""Wishes that travel by `/fleet/carry_out`: a name, and the fields as a JSON object.

They share one service, since they have little in common but a key and who asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, get_args

from robot_fleet.core.arrangements import Arrangement
from robot_fleet.core.errors import RequestError
from robot_fleet.core.inputs import AnswerJob, CloseIncident, FleetWish, OpenJob, RecordVoice
from robot_fleet.ledger.codec import CodecMismatch, value_codec

DeskWish = RecordVoice | CloseIncident | OpenJob | AnswerJob
CarriedWish = FleetWish | DeskWish | Arrangement

WISHES: Mapping[str, Any] = MappingProxyType({kind.__name__: kind for kind in get_args(CarriedWish)})
"""What the service can ask for, by its name."""


def wish_json(wish: CarriedWish) -> tuple[str, str]:
    """Return a wish's name, and its fields as JSON.

    Raises
    ------
    RequestError : `request_malformed`, where a field has a value that cannot be told.
    """
    kind: Any = type(wish)
    try:
        return kind.__name__, value_codec(kind).dumps(wish)
    except CodecMismatch as mismatch:
        raise RequestError("request_malformed", str(mismatch)) from mismatch


def parse_wish(name: str, text: str) -> CarriedWish:
    """Return the wish of a name and a JSON text.

    Raises
    ------
    RequestError : `request_json_malformed`: there is none of that name, or a field is unknown or of the wrong type.
    """
    kind = WISHES.get(name)
    try:
        if kind is None:
            raise CodecMismatch(f"one of {', '.join(WISHES)}", name)
        wish: CarriedWish = value_codec(kind).loads(text)
    except CodecMismatch as mismatch:
        where = "wish" if kind is None else "fields_json"
        raise RequestError("request_json_malformed", str(mismatch), where) from mismatch
    return wish
