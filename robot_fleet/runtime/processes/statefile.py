"""Small JSON files that one process writes whole and others read."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


def write_json(path: Path, body: object, *, durable: bool = False) -> None:
    """Replace a JSON file in one step, so that a reader sees the old or the new whole.

    `durable` also survives the loss of power.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.part")
    with partial.open("w", encoding="utf-8") as out:
        json.dump(body, out, ensure_ascii=False)
        if durable:
            out.flush()
            os.fsync(out.fileno())
    partial.replace(path)


def read_json(path: Path) -> Any:
    """Return a JSON file's content, None if there is no such file yet."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
