"""Pictures show what the trace says: where robots were, when, what they did; and keep the map's walls small."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import numpy as np
import pytest

from robot_fleet.core.errors import RequestError
from robot_fleet.reports.campaign.labels import Labels
from robot_fleet.reports.campaign.markup import SVG, svg_text
from robot_fleet.reports.campaign.model import Run, Scenario
from robot_fleet.reports.campaign.picture import alone, calls, picture
from robot_fleet.reports.campaign.trace import read_motion
from robot_fleet.reports.campaign.view import view_of
from robot_fleet.reports.campaign.walls import rectangles, walls
from robot_fleet.site.ground.maps import FREE, OCCUPIED, UNKNOWN, OccupancyMap
from test.unit.reports.campaign.made import (
    BEGIN_S,
    BODIES_HEAD,
    run,
    scenario,
    straight,
    trace_rows,
    write_trace,
)

MAP = OccupancyMap(np.full((60, 200), FREE, dtype=np.int8), 0.1, 0.0, 0.0)


def drawn(tmp_path: Path, rows: list[str], language: str = "en", bodies: Path | None = None, **more: object) -> Element:
    told = Scenario.model_validate(scenario("hard", [run(1, **more)]))
    motion = read_motion(write_trace(tmp_path / "t.csv", rows), bodies, "main")
    made = alone(picture(told, told.runs[0], motion, walls(MAP), language))
    return ElementTree.fromstring(svg_text(made))


def of_class(root: Element, css: str, tag: str = "*") -> list[Element]:
    return [each for each in root.iter(f"{{{SVG}}}{tag}") if css in (each.get("class") or "").split()]


def words(root: Element) -> list[str]:
    return ["".join(each.itertext()) for each in root.iter(f"{{{SVG}}}text")]


def titles(root: Element) -> list[str]:
    return ["".join(each.itertext()) for each in root.iter(f"{{{SVG}}}title")]


def points(path: Element) -> list[tuple[float, float]]:
    numbers = [float(each) for each in re.findall(r"-?\d+\.?\d*", path.get("d") or "")]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def test_a_way_is_drawn_where_the_robot_drove(tmp_path: Path) -> None:
    corner = straight((2.0, 1.0), (12.0, 1.0), 60.0) + straight((12.0, 1.0), (12.0, 5.0), 60.0)[1:]
    root = drawn(tmp_path, trace_rows("care_1", corner))
    (way,) = [each for each in of_class(root, "way", "path") if "L" in (each.get("d") or "")]
    view = view_of([(2.0, 1.0), (12.0, 5.0)])
    for got, (x_m, y_m) in zip(points(way), ((2.0, 1.0), (12.0, 1.0), (12.0, 5.0)), strict=True):
        assert got == pytest.approx(view.at(x_m, y_m), abs=0.8)
    assert "care_1 14 m" in words(root)
    assert not [each for each in root.iter() if each.tag.endswith(("script", "image", "foreignObject"))]


def test_times_stand_at_even_minutes_and_not_where_it_waited(tmp_path: Path) -> None:
    rows = trace_rows("care_1", straight((1.0, 1.0), (15.0, 1.0), 60.0) + [(15.0, 1.0)] * 600)
    root = drawn(tmp_path, rows)
    ticks = [each for each in of_class(root, "small", "text") if "halo" in (each.get("class") or "")]
    assert ["".join(each.itertext()) for each in ticks] == ["0:30", "1:00"]


def test_a_robot_that_stood_is_drawn_without_a_way(tmp_path: Path) -> None:
    rows = trace_rows("care_1", [(3.0, 3.0)] * 100) + trace_rows("care_2", straight((1.0, 1.0), (15.0, 1.0), 9.9))
    root = drawn(tmp_path, rows)
    assert len([each for each in of_class(root, "way", "path") if "L" in (each.get("d") or "")]) == 1
    assert {"care_1", "care_2"} <= set(words(root))


def test_acts_faults_calls_and_contacts_have_marks_and_the_legend_says_which(tmp_path: Path) -> None:
    way = straight((1.0, 1.0), (15.0, 1.0))
    rows = [*trace_rows("care_1", way), *trace_rows("care_1", way, "take:box", 300)]
    rows += [*trace_rows("care_1", way, "give:box:person", 600), *trace_rows("care_1", way, "undock", 700)]
    call = {"id": "call", "service": "care_alarm", "outcome": "done", "robot": "care_1", "requested_s": BEGIN_S + 10.0}
    fault = {"fault": "obstacle", "struck": True, "begin_s": BEGIN_S + 30.0, "end_s": None, "cause": ""}
    root = drawn(
        tmp_path,
        rows,
        passed=False,
        requests=[call],
        alarms=[{"request": "call", "robot_on_site_s": 42.0}],
        faults=[
            {**fault, "id": "box", "robots": [], "shape": [[5.0, 2.0], [6.0, 2.0], [6.0, 3.0], [5.0, 3.0]]},
            {**fault, "id": "dies", "robots": ["care_1"], "shape": None},
            {**fault, "id": "cut", "fault": "network_cut", "robots": [], "shape": None},
            {**fault, "id": "late", "robots": ["care_1"], "shape": None, "struck": False, "begin_s": None},
        ],
    )
    said = titles(root)
    assert {"0:30 care_1 take:box", "1:00 care_1 give:box:person", "call: robot there after 42 s"} <= set(said)
    assert {"box 0:30", "dies 0:30", "1:15 care_1 touches care_2"} <= set(said)
    assert not [each for each in said if "undock" in each or "late" in each]
    legend = {
        "takes",
        "gives",
        "call for help: where a robot came, and after how long",
        "fault of a robot",
        "what was in the way",
    }
    assert legend | {"contact, or where else an expectation broke"} <= set(words(root))
    assert {"call: 42 s", "1:15", "1:15 care_1 touches care_2"} <= set(words(root))
    assert "people" not in words(root)
    assert "faults without a place: network cut" in words(root)


def test_people_are_drawn_from_the_file_of_bodies(tmp_path: Path) -> None:
    lines = [f"{BEGIN_S + n / 10:.1f},p1,person,main,{2 + n / 50},2.0,0.0,0.4,0.5" for n in range(200)]
    lines += [f"{BEGIN_S + n / 10:.1f},box,obstacle,main,4.0,2.0,0.0,1.0,1.0" for n in range(200)]
    bodies = write_trace(tmp_path / "b.csv", lines, BODIES_HEAD)
    root = drawn(tmp_path, trace_rows("care_1", straight((1.0, 1.0), (15.0, 1.0))), "ko", bodies)
    assert "사람" in words(root)
    assert len(of_class(root, "person", "path")) == 2  # one of them in the legend


def test_who_came_to_a_call_is_taken_from_the_trace_first() -> None:
    seen = {"what": "care_2 stood there", "request": "call", "robot": "care_2", "value": 40.0}
    told = run(
        1,
        requests=[{"id": "call", "service": "a", "outcome": None, "robot": "care_1", "requested_s": 9.0}],
        alarms=[{"request": "call", "robot_on_site_s": 42.0}],
    )
    assert [(each.robot, each.took_s) for each in calls(Run.model_validate(told))] == [("care_1", 42.0)]
    judged = {"id": "a", "expect": "alarm_on_site", "passed": True, "sentence": "", "evidence": [seen]}
    told["expectations"].append(judged)
    assert [(each.robot, each.took_s) for each in calls(Run.model_validate(told))] == [("care_2", 40.0)]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a,b\n1,2\n", "no column robot"),
        ("t_s,robot,map_id,x_m,y_m,yaw_rad,length_m,width_m,event\n1,r,main,x,0,0,1,1,\n", "could not convert"),
        ("t_s,robot,map_id,x_m,y_m,yaw_rad,length_m,width_m,event\n1,r,main\n", "line 2 has 3 cells instead of 9"),
    ],
)
def test_what_is_no_trace_is_refused(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RequestError) as caught:
        read_motion(path, None, "main")
    assert caught.value.code == "scenario_trace_malformed"
    assert says in caught.value.message


def test_a_trace_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(RequestError) as caught:
        read_motion(tmp_path / "t.csv", None, "main")
    assert (caught.value.code, caught.value.where) == ("scenario_trace_missing", str(tmp_path / "t.csv"))


def test_rectangles_cover_a_mask_exactly() -> None:
    mask = np.random.default_rng(3).random((40, 30)) < 0.4
    covered = np.zeros(mask.shape, dtype=int)
    for left, right, low, high in rectangles(mask):
        covered[low:high, left:right] += 1
    assert (covered == mask).all()


def test_walls_are_where_the_map_has_them() -> None:
    grid = np.full((20, 30), FREE, dtype=np.int8)
    grid[4:6, 10:20] = OCCUPIED
    grid[:, 28:] = UNKNOWN
    made = walls(OccupancyMap(grid, 0.5, -1.0, 2.0))
    assert made.blocked == "M4 4h5v1H4z"
    assert made.unknown == "M13 2h1v10H13z"
    assert (made.x_m, made.y_m, made.width_m, made.height_m) == (-1.0, 2.0, 15.0, 10.0)


def test_a_noisy_map_is_drawn_more_coarsely_and_still_holds_its_walls() -> None:
    grid = np.where(np.random.default_rng(5).random((400, 400)) < 0.3, OCCUPIED, FREE).astype(np.int8)
    assert len(walls(OccupancyMap(grid, 0.05, 0.0, 0.0)).blocked) <= 60_000


def test_words_do_not_cover_each_other_nor_leave_the_picture() -> None:
    labels = Labels(200.0, 60.0)
    spots = [spot for _ in range(20) if (spot := labels.place(100.0, 30.0, "care_1")) is not None]
    assert 2 < len(spots) < 20
    assert len(set(spots)) == len(spots)
    assert all(0.0 <= x <= 200.0 and 0.0 <= y <= 60.0 for x, y in spots)
