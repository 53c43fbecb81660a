"""The gateway's watch over the robots: a real gateway; robots are played here, talk, lie, flood and fall silent."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from geometry_msgs.msg import PoseWithCovarianceStamped
from prometheus_client.parser import text_string_to_metric_families
from robot_fleet_interfaces.msg import Conditions, FleetState, RobotReport, RobotState
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import BatteryState
from websockets.sync.client import ClientConnection, connect

from robot_fleet.ledger.lock import FileLock
from robot_fleet.ros.convert import to_time
from robot_fleet.ros.qos import QOS, topic
from robot_fleet.runtime.bringup.fleet_processes import gateway_pulse
from robot_fleet.runtime.processes.statefile import write_json
from robot_fleet.server.serve import listen
from test.ros.rig import START_WITHIN_S, Fleet, Ros

pytestmark = [pytest.mark.ros, pytest.mark.xdist_group("ros_parts")]

TALKS, LIES, FLOODS = "care_1", "care_2", "logistics_1"
KINDS: dict[str, Any] = {
    "state": (RobotState, "~state"),
    "report": (RobotReport, "~report"),
    "battery": (BatteryState, "~battery_state"),
    "pose": (PoseWithCovarianceStamped, "~amcl_pose"),
}
TALK_EVERY_S = 0.1
SPEED = 4.0
START_S = 1000.0
SOC_PCT = 80.0
FAR_AHEAD_S = 3600.0


class Robots:
    """Plays the site's robots and its clock towards a gateway.

    Attributes
    ----------
    talking : robots that tell how they fare whenever there is something to wait for.
    part_level : what their parts say of themselves.
    """

    def __init__(self, ros: Ros, fleet: Fleet) -> None:
        socket = listen(0)
        self.port: int = socket.getsockname()[1]
        socket.close()
        self._ros = ros
        self.run = fleet.run
        self.process = fleet.start("gateway", "--port", str(self.port))
        self._publishers = {
            (robot, source): ros.node.create_publisher(kind, topic(name, robot), QOS[name].offered)
            for robot in (TALKS, LIES, FLOODS)
            for source, (kind, name) in KINDS.items()
        }
        self._diagnostics = ros.node.create_publisher(DiagnosticArray, topic("diagnostics"), QOS["diagnostics"].offered)
        self._clock = ros.node.create_publisher(Clock, topic("clock"), QOS["clock"].offered)
        self._begun_s = time.monotonic()
        self._talked_s = 0.0
        self.talking: set[str] = {TALKS}
        self.part_level = DiagnosticStatus.OK
        self.conditions: list[Conditions] = ros.collect(Conditions, topic("fleet/conditions"))
        self.states: list[FleetState] = ros.collect(FleetState, topic("fleet/state"))
        self.aggregates: list[DiagnosticArray] = ros.collect(DiagnosticArray, topic("diagnostics_agg"))

    def now_s(self) -> float:
        return START_S + SPEED * (time.monotonic() - self._begun_s)

    def stamp(self) -> Time:
        return to_time(self.now_s())

    def state(self, robot: str, **changes: Any) -> RobotState:
        message = RobotState(
            robot=robot, map_id="main", x_m=4.0, y_m=1.2, soc_pct=SOC_PCT, state="idle", control="automatic"
        )
        message.header.frame_id, message.header.stamp = changes.pop("frame", "map"), changes.pop("stamp", self.stamp())
        for name, value in changes.items():
            setattr(message, name, value)
        return message

    def report(self, robot: str, **changes: Any) -> RobotReport:
        values = {"soc_pct": SOC_PCT, "state": "idle", "at_s": self.now_s()} | changes
        return RobotReport(robot=robot, stamp=self.stamp(), boot_id="b", map_id="main", **values)

    def battery(self, **changes: Any) -> BatteryState:
        values = {"percentage": SOC_PCT / 100.0, "voltage": 48.0, "temperature": math.nan} | changes
        message = BatteryState(**values)
        message.header.stamp = self.stamp()
        return message

    def pose(self, frame: str = "map", x_m: float = 4.0, w: float = 1.0, variance_m2: float = 0.01) -> Any:
        message = PoseWithCovarianceStamped()
        message.header.frame_id, message.header.stamp = frame, self.stamp()
        message.pose.pose.position.x, message.pose.pose.orientation.w = x_m, w
        message.pose.covariance[0] = message.pose.covariance[7] = variance_m2
        return message

    def parts(self, robot: str) -> DiagnosticArray:
        status = DiagnosticStatus(name=f"{robot}: base", hardware_id=robot, level=self.part_level)
        status.values = [KeyValue(key="cpu_pct", value="12.0"), KeyValue(key="memory_pct", value="much")]
        array = DiagnosticArray(status=[status])
        array.header.stamp = self.stamp()
        return array

    def send(self, robot: str, source: str, message: Any) -> None:
        self._publishers[robot, source].publish(message)

    def send_parts(self, array: DiagnosticArray) -> None:
        self._diagnostics.publish(array)

    def talk(self) -> None:
        """Let time pass, and whoever talks say how it fares, ten times a second."""
        if time.monotonic() - self._talked_s < TALK_EVERY_S:
            return
        self._talked_s = time.monotonic()
        self._clock.publish(Clock(clock=self.stamp()))
        for robot in self.talking:
            self.send(robot, "state", self.state(robot))
            self.send(robot, "report", self.report(robot))
            self.send(robot, "battery", self.battery())
            self.send(robot, "pose", self.pose())
            self.send_parts(self.parts(robot))

    def until(self, done: Callable[[], Any], what: str) -> Any:
        """Talk until `done` returns something true, and return that."""

        def looked() -> Any:
            self.talk()
            return done()

        return self._ros.until(looked, what, START_WITHIN_S)

    def metrics(self) -> dict[tuple[str, ...], float]:
        text = httpx.get(f"http://127.0.0.1:{self.port}/metrics", timeout=30.0).text
        return {
            (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }

    def refused(self) -> dict[tuple[str, str, str], float]:
        """Return the messages refused so far by robot, source and reason."""
        found = {}
        for key, value in self.metrics().items():
            if key[0] == "fleet_gateway_messages_refused_total":
                _, reason, robot, source = key
                found[robot, source, reason] = value
        return found

    def health(self, robot: str) -> Any:
        """Return what the newest fleet state says of a robot, None before there is one."""
        return next((each for each in self.states[-1].robots if each.robot == robot), None) if self.states else None

    def codes(self, robot: str) -> list[str]:
        """Return the conditions of a robot that the manager was told last."""
        told = self.conditions[-1].conditions if self.conditions else ()
        return [condition.code for condition in told if condition.subject == robot]

    def row(self, robot: str) -> Any:
        rows = httpx.get(f"http://127.0.0.1:{self.port}/api/v1/robots", timeout=30.0).json()
        return next(row for row in rows if row["id"] == robot)


@pytest.fixture(scope="module")
def robots(domain: int, ros: Ros, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Robots]:
    run: Path = tmp_path_factory.mktemp("run")
    fleet = Fleet(domain, run)
    made = Robots(ros, fleet)
    made.until(lambda: (told := made.health(TALKS)) is not None and told.freshness == "live", "the gateway hears it")
    yield made
    fleet.end()
    assert "Traceback" not in made.process.said
    assert "failures=" not in made.process.said, "a callback failed"


def test_who_talks_is_live_and_who_never_did_is_unknown(robots: Robots) -> None:
    robots.until(lambda: robots.health(TALKS).health == "ok", "it is well")
    heard, never = robots.health(TALKS), robots.health(FLOODS)
    assert (heard.activity, heard.control, heard.soc_pct, heard.x_m) == ("idle", "automatic", 80.0, 4.0)
    assert (never.freshness, never.health, never.age_s) == ("never", "unknown", math.inf)
    assert math.isnan(never.soc_pct)
    assert robots.conditions[-1].source == "gateway"


def test_it_shows_again_and_again_that_it_lives(robots: Robots) -> None:
    pulse = gateway_pulse(robots.run)
    robots.until(pulse.exists, "it beats")
    before = pulse.stat().st_mtime_ns
    robots.until(lambda: pulse.stat().st_mtime_ns > before, "it beats again")


def test_what_cannot_be_true_is_counted_told_once_and_harms_nobody(robots: Robots) -> None:
    late = robots.stamp()
    late.sec += int(FAR_AHEAD_S)
    nan = math.nan
    bad: dict[tuple[str, str], Any] = {
        ("state", "pose"): robots.state(LIES, x_m=nan),
        ("state", "frame"): robots.state(LIES, frame="odom"),
        ("state", "map"): robots.state(LIES, map_id="moon"),
        ("state", "future_stamp"): robots.state(LIES, stamp=late),
        ("state", "charge"): robots.state(LIES, soc_pct=-3.0),
        ("state", "other_robot"): robots.state("nobody"),
        ("state", "word"): robots.state(LIES, state="<b>dancing</b>"),
        ("report", "malformed"): robots.report(LIES, x_m=nan),
        ("report", "future_stamp"): robots.report(LIES, at_s=robots.now_s() + FAR_AHEAD_S),
        ("report", "charge"): robots.report(LIES, soc_pct=101.0),
        ("battery", "charge"): robots.battery(percentage=1.5),
        ("battery", "number"): robots.battery(voltage=math.inf),
        ("pose", "pose"): robots.pose(x_m=nan),
        ("pose", "quaternion"): robots.pose(w=0.5),
        ("pose", "frame"): robots.pose(frame="base_link"),
        ("pose", "covariance"): robots.pose(variance_m2=nan),
    }
    wanted = {(LIES, source, reason) for source, reason in bad}
    stranger = ("unknown", "diagnostics", "unknown_robot")

    def lie() -> bool:
        for (source, _), message in bad.items():
            robots.send(LIES, source, message)
        robots.send_parts(robots.parts("stranger"))
        refused = robots.refused()
        return all(refused.get(key, 0.0) >= 2.0 for key in (*wanted, stranger))

    robots.until(lie, "all of it is refused")
    assert {key for key in robots.refused() if key[2] != "flood"} == {*wanted, stranger}
    liar = robots.health(LIES)
    assert (liar.freshness, liar.health) == ("never", "unknown"), "lies leave no trace"
    assert (robots.health(TALKS).freshness, robots.health(TALKS).health) == ("live", "ok")
    said = robots.process.said
    for robot, source, reason in (*wanted, stranger):
        line = f"robot={robot} source={source} reason={reason} event=refused"
        assert said.count(line) == 1, line

    robots.talking.add(LIES)
    robots.until(lambda: robots.health(LIES).freshness == "live", "what it says now is taken")
    good = f"robot={LIES} source=state reason=pose event=good_again"
    robots.until(lambda: good in robots.process.said, "its recovery is told")
    robots.talking.discard(LIES)


def test_a_flood_is_limited_and_the_others_are_unharmed(robots: Robots) -> None:
    def flood() -> bool:
        for _ in range(200):
            robots.send(FLOODS, "state", robots.state(FLOODS))
            robots.send_parts(robots.parts(FLOODS))
        refused = robots.refused()
        return all(refused.get((FLOODS, source, "flood"), 0.0) >= 500.0 for source in ("state", "diagnostics"))

    robots.until(flood, "most of it is refused")
    assert not any(robot == TALKS for robot, _, _ in robots.refused())
    robots.until(lambda: robots.health(TALKS).age_s < 1.0, "the others are heard as before")


def test_a_condition_reaches_the_manager_and_the_consoles_row_and_ends(robots: Robots) -> None:
    with connect(f"ws://127.0.0.1:{robots.port}/api/v1/stream", max_size=None) as socket:
        rows = Rows(socket)
        robots.until(lambda: rows.of(TALKS).get("freshness") == "live", "its row says that it is live")
        robots.part_level = DiagnosticStatus.ERROR
        robots.until(lambda: robots.codes(TALKS) == ["diagnostics_error"], "the rule sees it")
        robots.until(lambda: rows.of(TALKS)["conditions"] == ["diagnostics_error"], "its row says so")
        assert (rows.of(TALKS)["health"], rows.of(TALKS)["control"]) == ("error", "automatic")
        robots.part_level = DiagnosticStatus.OK
        robots.until(lambda: robots.codes(TALKS) == [], "it ends")
        robots.until(lambda: rows.of(TALKS)["conditions"] == [], "its row says so too")


def test_who_falls_silent_is_stale_everywhere_and_never_ok(robots: Robots) -> None:
    def levels() -> dict[str, bytes]:
        return {status.name: status.level for status in robots.aggregates[-1].status} if robots.aggregates else {}

    groups = [f"/fleet/{TALKS}{group}" for group in ("", "/link", "/battery", "/driving", "/parts")]
    robots.until(lambda: all(levels().get(name) == DiagnosticStatus.OK for name in groups), "all of it is well")
    robots.talking.discard(TALKS)
    robots.until(lambda: all(levels()[name] == DiagnosticStatus.STALE for name in groups), "all of it is stale")
    robots.until(lambda: robots.health(TALKS).freshness == "stale", "the fleet's state says so")
    assert robots.health(TALKS).health == "unknown"
    robots.until(lambda: (robots.row(TALKS)["age_s"] or 0.0) >= 5.0, "its row tells its age")
    assert (robots.row(TALKS)["freshness"], robots.row(TALKS)["health"]) == ("stale", "unknown")
    robots.talking.add(TALKS)
    robots.until(lambda: robots.row(TALKS)["freshness"] == "live", "it is back")


def test_prometheus_is_told_of_the_processes(robots: Robots) -> None:
    told = {"name": "sim_world", "role": "sim_world", "pid": None, "ready": False, "restarts": 6}
    supervisor = FileLock(robots.run / "fleet.lock")
    write_json(robots.run / "processes.json", {"processes": [{**told, "started_steady_s": 0.0}]})
    robots.until(lambda: robots.metrics().get(("fleet_process_up", "sim_world")) == 0.0, "the gateway knows of it")
    assert robots.metrics()["fleet_process_restarts_total", "sim_world"] == 6.0
    supervisor.release()


class Rows:
    """The robots' rows by what the stream tells."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._rows: dict[str, dict[str, Any]] = {}

    def of(self, robot: str) -> dict[str, Any]:
        """Take in the frames that have come, and return a row, empty if none has."""
        while True:
            try:
                frame = json.loads(self._socket.recv(timeout=0.001))
            except TimeoutError:
                return self._rows.get(robot, {})
            if frame["type"] != "poses":
                self._rows |= {row["id"]: row for row in frame.get("robots", ())}
