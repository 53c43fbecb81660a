"""States that pass by themselves: a disk that is full, a network that is bad, a robot that is lost, for a while."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

V = TypeVar("V")
_EPS_S = 1e-6


class Passing(Generic[V]):
    """A value for each key, which holds for a while.

    Parameters
    ----------
    else_ : what holds otherwise.
    steady_s : returns the steady time.
    """

    def __init__(self, else_: V, steady_s: Callable[[], float]) -> None:
        self._else = else_
        self._steady_s = steady_s
        self._values: dict[str, tuple[V, float]] = {}

    def put(self, key: str, value: V, for_s: float) -> None:
        """Let a value hold from now on, for so many steady seconds."""
        self._values[key] = value, self._steady_s() + for_s - _EPS_S

    def of(self, key: str) -> V:
        """Return what holds now."""
        value, until_s = self._values.get(key, (self._else, 0.0))
        return value if self._steady_s() < until_s else self._else
