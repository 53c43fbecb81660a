"""The travel matrices that the compiled planners work on, shared by all problems with the same ones."""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_fleet.core.plan import Problem

LOOKED_AT_WHOLE, SAMPLE = 128, 16
"""Up to so many places every way round is compared with the direct one; of more, those over so many places."""
SPARE = 32
"""Rows kept free for the points where robots start that are no places."""


class Ways:
    """Travel matrices, of places and of points where robots start.

    One problem at a time has its starts in the spare rows; who comes while it is still in use gets a copy.

    Attributes
    ----------
    places, classes : rows and matrices by name.
    """

    def __init__(self, problem: Problem) -> None:
        names: dict[str, int] = {}
        for travel_class in problem.travel_s:
            for place in problem.places[travel_class]:
                names.setdefault(place, len(names))
        self.places = names
        self.classes = {name: c for c, name in enumerate(problem.travel_s)}
        rows = max(len(names), 1)
        self._travel = np.full((max(len(self.classes), 1), rows + SPARE, rows + SPARE), inf)
        for name, c in self.classes.items():
            mine = [names[place] for place in problem.places[name]]
            if mine:
                matrix = np.asarray(problem.travel_s[name], dtype=np.float64)
                self._travel[c][np.ix_(mine, mine)] = matrix.reshape(len(mine), -1)
        self._metric = all(_is_metric(matrix) for matrix in self._between_places())
        self._slower: dict[tuple[str, str], bool] = {}
        self._borrower: weakref.ref[object] | None = None

    def no_short_cut(self, pairs: set[tuple[str, str]]) -> bool:
        """Return whether no detour is quicker than the direct way, nor the second class of a pair than the first."""
        if not self._metric:
            return False
        travel = self._between_places()
        for empty, loaded in pairs:
            if loaded and (empty, loaded) not in self._slower:
                slower = travel[self.classes[loaded]] >= travel[self.classes[empty]]
                self._slower[empty, loaded] = bool(slower.all())
        return all(self._slower[pair] for pair in pairs if pair[1])

    def lend(self, problem: Problem, borrower: object) -> tuple[dict[str, int], NDArray[np.float64]]:
        """Return rows for the points where robots start, and the matrices with them: (C, rows, rows) seconds.

        Parameters
        ----------
        borrower : as long as it lives what is returned stays as it is.
        """
        points = dict.fromkeys(robot.place for robot in problem.robots if robot.place not in self.places)
        if not points:
            return {}, self._travel
        in_use = self._borrower is not None and self._borrower() is not None
        count = len(self.places)
        if count + len(points) > self._travel.shape[1]:
            self._travel = self._with_room(2 * len(points))
        elif in_use:
            self._travel = self._travel.copy()
        self._borrower = weakref.ref(borrower)
        travel = self._travel
        travel[:, count:, :] = inf
        starts = {point: count + i for i, point in enumerate(points)}
        for point, row in starts.items():
            for name, seconds in problem.starts.get(point, {}).items():
                if name in self.classes:
                    travel[self.classes[name], row, [self.places[place] for place in problem.places[name]]] = seconds
        return starts, travel

    def _between_places(self) -> NDArray[np.float64]:
        return self._travel[:, : len(self.places), : len(self.places)]

    def _with_room(self, spare: int) -> NDArray[np.float64]:
        count = len(self.places)
        travel = np.full((self._travel.shape[0], count + spare, count + spare), inf)
        travel[:, :count, :count] = self._between_places()
        return travel


_known: list[tuple[Mapping[str, Any], Mapping[str, Any], Ways]] = []
"""The newest travel matrices: problems of one fleet mostly share them."""


def ways_of(problem: Problem) -> Ways:
    """Return the ways of a problem: the same object for the same matrices, as long as few others come between."""
    for travel_s, places, known in _known:
        if travel_s is problem.travel_s and places is problem.places:
            return known
    found = Ways(problem)
    _known.insert(0, (problem.travel_s, problem.places, found))
    del _known[2:]
    return found


def _is_metric(matrix: NDArray[np.float64]) -> bool:
    """Return whether no way over a third place is shorter than the direct one.

    Of many places some are looked at: what is pruned wrongly then is found before a task is left out (`Solution.plan`).
    """
    count = matrix.shape[0]
    between = range(count) if count <= LOOKED_AT_WHOLE else range(0, count, count // SAMPLE)
    return all(bool((matrix <= matrix[:, [k]] + matrix[[k], :] + 1e-6).all()) for k in between)


__all__ = ["Ways", "ways_of"]
