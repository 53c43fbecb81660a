"""What people did to a fleet on a past day, and which robots were out of service, as inputs of a day played again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from robot_fleet.core.facts import (
    EmergencyStopped,
    Fact,
    HoldSet,
    MaintenanceBegan,
    MaintenanceDone,
    MaintenancePlanned,
    PaperRestored,
    PaperWithdrawn,
    RobotFaulted,
    RobotLinkChanged,
    TaskAnswered,
    TaskCancelled,
    TaskDirected,
    TaskHeld,
    TaskPrioritised,
    TaskResumed,
    TaskSequenced,
    ZoneClosed,
    ZoneLimited,
    ZoneOpened,
)
from robot_fleet.core.inputs import (
    AnswerTask,
    BeginMaintenance,
    CancelTask,
    CloseZone,
    DirectTask,
    EndMaintenance,
    HoldTask,
    Input,
    LimitZone,
    OpenZone,
    PlanMaintenance,
    PrioritiseTask,
    RestorePaper,
    ResumeTask,
    SequenceTask,
    SetHold,
    WithdrawPaper,
)
from robot_fleet.core.lifecycles.link import LinkState

SHORT_S = 60.0
"""An outage of a robot that is shorter is not played again."""

_WISHES: Mapping[type[Fact], Callable[[Any, str], Input]] = MappingProxyType(
    {
        TaskCancelled: lambda fact, key: CancelTask(key, fact.task, fact.reason, fact.by),
        TaskAnswered: lambda fact, key: AnswerTask(key, fact.task, fact.answer, "", fact.by),
        TaskPrioritised: lambda fact, key: PrioritiseTask(key, fact.task, fact.priority, fact.by),
        TaskDirected: lambda fact, key: DirectTask(key, fact.task, fact.only_on, fact.not_on, fact.by),
        TaskSequenced: lambda fact, key: SequenceTask(key, fact.task, fact.after, fact.by),
        TaskHeld: lambda fact, key: HoldTask(key, fact.task, fact.reason, fact.by),
        TaskResumed: lambda fact, key: ResumeTask(key, fact.task, fact.by),
        HoldSet: lambda fact, key: SetHold(key, fact.hold, fact.robot, fact.reason, fact.by, not fact.to_safe_place),
        ZoneClosed: lambda fact, key: CloseZone(key, fact.zone, fact.reason, fact.by, fact.cause, fact.until_s),
        ZoneOpened: lambda fact, key: OpenZone(key, fact.zone, fact.reason, fact.by),
        ZoneLimited: lambda fact, key: LimitZone(key, fact.zone, fact.speed_mps, fact.reason, fact.by),
        PaperWithdrawn: lambda fact, key: WithdrawPaper(key, fact.paper, fact.reason, fact.by),
        PaperRestored: lambda fact, key: RestorePaper(key, fact.paper, fact.reason, fact.by),
        MaintenanceBegan: lambda fact, key: BeginMaintenance(key, fact.robot, fact.reason, fact.by),
        MaintenancePlanned: lambda fact, key: PlanMaintenance(key, fact.robot, fact.from_s, fact.to_s, fact.by),
        MaintenanceDone: lambda fact, key: EndMaintenance(key, fact.robot, fact.by),
    }
)


def wish_of(fact: Fact, key: str) -> Input | None:
    """Return the command that a fact came of, None for a fact that people did not command."""
    if isinstance(fact, ZoneOpened) and not fact.by:  # its time was up, as it will be again
        return None
    make = _WISHES.get(type(fact))
    return None if make is None else make(fact, key)


class Outages:
    """Folds facts into the times for which robots could not be used without anybody having said so."""

    def __init__(self) -> None:
        self._since_s: dict[str, float] = {}
        self._out: list[tuple[str, float, float]] = []
        self._stops: list[tuple[float, str, bool]] = []
        self._stopped: dict[str, None] = {}

    def take(self, at_s: float, fact: Fact) -> None:
        """Take a fact in; facts come in order."""
        match fact:
            case RobotLinkChanged() if fact.state == LinkState.OFFLINE.value:
                self._since_s.setdefault(fact.robot, at_s)
            case RobotLinkChanged() if fact.state == LinkState.LIVE.value:
                since_s = self._since_s.pop(fact.robot, at_s)
                self._out.append((fact.robot, since_s, at_s))
            case RobotFaulted():
                self._out.append((fact.robot, at_s, fact.until_s))
            case EmergencyStopped():
                self._stopped[fact.robot] = None
                self._stops.append((at_s, fact.robot, True))
            case HoldSet() if not fact.hold and fact.robot in self._stopped:
                del self._stopped[fact.robot]
                self._stops.append((at_s, fact.robot, False))
            case _:
                pass

    def commands(self, begin_s: float, end_s: float) -> list[tuple[float, Input]]:
        """Return the outages between two fleet times as robots taken out of service and put back, with the times."""
        found: list[tuple[float, Input]] = []
        still_out = [(robot, since_s, end_s) for robot, since_s in self._since_s.items()]
        for number, (robot, from_s, to_s) in enumerate((*self._out, *still_out)):
            from_s, to_s = max(from_s, begin_s), min(to_s, end_s)
            if to_s - from_s >= SHORT_S:
                found.append((from_s, BeginMaintenance(f"outage-{number}", robot, "outage")))
                found.append((to_s, EndMaintenance(f"outage-{number}-over", robot)))
        return found

    def stops(self, begin_s: float, end_s: float) -> tuple[tuple[float, str, bool], ...]:
        """Return the emergency stops between two fleet times."""
        return tuple(each for each in self._stops if begin_s <= each[0] <= end_s)
