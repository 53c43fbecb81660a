"""Fixtures of the tests over real rclpy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from robot_fleet.runtime.processes.shared_memory import sweep
from test.ros.rig import Process, Ros, claim_domain


@pytest.fixture(scope="session")
def domains() -> Iterator[list[int]]:
    """The ROS domains that were used, the last one at the end; what is left of them goes when all is over."""
    used: list[int] = []
    yield used
    for number in set(used):
        sweep(number)


@pytest.fixture(scope="module")
def domain(domains: list[int]) -> Iterator[int]:
    """A ROS domain that nobody else on this machine uses, and the module before did not: latched words live long."""
    number, lock = claim_domain(after=domains[-1] if domains else 0)
    domains.append(number)
    yield number
    lock.release()


@pytest.fixture(scope="module")
def ros(domain: int) -> Iterator[Ros]:
    """A node of the module's own."""
    made = Ros(domain)
    yield made
    made.close()


@pytest.fixture(scope="module")
def field(domain: int, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Process]:
    """The corridor's world in another process; `FIELD` of the module says at which speed, and what else runs there.

    A module may have it made for several bodies (see `rig.bodies`).
    """
    folder: Path = tmp_path_factory.mktemp("field")
    body: tuple[str, ...] = request.param if hasattr(request, "param") else tuple(request.module.FIELD)
    words = [str(Path(__file__).with_name("field_process.py")), str(folder), *body]
    made = Process(domain, words, folder / "log")
    yield made
    status = made.end() if made.running else "gone"
    assert status == 0, made.said
    assert "failures=" not in made.said, "a callback failed"
