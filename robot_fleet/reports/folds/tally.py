"""Sums over the hours of a period: what robots did, drove and used, by whatever they are put together by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from robot_fleet.core.site import RobotKind
from robot_fleet.reports.calendar import Period
from robot_fleet.reports.figures import rounded, share_pct
from robot_fleet.reports.folds.measured import Measured, MeasuredHour
from robot_fleet.reports.folds.robot_clock import State, Use
from robot_fleet.reports.folds.states import HOUR_S, RobotStates

_NOTHING = MeasuredHour()
WELL_HEARD = 0.95
"""Share of the known time that telemetry must cover for what it measured to be taken for the whole."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of an hour of a robot, seconds."""

    hour: int
    robot: str
    use: Use
    spent_s: float


@dataclass(slots=True)
class Tally:
    """What some robots did in some hours; seconds, metres and watt-hours."""

    spent_s: dict[State, float] = field(default_factory=lambda: dict.fromkeys(State, 0.0))
    on_task_s: float = 0.0
    heard_s: float = 0.0
    used_wh: float = 0.0
    reckoned_wh: float = 0.0
    empty_m: float = 0.0
    loaded_m: float = 0.0

    @property
    def robot_s(self) -> float:
        """All of the time."""
        return sum(self.spent_s.values())

    @property
    def known_s(self) -> float:
        """Time of which it is known what was done."""
        return self.robot_s - self.spent_s[State.UNKNOWN]

    @property
    def in_service_s(self) -> float:
        """Known time in which work could have been given."""
        return self.known_s - self.spent_s[State.OUT_OF_SERVICE]

    @property
    def energy_wh(self) -> float:
        """The measured energy where telemetry covers the time well enough, else what is reckoned."""
        return self.used_wh if self.well_heard else self.reckoned_wh

    @property
    def well_heard(self) -> bool:
        """Whether telemetry covers the time well enough to stand for all of it."""
        return self.heard_s > 0.0 and self.heard_s >= WELL_HEARD * self.known_s

    def use_figures(self) -> dict[str, float | None]:
        """Return how the time was spent, by the ids of the registry."""
        return {
            "robot_s": rounded(self.robot_s),
            **{f"{state.value}_s": rounded(spent_s) for state, spent_s in self.spent_s.items()},
            "utilisation_pct": share_pct(self.on_task_s, self.in_service_s),
            "availability_pct": share_pct(self.in_service_s, self.known_s),
            "known_pct": share_pct(self.known_s, self.robot_s),
        }


def pieces(states: RobotStates, robots: Sequence[str], heard: Measured, period: Period) -> list[Piece]:
    """Return all hours of robots in a period, each filled up with what is unknown."""
    found = []
    for robot in robots:
        for hour in range(int(period.from_s // HOUR_S), int(period.to_s // HOUR_S)):
            known_s = 0.0
            for use, spent_s in states.pieces((hour, robot), heard.get((hour, robot), _NOTHING).heard_s, period.to_s):
                found.append(Piece(hour, robot, use, spent_s))
                known_s += spent_s
            if known_s < HOUR_S:
                found.append(Piece(hour, robot, Use(State.UNKNOWN, "", ""), HOUR_S - known_s))
    return found


def sums(keyed: Iterable[tuple[str, Piece]]) -> dict[str, Tally]:
    """Return how the time of pieces was spent, by key."""
    found: dict[str, Tally] = defaultdict(Tally)
    for key, piece in keyed:
        tally = found[key]
        tally.spent_s[piece.use.state] += piece.spent_s
        if piece.use.service and piece.use.state is not State.OUT_OF_SERVICE:
            tally.on_task_s += piece.spent_s
    return found


def robot_tallies(
    states: RobotStates,
    parts: Sequence[Piece],
    heard: Measured,
    period: Period,
    kinds: Mapping[str, RobotKind],
    kind_of: Mapping[str, str],
) -> dict[str, Tally]:
    """Return what each robot did, drove and used in a period."""
    found = sums((piece.robot, piece) for piece in parts)
    for (hour, robot), cell in heard.items():
        if robot in found and period.from_s <= hour * HOUR_S < period.to_s:
            found[robot].heard_s += cell.heard_s
            found[robot].used_wh += cell.used_wh
    for (hour, robot, _), driven in states.driven.items():
        if robot in found and period.from_s <= hour * HOUR_S < period.to_s:
            found[robot].empty_m += driven.empty_m
            found[robot].loaded_m += driven.loaded_m
    docking_s: dict[str, float] = defaultdict(float)
    for (hour, robot), spent_s in states.docking_s.items():
        docking_s[robot] += spent_s if period.from_s <= hour * HOUR_S < period.to_s else 0.0
    for robot, tally in found.items():
        kind = kinds.get(kind_of.get(robot, ""))
        tally.reckoned_wh = 0.0 if kind is None else _reckoned_wh(tally.spent_s, docking_s[robot], kind)
    return found


def total(tallies: Iterable[Tally]) -> Tally:
    """Return the sum of several."""
    whole = Tally()
    for tally in tallies:
        for state, spent_s in tally.spent_s.items():
            whole.spent_s[state] += spent_s
        for name in ("on_task_s", "heard_s", "used_wh", "reckoned_wh", "empty_m", "loaded_m"):
            setattr(whole, name, getattr(whole, name) + getattr(tally, name))
    return whole


def _reckoned_wh(spent_s: Mapping[State, float], docking_s: float, kind: RobotKind) -> float:
    standing = (State.WORKING, State.WAITING, State.OUT_OF_SERVICE, State.IDLE)
    standing_s = docking_s + sum(spent_s[each] for each in standing)  # who docks moves little
    driving_s = spent_s[State.DRIVING_EMPTY] - docking_s
    driving_ws = driving_s * kind.driving_w + spent_s[State.DRIVING_LOADED] * kind.loaded_w
    return (standing_s * kind.standing_w + driving_ws) / HOUR_S
