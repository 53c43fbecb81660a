"""The run directory before a run: empty for a demo, as it was for a fleet that goes on."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any

from robot_fleet.core.errors import LedgerError, RequestError
from robot_fleet.ledger.address import LedgerAddress
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.runtime.history import registry
from robot_fleet.runtime.processes.run_directory import RunDirectory
from robot_fleet.runtime.processes.statefile import read_json, write_json

_STAYS = ("logs", "kept", "doors")
_REPLACED = ".replaced-"
"""Part of the name of a ledger in whose place a backup was put; it is somebody's to remove."""


def empty(run: RunDirectory) -> Path | None:
    """Clear what an earlier run left, for a run that begins anew. The caller holds the fleet's claim.

    What a fleet that was started with `up` left is somebody's history: it is moved into `kept`, and its new folder is
    returned.
    """
    run.path.mkdir(parents=True, exist_ok=True)
    # Lock files stay: removing one would let two processes lock two files of one name.
    old = [
        path
        for path in run.path.iterdir()
        if path.name not in _STAYS and path.suffix != ".lock" and _REPLACED not in path.name
    ]
    last = last_run(run) or {}
    if last.get("verb") == "up" and (run.ledger.exists() or last.get("ledger")):
        kept = run.path / "kept" / time.strftime("%Y%m%d-%H%M%S")
        kept.mkdir(parents=True)
        for path in old:
            path.replace(kept / path.name)
        return kept
    for path in old:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    return None


def note_run(run: RunDirectory, **facts: Any) -> None:
    """Remember what is being run: `verb`, `site` and what a later `up` must know to go on."""
    write_json(_file(run), {"schema_version": 1, **facts})


def last_run(run: RunDirectory) -> dict[str, Any] | None:
    """Return what was remembered of the last run, None if there was none."""
    found = read_json(_file(run))
    return found if isinstance(found, dict) else None


def site_of(run: RunDirectory, why: str) -> Path:
    """Return the folder of the site of a fleet's last run.

    Parameters
    ----------
    why : what the site is needed for, as the second half of a sentence.

    Raises
    ------
    RequestError : `request_site_unknown`.
    """
    folder = (last_run(run) or {}).get("site_dir")
    if not folder:
        message = f"the fleet's last run names no site; {why}: say which with --site"
        raise RequestError("request_site_unknown", message, "--site")
    return Path(folder)


def ledger_of(run: RunDirectory) -> Path | str:
    """Return the path or URL of a fleet's ledger: where its last run kept it, or its own file."""
    return (last_run(run) or {}).get("ledger") or run.ledger


def fresh_ledger(address: LedgerAddress, site_id: str, created: str = "") -> Ledger:
    """Open a ledger for a run that begins anew, and make it where there is none.

    Raises
    ------
    LedgerError : as `Ledger.open` does; `ledger_not_empty`.
    """
    opened = Ledger.open(address, registry(), site_id=site_id, created=created)
    if opened.last_seq:
        opened.close()
        message = f"it holds {opened.last_seq} facts of another run; this one begins anew and needs an empty ledger"
        raise LedgerError("ledger_not_empty", message, opened.store.where)
    return opened


def _file(run: RunDirectory) -> Path:
    return run.path / "run.json"
