"""Two fleets on one machine get different names, domains and ports, or a clear error."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from robot_fleet.core.errors import RuntimeFailure
from robot_fleet.runtime.processes.claims import DOMAINS, PORTS, FleetClaim
from robot_fleet.runtime.processes.run_directory import run_directories, run_directory, state_home
from robot_fleet.runtime.processes.watched import RestartPolicy


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"XDG_STATE_HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path / "runtime")}


def test_the_state_home_follows_xdg(tmp_path: Path) -> None:
    assert state_home({"XDG_STATE_HOME": str(tmp_path)}) == tmp_path / "robot_fleet"
    assert state_home({"XDG_STATE_HOME": "not/absolute"}) == state_home({})
    assert state_home({}).parts[-3:] == (".local", "state", "robot_fleet")


@pytest.mark.parametrize("name", ["", "..", "a/b", "A", "-x", "x" * 33, "한"])
def test_a_name_that_is_no_folder_name_is_refused(name: str, environ: dict[str, str]) -> None:
    with pytest.raises(RuntimeFailure) as caught:
        run_directory(name, environ)
    assert caught.value.code == "runtime_bad_name"


def test_two_fleets_share_neither_domain_nor_port(environ: dict[str, str]) -> None:
    with FleetClaim("one", environ) as one, FleetClaim("two", environ) as two:
        domains = {one.domain_id(), two.domain_id()}
        ports = {one.port(), two.port()}
        assert len(domains) == len(ports) == 2
        assert all(domain in DOMAINS for domain in domains)
        assert all(port in PORTS for port in ports)
        assert [run.name for run in run_directories(environ)] == ["one", "two"]


def test_a_second_fleet_of_one_name_is_refused_until_the_first_is_gone(environ: dict[str, str]) -> None:
    with FleetClaim("one", environ), pytest.raises(RuntimeFailure) as caught:
        FleetClaim("one", environ)
    assert caught.value.code == "runtime_fleet_running"
    assert "down --name one" in caught.value.message
    FleetClaim("one", environ).release()


def test_an_exported_domain_is_respected_but_not_shared(environ: dict[str, str]) -> None:
    exported = {**environ, "ROS_DOMAIN_ID": "7"}
    with FleetClaim("one", exported) as one, FleetClaim("two", exported) as two:
        assert one.domain_id() == 7
        with pytest.raises(RuntimeFailure) as caught:
            two.domain_id()
    assert caught.value.code == "runtime_domain_busy"
    with FleetClaim("one", {**environ, "ROS_DOMAIN_ID": "many"}) as one, pytest.raises(RuntimeFailure) as caught:
        one.domain_id()
    assert caught.value.code == "runtime_domain_malformed"


def test_when_all_domains_are_taken_it_says_so(environ: dict[str, str]) -> None:
    with FleetClaim("greedy", environ) as greedy:
        assert [greedy.domain_id() for _ in DOMAINS] == list(DOMAINS)
        with pytest.raises(RuntimeFailure) as caught:
            greedy.domain_id()
    assert caught.value.code == "runtime_domain_busy"


def test_a_busy_port_is_refused_or_passed_over(environ: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other, FleetClaim("one", environ) as one:
        busy = other.getsockname()[1]
        with pytest.raises(RuntimeFailure) as caught:
            one.port(busy)
        assert caught.value.code == "runtime_port_busy"
        assert str(busy) in caught.value.message
        assert one.port() != busy


def test_the_pause_doubles_up_to_the_longest() -> None:
    policy = RestartPolicy()
    assert [policy.pause_s(failures) for failures in (1, 2, 3, 4, 5, 6, 7, 1000)] == [
        0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0, 5.0,
    ]  # fmt: skip
