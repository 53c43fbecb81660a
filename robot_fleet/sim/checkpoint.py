"""The complete state of a world as JSON, written so that a killed simulator finds either the old or the new one.

A world that is restored goes on exactly as the one that was captured would have: same draws, same trace.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from robot_fleet.core.errors import RuntimeFailure
from robot_fleet.core.geometry import Pose
from robot_fleet.core.ports import GoalState
from robot_fleet.sim.account import PhysicalAct
from robot_fleet.sim.acts import Act
from robot_fleet.sim.goals import Goal, Mode
from robot_fleet.sim.legs import Leg, Run, Turn
from robot_fleet.sim.robot import TICKS_PER_S, SimRobot
from robot_fleet.sim.scanner import Contact

if TYPE_CHECKING:
    from robot_fleet.sim.world import SimWorld

VERSION = 2
AHEAD_S = 1.0
"""Fleet time beyond its newest checkpoint up to which a world may be shown."""

# Plain numbers and texts of a robot; times that may be infinite are among them and travel as None.
_ROBOT_FIELDS = (
    "x_m",
    "y_m",
    "yaw_rad",
    "map_id",
    "act_id",
    "dock_place",
    "docked_at",
    "due_s",
    "v_mps",
    "speed_limit_mps",
    "leg_no",
    "s_m",
    "segment",
    "mark_no",
    "odometer_m",
    "loaded_m",
    "stored_wh",
    "energy_wh",
    "power_w",
    "settled_s",
    "limit_s",
)


def capture(world: SimWorld) -> dict[str, Any]:
    """Return the state of a world, made of JSON values only. What is in the trace's buffer is written out first."""
    return {
        "version": VERSION,
        "site": world.site.id,
        "seed": world.seed,
        "tick": world.tick,
        "robots": {robot.id: _robot(robot) for robot in world.robots.values()},
        "items": world.custody.snapshot(),
        "acts": [_act(act) for act in world.acts.by_id.values()],
        "drivers": world.drivers.snapshot(),
        "callers": world.callers.snapshot(),
        "physical_acts": [[done.t_s, done.robot, done.event] for done in world.physical_acts],
        "contacts": [[contact.at_s, contact.a, contact.b] for contact in world.scanners.contacts],
        "touching": [list(pair) for pair in world.scanners.touching],
        "hazards": world.hazards.capture(),
        "held_back": list(world.held_back),
        "trace_bytes": world.trace.flush() if world.trace is not None else None,
    }


def restore(world: SimWorld, state: Mapping[str, Any]) -> None:
    """Put a new world of the same site and seed, with the same callers' rows, into a captured state.

    The trace is not opened: `state["trace_bytes"]` says how much of its file is valid (`SimWorld.open_trace`).

    Raises
    ------
    RuntimeFailure : `sim_checkpoint_version`, `sim_checkpoint_site`.
    """
    if state.get("version") != VERSION:
        message = f"expected a checkpoint of version {VERSION}, got {state.get('version')!r}; delete it to start anew"
        raise RuntimeFailure("sim_checkpoint_version", message)
    if state["site"] != world.site.id or not set(world.site.robots) >= set(state["robots"]):
        message = f"the checkpoint is of site {state['site']!r} with other robots; delete it to start anew"
        raise RuntimeFailure("sim_checkpoint_site", message, world.site.id)
    world.seed = state["seed"]
    world.tick = state["tick"]
    world.now_s = world.tick / TICKS_PER_S
    world.custody.restore(state["items"])
    for robot_id, robot in world.robots.items():
        if robot_id in state["robots"]:  # one that was real until now begins where it starts
            _restore_robot(world, robot, state["robots"][robot_id])
    world.acts.by_id = {fields[0]: _restored_act(fields) for fields in state["acts"]}
    for act in world.acts.by_id.values():
        if act.robot not in world.robots and act.state is GoalState.RUNNING:
            act.state = GoalState.CANCELLED
    world.drivers.restore(state["drivers"])
    world.callers.restore(state["callers"])
    world.physical_acts = [PhysicalAct(*fields) for fields in state["physical_acts"]]
    world.scanners.contacts = [Contact(*fields) for fields in state["contacts"]]
    world.scanners.touching = dict.fromkeys((a, b) for a, b in state["touching"])
    world.hazards.restore(state.get("hazards", {}))
    world.held_back = dict.fromkeys(state.get("held_back", ()))
    for robot_id, robot in world.robots.items():
        robot.slip = world.hazards.slips.get(robot_id, 0.0)
    world.take_changes()
    for robot_id in world.robots:
        world.note_change(robot_id)


def live_on(world: SimWorld) -> None:
    """Bring a restored world up to where it may have been when its process was killed.

    Others may have seen `AHEAD_S` beyond the checkpoint, and neither does the clock go back nor does a robot: the world
    lives through that time once more, on the goals it had. These are given up then, since they do not survive the
    servers that took them; acts go on, for they are asked for by id.
    """
    world.advance(AHEAD_S)
    for robot_id in world.robots:
        world.cancel(robot_id)


