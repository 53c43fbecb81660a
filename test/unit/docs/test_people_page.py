"""docs/howto/keep_people_private.md names the columns, what purposes open, and how long data are kept."""

from __future__ import annotations

import re

from robot_fleet.runtime.people import days_kept
from robot_fleet.site.models.retention import RetentionFile
from robot_fleet.stores.people.access import GLASS_S, REASON_LETTERS
from robot_fleet.stores.people.csv_file import COLUMNS
from robot_fleet.stores.people.person import NEEDS, DataClass, Purpose
from test.unit.docs.texts import page

TEXT = page("docs/howto/keep_people_private.md")


def test_each_column_is_told() -> None:
    told = re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (`.*?) \| [^|]+ \|$", TEXT, re.M)))
    assert [column for column in COLUMNS if column not in told] == []


def test_each_purpose_stands_with_the_data_that_it_opens() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([a-z, ]+) \| needs none|^\| `(\w+)` \| ([a-z, ]+) \| needed", TEXT, re.M)
    told = {first or second: one or other for first, one, second, other in rows}
    assert told == {purpose.value: ", ".join(needed) for purpose, needed in NEEDS.items()}
    assert re.findall(r"^\| `(\w+)` .* needs none", TEXT, re.M) == [Purpose.CARE_EMERGENCY.value]


def test_it_says_how_long_data_are_kept_and_glass_stays_broken() -> None:
    assert f"| | {' | '.join(DataClass)} |" in TEXT
    for retention, days in days_kept(RetentionFile(schema_version=1)).items():
        assert f"| `{retention}` | {' | '.join(str(days[data]) for data in DataClass)} |" in TEXT
    assert f"after {GLASS_S / 60:g} minutes" in TEXT
    assert REASON_LETTERS == 10
    assert "reason of ten letters" in TEXT
