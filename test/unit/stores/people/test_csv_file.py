"""People from a CSV file: all or none, and what is wrong is told without repeating it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from robot_fleet.core.errors import RequestError
from robot_fleet.stores.people.csv_file import COLUMNS, read_people
from robot_fleet.stores.people.person import Consent, Purpose, Retention
from test.canaries import CANARY, leaks

HEAD = ",".join(COLUMNS[1:])
ROW = (
    "home/r101,까나리,010-9135-7246,Canary Quillfeather,010-8642-9753,canary-penicillin-allergy,resident,7319#4826,"
    "98카7654,,care_visit/2026/03/2027-01-31;parking/v1/2026-12-31"
)


def written(folder: Path, *lines: str, encoding: str = "utf-8-sig") -> Path:
    path = folder / "people.csv"
    path.write_text("\n".join(lines), encoding=encoding)
    return path


def test_a_row_is_a_person_with_consents(tmp_path: Path) -> None:
    ((person, consents),) = read_people(written(tmp_path, HEAD, ROW), now_s=5.0)
    assert person == CANARY
    begins_s = [datetime(*day).astimezone().timestamp() for day in ((2027, 1, 31), (2026, 12, 31))]
    assert consents == (
        Consent(Purpose.CARE_VISIT, "2026/03", 5.0, begins_s[0]),
        Consent(Purpose.PARKING, "v1", 5.0, begins_s[1]),
    )


def test_few_columns_are_enough(tmp_path: Path) -> None:
    ((person, consents),) = read_people(written(tmp_path, "name,place,retention", "이산,home/r102,guest"), 0.0)
    assert (person.name, person.place, person.retention, consents) == ("이산", "home/r102", Retention.GUEST, ())


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (ROW.replace("까나리", ""), "row 3: name"),
        (ROW.replace("home/r101", " "), "row 3: place"),
        (ROW.replace("010-9135-7246", "9135-7246 at work"), "row 3: a phone"),
        (ROW.replace("Canary Quillfeather", ""), "row 3: guardian_phone"),
        (ROW.replace(",resident,", ",ajar,"), "row 3: door_policy"),
        (ROW.replace(",,care", ",forever,care"), "row 3: retention"),
        (ROW.replace("parking/v1", "parking"), "row 3: a consent"),
        (ROW.replace("2026-12-31", "2026-13-31"), "row 3: a day"),
        (ROW + ",one more", "expected the columns"),
    ],
)
def test_what_is_wrong_is_told_by_row_without_repeating_it(tmp_path: Path, row: str, told: str) -> None:
    with pytest.raises(RequestError, match="request_people_malformed") as raised:
        read_people(written(tmp_path, HEAD, ROW, row), 0.0)
    assert told in str(raised.value)
    assert "row 2" not in str(raised.value)
    assert leaks(str(raised.value).encode()) == []


@pytest.mark.parametrize("lines", [(), (HEAD,), (HEAD + ",blood_type", ROW + ",A")])
def test_a_file_of_nobody_or_with_strange_columns_is_refused(tmp_path: Path, lines: tuple[str, ...]) -> None:
    with pytest.raises(RequestError, match="request_people_malformed"):
        read_people(written(tmp_path, *lines), 0.0)


def test_what_is_no_utf_8_or_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="UTF-8"):
        read_people(written(tmp_path, HEAD, ROW, encoding="cp949"), 0.0)
    with pytest.raises(RequestError, match="cannot be read"):
        read_people(tmp_path / "nowhere.csv", 0.0)
