"""Events of the city in a demand, and the key that exercises are signed with."""

from __future__ import annotations

from pathlib import Path

import pytest

from robot_fleet.core.errors import RuntimeFailure, SiteError
from robot_fleet.runtime.event_keys import event_keys, local_key
from robot_fleet.runtime.runs.city import told_event, without_events
from robot_fleet.runtime.runs.demand import played_rows
from robot_fleet.sim.callers import Call
from robot_fleet.site.demand import RequestRow
from robot_fleet.site.load import load_site

ROOT = Path(__file__).parents[3]
BUSAN = ROOT / "config" / "sites" / "busan_edc"
TINY = ROOT / "test" / "data" / "sites" / "tiny"


def row(name: str, at_s: float, service: str = "care_visit") -> RequestRow:
    return RequestRow(name, at_s, service, {})


def test_events_do_not_count_as_requests_and_end_with_the_last() -> None:
    rows = [row("a", 1.0), row("e", 2.0, "event:fire"), row("b", 3.0), row("f", 4.0, "event:fire"), row("c", 5.0)]
    assert [each.request_id for each in played_rows(rows, 2, None)] == ["a", "e", "b"]
    assert [each.request_id for each in played_rows(rows, None, None)] == ["a", "e", "b", "f", "c"]
    assert [each.request_id for each in without_events(rows)] == ["a", "b", "c"]


def test_a_row_is_told_as_a_platform_would() -> None:
    params = {"subject": "building:care_home", "lasts_s": 600, "exercise": True}
    told = told_event(load_site(BUSAN), Call("e1", 100.0, "event:fire", params), 103.0)
    assert (told.source, told.id, told.type, told.subject) == ("city_platform", "e1", "fire", "building:care_home")
    assert (told.age_s, told.lasts_s, told.exercise) == (3.0, 600.0, True)
    alone = told_event(load_site(TINY), Call("e1", 100.0, "event:fire", {}), 100.0)
    assert (alone.source, alone.exercise) == ("local", True)  # a site that nobody tells of anything can have drills


def test_the_key_for_exercises_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    with pytest.raises(RuntimeFailure):
        local_key(tmp_path)
    without: list[SiteError] = []
    keys = event_keys(TINY, tmp_path, without)
    assert keys == {"local": local_key(tmp_path)} == event_keys(TINY, tmp_path, without)
    assert (tmp_path / "event_secret").stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir()] == ["event_secret"]
