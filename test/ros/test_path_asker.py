"""The asker of planners, by itself: what is asked, what is answered, and what is given up."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest

from robot_fleet.core.effects import AskPath
from robot_fleet.core.geometry import Pose
from robot_fleet.core.inputs import PathMeasured
from robot_fleet.ros.guard import Guard
from robot_fleet.ros.manager.path_asker import RosPathAsker
from test.ros.nav2 import Nav2Robot
from test.ros.rig import WALLED_IN, Fleet, Ros, walled_site

pytestmark = [pytest.mark.ros, pytest.mark.xdist_group("ros_parts")]

ROOM_1, ROOM_2, DOOR_2 = Pose(4.0, 8.6), Pose(9.0, 8.6), Pose(9.0, 4.8)


def question(robot: str, start: Pose, end: Pose) -> AskPath:
    return AskPath(robot, "care", "from", "to", start, end)


class Asking:
    """An asker and what it was answered."""

    def __init__(self, ros: Ros) -> None:
        self.ros = ros
        self.guard = Guard()
        self.answers: list[PathMeasured] = []
        self.asker = RosPathAsker(ros.node, self.guard, self.answers.append)

    def length_m(self, start: Pose, end: Pose) -> float:
        """Ask until there is an answer: the first question only makes the planner known."""
        self.answers.clear()

        def answered() -> bool:
            if not self.answers:
                self.asker.ask(question("care_1", start, end))
            return bool(self.answers)

        self.ros.until(answered, "the planner has answered")
        assert (self.answers[0].kind, self.answers[0].start, self.answers[0].end) == ("care", "from", "to")
        return self.answers[0].length_m


@pytest.fixture(scope="module")
def asking(domain: int, ros: Ros, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    folder = tmp_path_factory.mktemp("world")
    fleet = Fleet(domain, folder, walled_site(folder / "site"))
    fleet.start("sim_world", "--speed", "1")
    Nav2Robot(ros, "care_1")
    made = Asking(ros)
    yield made
    fleet.end()
    assert not made.guard.failures


def test_a_planner_says_how_long_a_way_is(asking: Asking) -> None:
    assert asking.length_m(DOOR_2, ROOM_2) == pytest.approx(3.8, abs=0.1)
    assert asking.length_m(ROOM_1, ROOM_2) > 8.0, "out by one door and in by the other"


def test_no_way_is_an_answer_and_a_start_in_a_wall_is_none(asking: Asking) -> None:
    assert asking.length_m(ROOM_1, Pose(*WALLED_IN)) == math.inf
    asking.answers.clear()
    asking.asker.ask(question("care_1", Pose(-400.0, 0.0), ROOM_1))
    assert asking.length_m(DOOR_2, ROOM_2) == pytest.approx(3.8, abs=0.1)
    assert len(asking.answers) == 1


def test_a_robot_that_nobody_serves_keeps_no_other_from_being_asked(asking: Asking) -> None:
    asking.asker.ask(question("ghost", DOOR_2, ROOM_2))
    assert asking.length_m(DOOR_2, ROOM_2) == pytest.approx(3.8, abs=0.1)


def test_a_question_is_given_up_when_its_robot_is_to_drive(asking: Asking) -> None:
    asking.length_m(DOOR_2, ROOM_2)
    asking.answers.clear()
    asking.asker.ask(question("care_1", ROOM_1, ROOM_2))
    asking.asker.stop("care_2")  # another robot: goes on
    asking.asker.ask(question("care_1", DOOR_2, ROOM_2))  # one is open: not asked
    asking.asker.stop("care_1")
    assert asking.length_m(DOOR_2, ROOM_2) == pytest.approx(3.8, abs=0.1)
    assert len(asking.answers) == 1
