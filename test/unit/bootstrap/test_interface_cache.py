from __future__ import annotations

import os
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
