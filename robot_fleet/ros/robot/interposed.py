"""A node behind which somebody stands between a robot's programs and the network.

Whatever goes out and comes in, by topic, service or action, passes an `Interposer`: it may look at it, change it, keep
it for later or lose it. The programs themselves know nothing of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rclpy.action import ActionServer
from rclpy.action.server import ServerGoalHandle
from rclpy.node import Node
from rclpy.qos import QoSProfile


class Interposer:
    """Lets everything through. Actions go by the name of their type (`DockRobot`), all else by its full name."""

    def profile(self, _name: str, offered: QoSProfile) -> QoSProfile:
        """Return the quality with which a topic is published."""
        return offered

    def says(self, _name: str, message: Any, send: Callable[[Any], object]) -> None:
        """Pass a message on that is published, or an action's feedback."""
        send(message)

    def hears(self, _name: str, message: Any, take: Callable[[Any], object]) -> None:
        """Pass a message on that somebody else has published."""
        take(message)

    def is_asked(self, _name: str, _what: str, _request: Any, take: Callable[[], object]) -> None:
        """Pass a request on: `goal`, `cancel` or `result` of an action, `call` (without its request) of a service."""
        take()

    def answers(self, _name: str, answer: Any, send: Callable[[Any], object]) -> None:
        """Pass an answer on: a service's response, or an action's result response."""
        send(answer)


class _Publisher:
    """A publisher behind an interposer."""

    def __init__(self, publisher: Any, name: str, between: Interposer) -> None:
        self._publisher = publisher
        self._name = name
        self._between = between

    def publish(self, message: Any) -> None:
        """Publish a message, or whatever the interposer makes of it."""
        self._between.says(self._name, message, self._publisher.publish)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._publisher, name)


class InterposedNode:
    """A node as a robot's programs see it: all of it, but with an interposer at every door."""

    def __init__(self, node: Node, between: Interposer) -> None:
        self._node = node
        self._between = between

    def create_publisher(self, kind: Any, name: str, offered: QoSProfile) -> _Publisher:
        """Return a publisher by its full name."""
        made = self._node.create_publisher(kind, name, self._between.profile(name, offered))
        return _Publisher(made, name, self._between)

    def create_subscription(self, kind: Any, name: str, callback: Callable[[Any], object], wanted: QoSProfile) -> Any:
        """Subscribe to a topic by its full name."""
        return self._node.create_subscription(
            kind, name, lambda message: self._between.hears(name, message, callback), wanted
        )

    def create_service(self, kind: Any, name: str, callback: Callable[[Any, Any], Any]) -> Any:
        """Serve; a request that is let through late is answered late."""
        service = self._node.create_service(kind, name, callback)
        answer = service.send_response

        def send(response: Any, header: Any) -> None:
            def arrived() -> None:
                self._between.answers(name, response, lambda told: answer(told, header))

            self._between.is_asked(name, "call", None, arrived)

        service.send_response = send
        return service

    def add_waitable(self, waitable: Any) -> None:
        """Take an action's server in."""
        if isinstance(waitable, ActionServer):
            self._stand_before(waitable)
        self._node.add_waitable(waitable)

    def _stand_before(self, server: Any) -> None:
        name = server.action_type.__name__
        for what in ("goal", "cancel", "get_result"):
            method = f"_execute_{what}_request"
            setattr(server, method, self._passed(name, what.removeprefix("get_"), getattr(server, method)))
        send, accepted = server._send_result_response, server._handle_accepted_callback

        def result(header: Any, future: Any) -> None:
            self._between.answers(name, future.result(), lambda told: send(header, _Told(told)))

        def begin(handle: ServerGoalHandle) -> object:
            feedback = handle.publish_feedback
            handle.publish_feedback = lambda message: self._between.says(name, message, feedback)
            return accepted(handle)

        server._send_result_response = result
        server.register_handle_accepted_callback(begin)

    def _passed(self, name: str, what: str, execute: Callable[[Any], Any]) -> Callable[[Any], Any]:
        async def request(taken: Any) -> None:
            self._between.is_asked(name, what, taken[1], lambda: _run(execute(taken)))

        return request

    def __getattr__(self, name: str) -> Any:
        return getattr(self._node, name)


class _Told:
    """A result that is there, as the server's own code asks for it."""

    def __init__(self, told: Any) -> None:
        self._told = told

    def result(self) -> Any:
        """Return it."""
        return self._told


def _run(coroutine: Any) -> None:
    """Run a coroutine that waits for nothing to its end."""
    try:
        coroutine.send(None)
    except StopIteration:
        return
    coroutine.close()
    raise AssertionError("a server's callback waits, which this fleet's do not")
