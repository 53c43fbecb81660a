"""Days of requests: what the district's day promises, the pattern's own rules, and CSV."""

from __future__ import annotations

import shutil
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from robot_fleet.core.clock import parse_clock
from robot_fleet.core.errors import RequestError, SiteError
from robot_fleet.core.site import Site
from robot_fleet.site.demand import RequestRow, generate_day, read_csv, write_csv
from robot_fleet.site.load import load_site

SITE = Path(__file__).resolve().parents[3] / "config" / "sites" / "busan_edc"
SEEDS = (1, 2, 3, 2026)


@pytest.fixture(scope="module")
def site() -> Site:
    return load_site(SITE)


@pytest.fixture(scope="module", params=SEEDS)
def day(request: pytest.FixtureRequest) -> list[RequestRow]:
    return generate_day(SITE, request.param)


def of(day: list[RequestRow], service: str) -> list[RequestRow]:
    return [row for row in day if row.service == service]


def time_s(row: RequestRow, name: str) -> float:
    return parse_clock(str(row.params[name]))


def test_day_has_the_counts_of_the_domain(day: list[RequestRow]) -> None:
    assert Counter(row.service for row in day) == {
        "park_car": 45,
        "fetch_car": 45,
        "meal_delivery": 60,
        "parcel_delivery": 52,
        "care_visit": 36,
        "care_alarm": 6,
        "patrol": 6,
    }
    assert [row.at_s for row in day] == sorted(row.at_s for row in day)
    assert len({row.request_id for row in day}) == 250


def test_first_forty_come_in_the_first_three_quarters_of_an_hour(day: list[RequestRow]) -> None:
    early = [row for row in day if parse_clock("07:30") <= row.at_s < parse_clock("08:15")]
    assert early == day[:40]
    assert Counter(row.service for row in early) == {
        "fetch_car": 14,
        "park_car": 2,
        "meal_delivery": 10,
        "parcel_delivery": 4,
        "care_visit": 7,
        "care_alarm": 2,
        "patrol": 1,
    }


def test_five_of_six_alarms_are_false(day: list[RequestRow]) -> None:
    assert Counter(row.params["truth"] for row in of(day, "care_alarm"))["false_alarm"] == 5


def test_cars_come_and_go_as_the_deck_allows(day: list[RequestRow], site: Site) -> None:
    on_deck = {item.id: -1.0 for item in site.items.values()}
    for row in day:
        item = str(row.params.get("item", ""))
        if row.service == "park_car":
            assert item not in on_deck
            on_deck[item] = row.at_s
            assert float(str(row.params["mass_kg"])) <= 2500.0
        elif row.service == "fetch_car":
            assert on_deck.pop(item) <= row.at_s - 1800.0 or item in site.items
        assert len(on_deck) <= 24


def test_cars_are_asked_for_in_time_and_not_all_at_once(day: list[RequestRow]) -> None:
    ready = [time_s(row, "ready_at") for row in of(day, "fetch_car")]
    assert all(time_s(row, "ready_at") - row.at_s >= 600.0 for row in of(day, "fetch_car"))
    assert all(later - sooner >= 90.0 for sooner, later in pairwise(ready))
    for bay in ("deck/in_1", "deck/in_2"):
        arrivals = [row.at_s for row in of(day, "park_car") if row.params["bay"] == bay]
        assert all(later - sooner >= 480.0 for sooner, later in pairwise(arrivals))


def test_nobody_is_visited_twice_at_a_time(day: list[RequestRow]) -> None:
    spans: dict[object, list[tuple[float, float]]] = {}
    for row in of(day, "care_visit"):
        begin_s = time_s(row, "earliest_at")
        spans.setdefault(row.params["place"], []).append((begin_s, begin_s + 2400.0))
    for row in of(day, "meal_delivery"):
        begin_s = time_s(row, "ready_at")
        spans.setdefault(row.params["to"], []).append((begin_s, begin_s + 900.0))
    for busy in spans.values():
        for (_, end_s), (begin_s, _) in pairwise(sorted(busy)):
            assert begin_s >= end_s


