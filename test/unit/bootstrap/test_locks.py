from __future__ import annotations

import re
from importlib.metadata import distributions
from pathlib import Path

from bootstrap.layout import Layout
from bootstrap.lock_files import lines, read_lock
from bootstrap.packages import pins_for
from bootstrap.ros import HostRos

ROOT = Path(__file__).resolve().parents[3]
LAYOUT = Layout.of(ROOT, {"HOME": "/"})


def asked_for(name: str) -> set[str]:
    rows = (ROOT / name).read_text().splitlines()
    names = [re.split(r"[\[<=>]", row)[0] for row in rows if row and not row.startswith("#")]
    return {re.sub(r"[-_.]+", "-", each).lower() for each in names}


def test_the_locks_hold_all_that_is_asked_for_and_nothing_twice() -> None:
    rest, ros = read_lock(LAYOUT.lock), read_lock(LAYOUT.ros_lock)
    assert asked_for("requirements.in") | asked_for("requirements-dev.in") <= rest.keys()
    assert asked_for("requirements-ros.in") <= ros.keys() | rest.keys()
    assert not ros.keys() & rest.keys()
    bench = read_lock(LAYOUT.bench_lock)
    assert asked_for("requirements-bench.in") <= bench.keys()
    assert not bench.keys() & (ros.keys() | rest.keys())


def test_every_version_is_exact() -> None:
    for path in (LAYOUT.lock, LAYOUT.ros_lock, LAYOUT.bench_lock):
        rows = [row for row in path.read_text().splitlines() if not row.startswith("#")]
        assert [row for row in rows if not re.fullmatch(r"[a-z0-9-]+==[0-9][\w.+]*", row)] == []


def test_lines_are_read_as_they_were_written(tmp_path: Path) -> None:
    pins = {"a": "1.0", "b-c": "2.0.post1"}
    (tmp_path / "lock").write_text("# words\n\n" + lines(pins))
    assert read_lock(tmp_path / "lock") == pins


def test_beside_a_sourced_ros_all_but_the_wheels_is_installed() -> None:
    first, rest = pins_for(LAYOUT, HostRos(("/opt/ros/jazzy",), "3.12", ()))
    assert {**first, **rest} == read_lock(LAYOUT.lock)
    assert {"cmake", "ninja", "numpy"} <= first.keys()


def test_the_environment_is_what_the_locks_say() -> None:
    site_packages = [str(path) for path in LAYOUT.venv.glob("lib/python3.*/site-packages")]
    found = {re.sub(r"[-_.]+", "-", each.name).lower(): each.version for each in distributions(path=site_packages)}
    first, rest = pins_for(LAYOUT, None)
    wanted = {**first, **rest}
    assert {name: found.get(name) for name in wanted} == wanted
