"""The planner's worker process: looks for better plans while the fleet goes on.

A pipe and nothing else joins the two: a killed owner leaves no semaphore, queue or thread behind.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from robot_fleet.core.effects import Improve
from robot_fleet.core.inputs import PlanImproved
from robot_fleet.core.plan import Plan
from robot_fleet.runtime.processes.process import die_with_parent

LOG = logging.getLogger("robot_fleet")


def _work(pipe: Connection, owner: int, seconds: float, seed: int) -> None:
    """Search for one wish after the other. Says `None` once it listens, then (job, plan) for each wish."""
    die_with_parent(owner)
    from robot_fleet.scheduling.cpsat import improve  # slow to load, and the manager itself never asks it

    pipe.send(None)
    with suppress(EOFError, BrokenPipeError, KeyboardInterrupt):
        while True:
            job, problem, current = pipe.recv()
            pipe.send((job, improve(problem, current, seconds=seconds, deterministic=False, seed=seed)))


class Improver:
    """One worker process with at most one search at a time; a newer wish replaces one that waits.

    Nothing here blocks: a wish is sent only while the worker listens for one.

    Parameters
    ----------
    seconds : wall time that a search may take.
    seed : of the search.
    """

    def __init__(self, seconds: float, seed: int) -> None:
        self._seconds = seconds
        self._seed = seed
        self._worker: BaseProcess | None = None
        self._pipe: Connection | None = None
        self._listens = False
        self._waiting: Improve | None = None
        self._job: int | None = None

    @property
    def pid(self) -> int | None:
        """The worker's process id, None while there is no worker."""
        return None if self._worker is None else self._worker.pid

    def ask(self, wish: Improve) -> None:
        """Wish for a search; its result is fetched with `answers`."""
        self._waiting, self._job = wish, wish.job
        if self._worker is None:
            self._start()
        self._hand_over()

    def answers(self) -> list[PlanImproved]:
        """Return the plan that was found since the last call, if any.

        A worker that died is replaced at the next wish; until then the plan in force stays.
        """
        found: list[PlanImproved] = []
        while self._pipe is not None and self._pipe.poll():
            try:
                told = self._pipe.recv()
            except (EOFError, ConnectionResetError):
                return found + self._died()
            self._listens = True
            if told is not None and told[0] == self._job:
                found.append(PlanImproved(*told))
                self._job = None
            self._hand_over()
        return found

    def close(self) -> None:
        """End the worker without waiting for its search."""
        if self._worker is not None and self._pipe is not None:
            self._worker.kill()
            self._worker.join()
            self._pipe.close()
        self._worker = self._pipe = self._waiting = self._job = None

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._listens = False
        # It waits on a pipe that it holds open itself, so it would not notice that its owner was killed.
        words = (theirs, os.getpid(), self._seconds, self._seed)
        self._worker = context.Process(target=_work, args=words, name="planner", daemon=True)
        self._worker.start()
        theirs.close()

    def _hand_over(self) -> None:
        if self._listens and self._waiting is not None and self._pipe is not None:
            wish, self._waiting, self._listens = self._waiting, None, False
            with suppress(BrokenPipeError, ConnectionResetError):  # the next look finds that it died
                self._pipe.send((wish.job, wish.problem, wish.current))

    def _died(self) -> list[PlanImproved]:
        LOG.warning("planner=died job=%s the plan in force stays", self._job)
        job = self._job
        self.close()
        return [] if job is None else [PlanImproved(job, Plan())]
