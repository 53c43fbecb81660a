"""Explanations of random plans pass their replay, and each way to spoil one is caught and named."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random

import pytest

from robot_fleet.core.explanation import KINDS, UNIT, Explanation, NextTime, Relaxation
from robot_fleet.core.plan import Plan, Problem
from robot_fleet.scheduling.checking.checker import PlanChecker
from robot_fleet.scheduling.checking.replay_explain import judge_explanation
from robot_fleet.scheduling.explaining.explain import explain
from robot_fleet.scheduling.insertion import InsertionPlanner
from test.property.planned_days import problem

DAYS = 150
OF_EACH_WAY = 40
"""So many explanations are spoilt in each way."""

Told = tuple[Problem, Plan, Explanation]


@functools.cache
def told() -> list[Told]:
    """Explanations of every task of random problems; they leave coverage out, so the problems do."""
    made = []
    for seed in range(DAYS):
        asked = replace(problem(Random(seed)), coverage=None)
        if seed % 3 == 0:  # robots whose batteries are nearly empty and that cannot charge
            robots = tuple(replace(robot, energy_wh=robot.energy_wh / 4.0, charging=None) for robot in asked.robots)
            asked = replace(asked, robots=robots)
        plan = InsertionPlanner().insert(asked, Plan())
        if PlanChecker().check(asked, plan) == ():
            made += [(asked, plan, explain(asked, plan, task.task)) for task in asked.tasks]
    return made


def codes(case: Told) -> set[str]:
    return {violation.code for violation in judge_explanation(*case)}


def test_explanations_pass_their_replay() -> None:
    for case in told():
        assert judge_explanation(*case) == (), case


def test_every_kind_of_relaxation_occurs() -> None:
    kinds = Counter(relaxation.kind for _, _, each in told() for relaxation in each.relaxations)
    assert set(kinds) == set(KINDS)
    assert any(each.next_time is not None for _, _, each in told())


def reason(each: Explanation) -> Iterator[Explanation]:
    yield replace(each, reason="too_heavy" if each.reason != "too_heavy" else "no_energy")
    yield replace(each, due_s=each.due_s + 1.0)
    yield replace(each, others=each.others + 1)
    yield replace(each, absent=(*each.absent, "stranger"))


def planned(each: Explanation) -> Iterator[Explanation]:
    if each.planned is None:
        return
    last = each.planned.visits[-1]
    yield replace(each, planned=replace(each.planned, late_s=each.planned.late_s + 1.0))
    yield replace(each, planned=replace(each.planned, robot="stranger"))
    yield replace(each, planned=replace(each.planned, behind=(*each.planned.behind, "stranger")))
    yield replace(each, planned=replace(each.planned, visits=(replace(last, begin_s=last.begin_s + 1.0),)))
    if each.planned.cost_s is not None:
        yield replace(each, planned=replace(each.planned, cost_s=each.planned.cost_s + 0.5))


def choice(each: Explanation) -> Iterator[Explanation]:
    if not each.alternatives:
        return
    first, *rest = each.alternatives
    yield replace(each, alternatives=tuple(rest))
    yield replace(each, alternatives=(replace(first, cost_s=(first.cost_s or 0.0) - 0.5), *rest))
    yield replace(each, alternatives=(replace(first, late_s=first.late_s + 1.0), *rest))
    earlier = replace(first.visits[-1], begin_s=first.visits[-1].begin_s - 1.0)
    yield replace(each, alternatives=(replace(first, visits=(*first.visits[:-1], earlier)), *rest))
    yield replace(each, alternatives=(replace(first, behind=(*first.behind, "stranger")), *rest))


def unable(each: Explanation) -> Iterator[Explanation]:
    for number, one in enumerate(each.unable):
        others = (*each.unable[:number], *each.unable[number + 1 :])
        wrong = "no_energy" if one.lacks != "no_energy" else "too_heavy"
        yield replace(each, unable=(*others, replace(one, lacks=wrong)))


def blocked(each: Explanation) -> Iterator[Explanation]:
    for number, place in enumerate(each.blocked):
        others = (*each.blocked[:number], *each.blocked[number + 1 :])
        yield replace(each, blocked=others)
        yield replace(each, blocked=(*others, replace(place, by="stranger")))


def with_change(each: Explanation, number: int, changed: Relaxation | None) -> Explanation:
    rest = (*each.relaxations[:number], *((changed,) if changed else ()), *each.relaxations[number + 1 :])
    return replace(each, relaxations=rest)


def change(each: Explanation) -> Iterator[Explanation]:
    """One less does not serve, one more is not the smallest, and none may be missing."""
    for number, one in enumerate(each.relaxations):
        yield with_change(each, number, None)
        wrong = replace(one.choice, cost_s=(one.choice.cost_s or 0.0) + 0.5)
        yield with_change(each, number, replace(one, choice=wrong))
        yield with_change(each, number, replace(one, choice=replace(one.choice, robot="stranger")))
        if one.kind in UNIT:
            yield with_change(each, number, replace(one, amount=one.amount - UNIT[one.kind]))
            yield with_change(each, number, replace(one, amount=one.amount + UNIT[one.kind]))
        if one.kind == "contention":
            yield with_change(each, number, replace(one, amount=one.amount + 1.0))
    if each.planned is None and not each.relaxations and each.alternatives:
        yield replace(each, relaxations=(Relaxation("window", each.alternatives[0], 60.0),))


def next_time(each: Explanation) -> Iterator[Explanation]:
    if each.planned is not None:
        return
    if each.next_time is None:
        if each.unable:
            yield replace(each, next_time=NextTime(1_000_000.0, each.unable[0].robot))
        return
    yield replace(each, next_time=None)
    yield replace(each, next_time=replace(each.next_time, at_s=each.next_time.at_s - 1.0))
    yield replace(each, next_time=replace(each.next_time, at_s=each.next_time.at_s + 1.0))
    yield replace(each, next_time=replace(each.next_time, robot="stranger"))


SPOIL: dict[str, Callable[[Explanation], Iterator[Explanation]]] = {
    "explanation_reason": reason,
    "explanation_planned": planned,
    "explanation_choice": choice,
    "explanation_unable": unable,
    "explanation_blocked": blocked,
    "explanation_change": change,
    "explanation_next": next_time,
}


@pytest.mark.parametrize("code", SPOIL)
def test_a_spoilt_explanation_is_caught(code: str) -> None:
    tried = 0
    for asked, plan, each in told():
        for spoilt in SPOIL[code](each):
            if tried < OF_EACH_WAY * 5:
                assert code in codes((asked, plan, spoilt)), (asked, plan, spoilt)
                tried += 1
    assert tried >= OF_EACH_WAY


def test_an_explanation_of_no_task_is_caught() -> None:
    asked, plan, each = told()[0]
    assert codes((asked, plan, replace(each, task="stranger"))) == {"explanation_task"}
