"""The fleet as the console sees it, kept as JSON rows, and the frames that tell a console what has changed.

`snapshot` — the whole: `{"type", "t_s", "site", "robots", "tasks", "alarms", "incidents", "jobs", "items", "zones",
"out", "schedules", "templates", "events", "equipment", "papers", "hold", "in_place", "shift", "routes",
"past"}`.
`patch` — whole rows of what has changed: `{"type", "t_s", "robots", "tasks", "items", "alarms", "incidents", "jobs",
"zones", "out", "schedules", "templates", "events", "equipment", "papers", "hold", "in_place", "shift"}`; a key is
absent where nothing has changed, `alarms`, `incidents`, `jobs`, `zones`, `out` (places that are out of use),
`schedules`, `templates`, `events`, `equipment` and `papers` are always the whole list, a task or item with
`"gone": true` is to be forgotten. `routes` has the robots whose route changed, by id, and `past` what was done since
(see `plan_rows`). `shift` is the one that waits to be taken over, or null.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any

from robot_fleet.server.ports import Row

ENDED_KEPT = 100
"""Ended tasks that a console is still shown; all of them can be had by `GET /api/v1/tasks`."""

PAST_KEPT = 12
"""Pieces of the past that a console is shown of each robot."""

POSE_KEYS = ("x_m", "y_m", "yaw_rad", "speed_mps", "soc_pct")
"""Whatever changes most often first."""
_LEAST = 3
"""So many of them are in each row."""
_ENDED_STATES = ("completed", "failed", "cancelled", "rejected")


class FleetView:
    """Rows by id, and what has changed since the last frames were taken.

    Parameters
    ----------
    site : the site's part of the snapshot (see `site_view`).
    robots : one row per robot, in the order that gives them their index; keys as in `put_robot`.
    all_tasks : whether `tasks` knows those, too, that ended so long ago that a console is not shown them.
    """

    def __init__(self, site: Row, robots: Iterable[Row], *, all_tasks: bool = True) -> None:
        self._site = site
        self._robots: dict[str, dict[str, Any]] = {row["id"]: dict(row) for row in robots}
        self._index = {robot: index for index, robot in enumerate(self._robots)}
        self._tasks: dict[str, Row] = {}
        self._all_tasks = all_tasks
        self._items: dict[str, Row] = {}
        self._alarms: dict[str, Row] = {}
        self._ended: dict[str, None] = {}
        self._hold = False
        self._in_place = False
        self._shift: Row | None = None
        self._shift_changed = False
        self._moved: dict[str, int] = {}  # how many of the keys have to be told
        self._changed: dict[str, dict[str, Row]] = {"robots": {}, "tasks": {}, "items": {}}
        self._alarms_changed = False
        self._incidents: tuple[Row, ...] = ()
        self._incidents_changed = False
        self._jobs: tuple[Row, ...] = ()
        self._jobs_changed = False
        self._zones: tuple[Row, ...] = ()
        self._zones_changed = False
        self._out: tuple[Row, ...] = ()
        self._out_changed = False
        self._arranged: dict[str, list[Row]] = {
            "schedules": [],
            "templates": [],
            "events": [],
            "equipment": [],
            "papers": [],
        }
        self._arranged_new: dict[str, list[Row]] = {}
        self._hold_changed = False
        self._routes: dict[str, Row] = {}
        self._routes_changed: dict[str, Row] = {}
        self._past: dict[str, deque[Sequence[Any]]] = {robot: deque(maxlen=PAST_KEPT) for robot in self._robots}
        self._past_new: list[Sequence[Any]] = []

    @property
    def alarms(self) -> tuple[Row, ...]:
        """The alarms that are open, the most urgent first."""
        return tuple(self._alarms.values())

    def put_robot(self, robot: str, **values: Any) -> None:
        """Take in what is known anew of a robot: state, charging, link, task, place, load, eta_s, hold, fault, ...

        Raises
        ------
        KeyError : no robot of this id is in the view.
        """
        row = self._robots[robot]
        if any(row.get(key) != value for key, value in values.items()):
            row.update(values)
            self._changed["robots"][robot] = row

    def put_pose(self, robot: str, x_m: float, y_m: float, yaw_rad: float, soc_pct: float, speed_mps: float) -> None:
        """Take in where a robot is; rounded to what a screen can show (cm, 0.01 rad, 0.1 %).

        Raises
        ------
        KeyError : no robot of this id is in the view.
        """
        row = self._robots[robot]
        values = (round(x_m, 2), round(y_m, 2), round(yaw_rad, 2), round(speed_mps, 2), round(soc_pct, 1))
        changed = [at for at, (key, value) in enumerate(zip(POSE_KEYS, values, strict=True)) if row.get(key) != value]
        if changed:
            row.update(zip(POSE_KEYS, values, strict=True))
            self._moved[robot] = max(changed[-1] + 1, _LEAST, self._moved.get(robot, 0))

    def put_task(self, row: Row) -> None:
        """Take in a task's row, whole (`id`, `service`, `state`, `robot`, `requested_s`, `due_s`, ...)."""
        task = row["id"]
        if self._tasks.get(task) == row:
            return
        self._tasks[task] = dict(row)
        self._changed["tasks"][task] = self._tasks[task]
        if row["state"] in _ENDED_STATES and task not in self._ended:
            self._ended[task] = None
            if len(self._ended) > ENDED_KEPT:
                oldest = next(iter(self._ended))
                del self._ended[oldest]
                if not self._all_tasks:
                    del self._tasks[oldest]
                self._changed["tasks"][oldest] = {"id": oldest, "gone": True}

    def put_item(self, row: Row) -> None:
        """Take in an item's row, whole (`id`, `kind`, `holder`, `since_s`, `task`, `mass_kg`, ...)."""
        item = row["id"]
        if self._items.get(item) != row:
            self._items[item] = dict(row)
            self._changed["items"][item] = self._items[item]

    def drop_item(self, item: str) -> None:
        """Forget an item."""
        if self._items.pop(item, None) is not None:
            self._changed["items"][item] = {"id": item, "gone": True}

    def put_alarms(self, rows: Iterable[Row]) -> None:
        """Take in all open alarms, the most urgent first (see `alarm_rows`)."""
        alarms = {row["id"]: dict(row) for row in rows}
        if alarms != self._alarms:
            self._alarms = dict(alarms)
            self._alarms_changed = True

    def put_incidents(self, rows: Iterable[Row]) -> None:
        """Take in the open incidents and those that were closed last, oldest first (see `alarm_rows`)."""
        incidents = tuple(rows)
        if incidents != self._incidents:
            self._incidents = incidents
            self._incidents_changed = True

    def put_jobs(self, rows: Iterable[Row]) -> None:
        """Take in the field jobs that are open and those that were over last (see `job_rows`)."""
        jobs = tuple(rows)
        if jobs != self._jobs:
            self._jobs = jobs
            self._jobs_changed = True

    def put_zones(self, rows: Iterable[Row]) -> None:
        """Take in all zones (see `state_rows.zone_row`)."""
        zones = tuple(dict(row) for row in rows)
        if zones != self._zones:
            self._zones = zones
            self._zones_changed = True

    def put_out(self, rows: Iterable[Row]) -> None:
        """Take in the places that are out of use (`id`, `code`, `robot`, `by`, `since_s`)."""
        out = tuple(dict(row) for row in rows)
        if out != self._out:
            self._out = out
            self._out_changed = True

    def put_schedules(self, rows: list[Row]) -> None:
        """Take in all schedules (see `schedule_rows`)."""
        self._put_arranged("schedules", rows)

    def put_templates(self, rows: list[Row]) -> None:
        """Take in all templates of requests."""
        self._put_arranged("templates", rows)

    def put_events(self, rows: list[Row]) -> None:
        """Take in the city's events that are open and the last that are over (see `event_rows`)."""
        self._put_arranged("events", rows)

    def put_equipment(self, rows: list[Row]) -> None:
        """Take in all doors, gates and lifts (see `equipment_rows`)."""
        self._put_arranged("equipment", rows)

    def put_papers(self, rows: list[Row]) -> None:
        """Take in all papers of robots (see `paper_rows`)."""
        self._put_arranged("papers", rows)

    def _put_arranged(self, name: str, rows: list[Row]) -> None:
        if self._arranged[name] != rows:
            self._arranged[name] = self._arranged_new[name] = rows

    def put_route(self, robot: str, now: Sequence[Any] | None, following: Sequence[Sequence[Any]]) -> None:
        """Take in what a robot does now and is planned to do."""
        row = {"now": now, "next": following}
        if self._routes.get(robot) != row:
            self._routes[robot] = self._routes_changed[robot] = row

    def put_past(self, piece: Sequence[Any]) -> None:
        """Take in what a robot, the piece's first word, has done."""
        self._past[piece[0]].append(piece)
        self._past_new.append(piece)

    def put_hold(self, hold: bool, in_place: bool = False) -> None:
        """Take in whether the whole fleet is held, and whether everybody stops where it is."""
        if (hold, in_place) != (self._hold, self._in_place):
            self._hold, self._in_place = hold, in_place
            self._hold_changed = True

    def put_shift(self, row: Row | None) -> None:
        """Take in which shift waits for somebody to take it over (`id`, `by`, `at_s`), None if none does."""
        if row != self._shift:
            self._shift, self._shift_changed = row, True

    def snapshot(self, t_s: float) -> dict[str, Any]:
        """Return the whole view as a frame, at a fleet time; what the next patch adds to the past is left to it."""
        return {
            "type": "snapshot",
            "t_s": round(t_s, 3),
            "site": self._site,
            "robots": list(self._robots.values()),
            "tasks": [
                row for task, row in self._tasks.items() if row["state"] not in _ENDED_STATES or task in self._ended
            ],
            "alarms": list(self._alarms.values()),
            "incidents": list(self._incidents),
            "jobs": list(self._jobs),
            "items": list(self._items.values()),
            "zones": list(self._zones),
            "out": list(self._out),
            **self._arranged,
            "hold": self._hold,
            "in_place": self._in_place,
            "shift": self._shift,
            "routes": self._routes,
            "past": [piece for pieces in self._past.values() for piece in pieces if piece not in self._past_new],
        }

    def tasks(self) -> tuple[Row, ...]:
        """Return every task, oldest first."""
        return tuple(self._tasks.values())

    def task(self, task: str) -> Row | None:
        """Return one task, None if there is none."""
        return self._tasks.get(task)

    def take_patch(self, t_s: float) -> dict[str, Any] | None:
        """Return what has changed since the last call but poses, None if nothing has."""
        patch: dict[str, Any] = {name: list(rows.values()) for name, rows in self._changed.items() if rows}
        if self._alarms_changed:
            patch["alarms"] = list(self._alarms.values())
        if self._incidents_changed:
            patch["incidents"] = list(self._incidents)
        if self._jobs_changed:
            patch["jobs"] = list(self._jobs)
        if self._zones_changed:
            patch["zones"] = list(self._zones)
        if self._out_changed:
            patch["out"] = list(self._out)
        if self._hold_changed:
            patch["hold"], patch["in_place"] = self._hold, self._in_place
        if self._shift_changed:
            patch["shift"] = self._shift
        patch.update(self._arranged_new)
        if self._routes_changed:
            patch["routes"] = self._routes_changed
        if self._past_new:
            patch["past"] = self._past_new
        if not patch:
            return None
        self._changed = {name: {} for name in self._changed}
        self._routes_changed, self._past_new, self._arranged_new = {}, [], {}
        self._alarms_changed = self._incidents_changed = self._jobs_changed = False
        self._out_changed = self._zones_changed = self._hold_changed = self._shift_changed = False
        return {"type": "patch", "t_s": round(t_s, 3), **patch}

    def take_poses(self, t_s: float) -> dict[str, Any]:
        """Return where the robots are that have moved since the last call; also the beat that carries the time."""
        moved = [
            [self._index[robot], *(self._robots[robot][key] for key in POSE_KEYS[:count])]
            for robot, count in self._moved.items()
        ]
        self._moved = {}
        return {"type": "poses", "t_s": round(t_s, 3), "r": moved}
