"""A run on the virtual clock with prices and a limit: what it says of charging is reckoned again from the trace."""

from __future__ import annotations

import csv
import shutil
from dataclasses import dataclass, field

import pytest

from test.integration.virtual_runs import TINY, Played, play

PRICE = [200.0, 200.0, 200.0, 200.0, 200.0, 200.0, 200.0, 200.0, 100.0, *(150.0,) * 15]
"""Per kilowatt-hour, by hour of the day: 08:00 to 09:00 is the cheap hour."""
LIMIT_KW = 0.17
"""Room for one robot of either kind at a time."""
ENERGY = f"""
schema_version: 1
charger_efficiency_pct: 100
tariff:
  source: {{ko: 시험, en: test}}
  periods:
  - {{load: light, hours: [{{from_hour: 8, to_hour: 9}}], price_per_kwh: 100}}
  - {{load: mid, hours: [{{from_hour: 9, to_hour: 24}}], price_per_kwh: 150}}
  - {{load: peak, hours: [{{from_hour: 0, to_hour: 8}}], price_per_kwh: 200}}
groups:
- {{id: all, name: {{ko: 모두, en: all}}, chargers: [charger_1, charger_2, charger_3], max_kw: {LIMIT_KW}}}
"""


@dataclass
class Told:
    """What the trace says of one robot: its charge each second, and since when it has stood at a charger."""

    soc_pct: dict[int, float] = field(default_factory=dict)
    docks: list[tuple[int, bool]] = field(default_factory=list)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Played:
    folder = tmp_path_factory.mktemp("energy") / "tiny"
    shutil.copytree(TINY, folder)
    (folder / "energy.yaml").write_text(ENERGY, encoding="utf-8")
    robots = (folder / "robots.yaml").read_text(encoding="utf-8")
    robots = robots.replace("start_soc_pct: 75.0", "start_soc_pct: 35.0").replace("70.0", "20.0")
    (folder / "robots.yaml").write_text(robots, encoding="utf-8")
    return play(folder, folder.parent / "out", "energy", duration_s=1.2 * 3600.0, until_idle=False)


@pytest.fixture(scope="module")
def told(run: Played) -> dict[str, Told]:
    found: dict[str, Told] = {}
    with run.trace_file.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            robot, at_s = found.setdefault(row["robot"], Told()), float(row["t_s"])
            if row["event"].startswith("dock:"):
                robot.docks.append((round(at_s), True))
            elif row["event"] == "undock":
                robot.docks.append((round(at_s), False))
            elif at_s == int(at_s):
                robot.soc_pct[int(at_s)] = float(row["soc_pct"])
    return found


def test_the_group_never_draws_more_than_its_limit(run: Played, told: dict[str, Told]) -> None:
    kinds = {spec.id: run.site.kinds[spec.kind] for spec in run.site.robots.values()}
    charged = 0
    for second in next(iter(told.values())).soc_pct:
        drawn_kw = 0.0
        for name, robot in told.items():
            before, after = robot.soc_pct.get(second), robot.soc_pct.get(second + 1)
            if before is not None and after is not None and after > before:
                drawn_kw += (after - before) / 100.0 * kinds[name].battery_wh * 3600.0 / 1000.0
        assert drawn_kw <= LIMIT_KW + 1e-3, second
        charged += drawn_kw > 0.0
    assert charged > 2400  # it was charged for more than half of the time
    (group,) = run.summary["energy"]["groups"]
    assert 0.1 < group["peak_kw"] <= LIMIT_KW < group["at_once_peak_kw"]


def test_what_was_paid_and_saved_is_what_the_trace_says(run: Played, told: dict[str, Told]) -> None:
    paid = at_once = kwh = at_once_kwh = 0.0
    for name, robot in told.items():
        kind = run.site.kinds[run.site.robots[name].kind]
        docks, stands, level_wh = dict(robot.docks), False, -1.0
        for second, soc_pct in robot.soc_pct.items():
            stands = docks.get(second, stands)
            change_wh = (robot.soc_pct.get(second + 1, soc_pct) - soc_pct) / 100.0 * kind.battery_wh
            price = PRICE[second // 3600] / 1000.0
            if stands:
                level_wh = soc_pct / 100.0 * kind.battery_wh if level_wh < 0.0 else level_wh
                gained_wh = min(kind.charge_w / 3600.0, kind.battery_wh - level_wh)
                level_wh += gained_wh
                at_once, at_once_kwh = at_once + gained_wh * price, at_once_kwh + gained_wh / 1000.0
                paid, kwh = paid + max(change_wh, 0.0) * price, kwh + max(change_wh, 0.0) / 1000.0
            elif level_wh >= 0.0:
                level_wh += min(change_wh, 0.0)
    total = run.summary["energy"]["total"]
    assert total["kwh"] == pytest.approx(kwh, rel=0.01)
    assert total["price"] == pytest.approx(paid, rel=0.01)
    assert total["at_once_kwh"] == pytest.approx(at_once_kwh, rel=0.01)
    assert total["at_once_price"] == pytest.approx(at_once, rel=0.01)
    owed = (at_once_kwh - kwh) * min(PRICE)
    assert total["saved_price"] == pytest.approx(at_once - paid - owed, abs=0.02 * at_once)


def test_nobody_falls_below_its_reserve_and_everything_is_done(run: Played, told: dict[str, Told]) -> None:
    assert len(run.done) == len(run.summary["requests"])
    assert run.summary["plans"]["violations"] == 0
    for name, robot in told.items():
        kind = run.site.kinds[run.site.robots[name].kind]
        assert min(robot.soc_pct.values()) >= min(kind.reserve_pct, run.site.robots[name].start_soc_pct - 5.0)


def test_the_cheap_hour_is_used(run: Played) -> None:
    loads = run.summary["energy"]["total"]["grid_by_load_kwh"]
    assert loads["light"] > 0.1
    assert sum(loads.values()) == pytest.approx(run.summary["energy"]["total"]["kwh"], abs=1e-3)
