"""An agent's ports on a simulator in another process: what the ROS adapters report when it is killed, without ROS.

A killed server takes its goals with it. Whoever waits for one hears nothing, takes it for lost after a while, and finds
servers that know no goals when they are back; acts are known by their ids and can be asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from robot_fleet.core.effects import AskEquipment
from robot_fleet.core.equipment import EquipmentReport
from robot_fleet.core.geometry import Pose
from robot_fleet.core.ports import GoalState, GoalStatus, Sensed
from robot_fleet.sim.equipment import SimEquipmentLink
from robot_fleet.sim.goals import Goal
from robot_fleet.sim.link import SimNavigator
from robot_fleet.sim.world import SimWorld

POSE_OLD_AFTER_S = 2.0
"""Steady seconds of silence after which a robot's servers count as gone."""
SILENT_AFTER_S = 3.0
"""Steady seconds of silence after which a goal counts as lost."""
MET_AFTER_S = 0.5
"""Steady seconds that a server which begins anew needs to be found; what is sent to it before is lost."""

_RUNNING = GoalStatus(GoalState.RUNNING)


class SimServer:
    """The simulator's process as the network shows it.

    Parameters
    ----------
    world : returns the world of the present process.
    clock : returns the steady time in seconds.

    Attributes
    ----------
    life : rises with each process.
    up : whether there is one.
    asleep : whether it is stopped: it takes nothing in for now and loses nothing.
    last : the life that fell silent last.
    silent_s : steady time since when.
    """

    def __init__(self, world: Callable[[], SimWorld], clock: Callable[[], float]) -> None:
        self.world = world
        self.clock = clock
        self.life = 1
        self.up = True
        self.asleep = False
        self.last = 0
        self.silent_s = self._begun_s = float("-inf")
        self._unheard: list[Callable[[], None]] = []

    @property
    def runs(self) -> bool:
        """Whether there is a process that does something."""
        return self.up and not self.asleep

    @property
    def heard(self) -> bool:
        """Whether its topics were heard of late."""
        return self.runs or self.clock() - self.silent_s <= POSE_OLD_AFTER_S

    @property
    def reached(self) -> bool:
        """Whether what is sent now arrives at once."""
        return self.runs and self.clock() - self._begun_s >= MET_AFTER_S

    def take(self, message: Callable[[], None]) -> None:
        """Hand a message over: at once, when a stopped process goes on, or never."""
        if self.reached:
            message()
        elif self.asleep:
            self._unheard.append(message)

    def die(self) -> None:
        """Be killed."""
        self.up = self.asleep = False
        self._unheard.clear()
        self.last, self.silent_s = self.life, self.clock()

    def sleep(self) -> None:
        """Be stopped."""
        self.asleep = True
        self.last, self.silent_s = self.life, self.clock()

    def wake(self) -> None:
        """Go on after a stop, with all that has come meanwhile."""
        unheard, self._unheard = self._unheard, []
        for message in unheard:
            message()
        self.asleep = False

    def begin(self) -> None:
        """Be started anew."""
        self.up = True
        self.life += 1
        self._begun_s = self.clock()


@dataclass(slots=True)
class _Sent:
    """A goal on its way; `life` is -1 for one that never arrived."""

    life: int
    sent_s: float
    status: GoalStatus
    goal: Goal | None = None

    def served(self, server: SimServer) -> bool:
        """Return whether the process that took it still lives and answers."""
        return server.runs and self.life == server.life

    def silent(self, server: SimServer) -> bool:
        """Return whether nothing was heard of it for too long, its process being dead, stopped or never reached."""
        heard_s = max(self.sent_s, server.silent_s) if self.life == server.last else self.sent_s
        return server.clock() - heard_s > SILENT_AFTER_S


