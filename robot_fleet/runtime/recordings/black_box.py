"""One robot's black box: what happened before an incident, and what after.

It always holds the last minute of the robot's topics. When an incident names the robot, or the robot itself notices
that something has gone wrong, that minute is written down, and what follows for another half. All of these times are
steady; at a simulation's tenfold speed a recording therefore covers fifteen minutes of fleet time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from robot_fleet.core.clock import Now
from robot_fleet.core.order import RobotReport
from robot_fleet.runtime.recordings.kept import local_id
from robot_fleet.runtime.recordings.recorder import Recorder, Recording
from robot_fleet.telemetry.ring import KEPT_S, Heard, Keeping, Ring, Span, merged

BEFORE_S, AFTER_S = 60.0, 30.0
"""Steady seconds that a recording covers before an incident begins, and after one has heard of it."""
WRITE_EVERY_S = 1.0
MOST_S = 180.0
"""Steady seconds after which a recording ends though its robot goes on to say that something is wrong."""
MOST_AT_ONCE = 4
"""Recordings of one robot under way at a time."""
NOTICED = ("off_corridor", "step_failed", "act_unknown")
"""Conditions of its agent upon which a robot records by itself; besides, an emergency stop."""
_EMERGENCY_STOP = "emergency_stop"
_NANO = 1_000_000_000


@dataclass(frozen=True, slots=True)
class ToldIncident:
    """An incident as the manager tells of it.

    Parameters
    ----------
    reason : the alarms that belong to it.
    """

    id: str
    is_open: bool
    robots: tuple[str, ...]
    opened_s: float
    reason: str


@dataclass(slots=True)
class _UnderWay:
    """A recording: when it was begun, until when it goes on, up to when it is written (steady); since when (fleet)."""

    recording: Recording
    begun_s: float
    until_s: float
    written_s: float
    begin_ns: int
    local: bool


class BlackBox:
    """What one robot keeps, and records.

    Parameters
    ----------
    robot, site : their ids.
    topics : what is kept, by full name.
    shared : topics that are the same for all robots of this process.
    recorder : writes.
    """

    def __init__(self, robot: str, site: str, topics: Mapping[str, Keeping], shared: Ring, recorder: Recorder) -> None:
        self._robot = robot
        self._site = site
        self._ring = Ring(topics)
        self._shared = shared
        self._recorder = recorder
        self._under_way: list[_UnderWay] = []
        self._past: deque[Now] = deque(maxlen=round(BEFORE_S / WRITE_EVERY_S))
        self._known: frozenset[str] = frozenset()
        self._noticed: frozenset[str] | None = None

    @property
    def size_bytes(self) -> int:
        """Of all messages that it holds."""
        return self._ring.size_bytes

    def hear(self, heard: Heard, part: bytes = b"") -> None:
        """Hold a message (see `Ring.add`)."""
        self._ring.add(heard, part)

    def notice(self, report: RobotReport, now: Now) -> None:
        """Record by itself when the robot has begun to say that something is wrong; go on if it records already.

        What is wrong when its agent starts is nothing new.
        """
        wrong = {code for code in report.conditions if code in NOTICED}
        if report.control == _EMERGENCY_STOP:
            wrong.add(_EMERGENCY_STOP)
        fresh = wrong - self._noticed if self._noticed is not None else ()
        self._noticed = frozenset(wrong)
        if fresh and self._under_way:
            newest = self._under_way[-1]
            newest.until_s = max(newest.until_s, min(now.steady_s + AFTER_S, newest.begun_s + MOST_S))
        elif fresh:
            incident = local_id(self._robot, self._recorder.number(self._robot))
            self._begin(incident, now, now.fleet_s, ", ".join(sorted(fresh)), local=True)

    def tell(self, incidents: Sequence[ToldIncident], now: Now) -> None:
        """Record what is new of the manager's incidents and names this robot, however late one hears of it."""
        mine = [incident for incident in incidents if self._robot in incident.robots]
        for incident in mine:
            if incident.id in self._known or len(self._under_way) >= MOST_AT_ONCE:
                continue
            self._known |= {incident.id}
            local = next((each for each in self._under_way if each.local), None)
            if local is not None and incident.opened_s >= local.begin_ns / _NANO:
                self._adopt(local, incident, now)
            elif incident.is_open or self._reaches(incident.opened_s, now):
                self._recorder.link(incident.id, self._robot, incident.opened_s)
                self._begin(incident.id, now, incident.opened_s, incident.reason, local=False)
        self._known &= {incident.id for incident in incidents}

    def tick(self, now: Now) -> None:
        """Write down what was heard since the last call, and end what has lasted long enough; call it once a second."""
        if now.fleet_s > 0.0:
            self._past.append(now)
        for each in list(self._under_way):
            self._recorder.append(each.recording, self._between(each.written_s, now.steady_s).heard)
            each.written_s = now.steady_s
            if now.steady_s >= each.until_s:
                self._recorder.end(each.recording, {"ended": "complete", "until_s": f"{now.fleet_s:.3f}"})
                self._under_way.remove(each)

    def _begin(self, incident: str, now: Now, opened_s: float, reason: str, *, local: bool) -> None:
        ago_s = max(now.fleet_s - opened_s, 0.0) / self._speed(now)
        span = self._between(now.steady_s - min(ago_s + BEFORE_S, KEPT_S), now.steady_s)
        begin_ns = next((each.fleet_ns for each in span.heard if each.fleet_ns), round(now.fleet_s * _NANO))
        about = {
            "schema_version": "1",
            "robot": self._robot,
            "site": self._site,
            "reason": reason,
            "begin_s": f"{begin_ns / _NANO:.3f}",
            **self._when(opened_s, begin_ns, now),
            "held_before": ", ".join(sorted(each.topic for each in span.held)),
            "short": ", ".join(sorted(span.short)),
        }
        recording = self._recorder.begin(incident, self._robot, about, begin_ns, (*span.held, *span.heard))
        self._under_way.append(
            _UnderWay(recording, now.steady_s, now.steady_s + AFTER_S, now.steady_s, begin_ns, local)
        )

    def _adopt(self, local: _UnderWay, incident: ToldIncident, now: Now) -> None:
        """Let what the robot began to record by itself be the incident's."""
        local.local = False
        local.until_s = now.steady_s + AFTER_S
        about = {"reason": incident.reason, **self._when(incident.opened_s, local.begin_ns, now)}
        self._recorder.rename(local.recording, incident.id, about)

    def _when(self, opened_s: float, begin_ns: int, now: Now) -> dict[str, str]:
        """Say when an incident began and was heard of, and how much of the minute before a recording lacks."""
        missing_s = begin_ns / _NANO - (opened_s - BEFORE_S * self._speed(now))
        return {
            "opened_s": f"{opened_s:.3f}",
            "heard_s": f"{now.fleet_s:.3f}",
            "missing_s": f"{max(missing_s, 0.0):.3f}",
        }

    def _reaches(self, fleet_s: float, now: Now) -> bool:
        """Return whether a fleet time is still in the ring."""
        heard = self._between(now.steady_s - KEPT_S, now.steady_s).heard
        return bool(heard) and heard[0].fleet_ns <= fleet_s * _NANO

    def _between(self, from_s: float, until_s: float) -> Span:
        return merged([ring.between(from_s, until_s) for ring in (self._ring, self._shared)])

    def _speed(self, now: Now) -> float:
        """Return how many fleet seconds passed in a steady second of the last minute, 1 where that cannot be told."""
        then = self._past[0] if self._past else now
        fleet_s, steady_s = now.fleet_s - then.fleet_s, now.steady_s - then.steady_s
        return fleet_s / steady_s if steady_s >= 1.0 and fleet_s > 0.0 else 1.0
