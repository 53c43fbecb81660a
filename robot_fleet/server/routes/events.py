"""Addresses of the city's events: its platform tells of them, people look at them and say that they are over."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Request, Response

from robot_fleet.core.errors import RequestError
from robot_fleet.core.inputs import EndCityEvent
from robot_fleet.server.answers import ERRORS, Key, new_key
from robot_fleet.server.doors.visit import concerns
from robot_fleet.server.event_intake import EventIntake, Signed
from robot_fleet.server.models.commands import EventTaken, ZoneWish
from robot_fleet.server.models.rows import EventRow
from robot_fleet.server.pages import PAGED, Paged
from robot_fleet.server.ports import CommandAnswer, FleetPort

_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            kind: {
                "schema": {
                    "type": "object",
                    "required": ["specversion", "id", "source", "type"],
                    "properties": {
                        "specversion": {"const": "1.0"},
                        "id": {"type": "string"},
                        "source": {"type": "string"},
                        "type": {"type": "string"},
                        "subject": {"type": "string"},
                        "time": {"type": "string", "format": "date-time"},
                        "data": {"type": "object"},
                    },
                }
            }
            for kind in ("application/cloudevents+json", "application/json")
        },
    }
}


def event_reads(fleet: FleetPort) -> APIRouter:
    """Return the addresses that show events."""
    router = APIRouter(prefix="/api/v1", tags=["view"])

    @router.get("/events", response_model=list[EventRow], responses=PAGED)
    async def events(page: Paged) -> Response:
        """The events of the city that are open, and the last that are over, oldest first."""
        return page.answer(fleet.snapshot()["events"], lambda row: (row["taken_s"], row["id"]))

    return router


def event_commands(fleet: FleetPort, intake: EventIntake) -> APIRouter:
    """Return the addresses at which events are handed in and ended."""
    router = APIRouter(prefix="/api/v1/events", tags=["commands"], responses=ERRORS)

    @router.post("", status_code=202, openapi_extra=_BODY)
    async def hand_in(
        request: Request,
        webhook_id: Annotated[str, Header(description="The event's id.")] = "",
        webhook_timestamp: Annotated[str, Header(description="Unix time of the signature, whole seconds.")] = "",
        webhook_signature: Annotated[str, Header(description="`v1,` and base64 of the HMAC-SHA256.")] = "",
    ) -> EventTaken:
        """Tell of an event, signed; the same event again is answered as the first time, and nothing is done twice."""
        event = intake.read(Signed(await request.body(), webhook_id, webhook_timestamp, webhook_signature))
        concerns(event.source, event.id)
        return _taken(await fleet.carry_out(event))

    @router.post("/{source}/{event}/end", status_code=202)
    async def end(source: str, event: str, wish: ZoneWish | None = None, key: Key = None) -> EventTaken:
        """Say that an event is over: what it held, closed and put off is given back."""
        key, wish = key or new_key("event"), wish or ZoneWish()
        return _taken(await fleet.carry_out(EndCityEvent(key, f"{source}/{event}", wish.reason, wish.by)))

    return router


def _taken(answer: CommandAnswer) -> EventTaken:
    if not answer.accepted:
        raise RequestError(answer.code, answer.message, answer.where)
    return EventTaken(event=answer.task)
