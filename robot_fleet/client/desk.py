"""The client's wishes about alarms, incidents, field jobs and shifts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from robot_fleet.client.caller import Caller
from robot_fleet.server.models.commands import (
    AnswerWish,
    CloseWish,
    CommandTaken,
    JobAnswerWish,
    JobWish,
    NoteWish,
    OpenWish,
    ShelveWish,
    SignWish,
    TakeWish,
    VoiceWish,
)
from robot_fleet.server.models.rows import AlarmRow, IncidentRow, JobRow, OpenRow, ShiftRow, StoryRow


class DeskCalls(Caller):
    """Answers alarms, keeps incidents, sends staff, hands shifts over."""

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
        outcome: Literal["made", "answered", "silent", "escalated", "failed", "guardian_told", "door_opened"],
        *,
        word: str = "",
        automatic: bool = False,
        by: str = "operator",
        key: str = "",
    ) -> CommandTaken:
        """Record what came of reaching whoever has called for help; `automatic` where a machine says so."""
        address = ("alarms", alarm, "voice")
        return self._give(VoiceWish, address, key, outcome=outcome, word=word, automatic=automatic, by=by)

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

    def open_items(self) -> OpenRow:
        """Return what is open now for whoever takes the shift over."""
        return OpenRow.model_validate(self._connection.get("/shifts/open"))

    def shifts(self) -> list[ShiftRow]:
        """Return the shifts that were signed, newest first."""
        return [ShiftRow.model_validate(row) for row in self._connection.rows("/shifts")]

    def sign_shift(
        self,
        seen: str = "",
        note: str = "",
        notes: Mapping[str, str] | None = None,
        *,
        by: str = "operator",
        key: str = "",
    ) -> CommandTaken:
        """End a shift and sign what is open, `seen` being the digest that was looked at; no data about people."""
        return self._give(SignWish, ("shifts",), key, seen=seen, note=note, notes=dict(notes or {}), by=by)

    def take_shift(self, shift: str, digest: str, *, by: str = "operator", key: str = "") -> CommandTaken:
        """Take a shift over that another person has signed."""
        return self._give(TakeWish, ("shifts", shift, "take"), key, digest=digest, by=by)
