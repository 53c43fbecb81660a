"""Reads all files of a site into one draft: what is valid as core values, what is wrong as findings."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from robot_fleet.core.city import Building, CityRules
from robot_fleet.core.energy import EnergySpec
from robot_fleet.core.equipment import Equipment
from robot_fleet.core.geometry import Pose
from robot_fleet.core.health import Health
from robot_fleet.core.law import Law, Paper, Regime
from robot_fleet.core.site import (
    CalendarSpec,
    ItemSpec,
    Lane,
    Level,
    Place,
    RobotKind,
    RobotSpec,
    Service,
    Vertex,
    Zone,
)
from robot_fleet.site.checking.city import BUILDINGS_FILE, EVENTS_FILE
from robot_fleet.site.checking.energy import ENERGY_FILE, check_energy
from robot_fleet.site.models.base import ItemModel, ItemsFile, PlaceModel, PlacesFile, SiteFile, ZoneModel, ZonesFile
from robot_fleet.site.models.calendar import CalendarFile
from robot_fleet.site.models.city import BuildingModel, BuildingsFile, EventsFile
from robot_fleet.site.models.energy import EnergyFile
from robot_fleet.site.models.equipment import EquipmentFile, EquipmentModel
from robot_fleet.site.models.health import HealthFile
from robot_fleet.site.models.lanes import LaneFeature, LanesFile, VertexFeature
from robot_fleet.site.models.law import LAW_FOLDER, PAPERS_FILE, PaperModel, PapersFile, RegimeFile
from robot_fleet.site.models.robots import KindsFile, RobotKindModel, RobotModel, RobotsFile
from robot_fleet.site.models.services import ServiceFile
from robot_fleet.site.reading.findings import Finding
from robot_fleet.site.reading.source import KeyPath, Source, read_json, read_yaml

ZONES_FILE = "zones.yaml"
"""A file that a site need not have."""
EQUIPMENT_FILE = "equipment.yaml"
"""Another one; a site without it has no doors that robots have opened for them."""
HEALTH_FILE = "health.yaml"
"""Another one; the file of this name beside this module stands in."""
CALENDAR_FILE = "calendar.yaml"
"""And another one; without it nobody knows which date it is, and nothing can recur."""

# How far a vertex may lie from its place, and a lane's ends from its vertices: files round to millimetres.
_SAME_POINT_M = 0.01

# How pydantic begins its messages.
_SHOULD = re.compile(r"^(Input|String|List|Value|Dictionary|Number) should ")

Model = TypeVar("Model", bound=BaseModel)
Value = TypeVar("Value")
Named = TypeVar("Named", RegimeFile, ServiceFile)


@dataclass(slots=True)
class Draft:
    """A site as far as its files are valid.

    `origin` tells where an object stands: (sort, id) -> (file, key path). `broken` holds the (sort, id) of objects
    whose own entry is invalid, so that references to them are not reported as dangling too.
    """

    file: SiteFile | None = None
    places: dict[str, Place] = field(default_factory=dict)
    routes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    vertices: dict[str, Vertex] = field(default_factory=dict)
    lanes: dict[str, Lane] = field(default_factory=dict)
    kinds: dict[str, RobotKind] = field(default_factory=dict)
    robots: dict[str, RobotSpec] = field(default_factory=dict)
    items: dict[str, ItemSpec] = field(default_factory=dict)
    zones: dict[str, Zone] = field(default_factory=dict)
    equipment: dict[str, Equipment] = field(default_factory=dict)
    levels: dict[str, Level] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)
    health: Health = field(default_factory=Health)
    calendar: CalendarSpec | None = None
    regimes: dict[str, Regime] = field(default_factory=dict)
    papers: dict[str, Paper] = field(default_factory=dict)
    buildings: dict[str, Building] = field(default_factory=dict)
    city: CityRules = field(default_factory=CityRules)
    events: Source | None = None
    energy: EnergySpec | None = None
    origin: dict[tuple[str, str], tuple[Source, KeyPath]] = field(default_factory=dict)
    broken: set[tuple[str, str]] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)

    @property
    def law(self) -> Law:
        """The regimes and papers that are valid."""
        return Law(self.regimes, self.papers)

    def report(self, code: str, sort: str, name: str, key: KeyPath, expected: str) -> None:
        """Add a finding about a key of an object that has been read."""
        source, path = self.origin[(sort, name)]
        self.findings.append(source.finding(code, (*path, *key), expected))

    def knows(self, sort: str, name: str) -> bool:
        """Return whether an object is declared, validly or not."""
        return (sort, name) in self.origin or (sort, name) in self.broken


def read_draft(folder: Path) -> Draft:
    """Read every file that defines the site; nothing is raised for what is wrong in them."""
    draft = Draft()
    if not folder.is_dir():
        draft.findings.append(Finding("site_folder_missing", str(folder), "", "expected a folder with a site.yaml"))
        return draft
    source = read_yaml(folder, "site.yaml", draft.findings)
    draft.file = _whole(SiteFile, source, draft.findings)
    for level in draft.file.levels if draft.file is not None else ():
        name = level.name.value()
        draft.levels[level.id] = Level(level.id, name, str(folder / level.map), level.elevation_m)
    source = read_yaml(folder, "places.yaml", draft.findings)
    draft.places.update(_entries(PlacesFile, "places", PlaceModel, PlaceModel.value, source, draft))
    _read_routes(source, draft)
    _read_kinds(folder, "kinds.yaml", draft)
    source = read_yaml(folder, "robots.yaml", draft.findings)
    draft.robots.update(_entries(RobotsFile, "robots", RobotModel, RobotModel.value, source, draft))
    source = read_yaml(folder, "items.yaml", draft.findings)
    draft.items.update(_entries(ItemsFile, "items", ItemModel, ItemModel.value, source, draft))
    if (folder / ZONES_FILE).is_file():
        source = read_yaml(folder, ZONES_FILE, draft.findings)
        draft.zones.update(_entries(ZonesFile, "zones", ZoneModel, ZoneModel.value, source, draft))
    if (folder / EQUIPMENT_FILE).is_file():
        source = read_yaml(folder, EQUIPMENT_FILE, draft.findings)
        draft.equipment.update(
            _entries(EquipmentFile, "equipment", EquipmentModel, EquipmentModel.value, source, draft)
        )
    _read_health(folder, draft)
    if (folder / CALENDAR_FILE).is_file():
        calendar = _whole(CalendarFile, read_yaml(folder, CALENDAR_FILE, draft.findings), draft.findings)
        draft.calendar = None if calendar is None else calendar.value()
    _read_law(folder, draft)
    _read_city(folder, draft)
    _read_energy(folder, draft)
    _read_services(folder, draft)
    _read_lanes(folder, draft)
    return draft


def read_kinds(file: Path) -> Draft:
    """Read a file of kinds of robots alone; nothing is raised for what is wrong in it."""
    draft = Draft()
    _read_kinds(file.parent, file.name, draft)
    return draft


def _read_kinds(folder: Path, file: str, draft: Draft) -> None:
    source = read_yaml(folder, file, draft.findings)
    draft.kinds.update(_entries(KindsFile, "kinds", RobotKindModel, RobotKindModel.value, source, draft))


def _whole(model: type[Model], source: Source, findings: list[Finding]) -> Model | None:
    if source.data is None:
        return None
    try:
        return model.model_validate(source.data, context=source.context)
    except ValidationError as error:
        findings.extend(findings_of(error, source))
        return None


def findings_of(error: ValidationError, source: Source, prefix: KeyPath = ()) -> list[Finding]:
    """Turn pydantic's errors into findings, `prefix` being the key path of the value that was validated."""
    found = []
    for entry in error.errors(include_url=False):
        path = (*prefix, *entry["loc"])
        sort = entry["type"]
        message = _SHOULD.sub("expected it to ", entry["msg"]).removeprefix("Value error, ")
        if sort == "extra_forbidden":
            found.append(source.finding("site_unknown_key", path, "the key is not known here; expected no such key"))
        elif sort == "missing":
            found.append(source.finding("site_missing_key", path, "expected this key, which is missing"))
        else:
            code = "site_wrong_type" if sort.endswith("_type") else "site_bad_value"
            message = message if "expected" in message else f"expected a valid value: {message}"
            found.append(source.finding(code, path, f"{message}, got {entry['input']!r:.80}"))
    return found


