"""The fleet of a manager: what it does when its ledger, a turn of its core, or its whole process fails."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from robot_fleet.core.clock import Now
from robot_fleet.core.effects import Answer
from robot_fleet.core.errors import LedgerError
from robot_fleet.core.fleet import planning
from robot_fleet.core.inputs import SubmitTask
from robot_fleet.core.order import Order, RobotReport
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.ledger.verify import verify
from robot_fleet.ros.manager.live_fleet import LiveFleet
from robot_fleet.runtime import history
from robot_fleet.site.load import load_site

pytestmark = pytest.mark.ros  # it lives beside what needs rclpy

TINY = Path(__file__).resolve().parents[1] / "data" / "sites" / "tiny"
NOON = Now(12 * 3600.0, 100.0)


class Link:
    """A link to a robot that reports what the test says."""

    def __init__(self) -> None:
        self.orders: list[Order] = []
        self.waiting: list[RobotReport] = []

    def send(self, order: Order) -> None:
        self.orders.append(order)

    def reports(self) -> Sequence[RobotReport]:
        reports, self.waiting = self.waiting, []
        return reports


class Managed:
    """A live fleet with its files, which can be started again."""

    def __init__(self, folder: Path) -> None:
        self.ledger, self.figures = folder / "ledger.sqlite", folder / "figures.json"
        self.site = load_site(TINY)
        self.answers: list[Answer] = []
        self.asked = 0
        self.begin()

    def begin(self) -> None:
        self.links = {name: Link() for name in self.site.robots}
        self.fleet = LiveFleet(self.site, self.ledger, self.figures, self.links, self.answers.append, 1)

    def submit(self, key: str) -> None:
        """Ask for a visit, a second after whoever asked before: nobody is planned for together with others."""
        self.asked += 1
        now = replace(NOON, steady_s=NOON.steady_s + self.asked)
        self.fleet.feed(SubmitTask(key, "care_visit", {"place": "home/r102"}, "test"), now)

    def tasks(self) -> list[str]:
        """The requests, as the fleet knows them; its figures are written too."""
        self.fleet.note(NOON.fleet_s, {})
        return list(self.fleet.state.tasks)

    def written(self) -> list[str]:
        """The requests in the ledger."""
        with Ledger.open(self.ledger, history.registry(), site_id="tiny", read_only=True) as ledger:
            return [fact.task for _, _, fact in ledger.read() if type(fact).__name__ == "TaskRequested"]


@pytest.fixture
def managed(tmp_path: Path) -> Iterator[Managed]:
    made = Managed(tmp_path)
    yield made
    made.fleet.close()


def half_way(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Let every planning fail, which comes after the first facts of a turn; return what undoes it."""
    patch = pytest.MonkeyPatch()

    def fail(*_: object) -> None:
        raise ZeroDivisionError("on purpose")

    patch.setattr(planning, "replan", fail)
    return patch.undo


def test_a_turn_that_fails_half_way_leaves_what_the_ledger_says(
    managed: Managed, monkeypatch: pytest.MonkeyPatch
) -> None:
    managed.submit("k1")
    mend = half_way(monkeypatch)
    try:
        with pytest.raises(ZeroDivisionError):
            managed.submit("k2")
    finally:
        mend()
    assert managed.tasks() == managed.written() == ["k1"]
    managed.submit("k3")
    managed.submit("k2")
    assert managed.tasks() == managed.written() == ["k1", "k3", "k2"]


def test_a_ledger_that_cannot_be_written_is_told_and_nothing_is_kept_after_it(
    managed: Managed, monkeypatch: pytest.MonkeyPatch
) -> None:
    managed.submit("k1")
    managed.tasks()
    before = managed.figures.read_text()

    def full(*_: object) -> None:
        raise LedgerError("ledger_write_failed", "the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "append", full)
        with pytest.raises(LedgerError):
            managed.submit("k2")
    managed.fleet.note(NOON.fleet_s, {})
    assert managed.figures.read_text() == before, "what is ahead of the ledger is told to nobody"
    managed.fleet.close()
    managed.begin()
    assert managed.tasks() == ["k1"]


def limit_pages(fleet: LiveFleet, spare: int) -> None:
    """Let the ledger's file grow by so many pages and no further until it is opened anew, as on a disk nearly full."""
    connection = fleet._ledger.store.connect()
    with connection.begin():
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages + spare}")


