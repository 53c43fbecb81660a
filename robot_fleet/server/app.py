"""The web application: `/api/v1` (REST and the stream) and the console's files at `/`."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, FastAPI, Header, Request, Response, WebSocket, WebSocketDisconnect
from starlette.staticfiles import StaticFiles

from robot_fleet.core.inputs import SetHold
from robot_fleet.server.answers import AT_THE_DOORS, ERRORS, Key, install_error_handlers, new_key, taken
from robot_fleet.server.bodies import Bodies
from robot_fleet.server.description import description_of
from robot_fleet.server.doors.doors import Doors
from robot_fleet.server.doors.middleware import AtTheDoors
from robot_fleet.server.doors.routes import account_routes, session_routes
from robot_fleet.server.doors.visit import concerns, visit
from robot_fleet.server.event_intake import EventIntake
from robot_fleet.server.guard import SameOrigin
from robot_fleet.server.guests.guests import Guests
from robot_fleet.server.guests.routes import guest_routes, pass_routes
from robot_fleet.server.metrics import CONTENT_TYPE, FleetMetrics
from robot_fleet.server.models.commands import (
    CancelWish,
    CommandTaken,
    HoldWish,
    TaskAnswer,
    TaskWish,
)
from robot_fleet.server.open_rmf.routes import OpenRmf, open_rmf_routes
from robot_fleet.server.ports import FleetPort
from robot_fleet.server.routes.alarms import alarm_commands, alarm_reads
from robot_fleet.server.routes.equipment import equipment_commands, equipment_reads
from robot_fleet.server.routes.events import event_commands, event_reads
from robot_fleet.server.routes.jobs import job_commands, job_reads
from robot_fleet.server.routes.papers import paper_commands, paper_reads
from robot_fleet.server.routes.people import PeoplePort, nobody_signed_in, people_routes
from robot_fleet.server.routes.places import inventory_reads, place_commands
from robot_fleet.server.routes.replay import Replays, replay_reads
from robot_fleet.server.routes.reports import Reports, report_reads
from robot_fleet.server.routes.schedules import schedule_commands, schedule_reads, template_commands
from robot_fleet.server.routes.sent_reports import SentReports, sent_report_routes
from robot_fleet.server.routes.shifts import shift_commands, shift_reads
from robot_fleet.server.routes.tasks import task_commands, task_reads
from robot_fleet.server.routes.view import view_reads
from robot_fleet.server.routes.what_if import WhatIfs, what_if_routes
from robot_fleet.server.routes.zones import zone_commands
from robot_fleet.server.stream import Hub, Seen, Subscription
from robot_fleet.server.texts import text_files
from robot_fleet.server.versions import unchanged_since
from robot_fleet.site.texts import Texts, default_texts
from robot_fleet.stores.people.access import Reader

CONSOLE = Path(__file__).resolve().parent.parent / "console"

_RequiredKey = Annotated[str, Header(alias="Idempotency-Key", description="Makes asking twice safe; the task's id.")]


def create_app(
    fleet: FleetPort,
    console: Path = CONSOLE,
    metrics: FleetMetrics | None = None,
    people: PeoplePort | None = None,
    given_up: Callable[[], None] = lambda: None,
    reports: Reports | None = None,
    doors: Doors | None = None,
    open_rmf: OpenRmf | None = None,
    replays: Replays | None = None,
    sent_reports: SentReports | None = None,
    what_ifs: WhatIfs | None = None,
    guests: Guests | None = None,
    city: EventIntake | None = None,
    texts: Texts | None = None,
) -> FastAPI:
    """Return the application for a fleet.

    Parameters
    ----------
    fleet : the fleet behind the server.
    console : folder of the console's files.
    metrics : what `GET /metrics` tells; without them there is no such address.
    people : the people who live at the site's places; without them there are no such addresses.
    given_up : called when the consoles' stream broke. What they show then grows old: end the server, and start anew.
    reports : who makes reports; without them there are no such addresses.
    doors : who may do what; without them everybody may do everything.
    open_rmf : what it takes to be a fleet of Open-RMF's; without it there are no such addresses.
    replays : who tells of the past; without them there are no such addresses.
    sent_reports : who sends reports by itself; without them there are no such addresses.
    what_ifs : who plays past days with a change; without them there are no such addresses.
    guests : what lets people in who are no users; without it there are no such addresses. The doors know its passes.
    city : tells which events of the city may be taken; without it none can be handed in.
    texts : what the pages say, by language; the product's own tables by default.
    """
    hub = Hub(fleet)
    doors = doors or Doors()

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        streaming = asyncio.create_task(hub.run())
        streaming.add_done_callback(lambda _: given_up())
        try:
            yield
        finally:
            streaming.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await streaming

    app = FastAPI(
        title="robot_fleet",
        version="1",
        lifespan=lifespan,
        docs_url=None,  # its page would load scripts from other hosts
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        responses=AT_THE_DOORS,
    )
    install_error_handlers(app)
    app.add_middleware(Bodies)  # behind the doors: whoever may not come in is not listened to
    app.add_middleware(AtTheDoors, served=app, doors=doors)
    app.add_middleware(SameOrigin, any_host=doors.entrance.outside, tls=doors.entrance.secure)
    app.include_router(session_routes(doors))
    app.include_router(account_routes(doors))
    app.include_router(view_reads(fleet, lambda: hub.consoles))
    app.include_router(alarm_reads(fleet))
    unchanged = [unchanged_since(fleet)]
    app.include_router(_commands(fleet), dependencies=unchanged)
    app.include_router(alarm_commands(fleet), dependencies=unchanged)
    app.include_router(job_reads(fleet))
    app.include_router(job_commands(fleet))
    app.include_router(task_reads(fleet))
    app.include_router(task_commands(fleet), dependencies=unchanged)
    app.include_router(zone_commands(fleet), dependencies=unchanged)
    app.include_router(paper_commands(fleet), dependencies=unchanged)
    app.include_router(inventory_reads(fleet))
    app.include_router(paper_reads(fleet))
    app.include_router(place_commands(fleet), dependencies=unchanged)
    app.include_router(equipment_reads(fleet))
    app.include_router(equipment_commands(fleet), dependencies=unchanged)
    app.include_router(shift_reads(fleet))
    app.include_router(shift_commands(fleet))
    app.include_router(schedule_reads(fleet))
    app.include_router(schedule_commands(fleet), dependencies=unchanged)
    app.include_router(template_commands(fleet))
    app.include_router(event_reads(fleet))
    if city is not None:
        app.include_router(event_commands(fleet, city))
    app.include_router(_stream(hub))
    if reports is not None:
        app.include_router(report_reads(reports))
    if sent_reports is not None:
        app.include_router(sent_report_routes(sent_reports))
    if replays is not None:
        app.include_router(replay_reads(replays))
    if what_ifs is not None:
        app.include_router(what_if_routes(what_ifs))
    if metrics is not None:
        app.include_router(_metrics(metrics, hub))
    if open_rmf is not None:
        app.include_router(open_rmf_routes(fleet, open_rmf))
    if guests is not None:
        app.include_router(guest_routes(fleet, guests))
        app.include_router(pass_routes(fleet, guests))
    if people is not None:
        app.include_router(people_routes(people, _reader))
    app.openapi = description_of(app)  # type: ignore[method-assign]
    app.mount("/i18n", text_files(texts or default_texts()))
    app.mount("/", StaticFiles(directory=console, html=True))
    return app


def _reader(request: Request) -> Reader:
    """Return who reads data of people: whoever is signed in, where there are users."""
    here = visit()
    return nobody_signed_in(request) if here.entrant is None else Reader(here.entrant.user, here.address)


def _commands(fleet: FleetPort) -> APIRouter:
    router = APIRouter(prefix="/api/v1", tags=["commands"], responses=ERRORS)

    @router.post("/tasks", status_code=202)
    async def submit(wish: TaskWish, key: _RequiredKey) -> CommandTaken:
        """Ask for a service; the answer says who is expected to do it, and when."""
        concerns(key)
        return taken(key, await fleet.submit(key, wish.service, wish.params, wish.requester))

    @router.post("/tasks/{task_id}/cancel", status_code=202)
    async def cancel(task_id: str, wish: CancelWish | None = None, key: Key = None) -> CommandTaken:
        """Take a task back."""
        key = key or new_key("cancel")
        return taken(key, await fleet.cancel(key, task_id, wish.reason if wish else ""))

    @router.post("/tasks/{task_id}/answer", status_code=202)
    async def answer_task(task_id: str, wish: TaskAnswer, key: Key = None) -> CommandTaken:
        """Say how a task goes on that asks: it is tried again, is done, or has failed; or answer a robot that waits."""
        key = key or new_key("answer")
        return taken(key, await fleet.answer_task(key, task_id, wish.answer, wish.reason, wish.by, wish.to))

    @router.post("/hold", status_code=202)
    async def hold(wish: HoldWish | None = None, key: Key = None) -> CommandTaken:
        """Bring one robot, or the whole fleet, to a stop where it may stand, or (`in_place`) where it is."""
        key, wish = key or new_key("hold"), wish or HoldWish()
        concerns(wish.robot)
        return taken(key, await fleet.carry_out(SetHold(key, True, wish.robot, wish.reason, wish.by, wish.in_place)))

    @router.post("/resume", status_code=202)
    async def resume(wish: HoldWish | None = None, key: Key = None) -> CommandTaken:
        """Let one robot, or the whole fleet, go on."""
        key, wish = key or new_key("resume"), wish or HoldWish()
        concerns(wish.robot)
        return taken(key, await fleet.carry_out(SetHold(key, False, wish.robot, wish.reason, wish.by)))

    return router


def _metrics(metrics: FleetMetrics, hub: Hub) -> APIRouter:
    router = APIRouter(tags=["view"])

    @router.get("/metrics", response_class=Response)
    async def prometheus() -> Response:
        """The fleet for Prometheus, in its text format."""
        return Response(metrics.text(hub.consoles), media_type=CONTENT_TYPE)

    return router


def _stream(hub: Hub) -> APIRouter:
    router = APIRouter(prefix="/api/v1")

    @router.websocket("/stream")
    async def stream(socket: WebSocket, epoch: str = "", after: int = -1) -> None:
        """Send a snapshot, or what was missed `after` an event, then poses and patches, until the console leaves."""
        await socket.accept()
        number, frames = hub.join(Seen(epoch, after))
        sending = asyncio.create_task(_send(socket, frames))
        try:
            while True:
                await socket.receive_text()  # consoles say nothing; this notices when they leave
        except WebSocketDisconnect:
            return
        finally:
            hub.leave(number)
            sending.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await sending

    return router


async def _send(socket: WebSocket, frames: Subscription) -> None:
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):  # it left while a frame was on its way
        while True:
            await socket.send_text(await frames.next())
