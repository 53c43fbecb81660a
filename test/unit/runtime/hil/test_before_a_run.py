"""What is found wrong with a run among real robots before anything starts, and what its processes are told."""

from __future__ import annotations

import json
import os
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from robot_fleet.core.errors import RuntimeFailure
from robot_fleet.core.site import Backend, Site
from robot_fleet.runtime.bringup.backends import Backends, backends, ids, joined, with_hardware
from robot_fleet.runtime.bringup.fleet_processes import FleetPlay, fleet_processes
from robot_fleet.runtime.hil.preflight import Seen, judge
from robot_fleet.runtime.hil.real_run import LEAD_S, SILENT_AFTER_S, RealRun, check_wishes, midnight_of, watched
from robot_fleet.runtime.processes.run_directory import run_directory
from robot_fleet.site.load import load_site

TINY = Path(__file__).parents[4] / "test" / "data" / "sites" / "tiny"
WELL = frozenset({"odom", "amcl_pose"})
MIXED = Backends(embedded=("care_2",), gazebo=("logistics_1",), hardware=("care_1",))


@pytest.fixture(scope="module")
def site() -> Site:
    return load_site(TINY)


def code(raised: pytest.ExceptionInfo[RuntimeFailure]) -> tuple[str, str]:
    return raised.value.code, raised.value.where


def test_the_site_says_what_carries_its_robots_and_a_run_may_add_real_ones(site: Site) -> None:
    assert backends(site) == Backends(("care_1", "care_2", "logistics_1"), (), ())
    assert backends(with_hardware(site, " care_2,logistics_1 ")) == Backends(("care_1",), (), ("care_2", "logistics_1"))
    gazebo = replace(site.robots["care_1"], backend=Backend.GAZEBO)
    mixed = replace(site, robots=site.robots | {"care_1": gazebo})
    assert backends(with_hardware(mixed, None)).gazebo == ("care_1",)
    assert backends(with_hardware(mixed, "care_2")) == Backends(("logistics_1",), ("care_1",), ("care_2",))
    assert backends(with_hardware(mixed, "none")) == backends(site)


def test_a_robot_that_is_none_is_named_with_those_that_there_are(site: Site) -> None:
    with pytest.raises(RuntimeFailure) as raised:
        with_hardware(site, "care_1,care_9")
    assert code(raised) == ("runtime_unknown_robot", "--hardware")
    assert "care_9" in raised.value.message
    assert "logistics_1" in raised.value.message


def test_a_robot_is_not_named_twice(site: Site) -> None:
    with pytest.raises(RuntimeFailure) as raised:
        with_hardware(site, "care_1,care_2,care_1")
    assert code(raised) == ("runtime_namespace_twice", "--hardware")


def test_robots_cannot_see_those_with_another_kind_of_body() -> None:
    assert MIXED.strangers_of("care_1") == ("care_2", "logistics_1")
    assert MIXED.strangers_of("logistics_1") == ("care_2", "care_1")
    assert ids(joined(())) == ()
    assert ids(joined(("a", "b"))) == ("a", "b")


@pytest.mark.parametrize(
    ("words", "virtual", "speed", "wrong"),
    [
        ("care_1", True, 1.0, ("runtime_hil_link", "--link")),
        ("care_1", False, 5.0, ("runtime_hil_speed", "--speed")),
        ("care_1", False, 1.0, None),
        ("none", True, 5.0, None),
        (None, True, 5.0, None),
    ],
)
def test_a_real_robot_lives_at_speed_one(
    site: Site, words: str | None, virtual: bool, speed: float, wrong: tuple[str, str] | None
) -> None:
    asked = with_hardware(site, words)
    if wrong is None:
        check_wishes(asked, virtual=virtual, speed=speed)
        return
    with pytest.raises(RuntimeFailure) as raised:
        check_wishes(asked, virtual=virtual, speed=speed)
    assert code(raised) == wrong
    assert "--hardware none" in raised.value.message


