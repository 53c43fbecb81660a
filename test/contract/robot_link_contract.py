"""What every RobotLink must do, however far the robot is. Subclass it, and give the fixture `rig`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from robot_fleet.core.geometry import Pose
from robot_fleet.core.order import Order, RobotReport, Step, StepKind
from robot_fleet.core.ports import RobotLink

NEAR, FAR = Pose(2.0, 0.0), Pose(10.0, 0.0)
ROBOT = "log_1"


class RobotLinkRig(Protocol):
    """A link to the agent of `log_1`, which stands at (0, 0) facing along x on open ground and has nothing to do."""

    link: RobotLink

    def wait(self, seconds: float) -> None:
        """Let fleet time pass."""
        ...

    def new_id(self) -> str:
        """Return an order's id that this robot has never heard."""
        ...


def drive(order_id: str, number: int, target: Pose, **changes: object) -> Step:
    """A step to a pose."""
    step = Step(f"{order_id}.{number}", StepKind.DRIVE, target, lane=f"lane{number}", last=True)
    return replace(step, **changes)  # type: ignore[arg-type]


def pause(order_id: str, number: int, seconds: float) -> Step:
    """A step that waits."""
    return Step(f"{order_id}.{number}", StepKind.WAIT, NEAR, duration_s=seconds)


class Listening:
    """Whatever a link has reported since this was made."""

    def __init__(self, rig: RobotLinkRig) -> None:
        self._rig = rig
        self.reports: list[RobotReport] = []
        rig.link.reports()

    def look(self) -> None:
        self.reports.extend(self._rig.link.reports())

    def until(self, seen: Callable[[RobotReport], bool], within_s: float = 120.0) -> RobotReport:
        """Wait until a report says something, and return it."""
        waited_s = 0.0
        while waited_s < within_s:
            self.look()
            for report in self.reports:
                if seen(report):
                    return report
            self._rig.wait(0.5)
            waited_s += 0.5
        raise AssertionError(f"not seen within {within_s} s; the last report is {self.reports[-1:]}")


def done(report: RobotReport, order: Order) -> bool:
    """Whether a report says that every step of an order is done."""
    return report.order == order.id and len(report.results) == len(order.steps)


class RobotLinkContract:
    """The suite."""

    def test_a_robot_reports_without_being_asked(self, rig: RobotLinkRig) -> None:
        listening = Listening(rig)
        listening.until(lambda _: len(listening.reports) >= 3)
        assert {report.robot for report in listening.reports} == {ROBOT}
        assert listening.reports[0].pose.distance_m(Pose(0.0, 0.0)) < 0.3

    def test_reports_come_in_order_and_once(self, rig: RobotLinkRig) -> None:
        listening = Listening(rig)
        listening.until(lambda _: len(listening.reports) >= 4)
        for boot in {report.boot for report in listening.reports}:
            numbers = [report.seq for report in listening.reports if report.boot == boot]
            assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        times_s = [report.at_s for report in listening.reports]
        assert times_s == sorted(times_s)

    def test_an_order_is_accepted_carried_out_and_told_of_to_its_end(self, rig: RobotLinkRig) -> None:
        order_id = rig.new_id()
        order = Order(ROBOT, order_id, 1, (drive(order_id, 1, NEAR), pause(order_id, 2, 2.0)), 2)
        listening = Listening(rig)
        rig.link.send(order)
        accepted = listening.until(lambda report: report.order == order_id)
        assert (accepted.update, accepted.released) == (1, 2)
        ended = listening.until(lambda report: done(report, order) and report.state == "idle")
        assert [(result.step, result.state) for result in ended.results] == [
            (f"{order_id}.1", "done"),
            (f"{order_id}.2", "done"),
        ]
        assert ended.pose.distance_m(NEAR) < 0.3

    def test_the_same_order_again_is_the_same_wish(self, rig: RobotLinkRig) -> None:
        order_id = rig.new_id()
        order = Order(ROBOT, order_id, 1, (drive(order_id, 1, NEAR), drive(order_id, 2, Pose(0.0, 0.0))), 2)
        listening = Listening(rig)
        for _ in range(5):
            rig.link.send(order)
            rig.wait(0.5)
        ended = listening.until(lambda report: done(report, order) and report.state == "idle")
        rig.link.send(order)
        rig.wait(3.0)
        listening.look()
        assert listening.reports[-1].odometer_m - ended.odometer_m < 0.1
        assert listening.reports[-1].results == ended.results

    def test_nothing_is_done_that_is_not_released(self, rig: RobotLinkRig) -> None:
        order_id = rig.new_id()
        order = Order(ROBOT, order_id, 1, (drive(order_id, 1, NEAR), drive(order_id, 2, FAR)), 1)
        listening = Listening(rig)
        rig.link.send(order)
        listening.until(lambda report: report.order == order_id and len(report.results) == 1)
        rig.wait(5.0)
        listening.look()
        assert listening.reports[-1].pose.distance_m(NEAR) < 0.3
        rig.link.send(replace(order, update=2, released=2))
        ended = listening.until(lambda report: done(report, order))
        assert ended.update == 2
        assert ended.pose.distance_m(FAR) < 0.3

    def test_a_hold_is_confirmed_and_let_go(self, rig: RobotLinkRig) -> None:
        order_id = rig.new_id()
        order = Order(ROBOT, order_id, 1, (drive(order_id, 1, FAR),), 1)
        listening = Listening(rig)
        rig.link.send(order)
        listening.until(lambda report: report.speed_mps > 0.3)
        rig.link.send(replace(order, update=2, hold=True))
        held = listening.until(lambda report: report.state == "holding")
        assert (held.update, held.speed_mps) == (2, 0.0)
        rig.link.send(replace(order, update=3))
        listening.until(lambda report: done(report, order))

    def test_a_cancel_is_confirmed_and_a_new_order_follows(self, rig: RobotLinkRig) -> None:
        order_id = rig.new_id()
        order = Order(ROBOT, order_id, 1, (drive(order_id, 1, NEAR), pause(order_id, 2, 600.0)), 2)
        listening = Listening(rig)
        rig.link.send(order)
        listening.until(lambda report: report.order == order_id and len(report.results) == 1)
        rig.link.send(replace(order, update=2, cancel=True))
        listening.until(lambda report: report.cancelled == order_id)
        next_id = rig.new_id()
        after = Order(ROBOT, next_id, 1, (drive(next_id, 1, Pose(0.0, 0.0)),), 1)
        rig.link.send(after)
        ended = listening.until(lambda report: done(report, after))
        assert ended.pose.distance_m(Pose(0.0, 0.0)) < 0.3

    def test_an_order_for_another_robot_is_refused_and_said_to_be(self, rig: RobotLinkRig) -> None:
        order_id = rig.new_id()
        listening = Listening(rig)
        rig.link.send(Order("log_2", order_id, 1, (drive(order_id, 1, FAR),), 1))
        told = listening.until(lambda report: "order_wrong_robot" in report.conditions)
        assert told.order != order_id
        rig.wait(3.0)
        listening.look()
        assert listening.reports[-1].pose.distance_m(told.pose) < 0.1
