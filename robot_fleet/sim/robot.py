"""One simulated robot: it turns on the spot, drives at a trapezoidal speed, docks, and draws from its battery.

Motion is integrated in steps of `STEP_S` by the trapezoidal rule, with the highest speed from which the robot can still
stop in time; so a drive from rest to rest takes what the closed form says, rounded up to whole steps.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Protocol

from robot_fleet.core.geometry import Footprint, Pose, wrap_angle
from robot_fleet.core.ports import GoalState
from robot_fleet.core.site import RobotKind
from robot_fleet.sim.battery import Battery
from robot_fleet.sim.boxes import Box
from robot_fleet.sim.goals import NO_PROGRESS, Goal, Mode
from robot_fleet.sim.legs import BEND_RAD, Leg, Run, Turn, Waypoint, build_legs, first_heading

TICKS_PER_S = 10
STEP_S = 1.0 / TICKS_PER_S
_HALF_STEP_S = STEP_S / 2.0
_QUARTER_STEP2_S2 = STEP_S * STEP_S / 4.0
_NEAR_M = 1e-6
_TURN_EPS_RAD = 1e-9
_BRAKE_FACTOR = 2.0
"""A protective stop may brake this many times harder than the robot accelerates."""
START_M = 0.05
"""A robot at rest stays at rest while less than this is clear ahead of it."""
_HISTORY = 16
_SAME_M = 0.01
_LEAST_M = 1e-4


class Scanner(Protocol):
    """The robot's safety scanner."""

    def way_m(self, robot: SimRobot, now_s: float, ux: float, uy: float) -> float:
        """Return how far the robot can go along a unit vector before it must have stopped; `inf` if nothing is near."""
        ...

    def may_turn(self, robot: SimRobot, now_s: float, yaw_rad: float) -> bool:
        """Return whether the robot may turn on the spot to `yaw_rad`."""
        ...


