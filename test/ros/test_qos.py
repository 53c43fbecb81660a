"""The table of topics: complete, used everywhere, and compatible with whoever listens or publishes."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from rclpy.qos import (
    QoSCompatibility,
    QoSDurabilityPolicy,
    QoSProfile,
    QoSReliabilityPolicy,
    qos_check_compatible,
    qos_profile_sensor_data,
)

from robot_fleet.ros.qos import QOS, topic

pytestmark = pytest.mark.ros

PACKAGE = Path(__file__).resolve().parents[2] / "robot_fleet"
SOURCES = sorted(PACKAGE.rglob("*.py"))
MAKERS_THEMSELVES = {"tap.py", "interposed.py"}  # they are told name and quality by those who use them
MAKERS = {
    "create_publisher": (1, 2, "offered"),
    "outlet": (1, 2, "offered"),
    "create_subscription": (1, 3, "wanted"),
    "hear": (1, 3, "wanted"),
}
LATCHED = [name for name, quality in QOS.items() if quality.offered.durability is QoSDurabilityPolicy.TRANSIENT_LOCAL]


def calls() -> list[tuple[str, str, str, str]]:
    """Every publisher and subscription made in the product: where, by which call, its topic and its QoS as written."""
    found = []
    for source in SOURCES:
        if source.name in MAKERS_THEMSELVES:
            continue
        for node in ast.walk(ast.parse(source.read_text())):
            is_maker = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in MAKERS
            if is_maker and len(node.args) > MAKERS[node.func.attr][1]:
                name, qos, _ = MAKERS[node.func.attr]
                where = f"{source.relative_to(PACKAGE)}:{node.lineno}"
                found.append((where, node.func.attr, ast.unparse(node.args[name]), ast.unparse(node.args[qos])))
    return found


def test_every_publisher_and_subscription_takes_name_and_quality_from_the_table() -> None:
    made = calls()
    assert len(made) > 15
    for where, call, name, qos in made:
        end = MAKERS[call][2]
        # a robot's kind may give the topics that say who moves it other names
        assert name.startswith("topic(") or qos.startswith("QOS['~control']"), f"{where}: {name}"
        assert qos.startswith("QOS[") or qos in ("contents", "facts"), f"{where}: {qos}"
        assert qos.endswith(f".{end}") or qos in ("contents", "facts"), f"{where}: {qos} where {end} is due"


def test_every_row_of_the_table_is_used() -> None:
    words = {
        node.value
        for source in SOURCES
        if source.name != "qos.py"
        for node in ast.walk(ast.parse(source.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert set(QOS) <= words


@pytest.mark.parametrize("name", QOS)
def test_both_ends_of_a_topic_understand_each_other(name: str) -> None:
    quality = QOS[name]
    assert qos_check_compatible(quality.offered, quality.wanted)[0] != QoSCompatibility.ERROR


@pytest.mark.parametrize("name", QOS)
def test_what_is_published_can_be_heard_with_the_usual_profile(name: str) -> None:
    assert qos_check_compatible(QOS[name].offered, QoSProfile(depth=10))[0] != QoSCompatibility.ERROR


@pytest.mark.parametrize("name", ["~odom", "~battery_state", "clock"])
def test_sensors_that_publish_without_guarantees_are_heard(name: str) -> None:
    assert qos_check_compatible(qos_profile_sensor_data, QOS[name].wanted)[0] != QoSCompatibility.ERROR


def test_what_a_late_listener_must_know_is_latched() -> None:
    of_the_fleet = {
        "fleet/facts",
        "fleet/place_contents",
        "fleet/brought_items",
        "fleet/charger_supply",
        "fleet/alarms",
        "fleet/incidents",
        "fleet/prompts",
        "fleet/contacts",
        "fleet/site_markers",
        "map",
    }
    assert set(LATCHED) == {"~order", "~load", "~amcl_pose", "~control", "~map", "~tf_static", *of_the_fleet}
    # who moves a robot is taken from whoever says so, who must repeat it
    assert {name for name in LATCHED if QOS[name].wanted.reliability is not QoSReliabilityPolicy.RELIABLE} == {
        "~control"
    }


def test_names_are_absolute_and_only_those_of_the_table() -> None:
    assert topic("~order", "care_1") == "/care_1/order"
    assert topic("clock") == "/clock"
    with pytest.raises(KeyError):
        topic("~cmd_vel", "care_1")
