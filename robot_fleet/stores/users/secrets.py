"""Passwords and random secrets. Of neither is anything kept that lets anybody in."""

from __future__ import annotations

import functools
import hashlib
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from robot_fleet.core.errors import RequestError

TOKEN_MARK = "rft_"  # noqa: S105, no secret: by it scanners find tokens that were put where they do not belong
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 256
_FEWEST_SIGNS = 5

_HASHER = PasswordHasher()
"""argon2id with the library's own choice of cost, that of RFC 9106 for machines with little memory."""


def check_password(password: str) -> None:
    """See that a password is none of those that are guessed at once.

    Raises
    ------
    RequestError : `request_password_weak`. The message does not repeat it.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD or len(set(password)) < _FEWEST_SIGNS:
        message = f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} signs, {_FEWEST_SIGNS} of them different"
        raise RequestError("request_password_weak", message)


def hashed(password: str) -> str:
    """Return the argon2id hash of a password; takes some tenths of a second and 64 MB."""
    return _HASHER.hash(password)


def matches(password: str, kept: str | None) -> bool:
    """Return whether a password is the one whose hash is kept. It takes as long if there is none: names stay secret."""
    try:
        _HASHER.verify(kept or _nobodys(), password)
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


@functools.cache
def _nobodys() -> str:
    return _HASHER.hash(secrets.token_urlsafe(16))


def outdated(kept: str) -> bool:
    """Return whether a hash was made at a lower cost than is usual now."""
    return _HASHER.check_needs_rehash(kept)


def new_secret(mark: str = "") -> str:
    """Return 256 random bits as text."""
    return mark + secrets.token_urlsafe(32)


def digest(secret: str) -> bytes:
    """Return what is kept of a random secret: its SHA-256, without salt or cost, since nobody guesses 256 bits."""
    return hashlib.sha256(secret.encode()).digest()


def new_id(mark: str) -> str:
    """Return an opaque id."""
    return f"{mark}-{secrets.token_hex(4)}"
