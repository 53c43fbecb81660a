"""The client's wishes about what recurs, and about requests that are kept under a name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from robot_fleet.client.caller import Caller, path
from robot_fleet.core.arrangements import GRACE_S
from robot_fleet.server.models.commands import CommandTaken
from robot_fleet.server.models.rows import OccurrenceRow, ScheduleRow, TemplateRow
from robot_fleet.server.models.schedules import (
    DeleteWish,
    EndScheduleWish,
    PauseWish,
    RenameWish,
    ResumeScheduleWish,
    ScheduleWish,
    SkipWish,
    TemplateWish,
)


class ScheduleCalls(Caller):
    """Has requests recur, and keeps them for another time. A rule has the fields of the API's `RuleModel`."""

    def schedules(self) -> list[ScheduleRow]:
        """Return every schedule with its rule and its next occurrence."""
        return [ScheduleRow.model_validate(row) for row in self._connection.rows("/schedules")]

    def schedule(self, schedule: str) -> ScheduleRow:
        """Return one schedule."""
        return self._one(ScheduleRow, "schedules", schedule)

    def occurrences(self, schedule: str, count: int = 10) -> list[OccurrenceRow]:
        """Return the days that a schedule comes to next, those that are left out, too."""
        rows = self._connection.get(path("schedules", schedule, "occurrences"), {"n": str(count)})
        return [OccurrenceRow.model_validate(row) for row in rows]

    def add_schedule(
        self,
        schedule: str,
        service: str,
        params: Mapping[str, Any],
        rule: Mapping[str, Any],
        *,
        name: str = "",
        grace_s: float = GRACE_S,
        by: str = "operator",
    ) -> CommandTaken:
        """Have a request recur; `schedule` becomes its id, and makes asking twice safe."""
        wish = _recurring(schedule, service, params, rule, name, grace_s, by)
        return self._give(ScheduleWish, ("schedules",), schedule, **wish)

    def revise_schedule(
        self,
        schedule: str,
        service: str,
        params: Mapping[str, Any],
        rule: Mapping[str, Any],
        *,
        name: str = "",
        grace_s: float = GRACE_S,
        by: str = "operator",
        key: str = "",
        version: str = "",
    ) -> CommandTaken:
        """Want something else from the rule's first date on."""
        wish = _recurring(schedule, service, params, rule, name, grace_s, by)
        return self._give(ScheduleWish, ("schedules", schedule, "revise"), key, version, **wish)

    def pause_schedule(
        self, schedule: str, reason: str, *, by: str = "operator", key: str = "", version: str = ""
    ) -> CommandTaken:
        """Have nothing asked for until further notice."""
        return self._give(PauseWish, ("schedules", schedule, "pause"), key, version, reason=reason, by=by)

    def resume_schedule(self, schedule: str, *, by: str = "operator", key: str = "", version: str = "") -> CommandTaken:
        """Let a schedule go on; what would have been in the meantime is left out."""
        return self._give(ResumeScheduleWish, ("schedules", schedule, "resume"), key, version, by=by)

    def skip_occurrence(
        self,
        schedule: str,
        occurrence: str,
        skip: bool = True,
        reason: str = "",
        *,
        by: str = "operator",
        key: str = "",
        version: str = "",
    ) -> CommandTaken:
        """Leave one occurrence (its local date and time) out, or have it after all."""
        wish = {"occurrence": occurrence, "skip": skip, "reason": reason, "by": by}
        return self._give(SkipWish, ("schedules", schedule, "skip"), key, version, **wish)

    def end_schedule(
        self, schedule: str, reason: str = "", *, by: str = "operator", key: str = "", version: str = ""
    ) -> CommandTaken:
        """End a schedule for good."""
        return self._give(EndScheduleWish, ("schedules", schedule, "end"), key, version, reason=reason, by=by)

    def templates(self) -> list[TemplateRow]:
        """Return every request that is kept under a name."""
        return [TemplateRow.model_validate(row) for row in self._connection.rows("/templates")]

    def save_template(
        self,
        template: str,
        service: str,
        params: Mapping[str, Any] | None = None,
        *,
        name: str = "",
        note: str = "",
        by: str = "operator",
    ) -> CommandTaken:
        """Keep a request under a name; `template` becomes its id, and makes asking twice safe."""
        wish: dict[str, Any] = {
            "name": name or template,
            "service": service,
            "params": dict(params or {}),
            "note": note,
            "by": by,
        }
        return self._give(TemplateWish, ("templates",), template, **wish)

    def rename_template(self, template: str, name: str, *, by: str = "operator", key: str = "") -> CommandTaken:
        """Call a template otherwise."""
        return self._give(RenameWish, ("templates", template, "rename"), key, name=name, by=by)

    def delete_template(self, template: str, *, by: str = "operator", key: str = "") -> CommandTaken:
        """Keep a template no longer."""
        return self._give(DeleteWish, ("templates", template, "delete"), key, by=by)


def _recurring(
    schedule: str,
    service: str,
    params: Mapping[str, Any],
    rule: Mapping[str, Any],
    name: str,
    grace_s: float,
    by: str,
) -> dict[str, Any]:
    wanted = {"name": name or schedule, "service": service, "params": dict(params)}
    return {**wanted, "rule": dict(rule), "grace_s": grace_s, "by": by}
