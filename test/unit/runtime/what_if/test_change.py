"""A site with other robots and chargers, and a day with more or fewer requests; and what cannot be."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from robot_fleet.core.errors import RequestError
from robot_fleet.core.site import Site
from robot_fleet.core.wishes import checked_params
from robot_fleet.runtime.what_if.change import Change, changed_site
from robot_fleet.runtime.what_if.demand import changed_demand
from robot_fleet.runtime.what_if.past_day import PastRequest
from robot_fleet.site.demand import read_csv
from robot_fleet.site.load import load_site

BUSAN = Path(__file__).parents[4] / "config" / "sites" / "busan_edc"


@cache
def busan() -> Site:
    return load_site(BUSAN)


@cache
def day() -> tuple[PastRequest, ...]:
    """Return the first site's day, with parameters as the core keeps them."""
    found = []
    for row in read_csv(BUSAN / "demand.csv"):
        service = busan().services[row.service]
        hidden = {spec.name for spec in service.params if spec.hidden}
        told = {name: value for name, value in row.params.items() if name not in hidden}
        params = checked_params(busan(), service, told)
        found.append(PastRequest(row.request_id, row.at_s, row.service, params, row.at_s))
    return tuple(found)


def test_a_robot_fewer_is_the_last_of_its_kind() -> None:
    site = changed_site(busan(), Change(robots={"care": -1, "logistics": -2}), ["care_visit"])
    assert set(busan().robots) - set(site.robots) == {"care_4", "logistics_4", "logistics_5"}
    assert len(busan().robots) == 12  # the site itself stays


def test_a_robot_more_begins_at_a_free_charger_else_at_a_waiting_place() -> None:
    site = changed_site(busan(), Change(robots={"parking": 1}), [])
    assert (site.robots["parking_extra_1"].start, site.robots["parking_extra_1"].start_soc_pct) == ("deck/wait_1", 90.0)
    both = changed_site(busan(), Change(robots={"parking": 1}, chargers={"parking": 1}), [])
    assert both.places["deck/wait_1"].kind == "charger"
    assert both.robots["parking_extra_1"].start == "deck/wait_1"
    again = changed_site(busan(), Change(robots={"care": -1, "logistics": 2}), [])
    starts = [robot.start for robot in again.robots.values()]
    assert len(starts) == len(set(starts)) == 13


def test_a_charger_more_is_where_robots_of_its_kind_wait_and_nobody_is_served() -> None:
    site = changed_site(busan(), Change(chargers={"care": 1, "parking": 1}), [])
    new = {place.id: place.kinds for place in site.places.values() if place.kind == "charger"}
    added = {name: kinds for name, kinds in new.items() if busan().places[name].kind != "charger"}
    assert added == {"care_home/lobby": ("care",), "deck/wait_1": ("parking",)}
    named = changed_site(busan(), Change(charger_at=("hub/wait_1",)), [])
    assert (named.places["hub/wait_1"].kind, named.places["hub/wait_1"].kinds) == ("charger", ("care", "logistics"))


@pytest.mark.parametrize(
    ("change", "code", "where"),
    [
        (Change(robots={"parking": -3}), "request_what_if_last_robot", "fetch_car"),
        (Change(robots={"parking": -4}), "request_what_if_too_few", "parking"),
        (Change(robots={"parking": 2}), "request_what_if_no_rest", "parking"),
        (Change(chargers={"parking": 2}), "request_what_if_no_charger_place", "parking"),
        (Change(charger_at=("deck/s_01",)), "request_unknown_place", "deck/s_01"),
        (Change(charger_at=("deck/charger_1",)), "request_what_if_no_charger_place", "deck/charger_1"),
        (Change(robots={"submarine": 1}), "request_what_if_kind", "submarine"),
        (Change(chargers={"care": -1}), "request_what_if_number", "care"),
        (Change(robots={"care": 21}), "request_what_if_number", "care"),
        (Change(demand_pct={"fetch_car": -101.0}), "request_what_if_number", "fetch_car"),
        (Change(demand_pct={"swim": 10.0}), "request_unknown_service", "swim"),
    ],
)
def test_what_cannot_be_is_refused(change: Change, code: str, where: str) -> None:
    with pytest.raises(RequestError) as refused:
        changed_site(busan(), change, ["fetch_car"])
    assert (refused.value.code, refused.value.where) == (code, where)


