"""What robots wait to hear from people, told to all who can answer or show it: screens in buildings, robots' own."""

from __future__ import annotations

from rclpy.node import Node
from robot_fleet_interfaces.msg import Prompt, Prompts

from robot_fleet.core.fleet.city.city import notices
from robot_fleet.core.fleet.state import FleetState, TaskRecord
from robot_fleet.core.fleet.tasks.flowing import awaited
from robot_fleet.core.flow import answers
from robot_fleet.core.site import Site
from robot_fleet.core.text import Text
from robot_fleet.ros.convert import to_time
from robot_fleet.ros.qos import QOS, topic

NOTICE = "notice"
"""The act of what is only told, and not asked."""


class PromptTopics:
    """Publishes the open waits whenever they have changed.

    Parameters
    ----------
    node : where the publisher lives.
    site : its services say what is asked, and its rules for events of the city what is told.
    """

    def __init__(self, node: Node, site: Site) -> None:
        self._site = site
        self._services = site.services
        self._prompts = node.create_publisher(Prompts, topic("fleet/prompts"), QOS["fleet/prompts"].offered)
        self._told: list[Prompt] | None = None

    def tell(self, state: FleetState, at_s: float) -> None:
        """Publish what has changed since the last call."""
        prompts = [self._prompt(task, state) for task in state.open_tasks() if task.awaits is not None]
        prompts += [self._notice(state.tasks[name], text, state) for name, text in notices(self._site, state).items()]
        if prompts != self._told:
            self._told = prompts
            self._prompts.publish(Prompts(stamp=to_time(at_s), prompts=prompts))

    def _notice(self, task: TaskRecord, text: Text, state: FleetState) -> Prompt:
        """Return what people beside a robot are told, for which nobody has to answer."""
        order = state.robots[task.robot].order if task.robot else None
        place = "" if order is None else order.place
        told = {"task": task.id, "service": task.request.service, "act": NOTICE, "robot": task.robot, "place": place}
        return Prompt(**told, answers=[], **self._said(text))

    def _prompt(self, task: TaskRecord, state: FleetState) -> Prompt:
        act, order = awaited(task), state.robots[task.robot].order if task.robot else None
        service = self._services.get(task.request.service)
        asked = None if act is None or service is None else service.texts.get(act.id)
        return Prompt(
            task=task.id,
            service=task.request.service,
            act="" if act is None else act.id,
            robot=task.robot,
            place="" if order is None else order.place,
            answers=[] if act is None else list(answers(act)),
            **self._said(asked),
            since_s=0.0 if task.awaits is None else task.awaits.since_s,
            until_s=0.0 if task.awaits is None else task.awaits.until_s,
        )

    def _said(self, text: Text | None) -> dict[str, str | list[str]]:
        """Return a text in Korean, in English and in the site's languages; empty where nothing is said."""
        if text is None:
            return {"text_ko": "", "text_en": "", "languages": [], "texts": []}
        spoken = self._site.languages
        told = [text.said(language) for language in spoken]
        return {"text_ko": text.ko, "text_en": text.en, "languages": list(spoken), "texts": told}
