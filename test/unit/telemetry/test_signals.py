"""What a robot's messages amount to: each derived signal from the messages that it is made of."""

from __future__ import annotations

import math

import pytest

from robot_fleet.core.clock import Now
from robot_fleet.telemetry.signals import RobotSignals
from test.factories import make_kind

KIND = make_kind()  # 100 Wh; 36 W standing, 144 W driving, 180 W loaded


class Robot:
    """A robot that tells of itself as it is told to."""

    def __init__(self) -> None:
        self.signals = RobotSignals(KIND, ["off_corridor"])
        self.at_s = 1000.0
        self.soc_pct = 80.0
        self.seq = 0

    @property
    def now(self) -> Now:
        return Now(self.at_s, self.at_s / 10.0)

    def state(self, x_m: float = 0.0, state: str = "driving", after_s: float = 1.0, **changes: object) -> None:
        self.at_s += after_s
        values: dict[str, object] = {
            "x_m": x_m,
            "y_m": 0.0,
            "speed_mps": 1.0 if state == "driving" else 0.0,
            "soc_pct": self.soc_pct,
            "state": state,
            "loaded": False,
            "charging": False,
        }
        self.signals.hear_state(self.now, **(values | changes))  # type: ignore[arg-type]

    def report(self, after_s: float = 1.0, **changes: object) -> None:
        self.at_s += after_s
        values: dict[str, object] = {
            "soc_pct": self.soc_pct,
            "docked": False,
            "charging": False,
            "energy_wh": 0.0,
            "conditions": (),
        }
        self.signals.hear_report(self.now, **(values | changes))  # type: ignore[arg-type]

    def value(self, name: str) -> float:
        return self.signals.values(self.now).get(name, math.nan)


def test_nothing_is_known_before_the_first_message() -> None:
    assert Robot().signals.values(Now(0.0, 0.0)) == {}


def test_ages_are_in_steady_time() -> None:
    robot = Robot()
    robot.state()
    robot.at_s += 50.0
    assert robot.value("age_s.state") == pytest.approx(5.0)
    assert math.isnan(robot.value("age_s.battery"))


def test_a_robot_that_says_it_drives_and_does_not_move_stands_still() -> None:
    robot = Robot()
    robot.state(0.0)
    for _ in range(30):
        robot.state(0.29)
    assert robot.value("still_s") == pytest.approx(30.0)
    robot.state(0.31)
    assert robot.value("still_s") == 0.0
    robot.state(0.31, "waiting", after_s=100.0)
    assert robot.value("still_s") == 0.0


def test_turning_back_counts_within_a_minute_of_driving() -> None:
    robot = Robot()
    for x_m in (0.0, 1.0, 0.5, 1.0, 0.5, 1.0):
        robot.state(x_m, after_s=5.0)
    assert robot.value("reversals") == 4.0
    robot.state(1.1, after_s=58.0)
    assert robot.value("reversals") < 4.0


def test_a_way_without_a_turn_back_has_none() -> None:
    robot = Robot()
    for x_m in range(40):
        robot.state(x_m * 0.5)
    assert robot.value("reversals") == 0.0


def test_energy_is_held_against_the_kinds_own_figures() -> None:
    """144 W for 10 minutes are 24 Wh of 100; the battery loses 36 %, half as much again."""
    robot = Robot()
    for minute in range(20):
        robot.soc_pct = 80.0 - 1.8 * minute
        robot.state(float(minute), after_s=30.0)
    assert robot.value("drain_ratio") == pytest.approx(1.5, rel=0.01)


def test_a_charge_begins_the_reckoning_anew() -> None:
    robot = Robot()
    for minute in range(20):
        robot.soc_pct = 80.0 - 3.0 * minute
        robot.state(float(minute), after_s=30.0)
    robot.state(0.0, "idle", charging=True)
    robot.state(0.0, "idle", charging=True)
    assert math.isnan(robot.value("drain_ratio"))


def test_lost_messages_are_counted_by_their_numbers() -> None:
    robot = Robot()
    for seq in (1, 2, 4, 5, 8):
        robot.state(seq=seq)
    assert robot.value("loss_pct") == pytest.approx(100.0 * 3.0 / 7.0)


def test_a_new_agent_counts_from_the_beginning() -> None:
    robot = Robot()
    for seq in (100, 101, 1, 2):
        robot.state(seq=seq)
    assert robot.value("loss_pct") == 0.0


def test_the_clock_is_judged_by_the_best_of_the_last_messages() -> None:
    robot = Robot()
    for delay_s in (9.0, 0.5, 7.0):
        robot.state(stamp_s=robot.at_s + 1.0 - delay_s)
    assert robot.value("skew_s") == pytest.approx(0.5)
    for _ in range(10):
        robot.state(stamp_s=robot.at_s + 1.0 + 8.0)
    assert robot.value("skew_s") == pytest.approx(8.0)


def test_docked_without_current_counts_until_there_is_some_or_it_is_full() -> None:
    robot = Robot()
    robot.report(docked=True)
    robot.report(docked=True, after_s=60.0)
    assert robot.value("uncharged_s") == pytest.approx(60.0)
    robot.report(docked=True, charging=True)
    assert robot.value("uncharged_s") == 0.0
    robot.soc_pct = 94.0
    robot.report(docked=True)
    robot.report(docked=True, after_s=600.0)
    assert robot.value("uncharged_s") == 0.0


def test_a_batterys_capacity_is_found_over_a_discharge() -> None:
    robot = Robot()
    robot.report(energy_wh=500.0)
    robot.soc_pct = 66.0
    robot.report(energy_wh=511.2)
    assert math.isnan(robot.value("capacity_pct"))
    robot.soc_pct = 60.0
    robot.report(energy_wh=514.0)
    assert robot.value("capacity_pct") == pytest.approx(70.0)


def test_what_the_agent_says_is_a_signal_and_its_silence_is_none() -> None:
    robot = Robot()
    assert math.isnan(robot.value("said.off_corridor"))
    robot.report(conditions=("off_corridor", "nav_retry"))
    assert robot.value("said.off_corridor") == 1.0
    robot.report()
    assert robot.value("said.off_corridor") == 0.0
    assert math.isnan(robot.value("said.nav_retry"))


def test_the_batterys_remaining_time_follows_its_use() -> None:
    robot = Robot()
    assert math.isnan(robot.signals.remaining_s(10.0))
    robot.state(0.0, "idle")
    assert robot.signals.remaining_s(10.0) == pytest.approx(70.0 / 36.0 * 3600.0)
    for minute in range(20):
        robot.soc_pct = 80.0 - 1.0 * minute
        robot.state(float(minute), after_s=60.0)
    assert robot.signals.remaining_s(10.0) == pytest.approx(51.0 * 60.0, rel=0.06)
    robot.state(0.0, "idle", charging=True)
    assert robot.signals.remaining_s(10.0) == math.inf


def test_the_robots_own_numbers_pass_through() -> None:
    robot = Robot()
    robot.signals.hear_diagnostics(robot.now, 2, {"cpu_pct": 91.0})
    robot.signals.hear_battery(robot.now, voltage_v=48.0, current_a=math.nan, temperature_c=31.0)
    robot.signals.hear_pose(robot.now, 0.2)
    assert (robot.value("cpu_pct"), robot.value("diagnostics_level"), robot.value("voltage_v")) == (91.0, 2.0, 48.0)
    assert (robot.value("position_sigma_m"), math.isnan(robot.value("current_a"))) == (0.2, True)
