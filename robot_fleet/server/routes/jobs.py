"""Addresses of field jobs: what staff are sent out for, and what they say of it."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Response

from robot_fleet.core.inputs import AnswerJob, OpenJob
from robot_fleet.server.answers import ERRORS, Key, new_key, taken
from robot_fleet.server.doors.visit import concerns
from robot_fleet.server.models.commands import CommandTaken, JobAnswerWish, JobWish
from robot_fleet.server.models.rows import JobRow
from robot_fleet.server.pages import PAGED, Paged, fits
from robot_fleet.server.ports import FleetPort, Row
from robot_fleet.server.routes.view import Names


def job_reads(fleet: FleetPort) -> APIRouter:
    """Return the address that shows field jobs."""
    router = APIRouter(prefix="/api/v1", tags=["view"])

    @router.get("/jobs", response_model=list[JobRow], responses=PAGED)
    async def jobs(page: Paged, state: Names = None, kind: Names = None, robot: Names = None) -> Response:
        """The field jobs that are open, the one due first in front, and then those that were over last."""
        wanted = [
            row
            for row in fleet.snapshot()["jobs"]
            if fits(row["state"], state) and fits(row["kind"], kind) and fits(row["robot"], robot)
        ]
        return page.answer(wanted, _place)

    return router


def _place(row: Row) -> tuple[float, float, str]:
    """Return where a job stands in the list: those that are open by when they are due, then the newest end first."""
    return (0.0, row["due_s"], row["id"]) if row["ended_s"] is None else (1.0, -row["ended_s"], row["id"])


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
