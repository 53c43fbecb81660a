"""Switches one part of the fleet off, so that scenarios show what it is good for."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum

from robot_fleet.core.fleet import Ports
from robot_fleet.core.policies import Policies
from robot_fleet.core.ports import Traveller


class Part(StrEnum):
    """What can be switched off."""

    TRAFFIC = "traffic"
    RECOVERY = "recovery"
    CHARGING = "charging"
    PREEMPTION = "preemption"


class EverythingReleased:
    """A right of way that gives everybody all that they want at once. Only scanners keep robots apart then."""

    def release(self, travellers: Sequence[Traveller], horizon_m: float) -> Mapping[str, int]:
        """Return all lanes for everybody."""
        return {traveller.robot: len(traveller.wanted) for traveller in travellers if traveller.wanted}

    def is_safe(self, travellers: Sequence[Traveller]) -> Sequence[str]:
        """Return that nobody is stuck."""
        return ()


def without(ports: Ports, parts: Collection[Part]) -> Ports:
    """Return the ports of a fleet that lacks some of its parts."""
    policies = Policies(
        recovery=Part.RECOVERY not in parts,
        charging=Part.CHARGING not in parts,
        preemption=Part.PREEMPTION not in parts,
    )
    if Part.TRAFFIC in parts:
        return replace(ports, right_of_way=EverythingReleased(), policies=policies)
    return replace(ports, policies=policies)
