"""The gateway: watches the robots' health, shows the fleet to people, and passes their wishes on to the manager.

It reads the ledger beside the manager and listens to the robots; losing it costs only the view and the watch.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path

from robot_fleet_interfaces.msg import RobotState

from robot_fleet.core.clock import Now
from robot_fleet.core.errors import SiteError, StoreError
from robot_fleet.nodes.arguments import NodeArguments, add_ledger, parser, shared
from robot_fleet.reports.folds.past import ground_of
from robot_fleet.ros.clock import FleetClock
from robot_fleet.ros.gateway.console_bridge import ConsoleBridge
from robot_fleet.ros.gateway.health_bridge import HealthBridge
from robot_fleet.ros.gateway.marker_topics import MarkerTopics
from robot_fleet.ros.guard import Guard
from robot_fleet.ros.spin import make_node, parse_arguments, process, spin
from robot_fleet.runtime.bringup.fleet_processes import gateway_pulse
from robot_fleet.runtime.event_keys import event_keys
from robot_fleet.runtime.past.process import ReplayProcess
from robot_fleet.runtime.pauses import avoid_pauses
from robot_fleet.runtime.people import people_of
from robot_fleet.runtime.ports import calendar_for
from robot_fleet.runtime.processes.run_id import run_id
from robot_fleet.runtime.reports.process import ReportProcess
from robot_fleet.runtime.reports.rounds import ReportRounds
from robot_fleet.runtime.reports.sender import ReportSender
from robot_fleet.runtime.telemetry_history import TelemetryHistory
from robot_fleet.runtime.what_if.answer import Sources
from robot_fleet.runtime.what_if.desk import WhatIfDesk
from robot_fleet.server.app import create_app
from robot_fleet.server.doors.address import LOOPBACK, Entrance
from robot_fleet.server.doors.doors import Doors
from robot_fleet.server.event_intake import EventIntake
from robot_fleet.server.guests.guests import Guests
from robot_fleet.server.open_rmf.routes import OpenRmf
from robot_fleet.server.serve import listen, make_server
from robot_fleet.server.webhooks.deliveries import Deliveries
from robot_fleet.site.load import load_site
from robot_fleet.site.reading.costs import read_costs
from robot_fleet.site.reading.open_rmf import read_open_rmf
from robot_fleet.site.reading.pages import read_pages
from robot_fleet.site.reading.reports import read_reports, report_receivers
from robot_fleet.site.texts import read_texts
from robot_fleet.stores.passes.store import PassStore
from robot_fleet.stores.raised import RaisedAlarms
from robot_fleet.stores.users.store import UserStore
from robot_fleet.telemetry.overview import Overview

LOG = logging.getLogger("robot_fleet.doors")
EVENTS_LOG = logging.getLogger("robot_fleet.events")
REPORTS_LOG = logging.getLogger("robot_fleet.reports")


async def serve(arguments: NodeArguments, port: int, entrance: Entrance) -> None:
    """Serve until the process is told to end; the node spins in a thread of its own."""
    users = _users(arguments.users)
    has_users = users is not None and users.accounts.any()
    entrance.check(has_users=has_users)
    site = load_site(arguments.site)
    people = people_of(site, has_users)
    sockets = [listen(port, host) for host in entrance.hosts]
    node = make_node("gateway", simulated=arguments.simulated, handle_signals=False)
    clock = FleetClock(node, arguments.midnight)
    guard = Guard()
    journal, loop = RaisedAlarms(arguments.raised), asyncio.get_running_loop()
    figures = arguments.planning_figures
    calendar = calendar_for(site, arguments.midnight)
    console = ConsoleBridge(node, guard, clock, site, calendar, arguments.ledger, journal, figures, loop)
    history = TelemetryHistory(arguments.telemetry, lambda: clock.now().fleet_s)

    markers = MarkerTopics(node, guard, site, lambda: console.state)

    def seen(message: RobotState) -> None:
        console.note_state(message)
        markers.heard(message)
        at_s = clock.now().fleet_s
        history.add_pose(message.robot, at_s, message.x_m, message.y_m, message.yaw_rad, message.map_id)

    def told(robot: str, _source: str, now: Now, values: Mapping[str, float]) -> None:
        history.add(robot, now.fleet_s, values)

    def looked(overview: Overview) -> None:
        console.note_overview(overview)
        if not loop.is_closed():
            loop.call_soon_threadsafe(beat)

    def beat() -> None:
        with suppress(OSError):
            gateway_pulse(arguments.run).touch()

    began = "" if calendar is None else calendar.local(0.0)[:10]
    if arguments.midnight is not None:
        began = arguments.midnight.date().isoformat()
    ground = ground_of(site, read_costs(arguments.site))
    reports = ReportProcess(ground, arguments.ledger, arguments.telemetry, began)
    sending = _sending(arguments, reports, began, lambda: clock.now().fleet_s if clock.started else None)
    also = tuple if sending is None else sending.conditions
    HealthBridge(node, guard, clock, site, arguments.run, console.state, seen, looked, told, also)

    def give_up() -> None:
        server.should_exit = True  # a gateway that hears or shows nothing any more is started again

    midnight_s = None if arguments.midnight is None else arguments.midnight.timestamp()
    rmf_names = read_open_rmf(arguments.site, site.services)
    replays = ReplayProcess(site, arguments.ledger, arguments.telemetry)
    what_ifs = WhatIfDesk(site, Sources(arguments.site, arguments.ledger, arguments.telemetry), began)
    passes = _passes(arguments.passes)
    pages = read_pages(arguments.site, site.services, site.places)
    guests = None if passes is None else Guests(site, pages, passes, time.time, time.monotonic)
    app = create_app(
        console.fleet,
        metrics=console.metrics,
        people=None if people is None else people[1],
        given_up=give_up,
        reports=reports,
        doors=Doors(users, entrance, passes=None if passes is None else passes.passes),
        open_rmf=None if rmf_names is None else OpenRmf(site, rmf_names, midnight_s),
        replays=replays,
        sent_reports=sending,
        what_ifs=what_ifs,
        guests=guests,
        city=_city(arguments),
        texts=read_texts(arguments.site, site),
    )
    server = make_server(app, entrance)

    def spin_ros() -> None:
        try:
            spin(node, lambda: not server.should_exit)
        finally:
            give_up()

    avoid_pauses()
    spinning = threading.Thread(target=spin_ros, name="ros")
    spinning.start()
    try:
        await server.serve(sockets=sockets)
    finally:
        server.should_exit = True
        if sending is not None:
            sending.end()
        spinning.join()
        history.close()
        reports.close()
        if sending is not None:
            sending.close()
        replays.close()
        what_ifs.close()
        console.close()
        if people is not None:
            people[0].close()
        if passes is not None:
            passes.close()
        if users is not None:
            users.close()


def _sending(
    arguments: NodeArguments, reports: ReportProcess, began: str, fleet_s: Callable[[], float | None]
) -> ReportRounds | None:
    """Return who sends reports by itself; None where the site has none sent."""
    file = read_reports(arguments.site)
    if file is None:
        return None
    without_secret: list[SiteError] = []
    receivers = report_receivers(file, arguments.site, without=without_secret)
    for error in without_secret:
        REPORTS_LOG.error("reports event=left_out error=%s", error)
    deliveries = Deliveries(receivers, arguments.report_outbox, seed=arguments.seed)
    first_day = date.fromisoformat(began)
    sender = ReportSender(file, reports, arguments.run, run_id(arguments.run), first_day, deliveries)
    return ReportRounds(sender, deliveries, fleet_s)


def _city(arguments: NodeArguments) -> EventIntake:
    """Return who tells which events of the city may be taken."""
    without: list[SiteError] = []
    keys = event_keys(arguments.site, arguments.run, without)
    for error in without:
        EVENTS_LOG.warning("events event=source_left_out error=%s nothing is taken from it", error)
    return EventIntake(keys, time.time)


def _users(path: Path) -> UserStore | None:
    """Return the users; None where there never were any and the file cannot be made: a full disk takes no view away."""
    try:
        return UserStore(path)
    except StoreError as error:
        if path.exists() and path.stat().st_size:
            raise
        LOG.error("users event=failed error=%s there are none until the next start", error)
        return None


def _passes(path: Path) -> PassStore | None:
    """Return the passes; None where there never were any and the file cannot be made, as with users."""
    try:
        return PassStore(path)
    except StoreError as error:
        if path.exists() and path.stat().st_size:
            raise
        LOG.error("passes event=failed error=%s there are none until the next start", error)
        return None


def main() -> None:
    """Run the gateway."""
    made = parser("the gateway: HTTP, WebSocket and the console")
    add_ledger(made)
    made.add_argument("--port", type=int, default=8080, help="port; 0 takes a free one")
    made.add_argument("--bind", default=LOOPBACK, help="IP address to listen on; any but loopback needs users and TLS")
    made.add_argument("--tls-cert", type=Path, help="PEM file of the certificate")
    made.add_argument("--tls-key", type=Path, help="PEM file of its key")
    made.add_argument("--behind-proxy", action="store_true", help="a proxy in front speaks TLS")
    parsed = parse_arguments(made)
    with process(process="gateway"):
        entrance = Entrance(parsed.bind, parsed.tls_cert, parsed.tls_key, parsed.behind_proxy)
        asyncio.run(serve(shared(parsed), parsed.port, entrance))


if __name__ == "__main__":
    main()
