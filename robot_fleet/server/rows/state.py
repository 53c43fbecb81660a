"""The core's state as rows of the console's view. Pure; the gateway calls it after it has applied new facts."""

from __future__ import annotations

from math import isfinite
from typing import Any

from robot_fleet.core.facts import Fact, PlanCommitted
from robot_fleet.core.fleet.city.city import notices
from robot_fleet.core.fleet.right_of_way import roads
from robot_fleet.core.fleet.right_of_way.cut_off import EQUIPMENT_FAILED
from robot_fleet.core.fleet.state import FleetState, ItemRecord, RobotRecord, TaskRecord
from robot_fleet.core.fleet.tasks import flowing
from robot_fleet.core.flow import answers
from robot_fleet.core.lifecycles.task import OPEN_RMF_NAMES, TaskState
from robot_fleet.core.order import RobotReport
from robot_fleet.core.plan import CHARGE, PlannedStop
from robot_fleet.core.site import Asked, Site, Zone
from robot_fleet.server.rows.alarms import alarm_rows, incident_rows
from robot_fleet.server.rows.equipment import equipment_rows
from robot_fleet.server.rows.events import event_rows
from robot_fleet.server.rows.jobs import job_rows
from robot_fleet.server.rows.papers import PaperRows
from robot_fleet.server.rows.schedules import ScheduleRows
from robot_fleet.server.rows.shifts import waiting_row
from robot_fleet.server.view import FleetView

_OUTCOMES = {
    TaskState.COMPLETED: "done",
    TaskState.FAILED: "failed",
    TaskState.CANCELLED: "cancelled",
    TaskState.REJECTED: "rejected",
}


class StateRows:
    """Brings a view up to a fleet's state, and remembers when each task's due instant was last expected.

    A stop leaves the plan as soon as a robot has its order, so the plan's last word on it is kept here.

    Parameters
    ----------
    site : for its zones, and what people are told of alarms.
    schedules : makes the rows of schedules; without it there are none.
    """

    def __init__(self, site: Site, schedules: ScheduleRows | None = None) -> None:
        self._site = site
        self._schedules = schedules or ScheduleRows(None)
        self._papers = PaperRows(site, self._schedules.calendar)
        self._eta_s: dict[str, float] = {}
        self._told: dict[str, tuple[object, ...]] = {}  # what the row of each task was made from

    def note(self, state: FleetState, fact: Fact) -> None:
        """Note what a fact that has been applied says of when due instants are expected."""
        if isinstance(fact, PlanCommitted):
            for route in fact.routes.values():
                self._expect(state, route)

    def update(self, view: FleetView, state: FleetState, robots: tuple[RobotReport, ...] = ()) -> None:
        """Put into the view whatever the state says of tasks, robots, items, alarms, zones and the hold.

        Parameters
        ----------
        robots : newest reports, where the gateway hears them; poses come by `FleetView.put_pose`.
        """
        for task in state.tasks.values():
            self.put_task(view, task, state)
        for robot in state.robots.values():
            view.put_robot(robot.id, **self._robot_values(state, robot))
        for report in robots:
            view.put_robot(report.robot, state=report.state, charging=report.charging, load=list(report.load))
        about = {
            item: task.id
            for task in state.open_tasks()
            for stop in task.request.stops
            for item in (stop.item, *(act.item for act in stop.acts))
        }
        for item in state.items.values():
            if item.holder.startswith("person:"):
                view.drop_item(item.id)
            else:
                view.put_item(_item_row(item, about.get(item.id, "")))
        view.put_alarms(alarm_rows(self._site, state, self._eta_s))
        view.put_incidents(incident_rows(self._site, state))
        view.put_jobs(job_rows(state))
        view.put_zones([zone_row(zone, state) for zone in self._site.zones.values()])
        view.put_out(out_rows(state))
        view.put_hold(state.hold, state.in_place)
        view.put_shift(waiting_row(state))
        view.put_schedules(self._schedules.schedules(state))
        view.put_templates(self._schedules.templates(state))
        view.put_events(event_rows(self._site, state))
        view.put_equipment(equipment_rows(self._site, state))
        view.put_papers(self._papers.rows(state))

    def retire(self, view: FleetView, task: TaskRecord, state: FleetState) -> None:
        """Put the last row of a task that is about to leave the state."""
        self.put_task(view, task, state)
        self._told.pop(task.id, None)
        self._eta_s.pop(task.id, None)

    def put_task(self, view: FleetView, task: TaskRecord, state: FleetState) -> None:
        """Put a task's row into the view if it may have changed: there may be thousands that have not."""
        planned_on, eta_s = state.planned.get(task.id), self._eta_s.get(task.id)
        standing = (
            task.state,
            task.robot,
            task.next_stop,
            task.reason,
            task.about,
            task.asks,
            task.awaits,
            task.stars,
            len(task.instants),
        )
        notice = self._notice(task, state)
        changing = (*standing, *_wishes(task), *(notice or {}).values())
        made_from = (*changing, *state.awaited_by(task), planned_on, eta_s)
        if self._told.get(task.id) != made_from:
            self._told[task.id] = made_from
            view.put_task(self.task_row(task, state))

    def task_row(self, task: TaskRecord, state: FleetState) -> dict[str, Any]:
        """Return a task's row; times are fleet seconds, `eta_s` that of the instant which decides about lateness."""
        request = task.request
        reached_s = task.instants.get(request.instant)
        return {
            "id": task.id,
            "service": request.service,
            "state": task.state.value,
            "rmf_state": OPEN_RMF_NAMES[task.state],
            "robot": task.robot or state.planned.get(task.id, ""),
            "requester": request.requester,
            "requested_s": round(request.requested_s, 1),
            "earliest_s": round(request.earliest_s, 1),
            "due_s": round(request.due_s, 1),
            "eta_s": _rounded(reached_s if reached_s is not None or task.ended else self._eta_s.get(task.id)),
            "reached": reached_s is not None,
            "started_s": _rounded(task.started_s),
            "ended_s": _rounded(task.ended_s),
            "lateness_s": _rounded(task.lateness_s),
            "outcome": _OUTCOMES.get(task.state),
            "result": task.result,
            "reason": task.reason,
            "reason_about": list(task.about) if task.reason == EQUIPMENT_FAILED else [],
            "alarm": request.alarm,
            "asks": task.asks,
            "hands_over": task.hands_over,
            "awaits": self._awaits(task),
            "notice": self._notice(task, state),
            "priority": request.priority,
            "after": list(state.awaited_by(task)),
            "held": task.held,
            "stars": task.stars,
            "only_on": task.bound_to,
            "not_on": task.barred_from,
            "params": dict(request.params),
            "missed": list(task.missed),
            "evidence": dict(task.evidence),
            "stop": task.next_stop,
            "stops": [
                {"id": stop.id, "places": list(stop.places[:1] if len(stop.places) == 1 else ())}
                for stop in request.stops
            ],
        }

    def _awaits(self, task: TaskRecord) -> dict[str, Any] | None:
        """Return what a task's robot waits for, in words, and what may be answered; None if it waits for nobody."""
        service = self._site.services.get(task.request.service)
        act = flowing.awaited(task)
        if task.awaits is None or act is None or service is None:
            return None
        asked, who = service.texts.get(act.id), service.asked.get(act.id, Asked())
        return {
            "act": act.id,
            "since_s": round(task.awaits.since_s, 1),
            "until_s": round(task.awaits.until_s, 1),
            "names": act.names,
            "text": None if asked is None else asked.words(),
            "answers": [
                {"word": word, "text": said.words() if said is not None else None}
                for word in answers(act)
                for said in (service.texts.get(f"{act.id}.{word}"),)
            ],
            "person": who.person,
            "code": {"right": who.right, "wrong": who.wrong} if who.right else None,
        }

    def _notice(self, task: TaskRecord, state: FleetState) -> dict[str, str] | None:
        """Return what the people with whom a task's robot is are told of an event of the city; None for nothing."""
        told = notices(self._site, state).get(task.id) if state.events else None
        return None if told is None else told.words()

    def _expect(self, state: FleetState, route: tuple[PlannedStop, ...]) -> None:
        for planned in route:
            if planned.stop == CHARGE:
                continue
            request = state.tasks[planned.task].request
            stop, _, moment = request.instant.partition(".")
            if request.stops[planned.stop].id == stop:
                self._eta_s[planned.task] = planned.begin_s if moment == "arrived" else planned.end_s

    def _robot_values(self, state: FleetState, robot: RobotRecord) -> dict[str, Any]:
        order = robot.busy
        task = order.task if order is not None else ""
        eta_s = self._eta_s.get(task)
        return {
            "link": robot.link.value,
            "task": task,
            "purpose": order.purpose if order is not None else "",
            "place": order.place if order is not None else "",
            "docked": robot.docked,
            "load": list(robot.load),
            "eta_s": _rounded(eta_s),
            "hold": robot.hold,
            "in_place": robot.in_place,
            "fault": robot.fault,
            "must_charge": robot.must_charge,
            "supply": _supply(state, robot),
            "stopped": robot.stopped,
            "maintenance": robot.maintenance,
            "maintenance_s": robot.maintenance_s,
        }


