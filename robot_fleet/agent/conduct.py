"""What a robot under orders does: one method for each state of the order machine that has something to do.

Each method looks at the ports, writes down what it learns, does at most one thing and names at most one input of the
table. `BETWEEN` chooses what comes next; the rest only bring what runs to its end. Nothing here waits.
"""

from __future__ import annotations

from collections.abc import Callable

from robot_fleet.agent.acting import Acting
from robot_fleet.agent.corridor import lanes_behind, strayed
from robot_fleet.agent.logbook import Logbook
from robot_fleet.agent.motion import Ending, Motion, Progress, drives_as_one
from robot_fleet.agent.order_machine import TRANSITIONS, AgentInput, AgentState
from robot_fleet.agent.resting import BRAKING_M, drives_to_rest, stands_in_the_way
from robot_fleet.core.clock import Now
from robot_fleet.core.geometry import Pose
from robot_fleet.core.lifecycles import advance
from robot_fleet.core.order import Order, Step, StepKind, StepResult, StepState
from robot_fleet.core.ports import Actuator, GoalState, Navigator, Sensed

BACK_OFF_S = (2.0, 5.0, 10.0)
"""Fleet seconds before the first, second and third further try of a goal that failed; then the step has failed."""
WATCH_S = 1.0
"""Fleet seconds between two looks at what changes without notice: poses in corridors, servers that are gone."""
STANDSTILL_MPS = 0.05
"""A robot slower than this stands."""
MOVED_M = 1.5
"""A robot farther from where its last step left it has not got there by itself (undocking may take it half a metre or
so): its pose is wrong, or somebody has moved it."""
LOST_M, FOUND_M = 0.8, 0.4
"""A robot stops that does not know better than this where it is, and goes on when it knows as well as that."""
EMERGENCY_STOP = "emergency_stop"
_MOVED_BY_OTHERS = (EMERGENCY_STOP, "manual")
"""Words of `Sensed.control` while nothing may be begun."""

_ORIGIN = Pose(0.0, 0.0)
_S = AgentState
_I = AgentInput


