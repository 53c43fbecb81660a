"""What virtual processes lose when they are killed in mid-write or out of disk is what real ones lose."""

from __future__ import annotations

from pathlib import Path

import pytest

from robot_fleet.core.errors import LedgerError, OrderError
from robot_fleet.core.facts import AlarmShown, CommandTaken
from robot_fleet.runtime.chaos.faults import MANAGER, SIM
from robot_fleet.runtime.chaos.fleet import ChaosFleet
from robot_fleet.runtime.chaos.messages import Disturbance
from robot_fleet.runtime.chaos.mortal import AgentDied, FillableJournal, ManagerDied, Moment, MortalLog
from robot_fleet.runtime.ports import ports_for
from robot_fleet.sim.people import read_people
from robot_fleet.site.demand import read_csv
from robot_fleet.site.ground.maps import read_map
from robot_fleet.site.load import load_site

TINY = Path(__file__).resolve().parents[3] / "data" / "sites" / "tiny"


def test_a_log_that_is_full_keeps_nothing_of_a_turn() -> None:
    full: list[bool] = []
    log = MortalLog(lambda: bool(full))
    log.append([CommandTaken("a")], 5.0)
    full.append(True)
    with pytest.raises(LedgerError) as caught:
        log.append([CommandTaken("b")], 6.0)
    assert caught.value.code == "ledger_write_failed"
    full.clear()
    log.append([CommandTaken("c")], 7.0)
    assert [fact for _, fact in log.facts] == [CommandTaken("a"), CommandTaken("c")]
    assert log.newest_s == 7.0


@pytest.mark.parametrize(("moment", "kept"), [(Moment.BEFORE_FACTS, 0), (Moment.BEFORE_EFFECTS, 1)])
def test_a_turn_in_which_the_manager_dies_is_kept_whole_or_not_at_all(moment: Moment, kept: int) -> None:
    log = MortalLog()
    log.fatal = moment
    with pytest.raises(ManagerDied):
        log.append([AlarmShown("t", 1.0)], 1.0)
    assert len(log.facts) == kept


def test_a_journal_without_room_keeps_what_is_appended_for_the_next_try() -> None:
    full = [True]
    journal = FillableJournal(lambda: bool(full))
    journal.append({"e": "a"})
    with pytest.raises(OrderError) as caught:
        journal.sync()
    assert caught.value.code == "order_journal_unwritable"
    full.clear()
    journal.sync()
    assert list(journal.read()) == [{"e": "a"}] == journal.everything


def test_a_torn_record_is_as_good_as_none() -> None:
    journal = FillableJournal()
    journal.append({"e": "a"})
    journal.sync()
    journal.fatal = True
    journal.sync()  # there is nothing to write
    journal.append({"e": "b"})
    with pytest.raises(AgentDied):
        journal.sync()
    journal.fatal = False
    assert list(journal.read()) == [{"e": "a"}]
    journal.append({"e": "c"})
    journal.rewrite([{"e": "a"}, {"e": "c"}])
    assert journal.everything == [{"e": "a"}, {"e": "c"}]


@pytest.fixture
def fleet() -> ChaosFleet:
    site = load_site(TINY)
    rows = sorted(read_csv(TINY / "demand.csv"), key=lambda row: row.at_s)[:4]
    made = ChaosFleet(
        site, ports_for(site), read_map(Path(site.map_file)), read_people(TINY / "people.yaml"), rows, 1, False
    )
    for link in made.links.values():
        link.start(made.now)
    return made


def seconds(fleet: ChaosFleet, count: int) -> None:
    for _ in range(count):
        fleet.second()


def test_a_stopped_manager_decides_nothing_and_then_takes_in_what_has_come(fleet: ChaosFleet) -> None:
    seconds(fleet, 30)
    fleet.stop_manager(5.0)
    before = len(fleet.history.facts)
    seconds(fleet, 4)
    assert (len(fleet.history.facts), fleet.all_up) == (before, False)
    seconds(fleet, 30)
    assert fleet.all_up
    assert len(fleet.history.facts) > before


def test_the_world_stands_still_while_its_process_is_stopped_or_cannot_keep_it(fleet: ChaosFleet) -> None:
    seconds(fleet, 10)
    for stop in (fleet.stop_sim, lambda for_s: fleet.full.put(SIM, True, for_s)):
        at_s, steady_s = fleet.now.fleet_s, fleet.now.steady_s
        stop(3.0)
        seconds(fleet, 2)
        assert (fleet.now.fleet_s, fleet.now.steady_s) == (at_s, steady_s + 2.0)
        seconds(fleet, 3)
        assert fleet.now.fleet_s > at_s


def test_a_manager_on_a_full_disk_ends_and_begins_anew_until_there_is_room(fleet: ChaosFleet) -> None:
    fleet.full.put(MANAGER, True, 20.0)
    seconds(fleet, 15)
    assert (len(fleet.kills) > 3, fleet.history.facts) == (True, [])
    seconds(fleet, 60)
    assert fleet.manager_up
    assert fleet.history.facts


def test_a_clock_that_jumped_never_runs_backwards_in_the_ledger(fleet: ChaosFleet) -> None:
    seconds(fleet, 5)
    fleet.ahead_s.put(MANAGER, 60.0, 3.0)
    seconds(fleet, 2)
    fleet.kill_manager(1.0)
    seconds(fleet, 40)
    times = [at_s for at_s, _ in fleet.history.facts]
    assert times == sorted(times)
    assert max(times) > fleet.now.fleet_s


def test_a_robot_that_vanished_is_missed_and_comes_back(fleet: ChaosFleet) -> None:
    seconds(fleet, 5)
    fleet.network.put("care_1", Disturbance(drop=1.0), 25.0)
    seconds(fleet, 24)
    assert fleet.host.fleet.state.robots["care_1"].link.value == "offline"
    seconds(fleet, 5)
    assert fleet.host.fleet.state.robots["care_1"].link.value == "live"


def test_all_agents_die_when_one_is_torn_in_mid_write(fleet: ChaosFleet) -> None:
    fleet.kill_agents_in_write(2.0)
    assert not fleet.all_up
    for _ in range(300):
        fleet.second()
        if fleet.kills:
            break
    assert [part for _, part in fleet.kills] == ["agents"]
    seconds(fleet, 5)
    assert fleet.all_up
    assert all(link.alive for link in fleet.mortal_links.values())
