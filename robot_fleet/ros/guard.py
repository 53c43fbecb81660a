"""Keeps a failing callback from ending the spin: it is counted and reported, and the process goes on with what it has.

An exception that leaves a callback of a future or of an action even crashes the events executor, so every function that
rclpy calls goes through a guard. The one kind of failure that must end a process is named when the guard is made.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import rclpy
from rclpy.impl.implementation_singleton import rclpy_implementation

P = ParamSpec("P")
Request = TypeVar("Request")
Response = TypeVar("Response")

RCLError = rclpy_implementation.RCLError
LOG = logging.getLogger("robot_fleet")
FAILED_CODE = "runtime_callback_failed"
_REPORTED = (1, 10, 100, 1_000, 10_000)


class Guard:
    """Wraps callbacks of one process.

    Parameters
    ----------
    ends : failures after which the process must not go on.

    Attributes
    ----------
    failures : how often each callback has failed.
    fatal : the failure after which nothing is called any more, None while all is well.
    """

    def __init__(self, ends: tuple[type[Exception], ...] = ()) -> None:
        self.failures: dict[str, int] = {}
        self.fatal: Exception | None = None
        self._ends = ends

    def __call__(self, name: str, callback: Callable[P, object]) -> Callable[P, bool]:
        """Return `callback` as a function that never raises and returns whether it succeeded."""

        def guarded(*args: P.args, **kwargs: P.kwargs) -> bool:
            if self.fatal is not None:
                return False
            try:
                callback(*args, **kwargs)
            except Exception as error:
                self._failed(name, error)
                return False
            return True

        return guarded

    def answering(
        self, name: str, callback: Callable[[Request, Response], object]
    ) -> Callable[[Request, Response], Response]:
        """Return a service's callback that always answers; after a failure with a code that says so."""
        guarded = self(name, callback)

        def answer(request: Request, response: Response) -> Response:
            if not guarded(request, response):
                told: Any = response
                if hasattr(told, "code"):
                    told.code = FAILED_CODE
            return response

        return answer

    def raise_fatal(self) -> None:
        """Raise the failure that ended the process, if there was one."""
        if self.fatal is not None:
            raise self.fatal

    def _failed(self, name: str, error: Exception) -> None:
        if isinstance(error, RCLError) and not rclpy.ok():
            return  # whoever is called while everything is taken down finds things gone
        count = self.failures[name] = self.failures.get(name, 0) + 1
        if isinstance(error, self._ends):
            self.fatal = error
            LOG.critical("callback=%s error=%s the process must end", name, error)
        elif count in _REPORTED:
            LOG.error("callback=%s failures=%d the latest one:", name, count, exc_info=error)
