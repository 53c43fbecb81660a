"""The SQLite file of users."""

from __future__ import annotations

from pathlib import Path

from robot_fleet.core.errors import StoreError
from robot_fleet.stores.private_file import PrivateFile
from robot_fleet.stores.users.schema import LAYOUT, METADATA


class Database(PrivateFile):
    """An open file of users.

    Raises
    ------
    StoreError : `store_users_unusable`, from every method too.
    """

    def __init__(self, path: Path) -> None:
        def unusable(reason: str) -> StoreError:
            message = f"the users of this fleet cannot be read or written ({reason}); make room, or give the file back"
            return StoreError("store_users_unusable", message, str(path))

        def foreign(layout: int) -> StoreError:
            return unusable(f"written with layout {layout}, this robot_fleet knows {LAYOUT}")

        super().__init__(path, METADATA, LAYOUT, unusable, foreign)
