"""Speaks HTTP to a fleet's gateway: JSON in and out, errors by their codes, and patience while it is started anew."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Any, Self

import httpx

from robot_fleet.core.errors import FleetError, LinesRefused, RequestError, RuntimeFailure, WrongLine
from robot_fleet.site.models.webhooks import is_loopback

PATIENCE_S = 15.0
"""A process that is being started again answers within seconds, on a busy machine within a few more."""
ANSWER_S = 15.0
PAUSE_S = 0.5
PASSING = ("runtime_gateway_unreachable", "runtime_manager_unreachable", "runtime_no_answer")
_PAGE_ROWS = 500
_API = "/api/v1"


class Connection:
    """A connection to a gateway; use as a context manager.

    A command carries a key, so that asking again after a broken connection is the same wish.

    Parameters
    ----------
    url : where the gateway is, for instance `http://127.0.0.1:8600`.
    token : of `./fleet user token new`; empty where the fleet has no users.
    tls : knows the gateway's certificate; None where this machine knows it.
    patience_s : for so long what does not answer is asked again.
    name : by which errors name the fleet; its address by default.
    waiting : called once before the first time that a request is sent again.
    """

    def __init__(
        self,
        url: str,
        token: str = "",
        *,
        tls: ssl.SSLContext | None = None,
        patience_s: float = PATIENCE_S,
        name: str = "",
        waiting: Callable[[], None] = lambda: None,
    ) -> None:
        self.url = httpx.URL(url)
        self.local = is_loopback(self.url.host)  # proxies are for other hosts than this one
        self._name = name or url
        self._patience_s = patience_s
        self._waiting = waiting
        self.tls = tls
        self.headers = {"authorization": f"Bearer {token}"} if token else {}
        self._http = httpx.Client(
            base_url=self.url,
            headers=self.headers,
            timeout=ANSWER_S,
            trust_env=not self.local,
            verify=tls or True,
        )

    def get(
        self, path: str, params: Mapping[str, Any] | None = None, *, patience_s: float | None = None,
        timeout_s: float = ANSWER_S,
    ) -> Any:  # fmt: skip
        """Return what the gateway shows below `/api/v1`.

        Raises
        ------
        FleetError : what the gateway answers; `runtime_gateway_unreachable`.
        """
        asked = {"params": _given(params)} if params else {}  # none at all would take those of the path away
        return self._ask("GET", path, asked, patience_s, timeout_s).json()

    def get_versioned(self, path: str) -> tuple[Any, str]:
        """Return what the gateway shows, and its version. Raises as `get` does."""
        answer = self._ask("GET", path, {}, None, ANSWER_S)
        return answer.json(), answer.headers.get("etag", "")

    def rows(self, path: str, params: Mapping[str, Any] | None = None) -> Iterator[Any]:
        """Yield the rows of a list, asked for in portions. Raises as `get` does."""
        asked: dict[str, Any] = {"params": {"limit": _PAGE_ROWS, **_given(params)}}
        while True:
            answer = self._ask("GET", path, asked, None, ANSWER_S)
            yield from answer.json()
            following = answer.links.get("next")
            if following is None:
                return
            path, asked = following["url"].removeprefix(_API), {}

    def post(
        self, path: str, body: Mapping[str, Any], key: str, *, version: str = "", patience_s: float | None = None,
        timeout_s: float = ANSWER_S,
    ) -> Any:  # fmt: skip
        """Give a command and return the answer. Raises as `get` does.

        Parameters
        ----------
        key : the same key is the same wish, however often it is given.
        version : of what the command is about; if that has changed since, nothing is done.
        """
        headers = {"Idempotency-Key": key} | ({"If-Match": version} if version else {})
        return self._ask("POST", path, {"json": body, "headers": headers}, patience_s, timeout_s).json()

    def send(self, path: str, content: bytes, headers: Mapping[str, str]) -> Any:
        """Send what is signed, byte for byte, and return the answer. Raises as `get` does."""
        asked = {"content": content, "headers": {"content-type": "application/cloudevents+json", **headers}}
        return self._ask("POST", path, asked, None, ANSWER_S).json()

    def error_of(self, answer: httpx.Response) -> FleetError:
        """Return the error that an answer speaks of."""
        try:
            body = answer.json()
            error = body["error"]
            code, message, where = str(error["code"]), str(error["message"]), str(error.get("where", ""))
            lines = [WrongLine(**line) for line in body.get("lines", ())]
        except (ValueError, KeyError, TypeError):
            return RuntimeFailure("runtime_gateway_malformed", f"unexpected answer, HTTP {answer.status_code}")
        if lines:
            return LinesRefused(message, where, lines)
        return (RequestError if code.startswith("request_") else RuntimeFailure)(code, message, where)

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def unreachable(self, error: Exception) -> RuntimeFailure:
        """Return the error of a gateway that does not answer."""
        message = f"its gateway does not answer ({type(error).__name__}); see ./fleet ps and its log"
        return RuntimeFailure("runtime_gateway_unreachable", message, self._name)

    def _ask(
        self, method: str, path: str, asked: Mapping[str, Any], patience_s: float | None, timeout_s: float
    ) -> httpx.Response:
        until_s = time.monotonic() + (self._patience_s if patience_s is None else patience_s)
        told = False
        while True:
            try:
                return self._asked_once(method, path, asked, timeout_s)
            except RuntimeFailure as failure:
                if failure.code not in PASSING or time.monotonic() >= until_s:
                    raise
            if not told:
                self._waiting()
                told = True
            time.sleep(PAUSE_S)

    def _asked_once(self, method: str, path: str, asked: Mapping[str, Any], timeout_s: float) -> httpx.Response:
        try:
            answer = self._http.request(method, f"{_API}{path}", timeout=timeout_s, **asked)
        except httpx.TransportError as error:
            raise self.unreachable(error) from error
        if not answer.is_success:
            raise self.error_of(answer)
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def _given(params: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (params or {}).items() if value is not None}