def _entries(
    file_model: type[BaseModel],
    key: str,
    model: type[Model],
    value: Callable[[Model], Value],
    source: Source,
    draft: Draft,
) -> dict[str, Value]:
    """Return the valid entries of the file's list `key` by id; one invalid entry does not spoil the others."""
    data = source.data
    bad: set[str | int] = set()
    if data is None:
        return {}
    try:
        file_model.model_validate(data, context=source.context)
    except ValidationError as error:
        draft.findings.extend(findings_of(error, source))
        bad = {entry["loc"][1] for entry in error.errors() if len(entry["loc"]) > 1 and entry["loc"][0] == key}
    rows = data.get(key) if isinstance(data, dict) else None
    good: dict[str, Value] = {}
    sort = key.removesuffix("s")
    for index, row in enumerate(rows if isinstance(rows, list) else ()):
        name = row.get("id") if isinstance(row, dict) else None
        if not isinstance(name, str):
            continue
        if index in bad:
            draft.broken.add((sort, name))
        elif _declare(draft, sort, name, source, (key, index)):
            good[name] = value(model.model_validate(row))
    return good


def _declare(draft: Draft, sort: str, name: str, source: Source, path: KeyPath) -> bool:
    """Note where an object stands; a second one of the same id is reported and refused."""
    earlier = draft.origin.get((sort, name))
    if earlier is not None:
        first = earlier[0].line(earlier[1])
        place = f"{earlier[0].file}:{first}" if first else earlier[0].file
        expected = f"the {sort} {name!r} is already defined in {place}; expected each id once"
        draft.findings.append(source.finding("site_duplicate_id", path, expected))
        return False
    draft.origin[(sort, name)] = (source, path)
    return True


