"""A scenario file: its parts, and the JSON Schema that is generated from them."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from robot_fleet.runtime.scenarios.expectations import Expectation
from robot_fleet.runtime.scenarios.faults import Fault
from robot_fleet.runtime.scenarios.model import Id, Name, Part, Pct, Seconds, SomeSeconds, Words


class RobotChoice(Part):
    """A robot that takes part, and how full its battery is at the beginning (as its site says, by default)."""

    id: Id
    soc_pct: Pct | None = None
    start: Id = ""


class Row(Part):
    """A request: made so many seconds after the beginning; parameters as in the site's services.

    Where `spread_s` is given, each seed draws how much later it comes, up to that.
    """

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
    at_s: Seconds
    service: Id
    params: dict[str, object]
    spread_s: Seconds = 0.0


class Generated(Part):
    """A demand drawn after the site's own pattern: of a day of so many requests, those within the scenario's time."""

    requests: Annotated[int, Field(ge=1, le=5000)]
    services: tuple[Id, ...] = ()


class Demand(Part):
    """What people ask for: rows, a file of requests (CSV, by the clock), or drawn ones."""

    rows: tuple[Row, ...] = ()
    file: str = ""
    generated: Generated | None = None

    @model_validator(mode="after")
    def _one(self) -> Demand:
        if sum((bool(self.rows), bool(self.file), self.generated is not None)) > 1:
            raise ValueError("expected one of `rows`, `file` and `generated`")
        return self


class ItemChoice(Part):
    """A thing that stands somewhere when the scenario begins, besides those of the site."""

    id: Id
    kind: Id = "car"
    at: Id
    mass_kg: Annotated[float, Field(gt=0.0)]
    length_m: Annotated[float, Field(ge=0.0)] = 0.0
    width_m: Annotated[float, Field(ge=0.0)] = 0.0


class ScenarioFile(Part):
    """A scenario.

    Parameters
    ----------
    name, shows : what it is called, and what it shows.
    site : id of a site that comes with the program, or a folder, from the scenario's file on.
    begins : time of the site's clock.
    lasts_s : longest duration; a run is over sooner when all requests have ended and all faults are over.
    to_the_end : whether it always lasts so long.
    robots : those that take part; all of the site's by default.
    items : further things that stand about.
    attended : whether a person answers tasks that ask, by "try again".
    mended_after_s : so long after a slot or charger was found out of use staff put it in order; by default nobody does.
    improving : whether better plans are looked for, as usual.
    """

    schema_version: Literal[1]
    name: Words
    shows: Words
    site: Annotated[str, Field(min_length=1)]
    begins: Annotated[str, Field(pattern=r"^\d\d:\d\d:\d\d$")] = "09:00:00"
    lasts_s: SomeSeconds
    to_the_end: bool = False
    robots: tuple[RobotChoice, ...] = ()
    items: tuple[ItemChoice, ...] = ()
    demand: Demand = Demand()
    faults: tuple[Fault, ...] = ()
    expect: Annotated[tuple[Expectation, ...], Field(min_length=1)]
    attended: bool = False
    mended_after_s: SomeSeconds | None = None
    improving: bool = True


def schema_text() -> str:
    """Return the text of the JSON Schema of a scenario file."""
    schema: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **ScenarioFile.model_json_schema(),
    }
    return json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


__all__ = ["Name", "ScenarioFile", "schema_text"]
