"""What a webhook is told: one event of an alarm or an incident, with ids that say nothing of any person."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime

from robot_fleet.core.site import Text
from robot_fleet.site.model_webhooks import PRIORITIES, EventName, PriorityName

BODY_VERSION = 1
"""Form of the body; docs/reference/schemas/webhook.schema.json is its schema."""


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """Something that receivers are told.

    Parameters
    ----------
    type : what has happened.
    of : id of the alarm or the incident; it happens to one only once.
    site : id of the site.
    cause : code of the condition, or of the service whose alarm it is.
    subject : id of the robot, place or process that it is about.
    priority : how urgent it is.
    text : what has happened, for people.
    at_unix_s : when it happened.
    at_s : the same in fleet time, None where that is not known.
    """

    type: EventName
    of: str
    site: str
    cause: str
    subject: str
    priority: PriorityName
    text: Text
    at_unix_s: float
    at_s: float | None = None

    @property
    def id(self) -> str:
        """The id that receivers tell repetitions by: the same from whichever process the event comes."""
        named = f"{self.site}\n{self.type}\n{self.of}"
        return f"msg_{hashlib.sha256(named.encode()).hexdigest()[:32]}"

    @property
    def rank(self) -> int:
        """0 for what is critical, more for what is less urgent."""
        return PRIORITIES.index(self.priority)

    def body(self) -> str:
        """Return the JSON that is sent."""
        told = {
            "schema_version": BODY_VERSION,
            "type": self.type,
            "timestamp": datetime.fromtimestamp(self.at_unix_s, UTC).isoformat(timespec="milliseconds"),
            "data": {
                "id": self.of,
                "site": self.site,
                "cause": self.cause,
                "subject": self.subject,
                "priority": self.priority,
                "at_s": self.at_s,
                "text": {"ko": self.text.ko, "en": self.text.en},
            },
        }
        return json.dumps(told, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
