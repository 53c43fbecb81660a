"""Health rules at their boundaries: thresholds, hysteresis, minimum times, and values that are not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from robot_fleet.core.clock import Now
from robot_fleet.core.health import HealthRule, Level
from robot_fleet.site.load import load_site
from robot_fleet.site.reading.draft import default_health
from robot_fleet.telemetry.watch import Watch

RULES = default_health().rules
LOW = HealthRule("low", "soc_pct", Level.WARNING, clear=30.0, below=25.0, raise_after_s=5.0, clear_after_s=10.0)


def look(watch: Watch, at_s: float, **signals: float) -> list[str]:
    """Return the codes of what is seen at a time; both clocks tell the same."""
    return [condition.code for condition in watch.look(signals, Now(at_s, at_s))]


@pytest.fixture
def watch() -> Watch:
    """A robot with one rule, low already."""
    made = Watch("r1", [LOW])
    assert look(made, 0.0, soc_pct=24.9) == []
    assert look(made, 5.0, soc_pct=24.9) == ["low"]
    return made


def test_it_begins_only_after_its_time_without_a_break() -> None:
    watch = Watch("r1", [LOW])
    assert look(watch, 0.0, soc_pct=24.9) == []
    assert look(watch, 4.9, soc_pct=24.9) == []
    assert look(watch, 4.95, soc_pct=25.0) == []  # at the threshold the better state holds
    assert look(watch, 5.0, soc_pct=24.9) == []
    assert look(watch, 9.9, soc_pct=24.9) == []
    assert look(watch, 10.0, soc_pct=24.9) == ["low"]


def test_it_says_since_when_and_what_it_saw() -> None:
    watch = Watch("r1", [LOW])
    look(watch, 100.0, soc_pct=20.0)
    watch.look({"soc_pct": 19.5}, Now(105.0, 105.0))
    (condition,) = watch.conditions
    assert (condition.subject, condition.since_s, condition.value) == ("r1", 100.0, 19.5)


def test_between_threshold_and_clear_nothing_changes(watch: Watch) -> None:
    assert look(watch, 20.0, soc_pct=29.9) == ["low"]
    assert look(watch, 1000.0, soc_pct=25.0) == ["low"]


def test_it_ends_only_after_its_time_without_a_break(watch: Watch) -> None:
    assert look(watch, 20.0, soc_pct=30.0) == ["low"]  # at clear it is on the good side
    assert look(watch, 29.9, soc_pct=31.0) == ["low"]
    assert look(watch, 29.95, soc_pct=29.9) == ["low"]
    assert look(watch, 30.0, soc_pct=30.0) == ["low"]
    assert look(watch, 40.0, soc_pct=30.0) == []


@pytest.mark.parametrize("missing", [{}, {"soc_pct": float("nan")}])
def test_without_a_value_nothing_ends(watch: Watch, missing: dict[str, float]) -> None:
    assert look(watch, 20.0, soc_pct=90.0) == ["low"]
    assert look(watch, 25.0, **missing) == ["low"]
    assert look(watch, 30.0, soc_pct=90.0) == ["low"]
    assert look(watch, 40.0, soc_pct=90.0) == []


@pytest.mark.parametrize("missing", [{}, {"soc_pct": float("nan")}])
def test_without_a_value_nothing_begins(missing: dict[str, float]) -> None:
    watch = Watch("r1", [LOW])
    look(watch, 0.0, soc_pct=10.0)
    assert look(watch, 4.0, **missing) == []
    assert look(watch, 8.0, soc_pct=10.0) == []
    assert look(watch, 13.0, soc_pct=10.0) == ["low"]


def test_ages_are_judged_by_the_steady_clock() -> None:
    watch = Watch("r1", [HealthRule("old", "age", Level.ERROR, clear=1.0, above=2.0, raise_after_s=3.0, steady=True)])
    watch.look({"age": 5.0}, Now(0.0, 0.0))
    assert not watch.look({"age": 5.0}, Now(100.0, 2.9))
    assert watch.look({"age": 5.0}, Now(100.0, 3.0))


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.code)
def test_each_rule_of_the_fleet_begins_and_ends_at_its_boundaries(rule: HealthRule) -> None:
    threshold = rule.above if rule.below == float("-inf") else rule.below
    worse = threshold + (0.001 if threshold == rule.above else -0.001)
    watch = Watch("r1", [rule])
    for at_s in (0.0, rule.raise_after_s + 1.0):
        assert look(watch, at_s, **{rule.signal: threshold}) == []
    began_s = rule.raise_after_s + 2.0
    if rule.raise_after_s:
        assert look(watch, began_s, **{rule.signal: worse}) == []
    assert look(watch, began_s + rule.raise_after_s, **{rule.signal: worse}) == [rule.code]
    over_s = began_s + rule.raise_after_s + 1.0
    if rule.clear != threshold:
        assert look(watch, over_s + 900.0, **{rule.signal: threshold}) == [rule.code]
    if rule.clear_after_s:
        assert look(watch, over_s + 1000.0, **{rule.signal: rule.clear}) == [rule.code]
    assert look(watch, over_s + 1000.0 + rule.clear_after_s, **{rule.signal: rule.clear}) == []


def test_a_site_may_watch_otherwise_and_every_kind_it_names_must_exist(tmp_path: Path) -> None:
    import shutil

    from robot_fleet.core.errors import SiteError

    folder = tmp_path / "site"
    shutil.copytree(Path(__file__).parents[2] / "data" / "sites" / "tiny", folder)
    usual, known = load_site(folder).health, default_health()
    assert (usual.rules, usual.alarms.keys()) == (known.rules, known.alarms.keys())
    rule = "{code: low, signal: soc_pct, level: warning, below: 20.0, clear: 25.0, kinds: [KIND]}"
    text = f"schema_version: 1\nrules:\n  - {rule}\nalarms: []\n"
    (folder / "health.yaml").write_text(text.replace("KIND", "care"), encoding="utf-8")
    assert list(load_site(folder).health.rules) == ["low"]
    (folder / "health.yaml").write_text(text.replace("KIND", "bus"), encoding="utf-8")
    with pytest.raises(SiteError) as refused:
        load_site(folder)
    assert refused.value.code == "site_unknown_kind"
    (folder / "health.yaml").write_text(text.replace("KIND", "care").replace("25.0", "15.0"), encoding="utf-8")
    with pytest.raises(SiteError) as refused:
        load_site(folder)
    assert "clear" in str(refused.value)
