"""Field jobs: what staff are sent out for, because a person has to lend a hand. Robots know nothing of them.

A robot that is moved by hand is held meanwhile: the fleet cannot steer it, and must not move it either. Whoever says
that the job is over gives the robot back.
"""

from __future__ import annotations

import math

from robot_fleet.core.desk import JobKind
from robot_fleet.core.effects import Answer
from robot_fleet.core.errors import RequestError
from robot_fleet.core.facts import CommandTaken, JobAnswered, JobOpened
from robot_fleet.core.fleet.alarming.cases import AlarmRecord, JobRecord
from robot_fleet.core.fleet.commands.repeats import repeated
from robot_fleet.core.fleet.commands.requests import hold
from robot_fleet.core.fleet.turn import Turn
from robot_fleet.core.inputs import AnswerJob, JobChange, OpenJob
from robot_fleet.core.lifecycles import job as lifecycle
from robot_fleet.core.lifecycles.job import JobEvent
from robot_fleet.core.wishes import check_key

DUE_LEAST_S, DUE_MOST_S = 60.0, 7 * 86_400.0
"""How soon a job may be due (fleet seconds)."""


def change(turn: Turn, wish: JobChange) -> None:
    """Send for staff, or take in what they say of a job.

    Raises
    ------
    RequestError : `request_key_malformed`, `request_malformed`, `request_unknown_robot`, `request_unknown_place`,
        `request_unknown_alarm`, `request_unknown_incident`, `request_unknown_job`, `request_job_malformed`,
        `request_job_state`, `request_robot_taken_over`, `request_emergency_stopped`, `request_reason_missing`,
        `request_duration_malformed`.
    """
    check_key(wish.key)
    if repeated(turn, wish.key):
        return
    name = _open(turn, wish) if isinstance(wish, OpenJob) else _answer(turn, wish)
    turn.emit(CommandTaken(wish.key, {"accepted": True, "task": name}))
    turn.effects.append(Answer(wish.key, True, name))


def _open(turn: Turn, wish: OpenJob) -> str:
    _check(turn, wish)
    alarm = turn.state.alarms.get(wish.alarm)
    robot, place = wish.robot, wish.place
    incident = wish.incident or (alarm.incident if alarm is not None else _incident_of(turn, robot))
    if alarm is not None and not (robot or place):
        robot, place = _whom(turn, alarm)
    if wish.kind == JobKind.TAKE_OVER:
        _check_take_over(turn, robot)
    name, now_s = turn.state.next_job, turn.now.fleet_s
    due_s = now_s + wish.due_in_s
    turn.emit(JobOpened(name, wish.kind, robot, place, wish.alarm, incident, due_s, wish.text, wish.by, now_s))
    if wish.kind == JobKind.TAKE_OVER:
        hold(turn, True, robot, name, wish.by, in_place=True)  # people are about to go to it
    return name


def _answer(turn: Turn, wish: AnswerJob) -> str:
    job = turn.state.jobs.get(wish.job)
    if job is None:
        raise RequestError("request_unknown_job", f"no job {wish.job!r}; `./fleet job list` shows all", wish.job)
    if wish.answer not in list(JobEvent):
        raise RequestError("request_malformed", f"expected {', '.join(JobEvent)}, got {wish.answer!r}", "answer")
    if (job.state, JobEvent(wish.answer)) not in lifecycle.TRANSITIONS:
        raise RequestError("request_job_state", f"the job is {job.state.value}", wish.job)
    given_back = job.kind == JobKind.TAKE_OVER and wish.answer != JobEvent.TAKE
    if given_back:
        _check_not_stopped(turn, job)
    turn.emit(JobAnswered(job.id, wish.answer, wish.text, wish.by, turn.now.fleet_s))
    if given_back:
        hold(turn, False, job.robot, job.id, wish.by, in_place=False)
    return job.id


def _check(turn: Turn, wish: OpenJob) -> None:
    if wish.kind not in list(JobKind):
        raise RequestError("request_malformed", f"expected {', '.join(JobKind)}, got {wish.kind!r}", "kind")
    about = (
        (wish.robot, turn.state.robots, "request_unknown_robot"),
        (wish.place, turn.site.places, "request_unknown_place"),
        (wish.alarm, turn.state.alarms, "request_unknown_alarm"),
        (wish.incident, turn.state.incidents, "request_unknown_incident"),
    )
    if not any(name for name, _, _ in about):
        raise RequestError("request_job_malformed", "say what it is about: a robot, place, alarm or incident", "robot")
    for name, known, code in about:
        if name and name not in known:
            raise RequestError(code, f"nothing here has the id {name!r}", name)
    if wish.kind == JobKind.OTHER and not wish.text.strip():
        raise RequestError("request_reason_missing", "say what is to be done", "text")
    if not (math.isfinite(wish.due_in_s) and DUE_LEAST_S <= wish.due_in_s <= DUE_MOST_S):
        expected = f"expected {DUE_LEAST_S:g} to {DUE_MOST_S:g} s, got {wish.due_in_s:g}"
        raise RequestError("request_duration_malformed", expected, "due_in_s")


def _check_take_over(turn: Turn, robot: str) -> None:
    if not robot:
        raise RequestError("request_job_malformed", "say which robot is to be moved by hand", "robot")
    job = turn.state.taken_over(robot)
    if job is not None:
        raise RequestError("request_robot_taken_over", f"{job.id} has it already", robot)


def _check_not_stopped(turn: Turn, job: JobRecord) -> None:
    """A robot whose emergency stop was pressed is let go only by whoever consents to just that."""
    if turn.state.robots[job.robot].stopped:
        message = "its emergency stop was pressed: let it go on first, then give it back"
        raise RequestError("request_emergency_stopped", message, job.robot)


def _incident_of(turn: Turn, robot: str) -> str:
    return next((known.id for known in turn.state.incidents.values() if known.open and robot in known.robots), "")


def _whom(turn: Turn, alarm: AlarmRecord) -> tuple[str, str]:
    """Return the robot and place that an alarm speaks of: of a call for help the place."""
    if alarm.task:
        places = [place for stop in turn.state.tasks[alarm.task].request.stops for place in stop.places[:1]]
        return "", places[0] if places else ""
    robots = [subject for subject in alarm.subjects if subject in turn.state.robots]
    return (robots[0] if len(robots) == 1 else ""), ""