def _read_routes(source: Source, draft: Draft) -> None:
    routes = source.data.get("routes") if isinstance(source.data, dict) else None
    if not isinstance(routes, dict):
        return
    for name, places in routes.items():
        if not isinstance(name, str):
            continue
        if isinstance(places, list) and places and all(isinstance(place, str) for place in places):
            _declare(draft, "route", name, source, ("routes", name))
            draft.routes[name] = tuple(places)
        else:
            draft.broken.add(("route", name))


def _read_health(folder: Path, draft: Draft) -> None:
    if not (folder / HEALTH_FILE).is_file():
        draft.health = _dialling(default_health(), draft)
        return
    source = read_yaml(folder, HEALTH_FILE, draft.findings)
    file = _whole(HealthFile, source, draft.findings)
    if file is None:
        return
    draft.health = _dialling(file.value(), draft)
    for index, rule in enumerate(file.rules):
        for kind in rule.kinds:
            if not draft.knows("kind", kind):
                expected = f"there is no robot kind {kind!r}; expected one of kinds.yaml"
                draft.findings.append(source.finding("site_unknown_kind", ("rules", index, "kinds"), expected))


def _dialling(health: Health, draft: Draft) -> Health:
    """Return how a fleet is watched, with the number in its texts that is dialled there."""
    if draft.file is None:
        return health
    number = draft.file.emergency_number
    alarms = {
        code: replace(alarm, action=alarm.action.filled("emergency_number", number))
        for code, alarm in health.alarms.items()
    }
    return replace(health, alarms=alarms)


