"""What a robot under orders is doing, and everything that can lead from one doing to the next, as a table.

Three rules keep the table small enough to be checked by reading it:

1. A state is what the robot *does*. What is *wished* (the order, its hold, its cancel) is data, read by the agent; a
   wish reaches the table only through `ORDER` ("look again") and `HALT` ("end this, because of a hold or a cancel").
2. Whatever ends, ends in `BETWEEN`, with its result already in the journal. There and nowhere else the agent decides
   what comes next, so a restart, which also leads there, needs no rules of its own.
3. No state is left for a moving one but from `BETWEEN`. A robot never goes straight from one motion to another.

`TRANSITIONS` and `REJECTED` cover every pair of state and input; `robot_fleet.core.lifecycles.advance` reads them. A
rejected pair is a fault of the agent itself and stops it loudly: better a robot that stands than one that guesses.
"""

from __future__ import annotations

from enum import StrEnum
from itertools import product


class AgentState(StrEnum):
    """What the robot does."""

    NONE = "none"
    """There has never been an order."""
    RECOVERING = "recovering"
    """Goals of an earlier life, or from before the navigator was lost, are being cancelled; the pose is awaited."""
    BETWEEN = "between"
    """Nothing moves; the next thing is about to be chosen. Lasts no longer than one tick."""
    DRIVING = "driving"
    STOPPING = "stopping"
    """A hold was asked for in mid-drive; the robot is coming to rest."""
    DOCKING = "docking"
    UNDOCKING = "undocking"
    ACTING = "acting"
    WAITING = "waiting"
    """A `wait` step is running."""
    STARVED = "starved"
    """All that is released is done, but not all that is announced."""
    BACKING_OFF = "backing_off"
    """A goal failed; the robot stands until it is tried again."""
    UNAVAILABLE = "unavailable"
    """The navigator's servers are gone. Whether the robot moves is not known."""
    STRAYED = "strayed"
    """The robot left its corridor and is stopping or stands."""
    HOLDING = "holding"
    FAULT = "fault"
    """A step ended other than done. Nothing further of this order is started."""
    FINISHED = "finished"
    CANCELLED = "cancelled"


class AgentInput(StrEnum):
    """What can happen: the manager's `ORDER`, the choices of `BETWEEN` (`DRIVE` to `REST`), the world's doing."""

    ORDER = "order"
    """An order or an update of it was taken: look again."""
    DRIVE = "drive"
    DOCK = "dock"
    UNDOCK = "undock"
    ACT = "act"
    WAIT = "wait"
    STARVE = "starve"
    """Nothing released is left."""
    FINISH = "finish"
    """Every step is done."""
    HOLD = "hold"
    """The order says hold."""
    FAIL = "fail"
    """The newest result is not `done`."""
    GIVE_UP = "give_up"
    """The order says cancel and nothing of it is under way any more."""
    REST = "rest"
    """There is no order."""
    ENDED = "ended"
    """What was under way is over and its results are written down."""
    HALT = "halt"
    """A hold or a cancel ends what is under way."""
    STOPPED = "stopped"
    """The robot has come to rest."""
    RETRY = "retry"
    """A goal failed and will be tried again."""
    DUE = "due"
    """The time to try again has come."""
    LOST = "lost"
    """The navigator cannot be asked."""
    READY = "ready"
    """The navigator can be asked again."""
    RECOVERED = "recovered"
    """No goal runs, the pose is known, the robot stands."""
    STRAY = "stray"
    """The robot is outside its corridor."""
    RETURN = "return"
    """The robot is inside its corridor again."""
    EMERGENCY = "emergency"
    """The emergency stop was pressed; every goal was cancelled."""


_S = AgentState
_I = AgentInput

_RESTING = (_S.NONE, _S.STARVED, _S.HOLDING, _S.FAULT, _S.FINISHED, _S.CANCELLED)
"""States that only a new wish can end."""
_BUSY = tuple(state for state in AgentState if state not in (*_RESTING, _S.BETWEEN))
_GOALS = (_S.DRIVING, _S.DOCKING, _S.UNDOCKING)
"""States in which a goal of the navigator runs."""
_COMING_TO_REST = (_S.STOPPING, _S.STRAYED, _S.UNAVAILABLE, _S.RECOVERING)
"""States in which one may still run."""

