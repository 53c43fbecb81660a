"""A fleet that lives: core, agents and simulator on the virtual clock, shown as the gateway shows them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from math import inf
from pathlib import Path
from typing import Any

from robot_fleet.core.arrangements import Arrangement
from robot_fleet.core.effects import Answer
from robot_fleet.core.inputs import (
    AlarmAnswer,
    AnswerTask,
    CancelTask,
    Command,
    DirectTask,
    FleetWish,
    IncidentAnswer,
    JobChange,
    Maintenance,
    SequenceTask,
    SubmitTask,
    SubmitTasks,
    TaskChange,
)
from robot_fleet.core.order import Order, RobotReport
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.runtime.history import registry
from robot_fleet.runtime.inprocess import InProcessLink
from robot_fleet.runtime.past.desk import ReplayDesk
from robot_fleet.runtime.ports import calendar_for, ports_for
from robot_fleet.runtime.reasons import price_told, why_told
from robot_fleet.runtime.recordings.incidents import incident_told
from robot_fleet.runtime.runs.virtual import STEPS_PER_S, VirtualFleet
from robot_fleet.server.feed import LedgerFeed
from robot_fleet.server.live import ViewedFleet
from robot_fleet.server.ports import CommandAnswer, Row, WrongRequest
from robot_fleet.server.rows.health import health_values
from robot_fleet.server.rows.heard import Reported
from robot_fleet.server.rows.schedules import ScheduleRows
from robot_fleet.server.rows.ways import ways
from robot_fleet.server.site_view import site_view
from robot_fleet.server.view import FleetView
from robot_fleet.sim.people import read_people
from robot_fleet.site.ground.maps import read_map
from robot_fleet.site.load import load_site
from robot_fleet.stores.history.recorder import TelemetryRecorder

LOOK_S = 0.05
"""Half of what lies between two frames."""


class Radio(InProcessLink):
    """A link that can fall silent: what is sent by either side is lost then, and the agent goes on by itself."""

    silent = False

    def send(self, order: Order) -> None:
        """Hand the order to the agent, if it can be heard."""
        if not self.silent:
            super().send(order)

    def reports(self) -> Sequence[RobotReport]:
        """Return the reports since the last call, if they can be heard."""
        reports = super().reports()
        return () if self.silent else reports


class Played(VirtualFleet):
    """A virtual fleet whose commands are answered to whoever gave them, and whose robots can fall silent."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self.answers: dict[str, Answer] = {}
        self.radios: dict[str, Radio] = {}
        super().__init__(*arguments, **options)

    def _link(self, robot: str) -> InProcessLink:
        made = super()._link(robot)
        self.radios[robot] = Radio(made.agent, lambda: self.now)
        return self.radios[robot]

    def _answered(self, answer: Answer) -> None:
        self.answers[answer.key] = answer
        super()._answered(answer)


