"""Doors, gates and lifts on robots' ways: asked in time, waited for, passed, left to others, and done without.

What leads through one is released only while it says that it is open for this very robot, at the level that the lane
ends at. When the right of way gives a robot such a lane, all that it gives is *kept* for the robot until the equipment
opens: otherwise others might take the room in which it is to come out. Nobody is asked for who could not go on anyway,
so no robot holds a lift for which another one bars the way.
"""

from __future__ import annotations

from math import inf

from robot_fleet.core.effects import AskEquipment
from robot_fleet.core.equipment import Equipment, EquipmentReport
from robot_fleet.core.facts import EquipmentAsked, EquipmentFailed, EquipmentLeft, EquipmentMended, EquipmentOpened
from robot_fleet.core.fleet.state import EquipmentRecord, RobotRecord
from robot_fleet.core.fleet.turn import Turn
from robot_fleet.core.lifecycles.equipment import EquipmentState
from robot_fleet.core.lifecycles.link import LinkState
from robot_fleet.core.lifecycles.order import OrderState

SILENT_AFTER_S = 15.0
"""Steady seconds after which equipment that is not heard counts as out of order; it speaks once a second."""
TRIED_AGAIN_S = 300.0
"""Fleet seconds after which equipment that did not open is tried again."""
NOT_OPENING, SILENT, BY_PERSON = "not_opening", "silent", "out_by_person"
"""Codes of equipment that was asked in vain, that nobody hears, and of which somebody says that it is out of order."""


def hear(turn: Turn, news: EquipmentReport) -> None:
    """Take in what a piece of equipment says; what it said before counts for nothing."""
    if news.equipment not in turn.site.equipment:
        return
    if turn.seen.equipment.get(news.equipment) != news:
        turn.agenda.moved = True
    turn.seen.equipment[news.equipment] = news
    turn.seen.equipment_s[news.equipment] = turn.now.steady_s


def watch(turn: Turn) -> None:
    """Let follow what equipment has said, what robots have done, and what time has passed."""
    for equipment in turn.site.equipment.values():
        record = turn.state.equipment.get(equipment.id) or EquipmentRecord(equipment.id)
        if record.robot and not _needs(turn, equipment, record):
            turn.emit(EquipmentLeft(equipment.id, record.robot, turn.now.fleet_s))
            turn.effects.append(AskEquipment(equipment.id))
            turn.agenda.moved = True
        if record.works:
            _fail(turn, equipment, record, _trouble(turn, equipment, record))
        elif _is_mended(turn, equipment, record):
            turn.emit(EquipmentMended(equipment.id, turn.now.fleet_s))
            turn.agenda.replan = turn.agenda.moved = True
        if record.state is EquipmentState.ASKED and _lets_pass(turn, record):
            turn.emit(EquipmentOpened(equipment.id, record.robot, record.level, turn.now.fleet_s))


def ask_again(turn: Turn) -> None:
    """Repeat what is wished of each piece of equipment; one that serves nobody is let go, whoever it still says."""
    for name in turn.site.equipment:
        record, said = turn.state.equipment.get(name), turn.seen.equipment.get(name)
        if record is not None and record.robot:
            turn.effects.append(AskEquipment(name, record.robot, record.level))
        elif said is not None and said.session in turn.state.robots:
            turn.effects.append(AskEquipment(name))


def kept(turn: Turn, robot: RobotRecord) -> int:
    """Return how many lanes of a robot's order nobody else is given: those released, and those beyond equipment."""
    order = robot.busy
    if order is None:
        return 0
    return max([order.lanes_released, *(_kept_to(robot, known) for known in turn.state.equipment.values())])


def open_to(turn: Turn, robot: RobotRecord, granted: int) -> int:
    """Return how many lanes of a robot's order may be released of those that the right of way gives, and ask for more.

    Parameters
    ----------
    granted : how many lanes it may have as far as others are concerned, counted from the order's first.
    """
    order = robot.busy
    if order is None:
        return 0
    for index in range(order.lanes_released, granted):
        lane = turn.site.lanes[order.lanes[index]]
        equipment = turn.site.equipment.get(lane.resource)
        if equipment is None:
            continue
        level = turn.site.vertices[lane.end].pose.map_id
        record = turn.state.equipment.get(equipment.id) or EquipmentRecord(equipment.id)
        mine = (record.robot, record.level) == (robot.id, level)
        if not (mine and record.state is EquipmentState.OPEN and _lets_pass(turn, record)):
            _ask(turn, robot, equipment, record, level, index, granted)
            return index
    return granted


