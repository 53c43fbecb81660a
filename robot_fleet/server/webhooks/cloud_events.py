"""Events of a city's platform on the network: the envelope is CloudEvents 1.0 in JSON, signed as webhooks are.

Source: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from robot_fleet.server.webhooks.signing import signed_headers

SPEC_VERSION = "1.0"


def cloud_event(event: str, source: str, data: Mapping[str, Any], /, **attributes: str) -> dict[str, Any]:
    """Return an event that happens now, unless the attributes give its `time`.

    Parameters
    ----------
    event : its id, without a full stop. source : in whose name it is told.
    """
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    return {"specversion": SPEC_VERSION, "time": now, **attributes, "id": event, "source": source, "data": dict(data)}


def signed_event(event: Mapping[str, Any], key: bytes) -> tuple[bytes, Mapping[str, str]]:
    """Return an event's body, and the headers that sign it with its source's key now."""
    content = json.dumps(dict(event), ensure_ascii=False).encode()
    return content, signed_headers(key, str(event.get("id", "")), time.time(), content)
