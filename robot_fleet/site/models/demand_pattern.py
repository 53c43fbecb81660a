"""`demand.yaml` as pydantic models: the pattern of a day, from which any number of days is drawn.

    schema_version: 1
    stores:                                   # sets of places whose items come and go by requests
      deck: {group: deck_slots, settle_s: 2400, free_s: 900}
    services:                                 # drawn in this order; the first ones have first choice of places
      care_visit:
        windows:                              # how many requests come between two times of the day
          - {start: "07:30", end: "08:15", requests: 7}
        apart_s: 120                          # least time between two requests of one window
        params:
          place: {draw: place, kinds: [room], busy_s: [300, 2400]}
          earliest_at: {draw: time, after_s: [300, 1500]}

A day of another length keeps the proportions between all windows.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import Field, ValidationError, model_validator

from robot_fleet.core.clock import parse_clock
from robot_fleet.core.errors import SiteError
from robot_fleet.site.models.base import NotNegative, PlaceKind, Positive, SiteModel, Word

Clock = Annotated[str, Field(pattern=r"^\d{2}:[0-5]\d(:[0-5]\d)?$", description="HH:MM or HH:MM:SS, quoted")]
SecondsRange = Annotated[list[NotNegative], Field(min_length=2, max_length=2, description="least and most seconds")]


class PlaceDraw(SiteModel):
    """A place of some kinds and groups (empty: of all), each in turn before one comes twice.

    `busy_s` keeps other draws with a `busy_s` away from the place from so long before to so long after the request's
    start, as long as another place is free.
    """

    draw: Literal["place"]
    kinds: list[PlaceKind] = []
    groups: list[Word] = []
    busy_s: SecondsRange = [0.0, 0.0]


class RouteDraw(SiteModel):
    """One of the routes, or any route of the site if none is named."""

    draw: Literal["route"]
    routes: list[str] = []


class TimeDraw(SiteModel):
    """A time so long after the request, and at least `apart_s` after the one drawn before."""

    draw: Literal["time"]
    after_s: SecondsRange
    apart_s: NotNegative = 0.0


class NewItemDraw(SiteModel):
    """An item that nobody has seen before: `<prefix>_001` and so on."""

    draw: Literal["new_item"]
    prefix: Word


class StoreInDraw(SiteModel):
    """A new item that the request puts into a store."""

    draw: Literal["store_in"]
    store: Word
    prefix: Word


class StoreOutDraw(SiteModel):
    """An item that the request takes out of a store for good."""

    draw: Literal["store_out"]
    store: Word


class NumberDraw(SiteModel):
    """A number between two, a multiple of `step`."""

    draw: Literal["number"]
    between: Annotated[list[float], Field(min_length=2, max_length=2)]
    step: Positive = 1.0


class SharesDraw(SiteModel):
    """One of several texts, each as often in a day as its share says."""

    draw: Literal["shares"]
    of: Annotated[dict[str, Annotated[int, Field(ge=1)]], Field(min_length=1)]


Draw = Annotated[
    PlaceDraw | RouteDraw | TimeDraw | NewItemDraw | StoreInDraw | StoreOutDraw | NumberDraw | SharesDraw,
    Field(discriminator="draw"),
]


class Window(SiteModel):
    """How many requests come from `start` to before `end`, spread evenly by chance."""

    start: Clock
    end: Clock
    requests: Annotated[int, Field(ge=1)]

    @model_validator(mode="after")
    def _ends_later(self) -> Window:
        if parse_clock(self.end) <= parse_clock(self.start):
            raise ValueError("expected `end` to be later than `start`")
        return self


class ServicePattern(SiteModel):
    """When a service is asked for, and with which parameters."""

    windows: Annotated[list[Window], Field(min_length=1)]
    apart_s: NotNegative = 0.0
    params: dict[Word, Draw] = {}


class Store(SiteModel):
    """A set of places, each for one item.

    Parameters
    ----------
    group : the places.
    settle_s : how long after a request puts an item in it can be taken out again.
    free_s : how long after a request takes one out its place counts as free.
    """

    group: Word
    settle_s: NotNegative = 0.0
    free_s: NotNegative = 0.0


class Pattern(SiteModel):
    """`demand.yaml`."""

    schema_version: Literal[1]
    stores: dict[Word, Store] = {}
    services: Annotated[dict[Word, ServicePattern], Field(min_length=1)]

    @property
    def requests(self) -> int:
        """How many requests the pattern's own day has."""
        return sum(window.requests for service in self.services.values() for window in service.windows)


def read_pattern(path: Path) -> Pattern:
    """Read the pattern of a day.

    Raises
    ------
    SiteError : `site_demand_missing`, `site_demand_malformed`.
    """
    if not path.is_file():
        raise SiteError("site_demand_missing", "the site has no pattern of a day; expected a demand.yaml", str(path))
    try:
        raw = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        reason = str(error).replace("\n", " ")
        raise SiteError("site_demand_malformed", f"expected YAML: {reason}", str(path)) from error
    try:
        return Pattern.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise SiteError("site_demand_malformed", f"key {key!r}: {first['msg']}", str(path)) from error
