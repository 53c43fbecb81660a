"""Finds where a robot's own map lies in the site's, from points that can be found on both."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from robot_fleet.core.errors import SiteError
from robot_fleet.core.geometry import Alignment, Pose
from robot_fleet.core.site import Site
from robot_fleet.site.ground.maps import OccupancyMap

FEWEST = 3
MOST_SCALE = 0.02
"""Maps whose distances differ by more have another resolution than they say."""
_LEAST_SPREAD_M = 0.5
_COLUMNS = ("own_x_m", "own_y_m", "site_x_m", "site_y_m")


@dataclass(frozen=True, slots=True)
class Pair:
    """One point, on the robot's own map and on the site's; metres."""

    own_x_m: float
    own_y_m: float
    site_x_m: float
    site_y_m: float


@dataclass(frozen=True, slots=True)
class Fit:
    """An alignment, and how well the points agree with it.

    Parameters
    ----------
    rms_m : root mean square of the distances between the points.
    off_m : those distances, in the order of the pairs.
    scale : how many metres of the site's map are a metre of the own; 1 if both are right.
    """

    alignment: Alignment
    rms_m: float
    off_m: tuple[float, ...]
    scale: float

    @property
    def worst(self) -> int:
        """Which pair agrees least, counted from 0."""
        return max(range(len(self.off_m)), key=self.off_m.__getitem__)


def fit_alignment(pairs: Sequence[Pair]) -> Fit:
    """Return the turn and shift that bring the own map's points nearest to the site's, by least squares.

    The closed form is that of Umeyama (1991), in two dimensions and without a scale; the scale is told beside it.

    Raises
    ------
    SiteError : `site_align_too_few`; `site_align_too_near` where the points of a map lie within half a metre;
        `site_align_scale` where distances on the two maps differ by more than 2 %.
    """
    if len(pairs) < FEWEST:
        message = f"{len(pairs)} pairs of points do not fix a map and show no mistake; expected {FEWEST} or more"
        raise SiteError("site_align_too_few", message, "--pair")
    own = np.array([(pair.own_x_m, pair.own_y_m) for pair in pairs])
    site = np.array([(pair.site_x_m, pair.site_y_m) for pair in pairs])
    own_off, site_off = own - own.mean(axis=0), site - site.mean(axis=0)
    spread_m = min(float(np.hypot(*off.T).max()) for off in (own_off, site_off))
    if spread_m < _LEAST_SPREAD_M:
        message = f"the points lie within {spread_m:.2f} m of their middle; expected points far from each other"
        raise SiteError("site_align_too_near", message, "--pair")
    dot, cross = (own_off * site_off).sum(), (own_off[:, 0] * site_off[:, 1] - own_off[:, 1] * site_off[:, 0]).sum()
    yaw_rad = math.atan2(cross, dot)
    scale = float(math.hypot(dot, cross) / (own_off**2).sum())
    if abs(scale - 1.0) > MOST_SCALE:
        message = f"a metre of the robot's map is {scale:.3f} m of the site's; expected maps of the same scale"
        raise SiteError(
            "site_align_scale", f"{message}: look at `resolution`, and whether the points are the same", "--map"
        )
    cos, sin = math.cos(yaw_rad), math.sin(yaw_rad)
    turned = own.mean(axis=0) @ np.array([(cos, sin), (-sin, cos)])
    x_m, y_m = (float(value) for value in site.mean(axis=0) - turned)
    alignment = Alignment(x_m, y_m, yaw_rad)
    found = [alignment.in_site(Pose(pair.own_x_m, pair.own_y_m)) for pair in pairs]
    off_m = tuple(
        math.hypot(pose.x_m - pair.site_x_m, pose.y_m - pair.site_y_m) for pose, pair in zip(found, pairs, strict=True)
    )
    return Fit(alignment, math.sqrt(sum(off**2 for off in off_m) / len(off_m)), off_m, scale)


def read_pairs(file: Path) -> list[Pair]:
    """Return the pairs of a CSV file with the columns own_x_m, own_y_m, site_x_m, site_y_m.

    Raises
    ------
    SiteError : `site_align_malformed`.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            rows = list(csv.DictReader(opened))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SiteError("site_align_malformed", f"the pairs cannot be read: {error}", str(file)) from error
    return [_pair([row.get(column) or "" for column in _COLUMNS], f"{file}:{line}") for line, row in enumerate(rows, 2)]


def parse_pair(text: str, site: Site | None) -> Pair:
    """Return a pair of a text such as `1.5,2=10,20`, or `1.5,2=care_home/r203` with a place of the site.

    Raises
    ------
    SiteError : `site_align_malformed`.
    """
    own, separator, other = text.partition("=")
    place = None if site is None else site.places.get(other.strip())
    there = other.split(",") if place is None else [str(place.pose.x_m), str(place.pose.y_m)]
    if not separator:
        there = []
    return _pair([*own.split(","), *there], text)


def check_pairs(pairs: Sequence[Pair], own: OccupancyMap, site: OccupancyMap | None) -> None:
    """Raise `site_align_off_map` for a point that is not on its map."""
    for number, pair in enumerate(pairs, start=1):
        if not own.inside(pair.own_x_m, pair.own_y_m):
            message = f"({pair.own_x_m:g}, {pair.own_y_m:g}) of pair {number} is not on the robot's map"
            raise SiteError("site_align_off_map", message, "--map")
        if site is not None and not site.inside(pair.site_x_m, pair.site_y_m):
            message = f"({pair.site_x_m:g}, {pair.site_y_m:g}) of pair {number} is not on the site's map"
            raise SiteError("site_align_off_map", message, "--site")


def _pair(words: Sequence[str], where: str) -> Pair:
    try:
        own_x_m, own_y_m, site_x_m, site_y_m = (float(word) for word in words)
    except ValueError:
        message = f"expected a point of the robot's map and one of the site's, as 1.5,2=10,20; got {','.join(words)!r}"
        raise SiteError("site_align_malformed", message, where) from None
    if not all(map(math.isfinite, (own_x_m, own_y_m, site_x_m, site_y_m))):
        raise SiteError("site_align_malformed", "expected finite numbers", where)
    return Pair(own_x_m, own_y_m, site_x_m, site_y_m)
