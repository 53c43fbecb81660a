"""The fleet as a Python program sees it: a method for each wish, rows and answers as the API's own models."""

from __future__ import annotations

import secrets
import ssl
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, TypeVar
from urllib.parse import quote

from pydantic import BaseModel, ValidationError

from robot_fleet.client.connection import PATIENCE_S, Connection
from robot_fleet.client.stream import frames
from robot_fleet.core.errors import RequestError
from robot_fleet.server.models import (
    AfterWish,
    AnswerWish,
    AssignWish,
    CancelWish,
    CloseWish,
    CommandTaken,
    HoldTaskWish,
    HoldWish,
    Imported,
    ImportWish,
    JobAnswerWish,
    JobWish,
    LimitWish,
    MaintenanceWish,
    NoteWish,
    OpenWish,
    PriorityName,
    PriorityWish,
    ShelveWish,
    TaskAnswer,
    TaskWish,
    VoiceWish,
    ZoneWish,
)
from robot_fleet.server.rows import (
    AlarmRow,
    IncidentRow,
    JobRow,
    PriceRow,
    RobotRow,
    StoryRow,
    TaskRow,
    VersionedRow,
    WhyRow,
    ZoneRow,
)

_Row = TypeVar("_Row", bound=VersionedRow)


class FleetClient:
    """A client of a running fleet; use as a context manager.

    Every method raises FleetError: what the gateway answers, by its code, or `runtime_gateway_unreachable`. What does
    not answer is asked again for a while; commands carry a key, so that this is safe. `key` is for programs that may
    themselves be started anew; `version`, of what was looked at, has a command refused if that has changed since.

    Parameters
    ----------
    url : where the gateway is, for instance `http://127.0.0.1:8600`.
    token : of `./fleet user token new`; empty where the fleet has no users.
    tls : knows the gateway's certificate; None where this machine knows it.
    patience_s : for so long what does not answer is asked again.
    """

    def __init__(
        self, url: str, token: str = "", *, tls: ssl.SSLContext | None = None, patience_s: float = PATIENCE_S
    ) -> None:
        self._connection = Connection(url, token, tls=tls, patience_s=patience_s)
        self._patience_s = patience_s

    def site(self) -> Mapping[str, Any]:
        """Return map, places, lanes, kinds and services."""
        site: Mapping[str, Any] = self._connection.get("/site")
        return site

    def robots(self, **chosen: str | bool | Sequence[str]) -> list[RobotRow]:
        """Return the robots; chosen by `kind`, `state`, `link`, `health`, `maintenance`."""
        return [RobotRow.model_validate(row) for row in self._connection.rows("/robots", chosen)]

    def robot(self, robot: str) -> RobotRow:
        """Return one robot."""
        return self._one(RobotRow, "robots", robot)

    def tasks(self, **chosen: str | float | Sequence[str]) -> Iterator[TaskRow]:
        """Yield tasks, oldest first.

        Chosen by `state`, `service`, `robot`, `requester`, `min_priority`, `max_priority`, `since_s`, `until_s`.
        """
        return (TaskRow.model_validate(row) for row in self._connection.rows("/tasks", chosen))

    def task(self, task: str) -> TaskRow:
        """Return one task."""
        return self._one(TaskRow, "tasks", task)

    def why(self, task: str, language: Literal["ko", "en"] = "ko") -> WhyRow:
        """Return why a task is where it is."""
        return WhyRow.model_validate(self._connection.get(_path("tasks", task, "why"), {"lang": language}))

    def price(self, task: str, robot: str = "", not_on: str = "", after: Sequence[str] = ()) -> PriceRow:
        """Return what it would cost to have a task done by one robot, not by one, or after other tasks."""
        asked = {"robot": robot, "not_on": not_on, "after": ",".join(after)}
        return PriceRow.model_validate(self._connection.get(_path("tasks", task, "price"), asked))

    def submit(
        self, service: str, params: Mapping[str, Any] | None = None, *, key: str = "", requester: str = "operator"
    ) -> CommandTaken:
        """Ask for a service; the key becomes the task's id."""
        return self._give(TaskWish, ("tasks",), key, service=service, params=dict(params or {}), requester=requester)

    def submit_csv(self, csv: str, *, dry_run: bool = False, requester: str = "operator") -> Imported:
        """Ask for many services, of which all are taken on or none."""
        body = _body(ImportWish, csv=csv, dry_run=dry_run, requester=requester)
        return Imported.model_validate(self._connection.post("/tasks/import", body, _new_key()))

    def cancel(self, task: str, reason: str = "", *, key: str = "", version: str = "") -> CommandTaken:
        """Take a task back."""
        return self._give(CancelWish, ("tasks", task, "cancel"), key, version, reason=reason)

    def answer(
        self,
        task: str,
        answer: Literal["retry", "done", "failed"],
        reason: str = "",
        *,
        by: str = "operator",
        key: str = "",
        version: str = "",
    ) -> CommandTaken:
        """Say how a task goes on that asks."""
        return self._give(TaskAnswer, ("tasks", task, "answer"), key, version, answer=answer, reason=reason, by=by)

    def prioritise(
        self, task: str, priority: int | PriorityName, *, by: str = "operator", key: str = "", version: str = ""
    ) -> CommandTaken:
        """Say how urgent a task is."""
        return self._give(PriorityWish, ("tasks", task, "priority"), key, version, priority=priority, by=by)

    def assign(
        self, task: str, robot: str = "", not_on: str = "", *, by: str = "operator", key: str = "", version: str = ""
    ) -> CommandTaken:
        """Have a task done by one robot, by another than one, or by any."""
        return self._give(AssignWish, ("tasks", task, "assign"), key, version, robot=robot, not_on=not_on, by=by)

    def put_after(
        self, task: str, tasks: Sequence[str], *, by: str = "operator", key: str = "", version: str = ""
    ) -> CommandTaken:
        """Have a task begun only after others have ended; after none takes that back."""
        return self._give(AfterWish, ("tasks", task, "after"), key, version, tasks=list(tasks), by=by)

    def hold_task(
        self, task: str, reason: str = "", *, by: str = "operator", key: str = "", version: str = ""
    ) -> CommandTaken:
        """Do not have a task begun before it is resumed."""
        return self._give(HoldTaskWish, ("tasks", task, "hold"), key, version, reason=reason, by=by)

    def resume_task(self, task: str, *, by: str = "operator", key: str = "", version: str = "") -> CommandTaken:
        """Let a task that was held go on."""
        return self._give(HoldTaskWish, ("tasks", task, "resume"), key, version, by=by)

    def hold(self, robot: str = "", reason: str = "", *, key: str = "") -> CommandTaken:
        """Bring one robot, or the whole fleet, to a stop in a safe place."""
        return self._give(HoldWish, ("hold",), key, robot=robot, reason=reason)

    def resume(self, robot: str = "", reason: str = "", *, key: str = "") -> CommandTaken:
        """Let one robot, or the whole fleet, go on."""
        return self._give(HoldWish, ("resume",), key, robot=robot, reason=reason)

    def maintenance(
        self,
        robot: str,
        change: Literal["begin", "plan", "done"],
        *,
        from_s: float = 0.0,
        to_s: float = 0.0,
        reason: str = "",
        by: str = "operator",
        key: str = "",
        version: str = "",
    ) -> CommandTaken:
        """Take a robot out of service, plan when it will be, or put it back."""
        wish = {"change": change, "from_s": from_s, "to_s": to_s, "reason": reason, "by": by}
        return self._give(MaintenanceWish, ("robots", robot, "maintenance"), key, version, **wish)

    def zones(self) -> list[ZoneRow]:
        """Return every zone and what holds in it."""
        return [ZoneRow.model_validate(row) for row in self._connection.rows("/zones")]

    def zone(self, zone: str) -> ZoneRow:
        """Return one zone."""
        return self._one(ZoneRow, "zones", zone)

    def close_zone(self, zone: str, reason: str = "", *, key: str = "", version: str = "") -> CommandTaken:
        """Keep robots out of a zone."""
        return self._give(ZoneWish, ("zones", zone, "close"), key, version, reason=reason)

    def open_zone(self, zone: str, reason: str = "", *, key: str = "", version: str = "") -> CommandTaken:
        """Let robots into a zone again."""
        return self._give(ZoneWish, ("zones", zone, "open"), key, version, reason=reason)

    def limit_zone(
        self, zone: str, speed_mps: float, reason: str = "", *, key: str = "", version: str = ""
    ) -> CommandTaken:
        """Limit the speed in a zone; 0 lifts the limit."""
        return self._give(LimitWish, ("zones", zone, "limit"), key, version, speed_mps=speed_mps, reason=reason)

    def alarms(self, **chosen: str | float | Sequence[str]) -> list[AlarmRow]:
        """Return the alarms that are not closed.

        Chosen by `state`, `urgency`, `condition`, `robot`, `since_s`, `until_s`.
        """
        return [AlarmRow.model_validate(row) for row in self._connection.rows("/alarms", chosen)]

    def acknowledge(self, alarm: str, *, by: str = "operator", key: str = "") -> CommandTaken:
        """Take note of an alarm."""
        return self._give(AnswerWish, ("alarms", alarm, "acknowledge"), key, by=by)

    def shelve(
        self, alarm: str, duration_s: float, reason: str, *, by: str = "operator", key: str = ""
    ) -> CommandTaken:
        """Put an alarm aside for a while."""
        address = ("alarms", alarm, "shelve")
        return self._give(ShelveWish, address, key, duration_s=duration_s, reason=reason, by=by)

    def unshelve(self, alarm: str, *, by: str = "operator", key: str = "") -> CommandTaken:
        """Let an alarm that was put aside ring again."""
        return self._give(AnswerWish, ("alarms", alarm, "unshelve"), key, by=by)

    def record_voice(
        self,
        alarm: str,
        outcome: Literal["made", "answered", "silent", "escalated"],
        *,
        by: str = "operator",
        key: str = "",
    ) -> CommandTaken:
        """Record what came of speaking to whoever has called for help."""
        return self._give(VoiceWish, ("alarms", alarm, "voice"), key, outcome=outcome, by=by)

    def jobs(self, **chosen: str | Sequence[str]) -> list[JobRow]:
        """Return field jobs, the one due first in front; chosen by `state`, `kind`, `robot`."""
        return [JobRow.model_validate(row) for row in self._connection.rows("/jobs", chosen)]

    def open_job(
        self,
        kind: Literal["fetch_robot", "unload_goods", "look_after", "take_over", "other"],
        *,
        robot: str = "",
        place: str = "",
        alarm: str = "",
        incident: str = "",
        due_in_s: float = 1800.0,
        text: str = "",
        by: str = "operator",
        key: str = "",
    ) -> CommandTaken:
        """Send for staff; no data about people."""
        about = {"robot": robot, "place": place, "alarm": alarm, "incident": incident}
        return self._give(JobWish, ("jobs",), key, kind=kind, **about, due_in_s=due_in_s, text=text, by=by)

    def answer_job(
        self,
        job: str,
        answer: Literal["take", "done", "withdraw"],
        text: str = "",
        *,
        by: str = "operator",
        key: str = "",
    ) -> CommandTaken:
        """Say that a field job is taken, done or not wanted any more."""
        return self._give(JobAnswerWish, ("jobs", job, answer), key, text=text, by=by)

    def incidents(self, **chosen: str | float | Sequence[str]) -> list[IncidentRow]:
        """Return incidents, oldest first; chosen by `state`, `robot`, `since_s`, `until_s`."""
        return [IncidentRow.model_validate(row) for row in self._connection.rows("/incidents", chosen)]

    def incident(self, incident: str) -> StoryRow:
        """Return one incident with its timeline."""
        return self._one(StoryRow, "incidents", incident)

    def open_incident(self, alarm: str, *, by: str = "operator", key: str = "") -> CommandTaken:
        """Open an incident for an alarm."""
        return self._give(OpenWish, ("incidents",), key, alarm=alarm, by=by)

    def note(self, incident: str, text: str, *, by: str = "operator", key: str = "", version: str = "") -> CommandTaken:
        """Write down what was done about an incident; no data about people."""
        return self._give(NoteWish, ("incidents", incident, "notes"), key, version, text=text, by=by)

    def close_incident(
        self,
        incident: str,
        reason: str = "",
        verdict: Literal["", "fine", "helped", "handed_over", "false_alarm", "other"] = "",
        *,
        by: str = "operator",
        key: str = "",
        version: str = "",
    ) -> CommandTaken:
        """Close an incident; no data about people."""
        wish = {"reason": reason, "verdict": verdict, "by": by}
        return self._give(CloseWish, ("incidents", incident, "close"), key, version, **wish)

    def stream(self) -> Iterator[Mapping[str, Any]]:
        """Yield the frames of the stream: each event once and in order, also over a break, and the newest motion."""
        return frames(self._connection, self._patience_s)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _one(self, model: type[_Row], *parts: str) -> _Row:
        shown, version = self._connection.get_versioned(_path(*parts))
        row = model.model_validate(shown)
        row.keep_version(version)
        return row

    def _give(
        self, model: type[BaseModel], parts: Sequence[str], key: str, version: str = "", **wish: Any
    ) -> CommandTaken:
        answer = self._connection.post(_path(*parts), _body(model, **wish), key or _new_key(), version=version)
        return CommandTaken.model_validate(answer)

    def __enter__(self) -> FleetClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _new_key() -> str:
    return f"py-{secrets.token_hex(8)}"


def _path(*parts: str) -> str:
    return "/" + "/".join(quote(part, safe="") for part in parts)


def _body(model: type[BaseModel], **wish: Any) -> Mapping[str, Any]:
    try:
        return model(**wish).model_dump()
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise RequestError("request_malformed", str(first["msg"]), where) from error
