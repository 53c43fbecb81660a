"""Laws for planning problems that have none: the places of `planned_days` in a row, joined each to the next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from robot_fleet.core.law import MassLimit, Paper, PaperKind, Regime
from robot_fleet.core.plan_law import LawBody, LawGround, LawLane, LawNeed, LawPoint, LawZone
from robot_fleet.core.text import Text

PLACES = tuple("abcdefgh")
APART_M = 10.0
TO_AND_FRO = [*zip(PLACES, PLACES[1:], strict=False), *zip(PLACES[1:], PLACES, strict=False)]
BODY = LawBody(mass_kg=50.0, width_m=0.6, loaded_width_m=0.7, radius_m=0.5)
FREE = Regime("law", Text("법", "law"))


def law_over(zones: Mapping[str, str], regime: Regime, robot: str, body: LawBody = BODY, **more: object) -> LawNeed:
    """Return a law that holds around some places, each with its ground."""
    ground = LawGround(
        points={name: LawPoint(APART_M * number, 0.0, "main") for number, name in enumerate(PLACES)},
        lanes=tuple(LawLane(a, b) for a, b in TO_AND_FRO),
        zones=tuple(LawZone(f"at_{name}", _around(name), "main", "law", ground) for name, ground in zones.items()),
        bodies={"cart": body},
    )
    local = "2026-11-27T08:00"
    need = LawNeed(ground, {"law": regime}, kind_of={robot: "cart"}, local=local, until={"law": local})
    return replace(need, **more)  # type: ignore[arg-type]


def shut_at(place: str, robot: str) -> Iterator[LawNeed]:
    """Yield laws that keep a robot out of a place: one for each reason there is."""
    zones = {place: "pavement"}
    yield law_over({place: "carriageway"}, FREE, robot)
    yield law_over(zones, replace(FREE, limits=(MassLimit(49.9, 1.0),)), robot)
    yield law_over(zones, replace(FREE, width_m=0.59), robot)
    certified = replace(FREE, papers=(PaperKind.CERTIFICATE,))
    yield law_over(zones, certified, robot)
    for spoilt in (
        paper(robots=("another",)),
        paper(kind=PaperKind.INSURANCE),
        paper(valid_to="2026-11-26"),
        paper(valid_from="2026-11-28"),
        paper(zones=("elsewhere",)),
        paper(hours=(("08:01", "20:00"),)),
        paper(hours=(("06:00", "08:00"),)),
        paper(supervised=True),
    ):
        yield law_over(zones, certified, robot, papers=(spoilt,))
    yield law_over(zones, certified, robot, papers=(paper(),), until={"law": "2027-11-28T00:01"})
    yield law_over(zones, certified, robot, papers=(paper(),), local="", until={})


def paper(kind: PaperKind = PaperKind.CERTIFICATE, valid_to: str = "2027-11-27", **more: object) -> Paper:
    """Return a paper of all carts."""
    mine = {"valid_from": "2026-01-01", "kinds": () if "robots" in more else ("cart",), **more}
    return Paper(f"a_{kind.value}", kind, "office", "1", valid_to=valid_to, **mine)  # type: ignore[arg-type]


def _around(place: str) -> tuple[tuple[float, float], ...]:
    x_m = APART_M * PLACES.index(place)
    return (x_m - 2.0, -2.0), (x_m + 2.0, -2.0), (x_m + 2.0, 2.0), (x_m - 2.0, 2.0)