def _read_city(folder: Path, draft: Draft) -> None:
    if (folder / BUILDINGS_FILE).is_file():
        source = read_yaml(folder, BUILDINGS_FILE, draft.findings)
        read = _entries(BuildingsFile, "buildings", BuildingModel, BuildingModel.value, source, draft)
        draft.buildings.update(read)
    if not (folder / EVENTS_FILE).is_file():
        return
    source = read_yaml(folder, EVENTS_FILE, draft.findings)
    file = _whole(EventsFile, source, draft.findings)
    if file is not None:
        draft.events = source
        draft.city = CityRules(
            {each.id: each.value() for each in file.sources},
            {each.id: each.value() for each in file.types},
            {each.id: each.value() for each in file.rules},
            *(() if file.drill is None else (file.drill.value(),)),
        )


def _read_energy(folder: Path, draft: Draft) -> None:
    if not (folder / ENERGY_FILE).is_file():
        return
    source = read_yaml(folder, ENERGY_FILE, draft.findings)
    file = _whole(EnergyFile, source, draft.findings)
    if file is not None:
        draft.findings += check_energy(file, source, draft.places, draft.kinds, draft.calendar)
        draft.energy = file.value()


@cache
def default_health() -> Health:
    """Return how a fleet is watched whose site does not say."""
    findings: list[Finding] = []
    file = _whole(HealthFile, read_yaml(Path(__file__).parent, HEALTH_FILE, findings), findings)
    assert file is not None, findings
    return file.value()


def _read_law(folder: Path, draft: Draft) -> None:
    files = sorted((folder / LAW_FOLDER).glob("*.yaml"))
    found = _one_each(folder, files, RegimeFile, "regime", "site_regime_file_name", draft)
    draft.regimes.update((each.id, each.value()) for each in found)
    if (folder / PAPERS_FILE).is_file():
        source = read_yaml(folder, PAPERS_FILE, draft.findings)
        draft.papers.update(_entries(PapersFile, "papers", PaperModel, PaperModel.value, source, draft))


def _read_services(folder: Path, draft: Draft) -> None:
    files = sorted((folder / "services").glob("*.yaml"))
    if not files:
        draft.findings.append(Finding("site_file_missing", "services/", "", "expected at least one services/<id>.yaml"))
    found = _one_each(folder, files, ServiceFile, "service", "site_service_file_name", draft)
    draft.services.update((each.id, each.value()) for each in found)


def _one_each(
    folder: Path, files: Sequence[Path], model: type[Named], sort: str, code: str, draft: Draft
) -> Iterator[Named]:
    """Yield what files hold of which each describes one thing and is called by its id; `code` is for another name."""
    for path in files:
        source = read_yaml(folder, str(path.relative_to(folder)), draft.findings)
        read = _whole(model, source, draft.findings)
        if read is None:
            draft.broken.add((sort, path.stem))
            continue
        if read.id != path.stem:
            expected = f"expected the id {path.stem!r}, the name of the file, got {read.id!r}"
            draft.findings.append(source.finding(code, ("id",), expected))
        if _declare(draft, sort, read.id, source, ()):
            yield read


def _read_lanes(folder: Path, draft: Draft) -> None:
    file = draft.file.lanes if draft.file is not None else "lanes.geojson"
    source = read_json(folder, file, draft.findings)
    data = source.data
    if data is None:
        return
    rows = data.get("features") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(rows, list):
        _whole(LanesFile, source, draft.findings)
        return
    _whole(LanesFile, Source(file, {**data, "features": []}), draft.findings)
    names: dict[int, str] = {}
    later: list[tuple[int, LaneFeature]] = []
    for index, row in enumerate(rows):
        geometry = row.get("geometry") if isinstance(row, dict) else None
        shape = geometry.get("type") if isinstance(geometry, dict) else None
        path: KeyPath = ("features", index)
        try:
            if shape == "Point":
                _read_vertex(VertexFeature.model_validate(row), names, source, path, draft)
            elif shape == "MultiLineString":
                later.append((index, LaneFeature.model_validate(row)))
            else:
                expected = f"expected a geometry of type Point or MultiLineString, got {shape!r}"
                draft.findings.append(source.finding("site_bad_value", (*path, "geometry"), expected))
        except ValidationError as error:
            draft.findings.extend(findings_of(error, source, path))
            broken = row.get("properties", {}).get("id") if isinstance(row.get("properties"), dict) else None
            if shape == "Point" and isinstance(broken, int):
                names.setdefault(broken, "")
    numbers: set[int] = set()
    for index, lane in later:
        if lane.properties.id in numbers:
            expected = f"the lane number {lane.properties.id} is taken; expected each once"
            path = ("features", index, "properties", "id")
            draft.findings.append(source.finding("site_duplicate_id", path, expected))
        numbers.add(lane.properties.id)
        _read_lane(lane, names, source, ("features", index), draft)


