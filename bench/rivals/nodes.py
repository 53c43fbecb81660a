"""The nodes that other solvers are told: the robots' starts, then their ends, then the stops task by task."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bench.forward import Step
from robot_fleet.core.plan import Problem

FAR_S = 1e6
"""Travel time where there is no way."""


class Nodes:
    """The nodes of a problem.

    Attributes
    ----------
    steps : the stops in order of their nodes.
    first : number of the first stop's node; the start of robot `n` is `n`, its end `len(robots) + n`.
    """

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self.first = 2 * len(problem.robots)
        self.steps: list[Step] = [
            (task.task, need.stop, need.places[0]) for task in problem.tasks for need in task.stops
        ]

    def __len__(self) -> int:
        return self.first + len(self.steps)

    def legs_s(self, travel_class: str) -> NDArray[np.float64]:
        """Return the seconds between all nodes; the way to the end of a robot without a home takes none."""
        problem = self._problem
        rows = {place: row for row, place in enumerate(problem.places[travel_class])}
        places = [robot.place for robot in problem.robots]
        places += [robot.home or robot.place for robot in problem.robots]
        places += [place for _, _, place in self.steps]
        at = np.array([rows.get(place, -1) for place in places])
        matrix = np.array(problem.travel_s[travel_class])
        legs_s: NDArray[np.float64] = np.where(np.isfinite(matrix), matrix, FAR_S)[np.ix_(at, at)]
        legs_s[at < 0, :] = legs_s[:, at < 0] = FAR_S
        for number, robot in enumerate(problem.robots):
            if not robot.home:
                legs_s[:, len(problem.robots) + number] = 0.0
        return legs_s
