"""Past days played again: as they were they come out as they were measured, and a change shows beside them."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from robot_fleet.cli.app import build, run
from robot_fleet.core.inputs import CancelTask
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.runtime.history import registry
from robot_fleet.runtime.ports import ports_for
from robot_fleet.runtime.runs.virtual import VirtualFleet
from robot_fleet.runtime.what_if.answer import Question, Sources, answer
from robot_fleet.runtime.what_if.change import Change
from robot_fleet.runtime.what_if.compare import JUDGED, WITHIN_PCT, Comparison, comparison_json
from robot_fleet.sim.people import read_people
from robot_fleet.site.demand import RequestRow
from robot_fleet.site.ground.maps import read_map
from robot_fleet.site.load import load_site
from test.alarm_site import alarm_site
from test.fakes.recorded_run import record

TINY = Path(__file__).parents[1] / "data" / "sites" / "tiny"
KHON_KAEN = Path(__file__).parents[2] / "config" / "sites" / "khon_kaen_demo"
pytestmark = pytest.mark.xdist_group("what_if")
BEGIN_S = 9 * 3600.0
OTHER_SEED = 7
"""The people of the day were not drawn as those of the seed by which it is played again."""


def requests() -> list[RequestRow]:
    """Return half an hour with more to do than three robots can do at once."""
    rows = [RequestRow(f"v{n}", BEGIN_S + 150.0 * n, "care_visit", {"place": f"home/r10{1 + n % 2}"}) for n in range(8)]
    parcel = {"from": "hub/shelf", "to": "home/r102", "mass_kg": 4.0}
    rows += [
        RequestRow(f"p{n}", BEGIN_S + 60.0 + 400.0 * n, "parcel_delivery", {**parcel, "item": f"box_{n}"})
        for n in range(4)
    ]
    alarm = {"place": "home/r101", "signal": "help_button", "truth": "help_needed"}
    return [*rows, RequestRow("a0", BEGIN_S + 900.0, "care_alarm", alarm)]


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Sources:
    """A day that the virtual link has played, in which people did something, too."""
    folder = tmp_path_factory.mktemp("day")
    site = load_site(alarm_site(folder / "site"))
    people = read_people(folder / "site" / "people.yaml")
    wishes = {1_262: CancelTask("c1", "p3", "not at home")}
    with Ledger.open(folder / "ledger.sqlite", registry(), site_id=site.id) as ledger:
        occupancy = read_map(Path(site.map_file))
        fleet = VirtualFleet(site, ports_for(site), occupancy, people, requests(), OTHER_SEED, ledger)
        for link in fleet.links.values():
            link.start(fleet.now)
        for second in range(3_000):
            fleet.second()
            if second in wishes:
                fleet.host.feed(wishes[second], fleet.now)
    return Sources(folder / "site", folder / "ledger.sqlite", None)


def ask(sources: Sources, change: Change, of: str = "1") -> Comparison:
    return answer(Question(of, "", change, 1), sources)


def test_prices_are_told_in_the_sites_currency(sources: Sources, tmp_path: Path) -> None:
    site = Path(shutil.copytree(sources.folder, tmp_path / "site"))
    assert not (site / "costs.yaml").exists()
    costs = (KHON_KAEN / "costs.yaml").read_text(encoding="utf-8").replace("{th:", "{ko:")
    prices = yaml.safe_load(costs)
    kinds = load_site(site).kinds
    prices["kinds"] = {kind: deepcopy(prices["kinds"]["care"]) for kind in kinds}  # files of sites know no aliases
    prices["saved"] = {}
    (site / "costs.yaml").write_text(yaml.safe_dump(prices, allow_unicode=True), encoding="utf-8")
    made = answer(Question("1", "", Change(), 1), Sources(site, sources.ledger, None))
    told = comparison_json(made)
    assert (made.currency, told["figures"]["total_won"]["unit"]) == ("THB", "THB")
    result = CliRunner().invoke(build(["what-if"]), ["what-if", "--site", str(site), "--ledger", str(sources.ledger)])
    assert result.exit_code == 0, result.output
    assert "(THB)" in result.stdout
    assert "₩" not in result.stdout


def figures(made: Comparison) -> dict[tuple[str, str], tuple[float | None, float | None, float | None]]:
    return {
        (line.table, line.figure): (line.measured, line.baseline, line.changed)
        for line in made.lines()
        if line.key == "fleet"
    }


def test_without_a_change_the_day_is_reproduced_and_with_one_it_differs(sources: Sources) -> None:
    made = ask(sources, Change(robots={"care": -1}, demand_pct={"parcel_delivery": 50.0}))
    found = figures(made)
    assert found["service", "requests"] == (13.0, 13.0, 15.0)
    assert found["service", "cancelled"] == (1.0, 1.0, 1.0)
    for key in JUDGED:
        measured, baseline, _ = found[key]
        assert measured, key
        assert baseline == pytest.approx(measured, rel=WITHIN_PCT / 100.0), key
    assert made.far == []
    measured, baseline, changed = found["service", "wait_p95_s"]
    assert measured is not None and baseline is not None and changed is not None
    assert changed > baseline
    assert found["utilisation_by_fleet", "utilisation_pct"][2] != found["utilisation_by_fleet", "utilisation_pct"][1]
    assert made.changed is not None
    assert (made.baseline.report.robots, made.changed.report.robots) == (3, 2)


def test_a_day_that_begins_while_robots_are_under_way(tmp_path: Path) -> None:
    recorded = record(tmp_path)
    made = answer(Question("2", "", Change(), 1), Sources(recorded.folder, recorded.ledger, recorded.telemetry))
    day = made.day
    assert (day.begin_s, day.assumed) == (86_400.0, ())
    assert set(day.carried) == {"r0002", "r0003", "r0004", "r0005"}  # r0003: a call with which people deal yet
    assert 0.0 < day.site.robots["logistics_1"].start_soc_pct < 100.0
    assert {type(wish).__name__ for _, wish in day.commands} >= {"CancelTask", "SetHold"}
    found = figures(made)
    assert found["service", "requests"][:2] == (1.0, 1.0)
    assert found["service", "cancelled"][:2] == (1.0, 1.0)
    assert made.changed is None


def test_the_verb_says_how_near_it_is(sources: Sources, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["what-if", "--date", "1", "--site", str(sources.folder), "--ledger", str(sources.ledger)]
    assert run([*words, "--lang", "ko"]) == 0
    told = capsys.readouterr()
    assert "변경 없이 다시 실행한 그날은 실측과 2 % 안에서 일치합니다." in told.out
    assert "그날을 그대로 다시 실행하는 중" in told.err


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (["--robots", "care"], "request_what_if_malformed"),
        (["--robots", "care=few"], "request_what_if_malformed"),
        (["--robots", "care=-0.5"], "request_what_if_malformed"),
        (["--date", "2"], "request_what_if_empty_day"),
        (["--date", "2026-11-02"], "request_date_unknown"),
        (["--robots", "care=-2"], "request_what_if_last_robot"),
        (["--demand", "much"], "request_what_if_malformed"),
        (["--from", "yesterday"], "request_date_malformed"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    sources: Sources, more: Sequence[str], code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["what-if", "--site", str(sources.folder), "--ledger", str(sources.ledger)]
    assert run([*words, *more]) == 1
    assert f"[{code}]" in capsys.readouterr().err
