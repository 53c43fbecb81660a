"""The agent: it follows the manager's order on one robot, next to people, whether or not the manager can be heard.

What it promises, whatever comes in and whenever its computer is switched off:

- Nothing that is not released is started, and steps are carried out one after the other, each once.
- What it reports is in its journal, and so is what it is about to do before it does it.
- A result other than `done` ends the order: what comes next was planned on the strength of what did not happen.
- It never guesses. A robot that left its corridor, whose navigator is gone or whose goals of an earlier life may still
  run is made to stand before anything else is begun; an act of which nobody can say whether it happened is `unknown`.

Those promises are no safety function: the robot's own emergency stop is one, and the agent never drives a motor.

The caller owns the thread and the clock. It calls `start` once, `accept` for each order that comes in, `tick` whenever
something may have changed and at the latest when `next_wake_s` says so, and sends `report` when `changed` is true and
at least once a second. Nothing blocks.
"""

from __future__ import annotations

from robot_fleet.agent.admission import admit, admit_inactive
from robot_fleet.agent.conduct import WATCH_S, Conduct
from robot_fleet.agent.journal import Journal
from robot_fleet.agent.logbook import Logbook
from robot_fleet.agent.motion import BLOCKED
from robot_fleet.agent.order_machine import REPORTED, AgentState
from robot_fleet.core.clock import Now
from robot_fleet.core.errors import OrderError
from robot_fleet.core.geometry import Pose
from robot_fleet.core.order import Order, RobotReport, StepResult, StepState
from robot_fleet.core.ports import Actuator, Navigator, Sensed

_NOWHERE = Sensed(Pose(0.0, 0.0, 0.0, ""), 0.0, 0.0, False, "", 0.0, 0.0, 0.0)
_S = AgentState


