"""Checking a trace against the law: planted breaches are found, and nothing else."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from robot_fleet.core.errors import RequestError
from robot_fleet.reports.law.check import Breach, check_law, read_law, read_trace

HEADER = "t_s,robot,map_id,x_m,y_m,yaw_rad,length_m,width_m,mass_kg,load,soc_pct,event\n"
KOREAN = """
schema_version: 1
id: kr
name: {ko: 법, en: law}
speeds: [{up_to_kg: 100.0, speed_kmh: 15.0}, {up_to_kg: 230.0, speed_kmh: 10.0}, {up_to_kg: 500.0, speed_kmh: 5.0}]
width_m: 0.8
wide_pavement: {from_m: 2.5, width_m: 1.2}
papers: [certificate, permit]
"""
ZONES = """
schema_version: 1
zones:
- {id: walk, outline: [[0, 0], [200, 0], [200, 4], [0, 4]], law: kr}
- {id: wide_walk, outline: [[0, 10], [200, 10], [200, 14], [0, 14]], law: kr, pavement_m: 4.0}
- {id: street, outline: [[0, 20], [200, 20], [200, 30], [0, 30]], law: kr, ground: carriageway}
- {id: crossing, outline: [[50, 18], [54, 18], [54, 32], [50, 32]], law: kr, ground: crossing}
- {id: yard, outline: [[150, 0], [200, 0], [200, 4], [150, 4]], ground: estate}
"""
PAPERS = """
schema_version: 1
papers:
- {id: cert, kind: certificate, issuer: office, valid_from: "2026-01-01", valid_to: "2026-11-02", kinds: [cart]}
- {id: permit, kind: permit, issuer: city, valid_from: "2026-01-01", valid_to: "2027-11-02", robots: [r1],
   hours: [{begins: "06:00", ends: "24:00"}]}
