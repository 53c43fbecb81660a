"""The classes of faults as data: what each does, to whom and for how long; and how many may be at work at once."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from robot_fleet.runtime.chaos.messages import Disturbance


class FaultKind(StrEnum):
    """What fails."""

    PROCESS_KILLED = "process_killed"
    PROCESS_STOPPED = "process_stopped"
    RECORD_TORN = "record_torn"
    DISK_FULL = "disk_full"
    CLOCK_JUMPED = "clock_jumped"
    ROBOT_VANISHED = "robot_vanished"
    ACTION_ABORTED = "action_aborted"
    LOCALISATION_LOST = "localisation_lost"
    MESSAGE_DELAYED = "message_delayed"
    MESSAGE_DOUBLED = "message_doubled"
    MESSAGE_DROPPED = "message_dropped"


@dataclass(frozen=True, slots=True)
class FaultClass:
    """A class of faults.

    Parameters
    ----------
    does : what it does, for the docs and the result.
    parts : the processes that it strikes; empty for one that strikes a robot.
    lasts_s : steady seconds, from and to; (0, 0) for one that is over at once.
    """

    kind: FaultKind
    does: str
    parts: tuple[str, ...] = ()
    lasts_s: tuple[float, float] = (0.0, 0.0)

    @property
    def strikes_robot(self) -> bool:
        """Whether it strikes one robot and not a process."""
        return not self.parts


MANAGER, AGENTS, SIM, GATEWAY = "fleet_manager", "robot_agents", "sim_world", "gateway"

_EVERY_PART = (MANAGER, AGENTS, SIM, GATEWAY)
_K = FaultKind

CLASSES: tuple[FaultClass, ...] = (
    FaultClass(_K.PROCESS_KILLED, "SIGKILL; it is started again", _EVERY_PART, (0.5, 6.0)),
    FaultClass(_K.PROCESS_STOPPED, "SIGSTOP, later SIGCONT", _EVERY_PART, (1.0, 8.0)),
    FaultClass(_K.RECORD_TORN, "killed in the middle of writing a record", (MANAGER, AGENTS), (0.5, 3.0)),
    FaultClass(_K.DISK_FULL, "ledger, journals or checkpoint cannot grow", (MANAGER, AGENTS, SIM), (1.0, 6.0)),
    FaultClass(_K.CLOCK_JUMPED, "the manager's fleet time runs 5 to 60 s ahead", (MANAGER,), (3.0, 10.0)),
    FaultClass(_K.ROBOT_VANISHED, "every message from and to a robot is lost", lasts_s=(5.0, 60.0)),
    FaultClass(_K.ACTION_ABORTED, "the drive, docking, undocking or act under way fails with an error code"),
    FaultClass(
        _K.LOCALISATION_LOST,
        "the robot believes to stand 2 to 6 m beside itself",
        lasts_s=(3.0, 10.0),
    ),
    FaultClass(_K.MESSAGE_DELAYED, "messages are late by up to 3 s and overtake each other", lasts_s=(5.0, 20.0)),
    FaultClass(_K.MESSAGE_DOUBLED, "four of five messages come twice, up to 1 s apart", lasts_s=(5.0, 20.0)),
    FaultClass(_K.MESSAGE_DROPPED, "half of the messages are lost", lasts_s=(5.0, 20.0)),
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may fail at once.

    Parameters
    ----------
    processes : processes struck at the same time.
    robots : robots struck at the same time, each by one fault.
    settle_s : steady seconds that all processes have been up again before the next of them is struck.
    """

    processes: int = 1
    robots: int = 3
    settle_s: float = 3.0


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault.

    Parameters
    ----------
    at_s : fleet time.
    target : the process or robot that it strikes.
    lasts_s : steady seconds.
    size : drawn from 0 to 1, for what is larger or smaller in its class.
    robot, situation : whom it was aimed at, and what that robot was in the middle of.
    """

    number: int
    kind: FaultKind
    target: str
    lasts_s: float
    size: float
    at_s: float
    robot: str
    situation: str


DISTURBANCES: dict[FaultKind, Disturbance] = {
    FaultKind.ROBOT_VANISHED: Disturbance(drop=1.0),
    FaultKind.MESSAGE_DELAYED: Disturbance(delay_s=3.0),
    FaultKind.MESSAGE_DOUBLED: Disturbance(double=0.8, delay_s=1.0),
    FaultKind.MESSAGE_DROPPED: Disturbance(drop=0.5),
}
"""What the faults of the network do to messages."""
CLOCK_AHEAD_S = (5.0, 60.0)
ASTRAY_M = (2.0, 6.0)


def between(span: tuple[float, float], size: float) -> float:
    """Return the value of a span at a size from 0 to 1."""
    return span[0] + (span[1] - span[0]) * size
