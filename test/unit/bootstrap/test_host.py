from __future__ import annotations

from dataclasses import replace

import pytest

from bootstrap.entry import refusal
from bootstrap.errors import Unready
from bootstrap.host import Interpreter, Machine, choose
from bootstrap.ros import HostRos

PY312 = Interpreter("/usr/bin/python3.12", "3.12", venv=True, headers=True)
PY311 = Interpreter("/usr/bin/python3.11", "3.11", venv=True, headers=True)
GOOD = Machine("Linux", "x86_64", (2, 36), has_c=True, has_cxx=True, interpreters=(PY312, PY311))
JAZZY = HostRos(("/opt/ros/jazzy",), "3.12", ())


def complaint(machine: Machine, host: HostRos | None = None) -> list[str]:
    with pytest.raises(Unready) as caught:
        choose(machine, host)
    return str(caught.value).splitlines()


def test_the_first_complete_interpreter_is_taken() -> None:
    assert choose(GOOD, None) == PY312
    assert choose(replace(GOOD, interpreters=(replace(PY312, headers=False), PY311)), None) == PY311
    assert choose(replace(GOOD, interpreters=(replace(PY312, venv=False), PY311)), None) == PY311


@pytest.mark.parametrize(
    ("machine", "says", "mends"),
    [
        (replace(GOOD, processor="aarch64"), "Linux on aarch64", "x86-64"),
        (replace(GOOD, system="Darwin"), "Darwin on x86_64", "x86-64"),
        (replace(GOOD, glibc=None), "glibc 2.28", "Debian 12"),
        (replace(GOOD, glibc=(2, 27)), "glibc 2.28", "Debian 12"),
        (replace(GOOD, has_c=False), "a C compiler", "apt-get install -y gcc"),
        (replace(GOOD, has_cxx=False), "a C++ compiler", "apt-get install -y g++"),
        (replace(GOOD, interpreters=()), "Python 3.12 (or 3.11)", "python3.12 python3.12-venv python3.12-dev"),
        (
            replace(GOOD, interpreters=(replace(PY311, venv=False),)),
            "Python 3.11 has no venv module",
            "install -y python3.11-venv",
        ),
        (
            replace(GOOD, interpreters=(replace(PY311, headers=False),)),
            "headers of Python 3.11",
            "install -y python3.11-dev",
        ),
        (
            replace(GOOD, interpreters=(Interpreter("/usr/bin/python3", "3.10", venv=True, headers=True),)),
            "Python 3.12 (or 3.11) is missing",
            "python3.12",
        ),
    ],
)
def test_each_missing_thing_is_one_line_with_its_mending(machine: Machine, says: str, mends: str) -> None:
    lines = complaint(machine)
    assert len(lines) == 1
    assert says in lines[0]
    assert "Mend it: " in lines[0]
    assert mends in lines[0].split("Mend it: ")[1]


def test_several_missing_things_are_said_at_once() -> None:
    bare = replace(PY311, venv=False, headers=False)
    assert len(complaint(replace(GOOD, has_c=False, has_cxx=False, interpreters=(bare,)))) == 4


def test_a_sourced_ros_decides_the_version() -> None:
    assert choose(replace(GOOD, interpreters=(PY311, PY312)), JAZZY) == PY312
    (line,) = complaint(replace(GOOD, interpreters=(PY311,)), JAZZY)
    assert "Python 3.12 (the Python that the sourced ROS was built for)" in line


def test_the_wheels_glibc_does_not_matter_where_ros_is_installed() -> None:
    assert choose(replace(GOOD, glibc=None), JAZZY) == PY312


@pytest.mark.parametrize(
    ("version", "accepted"), [((3, 10), False), ((3, 11), True), ((3, 12), True), ((3, 13), False)]
)
def test_an_unsupported_python_is_told_so(version: tuple[int, int], accepted: bool) -> None:
    line = refusal(version)
    assert (line is None) == accepted
    if line:
        assert f"only 3.{version[1]} was found" in line
        assert "\n" not in line
