"""A car is handed over at a kiosk and asked for back, through the API of passes, on a fleet that lives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from robot_fleet.client import FleetClient
from robot_fleet.core.errors import RequestError
from robot_fleet.runtime.runs.agreement import misplaced
from robot_fleet.server.guests.models import ThingShown
from robot_fleet.site.reading.pages import read_pages
from robot_fleet.stores.users.people import Role
from test.fakes.house import House
from test.fakes.living_fleet import LivingFleet
from test.integration.virtual_runs import BUSAN

PLATE = "12가3456"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    fleet = LivingFleet(BUSAN, tmp_path, pace=0)
    with House(tmp_path, fleet=fleet, pages=read_pages(BUSAN, fleet.site.services, fleet.site.places)) as house:
        yield house
    fleet.close()


def until(house: House, done: Callable[[], bool], what: str) -> None:
    """Let time pass until something holds."""
    played = house.fleet.played
    for _ in range(80):
        if done():
            return
        house.server.do(lambda: [played.second() for _ in range(15)])
    raise AssertionError(f"in vain until {what}")


def test_a_car_is_handed_over_and_asked_for_back(house: House) -> None:
    url, played = house.server.url, house.fleet.played
    world = played.world
    with FleetClient(url, house.tokens[Role.OPERATOR]) as desk:
        kiosk = desk.new_pass("kiosk", "deck/in_1", days=1.0)
    with FleetClient(url, kiosk.secret) as screen:
        handed = screen.ask_for("park", choice="small", plate=PLATE, confirmed=True, key="k1")

        def thing() -> ThingShown:
            return next(each for each in screen.mine().things if each.id == "k1")

        house.server.do(played.second)
        assert handed.ticket is not None
        own = screen.take_ticket(handed.ticket)
        assert world.custody.holders()[own.item] == "place:deck/in_1"  # driven in, with nobody's help
        until(house, lambda: thing().phase == "done", "the car is parked")
        assert thing().may_rate
        screen.rate("k1", 5, ["quick"])
        with pytest.raises(RequestError) as caught:
            screen.ask_for("park", choice="small", plate=PLATE, confirmed=True, key="k2")
        assert caught.value.code == "request_plate_here"
    with FleetClient(url, own.secret) as driver:
        mine = driver.mine()
        assert mine.item is not None and mine.item.at is not None and not mine.item.moving
        assert [offer.id for offer in mine.offers] == ["fetch"]
        with pytest.raises(RequestError) as caught:
            driver.ask_for("fetch", in_s=5.0)
        assert caught.value.code == "request_choice_missing"
        driver.ask_for("fetch", in_s=600.0, key="k3")
        with pytest.raises(RequestError) as caught:
            driver.ask_for("fetch", in_s=600.0)
        assert caught.value.code == "request_unknown_offer"  # it is on its way
        until(house, lambda: driver.mine().things[0].phase == "done", "the car was taken")
        assert driver.mine().things[0].outcome.en == "Taken by its driver"  # type: ignore[union-attr]
    assert world.custody.holders()[own.item] == "person"
    assert misplaced(played.host.fleet.state.items.values(), world.custody.holders()) == []
    with FleetClient(url, kiosk.secret) as screen:  # and may come again
        screen.ask_for("park", choice="small", plate=PLATE, confirmed=True, key="k4")
