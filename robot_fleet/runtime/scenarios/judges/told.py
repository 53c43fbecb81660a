"""What people were told by alarms."""

from __future__ import annotations

from robot_fleet.core.facts import AlarmRaised, AlarmSpread
from robot_fleet.runtime.scenarios.evidence import Evidence


def told(run: Evidence) -> list[tuple[float, str, str]]:
    """Return what people were told by alarms: when, the condition, and whom or what it concerns."""
    found = []
    for at_s, fact in run.facts:
        members = (
            fact.members if isinstance(fact, AlarmRaised) else (fact.member,) if isinstance(fact, AlarmSpread) else ()
        )
        for member in members:
            code, _, subject = member.partition(":")
            found.append((at_s, code, subject))
    return found
