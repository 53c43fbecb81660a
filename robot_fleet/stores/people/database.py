"""The SQLite file of people: what is deleted is overwritten."""

from __future__ import annotations

from pathlib import Path

from robot_fleet.core.errors import StoreError
from robot_fleet.stores.people.schema import LAYOUT, METADATA
from robot_fleet.stores.people.sealing import unusable
from robot_fleet.stores.private_file import PrivateFile


class Database(PrivateFile):
    """An open file of people.

    Raises
    ------
    StoreError : `store_people_unusable`, from every method too, and `store_people_newer_version`.
    """

    def __init__(self, path: Path) -> None:
        def broken(reason: str) -> StoreError:
            return unusable(OSError(0, reason), path)

        def foreign(layout: int) -> StoreError:
            message = f"written with layout {layout}, this robot_fleet knows {LAYOUT}; install the newer one"
            return StoreError("store_people_newer_version", message, str(path))

        super().__init__(path, METADATA, LAYOUT, broken, foreign, ("secure_delete=ON",))

    def forget_deleted(self) -> None:
        """Empty the write-ahead log, which still holds what was deleted; a reader may put that off to the next time."""
        with self._translated(), self._engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
