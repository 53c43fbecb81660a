"""Facts about commands themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from robot_fleet.core.facts.fact import Fact


@dataclass(frozen=True, slots=True)
class CommandTaken(Fact):
    """A command's idempotency key was used; the same key again gets the same answer."""

    key: str
    answer: Mapping[str, object] = field(default_factory=dict)
