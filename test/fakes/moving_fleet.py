"""A fleet that only looks alive: robots wander along a site's lanes and carry out what is asked, at a set pace."""

from __future__ import annotations

import math
import random
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from robot_fleet.core.arrangements import AddSchedule, Arrangement, SaveTemplate
from robot_fleet.core.errors import RequestError
from robot_fleet.core.explanation import Why
from robot_fleet.core.inputs import (
    AlarmAnswer,
    CloseZones,
    DirectTask,
    FleetWish,
    HoldTask,
    IncidentAnswer,
    JobChange,
    LimitZone,
    Maintenance,
    MendPlace,
    OpenZones,
    PrioritiseTask,
    PutEquipmentBack,
    RestorePaper,
    ResumeTask,
    SequenceTask,
    SetHold,
    SignShift,
    TakeEquipmentOut,
    TakePlaceOut,
    TakeShift,
    TaskChange,
    WithdrawPaper,
)
from robot_fleet.core.lifecycles.task import OPEN_RMF_NAMES
from robot_fleet.core.price import Price
from robot_fleet.core.recurrence import Every, OnHolidays, Recurrence, Wanted
from robot_fleet.core.site import Site
from robot_fleet.core.wishes import checked_params
from robot_fleet.runtime.ports import calendar_for
from robot_fleet.runtime.reasons import price_told, why_told
from robot_fleet.server.live import FRAME_EVERY_S, ViewedFleet
from robot_fleet.server.ports import CommandAnswer, Row, WrongRequest
from robot_fleet.server.rows.alarms import alarm_rows, incident_rows
from robot_fleet.server.rows.equipment import equipment_rows
from robot_fleet.server.rows.events import event_rows
from robot_fleet.server.rows.heard import Reported
from robot_fleet.server.rows.jobs import job_rows
from robot_fleet.server.rows.papers import PaperRows
from robot_fleet.server.rows.schedules import ScheduleRows
from robot_fleet.server.rows.shifts import waiting_row
from robot_fleet.server.rows.state import out_rows, zone_row
from robot_fleet.server.site_view import site_view
from robot_fleet.server.view import FleetView

from .alarm_desk import AlarmDesk

START_S = 27_000.0
ACT_S = 30.0
_WELL = {"freshness": "live", "age_s": 0.0, "health": "ok", "conditions": [], "remaining_s": None}


@dataclass
class Puppet:
    """A robot of the play."""

    id: str
    kind: str
    at: str
    speed_mps: float
    x_m: float
    y_m: float
    yaw_rad: float
    soc_pct: float
    task: str = ""
    way: list[str] = field(default_factory=list)
    stops: list[str] = field(default_factory=list)
    resting_s: float = 0.0
    hold: bool = False