class SimRobot(Battery):
    """The body of one robot.

    Parameters
    ----------
    robot_id : its id in the site.
    kind : figures of its kind.
    pose : where it stands, map frame.
    soc_pct : state of charge, 0 to 100.
    now_s : fleet time.
    """

    __slots__ = (
        "_box",
        "act_id",
        "blocked_s",
        "cap_mps",
        "control",
        "dock_place",
        "docked_at",
        "due_s",
        "footprint",
        "goal",
        "id",
        "kind",
        "leg",
        "leg_no",
        "legs",
        "load",
        "load_kg",
        "loaded_m",
        "look_s",
        "lost",
        "map_id",
        "mark_no",
        "mode",
        "near",
        "odometer_m",
        "on_change",
        "on_dead",
        "passed",
        "radius_m",
        "s_m",
        "segment",
        "slip",
        "speed_limit_mps",
        "stopping",
        "tail",
        "text",
        "v_mps",
        "x_m",
        "y_m",
        "yaw_rad",
    )

    def __init__(
        self,
        robot_id: str,
        kind: RobotKind,
        pose: Pose,
        soc_pct: float,
        now_s: float,
        on_change: Callable[[str], None],
        on_dead: Callable[[SimRobot], None],
    ) -> None:
        super().__init__(kind.battery_wh, soc_pct, now_s)
        self.id = robot_id
        self.kind = kind
        self.x_m = pose.x_m
        self.y_m = pose.y_m
        self.yaw_rad = pose.yaw_rad
        self.map_id = pose.map_id
        self.on_change = on_change
        self.on_dead = on_dead
        self.mode = Mode.STANDING
        self.control = "automatic"
        self.lost = False
        self.goal: Goal | None = None
        self.act_id = ""
        self.dock_place = ""
        self.docked_at = ""
        self.due_s = math.inf
        # motion
        self.v_mps = 0.0
        self.cap_mps = kind.speed_mps
        self.speed_limit_mps = 0.0
        self.legs: tuple[Leg, ...] = ()
        self.leg_no = 0
        self.leg: Leg | None = None
        self.s_m = 0.0
        self.segment = 0
        self.mark_no = 0
        self.passed: list[Pose] = []
        self.stopping: tuple[GoalState, str, str] | None = None
        self.odometer_m = 0.0
        self.loaded_m = 0.0
        # load, set by carry
        self.load: tuple[str, ...] = ()
        self.load_kg = 0.0
        self.footprint = kind.footprint
        self.radius_m = kind.footprint.radius_m
        # safety scanner
        self.near: tuple[SimRobot, ...] = ()
        self.look_s = -math.inf
        self.blocked_s = math.inf
        self.slip = 0.0
        self._box: Box | None = None
        self.text = ""
        self.tail = ""
        self.carry((), 0.0, kind.footprint)
        self.draw(kind.standing_w, now_s)

    # --- reading -----------------------------------------------------------------------------------------------------

    @property
    def pose(self) -> Pose:
        """Where the robot is, map frame."""
        return Pose(self.x_m, self.y_m, self.yaw_rad, self.map_id)

    @property
    def charging(self) -> bool:
        """Whether the charger gives current."""
        return self.mode is Mode.DOCKED and self.power_w < 0.0

    @property
    def path(self) -> tuple[tuple[float, float], ...]:
        """The points still to be driven, from where the robot is; empty when it does not drive."""
        if self.leg is None:
            return ()
        points: list[tuple[float, float]] = [(self.x_m, self.y_m)]
        if isinstance(self.leg, Run):
            points.extend(self.leg.points[self.segment + 1 :])
        for leg in self.legs[self.leg_no + 1 :]:
            if isinstance(leg, Run):
                points.extend(leg.points[1:])
        return tuple(points)

    @property
    def mass_kg(self) -> float:
        """Mass of the robot with its load."""
        return self.kind.mass_kg + self.load_kg

    def box(self) -> Box:
        """Return the footprint where the robot stands now, with its load."""
        box = self._box
        if box is None:
            cos = math.cos(self.yaw_rad)
            sin = math.sin(self.yaw_rad)
            half = self.footprint
            box = self._box = Box(self.x_m, self.y_m, cos, sin, half.length_m / 2.0, half.width_m / 2.0)
        return box

    def put(self, pose: Pose, speed_mps: float) -> None:
        """Let the robot be somewhere, as somebody else says who moves it."""
        self.x_m, self.y_m, self.yaw_rad, self.map_id = pose.x_m, pose.y_m, pose.yaw_rad, pose.map_id
        self.v_mps = speed_mps
        self._box = None
        self.text = ""

    def sleep(self, pause_s: float) -> None:
        """Let a time pass in which the robot did nothing."""
        super().sleep(pause_s)
        self.due_s += pause_s
        self.look_s = -math.inf

    # --- load and life -----------------------------------------------------------------------------------------------

    def carry(self, load: tuple[str, ...], load_kg: float, footprint: Footprint) -> None:
        """Have other items on board from now on."""
        self.load = load
        self.load_kg = load_kg
        self.footprint = footprint
        self.radius_m = footprint.radius_m
        self._box = None
        self.text = ""  # columns of the trace up to the state of charge, cached while nothing in them changes
        self.tail = f"{footprint.length_m:.3f},{footprint.width_m:.3f},{self.mass_kg:.3f},{'+'.join(load)},"
        self.look_s = -math.inf
        self._limit_speed()

    def _limit_speed(self) -> None:
        own_mps = self.kind.loaded_speed_mps if self.load else self.kind.speed_mps
        limit_mps = self.speed_limit_mps
        self.cap_mps = min(own_mps, limit_mps) if limit_mps > 0.0 else own_mps

    def die(self, now_s: float) -> None:
        """Stop for good: the battery is empty."""
        self.draw(0.0, now_s)
        self.v_mps = 0.0
        self.mode = Mode.DEAD
        self.due_s = math.inf
        self.legs, self.leg, self.stopping = (), None, None
        self.finish_goal(GoalState.FAILED, NO_PROGRESS, "the battery is empty")
        self.on_dead(self)

    def empty(self, now_s: float) -> None:
        """Lose all power at once."""
        self.draw(0.0, now_s)
        self.stored_wh = 0.0
        self.die(now_s)

    def revive(self, soc_pct: float, now_s: float) -> None:
        """Stand ready again where it is, with another battery."""
        self.mode = Mode.STANDING
        self.stored_wh = self.kind.battery_wh * soc_pct / 100.0
        self.settled_s = now_s
        self.draw(self.kind.standing_w, now_s)
        self.on_change(self.id)

    # --- goals -------------------------------------------------------------------------------------------------------

    def finish_goal(self, state: GoalState, code: str = "", sentence: str = "") -> None:
        """Give the running goal its end."""
        goal = self.goal
        if goal is None or goal.state is not GoalState.RUNNING:
            return
        goal.state = state
        goal.code = code
        goal.sentence = sentence
        if state is GoalState.SUCCEEDED:
            goal.poses_left = 0
        self.on_change(self.id)

    def follow(self, goal: Goal, way: Sequence[Waypoint], speed_mps: float, keep_yaw: bool) -> None:
        """Drive along `way`, at most `speed_mps` fast (0: no limit); pre-empts a running drive at speed if it can."""
        heading = self._heading()
        omni = self.kind.omnidirectional
        legs = build_legs((self.x_m, self.y_m), self.yaw_rad, way, omnidirectional=omni, keep_yaw=keep_yaw)
        if self.v_mps > 0.0 and heading is not None:
            begins = first_heading(legs)
            if begins is None or abs(wrap_angle(begins - heading)) >= BEND_RAD:
                legs = self._brake_first(heading, way, keep_yaw)
        self.goal = goal
        self.stopping = None
        self.speed_limit_mps = speed_mps
        self._limit_speed()
        self.legs = legs
        self._begin_leg(0)
        self.mode = Mode.DRIVING
        self.due_s = math.inf

    def unpassed(self, poses: Sequence[Pose]) -> tuple[Pose, ...]:
        """Return the poses without those at the head that were just passed; the last pose always stays."""
        for count in range(min(len(poses) - 1, len(self.passed)), 0, -1):
            if all(_same(a, b) for a, b in zip(poses[:count], self.passed[-count:], strict=True)):
                return tuple(poses[count:])
        return tuple(poses)

    def brake(self, now_s: float, state: GoalState, code: str = "", sentence: str = "") -> None:
        """Stop at the robot's own deceleration; the running goal then ends as said."""
        if self.mode is not Mode.DRIVING:
            self.finish_goal(state, code, sentence)
        elif self.v_mps == 0.0:
            self._end_motion(now_s)
            self.finish_goal(state, code, sentence)
        else:
            self.stopping = (state, code, sentence)

    def _brake_first(self, heading_rad: float, way: Sequence[Waypoint], keep_yaw: bool) -> tuple[Leg, ...]:
        """Return legs that come to a halt straight on before they go another way."""
        stop_m = max(self.v_mps * self.v_mps / (2.0 * self.kind.acceleration_mps2), _LEAST_M)
        end = (self.x_m + stop_m * math.cos(heading_rad), self.y_m + stop_m * math.sin(heading_rad))
        omni = self.kind.omnidirectional
        halt = Run(((self.x_m, self.y_m), end), self.yaw_rad if omni else None, ())
        yaw_rad = self.yaw_rad if omni else heading_rad
        return (halt, *build_legs(end, yaw_rad, way, omnidirectional=omni, keep_yaw=keep_yaw))

    def _heading(self) -> float | None:
        """Direction of motion, None while standing or turning."""
        return self.leg.headings[self.segment] if isinstance(self.leg, Run) and self.v_mps > 0.0 else None

    # --- motion ------------------------------------------------------------------------------------------------------

    def step(self, now_s: float, scanner: Scanner) -> None:
        """Move for the step that ends at `now_s`."""
        leg = self.leg
        if leg is None:
            self._arrive(now_s)
        elif isinstance(leg, Run):
            self._run(leg, now_s, scanner)
        else:
            self._turn(leg, now_s, scanner)

    def _turn(self, leg: Turn, now_s: float, scanner: Scanner) -> None:
        left = wrap_angle(leg.yaw_rad - self.yaw_rad)
        most = self.kind.turn_radps * STEP_S
        ends = abs(left) <= most + _TURN_EPS_RAD
        yaw_rad = leg.yaw_rad if ends else wrap_angle(self.yaw_rad + math.copysign(most, left))
        if (self.near or now_s >= self.look_s) and not scanner.may_turn(self, now_s, yaw_rad):
            self.draw(self.kind.standing_w, now_s)
            return
        self._drive_power(now_s)
        self.yaw_rad = yaw_rad
        self._box = None
        self.text = ""
        if ends:
            self._reach(leg.marks)
            self._next_leg(now_s)

    def _run(self, leg: Run, now_s: float, scanner: Scanner) -> None:
        v = self.v_mps
        a = self.kind.acceleration_mps2
        left = leg.length_m - self.s_m
        brake = a
        if self.near or now_s >= self.look_s:
            unit = leg.units[self.segment]
            clear = scanner.way_m(self, now_s, unit[0], unit[1])
            if clear < left:
                left = clear if v > 0.0 or clear >= START_M else 0.0
                brake = a * _BRAKE_FACTOR
        w = v + a * STEP_S
        if w > self.cap_mps:
            w = self.cap_mps if v <= self.cap_mps else max(self.cap_mps, v - a * STEP_S)
        if self.stopping:
            w = v - a * STEP_S
            if w < 0.0:
                w = 0.0
        rest = left - v * _HALF_STEP_S
        if rest < w * w / (2.0 * brake) + w * STEP_S:
            # the speed from which it can still stop: w^2 / 2a + w dt / 2 = rest
            can = brake * (math.sqrt(_QUARTER_STEP2_S2 + 2.0 * rest / brake) - _HALF_STEP_S) if rest > 0.0 else 0.0
            if can < w:
                w = can
        ds = (v + w) * _HALF_STEP_S
        if ds > left:
            ds = left if left > 0.0 else 0.0
            if brake != a:
                w = 0.0
        self.v_mps = w
        if ds > 0.0:
            self._drive_power(now_s)
            self._go(leg, ds)
            if leg.length_m - self.s_m <= _NEAR_M:
                self.v_mps = 0.0
                self._next_leg(now_s)
                return
        elif w == 0.0:
            self.draw(self.kind.standing_w, now_s)
        if w == 0.0 and self.stopping:
            state, code, sentence = self.stopping
            self._end_motion(now_s)
            self.finish_goal(state, code, sentence)

    def _go(self, leg: Run, ds: float) -> None:
        """Advance by an arc length along a run; of wheels that slip that is what they count, not what is driven."""
        counted_m = ds
        ds *= 1.0 - self.slip
        s = self.s_m + ds
        if s > leg.length_m:
            counted_m -= s - leg.length_m
            s = leg.length_m
        self.s_m = s
        self.odometer_m += counted_m
        if self.load:
            self.loaded_m += counted_m
        k = self.segment
        at_m = leg.at_m
        while k + 2 < len(at_m) and s >= at_m[k + 1]:
            k += 1
        self.segment = k
        x, y = leg.points[k]
        ux, uy = leg.units[k]
        along = s - at_m[k]
        self.x_m = x + ux * along
        self.y_m = y + uy * along
        self._box = None
        self.text = ""
        if leg.yaw_rad is None:
            heading = leg.headings[k]
            if heading != self.yaw_rad:
                turn = wrap_angle(heading - self.yaw_rad)
                most = self.kind.turn_radps * STEP_S
                self.yaw_rad = heading if abs(turn) <= most else wrap_angle(self.yaw_rad + math.copysign(most, turn))
        marks = leg.marks
        n = self.mark_no
        while n < len(marks) and s >= marks[n] - _NEAR_M:
            n += 1
        if n != self.mark_no:
            reached = n - self.mark_no
            self.mark_no = n
            self._reach(reached)

    def _reach(self, count: int) -> None:
        """Count poses of the goal as passed; the last one only counts when the drive has ended."""
        goal = self.goal
        if goal is None or not count:
            return
        self.passed.extend(goal.poses[goal.reached : goal.reached + count])
        del self.passed[:-_HISTORY]
        goal.reached += count
        left = max(1, len(goal.poses) - goal.reached)
        if left != goal.poses_left:
            goal.poses_left = left
            self.on_change(self.id)

    def _begin_leg(self, number: int) -> None:
        self.leg_no = number
        self.leg = self.legs[number] if number < len(self.legs) else None
        self.s_m = 0.0
        self.segment = 0
        self.mark_no = 0

    def _next_leg(self, now_s: float) -> None:
        if self.stopping:
            state, code, sentence = self.stopping
            self._end_motion(now_s)
            self.finish_goal(state, code, sentence)
            return
        self._begin_leg(self.leg_no + 1)
        if self.leg is None:
            self._arrive(now_s)

    def _arrive(self, now_s: float) -> None:
        self._end_motion(now_s)
        self.finish_goal(GoalState.SUCCEEDED)

    def _end_motion(self, now_s: float) -> None:
        self.v_mps = 0.0
        self.legs = ()
        self.leg = None
        self.stopping = None
        self.mode = Mode.STANDING
        self.draw(self.kind.standing_w, now_s)

    def _drive_power(self, now_s: float) -> None:
        """Power of motion; it counts for the whole of the step that ends at `now_s`."""
        power_w = self.kind.loaded_w if self.load else self.kind.driving_w
        if power_w != self.power_w:
            self.draw(power_w, now_s - STEP_S)


def _same(a: Pose, b: Pose) -> bool:
    return abs(a.x_m - b.x_m) < _SAME_M and abs(a.y_m - b.y_m) < _SAME_M and a.map_id == b.map_id
