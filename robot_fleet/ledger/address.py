"""Where a ledger is: a file, or a PostgreSQL database named by a URL. Passwords are kept out of every text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from robot_fleet.core.errors import LedgerError

_FORMS = "a path, sqlite:///PATH or postgresql://USER@HOST/DATABASE"
_POSTGRESQL = ("postgresql", "postgres")


@dataclass(frozen=True, slots=True)
class LedgerAddress:
    """Where a ledger is.

    Parameters
    ----------
    place : the SQLite file, or the database's URL without its password.
    password : of the database; empty if the URL names none.
    """

    place: Path | URL
    password: str = ""

    def __str__(self) -> str:
        """Return what reads as the same address, but for the password."""
        if isinstance(self.place, Path):
            return str(self.place)
        return self.place.render_as_string(hide_password=False)  # it has none

    def __repr__(self) -> str:
        return f"LedgerAddress({self})"

    def absolute(self) -> LedgerAddress:
        """Return the address as it reads from any working directory."""
        return LedgerAddress(self.place.absolute()) if isinstance(self.place, Path) else self

    @property
    def environment(self) -> Mapping[str, str]:
        """Variables that a process needs to open the ledger by `str(address)`, since all can read command lines."""
        return {"PGPASSWORD": self.password} if self.password else {}


LedgerTarget = Path | str | LedgerAddress


def ledger_address(target: LedgerTarget) -> LedgerAddress:
    """Return the address that a path or a URL speaks of.

    Raises
    ------
    LedgerError : `ledger_bad_url`.
    """
    if isinstance(target, LedgerAddress):
        return target
    if isinstance(target, Path):
        return LedgerAddress(target)
    scheme, colon, rest = target.partition(":")
    if not colon or not rest.startswith("//"):
        return LedgerAddress(Path(target))
    if scheme == "sqlite":
        if not rest.startswith("///") or len(rest) == 3:
            raise LedgerError("ledger_bad_url", f"it names no file; expected {_FORMS}", target)
        return LedgerAddress(Path(rest[3:]))
    if scheme not in _POSTGRESQL:
        raise LedgerError("ledger_bad_url", f"expected {_FORMS}", f"{scheme}://")
    try:
        url = make_url(target)
    except (ArgumentError, ValueError):  # not chained: the text may hold a password
        raise LedgerError("ledger_bad_url", f"it cannot be read as a URL; expected {_FORMS}", f"{scheme}://") from None
    asked = url.query.get("password", "")
    password = url.password or (asked if isinstance(asked, str) else asked[-1])
    bare = url.set(drivername="postgresql").difference_update_query(["password"])
    return LedgerAddress(bare._replace(password=None), password)
