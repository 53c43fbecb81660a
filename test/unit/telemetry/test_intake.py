"""What is taken of robots' messages: plausible ones, not more than is due, and every refusal counted and told once."""

from __future__ import annotations

import math

import pytest

from robot_fleet.telemetry import plausible
from robot_fleet.telemetry.intake import QUIET_S, RATES, UNKNOWN, Intake
from robot_fleet.telemetry.plausible import Reason

ROBOTS = ("care_1", "care_2")
NAN, INF = math.nan, math.inf


@pytest.mark.parametrize(
    ("reason", "found"),
    [
        (None, plausible.pose(3.0, -4.0, 1.0)),
        (Reason.POSE, plausible.pose(NAN, 0.0)),
        (Reason.POSE, plausible.pose(0.0, INF)),
        (Reason.POSE, plausible.pose(0.0, 0.0, NAN)),
        (Reason.POSE, plausible.pose(1e300, 0.0)),
        (None, plausible.quaternion(0.0, 0.0, 0.6, 0.8)),
        (None, plausible.quaternion(0.0, 0.0, 0.0, 1.009)),
        (Reason.QUATERNION, plausible.quaternion(0.0, 0.0, 0.0, 1.011)),
        (Reason.QUATERNION, plausible.quaternion(0.0, 0.0, 0.0, 0.0)),
        (Reason.QUATERNION, plausible.quaternion(0.0, NAN, 0.0, 1.0)),
        (None, plausible.stamp(100.0 + plausible.FUTURE_S, 100.0)),
        (Reason.FUTURE, plausible.stamp(100.1 + plausible.FUTURE_S, 100.0)),
        (Reason.FUTURE, plausible.stamp(NAN, 100.0)),
        (None, plausible.frame("map")),
        (Reason.FRAME, plausible.frame("odom")),
        (None, plausible.on_map("main", {"main"})),
        (Reason.MAP, plausible.on_map("roof", {"main"})),
        (None, plausible.charge(0.0)),
        (None, plausible.charge(100.0)),
        (Reason.CHARGE, plausible.charge(100.1)),
        (Reason.CHARGE, plausible.charge(-0.1)),
        (Reason.CHARGE, plausible.charge(NAN)),
        (None, plausible.measured(48.0, NAN)),
        (Reason.NUMBER, plausible.measured(48.0, -INF)),
        (None, plausible.covariance(0.0, 0.0, 0.04)),
        (Reason.COVARIANCE, plausible.covariance(-0.1, 0.0, 0.04)),
        (Reason.COVARIANCE, plausible.covariance(0.1, NAN, 0.04)),
        (Reason.SPEED, plausible.speed(NAN)),
        (Reason.SPEED, plausible.speed(-51.0)),
        (None, plausible.words("driving", "")),
        (Reason.WORD, plausible.words("dancing", "automatic")),
        (Reason.WORD, plausible.words("idle", "possessed")),
        (Reason.OTHER_ROBOT, plausible.sender("care_2", "care_1")),
    ],
)
def test_what_can_be_true(reason: Reason | None, found: Reason | None) -> None:
    assert found is reason


def test_a_position_is_as_uncertain_as_along_its_longer_axis() -> None:
    assert plausible.sigma_m(0.04, 0.0, 0.01) == pytest.approx(0.2)
    assert plausible.sigma_m(0.025, 0.015, 0.025) == pytest.approx(0.2)  # the same ellipse, turned by 45 degrees


def test_a_flood_is_cut_to_what_is_due_and_others_lose_nothing() -> None:
    intake = Intake(ROBOTS)
    rate = RATES["state"]
    admitted = dict.fromkeys(ROBOTS, 0)
    for tick in range(10_000):  # ten seconds
        at_s = tick / 1000.0
        admitted["care_1"] += intake.admit("care_1", "state", at_s)
        if tick % 200 == 0:
            admitted["care_2"] += intake.admit("care_2", "state", at_s)
    assert admitted == {"care_1": rate.burst + 10.0 * rate.per_s - 1.0, "care_2": 50}
    assert intake.refused == {("care_1", "state", Reason.FLOOD): 10_000 - admitted["care_1"]}
    assert intake.admit("care_1", "battery", 10.0), "its other topics are heard as before"


def test_what_comes_from_no_robot_of_the_site_is_counted_under_one_name() -> None:
    intake = Intake(ROBOTS)
    assert not any(intake.admit(f"stranger_{number}", "diagnostics", 1.0) for number in range(100))
    assert intake.refused == {(UNKNOWN, "diagnostics", Reason.UNKNOWN_ROBOT): 100}
    (told,) = intake.news(1.0)
    assert (told.robot, told.said, told.count) == (UNKNOWN, "stranger_0", 100)


def test_bad_messages_are_told_once_and_once_when_good_ones_have_come_for_a_while() -> None:
    intake = Intake(ROBOTS)
    told = []
    for second in range(60):
        at_s = float(second)
        if second < 20:
            intake.refuse("care_1", "state", Reason.POSE, at_s)
        elif second > 40:
            intake.accept("care_1", "state", at_s)
        told += [(second, news.refused, news.reason, news.count) for news in intake.news(at_s)]
    assert told == [(0, True, Reason.POSE, 1), (41, False, Reason.POSE, 20)], "silence is not good"


def test_each_reason_is_told_by_itself_and_again_after_a_recovery() -> None:
    intake = Intake(ROBOTS)

    def seen(at_s: float) -> list[tuple[str, bool]]:
        return [(news.reason.value, news.refused) for news in intake.news(at_s)]

    intake.refuse("care_1", "pose", Reason.FRAME, 0.0)
    intake.refuse("care_1", "pose", Reason.QUATERNION, 0.0)
    assert seen(0.0) == [("frame", True), ("quaternion", True)]
    intake.refuse("care_1", "pose", Reason.FRAME, 5.0)
    intake.accept("care_1", "pose", 6.0)
    assert seen(QUIET_S + 1.0) == [("quaternion", False)]
    assert seen(QUIET_S + 6.0) == [("frame", False)]
    intake.refuse("care_1", "pose", Reason.FRAME, 30.0)
    assert seen(30.0) == [("frame", True)]