def test_goods_are_new_and_go_from_where_they_are_to_rooms(day: list[RequestRow], site: Site) -> None:
    goods = [row.params["item"] for row in day if row.service in ("meal_delivery", "parcel_delivery", "park_car")]
    assert len(set(goods)) == len(goods)
    for service, source in (("meal_delivery", "kitchen"), ("parcel_delivery", "shelf")):
        for row in of(day, service):
            assert site.places[str(row.params["from"])].kind == source
            assert site.places[str(row.params["to"])].kind == "room"
            assert 0.0 < float(str(row.params["mass_kg"])) <= site.kinds["logistics"].payload_kg


def test_parameters_are_those_of_the_services(day: list[RequestRow], site: Site) -> None:
    for row in day:
        specs = {spec.name: spec for spec in site.services[row.service].params}
        assert set(row.params) <= set(specs)
        assert {spec.name for spec in specs.values() if spec.required} <= set(row.params)
        for name, value in row.params.items():
            if specs[name].type == "text" and specs[name].choices:
                assert value in specs[name].choices
            if specs[name].type == "route":
                assert value in site.routes


def test_another_seed_gives_another_day_and_the_same_seed_the_same() -> None:
    assert generate_day(SITE, 5) == generate_day(SITE, 5)
    assert generate_day(SITE, 5) != generate_day(SITE, 6)


@pytest.mark.parametrize("requests", [1, 7, 40, 100, 500])
def test_day_of_another_length_keeps_the_proportions(requests: int) -> None:
    day = generate_day(SITE, 1, requests)
    assert len(day) == requests
    if requests >= 100:
        share = Counter(row.service for row in day)["meal_delivery"] / requests
        assert share == pytest.approx(60 / 250, abs=0.02)


def test_day_of_no_requests_is_refused() -> None:
    with pytest.raises(RequestError) as caught:
        generate_day(SITE, 1, 0)
    assert caught.value.code == "request_count"


def changed_site(folder: Path, change: dict[str, object]) -> Path:
    """Copy the district and put another pattern of a day into it."""
    copy = folder / "site"
    shutil.copytree(SITE, copy)
    (copy / "demand.yaml").write_text(yaml.safe_dump({"schema_version": 1, **change}), encoding="utf-8")
    return copy


def pattern(params: dict[str, object], service: str = "care_visit", requests: int = 3) -> dict[str, object]:
    window = {"start": "08:00", "end": "09:00", "requests": requests}
    return {"services": {service: {"windows": [window], "params": params}}}


def test_any_pattern_works_for_any_site(tmp_path: Path) -> None:
    copy = changed_site(tmp_path, pattern({"place": {"draw": "place", "kinds": ["room"]}}, requests=4))
    day = generate_day(copy, 3)
    assert len({row.params["place"] for row in day}) == 4
    assert all(8 * 3600 <= row.at_s < 9 * 3600 for row in day)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"services": {}}, "site_demand_malformed"),
        (pattern({"place": {"draw": "dice"}}), "site_demand_malformed"),
        (pattern({"place": {"draw": "place", "colour": "red"}}), "site_demand_malformed"),
        (pattern({}, service="luggage"), "site_demand_unknown_service"),
        (pattern({}), "site_demand_unknown_param"),
        (pattern({"place": {"draw": "place"}, "wish": {"draw": "route"}}), "site_demand_unknown_param"),
        (pattern({"place": {"draw": "place", "groups": ["nowhere"]}}), "site_demand_no_choice"),
        (
            pattern(
                {"item": {"draw": "store_out", "store": "x"}, "ready_at": {"draw": "time", "after_s": [0.0, 0.0]}},
                "fetch_car",
            ),
            "site_demand_store",
        ),
        (
            pattern(
                {"item": {"draw": "store_out", "store": "deck"}, "ready_at": {"draw": "time", "after_s": [0.0, 0.0]}},
                "fetch_car",
                19,
            )
            | {"stores": {"deck": {"group": "deck_slots"}}},
            "site_demand_store",
        ),
    ],
)
def test_pattern_that_cannot_be_drawn_is_one_clear_error(tmp_path: Path, change: dict[str, object], code: str) -> None:
    copy = changed_site(tmp_path, change)
    with pytest.raises(SiteError) as caught:
        generate_day(copy, 1)
    assert caught.value.code == code