def save(world: SimWorld, path: Path) -> None:
    """Write the state of a world to a file, durably and all or nothing."""
    text = json.dumps(capture(world), separators=(",", ":"), allow_nan=False)
    aside = path.with_name(f"{path.name}.{os.getpid()}")
    with aside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def load(path: Path) -> dict[str, Any] | None:
    """Return the state that a file holds, None if there is no such file.

    Raises
    ------
    RuntimeFailure : `sim_checkpoint_malformed`.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    try:
        state = json.loads(text)
    except json.JSONDecodeError as error:
        message = f"expected JSON: {error}; delete the file to start anew"
        raise RuntimeFailure("sim_checkpoint_malformed", message, str(path)) from error
    if not isinstance(state, dict):
        raise RuntimeFailure("sim_checkpoint_malformed", "expected an object; delete the file to start anew", str(path))
    return state


def _robot(robot: SimRobot) -> dict[str, Any]:
    state: dict[str, Any] = {name: _finite(getattr(robot, name)) for name in _ROBOT_FIELDS}
    state["mode"] = int(robot.mode)
    state["control"] = robot.control
    state["lost"] = robot.lost
    state["goal"] = _goal(robot.goal)
    state["legs"] = [_leg(leg) for leg in robot.legs]
    state["passed"] = [_pose(pose) for pose in robot.passed]
    state["stopping"] = list(robot.stopping) if robot.stopping else None
    state["near"] = [other.id for other in robot.near]
    state["look_s"] = None if robot.look_s == -math.inf else robot.look_s
    state["blocked_s"] = _finite(robot.blocked_s)
    return state


def _restore_robot(world: SimWorld, robot: SimRobot, state: Mapping[str, Any]) -> None:
    for name in _ROBOT_FIELDS:
        setattr(robot, name, math.inf if state[name] is None else state[name])
    robot.carry(*world.custody.load_of(robot.id, robot.kind.footprint))
    robot.mode = Mode(state["mode"])
    robot.control = state["control"]
    robot.lost = state["lost"]
    robot.goal = _restored_goal(state["goal"])
    robot.legs = tuple(_restored_leg(leg) for leg in state["legs"])
    robot.leg = robot.legs[robot.leg_no] if robot.leg_no < len(robot.legs) else None
    robot.passed = [Pose(*pose) for pose in state["passed"]]
    stopping = state["stopping"]
    robot.stopping = (GoalState(stopping[0]), stopping[1], stopping[2]) if stopping else None
    robot.near = tuple(world.robots[other] for other in state["near"] if other in world.robots)
    # who is near beside those that are simulated is known when it was looked again
    alone = len(robot.near) == len(state["near"])
    robot.look_s = state["look_s"] if alone and state["look_s"] is not None else -math.inf
    blocked_s = state.get("blocked_s")
    robot.blocked_s = math.inf if blocked_s is None else blocked_s


def _goal(goal: Goal | None) -> list[Any] | None:
    if goal is None:
        return None
    poses = [_pose(pose) for pose in goal.poses]
    return [goal.kind, goal.place, poses, goal.poses_left, goal.reached, goal.state.value, goal.code, goal.sentence]


def _restored_goal(fields: list[Any] | None) -> Goal | None:
    if fields is None:
        return None
    kind, place, poses, poses_left, reached, state, code, sentence = fields
    goal = Goal(kind, place, [Pose(*pose) for pose in poses])
    goal.poses_left, goal.reached, goal.state = poses_left, reached, GoalState(state)
    goal.code, goal.sentence = code, sentence
    return goal


def _leg(leg: Leg) -> list[Any]:
    if isinstance(leg, Turn):
        return ["turn", leg.yaw_rad, leg.marks]
    return ["run", leg.points, leg.yaw_rad, leg.marks]


def _restored_leg(fields: list[Any]) -> Leg:
    if fields[0] == "turn":
        return Turn(fields[1], fields[2])
    return Run([(x, y) for x, y in fields[1]], fields[2], fields[3])


def _act(act: Act) -> list[Any]:
    return [
        act.id,
        act.robot,
        act.act,
        act.place,
        act.item,
        act.to,
        act.state.value,
        act.code,
        _finite(act.end_s),
        act.outcome,
        act.succeeds,
        act.result,
    ]


def _restored_act(fields: list[Any]) -> Act:
    act = Act(*fields[:4])
    act.item, act.to, state, act.code, end_s, act.outcome, act.succeeds, act.result = fields[4:]
    act.state = GoalState(state)
    act.end_s = math.inf if end_s is None else end_s
    return act


def _pose(pose: Pose) -> list[Any]:
    return [pose.x_m, pose.y_m, pose.yaw_rad, pose.map_id]


def _finite(value: Any) -> Any:
    return None if value == math.inf else value
