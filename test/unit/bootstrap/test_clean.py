from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bootstrap import clean
from bootstrap.errors import Refused
from bootstrap.layout import Layout
from robot_fleet.ledger.lock import FileLock


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    made = Layout(tmp_path / "checkout", tmp_path / "cache/robot_fleet", tmp_path / "state/robot_fleet")
    for path in (
        made.root / ".venv/bin/python",
        made.root / "robot_fleet/core/__pycache__/plan.pyc",
        made.root / "robot_fleet/core/plan.py",
        made.root / "config/site.yaml",
        made.cache / "grids/a.npz",
        made.state / "fleets/main/ledger.db",
        made.state / "fleets/main/fleet.lock",
        tmp_path / "state/other/file",
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    return made


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_all_that_was_made_goes_and_nothing_else(layout: Layout, tmp_path: Path) -> None:
    clean.run(layout, yes=True, ask=None)
    assert files(tmp_path) == ["checkout/config/site.yaml", "checkout/robot_fleet/core/plan.py", "state/other/file"]


def test_it_says_what_goes_before_it_asks(layout: Layout, capsys: pytest.CaptureFixture[str]) -> None:
    shown: list[str] = []

    def ask(_: str) -> str:
        shown.append(capsys.readouterr().out)
        return "y"

    clean.run(layout, yes=False, ask=ask)
    for path in (layout.venv, layout.cache, layout.state):
        assert str(path) in shown[0]
    assert not layout.venv.exists()


@pytest.mark.parametrize("ask", [lambda _: "", lambda _: "n", None], ids=["enter", "no", "nobody there"])
def test_without_a_yes_nothing_goes(layout: Layout, ask: Callable[[str], str] | None, tmp_path: Path) -> None:
    before = files(tmp_path)
    with pytest.raises(Refused, match="nothing was removed"):
        clean.run(layout, yes=False, ask=ask)
    assert files(tmp_path) == before


def test_nothing_goes_while_a_fleet_runs(layout: Layout, tmp_path: Path) -> None:
    before = files(tmp_path)
    lock = FileLock(layout.state / "fleets/main/fleet.lock")
    with pytest.raises(Refused, match=r"a fleet is running \(main\)"):
        clean.run(layout, yes=True, ask=None)
    lock.release()
    assert files(tmp_path) == before


def test_a_clean_checkout_has_nothing_to_remove(layout: Layout, capsys: pytest.CaptureFixture[str]) -> None:
    clean.run(layout, yes=True, ask=None)
    capsys.readouterr()
    clean.run(layout, yes=False, ask=None)
    assert capsys.readouterr().out == "Nothing to remove.\n"
