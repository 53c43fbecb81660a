"""Answers questions in a process of their own, one at a time, so that whoever shows the fleet is never held up."""

from __future__ import annotations

import multiprocessing
import os
import secrets
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from robot_fleet.core.errors import FleetError, RequestError
from robot_fleet.core.site import Site
from robot_fleet.runtime.processes.process import die_with_parent
from robot_fleet.runtime.what_if.answer import BASELINE, CHANGED, READING, Question, Sources, answer, check_question
from robot_fleet.runtime.what_if.change import Change
from robot_fleet.runtime.what_if.compare import comparison_json

RUNNING, DONE, FAILED, CANCELLED = "running", "done", "failed", "cancelled"
_NICER = 10
"""How much the process stands back behind the fleet's own."""
_KEPT = 8
"""Questions that are remembered, the newest."""
_READ_PCT = 10.0
"""Share of the work that reading is counted as."""


def _work(pipe: Connection, owner: int, question: Question, sources: Sources) -> None:
    """Answer one question: (stage, share) again and again, then (`done`, JSON) or (`failed`, what was wrong)."""
    die_with_parent(owner)
    os.nice(_NICER)
    with suppress(BrokenPipeError, KeyboardInterrupt):
        try:
            made = answer(question, sources, lambda stage, share: pipe.send((stage, share)))
            pipe.send((DONE, comparison_json(made)))
        except FleetError as error:
            pipe.send((FAILED, {"code": error.code, "message": error.message, "where": error.where}))


@dataclass(slots=True)
class _Job:
    """A question and how far its answer is."""

    id: str
    question: Question
    worker: BaseProcess
    pipe: Connection
    state: str = RUNNING
    stage: str = READING
    progress_pct: float = 0.0
    error: Mapping[str, str] | None = None
    result: Mapping[str, Any] | None = None

    def row(self, whole: bool) -> dict[str, Any]:
        """Return it as people see it; with its result, if `whole`."""
        question = self.question
        return {
            "id": self.id,
            "state": self.state,
            "stage": self.stage,
            "progress_pct": round(self.progress_pct, 1),
            "of": question.of,
            "change": asdict(question.change),
            "seed": question.seed,
            "error": self.error,
            **({"result": self.result} if whole else {}),
        }


class WhatIfDesk:
    """Takes questions, tells how far they are, and gives them up. May be asked by several threads.

    Parameters
    ----------
    site : for what can be seen to be impossible at once.
    sources : where the past is.
    began : the date of the fleet's first day, where whoever asks does not say; empty if it is not known.
    """

    def __init__(self, site: Site, sources: Sources, began: str = "") -> None:
        self._site = site
        self._sources = sources
        self._began = began
        self._jobs: OrderedDict[str, _Job] = OrderedDict()
        self._asking = threading.Lock()

    def ask(
        self,
        of: str,
        began: str,
        robots: Mapping[str, int],
        chargers: Mapping[str, int],
        charger_at: Sequence[str],
        demand_pct: Mapping[str, float],
        seed: int,
        charging: str = "",
    ) -> Mapping[str, Any]:
        """Begin to answer a question, and return it as `told` does.

        Parameters
        ----------
        of, began, seed : see `Question`.
        robots, chargers, charger_at, demand_pct, charging : see `Change`.

        Raises
        ------
        RequestError : as `check_question`; `request_what_if_busy` while another one is being answered.
        """
        change = Change(robots, chargers, tuple(charger_at), demand_pct, charging)
        question = Question(of, began or self._began, change, seed)
        check_question(self._site, question)
        with self._asking:
            self._look()
            busy = next((job for job in self._jobs.values() if job.state == RUNNING), None)
            if busy is not None and busy.question == question:  # somebody did not hear the answer, and asks again
                return busy.row(whole=True)
            if busy is not None:
                message = "another question is being answered; wait for it, or cancel it"
                raise RequestError("request_what_if_busy", message, busy.id)
            job = self._start(question)
            self._jobs[job.id] = job
            while len(self._jobs) > _KEPT:
                self._jobs.popitem(last=False)
            return job.row(whole=True)

    def told(self, name: str) -> Mapping[str, Any]:
        """Return how far a question is, with its result once there is one.

        Raises
        ------
        RequestError : `request_unknown_what_if`.
        """
        with self._asking:
            self._look()
            return self._job(name).row(whole=True)

    def listed(self) -> Sequence[Mapping[str, Any]]:
        """Return the questions that are remembered, the newest first, without their results."""
        with self._asking:
            self._look()
            return [job.row(whole=False) for job in reversed(self._jobs.values())]

    def cancel(self, name: str) -> Mapping[str, Any]:
        """Give a question up; one that is answered stays as it is. Raises RequestError `request_unknown_what_if`."""
        with self._asking:
            self._look()
            job = self._job(name)
            if job.state == RUNNING:
                self._end(job, CANCELLED)
            return job.row(whole=True)

    def close(self) -> None:
        """Give up whatever is being answered."""
        with self._asking:
            for job in self._jobs.values():
                if job.state == RUNNING:
                    self._end(job, CANCELLED)

    def _job(self, name: str) -> _Job:
        if name not in self._jobs:
            message = f"no question {name!r}; the last {_KEPT} are remembered until the gateway starts anew"
            raise RequestError("request_unknown_what_if", message, name)
        return self._jobs[name]

    def _start(self, question: Question) -> _Job:
        context = multiprocessing.get_context("spawn")
        pipe, theirs = context.Pipe()
        words = (theirs, os.getpid(), question, self._sources)
        worker = context.Process(target=_work, args=words, name="what-if", daemon=True)
        worker.start()
        theirs.close()
        return _Job(f"w{secrets.token_hex(4)}", question, worker, pipe)

    def _look(self) -> None:
        """Take in what the process has said since the last look."""
        for job in self._jobs.values():
            while job.state == RUNNING and job.pipe.poll():
                try:
                    self._hear(job, *job.pipe.recv())
                except (EOFError, ConnectionResetError):
                    job.error = {
                        "code": "runtime_what_if_failed",
                        "message": "the process that played the day ended; ask again",
                        "where": "",
                    }
                    self._end(job, FAILED)

    def _hear(self, job: _Job, word: str, told: Any) -> None:
        if word == DONE:
            job.result, job.progress_pct = told, 100.0
            self._end(job, DONE)
        elif word == FAILED:
            job.error = told
            self._end(job, FAILED)
        else:
            job.stage = word
            job.progress_pct = _progress_pct(word, told, job.question.change.nothing)

    def _end(self, job: _Job, state: str) -> None:
        job.state = state
        job.worker.kill()
        job.worker.join()
        job.pipe.close()


def _progress_pct(stage: str, share: float, once: bool) -> float:
    """Return how much of the whole work is done; a day that is changed is played twice."""
    plays_pct = 100.0 - _READ_PCT if once else (100.0 - _READ_PCT) / 2.0
    begins_pct = {READING: 0.0, BASELINE: _READ_PCT, CHANGED: _READ_PCT + plays_pct}[stage]
    return begins_pct + share * (_READ_PCT if stage == READING else plays_pct)
