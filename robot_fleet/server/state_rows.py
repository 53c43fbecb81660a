"""The core's state as rows of the console's view. Pure; the gateway calls it after it has applied new facts."""

from __future__ import annotations

from typing import Any

from robot_fleet.core.fleet import roads
from robot_fleet.core.fleet.state import AlarmRecord, FleetState, ItemRecord, RobotRecord, TaskRecord
from robot_fleet.core.health import Urgency
from robot_fleet.core.lifecycles.task import OPEN_RMF_NAMES, TaskState
from robot_fleet.core.order import RobotReport
from robot_fleet.core.site import Site, Zone
from robot_fleet.core.text import Text
from robot_fleet.server.view import FleetView

_OUTCOMES = {
    TaskState.COMPLETED: "done",
    TaskState.FAILED: "failed",
    TaskState.CANCELLED: "cancelled",
    TaskState.REJECTED: "rejected",
}


_NO_CALL: dict[str, Any] = {
    "task": "",
    "service": "",
    "place": "",
    "robot": "",
    "eta_s": None,
    "on_site_s": None,
    "verdict": "",
}
"""What an alarm's row says of a call for help where it is none."""


class StateRows:
    """Brings a view up to a fleet's state, and remembers when each task's due instant was last expected.

    A stop leaves the plan as soon as a robot has its order, so the plan's last word on it is kept here.

    Parameters
    ----------
    site : for its zones.
    """

    def __init__(self, site: Site) -> None:
        self._site = site
        self._eta_s: dict[str, float] = {}
        self._told: dict[str, None] = {}  # ended tasks whose last row has been put

    def update(self, view: FleetView, state: FleetState, robots: tuple[RobotReport, ...] = ()) -> None:
        """Put into the view whatever the state says of tasks, robots, items, alarms, zones and the hold.

        Parameters
        ----------
        robots : newest reports, where the gateway hears them; poses come by `FleetView.put_pose`.
        """
        self._expect(state)
        for task in state.tasks.values():
            if task.id not in self._told:
                view.put_task(self.task_row(task, state))
                if task.ended:
                    self._told[task.id] = None
        for robot in state.robots.values():
            view.put_robot(robot.id, **self._robot_values(robot))
        for report in robots:
            view.put_robot(report.robot, state=report.state, charging=report.charging, load=list(report.load))
        for item in state.items.values():
            if item.holder.startswith("person:"):
                view.drop_item(item.id)
            else:
                view.put_item(_item_row(item))
        open_alarms = sorted((alarm for alarm in state.alarms.values() if alarm.open), key=_urgency)
        view.put_alarms([self._alarm_row(alarm, state) for alarm in open_alarms])
        view.put_zones([_zone_row(zone, state) for zone in self._site.zones.values()])
        view.put_hold(state.hold)

    def task_row(self, task: TaskRecord, state: FleetState) -> dict[str, Any]:
        """Return a task's row; times are fleet seconds, `eta_s` that of the instant which decides about lateness."""
        request = task.request
        reached_s = task.instants.get(request.instant)
        planned_robot = next(
            (robot for robot, route in state.routes.items() if any(s.task == task.id for s in route)), ""
        )
        return {
            "id": task.id,
            "service": request.service,
            "state": task.state.value,
            "rmf_state": OPEN_RMF_NAMES[task.state],
            "robot": task.robot or planned_robot,
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
            "alarm": request.alarm,
            "params": dict(request.params),
            "stop": task.next_stop,
            "stops": [
                {"id": stop.id, "places": list(stop.places[:1] if len(stop.places) == 1 else ())}
                for stop in request.stops
            ],
        }

    def _expect(self, state: FleetState) -> None:
        for route in state.routes.values():
            for planned in route:
                request = state.tasks[planned.task].request
                stop, _, moment = request.instant.partition(".")
                if request.stops[planned.stop].id == stop:
                    self._eta_s[planned.task] = planned.arrive_s if moment == "arrived" else planned.end_s

    def _robot_values(self, robot: RobotRecord) -> dict[str, Any]:
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
            "fault": robot.fault,
            "must_charge": robot.must_charge,
        }

    def _alarm_row(self, alarm: AlarmRecord, state: FleetState) -> dict[str, Any]:
        template = self._site.health.alarms.get(alarm.condition)
        row: dict[str, Any] = {
            "id": alarm.id,
            "condition": alarm.condition,
            "urgency": alarm.urgency,
            "state": alarm.state.value,
            "raised_s": round(alarm.raised_s, 1),
            "count": alarm.count,
            "incident": alarm.incident,
            "acknowledged_by": alarm.acknowledged_by,
            "shelved_until_s": _rounded(alarm.shelved_until_s),
            "shelved_for": alarm.shelved_for,
            "respond_s": template.respond_s if template is not None else None,
            "cause": _both(template.cause if template is not None else None),
            "consequence": _both(template.consequence if template is not None else None),
            "action": _both(template.action if template is not None else None),
            "members": [member for member, holds in alarm.members.items() if holds],
        }
        return row | (self._call_values(alarm, state.tasks[alarm.task]) if alarm.task else _NO_CALL)

    def _call_values(self, alarm: AlarmRecord, task: TaskRecord) -> dict[str, Any]:
        places = [stop.places[0] for stop in task.request.stops if stop.places]
        return {
            "task": alarm.task,
            "service": task.request.service,
            "place": places[0] if places else "",
            "robot": task.robot,
            "eta_s": _rounded(self._eta_s.get(alarm.task)),
            "on_site_s": _rounded(alarm.on_site_s),
            "verdict": alarm.verdict,
        }


def _urgency(alarm: AlarmRecord) -> tuple[int, float]:
    return list(Urgency).index(Urgency(alarm.urgency)), alarm.raised_s


def _both(text: Text | None) -> dict[str, str]:
    return {"ko": text.ko, "en": text.en} if text is not None else {"ko": "", "en": ""}


def _zone_row(zone: Zone, state: FleetState) -> dict[str, Any]:
    record = state.zones.get(zone.id)
    return {
        "id": zone.id,
        "name": {"ko": zone.name.ko, "en": zone.name.en},
        "closed": roads.is_closed(state, zone),
        "speed_mps": roads.limit_mps(state, zone),
        "reason": record.reason if record is not None else "",
        "since_s": round(record.since_s, 1) if record is not None else None,
    }


def _item_row(item: ItemRecord) -> dict[str, Any]:
    return {
        "id": item.id,
        "kind": item.kind,
        "holder": item.holder,
        "mass_kg": item.mass_kg,
        "length_m": item.length_m,
        "width_m": item.width_m,
    }


def _rounded(value_s: float | None) -> float | None:
    return None if value_s is None else round(value_s, 1)
