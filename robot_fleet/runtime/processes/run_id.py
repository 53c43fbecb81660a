"""What tells one run of a fleet from the next: ids of alarms are given out anew with each new ledger."""

from __future__ import annotations

import contextlib
import os
import secrets
import threading
from pathlib import Path


def run_id(folder: Path) -> str:
    """Return the id of the run in a run directory; whoever asks first makes it, and it goes with the ledger.

    Raises
    ------
    OSError : it can be neither read nor written.
    """
    path = folder / "run_id"
    with contextlib.suppress(FileNotFoundError):
        return path.read_text(encoding="utf-8")
    partial = folder / f"run_id.{os.getpid()}.{threading.get_ident()}.part"
    partial.write_text(secrets.token_hex(8), encoding="utf-8")
    try:
        with contextlib.suppress(FileExistsError):  # another process was quicker
            os.link(partial, path)
    finally:
        partial.unlink()
    return path.read_text(encoding="utf-8")
