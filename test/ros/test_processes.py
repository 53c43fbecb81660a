"""The four processes as they are started: kills, signals, wrong arguments, a ledger that fails."""

from __future__ import annotations

import contextlib
import json
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from action_msgs.srv import CancelGoal
from rcl_interfaces.srv import DescribeParameters, GetParameters
from robot_fleet_interfaces.srv import ActStatus, ExplainTask, SubmitTask
from tf2_msgs.msg import TFMessage
from visualization_msgs.msg import MarkerArray

from robot_fleet.ros.qos import QOS
from test.postgresql import PostgresqlServer
from test.ros.nav2 import Nav2Robot
from test.ros.rig import ANSWER_WITHIN_S, ROOT, START_WITHIN_S, Fleet, Ros

pytestmark = [pytest.mark.ros, pytest.mark.xdist_group("ros_parts")]

SPEED = 10.0


@pytest.fixture
def fleet(domain: int, tmp_path: Path) -> contextlib.AbstractContextManager[Fleet]:
    made = Fleet(domain, tmp_path)
    yield made
    made.end()


def test_a_killed_world_goes_on_and_its_clock_never_goes_back(fleet: Fleet, ros: Ros) -> None:
    fleet.start("sim_world", "--speed", str(SPEED))
    robot = Nav2Robot(ros, "care_1")
    ros.times_s.clear()
    for _ in range(2):
        task = robot.to(16.0, 4.8)
        assert task.accepted
        ros.until(lambda: robot.speed_mps > 0.5, "it drives")
        fleet.processes["sim_world"].kill()
        last_s = ros.times_s[-1]
        fleet.start("sim_world", "--speed", str(SPEED))
        ros.until(lambda before=last_s: ros.times_s[-1] > before, "time passes again", START_WITHIN_S)
        before = len(robot.odom)
        ros.until(lambda seen=before: len(robot.odom) > seen and robot.speed_mps == 0.0, "it has come to a halt")
        assert task.running, "nobody answers for a goal whose server is gone"
        ros.call(CancelGoal, "/care_1/navigate_to_pose/_action/cancel_goal", CancelGoal.Request())
        robot.arrive(4.0, 4.8)
    assert ros.times_s == sorted(ros.times_s)
    answer = ros.call(ActStatus, "/care_1/act_status", ActStatus.Request(act_id="never"))
    assert answer.state == ActStatus.Request.NEVER


PROCESSES = ("sim_world", "robot_agents", "fleet_manager", "gateway")
REST_IS_SLOW = [PROCESSES[0], *(pytest.param(name, marks=pytest.mark.slow) for name in PROCESSES[1:])]


@pytest.mark.parametrize("how", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])
def test_every_process_ends_when_told_to_without_a_trace_and_rviz_shows_the_fleet_until_then(
    fleet: Fleet, ros: Ros, how: signal.Signals
) -> None:
    moving = ros.collect(MarkerArray, "/fleet/markers")
    for name in PROCESSES:
        fleet.start(name, *(("--port", "0") if name == "gateway" else ()))
    ros.until(lambda: set(PROCESSES) <= set(ros.node.get_node_names()), "all are there", START_WITHIN_S)
    drawn = {"robots", "robot_names"}
    ros.until(lambda: moving and {each.ns for each in moving[-1].markers} >= drawn, "the robots are drawn")
    standing = ros.collect(MarkerArray, "/fleet/site_markers", QOS["fleet/site_markers"].wanted)
    ros.until(lambda: standing, "who comes late is shown the site")
    assert {each.ns for each in standing[-1].markers} == {"places", "place_names", "lanes", "zones"}
    static = ros.collect(TFMessage, "/care_1/tf_static", QOS["~tf_static"].wanted)
    ros.until(lambda: static, "who comes late is told the frames that never move")
    assert static[0].transforms[0].header.frame_id == "base_link"
    for name, process in fleet.processes.items():
        status = process.end(how)
        assert status in (0, -how), f"{name} {status} {process.said}"
        assert "Traceback" not in process.said


@pytest.mark.parametrize("name", REST_IS_SLOW)
def test_a_site_that_is_none_is_told_in_one_line(tmp_path: Path, name: str) -> None:
    folders = ["--site", str(tmp_path), "--run", str(tmp_path)]
    simulated = [] if name == "sim_world" else ["--simulated"]
    words = [sys.executable, "-m", f"robot_fleet.nodes.{name}", *folders, *simulated]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=START_WITHIN_S)
    assert done.returncode == 1
    assert "[site_" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--bind", "0.0.0.0"], "runtime_bind_without_users"),
        (["--behind-proxy"], "runtime_bind_without_users"),
        (["--bind", "everywhere"], "runtime_bad_address"),
    ],
)
def test_a_gateway_for_others_without_users_does_not_start(tmp_path: Path, words: list[str], code: str) -> None:
    folders = ["--site", str(ROOT / "test/data/sites/tiny"), "--run", str(tmp_path), "--simulated", "--port", "0"]
    gateway = [sys.executable, "-m", "robot_fleet.nodes.gateway", *folders, *words]
    done = subprocess.run(gateway, cwd=ROOT, capture_output=True, text=True, timeout=START_WITHIN_S)
    assert done.returncode == 1
    assert code in done.stderr
    assert "Traceback" not in done.stderr


