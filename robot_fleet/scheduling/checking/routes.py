"""One robot's route by itself: ways, times, load, energy and grouping, recomputed stop by stop."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, isfinite

from robot_fleet.core.plan import PlannedStop, RobotNeed, StopNeed, TaskNeed
from robot_fleet.scheduling.checking.charges import charge_cost, charged_wh
from robot_fleet.scheduling.checking.rules import (
    TOLERANCE,
    barred,
    begun,
    departures,
    driving_price,
    has_load,
    lateness_cost,
    must_lead,
    service_s,
)
from robot_fleet.scheduling.checking.sheet import Sheet, is_charge


def judge_route(sheet: Sheet, robot: RobotNeed) -> None:
    """Judge the robot's route and add its cost to the sheet."""
    stops = sheet.plan.routes.get(robot.robot, ())
    begins = tuple((planned.task, planned.stop, planned.place) for planned in stops[: len(robot.fixed)])
    if begins != robot.fixed:
        sheet.say("fixed_changed", "", robot.robot, f"The route begins with {list(begins)}, not {list(robot.fixed)}.")
    _judge_grouping(sheet, robot.robot, stops)
    walk = _Walk(sheet, robot)
    if all(walk.go(planned) for planned in stops) and stops:
        if robot.home:
            walk.go_home()
        else:
            walk.go_to_rest()


def _differs(value: float, expected: float) -> bool:
    return not abs(value - expected) <= TOLERANCE


def _judge_grouping(sheet: Sheet, robot: str, stops: Sequence[PlannedStop]) -> None:
    """What goes first goes first, and what stands together is not split; a charge splits as a task does."""
    seen: set[str] = set()
    before, led_by_others = "", False
    for planned in stops:
        name = planned.task
        task = sheet.tasks.get(name)
        if task is not None and task.together and name in seen and before != name:
            sheet.say("together_split", name, robot, f"{before or 'A charge'} comes between its stops.")
        if task is None or not must_lead(task):
            led_by_others = True
        elif led_by_others:
            sheet.say("pinned_not_first", name, robot, "The robot has its item on board.")
        seen.add(name)
        before = name


