"""The simulated people whom robots wait for: they hear of it, and answer the manager until it has heard them."""

from __future__ import annotations

from rclpy.node import Node
from rclpy.task import Future
from robot_fleet_interfaces.msg import Prompt, Prompts
from robot_fleet_interfaces.srv import AnswerTask

from robot_fleet.ros.commands import ANSWER_TASK
from robot_fleet.ros.guard import Guard
from robot_fleet.ros.qos import QOS, topic
from robot_fleet.sim.answerers import Wait, answer_now, who_takes_over
from robot_fleet.sim.world import SimWorld

AGAIN_AFTER_S = 2.0
"""Wall seconds after which an answer that nobody has taken is given again: the manager may have been killed."""


class Replying:
    """Answers the fleet's prompts as the world's people do.

    Parameters
    ----------
    node : its thread owns the world.
    guard : keeps failing callbacks from the spin.
    world : whose people answer.
    """

    def __init__(self, node: Node, guard: Guard, world: SimWorld) -> None:
        self._world = world
        self._prompts: list[Prompt] = []
        self._answer = node.create_client(AnswerTask, ANSWER_TASK)
        self._given: dict[str, tuple[float, Future]] = {}  # when it may be given again, and what may still come of it
        heard = guard("prompts", self._heard)
        node.create_subscription(Prompts, topic("fleet/prompts"), heard, QOS["fleet/prompts"].wanted)

    def look(self, steady_s: float) -> None:
        """Give the answers that people have by now and that were not given lately."""
        for prompt in self._prompts:
            wait = Wait(prompt.task, prompt.service, prompt.act, prompt.since_s)
            word = answer_now(self._world, wait)
            key = f"reply_{prompt.task}_{prompt.since_s:.0f}"
            given = self._given.get(key)
            if not word or (given is not None and steady_s < given[0]) or not self._answer.service_is_ready():
                continue
            if given is not None:
                self._answer.remove_pending_request(given[1])
            to = who_takes_over(self._world, wait)
            wish = AnswerTask.Request(idempotency_key=key, task_id=prompt.task, answer=word, by="people", to=to)
            self._given[key] = steady_s + AGAIN_AFTER_S, self._answer.call_async(wish)

    def _heard(self, message: Prompts) -> None:
        self._prompts = list(message.prompts)
        open_keys = {f"reply_{prompt.task}_{prompt.since_s:.0f}" for prompt in self._prompts}
        for key in [key for key in self._given if key not in open_keys]:
            self._answer.remove_pending_request(self._given.pop(key)[1])
