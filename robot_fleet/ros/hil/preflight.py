"""A look at what is on the network before a run with real robots starts."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from geometry_msgs.msg import PoseWithCovarianceStamped
from nav_msgs.msg import Odometry
from rclpy.node import Node

from robot_fleet.ros.guard import Guard
from robot_fleet.ros.qos import QOS, topic
from robot_fleet.runtime.bringup.backends import Backends
from robot_fleet.runtime.hil.preflight import Seen

_HEARD = (("~odom", Odometry), ("~amcl_pose", PoseWithCovarianceStamped))
SETTLES_S = 1.5
"""Wall seconds for which others are looked for once the robots have been heard: who comes late is found, too."""


@dataclass
class _Heard:
    since_s: float | None = None
    words: dict[str, set[str]] = field(default_factory=dict)


class Preflight:
    """Listens for robots until all of them were heard.

    Parameters
    ----------
    node : where the subscriptions live.
    guard : keeps failing callbacks from the spin.
    bodies : what carries which robot.
    within_s : wall seconds for which it listens at most.
    """

    def __init__(self, node: Node, guard: Guard, bodies: Backends, within_s: float) -> None:
        self._node = node
        self._bodies = bodies
        self._until_s = time.monotonic() + within_s
        self._heard = _Heard(words={name: set() for name in bodies.elsewhere})
        for name in bodies.elsewhere:
            for word, kind in _HEARD:
                heard = guard(f"{word}:{name}", lambda _, name=name, word=word: self._heard.words[name].add(word[1:]))
                node.create_subscription(kind, topic(word, name), heard, QOS[word].wanted)

    def looks(self) -> bool:
        """Return whether there is more to wait for."""
        now_s = time.monotonic()
        if all(len(words) == len(_HEARD) for words in self._heard.words.values()):
            self._heard.since_s = self._heard.since_s or now_s
            return now_s - self._heard.since_s < SETTLES_S
        return now_s < self._until_s

    def seen(self) -> Seen:
        """Return what was seen."""

        def publishers(word: str, names: tuple[str, ...]) -> dict[str, int]:
            return {name: self._node.count_publishers(topic(word, name)) for name in names}

        return Seen(
            heard={name: frozenset(words) for name, words in self._heard.words.items()},
            bodies=publishers("~odom", (*self._bodies.elsewhere, *self._bodies.embedded)),
            agents=publishers("~report", (*self._bodies.elsewhere, *self._bodies.embedded)),
        )
