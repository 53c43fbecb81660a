"""Travel classes: `<kind>`, `<kind>+load`, and between the two the zones that the law closes to some robots of a kind.

`logistics~promenade+load` is how a loaded logistics robot goes that has no valid papers for the zone `promenade`. Ways
as if there were no law are those of `logistics~*`.
"""

from __future__ import annotations

from collections.abc import Iterable

LOADED = "+load"
KEPT_OUT = "~"
LAWLESS = "*"


def travel_class(kind: str, kept_out: Iterable[str] = (), *, loaded: bool = False) -> str:
    """Return the travel class of robots of a kind that the law keeps out of zones."""
    return KEPT_OUT.join((kind, *kept_out)) + (LOADED if loaded else "")


def parts_of(name: str) -> tuple[str, tuple[str, ...], bool]:
    """Return the kind, the zones and whether it is loaded."""
    loaded = name.endswith(LOADED)
    kind, *zones = name.removesuffix(LOADED).split(KEPT_OUT)
    return kind, tuple(zones), loaded


def footprint_class(name: str) -> str:
    """Return the class by which a robot takes up room: without what the law says."""
    kind, _, loaded = parts_of(name)
    return travel_class(kind, loaded=loaded)
