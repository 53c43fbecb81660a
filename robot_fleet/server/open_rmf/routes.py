"""Addresses at which Open-RMF's clients ask for tasks, see how they stand, and take them back; as in its API server."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from robot_fleet.core.errors import FleetError, RequestError
from robot_fleet.core.inputs import DirectTask
from robot_fleet.core.site import Site
from robot_fleet.server.answers import ERRORS, Key, new_key, status_of, taken
from robot_fleet.server.doors.visit import concerns
from robot_fleet.server.models.commands import ErrorAnswer
from robot_fleet.server.open_rmf.asking import described_as, wish_of
from robot_fleet.server.open_rmf.models import (
    Booking,
    Cancelled,
    CancelRequest,
    Dispatched,
    DispatchRequest,
    Refused,
    RmfError,
    RmfTaskState,
    RobotRequest,
    TaskRequest,
)
from robot_fleet.server.open_rmf.telling import state_of
from robot_fleet.server.open_rmf.times import Times
from robot_fleet.server.pages import PAGED, Paged
from robot_fleet.server.ports import FleetPort
from robot_fleet.site.models.open_rmf import OpenRmfFile

_PREFIX = "/api/v1/rmf/tasks"
_CODES = {
    "request_rmf_category": (4, "Unsupported type"),
    "request_rmf_malformed": (5, "Invalid request format"),
    "request_malformed": (5, "Invalid request format"),
}
_OTHERWISE = (9, "Not feasible")
_UNKNOWN = (255, "unknown")
_REFUSALS: dict[int | str, dict[str, Any]] = {**ERRORS, 400: {"model": Refused}, 503: {"model": Refused}}
_Words = Annotated[str, Query(max_length=2_000, description="Only these, separated by commas.")]


class _RmfRoute(APIRoute):
    """A route that tells its errors as Open-RMF does."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestValidationError as error:
                first = error.errors()[0]
                where = ".".join(str(part) for part in first["loc"])
                return _refusal(RequestError("request_malformed", str(first["msg"]), where))
            except HTTPException as error:  # a body that is no text at all
                return _refusal(RequestError("request_malformed", str(error.detail), "body"))
            except FleetError as error:
                return _refusal(error)

        return handled


@dataclass(frozen=True, slots=True)
class OpenRmf:
    """What it takes to be a fleet of Open-RMF's.

    Parameters
    ----------
    names : the site's `open_rmf.yaml`.
    midnight_s : Unix time at fleet time 0; None where the fleet's day has no date, as in simulation: then its clock and
        this machine's are taken to go side by side from the first request on.
    """

    site: Site
    names: OpenRmfFile
    midnight_s: float | None = None


def open_rmf_routes(fleet: FleetPort, known: OpenRmf) -> APIRouter:
    """Return the addresses of Open-RMF's clients."""
    router = APIRouter(tags=["open_rmf"])
    times = _clock(fleet, known.midnight_s)
    router.include_router(_reads(fleet, known.site, known.names, times))
    router.include_router(_commands(fleet, known.site, known.names, times))
    return router


def _reads(fleet: FleetPort, site: Site, names: OpenRmfFile, times: Callable[[], Times]) -> APIRouter:
    router = APIRouter(prefix=_PREFIX)

    @router.get("", response_model=list[RmfTaskState], responses=PAGED, response_model_exclude_none=True)
    async def states(
        page: Paged,
        response: Response,
        task_id: _Words = "",
        category: _Words = "",
        status: _Words = "",
        assigned_to: _Words = "",
        requester: _Words = "",
    ) -> list[RmfTaskState]:
        """The state of every task, oldest first."""
        wanted = [
            row
            for row in fleet.tasks()
            if _among(row["id"], task_id)
            and _among(described_as(row["service"], row["params"], site, names)[0], category)
            and _among(row["rmf_state"], status)
            and _among(row["robot"], assigned_to)
            and _among(row["requester"], requester)
        ]
        shown = page.cut(wanted, lambda row: (row["requested_s"], row["id"]))
        response.headers.update(page.headers)
        now = times()
        return [state_of(row, site, names, now) for row in shown]

    @router.get("/{task_id}/state", responses={404: {"model": ErrorAnswer}}, response_model_exclude_none=True)
    async def state(task_id: str) -> RmfTaskState:
        """The state of one task."""
        row = fleet.task(task_id)
        if row is None:
            raise RequestError("request_unknown_task", f"no task {task_id!r}", task_id)
        return state_of(row, site, names, times())

    return router


def _commands(fleet: FleetPort, site: Site, names: OpenRmfFile, times: Callable[[], Times]) -> APIRouter:
    router = APIRouter(prefix=_PREFIX, route_class=_RmfRoute, responses=_REFUSALS)

    @router.post("/dispatch_task", response_model_exclude_none=True)
    async def dispatch(wish: DispatchRequest, key: Key = None) -> Dispatched:
        """Ask for a patrol or a delivery, by whichever robot does it best."""
        task = key or f"{wish.request.category[:20]}.dispatch-{secrets.token_hex(5)}"
        await _submit(wish.request, task)
        return _dispatched(task)

    @router.post("/robot_task", response_model_exclude_none=True)
    async def robot_task(wish: RobotRequest, key: Key = None) -> Dispatched:
        """Ask one robot for a patrol or a delivery."""
        task = key or f"{wish.request.category[:20]}.direct-{secrets.token_hex(5)}"
        if wish.fleet != names.fleet or wish.robot not in site.robots:
            message = f"fleet {names.fleet} has no robot {wish.robot!r} of the fleet {wish.fleet!r}"
            raise RequestError("request_unknown_robot", message, "robot")
        await _submit(wish.request, task)
        bound = DirectTask(new_key("assign"), task, wish.robot, "", wish.request.requester)
        answer = await fleet.change_task(bound)
        if not answer.accepted:
            await fleet.cancel(new_key("cancel"), task, "")
        taken(bound.key, answer)
        return _dispatched(task)

    @router.post("/cancel_task")
    async def cancel(wish: CancelRequest) -> Cancelled:
        """Take a task back."""
        concerns(wish.task_id)
        key = new_key("cancel")
        taken(key, await fleet.cancel(key, wish.task_id, ""))
        return Cancelled()

    async def _submit(request: TaskRequest, task: str) -> None:
        concerns(task)
        items = [item["id"] for item in fleet.snapshot()["items"]]
        service, params = wish_of(request, task, site, names, times(), items)
        taken(task, await fleet.submit(task, service, params, request.requester))

    def _dispatched(task: str) -> Dispatched:
        fleet.refresh()
        row = fleet.task(task)
        if row is None:  # it is in the ledger, which cannot be read just now
            return Dispatched(state=RmfTaskState(booking=Booking(id=task), status="queued"))
        return Dispatched(state=state_of(row, site, names, times()))

    return router


def _clock(fleet: FleetPort, midnight_s: float | None) -> Callable[[], Times]:
    begun_s = midnight_s

    def times() -> Times:
        nonlocal begun_s
        now_s: float = fleet.snapshot()["t_s"]
        if begun_s is None:
            begun_s = time.time() - now_s
        return Times(begun_s, now_s)

    return times


def _refusal(error: FleetError) -> JSONResponse:
    status = status_of(error)
    code, category = _CODES.get(error.code, _OTHERWISE if status < 500 else _UNKNOWN)
    detail = f"{error.where}: {error.message}" if error.where else error.message
    told = Refused(errors=[RmfError(code=code, category=category, detail=detail, reason=error.code)])
    return JSONResponse(told.model_dump(), status if status >= 500 else 400)


def _among(value: str, words: str) -> bool:
    return not words or value in words.split(",")
