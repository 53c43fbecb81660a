"""Wishes of the incident desk that have more fields than the service they travel by: as a JSON object in its text.

`/fleet/answer_incident` with the answer `desk` takes one: `{"RecordVoice": {...}}`, the fields as in `core.inputs`.
"""

from __future__ import annotations

import json
from typing import Any

from robot_fleet.core.errors import RequestError
from robot_fleet.core.inputs import AnswerJob, CloseIncident, OpenJob, RecordVoice
from robot_fleet.ledger.codec import CodecMismatch, parse, value_codec

DESK = "desk"
DeskWish = RecordVoice | CloseIncident | OpenJob | AnswerJob
_KINDS: tuple[Any, ...] = (RecordVoice, CloseIncident, OpenJob, AnswerJob)
_CODECS = {kind.__name__: value_codec(kind) for kind in _KINDS}


def desk_text(wish: DeskWish) -> str:
    """Return a wish as text."""
    return json.dumps({type(wish).__name__: _CODECS[type(wish).__name__].encode(wish)}, ensure_ascii=False)


def desk_wish(text: str) -> DeskWish:
    """Return the wish that `desk_text` has written.

    Raises
    ------
    RequestError : `request_json_malformed`.
    """
    try:
        ((name, fields),) = parse(text).items()
        wish: DeskWish = _CODECS[name].decode(fields)
    except (CodecMismatch, AttributeError, KeyError, ValueError) as error:
        message = f"expected an object with one of {', '.join(_CODECS)}: {error}"
        raise RequestError("request_json_malformed", message, "text") from error
    return wish
