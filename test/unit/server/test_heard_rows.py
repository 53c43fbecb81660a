"""Who has heard of a command: by its own report alone."""

from __future__ import annotations

from robot_fleet.core.fleet.state import FleetState, OrderRecord, RobotRecord
from robot_fleet.server.rows.heard import FRESH_S, Reported, heard_rows


def has_heard(report: Reported | None, update: int | None = 3) -> bool:
    robot = RobotRecord("care_1", "care", "a")
    if update is not None:
        robot.order = OrderRecord("care_1.1", update, "home", "", -1, "a", False, (), (), 0.0)
    [row] = heard_rows(FleetState({"care_1": robot}, {}), {} if report is None else {"care_1": report})
    assert row["wish"] == (None if update is None else ["care_1.1", update])
    heard: bool = row["has_heard"]
    return heard


def test_a_robot_has_heard_once_its_report_has_the_newest_update() -> None:
    assert has_heard(Reported("care_1.1", 3, "holding", 0.2))
    assert has_heard(Reported("care_1.1", 4, "holding", 0.2)), "the ledger is read a moment later than it is heard"
    assert not has_heard(Reported("care_1.1", 2, "holding", 0.2))
    assert not has_heard(Reported("care_1.0", 9, "holding", 0.2))


def test_an_old_report_confirms_nothing_and_none_even_less() -> None:
    assert not has_heard(Reported("care_1.1", 3, "holding", FRESH_S + 1.0))
    assert not has_heard(None)


def test_a_robot_without_an_order_has_nothing_to_hear() -> None:
    assert has_heard(Reported("care_1.0", 9, "idle", 0.2), update=None)
    assert not has_heard(None, update=None)
