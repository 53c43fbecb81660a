"""What a webhook is told: one event of an alarm or an incident, with ids that say nothing of any person."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from robot_fleet.core.health import Urgency
from robot_fleet.core.text import Text
from robot_fleet.site.models.webhooks import EventName

BODY_VERSION = 1
"""Form of the body; docs/reference/schemas/webhook.schema.json is its schema."""
RANKS = {urgency: rank for rank, urgency in enumerate(Urgency)}


def event_id(*parts: str) -> str:
    """Return the id of the event that these parts, and no other's, name."""
    named = "\n".join(parts)
    return f"msg_{hashlib.sha256(named.encode()).hexdigest()[:32]}"


class Event(Protocol):
    """What can be delivered."""

    @property
    def id(self) -> str:
        """The id that receivers tell repetitions by."""
        ...

    @property
    def type(self) -> str:
        """What has happened."""
        ...

    @property
    def of(self) -> str:
        """What it has happened to, for logs."""
        ...

    @property
    def urgency(self) -> Urgency:
        """How urgent it is."""
        ...

    @property
    def rank(self) -> int:
        """0 for what is critical, more for what is less urgent."""
        ...

    def body(self) -> str:
        """Return the JSON that is sent. Raises ValueError, OverflowError for a time that is none."""
        ...


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """Something that receivers are told.

    Parameters
    ----------
    type : what has happened.
    of : id of the alarm or the incident; each type happens to one only once.
    run : the run that gave this id out (see `robot_fleet.runtime.processes.run_id`): another may give it out again.
    site : id of the site.
    condition : its code.
    subjects : ids of the robots, places or processes that it is about.
    urgency : how urgent it is.
    text, action : what has happened and what to do, for people.
    at_unix_s : when it happened.
    at_s : the same in fleet time, None where that is not known.
    """

    type: EventName
    of: str
    run: str
    site: str
    condition: str
    subjects: tuple[str, ...]
    urgency: Urgency
    text: Text
    action: Text
    at_unix_s: float
    at_s: float | None = None

    @property
    def id(self) -> str:
        """The id that receivers tell repetitions by: the same from whichever process the event comes."""
        return event_id(self.site, self.run, self.type, self.of)

    @property
    def rank(self) -> int:
        """0 for what is critical, more for what is less urgent."""
        return RANKS[self.urgency]

    def body(self) -> str:
        """Return the JSON that is sent.

        Raises
        ------
        ValueError, OverflowError : a time that is none.
        """
        told = {
            "schema_version": BODY_VERSION,
            "type": self.type,
            "timestamp": datetime.fromtimestamp(self.at_unix_s, UTC).isoformat(timespec="milliseconds"),
            "data": {
                "id": self.of,
                "site": self.site,
                "condition": self.condition,
                "subjects": list(self.subjects),
                "priority": self.urgency.value,
                "at_s": self.at_s,
                "text": self.text.words(),
                "action": self.action.words(),
            },
        }
        return json.dumps(told, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
