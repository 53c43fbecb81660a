"""Where a zone's law holds: on its ground without private estates, and on streets not where one crosses them."""

from __future__ import annotations

from collections.abc import Mapping

import shapely

from robot_fleet.core.law import CARRIAGEWAY, CROSSING, ESTATE
from robot_fleet.core.site import Zone


def law_zones(zones: Mapping[str, Zone]) -> dict[str, Zone]:
    """Return the zones in which a law holds."""
    return {name: zone for name, zone in zones.items() if zone.law and zone.ground != ESTATE}


def law_shapes(zones: Mapping[str, Zone]) -> dict[str, shapely.Geometry]:
    """Return the ground on which the law of each zone holds."""
    outlines = {name: shapely.Polygon(zone.outline) for name, zone in zones.items()}
    estates = [outlines[name] for name, zone in zones.items() if zone.ground == ESTATE]
    crossings = [outlines[name] for name, zone in zones.items() if zone.ground == CROSSING]
    return {
        name: outlines[name].difference(
            shapely.union_all([*estates, *(crossings if zone.ground == CARRIAGEWAY else [])])
        )
        for name, zone in law_zones(zones).items()
    }
