"""What robots do with their hands and voices: identified acts that happen once, with a duration and a result.

Codes of failed acts: `act_unknown_item`, `act_item_absent`, `act_item_not_on_board`, `act_too_heavy`, `act_place_full`,
`act_does_not_fit`, `act_not_at_place`, `act_unknown_place`, `act_robot_moving`, `act_busy`, `act_no_power`, and
`act_<result>` where people made it fail.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from robot_fleet.core.ports import GoalState, GoalStatus
from robot_fleet.sim.drivers import ENTRY_BAY, EXIT_BAY
from robot_fleet.sim.goals import Mode
from robot_fleet.sim.items import SimItem, number
from robot_fleet.sim.people import PLAIN
from robot_fleet.sim.robot import SimRobot

if TYPE_CHECKING:
    from robot_fleet.sim.world import SimWorld

CAR_PLACES = (ENTRY_BAY, EXIT_BAY, "slot")
TOO_HEAVY = "act_too_heavy"
BREAKS_DOWN = "breaks_down"
"""Result of an act in which the robot loses its power, until staff get it going again."""
AT_PLACE_M = 0.5
"""An act needs the robot this close to the place's pose."""
SAFE_POINT_S = 2.0
"""A take or give is past its safe point this long before its end: it completes."""


class Act:
    """One physical act, under way or ended."""

    __slots__ = ("act", "code", "end_s", "id", "item", "outcome", "place", "result", "robot", "state", "succeeds", "to")

    def __init__(self, act_id: str, robot: str, act: str, place: str) -> None:
        self.id = act_id
        self.robot = robot
        self.act = act
        self.place = place
        self.item = ""
        self.to = ""
        self.state = GoalState.RUNNING
        self.code = ""
        self.end_s = math.inf
        self.outcome = ""
        self.succeeds = True
        self.result: dict[str, object] = {}

    def status(self) -> GoalStatus:
        """Return where the act stands."""
        sentence = f"{self.act} at {self.place}: {self.code or self.state.value}"
        result = dict(self.result) if self.state is GoalState.SUCCEEDED else None
        return GoalStatus(self.state, self.code, 0, sentence, result)