class MovingFleet(ViewedFleet):
    """The double: a ViewedFleet whose manager is this object itself. Alarms are the real core's (see `desk`).

    Parameters
    ----------
    site : any site.
    seed : of the wandering.
    pace : fleet seconds per second of the frames' beat.
    tasks : how many requests of the services are made up at the start.
    alarm : whether one of them is an alarm.
    recurring : whether one more recurs, and is kept as a template; for a site with a calendar.
    """

    def __init__(
        self,
        site: Site,
        *,
        seed: int = 1,
        pace: float = 4.0,
        tasks: int = 12,
        alarm: bool = True,
        recurring: bool = False,
    ) -> None:
        calendar = calendar_for(site)
        fixed = site_view(site, calendar)
        self.papers = PaperRows(site, calendar)
        self.schedules = ScheduleRows(calendar)
        self.site = site
        self.now_s = START_S
        self.holding = False
        self.wander = True
        self.robots_heard: tuple[str, ...] = ()  # who reports, empty for all
        self.alarms_shown: list[str] = []
        self.commands: list[tuple[str, str]] = []
        self.told: dict[str, dict[str, Any]] = {}
        self._pace = pace
        self._random = random.Random(seed)
        self._rows: dict[str, dict[str, Any]] = {}
        self._answers: dict[str, CommandAnswer] = {}
        self.desk = AlarmDesk(site, START_S)
        self._calls = 0
        self._lanes = {
            vertex: [lane for lane in site.lanes.values() if lane.start == vertex] for vertex in site.vertices
        }
        self.picture = FleetView(fixed.row, fixed.robots)
        self.puppets = [self._puppet(row) for row in fixed.robots]
        super().__init__(
            self.picture,
            fixed.map_pngs,
            self,
            lambda: self.now_s,
            timeline=self._story,
            ways=self._ways_left,
            state=lambda: self.desk.core.state,
            reported=self._reported,
            schedules=self.schedules,
            refresh=lambda: self.advance(FRAME_EVERY_S * pace),
            on_shown=self._note_shown,
        )
        for item in site.items.values():
            self.picture.put_item(
                {
                    "id": item.id,
                    "kind": item.kind,
                    "holder": f"place:{item.at}",
                    "since_s": 0.0,
                    "task": "",
                    "mass_kg": item.mass_kg,
                    "length_m": item.length_m,
                    "width_m": item.width_m,
                }
            )
        self._make_up(tasks, alarm)
        if recurring:
            self._make_up_schedule()

    def _make_up_schedule(self) -> None:
        """Let a visit recur on Mondays and Fridays, but on holidays, and be kept as a template."""
        service = next(each for each in self.site.services.values() if each.id == "care_visit")
        visit = Wanted(service.id, {"place": self.site.places_asked_for(service)[0]})
        rule = Recurrence("21:00", "2026-12-21", Every.WEEK, weekdays=("mon", "fri"), holidays=OnHolidays.SKIP)
        for wish in (AddSchedule("evening", "Evening visit", rule, visit), SaveTemplate("visit", "Visit", visit)):
            assert self._answered(wish).accepted
        self.show_schedules()

    def advance(self, dt_s: float) -> None:
        """Let the play go on for some fleet seconds."""
        self.now_s += dt_s
        for puppet in self.puppets:
            if not (self.holding or self._stands(puppet)):
                self._move(puppet, dt_s)
            self._show(puppet)
        self.desk.advance(self.now_s)
        self._show_alarms()

    async def submit(self, key: str, service: str, params: Mapping[str, Any], requester: str) -> CommandAnswer:
        """Take a request on as the manager would, with its commonest refusals."""
        if key in self._answers:
            return self._answers[key]
        wanted = self.site.services.get(service)
        if wanted is None:
            return CommandAnswer(False, code="request_unknown_service", message=f"no service {service!r}", where=key)
        for spec in wanted.params:
            value = params.get(spec.name)
            if value is None and spec.required and not spec.hidden:
                return CommandAnswer(False, code="request_param_missing", message=f"needs {spec.name}", where=spec.name)
            if spec.type == "place" and value is not None and value not in self.site.places:
                return CommandAnswer(
                    False, code="request_unknown_place", message=f"no place {value!r}", where=spec.name
                )
        self.commands.append(("submit", key))
        row = self._task(key, service, dict(params), "requested", self.now_s, requester)
        self._assign(row)
        answer = CommandAnswer(True, key, robot=row["robot"], expected_at_s=row["eta_s"] or 0.0)
        self._answers[key] = answer
        return answer

    async def submit_all(self, requests: Sequence[Row], requester: str, dry_run: bool) -> CommandAnswer:
        """Take many requests on as the manager would: those of services that the site has, with what they need."""
        wrong = []
        for number, one in enumerate(requests):
            service = self.site.services.get(one["service"])
            try:
                if service is None:
                    raise RequestError("request_unknown_service", f"no service {one['service']!r}", "service")
                checked_params(self.site, service, one["params"])
            except RequestError as error:
                wrong.append(WrongRequest(number, error.code, error.message, error.where))
        if wrong:
            return CommandAnswer(False, "", "request_some_refused", "nothing was taken on", wrong=tuple(wrong))
        for one in () if dry_run else requests:
            await self.submit(one["key"], one["service"], one["params"], requester)
        return CommandAnswer(True)

    async def change_task(self, wish: TaskChange) -> CommandAnswer:
        """Change a task's row as the manager would."""
        row = self._rows.get(wish.task)
        if row is None:
            return CommandAnswer(False, wish.task, "request_unknown_task", f"no task {wish.task!r}", wish.task)
        if row["outcome"] is not None:
            return CommandAnswer(False, wish.task, "request_task_ended", "the task has already ended", wish.task)
        match wish:
            case PrioritiseTask(priority=priority):
                if not 0 <= priority <= 100:
                    return CommandAnswer(False, wish.task, "request_priority_malformed", "0 to 100", "priority")
                row["priority"] = priority
            case DirectTask(only_on=only_on, not_on=not_on):
                row.update(only_on=only_on, not_on=not_on, robot=only_on or row["robot"])
            case SequenceTask(after=after):
                row.update(after=list(after))
            case HoldTask():
                if row["held"]:
                    return CommandAnswer(False, wish.task, "request_task_held", "held already", wish.task)
                row.update(held=True, state="requested", robot="", reason="held")
            case ResumeTask():
                if not row["held"]:
                    return CommandAnswer(False, wish.task, "request_task_not_held", "not held", wish.task)
                row.update(held=False, reason="")
        self.commands.append((type(wish).__name__, wish.task))
        self._put(row)
        return CommandAnswer(True, wish.task)

    async def price(self, task: str, only_on: str, not_on: str, after: Sequence[str] = ()) -> Row:
        """Return a price that is made up, of a form as the manager's."""
        row = self._rows.get(task)
        if row is None:
            raise RequestError("request_unknown_task", f"no task {task!r}", task)
        if only_on and only_on not in self.site.robots:
            raise RequestError("request_unknown_robot", f"no robot {only_on!r}", only_on)
        at_s = row["eta_s"]
        then_s = None if at_s is None else at_s + 90.0
        return price_told(Price(task, row["robot"], only_on, 100.0, 142.0, at_s, then_s, later=(("t2", 60.0),)))

    async def arrange(self, wish: Arrangement) -> CommandAnswer:
        """Let the core change a schedule or a template."""
        answer = self._answered(wish)
        self.show_schedules()
        return answer

    def show_schedules(self) -> None:
        """Show what the core has of schedules and templates."""
        self.picture.put_schedules(self.schedules.schedules(self.desk.core.state))
        self.picture.put_templates(self.schedules.templates(self.desk.core.state))

    async def cancel(self, key: str, task: str, reason: str) -> CommandAnswer:
        """Take a task back."""
        row = self._rows.get(task)
        if row is None:
            return CommandAnswer(False, task, "request_unknown_task", f"no task {task!r}", key)
        if row["outcome"] is not None:
            return CommandAnswer(False, task, "request_task_ended", "the task has already ended", key)
        self.commands.append(("cancel", task))
        self._end(row, "cancelled", "cancelled", reason or "cancelled_by_person")
        return CommandAnswer(True, task)

    async def answer_task(self, key: str, task: str, answer: str, reason: str, by: str, to: str = "") -> CommandAnswer:
        """Say how a task goes on that asks."""
        if task not in self._rows:
            return CommandAnswer(False, task, "request_unknown_task", f"no task {task!r}", task)
        row = self._rows[task]
        if not row["asks"]:
            return CommandAnswer(False, task, "request_task_asks_not", "the task does not wait for an answer", task)
        self.commands.append((f"answer {answer}", task))
        row.update(asks=False)
        self._put(row)
        return CommandAnswer(True, task)

    def leave_waiting(self, task: str, service: str, params: dict[str, Any]) -> Row:
        """Let a task be asked for that nobody takes."""
        return self._task(task, service, params, "requested", self.now_s)

    def let_ask(self, task: str) -> None:
        """Let a task wait for a person's answer."""
        self._rows[task].update(asks=True, state="suspended")
        self._put(self._rows[task])

    async def carry_out(self, wish: FleetWish) -> CommandAnswer:
        """Let the core take a wish, and the play follow it."""
        answer = self.desk.ask(wish)
        if not answer.accepted:
            return answer
        match wish:
            case SetHold(hold=on, robot=robot):
                self.commands.append(("hold" if on else "resume", robot))
                if robot:
                    for puppet in self.puppets:
                        puppet.hold = on if puppet.id == robot else puppet.hold
                        self._show(puppet)
                else:
                    self.holding = on
            case CloseZones() | OpenZones():
                self.commands.append(("close" if isinstance(wish, CloseZones) else "open", " ".join(wish.zones)))
            case LimitZone(zone=zone):
                self.commands.append(("limit", zone))
            case TakePlaceOut() | MendPlace():
                self.commands.append((type(wish).__name__, wish.place))
                self.picture.put_out(out_rows(self.desk.core.state))
            case TakeEquipmentOut() | PutEquipmentBack():
                self.commands.append((type(wish).__name__, wish.equipment))
            case WithdrawPaper() | RestorePaper():
                self.commands.append((type(wish).__name__, wish.paper))
            case SignShift() | TakeShift():
                self.commands.append((type(wish).__name__, wish.by))
        self._show_alarms()
        return replace(answer, task=answer.incident, incident="")

    async def answer_alarm(self, wish: AlarmAnswer) -> CommandAnswer:
        """Let the core take a person's answer."""
        return self._answered(wish)

    async def answer_incident(self, wish: IncidentAnswer) -> CommandAnswer:
        """Let the core take a person's answer."""
        return self._answered(wish)

    async def change_job(self, wish: JobChange) -> CommandAnswer:
        """Let the core take a field job, or what is said of one."""
        return self._answered(wish)

    async def set_maintenance(self, wish: Maintenance) -> CommandAnswer:
        """Let the core take a robot out of service."""
        return self._answered(wish)

    async def why(self, task: str, language: str) -> Row:
        """Return where a task stands, as the manager would for one that is no matter of the plan."""
        row = self._rows.get(task)
        if row is None:
            raise RequestError("request_unknown_task", f"no task {task!r}", task)
        begun_s = row["started_s"] or row["requested_s"]
        standing = Why(task, row["service"], row["state"], row["robot"] or "", begun_s, row["ended_s"])
        return why_told(self.site, standing, language)

    def raise_alarm(self, place: str) -> None:
        """Let an alarm come in from a place."""
        self._calls += 1
        self.desk.call_for_help(f"alarm-{self._calls}", self._alarm_service(), place)
        self._show_alarms()

    async def _story(self, incident: str) -> Row:
        return self.desk.timeline(incident)

    def _reported(self) -> dict[str, Reported]:
        """Return what the robots say: those that are held stand as soon as they are heard of."""
        rows = {row["id"]: row for row in self.picture.snapshot(self.now_s)["robots"]}
        return {name: Reported("", 0, rows[name].get("state", "idle"), 0.0) for name in self.robots_heard or rows}

    def _answered(self, wish: AlarmAnswer | IncidentAnswer | JobChange | Maintenance | Arrangement) -> CommandAnswer:
        answer = self.desk.ask(wish)
        if answer.accepted:
            self.commands.append(
                (type(wish).__name__, getattr(wish, "alarm", "") or answer.incident or answer.job or wish.key)
            )
        self._show_alarms()
        for puppet in self.puppets:
            puppet.hold = self.desk.core.state.robots[puppet.id].hold
            self._show(puppet)
        return answer

    def _note_shown(self, alarms: Sequence[str]) -> None:
        self.alarms_shown.extend(alarms)
        for alarm in alarms:
            self.desk.shown(alarm)

    def _show_alarms(self) -> None:
        rows = alarm_rows(self.site, self.desk.core.state, {})
        for row in rows:
            if row["task"]:
                row.update(robot=self.puppets[0].id, eta_s=row["raised_s"] + 90.0)
        self.picture.put_alarms(rows)
        self.picture.put_events(event_rows(self.site, self.desk.core.state))
        self.picture.put_equipment(equipment_rows(self.site, self.desk.core.state))
        self.picture.put_papers(self.papers.rows(self.desk.core.state))
        state = self.desk.core.state
        self.picture.put_incidents(incident_rows(self.site, state))
        self.picture.put_jobs(job_rows(state))
        self.picture.put_zones([zone_row(zone, state) for zone in self.site.zones.values()])
        self.picture.put_shift(waiting_row(state))
        self.picture.put_hold(self.holding, state.in_place)

    def _stands(self, puppet: Puppet) -> bool:
        return puppet.hold or self.desk.core.state.robots[puppet.id].stopped

    def _alarm_service(self) -> str:
        return next((s.id for s in self.site.services.values() if s.alarm), next(iter(self.site.services)))

    def _puppet(self, row: Mapping[str, Any]) -> Puppet:
        spec = self.site.robots[row["id"]]
        pose = self.site.vertices[spec.start].pose
        kind = self.site.kinds[spec.kind]
        return Puppet(
            spec.id, spec.kind, spec.start, kind.speed_mps, pose.x_m, pose.y_m, pose.yaw_rad, spec.start_soc_pct
        )

    def _make_up(self, count: int, alarm: bool) -> None:
        services = [s for s in self.site.services.values() if any(p.type == "place" for p in s.params)]
        for number in range(count):
            service = services[number % len(services)]
            params: dict[str, Any] = {}
            for spec in service.params:
                fitting = [
                    p.id for p in self.site.places.values() if not spec.place_kinds or p.kind in spec.place_kinds
                ]
                if spec.type == "place" and fitting:
                    params[spec.name] = self._random.choice(fitting)
            row = self._task(f"r{number:04d}", service.id, params, "requested", START_S - 60.0 * (count - number))
            if number % 4 == 0:
                row["lateness_s"] = 0.0 if number % 8 else 95.0
                self._end(row, "completed", "done", "")
            elif number % 4 != 3:
                self._assign(row)
        if alarm:
            rooms = [p.id for p in self.site.places.values() if p.kind == "room"] or list(self.site.places)
            self.raise_alarm(self._random.choice(rooms))

    def _task(
        self,
        key: str,
        service: str,
        params: dict[str, Any],
        state: str,
        requested_s: float,
        requester: str = "operator",
    ) -> dict[str, Any]:
        places = [value for value in params.values() if value in self.site.places]
        row = {
            "id": key, "service": service, "state": state, "rmf_state": "queued", "robot": "",
            "requester": requester,
            "requested_s": requested_s,
            "earliest_s": requested_s, "due_s": requested_s + self.site.services[service].due.after_s, "eta_s": None,
            "reached": False, "started_s": None, "ended_s": None, "lateness_s": None, "outcome": None, "result": "",
            "reason": "" if state != "requested" else "no_robot_available", "alarm": False, "asks": False,
            "priority": int(params.get("priority", 40)), "held": False, "after": [], "only_on": "", "not_on": "",
            "params": params, "stop": 0,
            "stops": [{"id": f"s{index}", "places": [place]} for index, place in enumerate(places)],
        }  # fmt: skip
        self._rows[key] = row
        self._put(row)
        return row

    def _put(self, row: dict[str, Any]) -> None:
        row["rmf_state"] = OPEN_RMF_NAMES[row["state"]]
        self.picture.put_task(row)

    def _assign(self, row: dict[str, Any]) -> None:
        kinds = self.site.services[row["service"]].robot_kinds
        fitting = [p for p in self.puppets if p.kind in kinds and not p.task] or [p for p in self.puppets if not p.task]
        if not fitting:
            return
        puppet = fitting[0]
        puppet.task = row["id"]
        puppet.resting_s = 0.0
        puppet.way = []
        puppet.stops = [place for stop in row["stops"] for place in stop["places"]]
        row.update(state="assigned", robot=puppet.id, reason="", eta_s=self.now_s + 120.0)
        if puppet.stops:
            sent_s = int(self.now_s)
            self.picture.put_route(
                puppet.id, [row["id"], 0, puppet.stops[0], sent_s, sent_s + 120, sent_s + 300, False], []
            )
        self._put(row)

    def _end(self, row: dict[str, Any], state: str, outcome: str, reason: str) -> None:
        row.update(state=state, outcome=outcome, reason=reason, ended_s=self.now_s, result=outcome)
        if row["lateness_s"] is None:
            row["lateness_s"] = max(0.0, self.now_s - row["due_s"])
        for puppet in self.puppets:
            if puppet.task == row["id"]:
                puppet.task, puppet.stops, puppet.way, puppet.resting_s = "", [], [], 5.0
                sent_s, place = int(self.now_s) - 200, row["stops"][0]["places"][0] if row["stops"] else puppet.at
                self.picture.put_past((puppet.id, row["id"], 0, place, sent_s, sent_s + 90, int(self.now_s)))
                self.picture.put_route(puppet.id, None, [])
        self._put(row)

    def _move(self, puppet: Puppet, dt_s: float) -> None:
        if puppet.resting_s > 0.0:
            puppet.resting_s -= dt_s
            return
        if not puppet.way:
            if puppet.task and not puppet.stops:
                self._end(self._rows[puppet.task], "completed", "done", "")
                return
            if not puppet.stops and not self.wander:
                return
            goal = puppet.stops[0] if puppet.stops else self._random.choice(sorted(self.site.places))
            puppet.way = self._way(puppet, goal)
            if puppet.task:
                row = self._rows[puppet.task]
                row.update(state="underway", started_s=row["started_s"] or self.now_s)
                self._put(row)
            if not puppet.way:
                puppet.stops = puppet.stops[1:]
                puppet.resting_s = ACT_S
                return
        reach_m = puppet.speed_mps * dt_s
        puppet.soc_pct = max(5.0, puppet.soc_pct - 0.01 * reach_m)
        while puppet.way and reach_m > 0.0:
            target = self.site.vertices[puppet.way[0]].pose
            dx, dy = target.x_m - puppet.x_m, target.y_m - puppet.y_m
            left_m = math.hypot(dx, dy)
            if left_m > 0.01:
                puppet.yaw_rad = math.atan2(dy, dx)
            step_m = min(left_m, reach_m)
            puppet.x_m += dx / left_m * step_m if left_m else 0.0
            puppet.y_m += dy / left_m * step_m if left_m else 0.0
            reach_m -= max(step_m, 0.01)
            if step_m == left_m:
                puppet.at = puppet.way.pop(0)
        if not puppet.way:
            puppet.stops = puppet.stops[1:]
            puppet.resting_s = ACT_S

    def _ways_left(self) -> list[Row]:
        """Return what is left of the ways; half of each is released."""
        rows: list[Row] = []
        for puppet in self.puppets:
            corners = [self.site.vertices[name].pose for name in puppet.way]
            points = [[puppet.x_m, puppet.y_m], *([pose.x_m, pose.y_m] for pose in corners)]
            if corners:
                goal = {"robot": puppet.id, "place": puppet.way[-1], "purpose": "task"}
                rows.append({**goal, "points": points, "released": (len(corners) + 1) // 2})
        return rows

    def _way(self, puppet: Puppet, goal: str) -> list[str]:
        before = {puppet.at: ""}
        queue = deque([puppet.at])
        while queue and goal not in before:
            vertex = queue.popleft()
            for lane in self._lanes[vertex]:
                if lane.end not in before and (not lane.kinds or puppet.kind in lane.kinds):
                    before[lane.end] = vertex
                    queue.append(lane.end)
        way: list[str] = []
        vertex = goal if goal in before else puppet.at
        while vertex != puppet.at:
            way.append(vertex)
            vertex = before[vertex]
        return way[::-1]

    def _show(self, puppet: Puppet) -> None:
        standing, core = self.holding or self._stands(puppet), self.desk.core.state.robots[puppet.id]
        moving = bool(puppet.way) and not standing
        row = self._rows.get(puppet.task)
        state = "holding" if standing else "driving" if moving else "acting" if row else "idle"
        self.picture.put_robot(
            puppet.id,
            state=state,
            link="live",
            task=puppet.task,
            place=puppet.stops[0] if puppet.stops else "",
            charging=not moving and self.site.places[puppet.at].kind == "charger"
            if puppet.at in self.site.places
            else False,
            eta_s=row["eta_s"] if row else None,
            hold=puppet.hold,
            stopped=core.stopped,
            maintenance=core.maintenance,
            maintenance_s=core.maintenance_s,
            **{**_WELL, "control": "held" if standing else "automatic", **self.told.get(puppet.id, {})},
        )
        speed = puppet.speed_mps if moving else 0.0
        self.picture.put_pose(puppet.id, puppet.x_m, puppet.y_m, puppet.yaw_rad, puppet.soc_pct, speed)
