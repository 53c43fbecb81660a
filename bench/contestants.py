"""Who can be asked to solve a benchmark: this project's own solver and rivals, each a function of a module.

A module is imported only where its contestant is asked, in a process of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Protocol, cast

from robot_fleet.core.errors import PlanError, RuntimeFailure
from robot_fleet.core.plan import Plan, Problem

OWN = "robot_fleet"
GREEDY = "greedy"
PDPTW = {
    OWN: "bench.own:OwnFewest",
    "ortools": "bench.rivals.ortools_routing:fewest",
    "pyvrp": "bench.rivals.pyvrp:fewest",
    "vroom": "bench.rivals.vroom:fewest",
}
ONLINE = {
    OWN: "bench.own:OwnImproving",
    GREEDY: "bench.rivals.greedy:Greedy",
    "ortools": "bench.rivals.ortools_routing:cheapest",
    "pyvrp": "bench.rivals.pyvrp:cheapest",
    "vroom": "bench.rivals.vroom:cheapest",
}
EXTRAS = ("pyvrp", "vroom")
"""Modules of requirements-bench.lock; `./fleet setup --bench` installs them."""

Progress = Callable[[float, float, float], None]
"""Called with the CPU seconds spent, and what the best plan so far comes to: vehicles and distance, or 0 and cost."""


class Contestant(Protocol):
    """Solves planning problems for a benchmark.

    Attributes
    ----------
    settings : what it was told, as published.
    """

    settings: Mapping[str, object]

    @property
    def version(self) -> str:
        """Version of the library that solves."""
        ...

    def warm(self) -> None:
        """Compile or load whatever is not solving."""
        ...

    def solve(self, problem: Problem, cpu_s: float, seed: int, progress: Progress) -> Plan:
        """Return the best plan that it finds in so many CPU seconds.

        Raises
        ------
        PlanError : `plan_rival_unfit`, where the problem says something that it cannot be told.
        """
        ...


def contestant(entry: str) -> Contestant:
    """Return the contestant of an entry of the tables above."""
    module, _, name = entry.partition(":")
    return cast(Contestant, getattr(import_module(module), name)())


def require_installed(rivals: Sequence[str]) -> None:
    """Make sure that all rivals are there, before anybody begins to solve.

    Raises
    ------
    RuntimeFailure : `runtime_rival_missing`.
    """
    for rival in rivals:
        if rival in EXTRAS and find_spec(rival) is None:
            message = "it is not installed; run `./fleet setup --bench` first"
            raise RuntimeFailure("runtime_rival_missing", message, rival)


def unfit(rival: str, reason: str) -> PlanError:
    """Return the error of a rival to which a problem does not fit."""
    return PlanError("plan_rival_unfit", f"the problem does not fit: {reason}", rival)
