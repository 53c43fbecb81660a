"""How requests of a period were served, by the ids of the registry. A request counts when it is asked for and when it
ends, each in the period in which that is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from robot_fleet.reports.calendar import Period
from robot_fleet.reports.figures import percentile, share_pct
from robot_fleet.reports.folds.alarms import AlarmLoad
from robot_fleet.reports.folds.tasks import CANCELLED, DONE, FAILED, REJECTED, TaskStory
from robot_fleet.stores.people.small_groups import suppress_small

Values = dict[str, float | None]


def asked_in(tasks: Iterable[TaskStory], period: Period) -> list[TaskStory]:
    """Return the requests that were asked for in a period."""
    return [task for task in tasks if period.from_s <= task.requested_s < period.to_s]


def ended_in(tasks: Iterable[TaskStory], period: Period) -> list[TaskStory]:
    """Return the requests that ended in a period."""
    return [task for task in tasks if task.ended_s is not None and period.from_s <= task.ended_s < period.to_s]


def service_values(asked: Sequence[TaskStory], ended: Sequence[TaskStory]) -> Values:
    """Return the figures of requests."""
    count = Counter(task.outcome for task in ended)
    done = [task for task in ended if task.outcome == DONE]
    on_time = sum(not task.lateness_s for task in done)
    waits_s = sorted(max(task.on_site_s - task.wanted_s, 0.0) for task in done if task.on_site_s is not None)
    lateness_s = sorted(task.lateness_s or 0.0 for task in done)
    return {
        "requests": float(len(asked)),
        "done": float(len(done)),
        "failed": float(count[FAILED]),
        "cancelled": float(count[CANCELLED]),
        "refused": float(count[REJECTED]),
        "on_time_pct": share_pct(on_time, len(done)),
        "performance_pct": share_pct(on_time, len(done) + count[FAILED] + count[REJECTED]),
        "wait_p50_s": percentile(waits_s, 50),
        "wait_p95_s": percentile(waits_s, 95),
        "lateness_p50_s": percentile(lateness_s, 50),
        "lateness_p95_s": percentile(lateness_s, 95),
    }


def rating_values(ended: Mapping[str, Sequence[TaskStory]]) -> tuple[Values, dict[str, Values]]:
    """Return how people have found what was done for them: of all, and by service.

    A group of fewer than five is not told, nor is what would tell it together with the others.
    """
    stars = {name: [task.stars for task in tasks if task.stars] for name, tasks in ended.items()}
    told = suppress_small({name: len(each) for name, each in stars.items()})
    every = [each for some in stars.values() for each in some]
    return _rating(every, told.total), {name: _rating(stars[name], many) for name, many in told.groups.items()}


def _rating(stars: Sequence[int], told: int | None) -> Values:
    mean = sum(stars) / len(stars) if told and stars else None
    return {"rated": None if told is None else float(told), "rating_mean": None if mean is None else round(mean, 2)}


def reasons(ended: Iterable[TaskStory]) -> list[tuple[str, str, int]]:
    """Return (outcome, reason, how many) of what ended without being done, the most frequent first."""
    counted = Counter((task.outcome, task.reason) for task in ended if task.outcome != DONE)
    return [(*key, many) for key, many in sorted(counted.items(), key=lambda each: (-each[1], each[0]))]


def alarm_values(load: AlarmLoad, ended: Iterable[TaskStory]) -> Values:
    """Return the figures of alarms, calls for help included."""
    calls = [task for task in ended if task.alarm and task.outcome == DONE]
    return {
        "alarms": float(load.alarms),
        "rings": float(load.rings),
        "rings_per_10_min": load.per_10_min,
        "rings_worst_10_min": load.worst_10_min,
        "floods": float(load.floods),
        "alarms_high_pct": load.priority_pct["high"],
        "alarms_in_time_pct": load.in_time_pct,
        "acknowledged_p50_s": load.acknowledge_p50_s,
        "acknowledged_p90_s": load.acknowledge_p90_s,
        "calls_in_time_pct": share_pct(sum(not task.lateness_s for task in calls), len(calls)),
    }
