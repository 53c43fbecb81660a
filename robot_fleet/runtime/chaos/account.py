"""The simulator's account of a run, read from the checkpoint that it leaves: the physical truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from robot_fleet.sim.account import PhysicalAct
from robot_fleet.sim.robot import TICKS_PER_S


@dataclass(frozen=True, slots=True)
class ActEnd:
    """An act as the world knows it; `state` is a `GoalState`."""

    id: str
    robot: str
    act: str
    place: str
    item: str
    state: str


@dataclass(frozen=True, slots=True)
class BodyTotals:
    """What a robot's body has done since it was commissioned, and the charger that it stands docked at, if any."""

    odometer_m: float
    energy_wh: float
    docked_at: str


@dataclass(frozen=True, slots=True)
class Account:
    """What has physically happened.

    Parameters
    ----------
    acts : every act that was ever started.
    events : physical acts in order.
    holders : item -> `place:<id>`, `robot:<id>` or `person`.
    contacts : fleet time and the two robots.
    robots : totals.
    """

    acts: tuple[ActEnd, ...]
    events: tuple[PhysicalAct, ...]
    holders: Mapping[str, str]
    contacts: tuple[tuple[float, str, str], ...]
    robots: Mapping[str, BodyTotals]

    @classmethod
    def of(cls, state: Mapping[str, Any]) -> Account:
        """Return the account that a checkpoint of `sim.checkpoint` holds."""
        now_s = state["tick"] / TICKS_PER_S
        return cls(
            acts=tuple(ActEnd(each[0], each[1], each[2], each[3], each[4], each[6]) for each in state["acts"]),
            events=tuple(PhysicalAct(*fields) for fields in state["physical_acts"]),
            holders={row[0]: "person" if row[5] == "person" else f"{row[5]}:{row[6]}" for row in state["items"]},
            contacts=tuple((at_s, a, b) for at_s, a, b in state["contacts"]),
            robots={name: _totals(fields, now_s) for name, fields in state["robots"].items()},
        )


def _totals(robot: Mapping[str, Any], now_s: float) -> BodyTotals:
    drawn_wh = max(robot["power_w"], 0.0) * (now_s - robot["settled_s"]) / 3600.0
    energy_wh = robot["energy_wh"] + min(drawn_wh, robot["stored_wh"])
    return BodyTotals(robot["odometer_m"], energy_wh, robot["docked_at"])
