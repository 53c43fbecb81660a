"""What a run leaves behind, put together for the verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from robot_fleet.agent.journal import Entry
from robot_fleet.core.facts import Fact
from robot_fleet.core.site import Site
from robot_fleet.runtime.chaos.account import Account


@dataclass(frozen=True, slots=True)
class Told:
    """What the manager knows of a robot's totals."""

    odometer_m: float
    energy_wh: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that there is to judge a run by.

    Parameters
    ----------
    asked : request -> service, of everything that people asked for.
    refused : request -> code, of what was answered with a refusal.
    facts : the ledger: fleet time and fact, in order.
    journals : entries of each agent's journal, as far as it still has them.
    account : what physically happened.
    told : the totals that robots reported last.
    checked, violations : plans that were judged, and broken rules that the checker found in them.
    looping : processes that end again and again.
    deviation : share by which the totals that robots tell may deviate from what their bodies have done.
    """

    site: Site
    asked: Mapping[str, str]
    refused: Mapping[str, str]
    facts: Sequence[tuple[float, Fact]]
    journals: Mapping[str, Sequence[Entry]]
    account: Account
    told: Mapping[str, Told]
    checked: int
    violations: int
    looping: Sequence[str] = ()
    deviation: float = 0.01
