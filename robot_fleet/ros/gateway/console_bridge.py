"""What the console shows, fed from ROS: robots' states and health, and the ledger whenever it has grown.

Two threads meet here. ROS callbacks only leave what they have, or post; the web server's event loop owns the view.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from math import inf
from pathlib import Path

from rclpy.node import Node
from robot_fleet_interfaces.msg import RobotState
from std_msgs.msg import UInt64

from robot_fleet.core.errors import RequestError
from robot_fleet.core.fleet.state import FleetState
from robot_fleet.core.site import Site
from robot_fleet.ledger.address import LedgerTarget
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.ros.clock import FleetClock
from robot_fleet.ros.gateway.command_client import RosCommands
from robot_fleet.ros.guard import Guard
from robot_fleet.ros.qos import QOS, topic
from robot_fleet.runtime.history import registry
from robot_fleet.runtime.processes.statefile import read_json
from robot_fleet.runtime.recordings.incidents import incident_told
from robot_fleet.runtime.ringing.keeping import Keeper
from robot_fleet.server.feed import LedgerFeed
from robot_fleet.server.live import ViewedFleet
from robot_fleet.server.metrics import FleetMetrics
from robot_fleet.server.ports import Row
from robot_fleet.server.rows.health import health_values
from robot_fleet.server.rows.heard import Reported
from robot_fleet.server.rows.schedules import ScheduleRows
from robot_fleet.server.rows.ways import ways
from robot_fleet.server.site_view import site_view
from robot_fleet.server.view import FleetView
from robot_fleet.site.calendar import SiteCalendar
from robot_fleet.stores.raised import RaisedAlarms
from robot_fleet.telemetry.overview import Overview

READ_EVERY_S = 1.0
"""The ledger is read when the manager says that it has grown, and this often in case that word is lost."""


class ConsoleBridge:
    """Keeps a fleet's view up to date, and marks alarms that a console was sent.

    Parameters
    ----------
    node : spun by another thread.
    guard : keeps failing callbacks from the spin.
    clock : the node's clock.
    site, calendar : the site, and its days if it has any.
    ledger : the manager's ledger, read beside it.
    journal : where alarms are kept until the ledger knows them.
    figures : what the manager writes of its planning.
    loop : the event loop that owns the view.

    Attributes
    ----------
    fleet : the fleet as the web server sees it.
    metrics : the fleet for Prometheus.
    """

    def __init__(
        self,
        node: Node,
        guard: Guard,
        clock: FleetClock,
        site: Site,
        calendar: SiteCalendar | None,
        ledger: LedgerTarget,
        journal: RaisedAlarms,
        figures: Path,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        fixed = site_view(site, calendar)
        schedules = ScheduleRows(calendar)
        self._site = site
        self._ledger = ledger
        self._guard = guard
        self._loop = loop
        self._queued: dict[str, None] = {}
        self._states: dict[str, RobotState] = {}
        self._overview = Overview()
        self._read_due_s = 0.0
        self._view = FleetView(fixed.row, fixed.robots)
        self._feed = LedgerFeed(
            site,
            self._view,
            lambda: Ledger.open(ledger, registry(), site_id=site.id, read_only=True),
            schedules=schedules,
        )
        keeper = Keeper(site, journal, "gateway", lambda: clock.now().fleet_s if clock.started else None)
        self._commands = RosCommands(node, guard, loop, keeper)
        self.fleet = ViewedFleet(
            self._view,
            fixed.map_pngs,
            self._commands,
            lambda: clock.now().fleet_s,
            timeline=self._timeline,
            ways=lambda: ways(site, self._feed.state),
            state=lambda: self._feed.state,
            reported=self._reported,
            schedules=schedules,
            refresh=self._refresh,
            catch_up=self._catch_up,
            health=self._health,
            on_shown=self._note_shown,
        )
        self.metrics = FleetMetrics(self._feed.state, lambda: self._overview, lambda: read_json(figures))

        def grown(_: UInt64) -> None:
            self._post(self._note_facts)

        facts = QOS["fleet/facts"].wanted
        node.create_subscription(UInt64, topic("fleet/facts"), guard("facts", grown), facts)

    @property
    def state(self) -> FleetState:
        """The fleet's state by the ledger; it changes on the event loop's thread."""
        return self._feed.state

    def note_state(self, message: RobotState) -> None:
        """Keep a robot's newest state for the next frame; called on the ROS thread, hundreds of times a second."""
        self._states[message.robot] = message

    def note_overview(self, overview: Overview) -> None:
        """Show how the fleet fares; called on the ROS thread."""
        self._post(self._put_overview, overview)

    def close(self) -> None:
        """Give the ledger back."""
        self._feed.close()

    def _health(self) -> Row:
        manager = "live" if self._commands.reachable else "unreachable"
        return {"manager": manager, "failures": sum(self._guard.failures.values())}

    async def _timeline(self, incident: str) -> Row:
        record = self._feed.state.incidents.get(incident)
        if record is None:
            message = f"no incident {incident!r}; `./fleet incident list` shows all"
            raise RequestError("request_unknown_incident", message, incident)
        ended_s = inf if record.closed_s is None else max([record.closed_s, *(at_s for at_s, _, _ in record.notes)])
        since_s = min(record.since_s, record.opened_s)
        # Hours of facts may have to be read: not on the event loop.
        return await asyncio.to_thread(incident_told, self._site, self._ledger, incident, since_s, ended_s)

    def _post(self, call: Callable[..., None], *arguments: object) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call, *arguments)

    def _note_facts(self) -> None:
        self._read_due_s = 0.0
        self.fleet.news()

    def _put_overview(self, overview: Overview) -> None:
        self._overview = overview
        for robot in overview.robots:
            self._view.put_robot(robot.robot, **health_values(robot))

    def _put_states(self) -> None:
        view, states = self._view, self._states
        while states:
            robot, told = states.popitem()  # in one step, as the other thread puts them in
            view.put_pose(robot, told.x_m, told.y_m, told.yaw_rad, told.soc_pct, told.speed_mps)
            view.put_robot(robot, level=told.map_id, state=told.state, charging=told.charging, load=list(told.load))

    def _reported(self) -> dict[str, Reported]:
        robots = self._overview.robots
        return {each.robot: Reported(each.order, each.update, each.activity, each.age_s) for each in robots}

    def _refresh(self) -> None:
        self._put_states()
        if time.monotonic() < self._read_due_s:
            return
        self._read_due_s = time.monotonic() + READ_EVERY_S
        self._feed.refresh()
        for alarm in self._feed.state.alarms.values():
            if alarm.id in self._queued and alarm.shown_s is None:
                self._commands.shown(alarm.id)

    def _catch_up(self) -> None:
        self._read_due_s = 0.0
        self._refresh()

    def _note_shown(self, alarms: Sequence[str]) -> None:
        self._queued.update(dict.fromkeys(alarms))
        for task in alarms:
            self._commands.shown(task)
