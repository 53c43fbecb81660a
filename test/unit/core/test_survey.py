"""Who is asked for paths, when, and what plans make of the answers."""

from __future__ import annotations

import math

import pytest

from robot_fleet.core.drives import REVISE_EVERY_S
from robot_fleet.core.effects import AskPath
from robot_fleet.core.facts import LaneMeasured
from robot_fleet.core.fleet.right_of_way.survey import ASK_AGAIN_S, ASK_EVERY_S, MEASURE_AGAIN_S
from robot_fleet.core.inputs import PathMeasured, SubmitTask, Tick
from test.property.core_world import CoreWorld
from test.property.test_core import world_of


@pytest.fixture
def world() -> CoreWorld:
    """The tiny site with all robots at their chargers; nothing has been asked yet."""
    made = world_of("tiny")
    for _ in range(6):
        beat(made, 0.9, move=True)
    made.questions.clear()
    return made


def beat(world: CoreWorld, seconds: float = ASK_EVERY_S, move: bool = False) -> None:
    """Let time pass and every robot report, and the core look at the time."""
    world.pass_time(seconds)
    for robot in world.robots.values():
        if move:
            world.step(robot)
        world.tell(robot)
    world.feed(Tick())


def reply(world: CoreWorld, question: AskPath, times: float = 1.0) -> None:
    lane = world.site.lanes[f"{question.start}>{question.end}"]
    world.feed(PathMeasured(question.kind, question.start, question.end, times * lane.length_m))


def test_one_question_in_a_while_each_for_another_lane(world: CoreWorld) -> None:
    for _ in range(50):
        beat(world, ASK_EVERY_S / 5.0)
    assert 9 <= len(world.questions) <= 11
    lanes = {(question.kind, question.start, question.end) for question in world.questions}
    assert len(lanes) == len(world.questions)
    question = world.questions[0]
    assert question.start_pose == world.site.vertices[question.start].pose
    assert question.end_pose == world.site.vertices[question.end].pose


def test_a_robot_with_something_to_do_is_left_alone(world: CoreWorld) -> None:
    """That nobody with an order or a plan is ever asked, `CoreWorld` holds every question to."""
    world.feed(SubmitTask("a", "care_visit", {"place": "home/r102"}))
    visitor = world.state.tasks["a"].robot
    while not world.state.tasks["a"].ended:
        beat(world, move=True)
    beat(world)
    assert len(world.questions) > 5
    asked_before = [question.robot for question in world.questions]
    assert set(asked_before) - {visitor}, "the others are asked meanwhile"


def test_a_robot_that_moves_or_is_not_heard_is_left_alone(world: CoreWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    for robot in world.robots.values():
        robot.reachable = False
    beat(world, 10.0)
    assert world.questions == []


def test_every_lane_of_every_kind_is_measured_once_a_day(world: CoreWorld) -> None:
    kinds = {robot.kind for robot in world.robots.values()}
    wanted = sum(not lane.kinds or kind in lane.kinds for lane in world.site.lanes.values() for kind in kinds)
    answered = 0
    for _ in range(wanted + int(ASK_AGAIN_S / ASK_EVERY_S)):  # one was asked before, in vain
        beat(world)
        for question in world.questions[answered:]:
            reply(world, question)
            answered += 1
    measured = [(fact.kind, fact.lane) for fact in world.facts if isinstance(fact, LaneMeasured)]
    assert len(set(measured)) == len(measured) == wanted
    asked = len(world.questions)
    beat(world)
    assert len(world.questions) == asked
    world.pass_time(MEASURE_AGAIN_S)
    beat(world)
    beat(world)
    assert len(world.questions) > asked
    assert world.state.roads == 0, "lanes that are as long as they are drawn correct nothing"


def test_a_question_without_an_answer_is_put_again_later(world: CoreWorld) -> None:
    beat(world)
    first = world.questions[0]
    for _ in range(int(ASK_AGAIN_S / 2 / ASK_EVERY_S)):
        beat(world)
    assert world.questions.count(first) == 1
    world.pass_time(ASK_AGAIN_S)
    beat(world)
    beat(world)
    assert (first.kind, first.start, first.end) in {(q.kind, q.start, q.end) for q in world.questions[1:]}


def test_a_lane_that_planners_find_longer_takes_longer_also_after_a_restart(world: CoreWorld) -> None:
    roads = world.fleet.roads
    before_s = roads.time_s("care", "charger_1", "home/r101")
    assert "e04>w04" in (roads.route("care", "charger_1", "home/r101") or ())
    world.pass_time(REVISE_EVERY_S)
    reply(world, AskPath("care_1", "care", "e04", "w04", *(world.site.vertices[v].pose for v in ("e04", "w04"))), 2.0)
    after_s = world.fleet.roads.time_s("care", "charger_1", "home/r101")
    own_s = roads.lane_s("care", "e04>w04", "charger_1>e04", "w04>home/r101", 0.0)
    assert after_s == pytest.approx(before_s + own_s, abs=0.01)
    assert world.fleet.roads.time_s("care+load", "charger_1", "home/r101") > roads.time_s(
        "care+load", "charger_1", "home/r101"
    )
    assert world.fleet.roads.matrix("logistics") is roads.matrix("logistics")
    world.check_replay()
    world.restart()
    assert world.fleet.roads.time_s("care", "charger_1", "home/r101") == after_s


@pytest.mark.parametrize(
    "answer",
    [
        PathMeasured("care", "e04", "nowhere", 5.0),
        PathMeasured("bus", "e04", "w04", 5.0),
        PathMeasured("care", "e04", "w04", 0.0),
        PathMeasured("care", "e04", "w04", math.nan),
    ],
)
def test_an_answer_that_makes_no_sense_says_nothing(world: CoreWorld, answer: PathMeasured) -> None:
    facts = len(world.facts)
    world.feed(answer)
    assert len(world.facts) == facts


def test_no_way_at_all_is_kept_but_corrects_nothing(world: CoreWorld) -> None:
    world.pass_time(REVISE_EVERY_S)
    world.feed(PathMeasured("care", "e04", "w04", math.inf))
    assert world.state.measured["care"]["e04>w04"].stretch == math.inf
    assert world.state.roads == 0
    world.check_replay()
