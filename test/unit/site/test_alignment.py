"""Where a robot's own map lies in the site's: found from points, and refused where points do not say it."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from robot_fleet.cli.site import app
from robot_fleet.core.errors import SiteError
from robot_fleet.core.geometry import Alignment, Pose, wrap_angle
from robot_fleet.site.ground.alignment import Pair, fit_alignment, parse_pair, read_pairs
from robot_fleet.site.ground.maps import FREE, OccupancyMap, write_map
from robot_fleet.site.load import load_site

TINY = Path(__file__).parents[2] / "data" / "sites" / "tiny"
CORNERS = ((0.0, 0.0), (8.0, 0.0), (8.0, 5.0), (0.5, 4.0))
metres = st.floats(-500.0, 500.0)
turns = st.floats(-math.pi, math.pi)


def pairs(alignment: Alignment, off_m: float = 0.0) -> list[Pair]:
    """Return the corners on both maps; the last one is marked beside where it is."""
    found = []
    for x_m, y_m in CORNERS:
        at = alignment.in_site(Pose(x_m, y_m))
        found.append(Pair(x_m, y_m, at.x_m + (off_m if (x_m, y_m) == CORNERS[-1] else 0.0), at.y_m))
    return found


@given(metres, metres, turns)
def test_any_turn_and_shift_is_found_again(x_m: float, y_m: float, yaw_rad: float) -> None:
    fit = fit_alignment(pairs(Alignment(x_m, y_m, yaw_rad)))
    assert (fit.alignment.x_m, fit.alignment.y_m) == (pytest.approx(x_m, abs=1e-6), pytest.approx(y_m, abs=1e-6))
    assert wrap_angle(fit.alignment.yaw_rad - yaw_rad) == pytest.approx(0.0, abs=1e-9)
    assert fit.rms_m < 1e-6


@given(metres, metres, turns, metres, metres, turns)
def test_there_and_back_is_the_same_pose(ax: float, ay: float, a: float, x_m: float, y_m: float, yaw: float) -> None:
    alignment, pose = Alignment(ax, ay, a), Pose(x_m, y_m, yaw)
    back = alignment.in_own(alignment.in_site(pose))
    assert back.distance_m(pose) < 1e-6
    assert abs(wrap_angle(back.yaw_rad - yaw)) < 1e-9


def test_a_point_that_is_mistaken_is_told() -> None:
    fit = fit_alignment(pairs(Alignment(3.0, 4.0, 0.7), off_m=0.4))
    assert fit.worst == 3
    assert 0.1 < fit.rms_m < 0.4


@pytest.mark.parametrize(
    ("points", "code"),
    [
        ([], "site_align_too_few"),
        (pairs(Alignment())[:2], "site_align_too_few"),
        ([Pair(1.0, 1.0, 5.0, 5.0)] * 3, "site_align_too_near"),
        ([Pair(each.own_x_m, each.own_y_m, 1.05 * each.site_x_m, 1.05 * each.site_y_m) for each in pairs(Alignment())],
         "site_align_scale"),
        ([Pair(each.own_x_m, each.own_y_m, -each.site_x_m, each.site_y_m) for each in pairs(Alignment())],
         "site_align_scale"),  # as if seen in a mirror
    ],
)  # fmt: skip
def test_points_that_fix_nothing_are_refused(points: list[Pair], code: str) -> None:
    with pytest.raises(SiteError) as caught:
        fit_alignment(points)
    assert caught.value.code == code


@pytest.mark.parametrize("text", ["", "1,2", "1,2=", "1,2=3", "1,2=3,nan", "a,2=3,4", "1,2=nowhere"])
def test_a_pair_of_another_form_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(SiteError) as caught:
        parse_pair(text, load_site(TINY))
    assert caught.value.code == "site_align_malformed"
    file = tmp_path / "pairs.csv"
    file.write_text("own_x_m,own_y_m,site_x_m,site_y_m\n1,2,3,4\n1,2,3\n", encoding="utf-8")
    with pytest.raises(SiteError) as caught:
        read_pairs(file)
    assert caught.value.where == f"{file}:3"


def test_the_verb_prints_what_goes_into_the_file(tmp_path: Path) -> None:
    site, runner = load_site(TINY), CliRunner()
    write_map(OccupancyMap(np.full((400, 400), FREE, dtype=np.int8), 0.1, -20.0, -20.0), tmp_path / "own.yaml")
    alignment = Alignment(6.0, 3.0, 0.5)
    words = ["align", "--map", str(tmp_path / "own.yaml"), "--site", str(TINY)]
    places = [site.places[name] for name in list(site.places)[:4]]
    for place in places:
        own = alignment.in_own(place.pose)
        words += ["--pair", f"{own.x_m},{own.y_m}={place.id}"]
    run = runner.invoke(app, words)
    assert (run.exit_code, "alignment: [6.0, 3.0, 0.5]  # off by 0.000 m" in run.output) == (0, True)
    assert json.loads(runner.invoke(app, [*words, "--json"]).output)["alignment"] == [6.0, 3.0, 0.5]
    beside = alignment.in_own(Pose(10.0, 5.0))
    mistaken = (
        (f"{beside.x_m},{beside.y_m}=10.4,5", "site_align_off"),
        ("90,9=1,1", "site_align_off_map"),
        ("1,1=99,1", "site_align_off_map"),
    )
    for more, code in mistaken:
        with pytest.raises(SiteError) as caught:
            runner.invoke(app, [*words, "--pair", more], catch_exceptions=False)
        assert caught.value.code == code