class Agent:
    """Follows orders on one robot.

    Parameters
    ----------
    robot : the robot's id; orders for another are refused.
    navigator : moves the robot.
    actuator : carries out acts.
    journal : what survives a restart; no other agent may use it at the same time.
    boot : any text that no earlier agent of this robot had; tells the manager that the agent began anew.
    actuator_durable : whether the actuator's memory survives its restarts (see `acting.Acting`).
    """

    def __init__(
        self,
        robot: str,
        navigator: Navigator,
        actuator: Actuator,
        journal: Journal,
        boot: str,
        actuator_durable: bool = False,
    ) -> None:
        self._robot = robot
        self._boot = boot
        self._navigator = navigator
        self._log = Logbook(robot, journal)
        self._conduct = Conduct(self._log, navigator, actuator, actuator_durable)
        self._started = False
        self._refusal: OrderError | None = None
        self._unwritable: OrderError | None = None
        self._kept: tuple[Order | None, tuple[StepResult, ...], bool] = (None, (), False)
        self._kept_changes = 0
        self._located = False
        self._seq = 0
        self._shown: tuple[object, ...] = ()

    @property
    def state(self) -> AgentState:
        """What the robot does."""
        return self._conduct.state

    @property
    def order(self) -> Order | None:
        """The newest order taken, None before the first."""
        return self._log.order

    @property
    def refusal(self) -> OrderError | None:
        """Why the newest order was refused, None if it was not."""
        return self._refusal

    @property
    def unwritable(self) -> OrderError | None:
        """Why the journal cannot be written, None while it can."""
        return self._unwritable

    @property
    def changed(self) -> bool:
        """Whether the next report would say more than a new pose."""
        return self._shown != self._saying()

    def start(self, now: Now) -> None:
        """Read the journal and stop whatever the robot still does on the orders of an earlier life.

        The order in the journal is gone on with, from its first step without a result, as soon as no goal runs any
        more, the pose is known and the robot stands.

        Raises
        ------
        OrderError : the journal cannot be read or understood (`order_journal_*`, `order_version`).
        """
        try:
            self._log.open()
        except OrderError as error:
            # without its journal an agent can do nothing more than stop the robot, unless another agent is in charge
            if error.code != "order_journal_busy":
                self._conduct.recover(now)
            raise
        self._started = True
        self._conduct.recover(now)
        self.tick(now)

    def accept(self, order: Order, now: Now) -> None:
        """Take the manager's wish; the same one again, or an older one, changes nothing.

        What cannot be taken is refused whole, see `refusal`; the reports carry its code as a condition until a wish is
        understood again. Nothing is started before the next `tick`.
        """
        self._check_started()
        log = self._log
        try:
            # an order whose robot has strayed may be replaced; one that is under way may not
            ended = log.ended or self.state is _S.STRAYED
            if admit(order, self._robot, log.order, ended, log.former):
                if self._conduct.inactive:
                    admit_inactive(order, log.order)
                replaced = log.order is not None and log.order.id != order.id
                log.take(order)
                self._conduct.look_again(now, replaced)
        except OrderError as error:
            self._refusal = error
            return
        self._refusal = None

    def deactivate(self, now: Now) -> None:
        """Stand until `activate`, by the wish of whoever works at the robot.

        It is a hold of the robot's own: what is released stays released and is gone on with afterwards. A drive under
        way is cancelled, an act or a docking under way is brought to its end, nothing more is begun. Of orders, only
        holds and cancels of the one under way are taken; the others are refused with `order_agent_inactive`. It may
        be called before `start`.
        """
        self._conduct.stand_down(True, now)

    def activate(self, now: Now) -> None:
        """Go on after `deactivate`."""
        self._conduct.stand_down(False, now)

    def tick(self, now: Now) -> None:
        """Look at the navigator and the actuator, and start what is next.

        While the journal cannot be written, nothing is started; what runs is brought to its end, and holds and cancels
        are obeyed. See `unwritable`.
        """
        self._check_started()
        try:
            self._conduct.tick(now)
            self._sync()
        except OrderError as error:
            self._cannot_write(error)
            self._conduct.wake_s = now.fleet_s + WATCH_S

    def next_wake_s(self) -> float | None:
        """Return the fleet time by which `tick` must be called though nothing is heard of, None if never."""
        return self._conduct.wake_s

    def report(self, now: Now) -> RobotReport:
        """Return what the manager needs to know; each call counts `seq` up.

        It tells of the order and its results only what is in the journal. Before the robot has measured anything, the
        pose has an empty `map_id`, all measurements are zero and the conditions hold `pose_unknown`.
        """
        self._check_started()
        try:
            self._sync()
        except OrderError as error:
            self._cannot_write(error)
        self._shown = self._saying()
        self._seq += 1
        order, results, cancelled = self._kept
        sensed = self._navigator.sensed() or _NOWHERE
        return RobotReport(
            robot=self._robot,
            boot=self._boot,
            seq=self._seq,
            at_s=now.fleet_s,
            order=order.id if order else "",
            update=order.update if order else 0,
            released=order.released if order else 0,
            results=results,
            state="idle" if self._log.order is None else REPORTED[self.state],
            pose=sensed.pose,
            speed_mps=sensed.speed_mps,
            soc_pct=sensed.soc_pct,
            charging=sensed.charging,
            docked_at=sensed.docked_at,
            odometer_m=sensed.odometer_m,
            loaded_m=sensed.loaded_m,
            energy_wh=sensed.energy_wh,
            load=sensed.load,
            conditions=self.conditions(),
            cancelled=order.id if order and cancelled else "",
            control=self._conduct.control or sensed.control,
            stops=self._log.stops,
        )

    def conditions(self) -> tuple[str, ...]:
        """Return the codes of what is wrong, always in the same order.

        `order_agent_inactive`, `order_conflict`, `order_malformed`, `order_wrong_robot` (an order was refused),
        `agent_inactive` (see `deactivate`), `pose_unknown`, `localisation_lost`, `nav_unavailable`, `nav_retry`,
        `drive_while_docked` (the order lacks an undocking), `nav_blocked` (something is in its way), `off_corridor`,
        `held_in_the_way` (it could not get to where a hold lets it stand), `actuator_unavailable`, `act_unknown`,
        `step_failed`, `order_journal_unwritable`.
        """
        state, conduct = self.state, self._conduct
        found: list[str] = []
        if self._refusal is not None:
            found.append(self._refusal.code)
        if conduct.inactive:
            found.append("agent_inactive")
        if not self._knows_pose():
            found.append("pose_unknown")
        if conduct.lost:
            found.append("localisation_lost")
        if state is _S.UNAVAILABLE or (state is _S.RECOVERING and not self._navigator.ready()):
            found.append("nav_unavailable")
        if conduct.attempts:
            found.append("nav_retry")
            if conduct.attempt_code == "drive_while_docked":
                found.append("drive_while_docked")
            elif conduct.attempt_code in BLOCKED:
                found.append("nav_blocked")
        if state is _S.STRAYED or conduct.pardoned:
            found.append("off_corridor")
        if state is _S.HOLDING and conduct.in_the_way:
            found.append("held_in_the_way")
        if conduct.actuator_silent:
            found.append("actuator_unavailable")
        if state is _S.FAULT:
            unknown = self._log.results[-1].state is StepState.UNKNOWN
            found.append("act_unknown" if unknown else "step_failed")
        if self._unwritable is not None:
            found.append(self._unwritable.code)
        return tuple(found)

    def _knows_pose(self) -> bool:
        self._located = self._located or self._navigator.sensed() is not None
        return self._located

    def _sync(self) -> None:
        log = self._log
        log.sync()
        self._unwritable = None
        if self._kept_changes != log.changes:
            self._kept = (log.order, tuple(log.results), log.cancelled)
            self._kept_changes = log.changes

    def _cannot_write(self, error: OrderError) -> None:
        if error.code != "order_journal_unwritable":
            raise error
        self._unwritable = error

    def _saying(self) -> tuple[object, ...]:
        """Return all that a report says but measurements, to be compared."""
        log = self._log
        order = log.order
        wish = (order.id, order.update) if order else ()
        control = self._conduct.control, log.stops
        return (*wish, len(log.results), log.cancelled, REPORTED[self.state], self.conditions(), control)

    def _check_started(self) -> None:
        if not self._started:
            raise OrderError("order_agent_not_started", "call start before anything else", self._robot)
