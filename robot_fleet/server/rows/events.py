"""The city's events as rows of the console's view. Pure."""

from __future__ import annotations

from typing import Any

from robot_fleet.core.city import areas_of
from robot_fleet.core.fleet.city.city_state import CityEventRecord
from robot_fleet.core.fleet.state import FleetState
from robot_fleet.core.site import Site
from robot_fleet.core.text import Text
from robot_fleet.server.ports import Row

SORTS = ("task", "refused", "held", "put_off", "closed", "told")
"""What an event can lead to, see `CityEventLed`."""


def event_rows(site: Site, state: FleetState) -> list[Row]:
    """Return a row for each event that is open or was over of late, oldest first; times are fleet seconds."""
    return [_event_row(site, event) for event in state.events.values()]


def _event_row(site: Site, event: CityEventRecord) -> dict[str, Any]:
    taken = event.taken
    kind, rule = site.city.types.get(taken.type), site.city.rules.get(taken.rule)
    return {
        "id": event.id,
        "type": taken.type,
        "name": _both(None if kind is None else kind.name, taken.type),
        "urgency": "" if kind is None else kind.urgency.value,
        "subject": taken.subject,
        "area": _both(_area_name(site, taken.subject), taken.subject),
        "outlines": _outlines(site, event),
        "exercise": taken.exercise,
        "state": event.state.value,
        "happened_s": round(taken.happened_s, 1),
        "taken_s": round(taken.at_s, 1),
        "until_s": round(taken.until_s, 1),
        "shown_s": _rounded(event.shown_s),
        "on_site_s": _rounded(event.on_site_s),
        "on_site": event.on_site,
        "end": event.ended,
        "ended_by": event.ended_by,
        "ended_s": _rounded(event.ended_s),
        "alarm": taken.alarm,
        "incident": taken.incident,
        "tell": None if rule is None or rule.tell is None else _both(rule.tell, ""),
        "led": {sort: list(event.led_to(sort)) for sort in SORTS},
    }


def _area_name(site: Site, subject: str) -> Text | None:
    sort, _, name = subject.partition(":")
    named: Any = {"building": site.buildings, "zone": site.zones, "place": site.places}.get(sort, {})
    return named[name].name if name in named else None


def _outlines(site: Site, event: CityEventRecord) -> list[list[list[float]]]:
    """Return the ground that the map shows: what is held, else the area itself; a place is a single point."""
    areas = event.taken.hold or areas_of(site, event.taken.subject)[:1]
    found: list[list[list[float]]] = []
    for area in areas:
        sort, _, name = area.partition(":")
        ground: Any = {"building": site.buildings, "zone": site.zones}.get(sort, {})
        if name in ground:
            found.append([list(corner) for corner in ground[name].outline])
        elif sort == "place" and name in site.places:
            found.append([[site.places[name].pose.x_m, site.places[name].pose.y_m]])
    return found


def _both(text: Text | None, otherwise: str) -> dict[str, str]:
    return {"ko": otherwise, "en": otherwise} if text is None else text.words()


def _rounded(value_s: float | None) -> float | None:
    return None if value_s is None else round(value_s, 1)
