"""The client's wishes about tasks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from robot_fleet.client.caller import Caller, body, new_key, path
from robot_fleet.server.models.commands import (
    AfterWish,
    AssignWish,
    CancelledMany,
    CancelManyWish,
    CancelWish,
    CommandTaken,
    HoldTaskWish,
    Imported,
    ImportWish,
    PriorityName,
    PriorityWish,
    TaskAnswer,
    TaskWish,
)
from robot_fleet.server.models.rows import PriceRow, TaskRow, WhyRow


class TaskCalls(Caller):
    """Asks for services, and says how their tasks go on."""

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
        return WhyRow.model_validate(self._connection.get(path("tasks", task, "why"), {"lang": language}))

    def price(self, task: str, robot: str = "", not_on: str = "", after: Sequence[str] = ()) -> PriceRow:
        """Return what it would cost to have a task done by one robot, not by one, or after other tasks."""
        asked = {"robot": robot, "not_on": not_on, "after": ",".join(after)}
        return PriceRow.model_validate(self._connection.get(path("tasks", task, "price"), asked))

    def submit(
        self, service: str, params: Mapping[str, Any] | None = None, *, key: str = "", requester: str = "operator"
    ) -> CommandTaken:
        """Ask for a service; the key becomes the task's id."""
        return self._give(TaskWish, ("tasks",), key, service=service, params=dict(params or {}), requester=requester)

    def submit_csv(self, csv: str, *, dry_run: bool = False, requester: str = "operator") -> Imported:
        """Ask for many services, of which all are taken on or none."""
        wish = body(ImportWish, csv=csv, dry_run=dry_run, requester=requester)
        return Imported.model_validate(self._connection.post("/tasks/import", wish, new_key()))

    def cancel(self, task: str, reason: str = "", *, key: str = "", version: str = "") -> CommandTaken:
        """Take a task back."""
        return self._give(CancelWish, ("tasks", task, "cancel"), key, version, reason=reason)

    def cancel_many(self, tasks: Sequence[str], reason: str = "", *, key: str = "") -> CancelledMany:
        """Take many tasks back, of which each is taken back or refused by itself."""
        wish = body(CancelManyWish, tasks=list(tasks), reason=reason)
        return CancelledMany.model_validate(self._connection.post("/tasks/cancel", wish, key or new_key()))

    def answer(
        self,
        task: str,
        answer: str,
        reason: str = "",
        *,
        to: str = "",
        by: str = "operator",
        key: str = "",
        version: str = "",
    ) -> CommandTaken:
        """Say how a task goes on that asks, or answer a robot that waits; `to` is the opaque id of who takes over."""
        address = ("tasks", task, "answer")
        return self._give(TaskAnswer, address, key, version, answer=answer, reason=reason, to=to, by=by)

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
