"""The checker's own law: what plans are made with never breaks it, and plans made as if there were no law are told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from math import isinf
from random import Random

import pytest

from robot_fleet.core.fleet import Ports
from robot_fleet.core.fleet.posing.problem import build_problem
from robot_fleet.core.fleet.right_of_way import lawful
from robot_fleet.core.inputs import SubmitTask
from robot_fleet.core.law import Law, MassLimit, Paper, PaperKind, Regime
from robot_fleet.core.plan import Plan, Problem
from robot_fleet.core.plan_law import LawNeed
from robot_fleet.core.site import CalendarSpec, Site
from robot_fleet.core.text import Text
from robot_fleet.core.travel import LAWLESS, travel_class
from robot_fleet.runtime.ports import ports_for
from robot_fleet.scheduling.checking.checker import PlanChecker
from robot_fleet.scheduling.checking.law import LawMap, LawRules
from robot_fleet.scheduling.files import problem_from_json, problem_to_json
from robot_fleet.site.load import load_site
from test.integration.virtual_runs import BUSAN
from test.property.core_world import CoreWorld
from test.property.plans_and_law import BODY, FREE, PLACES, law_over, paper
from test.property.test_core import STORE, TINY

DRAWS = 12
INTO = {"from": "hub/shelf", "item": "b1", "mass_kg": 2.0}
"""What only leads into the annex."""


def rules_of(law: LawNeed) -> LawRules:
    return LawRules(law, LawMap(law.ground))


def drawn(rng: Random) -> Site:
    """Return the tiny site with some law over its zones, and some papers for its robots."""
    tiny = load_site(TINY)
    masses = (MassLimit(52.0, 0.6), MassLimit(rng.choice((60.0, 80.0)), 0.5))
    kinds = rng.choice(((), (PaperKind.CERTIFICATE,), (PaperKind.CERTIFICATE, PaperKind.PERMIT)))
    regime = Regime(
        "law", Text("법", "law"), limits=rng.choice(((), masses)), width_m=rng.choice((0.0, 0.55, 0.8)), papers=kinds
    )
    papers = {
        kind.value: Paper(kind.value, kind, "office", "1", "2026-01-01", ends, kinds=whose)
        for kind, ends, whose in (
            (PaperKind.CERTIFICATE, rng.choice(("2026-11-01", "2027-11-01")), rng.choice((("care",), ("logistics",)))),
            (PaperKind.PERMIT, "2027-11-01", ("care", "logistics")),
        )
    }
    zones = {
        name: replace(zone, law="law", ground=rng.choice(("pavement", "pavement", "estate", "carriageway")))
        for name, zone in tiny.zones.items()
    }
    days = CalendarSpec("Asia/Seoul", "", "", {}, (), "2026-11-02")
    services = {**tiny.services, "store": replace(STORE, robot_kinds=("logistics",))}
    return replace(tiny, zones=zones, calendar=days, law=Law({"law": regime}, papers), services=services)


def world_of(site: Site, ports: Ports | None = None) -> CoreWorld:
    made = CoreWorld(site, ports or ports_for(site))
    made.tell_all()
    return made


def asked(world: CoreWorld) -> Problem:
    turn = world.turn()
    lawful.judge(turn)
    return build_problem(turn)[0]


def legs(world: CoreWorld, every: int = 1) -> Iterator[tuple[str, str, str, bool, bool, str]]:
    """Yield legs of a robot of each kind: whether the law lets it, whether it could without one, and what is said.

    `every` is of how many places one is taken as a start.
    """
    law, roads = asked(world).law, world.turn().ports.roads
    assert law is not None
    rules = rules_of(law)
    of_each_kind = {robot.kind: robot for robot in world.state.robots.values()}
    for robot, loaded in product(of_each_kind.values(), (False, True)):
        bound = travel_class(robot.kind, robot.kept_out, loaded=loaded)
        free = travel_class(robot.kind, (LAWLESS,), loaded=loaded)
        load_kg = world.site.kinds[robot.kind].payload_kg if loaded else 0.0
        names = roads.place_names(bound)
        for start in names[::every]:
            times = roads.times_s(bound, start), roads.times_s(free, start)
            for end, bound_s, free_s in zip(names, *times, strict=True):
                said = rules.broken(robot.id, start, end, load_kg, loaded)
                may, could = not isinf(bound_s), not isinf(free_s)
                yield robot.id, start, end, may, could, said


@pytest.mark.parametrize("seed", range(DRAWS))
def test_no_way_that_plans_may_use_is_unlawful_and_ways_that_only_lead_through_a_shut_zone_are(seed: int) -> None:
    world = world_of(drawn(Random(seed)))
    for robot, start, end, may, could, said in legs(world):
        assert not (may and said), (robot, start, end, said)
        if could and not may and not start.startswith("annex"):  # who stands there may lead out
            assert said, (robot, start, end)


def test_no_way_of_the_first_site_s_plans_is_unlawful() -> None:
    site = load_site(BUSAN)
    kept = {name: each for name, each in site.law.papers.items() if name != "sandbox_waterfront"}
    told = 0
    for lacking, papers in ((False, site.law.papers), (True, kept)):
        for robot, start, end, may, _, said in legs(
            world_of(replace(site, law=Law(site.law.regimes, papers))), every=20
        ):
            assert not (may and said), (robot, start, end, said)
            told += bool(said) and lacking
    assert told > 30, "without the permit both banks of the street are cut off from each other"


def test_a_plan_made_as_if_there_were_no_law_is_told() -> None:
    told = 0
    for seed in range(DRAWS):
        world = world_of(drawn(Random(seed)))
        world.feed(SubmitTask("a", "store", INTO))
        problem, roads = asked(world), world.turn().ports.roads
        lawless = [
            travel_class(kind, (LAWLESS,), loaded=loaded) for kind in world.site.kinds for loaded in (False, True)
        ]
        freed = replace(
            problem,
            robots=tuple(
                replace(
                    need,
                    travel_class=travel_class(problem.law.kind_of[need.robot], (LAWLESS,)),  # type: ignore[union-attr]
                    loaded_class=travel_class(problem.law.kind_of[need.robot], (LAWLESS,), loaded=True),  # type: ignore[union-attr]
                )
                for need in problem.robots
            ),
            places={name: roads.place_names(name) for name in lawless},
            travel_s={name: roads.matrix(name) for name in lawless},
            starts={},
        )
        planner = world.ports.planner
        bound, free = planner.insert(problem, Plan()), planner.insert(freed, Plan())
        assert PlanChecker().check(problem, bound) == ()
        codes = {violation.code for violation in PlanChecker().check(freed, free)}
        kept_from = bool(bound.left_out) and not free.left_out
        assert codes == ({"law_broken"} if kept_from else set()), (seed, codes)
        told += kept_from
    assert 3 <= told < DRAWS, "some of these laws forbid it, some do not"


def test_a_load_that_makes_it_too_heavy_is_told_only_while_it_is_on_board() -> None:
    regime = replace(FREE, limits=(MassLimit(60.0, 1.0),))
    law = law_over({"c": "pavement"}, regime, "r1")
    rules = rules_of(law)
    assert rules.broken("r1", "a", "c", 10.0, True) == "" == rules.broken("r1", "a", "c", 0.0, False)
    assert "60.5 kg" in rules.broken("r1", "a", "c", 10.5, True)
    assert "every way" in rules.broken("r1", "a", "e", 10.5, True), "there is no way round"
    assert rules.broken("r1", "a", "b", 10.5, True) == "", "it stops before the zone"
    assert rules.broken("r1", "c", "e", 10.5, True) == "", "who is inside leads out"


def test_a_load_that_is_wider_than_the_robot_is_told_by_the_pavement_s_width() -> None:
    regime = replace(FREE, width_m=0.65, wide_m=0.8, wide_from_pavement_m=2.5)
    law = law_over({"c": "pavement"}, regime, "r1", BODY)
    rules = rules_of(law)
    assert rules.broken("r1", "a", "c", 0.0, False) == "" and "0.7 m" in rules.broken("r1", "a", "c", 5.0, True)
    wide = replace(law.ground, zones=tuple(replace(zone, pavement_m=2.5) for zone in law.ground.zones))
    assert rules_of(replace(law, ground=wide)).broken("r1", "a", "c", 5.0, True) == ""


def test_a_law_of_other_kinds_and_estates_and_crossings_shut_nobody_out() -> None:
    street = {"c": "carriageway"}
    law = law_over(street, FREE, "r1")
    assert rules_of(law).broken("r1", "a", "c", 0.0, False)
    zone = law.ground.zones[0]
    for ground in ("estate", "crossing"):
        both = replace(law.ground, zones=(zone, replace(zone, zone="over_it", ground=ground)))
        assert rules_of(replace(law, ground=both)).broken("r1", "a", "c", 0.0, False) == "", ground
    others = replace(law.ground, zones=(replace(zone, kinds=("lorry",)),))
    assert rules_of(replace(law, ground=others)).broken("r1", "a", "c", 0.0, False) == ""
    assert set(law.ground.points) == set(PLACES)


def test_of_papers_any_valid_one_counts() -> None:
    certified = replace(FREE, papers=(PaperKind.CERTIFICATE,))
    had = (paper(valid_to="2026-01-02"), paper(hours=(("07:00", "09:00"),), zones=("at_c",), supervised=True))
    law = law_over({"c": "pavement"}, certified, "r1", papers=had, watched=True)
    assert rules_of(law).broken("r1", "a", "c", 0.0, False) == ""
    assert "certificate" in rules_of(replace(law, watched=False)).broken("r1", "a", "c", 0.0, False)


def test_a_problem_s_law_goes_into_its_file_and_comes_back() -> None:
    problem = asked(world_of(drawn(Random(3))))
    assert problem.law is not None and problem_from_json(problem_to_json(problem)).law == problem.law
