"""The codec gives back what it was given, refuses everything else and says where."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, NewType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot_fleet.core.errors import LedgerError
from robot_fleet.core.facts import FACT_TYPES
from robot_fleet.ledger.codec import CodecMismatch, text_reader, value_codec
from robot_fleet.ledger.registry import FactRegistry

RobotId = NewType("RobotId", str)


class Mood(StrEnum):
    CALM = "calm"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Spot:
    x_m: float
    y_m: float
    map_id: str = "main"


@dataclass(frozen=True, slots=True)
class Everything:
    robot: RobotId
    count: int
    ratio: float
    sure: bool
    mood: Mood
    side: Literal["left", "right"]
    spot: Spot
    names: tuple[str, ...]
    pair: tuple[int, str]
    tags: frozenset[str]
    by_name: Mapping[str, Spot]
    by_mood: Mapping[Mood, int]
    maybe: float | None
    free: Mapping[str, object] = field(default_factory=dict)


EXAMPLE = Everything(
    robot=RobotId("care_1"),
    count=3,
    ratio=0.5,
    sure=True,
    mood=Mood.BUSY,
    side="left",
    spot=Spot(1.0, 2.0),
    names=("a", "나"),
    pair=(1, "b"),
    tags=frozenset({"z", "a"}),
    by_name={"here": Spot(0.0, -1.0, "b2")},
    by_mood={Mood.CALM: 2},
    maybe=None,
    free={"list": [1, 2.5, None, {"deep": True}]},
)


def test_round_trip_of_every_kind_of_field() -> None:
    codec = value_codec(Everything)
    text = codec.dumps(EXAMPLE)
    assert codec.loads(text) == EXAMPLE
    assert codec.dumps(codec.loads(text)) == text


def test_sets_are_written_in_one_order() -> None:
    assert '"tags":["a","z"]' in value_codec(Everything).dumps(EXAMPLE)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@given(
    free=st.dictionaries(st.text(), json_values, max_size=3),
    ratio=st.floats(allow_nan=False),
    names=st.lists(st.text()),
    maybe=st.none() | st.floats(allow_nan=False),
)
def test_round_trip_of_any_value(free: dict[str, object], ratio: float, names: list[str], maybe: float | None) -> None:
    codec = value_codec(Everything)
    value = Everything(
        RobotId("r"), 1, ratio, False, Mood.CALM, "right", Spot(0.0, 0.0), tuple(names), (0, ""), frozenset(), {}, {},
        maybe, free,
    )  # fmt: skip
    assert codec.loads(codec.dumps(value)) == value


def test_an_int_may_stand_for_a_float_and_comes_back_as_one() -> None:
    codec = value_codec(Spot)
    assert codec.dumps(Spot(1, 2)) == '{"x_m":1.0,"y_m":2.0,"map_id":"main"}'


@pytest.mark.parametrize("value", [math.inf, -math.inf])
def test_infinite_floats_survive(value: float) -> None:
    codec = value_codec(Spot)
    assert codec.loads(codec.dumps(Spot(value, 0.0))).x_m == value


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"count": True}, ".count"),
        ({"count": 1.0}, ".count"),
        ({"ratio": math.nan}, ".ratio"),
        ({"ratio": True}, ".ratio"),
        ({"mood": "busy"}, ".mood"),
        ({"side": "up"}, ".side"),
        ({"spot": {"x_m": 1.0, "y_m": 2.0}}, ".spot"),
        ({"spot": Spot("1", 2.0)}, ".spot.x_m"),  # type: ignore[arg-type]
        ({"names": ["a"]}, ".names"),
        ({"names": ("a", 1)}, ".names[1]"),
        ({"pair": (1,)}, ".pair"),
        ({"pair": ("b", 1)}, ".pair[0]"),
        ({"by_name": {"here": Spot(0.0, None)}}, ".by_name.here.y_m"),  # type: ignore[arg-type]
        ({"free": {"t": (1, 2)}}, ".free.t"),
        ({"free": {"inf": math.inf}}, ".free.inf"),
        ({"free": {"deep": [{1: 2}]}}, ".free.deep[0]"),
    ],
)
def test_a_value_of_another_type_is_refused_with_its_path(change: dict[str, object], path: str) -> None:
    values = {name: getattr(EXAMPLE, name) for name in Everything.__slots__}
    with pytest.raises(CodecMismatch) as caught:
        value_codec(Everything).dumps(Everything(**{**values, **change}))
    assert caught.value.path == path


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('{"x_m":1.0}', ""),
        ('{"x_m":1.0,"y_m":2.0,"z_m":3.0}', ""),
        ('{"x_m":"1","y_m":2.0}', ".x_m"),
        ('{"x_m":NaN,"y_m":2.0}', ""),
        ('{"x_m":1.0,"y_m":2.0} tail', ""),
        ("[]", ""),
        ("{", ""),
    ],
)
def test_json_that_does_not_fit_is_refused(text: str, path: str) -> None:
    with pytest.raises(CodecMismatch) as caught:
        value_codec(Spot).loads(text)
    assert caught.value.path == path


def read_as(read: Callable[[str], Any], text: str) -> tuple[object, str]:
    """Return what comes of a text: the value (its text, since NaN is unequal to itself), or what was said of it."""
    try:
        return repr(read(text)), ""
    except CodecMismatch as mismatch:
        return None, str(mismatch)


ODD = st.sampled_from([None, True, 1, 1.0, "1", "inf", "busy", "left", [], {}, [1, "b"], {"x_m": 1, "y_m": 2}])
WORDS = st.sampled_from(["1e400", "NaN", "-Infinity", '"\\ud800"', "1E2", "00", "1.", '"a" ', "{}", "[1]", "-0.0"])


@given(name=st.sampled_from([*Everything.__slots__, "more"]), value=ODD | json_values)
def test_the_quick_reader_takes_what_the_codec_takes_and_nothing_else(name: str, value: object) -> None:
    body = json.loads(value_codec(Everything).dumps(EXAMPLE))
    text = json.dumps({**body, name: value})
    assert read_as(text_reader(Everything), text) == read_as(value_codec(Everything).loads, text)


@given(word=WORDS, name=st.sampled_from(["x_m", "map_id"]))
def test_the_quick_reader_reads_odd_json_as_the_codec_does(word: str, name: str) -> None:
    text = '{"x_m":1.0,"y_m":2.0,"map_id":"m"}'.replace("1.0" if name == "x_m" else '"m"', word)
    assert read_as(text_reader(Spot), text) == read_as(value_codec(Spot).loads, text)


def test_a_missing_field_takes_its_default() -> None:
    assert value_codec(Spot).loads('{"x_m":1,"y_m":2}') == Spot(1.0, 2.0, "main")


@pytest.mark.parametrize("hint", [set[str], int | str, Mapping[int, str], list[int], bytes])
def test_types_without_a_strict_form_are_refused_when_compiled(hint: object) -> None:
    with pytest.raises(TypeError):
        value_codec(hint)


def test_a_registry_writes_kind_and_version_and_reads_them_back() -> None:
    registry = FactRegistry([Spot])
    assert registry.encode(Spot(1.0, 2.0)) == ("Spot", 1, '{"x_m":1.0,"y_m":2.0,"map_id":"main"}')
    assert registry.decode("Spot", 1, '{"x_m":1.0,"y_m":2.0}') == Spot(1.0, 2.0)


def test_older_versions_are_upcast_step_by_step() -> None:
    registry = FactRegistry(
        [Spot],
        versions={"Spot": 3},
        upcasters={
            ("Spot", 1): lambda body: {"x_cm": body["x"], "y_cm": body["y"]},
            ("Spot", 2): lambda body: {"x_m": body["x_cm"] / 100, "y_m": body["y_cm"] / 100},
        },
    )
    assert registry.decode("Spot", 1, '{"x":150,"y":200}') == Spot(1.5, 2.0)
    assert registry.decode("Spot", 2, '{"x_cm":150,"y_cm":200}') == Spot(1.5, 2.0)
    assert registry.encode(Spot(1.0, 2.0))[1] == 3


def test_a_registry_without_a_needed_upcaster_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="upcasts it from 2"):
        FactRegistry([Spot], versions={"Spot": 3}, upcasters={("Spot", 1): lambda body: body})
    with pytest.raises(ValueError, match="unknown kinds"):
        FactRegistry([Spot], versions={"Spto": 1})
    with pytest.raises(ValueError, match="two classes"):
        FactRegistry([Spot, Spot])


@pytest.mark.parametrize(
    ("kind", "version", "body", "code"),
    [
        ("Nothing", 1, "{}", "ledger_unknown_fact"),
        ("Spot", 2, "{}", "ledger_newer_version"),
        ("Spot", 1, "{}", "ledger_fact_malformed"),
    ],
)
def test_facts_that_cannot_be_read_have_a_code(kind: str, version: int, body: str, code: str) -> None:
    with pytest.raises(LedgerError) as caught:
        FactRegistry([Spot]).decode(kind, version, body)
    assert caught.value.code == code


def test_facts_that_cannot_be_written_have_a_code() -> None:
    registry = FactRegistry([Spot])
    with pytest.raises(LedgerError) as caught:
        registry.encode(EXAMPLE)
    assert caught.value.code == "ledger_unknown_fact"
    with pytest.raises(LedgerError) as caught:
        registry.encode(Spot(math.nan, 0.0))
    assert caught.value.code == "ledger_fact_malformed"
    assert "x_m" in caught.value.message


def test_every_fact_of_the_fleet_has_a_strict_form() -> None:
    FactRegistry(FACT_TYPES)
