"""Makes a site from any Nav2 map: proposed places and lanes, four robots, services and a demand to try it with."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
import yaml

from robot_fleet.core.errors import SiteError
from robot_fleet.core.geometry import Pose
from robot_fleet.core.site import Lane, Vertex
from robot_fleet.site.demand import generate_day, write_csv
from robot_fleet.site.exports.geojson import write_lanes
from robot_fleet.site.ground.grid import ground_of, line_clearance_m
from robot_fleet.site.ground.maps import OccupancyMap, read_map, write_map
from robot_fleet.site.load import load_site
from robot_fleet.site.making.folders import insist_on_free, made_aside
from robot_fleet.site.making.propose import Proposal
from robot_fleet.site.making.roadmap import Roadmap

# Half the diagonal of the largest robot of the templates (0.75 x 0.6 m) and 0.1 m.
CLEARANCE_M = 0.58
PLACES = 26
_SEED = 1
# Two robots pass each other side by side where there is this much on either side of the middle.
_TWO_ABREAST_M = 1.0


@dataclass(frozen=True, slots=True)
class NewSiteReport:
    """What was made."""

    folder: Path
    places: int
    lanes: int
    robots: int
    services: int
    requests: int


@dataclass(frozen=True, slots=True)
class _Role:
    """What a proposed place becomes."""

    id: str
    kind: str
    ko: str
    en: str
    extra: tuple[tuple[str, object], ...] = ()


def new_site(map_yaml: Path, out_dir: Path) -> NewSiteReport:
    """Write a complete site for a map into a folder that is empty or not there; the result passes `check_site`.

    Raises
    ------
    SiteError : `site_new_folder_taken`; `site_new_too_small` if the map has no room for enough places that robots reach
        without blocking each other; the errors of `read_map`.
    """
    insist_on_free(out_dir)
    occupancy = read_map(map_yaml)
    proposal = Proposal(occupancy, ground_of(occupancy, CLEARANCE_M), CLEARANCE_M)
    proposal.choose(PLACES)
    roles = _roles(len(proposal.places), map_yaml)
    area_m2 = float(np.count_nonzero(~occupancy.blocked)) * occupancy.resolution_m**2
    roadmap = Roadmap(proposal, min(6.0, max(2.0, math.sqrt(area_m2) / 10.0)))
    poses = {role.id: _pose(proposal, roadmap, place) for role, place in zip(roles, proposal.places, strict=True)}
    vertices, lanes = _lanes(proposal, roadmap, roles, poses, occupancy)
    with made_aside(out_dir.resolve()) as folder:
        write_lanes(folder / "lanes.geojson", vertices, lanes)
        write_map(occupancy, folder / "map.yaml")
        _write_files(roles, poses, folder, map_yaml.stem)
        requests = generate_day(folder, _SEED)
        write_csv(requests, folder / "demand.csv")
    site = load_site(out_dir)
    return NewSiteReport(
        out_dir, len(site.places), len(site.lanes), len(site.robots), len(site.services), len(requests)
    )


def site_id_of(name: str) -> str:
    """Return the id of a site that is called so."""
    return re.sub(r"[^a-z0-9_]+", "_", name.lower()).strip("_") or "site"


def _roles(count: int, map_yaml: Path) -> list[_Role]:
    """Return what the proposed places become, in the order of their choice: the first ones lie farthest apart."""
    rooms = [
        _Role(f"room_{n:02d}", "room", f"방 {n}", f"Room {n}", (("door", "open"), ("groups", ["rooms"])))
        for n in range(1, 13)
    ]
    chargers = [_Role(f"charger_{n}", "charger", f"충전기 {n}", f"Charger {n}") for n in range(1, 5)]
    holds = (("max_kg", 30.0), ("holds_items", 40))
    shelf = [_Role("shelf_1", "shelf", "선반 1", "Shelf 1", holds)]
    waiting = [_Role(f"waiting_{n}", "waiting", f"대기 장소 {n}", f"Waiting place {n}") for n in range(1, 3)]
    checkpoints = [_Role(f"checkpoint_{n}", "checkpoint", f"점검 지점 {n}", f"Checkpoint {n}") for n in range(1, 8)]
    order = rooms[:8] + chargers + shelf + checkpoints[:3] + waiting + rooms[8:] + checkpoints[3:]
    least = 8 + len(chargers) + len(shelf)
    if count < least:
        message = f"the map has room for {count} place(s) out of everyone's way; expected at least {least}"
        raise SiteError("site_new_too_small", message, str(map_yaml))
    return order[:count]


def _pose(proposal: Proposal, roadmap: Roadmap, place: int) -> Pose:
    """Return the pose at a place: on from the direction of its access, so that robots need not turn on arrival."""
    x_m, y_m = proposal.at(place)
    from_x_m, from_y_m = proposal.at(roadmap.door[place])
    yaw_rad = math.atan2(y_m - from_y_m, x_m - from_x_m)
    return Pose(round(x_m, 3), round(y_m, 3), round(yaw_rad, 4))


def _lanes(
    proposal: Proposal, roadmap: Roadmap, roles: list[_Role], poses: dict[str, Pose], occupancy: OccupancyMap
) -> tuple[list[Vertex], list[Lane]]:
    vertices: dict[int, Vertex] = {}
    for number, point in enumerate(roadmap.vertices):
        x_m, y_m = proposal.at(point)
        name = f"v{number:03d}"
        vertices[point] = Vertex(name, Pose(round(x_m, 3), round(y_m, 3)))
    for role, place in zip(roles, proposal.places, strict=True):
        vertices[place] = Vertex(role.id, poses[role.id], role.id)
    narrow = _narrow_stretches(proposal, roadmap, occupancy)
    accesses = [(roadmap.door[place], place) for place in proposal.places]
    lanes = []
    for a, b in (*roadmap.pairs(), *accesses):
        width_m = line_clearance_m(occupancy, proposal.at(a), proposal.at(b))
        # Half the width of the widest robot is 0.3 m; what is left beside it is where it may stray.
        corridor_m = round(min(0.4, max(0.2, width_m - 0.32)), 2)
        for start, end in ((vertices[a], vertices[b]), (vertices[b], vertices[a])):
            length_m = start.pose.distance_m(end.pose)
            resource = narrow.get((a, b), "")
            lanes.append(Lane(f"{start.id}>{end.id}", start.id, end.id, length_m, corridor_m, resource=resource))
    return list(vertices.values()), lanes


def _narrow_stretches(proposal: Proposal, roadmap: Roadmap, occupancy: OccupancyMap) -> dict[tuple[int, int], str]:
    """Name a resource for each stretch of edges, unbranched, where two robots cannot pass each other."""
    narrow = {pair for pair in roadmap.pairs() if line_clearance_m(occupancy, *map(proposal.at, pair)) < _TWO_ABREAST_M}
    doors = set(roadmap.door.values())
    named: dict[tuple[int, int], str] = {}
    for pair in roadmap.pairs():
        if pair not in narrow or pair in named:
            continue
        name = f"narrow_{len(set(named.values())) + 1}"
        open_ = [pair]
        while open_:
            edge = open_.pop()
            if edge in named:
                continue
            named[edge] = name
            for vertex in edge:
                if vertex not in doors and len(roadmap.edges[vertex]) == 2:
                    around = [(min(vertex, other), max(vertex, other)) for other in sorted(roadmap.edges[vertex])]
                    open_ += [other for other in around if other in narrow and other not in named]
    return named


def _templates(folder: str) -> list[tuple[str, str]]:
    root = files("robot_fleet.site.making") / "templates"
    found = (root / folder).iterdir() if folder else root.iterdir()
    return sorted((entry.name, entry.read_text(encoding="utf-8")) for entry in found if entry.name.endswith(".yaml"))


def _write_files(roles: list[_Role], poses: dict[str, Pose], out_dir: Path, stem: str) -> None:
    for name, text in _templates(""):
        (out_dir / name).write_text(text, encoding="utf-8")
    (out_dir / "services").mkdir()
    for name, text in _templates("services"):
        (out_dir / "services" / name).write_text(text, encoding="utf-8")
    site = {"id": site_id_of(stem), "name": {"ko": stem, "en": stem}, "synthetic_people": True}
    _write_yaml(out_dir / "site.yaml", site)
    places = [
        {
            "id": role.id,
            "kind": role.kind,
            "pose": [poses[role.id].x_m, poses[role.id].y_m, poses[role.id].yaw_rad],
            "name": {"ko": role.ko, "en": role.en},
            **dict(role.extra),
        }
        for role in roles
    ]
    route = [role.id for role in roles if role.kind == "checkpoint"] or [role.id for role in roles[:4]]
    _write_yaml(out_dir / "places.yaml", {"places": places, "routes": {"round": route}})


def _write_yaml(path: Path, content: dict[str, object]) -> None:
    text = yaml.safe_dump({"schema_version": 1, **content}, allow_unicode=True, sort_keys=False, width=110)
    path.write_text(text, encoding="utf-8")
