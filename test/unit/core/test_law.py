"""The law of zones: who may go where, how fast, by which papers, and the record of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from robot_fleet.core.facts import KeptOut, OrderSent, StepsReleased, ZoneEntered, ZoneLeft
from robot_fleet.core.fleet.right_of_way import papers, release
from robot_fleet.core.geometry import Pose
from robot_fleet.core.inputs import (
    ReportReceived,
    RestorePaper,
    SignShift,
    SubmitTask,
    TakeShift,
    Tick,
    WithdrawPaper,
)
from robot_fleet.core.law import Law, MassLimit, Paper, PaperKind, Regime
from robot_fleet.core.lifecycles.task import TaskState
from robot_fleet.core.site import CalendarSpec, Site
from robot_fleet.core.text import Text
from robot_fleet.runtime.ports import ports_for
from robot_fleet.site.load import load_site
from robot_fleet.traffic.conflicts import build_conflicts
from robot_fleet.traffic.release import BankersRightOfWay
from test.property.core_world import CoreWorld
from test.property.test_core import STORE, TINY

INTO = {"from": "hub/shelf", "item": "b1", "mass_kg": 2.0}  # there is one locker, in the annex
OUT_OF = {"from": "annex/locker", "to": "home/gate", "item": "b1", "mass_kg": 2.0}
NAME = Text("법", "law")
KOREAN = Regime(
    "kr", NAME, limits=(MassLimit(100.0, 15 / 3.6), MassLimit(230.0, 10 / 3.6), MassLimit(500.0, 5 / 3.6)), width_m=0.8
)
# Another country's: slower, by what the tiny site's robots weigh (50 kg, and 30 kg of load).
SLOW = Regime("slow", NAME, limits=(MassLimit(50.0, 0.6), MassLimit(52.0, 0.5), MassLimit(80.0, 0.4)))
CERTIFIED = replace(SLOW, papers=(PaperKind.CERTIFICATE,))
DAYS = CalendarSpec("Asia/Seoul", "", "", {}, (), "2026-11-02")
IN_ANNEX = Pose(15.0, 8.0, 0.0)
MIDNIGHT_S = 86_400.0
PASSAGE, BACK = "w15>annex", "annex>w15"


def paper(kind: PaperKind = PaperKind.CERTIFICATE, valid_to: str = "2027-11-01", **more: object) -> Paper:
    mine = {"kinds": ("care", "logistics"), **more}
    return Paper(kind.value, kind, "office", "1", "2026-01-01", valid_to, **mine)  # type: ignore[arg-type]


def world_with(regime: Regime, *had: Paper, zones: Mapping[str, Mapping[str, object]] | None = None) -> CoreWorld:
    """Return the tiny site, its annex under a law, its robots at their chargers."""
    tiny = load_site(TINY)
    services = {**tiny.services, "store": replace(STORE, robot_kinds=("logistics",))}
    changes = {"annex": {"law": regime.id}} if zones is None else zones
    changed = {name: replace(zone, **changes.get(name, {})) for name, zone in tiny.zones.items()}  # type: ignore[arg-type]
    site: Site = replace(
        tiny,
        services=services,
        zones=changed,
        calendar=DAYS,
        law=Law({regime.id: regime}, {each.id: each for each in had}),
    )
    made = CoreWorld(site, replace(ports_for(site), right_of_way=BankersRightOfWay(site, build_conflicts(site))))
    made.tell_all()
    for _ in range(3):
        work(made)
    return made


def work(world: CoreWorld, rounds: int = 1) -> None:
    """Let every robot do a step and tell of it, and the core look at the time."""
    for _ in range(rounds):
        world.pass_time(2.0)
        for robot in world.robots.values():
            world.step(robot)
            world.tell(robot)
        world.feed(Tick())


def submit(world: CoreWorld, service: str, params: dict[str, object], task: str = "a") -> None:
    world.feed(SubmitTask(task, service, params))


def kept_out(world: CoreWorld, robot: str = "logistics_1") -> dict[str, str]:
    return world.state.robots[robot].kept_out


def limits_of(world: CoreWorld, task: str, stop: int) -> set[float]:
    """Return the speed limits with which lanes of the annex were released on the way to a stop of a task."""
    found: set[float] = set()
    ways = {fact.order: fact.lanes for fact in world.facts if isinstance(fact, OrderSent) and fact.task == task}
    stops = {fact.order: fact.stop for fact in world.facts if isinstance(fact, OrderSent)}
    for fact in world.facts:
        if isinstance(fact, StepsReleased) and fact.order in ways and stops[fact.order] == stop:
            lanes = zip(ways[fact.order], fact.limits_mps, strict=False)
            found |= {limit for lane, limit in lanes if lane in (PASSAGE, BACK)}
    return found


def way_of(world: CoreWorld, robot: str = "logistics_1") -> tuple[str, ...]:
    order = world.state.robots[robot].busy
    return () if order is None else order.lanes


def until(world: CoreWorld, happens: Callable[[], object]) -> None:
    for _ in range(80):
        if happens():
            return
        work(world)
    raise AssertionError("it does not happen")


@pytest.mark.parametrize(
    ("mass_kg", "kmh"),
    [(50.0, 15.0), (100.0, 15.0), (100.1, 10.0), (230.0, 10.0), (230.1, 5.0), (500.0, 5.0)],
)
def test_the_speed_goes_by_the_total_mass(mass_kg: float, kmh: float) -> None:
    assert KOREAN.speed_mps(mass_kg) * 3.6 == pytest.approx(kmh)
    assert KOREAN.allows_kg(mass_kg)


def test_whoever_is_heavier_than_500_kg_may_not_enter_at_all() -> None:
    assert KOREAN.allows_kg(500.0) and not KOREAN.allows_kg(500.1)
    assert KOREAN.allows_kg(0.1 + 0.2 + 499.7), "what adds up to 500 kg in decimals is 500 kg"


def test_a_wide_robot_needs_a_wide_pavement() -> None:
    wide = replace(KOREAN, wide_m=1.2, wide_from_pavement_m=2.5)
    assert [wide.widest_m(pavement_m) for pavement_m in (0.0, 2.4, 2.5, 4.0)] == [0.8, 0.8, 1.2, 1.2]
    narrow = replace(KOREAN, width_m=0.6)
    for pavement_m, may in ((0.0, False), (3.0, True)):
        regime = replace(narrow, wide_m=0.7, wide_from_pavement_m=2.5)
        world = world_with(regime, zones={"annex": {"law": "kr", "pavement_m": pavement_m}})
        roads = world.turn().ports.roads
        assert (roads.route("logistics", "hub/shelf", "annex/locker") is not None) == may  # 0.65 m wide
        assert roads.route("care", "hub/shelf", "annex/locker") is not None  # 0.5 m wide


def test_a_limit_that_a_robot_never_reaches_is_told_to_nobody() -> None:
    world = world_with(KOREAN)
    submit(world, "store", INTO)
    world.drain(hours=1.0)
    assert limits_of(world, "a", 1) == {0.0}


def test_a_robot_goes_slower_after_it_has_picked_something_up() -> None:
    world = world_with(SLOW)
    submit(world, "store", INTO)
    world.drain(hours=1.0)
    submit(world, "parcel_delivery", OUT_OF, "b")
    world.drain(hours=1.0)
    assert limits_of(world, "a", 1) == {0.5}, "in with the parcel: 52 kg"
    assert limits_of(world, "b", 0) <= {0.6}, "in without it: 50 kg"
    assert limits_of(world, "b", 1) == {0.5}, "and out with it"
    world.check_replay()


def test_a_person_s_lower_limit_counts_and_a_higher_one_does_not() -> None:
    for wanted, counts in ((0.3, 0.3), (0.55, 0.5)):
        world = world_with(SLOW, zones={"annex": {"law": "slow", "speed_mps": wanted}})
        roads = world.turn().ports.roads
        assert roads.limit_mps("logistics+load", "w15>annex", 52.0) == counts


def test_plans_reckon_with_the_lower_speed() -> None:
    free, bound = (world_with(regime).turn().ports.roads for regime in (KOREAN, SLOW))
    for travel_class in ("logistics", "logistics+load"):
        way = travel_class, "hub/shelf", "annex/locker"
        assert bound.time_s(*way) > free.time_s(*way) + 2.0
    assert bound.time_s("logistics", "hub/shelf", "home/gate") == free.time_s("logistics", "hub/shelf", "home/gate")


def test_who_would_be_too_heavy_with_its_load_is_not_sent_and_the_request_says_why() -> None:
    light = replace(SLOW, limits=(MassLimit(60.0, 0.5),))  # 80 kg with all that it can carry
    world = world_with(light)
    submit(world, "store", INTO)
    work(world, 10)
    task = world.state.tasks["a"]
    assert (task.state, task.reason) == (TaskState.REQUESTED, "law_limits")


def test_a_load_that_weighs_more_than_was_said_keeps_its_robot_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release, "HORIZON_M", 0.5)
    world = world_with(SLOW)
    submit(world, "store", INTO)
    until(world, lambda: world.state.robots["logistics_1"].load)
    world.state.items["b1"].mass_kg = 31.0  # a scale says so
    work(world)
    assert kept_out(world) == {"annex": "too_heavy"}
    work(world, 20)
    assert world.state.left_out == {"a": "law_limits"} and world.state.robots["logistics_1"].load == ("b1",)
    assert not limits_of(world, "a", 1)


def test_a_robot_without_a_certificate_is_not_sent_and_the_request_says_why() -> None:
    world = world_with(CERTIFIED, paper(kinds=("care",)))
    assert kept_out(world) == {"annex": "no_certificate"} and not kept_out(world, "care_1")
    submit(world, "store", INTO)
    work(world, 10)
    task = world.state.tasks["a"]
    assert (task.state, task.reason) == (TaskState.REQUESTED, "law_papers")
    assert world.fleet.explain("a", world.now).reason == "law_papers"
    submit(world, "parcel_delivery", {"from": "hub/shelf", "to": "home/gate", "item": "b2", "mass_kg": 1.0}, "b")
    world.drain(hours=0.5)
    assert world.state.tasks["b"].state is TaskState.COMPLETED, "elsewhere it works on"


def test_of_two_robots_of_a_kind_the_one_with_papers_is_sent() -> None:
    world = world_with(CERTIFIED, paper(kinds=(), robots=("care_2",)))
    submit(world, "patrol", {"route": "round"})
    world.drain(hours=1.0)
    [by] = {fact.robot for fact in world.facts if isinstance(fact, OrderSent) and fact.task == "a"}
    assert by == "care_2" and world.state.tasks["a"].state is TaskState.COMPLETED


def test_a_certificate_that_expires_at_midnight_is_good_until_then_and_no_longer() -> None:
    world = world_with(CERTIFIED, paper(valid_to="2026-11-02"))
    world.fleet_s = MIDNIGHT_S - 3.0
    work(world)  # a second before
    assert not kept_out(world)
    world.fleet_s = MIDNIGHT_S - 2.0
    work(world)
    assert kept_out(world) == {"annex": "no_certificate"}
    [fact] = [fact for fact in world.facts if isinstance(fact, KeptOut) and fact.robot == "logistics_1"]
    assert fact.at_s == MIDNIGHT_S
    world.check_replay()


def test_nobody_is_let_in_who_would_not_be_out_before_its_papers_end() -> None:
    world = world_with(replace(CERTIFIED, valid_ahead_s=600.0), paper(valid_to="2026-11-02"))
    world.fleet_s = MIDNIGHT_S - 604.0
    work(world)
    assert not kept_out(world)
    work(world, 2)
    assert kept_out(world)


def test_a_robot_on_its_way_when_its_papers_end_does_not_go_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release, "HORIZON_M", 0.5)
    world = world_with(CERTIFIED, paper())
    submit(world, "store", INTO)
    until(world, lambda: PASSAGE in way_of(world))
    world.feed(WithdrawPaper("w1", "certificate"))
    work(world, 20)
    assert not limits_of(world, "a", 1), "no lane into the annex was released"
    assert world.state.left_out == {"a": "law_papers"} and world.state.robots["logistics_1"].load == ("b1",)
    world.feed(RestorePaper("r1", "certificate"))
    world.drain(hours=1.0)
    assert world.state.tasks["a"].state is TaskState.COMPLETED


def test_what_is_asked_for_after_the_papers_end_is_not_given_to_their_robot() -> None:
    world = world_with(CERTIFIED, paper(valid_to="2026-11-02"))
    world.fleet_s = MIDNIGHT_S - 1800.0
    submit(world, "store", {**INTO, "earliest_at": MIDNIGHT_S + 60.0})
    work(world, 3)
    assert world.state.tasks["a"].reason == "law_papers" and not kept_out(world)


def test_a_permit_holds_in_its_hours_and_zones() -> None:
    regime = replace(SLOW, papers=(PaperKind.PERMIT,))
    world = world_with(regime, paper(PaperKind.PERMIT, hours=(("07:00", "22:00"),), zones=("annex",)))
    for clock_s, why in (
        (6.99 * 3600, "outside_hours"),
        (7 * 3600, ""),
        (21.99 * 3600, ""),
        (22 * 3600, "outside_hours"),
    ):
        world.fleet_s = MIDNIGHT_S + clock_s
        world.feed(Tick())
        assert kept_out(world) == ({"annex": why} if why else {}), clock_s
    elsewhere = world_with(regime, paper(PaperKind.PERMIT, zones=("north_lane",)))
    assert kept_out(elsewhere) == {"annex": "no_permit"}


def test_a_permit_under_supervision_needs_somebody_on_the_watch() -> None:
    world = world_with(replace(SLOW, papers=(PaperKind.PERMIT,)), paper(PaperKind.PERMIT, supervised=True))
    assert kept_out(world) == {"annex": "unsupervised"}
    [signed] = world.feed(SignShift("s1", by="kim", seen=""))
    digest = world.state.shifts[signed.task].signed.digest
    world.feed(TakeShift("s2", shift=signed.task, digest=digest, by="lee"))
    world.feed(Tick())
    assert not kept_out(world) and papers.supervisor(world.turn()) == "lee"


def test_a_permit_that_is_withdrawn_keeps_robots_out_at_once_and_counts_again_when_restored() -> None:
    world = world_with(CERTIFIED, paper())
    [answer] = world.feed(WithdrawPaper("w1", "certificate", "order of the city", "kim"))
    assert answer.accepted and kept_out(world) == {"annex": "no_certificate"}
    world.feed(WithdrawPaper("w1", "certificate", "order of the city", "kim"))  # the same wish again
    world.feed(RestorePaper("r1", "certificate"))
    assert not kept_out(world)
    [refused] = world.feed(WithdrawPaper("w2", "nonsense"))
    assert refused.code == "request_unknown_paper"
    world.check_replay()


def test_private_estates_are_exempt() -> None:
    world = world_with(CERTIFIED, zones={"annex": {"law": "slow", "ground": "estate"}})
    assert not kept_out(world)
    assert world.turn().ports.roads.limit_mps("logistics+load", "w15>annex", 80.0) == 0.0


def test_a_street_is_closed_but_where_one_crosses_it() -> None:
    world = world_with(SLOW, zones={"annex": {"law": "slow", "ground": "carriageway"}})
    assert world.turn().ports.roads.forbids("logistics", "annex", False) == "carriageway"
    assert world.turn().ports.roads.route("logistics", "hub/shelf", "annex/locker") is None
    tiny = load_site(TINY)
    crossing = replace(tiny.zones["annex"], id="crossing", ground="crossing")
    zones = {"annex": replace(tiny.zones["annex"], law="slow", ground="carriageway"), "crossing": crossing}
    crossed = replace(tiny, zones=zones, law=Law({"slow": SLOW}))
    assert ports_for(crossed).roads.route("logistics", "hub/shelf", "annex/locker") is not None


def test_papers_that_end_soon_ring_a_low_alarm() -> None:
    world = world_with(replace(CERTIFIED, warn_days=30.0), paper(valid_to="2026-12-02"))
    world.fleet_s = MIDNIGHT_S * 0.99  # the paper ends in 31 days less a little
    work(world, 3)
    assert not [alarm for alarm in world.state.alarms.values() if alarm.condition == "papers_end"]
    world.fleet_s = MIDNIGHT_S * 1.01
    work(world, 4)
    [alarm] = [alarm for alarm in world.state.alarms.values() if alarm.condition == "papers_end"]
    assert (alarm.urgency, alarm.members) == ("low", {"papers_end:certificate": True})


def test_papers_that_have_ended_ring_again_and_their_robots_stay_out() -> None:
    world = world_with(CERTIFIED, paper(valid_to="2026-11-02"))
    world.fleet_s = MIDNIGHT_S + 1.0
    work(world, 4)
    ringing = {alarm.condition: alarm for alarm in world.state.alarms.values() if alarm.condition.startswith("papers")}
    assert ringing["papers_ended"].urgency == "medium"
    assert ringing["papers_ended"].members == {"papers_ended:certificate": True}
    assert kept_out(world) == {"annex": "no_certificate"}


def test_papers_that_others_take_the_place_of_do_not_ring() -> None:
    followed = paper(valid_to="2026-11-20")
    world = world_with(CERTIFIED, followed, replace(paper(), id="next"))
    assert list(papers.ending(world.turn())) == []
    alone = world_with(CERTIFIED, followed, replace(paper(kinds=("care",)), id="next"))
    assert list(papers.ending(alone.turn())) == ["certificate"]


def test_the_record_says_who_was_in_a_zone_and_how() -> None:
    world = world_with(CERTIFIED, paper())
    robot = world.robots["logistics_1"]

    def tell(pose: Pose, speed_mps: float) -> None:
        world.pass_time(1.0)
        world.feed(ReportReceived(replace(robot.report(world.now), pose=pose, speed_mps=speed_mps)))

    tell(IN_ANNEX, 0.4)
    tell(replace(IN_ANNEX, x_m=16.0), 0.55)
    tell(replace(IN_ANNEX, x_m=16.5), 0.5)
    tell(Pose(5.0, 4.0, 0.0), 0.7)
    entered, left = (fact for fact in world.facts if isinstance(fact, ZoneEntered | ZoneLeft))
    assert isinstance(entered, ZoneEntered) and isinstance(left, ZoneLeft)
    assert (entered.robot, entered.zone, entered.law) == ("logistics_1", "annex", "slow")
    assert (entered.mass_kg, entered.limit_mps, entered.papers) == (50.0, 0.6, {"certificate": "certificate"})
    assert left.at_s == entered.at_s + 3.0 and left.max_mps == 0.55
    world.check_replay()
