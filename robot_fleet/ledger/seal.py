"""Seals show damage: each fact's seal covers all that stands in its row and the seal of the fact before.

Whatever becomes of a row, by a failing disk or a careless hand, the seals from there on do not fit any more. They are
no signature: who means to forge a ledger can seal it anew.
"""

from __future__ import annotations

import struct
from hashlib import blake2b

SEAL_BYTES = 16
_NUMBERS = struct.Struct("<qqdqq")


def genesis(site_id: str) -> bytes:
    """Return the seal that stands before the first fact of a site's ledger."""
    return blake2b(site_id.encode(), digest_size=SEAL_BYTES).digest()


def fact_seal(before: bytes, seq: int, turn: int, at_s: float, kind: str, version: int, body: str) -> bytes:
    """Return the seal of a fact.

    Parameters
    ----------
    before : seal of the fact before.
    """
    text = kind.encode()
    numbers = _NUMBERS.pack(seq, turn, at_s, version, len(text))
    return blake2b(before + numbers + text + body.encode(), digest_size=SEAL_BYTES).digest()


def snapshot_seal(newest: bytes, version: int, body: str) -> bytes:
    """Return the seal of a snapshot, which ties it to the facts that it has taken in.

    Parameters
    ----------
    newest : seal of the newest of these facts.
    """
    return blake2b(newest + _NUMBERS.pack(0, 0, 0.0, version, 0) + body.encode(), digest_size=SEAL_BYTES).digest()
