"""The report: what the fleet did for whom, and what its robots did with their time.

What each figure means, and which standard's name it bears, stands in docs/reference/report.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from robot_fleet.core.facts import Fact
from robot_fleet.reports.figures import percentile, rounded, share_pct
from robot_fleet.reports.folds.alarms import AlarmCount, AlarmLoad
from robot_fleet.reports.folds.city_events import EventFigures, EventStories
from robot_fleet.reports.folds.robots import RobotClocks, RobotTime, total
from robot_fleet.reports.folds.tasks import CANCELLED, DONE, FAILED, OPEN, REJECTED, TaskStories, TaskStory

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class ServiceFigures:
    """How a service was carried out; `None` where there is nothing to reckon with.

    Parameters
    ----------
    on_time_pct : share of the done ones that were not late.
    performance_pct : share of all that have ended, but the cancelled, that were done on time (VDI 4486).
    lateness_p50_s, lateness_p95_s : of the done ones, nearest rank; 0 for one on time.
    to_robot_s : mean time until a robot had the order.
    """

    service: str
    requests: int
    done: int
    failed: int
    cancelled: int
    rejected: int
    open: int
    on_time_pct: float | None
    performance_pct: float | None
    lateness_p50_s: float | None
    lateness_p95_s: float | None
    to_robot_s: float | None


@dataclass(frozen=True, slots=True)
class RobotFigures:
    """What a robot, or all of a kind, did; shares are of the time for which it is known.

    Parameters
    ----------
    id : the robot; empty for a kind as a whole.
    kind : as far as the tasks tell; empty if they do not.
    robots : how many these are.
    tasks : done by them.
    utilisation_pct : share of time with an order for a task. Charging does not count.
    home_pct : share of time with any other order.
    idle_pct : share of time without an order; charging is in here.
    recharging_pct : share of time between falling under the charging threshold and being charged.
    availability_pct : technical availability (VDI 3581): share of time not out of service.
    """

    id: str
    kind: str
    robots: int
    tasks: int
    known_s: float
    utilisation_pct: float | None
    home_pct: float | None
    idle_pct: float | None
    recharging_pct: float | None
    availability_pct: float | None
    tasks_per_h: float | None
    charges: int
    faults: int


@dataclass(frozen=True, slots=True)
class AlarmFigures:
    """How an alarm went; seconds after it was raised, None for what did not happen."""

    task: str
    service: str
    raised_s: float
    shown_s: float | None
    on_site_s: float | None
    closed_s: float | None
    verdict: str


@dataclass(frozen=True, slots=True)
class FleetReport:
    """The whole report of a ledger; `from_s` and `to_s` are fleet times of its first and last fact."""

    from_s: float
    to_s: float
    services: tuple[ServiceFigures, ...]
    kinds: tuple[RobotFigures, ...]
    robots: tuple[RobotFigures, ...]
    alarms: tuple[AlarmFigures, ...]
    alarm_load: AlarmLoad
    events: tuple[EventFigures, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON."""
        return {"schema_version": SCHEMA_VERSION, **asdict(self)}


def build_report(
    facts: Iterable[tuple[float, Fact]],
    kinds: Mapping[str, str] | None = None,
    respond_s: Mapping[str, float] | None = None,
    operators: int = 1,
) -> FleetReport:
    """Return the report of facts.

    Parameters
    ----------
    facts : (fleet time, fact) in the ledger's order.
    kinds : robot -> kind, as far as it is known; what its tasks tell must do for the others.
    respond_s : condition -> seconds within which a person should act on its alarm, as far as that is known.
    operators : among whom the alarms are shared.
    """
    clocks, stories, alarms = RobotClocks(), TaskStories(), AlarmCount(respond_s or {})
    events = EventStories()
    from_s: float | None = None
    to_s = 0.0
    for at_s, fact in facts:
        from_s = at_s if from_s is None else from_s
        to_s = max(to_s, at_s)
        clocks.take(at_s, fact)
        stories.take(at_s, fact)
        alarms.take(at_s, fact)
        events.take(fact)
    tasks = list(stories.tasks.values())
    times, kinds = clocks.times(to_s), {**stories.kinds(), **(kinds or {})}
    done_by = {name: sum(task.outcome == DONE and task.robot == name for task in tasks) for name in times}
    robots = tuple(_robots(name, kinds.get(name, ""), 1, done_by[name], time) for name, time in times.items())
    by_kind = []
    for kind in sorted({robot.kind for robot in robots}, key=lambda kind: (not kind, kind)):
        members = [name for name in times if kinds.get(name, "") == kind]
        done = sum(done_by[name] for name in members)
        by_kind.append(_robots("", kind, len(members), done, total(times[name] for name in members)))
    return FleetReport(
        from_s=rounded(from_s or 0.0),
        to_s=rounded(to_s),
        services=tuple(_service(name, tasks) for name in sorted({task.service for task in tasks})),
        kinds=tuple(by_kind),
        robots=robots,
        alarms=tuple(_alarm(task) for task in tasks if task.alarm),
        alarm_load=alarms.load(from_s or 0.0, to_s, operators),
        events=events.figures(stories.tasks),
    )


def _service(name: str, tasks: Sequence[TaskStory]) -> ServiceFigures:
    own = [task for task in tasks if task.service == name]
    count = {end: sum(task.outcome == end for task in own) for end in (OPEN, DONE, FAILED, CANCELLED, REJECTED)}
    lateness_s = sorted(task.lateness_s or 0.0 for task in own if task.outcome == DONE)
    on_time = sum(late_s == 0.0 for late_s in lateness_s)
    waits_s = [max(task.robot_s - task.wanted_s, 0.0) for task in own if task.robot_s is not None]
    return ServiceFigures(
        service=name,
        requests=len(own),
        done=count[DONE],
        failed=count[FAILED],
        cancelled=count[CANCELLED],
        rejected=count[REJECTED],
        open=count[OPEN],
        on_time_pct=share_pct(on_time, count[DONE]),
        performance_pct=share_pct(on_time, count[DONE] + count[FAILED] + count[REJECTED]),
        lateness_p50_s=percentile(lateness_s, 50),
        lateness_p95_s=percentile(lateness_s, 95),
        to_robot_s=rounded(sum(waits_s) / len(waits_s)) if waits_s else None,
    )


def _robots(name: str, kind: str, count: int, tasks: int, time: RobotTime) -> RobotFigures:
    return RobotFigures(
        id=name,
        kind=kind,
        robots=count,
        tasks=tasks,
        known_s=rounded(time.known_s),
        utilisation_pct=share_pct(time.task_s, time.known_s),
        home_pct=share_pct(time.home_s, time.known_s),
        idle_pct=share_pct(time.idle_s, time.known_s),
        recharging_pct=share_pct(time.recharging_s, time.known_s),
        availability_pct=share_pct(time.known_s - time.down_s, time.known_s),
        tasks_per_h=rounded(tasks * 3600.0 / time.known_s) if time.known_s else None,
        charges=time.charges,
        faults=time.faults,
    )


def _alarm(task: TaskStory) -> AlarmFigures:
    def after(at_s: float | None) -> float | None:
        return None if at_s is None else rounded(at_s - task.requested_s)

    return AlarmFigures(
        task.id,
        task.service,
        rounded(task.requested_s),
        after(task.shown_s),
        after(task.on_site_s),
        after(task.ended_s),
        task.result,
    )
