"""Snapshots taken a bit at a time are of one moment, and whoever cannot use one reads the facts."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from robot_fleet.core.facts import HoldSet, PlanCommitted
from robot_fleet.core.fleet import FleetState, apply, initial_state
from robot_fleet.core.fleet.tasks import retiring
from robot_fleet.core.inputs import CancelTask, SubmitTask, Tick
from robot_fleet.core.plan import PlannedStop
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.runtime import history, snapshots
from robot_fleet.runtime.snapshots import Snapshots
from test.property.core_world import CoreWorld
from test.property.test_core import world_of

VISIT = {"place": "home/r101"}
STOPS = tuple(PlannedStop("v", 0, "home/r101", 0.0, 0.0, 0.0) for _ in range(16))


@pytest.fixture
def world() -> CoreWorld:
    made = world_of("tiny")
    made.tell_all()
    made.feed(SubmitTask("v", "care_visit", VISIT))
    made.feed(SubmitTask("alarm", "care_alarm", {**VISIT, "signal": "fall_detected"}))
    work(made, 5)
    return made


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


@pytest.fixture
def ledger(world: CoreWorld, path: Path) -> Iterator[Ledger]:
    with Ledger.open(path, history.registry(), site_id="tiny") as opened:
        opened.append(world.facts, world.fleet_s)
        yield opened


def work(world: CoreWorld, times: int) -> None:
    for _ in range(times):
        world.pass_time(5.0)
        for robot in world.robots.values():
            world.step(robot)
            world.tell(robot)
        world.feed(Tick())


def state_of(world: CoreWorld, facts: int) -> FleetState:
    state = initial_state(world.site)
    for fact in world.facts[:facts]:
        apply(state, fact)
    return state


def test_a_snapshot_is_the_state_whole(world: CoreWorld, ledger: Ledger) -> None:
    Snapshots(ledger).take(world.state)
    found = snapshots.newest(ledger)
    assert found is not None
    assert found == (world.state, len(world.facts))
    assert found[0].planned == world.state.planned


def test_what_happens_while_it_is_taken_is_not_in_it(
    world: CoreWorld, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "SLICE_S", 0.0)  # one piece at a time
    taker = Snapshots(ledger)
    begun = len(world.facts)
    for _ in range(3):
        taker.tick(world.state)
    assert taker.begun
    world.feed(SubmitTask("later", "care_visit", {"place": "home/r102"}))
    work(world, 30)
    ledger.append(world.facts[begun:], world.fleet_s)
    while taker.begun:
        assert snapshots.newest(ledger) is None
        taker.tick(world.state)
    found = snapshots.newest(ledger)
    assert found is not None
    assert found == (state_of(world, begun), begun)
    assert found[0] != world.state


def test_the_next_one_is_due_after_so_many_facts_and_planned_stops(
    world: CoreWorld, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "SNAPSHOT_EVERY", 10)
    taker = Snapshots(ledger)
    assert taker.due, "so that starts again and again do not read more each time"
    taker.take(world.state)
    small, large = HoldSet(True, "", "", "operator"), PlanCommitted("insertion", 0.0, {"care_1": STOPS}, ())
    taker.count([small] * 9)
    assert not taker.due
    taker.count([small])
    assert taker.due
    taker.take(world.state)
    taker.count([large, large])
    assert taker.due


def test_what_has_retired_is_written_once(
    world: CoreWorld, ledger: Ledger, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retiring, "KEPT", 1)
    taker = Snapshots(ledger)
    for number in range(4):
        before = len(world.facts)
        world.feed(SubmitTask(f"t{number}", "patrol", {"route": "round"}))
        world.feed(CancelTask(f"c{number}", f"t{number}", f"a reason\u2028 of {number}\nlines"))
        work(world, 2)
        ledger.append(world.facts[before:], world.fleet_s)
        taker.take(world.state)
        assert snapshots.newest(ledger) == (world.state, len(world.facts))
    parts = [int(text.partition(" ")[0]) for _, text in ledger.snapshot_parts(snapshots.STATE_VERSION)]
    assert sum(parts) == len(world.state.retired)
    assert len(parts) > 1
    Snapshots(ledger).take(world.state)
    assert [int(text.partition(" ")[0]) for _, text in ledger.snapshot_parts(snapshots.STATE_VERSION)] == parts
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(
            "UPDATE snapshots SET body = '1 AAAA' WHERE version < 0 AND seq = (SELECT max(seq) FROM facts)"
        )
    assert snapshots.newest(ledger) is None, "a part is damaged"
    Snapshots(ledger).take(world.state)
    assert snapshots.newest(ledger) == (world.state, len(world.facts))


def test_a_start_reads_the_snapshot_and_the_facts_after_it(world: CoreWorld, ledger: Ledger, path: Path) -> None:
    Snapshots(ledger).take(world.state)
    before = len(world.facts)
    work(world, 30)
    ledger.append(world.facts[before:], world.fleet_s)
    ledger.close()
    again, state = history.open_for_writing(world.site, path)
    again.close()
    assert state == world.state


@pytest.mark.parametrize("what", ["older", "damaged", "of another form"])
def test_a_snapshot_that_cannot_be_used_is_passed_over(
    world: CoreWorld, ledger: Ledger, path: Path, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = world.state
    if what == "older":
        with monkeypatch.context() as patch:
            patch.setattr(snapshots, "STATE_VERSION", snapshots.STATE_VERSION - 1)
            Snapshots(ledger).take(initial_state(world.site))
    elif what == "damaged":
        ledger.snapshot(ledger.last_seq, {"state": "AAAA"}, snapshots.STATE_VERSION)
    else:
        ledger.snapshot(ledger.last_seq, {"robots": {}}, snapshots.STATE_VERSION)
    assert snapshots.newest(ledger) is None
    ledger.close()
    again, read = history.open_for_writing(world.site, path)
    again.close()
    assert read == state


def test_a_follower_reads_beside_the_writer(world: CoreWorld, path: Path) -> None:
    follower = history.Follower(world.site, path)
    assert not follower.refresh(), "there is no ledger yet"
    with Ledger.open(path, history.registry(), site_id="tiny") as ledger:
        ledger.append(world.facts, world.fleet_s)
        Snapshots(ledger).take(world.state)
        before = len(world.facts)
        work(world, 3)
        ledger.append(world.facts[before:], world.fleet_s)
        assert follower.refresh()
        assert follower.state == world.state
        assert not follower.refresh()
    follower.close()
