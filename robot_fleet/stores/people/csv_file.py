"""People as rows of text: a CSV file's, or what somebody types. What is wrong is told without repeating it."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from datetime import date, datetime, time
from pathlib import Path

from robot_fleet.core.errors import RequestError
from robot_fleet.stores.people.person import DOOR_POLICIES, Consent, Guardian, Person, Purpose, Retention

COLUMNS = (
    "person",
    "place",
    "name",
    "phones",
    "guardian_name",
    "guardian_phone",
    "conditions",
    "door_policy",
    "door_code",
    "plates",
    "retention",
    "consents",
)
_PHONE = re.compile(r"\+?[0-9][0-9 -]{1,19}")
_TOLD = 10
"""So many wrong lines are told of."""

Entry = tuple[Person, tuple[Consent, ...]]


def read_people(path: Path, now_s: float) -> tuple[Entry, ...]:
    """Return the people of a CSV file (UTF-8, a header, lists within a cell separated by `;`).

    Parameters
    ----------
    now_s : Unix time from which the consents count.

    Raises
    ------
    RequestError : `request_people_malformed`, with the lines and columns that are wrong.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file, strict=True))
    except OSError as error:
        raise _malformed(f"it cannot be read ({error.strerror})", path) from error
    except (UnicodeDecodeError, csv.Error):
        raise _malformed("expected a CSV file in UTF-8", path) from None
    wrong: list[str] = []
    entries: list[Entry] = []
    for number, row in enumerate(rows, start=2):
        try:
            entries.append(entry_of(row, now_s))
        except RequestError as error:
            wrong.append(f"row {number}: {error.message}")
    if wrong:
        more = f"; and {len(wrong) - _TOLD} more" if len(wrong) > _TOLD else ""
        raise _malformed("nobody is taken in; " + "; ".join(wrong[:_TOLD]) + more, path)
    if not entries:
        raise _malformed("there is nobody in it", path)
    return tuple(entries)


def entry_of(row: Mapping[str | None, object], now_s: float) -> Entry:
    """Return the person and the consents of a row. Raises `request_people_malformed`."""
    strange = sorted(str(key) for key in row if key not in COLUMNS)
    if strange:
        raise _malformed(f"expected the columns {', '.join(COLUMNS)}; not {', '.join(strange)}")
    cells = {key: str(row.get(key) or "").strip() for key in COLUMNS}
    for key in ("place", "name"):
        if not cells[key]:
            raise _malformed(f"{key} is missing")
    phones = _list(cells["phones"])
    if not all(_PHONE.fullmatch(phone) for phone in (*phones, cells["guardian_phone"]) if phone):
        raise _malformed("a phone number is digits, blanks and hyphens")
    if cells["guardian_phone"] and not cells["guardian_name"]:
        raise _malformed("guardian_phone without guardian_name")
    if cells["door_policy"] and cells["door_policy"] not in DOOR_POLICIES:
        raise _malformed(f"door_policy is one of {', '.join(DOOR_POLICIES)}, or empty")
    retention = cells["retention"] or Retention.RESIDENT.value
    if retention not in list(Retention):
        raise _malformed(f"retention is one of {', '.join(Retention)}, or empty")
    person = Person(
        id=cells["person"],
        retention=Retention(retention),
        place=cells["place"],
        name=cells["name"],
        phones=phones,
        guardian=Guardian(cells["guardian_name"], cells["guardian_phone"]) if cells["guardian_name"] else None,
        conditions=_list(cells["conditions"]),
        door_policy=cells["door_policy"],
        door_code=cells["door_code"],
        plates=_list(cells["plates"]),
    )
    return person, tuple(_consent(text, now_s) for text in _list(cells["consents"]))


def midnight_s(day: str) -> float:
    """Return the Unix time at which a day (`YYYY-MM-DD`) begins here. Raises `request_people_malformed`."""
    try:
        return datetime.combine(date.fromisoformat(day), time()).astimezone().timestamp()
    except (ValueError, OverflowError):
        raise _malformed("a day is written YYYY-MM-DD") from None


def _consent(text: str, now_s: float) -> Consent:
    purpose, _, rest = text.partition("/")
    version, _, until = rest.rpartition("/")
    if purpose not in list(Purpose) or not version:
        raise _malformed(f"a consent is PURPOSE/VERSION/YYYY-MM-DD, its purpose one of {', '.join(Purpose)}")
    return Consent(Purpose(purpose), version, now_s, midnight_s(until))


def _list(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip())


def _malformed(message: str, path: Path | None = None) -> RequestError:
    return RequestError("request_people_malformed", message, str(path or ""))