class Acts:
    """All acts of a world, by id."""

    def __init__(self, world: SimWorld) -> None:
        self._world = world
        self.by_id: dict[str, Act] = {}

    def start(self, robot: SimRobot, act_id: str, act: str, place: str, params: Mapping[str, object]) -> None:
        """Start an act, or attach to the one of this id; a cancelled one has not happened and starts anew."""
        known = self.by_id.get(act_id)
        if known is not None and known.state is not GoalState.CANCELLED:
            return
        new = Act(act_id, robot.id, act, place)
        new.item = str(params.get("item", "") or "")
        new.to = str(params.get("to", "") or "place")
        self.by_id[act_id] = new
        new.code = self._refusal(robot, new, params)
        if new.code:
            new.state = GoalState.FAILED
            self._world.note_change(robot.id)
            return
        world = self._world
        door = world.site.places[place].door
        truth = world.truth_of(params)
        template = act_id.rpartition("/")[0]
        again = bool(truth) and any(each != act_id and each.rpartition("/")[0] == template for each in self.by_id)
        outcome = world.people.act(world.seed, act_id, _habit_keys(act, params), truth, door, again)
        new.outcome = outcome.result
        new.succeeds = outcome.succeeds
        robot.act_id = act_id
        new.end_s = world.now_s + outcome.duration_s
        if act == "take" and new.item not in world.custody.at_place(place):
            new.end_s = math.inf  # the driver is still queueing for the bay; the act goes on when the car has come
            new.result = {"duration_s": outcome.duration_s}
        elif act == "take":
            world.drivers.lifting(new.item, place)
        robot.due_s = new.end_s
        world.note_change(robot.id)

    def cancel(self, act_id: str) -> None:
        """Break a running act off; a take or give that is past its safe point completes."""
        act = self.by_id.get(act_id)
        if act is None or act.state is not GoalState.RUNNING:
            return
        if act.act in ("take", "give") and act.end_s - self._world.now_s <= SAFE_POINT_S:
            return
        self._end(act, GoalState.CANCELLED)

    def status(self, act_id: str) -> GoalStatus | None:
        """Return where an act stands, None if it was never started."""
        act = self.by_id.get(act_id)
        return act.status() if act is not None else None

    def item_came(self, item: str) -> None:
        """Let the acts that wait for an item begin."""
        for robot in self._world.robots.values():
            act = self.by_id.get(robot.act_id)
            if act is not None and act.act == "take" and act.item == item and act.end_s == math.inf:
                duration_s = number(act.result, "duration_s")
                act.result = {}
                act.end_s = robot.due_s = self._world.now_s + duration_s
                self._world.drivers.lifting(item, act.place)

    def sleep(self, pause_s: float) -> None:
        """Let a time pass in which no act went on."""
        for act in self.by_id.values():
            if act.state is GoalState.RUNNING:
                act.end_s += pause_s

    def complete(self, robot: SimRobot) -> None:
        """Bring the robot's act to its end, with its effect on custody."""
        act = self.by_id[robot.act_id]
        world = self._world
        if act.outcome == BREAKS_DOWN:
            world.break_down(robot)
            return
        if not act.succeeds:
            act.code = f"act_{act.outcome}"
            act.result = {}
            self._end(act, GoalState.FAILED)
            return
        event = f"act:{act.act}"
        if act.act == "take":
            act.code = self._cannot_take(robot, act)
            event = f"take:{act.item}"
        elif act.act == "give":
            act.code = self._cannot_give(act)
            holder = act.place if act.to == "place" else "person"
            event = f"give:{act.item}:{holder}"
        if act.code:
            self._end(act, GoalState.FAILED)
            if act.code == TOO_HEAVY:
                world.drivers.sent_away(act.item, act.place)
            return
        if act.act == "take":
            world.custody.move(act.item, "robot", robot.id)
            world.load_changed(robot)
        elif act.act == "give":
            if act.to == "place":
                world.custody.move(act.item, "place", act.place)
                world.drivers.item_placed(act.item, act.place)
            else:
                world.custody.move(act.item, "person", act.place)
            world.load_changed(robot)
        if act.outcome != PLAIN:
            act.result["result"] = act.outcome
        if act.item:
            act.result["item"] = act.item
        world.record(robot, event)
        self._end(act, GoalState.SUCCEEDED)

    def fail(self, robot: SimRobot, code: str) -> None:
        """Let the act of a robot fail, as one without power does; nothing has changed hands."""
        act = self.by_id.get(robot.act_id)
        if act is not None:
            act.code = code
            self._end(act, GoalState.FAILED)

    def _end(self, act: Act, state: GoalState) -> None:
        act.state = state
        robot = self._world.robots[act.robot]
        robot.act_id = ""
        if robot.mode is Mode.STANDING or robot.mode is Mode.DOCKED:
            robot.due_s = math.inf
        self._world.note_change(robot.id)

    def _refusal(self, robot: SimRobot, act: Act, params: Mapping[str, object]) -> str:
        """Return why an act cannot start, or an empty text."""
        world = self._world
        if robot.mode is Mode.DEAD:
            return "act_no_power"
        if robot.act_id:
            return "act_busy"
        place = world.site.places.get(act.place)
        if place is None:
            return "act_unknown_place"
        if robot.mode is not Mode.STANDING and robot.mode is not Mode.DOCKED:
            return "act_robot_moving"
        if place.pose.map_id != robot.map_id or place.pose.distance_m(robot.pose) > AT_PLACE_M:
            return "act_not_at_place"
        if act.act == "take":
            if world.drivers.queues_for(act.item, act.place):
                return "act_item_absent" if world.custody.at_place(act.place) else ""
            self._bring(act, params)
            code = self._cannot_take(robot, act)
            return "" if code == TOO_HEAVY else code  # that is found when it is lifted
        if act.act == "give":
            return self._cannot_give(act)
        return ""

    def _bring(self, act: Act, params: Mapping[str, object]) -> None:
        """Let whoever asked for a service outside the demand bring the item to be taken; but nobody brings cars."""
        world = self._world
        if act.item and act.item not in world.custody.items and world.site.places[act.place].kind not in CAR_PLACES:
            mass_kg = number(params, "mass_kg") or world.people.habits.brought_kg
            length_m, width_m = number(params, "length_m"), number(params, "width_m")
            world.custody.add(SimItem(act.item, "item", mass_kg, length_m, width_m, "place", act.place))

    def _cannot_take(self, robot: SimRobot, act: Act) -> str:
        item = self._world.custody.items.get(act.item)
        if item is None:
            return "act_unknown_item"
        if item.holder_kind != "place" or item.holder != act.place:
            return "act_item_absent"
        if robot.load_kg + item.mass_kg > robot.kind.payload_kg + 1e-9:
            return TOO_HEAVY
        return ""

    def _cannot_give(self, act: Act) -> str:
        world = self._world
        item = world.custody.items.get(act.item)
        if item is None:
            return "act_unknown_item"
        if item.holder_kind != "robot" or item.holder != act.robot:
            return "act_item_not_on_board"
        if act.to != "place":
            return ""
        place = world.site.places[act.place]
        if len(world.custody.at_place(act.place)) >= place.holds_items:
            return "act_place_full"
        too_long = 0.0 < place.length_m < item.length_m
        too_wide = 0.0 < place.width_m < item.width_m
        too_heavy = 0.0 < place.max_kg < item.mass_kg
        return "act_does_not_fit" if too_long or too_wide or too_heavy else ""


def _habit_keys(act: str, params: Mapping[str, object]) -> tuple[str, ...]:
    """Names under which an act's habit may stand: `<service>.<act id>`, `<service>.<verb>`, the verb.

    The act's parameters tell its service and, as `act`, its id within that.
    """
    service = str(params.get("service", "") or "")
    template = str(params.get("act", "") or "")
    keys = [f"{service}.{template}"] if service and template else []
    if service:
        keys.append(f"{service}.{act}")
    return (*keys, act)
