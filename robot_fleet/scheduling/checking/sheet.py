"""What the checker judges, and what it has found."""

from __future__ import annotations

from robot_fleet.core.plan import CHARGE, Plan, PlannedStop, Problem, RobotNeed, StopNeed, TaskNeed, Violation
from robot_fleet.scheduling.checking.law import LawRules
from robot_fleet.scheduling.checking.rules import Travel


class Sheet:
    """A problem and a plan with what the parts of the checker look up in them.

    Attributes
    ----------
    changed : robots whose routes are judged by themselves, None for all.
    planned : task -> its stops as the plan has them, over all routes; `membership` fills it in.
    robot_of : task -> the robot it is planned on, likewise.
    places_shared : places at which a resource is used.
    cost : what the routes judged so far cost, in seconds.
    law : what the law asks, None for none.
    """

    def __init__(
        self, problem: Problem, plan: Plan, changed: frozenset[str] | None, law: LawRules | None = None
    ) -> None:
        self.problem = problem
        self.plan = plan
        self.changed = changed
        self.robots: dict[str, RobotNeed] = {robot.robot: robot for robot in problem.robots}
        self.tasks: dict[str, TaskNeed] = {task.task: task for task in problem.tasks}
        self.planned: dict[str, list[PlannedStop]] = {}
        self.robot_of: dict[str, str] = {}
        self.places_shared = frozenset(place for resource in problem.resources for place in resource.places)
        self.travel = Travel(problem)
        self.violations: list[Violation] = []
        self.cost = 0.0
        self.law = law

    def say(self, code: str, task: str, robot: str, message: str) -> None:
        """Note a broken rule."""
        self.violations.append(Violation(code, task, robot, message))

    def judges(self, robot: str) -> bool:
        """Whether the robot's route is judged by itself, not only with the others."""
        return self.changed is None or robot in self.changed

    def need(self, planned: PlannedStop) -> StopNeed | None:
        """Return the stop that is planned, None if no task of the problem has it or it is a charge."""
        task = self.tasks.get(planned.task)
        return next((stop for stop in task.stops if stop.stop == planned.stop), None) if task else None


def is_charge(planned: PlannedStop) -> bool:
    """Whether the stop is a charge and belongs to no task."""
    return planned.stop == CHARGE and not planned.task
