"""Random valid plans over the whole vocabulary pass the checker, and each way to spoil one is named by its code."""

from __future__ import annotations

import functools
import re

import pytest

from robot_fleet.scheduling.checking import checker
from robot_fleet.scheduling.checking.checker import PlanChecker
from robot_fleet.scheduling.checking.replay import REASONS
from robot_fleet.scheduling.files import plan_from_json, plan_to_json, problem_from_json, problem_to_json
from robot_fleet.scheduling.validate import validate
from test.property.planned_days import day
from test.property.spoilt_plans import SPOIL, Case

DAYS = 400
OF_EACH_DAY = 6
"""A way to spoil a plan is tried at so many of its stops."""


@functools.cache
def days() -> list[Case]:
    return [day(seed) for seed in range(DAYS)]


def test_valid_plans_pass_whole_and_in_part() -> None:
    for asked, plan in days():
        validate(asked)
        assert PlanChecker().check(asked, plan) == ()
        for robot in asked.robots:
            assert PlanChecker().check(asked, plan, frozenset((robot.robot,)), frozenset()) == ()


@pytest.mark.parametrize("code", SPOIL)
def test_what_is_spoilt_is_named(code: str) -> None:
    tried = 0
    for asked, plan in days():
        for number, (problem, spoilt) in enumerate(SPOIL[code](asked, plan)):
            if number < OF_EACH_DAY:
                found = {violation.code for violation in PlanChecker().check(problem, spoilt)}
                assert code in found, (problem, spoilt)
                tried += 1
    assert tried >= 5


def test_every_code_has_its_way_to_be_broken() -> None:
    assert set(SPOIL) == set(re.findall(r"^`(\w+)`", checker.__doc__ or "", flags=re.MULTILINE))


def test_every_reason_occurs() -> None:
    assert {left.reason for _, plan in days() for left in plan.left_out} == set(REASONS)


def test_files_keep_problems_and_plans() -> None:
    for asked, plan in days()[:100]:
        assert problem_from_json(problem_to_json(asked)) == asked
        assert plan_from_json(plan_to_json(plan)) == plan
