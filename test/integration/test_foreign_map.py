"""A map that the fleet has never seen becomes a site, and its robots carry out a day there."""

from __future__ import annotations

from pathlib import Path

import pytest

from robot_fleet.site.making.new import new_site
from test.integration.virtual_runs import play
from test.unit.site.test_new import WAREHOUSE, drawn_warehouse

SHARED = WAREHOUSE.is_file()


@pytest.mark.slow
@pytest.mark.parametrize("source", ["Nav2's warehouse" if SHARED else "a drawn warehouse, since Nav2's is not there"])
def test_a_day_on_a_foreign_map(source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    folder = tmp_path / "site"
    new_site(WAREHOUSE if SHARED else drawn_warehouse(tmp_path), folder)
    played = play(folder, tmp_path / "out", "foreign")
    visits = [entry for entry in played.done if entry["service"] in ("care_visit", "patrol")]
    places = {
        stop.places
        for _, fact in played.facts
        if type(fact).__name__ == "TaskRequested"
        for stop in fact.stops  # type: ignore[attr-defined]
    }
    assert len(visits) >= 20
    assert len(places) >= 8
    assert played.summary["contacts"] == []