class Conduct:
    """Carries out the order in the logbook.

    Parameters
    ----------
    logbook : what is known of the order; every change goes through it.
    navigator, actuator : the robot.
    actuator_durable : whether the actuator's memory survives its restarts (see `acting.Acting`).

    Attributes
    ----------
    state : what the robot does.
    wake_s : fleet time by which `tick` must be called though nothing is heard of, None if never.
    attempts, attempt_code : how often the step under way has failed so far, and why the last time.
    lost : whether the robot does not know well enough where it is.
    control : who moves the robot, as it said last; empty before its first word.
    pardoned : whether the robot may drive though it is outside its corridor, since a person has held and resumed it.
    """

    def __init__(self, logbook: Logbook, navigator: Navigator, actuator: Actuator, actuator_durable: bool) -> None:
        self._log = logbook
        self._navigator = navigator
        self._motion = Motion(navigator)
        self._acting = Acting(actuator, logbook, actuator_durable)
        self.state = AgentState.RECOVERING
        self.wake_s: float | None = None
        self.attempts = 0
        self.attempt_code = ""
        self.pardoned = False
        self._stuck = False
        self._more_released = False
        self._due_s = 0.0
        self._insist_s = 0.0
        self._moves = 0
        self.control = ""
        self.lost = False
        self.inactive = False
        self._do: dict[AgentState, Callable[[Now], None]] = {
            _S.RECOVERING: self._recovering,
            _S.BETWEEN: self._between,
            _S.DRIVING: self._driving,
            _S.STOPPING: self._stopping,
            _S.DOCKING: self._manoeuvring,
            _S.UNDOCKING: self._manoeuvring,
            _S.ACTING: self._in_act,
            _S.WAITING: self._waiting,
            _S.BACKING_OFF: self._backing_off,
            _S.UNAVAILABLE: self._unavailable,
            _S.STRAYED: self._outside,
        }

    @property
    def actuator_silent(self) -> bool:
        """Whether the act under way cannot be asked for."""
        return self.state is _S.ACTING and self._acting.silent

    def recover(self, now: Now) -> None:
        """Stop whatever the robot does on goals of an earlier life; the order is gone on with when it stands."""
        # not only when the servers are ready: one that drives the robot may be up while another is not
        self._navigator.cancel_all()
        self._insist_s = now.fleet_s + WATCH_S if self._navigator.ready() else now.fleet_s

    def look_again(self, now: Now, replaced: bool) -> None:
        """Take note that the logbook holds a new wish, `replaced` if it is another order."""
        if replaced:
            self._progressed()
        self._more_released = True
        self._go(_I.ORDER)
        self.wake_s = now.fleet_s

    def stand_down(self, inactive: bool, now: Now) -> None:
        """Hold the robot where it is, whatever is released, or go on (see `Agent.deactivate`)."""
        if self.inactive != inactive:
            self.inactive = inactive
            self._go(_I.ORDER)
            self.wake_s = now.fleet_s

    def tick(self, now: Now) -> None:
        """Do what there is to do, until there is nothing more.

        Raises
        ------
        OrderError : `order_journal_unwritable`. Nothing is started then; the next tick tries again.
        """
        self._look_at_control(now)
        moves = -1
        while moves != self._moves:
            moves = self._moves
            self.wake_s = None
            do = self._do.get(self.state)
            if do is not None:
                do(now)

    def _look_at_control(self, now: Now) -> None:
        """Stop for good when the emergency stop is pressed; look again when others have let go of the robot.

        Nav2 would drive on with its goal as soon as the stop is released, so every goal is cancelled at once.
        """
        sensed = self._navigator.sensed()
        if sensed is not None and self.lost != (sensed.sigma_m > (FOUND_M if self.lost else LOST_M)):
            self.lost = not self.lost
            self._go(_I.ORDER)
        before, self.control = self.control, self.control if sensed is None else sensed.control
        if self.control == before:
            return
        if self.control == EMERGENCY_STOP and (before or not self._log.waits_for_consent):
            self._log.stop()
            self._navigator.cancel_all()
            self._insist_s = now.fleet_s + WATCH_S
            self._go(_I.EMERGENCY)
        elif before in _MOVED_BY_OTHERS:
            self._go(_I.ORDER)

    def _held(self, order: Order) -> bool:
        """Return whether the robot has to stand: it is lost, or manager, stop or somebody who moves it says so."""
        return order.hold or self._stops_at_once()

    def _stops_at_once(self) -> bool:
        """Return whether the robot may not even drive on to where it may stand."""
        return self.inactive or self.lost or self._log.waits_for_consent or self.control in _MOVED_BY_OTHERS

    @property
    def in_the_way(self) -> bool:
        """Whether the robot is held, or about to be, where nobody should stand."""
        order, step = self._log.order, self._log.next
        if order is None or not order.hold:
            return False
        under_way = step is not None and step.kind is StepKind.DRIVE and self._log.begun == step.id
        return stands_in_the_way(order.steps, len(self._log.results), under_way)

    def _stays(self, order: Order) -> bool:
        """Return whether a robot that stands stays where it is: it is held, and cannot or need not drive on."""
        if not self._held(order) or self._stops_at_once():
            return self._held(order)
        step = self._log.next
        leads_on = step is not None and step.kind in (StepKind.DRIVE, StepKind.DOCK)
        return not (leads_on and self.in_the_way and len(self._log.results) < order.released)

    def _allowed(self, order: Order) -> int:
        """Return how many steps may be carried out: what is released, in a hold up to where the robot may stand."""
        done = len(self._log.results)
        if not order.hold or order.steps[done].kind is not StepKind.DRIVE:
            return order.released
        return done + max(1, drives_to_rest(order.steps[done : order.released], 0.0))

    def _recovering(self, now: Now) -> None:
        self.wake_s = now.fleet_s + WATCH_S
        if not self._navigator.ready():
            self._insist_s = now.fleet_s
            return
        if self._insists(now):
            self._navigator.cancel_all()
        status = self._navigator.status()
        if (status is None or status.state is not GoalState.RUNNING) and self._stands():
            self._motion.close()
            self._go(_I.RECOVERED)

    def _between(self, now: Now) -> None:
        log = self._log
        order, step = log.order, log.next
        if order is None:
            self._go(_I.REST)
        elif log.cancelled:
            self._go(_I.GIVE_UP)
        elif order.cancel:
            self._wind_up(order, step, now)
        elif log.stopped:
            self._go(_I.FAIL)
        elif step is None and not self._stops_at_once():  # nobody would lift the hold of an order that is over
            self._go(_I.FINISH)
        elif self._stays(order) and not (step is not None and step.kind is StepKind.ACT and self._under_way(step)):
            self.attempts, self._stuck = 0, False
            self._go(_I.HOLD)
        elif step is None:
            self._go(_I.FINISH)
        elif len(log.results) >= order.released:
            self._go(_I.STARVE)
        else:
            self._begin(order, step, self._allowed(order), now)

    def _wind_up(self, order: Order, step: Step | None, now: Now) -> None:
        """Follow a cancel: finish the step that the robot is in the middle of, then give up the rest.

        A robot is not left between two places, nor held where nobody should stand, if it can be helped: a hold is
        waited for, a robot that is stuck is not.
        """
        under_way = step is not None and self._under_way(step)
        if step is None or self._log.stopped or self._stuck or not (under_way or self.in_the_way):
            self._log.give_up()
            self._go(_I.GIVE_UP)
        elif self._stays(order) and not (under_way and step.kind is StepKind.ACT):
            self._go(_I.HOLD)
        else:
            self._begin(order, step, len(self._log.results) + 1, now)

    def _begin(self, order: Order, step: Step, released: int, now: Now) -> None:
        if step.kind is StepKind.ACT:
            self._acting.begin()
            self._go(_I.ACT)
        elif step.kind is StepKind.WAIT:
            self._log.begin(step, step.target, now.fleet_s + step.duration_s)
            self._go(_I.WAIT)
        else:
            self._begin_motion(order, step, released, now)

    def _begin_motion(self, order: Order, step: Step, released: int, now: Now) -> None:
        sensed = self._navigator.sensed()
        if sensed is None or not self._navigator.ready():
            self._lost(now)
            return
        here = sensed.docked_at
        if (step.kind is StepKind.DOCK and here == step.place) or (step.kind is StepKind.UNDOCK and not here):
            self._end(step, now)
            self._go(_I.ENDED)
        elif here and step.kind is not StepKind.UNDOCK:
            self._failed("drive_while_docked", f"the robot is docked at {here} and the order lacks an undocking", now)
        elif step.kind is StepKind.DRIVE:
            self._begin_drive(order, step, released, sensed, now)
        else:
            self._log.begin(step, sensed.pose)
            self._log.sync()
            if step.kind is StepKind.DOCK:
                self._motion.dock(step)
                self._go(_I.DOCK)
            else:
                self._motion.undock(step)
                self._go(_I.UNDOCK)

    def _begin_drive(self, order: Order, step: Step, released: int, sensed: Sensed, now: Now) -> None:
        if self._log.begun == step.id and self._drove_on_unseen(order, sensed, now):
            self._go(_I.ENDED)
            return
        steps = drives_as_one(order.steps, len(self._log.results), released)
        self._note_drive(step, sensed.pose)
        if not self.pardoned and strayed(sensed.pose, self._origin(), steps):
            self._stuck = True
            self._go(_I.STRAY)
            return
        self._log.sync()
        self._more_released = False
        self._motion.drive(steps)
        self._go(_I.DRIVE)

    def _drove_on_unseen(self, order: Order, sensed: Sensed, now: Now) -> bool:
        """Write down the lanes that the robot has left behind on a goal that outlived its agent, or word of it."""
        steps = drives_as_one(order.steps, len(self._log.results), order.released)
        behind = lanes_behind(sensed.pose, self._origin(), steps)
        for passed in steps[:behind]:
            self._end(passed, now)
        if behind:
            self._note_drive(steps[behind], sensed.pose)
        return behind > 0

    def _driving(self, now: Now) -> None:
        progress = self._motion.look()
        self._pass(progress.passed, now)
        order = self._log.order
        if progress.ending is not None:
            self._goal_ended(progress, now)
        elif order is None or self._stops_at_once():
            self._halt(now)
        elif order.hold:
            self._come_to_rest(order, now)
        elif order.cancel:
            if len(self._motion.steps) > 1:
                self._log.sync()
                self._motion.drive(self._motion.steps[:1])
            self._watch_corridor(now)
        else:
            self._extend(order)
            self._watch_corridor(now)

    def _halt(self, now: Now) -> None:
        self._motion.stop()
        self._insist_s = now.fleet_s + WATCH_S
        self._go(_I.HALT)

    def _come_to_rest(self, order: Order, now: Now) -> None:
        """Stop where the robot may stand: at once, or at the end of a lane that lies ahead."""
        done, sensed = len(self._log.results), self._navigator.sensed()
        ahead = order.steps[done : order.released]
        lanes = drives_to_rest(ahead, sensed.pose.distance_m(ahead[0].target) if sensed is not None else 0.0)
        if lanes:
            goal = drives_as_one(order.steps, done, done + lanes)
            if len(goal) != len(self._motion.steps):
                self._log.sync()
                self._motion.drive(goal)
            self._more_released = True  # once it is let go it drives on as far as it may
        elif sensed is None or not self._gets_clear(order, sensed.pose):
            self._halt(now)
            return
        self._watch_corridor(now)
        self.wake_s = now.fleet_s + WATCH_S

    def _gets_clear(self, order: Order, here: Pose) -> bool:
        """Return whether the robot has only just set off from where nobody should stand."""
        in_the_way = stands_in_the_way(order.steps, len(self._log.results), under_way=False)
        return in_the_way and self._origin().distance_m(here) <= BRAKING_M

    def _extend(self, order: Order) -> None:
        """Send the goal anew when more of its kind is released; the robot drives on without a stop."""
        if not self._more_released:
            return
        steps = drives_as_one(order.steps, len(self._log.results), order.released)
        if len(steps) > len(self._motion.steps):
            self._log.sync()
            self._motion.drive(steps)
        self._more_released = False

    def _watch_corridor(self, now: Now) -> None:
        steps = self._motion.steps
        if steps[0].corridor_m <= 0.0:
            return
        self.wake_s = now.fleet_s + WATCH_S
        sensed = self._navigator.sensed()
        if sensed is None or not strayed(sensed.pose, self._origin(), steps):
            self.pardoned = False
        elif not self.pardoned:
            self._motion.stop()
            self._insist_s = now.fleet_s + WATCH_S
            self._stuck = True
            self._go(_I.STRAY)

    def _stopping(self, now: Now) -> None:
        self.wake_s = now.fleet_s + WATCH_S
        progress = self._motion.look()
        self._pass(progress.passed, now)
        if progress.ending is None:
            if self._insists(now):
                self._motion.stop()
        elif progress.ending is Ending.LOST:
            self._lost(now)
        elif self._stands():
            self._go(_I.STOPPED)

    def _manoeuvring(self, now: Now) -> None:
        progress = self._motion.look()
        self._pass(progress.passed, now)
        if progress.ending is not None:
            self._goal_ended(progress, now)

    def _in_act(self, now: Now) -> None:
        order, step = self._log.order, self._log.next
        unwanted = order is None or self._held(order) or order.cancel
        if order is None or step is None or (unwanted and not self._acting.may_have_started(step)):
            self._go(_I.HALT)
            return
        result = self._acting.look(step, now, order.cancel)
        if result is not None:
            self._log.end(result)
            self._progressed()
            self._go(_I.ENDED)
        elif self._acting.silent:
            self.wake_s = now.fleet_s + WATCH_S
        elif now.steady_s < self._acting.grace_until_s:
            self.wake_s = now.fleet_s + (self._acting.grace_until_s - now.steady_s)

    def _waiting(self, now: Now) -> None:
        order, step = self._log.order, self._log.next
        if order is None or step is None or self._held(order) or order.cancel:
            self._go(_I.HALT)
        elif now.fleet_s >= self._log.until_s:
            self._end(step, now)
            self._go(_I.ENDED)
        else:
            self.wake_s = self._log.until_s

    def _backing_off(self, now: Now) -> None:
        order = self._log.order
        if order is None or self._stays(order) or order.cancel:
            self._go(_I.HALT)
        elif now.fleet_s >= self._due_s:
            self._go(_I.DUE)
        else:
            self.wake_s = self._due_s

    def _unavailable(self, now: Now) -> None:
        # not at once, so that servers that come and go within one tick do not keep the agent busy
        if now.fleet_s >= self._due_s and self._navigator.ready():
            self._insist_s = now.fleet_s
            self._go(_I.READY)
        else:
            self.wake_s = now.fleet_s + WATCH_S

    def _outside(self, now: Now) -> None:
        self.wake_s = now.fleet_s + WATCH_S
        order, step, sensed = self._log.order, self._log.next, self._navigator.sensed()
        status = self._navigator.status() if self._motion.open else None
        if status is not None and status.state is GoalState.RUNNING:
            if self._insists(now):
                self._motion.stop()
        elif status is not None and status.state is GoalState.LOST:
            self._lost(now)
        elif order is None or step is None or self._held(order) or order.cancel or self._log.begun != step.id:
            # a hold shows that a person looks at it: the robot may drive back once it is let go
            self.pardoned = order is not None and self._held(order)
            self._go(_I.HALT)
        elif sensed is not None:
            # it may have come to rest in a lane that was to follow
            ahead = drives_as_one(order.steps, len(self._log.results), order.released)
            if not strayed(sensed.pose, self._origin(), ahead or (step,)):
                self._stuck = False
                self._go(_I.RETURN)

    def _goal_ended(self, progress: Progress, now: Now) -> None:
        if progress.ending is Ending.REACHED:
            self._go(_I.ENDED)
        elif progress.ending is Ending.LOST:
            self._lost(now)
        elif progress.ending is Ending.STOPPED:
            self._failed("nav_cancelled", "somebody else cancelled the goal", now)
        else:
            self._failed(f"nav_{progress.code or 'failed'}", progress.sentence, now)

    def _failed(self, code: str, sentence: str, now: Now) -> None:
        """Count a failed try: another one later, or the end of the step."""
        step = self._log.next
        if step is not None and self.attempts >= len(BACK_OFF_S):
            detail = {"sentence": sentence} if sentence else {}
            self._log.end(StepResult(step.id, StepState.FAILED, code, detail, now.fleet_s))
            self._progressed()
            self._go(_I.ENDED)
            return
        self._due_s = now.fleet_s + BACK_OFF_S[self.attempts]
        self.attempts += 1
        self.attempt_code = code
        self._stuck = True
        self._go(_I.RETRY)

    def _lost(self, now: Now) -> None:
        self._due_s = now.fleet_s + WATCH_S
        self._go(_I.LOST)

    def _pass(self, count: int, now: Now) -> None:
        """Write down that the goal's next `count` steps are done, and that the one after them is begun."""
        for _ in range(count):
            step = self._log.next
            if step is not None:
                self._end(step, now)
        if count and self._motion.steps:
            self._note_drive(self._motion.steps[0], self._motion.steps[0].target)

    def _end(self, step: Step, now: Now) -> None:
        self._log.end(StepResult(step.id, StepState.DONE, "", {}, now.fleet_s))
        self._progressed()

    def _progressed(self) -> None:
        self.attempts, self.attempt_code = 0, ""
        self._stuck = self.pardoned = False

    def _note_drive(self, step: Step, here: Pose) -> None:
        """Write down that a drive is begun: from the end of the drive before it, else from where the robot is.

        A pose that the robot cannot have come to counts for nothing: its lane begins where it stood last.
        """
        order, index, stood = self._log.order, len(self._log.results), self._log.stood
        if order is not None and index and order.steps[index - 1].kind is StepKind.DRIVE:
            here = order.steps[index - 1].target
        elif stood is not None and (stood.map_id != here.map_id or stood.distance_m(here) > MOVED_M):
            here = stood
        self._log.begin(step, here)

    def _under_way(self, step: Step) -> bool:
        """Return whether the robot is in the middle of a step: between a lane's ends, half docked, acting.

        A wait has no middle. The journal knows, so the answer outlives a restart.
        """
        if step.kind is StepKind.ACT:
            return self._acting.may_have_started(step)
        return step.kind is not StepKind.WAIT and self._log.begun == step.id

    def _insists(self, now: Now) -> bool:
        """Return, once a while, that a wish to stop which is not fulfilled yet should be repeated: it may be lost."""
        if now.fleet_s < self._insist_s:
            return False
        self._insist_s = now.fleet_s + WATCH_S
        return True

    def _origin(self) -> Pose:
        return self._log.origin or _ORIGIN

    def _stands(self) -> bool:
        sensed = self._navigator.sensed()
        return sensed is not None and abs(sensed.speed_mps) <= STANDSTILL_MPS

    def _go(self, what: AgentInput) -> None:
        self.state = advance(TRANSITIONS, self.state, what, self._log.robot)
        self._moves += 1
