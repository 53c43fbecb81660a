"""The planner's worker process: looks for better plans while the fleet goes on."""

from __future__ import annotations

import logging
import multiprocessing
import os
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from robot_fleet.core.effects import Improve
from robot_fleet.core.inputs import PlanImproved
from robot_fleet.core.plan import Plan, Problem
from robot_fleet.runtime.process import die_with_parent
from robot_fleet.scheduling.cpsat import improve

LOG = logging.getLogger("robot_fleet")


def _search(problem: Problem, current: Plan, seconds: float, seed: int) -> Plan:
    return improve(problem, current, seconds=seconds, deterministic=False, seed=seed)


class Improver:
    """One worker process with at most one search at a time; a newer wish replaces one that waits.

    Parameters
    ----------
    seconds : wall time that a search may take.
    seed : of the search.
    """

    def __init__(self, seconds: float, seed: int) -> None:
        self._seconds = seconds
        self._seed = seed
        self._pool = self._new_pool()
        self._running: tuple[int, Future[Plan]] | None = None

    def ask(self, wish: Improve) -> None:
        """Start a search; its result is fetched with `answers`."""
        try:
            future = self._pool.submit(_search, wish.problem, wish.current, self._seconds, self._seed)
        except BrokenProcessPool:
            self._pool = self._new_pool()
            future = self._pool.submit(_search, wish.problem, wish.current, self._seconds, self._seed)
        self._running = wish.job, future

    def answers(self) -> list[PlanImproved]:
        """Return the plan that was found since the last call, if any.

        A worker that died is replaced at the next wish; until then the plan in force stays.
        """
        if self._running is None or not self._running[1].done():
            return []
        job, future = self._running
        self._running = None
        try:
            return [PlanImproved(job, future.result())]
        except BrokenProcessPool:
            LOG.warning("planner=died job=%s the plan in force stays", job)
            self._pool = self._new_pool()
            return [PlanImproved(job, Plan())]

    def close(self) -> None:
        """End the worker without waiting for its search."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    @staticmethod
    def _new_pool() -> ProcessPoolExecutor:
        context = multiprocessing.get_context("spawn")
        # a worker waits for work on a pipe that it holds open itself, so it would not notice that its owner was killed
        return ProcessPoolExecutor(1, context, initializer=die_with_parent, initargs=(os.getpid(),))
