"""The passes of a fleet, in a file beside that of its users, and the key of their digests in another one."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from robot_fleet.core.errors import StoreError
from robot_fleet.stores.passes.codes import Codes
from robot_fleet.stores.passes.keyed import read_key
from robot_fleet.stores.passes.passes import Passes
from robot_fleet.stores.passes.schema import LAYOUT, METADATA
from robot_fleet.stores.passes.tickets import Tickets
from robot_fleet.stores.private_file import PrivateFile


class PassStore:
    """Several processes and threads may have it open.

    Parameters
    ----------
    path : the file, made if it is missing; the key is `passes.key` beside it.

    Attributes
    ----------
    passes, codes, tickets : the three parts.

    Raises
    ------
    StoreError : `store_passes_unusable`, from every method too.
    """

    def __init__(self, path: Path) -> None:
        def unusable(reason: str) -> StoreError:
            message = f"the passes of this fleet cannot be read or written ({reason}); make room, or give the file back"
            return StoreError("store_passes_unusable", message, str(path))

        def foreign(layout: int) -> StoreError:
            return unusable(f"written with layout {layout}, this robot_fleet knows {LAYOUT}")

        self._database = PrivateFile(path, METADATA, LAYOUT, unusable, foreign)
        try:
            key = read_key(path.with_name("passes.key"))
        except OSError as error:
            self._database.close()
            raise unusable(error.strerror or str(error)) from error
        self.passes = Passes(self._database)
        self.codes = Codes(self._database, key)
        self.tickets = Tickets(self._database, key)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