class _Walk:
    """A robot on its way: where it is, when it can leave, what it has on board and how much energy is left."""

    def __init__(self, sheet: Sheet, robot: RobotNeed) -> None:
        self._sheet = sheet
        self._robot = robot
        self._legs = sheet.travel.legs(robot)
        self._place = robot.place
        self._clock_s = max(sheet.problem.now_s, robot.free_at_s)
        self._load_kg = robot.load_kg
        self._load_units = robot.load_units
        self._level_wh = robot.energy_wh
        self._flat = False
        self._driving_price = driving_price(sheet.problem, robot)

    def go(self, planned: PlannedStop) -> bool:
        """Judge the next stop; false if nothing after it can be computed."""
        task, need = self._sheet.tasks.get(planned.task), self._sheet.need(planned)
        if need is None and not is_charge(planned):
            return False  # `membership` has said so
        if not (isfinite(planned.arrive_s) and isfinite(planned.begin_s) and isfinite(planned.end_s)):
            self._say("time_not_finite", planned.task, f"Stop {planned.stop} has a time that is no number.")
            return False
        if task is not None and need is not None:
            self._judge_place(task, need, planned.place)
        elif not self._may_charge(planned):
            return False
        if not self._drive(task, need, planned):
            return False
        if task is not None and need is not None:
            self._serve(task, need, planned.begin_s)
        else:
            self._charge(planned)
        return True

    def go_home(self) -> None:
        """Judge the leg after the last stop."""
        home = self._robot.home
        loaded = has_load(self._load_kg, self._load_units)
        leg_s = self._legs.seconds(self._place, home, loaded)
        if leg_s == inf:
            self._say("home_unreachable", "", f"There is no way home from {self._place} to {home}.")
        elif all(
            leaves_s + leg_s > until_s + TOLERANCE for leaves_s, until_s in departures(self._robot, self._clock_s)
        ):
            self._say("outside_working_time", "", f"The way home ({leg_s} s) fits into no working time.")
        else:
            self._sheet.cost += self._driving_price * leg_s
            self._spend(self._legs.energy_wh(leg_s, loaded), "on its way home")

    def go_to_rest(self) -> None:
        """Add what the way to rest costs, less what it would cost from where the robot is free first."""
        robot, legs = self._robot, self._legs
        self._sheet.cost += self._driving_price * (
            legs.to_rest_s(robot, self._place) - legs.to_rest_s(robot, robot.place)
        )

    def _say(self, code: str, task: str, message: str) -> None:
        self._sheet.say(code, task, self._robot.robot, message)

    def _may_charge(self, planned: PlannedStop) -> bool:
        charging = self._robot.charging
        if charging is None or planned.place not in charging.chargers:
            self._say("charge_not_allowed", "", f"{planned.place} is none of the robot's chargers.")
            return False
        length_s = planned.end_s - planned.begin_s
        if length_s < charging.overhead_s - TOLERANCE:
            self._say("charge_too_short", "", f"{length_s} s; docking and undocking take {charging.overhead_s} s.")
            return False
        return True

    def _judge_place(self, task: TaskNeed, need: StopNeed, place: str) -> None:
        if place not in need.places:
            self._say("place_not_allowed", task.task, f"{place} is none of {list(need.places)}.")
        if barred(task, need, place, self._sheet.problem):
            self._say("place_taken", task.task, f"{place} is not free.")

    def _drive(self, task: TaskNeed | None, need: StopNeed | None, planned: PlannedStop) -> bool:
        """Judge the leg and the times; leave the clock at the stop's end."""
        loaded = has_load(self._load_kg, self._load_units)
        self._judge_law(planned, loaded)
        leg_s = self._legs.seconds(self._place, planned.place, loaded)
        if leg_s == inf:
            self._say("unreachable_leg", planned.task, f"There is no way from {self._place} to {planned.place}.")
            return False
        earliest_s = -inf if need is None else need.earliest_s
        length_s = planned.end_s - planned.begin_s if need is None else service_s(need, self._robot)
        if task is None or need is None or self._is_coupled(task, need, planned.place):
            earliest_s = max(earliest_s, planned.begin_s)  # it may wait for others, who are judged elsewhere
        for leaves_s, until_s in departures(self._robot, self._clock_s):
            arrive_s = leaves_s + leg_s
            begin_s = max(arrive_s, earliest_s)
            if begin_s + length_s <= until_s + TOLERANCE:
                break
        else:
            self._say("outside_working_time", planned.task, f"Stop {planned.stop} fits into no working time.")
            return False
        self._clock_s = begin_s + length_s
        for code, value, expected in (
            ("time_arrive", planned.arrive_s, arrive_s),
            ("time_begin", planned.begin_s, begin_s),
            ("time_end", planned.end_s, self._clock_s),
        ):
            if _differs(value, expected):
                self._say(code, planned.task, f"Stop {planned.stop}: {value}, not {expected}.")
        if need is not None and begin_s > need.latest_s + TOLERANCE:
            self._say("begins_too_late", planned.task, f"Stop {planned.stop}: {begin_s}, after {need.latest_s}.")
        self._sheet.cost += self._driving_price * leg_s
        self._spend(self._legs.energy_wh(leg_s, loaded), f"on its way to {planned.place}")
        self._place = planned.place
        return True

    def _judge_law(self, planned: PlannedStop, loaded: bool) -> None:
        law = self._sheet.law
        why = law.broken(self._robot.robot, self._place, planned.place, self._load_kg, loaded) if law else ""
        if why:
            self._say("law_broken", planned.task, f"Stop {planned.stop}: {why}.")

    def _is_coupled(self, task: TaskNeed, need: StopNeed, place: str) -> bool:
        """Whether the begin depends on other routes: a task that comes `after` others, or a shared place."""
        return place in self._sheet.places_shared or bool(task.after and need is task.stops[0] and not begun(task))

    def _serve(self, task: TaskNeed, need: StopNeed, begin_s: float) -> None:
        robot = self._robot
        self._sheet.cost += lateness_cost(self._sheet.problem, task, need, begin_s)
        self._sheet.cost += robot.work_price * service_s(need, robot)
        self._spend(robot.standing_w * service_s(need, robot) / 3600.0, f"at {self._place}")
        self._load_kg += need.load_kg
        self._load_units += need.load_units
        if need.load_kg > 0.0 and self._load_kg > robot.capacity_kg + TOLERANCE:
            self._say(
                "overloaded", task.task, f"Stop {need.stop}: {self._load_kg} kg of {robot.capacity_kg} kg allowed."
            )
        if need.load_units > 0 and self._load_units > robot.capacity_units:
            self._say(
                "too_many_units", task.task, f"Stop {need.stop}: {self._load_units} of {robot.capacity_units} units."
            )

    def _charge(self, planned: PlannedStop) -> None:
        charging = self._robot.charging
        assert charging is not None  # `_may_charge` has looked
        begin_s = self._clock_s - (planned.end_s - planned.begin_s) + charging.overhead_s
        self._sheet.cost += charge_cost(charging, self._sheet.problem.tariff, self._level_wh, begin_s, self._clock_s)
        self._level_wh = charged_wh(charging, self._level_wh, self._clock_s - begin_s)

    def _spend(self, energy_wh: float, where: str) -> None:
        self._level_wh -= energy_wh
        if self._level_wh < -TOLERANCE and not self._flat:
            self._flat = True
            self._say("energy_exceeded", "", f"{-self._level_wh} Wh more than the robot may use, {where}.")
