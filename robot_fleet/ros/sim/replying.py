"""The simulated people whom robots wait for: they hear of it, and answer the manager until it has heard them."""

from __future__ import annotations

from rclpy.node import Node
from robot_fleet_interfaces.msg import Prompt, Prompts
from robot_fleet_interfaces.srv import AnswerTask

from robot_fleet.ros.guard import Guard
from robot_fleet.ros.insisting import Insisting
from robot_fleet.ros.manager.commands import ANSWER_TASK
from robot_fleet.ros.qos import QOS, topic
from robot_fleet.sim.answerers import Wait, answer_now, who_takes_over
from robot_fleet.sim.world import SimWorld


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
        self._answers: Insisting[str] = Insisting(node.create_client(AnswerTask, ANSWER_TASK))
        heard = guard("prompts", self._heard)
        node.create_subscription(Prompts, topic("fleet/prompts"), heard, QOS["fleet/prompts"].wanted)

    def look(self, steady_s: float) -> None:
        """Give the answers that people have by now and that were not given lately."""
        for prompt in self._prompts:
            wait = Wait(prompt.task, prompt.service, prompt.act, prompt.since_s)
            word, key = answer_now(self._world, wait), _key(prompt)
            if not word or not self._answers.may_say(key, steady_s):
                continue
            to = who_takes_over(self._world, wait)
            wish = AnswerTask.Request(idempotency_key=key, task_id=prompt.task, answer=word, by="people", to=to)
            self._answers.say(key, wish, steady_s)

    def _heard(self, message: Prompts) -> None:
        self._prompts = list(message.prompts)
        self._answers.keep([_key(prompt) for prompt in self._prompts])


def _key(prompt: Prompt) -> str:
    return f"reply_{prompt.task}_{prompt.since_s:.0f}"