def test_parameters_have_ranges_and_a_value_out_of_them_is_told(fleet: Fleet, ros: Ros) -> None:
    process = fleet.start("fleet_manager", "--ros-args", "-p", "tick_hz:=1000.0")
    ros.until(lambda: not process.running, "it has ended", START_WITHIN_S)
    assert process.end() == 1
    assert "runtime_parameter" in process.said
    assert "Traceback" not in process.said

    fleet.start("fleet_manager", "--ros-args", "-p", "tick_hz:=20.0")
    value = ros.call(GetParameters, "/fleet_manager/get_parameters", GetParameters.Request(names=["tick_hz"]))
    assert value.values[0].double_value == 20.0
    request = DescribeParameters.Request(names=["tick_hz"])
    described = ros.call(DescribeParameters, "/fleet_manager/describe_parameters", request).descriptors[0]
    assert described.read_only
    assert (described.floating_point_range[0].from_value, described.floating_point_range[0].to_value) == (1.0, 50.0)


def submit(ros: Ros, key: str, **params: str) -> SubmitTask.Response:
    request = SubmitTask.Request(idempotency_key=key, service="care_visit", params_json='{"place": "home/r102"}')
    for name, value in params.items():
        setattr(request, name, value)
    return ros.call(SubmitTask, "/fleet/submit_task", request)


def why(ros: Ros, task: str, language: str = "en") -> ExplainTask.Response:
    return ros.call(ExplainTask, "/fleet/explain_task", ExplainTask.Request(task_id=task, language=language))


def test_a_manager_says_why_a_task_is_where_it_is(fleet: Fleet, ros: Ros) -> None:
    fleet.start("fleet_manager")
    assert why(ros, "k1").code == "runtime_no_time", "there is no clock yet"
    fleet.start("sim_world", "--speed", "1")
    ros.until(lambda: submit(ros, "k1").accepted, "the manager takes requests")
    told = why(ros, "k1")
    assert told.accepted
    answer = json.loads(told.why_json)
    assert (answer["task"], answer["explanation"]["task"]) == ("k1", "k1")
    assert answer["sentences"][0].startswith("k1 (")
    assert "작업" in json.loads(why(ros, "k1", "ko").why_json)["sentences"][0]
    assert (why(ros, "k9").code, why(ros, "k9").where) == ("request_unknown_task", "k9")
    assert why(ros, "k1", "fr").code == "request_unknown_language"


@pytest.mark.slow
def test_a_manager_whose_ledger_is_on_a_server_ends_with_its_connection_and_begins_anew(
    fleet: Fleet, ros: Ros, postgresql: PostgresqlServer
) -> None:
    database = postgresql.new_database()
    manager = fleet.start("fleet_manager", "--ledger", database)
    fleet.start("sim_world", "--speed", "1")
    ros.until(lambda: submit(ros, "k1").accepted, "the manager takes requests", START_WITHIN_S)
    postgresql.restart()
    client = ros.node.create_client(SubmitTask, "/fleet/submit_task")
    request = SubmitTask.Request(idempotency_key="k2", service="care_visit", params_json='{"place": "home/r102"}')
    client.call_async(request)
    ros.until(lambda: not manager.running, "the manager has ended", ANSWER_WITHIN_S)
    assert manager.end() == 1
    assert "ledger_write_failed" in manager.said
    assert "Traceback" not in manager.said
    fleet.start("fleet_manager", "--ledger", database)
    again = ros.until(lambda: [answer for answer in [submit(ros, "k1")] if answer.accepted], "it knows the task")[0]
    assert again.task_id == "k1"
    assert not (fleet.run / "ledger.sqlite").exists()


def test_a_manager_whose_ledger_fails_ends_and_a_new_one_knows_what_was_written(fleet: Fleet, ros: Ros) -> None:
    manager = fleet.start("fleet_manager")
    assert submit(ros, "k0").code == "runtime_no_time", "there is no clock yet"
    fleet.start("sim_world", "--speed", "1")
    ros.until(lambda: ros.times_s, "there is a time", START_WITHIN_S)
    ros.until(lambda: submit(ros, "k1").accepted, "the manager takes requests")
    refused = submit(ros, "k2", params_json="[1]")
    assert (refused.accepted, refused.code) == (False, "request_json_malformed")

    with contextlib.closing(sqlite3.connect(fleet.run / "ledger.sqlite")) as other:
        other.execute(
            "CREATE TRIGGER full BEFORE INSERT ON facts BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END"
        )
        other.commit()
        request = SubmitTask.Request(idempotency_key="k3", service="care_visit", params_json='{"place": "home/r102"}')
        client = ros.node.create_client(SubmitTask, "/fleet/submit_task")
        ros.until(client.service_is_ready, "the service is there")
        client.call_async(request)
        ros.until(lambda: not manager.running, "the manager has ended", ANSWER_WITHIN_S)
        other.execute("DROP TRIGGER full")
        other.commit()
    assert manager.end() == 1
    assert "ledger_write_failed" in manager.said
    assert "Traceback" not in manager.said

    fleet.start("fleet_manager")
    again = ros.until(lambda: [answer for answer in [submit(ros, "k1")] if answer.accepted], "it knows the task")[0]
    assert again.task_id == "k1"
    with contextlib.closing(sqlite3.connect(fleet.run / "ledger.sqlite")) as other:
        facts = [body for (body,) in other.execute("SELECT body FROM facts")]
    assert not any("k3" in str(body) for body in facts)
    assert (fleet.run / "fleet_figures.json").stat().st_size > 0
