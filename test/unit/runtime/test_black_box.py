"""When a black box records, from when to when, and what it says of what it does not have. On a virtual clock."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from robot_fleet.core.clock import Now
from robot_fleet.core.geometry import Pose
from robot_fleet.core.order import RobotReport
from robot_fleet.runtime.recordings.black_box import AFTER_S, BEFORE_S, MOST_AT_ONCE, MOST_S, BlackBox, ToldIncident
from robot_fleet.runtime.recordings.kept import Recordings
from robot_fleet.runtime.recordings.recorder import Recorder
from robot_fleet.runtime.recordings.recording_file import Described, describe
from robot_fleet.telemetry.ring import Keeping, Ring
from test.unit.runtime.recorded import TYPES, heard, read

LOAD, STATE, ALARMS = "/care_1/load", "/care_1/state", "/fleet/alarms"
STUCK = "incident:stuck:care_1:1"
MORNING_S = 27_000.0


class Rig:
    """A robot that says once a steady second what time it is."""

    def __init__(self, run: Path, speed: float = 1.0) -> None:
        self.recordings = Recordings(run)
        self.recorder = Recorder(self.recordings, ["care_1"], TYPES)
        self.shared = Ring({ALARMS: Keeping(lasting=True)})
        topics = {LOAD: Keeping(lasting=True), STATE: Keeping()}
        self.box = BlackBox("care_1", "tiny", topics, self.shared, self.recorder)
        self.steady_s = 0.0
        self.speed = speed

    @property
    def now(self) -> Now:
        return Now(MORNING_S + self.steady_s * self.speed, self.steady_s)

    def wait(self, seconds: float) -> None:
        for _ in range(round(seconds)):
            self.steady_s += 1.0
            self.box.hear(heard(STATE, self.steady_s, f"{self.steady_s:.0f}", self.now.fleet_s))
            self.box.tick(self.now)

    def tell(
        self, name: str = STUCK, *, opened_s: float | None = None, is_open: bool = True, robot: str = "care_1"
    ) -> None:
        opened_s = self.now.fleet_s if opened_s is None else opened_s
        self.box.tell([ToldIncident(name, is_open, (robot,), opened_s, "stuck:care_1:1")], self.now)

    def notice(self, *conditions: str, control: str = "automatic") -> None:
        said = RobotReport(
            robot="care_1", boot="b", seq=1, at_s=self.now.fleet_s, order="", update=0, released=0, results=(),
            state="idle", pose=Pose(0.0, 0.0), speed_mps=0.0, soc_pct=80.0, charging=False, docked_at="",
            odometer_m=0.0, loaded_m=0.0, energy_wh=0.0, load=(), conditions=conditions, cancelled="", control=control,
        )  # fmt: skip
        self.box.notice(said, self.now)

    def end(self) -> list[str]:
        """End, and return the incidents that were recorded."""
        self.recorder.close({"ended": "agent ended"})
        return self.recordings.incidents()

    def states(self, incident: str = STUCK) -> list[int]:
        said = read(self.recordings.path(incident, "care_1"))
        return [int(words) for _, topic, words in said if topic == STATE]

    def found(self, incident: str = STUCK) -> Described:
        return describe(self.recordings.path(incident, "care_1"))


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    made = Rig(tmp_path)
    yield made
    made.end()


def test_a_minute_before_an_incident_and_half_a_minute_after_are_recorded(rig: Rig) -> None:
    rig.box.hear(heard(LOAD, 0.0, "meal_1", MORNING_S))
    rig.wait(200.0)
    rig.shared.add(heard(ALARMS, rig.steady_s, "stuck", rig.now.fleet_s))
    rig.tell()
    rig.tell()
    rig.wait(60.0)
    assert rig.end() == [STUCK]
    states = rig.states()
    assert states == list(range(200 - round(BEFORE_S), 200 + round(AFTER_S)))
    about = rig.found().about
    assert (about["robot"], about["site"], about["reason"], about["ended"]) == (
        "care_1", "tiny", "stuck:care_1:1", "complete",
    )  # fmt: skip
    assert (float(about["opened_s"]), float(about["missing_s"])) == (MORNING_S + 200.0, 0.0)
    assert about["held_before"] == LOAD
    first, *_ = read(rig.recordings.path(STUCK, "care_1"))
    assert first == (MORNING_S + 140.0, LOAD, "meal_1"), "what it carried all along stands at the begin"
    assert rig.found().topics[ALARMS][1] == 1


def test_an_incident_that_one_hears_of_some_seconds_late_still_has_its_minute(rig: Rig) -> None:
    rig.wait(200.0)
    rig.tell(opened_s=MORNING_S + 190.0)
    rig.end()
    assert rig.states()[0] == 130
    assert float(rig.found().about["missing_s"]) == 0.0


def test_of_an_incident_that_one_hears_of_much_later_there_is_what_the_ring_has_and_it_says_what_is_missing(
    rig: Rig,
) -> None:
    rig.wait(500.0)
    rig.tell(opened_s=MORNING_S + 100.0)
    rig.wait(40.0)
    rig.end()
    assert rig.states() == list(range(425, 530))
    assert float(rig.found().about["missing_s"]) == 425.0 - (100.0 - BEFORE_S)


def test_times_that_are_waited_for_are_steady_whatever_the_speed_of_the_simulation(tmp_path: Path) -> None:
    rig = Rig(tmp_path, speed=10.0)
    rig.wait(200.0)
    rig.tell()
    rig.wait(40.0)
    rig.end()
    assert rig.states() == list(range(140, 230))
    assert rig.found().begin_s == MORNING_S + 1400.0
    assert float(rig.found().about["missing_s"]) == 0.0


def test_incidents_of_others_and_those_long_closed_are_not_recorded(rig: Rig) -> None:
    rig.wait(200.0)
    rig.tell(robot="log_1")
    rig.tell("long_closed", opened_s=MORNING_S + 10.0, is_open=False)
    rig.tell("just_closed", opened_s=MORNING_S + 190.0, is_open=False)
    assert rig.end() == ["just_closed"]


def test_a_robot_that_joins_an_incident_later_records_from_then_on(rig: Rig) -> None:
    rig.tell(robot="log_1", opened_s=MORNING_S)
    rig.wait(100.0)
    rig.tell(opened_s=MORNING_S)
    rig.end()
    assert rig.states()[-1] == 99


@pytest.mark.parametrize("wrong", [{"control": "emergency_stop"}, "off_corridor", "step_failed", "act_unknown"])
def test_what_a_robot_notices_itself_becomes_the_incident_that_the_manager_makes_of_it(
    rig: Rig, wrong: str | dict[str, str]
) -> None:
    rig.notice()
    rig.wait(100.0)
    rig.notice(**wrong) if isinstance(wrong, dict) else rig.notice(wrong)
    rig.wait(5.0)
    rig.tell(opened_s=rig.now.fleet_s - 1.0)
    rig.wait(40.0)
    assert rig.end() == [STUCK]
    assert rig.states() == list(range(40, 135))
    about = rig.found().about
    assert (about["local"], about["reason"], float(about["missing_s"])) == ("local:care_1:1", "stuck:care_1:1", 0.0)


def test_what_it_notices_while_nobody_hears_it_is_kept_and_joins_the_incident_later(rig: Rig) -> None:
    rig.notice()
    rig.wait(100.0)
    rig.notice("off_corridor")
    rig.wait(300.0)
    rig.tell(opened_s=MORNING_S + 104.0)
    rig.wait(40.0)
    assert rig.end() == [STUCK]
    names = [path.name for path in rig.recordings.of(STUCK)]
    assert names == ["care_1.local_1.mcap", "care_1.mcap"]
    assert float(rig.found().about["missing_s"]) > 0.0


def test_what_goes_on_and_what_was_wrong_from_the_start_is_nothing_new(rig: Rig) -> None:
    rig.notice("off_corridor", "nav_retry")
    rig.wait(10.0)
    rig.notice("off_corridor")
    rig.wait(10.0)
    rig.notice("off_corridor", "step_failed")
    rig.wait(50.0)
    rig.notice("off_corridor", "step_failed")
    rig.notice()
    rig.notice("step_failed")
    rig.notice()
    rig.notice("step_failed")
    assert rig.end() == ["local:care_1:1", "local:care_1:2"]


def test_a_recording_goes_on_while_more_goes_wrong_but_not_for_ever(rig: Rig) -> None:
    rig.wait(100.0)
    rig.notice()
    rig.tell()
    for second in range(round(MOST_S) + 100):
        rig.notice(*(["step_failed"] if second % 2 else []))
        rig.wait(1.0)
    rig.end()
    assert rig.states() == list(range(40, 100 + round(MOST_S)))


def test_numbers_go_on_after_a_restart(tmp_path: Path) -> None:
    for _ in range(2):
        rig = Rig(tmp_path)
        rig.notice()
        rig.wait(3.0)
        rig.notice("step_failed")
        rig.end()
    assert rig.recordings.incidents() == ["local:care_1:1", "local:care_1:2"]


def test_only_so_many_are_under_way_at_once_and_the_rest_has_its_turn(rig: Rig) -> None:
    rig.wait(10.0)
    names = [f"incident:{number}" for number in range(MOST_AT_ONCE + 1)]
    told = [ToldIncident(name, True, ("care_1",), rig.now.fleet_s, "") for name in names]
    rig.box.tell(told, rig.now)
    rig.wait(40.0)
    assert rig.recordings.incidents() != names
    rig.box.tell(told, rig.now)
    assert rig.end() == names
