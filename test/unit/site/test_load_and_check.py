"""What a check says of a site that is wrong in one way each, and that a right one loads."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from robot_fleet.core.errors import SiteError
from robot_fleet.site.checking.check import check_site
from robot_fleet.site.load import load_site, site_digest
from robot_fleet.site.reading.findings import Finding

TINY = Path(__file__).parents[2] / "data" / "sites" / "tiny"
BUSAN = Path(__file__).parents[3] / "config" / "sites" / "busan_edc"

Change = Callable[[Path], None]


def swap(file: str, old: str, new: str, count: int = 1) -> Change:
    """Return a change that replaces a text of a file, which must be there."""

    def change(folder: Path) -> None:
        path = folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, count), encoding="utf-8")

    return change


def add(file: str, text: str) -> Change:
    def change(folder: Path) -> None:
        with (folder / file).open("a", encoding="utf-8") as stream:
            stream.write(text)

    return change


def drop(file: str, *texts: str) -> Change:
    """Return a change that leaves out the lines that hold one of the texts."""

    def change(folder: Path) -> None:
        path = folder / file
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text("".join(line for line in lines if not any(text in line for text in texts)), encoding="utf-8")

    return change


def remove(file: str) -> Change:
    return lambda folder: (folder / file).unlink()


def put(file: str, text: str) -> Change:
    def change(folder: Path) -> None:
        (folder / file).write_text(text, encoding="utf-8")

    return change


VISIT, PARCEL = "services/care_visit.yaml", "services/parcel_delivery.yaml"
SQUARE = "[[14.0, 6.0], [16.0, 6.0], [16.0, 10.0], [14.0, 10.0]]"
ANOTHER = "  - {id: a/b, kind: waiting, pose: [%s, 0.0], name: {ko: 가, en: A}}\n"


def zones(outline: str, more: str = "") -> str:
    lines = ["schema_version: 1", "zones:", "- id: yard", "  name: {ko: 마당, en: Yard}", f"  outline: {outline}"]
    return "\n".join([*lines, f"  {more}"]) + "\n"


CASES: list[tuple[str, Change, str, str, str]] = [
    # name, what is changed, code, file, part of the key or the sentence
    ("yaml", put("site.yaml", "schema_version: 1\nid: [tiny\n"), "site_yaml_malformed", "site.yaml", "expected"),
    ("empty", put("items.yaml", ""), "site_yaml_malformed", "items.yaml", "empty"),
    ("no file", remove("kinds.yaml"), "site_file_missing", "kinds.yaml", "kinds.yaml"),
    ("key", add("site.yaml", "colour: red\n"), "site_unknown_key", "site.yaml", "colour"),
    ("key twice", add("site.yaml", "id: other\n"), "site_duplicate_key", "site.yaml", "after line 2"),
    ("no key", swap("site.yaml", "id: tiny\n", ""), "site_missing_key", "site.yaml", "id"),
    ("version", swap("site.yaml", "version: 1", "version: 2"), "site_bad_value", "site.yaml", "schema_version"),
    ("type", swap("kinds.yaml", "mass_kg: 45.0", "mass_kg: heavy"), "site_wrong_type", "kinds.yaml", "mass_kg"),
    ("negative", swap("kinds.yaml", "mass_kg: 45.0", "mass_kg: -1.0"), "site_bad_value", "kinds.yaml", "(care)"),
    ("order", swap("kinds.yaml", "charge_to_pct: 90.0", "charge_to_pct: 20.0"), "site_bad_value", "kinds.yaml", "care"),
    ("infinite", swap("kinds.yaml", "mass_kg: 45.0", "mass_kg: .inf"), "site_bad_value", "kinds.yaml", "mass_kg"),
    ("robot id", swap("robots.yaml", "id: care_2", "id: care-2"), "site_bad_value", "robots.yaml", "robots[1].id"),
    ("robot twice", swap("robots.yaml", "id: care_2", "id: care_1"), "site_duplicate_id", "robots.yaml", "robots[1]"),
    ("place twice", swap("places.yaml", "id: charger_2", "id: charger_1"), "site_duplicate_id", "places.yaml", "[1]"),
    ("stop twice", swap(PARCEL, "id: drop_off", "id: pick_up"), "site_duplicate_id", PARCEL, "stops"),
    ("start", swap("robots.yaml", "start: charger_2", "start: nowhere"), "site_unknown_place", "robots.yaml", "care_2"),
    ("taken", swap("robots.yaml", "start: charger_2", "start: charger_1"), "site_start_taken", "robots.yaml", "[1]"),
    ("kind", swap("robots.yaml", "kind: logistics", "kind: flying"), "site_unknown_kind", "robots.yaml", "logistics_1"),
    ("route", swap("places.yaml", "[home/r101, ", "[home/r109, "), "site_unknown_place", "places.yaml", "round"),
    ("item at", swap("items.yaml", "at: hub/shelf", "at: hub/roof"), "site_unknown_place", "items.yaml", "parcel_0001"),
    ("item held", swap("items.yaml", "at: hub/shelf", "at: home/gate"), "site_item_misplaced", "items.yaml", "holds 0"),
    ("item heavy", swap("items.yaml", "mass_kg: 4.0", "mass_kg: 31.0"), "site_item_misplaced", "items.yaml", "30.0 kg"),
    ("param", swap(VISIT, "param:place", "param:room"), "site_unknown_param", VISIT, "stops[0].where (visit)"),
    ("param type", swap(VISIT, "param:place", "item:place"), "site_unknown_param", VISIT, "item parameter"),
    ("group", swap(VISIT, "param:place", "group:lofts"), "site_unknown_group", VISIT, "lofts"),
    ("place stop", swap(VISIT, "param:place", "place:loft"), "site_unknown_place", VISIT, "loft"),
    ("optional", swap(VISIT, "[room]}", "[room], required: false}"), "site_optional_stop", VISIT, "required"),
    ("act item", swap(PARCEL, "item: item, exp", "item: box, exp"), "site_unknown_param", PARCEL, "'box'"),
    ("take what", swap(PARCEL, "item: item, exp", "exp"), "site_missing_key", PARCEL, "'take'"),
    ("give whom", swap(PARCEL, "to: person, ", ""), "site_missing_key", PARCEL, "person"),
    ("due stop", swap(VISIT, "visit.arrived", "home.arrived"), "site_unknown_stop", VISIT, "due.instant"),
    ("due act", swap(VISIT, "visit.arrived", "visit.sing"), "site_unknown_act", VISIT, "sing"),
    ("due base", swap(VISIT, "base: earliest", "base: param:place"), "site_unknown_param", VISIT, "due.base"),
    ("earliest", swap(VISIT, "earliest: earliest_at", "earliest: place"), "site_unknown_param", VISIT, "time"),
    ("file name", swap(VISIT, "id: care_visit", "id: care_call"), "site_service_file_name", VISIT, "care_call"),
    ("nobody", swap(VISIT, "[care]", "[nurse]"), "site_unknown_kind", VISIT, "robot_kinds[0]"),
    ("no such place", swap(VISIT, "[room]", "[kitchen]"), "site_service_unserved", VISIT, "param:place"),
    ("json", put("lanes.geojson", '{"type": '), "site_json_malformed", "lanes.geojson", "expected JSON"),
    ("no world", add("site.yaml", "world: ../w.sdf\n"), "site_file_missing", "site.yaml", "world"),
    ("no lanes", remove("lanes.geojson"), "site_file_missing", "lanes.geojson", "lanes.geojson"),
    ("lane key", swap("lanes.geojson", '"cost"', '"price"'), "site_unknown_key", "lanes.geojson", "price"),
    ("lane end", swap("lanes.geojson", '"endid": 2,', '"endid": 999,'), "site_unknown_vertex", "lanes.geojson", "999"),
    ("lane kind", swap("lanes.geojson", '"corridor_m": 0.4', '"corridor_m": 0.4, "kinds": ["bus"]'),
     "site_unknown_kind", "lanes.geojson", "bus"),
    ("lane off", swap("lanes.geojson", "[[[2.0, 3.4]", "[[[2.5, 3.4]"), "site_lane_off_vertex", "lanes.geojson", "e02"),
    ("vertex off", swap("places.yaml", "[4.0, 8.6,", "[4.0, 8.7,"), "site_vertex_off_place", "lanes.geojson", "8.7"),
    ("start not allowed", swap("places.yaml", "  - id: charger_2\n", "  - id: charger_2\n    kinds: [logistics]\n"),
     "site_start_not_allowed", "robots.yaml", "care_2"),
    ("map", remove("map.yaml"), "site_map_missing", "map.yaml", "Nav2"),
    ("image", remove("map.pgm"), "site_map_missing", "map.yaml", "map.pgm"),
    ("zone kind", put("zones.yaml", zones(SQUARE, "kinds: [bus]")), "site_unknown_kind", "zones.yaml", "bus"),
    ("zone crossed", put("zones.yaml", zones("[[0, 0], [9, 9], [9, 0], [0, 9]]")), "site_zone_outline", "zones.yaml",
     "outline"),
    ("zone nowhere", put("zones.yaml", zones("[[-9, 0], [-8, 0], [-8, 1]]")), "site_zone_off_lanes", "zones.yaml",
     "yard"),
    ("zone corners", put("zones.yaml", zones("[[0, 0], [9, 9]]")), "site_bad_value", "zones.yaml", "outline"),
    ("zone speed", put("zones.yaml", zones(SQUARE, "speed_mps: -1.0")), "site_bad_value", "zones.yaml", "speed_mps"),
    ("zone at rest", put("zones.yaml", zones("[[3, 1], [5, 1], [5, 4]]", "no_stopping: true")),
     "site_zone_over_resting_place", "zones.yaml", "charger_1"),
    ("zone closed", put("zones.yaml", zones(SQUARE, "closed: true")), "site_unreachable_place", "places.yaml",
     "cannot be"),
    ("rotated", swap("map.yaml", "-0.5, 0.0]", "-0.5, 0.1]"), "site_map_rotated", "map.yaml", "yaw"),
]  # fmt: skip


def changed(folder: Path, *changes: Change) -> Path:
    site = folder / "site"
    shutil.copytree(TINY, site)
    for change in changes:
        change(site)
    return site


@pytest.mark.parametrize(("change", "code", "file", "part"), [case[1:] for case in CASES], ids=[c[0] for c in CASES])
def test_each_mistake_is_found_with_file_and_key(
    tmp_path: Path, change: Change, code: str, file: str, part: str
) -> None:
    found = check_site(changed(tmp_path, change))
    fitting = [finding for finding in found if finding.code == code]
    assert fitting, found
    assert any(finding.file == file and part in f"{finding.key} {finding.expected}" for finding in fitting), fitting
    assert all("expected" in finding.expected for finding in found)


def test_the_tiny_site_is_right() -> None:
    assert check_site(TINY) == []
    site = load_site(TINY)
    assert site.places["hub/shelf"].holds_items == 20
    assert site.vertices["hub/shelf"].place == "hub/shelf"
    assert site.lanes["w15>annex"].resource == "annex_passage"
    assert site.robots["care_1"].start == "charger_1"
    assert site.services["care_visit"].stops[0].acts[1].expected_s == 120.0
    assert Path(site.map_file).is_file()


def test_lines_are_those_of_the_file(tmp_path: Path) -> None:
    site = changed(tmp_path, swap("kinds.yaml", "mass_kg: 50.0", "mass_kg: [50.0]"))
    [finding] = check_site(site)
    line = (site / "kinds.yaml").read_text(encoding="utf-8").splitlines()[finding.line - 1]
    assert line.strip() == "mass_kg: [50.0]"


def test_all_mistakes_are_reported_at_once(tmp_path: Path) -> None:
    site = changed(
        tmp_path,
        swap("kinds.yaml", "mass_kg: 45.0", "mass_kg: heavy"),
        swap("robots.yaml", "start: charger_2", "start: nowhere"),
        swap(VISIT, "visit.arrived", "home.arrived"),
        swap("places.yaml", "[9.0, 8.6,", "[12.3, 8.6,"),
        remove("map.pgm"),
    )
    codes = {(finding.code, finding.file) for finding in check_site(site)}
    assert codes >= {
        ("site_wrong_type", "kinds.yaml"),
        ("site_unknown_place", "robots.yaml"),
        ("site_unknown_stop", VISIT),
        ("site_vertex_off_place", "lanes.geojson"),
        ("site_map_missing", "map.yaml"),
    }


def test_one_invalid_entry_is_not_reported_again_by_those_who_refer_to_it(tmp_path: Path) -> None:
    [finding] = check_site(changed(tmp_path, swap("kinds.yaml", "mass_kg: 45.0", "mass_kg: heavy")))
    assert finding.code == "site_wrong_type"


def test_loading_raises_the_first_problem(tmp_path: Path) -> None:
    with pytest.raises(SiteError) as caught:
        load_site(changed(tmp_path, swap("robots.yaml", "start: charger_2", "start: nowhere")))
    assert caught.value.code == "site_unknown_place"
    assert "robots.yaml" in caught.value.where
    assert "nowhere" in caught.value.message


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    [finding] = check_site(tmp_path / "none")
    assert finding.code == "site_folder_missing"
    with pytest.raises(SiteError):
        load_site(tmp_path / "none")


def found(folder: Path, *changes: Change) -> dict[str, list[Finding]]:
    by_code: dict[str, list[Finding]] = {}
    for finding in check_site(changed(folder, *changes)):
        by_code.setdefault(finding.code, []).append(finding)
    return by_code


def test_a_place_without_a_vertex_is_off_the_lanes(tmp_path: Path) -> None:
    new = ANOTHER % "2.0, 1.2"
    by_code = found(tmp_path, swap("places.yaml", "routes:", new + "routes:"))
    assert list(by_code) == ["site_place_off_lanes"]
    assert "a/b" in by_code["site_place_off_lanes"][0].expected


def test_a_place_that_can_only_be_entered_is_unreachable_for_each_kind(tmp_path: Path) -> None:
    def one_way(folder: Path) -> None:
        drop("lanes.geojson", "[[[4.0, 8.6], [4.0, 4.8]]]")(folder)

    by_code = found(tmp_path, one_way)
    assert list(by_code) == ["site_unreachable_place"]
    assert [("'care'" in f.expected, "'logistics'" in f.expected) for f in by_code["site_unreachable_place"]] == [
        (True, False),
        (False, True),
    ]
    assert all("left for" in finding.expected for finding in by_code["site_unreachable_place"])


def test_a_place_may_be_left_to_the_kinds_that_reach_it(tmp_path: Path) -> None:
    only_care = swap("places.yaml", "  - id: home/r101\n", "  - id: home/r101\n    kinds: [care]\n")
    lanes = swap("lanes.geojson", '"corridor_m": 0.25', '"corridor_m": 0.25, "kinds": ["care"]', 2)
    assert list(found(tmp_path / "a", lanes)) == ["site_unreachable_place"]
    assert found(tmp_path / "b", lanes, only_care) == {}


def test_lanes_turns_and_places_in_walls_are_found_at_the_maps_resolution(tmp_path: Path) -> None:
    def wall(x0_m: float, y0_m: float, x1_m: float, y1_m: float) -> Change:
        def change(folder: Path) -> None:
            data = bytearray((folder / "map.pgm").read_bytes())
            start = len(data) - 420 * 220
            columns = [round((x_m + 0.5) / 0.05) for x_m in (x0_m, x1_m)]
            rows = [round((y_m + 0.5) / 0.05) for y_m in (y0_m, y1_m)]
            for row in range(rows[0], rows[1]):
                for column in range(columns[0], columns[1]):
                    data[start + (219 - row) * 420 + column] = 0
            (folder / "map.pgm").write_bytes(bytes(data))

        return change

    # One cell 0.3 m beside the eastbound lane: in the way of a robot 0.65 m wide, not of one 0.5 m wide.
    by_code = found(tmp_path / "lane", wall(7.5, 3.7, 7.55, 3.75))
    assert list(by_code) == ["site_lane_in_wall"]
    assert "lane e06>e09: a logistics robot" in by_code["site_lane_in_wall"][0].expected
    # A cell in the corner of a room that a robot standing there does not touch, but does when it turns.
    by_code = found(tmp_path / "turn", wall(4.35, 8.95, 4.4, 9.0))
    assert list(by_code) == ["site_turn_in_wall"]
    by_code = found(tmp_path / "place", wall(3.95, 8.75, 4.0, 8.8))
    assert "site_place_in_wall" in by_code
    assert found(tmp_path / "free", wall(7.5, 3.8, 7.55, 3.85)) == {}


def test_a_place_outside_the_map_is_said(tmp_path: Path) -> None:
    by_code = found(
        tmp_path,
        swap("places.yaml", "[4.0, 8.6,", "[40.0, 8.6,"),
        swap("lanes.geojson", '"coordinates": [4.0, 8.6]}', '"coordinates": [40.0, 8.6]}'),
    )
    assert "home/r101" in by_code["site_place_off_map"][0].key


def moved(place: str, old: str, new: str) -> list[Change]:
    """Return the changes that move a place together with its vertex and lanes."""
    return [
        swap("places.yaml", f"[{old}, ", f"[{new}, "),
        swap("lanes.geojson", f"[{old}]", f"[{new}]", -1),
    ]


def test_places_where_robots_would_touch_each_other_are_found(tmp_path: Path) -> None:
    assert found(tmp_path / "far", *moved("charger_2", "6.5, 1.2", "5.25, 1.2")) == {}
    by_code = found(tmp_path / "near", *moved("charger_2", "6.5, 1.2", "5.2, 1.2"))
    assert "charger_1" in by_code["site_places_overlap"][0].expected


def test_a_place_where_a_robot_would_block_a_lane_is_found(tmp_path: Path) -> None:
    assert found(tmp_path / "far", *moved("waiting_1", "11.5, 1.2", "11.5, 2.1")) == {}
    by_code = found(tmp_path / "near", *moved("waiting_1", "11.5, 1.2", "11.5, 2.2"))
    assert list(by_code) == ["site_place_blocks_lane"]
    lanes = [finding.expected.split("lane ")[1].split(";")[0] for finding in by_code["site_place_blocks_lane"]]
    assert lanes == ["e09>e11", "e11>e15"]


def test_every_robot_needs_a_resting_place_of_its_own(tmp_path: Path) -> None:
    fewer = [
        swap("places.yaml", f"  - id: {place}\n    kind: {kind}", f"  - id: {place}\n    kind: shelf")
        for place, kind in (("charger_3", "charger"), ("waiting_1", "waiting"))
    ]
    assert found(tmp_path / "enough", fewer[0]) == {}
    by_code = found(tmp_path / "few", *fewer)
    assert list(by_code) == ["site_too_few_resting_places"]
    assert len(by_code["site_too_few_resting_places"]) == 1
    reserved = swap("places.yaml", "  - id: waiting_1\n", "  - id: waiting_1\n    kinds: [care]\n")
    others = swap("places.yaml", "  - id: charger_3\n", "  - id: charger_3\n    kinds: [care]\n")
    start = swap("robots.yaml", "start: charger_3", "start: home/gate")
    kept = [
        swap("places.yaml", f"  - id: {place}\n", f"  - id: {place}\n    kinds: [care]\n")
        for place in ("charger_1", "charger_2")
    ]
    by_code = found(tmp_path / "reserved", reserved, others, start, *kept)
    assert "logistics_1" in by_code["site_too_few_resting_places"][0].key


def test_robots_and_services_without_each_other_are_found(tmp_path: Path) -> None:
    idle = [remove("services/parcel_delivery.yaml"), swap("services/patrol.yaml", "[care, logistics]", "[care]")]
    assert list(found(tmp_path / "idle", *idle)) == ["site_robot_serves_nothing"]
    by_code = found(tmp_path / "unserved", drop("robots.yaml", "id: logistics_1"))
    assert [finding.file for finding in by_code["site_service_unserved"]] == [PARCEL]


def test_a_service_whose_places_no_robot_reaches_is_found(tmp_path: Path) -> None:
    cut_off = drop("lanes.geojson", "[[[15.0, 4.8], [15.0, 9.0]]]")
    only = swap(VISIT, "[room]", "[checkpoint]")
    by_code = found(tmp_path, cut_off, only)
    assert [finding.file for finding in by_code["site_service_unserved"]] == [VISIT]


@pytest.mark.parametrize("file", ["places.yaml", "kinds.yaml", "robots.yaml", "lanes.geojson"])
def test_a_file_that_cannot_be_read_is_one_error_and_not_all_that_refers_into_it(tmp_path: Path, file: str) -> None:
    (finding,) = check_site(changed(tmp_path, put(file, '{"places": [')))
    assert (finding.code.endswith("_malformed"), finding.file) == (True, file)


def test_the_digest_follows_what_defines_the_site_and_nothing_else(tmp_path: Path) -> None:
    first = site_digest(TINY)
    assert site_digest(changed(tmp_path / "same")) == first
    assert site_digest(changed(tmp_path / "day", remove("demand.csv"), remove("people.yaml"))) == first
    for number, file in enumerate(("kinds.yaml", "services/patrol.yaml", "lanes.geojson")):
        assert site_digest(changed(tmp_path / str(number), add(file, "\n"))) != first


def test_the_busan_site_is_right_and_loads_fast() -> None:
    assert check_site(BUSAN) == []
    took_s = []
    for _ in range(3):  # the quickest one counts: a machine may have other work
        start = time.process_time()
        site = load_site(BUSAN)
        took_s.append(time.process_time() - start)
    assert min(took_s) < 1.0
    assert len(site.robots) == 12
