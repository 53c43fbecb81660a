"""The users of a fleet, all in one file."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from robot_fleet.stores.users.accounts import Accounts
from robot_fleet.stores.users.audit import Audit
from robot_fleet.stores.users.database import Database
from robot_fleet.stores.users.keys import Keys, Terms


class UserStore:
    """Who may come in, what lets them in, and what they did. Several processes and threads may have it open.

    Parameters
    ----------
    path : the file, made if it is missing.
    terms : how long sessions last.

    Attributes
    ----------
    accounts, keys, audit : the three parts.

    Raises
    ------
    StoreError : `store_users_unusable`, from every method too.
    """

    def __init__(self, path: Path, terms: Terms | None = None) -> None:
        self._database = Database(path)
        self.accounts = Accounts(self._database)
        self.keys = Keys(self._database, terms or Terms())
        self.audit = Audit(self._database)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
