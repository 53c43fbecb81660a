"""Addresses that show the fleet as it is: site, robots, tasks, ways, zones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response

from robot_fleet.core.errors import RequestError
from robot_fleet.core.lifecycles.task import TaskState
from robot_fleet.core.site import GROUND_LEVEL
from robot_fleet.server.models.commands import ErrorAnswer
from robot_fleet.server.models.rows import HealthRow, HeardRow, RobotRow, TaskRow, WayRow, WhyRow, ZoneRow
from robot_fleet.server.pages import PAGED, Paged, fits, within
from robot_fleet.server.ports import FleetPort
from robot_fleet.server.versions import TAGGED, row_of, tagged

_UNKNOWN: dict[int | str, dict[str, Any]] = {404: {"model": ErrorAnswer}}
Names = Annotated[list[str] | None, Query(max_length=50, description="Only these; may be given several times.")]
Priority = Annotated[int | None, Query(ge=0, le=100)]
Since = Annotated[float | None, Query(allow_inf_nan=False, description="From this fleet time on, in seconds.")]
Until = Annotated[float | None, Query(allow_inf_nan=False, description="Before this fleet time, in seconds.")]


def view_reads(fleet: FleetPort, consoles: Callable[[], int]) -> APIRouter:
    """Return the addresses of the view.

    Parameters
    ----------
    consoles : returns how many are connected.
    """
    router = APIRouter(prefix="/api/v1", tags=["view"])

    @router.get("/site")
    async def site() -> dict[str, Any]:
        """Map, places, lanes, kinds and services."""
        row: dict[str, Any] = fleet.snapshot()["site"]
        return row

    @router.get("/map.png", response_class=Response, responses={200: {"content": {"image/png": {}}}, **_UNKNOWN})
    async def map_png(level: str = GROUND_LEVEL) -> Response:
        """The map of a level: 0 occupied, 254 free, 205 unknown; the first row lies at the largest y."""
        picture = fleet.map_png(level)
        if picture is None:
            raise RequestError("request_unknown_level", f"there is no level {level!r} on this site", "level")
        return Response(picture, media_type="image/png")

    @router.get("/robots", response_model=list[RobotRow], responses=PAGED)
    async def robots(
        page: Paged,
        kind: Names = None,
        state: Names = None,
        link: Names = None,
        health: Names = None,
        maintenance: bool | None = None,
    ) -> Response:
        """Every robot with its newest pose and state."""
        rows = fleet.snapshot()["robots"]
        place = {row["id"]: float(number) for number, row in enumerate(rows)}
        wanted = [
            row
            for row in rows
            if fits(row["kind"], kind)
            and fits(row["state"], state)
            and fits(row["link"], link)
            and fits(row["health"], health)
            and (maintenance is None or bool(row.get("maintenance")) is maintenance)
        ]
        return page.answer(wanted, lambda row: (place[row["id"]], row["id"]))

    @router.get("/robots/heard", response_model=list[HeardRow], responses=PAGED)
    async def heard(page: Paged) -> Response:
        """What each robot itself says that it was last told, beside what the manager wishes of it."""
        return page.answer(fleet.heard(), lambda row: (row["robot"],))

    @router.get("/robots/{robot}", response_model=RobotRow, responses=_UNKNOWN | TAGGED)
    async def robot(robot: str) -> Response:
        """One robot; its version is that of its maintenance, hold and emergency stop."""
        found = row_of(fleet, "robot", robot)
        if found is None:
            raise RequestError("request_unknown_robot", f"no robot {robot!r}", robot)
        return tagged("robot", found)

    @router.get("/tasks", response_model=list[TaskRow], responses=PAGED)
    async def tasks(
        page: Paged,
        state: Annotated[list[TaskState] | None, Query(description="Only these; may be given several times.")] = None,
        service: Names = None,
        robot: Names = None,
        requester: Names = None,
        min_priority: Priority = None,
        max_priority: Priority = None,
        since_s: Since = None,
        until_s: Until = None,
    ) -> Response:
        """Every task, oldest first; the times are those of the requests."""
        wanted = [
            row
            for row in fleet.tasks()
            if fits(row["state"], state)
            and fits(row["service"], service)
            and fits(row["robot"], robot)
            and fits(row["requester"], requester)
            and (min_priority is None or row["priority"] >= min_priority)
            and (max_priority is None or row["priority"] <= max_priority)
            and within(row["requested_s"], since_s, until_s)
        ]
        return page.answer(wanted, lambda row: (row["requested_s"], row["id"]))

    @router.get("/tasks/{task_id}", response_model=TaskRow, responses=_UNKNOWN | TAGGED)
    async def task(task_id: str) -> Response:
        """One task; its version is that of its state and of what people have said of it."""
        found = fleet.task(task_id)
        if found is None:
            raise RequestError("request_unknown_task", f"no task {task_id!r}", task_id)
        return tagged("task_id", found)

    @router.get("/tasks/{task_id}/why", response_model=WhyRow, responses=_UNKNOWN)
    async def why(task_id: str, lang: Literal["ko", "en"] = "ko") -> Any:
        """Why a task is where it is: who does it and why no other robot, or what would have it done."""
        return await fleet.why(task_id, lang)

    @router.get("/ways", response_model=list[WayRow], responses=PAGED)
    async def ways(page: Paged) -> Response:
        """What is left of every robot's way: points, and how many of the lanes between them are released."""
        return page.answer(fleet.ways(), lambda row: (row["robot"],))

    @router.get("/zones", response_model=list[ZoneRow], responses=PAGED)
    async def zones(page: Paged) -> Response:
        """Every zone and what holds in it now."""
        rows = fleet.snapshot()["zones"]
        place = {row["id"]: float(number) for number, row in enumerate(rows)}
        return page.answer(rows, lambda row: (place[row["id"]], row["id"]))

    @router.get("/zones/{zone}", response_model=ZoneRow, responses=_UNKNOWN | TAGGED)
    async def zone(zone: str) -> Response:
        """One zone and what holds in it now."""
        found = row_of(fleet, "zone", zone)
        if found is None:
            raise RequestError("request_unknown_zone", f"no zone {zone!r}", zone)
        return tagged("zone", found)

    @router.get("/health")
    async def health() -> HealthRow:
        """How the gateway fares."""
        return HealthRow.model_validate({"consoles": consoles(), **fleet.health()})

    return router