class RemoteNavigator:
    """Moves one robot of a simulator that may be killed. Implements `robot_fleet.core.ports.Navigator`."""

    def __init__(self, server: SimServer, robot_id: str) -> None:
        self._server = server
        self._id = robot_id
        self._seen: Sensed | None = None
        self._sent: _Sent | None = None

    def sensed(self) -> Sensed | None:
        """Return what was heard last."""
        if self._server.runs:
            self._seen = SimNavigator(self._server.world(), self._id).sensed()
        return self._seen

    def ready(self) -> bool:
        """Return whether the robot was heard of late."""
        return self._server.heard and self.sensed() is not None

    def drive(self, poses: Sequence[Pose], speed_mps: float, keep_yaw: bool) -> None:
        """Start driving through the poses."""
        self._send(lambda world: world.drive(self._id, poses, speed_mps, keep_yaw), len(poses))

    def dock(self, place: str, pose: Pose) -> None:
        """Start docking at a charger; its pose is known to the world."""
        self._send(lambda world: world.dock(self._id, place))

    def undock(self) -> None:
        """Start leaving the charger."""
        self._send(lambda world: world.undock(self._id))

    def change_level(self, pose: Pose) -> None:
        """Take on the map of the level that a lift has carried the robot to."""
        self._send(lambda world: world.change_level(self._id, pose))

    def cancel(self) -> None:
        """Ask the goal to stop, if the server knows it."""
        if self._sent is not None and self._sent.life == self._server.life:
            self._server.take(lambda: self._server.world().cancel(self._id))

    def cancel_all(self) -> None:
        """Cancel whatever the server knows to run on the robot."""
        self._server.take(lambda: self._server.world().cancel(self._id))

    def status(self) -> GoalStatus | None:
        """Return where the newest goal stands; LOST after too long a silence."""
        sent, server = self._sent, self._server
        if sent is None:
            return None
        if sent.status.state is GoalState.RUNNING:
            goal = sent.goal
            if sent.served(server) and goal is not None:
                sent.status = GoalStatus(goal.state, goal.code, goal.poses_left, goal.sentence)
            elif sent.silent(server):
                sent.status = GoalStatus(GoalState.LOST, "server_gone", sent.status.poses_left, "its server is silent")
        return sent.status

    def _send(self, begin: Callable[[SimWorld], None], poses_left: int = 0) -> None:
        server = self._server
        sent = self._sent = _Sent(-1, server.clock(), GoalStatus(GoalState.RUNNING, poses_left=poses_left))

        def arrive() -> None:
            begin(server.world())
            sent.life, sent.goal = server.life, server.world().robots[self._id].goal
            if sent.status.state is GoalState.LOST:  # it has been acted upon: a server that wakes up must not begin it
                server.world().cancel(self._id)

        server.take(arrive)


class RemoteEquipment:
    """Reaches the equipment of a simulator that may be killed. Implements `robot_fleet.core.ports.EquipmentLink`."""

    def __init__(self, server: SimServer) -> None:
        self._server = server
        self._link = SimEquipmentLink(server.world)

    def ask(self, wish: AskEquipment) -> None:
        """Hand the wish over, if there is somebody who takes it."""
        self._server.take(lambda: self._link.ask(wish))

    def reports(self) -> Sequence[EquipmentReport]:
        """Return what was heard since the last call."""
        return self._link.reports() if self._server.runs else ()


class RemoteActuator:
    """Has one robot of a simulator that may be killed do things. Implements `robot_fleet.core.ports.Actuator`."""

    def __init__(self, server: SimServer, robot_id: str) -> None:
        self._server = server
        self._id = robot_id
        self._sent: dict[str, _Sent] = {}

    def start(self, act_id: str, act: str, place: str, params: Mapping[str, object]) -> None:
        """Send the act; a server that knows its id attaches, or finds it done."""
        server = self._server
        sent = _Sent(-1, server.clock(), _RUNNING)
        self._sent = {act_id: sent}

        def arrive() -> None:
            world, lost = server.world(), sent.silent(server)
            world.acts.start(world.robots[self._id], act_id, act, place, params)
            sent.life = server.life
            if lost:
                world.acts.cancel(act_id)

        server.take(arrive)

    def cancel(self, act_id: str) -> None:
        """Ask a running act to stop at a safe point; only an act that was sent from here has a goal to be cancelled."""
        sent = self._sent.get(act_id)
        if sent is not None and sent.life == self._server.life:
            self._server.take(lambda: self._server.world().acts.cancel(act_id))

    def status(self, act_id: str) -> GoalStatus | None:
        """Return where the act stands; None if the server has never heard of it, LOST while it cannot be asked."""
        server, sent = self._server, self._sent.get(act_id)
        if sent is not None and not sent.served(server) and not sent.silent(server):
            return _RUNNING
        if not server.reached:
            return GoalStatus(GoalState.LOST, "server_gone", sentence="the actuator does not answer")
        return server.world().acts.status(act_id)
