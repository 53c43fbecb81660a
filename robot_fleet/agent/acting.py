"""One act of the actuator: started at most once unless it may be repeated, followed through restarts of both sides."""

from __future__ import annotations

import json
from collections.abc import Mapping

from robot_fleet.agent.logbook import Logbook
from robot_fleet.core.clock import Now
from robot_fleet.core.order import Step, StepResult, StepState
from robot_fleet.core.ports import Actuator, GoalState, GoalStatus

GRACE_S = 2.0
"""Steady seconds after a start in which an actuator may still answer that it has never heard of the act."""


class Acting:
    """The act that is under way.

    Who may start what: an act that the journal has never seen may be started. One that the journal has seen, but the
    actuator has never heard of, may have been done by an actuator that lost its memory; it is started again only if it
    may be done twice, and is `unknown` otherwise. Word from the actuator always counts for more than the journal.

    Parameters
    ----------
    durable : whether the actuator's memory survives its restarts, so that "never heard of it" means "never done".

    Attributes
    ----------
    silent : whether the actuator cannot be asked at the moment.
    grace_until_s : steady time until which it may not have heard of the start yet; 0 if nothing was started here.
    """

    def __init__(self, actuator: Actuator, logbook: Logbook, durable: bool) -> None:
        self._actuator = actuator
        self._logbook = logbook
        self._durable = durable
        self._starting = ""
        self._cancel_asked = False
        self._attached = False
        self.silent = False
        self.grace_until_s = 0.0

    def begin(self) -> None:
        """Forget the act before; the next `look` starts or finds the new one."""
        self.silent = self._cancel_asked = self._attached = False
        self.grace_until_s = 0.0

    def may_have_started(self, step: Step) -> bool:
        """Return whether anything physical may have been done for the step."""
        return step.act_id in self._logbook.started and step.act_id != self._starting

    def look(self, step: Step, now: Now, wish_cancel: bool) -> StepResult | None:
        """Start the act, follow it, or break it off; return its end, None before.

        With `wish_cancel` nothing is started any more, and an interruptible act is asked to stop; the others go on to
        their end, because half a lift is worse than a whole one.

        Raises
        ------
        OrderError : `order_journal_unwritable`; nothing was started.
        """
        status = self._actuator.status(step.act_id)
        self.silent = status is not None and status.state is GoalState.LOST
        if status is None:
            return self._unheard_of(step, now, wish_cancel)
        if status.state is GoalState.LOST:
            self._cancel_asked = self._attached = False
            return None
        if status.state is GoalState.RUNNING:
            if not self._attached:  # begun by an earlier process, or on a link that was lost
                self._start(step)
            if wish_cancel and step.interruptible and not self._cancel_asked:
                self._actuator.cancel(step.act_id)
                self._cancel_asked = True
            return None
        return _ended(step, status, now, wish_cancel)

    def _unheard_of(self, step: Step, now: Now, wish_cancel: bool) -> StepResult | None:
        if now.steady_s < self.grace_until_s:
            return None
        if self.may_have_started(step) and not (step.repeatable or self._durable):
            sentence = "the act was begun, and the actuator has never heard of it"
            return StepResult(step.id, StepState.UNKNOWN, "act_unknown", {"sentence": sentence}, now.fleet_s)
        if wish_cancel:
            return StepResult(step.id, StepState.CANCELLED, "cancelled", {}, now.fleet_s)
        if step.act_id not in self._logbook.started:
            self._starting = step.act_id
        self._start(step)
        self._starting = ""
        self.grace_until_s = now.steady_s + GRACE_S
        return None

    def _start(self, step: Step) -> None:
        """Start the act, or attach to it if it runs, so that word of it comes and it can be cancelled."""
        self._logbook.start_act(step.act_id)
        self._logbook.sync()
        self._actuator.start(step.act_id, step.act, step.place, step.params)
        self._attached = True


def _readable(result: Mapping[str, object]) -> dict[str, object]:
    """Return a result as it is, or a word about it where JSON has no form for it: an end must not fail on its words."""
    try:
        json.dumps(result, allow_nan=False)
    except (TypeError, ValueError):
        return {"unreadable": repr(result)[:200]}
    return dict(result)


def _ended(step: Step, status: GoalStatus, now: Now, wish_cancel: bool) -> StepResult:
    detail = _readable(status.result or {})
    if status.state is GoalState.SUCCEEDED:
        return StepResult(step.id, StepState.DONE, "", detail, now.fleet_s)
    if status.sentence:
        detail.setdefault("sentence", status.sentence)
    if status.state is GoalState.CANCELLED and wish_cancel:
        return StepResult(step.id, StepState.CANCELLED, "cancelled", detail, now.fleet_s)
    if status.state is GoalState.CANCELLED:
        return StepResult(step.id, StepState.FAILED, "act_cancelled", detail, now.fleet_s)
    return StepResult(step.id, StepState.FAILED, status.code or "act_failed", detail, now.fleet_s)