def test_windows_must_end_after_they_start(tmp_path: Path) -> None:
    copy = changed_site(tmp_path, {})
    text = 'schema_version: 1\nservices:\n  patrol:\n    windows: [{start: "09:00", end: "08:59:59", requests: 1}]\n'
    (copy / "demand.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(SiteError, match="later than") as caught:
        generate_day(copy, 1)
    assert caught.value.code == "site_demand_malformed"
    (copy / "demand.yaml").unlink()
    with pytest.raises(SiteError) as caught:
        generate_day(copy, 1)
    assert caught.value.code == "site_demand_missing"


def test_csv_comes_back_as_it_was_written(tmp_path: Path) -> None:
    rows = [
        RequestRow("a-1", 27000.0, "care_visit", {"place": "care_home/r203"}),
        RequestRow(
            "b.2", 90000.0, "note", {"text": '말, "quoted"\nand\ttabs', "mass_kg": 1.5, "more": [1, None, True]}
        ),
    ]
    write_csv(rows, tmp_path / "day.csv")
    assert read_csv(tmp_path / "day.csv") == rows
    assert (tmp_path / "day.csv").read_text(encoding="utf-8").splitlines()[:2] == [
        "request_id,at,service,params",
        'a-1,07:30:00,care_visit,"{""place"": ""care_home/r203""}"',
    ]


def test_rows_may_stand_in_any_order_and_have_more_columns(tmp_path: Path) -> None:
    text = "note,params,service,at,request_id\nx,{},b,08:00,r2\n\ny,{},a,07:59:59,r1\n"
    (tmp_path / "day.csv").write_text("\ufeff" + text, encoding="utf-8")
    assert [row.request_id for row in read_csv(tmp_path / "day.csv")] == ["r1", "r2"]


HEADER = "request_id,at,service,params\n"


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("", "request_header_malformed", 1),
        ("request_id,at,service\n", "request_header_malformed", 1),
        (HEADER + "r1,07:30:00,care_visit\n", "request_row_malformed", 2),
        (HEADER + "r1,25 past,care_visit,{}\n", "request_time_malformed", 2),
        (HEADER + "r1,07:30:00,,{}\n", "request_service_missing", 2),
        (HEADER + "r 1,07:30:00,care_visit,{}\n", "request_id_malformed", 2),
        (HEADER + "r1,07:30:00,a,{}\nr1,07:31:00,a,{}\n", "request_id_twice", 3),
        (HEADER + "r1,07:30:00,care_visit,{place: x}\n", "request_params_malformed", 2),
        (HEADER + "r1,07:30:00,care_visit,[]\n", "request_params_malformed", 2),
        (HEADER + 'r1,07:30:00,care_visit,"{""mass_kg"": NaN}"\n', "request_params_malformed", 2),
        (HEADER + 'r1,07:30:00,care_visit,"{}', "request_file_malformed", 0),
    ],
)
def test_malformed_row_is_named_by_file_and_line(tmp_path: Path, text: str, code: str, line: int) -> None:
    path = tmp_path / "day.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RequestError) as caught:
        read_csv(path)
    assert (caught.value.code, caught.value.where) == (code, f"{path}:{line}" if line else str(path))


def test_file_that_is_missing_or_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RequestError) as caught:
        read_csv(tmp_path / "none.csv")
    assert caught.value.code == "request_file_missing"
    (tmp_path / "day.csv").write_bytes(HEADER.encode() + b"\xff\xfe,")
    with pytest.raises(RequestError) as caught:
        read_csv(tmp_path / "day.csv")
    assert caught.value.code == "request_file_malformed"
