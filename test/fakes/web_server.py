"""A real web server on a free port, in a thread of its own."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from fastapi import FastAPI

from robot_fleet.server.serve import HOST, listen, make_server

PATIENCE_S = 60.0
"""A machine that is busy with other things takes its time."""


class WebServer:
    """Serves an app while the `with` block runs.

    Attributes
    ----------
    port, url : where.
    """

    def __init__(self, app: FastAPI, port: int = 0) -> None:
        self._server = make_server(app)
        self._socket = listen(port)
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://{HOST}:{self.port}"
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="web", daemon=True)

    def do(self, action: Callable[[], Any]) -> Any:
        """Run something on the server's event loop, where the fleet's view lives, and return its result."""

        async def run() -> Any:
            return action()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(PATIENCE_S)

    def connections(self) -> list[socket.socket]:
        """Return the sockets of those who are connected."""
        return [each.transport.get_extra_info("socket") for each in self._server.server_state.connections]

    def cut_off(self) -> None:
        """Break every connection, as a bad network does."""
        self.do(lambda: [each.transport.abort() for each in list(self._server.server_state.connections)])

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End the server now; a second call does nothing."""
        self._server.should_exit = True
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive(), "the web server did not end"
        self._socket.close()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._server.serve(sockets=[self._socket]))
