"""Rivals are told what a problem says, in their own words; what they cannot be told is refused, by name."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest

from bench.contestants import EXTRAS, GREEDY, ONLINE, OWN, PDPTW
from bench.generated import fleet_problem
from bench.li_lim import evaluate, routes_of
from bench.rivals import ortools_routing, plain, pyvrp, vroom
from bench.rivals.greedy import Greedy
from bench.rivals.nodes import FAR_S, Nodes
from bench.rivals.parts import by_parts, parts_of
from bench.rivals.passes import in_passes
from bench.tiny import tiny_instance, tiny_pdptw, tiny_problem
from robot_fleet.cli.app import run
from robot_fleet.cli.bench import Rival
from robot_fleet.core.errors import PlanError
from robot_fleet.core.plan import Coverage, Plan, Problem, Resource, StopNeed

TINY = tiny_problem()
VISIT, PARCEL = (
    replace(task, stops=tuple(replace(stop, places=stop.places[:1]) for stop in task.stops)) for task in TINY.tasks
)
PLAIN = replace(TINY, tasks=(VISIT, PARCEL))


def ignore(*figures: float) -> None:
    return


def with_task(**changes: object) -> Problem:
    return replace(PLAIN, tasks=(VISIT, replace(PARCEL, **changes)))  # type: ignore[arg-type]


def with_robot(**changes: object) -> Problem:
    return replace(PLAIN, robots=(PLAIN.robots[0], replace(PLAIN.robots[1], **changes)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (TINY, "parcel: a stop has several places"),
        (replace(PLAIN, coverage=Coverage(("r1",), ("a",), 60.0, 60.0)), "coverage"),
        (replace(PLAIN, resources=(Resource("lift", ("a",)),)), "resources"),
        (replace(PLAIN, exclusive=frozenset("a")), "exclusive"),
        (with_robot(loaded_class="slow"), "slower travel"),
        (with_robot(load_kg=1.0), "begin with a load"),
        (with_robot(available=((0.0, 1.0), (2.0, 3.0))), "several working times"),
        (with_robot(fixed=(("visit", 0, "b"),)), "fixed beginning"),
        (with_task(after=("visit",)), "tied to other tasks"),
        (with_task(pinned="r1"), "has begun"),
        (with_task(stops=PARCEL.stops[1:]), "do not cancel out"),
        (with_task(stops=(*PARCEL.stops, StopNeed(2, ("a",), 0.0))), "more than two stops"),
    ],
)
def test_what_no_rival_can_be_told_is_refused(problem: Problem, words: str) -> None:
    with pytest.raises(PlanError, match=words) as refused:
        plain.require_plain("somebody", problem)
    assert (refused.value.code, refused.value.where) == ("plan_rival_unfit", "somebody")


def test_the_generated_days_and_the_public_instances_fit() -> None:
    for problem in (PLAIN, tiny_pdptw(), fleet_problem(20, 60, 1)):
        plain.require_plain("somebody", problem)


@pytest.mark.parametrize("rival", ["pyvrp", "vroom"])
def test_a_rival_that_is_not_installed_is_told_before_anybody_begins(
    rival: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, rival, None)
    assert rival in EXTRAS
    for words in (["pdptw", "any.txt", "--seconds", "1"], ["online"]):
        assert run(["bench", *words, "--rival", rival]) == 1
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith(f"fleet: {rival}: ")
        assert line.endswith("run `./fleet setup --bench` first [runtime_rival_missing]")


def test_the_verb_offers_all_rivals_that_there_are() -> None:
    assert {each.value for each in Rival} == PDPTW.keys() - {OWN} == ONLINE.keys() - {OWN, GREEDY}


def test_nodes_are_starts_ends_and_stops() -> None:
    nodes = Nodes(PLAIN)
    assert len(nodes) == 2 + 2 + 3
    assert nodes.steps == [("visit", 0, "b"), ("parcel", 0, "a"), ("parcel", 1, "b")]
    legs_s = nodes.legs_s("any")
    assert legs_s[0].tolist() == [0.0, 0.0, 0.0, 0.0, 20.0, 0.0, 20.0]
    assert legs_s[:, 2].tolist() == [0.0] * 7, "without a home a robot ends where it is"
    elsewhere = Nodes(with_robot(place="nowhere", home="c")).legs_s("any")
    assert elsewhere[1, 4] == FAR_S
    assert elsewhere[4, 3] == 10.0


def test_or_tools_solves_the_public_form() -> None:
    plan = ortools_routing.fewest().solve(tiny_pdptw(), 0.3, 1, ignore)
    found = evaluate(tiny_instance(), routes_of(plan))
    assert (found.vehicles, found.violations) == (1, ())
    assert found.distance == pytest.approx(8.0)


def test_or_tools_minds_due_times_skills_and_compartments() -> None:
    # Only r2 has the skill; with one compartment nothing fits between; the visit is due long before the parcel.
    robots = tuple(replace(robot, capacity_units=1) for robot in PLAIN.robots)
    robots = (robots[0], replace(robots[1], skills=("lift",)))
    stops = tuple(replace(stop, load_units=change) for stop, change in zip(PARCEL.stops, (1, -1), strict=True))
    problem = replace(
        PLAIN,
        robots=robots,
        tasks=(replace(VISIT, skills=("lift",), due_s=20.0), replace(PARCEL, robots=("r2",), stops=stops)),
    )
    plan = ortools_routing.cheapest().solve(problem, 0.5, 1, ignore)
    assert [(stop.task, stop.begin_s) for stop in plan.routes["r2"]] == [
        ("visit", 20.0),
        ("parcel", 70.0),
        ("parcel", 100.0),
    ]
    assert plan.left_out == ()
    assert plan.cost == pytest.approx(0.1 * 60.0)


def test_greedy_takes_the_heaviest_first_and_the_robot_that_is_there_first() -> None:
    problem = with_robot(place="b")
    problem = replace(problem, tasks=(replace(VISIT, weight=2.0), PARCEL))
    plan = Greedy().solve(problem, 1.0, 1, ignore)
    assert {robot: [stop.task for stop in stops] for robot, stops in plan.routes.items()} == {
        "r1": ["parcel", "parcel"],
        "r2": ["visit"],
    }
    nobody = Greedy().solve(replace(problem, tasks=(replace(VISIT, skills=("lift",)),)), 1.0, 1, ignore)
    assert [left.task for left in nobody.left_out] == ["visit"]


def test_pyvrp_is_told_vehicle_types_shipments_and_windows() -> None:
    told = pyvrp.tables(tiny_pdptw(), 10, {})
    (vehicles,) = told.vehicle_types
    assert (vehicles["num_available"], vehicles["start_depot"], vehicles["end_depot"]) == (2, 0, 2)
    assert (vehicles["capacity"], vehicles["tw_late"]) == ([10_000, 0], 10_000)
    assert told.robots == [["v1", "v2"]]
    first, second = told.shipments
    assert (first["pickup_location"], first["delivery_location"], second["pickup_location"]) == (4, 5, 6)
    assert (first["amount"], first["delivery_tw_late"], first["pickup_service_duration"]) == ([5_000, 0], 9_000, 10)
    assert told.durations[0][4, 7] == 30
    assert told.distances[0][4, 7] == 300
    assert told.shipped[1] == (("3", 0, "3"), ("3", 1, "4"))


def test_pyvrp_is_told_by_profiles_who_may_do_what_and_by_windows_what_is_due() -> None:
    problem = replace(PLAIN, tasks=(VISIT, replace(PARCEL, robots=("r2",))))
    told = pyvrp.tables(problem, 10, {"parcel": 600.0})
    assert [each["profile"] for each in told.vehicle_types] == [0, 1]
    assert told.durations[0][0, 5] == told.durations[0][0, 6] == FAR_S * 10, "r1 has no way to the parcel's stops"
    assert told.durations[1][0, 6] == 200
    (visit,), (parcel,) = told.clients, told.shipments
    assert "tw_late" not in visit, "its due time was not told"
    assert parcel["delivery_tw_late"] == (120 + 600) * 10
    assert "pickup_tw_late" not in parcel


def test_vroom_is_told_skills_for_sets_of_robots() -> None:
    problem = replace(PLAIN, tasks=(VISIT, replace(PARCEL, robots=("r2",))))
    told = vroom.tables(problem, 10, {"visit": 0.0})
    (visit,), (parcel,) = told.jobs, told.shipments
    assert [visit["skills"] <= vehicle["skills"] for vehicle in told.vehicles] == [True, True]
    assert [parcel["skills"] <= vehicle["skills"] for vehicle in told.vehicles] == [False, True]
    assert visit["time_windows"] == [[0, 600]]
    assert parcel["delivery"]["time_windows"][0][1] >= 6000, "as long as it takes"
    assert (parcel["pickup"]["location"], parcel["delivery"]["location"], parcel["amount"]) == (5, 6, [2000, 0])
    assert told.steps[6] == ("parcel", 1, "b")


def test_a_problem_falls_into_the_parts_that_share_nothing() -> None:
    day = fleet_problem(20, 80, 1)
    parts = parts_of(day)
    assert [{robot.travel_class for robot in part.robots} for part in parts] == [{"logistics"}, {"care"}, {"parking"}]
    assert sum(len(part.tasks) for part in parts) == 80

    def nothing(part: Problem, cpu_s: float, tell: object) -> Plan:
        shares.append((len(part.tasks), cpu_s))
        return Greedy().solve(part, cpu_s, 1, ignore)

    shares: list[tuple[int, float]] = []
    orphan = replace(VISIT, task="orphan", robots=())
    plan = by_parts(replace(day, tasks=(*day.tasks, orphan)), 100.0, ignore, nothing)
    assert [left.task for left in plan.left_out] == ["orphan"]
    assert plan.cost == pytest.approx(Greedy().solve(day, 1.0, 1, ignore).cost + orphan.drop_penalty)
    assert shares[0][1] == pytest.approx(100.0 * shares[0][0] / 81, rel=0.05)


def test_what_a_pass_leaves_out_may_be_later_in_the_next_one() -> None:
    asked = []

    def one_pass(slacks: object, cpu_s: float) -> dict[str, list[tuple[str, int, str]]]:
        asked.append(dict(slacks))  # type: ignore[call-overload]
        return {"r1": [("visit", 0, "b")]}

    plan = in_passes(PLAIN, one_pass, "somebody", 100.0, ignore)
    assert [each["parcel"] for each in asked] == [0.0, 600.0, 3600.0, float("inf")]
    assert {each["visit"] for each in asked} == {0.0}
    assert plan.left_out == (), "in the end it is appended"
