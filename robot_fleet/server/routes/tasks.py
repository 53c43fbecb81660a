"""Addresses at which people direct open tasks (priority, robot, order, their price, hold), and many at once."""

from __future__ import annotations

import hashlib
from typing import Any

from fastapi import APIRouter

from robot_fleet.core.errors import LinesRefused, WrongLine
from robot_fleet.core.inputs import DirectTask, HoldTask, PrioritiseTask, ResumeTask, SequenceTask
from robot_fleet.core.priority import CLASSES
from robot_fleet.server.answers import ERRORS, Key, new_key, taken
from robot_fleet.server.doors.visit import concerns
from robot_fleet.server.models.commands import (
    AfterWish,
    AssignWish,
    CancelledMany,
    CancelManyWish,
    CommandTaken,
    ErrorAnswer,
    HoldTaskWish,
    Imported,
    ImportWish,
    LinesAnswer,
    PriorityWish,
    RefusedTask,
)
from robot_fleet.server.models.rows import PriceRow
from robot_fleet.server.ports import FleetPort
from robot_fleet.site.demand import scan_csv

_LEAST = {each.name: each.least for each in CLASSES}


def _key_of(key: str, task: str) -> str:
    """Return the key of one task's part of a command about many: the same for the same, and never too long."""
    return hashlib.sha256(f"{key} {task}".encode()).hexdigest()[:32]


def task_reads(fleet: FleetPort) -> APIRouter:
    """Return the address that tells what another robot, or another order, would cost."""
    router = APIRouter(prefix="/api/v1", tags=["view"])
    errors: dict[int | str, dict[str, Any]] = {status: {"model": ErrorAnswer} for status in (404, 409, 422, 503)}

    @router.get("/tasks/{task_id}/price", response_model=PriceRow, responses=errors)
    async def price(task_id: str, robot: str = "", not_on: str = "", after: str = "") -> Any:
        """What it would cost to have a task done by `robot`, by another than `not_on`, or after other tasks.

        Nothing changes by asking. Ids of other tasks are parted by commas.
        """
        return await fleet.price(task_id, robot, not_on, [name for name in after.split(",") if name])

    return router


def task_commands(fleet: FleetPort) -> APIRouter:
    """Return the addresses that change open tasks, and the one that takes many requests on."""
    router = APIRouter(prefix="/api/v1", tags=["commands"], responses=ERRORS)

    @router.post("/tasks/import", status_code=202, responses={422: {"model": LinesAnswer}})
    async def import_tasks(wish: ImportWish) -> Imported:
        """Take many requests on, or none; `request_id` is the key of each, so that sending them again is safe."""
        rows = scan_csv(wish.csv)
        wanted = [
            {"key": row.request_id, "service": row.service, "params": row.params, "at_s": row.at_s}
            for row in rows.values()
        ]
        answer = await fleet.submit_all(wanted, wish.requester, wish.dry_run)
        if answer.wrong:
            lines = list(rows)
            wrong = [WrongLine(lines[one.request], one.code, one.message, one.where) for one in answer.wrong]
            raise LinesRefused(answer.message, "", wrong)
        taken("import", answer)
        return Imported(taken=not wish.dry_run, tasks=[row.request_id for row in rows.values()])

    @router.post("/tasks/cancel", status_code=202)
    async def cancel_many(wish: CancelManyWish, key: Key = None) -> CancelledMany:
        """Take many tasks back; what cannot be is refused by itself, and keeps none of the others."""
        key, names = key or new_key("cancel"), tuple(dict.fromkeys(wish.tasks))
        concerns(*names)
        answers = [await fleet.cancel(_key_of(key, name), name, wish.reason) for name in names]
        both = list(zip(names, answers, strict=True))
        return CancelledMany(
            cancelled=[name for name, answer in both if answer.accepted],
            refused=[
                RefusedTask(task=name, code=answer.code, message=answer.message)
                for name, answer in both
                if not answer.accepted
            ],
        )

    @router.post("/tasks/{task_id}/priority", status_code=202)
    async def prioritise(task_id: str, wish: PriorityWish, key: Key = None) -> CommandTaken:
        """Say how urgent a task is; its place in the plan is looked for anew."""
        key = key or new_key("priority")
        priority = wish.priority if isinstance(wish.priority, int) else _LEAST[wish.priority]
        return taken(key, await fleet.change_task(PrioritiseTask(key, task_id, priority, wish.by)))

    @router.post("/tasks/{task_id}/assign", status_code=202)
    async def assign(task_id: str, wish: AssignWish | None = None, key: Key = None) -> CommandTaken:
        """Have a task done by one robot, by another than one, or by any; ask for the price first."""
        key, wish = key or new_key("assign"), wish or AssignWish()
        concerns(task_id, wish.robot or wish.not_on)
        return taken(key, await fleet.change_task(DirectTask(key, task_id, wish.robot, wish.not_on, wish.by)))

    @router.post("/tasks/{task_id}/after", status_code=202)
    async def sequence(task_id: str, wish: AfterWish, key: Key = None) -> CommandTaken:
        """Have a task begun only after others have ended, however they end; ask for the price first."""
        key = key or new_key("after")
        return taken(
            key, await fleet.change_task(SequenceTask(key, task_id, tuple(dict.fromkeys(wish.tasks)), wish.by))
        )

    @router.post("/tasks/{task_id}/hold", status_code=202)
    async def hold_task(task_id: str, wish: HoldTaskWish | None = None, key: Key = None) -> CommandTaken:
        """Do not have a task begun before it is resumed; what is under way is finished, and cannot be held."""
        key, wish = key or new_key("hold"), wish or HoldTaskWish()
        return taken(key, await fleet.change_task(HoldTask(key, task_id, wish.reason, wish.by)))

    @router.post("/tasks/{task_id}/resume", status_code=202)
    async def resume_task(task_id: str, wish: HoldTaskWish | None = None, key: Key = None) -> CommandTaken:
        """Let a task that was held go on."""
        key, wish = key or new_key("resume"), wish or HoldTaskWish()
        return taken(key, await fleet.change_task(ResumeTask(key, task_id, wish.by)))

    return router
