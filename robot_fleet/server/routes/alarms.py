"""Addresses of alarms, incidents and maintenance: what people see of them, and what they answer."""

from __future__ import annotations

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from robot_fleet.core.health import Urgency
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
from robot_fleet.server.models.commands import (
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
from robot_fleet.server.models.rows import AlarmRow, IncidentRow, StoryRow
from robot_fleet.server.pages import PAGED, Paged, fits, within
from robot_fleet.server.ports import FleetPort
from robot_fleet.server.routes.view import Names, Since, Until
from robot_fleet.server.versions import TAGGED, row_of, tagged

_URGENCIES = [urgency.value for urgency in Urgency]


def alarm_reads(fleet: FleetPort) -> APIRouter:
    """Return the addresses that show alarms and incidents."""
    router = APIRouter(prefix="/api/v1", tags=["view"])

    @router.get("/alarms", response_model=list[AlarmRow], responses=PAGED)
    async def alarms(
        page: Paged,
        state: Names = None,
        urgency: Names = None,
        condition: Names = None,
        robot: Names = None,
        since_s: Since = None,
        until_s: Until = None,
    ) -> Response:
        """The alarms that are not closed, the most urgent first; the times are those when they rang first."""
        wanted = [
            row
            for row in fleet.snapshot()["alarms"]
            if fits(row["state"], state)
            and fits(row["urgency"], urgency)
            and fits(row["condition"], condition)
            and (not robot or any(each in robot for each in (row["robot"], *row["subjects"])))
            and within(row["raised_s"], since_s, until_s)
        ]
        return page.answer(wanted, lambda row: (_URGENCIES.index(row["urgency"]), row["raised_s"], row["id"]))

    @router.get("/incidents", response_model=list[IncidentRow], responses=PAGED)
    async def incidents(
        page: Paged, state: Names = None, robot: Names = None, since_s: Since = None, until_s: Until = None
    ) -> Response:
        """The incidents that are open and those that were closed last, oldest first; the times are of their opening."""
        wanted = [
            row
            for row in fleet.snapshot()["incidents"]
            if fits(row["state"], state)
            and (not robot or any(each in robot for each in row["robots"]))
            and within(row["opened_s"], since_s, until_s)
        ]
        return page.answer(wanted, lambda row: (row["opened_s"], row["id"]))

    @router.get("/incidents/{incident}", response_model=StoryRow, responses={404: {"model": ErrorAnswer}, **TAGGED})
    async def incident(incident: str) -> Response:
        """One incident with its timeline: alarms, what people did, what its robots did."""
        fleet.refresh()  # who has just opened it wants to see it
        story = await fleet.timeline(incident)
        row = row_of(fleet, "incident", incident)
        return JSONResponse(story) if row is None else tagged("incident", row, story)

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
        return taken(
            key, await fleet.answer_alarm(RecordVoice(key, alarm, wish.outcome, wish.by, wish.word, wish.automatic))
        )

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
