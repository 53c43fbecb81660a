"""A report tells of nobody: figures of buildings where few live are withheld, and cannot be worked out from others."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from itertools import product

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from robot_fleet.reports.folds.past import ground_of
from robot_fleet.reports.periodic.csv_file import csv_bytes
from robot_fleet.reports.periodic.json_file import report_json
from robot_fleet.reports.periodic.pdf_file import pdf_bytes
from robot_fleet.reports.periodic.periodic import PeriodReport, Table, period_report
from robot_fleet.reports.periodic.residents import EVERYTHING, SOME, shielded
from robot_fleet.site.load import load_site
from robot_fleet.stores.people.small_groups import LEAST
from test.unit.docs.texts import ROOT
from test.unit.reports.hand_made import GROUND, past, period

WHOLE = period_report(past(), GROUND, None, period())
BUSAN = ROOT / "config" / "sites" / "busan_edc"
SCHEMA = json.loads((ROOT / "docs/reference/schemas/period_report.schema.json").read_text(encoding="utf-8"))


def buildings(report: PeriodReport) -> Table:
    return next(table for table in report.tables if table.by == "building")


def test_a_building_where_few_live_is_withheld_with_the_next_larger_one() -> None:
    report = shielded(WHOLE, {"home": 3, "tower": 40, "court": 12})
    rows = {row.key: row for row in buildings(report).rows}
    assert {key for key, row in rows.items() if row.withheld} == {"home", "court"}, "also where no robot came"
    assert rows["home"].values == rows["court"].values == {}
    assert [table.id for table in report.tables] == [table.id for table in WHOLE.tables]
    assert [table for table in report.tables if table.by != "building"] == [
        table for table in WHOLE.tables if table.by != "building"
    ]
    assert report.notes == (SOME,)


@pytest.mark.parametrize("rooms", [{}, {"home": 5}, {"home": 21, "tower": 5}])
def test_where_enough_live_everywhere_nothing_is_withheld(rooms: dict[str, int]) -> None:
    assert shielded(WHOLE, rooms) == WHOLE


@pytest.mark.parametrize("rooms", [{"home": 1}, {"home": 2, "tower": 2}])
def test_a_site_where_few_live_in_all_has_no_figures(rooms: dict[str, int]) -> None:
    report = shielded(WHOLE, rooms)
    assert (report.tables, report.notes) == ((), (EVERYTHING,))
    jsonschema.validate(report_json(report), SCHEMA)
    assert list(csv.reader(io.StringIO(csv_bytes(report, "ko").decode("utf-8-sig"))))[1:] == [
        ["note", "", "", EVERYTHING.ko]
    ]


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 9), min_size=1))
def test_no_total_gives_a_withheld_building_away(rooms: dict[str, int]) -> None:
    """What is left of a total when all that is shown is taken off is about as many residents as may be told of."""
    report = shielded(WHOLE, rooms)
    hidden = [row.key for table in report.tables if table.by == "building" for row in table.rows if row.withheld]
    if not report.tables:
        assert sum(rooms.values()) < LEAST
        return
    assert all(rooms[key] >= LEAST or key in hidden for key in rooms)
    if hidden:
        assert len(hidden) > 1
        assert sum(rooms[key] for key in hidden) >= LEAST


def test_page_file_and_paper_show_a_mark_and_say_why() -> None:
    report = shielded(WHOLE, {"home": 3, "tower": 40, "court": 12})
    told = report_json(report)
    jsonschema.validate(told, SCHEMA)
    (table,) = [each for each in told["tables"] if each["by"] == "building"]
    (home,) = [row for row in table["rows"] if row["key"] == "home"]
    assert home["withheld"] and set(home["values"]) == {None}
    assert told["notes"] == [{"ko": SOME.ko, "en": SOME.en}]
    rows = list(csv.DictReader(io.StringIO(csv_bytes(report, "en").decode("utf-8-sig"))))
    assert {row["value"] for row in rows if (row["by"], row["key"]) == ("building", "home")} == {"*"}
    assert rows[-1]["name"] == SOME.en
    for language, note in (("ko", SOME.ko), ("en", SOME.en)):
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf_bytes(report, language))).pages)
        assert note.replace(" ", "") in "".join(text.split())


def test_rooms_are_counted_by_building_where_people_are_no_inventions() -> None:
    site = load_site(BUSAN)
    assert ground_of(site, None).rooms == {}
    assert ground_of(replace(site, synthetic_people=False), None).rooms == {"care_home": 15, "senior_apt": 11}


def test_what_is_shown_of_two_periods_is_of_the_same_buildings() -> None:
    """Who is withheld follows from the rooms alone, so that one report less another one tells nothing."""
    rooms = {"home": 3, "tower": 40, "court": 12}
    empty = period_report(past(()), GROUND, None, period())
    for report, key in product((WHOLE, empty), ("home", "court")):
        (row,) = [row for row in buildings(shielded(report, rooms)).rows if row.key == key]
        assert row.withheld