"""
KMH = 1 / 3.6
NOON_S = 12 * 3600.0


@dataclass(frozen=True)
class Drive:
    """A straight drive, as rows of a trace."""

    x_m: float
    y_m: float
    speed_mps: float
    mass_kg: float = 50.0
    width_m: float = 0.6
    from_s: float = NOON_S
    rows: int = 40
    yaw_rad: float = 0.0
    robot: str = "r1"

    @property
    def text(self) -> str:
        lines = []
        for row in range(self.rows):
            way_m = self.speed_mps * row / 10.0
            x_m, y_m = self.x_m + way_m * math.cos(self.yaw_rad), self.y_m + way_m * math.sin(self.yaw_rad)
            lines.append(
                f"{self.from_s + row / 10.0:.1f},{self.robot},map,{x_m:.4f},{y_m:.4f},{self.yaw_rad:.4f},"
                f"0.75,{self.width_m},{self.mass_kg},,80.0000,\n"
            )
        return "".join(lines)


OK = Drive(10.0, 2.0, 15 * KMH)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "law").mkdir()
    (tmp_path / "law" / "kr.yaml").write_text(KOREAN, encoding="utf-8")
    (tmp_path / "zones.yaml").write_text(ZONES, encoding="utf-8")
    (tmp_path / "papers.yaml").write_text(PAPERS, encoding="utf-8")
    (tmp_path / "robots.yaml").write_text("robots: [{id: r1, kind: cart}, {id: r2, kind: cart}]", encoding="utf-8")
    (tmp_path / "calendar.yaml").write_text("{time_zone: Asia/Seoul, simulated_from: '2026-11-02'}", encoding="utf-8")
    return tmp_path


def judged(site: Path, *drives: Drive, withdrawn: dict[str, float] | None = None) -> list[Breach]:
    trace = site / "trace.csv"
    trace.write_text(HEADER + "".join(drive.text for drive in drives), encoding="utf-8")
    return check_law(read_law(site), read_trace(trace), withdrawn)[0]


@pytest.mark.parametrize(
    "drive",
    [
        OK,
        replace(OK, mass_kg=100.0),
        replace(OK, mass_kg=100.1, speed_mps=10 * KMH),
        replace(OK, mass_kg=500.0, speed_mps=5 * KMH),
        replace(OK, y_m=12.0, width_m=1.2),
        replace(OK, x_m=160.0, speed_mps=8.0, mass_kg=3000.0, width_m=2.0, rows=20),  # on the estate
        Drive(52.0, 19.0, 4.0, yaw_rad=math.pi / 2, rows=30),  # over the crossing
        replace(OK, y_m=8.0, speed_mps=9.0, mass_kg=900.0),  # where no law is
        replace(OK, from_s=86_400.0 - 10.0),
    ],
)
def test_what_is_lawful_is_no_breach(site: Path, drive: Drive) -> None:
    assert judged(site, drive) == []


@pytest.mark.parametrize(
    ("drive", "rule", "worst", "limit"),
    [
        (replace(OK, speed_mps=16 * KMH), "speed", 16 * KMH, 15 * KMH),
        (replace(OK, mass_kg=100.1), "speed", 15 * KMH, 10 * KMH),
        (replace(OK, mass_kg=230.1, speed_mps=6 * KMH), "speed", 6 * KMH, 5 * KMH),
        (replace(OK, mass_kg=500.1, speed_mps=1.0), "mass", 500.1, 500.0),
        (replace(OK, width_m=0.81), "width", 0.81, 0.8),
        (replace(OK, y_m=12.0, width_m=1.21), "width", 1.21, 1.2),
        (replace(OK, y_m=4.2, width_m=0.81), "width", 0.81, 0.8),  # a side of it on the pavement
        (Drive(40.0, 25.0, 1.0), "carriageway", None, None),
        (replace(OK, from_s=86_400.0), "certificate", None, None),
        (replace(OK, from_s=5 * 3600.0), "permit", None, None),
        (replace(OK, robot="r2"), "permit", None, None),
    ],
)
def test_a_planted_breach_is_found(
    site: Path, drive: Drive, rule: str, worst: float | None, limit: float | None
) -> None:
    found = [breach for breach in judged(site, drive) if breach.rule == rule]
    [breach] = found
    assert (breach.robot, breach.law) == (drive.robot, "kr")
    assert breach.worst == (None if worst is None else pytest.approx(worst, abs=0.01))
    assert breach.limit == (None if limit is None else pytest.approx(limit, abs=0.001))
    assert drive.from_s <= breach.from_s <= breach.to_s <= drive.from_s + drive.rows / 10.0


def test_midnight_is_where_a_certificate_ends(site: Path) -> None:
    [breach, *more] = judged(site, replace(OK, from_s=86_400.0 - 2.0, speed_mps=1.0))
    assert breach.rule == "certificate" and breach.from_s == 86_400.0
    assert [each.rule for each in more] == ["permit"], "nor are it the permit's hours"


def test_a_paper_that_was_withdrawn_counts_until_then(site: Path) -> None:
    drive = replace(OK, speed_mps=1.0)
    [breach] = judged(site, drive, withdrawn={"permit": NOON_S + 2.0})
    assert (breach.rule, breach.from_s) == ("permit", NOON_S + 2.0)
    assert judged(site, drive, withdrawn={"permit": NOON_S + 60.0}) == []


def test_a_robot_that_stands_while_its_certificate_ends_is_a_breach_too(site: Path) -> None:
    standing = replace(OK, speed_mps=0.0, from_s=86_400.0 - 120.0, rows=2400)
    assert {breach.rule: breach.from_s for breach in judged(site, standing)} == {
        "certificate": 86_400.0,
        "permit": 86_400.0,
    }


def test_two_drives_are_two_breaches(site: Path) -> None:
    fast = replace(OK, speed_mps=5.0)
    assert [breach.rule for breach in judged(site, fast, replace(fast, from_s=NOON_S + 60.0))] == ["speed", "speed"]


def test_a_trace_that_is_none_is_refused(site: Path) -> None:
    for text in ("t_s,robot\n", HEADER + "1.0,r1\n", HEADER + "x,r1,map,1,1,0,1,1,1,,1,\n"):
        (site / "trace.csv").write_text(text, encoding="utf-8")
        with pytest.raises(RequestError) as refused:
            read_trace(site / "trace.csv")
        assert refused.value.code == "request_trace_malformed"


def test_the_verb_lists_breaches_and_fails(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from robot_fleet.cli.app import run

    judged(site, replace(OK, speed_mps=5.0))
    trace = str(site / "trace.csv")
    assert run(["law", "check", trace, str(site), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert [breach["rule"] for breach in told["breaches"]] == ["speed"] and told["entries"] == 1
    judged(site, OK)
    assert run(["law", "check", trace, str(site)]) == 0
    assert "no breaches" in capsys.readouterr().out
    judged(site, OK)
    assert run(["law", "check", trace, str(site), "--withdrawn", "permit@06:00"]) == 1
