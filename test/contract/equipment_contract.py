"""What every EquipmentLink must do, whatever doors and lifts it reaches. Subclass it, and give the fixture `rig`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from robot_fleet.core.effects import AskEquipment
from robot_fleet.core.equipment import EquipmentReport
from robot_fleet.core.ports import EquipmentLink
from robot_fleet.core.site import GROUND_LEVEL
from test.two_floors import DOOR, LIFT, UPPER


class EquipmentRig(Protocol):
    """The house of `two_floors`, with nobody in its door or lift: both shut, the lift's car on the ground."""

    link: EquipmentLink

    def wait(self, seconds: float) -> None:
        """Let fleet time pass."""
        ...

    def set_fault(self, equipment: str, fault: str) -> None:
        """Let something be wrong with equipment, or nothing."""
        ...


class Listening:
    """Hears what equipment says, and keeps the newest of each."""

    def __init__(self, rig: EquipmentRig) -> None:
        self._rig = rig
        self.heard: list[EquipmentReport] = []

    def until(self, what: Callable[[EquipmentReport], bool], wish: AskEquipment | None = None) -> EquipmentReport:
        """Let time pass, the wish being repeated, until somebody says something."""
        for _ in range(120):
            if wish is not None:
                self._rig.link.ask(wish)
            reports = list(self._rig.link.reports())
            self.heard += reports
            for report in reports:
                if what(report):
                    return report
            self._rig.wait(0.5)
        raise AssertionError(f"it was not said; heard last: {self.heard[-4:]}")


def of(
    equipment: str, level: str = GROUND_LEVEL, *, is_open: bool, robot: str = ""
) -> Callable[[EquipmentReport], bool]:
    """Return whether a report is of equipment that stands so."""

    def is_so(report: EquipmentReport) -> bool:
        return (report.equipment, report.level, report.is_open, report.session) == (equipment, level, is_open, robot)

    return is_so


class EquipmentContract:
    """The suite."""

    def test_everything_says_how_it_stands_without_being_asked(self, rig: EquipmentRig) -> None:
        listening = Listening(rig)
        listening.until(of(DOOR, is_open=False))
        listening.until(of(LIFT, is_open=False))

    def test_it_goes_on_saying_so(self, rig: EquipmentRig) -> None:
        listening = Listening(rig)
        for _ in range(3):
            listening.until(of(DOOR, is_open=False))

    def test_a_door_opens_for_a_robot_stays_open_and_shuts_when_it_is_let_go(self, rig: EquipmentRig) -> None:
        listening, wish = Listening(rig), AskEquipment(DOOR, "log_1", GROUND_LEVEL)
        said = listening.until(of(DOOR, is_open=True, robot="log_1"), wish)
        assert said.lets_pass("log_1", GROUND_LEVEL)
        assert not said.lets_pass("log_2", GROUND_LEVEL)
        before = len(listening.heard)
        for _ in range(10):
            rig.link.ask(wish)
            rig.wait(0.5)
        listening.until(of(DOOR, is_open=True, robot="log_1"), wish)
        later = [report for report in listening.heard[before:] if report.equipment == DOOR]
        assert all(report.is_open for report in later), "a repeated wish is the same wish"
        listening.until(of(DOOR, is_open=False), AskEquipment(DOOR))

    def test_a_lift_comes_to_a_level_and_to_another(self, rig: EquipmentRig) -> None:
        listening = Listening(rig)
        listening.until(of(LIFT, is_open=True, robot="log_1"), AskEquipment(LIFT, "log_1", GROUND_LEVEL))
        up = AskEquipment(LIFT, "log_1", UPPER)
        listening.until(of(LIFT, UPPER, is_open=True, robot="log_1"), up)
        on_the_way = [r for r in listening.heard if r.equipment == LIFT and not r.level]
        assert on_the_way, "it said that it travels"
        assert not any(report.is_open for report in on_the_way)
        listening.until(of(LIFT, UPPER, is_open=False), AskEquipment(LIFT))
        listening.until(of(LIFT, is_open=True, robot="log_2"), AskEquipment(LIFT, "log_2", GROUND_LEVEL))
        listening.until(of(LIFT, is_open=False), AskEquipment(LIFT))

    def test_what_is_out_of_order_says_so_and_lets_nobody_pass(self, rig: EquipmentRig) -> None:
        listening = Listening(rig)
        rig.set_fault(LIFT, "out_of_order")
        said = listening.until(lambda report: report.equipment == LIFT and report.code == "out_of_order")
        assert not said.lets_pass(said.session, said.level)
        rig.set_fault(LIFT, "")
        listening.until(lambda report: report.equipment == LIFT and not report.code)

    def test_what_there_is_not_is_asked_in_vain(self, rig: EquipmentRig) -> None:
        rig.link.ask(AskEquipment("moon_gate", "log_1", GROUND_LEVEL))
        listening = Listening(rig)
        listening.until(of(DOOR, is_open=False))
        assert {report.equipment for report in listening.heard} <= {DOOR, LIFT}
