"""The alarms of a fleet that only looks alive: a real core that hears of conditions and calls, and of no robot."""

from __future__ import annotations

from typing import Any

from robot_fleet.core.clock import Now
from robot_fleet.core.effects import Answer
from robot_fleet.core.equipment import EquipmentReport
from robot_fleet.core.errors import RequestError
from robot_fleet.core.facts import EmergencyStopped, Fact, TaskRequested, TaskStop
from robot_fleet.core.fleet import Fleet
from robot_fleet.core.fleet.apply import apply
from robot_fleet.core.health import Condition, Level
from robot_fleet.core.inputs import (
    AlarmWasShown,
    AnswerJob,
    Command,
    ConditionsSeen,
    EquipmentReported,
    Input,
    OpenJob,
    Tick,
)
from robot_fleet.core.site import GROUND_LEVEL, ActTemplate, Site
from robot_fleet.reports.incidents.story import build_incident
from robot_fleet.runtime.ports import ports_for
from robot_fleet.server.ports import CommandAnswer, Row


class AlarmDesk:
    """What rings, and what people make of it.

    Parameters
    ----------
    site : any site.
    now_s : fleet time of the beginning; steady time is the same here.

    Attributes
    ----------
    seen : (code, subject) of the conditions that hold, for a test to change.
    facts : what has happened, with its fleet time.
    equipment : what each door, gate and lift says why it cannot be used, empty while it works.
    """

    def __init__(self, site: Site, now_s: float) -> None:
        self.seen: dict[tuple[str, str], None] = {}
        self.facts: list[tuple[float, Fact]] = []
        self.equipment = dict.fromkeys(site.equipment, "")
        self.core = Fleet(site, ports_for(site))
        self._now_s = now_s

    def advance(self, now_s: float) -> None:
        """Let time pass: what is seen is told again, and the core looks at it."""
        self._now_s = now_s
        held = tuple(Condition(code, subject, Level.ERROR, now_s) for code, subject in self.seen)
        self._feed(ConditionsSeen("gateway", held))
        for name, said in self.equipment.items():
            self._feed(EquipmentReported(EquipmentReport(name, GROUND_LEVEL, is_open=False, code=said)))
        self._feed(Tick())

    def call_for_help(self, task: str, service: str, place: str) -> None:
        """Let somebody call for help from a place."""
        kinds = self.core.site.services[service].robot_kinds
        stops = (TaskStop("there", (place,), "", (ActTemplate("answer", "answer", expected_s=60.0),)),)
        now_s = self._now_s
        self._happen(
            TaskRequested(
                task, service, {"place": place}, "resident", now_s, now_s, now_s + 90.0, "there.arrived", tuple(kinds),
                stops, 99, 1e6, "at_least_once", True, "answered",
            )
        )  # fmt: skip

    def press_stop(self, robot: str) -> None:
        """Let a robot's emergency stop be pressed, and released again: it stands until a person lets it go on."""
        self._happen(EmergencyStopped(robot, self.core.state.robots[robot].stops + 1, self._now_s))

    def arrive(self, task: str) -> None:
        """Let a robot be where somebody has called for help."""
        self.core.state.alarms[task].on_site_s = self._now_s

    def shown(self, alarm: str) -> None:
        """Note that a console was sent an alarm."""
        self._feed(AlarmWasShown(alarm))

    def ask(self, wish: Command) -> CommandAnswer:
        """Let the core take a person's wish."""
        (answer,) = (effect for effect in self._feed(wish) if isinstance(effect, Answer))
        about = {"job" if isinstance(wish, OpenJob | AnswerJob) else "incident": answer.task}
        return CommandAnswer(answer.accepted, "", answer.code, answer.message, answer.where, **about)

    def timeline(self, incident: str) -> Row:
        """Return an incident's story."""
        report = build_incident(self.core.site, self.facts, incident)
        if report is None:
            raise RequestError("request_unknown_incident", f"no incident {incident!r}", incident)
        return report.to_dict()

    def _feed(self, news: Input) -> Any:
        outcome = self.core.decide(news, Now(self._now_s, self._now_s))
        self.facts += [(self._now_s, fact) for fact in outcome.facts]
        return outcome.effects

    def _happen(self, fact: Fact) -> None:
        apply(self.core.state, fact)
        self.facts.append((self._now_s, fact))
