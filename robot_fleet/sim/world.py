"""The simulated world: robots, items and people of one site, moved on in steps of a tenth of a second.

Nothing in here knows threads, clocks or ROS: whoever holds a world calls `advance` once a step, and asks.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from robot_fleet.core.errors import NavigationError, RuntimeFailure
from robot_fleet.core.geometry import Pose
from robot_fleet.core.ports import GoalState
from robot_fleet.core.site import Site
from robot_fleet.sim import checkpoint
from robot_fleet.sim.account import PhysicalAct, RobotTotals
from robot_fleet.sim.acts import Acts
from robot_fleet.sim.bodies import Body
from robot_fleet.sim.boxes import overlap
from robot_fleet.sim.callers import Callers
from robot_fleet.sim.drivers import Drivers
from robot_fleet.sim.equipment import CABIN_M, BuildingEquipment
from robot_fleet.sim.ghosts import Ghosts, ghost_bodies
from robot_fleet.sim.goals import NO_PROGRESS, PATIENCE_S, Goal, Mode
from robot_fleet.sim.hazards import NO_CURRENT, NO_DOCK, Hazards
from robot_fleet.sim.items import Custody, SimItem
from robot_fleet.sim.people import People
from robot_fleet.sim.robot import STEP_S, TICKS_PER_S, SimRobot
from robot_fleet.sim.scanner import Contact, Scanners
from robot_fleet.sim.trace import Trace
from robot_fleet.sim.ways import Ways
from robot_fleet.site.ground.levels import read_levels
from robot_fleet.site.ground.maps import OccupancyMap

DOCK_KINDS = ("charger", "dock")
DOCK_WITHIN_M = 0.3
RESCUED_PCT = 40.0
"""Charge of a robot's battery after staff have got it going again."""
_EPS_S = 1e-6
AUTOMATIC = "automatic"
"""Word of `SimRobot.control` for a robot that its own programs move."""


