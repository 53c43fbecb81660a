"""The agents' node as a managed one: `ros2 lifecycle set` makes its robots stand, and lets them go on."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from rclpy.parameter import Parameter

from robot_fleet.ros.spin import begin_ros

LOG = logging.getLogger("robot_fleet")


class ManagedNode(LifecycleNode):  # type: ignore[misc]
    """A node whose robots may be driven while it is active, and at no other time.

    Whoever deactivated it is not overruled by a restart: a file remembers it.

    Parameters
    ----------
    name, namespace : of the node.
    simulated : whether the node's clock follows `/clock`.
    mark : the file that is there while the node was deactivated by somebody.

    Attributes
    ----------
    told : called with whether it is active, at each change.
    """

    def __init__(self, name: str, namespace: str, *, simulated: bool, mark: Path) -> None:
        begin_ros()
        use = Parameter("use_sim_time", Parameter.Type.BOOL, simulated)
        super().__init__(name, namespace=namespace, parameter_overrides=[use])
        self._mark = mark
        self.told: Callable[[bool], object] = lambda _: None

    def start(self) -> None:
        """Configure and activate, unless somebody has deactivated it before."""
        self.trigger_configure()
        if self._mark.exists():
            LOG.warning("event=inactive since it was deactivated before; activate it with ros2 lifecycle set")
            self.told(False)
        else:
            self.trigger_activate()

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Let the robots go on."""
        self._mark.unlink(missing_ok=True)
        self.told(True)
        LOG.info("event=activated")
        return super().on_activate(state)

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Let the robots stand."""
        self._stand()
        return super().on_deactivate(state)

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Let the robots stand for good: until the process is started again and the node is activated."""
        self._stand()
        return super().on_shutdown(state)

    def _stand(self) -> None:
        self.told(False)
        self._mark.touch()
        LOG.warning("event=deactivated")