def counts(requests: tuple[PastRequest, ...]) -> dict[str, int]:
    found: dict[str, int] = {}
    for each in requests:
        found[each.service] = found.get(each.service, 0) + 1
    return found


def test_more_demand_has_the_days_own_pattern_and_the_same_seed_gives_the_same_day() -> None:
    made = changed_demand(day(), busan(), Change(demand_pct={"": 20.0, "patrol": 0.0}), 1)
    before, after = counts(day()), counts(made.requests)
    wanted = {name: round(many * 1.2) for name, many in before.items()} | {"patrol": before["patrol"]}
    assert {**after, "fetch_car": after["fetch_car"] + made.left_out} == wanted
    assert made == changed_demand(day(), busan(), Change(demand_pct={"": 20.0, "patrol": 0.0}), 1)
    assert made != changed_demand(day(), busan(), Change(demand_pct={"": 20.0, "patrol": 0.0}), 2)
    assert len({each.request_id for each in made.requests}) == len(made.requests)
    assert [each for each in made.requests if ".more" not in each.request_id] == list(day())
    first_s, last_s = day()[0].at_s, day()[-1].at_s
    assert all(first_s <= each.at_s <= last_s for each in made.requests)


def test_further_requests_bring_and_take_things_of_their_own() -> None:
    made = changed_demand(day(), busan(), Change(demand_pct={"": 50.0}), 3)
    for sort in (("park_car", "meal_delivery", "parcel_delivery"), ("fetch_car",)):
        items = [each.params["item"] for each in made.requests if each.service in sort]
        assert len(items) == len(set(items))
    asked_s = {each.params["item"]: each.at_s for each in made.requests if each.service == "park_car"}
    for each in made.requests:
        if each.service == "fetch_car" and each.params["item"] in asked_s:
            assert each.at_s > asked_s[each.params["item"]]
        ready_s = each.params.get("ready_at")
        assert ready_s is None or float(str(ready_s)) >= each.at_s


def test_fewer_cars_put_away_are_fewer_cars_fetched() -> None:
    made = changed_demand(day(), busan(), Change(demand_pct={"park_car": -50.0}), 1)
    there = {*busan().items, *(each.params["item"] for each in made.requests if each.service == "park_car")}
    assert counts(made.requests)["park_car"] == 23
    assert all(each.params["item"] in there for each in made.requests if each.service == "fetch_car")
    assert counts(changed_demand(day(), busan(), Change(demand_pct={"": -100.0}), 1).requests) == {}


def test_a_site_without_anything_to_fetch_leaves_further_requests_out() -> None:
    bare = replace(busan(), items={})
    fetches = tuple(each for each in day() if each.service == "fetch_car")
    made = changed_demand(fetches, replace(bare, items=busan().items), Change(demand_pct={"fetch_car": 100.0}), 1)
    assert len(made.requests) + made.left_out >= len(fetches)
    assert made.left_out > 0


def test_robots_may_charge_at_once_instead_of_by_tariff() -> None:
    made = changed_site(busan(), Change(charging="at_once"), ())
    assert made.energy is not None
    assert (busan().energy.by_price, made.energy.by_price) == (True, False)  # type: ignore[union-attr]
    assert made.energy.groups == busan().energy.groups  # type: ignore[union-attr]
    assert not Change(charging="at_once").nothing
    for site, charging in ((replace(busan(), energy=None), "tariff"), (busan(), "later")):
        with pytest.raises(RequestError) as refused:
            changed_site(site, Change(charging=charging), ())
        assert refused.value.code == "request_what_if_charging"