class LivingFleet(ViewedFleet):
    """A `ViewedFleet` whose manager is a virtual fleet of its own; time passes with each look at it.

    Parameters
    ----------
    folder : the site.
    into : where its ledger and its history go.
    pace : how many tenths of a second pass with each look, of which there are ten a second; fewer where the machine is
        slow, so that the web server has its turn.

    Attributes
    ----------
    played : the fleet; belongs to the event loop.
    pace : may be changed on the way; at 0 time stands still.
    """

    def __init__(self, folder: Path, into: Path, pace: int = 40) -> None:
        self.site = site = load_site(folder)
        self.ledger, self.telemetry = into / "ledger.sqlite", into / "telemetry.sqlite"
        self._facts = Ledger.open(self.ledger, registry(), site_id=site.id)
        self._recorder = TelemetryRecorder.open(self.telemetry)
        people, ground = read_people(folder / "people.yaml"), read_map(Path(site.map_file))
        self.played = Played(site, ports_for(site), ground, people, (), 1, self._facts, improving=False)
        for link in self.played.links.values():
            link.start(self.played.now)
        self.pace = pace
        self._steps = 0
        calendar = calendar_for(site)
        fixed = site_view(site, calendar)
        self._picture = FleetView(fixed.row, fixed.robots)
        self._feed = LedgerFeed(
            site,
            self._picture,
            lambda: Ledger.open(self.ledger, registry(), site_id=site.id, read_only=True),
            schedules=ScheduleRows(calendar),
        )
        super().__init__(
            self._picture,
            fixed.map_pngs,
            self,
            lambda: self.played.world.now_s,
            timeline=self._story,
            ways=lambda: ways(site, self._feed.state),
            state=lambda: self._feed.state,
            reported=self._reported,
            refresh=self._go_on,
            catch_up=self._feed.refresh,
        )

    def close(self) -> None:
        """Give ledger and history back."""
        self._feed.close()
        self._facts.close()
        self._recorder.close(self.played.world.now_s)

    def replays(self) -> ReplayDesk:
        """Return a desk of this fleet's past."""
        return ReplayDesk(self.site, self.ledger, self.telemetry)

    def call_for_help(self, key: str, place: str) -> None:
        """Let somebody press a help button."""
        self.ask(SubmitTask(key, "care_alarm", {"place": place, "signal": "help_button"}, "resident"))

    def _go_on(self) -> None:
        until_s = time.monotonic() + LOOK_S
        for _ in range(self.pace):
            if time.monotonic() > until_s:
                break
            if self._steps % STEPS_PER_S == 0:
                self.played.look()
                self._record()
            self._steps += 1
            self.played.move()
            self.played.tell()
        self.played.board.look(self.played.now)
        self._show()
        self._feed.refresh()

    def _record(self) -> None:
        at_s = self.played.world.now_s
        for robot in self.played.world.robots.values():
            if not self.played.radios[robot.id].silent:
                self._recorder.add_pose(robot.id, at_s, robot.x_m, robot.y_m, robot.yaw_rad, robot.map_id)
                self._recorder.add(robot.id, at_s, {"soc_pct": robot.soc_at_pct(at_s)})
        self._recorder.flush(at_s)

    def _show(self) -> None:
        """Show what robots say of themselves, as long as they can be heard."""
        for name, report in self.played.host.fleet.seen.reports.items():
            self._picture.put_robot(name, **health_values(self.played.board.robot(name)))
            robot = self.played.world.robots[name]
            if not self.played.radios[name].silent:
                self._picture.put_pose(name, robot.x_m, robot.y_m, robot.yaw_rad, report.soc_pct, report.speed_mps)
                self._picture.put_robot(
                    name, level=robot.map_id, state=report.state, charging=report.charging, load=list(report.load)
                )

    def _reported(self) -> dict[str, Reported]:
        robots = [self.played.board.robot(name) for name in self.site.robots]
        return {each.robot: Reported(each.order, each.update, each.activity, each.age_s) for each in robots}

    async def _story(self, incident: str) -> Row:
        return await asyncio.to_thread(incident_told, self.site, self.ledger, incident, 0.0, inf)

    def ask(self, wish: Command) -> Answer:
        self.played.host.feed(wish, self.played.now)
        return self.played.answers.pop(wish.key)

    def _answered(self, wish: Command) -> CommandAnswer:
        told = self.ask(wish)
        return CommandAnswer(
            told.accepted, told.task, told.code, told.message, told.where, told.robot, told.expected_at_s
        )

    async def submit(self, key: str, service: str, params: Mapping[str, Any], requester: str) -> CommandAnswer:
        """Ask for a service."""
        return self._answered(SubmitTask(key, service, params, requester))

    async def submit_all(self, requests: Sequence[Row], requester: str, dry_run: bool) -> CommandAnswer:
        """Ask for many services."""
        wishes = [SubmitTask(requester=requester, **request) for request in requests]
        told = self.ask(SubmitTasks("import", tuple(wishes), dry_run))
        wrong = tuple(WrongRequest(each.request, each.code, each.message, each.where) for each in told.wrong)
        return CommandAnswer(told.accepted, "", told.code, told.message, told.where, wrong=wrong)

    async def change_task(self, wish: TaskChange) -> CommandAnswer:
        """Change a task."""
        return self._answered(wish)

    async def price(self, task: str, only_on: str, not_on: str, after: Sequence[str] = ()) -> Row:
        """Return what it would cost."""
        wish = SequenceTask("price", task, tuple(after)) if after else DirectTask("price", task, only_on, not_on)
        return price_told(self.played.host.fleet.price(wish, self.played.now))

    async def cancel(self, key: str, task: str, reason: str) -> CommandAnswer:
        """Take a task back."""
        return self._answered(CancelTask(key, task, reason))

    async def answer_task(self, key: str, task: str, answer: str, reason: str, by: str, to: str = "") -> CommandAnswer:
        """Say how a task goes on."""
        return self._answered(AnswerTask(key, task, answer, reason, by, to))

    async def carry_out(self, wish: FleetWish) -> CommandAnswer:
        """Pass on what is wished of the fleet."""
        return self._answered(wish)

    async def answer_alarm(self, wish: AlarmAnswer) -> CommandAnswer:
        """Answer an alarm."""
        return self._answered(wish)

    async def answer_incident(self, wish: IncidentAnswer) -> CommandAnswer:
        """Answer an incident, which the answer names."""
        told = self.ask(wish)
        return CommandAnswer(told.accepted, "", told.code, told.message, told.where, incident=told.task)

    async def change_job(self, wish: JobChange) -> CommandAnswer:
        """Send for staff, or say what became of it."""
        told = self.ask(wish)
        return CommandAnswer(told.accepted, "", told.code, told.message, told.where, job=told.task)

    async def set_maintenance(self, wish: Maintenance) -> CommandAnswer:
        """Take a robot out of service, or put it back."""
        return self._answered(wish)

    async def arrange(self, wish: Arrangement) -> CommandAnswer:
        """Change a schedule or a template."""
        return self._answered(wish)

    async def why(self, task: str, language: str) -> Row:
        """Say why a task is where it is."""
        return why_told(self.site, self.played.host.fleet.explain(task, self.played.now), language)
