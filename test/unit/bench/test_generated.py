"""Generated days: the same for the same seed, of any size, and such that somebody can do each task."""

from __future__ import annotations

import pytest

from bench.forward import Forward
from bench.generated import KINDS, event_stream, fleet_problem, generated_day, kinds_of
from bench.rivals.greedy import Greedy


def test_the_same_seed_gives_the_same_day_and_another_one_another() -> None:
    assert fleet_problem(20, 60, 3) == fleet_problem(20, 60, 3)
    assert fleet_problem(20, 60, 3) != fleet_problem(20, 60, 4)


@pytest.mark.parametrize(("robots", "tasks"), [(3, 1), (20, 200), (300, 3000)])
def test_every_task_can_be_done_by_a_robot_that_is_there(robots: int, tasks: int) -> None:
    problem = fleet_problem(robots, tasks, 1)
    assert (len(problem.robots), len(problem.tasks)) == (robots, tasks)
    fleet = {robot.robot: robot for robot in problem.robots}
    for task in problem.tasks:
        able = [fleet[name] for name in task.robots if set(task.skills) <= set(fleet[name].skills)]
        assert any(max(stop.load_kg for stop in task.stops) <= robot.capacity_kg for robot in able), task.task
        known = {place for robot in able for place in problem.places[robot.travel_class]}
        assert {stop.places[0] for stop in task.stops} <= known
        assert sum(stop.load_kg for stop in task.stops) == sum(stop.load_units for stop in task.stops) == 0
        assert sum(stop.counts for stop in task.stops) == 1
        assert task.drop_penalty > 1e4 * task.weight
    assert all(len(names) <= 600 for names in problem.places.values())


def test_a_fleet_is_mixed_and_a_day_has_tasks_of_all_weights() -> None:
    kinds = kinds_of(20)
    assert {kind: kinds.count(kind) for kind in KINDS} == {"care": 6, "logistics": 9, "parking": 5}
    assert set(kinds_of(3)) == set(KINDS)
    assert {task.weight for task in fleet_problem(50, 500, 1).tasks} == {1.0, 2.0, 5.0, 10.0, 50.0}


def test_requests_come_in_order_of_time_and_not_for_the_past() -> None:
    requests = event_stream(10, 100, 2)
    assert [request.at_s for request in requests] == sorted(request.at_s for request in requests)
    assert all(request.task.due_s > request.at_s for request in requests)
    assert generated_day(10, 100, 2).problem().tasks == tuple(request.task for request in requests)


def test_batteries_last_the_day() -> None:
    problem = fleet_problem(20, 200, 1)
    forward = Forward(problem)
    plan = Greedy().solve(problem, 1.0, 1, lambda *figures: None)
    for robot in problem.robots:
        stops = plan.routes.get(robot.robot, ())
        standing_s = sum(stop.end_s - stop.begin_s for stop in stops)
        driving_s = forward.travel_s(type(plan)({robot.robot: stops}))
        assert (driving_s * robot.driving_w + standing_s * robot.standing_w) / 3600.0 < robot.energy_wh
