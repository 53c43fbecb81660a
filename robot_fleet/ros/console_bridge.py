"""What the console shows, fed from ROS: robots' states as they come, the ledger whenever it has grown.

Two threads meet here. ROS callbacks only post; the web server's event loop owns the view.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from rclpy.node import Node
from robot_fleet_interfaces.msg import RobotState
from std_msgs.msg import UInt64

from robot_fleet.core.site import Site
from robot_fleet.ledger.address import LedgerTarget
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.ros.clock import FleetClock
from robot_fleet.ros.command_client import RosCommands
from robot_fleet.ros.guard import Guard
from robot_fleet.ros.qos import QOS, topic
from robot_fleet.runtime.history import registry
from robot_fleet.runtime.keeping import Keeper
from robot_fleet.server.feed import LedgerFeed
from robot_fleet.server.live import ViewedFleet
from robot_fleet.server.ports import Row
from robot_fleet.server.site_view import site_view
from robot_fleet.server.view import FleetView
from robot_fleet.stores.raised import RaisedAlarms


class ConsoleBridge:
    """Keeps a fleet's view up to date, and marks alarms that a console was sent.

    Parameters
    ----------
    node : spun by another thread.
    guard : keeps failing callbacks from the spin.
    clock : the node's clock.
    site : the site.
    ledger : the manager's ledger, read beside it.
    journal : where alarms are kept until the ledger knows them.
    loop : the event loop that owns the view.

    Attributes
    ----------
    fleet : the fleet as the web server sees it.
    """

    def __init__(
        self,
        node: Node,
        guard: Guard,
        clock: FleetClock,
        site: Site,
        ledger: LedgerTarget,
        journal: RaisedAlarms,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        fixed = site_view(site)
        self._guard = guard
        self._loop = loop
        self._queued: dict[str, None] = {}
        self._view = FleetView(fixed.row, fixed.robots)
        self._feed = LedgerFeed(
            site, self._view, lambda: Ledger.open(ledger, registry(), site_id=site.id, read_only=True)
        )
        keeper = Keeper(site, journal, "gateway", lambda: clock.now().fleet_s if clock.started else None)
        self._commands = RosCommands(node, guard, loop, keeper)
        self.fleet = ViewedFleet(
            self._view,
            fixed.map_png,
            self._commands,
            lambda: clock.now().fleet_s,
            refresh=self._refresh,
            health=self._health,
            on_shown=self._note_shown,
        )

        def told(message: RobotState) -> None:
            self._post(self._put, message)

        def grown(_: UInt64) -> None:
            self._post(self.fleet.news)

        for name in site.robots:
            guarded = guard(f"state:{name}", told)
            node.create_subscription(RobotState, topic("~state", name), guarded, QOS["~state"].wanted)
        facts = QOS["fleet/facts"].wanted
        node.create_subscription(UInt64, topic("fleet/facts"), guard("facts", grown), facts)

    def close(self) -> None:
        """Give the ledger back."""
        self._feed.close()

    def _health(self) -> Row:
        manager = "live" if self._commands.reachable else "unreachable"
        return {"manager": manager, "failures": sum(self._guard.failures.values())}

    def _post(self, call: Callable[..., None], *arguments: object) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call, *arguments)

    def _put(self, message: RobotState) -> None:
        view = self._view
        view.put_pose(message.robot, message.x_m, message.y_m, message.yaw_rad, message.soc_pct, message.speed_mps)
        view.put_robot(message.robot, state=message.state, charging=message.charging, load=list(message.load))

    def _refresh(self) -> None:
        self._feed.refresh()
        for alarm in self._feed.state.alarms.values():
            if alarm.id in self._queued and alarm.shown_s is None:
                self._commands.shown(alarm.id)

    def _note_shown(self, alarms: Sequence[str]) -> None:
        self._queued.update(dict.fromkeys(alarms))
        for task in alarms:
            self._commands.shown(task)