def _read_vertex(feature: VertexFeature, names: dict[int, str], source: Source, path: KeyPath, draft: Draft) -> None:
    number, name = feature.properties.id, feature.properties.metadata.name
    if number in names:
        expected = f"the vertex number {number} is taken; expected each once"
        draft.findings.append(source.finding("site_duplicate_id", (*path, "properties", "id"), expected))
        return
    if not _declare(draft, "vertex", name, source, path):
        return
    names[number] = name
    x_m, y_m = feature.geometry.coordinates[:2]
    place = draft.places.get(name)
    if place is None:
        extra = feature.properties.metadata
        draft.vertices[name] = Vertex(name, Pose(x_m, y_m, extra.yaw_rad, extra.level))
        return
    if math.hypot(place.pose.x_m - x_m, place.pose.y_m - y_m) > _SAME_POINT_M:
        where = f"({place.pose.x_m}, {place.pose.y_m})"
        expected = f"the vertex stands at ({x_m}, {y_m}), its place at {where}; expected one point"
        draft.findings.append(source.finding("site_vertex_off_place", (*path, "geometry", "coordinates"), expected))
    draft.vertices[name] = Vertex(name, place.pose, place=name)


def _climb_m(draft: Draft, start: Vertex, end: Vertex) -> float:
    """Return how far two vertices are above each other, by the levels that they are on."""
    floors = [draft.levels.get(vertex.pose.map_id) for vertex in (start, end)]
    heights_m = [floor.elevation_m if floor is not None else 0.0 for floor in floors]
    return abs(heights_m[0] - heights_m[1])


def _read_lane(feature: LaneFeature, names: dict[int, str], source: Source, path: KeyPath, draft: Draft) -> None:
    ends = []
    for key, number in (("startid", feature.properties.startid), ("endid", feature.properties.endid)):
        if number not in names:
            expected = f"there is no vertex number {number}; expected the id of a Point feature"
            draft.findings.append(source.finding("site_unknown_vertex", (*path, "properties", key), expected))
        ends.append(draft.vertices.get(names.get(number, "")))
    start, end = ends
    if start is None or end is None:
        return
    name = f"{start.id}>{end.id}"
    if not _declare(draft, "lane", name, source, path):
        return
    for vertex, (x_m, y_m, *_) in zip(ends, feature.geometry.coordinates[0], strict=True):
        if vertex is not None and math.hypot(vertex.pose.x_m - x_m, vertex.pose.y_m - y_m) > _SAME_POINT_M:
            where = f"({vertex.pose.x_m}, {vertex.pose.y_m})"
            expected = f"lane {name} has an end at ({x_m}, {y_m}); expected its vertex {vertex.id} at {where}"
            draft.findings.append(source.finding("site_lane_off_vertex", (*path, "geometry", "coordinates"), expected))
    length_m = math.hypot(start.pose.distance_m(end.pose), _climb_m(draft, start, end))
    if length_m < _SAME_POINT_M:
        expected = f"lane {name} has no length; expected two different points"
        draft.findings.append(source.finding("site_lane_no_length", path, expected))
        return
    extra = feature.properties.metadata
    draft.lanes[name] = Lane(
        id=name,
        start=start.id,
        end=end.id,
        length_m=length_m,
        corridor_m=extra.corridor_m,
        speed_mps=extra.speed_mps,
        kinds=tuple(extra.kinds),
        resource=extra.resource,
        no_stopping=extra.no_stopping,
    )