def ask_until_full(managed: Managed, key: str) -> list[str]:
    """Ask until the ledger takes no more, and return the keys of those that were taken."""
    taken: list[str] = []

    def ask() -> None:
        for number in range(1000):
            managed.submit(f"{key}{number}")
            taken.append(f"{key}{number}")

    with pytest.raises(LedgerError, match="make room") as caught:
        ask()
    assert caught.value.code == "ledger_write_failed"
    return taken


def test_a_full_disk_ends_the_manager_and_with_room_it_goes_on_from_the_last_turn(managed: Managed) -> None:
    limit_pages(managed.fleet, 8)
    kept = ask_until_full(managed, "k")
    assert len(kept) > 3
    answered = [answer.task for answer in managed.answers if answer.accepted]
    assert answered == kept, "who could not be written down was promised nothing"
    managed.fleet.close()
    assert managed.written() == kept

    managed.begin()  # the supervisor starts it again at once
    limit_pages(managed.fleet, 0)
    kept += ask_until_full(managed, "again")
    managed.fleet.close()

    managed.begin()
    assert managed.tasks() == managed.written() == kept
    managed.submit("room")
    assert managed.tasks() == managed.written() == [*kept, "room"]
    assert verify(managed.ledger, history.registry()).facts == managed.fleet.last_seq


def test_a_manager_that_finds_no_room_for_a_snapshot_gives_the_ledger_up_all_the_same(managed: Managed) -> None:
    rng = random.Random(1)
    kept = [rng.randbytes(30).hex() for _ in range(80)]  # a snapshot is compressed
    for key in kept:
        managed.submit(key)
    limit_pages(managed.fleet, 0)
    with pytest.raises(LedgerError, match="make room"):
        managed.fleet.close()
    managed.begin()
    assert managed.tasks() == managed.written() == kept


def test_figures_outlive_a_restart(managed: Managed) -> None:
    managed.submit("k1")
    here = managed.site.places["charger_1"].pose
    report = RobotReport(
        "care_1", "b", 1, NOON.fleet_s, "", 0, 0, (), "idle", here, 0.0, 80.0, False, "", 12.5, 3.5, 7.0
    )
    managed.links["care_1"].waiting.append(report)
    managed.fleet.poll(NOON)
    managed.fleet.tick(Now(NOON.fleet_s + 1.0, 101.0))
    managed.fleet.note(NOON.fleet_s, {})
    before = json.loads(managed.figures.read_text())
    assert before["plans"]["by"]["insertion"] >= 1
    managed.fleet.close()
    managed.begin()
    managed.fleet.note(NOON.fleet_s, {})
    after = json.loads(managed.figures.read_text())
    assert after["rollups"] == before["rollups"]
    assert after["plans"] == before["plans"]


def test_figures_of_another_ledger_are_not_taken_over(managed: Managed) -> None:
    managed.submit("k1")
    managed.fleet.note(NOON.fleet_s, {})
    managed.fleet.close()
    for file in managed.ledger.parent.glob("ledger.sqlite*"):
        file.unlink()
    managed.begin()
    assert managed.tasks() == []


def test_an_order_goes_out_only_after_its_facts_are_written(managed: Managed) -> None:
    sent: list[tuple[str, bool]] = []

    def send(order: Order) -> None:
        with Ledger.open(managed.ledger, history.registry(), site_id="tiny", read_only=True) as ledger:
            sent.append((order.id, any(order.id in repr(fact) for _, _, fact in ledger.read())))

    for name, robot in managed.site.robots.items():
        managed.links[name].send = send  # type: ignore[method-assign]
        pose = managed.site.places[robot.start].pose
        managed.links[name].waiting.append(
            RobotReport(name, "b", 1, NOON.fleet_s, "", 0, 0, (), "idle", pose, 0.0, 80.0, False, "", 0.0, 0.0, 0.0)
        )
    managed.fleet.poll(NOON)
    managed.submit("k1")
    managed.fleet.tick(Now(NOON.fleet_s + 1.0, 101.0))
    assert sent
    assert all(known for _, known in sent), sent


def test_a_question_is_answered_and_leaves_no_trace(managed: Managed) -> None:
    managed.submit("k1")
    before = managed.fleet.last_seq
    told = managed.fleet.why("k1", "en", NOON)
    assert told["reason"] == "no_robot_available"
    assert told["absent"] == {"care_1": "unknown", "care_2": "unknown"}  # none has reported yet
    assert managed.fleet.last_seq == before
