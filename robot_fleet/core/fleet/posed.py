"""What was posed to the planner the last time; nothing of it is needed after a restart."""

from __future__ import annotations

from dataclasses import dataclass, field

from robot_fleet.core.plan import LeftOut, Matrix, TaskNeed
from robot_fleet.core.plan_law import LawGround


@dataclass(slots=True)
class Posed:
    """What planners derive things from, kept by its identity as long as nothing has changed.

    Attributes
    ----------
    tasks : by task, what its need depended on and the need. places : of all travel classes.
    ways_s, travel_s : matrices of all travel classes, as the roads have them and as they are posed.
    able : robots that can carry something, by their kinds.
    choices : by task, the places among which its stops choose, where they do.
    turn_s : (task, stop) -> when the one is done that it waits for at its place.
    law_ground : what the checker knows of the site's zones.
    """

    tasks: dict[str, tuple[tuple[object, ...], TaskNeed | LeftOut | None]] = field(default_factory=dict)
    places: dict[str, tuple[str, ...]] = field(default_factory=dict)
    ways_s: dict[str, Matrix] = field(default_factory=dict)
    travel_s: dict[str, Matrix] = field(default_factory=dict)
    able: dict[tuple[object, ...], tuple[str, ...]] = field(default_factory=dict)
    choices: dict[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    turn_s: dict[tuple[str, int], float] = field(default_factory=dict)
    law_ground: LawGround | None = None
