"""Addresses of field jobs: what staff are sent out for, and what they say of it."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter

from robot_fleet.core.inputs import AnswerJob, OpenJob
from robot_fleet.server.answers import ERRORS, Key, new_key, taken
from robot_fleet.server.doors.visit import concerns
from robot_fleet.server.models import CommandTaken, JobAnswerWish, JobWish
from robot_fleet.server.ports import FleetPort


def job_reads(fleet: FleetPort) -> APIRouter:
    """Return the address that shows field jobs."""
    router = APIRouter(prefix="/api/v1", tags=["view"])

    @router.get("/jobs")
    async def jobs() -> Any:
        """The field jobs that are open, the one due first in front, and then those that were over last."""
        return fleet.snapshot()["jobs"]

    return router


def job_commands(fleet: FleetPort) -> APIRouter:
    """Return the addresses at which people send for staff, and staff answer."""
    router = APIRouter(prefix="/api/v1", tags=["commands"], responses=ERRORS)

    @router.post("/jobs", status_code=202)
    async def open_job(wish: JobWish, key: Key = None) -> CommandTaken:
        """Send for staff; a robot that is taken over is held until it is given back."""
        concerns(wish.robot, wish.place, wish.alarm, wish.incident)
        key = key or new_key("job")
        about = {"robot": wish.robot, "place": wish.place, "alarm": wish.alarm, "incident": wish.incident}
        job = OpenJob(key, wish.kind, **about, due_in_s=wish.due_in_s, text=wish.text, by=wish.by)
        return taken(key, await fleet.change_job(job))

    @router.post("/jobs/{job}/{answer}", status_code=202)
    async def answer_job(
        job: str, answer: Literal["take", "done", "withdraw"], wish: JobAnswerWish | None = None, key: Key = None
    ) -> CommandTaken:
        """Say that a job is taken, done or not wanted any more; its end gives a robot back that was taken over."""
        key, wish = key or new_key("job"), wish or JobAnswerWish()
        return taken(key, await fleet.change_job(AnswerJob(key, job, answer, wish.text, wish.by)))

    return router
