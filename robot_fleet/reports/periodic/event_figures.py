"""How fast events of the city were answered in a period, by type, in the ids of the registry. Drills are counted apart:
they tell how well it would go, and are no burden of the city.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from robot_fleet.core.site import Site
from robot_fleet.reports.calendar import Period
from robot_fleet.reports.figures import percentile, share_pct
from robot_fleet.reports.folds.city_events import EventFigures

Values = dict[str, float | None]


def aims_of(site: Site) -> dict[str, float]:
    """Return for each type of event within how many seconds a robot is to be on site: the shortest due time of the
    services that the type's rules ask for, as far as that counts from the request.
    """
    found: dict[str, float] = {}
    for rule in site.city.rules.values():
        for task in rule.tasks:
            service = site.services.get(task.service)
            if service is not None and service.due.base == "requested":
                found[rule.type] = min(service.due.after_s, found.get(rule.type, service.due.after_s))
    return found


def event_values(
    events: Sequence[EventFigures], period: Period, aims_s: Mapping[str, float]
) -> tuple[Values, dict[str, Values]]:
    """Return the figures of events that happened in a period or were open at its end: of all, and by type.

    Parameters
    ----------
    aims_s : type -> within how many seconds a robot is to be on site.
    """
    told = [each for each in events if _happened_in(each, period) or _open_at_end(each, period)]
    types = sorted({each.type for each in told})
    return _values(told, period, aims_s), {
        name: _values([each for each in told if each.type == name], period, aims_s) for name in types
    }


def _values(events: Sequence[EventFigures], period: Period, aims_s: Mapping[str, float]) -> Values:
    happened = [each for each in events if _happened_in(each, period)]
    real = [each for each in happened if not each.exercise]
    answered = [(each.type, each.on_site_s) for each in real if each.on_site_s is not None]
    waits_s = sorted(max(wait_s, 0.0) for _, wait_s in answered)
    wanted = [each for each in real if each.type in aims_s and each.led.get("task")]
    in_time = sum(each.on_site_s is not None and each.on_site_s <= aims_s[each.type] for each in wanted)
    aims = {aims_s.get(each.type) for each in events}
    return {
        "events": float(len(real)),
        "event_drills": float(len(happened) - len(real)),
        "events_open": float(sum(not each.exercise and _open_at_end(each, period) for each in events)),
        "event_response_p50_s": percentile(waits_s, 50),
        "event_response_p95_s": percentile(waits_s, 95),
        "event_response_aim_s": aims.pop() if len(aims) == 1 else None,
        "events_in_time_pct": share_pct(in_time, len(wanted)),
    }


def _happened_in(event: EventFigures, period: Period) -> bool:
    return period.from_s <= event.happened_s < period.to_s


def _open_at_end(event: EventFigures, period: Period) -> bool:
    ended_s = None if event.ended_s is None else event.happened_s + event.ended_s
    return event.happened_s < period.to_s and (ended_s is None or ended_s >= period.to_s)
