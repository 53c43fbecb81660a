"""The gateway: shows the fleet to people over HTTP and WebSocket, and passes their wishes on to the manager.

It reads the ledger beside the manager and listens to the robots' states; losing it costs only the view.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence

from robot_fleet_interfaces.msg import RobotState
from std_msgs.msg import UInt64

from robot_fleet.ledger.ledger import Ledger
from robot_fleet.nodes.arguments import NodeArguments, parser, shared
from robot_fleet.ros.command_client import RosCommands
from robot_fleet.ros.qos import QOS, topic
from robot_fleet.ros.spin import FleetClock, Guard, log_to_stderr, make_node, spin
from robot_fleet.runtime.history import registry
from robot_fleet.server.app import create_app
from robot_fleet.server.feed import LedgerFeed
from robot_fleet.server.live import ViewedFleet
from robot_fleet.server.serve import listen, make_server
from robot_fleet.server.site_view import site_view
from robot_fleet.server.view import FleetView
from robot_fleet.site.load import load_site


class Gateway:
    """Joins the node's thread to the web server's event loop: ROS callbacks post, the loop owns the view."""

    def __init__(self, arguments: NodeArguments, port: int, loop: asyncio.AbstractEventLoop) -> None:
        site = load_site(arguments.site)
        fixed = site_view(site)
        self._loop = loop
        self._queued: dict[str, None] = {}
        self._view = FleetView(fixed.row, fixed.robots)
        self._feed = LedgerFeed(
            site,
            self._view,
            lambda: Ledger.open(arguments.ledger, registry(), site_id=site.id, read_only=True),
        )
        self.node = make_node("gateway", simulated=arguments.simulated)
        clock = FleetClock(self.node, arguments.simulated)
        self._commands = RosCommands(self.node, loop)
        self._fleet = ViewedFleet(
            self._view,
            fixed.map_png,
            self._commands,
            lambda: clock.now().fleet_s,
            refresh=self._refresh,
            health=lambda: {"manager": "live" if self._commands.reachable else "unreachable"},
            on_shown=self._note_shown,
        )
        guard = Guard()
        for name in site.robots:
            self.node.create_subscription(
                RobotState, topic("~state", name), guard(f"state:{name}", self._moved), QOS["~state"]
            )
        self.node.create_subscription(
            UInt64, topic("fleet/facts"), guard("facts", lambda _: self._post(self._fleet.news)), QOS["fleet/facts"]
        )
        self._socket = listen(port)

    async def serve(self) -> None:
        """Serve until the process is told to end."""
        server = make_server(create_app(self._fleet))
        spinning = threading.Thread(target=spin, args=(self.node, lambda: not server.should_exit), name="ros")
        spinning.start()
        try:
            await server.serve(sockets=[self._socket])
        finally:
            server.should_exit = True
            spinning.join()
            self._feed.close()

    def _post(self, call: Callable[..., None], *arguments: object) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call, *arguments)

    def _moved(self, message: RobotState) -> None:
        self._post(self._put, message)

    def _put(self, message: RobotState) -> None:
        view = self._view
        view.put_pose(
            message.robot, message.x_m, message.y_m, message.yaw_rad, message.soc_pct, message.speed_mps
        )
        view.put_robot(message.robot, state=message.state, charging=message.charging, load=list(message.load))

    def _refresh(self) -> None:
        self._feed.refresh()
        for alarm in self._feed.state.alarms.values():
            if alarm.task in self._queued and alarm.shown_s is None:
                self._commands.shown(alarm.task)

    def _note_shown(self, alarms: Sequence[str]) -> None:
        self._queued.update(dict.fromkeys(alarms))
        for task in alarms:
            self._commands.shown(task)


def main() -> None:
    """Run the gateway."""
    made = parser("the gateway: HTTP, WebSocket and the console")
    made.add_argument("--port", type=int, default=8080, help="port on 127.0.0.1; 0 takes a free one")
    parsed = made.parse_args()
    log_to_stderr(process="gateway")

    async def run() -> None:
        await Gateway(shared(parsed), parsed.port, asyncio.get_running_loop()).serve()

    asyncio.run(run())


if __name__ == "__main__":
    main()
