"""The simulated people who ask for services, and the city that tells of events: each again until it is answered."""

from __future__ import annotations

from rclpy.node import Node
from rclpy.task import Future
from robot_fleet_interfaces.srv import CarryOut, SubmitTask

from robot_fleet.core.site import Site
from robot_fleet.ros.guard import Guard
from robot_fleet.ros.manager.commands import CARRY_OUT, SUBMIT_TASK, params_json
from robot_fleet.ros.manager.wishes import wish_json
from robot_fleet.runtime.ringing.keeping import Keeper
from robot_fleet.runtime.runs.city import is_event, told_event
from robot_fleet.sim.callers import Call, Callers

AGAIN_AFTER_S = 2.0
"""Wall seconds after which a request without an answer is asked again: the manager may have been killed."""
NOT_YET_S = 0.2
"""The same after the answer that the manager cannot answer yet."""


class Calling:
    """Passes the requests of a demand on to the manager.

    An answer with a code `runtime_…` says that the manager cannot answer yet, not what it answers: such a request is
    asked again.

    Parameters
    ----------
    node : where the service's client lives.
    guard : keeps failing callbacks from the spin.
    callers : the people.
    keeper : keeps alarms before they are handed in.
    site : where events happen.
    """

    def __init__(self, node: Node, guard: Guard, callers: Callers, keeper: Keeper, site: Site) -> None:
        self._site = site
        self._guard = guard
        self._keeper = keeper
        self._kept: set[str] = set()
        self._callers = callers
        self._submit = node.create_client(SubmitTask, SUBMIT_TASK)
        self._carry_out = node.create_client(CarryOut, CARRY_OUT)
        self._asked: dict[str, tuple[float, Future]] = {}  # when it may be asked again, and what may still answer

    @property
    def heard(self) -> bool:
        """Whether the manager is there."""
        return bool(self._submit.service_is_ready() and self._carry_out.service_is_ready())

    def look(self, fleet_s: float, steady_s: float) -> None:
        """Ask for what is due by fleet time and was not asked for lately."""
        for call in self._callers.due(fleet_s):
            if call.request_id not in self._kept:
                self._kept.add(call.request_id)
                if not is_event(call):
                    self._keeper.keep(call.request_id, call.service, call.params, "caller", call.at_s)
            asked = self._asked.get(call.request_id)
            if asked is not None and steady_s < asked[0]:
                continue
            if not self.heard:
                return
            if asked is not None:
                (self._carry_out if is_event(call) else self._submit).remove_pending_request(asked[1])
            self._ask(call, fleet_s, steady_s)

    def _ask(self, call: Call, fleet_s: float, steady_s: float) -> None:
        if is_event(call):
            name, fields = wish_json(told_event(self._site, call, fleet_s))
            future = self._carry_out.call_async(CarryOut.Request(wish=name, fields_json=fields))
        else:
            future = self._submit.call_async(
                SubmitTask.Request(
                    idempotency_key=call.request_id,
                    service=call.service,
                    params_json=params_json(dict(call.params)),
                    requester="caller",
                    raised_s=call.at_s,
                )
            )
        self._asked[call.request_id] = steady_s + AGAIN_AFTER_S, future
        future.add_done_callback(self._guard("answer", lambda done: self._answered(call, done, steady_s)))

    def _answered(self, call: Call, done: Future, steady_s: float) -> None:
        response = done.result()
        if response is None:
            return
        if not response.accepted and response.code.startswith("runtime_"):
            self._asked[call.request_id] = steady_s + NOT_YET_S, done
            return
        self._asked.pop(call.request_id, None)
        self._kept.discard(call.request_id)
        self._callers.confirm(call.request_id, response.accepted, response.code)
