"""Tickets: the number by which somebody asks for what they have handed over. Of a plate only a keyed digest is kept."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from sqlalchemy import delete, insert, select

from robot_fleet.core.errors import RequestError
from robot_fleet.stores.passes.keyed import keyed
from robot_fleet.stores.passes.schema import TICKETS
from robot_fleet.stores.private_file import PrivateFile

DIGITS = 9
SHORTEST_PLATE, LONGEST_PLATE = 4, 12
_SETTLES_S = 3_600.0
"""So long after it was made nothing is known of a ticket's item but by the fleet itself."""


class Tickets:
    """The tickets in a database.

    Parameters
    ----------
    key : 32 bytes.
    """

    def __init__(self, database: PrivateFile, key: bytes) -> None:
        self._database = database
        self._key = key

    def make(self, mark: str, plate: str, key: str, now_s: float, is_here: Callable[[str], bool]) -> tuple[str, str]:
        """Return an opaque id for what is handed over, and its ticket; the ticket is kept nowhere.

        Whoever asks again under the same key, since the answer was lost, gets the same.

        Parameters
        ----------
        key : of the request, with who asks.
        mark : a word that the id begins with.
        plate : a car's plate, as somebody types it; empty where there is none.
        is_here : returns whether the fleet knows an item. Of others all is forgotten.

        Raises
        ------
        RequestError : `request_plate_malformed`, `request_plate_here`.
        """
        digest = None if not plate else keyed(self._key, "plate", _plain(plate))
        drawn = keyed(self._key, "item", key)
        item = f"{mark}_{drawn[:6].hex()}"
        ticket = f"{int.from_bytes(drawn[6:]) % 10**DIGITS:0{DIGITS}d}"
        with self._database.writing() as connection:
            for row in connection.execute(select(TICKETS.c.item, TICKETS.c.plate, TICKETS.c.made_s)).all():
                if row.item == item:
                    return item, ticket
                same = digest is not None and row.plate == digest
                if is_here(row.item):
                    if same:
                        raise RequestError("request_plate_here", "this car is here already", row.item)
                elif same or now_s > row.made_s + _SETTLES_S:
                    connection.execute(delete(TICKETS).where(TICKETS.c.item == row.item))
            made = {"item": item, "digest": self._digest(ticket), "plate": digest, "made_s": now_s}
            connection.execute(insert(TICKETS), made)
        return item, ticket

    def item_of(self, ticket: str) -> str | None:
        """Return the item of a ticket, None if there is none."""
        wanted = TICKETS.c.digest == self._digest("".join(each for each in ticket if each.isdigit()))
        with self._database.reading() as connection:
            item: str | None = connection.execute(select(TICKETS.c.item).where(wanted)).scalar_one_or_none()
            return item

    def forget(self, item: str) -> None:
        """Forget a ticket and a plate: nothing was taken in."""
        with self._database.writing() as connection:
            connection.execute(delete(TICKETS).where(TICKETS.c.item == item))

    def _digest(self, ticket: str) -> bytes:
        return keyed(self._key, "ticket", ticket)


def _plain(plate: str) -> str:
    """Return a plate as it is compared: however somebody types it. The error does not repeat it."""
    plain = "".join(each for each in unicodedata.normalize("NFKC", plate).upper() if each not in " -·.")
    if not (SHORTEST_PLATE <= len(plain) <= LONGEST_PLATE and plain.isalnum()):
        message = f"expected a plate of {SHORTEST_PLATE} to {LONGEST_PLATE} letters and digits"
        raise RequestError("request_plate_malformed", message, "plate")
    return plain
