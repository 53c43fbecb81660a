"""The acts of one embedded robot over ROS: the action `perform_act`, and the service `act_status`."""

from __future__ import annotations

import json

from rclpy.node import Node
from robot_fleet_interfaces.action import PerformAct
from robot_fleet_interfaces.srv import ActStatus

from robot_fleet.core.ports import GoalState
from robot_fleet.ros.convert import parse_object
from robot_fleet.ros.guard import Guard
from robot_fleet.ros.sim.goals import GoalServer, ServerNode
from robot_fleet.sim.world import SimWorld

_WORDS = {
    GoalState.RUNNING: ActStatus.Request.RUNNING,
    GoalState.SUCCEEDED: ActStatus.Request.DONE,
    GoalState.CANCELLED: ActStatus.Request.CANCELLED,
    GoalState.FAILED: ActStatus.Request.FAILED,
}


class SimActServer:
    """Serves the acts of one robot. However many goals name one act, it is carried out once.

    Parameters
    ----------
    servers, node : where action and service live.
    world : the world.
    robot_id : the robot, and its namespace.
    guard : keeps failing callbacks from the spin.
    """

    def __init__(self, servers: ServerNode, node: Node, world: SimWorld, robot_id: str, guard: Guard) -> None:
        self._world = world
        self._robot = world.robots[robot_id]
        self._began_s: dict[str, float] = {}
        self._goals = GoalServer(
            servers, PerformAct, f"/{robot_id}/perform_act", guard, self._perform, self._cancel, together=True
        )
        told = guard.answering(f"act_status:{robot_id}", self._tell)
        node.create_service(ActStatus, f"/{robot_id}/act_status", told)

    def changed(self) -> None:
        """End the goals of acts that have ended."""
        for request in self._goals.requests:
            status = self._world.acts.status(request.act_id)
            if status is not None and status.state is not GoalState.RUNNING:
                self._began_s.pop(request.act_id, None)
                result = PerformAct.Result(
                    success=status.state is GoalState.SUCCEEDED,
                    code=status.code,
                    result_json=_json(status.result),
                )
                self._goals.end(status.state, result, request)

    def give_feedback(self) -> None:
        """Publish the feedback of the acts under way."""
        for request in self._goals.requests:
            began_s = self._began_s[request.act_id]
            sentence = f"{request.act} at {request.place} is under way"
            told = PerformAct.Feedback(elapsed_s=self._world.now_s - began_s, sentence=sentence)
            self._goals.feedback(told, request)

    def _perform(self, request: PerformAct.Goal) -> None:
        self._began_s.setdefault(request.act_id, self._world.now_s)
        params = parse_object(request.params_json, request.act_id)
        self._world.acts.start(self._robot, request.act_id, request.act, request.place, params)
        self.changed()

    def _cancel(self, request: PerformAct.Goal) -> None:
        self._world.acts.cancel(request.act_id)

    def _tell(self, request: ActStatus.Request, response: ActStatus.Response) -> None:
        status = self._world.acts.status(request.act_id)
        if status is None:
            response.state = ActStatus.Request.NEVER
            return
        response.state = _WORDS.get(status.state, ActStatus.Request.FAILED)
        response.code = status.code
        response.result_json = _json(status.result)


def _json(result: object) -> str:
    return json.dumps(result or {}, ensure_ascii=False, default=dict)
