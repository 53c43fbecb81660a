"""Digests of what is easily guessed (a code, a plate), under a key that lies in a file of its own beside the store."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

KEY_BYTES = 32


def keyed(key: bytes, *parts: str) -> bytes:
    """Return the HMAC-SHA256 of several texts."""
    return hmac.digest(key, "\0".join(parts).encode(), hashlib.sha256)


def read_key(path: Path) -> bytes:
    """Return the key of a file; a new one is made if there is none, for its owner alone.

    Raises
    ------
    OSError : it cannot be read or made, or is no such key.
    """
    partial = path.with_name(f"{path.name}.{os.getpid()}.part")
    if not path.exists():
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "wb") as out:
            out.write(secrets.token_bytes(KEY_BYTES))
            out.flush()
            os.fsync(out.fileno())
        try:
            os.link(partial, path)  # whoever comes second takes the key of whoever came first
        except FileExistsError:
            pass
        finally:
            partial.unlink(missing_ok=True)
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise OSError(0, "not a key", str(path))
    return key
