"""Lists in portions. Without `limit` a list is whole, as ever; with it the header `Link` says where the rest is.

A cursor holds the key of the last row that was given. Rows are ordered by their keys, so that rows which come or go
between two portions neither repeat others nor hide them.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Container, Iterable
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Query, Request
from fastapi.responses import JSONResponse

from robot_fleet.core.errors import RequestError

Row = TypeVar("Row")
Key = tuple[str | float, ...]
"""Where a row stands in its list; the last part of it is the row's alone."""

MOST_ROWS = 1_000

PAGED: dict[int | str, dict[str, Any]] = {
    200: {
        "headers": {
            "Link": {
                "description": '`<…>; rel="next"`: where the next rows are; absent after the last one.',
                "schema": {"type": "string"},
            }
        }
    }
}
"""How the description of the API tells of a list; give it to the route's `responses`."""


class Page:
    """What a request wants of a list: a dependency of each address that answers with one.

    Attributes
    ----------
    headers : what `cut` has found out; they belong to the answer.
    """

    def __init__(
        self,
        request: Request,
        limit: Annotated[int | None, Query(ge=1, le=MOST_ROWS, description="At most so many rows.")] = None,
        after: Annotated[str, Query(max_length=400, description="The cursor that `Link` holds.")] = "",
    ) -> None:
        self.limit = limit
        self.headers: dict[str, str] = {}
        self._request = request
        self._after = after

    @property
    def after(self) -> Key:
        """The key after which the rows begin, empty for the first.

        Raises
        ------
        RequestError : `request_cursor_malformed`, also for the cursor of another list.
        """
        if not self._after:
            return ()
        try:
            address, *key = json.loads(base64.b64decode(self._after, b"-_", validate=True))
        except (ValueError, TypeError, RecursionError) as error:
            raise self.malformed() from error
        if address != self._request.url.path or not all(isinstance(part, str | int | float) for part in key):
            raise self.malformed()
        return tuple(key)

    def cut(self, rows: Iterable[Row], key: Callable[[Row], Key]) -> list[Row]:
        """Return the rows that are asked for, in the order of their keys.

        Raises
        ------
        RequestError : `request_cursor_malformed`.
        """
        after, ordered = self.after, sorted(rows, key=key)
        try:
            left = [row for row in ordered if key(row) > after] if after else ordered
        except TypeError as error:  # a key of other parts than this list has
            raise self.malformed() from error
        most = self.limit or (MOST_ROWS if self._after else None)
        if most is None or len(left) <= most:
            return left
        self.headers["link"] = f'<{self._next(key(left[most - 1]))}>; rel="next"'
        return left[:most]

    def answer(self, rows: Iterable[Row], key: Callable[[Row], Key]) -> JSONResponse:
        """Return the answer for rows that are JSON already: many are sent, and none is looked at once more."""
        return JSONResponse(self.cut(rows, key), headers=self.headers)

    @staticmethod
    def malformed() -> RequestError:
        """Return the error of a cursor that is none of this list's."""
        message = "expected a cursor out of the header Link of this list's last answer"
        return RequestError("request_cursor_malformed", message, "after")

    def _next(self, key: Key) -> str:
        text = json.dumps([self._request.url.path, *key], separators=(",", ":"))
        cursor = base64.urlsafe_b64encode(text.encode()).decode()
        url = self._request.url.include_query_params(after=cursor)
        return f"{url.path}?{url.query}"


Paged = Annotated[Page, Depends()]


def fits(value: object, wanted: Container[object] | None) -> bool:
    """Return whether a value is one of those that are asked for; all are if none is named."""
    return not wanted or value in wanted


def within(at_s: float, since_s: float | None, until_s: float | None) -> bool:
    """Return whether an instant lies in a time range, whose end does not belong to it."""
    return (since_s is None or at_s >= since_s) and (until_s is None or at_s < until_s)
