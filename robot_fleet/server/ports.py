"""What the web server asks of the fleet behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:  # light verbs read this module's names, and the core's inputs bring numpy along
    from robot_fleet.core.arrangements import Arrangement
    from robot_fleet.core.inputs import AlarmAnswer, FleetWish, IncidentAnswer, JobChange, Maintenance, TaskChange
    from robot_fleet.core.recurrence import Recurrence

Row = Mapping[str, Any]
"""A robot, task, alarm, incident or item as the console sees it: a JSON object."""

Frame = Mapping[str, Any]
"""A message of the stream: `snapshot`, `poses` or `patch` (see `robot_fleet.server.view`)."""

ALARM_KEPT = "alarm_kept"
"""Why nobody is to answer an alarm yet: the manager cannot be reached, and takes it in as soon as it can."""


@dataclass(frozen=True, slots=True)
class WrongRequest:
    """What is wrong with one of many requests: its number, from 0, a code, a sentence, and the parameter at fault."""

    request: int
    code: str
    message: str
    where: str


@dataclass(frozen=True, slots=True)
class CommandAnswer:
    """What the manager said to a command.

    Parameters
    ----------
    code, message, where : why not, when not accepted; a left-out reason when accepted but not planned yet.
    task : the task that the command speaks of, or empty.
    robot, expected_at_s : who is to do it and when (fleet time); empty and 0 if nobody yet.
    incident, job : the incident or the field job that the command speaks of, or empty.
    wrong : where many were asked for at once and none was taken on: what is wrong with which.
    """

    accepted: bool
    task: str = ""
    code: str = ""
    message: str = ""
    where: str = ""
    robot: str = ""
    expected_at_s: float = 0.0
    incident: str = ""
    job: str = ""
    wrong: tuple[WrongRequest, ...] = ()


class Commands(Protocol):
    """How people's wishes and questions reach the manager. The key makes each wish idempotent.

    Each may raise RuntimeFailure `runtime_manager_unreachable`.
    """

    async def submit(self, key: str, service: str, params: Mapping[str, Any], requester: str) -> CommandAnswer:
        """Ask for a service; the key becomes the task's id."""
        ...

    async def submit_all(self, requests: Sequence[Row], requester: str, dry_run: bool) -> CommandAnswer:
        """Ask for many services, each `{key, service, params, at_s}`: all are taken on, or none is."""
        ...

    async def change_task(self, wish: TaskChange) -> CommandAnswer:
        """Say how urgent a task is, which robot is to do it, after what, or whether it may begin."""
        ...

    async def price(self, task: str, only_on: str, not_on: str, after: Sequence[str] = ()) -> Row:
        """Return what it would cost to have a task done by a robot, not by one, or after others (`runtime.reasons`).

        Raises RequestError as the wish itself would be refused.
        """
        ...

    async def cancel(self, key: str, task: str, reason: str) -> CommandAnswer:
        """Take a task back."""
        ...

    async def answer_task(self, key: str, task: str, answer: str, reason: str, by: str, to: str = "") -> CommandAnswer:
        """Say how a task goes on that asks: `retry`, `done` or `failed`."""
        ...

    async def carry_out(self, wish: FleetWish) -> CommandAnswer:
        """Hold robots or let them go, close, open or limit zones, sign a shift or take it over."""
        ...

    async def answer_alarm(self, wish: AlarmAnswer) -> CommandAnswer:
        """Acknowledge an alarm, put it aside, take it up again, or record what came of speaking to a caller."""
        ...

    async def answer_incident(self, wish: IncidentAnswer) -> CommandAnswer:
        """Open an incident, write down what was done, or close it; the answer names it."""
        ...

    async def change_job(self, wish: JobChange) -> CommandAnswer:
        """Send for staff, or say that a field job is taken, done or withdrawn; the answer names it."""
        ...

    async def set_maintenance(self, wish: Maintenance) -> CommandAnswer:
        """Take a robot out of service, plan when it will be, or put it back."""
        ...

    async def arrange(self, wish: Arrangement) -> CommandAnswer:
        """Change a schedule or a template of requests."""
        ...

    async def why(self, task: str, language: str) -> Row:
        """Return why a task is where it is: `core.explanation.Why` as JSON, and `sentences` in `ko` or `en`.

        Raises RequestError `request_unknown_task`.
        """
        ...


class FleetPort(Commands, Protocol):
    """The fleet as the web server sees it. All that the manager need not be asked is answered at once, from memory."""

    def refresh(self) -> None:
        """Take in what the manager has written down up to now, before whoever asks looks."""
        ...

    def snapshot(self) -> Frame:
        """Return the whole view, a frame of type `snapshot`."""
        ...

    def map_png(self, level: str) -> bytes | None:
        """Return the map of a level as a PNG, None if there is no such level.

        The first row lies at the largest y; 0 is occupied, 254 free, 205 unknown.
        """
        ...

    def tasks(self) -> Sequence[Row]:
        """Return every task that is known, oldest first."""
        ...

    def task(self, task: str) -> Row | None:
        """Return one task, None if there is none of this id."""
        ...

    def ways(self) -> Sequence[Row]:
        """Return what is left of every robot's way (see `server.ways`)."""
        ...

    def heard(self) -> Sequence[Row]:
        """Return what each robot itself says that it was last told (see `server.heard_rows`)."""
        ...

    def open_items(self) -> Row:
        """Return what is open for whoever takes the shift over, and its digest (see `server.shift_rows`)."""
        ...

    def shifts(self) -> Sequence[Row]:
        """Return the shifts that were handed over last, newest first (see `server.shift_rows`)."""
        ...

    async def timeline(self, incident: str) -> Row:
        """Return an incident with everything that happened from shortly before its first alarm until its end.

        Raises RequestError `request_unknown_incident`, LedgerError.
        """
        ...

    def today(self) -> str:
        """Return the site's date as `2026-11-27`. Raises RequestError `request_no_calendar`."""
        ...

    def occurrences(self, schedule: str, count: int) -> Sequence[Row]:
        """Return the days that a schedule comes to next (see `schedule_rows`).

        Raises RequestError `request_unknown_schedule`, `request_no_calendar`.
        """
        ...

    def preview(self, rule: Recurrence, count: int) -> Sequence[Row]:
        """Return the days that a rule would come to next. Raises RequestError `request_schedule_malformed`."""
        ...

    def health(self) -> Row:
        """Return how the gateway itself fares: at least `{"manager": "live" | "unreachable"}`."""
        ...

    def frames(self) -> AsyncIterator[Frame]:
        """Yield frames from now on, `poses` ten times a second and `patch` on change, until the server ends."""
        ...

    def shown(self, alarms: Sequence[str]) -> None:
        """Note that the frame with these alarms (ids) has been queued for the consoles."""
        ...
