"""A FleetPort on a view: what the gateway (or a test) feeds, turned into frames ten times a second."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any

from robot_fleet.core.arrangements import Arrangement
from robot_fleet.core.fleet.state import FleetState
from robot_fleet.core.inputs import AlarmAnswer, FleetWish, IncidentAnswer, JobChange, Maintenance, TaskChange
from robot_fleet.core.recurrence import Recurrence
from robot_fleet.server.ports import CommandAnswer, Commands, Frame, Row
from robot_fleet.server.rows.heard import Reported, heard_rows
from robot_fleet.server.rows.schedules import ScheduleRows
from robot_fleet.server.rows.shifts import open_row, shift_rows
from robot_fleet.server.view import FleetView

FRAME_EVERY_S = 0.1
"""Robots tell five times a second where they are; a console hears of it within this time."""


class ViewedFleet:
    """The fleet behind a web server, seen through a FleetView and commanded through `commands`.

    Parameters
    ----------
    view : what others keep up to date, on the event loop's thread.
    map_pngs : the maps of the site's levels (see `site_view`).
    commands : how wishes reach the manager.
    fleet_s : returns the fleet time.
    state : returns the core's state, for what is told of shifts, schedules and of what robots have heard.
    reported : returns the newest words of robots' own reports, by robot.
    timeline : returns an incident's story (see `FleetPort.timeline`).
    schedules : what tells of schedules; without it there are none.
    refresh : called before each look at the view, to bring it up to date; None where it is fed otherwise.
    catch_up : takes in all that the manager has written by now; as `refresh` if None.
    health : returns how the gateway fares.
    on_shown : told the ids of alarms whose frame has been queued.
    """

    def __init__(
        self,
        view: FleetView,
        map_pngs: Mapping[str, bytes],
        commands: Commands,
        fleet_s: Callable[[], float],
        *,
        timeline: Callable[[str], Awaitable[Row]],
        ways: Callable[[], Sequence[Row]] = lambda: (),
        schedules: ScheduleRows | None = None,
        state: Callable[[], FleetState] = lambda: FleetState({}, {}),
        reported: Callable[[], Mapping[str, Reported]] = dict,
        refresh: Callable[[], None] | None = None,
        catch_up: Callable[[], None] | None = None,
        health: Callable[[], Row] = lambda: {"manager": "live"},
        on_shown: Callable[[Sequence[str]], None] = lambda alarms: None,
    ) -> None:
        self._view = view
        self._map_pngs = map_pngs
        self._commands = commands
        self._fleet_s = fleet_s
        self._timeline = timeline
        self._ways = ways
        self._schedules = schedules or ScheduleRows(None)
        self._state = state
        self._reported = reported
        self._refresh = refresh or (lambda: None)
        self._catch_up = catch_up or self._refresh
        self._health = health
        self._on_shown = on_shown
        self._news = asyncio.Event()

    def refresh(self) -> None:
        """Bring the view up to date."""
        self._catch_up()

    def snapshot(self) -> Frame:
        """Return the whole view."""
        return self._view.snapshot(self._fleet_s())

    def map_png(self, level: str) -> bytes | None:
        """Return the map of a level as a PNG, None if there is no such level."""
        return self._map_pngs.get(level)

    def tasks(self) -> Sequence[Row]:
        """Return every task, oldest first."""
        return self._view.tasks()

    def task(self, task: str) -> Row | None:
        """Return one task, None if there is none."""
        return self._view.task(task)

    def ways(self) -> Sequence[Row]:
        """Return what is left of every robot's way."""
        return self._ways()

    def heard(self) -> Sequence[Row]:
        """Return what each robot itself says that it was last told."""
        return heard_rows(self._state(), self._reported())

    def open_items(self) -> Row:
        """Return what is open, and its digest."""
        return open_row(self._state())

    def shifts(self) -> Sequence[Row]:
        """Return the shifts that were handed over last, newest first."""
        return shift_rows(self._state())

    async def timeline(self, incident: str) -> Row:
        """Return an incident with everything that happened."""
        return await self._timeline(incident)

    def today(self) -> str:
        """Return the site's date."""
        return self._schedules.today(self._fleet_s())

    def occurrences(self, schedule: str, count: int) -> Sequence[Row]:
        """Return the days that a schedule comes to next."""
        return self._schedules.of_schedule(self._state(), schedule, count)

    def preview(self, rule: Recurrence, count: int) -> Sequence[Row]:
        """Return the days that a rule would come to next."""
        return self._schedules.of_rule(rule, self._fleet_s(), count)

    def health(self) -> Row:
        """Return how the gateway fares."""
        return self._health()

    async def frames(self) -> AsyncIterator[Frame]:
        """Yield the poses every FRAME_EVERY_S of wall time, and a patch then or as soon as there is news."""
        loop = asyncio.get_running_loop()
        due_s = loop.time()
        while True:
            self._news.clear()
            self._refresh()
            now_s = self._fleet_s()
            patch = self._view.take_patch(now_s)
            if patch is not None:
                yield patch
            if loop.time() >= due_s:
                yield self._view.take_poses(now_s)
                due_s = max(due_s + FRAME_EVERY_S, loop.time())
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), due_s - loop.time())

    def news(self) -> None:
        """Look at the view now rather than at the next frame: an alarm must not wait. Call it on the event loop."""
        self._news.set()

    def shown(self, alarms: Sequence[str]) -> None:
        """Pass on which alarms have been queued for the consoles."""
        self._on_shown(alarms)

    async def submit(self, key: str, service: str, params: Mapping[str, Any], requester: str) -> CommandAnswer:
        """Ask the manager for a service."""
        return await self._commands.submit(key, service, params, requester)

    async def submit_all(self, requests: Sequence[Row], requester: str, dry_run: bool) -> CommandAnswer:
        """Ask the manager for many services."""
        return await self._commands.submit_all(requests, requester, dry_run)

    async def change_task(self, wish: TaskChange) -> CommandAnswer:
        """Ask the manager to change a task."""
        return await self._commands.change_task(wish)

    async def price(self, task: str, only_on: str, not_on: str, after: Sequence[str] = ()) -> Row:
        """Ask the manager what another robot would cost."""
        return await self._commands.price(task, only_on, not_on, after)

    async def cancel(self, key: str, task: str, reason: str) -> CommandAnswer:
        """Ask the manager to take a task back."""
        return await self._commands.cancel(key, task, reason)

    async def answer_task(self, key: str, task: str, answer: str, reason: str, by: str, to: str = "") -> CommandAnswer:
        """Tell the manager how a task goes on that asks."""
        return await self._commands.answer_task(key, task, answer, reason, by, to)

    async def carry_out(self, wish: FleetWish) -> CommandAnswer:
        """Pass on what is wished of the whole fleet, of its ground or of its watch."""
        return await self._commands.carry_out(wish)

    async def answer_alarm(self, wish: AlarmAnswer) -> CommandAnswer:
        """Tell the manager what a person says to an alarm."""
        return await self._commands.answer_alarm(wish)

    async def answer_incident(self, wish: IncidentAnswer) -> CommandAnswer:
        """Tell the manager what a person says to an incident."""
        return await self._commands.answer_incident(wish)

    async def change_job(self, wish: JobChange) -> CommandAnswer:
        """Tell the manager what people want, or say, of a field job."""
        return await self._commands.change_job(wish)

    async def set_maintenance(self, wish: Maintenance) -> CommandAnswer:
        """Tell the manager that a robot goes out of service, or comes back."""
        return await self._commands.set_maintenance(wish)

    async def arrange(self, wish: Arrangement) -> CommandAnswer:
        """Ask the manager to change a schedule or a template."""
        return await self._commands.arrange(wish)

    async def why(self, task: str, language: str) -> Row:
        """Ask the manager why a task is where it is."""
        return await self._commands.why(task, language)
