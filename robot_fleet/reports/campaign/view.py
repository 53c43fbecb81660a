"""What part of the ground a picture shows, and where on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from robot_fleet.reports.campaign.trace import Floats

WIDTH = 960.0
_HIGHEST = 760.0
_MARGIN_M = 2.5
_LEAST_M = 12.0
_FLATTEST = 0.42
"""Height by width; a view of one corridor shows what is beside it."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class View:
    """A rectangle of the map, and its size in a picture.

    Parameters
    ----------
    scale : picture's units a metre.
    """

    west_m: float
    south_m: float
    width_m: float
    height_m: float
    scale: float

    @property
    def width(self) -> float:
        """In the picture."""
        return self.width_m * self.scale

    @property
    def height(self) -> float:
        """In the picture."""
        return self.height_m * self.scale

    def at(self, x_m: float, y_m: float) -> Point:
        """Return where a point of the map is, y downwards."""
        return (x_m - self.west_m) * self.scale, (self.south_m + self.height_m - y_m) * self.scale

    def of(self, x_m: Floats, y_m: Floats) -> tuple[Floats, Floats]:
        """Return the same of many points."""
        return (x_m - self.west_m) * self.scale, (self.south_m + self.height_m - y_m) * self.scale

    @property
    def transform(self) -> str:
        """The same for a whole group."""
        left, low = -self.west_m * self.scale, (self.south_m + self.height_m) * self.scale
        return f"translate({left:.2f} {low:.2f}) scale({self.scale:.4f} {-self.scale:.4f})"


def view_of(points: Iterable[Point]) -> View:
    """Return the view that shows all points, as large as a page allows."""
    xs, ys = zip(*points, strict=True)
    west, east, south, north = min(xs) - _MARGIN_M, max(xs) + _MARGIN_M, min(ys) - _MARGIN_M, max(ys) + _MARGIN_M
    wide_m = max(east - west, _LEAST_M, (north - south) * WIDTH / _HIGHEST)
    high_m = max(north - south, wide_m * _FLATTEST)
    return View((west + east - wide_m) / 2.0, (south + north - high_m) / 2.0, wide_m, high_m, WIDTH / wide_m)
