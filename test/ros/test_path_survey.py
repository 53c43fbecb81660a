"""A whole fleet asks its idle robots' planners about the lanes, on a site whose map and lanes disagree."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from action_msgs.msg import GoalStatusArray
from nav_msgs.msg import Odometry
from robot_fleet_interfaces.srv import SubmitTask

from robot_fleet.core.errors import LedgerError
from robot_fleet.core.facts import LaneMeasured, TaskCompleted
from robot_fleet.core.geometry import Pose
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.runtime import history
from test.ros.nav2 import LATCHED
from test.ros.rig import START_WITHIN_S, TINY, Fleet, Ros

pytestmark = [pytest.mark.ros, pytest.mark.xdist_group("ros_parts"), pytest.mark.timeout(500)]

ROOM_1, ROOM_2 = Pose(4.0, 8.6), Pose(9.0, 8.6)
VISIT_WITHIN_S = 240.0  # of wall time: several hundred seconds of fleet time, on a machine that does much else
THROUGH_THE_WALL = "home/r101>home/r102"


def with_a_lane_through_the_wall(folder: Path) -> Path:
    """Return a copy of the tiny site whose first lane runs from room to room, where there is a wall."""
    site = Path(shutil.copytree(TINY, folder / "site"))
    lanes = json.loads((site / "lanes.geojson").read_text())
    numbers = {row["properties"]["metadata"].get("name"): row["properties"]["id"] for row in lanes["features"]}
    first = next(row for row in lanes["features"] if row["geometry"]["type"] == "MultiLineString")
    made: dict[str, Any] = json.loads(json.dumps(first))
    made["properties"] |= {"id": 9_999, "startid": numbers["home/r101"], "endid": numbers["home/r102"]}
    made["geometry"]["coordinates"] = [[[ROOM_1.x_m, ROOM_1.y_m], [ROOM_2.x_m, ROOM_2.y_m]]]
    lanes["features"].insert(lanes["features"].index(first), made)
    (site / "lanes.geojson").write_text(json.dumps(lanes))
    return site


def test_a_fleet_asks_robots_at_rest_only_and_keeps_the_answers(domain: int, ros: Ros, tmp_path: Path) -> None:
    fleet = Fleet(domain, tmp_path, with_a_lane_through_the_wall(tmp_path))
    speed: dict[str, float] = {}
    asked: dict[str, set[bytes]] = {}
    moving: list[str] = []

    def listen(robot: str) -> None:
        def drove(message: Odometry) -> None:
            speed[robot] = message.twist.twist.linear.x

        def was_asked(message: GoalStatusArray) -> None:
            goals = {bytes(status.goal_info.goal_id.uuid) for status in message.status_list}
            if goals - asked.setdefault(robot, set()) and speed.get(robot, 0.0) > 0.05:
                moving.append(robot)
            asked[robot] |= goals

        ros.node.create_subscription(Odometry, f"/{robot}/odom", drove, 10)
        status = f"/{robot}/compute_path_to_pose/_action/status"
        ros.node.create_subscription(GoalStatusArray, status, was_asked, LATCHED)

    def facts(kind: type) -> list[Any]:
        try:
            with Ledger.open(fleet.run / "ledger.sqlite", history.registry(), site_id=None, read_only=True) as ledger:
                return [fact for _, _, fact in ledger.read() if isinstance(fact, kind)]
        except LedgerError:  # it is not there yet
            return []

    for robot in ("care_1", "care_2", "logistics_1"):
        listen(robot)
    try:
        for name in ("sim_world", "robot_agents", "fleet_manager"):
            fleet.start(name, *(("--speed", "10") if name == "sim_world" else ()))
        ros.until(lambda: facts(LaneMeasured), "a lane is measured", START_WITHIN_S)
        measured = facts(LaneMeasured)[0]
        assert measured.lane == THROUGH_THE_WALL
        assert measured.drawn_m == pytest.approx(5.0)
        assert measured.length_m > 8.0
        request = SubmitTask.Request(idempotency_key="k1", service="care_visit", params_json='{"place": "home/r102"}')
        assert ros.call(SubmitTask, "/fleet/submit_task", request).accepted
        before = len(facts(LaneMeasured))
        try:
            ros.until(lambda: facts(TaskCompleted), "the visit is made", VISIT_WITHIN_S)
        except AssertionError as error:
            raise AssertionError("\n".join(map(str, facts(object)[-30:]))) from error
        ros.until(lambda: len(facts(LaneMeasured)) > before, "others are asked meanwhile, or afterwards")
        assert not moving, f"{moving} were asked while they drove"
        assert any(asked.values())
    finally:
        fleet.end()
