"""Checks a site's `buildings.yaml` and `events.yaml` against the rest of it, and reads the keys of its sources."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from robot_fleet.core.city import OWN, Building, EventRule, contains
from robot_fleet.core.errors import SiteError
from robot_fleet.site.models.city import EventsFile
from robot_fleet.site.reading.source import KeyPath, Source, read_yaml

if TYPE_CHECKING:
    from robot_fleet.site.reading.draft import Draft
    from robot_fleet.site.reading.findings import Finding

BUILDINGS_FILE = "buildings.yaml"
EVENTS_FILE = "events.yaml"
_UNKNOWN = {
    "building": "site_unknown_building",
    "zone": "site_unknown_zone",
    "place": "site_unknown_place",
    "route": "site_unknown_route",
}


def check_city(draft: Draft, source: Source | None) -> None:
    """Add a finding for everything that the rules name and the site has not, and for rules that go too far.

    Parameters
    ----------
    source : the file of the rules, None if there is none.
    """
    for building in draft.buildings.values():
        if len(set(building.outline)) < 3:
            expected = "expected an outline of at least three different corners"
            draft.report("site_building_outline", "building", building.id, ("outline",), expected)
    if source is None:
        return
    for number, rule in enumerate(draft.city.rules.values()):
        for key, expected, code in _wrong(draft, rule):
            draft.findings.append(source.finding(code, ("rules", number, *key), expected))
    for number, teller in enumerate(draft.city.sources.values()):
        for kind in teller.types:
            if kind not in draft.city.types:
                expected = f"there is no type {kind!r}; expected one of those in this file"
                draft.findings.append(source.finding("site_unknown_event_type", ("sources", number, "types"), expected))


def _wrong(draft: Draft, rule: EventRule) -> Iterator[tuple[KeyPath, str, str]]:
    """Yield the key, what was expected and the code of everything that is wrong with a rule."""
    if rule.type not in draft.city.types:
        yield (
            ("type",),
            f"there is no type {rule.type!r}; expected one of those in this file",
            "site_unknown_event_type",
        )
    for key, words in (("at", rule.at), ("hold", rule.hold), ("close", rule.close), ("keep_free", rule.keep_free)):
        for word in words:
            sort, _, name = word.partition(":")
            if word not in OWN and name != "*" and not draft.knows(sort, name):
                yield (key,), f"there is no {sort} {name!r}; expected the id of one that is defined", _UNKNOWN[sort]
    for number, task in enumerate(rule.tasks):
        service = draft.services.get(task.service)
        if service is None:
            if not draft.knows("service", task.service):
                expected = f"the site has no service {task.service!r}; expected one of its own"
                yield ("tasks", number, "service"), expected, "site_unknown_service"
            continue
        known = {param.name for param in service.params}
        for name in task.params:
            if name not in known:
                yield ("tasks", number, "params", name), f"{service.id} has no parameter {name!r}", "site_unknown_param"
        for param in service.params:
            if param.required and param.name not in task.params:
                expected = f"{service.id} needs {param.name!r}; expected it among the parameters"
                yield ("tasks", number, "params"), expected, "site_missing_key"
    for name in rule.open_for:
        if not draft.knows("service", name):
            expected = f"the site has no service {name!r}; expected one of its own"
            yield ("open_for",), expected, "site_unknown_service"
    for building in _buildings(draft, rule):
        if _hits_all(draft, rule, building):
            where = f" for an event in {building.id!r}" if building is not None and "$building" in rule.hold else ""
            expected = f"its held and closed areas hold every robot or place of the site{where}; expected a part of it"
            yield ("hold",), expected, "site_event_whole_fleet"
            return


def _buildings(draft: Draft, rule: EventRule) -> Iterator[Building | None]:
    """Yield every building for which a rule may stand; None where it makes no difference."""
    if "$building" not in rule.hold:
        yield None
        return
    yield from draft.buildings.values()


def _hits_all(draft: Draft, rule: EventRule, building: Building | None) -> bool:
    """Return whether no robot, or no place of robots, would be left alone."""
    outlines = [] if building is None else [building.outline]
    for word in (*rule.hold, *rule.close, *rule.keep_free):
        sort, _, name = word.partition(":")
        if sort == "building" and name in draft.buildings:
            outlines.append(draft.buildings[name].outline)
        elif sort == "zone" and name in draft.zones:
            outlines.append(draft.zones[name].outline)
        elif word == "$zone":
            outlines += [zone.outline for zone in draft.zones.values() if _alone(zone.outline, draft)]

    def hit(name: str) -> bool:
        pose = draft.places[name].pose
        return any(contains(outline, pose.x_m, pose.y_m) for outline in outlines)

    starts = [robot.start for robot in draft.robots.values() if robot.start in draft.places]
    return bool(outlines) and ((bool(starts) and all(map(hit, starts))) or all(map(hit, draft.places)))


def _alone(outline: tuple[tuple[float, float], ...], draft: Draft) -> bool:
    """Return whether a zone by itself holds every place."""
    return all(contains(outline, place.pose.x_m, place.pose.y_m) for place in draft.places.values())


def read_event_keys(
    folder: Path, environ: Mapping[str, str] = os.environ, *, without: list[SiteError] | None = None
) -> dict[str, bytes]:
    """Return the key of every source that a site's `events.yaml` names; empty without such a file.

    Parameters
    ----------
    without : takes the errors of sources whose secret is missing, which are left out then; None raises the first.

    Raises
    ------
    SiteError : `site_webhook_secret`.
    """
    from robot_fleet.site.reading.webhooks import key_of

    path = folder / EVENTS_FILE
    if not path.is_file():
        return {}
    findings: list[Finding] = []
    file = EventsFile.model_validate(read_yaml(folder, EVENTS_FILE, findings).data)
    keys = {}
    for source in file.sources:
        try:
            keys[source.id] = key_of(source.id, source.secret_env, source.secret_file, path, environ)
        except SiteError as error:
            if without is None:
                raise
            without.append(error)
    return keys
