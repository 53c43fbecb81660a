from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from bootstrap import interfaces
from bootstrap.errors import StepFailed
from bootstrap.layout import Layout
from bootstrap.progress import Phase
from bootstrap.steps import Steps


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    made = Layout.of(tmp_path / "checkout", {"HOME": str(tmp_path)})
    (made.venv / "lib/python3.11/site-packages").mkdir(parents=True)
    return made


def steps(layout: Layout) -> Steps:
    """Return steps that can start nothing, so whatever works does without a compiler."""
    made = Steps(layout.venv / "log", {}, 0)
    made.stop()
    return made


def keep(layout: Layout, name: str, *files: str) -> None:
    built = layout.root / "built" / name
    for file in files:
        (built / file).parent.mkdir(parents=True, exist_ok=True)
        (built / file).write_text(name)
    interfaces.keep(built, layout.cache / "interfaces" / name)


def installed(layout: Layout) -> list[str]:
    return sorted(path.name for path in (layout.venv / "lib").rglob("*") if path.is_file())


def install(layout: Layout, keys: dict[str, str]) -> None:
    interfaces.install(steps(layout), layout, keys, None, Phase("interfaces", 0.0))


def test_what_was_built_before_is_copied_in_place_of_the_last_build(layout: Layout) -> None:
    keep(layout, "a-1", "lib/a.so", "lib/a_old.so")
    keep(layout, "b-1", "lib/b.so")
    (layout.venv / "lib/of_pip.so").touch()
    install(layout, {"a": "1", "b": "1"})
    assert installed(layout) == ["a.so", "a_old.so", "b.so", "of_pip.so"]
    keep(layout, "a-2", "lib/a.so")
    install(layout, {"a": "2", "b": "1"})
    assert installed(layout) == ["a.so", "b.so", "of_pip.so"]
    assert (layout.venv / "lib/a.so").read_text() == "a-2"


def test_what_was_not_built_is_compiled(layout: Layout) -> None:
    keep(layout, "a-1", "lib/a.so")
    with pytest.raises(StepFailed, match="configuring b"):
        install(layout, {"a": "1", "b": "1"})
    assert installed(layout) == []


def test_two_checkouts_may_keep_the_same_build(layout: Layout) -> None:
    keep(layout, "a-1", "lib/a.so")
    keep(layout, "a-1", "lib/a.so")
    assert [path.name for path in (layout.cache / "interfaces").iterdir()] == ["a-1"]


def test_a_build_that_could_not_be_copied_whole_is_not_there(layout: Layout) -> None:
    with pytest.raises(OSError, match="missing"):
        interfaces.keep(layout.root / "missing", layout.cache / "interfaces" / "a-1")
    assert not (layout.cache / "interfaces" / "a-1").exists()


def test_only_the_builds_used_last_are_kept(layout: Layout) -> None:
    for number in range(20):
        keep(layout, f"a-{number:02}", "lib/a.so")
        os.utime(layout.cache / "interfaces" / f"a-{number:02}", (number, number))
    install(layout, {"a": "00"})
    kept = sorted(path.name for path in (layout.cache / "interfaces").iterdir())
    assert kept == ["a-00", *(f"a-{number:02}" for number in range(9, 20))]


class Noted(Steps):
    """Notes what would be run."""

    def __init__(self) -> None:
        self.commands: list[tuple[str, list[str]]] = []

    def run(self, what: str, *command: str | Path, on_line: Callable[[str], None] = lambda line: None) -> None:
        self.commands.append((what, [str(word) for word in command]))
        if what.startswith("installing"):
            folder = Path(str(command[-1])).parent / "installed"
            (folder / "lib").mkdir(parents=True)
            (folder / "lib" / f"{what.split()[-1]}.so").touch()


def test_the_full_set_of_nav2_is_built_after_what_it_needs_and_finds_it(layout: Layout) -> None:
    noted = Noted()
    keys = {"geographic_msgs": "1", "nav2_msgs": "2", "our_msgs": "3"}
    interfaces.install(noted, layout, keys, None, Phase("interfaces", 0.0), full_nav2=True)
    order = [what for what, _ in noted.commands]
    assert order.index("installing geographic_msgs") < order.index("configuring nav2_msgs")
    options = dict(noted.commands)
    assert "-DNAV2_MSGS_ALL=ON" in options["configuring nav2_msgs"]
    where = layout.cache / "interfaces" / "geographic_msgs-1"
    assert f"-DCMAKE_PREFIX_PATH={where}" in options["configuring nav2_msgs"]
    assert "-DNAV2_MSGS_ALL=ON" not in options["configuring our_msgs"]
    assert installed(layout) == ["geographic_msgs.so", "nav2_msgs.so", "our_msgs.so"]


def test_by_default_the_few_are_built_that_the_product_speaks(layout: Layout) -> None:
    noted = Noted()
    interfaces.install(noted, layout, {"nav2_msgs": "2"}, None, Phase("interfaces", 0.0))
    assert not any("NAV2_MSGS_ALL" in word for _, words in noted.commands for word in words)
