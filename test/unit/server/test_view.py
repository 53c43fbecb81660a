"""The view tells what has changed, whole and once."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from robot_fleet.core.facts import (
    FACT_TYPES,
    HoldSet,
    ItemAppeared,
    PlanCommitted,
    TaskCancelled,
    TaskRequested,
    TaskStop,
    ZoneClosed,
)
from robot_fleet.core.plan import CHARGE, PlannedStop
from robot_fleet.core.site import Site
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.ledger.registry import FactRegistry
from robot_fleet.server.feed import AGAIN_S, LedgerFeed
from robot_fleet.server.reducer import Reducer
from robot_fleet.server.site_view import site_view
from robot_fleet.server.view import ENDED_KEPT, FleetView
from robot_fleet.site.load import load_site

TINY = Path(__file__).parents[2] / "data" / "sites" / "tiny"


@pytest.fixture(scope="module")
def site() -> Site:
    return load_site(TINY)


@pytest.fixture
def view(site: Site) -> FleetView:
    fixed = site_view(site)
    return FleetView(fixed.row, fixed.robots)


def task(number: int, state: str = "requested") -> dict[str, Any]:
    return {"id": f"t{number}", "service": "care_visit", "state": state}


def test_a_pose_is_told_once_rounded_and_only_if_it_changed(view: FleetView) -> None:
    view.put_pose("care_2", 1.23456, 2.0, 0.12345, 71.26, 0.801)
    assert view.take_poses(10.0) == {"type": "poses", "t_s": 10.0, "r": [[1, 1.23, 2.0, 0.12, 0.8, 71.3]]}
    view.put_pose("care_2", 1.2349, 2.0, 0.1231, 71.27, 0.8)
    assert view.take_poses(10.2)["r"] == []
    view.put_pose("care_2", 1.3, 2.0, 0.12, 71.3, 0.8)
    assert view.take_poses(10.3)["r"] == [[1, 1.3, 2.0, 0.12]], "the rest is as it was"
    view.put_pose("care_2", 1.4, 2.0, 0.12, 71.3, 0.0)
    view.put_pose("care_2", 1.5, 2.0, 0.12, 71.3, 0.0)
    assert view.take_poses(10.4)["r"] == [[1, 1.5, 2.0, 0.12, 0.0]], "that it has stopped is not lost"
    view.put_pose("care_2", 1.5, 2.0, 0.12, 71.2, 0.0)
    assert view.take_poses(10.5)["r"] == [[1, 1.5, 2.0, 0.12, 0.0, 71.2]]
    assert view.snapshot(10.6)["robots"][1]["x_m"] == 1.5


def test_a_patch_has_whole_rows_of_what_changed_and_nothing_else(view: FleetView) -> None:
    assert view.take_patch(0.0) is None
    view.put_robot("care_1", state="driving", load=["meal_1"])
    view.put_task(task(1))
    view.put_hold(True)
    patch = view.take_patch(5.0)
    assert patch is not None
    assert patch.keys() == {"type", "t_s", "robots", "tasks", "hold", "in_place"}
    assert [(row["id"], row["state"], row["kind"]) for row in patch["robots"]] == [("care_1", "driving", "care")]
    assert view.take_patch(5.2) is None
    view.put_robot("care_1", state="driving")
    view.put_task(task(1))
    view.put_hold(True)
    assert view.take_patch(5.4) is None


def test_unknown_robots_are_refused(view: FleetView) -> None:
    with pytest.raises(KeyError):
        view.put_pose("nobody", 0.0, 0.0, 0.0, 0.0, 0.0)


def test_alarms_are_told_whole_and_items_go(view: FleetView) -> None:
    view.put_alarms([{"id": "a"}, {"id": "b"}])
    view.put_item({"id": "i", "kind": "car", "holder": "place:x", "length_m": 4.0, "width_m": 2.0})
    view.take_patch(0.0)
    view.put_alarms([{"id": "b"}])
    view.drop_item("i")
    patch = view.take_patch(1.0)
    assert patch is not None
    assert patch["alarms"] == [{"id": "b"}]
    assert patch["items"] == [{"id": "i", "gone": True}]
    view.drop_item("i")
    assert view.take_patch(2.0) is None


def test_of_ended_tasks_a_console_keeps_the_newest(view: FleetView) -> None:
    for number in range(ENDED_KEPT + 1):
        view.put_task(task(number, "completed"))
    view.put_task(task(9999))
    shown = [row["id"] for row in view.snapshot(0.0)["tasks"]]
    assert "t0" not in shown
    assert len(shown) == ENDED_KEPT + 1
    patch = view.take_patch(0.0)
    assert patch is not None
    assert {"id": "t0", "gone": True} in patch["tasks"]
    assert len(view.tasks()) == ENDED_KEPT + 2


def test_a_view_that_forgets_shows_the_same_and_does_not_grow(view: FleetView, site: Site) -> None:
    fixed = site_view(site)
    short = FleetView(fixed.row, fixed.robots, all_tasks=False)
    for number in range(3 * ENDED_KEPT):
        for each in (view, short):
            each.put_task(task(number))
            each.put_task(task(number, "completed"))
    assert short.snapshot(0.0)["tasks"] == view.snapshot(0.0)["tasks"]
    assert len(short.tasks()) == ENDED_KEPT


def test_hidden_parameters_never_reach_a_console(site: Site) -> None:
    for service in site_view(site).row["services"]:
        hidden = {param.name for param in site.services[service["id"]].params if param.hidden}
        assert not hidden & {param["name"] for param in service["params"]}


def test_rows_follow_the_facts(view: FleetView, site: Site) -> None:
    reducer = Reducer(site, view)
    reducer.show()
    assert {row["id"] for row in view.snapshot(0.0)["items"]} == {"parcel_0001", "parcel_0002"}
    requested = TaskRequested(
        task="r1",
        service="care_visit",
        params={"place": "home/r101"},
        requester="operator",
        requested_s=100.0,
        earliest_s=100.0,
        due_s=1300.0,
        instant="visit.arrived",
        robot_kinds=("care",),
        stops=(TaskStop("visit", ("home/r101",), "", ()),),
        priority=30,
        drop_penalty=1.0,
        guarantee="at_most_once",
        alarm=True,
        result="visited",
    )
    charge = PlannedStop("", CHARGE, "home/charger_1", 110.0, 110.0, 400.0)
    visit = PlannedStop("r1", 0, "home/r101", 450.0, 450.0, 750.0)
    for fact in (
        requested,
        ItemAppeared("p9", "parcel", "person:staff", 1.0, 0.3, 0.2),
        HoldSet(True, "", "", "operator"),
        ZoneClosed("annex", "festival", "operator", 90.0),
        PlanCommitted("insertion", 1.0, {"care_1": (charge, visit)}, ()),
    ):
        assert type(fact) in FACT_TYPES
        reducer.take(90.0, fact)
    reducer.show()
    snapshot = view.snapshot(100.0)
    assert snapshot["hold"] is True
    zones = {row["id"]: (row["closed"], row["reason"], row["since_s"]) for row in snapshot["zones"]}
    assert zones == {"annex": (True, "festival", 90.0), "north_lane": (False, "", None)}
    told = [(row["id"], row["state"], row["outcome"], row["robot"], row["eta_s"]) for row in snapshot["tasks"]]
    assert told == [("r1", "scheduled", None, "care_1", 450.0)]
    assert [alarm["task"] for alarm in snapshot["alarms"]] == ["r1"]
    assert "p9" not in {row["id"] for row in snapshot["items"]}
    reducer.take(200.0, TaskCancelled("r1", "not needed", "operator", 200.0))
    reducer.show()
    assert view.task("r1")["outcome"] == "cancelled"  # type: ignore[index]


def test_the_feed_waits_for_the_ledger_and_then_follows_it(view: FleetView, site: Site, tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    registry = FactRegistry(FACT_TYPES)
    feed = LedgerFeed(site, view, lambda: Ledger.open(path, registry, site_id=site.id, read_only=True))
    assert not feed.refresh()
    path.touch()
    assert not feed.refresh()
    with Ledger.open(path, registry, site_id=site.id) as writer:
        assert not feed.refresh()
        assert len(view.snapshot(0.0)["items"]) == 2
        writer.append([HoldSet(True, "", "", "operator")], at_s=1.0)
        assert feed.refresh()
        assert view.snapshot(1.0)["hold"] is True
        writer.append([HoldSet(False, "", "", "operator"), HoldSet(True, "care_1", "", "operator")], at_s=2.0)
        assert feed.refresh()
        snapshot = view.snapshot(2.0)
        assert (snapshot["hold"], snapshot["robots"][0]["hold"]) == (False, True)
        assert not feed.refresh()
    feed.close()
    feed.close()


def test_a_ledger_that_cannot_be_read_for_a_while_is_told_of_once_and_waited_out(
    view: FleetView, site: Site, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "ledger.db"
    registry = FactRegistry(FACT_TYPES)
    now_s = [0.0]
    caplog.set_level("INFO")
    with Ledger.open(path, registry, site_id=site.id) as writer:
        feed = LedgerFeed(
            site, view, lambda: Ledger.open(path, registry, site_id=site.id, read_only=True), lambda: now_s[0]
        )
        assert not feed.refresh()
        writer.append([HoldSet(True, "", "", "operator")], at_s=1.0)
        for there, gone in (("facts", "away"), ("away", "facts")):
            with closing(sqlite3.connect(path)) as other:
                other.execute(f"ALTER TABLE {there} RENAME TO {gone}")
            assert not feed.refresh()
            now_s[0] += AGAIN_S / 2.0
        now_s[0] += AGAIN_S / 2.0
        assert feed.refresh()
    feed.close()
    assert view.snapshot(1.0)["hold"] is True
    assert ["ledger_unreadable" in text or "ledger_read_again" in text for text in caplog.messages] == [True, True]
