"""A receiver of webhooks on this machine, which misbehaves as told and keeps what it has read."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

from robot_fleet.site.models.webhooks import EVENTS, PRIORITIES
from robot_fleet.site.reading.webhooks import Endpoint

KEY = bytes(range(32))
SECRET = "whsec_" + base64.b64encode(KEY).decode()
WAIT_S = 20.0


@dataclass(frozen=True)
class Message:
    """One request that came in whole."""

    id: str
    body: dict[str, Any]
    at_s: float


@dataclass(frozen=True)
class Answer:
    """What the receiver does after reading: answers with a status, waits first, or hangs up without a word."""

    status: int = 204
    retry_after: str = ""
    wait: threading.Event | None = None
    hang_up: bool = False


class Receiver:
    """Answers as the list says, and with 204 when that is used up."""

    def __init__(self, answers: Sequence[Answer] = (), default: Answer | None = None) -> None:
        self.messages: list[Message] = []
        self.forged: list[str] = []
        self._answers = list(answers)
        self._default = default or Answer()
        self._changed = threading.Condition()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            timeout: ClassVar[float] = WAIT_S

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["content-length"]))
                answer = receiver._read(self.headers, raw)
                if answer.wait is not None:
                    answer.wait.wait(WAIT_S)
                if answer.hang_up:
                    self.connection.shutdown(socket.SHUT_RDWR)
                    self.close_connection = True
                    return
                self.send_response(answer.status)
                if answer.retry_after:
                    self.send_header("Retry-After", answer.retry_after)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                """Whoever hangs up first is part of the test."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hook"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def ids(self) -> list[str]:
        """Ids of what was read, repetitions included."""
        with self._changed:
            return [message.id for message in self.messages]

    def until(self, done: Callable[[list[Message]], Any], what: str = "it has come", within_s: float = WAIT_S) -> Any:
        """Wait until something holds of the messages, and return what `done` returned."""
        with self._changed:
            assert self._changed.wait_for(lambda: done(self.messages), within_s), f"in vain until {what}"
            return done(self.messages)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _read(self, headers: Any, raw: bytes) -> Answer:
        at_s = time.monotonic()
        with self._changed:
            if verified(headers, raw):
                self.messages.append(Message(headers["webhook-id"], json.loads(raw), at_s))
            else:
                self.forged.append(headers["webhook-id"])
            self._changed.notify_all()
            return self._answers.pop(0) if self._answers else self._default


def verified(headers: Any, raw: bytes) -> bool:
    """Check a signature as the specification has it, with code of the test's own."""
    if abs(time.time() - int(headers["webhook-timestamp"])) > 300:
        return False
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + raw
    expected = base64.b64encode(hmac.digest(KEY, signed, hashlib.sha256)).decode()
    return any(hmac.compare_digest(each, f"v1,{expected}") for each in headers["webhook-signature"].split(" "))


@contextmanager
def receiving(answers: Sequence[Answer] = (), default: Answer | None = None) -> Iterator[Receiver]:
    """Run a receiver for the time of a block."""
    receiver = Receiver(answers, default)
    try:
        yield receiver
    finally:
        receiver.close()


def endpoint(name: str, url: str, **changes: Any) -> Endpoint:
    """Return an endpoint that wants everything."""
    values = {"events": frozenset(EVENTS), "priorities": frozenset(PRIORITIES), "give_up_after_s": 86_400.0}
    return Endpoint(id=name, url=url, key=KEY, **{**values, **changes})


def dead_url() -> str:
    """Return a URL at which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/hook"