def is_in(turn: Turn, robot: RobotRecord, equipment: Equipment) -> bool:
    """Return whether a robot is in a piece of equipment, or may be: what leads through it is released to it."""
    if robot.stranded_on in equipment.lanes or robot.at in equipment.inside:
        return True
    order = robot.busy
    return order is not None and not set(order.lanes[order.lanes_done : order.lanes_released]).isdisjoint(
        equipment.lanes
    )


def _ask(
    turn: Turn, robot: RobotRecord, equipment: Equipment, record: EquipmentRecord, level: str, index: int, granted: int
) -> None:
    """Ask for a robot: when it could pass; of a lift that it is in, when it stands in the cabin."""
    order = robot.busy
    if order is None or record.robot not in ("", robot.id) or not record.works:
        return
    if record.robot == robot.id and record.level != level and order.lanes_done < index:
        return
    waits = (record.robot, record.order, record.level) == (robot.id, order.id, level)
    if waits and record.state is EquipmentState.ASKED and kept(turn, robot) > index:
        return
    begin, now_s = order.lanes_released, turn.now.fleet_s
    turn.emit(EquipmentAsked(equipment.id, robot.id, order.id, level, begin, order.lanes[begin:granted], now_s))
    turn.effects.append(AskEquipment(equipment.id, robot.id, level))


def _needs(turn: Turn, equipment: Equipment, record: EquipmentRecord) -> bool:
    """Return whether the robot that it was asked for is in it, or still to pass and free to."""
    robot = turn.state.robots[record.robot]
    if is_in(turn, robot, equipment):
        return True
    order = robot.busy
    if order is None or order.state is not OrderState.ACTIVE or robot.link is not LinkState.LIVE:
        return False
    ahead = order.lanes[order.lanes_done : _kept_to(robot, record)]
    return not turn.must_stay(robot) and not set(ahead).isdisjoint(equipment.lanes)


def _kept_to(robot: RobotRecord, record: EquipmentRecord) -> int:
    """Return up to which lane of its order a robot's way is kept for it beyond equipment, 0 for none."""
    order, end = robot.busy, record.begin + len(record.lanes)
    if order is None or (record.robot, record.order) != (robot.id, order.id):
        return 0
    return end if order.lanes[record.begin : end] == record.lanes else 0


def _lets_pass(turn: Turn, record: EquipmentRecord) -> bool:
    said = turn.seen.equipment.get(record.id)
    return said is not None and said.lets_pass(record.robot, record.level) and not _is_silent(turn, record.id)


def _is_silent(turn: Turn, equipment: str) -> bool:
    """Return whether equipment has not been heard for long; after a restart the silence counts from the first look."""
    heard_s = turn.seen.equipment_s.setdefault(equipment, turn.now.steady_s)
    return turn.now.steady_s - heard_s > SILENT_AFTER_S


def _trouble(turn: Turn, equipment: Equipment, record: EquipmentRecord) -> str:
    """Return why equipment cannot be used, empty if it can."""
    said = turn.seen.equipment.get(equipment.id)
    if record.out_by and not (record.robot and is_in(turn, turn.state.robots[record.robot], equipment)):
        return BY_PERSON  # whoever is in it comes out first
    if _is_silent(turn, equipment.id):
        return SILENT
    if said is not None and said.code:
        return said.code
    waited_s = turn.now.fleet_s - record.since_s
    in_vain = record.state is EquipmentState.ASKED and not _lets_pass(turn, record) and waited_s > equipment.patience_s
    return NOT_OPENING if in_vain else ""


def _fail(turn: Turn, equipment: Equipment, record: EquipmentRecord, code: str) -> None:
    if not code:
        return
    held = record.robot if record.robot and is_in(turn, turn.state.robots[record.robot], equipment) else ""
    until_s = turn.now.fleet_s + TRIED_AGAIN_S if code == NOT_OPENING else inf
    turn.emit(EquipmentFailed(equipment.id, code, held, until_s, turn.now.fleet_s))
    if record.robot != held or not held:
        turn.effects.append(AskEquipment(equipment.id))
    turn.agenda.replan = turn.agenda.moved = True


def _is_mended(turn: Turn, equipment: Equipment, record: EquipmentRecord) -> bool:
    said = turn.seen.equipment.get(equipment.id)
    works = said is not None and not said.code and not _is_silent(turn, equipment.id)
    return works and not record.out_by and _may_try(turn, record)


def _may_try(turn: Turn, record: EquipmentRecord) -> bool:
    return record.until_s == inf or record.until_s <= turn.now.fleet_s
