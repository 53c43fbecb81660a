"""The levels of a site: floors with maps of their own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from robot_fleet.core.site import GROUND_LEVEL, Site
from robot_fleet.site.ground.maps import OccupancyMap, read_map


def read_levels(site: Site) -> Mapping[str, OccupancyMap]:
    """Return the maps of the levels beside that of the ground, by level; empty where a site has one level only.

    Raises
    ------
    SiteError : as `read_map`.
    """
    return {name: read_map(Path(level.map_file)) for name, level in site.levels.items() if name != GROUND_LEVEL}
