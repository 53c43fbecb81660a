"""Orders, steps and results survive JSON, and nothing that is not one passes for one."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot_fleet.agent.codec import order_from_dict, order_to_dict, result_from_dict, result_to_dict
from robot_fleet.core.errors import OrderError
from robot_fleet.core.geometry import Pose
from robot_fleet.core.order import Order, Step, StepKind, StepResult, StepState

numbers = st.floats(-1e6, 1e6)
texts = st.text(max_size=8)
values = st.recursive(st.none() | st.booleans() | st.integers() | numbers | texts, lambda x: st.lists(x, max_size=3))
poses = st.builds(Pose, numbers, numbers, numbers, texts)
steps = st.builds(
    Step,
    id=texts,
    kind=st.sampled_from(StepKind),
    target=poses,
    lane=texts,
    keep_yaw=st.booleans(),
    last=st.booleans(),
    corridor_m=numbers,
    speed_mps=numbers,
    place=texts,
    act=texts,
    act_id=texts,
    params=st.dictionaries(texts, values, max_size=3),
    duration_s=numbers,
    interruptible=st.booleans(),
    repeatable=st.booleans(),
)
orders = st.builds(
    Order,
    robot=texts,
    id=texts,
    update=st.integers(0, 10**9),
    steps=st.lists(steps, max_size=4).map(tuple),
    released=st.integers(0, 9),
    hold=st.booleans(),
    cancel=st.booleans(),
)
results = st.builds(
    StepResult, texts, st.sampled_from(StepState), texts, st.dictionaries(texts, values, max_size=3), numbers
)


@given(orders)
def test_an_order_comes_back_as_it_was(order: Order) -> None:
    assert order_from_dict(json.loads(json.dumps(order_to_dict(order)))) == order


@given(results)
def test_a_result_comes_back_as_it_was(result: StepResult) -> None:
    assert result_from_dict(json.loads(json.dumps(result_to_dict(result)))) == result


STEP = {"id": "s1", "kind": "drive", "target": [0, 1.5, 0, "main"]}
ORDER = {"v": 1, "robot": "care_1", "id": "o1", "update": 1, "steps": [STEP], "released": 1}


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"v": 2}, "order.v"),
        ({"robot": 7}, "order.robot"),
        ({"released": -1}, "order.released"),
        ({"released": True}, "order.released"),
        ({"update": 1.5}, "order.update"),
        ({"hold": 1}, "order.hold"),
        ({"hurry": True}, "order"),
        ({"steps": {}}, "order.steps"),
        ({"steps": [{**STEP, "kind": "fly"}]}, "order.steps[0].kind"),
        ({"steps": [STEP, {**STEP, "target": [0, 1]}]}, "order.steps[1].target"),
        ({"steps": [{**STEP, "target": [0, 1, float("nan"), "main"]}]}, "order.steps[0].target"),
        ({"steps": [{**STEP, "corridor_m": "wide"}]}, "order.steps[0].corridor_m"),
        ({"steps": [{**STEP, "params": []}]}, "order.steps[0].params"),
        ({"steps": [{**STEP, "max_force_n": 5}]}, "order.steps[0]"),
        ({"steps": [{"id": "s1", "kind": "drive"}]}, "order.steps[0].target"),
    ],
)
def test_what_is_wrong_is_refused_with_the_way_to_it(change: dict[str, object], where: str) -> None:
    assert order_from_dict(ORDER).steps[0].target == Pose(0.0, 1.5)
    with pytest.raises(OrderError) as caught:
        order_from_dict({**ORDER, **change})
    assert caught.value.where == where
    assert caught.value.code == ("order_version" if where == "order.v" else "order_malformed")


def test_defaults_are_left_out() -> None:
    assert order_to_dict(order_from_dict(ORDER)) == ORDER
