"""`webhooks.yaml` as a pydantic model: who is told of alarms and incidents, and of which."""

from __future__ import annotations

import ipaddress
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from robot_fleet.site.models.base import SiteModel, Word

EventName = Literal[
    "alarm.raised",
    "alarm.acknowledged",
    "alarm.cleared",
    "incident.opened",
    "incident.closed",
    "contact.line",
    "contact.emergency",
    "contact.guardian",
    "contact.door",
]
PriorityName = Literal["critical", "high", "medium", "low"]
EVENTS: tuple[EventName, ...] = (
    "alarm.raised",
    "alarm.acknowledged",
    "alarm.cleared",
    "incident.opened",
    "incident.closed",
    "contact.line",
    "contact.emergency",
    "contact.guardian",
    "contact.door",
)
PRIORITIES: tuple[PriorityName, ...] = ("critical", "high", "medium", "low")


class ReceiverModel(SiteModel):
    """Where messages go. The secret stands in a variable of the environment or in a file, never here."""

    url: Annotated[str, Field(max_length=2_000, description="https, or http to this machine itself")]
    secret_env: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] | None = None
    secret_file: Annotated[str, Field(min_length=1, description="relative to this file's folder")] | None = None
    give_up_after_s: Annotated[float, Field(ge=60.0, le=7 * 86_400.0)] = 86_400.0

    @model_validator(mode="after")
    def _one_secret(self) -> Self:
        if (self.secret_env is None) == (self.secret_file is None):
            raise ValueError("expected either secret_env or secret_file")
        return self

    @model_validator(mode="after")
    def _safe_url(self) -> Self:
        try:
            parts = urlsplit(self.url)
            host, _ = parts.hostname, parts.port
        except ValueError as error:
            raise ValueError(f"expected a URL: {error}") from None
        if not host or parts.username is not None or parts.password is not None or parts.fragment:
            raise ValueError("expected a URL with a host, and without a user, a password or a fragment")
        if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
            raise ValueError("expected https, or http to 127.0.0.1, ::1 or localhost: others could read it on the way")
        return self


class EndpointModel(ReceiverModel):
    """A receiver of alarms and incidents."""

    id: Word
    events: Annotated[list[EventName], Field(min_length=1)] = list(EVENTS)
    priorities: Annotated[list[PriorityName], Field(min_length=1)] = list(PRIORITIES)


class WebhooksFile(SiteModel):
    """`webhooks.yaml`: the receivers."""

    schema_version: Literal[1]
    endpoints: Annotated[list[EndpointModel], Field(min_length=1, max_length=20)]

    @model_validator(mode="after")
    def _ids_once(self) -> Self:
        ids = [endpoint.id for endpoint in self.endpoints]
        if len(set(ids)) != len(ids):
            raise ValueError("expected each id once")
        return self


def is_loopback(host: str) -> bool:
    """Return whether a host of a URL is this machine itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