def _supply(state: FleetState, robot: RobotRecord) -> dict[str, Any] | None:
    """Return why the charger that a robot is at gives it current or not, None where that is not decided."""
    record = state.supplies.get(robot.docked)
    if record is None or record.robot != robot.id:
        return None
    until_s = record.until_s if record.until_s > 0.0 and isfinite(record.until_s) else None
    return {"on": record.on, "reason": record.reason, "until_s": until_s}


def _wishes(task: TaskRecord) -> tuple[object, ...]:
    return task.request.priority, task.held, task.bound_to, task.barred_from


def zone_row(zone: Zone, state: FleetState) -> dict[str, Any]:
    """Return a zone's row: what holds in it now, why, since when and (`until_s`, if by itself) until when."""
    record = state.zones.get(zone.id)
    return {
        "id": zone.id,
        "name": zone.name.words(),
        "closed": roads.is_closed(state, zone),
        "speed_mps": roads.limit_mps(state, zone),
        "reason": record.reason if record is not None else "",
        "since_s": round(record.since_s, 1) if record is not None else None,
        "cause": record.cause if record is not None else "",
        "until_s": record.until_s if record is not None and record.closed and isfinite(record.until_s) else None,
        "outdoor": zone.outdoor,
        "no_stopping": zone.no_stopping,
    }


def out_rows(state: FleetState) -> list[dict[str, Any]]:
    """Return a row for each place that is out of use: why, who found out or said so, since when."""
    return [
        {"id": place, "code": out.code, "robot": out.robot, "by": out.by, "since_s": round(out.since_s, 1)}
        for place, out in state.out.items()
    ]


def _item_row(item: ItemRecord, task: str) -> dict[str, Any]:
    return {
        "id": item.id,
        "since_s": round(item.since_s, 1),
        "task": task,
        "kind": item.kind,
        "holder": item.holder,
        "mass_kg": item.mass_kg,
        "length_m": item.length_m,
        "width_m": item.width_m,
    }


def _rounded(value_s: float | None) -> float | None:
    return None if value_s is None else round(value_s, 1)