class SimWorld:
    """All that is physical at one site.

    Parameters
    ----------
    site : the site; its robots start at their places, its items stand where it says.
    occupancy : the map of the ground level, or None for open planes; those of further levels are read.
    people : habits of the people.
    seed : of all that people draw.
    start_s : fleet time of the beginning, rounded to a whole step.
    robots : ids of the robots to simulate, None for all of the site's; the others are ghosts (real, or Gazebo's).
    """

    def __init__(
        self,
        site: Site,
        occupancy: OccupancyMap | None,
        people: People,
        seed: int,
        start_s: float,
        robots: Collection[str] | None = None,
    ) -> None:
        self.site = site
        self.people = people
        self.seed = seed
        self.tick = round(start_s * TICKS_PER_S)
        self.now_s = self.tick / TICKS_PER_S
        self.before_confirm: Callable[[], None] | None = None
        self.trace: Trace | None = None
        self.physical_acts: list[PhysicalAct] = []
        self._changed: dict[str, None] = {}
        self._confirming = False
        self.robots: dict[str, SimRobot] = {}
        for spec in site.robots.values():
            if robots is not None and spec.id not in robots:
                continue
            pose, kind = site.places[spec.start].pose, site.kinds[spec.kind]
            self.robots[spec.id] = SimRobot(
                spec.id, kind, pose, spec.start_soc_pct, self.now_s, self.note_change, self._robot_died
            )
        self._bodies = tuple(self.robots.values())
        elsewhere = [name for name in site.robots if name not in self.robots]
        self.ghosts = Ghosts(self, ghost_bodies(site, elsewhere, self.now_s))
        self.hazards = Hazards()
        self.held_back: dict[str, None] = {}
        self.scanners = Scanners((*self._bodies, *self.ghosts.bodies.values()), self.hazards)
        self.custody = Custody()
        for item in site.items.values():
            self.custody.add(SimItem(item.id, item.kind, item.mass_kg, item.length_m, item.width_m, "place", item.at))
        self.custody.take_place_changes()
        self.acts = Acts(self)
        self.drivers = Drivers(self)
        self.equipment = BuildingEquipment(self)
        self.callers = Callers(self, ())
        maps = sorted({robot.map_id for robot in self._bodies} | set(site.levels))
        charts = read_levels(site) if occupancy is not None else {}
        self._ways = {map_id: Ways(charts.get(map_id, occupancy), map_id) for map_id in maps}

    # --- time --------------------------------------------------------------------------------------------------------

    def advance(self, dt_s: float = STEP_S) -> None:
        """Let time pass by a whole number of steps, at least one.

        Raises
        ------
        RuntimeFailure : `sim_step` if `dt_s` is not a multiple of the step.
        """
        steps = round(dt_s * TICKS_PER_S)
        if steps < 1 or abs(steps * STEP_S - dt_s) > _EPS_S:
            raise RuntimeFailure("sim_step", f"expected a multiple of {STEP_S} s, got {dt_s}", "advance")
        for _ in range(steps):
            self._step()

    def _step(self) -> None:
        self.tick = tick = self.tick + 1
        self.now_s = now_s = tick / TICKS_PER_S
        driving = Mode.DRIVING
        horizon_s = now_s + _EPS_S
        if self.hazards.bodies.by_id:
            self.hazards.bodies.step(STEP_S, self._bodies)
            self.scanners.look_at_bodies(now_s)
        for robot in self._bodies:
            if robot.control != AUTOMATIC:
                self._stand(robot)
            elif robot.mode is driving:
                robot.step(now_s, self.scanners)
                if robot.near and robot.mode is not driving:
                    self.scanners.check(robot, now_s)
                if robot.blocked_s <= now_s - PATIENCE_S:
                    robot.blocked_s = float("inf")
                    self.give_up(robot, GoalState.FAILED, NO_PROGRESS, "something stands in its way")
            if robot.due_s <= horizon_s:
                self._due(robot)
            if robot.limit_s <= horizon_s:
                self._battery_limit(robot)
        if self.hazards.broken:
            self._rescue()
        self.drivers.step(tick)
        self.equipment.step(now_s)
        if self.trace is not None:
            self.trace.poses(now_s, self._bodies)
            if self.ghosts.bodies:
                self.trace.poses(now_s, self.ghosts.present)
        if self._confirming:
            self._confirming = False
            if self.before_confirm is not None:
                self.before_confirm()

    def sleep(self, until_s: float) -> None:
        """Let fleet time pass in which nothing happens, up to a whole step; who was busy goes on afterwards.

        A world that keeps to the wall clock does so over the time in which its process was away.
        """
        tick = round(until_s * TICKS_PER_S)
        pause_s = (tick - self.tick) / TICKS_PER_S
        if pause_s <= 0.0:
            return
        self.tick, self.now_s = tick, tick / TICKS_PER_S
        for robot in self._bodies:
            robot.sleep(pause_s)
        self.acts.sleep(pause_s)

    def set_control(self, robot_id: str, control: str) -> None:
        """Let somebody else than its programs move a robot: nobody (`emergency_stop`, `protective_stop`) or a person.

        It stands on the spot, and so does what it does, until it is `automatic` again. Its goals know nothing of it.
        """
        self.robots[robot_id].control = control
        self.note_change(robot_id)

    def set_lost(self, robot_id: str, lost: bool) -> None:
        """Let a robot's localisation fail, or find itself again. It moves where it is told all the same."""
        self.robots[robot_id].lost = lost
        self.note_change(robot_id)

    def _stand(self, robot: SimRobot) -> None:
        robot.v_mps = 0.0
        robot.due_s += STEP_S
        if robot.mode is Mode.DRIVING and robot.power_w != robot.kind.standing_w:
            robot.draw(robot.kind.standing_w, self.now_s)

    def _due(self, robot: SimRobot) -> None:
        """Something that takes its time has ended: docking, undocking or an act."""
        if robot.act_id:
            self.acts.complete(robot)
        elif robot.mode is Mode.DOCKING:
            robot.due_s = float("inf")
            robot.mode = Mode.DOCKED
            robot.docked_at = robot.dock_place
            self._charge(robot)
            self.record(robot, f"dock:{robot.docked_at}")
            robot.finish_goal(GoalState.SUCCEEDED)
        elif robot.mode is Mode.UNDOCKING:
            robot.due_s = float("inf")
            robot.mode = Mode.STANDING
            robot.docked_at = ""
            self.record(robot, "undock")
            robot.finish_goal(GoalState.SUCCEEDED)

    def _charge(self, robot: SimRobot) -> None:
        """Let the charger that a robot is docked at give it current, if it does."""
        broken = self.hazards.chargers.get(robot.docked_at) == NO_CURRENT
        gives_w = 0.0 if robot.docked_at in self.held_back else robot.kind.charge_w
        robot.draw(robot.kind.standing_w if broken else -gives_w, self.now_s)

    def put_bodies(self, bodies: Sequence[Body]) -> bool:
        """Let things and people be there from now on, all or none: nobody appears where a robot stands."""
        boxes = [robot.box() for robot in self._bodies]
        if any(overlap(body.box(), there) for body in bodies for there in boxes):
            return False
        for body in bodies:
            self.hazards.bodies.put(body)
        for robot in self._bodies:
            robot.look_s = float("-inf")
        return True

    def set_charger(self, place: str, how: str) -> None:
        """Let a charger give no current (`no_current`), take nobody (`no_dock`), or work again (empty)."""
        self.hazards.chargers.pop(place, None)
        if how:
            self.hazards.chargers[place] = how
        for robot in self._bodies:
            if robot.docked_at == place and robot.mode is Mode.DOCKED:
                self._charge(robot)
                self.note_change(robot.id)

    def supply(self, held_back: Sequence[str]) -> None:
        """Have these chargers feed no more than what the robots at them draw, and all others charge."""
        if list(held_back) == list(self.held_back):
            return
        before, self.held_back = self.held_back, dict.fromkeys(held_back)
        for robot in self._bodies:
            place = robot.docked_at
            if robot.mode is Mode.DOCKED and (place in before) is not (place in self.held_back):
                self._charge(robot)
                self.note_change(robot.id)

    def break_down(self, robot: SimRobot) -> None:
        """Let a robot lose its power where it is, until staff have come."""
        robot.empty(self.now_s)
        self.hazards.broken[robot.id] = self.now_s + self.people.rescue_s(self.seed, robot.id, self.now_s)

    def _rescue(self) -> None:
        for name, at_s in list(self.hazards.broken.items()):
            if self.now_s >= at_s:
                del self.hazards.broken[name]
                self.robots[name].revive(RESCUED_PCT, self.now_s)

    def set_slip(self, robot_id: str, slips: float) -> None:
        """Let a robot's wheels slip by a share of what they count, 0 for not at all."""
        self.robots[robot_id].slip = slips
        self.hazards.slips.pop(robot_id, None)
        if slips:
            self.hazards.slips[robot_id] = slips

    def set_blind(self, robot_id: str, blind: bool) -> None:
        """Let a robot's scanner see nothing without knowing it, or see again."""
        self.hazards.blind.pop(robot_id, None)
        if blind:
            self.hazards.blind[robot_id] = None

    def _battery_limit(self, robot: SimRobot) -> None:
        """The battery is empty, or full."""
        if robot.power_w > 0.0:
            robot.die(self.now_s)
        else:
            robot.draw(0.0, self.now_s)
        self.note_change(robot.id)

    # --- goals -------------------------------------------------------------------------------------------------------

    def drive(self, robot_id: str, poses: Sequence[Pose], speed_mps: float = 0.0, keep_yaw: bool = False) -> None:
        """Start a drive through the poses; a running drive is pre-empted, a docking given up.

        A goal that cannot be planned ends as failed with Nav2's code, and a robot that was driving stops.
        """
        robot = self.robots[robot_id]
        if robot.mode in (Mode.DEAD, Mode.DOCKED, Mode.UNDOCKING) or robot.act_id:
            doing = "acting" if robot.act_id else robot.mode.name.lower()
            self._refuse(robot, "drive", NO_PROGRESS, f"the robot cannot drive: it is {doing}")
            return
        if not poses:
            self._refuse(robot, "drive", "309", "no poses were given")
            return
        if robot.mode is Mode.DOCKING:
            robot.mode, robot.due_s = Mode.STANDING, float("inf")
            robot.finish_goal(GoalState.CANCELLED, "", "a drive took its place")
        ahead = robot.unpassed(poses)
        try:
            way = self._ways[robot.map_id].waypoints(robot.pose, ahead, robot.footprint)
        except NavigationError as error:
            self._refuse(robot, "drive", error.code.removeprefix("nav_"), error.message)
            return
        robot.follow(Goal("drive", poses=ahead), way, speed_mps, keep_yaw)
        self.note_change(robot_id)

    def dock(self, robot_id: str, place: str) -> None:
        """Start docking at a charger that the robot stands in front of, within 0.3 m of its pose."""
        robot = self.robots[robot_id]
        spot = self.site.places.get(place)
        if spot is None:
            self._refuse(robot, "dock", "901", f"there is no place {place!r}")
        elif spot.kind not in DOCK_KINDS or (spot.kinds and robot.kind.id not in spot.kinds):
            self._refuse(robot, "dock", "902", f"{place!r} is no charger for {robot.kind.id}")
        elif robot.mode is Mode.DOCKED and robot.docked_at == place:
            robot.goal = Goal("dock", place)
            robot.finish_goal(GoalState.SUCCEEDED)
        elif robot.mode is not Mode.STANDING or robot.act_id:
            self._refuse(robot, "dock", "905", f"the robot cannot dock: it is {robot.mode.name.lower()}")
        elif spot.pose.map_id != robot.map_id or spot.pose.distance_m(robot.pose) > DOCK_WITHIN_M:
            away_m = spot.pose.distance_m(robot.pose)
            self._refuse(robot, "dock", "903", f"the robot stands {away_m:.2f} m away from {place}")
        elif any(other.docked_at == place and other is not robot for other in (*self._bodies, *self.ghosts)):
            self._refuse(robot, "dock", "904", f"another robot is docked at {place}")
        elif self.hazards.chargers.get(place) == NO_DOCK:
            self._refuse(robot, "dock", "904", f"{place} cannot be made out")
        else:
            robot.goal = Goal("dock", place)
            robot.mode = Mode.DOCKING
            robot.dock_place = place
            robot.due_s = self.now_s + robot.kind.dock_s
            self.note_change(robot_id)

    def undock(self, robot_id: str) -> None:
        """Start leaving the charger; who is not docked has left it already."""
        robot = self.robots[robot_id]
        if robot.mode is Mode.DOCKED and not robot.act_id:
            robot.goal = Goal("undock", robot.docked_at)
            robot.mode = Mode.UNDOCKING
            robot.draw(robot.kind.standing_w, self.now_s)
            robot.due_s = self.now_s + robot.kind.undock_s
            self.note_change(robot_id)
        elif robot.mode is Mode.STANDING:
            robot.goal = Goal("undock")
            robot.finish_goal(GoalState.SUCCEEDED)
        elif robot.mode is not Mode.UNDOCKING:
            self._refuse(robot, "undock", "905", f"the robot cannot undock: it is {robot.mode.name.lower()}")

    def change_level(self, robot_id: str, pose: Pose) -> None:
        """Take on the map of the level that a lift has carried the robot to; it must have done so."""
        robot = self.robots[robot_id]
        if robot.mode is not Mode.STANDING or robot.act_id:
            self._refuse(
                robot, "change_level", NO_PROGRESS, f"the robot does not stand: it is {robot.mode.name.lower()}"
            )
        elif pose.map_id != robot.map_id or pose.distance_m(robot.pose) > CABIN_M:
            self._refuse(
                robot, "change_level", "203", f"the robot is at level {robot.map_id!r}, not at {pose.map_id!r}"
            )
        else:
            robot.goal = Goal("change_level", poses=(pose,))
            robot.finish_goal(GoalState.SUCCEEDED)

    def cancel(self, robot_id: str) -> None:
        """Give the running goal up: a drive brakes to a halt, a docking ends before the charger, an undocking in it."""
        robot = self.robots[robot_id]
        if robot.goal is not None and robot.goal.state is GoalState.RUNNING:
            self.give_up(robot, GoalState.CANCELLED, "", "cancelled")

    def give_up(self, robot: SimRobot, state: GoalState, code: str, sentence: str) -> None:
        """End the running goal, which does not get there: see `cancel`."""
        if robot.mode is Mode.DOCKING:
            robot.mode, robot.due_s = Mode.STANDING, float("inf")
        elif robot.mode is Mode.UNDOCKING:
            robot.mode, robot.due_s = Mode.DOCKED, float("inf")
            self._charge(robot)
        robot.brake(self.now_s, state, code, sentence)

    def _refuse(self, robot: SimRobot, kind: str, code: str, sentence: str) -> None:
        """End a new goal as failed at once; a robot that drives comes to a halt, docking and undocking go on."""
        goal = Goal(kind)
        goal.state, goal.code, goal.sentence = GoalState.FAILED, code, sentence
        if robot.mode is Mode.DRIVING:
            robot.brake(self.now_s, GoalState.FAILED, code, sentence)
        robot.goal = goal
        self.note_change(robot.id)

    # --- questions ---------------------------------------------------------------------------------------------------

    def compute_path(self, robot_id: str, start: Pose | None, goal: Pose) -> tuple[Pose, ...]:
        """Return the way from `start` (None: where the robot is) to `goal` as ComputePathToPose would plan it.

        Raises
        ------
        NavigationError : `nav_203` to `nav_208`.
        """
        robot = self.robots[robot_id]
        return self._ways[robot.map_id].between(start or robot.pose, goal, robot.footprint)

    def snapshot(self) -> dict[str, Any]:
        """Return the complete state, made of JSON values only."""
        return checkpoint.capture(self)

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take on a captured state; the world is a new one of the same site, with the same callers' rows.

        Raises
        ------
        RuntimeFailure : `sim_checkpoint_version`, `sim_checkpoint_site`.
        """
        checkpoint.restore(self, state)

    def take_changes(self) -> list[str]:
        """Return and forget the robots whose goal, act or battery limit changed since the last call."""
        changed = list(self._changed)
        self._changed.clear()
        return changed

    def totals(self) -> dict[str, RobotTotals]:
        """Return each robot's totals."""
        docks = dict.fromkeys(self.robots, 0)
        acts = dict.fromkeys(self.robots, 0)
        for done in self.physical_acts:
            if done.event.startswith("dock:"):
                docks[done.robot] += 1
            elif done.event != "undock" and not done.event.startswith("ride:"):
                acts[done.robot] += 1
        return {
            r.id: RobotTotals(
                r.id,
                r.odometer_m,
                r.loaded_m,
                r.energy_at_wh(self.now_s),
                r.soc_at_pct(self.now_s),
                docks[r.id],
                acts[r.id],
            )
            for r in self._bodies
        }

    def body(self, robot_id: str) -> SimRobot:
        """Return the body of a robot, a ghost's too."""
        return self.robots.get(robot_id) or self.ghosts.bodies[robot_id]

    @property
    def contacts(self) -> Sequence[Contact]:
        """All contacts between robots so far, one for each pair and episode."""
        return self.scanners.contacts

    def truth_of(self, params: Mapping[str, object]) -> str:
        """Return what only the people know about the request that an act belongs to."""
        request = params.get("request")
        return self.truth_of_request(request) if isinstance(request, str) else ""

    def truth_of_request(self, request: str) -> str:
        """Return what only the people know about a request."""
        return self.callers.truth(request)

    # --- what the parts tell each other ------------------------------------------------------------------------------

    def open_trace(self, path: Path, at_byte: int | None = None) -> None:
        """Write a trace from now on; `at_byte` continues a file of which that much is kept."""
        self.trace = Trace(path, at_byte)
        if at_byte is None:
            self.trace.poses(self.now_s, self._bodies)

    def close_trace(self) -> None:
        """Write the rest of the trace and write no more."""
        if self.trace is not None:
            self.trace.close()
            self.trace = None

    def note_change(self, robot_id: str) -> None:
        """Remember that a robot's goal or act has changed."""
        self._changed[robot_id] = None

    def record(self, robot: SimRobot, event: str) -> None:
        """Enter a physical act into the account and the trace; the world is checkpointed before anyone can see it."""
        self.physical_acts.append(PhysicalAct(self.now_s, robot.id, event))
        if self.trace is not None:
            self.trace.act(self.now_s, robot, event)
        self._confirming = True

    def note_ghost_act(self, ghost: SimRobot, event: str) -> None:
        """Enter what a ghost's robot has done into the trace; the account is of those that are simulated here."""
        if self.trace is not None:
            self.trace.act(self.now_s, ghost, event)

    def load_changed(self, robot: SimRobot) -> None:
        """Give a robot the mass and footprint of what it has on board now."""
        robot.carry(*self.custody.load_of(robot.id, robot.kind.footprint))
        self.scanners.check(robot, self.now_s)

    def _robot_died(self, robot: SimRobot) -> None:
        if robot.act_id:
            self.acts.fail(robot, "act_no_power")
