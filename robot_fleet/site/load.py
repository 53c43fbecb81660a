"""Loads a site folder into the frozen `Site` that everything else works on."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from robot_fleet.core.errors import SiteError
from robot_fleet.core.site import GROUND_LEVEL, Level, RobotKind, Site
from robot_fleet.site.checking.city import BUILDINGS_FILE, EVENTS_FILE
from robot_fleet.site.checking.energy import ENERGY_FILE
from robot_fleet.site.checking.equipping import with_lanes
from robot_fleet.site.checking.reach import check_reach
from robot_fleet.site.checking.references import check_references
from robot_fleet.site.ground.maps import read_map_file
from robot_fleet.site.models.law import LAW_FOLDER, PAPERS_FILE
from robot_fleet.site.reading.draft import (
    CALENDAR_FILE,
    EQUIPMENT_FILE,
    HEALTH_FILE,
    ZONES_FILE,
    Draft,
    read_draft,
    read_kinds,
)


def load_site(folder: Path) -> Site:
    """Return the site of a folder, every reference resolved and every place reachable.

    Whether lanes and places are clear of walls is what `check_site` finds out; loading does not read the map's image.

    Raises
    ------
    SiteError : the first problem found, with its code, its file and key, and what was expected.
    """
    draft = read_draft(folder)
    if not draft.findings:
        check_references(draft)
    if not draft.findings:
        check_reach(draft)
    if draft.findings:
        raise draft.findings[0].error()
    return _site(draft, folder)


def load_kinds(file: Path) -> Mapping[str, RobotKind]:
    """Return the kinds of robots of a `kinds.yaml` by itself, by id, in the order of the file.

    Raises
    ------
    SiteError : the first problem found.
    """
    draft = read_kinds(file)
    if draft.findings:
        raise draft.findings[0].error()
    return draft.kinds


def site_digest(folder: Path) -> str:
    """Return a SHA-256 hex digest of the files that define the site: all that `load_site` reads, and the map.

    What only plays a day (demand, the habits of people) and the Gazebo world are left out.
    """
    draft = read_draft(folder)
    if draft.file is None:
        raise draft.findings[0].error()
    names = ["site.yaml", "places.yaml", "kinds.yaml", "robots.yaml", "items.yaml", draft.file.lanes, draft.file.map]
    names += sorted(f"services/{path.name}" for path in (folder / "services").glob("*.yaml"))
    names += sorted(f"{LAW_FOLDER}/{path.name}" for path in (folder / LAW_FOLDER).glob("*.yaml"))
    optional = (ZONES_FILE, EQUIPMENT_FILE, HEALTH_FILE, CALENDAR_FILE, ENERGY_FILE)
    names += [name for name in (*optional, BUILDINGS_FILE, EVENTS_FILE, PAPERS_FILE) if (folder / name).is_file()]
    names += [level.map for level in draft.file.levels]
    for chart in (draft.file.map, *(level.map for level in draft.file.levels)):
        names.append(str(Path(chart).parent / read_map_file(folder / chart).image))
    digest = hashlib.sha256()
    for name in names:
        path = folder / name
        if not path.is_file():
            raise SiteError("site_file_missing", f"expected the file {name} in the site's folder", str(path))
        content = path.read_bytes()
        digest.update(f"{name}\n{len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def _site(draft: Draft, folder: Path) -> Site:
    file = draft.file
    if file is None:
        raise SiteError("site_file_missing", "expected a site.yaml", str(folder))
    equipment, lanes = with_lanes(draft.equipment.values(), draft.vertices, draft.lanes)
    ground = Level(
        GROUND_LEVEL, file.ground.value() if file.ground is not None else file.name.value(), str(folder / file.map)
    )
    return Site(
        id=file.id,
        name=file.name.value(),
        map_file=str(folder / file.map),
        places=draft.places,
        vertices=draft.vertices,
        lanes=lanes,
        kinds=draft.kinds,
        robots=draft.robots,
        items=draft.items,
        services=draft.services,
        routes=draft.routes,
        zones=draft.zones,
        synthetic_people=file.synthetic_people,
        health=replace(draft.health, alarms={**draft.health.alarms, **draft.city.alarm_templates()}),
        calendar=draft.calendar,
        law=draft.law,
        languages=tuple(file.languages),
        emergency_number=file.emergency_number,
        buildings=draft.buildings,
        city=draft.city,
        energy=draft.energy,
        equipment=equipment,
        levels={GROUND_LEVEL: ground, **draft.levels} if draft.levels else {},
    )
