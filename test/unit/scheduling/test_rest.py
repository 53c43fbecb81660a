"""Where robots rest, and what their work costs: reckoned by hand on the street."""

from __future__ import annotations

from dataclasses import replace

import pytest

from robot_fleet.core.plan import Plan, Problem, RobotNeed
from robot_fleet.scheduling.checking.checker import PlanChecker
from robot_fleet.scheduling.insertion import InsertionPlanner
from robot_fleet.scheduling.proof import prove
from test.unit.scheduling.town import CUT, problem, robot, visit


def planned(asked: Problem) -> Plan:
    plan = InsertionPlanner().insert(asked, Plan())
    assert PlanChecker().check(asked, plan) == ()
    proof = prove(asked, plan, seconds=10.0, seed=1, deterministic=True)
    assert proof.optimal
    assert proof.plan.cost == pytest.approx(plan.cost)
    return plan


def who(plan: Plan) -> str:
    return next(name for name, route in plan.routes.items() if route)


@pytest.mark.parametrize(
    ("by", "cost"),
    [
        (robot(place="c"), 1.0),  # ten seconds of driving
        (replace(robot(place="c"), rests=("a",)), 2.0),  # and thirty to rest instead of twenty
        (replace(robot(place="c"), rests=("a", "f")), 1.0),  # from d it is 20 s to f, as from c to a
        (replace(robot(place="c"), rests=("d",)), 0.0),  # it would have come here anyhow
        (replace(robot(place="c"), rests=(CUT,)), 1.0),
        (replace(robot(place="c"), work_price=0.2), 4.0),  # 0.3 for each second of driving, 0.2 for five of service
        (replace(robot(place="c"), rests=("a",), work_price=0.2), 7.0),
        (replace(robot(place="c"), home="a", work_price=0.2), 13.0),
    ],
)
def test_a_visit_costs_the_work_and_the_longer_way_to_rest(by: RobotNeed, cost: float) -> None:
    asked = problem([visit("t", "d")], [by])
    assert planned(asked).cost == pytest.approx(cost)


def test_who_is_out_already_goes_rather_than_who_rests() -> None:
    rested, out = replace(robot(place="a"), rests=("a", "h")), replace(robot("r2", "e"), rests=("a", "h"))
    asked = problem([visit("t", "c", robots=("r1", "r2"))], [rested, out])
    assert who(planned(asked)) == "r2"  # 20 + 20 - 30 s, for r1 20 + 20 s


def test_who_has_worked_more_rests_while_the_other_is_not_much_farther() -> None:
    tired, fresh = replace(robot(place="c"), work_price=0.2), robot("r2", "f")
    near = problem([visit("t", "d", robots=("r1", "r2"))], [replace(tired, work_price=0.0), fresh])
    assert who(planned(near)) == "r1"
    assert who(planned(replace(near, robots=(tired, fresh)))) == "r2"
