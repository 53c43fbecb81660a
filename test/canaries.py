"""People who must never be met outside the person store, and a search for them in everything that a fleet writes.

To search a run directory by hand: `./fleet python test/canaries.py DIR` (exit status 1 if something is found).
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from mcap.exceptions import EndOfFile
from mcap.reader import NonSeekingReader

from robot_fleet.stores.people.person import Consent, Guardian, Person, Purpose

DAY_S = 86_400.0
CANARY = Person(
    place="home/r101",
    name="까나리",
    phones=("010-9135-7246",),
    guardian=Guardian("Canary Quillfeather", "010-8642-9753"),
    conditions=("canary-penicillin-allergy",),
    door_policy="resident",
    door_code="7319#4826",
    plates=("98카7654",),
)
CANARIES = (
    CANARY.name,
    "Quillfeather",
    "9135-7246",
    "8642-9753",
    *CANARY.conditions,
    CANARY.door_code,
    *CANARY.plates,
)


def consent(purpose: Purpose = Purpose.CARE_VISIT, given_s: float = 0.0, days: float = 365.0) -> Consent:
    """Return a consent that lasts for some days."""
    return Consent(purpose, "v1", given_s, given_s + days * DAY_S)


def leaks(content: bytes, canaries: Iterable[str] = CANARIES) -> list[str]:
    """Return the canaries in some bytes, as text, as escaped JSON, in a URL, or as UTF-16."""
    return [canary for canary in canaries if any(form in content for form in _forms(canary))]


def leaking_files(folder: Path) -> dict[str, list[str]]:
    """Return the files below a folder that hold a canary, recordings and other packed files unpacked."""
    found = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        here = sorted({canary for content in _contents(path) for canary in leaks(content)})
        if here or leaks(path.name.encode()):
            found[str(path.relative_to(folder))] = here
    return found


def _forms(canary: str) -> Iterator[bytes]:
    yield canary.encode()
    yield json.dumps(canary)[1:-1].encode()
    yield quote(canary).encode()
    yield canary.encode("utf-16-le")


def _contents(path: Path) -> Iterator[bytes]:
    content = path.read_bytes()
    yield content
    if ".mcap" in path.suffixes:
        with suppress(EndOfFile):  # one that is still being written
            for _, channel, message in NonSeekingReader(io.BytesIO(content)).iter_messages(log_time_order=False):
                yield channel.topic.encode() + message.data


if __name__ == "__main__":
    leaking = leaking_files(Path(sys.argv[1]))
    for name, canaries in leaking.items():
        print(f"{name}: {', '.join(canaries)}")
    sys.exit(bool(leaking))
