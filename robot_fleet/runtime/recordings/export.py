"""An incident's recordings for other people: copies, and a manifest that says what is in them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from mcap.exceptions import McapError

from robot_fleet.core.errors import RuntimeFailure
from robot_fleet.runtime.recordings.kept import Recordings
from robot_fleet.runtime.recordings.recording_file import PART, SUFFIX, describe

MANIFEST = "manifest.json"
_BLOCK_BYTES = 1 << 20


def export_recordings(recordings: Recordings, incident: str, folder: Path) -> dict[str, Any]:
    """Copy an incident's recordings into a folder, with a manifest, and return that.

    Parameters
    ----------
    recordings : of the fleet's run directory.
    folder : empty, or not there yet.

    Raises
    ------
    RuntimeFailure : `runtime_no_recording`, `runtime_recording_under_way`, `runtime_recording_damaged`,
        `runtime_file_unwritable`.
    """
    found = recordings.of(incident)
    whole = [path for path in found if path.suffix == SUFFIX]
    under_way = [path.name.removesuffix(PART) for path in found if path.suffix != SUFFIX]
    if not found:
        known = ", ".join(recordings.incidents()) or "none"
        raise RuntimeFailure("runtime_no_recording", f"no robot has recorded it; recorded: {known}", incident)
    if not whole:
        message = f"{', '.join(under_way)} still records; try again in half a minute"
        raise RuntimeFailure("runtime_recording_under_way", message, incident)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise RuntimeFailure("runtime_file_unwritable", "give a folder that is empty or not there yet", str(folder))
        manifest = {
            "schema_version": 1,
            "incident": incident,
            "recordings": [_exported(path, folder) for path in whole],
            "under_way": under_way,
        }
        (folder / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        message = f"the recordings cannot be copied ({error.strerror})"
        raise RuntimeFailure("runtime_file_unwritable", message, str(error.filename or folder)) from error
    return manifest


def _exported(path: Path, folder: Path) -> dict[str, Any]:
    """Copy a recording and return its entry in the manifest."""
    try:
        described = describe(path)
    except McapError as error:
        message = "it is no whole recording; move it away, the others can be exported then"
        raise RuntimeFailure("runtime_recording_damaged", message, str(path)) from error
    digest = hashlib.sha256()
    with path.open("rb") as source, (folder / path.name).open("wb") as copy:
        while block := source.read(_BLOCK_BYTES):
            digest.update(block)
            copy.write(block)
        size_bytes = copy.tell()
    return {
        "file": path.name,
        "robot": path.name.partition(".")[0],
        "bytes": size_bytes,
        "sha256": digest.hexdigest(),
        "begin_s": described.begin_s,
        "end_s": described.end_s,
        "messages": sum(messages for _, messages in described.topics.values()),
        "topics": {name: {"type": kind, "messages": messages} for name, (kind, messages) in described.topics.items()},
        "about": dict(described.about),
    }