TRANSITIONS: dict[tuple[AgentState, AgentInput], AgentState] = {
    # a new wish wakes whoever rests; the others read it themselves at their next tick
    **{(state, _I.ORDER): _S.BETWEEN for state in (*_RESTING, _S.BETWEEN)},
    **{(state, _I.ORDER): state for state in _BUSY},
    # the choice of what comes next
    (_S.BETWEEN, _I.DRIVE): _S.DRIVING,
    (_S.BETWEEN, _I.DOCK): _S.DOCKING,
    (_S.BETWEEN, _I.UNDOCK): _S.UNDOCKING,
    (_S.BETWEEN, _I.ACT): _S.ACTING,
    (_S.BETWEEN, _I.WAIT): _S.WAITING,
    (_S.BETWEEN, _I.STARVE): _S.STARVED,
    (_S.BETWEEN, _I.FINISH): _S.FINISHED,
    (_S.BETWEEN, _I.HOLD): _S.HOLDING,
    (_S.BETWEEN, _I.FAIL): _S.FAULT,
    (_S.BETWEEN, _I.GIVE_UP): _S.CANCELLED,
    (_S.BETWEEN, _I.REST): _S.NONE,
    # a step found done without being started, for instance docking where the robot is docked already
    (_S.BETWEEN, _I.ENDED): _S.BETWEEN,
    # reasons not to start
    (_S.BETWEEN, _I.LOST): _S.UNAVAILABLE,
    (_S.BETWEEN, _I.RETRY): _S.BACKING_OFF,
    (_S.BETWEEN, _I.STRAY): _S.STRAYED,
    # goals of the navigator
    **{(state, _I.ENDED): _S.BETWEEN for state in _GOALS},
    **{(state, _I.RETRY): _S.BACKING_OFF for state in _GOALS},
    **{(state, _I.LOST): _S.UNAVAILABLE for state in (*_GOALS, _S.STOPPING, _S.STRAYED)},
    (_S.DRIVING, _I.HALT): _S.STOPPING,
    (_S.DRIVING, _I.STRAY): _S.STRAYED,
    (_S.STOPPING, _I.STOPPED): _S.BETWEEN,
    (_S.STRAYED, _I.RETURN): _S.BETWEEN,
    (_S.STRAYED, _I.HALT): _S.BETWEEN,
    (_S.BACKING_OFF, _I.DUE): _S.BETWEEN,
    (_S.BACKING_OFF, _I.HALT): _S.BETWEEN,
    (_S.UNAVAILABLE, _I.READY): _S.RECOVERING,
    (_S.RECOVERING, _I.RECOVERED): _S.BETWEEN,
    # the emergency stop ends every motion, docking too; an act is its actuator's business, and goes on if it can
    **{(state, _I.EMERGENCY): _S.RECOVERING for state in (*_GOALS, *_COMING_TO_REST)},
    **{(state, _I.EMERGENCY): _S.BETWEEN for state in (_S.BETWEEN, _S.BACKING_OFF, _S.WAITING)},
    **{(state, _I.EMERGENCY): state for state in (*_RESTING, _S.ACTING)},
    # acts and waits; HALT ends an act only while it has not been started
    (_S.ACTING, _I.ENDED): _S.BETWEEN,
    (_S.ACTING, _I.HALT): _S.BETWEEN,
    (_S.WAITING, _I.ENDED): _S.BETWEEN,
    (_S.WAITING, _I.HALT): _S.BETWEEN,
}

_CHOICES = (
    *(_I.DRIVE, _I.DOCK, _I.UNDOCK, _I.ACT, _I.WAIT, _I.STARVE),
    *(_I.FINISH, _I.HOLD, _I.FAIL, _I.GIVE_UP, _I.REST),
)
_NOT_BETWEEN = tuple(state for state in AgentState if state is not _S.BETWEEN)
_PROGRESS = (_I.ENDED, _I.HALT, _I.STOPPED, _I.RETRY, _I.DUE, _I.LOST, _I.READY, _I.RECOVERED, _I.STRAY, _I.RETURN)

REJECTED: frozenset[tuple[AgentState, AgentInput]] = frozenset(
    [
        # rule 2: choices are made in BETWEEN only
        *product(_NOT_BETWEEN, _CHOICES),
        # where nothing is under way, nothing can happen to it
        *product(_RESTING, _PROGRESS),
        *product([_S.BETWEEN], [_I.HALT, _I.STOPPED, _I.DUE, _I.READY, _I.RECOVERED, _I.RETURN]),
        # docking and undocking are finished first, whatever is wished, and have no corridor
        *product([_S.DOCKING, _S.UNDOCKING], [_I.HALT, _I.STRAY]),
        *product(_GOALS, [_I.STOPPED, _I.DUE, _I.READY, _I.RECOVERED, _I.RETURN]),
        *product([_S.STOPPING], [i for i in _PROGRESS if i not in (_I.STOPPED, _I.LOST)]),
        *product([_S.STRAYED], [i for i in _PROGRESS if i not in (_I.RETURN, _I.HALT, _I.LOST)]),
        *product([_S.BACKING_OFF], [i for i in _PROGRESS if i not in (_I.DUE, _I.HALT)]),
        *product([_S.UNAVAILABLE], [i for i in _PROGRESS if i is not _I.READY]),
        *product([_S.RECOVERING], [i for i in _PROGRESS if i is not _I.RECOVERED]),
        *product([_S.ACTING, _S.WAITING], [i for i in _PROGRESS if i not in (_I.ENDED, _I.HALT)]),
    ]
)

REPORTED: dict[AgentState, str] = {
    _S.NONE: "idle",
    _S.RECOVERING: "waiting",
    _S.BETWEEN: "waiting",
    _S.DRIVING: "driving",
    # a hold is confirmed when the robot stands, not when it was asked to
    _S.STOPPING: "driving",
    _S.DOCKING: "docking",
    _S.UNDOCKING: "undocking",
    _S.ACTING: "acting",
    _S.WAITING: "waiting",
    _S.STARVED: "waiting",
    _S.BACKING_OFF: "waiting",
    _S.UNAVAILABLE: "waiting",
    _S.STRAYED: "fault",
    _S.HOLDING: "holding",
    _S.FAULT: "fault",
    _S.FINISHED: "idle",
    _S.CANCELLED: "idle",
}
"""The word of `RobotReport.state` for each state."""
