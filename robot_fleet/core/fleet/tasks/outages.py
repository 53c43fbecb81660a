"""Places out of use: a slot that was found occupied, a charger without current, a bay in which a robot has died.

No robot is sent there and nothing is planned or asked for there, until a person says that it is in order.
"""

from __future__ import annotations

from robot_fleet.core.desk import JobKind
from robot_fleet.core.facts import JobAnswered, JobOpened, PlaceMended, PlaceTakenOut
from robot_fleet.core.fleet.turn import Turn
from robot_fleet.core.lifecycles.job import JobState

NO_POWER = "act_no_power"
TELLING = ("act_place_full", "act_place_blocked", NO_POWER)
"""Codes of failed acts after which their place cannot be used by others: it is not as the fleet believes it to be, or a
robot lies there."""


FETCHED_WITHIN_S = 900.0
"""By when staff are to have released a robot that lies in a place without power (fleet time)."""


def take_out(turn: Turn, place: str, code: str, robot: str = "", by: str = "") -> None:
    """Use a place no more until somebody says that it is in order; one that is out already stays so."""
    if place in turn.state.out:
        return
    turn.emit(PlaceTakenOut(place, code, robot, by, turn.now.fleet_s))
    turn.agenda.replan = turn.agenda.moved = True


def found(turn: Turn, robot: str, place: str, code: str) -> None:
    """Take a place out if what an act has failed with there says that it cannot be used."""
    if code not in TELLING or not turn.ports.policies.recovery:
        return
    take_out(turn, place, code, robot)
    if code == NO_POWER and not any(job.open and job.robot == robot for job in turn.state.jobs.values()):
        name, now_s = turn.state.next_job, turn.now.fleet_s
        turn.emit(
            JobOpened(name, JobKind.FETCH_ROBOT.value, robot, place, "", "", now_s + FETCHED_WITHIN_S, code, "", now_s)
        )


def mended(turn: Turn, place: str, by: str) -> None:
    """Use a place again, since somebody has been there; what staff were sent there for is done by that."""
    turn.emit(PlaceMended(place, by, turn.now.fleet_s))
    turn.agenda.replan = turn.agenda.moved = True
    for job in list(turn.state.jobs.values()):
        if job.open and job.place == place and not job.opened_by:
            for answer in ("take", "done") if job.state is JobState.OPEN else ("done",):
                turn.emit(JobAnswered(job.id, answer, "", by, turn.now.fleet_s))
