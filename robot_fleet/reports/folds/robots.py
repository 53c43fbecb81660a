"""How the robots' time was spent, folded from facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from robot_fleet.core.facts import (
    ChargeBegan,
    ChargeEnded,
    Fact,
    OrderEnded,
    OrderSent,
    RobotFaulted,
    RobotLinkChanged,
)
from robot_fleet.core.lifecycles.link import LinkState

TASK, HOME, IDLE = "task", "home", "idle"


@dataclass(frozen=True, slots=True)
class RobotTime:
    """What one robot did with its time, in fleet seconds.

    Parameters
    ----------
    known_s : from the robot's first fact to the end of the ledger; the sum of the next three.
    task_s : bound by an order for a task.
    home_s : bound by any other order: going home, to a charger, or out of another robot's way.
    idle_s : without an order; a robot that charges is idle here.
    recharging_s : from falling under its kind's threshold until charged, whatever it did; part of the times above.
    down_s : out of service after a fault, or its link offline; part of the times above.
    charges, faults : how often.
    """

    known_s: float
    task_s: float
    home_s: float
    idle_s: float
    recharging_s: float
    down_s: float
    charges: int
    faults: int


@dataclass(slots=True)
class _Clock:
    """One robot's times so far."""

    since_s: float
    first_s: float
    use: str = IDLE
    spent_s: dict[str, float] = field(default_factory=lambda: {TASK: 0.0, HOME: 0.0, IDLE: 0.0})
    order: str = ""
    recharging_s: float = 0.0
    charge_since_s: float | None = None
    down_s: float = 0.0
    down_from_s: float = 0.0
    down_until_s: float = 0.0
    offline: bool = False
    charges: int = 0
    faults: int = 0

    def turn_to(self, use: str, at_s: float) -> None:
        """Spend the time until now on what was done, and what follows on something else."""
        self.spent_s[self.use] += max(at_s - self.since_s, 0.0)
        self.since_s, self.use = max(at_s, self.since_s), use

    def out_of_service(self, from_s: float, until_s: float) -> None:
        """Count a time out of service; parts of it that have been counted are not counted again."""
        begin_s = max(from_s, self.down_until_s)
        if until_s > begin_s:
            self.down_s += until_s - begin_s
            self.down_until_s = until_s


class RobotClocks:
    """Folds facts into the robots' times."""

    def __init__(self) -> None:
        self._clocks: dict[str, _Clock] = {}

    def take(self, at_s: float, fact: Fact) -> None:
        """Take a fact in; facts come in order."""
        match fact:
            case OrderSent():
                clock = self._clock(fact.robot, at_s)
                clock.order = fact.order
                clock.turn_to(TASK if fact.purpose == TASK else HOME, at_s)
            case OrderEnded():
                clock = self._clock(fact.robot, at_s)
                if clock.order == fact.order:
                    clock.turn_to(IDLE, at_s)
            case ChargeBegan():
                clock = self._clock(fact.robot, at_s)
                clock.charges += 1
                clock.charge_since_s = at_s
            case ChargeEnded():
                clock = self._clock(fact.robot, at_s)
                clock.recharging_s += at_s - (at_s if clock.charge_since_s is None else clock.charge_since_s)
                clock.charge_since_s = None
            case RobotFaulted():
                clock = self._clock(fact.robot, at_s)
                clock.faults += 1
                clock.out_of_service(at_s, fact.until_s)
            case RobotLinkChanged():
                self._link(self._clock(fact.robot, at_s), fact, at_s)
            case _:
                pass

    def times(self, end_s: float) -> Mapping[str, RobotTime]:
        """Return each robot's times up to the end of the ledger, by id. Nothing is taken in afterwards."""
        return {name: _closed(self._clocks[name], end_s) for name in sorted(self._clocks)}

    def _clock(self, robot: str, at_s: float) -> _Clock:
        return self._clocks.setdefault(robot, _Clock(at_s, at_s))

    def _link(self, clock: _Clock, fact: RobotLinkChanged, at_s: float) -> None:
        if fact.state == LinkState.OFFLINE.value:
            clock.offline, clock.down_from_s = True, at_s
        elif clock.offline:
            clock.offline = False
            clock.out_of_service(clock.down_from_s, at_s)


def _closed(clock: _Clock, end_s: float) -> RobotTime:
    clock.turn_to(IDLE, end_s)
    if clock.charge_since_s is not None:
        clock.recharging_s += end_s - clock.charge_since_s
    if clock.offline:
        clock.out_of_service(clock.down_from_s, end_s)
    beyond_s = max(clock.down_until_s - end_s, 0.0)  # a fault's pause may reach past the end
    return RobotTime(
        known_s=end_s - clock.first_s,
        task_s=clock.spent_s[TASK],
        home_s=clock.spent_s[HOME],
        idle_s=clock.spent_s[IDLE],
        recharging_s=clock.recharging_s,
        down_s=max(clock.down_s - beyond_s, 0.0),
        charges=clock.charges,
        faults=clock.faults,
    )


def total(times: Iterable[RobotTime]) -> RobotTime:
    """Return the sum of several robots' times."""
    rows = list(times)
    return RobotTime(
        known_s=sum(row.known_s for row in rows),
        task_s=sum(row.task_s for row in rows),
        home_s=sum(row.home_s for row in rows),
        idle_s=sum(row.idle_s for row in rows),
        recharging_s=sum(row.recharging_s for row in rows),
        down_s=sum(row.down_s for row in rows),
        charges=sum(row.charges for row in rows),
        faults=sum(row.faults for row in rows),
    )
