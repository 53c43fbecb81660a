"""Whom a call for help wants reached: its place, the emergency services, the guardian, whoever opens the door.

The core decides that somebody is to be reached and when; adapters reach them, and say so with `RecordVoice`, as people
do. A wish stands until it is met, and no robot is waited for: with silence for long enough the emergency services are
called, wherever the robots are, and if there are none. Where no robot has come when it should have, staff are sent.
"""

from __future__ import annotations

from collections.abc import Iterator

from robot_fleet.core.desk import Contact, JobKind
from robot_fleet.core.effects import ReachOut
from robot_fleet.core.facts import ContactWanted, JobAnswered, JobOpened
from robot_fleet.core.fleet.alarming.cases import AlarmRecord
from robot_fleet.core.fleet.applied.jobs import CUT_OFF, NO_ROBOT, for_want_of_a_robot
from robot_fleet.core.fleet.right_of_way.cut_off import EQUIPMENT_FAILED
from robot_fleet.core.fleet.state import FleetState, TaskRecord
from robot_fleet.core.fleet.tasks import flowing
from robot_fleet.core.fleet.turn import Turn
from robot_fleet.core.lifecycles.job import JobEvent, JobState
from robot_fleet.core.lifecycles.task import TaskState

CALLED, SILENCE, SAID = "called", "silence", "said"
"""Reasons: somebody has called; nobody has answered for too long; a caller has said a word that calls for it."""
ROBOT_THERE = "robot_on_site"
"""Word with which staff are called back who have not set out yet."""


def look(turn: Turn) -> None:
    """Want whom the calls for help call for now, and wish again for everybody who was not reached yet."""
    for call in turn.state.calls():
        if not _goes_on(turn.state, call):
            continue
        place = place_of(turn.state, call)
        for kind, reason in _called_for(turn, call):
            if kind not in call.wants and not call.met(kind):
                turn.emit(ContactWanted(call.id, kind.value, place, reason, turn.now.fleet_s))
        _send_staff(turn, call, place)
    turn.effects.extend(wishes(turn.state))


def _send_staff(turn: Turn, call: AlarmRecord, place: str) -> None:
    """Send staff where no robot has come in time, and call them back once one is there before anybody has set out.

    Where equipment out of order leaves no robot a way they are sent at once. A robot that was there and is nobody's any
    more (it has fallen silent, it stands in the way of the next) is none.
    """
    task, now_s = turn.state.tasks[call.task], turn.now.fleet_s
    cut_off = task.reason == EQUIPMENT_FAILED and bool(task.about)
    alone = call.on_site_s is None or not task.robot
    if call.staff_s is None and alone and not task.ended and (cut_off or now_s >= task.request.due_s):
        name, due_s = turn.state.next_job, now_s + turn.site.health.desk.staff_s
        kind, text = JobKind.LOOK_AFTER.value, f"{CUT_OFF}:{','.join(task.about)}" if cut_off else NO_ROBOT
        turn.emit(JobOpened(name, kind, "", place, call.id, call.incident, due_s, text, "", now_s))
    elif call.staff_s is not None and call.on_site_s is not None and (task.ended or _is_there(turn.state, task)):
        for job in list(turn.state.jobs.values()):
            if job.alarm == call.id and for_want_of_a_robot(job.text) and job.state is JobState.OPEN:
                turn.emit(JobAnswered(job.id, JobEvent.WITHDRAW.value, ROBOT_THERE, "", now_s))


def _is_there(state: FleetState, task: TaskRecord) -> bool:
    robot = state.robots.get(task.robot)
    order = robot.busy if robot is not None else None
    return order is not None and order.task == task.id and order.arrived


def wishes(state: FleetState) -> Iterator[ReachOut]:
    """Give everybody who is wanted and was not reached yet."""
    for call in state.calls():
        if not _goes_on(state, call):
            continue
        for name, since_s in call.wants.items():
            if not call.met(name):
                opened_s = call.voice_s if name == Contact.LINE else None
                yield ReachOut(call.id, name, place_of(state, call), since_s, opened_s)


def place_of(state: FleetState, call: AlarmRecord) -> str:
    """Return the place where somebody has called for help."""
    task = state.tasks[call.task]
    return next((stop.places[0] for stop in task.request.stops if stop.places), "")


def _goes_on(state: FleetState, call: AlarmRecord) -> bool:
    """Return whether a call still concerns anybody: it is open, or its incident is, and it was not taken back."""
    task = state.tasks.get(call.task)
    if task is None or task.state is TaskState.CANCELLED:
        return False
    incident = state.incidents.get(call.incident)
    return call.open or (incident is not None and incident.open)


def _called_for(turn: Turn, call: AlarmRecord) -> Iterator[tuple[Contact, str]]:
    """Give whom a call wants reached, and why now."""
    desk = turn.site.health.desk
    yield Contact.LINE, CALLED
    if call.said in desk.emergency_words:
        yield Contact.EMERGENCY, SAID
    elif not call.heard and turn.now.fleet_s >= call.raised_s + desk.silence_s:
        yield Contact.EMERGENCY, SILENCE
    wait = flowing.awaited(turn.state.tasks[call.task])
    for name in wait.contacts if wait is not None else ():
        yield Contact(name), wait.id if wait is not None else ""
