"""Judges hold expectations against a trace: each is shown a run in which it holds and one in which it does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from robot_fleet.core.facts import AlarmRaised, Fact, OrderSent, TaskCompleted
from robot_fleet.core.site import Site
from robot_fleet.runtime.scenarios import expectations as e
from robot_fleet.runtime.scenarios.evidence import Duties, Duty, Evidence
from robot_fleet.runtime.scenarios.faults import LidarBlind
from robot_fleet.runtime.scenarios.ground import Ground, ground
from robot_fleet.runtime.scenarios.judges import judge
from robot_fleet.runtime.scenarios.read import read
from robot_fleet.runtime.scenarios.striking import Struck
from robot_fleet.runtime.scenarios.truth import BODY_COLUMNS, Truth, read_truth
from robot_fleet.sim.trace import HEADER
from robot_fleet.site.demand import RequestRow
from robot_fleet.site.load import load_site

TINY = Path(__file__).resolve().parents[2] / "data" / "sites" / "tiny"
BEGIN_S = 8 * 3600.0
SCENARIO = f"""
schema_version: 1
name: {{ko: 시험, en: A trial}}
shows: {{ko: 시험, en: A trial}}
site: {TINY}
begins: "08:00:00"
lasts_s: 600
expect: [{{expect: no_contact}}]
"""
Path3 = Sequence[tuple[float, float]]


@pytest.fixture(scope="module")
def tiny() -> Site:
    return load_site(TINY)


@pytest.fixture
def here(tmp_path: Path, tiny: Site) -> Ground:
    path = tmp_path / "trial.yaml"
    path.write_text(SCENARIO, encoding="utf-8")
    return ground(read(path), tiny)


def pose(at: int, robot: str, x_m: float, y_m: float, load: str = "", soc_pct: float = 80.0, event: str = "") -> str:
    where = f"{BEGIN_S + at / 10:.1f},{robot},site,{x_m:.4f},{y_m:.4f},0.0000"
    return f"{where},0.600,0.500,45.000,{load},{soc_pct:.4f},{event}\n"


def truth(folder: Path, ways: dict[str, Path3], deeds: Sequence[str] = (), bodies: Sequence[str] = ()) -> Truth:
    """Write a trace in which each robot is at one point after the other, a tenth of a second apart, and read it."""
    trace, beside = folder / "trace.csv", folder / "bodies.csv"
    rows = [pose(i, name, *way[i]) for i in range(len(next(iter(ways.values())))) for name, way in ways.items()]
    trace.write_text(HEADER + "".join([*rows, *deeds]), encoding="utf-8")
    beside.write_text(",".join(BODY_COLUMNS) + "\n" + "".join(bodies), encoding="utf-8")
    return read_truth(trace, beside if bodies else None)


def line(x_m: float, y_m: float, mps: float, count: int = 100) -> list[tuple[float, float]]:
    return [(x_m + mps * i / 10, y_m) for i in range(count)]


def run(here: Ground, found: Truth, **more: Any) -> Evidence:
    summary = {"requests": more.pop("requests", []), "plans": {"checked": 3}}
    given: dict[str, Any] = {
        "rows": [],
        "struck": [],
        "facts": (),
        "duties": Duties(),
        "violations": 0,
        "distances_m": {},
        **more,
    }
    return Evidence(
        ground=here, seed=1, begin_s=BEGIN_S, end_s=BEGIN_S + 10.0, over="served", truth=found, summary=summary, **given
    )


def struck(robot: str, begin: float, end: float | None) -> Struck:
    fault = LidarBlind(fault="lidar_blind", robot=robot, at_s=1.0, lasts_s=2.0)
    made = Struck("blind", fault, BEGIN_S + begin, (robot,))
    made.begin_s, made.end_s = BEGIN_S + begin, None if end is None else BEGIN_S + end
    return made


def test_rectangles_that_overlap_are_a_contact_with_instant_and_place(here: Ground, tmp_path: Path) -> None:
    far = run(here, truth(tmp_path, {"care_1": line(2, 5, 0.5), "care_2": line(2, 6, 0.5)}))
    verdict = judge(e.NoContact(expect="no_contact"), far)
    assert verdict.passed
    assert verdict.evidence[0]["value"] == pytest.approx(0.5)
    near = run(here, truth(tmp_path, {"care_1": line(2, 5, 0.5), "care_2": line(5, 5, 0.0)}))
    verdict = judge(e.NoContact(expect="no_contact"), near)
    assert not verdict.passed
    [piece] = verdict.evidence
    assert (piece["robot"], piece["other"]) == ("care_1", "care_2")
    assert piece["at_s"] == pytest.approx(BEGIN_S + 4.9, abs=0.2), "3 m less 0.6 m at 0.5 m/s"


def test_people_count_as_well(here: Ground, tmp_path: Path) -> None:
    rows = [f"{BEGIN_S + i / 10:.1f},p_1,person,site,4.0,5.0,0.0,0.5,0.5\n" for i in range(100)]
    found = truth(tmp_path, {"care_1": line(2, 5, 0.5)}, bodies=rows)
    verdict = judge(e.NoContact(expect="no_contact"), run(here, found))
    assert [piece["other"] for piece in verdict.evidence] == ["p_1"]


def test_how_near_counts_only_while_one_drives(here: Ground, tmp_path: Path) -> None:
    parked = run(here, truth(tmp_path, {"care_1": line(2, 5, 0.0), "care_2": line(2.65, 5, 0.0)}))
    assert judge(e.ApartBy(expect="apart_by", at_least_m=0.1), parked).passed
    passing = run(here, truth(tmp_path, {"care_1": line(2, 5, 0.5), "care_2": line(4, 5.55, 0.0)}))
    assert not judge(e.ApartBy(expect="apart_by", at_least_m=0.1), passing).passed


def test_a_robot_faster_than_its_kind_is_told_with_its_speed(here: Ground, tmp_path: Path) -> None:
    assert judge(e.LegalSpeeds(expect="legal_speeds"), run(here, truth(tmp_path, {"care_1": line(2, 5, 0.4)}))).passed
    verdict = judge(e.LegalSpeeds(expect="legal_speeds"), run(here, truth(tmp_path, {"care_1": line(2, 5, 1.1)})))
    assert not verdict.passed
    assert verdict.evidence[0]["value"] == pytest.approx(1.1, abs=0.01)


def test_distances_of_the_fleet_are_held_against_the_way(here: Ground, tmp_path: Path) -> None:
    found = truth(tmp_path, {"care_1": line(2, 5, 0.5)})
    agrees, lies = run(here, found, distances_m={"care_1": 4.9}), run(here, found, distances_m={"care_1": 7.0})
    assert judge(e.DistancesAgree(expect="distances_agree"), agrees).passed
    assert not judge(e.DistancesAgree(expect="distances_agree"), lies).passed


def test_a_zone_is_kept_out_of_while_the_fault_lasts(here: Ground, tmp_path: Path) -> None:
    found = truth(tmp_path, {"care_1": line(12.0, 8.0, 0.4)})  # comes into the annex after two seconds
    wanted = e.KeepsOut(expect="keeps_out", zone="annex", fault="blind")
    assert not judge(wanted, run(here, found, struck=[struck("care_1", 0.0, 9.0)])).passed
    assert judge(wanted, run(here, found, struck=[struck("care_1", 0.0, 1.0)])).passed
    assert judge(wanted, run(here, found, struck=[struck("care_1", 4.0, 9.0)])).passed, "it was inside already"


def test_things_are_followed_from_hand_to_hand(here: Ground, tmp_path: Path) -> None:
    deeds = [
        pose(99, "logistics_1", 15, 1, "parcel_0001", event="take:parcel_0001"),
        pose(99, "logistics_1", 18, 1, "", event="give:parcel_0001:person"),
    ]
    ways = {"logistics_1": line(2, 5, 0.0), "care_1": line(8, 5, 0.0)}
    found = run(here, truth(tmp_path, ways, deeds))
    assert judge(e.Items(expect="items", where={"parcel_0001": "person", "parcel_0002": "hub/shelf"}), found).passed
    assert not judge(e.Items(expect="items", where={"parcel_0001": "hub/shelf"}), found).passed
    assert judge(e.CustodyKept(expect="custody_kept"), found).passed
    stolen = [deeds[0], pose(99, "care_1", 8, 5, "", event="give:parcel_0001:person")]
    assert not judge(e.CustodyKept(expect="custody_kept"), run(here, truth(tmp_path, ways, stolen))).passed


def test_what_is_told_as_done_must_have_been_done(here: Ground, tmp_path: Path) -> None:
    row = RequestRow("a", BEGIN_S, "parcel_delivery", {"item": "parcel_0001", "from": "hub/shelf", "to": "home/gate"})
    entry = {
        "id": "a",
        "outcome": "done",
        "state": "completed",
        "reason": "",
        "result": "delivered",
        "robot": "logistics_1",
    }
    way = {"logistics_1": line(2, 5, 0.0)}
    deeds = [
        pose(99, "logistics_1", 15, 1, "parcel_0001", event="take:parcel_0001"),
        pose(99, "logistics_1", 18, 1, "", event="give:parcel_0001:person"),
    ]
    wanted = e.AllServed(expect="all_served")
    assert judge(wanted, run(here, truth(tmp_path, way, deeds), rows=[row], requests=[entry])).passed
    assert not judge(wanted, run(here, truth(tmp_path, way), rows=[row], requests=[entry])).passed
    still = {**entry, "outcome": None, "state": "underway"}
    forgotten = run(here, truth(tmp_path, way), rows=[row], requests=[still])
    assert not judge(wanted, forgotten).passed
    assert not judge(e.NobodyForgotten(expect="nobody_forgotten"), forgotten).passed
    told = AlarmRaised("x", "task_asks", ("task_asks:a",), "high", BEGIN_S)
    facts: tuple[tuple[float, Fact], ...] = ((BEGIN_S, told),)
    assert judge(e.NobodyForgotten(expect="nobody_forgotten"), replace(forgotten, facts=facts)).passed


def test_a_battery_is_judged_by_its_emptiest_and_its_end(here: Ground, tmp_path: Path) -> None:
    found = run(here, truth(tmp_path, {"care_1": line(2, 5, 0.0)}))
    assert judge(e.ChargeAbove(expect="charge_above", pct=79.0), found).passed
    assert not judge(e.ChargeAbove(expect="charge_above", pct=81.0), found).passed
    assert judge(e.Charged(expect="charged", robot="care_1", pct=80.0), found).passed
    assert not judge(e.Charged(expect="charged", robot="care_1", pct=80.5), found).passed


def halting(stops_at: int, goes_at: int) -> list[tuple[float, float]]:
    """Drive at half a metre a second but for the tenths between two."""
    found, x_m = [], 2.0
    for i in range(100):
        found.append((x_m, 5.0))
        x_m += 0.05 if not stops_at <= i < goes_at else 0.0
    return found


def test_who_is_struck_stands_and_goes_on(here: Ground, tmp_path: Path) -> None:
    duties = Duties()
    duties.note(BEGIN_S, "care_1", Duty.ON_ITS_WAY)
    found = run(here, truth(tmp_path, {"care_1": halting(20, 70)}), struck=[struck("care_1", 1.5, 6.0)], duties=duties)
    assert judge(e.Stops(expect="stops", fault="blind", within_s=1.0), found).passed
    assert not judge(e.Stops(expect="stops", fault="blind", within_s=0.3), found).passed
    late = judge(e.Recovery(expect="recovery", within_s=0.5), found)
    assert not late.passed
    assert late.evidence[0]["value"] == pytest.approx(1.0)
    assert judge(e.Recovery(expect="recovery", within_s=1.5), found).passed
    idle = replace(found, duties=Duties())
    assert judge(e.Recovery(expect="recovery", within_s=0.5), idle).passed, "it had nothing to do"


def test_it_rings_in_time_or_not(here: Ground, tmp_path: Path) -> None:
    told = AlarmRaised("x", "robot_offline", ("robot_offline:care_1",), "high", BEGIN_S + 9.0)
    found = run(
        here,
        truth(tmp_path, {"care_1": line(2, 5, 0.0)}),
        struck=[struck("care_1", 1.0, None)],
        facts=((BEGIN_S + 9.0, told),),
    )
    assert judge(e.Rings(expect="rings", code="robot_offline", fault="blind", within_s=10.0), found).passed
    assert not judge(e.Rings(expect="rings", code="robot_offline", fault="blind", within_s=5.0), found).passed
    assert "robot_offline" in judge(e.Rings(expect="rings", code="robot_stuck"), found).sentence


def test_a_request_is_taken_over_by_another_robot(here: Ground, tmp_path: Path) -> None:
    sent = OrderSent("care_1", "care_1.1", 1, "task", "a", 0, "home/r101", False, (), (), BEGIN_S)
    done = TaskCompleted("a", "visited", 0.0, BEGIN_S + 8.0)
    entry = {"id": "a", "outcome": "done", "state": "completed", "reason": "", "robot": "care_2"}
    found = run(
        here,
        truth(tmp_path, {"care_1": line(2, 5, 0.0), "care_2": line(8, 5, 0.0)}),
        struck=[struck("care_1", 1.0, None)],
        facts=((BEGIN_S, sent), (BEGIN_S + 8.0, done)),
        requests=[entry],
    )
    wanted = e.TakenOver(expect="taken_over", request="a", fault="blind")
    assert judge(wanted, found).passed
    assert not judge(wanted, replace(found, summary={"requests": [{**entry, "robot": "care_1"}]})).passed


def test_a_fault_that_never_came_breaks_what_depends_on_it(here: Ground, tmp_path: Path) -> None:
    never = struck("care_1", 1.0, None)
    never.begin_s = None
    found = run(here, truth(tmp_path, {"care_1": line(2, 5, 0.0)}), struck=[never])
    for wanted in (
        e.FaultsStruck(expect="faults_struck"),
        e.Stops(expect="stops", fault="blind"),
        e.KeepsOut(expect="keeps_out", zone="annex", fault="blind"),
        e.Rings(expect="rings", code="robot_offline", fault="blind"),
        e.TakenOver(expect="taken_over", request="a", fault="blind"),
    ):
        assert not judge(wanted, found).passed