def test_the_first_request_of_a_demand_comes_when_the_fleet_is_up(site: Site) -> None:
    at_s = time.time() - midnight_of(site, 28800.0).timestamp()
    assert at_s == pytest.approx(28800.0 - LEAD_S, abs=2.0)
    midnight = midnight_of(site, None)
    assert 0.0 <= time.time() - midnight.timestamp() <= 25 * 3600.0


def seen(**changes: object) -> Seen:
    heard = {"care_1": WELL, "logistics_1": WELL}
    return replace(Seen(heard, {"care_1": 1, "logistics_1": 1}, {"care_1": 0, "logistics_1": 0}), **changes)


def test_robots_with_an_agent_of_their_own_are_known() -> None:
    assert judge(MIXED, seen(), 30.0) == ()
    assert judge(MIXED, seen(agents={"care_1": 1, "logistics_1": 0}), 30.0) == ("care_1",)


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"heard": {"care_1": frozenset({"odom"}), "logistics_1": WELL}}, ("runtime_hil_absent", "care_1")),
        ({"heard": {"care_1": WELL}}, ("runtime_hil_absent", "logistics_1")),
        ({"bodies": {"care_1": 2, "logistics_1": 1}}, ("runtime_hil_twice", "care_1")),
        ({"agents": {"care_1": 0, "logistics_1": 2}}, ("runtime_hil_twice", "logistics_1")),
        ({"bodies": {"care_1": 1, "logistics_1": 1, "care_2": 1}}, ("runtime_hil_taken", "care_2")),
    ],
)
def test_what_is_wrong_on_the_network_is_told_before_anything_starts(
    changes: dict[str, object], wrong: tuple[str, str]
) -> None:
    with pytest.raises(RuntimeFailure) as raised:
        judge(MIXED, seen(**changes), 30.0)
    assert code(raised) == wrong


def test_the_processes_of_a_mixed_run(tmp_path: Path) -> None:
    run = run_directory(environ={"XDG_STATE_HOME": str(tmp_path)})
    midnight = datetime(2026, 11, 26, tzinfo=UTC)
    real = RealRun(midnight, MIXED, "care_1", remote=("logistics_1",))
    play = FleetPlay(site=TINY, domain=7, port=8600, seed=1, speed=1.0, real=real)
    specs = {spec.name: " ".join(spec.argv) for spec in fleet_processes(run, play, {})}
    assert list(specs) == ["fleet_manager", "robot_agents", "agent_of_care_1", "gateway", "sim_world", "hil_watch"]
    assert not any("--simulated" in words for words in specs.values())
    clock = "--midnight 2026-11-26T00:00:00+00:00"
    for name in ("fleet_manager", "robot_agents", "agent_of_care_1", "gateway"):
        assert f"{clock} --embedded care_2" in specs[name]
    assert specs["robot_agents"].endswith("--robots care_2")
    assert specs["agent_of_care_1"].endswith("--robots care_1")
    assert specs["sim_world"].endswith(f"{clock} --hardware care_1")
    assert specs["hil_watch"].endswith("--agents care_1 --hardware care_1")


def test_a_run_ends_when_its_watch_says_so_or_says_nothing_any_more(tmp_path: Path) -> None:
    told, up_s = tmp_path / "hil.json", time.time()
    assert watched(told, up_s) is None
    found = {"code": "runtime_hil_stale", "message": "nobody knows where it is", "where": "care_1"}
    told.write_text(json.dumps({"verdict": None, "stopped": False}))
    assert watched(told, up_s) is None
    told.write_text(json.dumps({"verdict": found, "stopped": False}))
    assert watched(told, up_s) is None, "the robots are being stopped"
    told.write_text(json.dumps({"verdict": found, "stopped": True}))
    failure = watched(told, up_s)
    assert failure is not None
    assert (failure.code, failure.where) == ("runtime_hil_stale", "care_1")
    told.write_text(json.dumps({"verdict": None, "stopped": False}))
    long_ago_s = up_s - SILENT_AFTER_S - 1.0
    os.utime(told, (long_ago_s, long_ago_s))
    assert watched(told, up_s) is None, "the run has only begun"
    failure = watched(told, long_ago_s)
    assert failure is not None
    assert failure.code == "runtime_hil_unwatched"
