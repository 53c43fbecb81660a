"""Addresses of alarms, incidents and maintenance: what people see of them, and what they answer."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from robot_fleet.core.inputs import (
    AcknowledgeAlarm,
    BeginMaintenance,
    CloseIncident,
    EndMaintenance,
    Maintenance,
    NoteIncident,
    OpenIncident,
    PlanMaintenance,
    RecordVoice,
    ShelveAlarm,
    UnshelveAlarm,
)
from robot_fleet.server.answers import ERRORS, Key, new_key, taken
from robot_fleet.server.doors.visit import concerns
from robot_fleet.server.models import (
    AnswerWish,
    CloseWish,
    CommandTaken,
    ErrorAnswer,
    MaintenanceWish,
    NoteWish,
    OpenWish,
    ShelveWish,
    VoiceWish,
)
from robot_fleet.server.ports import FleetPort


def alarm_reads(fleet: FleetPort) -> APIRouter:
    """Return the addresses that show alarms and incidents."""
    router = APIRouter(prefix="/api/v1", tags=["view"])

    @router.get("/alarms")
    async def alarms() -> Any:
        """The alarms that are not closed, the most urgent first."""
        return fleet.snapshot()["alarms"]

    @router.get("/incidents")
    async def incidents() -> Any:
        """The incidents that are open and those that were closed last, oldest first."""
        return fleet.snapshot()["incidents"]

    @router.get("/incidents/{incident}", responses={404: {"model": ErrorAnswer}})
    async def incident(incident: str) -> Any:
        """One incident with its timeline: alarms, what people did, what its robots did."""
        return await fleet.timeline(incident)

    return router


def alarm_commands(fleet: FleetPort) -> APIRouter:
    """Return the addresses at which people answer alarms and incidents, and take robots out of service."""
    router = APIRouter(prefix="/api/v1", tags=["commands"], responses=ERRORS)

    @router.post("/alarms/{alarm}/acknowledge", status_code=202)
    async def acknowledge(alarm: str, wish: AnswerWish | None = None, key: Key = None) -> CommandTaken:
        """Take note of an alarm; it closes when what it tells of is gone, at once if it is gone already."""
        key, wish = key or new_key("alarm"), wish or AnswerWish()
        return taken(key, await fleet.answer_alarm(AcknowledgeAlarm(key, alarm, wish.by)))

    @router.post("/alarms/{alarm}/shelve", status_code=202)
    async def shelve(alarm: str, wish: ShelveWish, key: Key = None) -> CommandTaken:
        """Put an alarm aside for a while; then it rings again."""
        key = key or new_key("alarm")
        return taken(key, await fleet.answer_alarm(ShelveAlarm(key, alarm, wish.duration_s, wish.reason, wish.by)))

    @router.post("/alarms/{alarm}/unshelve", status_code=202)
    async def unshelve(alarm: str, wish: AnswerWish | None = None, key: Key = None) -> CommandTaken:
        """Let an alarm that was put aside ring again."""
        key, wish = key or new_key("alarm"), wish or AnswerWish()
        return taken(key, await fleet.answer_alarm(UnshelveAlarm(key, alarm, wish.by)))

    @router.post("/alarms/{alarm}/voice", status_code=202)
    async def voice(alarm: str, wish: VoiceWish, key: Key = None) -> CommandTaken:
        """Record what came of speaking to whoever has called for help; that takes note of the alarm, too."""
        key = key or new_key("alarm")
        return taken(key, await fleet.answer_alarm(RecordVoice(key, alarm, wish.outcome, wish.by)))

    @router.post("/incidents", status_code=202)
    async def open_incident(wish: OpenWish, key: Key = None) -> CommandTaken:
        """Open an incident for an alarm that belongs to none."""
        concerns(wish.alarm)
        key = key or new_key("incident")
        return taken(key, await fleet.answer_incident(OpenIncident(key, wish.alarm, wish.by)))

    @router.post("/incidents/{incident}/notes", status_code=202)
    async def note(incident: str, wish: NoteWish, key: Key = None) -> CommandTaken:
        """Write down what was done, also afterwards."""
        key = key or new_key("incident")
        return taken(key, await fleet.answer_incident(NoteIncident(key, incident, wish.text, wish.by)))

    @router.post("/incidents/{incident}/close", status_code=202)
    async def close_incident(incident: str, wish: CloseWish, key: Key = None) -> CommandTaken:
        """Close an incident; none of its alarms may ring, and somebody must know how each caller is."""
        key = key or new_key("incident")
        closing = CloseIncident(key, incident, wish.reason, wish.by, wish.verdict)
        return taken(key, await fleet.answer_incident(closing))

    @router.post("/robots/{robot}/maintenance", status_code=202)
    async def maintenance(robot: str, wish: MaintenanceWish, key: Key = None) -> CommandTaken:
        """Take a robot out of service, plan when it will be, or put it back."""
        key = key or new_key("maintenance")
        wishes: dict[str, Maintenance] = {
            "begin": BeginMaintenance(key, robot, wish.reason, wish.by),
            "plan": PlanMaintenance(key, robot, wish.from_s, wish.to_s, wish.by),
            "done": EndMaintenance(key, robot, wish.by),
        }
        return taken(key, await fleet.set_maintenance(wishes[wish.change]))

    return router
