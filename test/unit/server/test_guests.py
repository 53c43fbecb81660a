"""What a pass shows and what may be done by it, over a fleet that only takes things down."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import httpx
import numpy as np
import pytest
import yaml
import zxingcpp
from pydantic import SecretStr

from robot_fleet.core.errors import RequestError
from robot_fleet.core.inputs import RateTask
from robot_fleet.core.site import Site
from robot_fleet.server.doors.limits import TooManyRequests
from robot_fleet.server.guests import models
from robot_fleet.server.guests.guests import SLIP_PASS_S, TICKETS_WRONG, Guests
from robot_fleet.server.guests.qr import qr_svg, qr_terminal
from robot_fleet.server.ports import CommandAnswer, Row
from robot_fleet.site.load import load_site
from robot_fleet.site.reading.pages import check_pages, read_pages
from robot_fleet.stores.passes.kinds import DAY_S, Pass, PassKind
from robot_fleet.stores.passes.store import PassStore
from robot_fleet.stores.users.people import Role
from test.fakes.house import START_S, House
from test.guest_site import BUSAN, ROOM, guest_site

NOW_S = 1_790_000_000.0
AT_S = 30_000.0
WAITING = {"act": "code", "until_s": AT_S + 90.0}


def row(name: str, service: str, params: Mapping[str, object], **more: object) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "id": name,
        "service": service,
        "params": dict(params),
        "state": "underway",
        "robot": "log_1",
        "requester": "operator",
        "requested_s": AT_S - 60.0,
        "due_s": AT_S + 600.0,
        "eta_s": AT_S + 300.0,
        "reached": False,
        "ended_s": None,
        "outcome": None,
        "result": "",
        "reason": "",
        "stars": 0,
        "awaits": None,
    }
    return {**plain, **more}


class Standing:
    """A fleet in which nothing happens by itself; what it is asked is taken down."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.items: list[Row] = []
        self.asked: list[tuple[Any, ...]] = []
        self.refuses = ""

    def refresh(self) -> None:
        return

    def health(self) -> Row:
        return {"manager": "live"}

    def snapshot(self) -> Row:
        robots = [{"id": "log_1", "name": {"ko": "로봇 1", "en": "Robot 1"}}]
        return {"t_s": AT_S, "tasks": self.rows, "robots": robots, "items": self.items}

    def task(self, name: str) -> Row | None:
        return next((each for each in self.rows if each["id"] == name), None)

    async def submit(self, key: str, service: str, params: Mapping[str, Any], requester: str) -> CommandAnswer:
        self.asked.append((key, service, dict(params), requester))
        if self.refuses:
            return CommandAnswer(False, key, self.refuses, "no room")
        if self.task(key) is None:
            self.rows.append(row(key, service, params, requester=requester, state="requested"))
        return CommandAnswer(True, key, expected_at_s=AT_S + 200.0)

    async def answer_task(self, key: str, task: str, answer: str, reason: str, by: str) -> CommandAnswer:
        self.asked.append((task, answer, by))
        return CommandAnswer(True, task)

    async def carry_out(self, wish: object) -> CommandAnswer:
        self.asked.append((wish,))
        return CommandAnswer(True)


class Desk:
    """Guests of a site, their fleet, and a pass of any kind."""

    def __init__(self, site: Site, folder: Path, into: Path) -> None:
        self.fleet: Any = Standing()
        self.store = PassStore(into / "passes.sqlite")
        self.now_s = NOW_S
        pages = read_pages(folder, site.services, site.places)
        self.guests = Guests(site, pages, self.store, lambda: self.now_s, lambda: self.now_s)

    def holder(self, kind: PassKind, subject: str) -> Pass:
        return self.store.passes.new(kind, subject, "u-1", DAY_S, NOW_S)[0]

    def look(self, holder: Pass) -> models.MeAnswer:
        return asyncio.run(self.guests.look(self.fleet, holder))

    def ask(self, holder: Pass, key: str, offer: str, **wish: Any) -> models.Asked:
        return asyncio.run(self.guests.ask(self.fleet, holder, key, models.AskWish(offer=offer, **wish)))

    def park(self, holder: Pass, key: str, plate: str = "12가3456", **wish: Any) -> models.Asked:
        said = {"choice": "small", "confirmed": True, "plate": SecretStr(plate), **wish}
        return self.ask(holder, key, "park", **said)

    def open(self, holder: Pass, task: str, code: str) -> None:
        asyncio.run(self.guests.open(self.fleet, holder, "k", models.CodeWish(task=task, code=SecretStr(code))))


@pytest.fixture(scope="module")
def site_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return guest_site(tmp_path_factory.mktemp("guests") / "site")


@pytest.fixture(scope="module")
def site(site_folder: Path) -> Site:
    return load_site(site_folder)


@pytest.fixture
def desk(site: Site, site_folder: Path, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(site, site_folder, tmp_path)
    yield made
    made.store.close()


def refused(do: Any) -> str:
    with pytest.raises(RequestError) as caught:
        do()
    return caught.value.code


def test_each_pass_sees_its_own_and_nothing_else(desk: Desk) -> None:
    to = {"from": "hub/shelf_1", "to": ROOM, "item": "i1", "mass_kg": 1.0}
    kiosk, resident = desk.holder(PassKind.KIOSK, "deck/in_1"), desk.holder(PassKind.RESIDENT, ROOM)
    desk.fleet.rows = [
        row("mine", "parcel_delivery", to),
        row("next_door", "parcel_delivery", {**to, "to": "senior_apt/f302", "item": "i2"}),
        row("parked", "park_car", {"bay": "deck/in_1", "item": "c1"}, requester=kiosk.id),
        row("others", "park_car", {"bay": "deck/in_1", "item": "c2"}),
        row("round", "patrol", {"route": "west_round"}),
        row("long_ago", "care_visit", {"place": ROOM}, ended_s=AT_S - 4_000.0, outcome="done"),
    ]
    seen = {
        holder.kind: [each.id for each in desk.look(holder).things]
        for holder in (
            kiosk,
            resident,
            desk.holder(PassKind.TASK, "next_door"),
            desk.holder(PassKind.ITEM, "c2"),
        )
    }
    assert seen == {
        PassKind.KIOSK: ["parked"],
        PassKind.RESIDENT: ["mine"],
        PassKind.TASK: ["next_door"],
        PassKind.ITEM: ["others"],
    }
    told = desk.look(resident).model_dump_json()
    assert "operator" not in told
    assert "hub/shelf_1" not in told


def test_a_resident_is_offered_what_the_site_offers_to_the_place(desk: Desk) -> None:
    assert [each.id for each in desk.look(desk.holder(PassKind.RESIDENT, ROOM)).offers] == ["laundry", "visit", "help"]
    at_home = desk.look(desk.holder(PassKind.RESIDENT, "care_home/r201"))
    assert [each.id for each in at_home.offers] == ["laundry", "meal", "visit", "help"]
    assert at_home.emergency_number == "119"
    assert [each.id for each in desk.look(desk.holder(PassKind.KIOSK, "deck/in_1")).offers] == ["park"]
    assert desk.look(desk.holder(PassKind.TASK, "t1")).offers == []


def test_a_request_has_the_sites_presets_the_place_and_the_time(desk: Desk) -> None:
    resident = desk.holder(PassKind.RESIDENT, "care_home/r201")
    assert refused(lambda: desk.ask(resident, "k0", "meal", in_s=7.0)) == "request_choice_missing"
    assert refused(lambda: desk.ask(resident, "k0", "help")) == "request_not_confirmed"
    assert refused(lambda: desk.ask(resident, "k0", "park")) == "request_unknown_offer"
    answer = desk.ask(resident, "k1", "meal", in_s=1800.0)
    key, service, params, requester = desk.fleet.asked[-1]
    assert (key, service, requester) == ("k1", "meal_delivery", resident.id)
    assert params.pop("item").startswith("meal_")
    expected = {"from": "care_home/kitchen_1", "mass_kg": 1.0, "to": "care_home/r201", "ready_at": AT_S + 1800.0}
    assert params == expected
    assert (answer.ticket, answer.code) == (None, None)
    assert refused(lambda: desk.ask(resident, "k2", "meal", in_s=1800.0)) == "request_already_asked"
    assert desk.ask(resident, "k1", "meal", in_s=1800.0).task == "k1"  # the answer was lost


def test_a_kiosk_gives_a_ticket_for_a_car_and_none_for_one_that_is_refused(desk: Desk) -> None:
    kiosk = desk.holder(PassKind.KIOSK, "deck/in_1")
    assert refused(lambda: desk.park(kiosk, "k0", plate=" ")) == "request_plate_malformed"
    desk.fleet.refuses = "request_no_room"
    assert refused(lambda: desk.park(kiosk, "k1")) == "request_no_room"
    desk.fleet.refuses = ""
    first = desk.park(kiosk, "k2")  # nothing is left of the refusal
    assert first.ticket is not None
    assert desk.park(kiosk, "k2").ticket == first.ticket
    assert refused(lambda: desk.park(kiosk, "k3", plate="12가 3456")) == "request_plate_here"
    item = desk.fleet.rows[0]["params"]["item"]
    assert item.startswith("car_")
    assert "12가" not in repr(desk.fleet.asked)

    taken = asyncio.run(desk.guests.take_ticket(kiosk, models.TicketWish(ticket=SecretStr(first.ticket))))
    assert taken.item == item
    driver = desk.store.passes.by_secret(taken.secret, NOW_S)
    assert driver is not None
    assert (driver.kind, driver.subject, driver.made_by) == (PassKind.ITEM, item, kiosk.id)
    assert refused(lambda: desk.ask(driver, "f1", "fetch", in_s=600.0)) == "request_unknown_offer"  # not parked yet
    desk.fleet.rows[0]["ended_s"] = AT_S
    slot = next(name for name, place in desk.guests.site.places.items() if place.kind == "slot")
    desk.fleet.items = [{"id": item, "holder": f"place:{slot}"}]
    shown = desk.look(driver)
    assert shown.item is not None
    assert shown.item.at is not None
    assert [offer.id for offer in shown.offers] == ["fetch"]
    desk.ask(driver, "f1", "fetch", in_s=600.0)
    assert desk.fleet.asked[-1][2] == {"item": item, "ready_at": AT_S + 600.0}


def test_who_guesses_tickets_has_to_wait(desk: Desk) -> None:
    kiosk = desk.holder(PassKind.KIOSK, "deck/in_1")
    wish = models.TicketWish(ticket=SecretStr("123456789"))
    for _ in range(TICKETS_WRONG.free + 1):
        assert refused(lambda: asyncio.run(desk.guests.take_ticket(kiosk, wish))) == "request_ticket_unknown"
    with pytest.raises(TooManyRequests):
        asyncio.run(desk.guests.take_ticket(kiosk, wish))


def test_a_code_opens_and_too_many_wrong_ones_are_the_flows_own_word(desk: Desk) -> None:
    to = {"from": "hub/shelf_1", "to": ROOM, "item": "i1", "mass_kg": 1.0}
    desk.fleet.rows = [row("p1", "parcel_delivery", to, awaits=WAITING), row("p2", "parcel_delivery", to)]
    resident = desk.holder(PassKind.RESIDENT, ROOM)
    assert refused(lambda: desk.open(resident, "p1", "0000")) == "request_code_unknown"
    assert refused(lambda: desk.open(resident, "p2", "0000")) == "request_task_asks_not"
    made = asyncio.run(desk.guests.make(desk.fleet, models.PassWish(kind=PassKind.TASK, subject="p1", days=1.0), "u-1"))
    assert made.code is not None
    assert made.page == f"mine.html#{made.secret}"
    wrong = f"{(int(made.code) + 1) % 10_000:04d}"
    for _ in range(2):
        assert refused(lambda: desk.open(resident, "p1", wrong)) == "request_code_wrong"
    assert desk.fleet.asked == []
    assert refused(lambda: desk.open(resident, "p1", wrong)) == "request_code_locked"
    assert desk.fleet.asked == [("p1", "wrong_code", resident.id)]
    assert refused(lambda: desk.open(resident, "p1", made.code)) == "request_code_locked"
    (thing,) = [each for each in desk.look(resident).things if each.id == "p1"]
    assert thing.prompt is not None
    assert (thing.prompt.code, thing.prompt.locked_s) == (True, 60.0)
    assert [each.word for each in thing.prompt.answers] == ["refused"]
    desk.now_s += 60.0
    desk.open(desk.holder(PassKind.TASK, "p1"), "p1", made.code)
    assert desk.fleet.asked[-1][:2] == ("p1", "opened")


def test_nobody_answers_for_others_nor_what_staff_are_asked_nor_for_the_code(desk: Desk) -> None:
    to = {"from": "hub/shelf_1", "to": ROOM, "item": "i1", "mass_kg": 1.0}
    desk.fleet.rows = [
        row("p1", "parcel_delivery", to, awaits=WAITING),
        row("meal", "meal_delivery", {"from": "care_home/kitchen_1", "to": ROOM}, awaits={**WAITING, "act": "staff"}),
        row("wash", "laundry", {"place": ROOM}, awaits={**WAITING, "act": "ask"}),
    ]

    def reply(holder: Pass, task: str, word: str) -> None:
        asyncio.run(desk.guests.reply(desk.fleet, holder, "k", models.AnswerWish(task=task, word=word)))

    resident, neighbour = desk.holder(PassKind.RESIDENT, ROOM), desk.holder(PassKind.RESIDENT, "senior_apt/f302")
    assert refused(lambda: reply(neighbour, "wash", "loaded")) == "request_unknown_task"
    assert refused(lambda: reply(resident, "meal", "coming")) == "request_task_asks_not"
    assert refused(lambda: reply(resident, "p1", "opened")) == "request_wrong_answer"
    assert next(each for each in desk.look(resident).things if each.id == "meal").prompt is None
    reply(resident, "wash", "loaded")
    assert desk.fleet.asked == [("wash", "loaded", resident.id)]


def test_a_rating_is_stars_and_words_of_the_sites(desk: Desk) -> None:
    desk.fleet.rows = [row("v1", "care_visit", {"place": ROOM}, ended_s=AT_S, outcome="done")]
    resident = desk.holder(PassKind.RESIDENT, ROOM)
    assert desk.look(resident).things[0].may_rate

    def rate(words: list[str]) -> None:
        asyncio.run(desk.guests.rate(desk.fleet, resident, "k", models.RatingWish(task="v1", stars=4, words=words)))

    assert refused(lambda: rate(["my own words"])) == "request_rating_malformed"
    rate(["friendly"])
    assert desk.fleet.asked == [(RateTask("k", "v1", 4, ("friendly",), resident.id),)]


# --- at the doors -----------------------------------------------------------------------------------------------------


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with House(tmp_path) as opened:
        yield opened


def asked(house: House, secret: str, method: str = "GET", path: str = "/api/v1/me", **more: Any) -> tuple[int, str]:
    with httpx.Client(base_url=house.server.url, headers={"authorization": f"Bearer {secret}"}, timeout=60.0) as client:
        answer = client.request(method, path, **more)
    return answer.status_code, answer.json().get("error", {}).get("code", "")


def test_a_pass_that_has_expired_or_was_taken_back_is_told_so(house: House) -> None:
    made, secret = house.passes.passes.new(PassKind.RESIDENT, "home/r101", "u-1", DAY_S, START_S)
    assert asked(house, secret) == (200, "")
    assert asked(house, "rfp_made_up") == (401, "request_pass_over")
    assert asked(house, house.tokens[Role.ADMIN]) == (403, "request_forbidden")
    house.now_s += DAY_S
    assert asked(house, secret) == (401, "request_pass_over")
    house.now_s = START_S
    house.passes.passes.revoke(made.id, START_S)
    assert asked(house, secret) == (401, "request_pass_over")


def test_a_pass_lets_nobody_in_for_what_another_kind_is_for(house: House) -> None:
    _, secret = house.passes.passes.new(PassKind.KIOSK, "home/r101", "u-1", DAY_S, START_S)
    refusal = (403, "request_forbidden")
    assert asked(house, secret, "POST", "/api/v1/me/answers", json={"task": "r0001", "word": "yes"}) == refusal
    assert asked(house, secret, "GET", "/api/v1/tasks") == (401, "request_sign_in_required")


def test_who_asks_too_often_is_slowed_down_and_what_was_asked_is_in_the_audit(house: House) -> None:
    made, secret = house.passes.passes.new(PassKind.RESIDENT, "home/r101", "u-1", DAY_S, START_S)
    body = {"json": {"task": "none", "word": "yes"}}
    answers = [asked(house, secret, "POST", "/api/v1/me/answers", **body) for _ in range(61)]
    assert answers[:60] == [(422, "request_unknown_task")] * 60 or answers[0] == (404, "request_unknown_task")
    assert answers[-1] == (429, "request_too_many")
    assert (made.id, "POST /api/v1/me/answers", "none", "request_unknown_task") in house.audit()
    assert secret not in repr(house.audit())


def test_without_users_a_pass_is_needed_all_the_same(house: House) -> None:
    house.doors.store, house.doors._shut = None, False
    with httpx.Client(base_url=house.server.url, timeout=60.0) as client:
        assert client.get("/api/v1/site").status_code == 200
        assert client.get("/api/v1/me").json()["error"]["code"] == "request_sign_in_required"


# --- the site's file --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"service": "haircut"}, "site_unknown_service"),
        ({"place": "room"}, "site_unknown_param"),
        ({"when": "place"}, "site_unknown_param"),
        ({"params": {"truth": "absent"}}, "site_unknown_param"),
        ({"places": ["nowhere"]}, "site_unknown_place"),
        ({"place": ""}, "site_missing_key"),
        ({"in_s": []}, "site_missing_key"),
        ({"ticket": True}, "site_bad_value"),
        ({"colour": "red"}, "site_unknown_key"),
    ],
)
def test_what_is_wrong_with_an_offer_is_found(site: Site, tmp_path: Path, change: dict[str, object], code: str) -> None:
    pages = yaml.safe_load((BUSAN / "pages.yaml").read_text(encoding="utf-8"))
    (visit,) = [offer for offer in pages["offers"] if offer["id"] == "visit"]
    pages["offers"] = [{**visit, **change}]
    (tmp_path / "pages.yaml").write_text(yaml.safe_dump(pages, allow_unicode=True), encoding="utf-8")
    assert code in [finding.code for finding in check_pages(tmp_path, site.services, site.places)]


def test_what_is_handed_over_has_a_link_for_the_drivers_phone_as_a_qr_code(desk: Desk) -> None:
    kiosk = desk.holder(PassKind.KIOSK, "deck/in_1")
    wish = models.AskWish(offer="park", choice="small", confirmed=True, plate=SecretStr("12가3456"))
    told = asyncio.run(desk.guests.ask(desk.fleet, kiosk, "k1", wish, "https://fleet.example.org"))
    assert told.page is not None and told.qr_svg == qr_svg(f"https://fleet.example.org/{told.page}")
    page, _, secret = told.page.partition("#")
    found = desk.store.passes.by_secret(secret, NOW_S)
    assert found is not None
    assert (page, found.kind) == ("mine.html", PassKind.ITEM)
    assert found.subject == desk.fleet.rows[0]["params"]["item"]
    assert found.expires_s == NOW_S + SLIP_PASS_S
    resident = desk.ask(desk.holder(PassKind.RESIDENT, ROOM), "k2", "visit", in_s=0.0)
    assert (resident.page, resident.qr_svg) == (None, None)


def test_a_qr_code_is_drawn_without_anybody_elses_help() -> None:
    drawn = qr_svg("https://fleet.example.org/mine.html#rfp_secret")
    root = ElementTree.fromstring(drawn)
    assert root.tag.endswith("svg") and root.attrib["viewBox"].startswith("0 0 ")
    assert "rfp_secret" not in drawn and "href" not in drawn
    assert qr_svg("https://fleet.example.org/mine.html#rfp_other") != drawn


def test_a_phone_reads_the_qr_code_off_a_terminal() -> None:
    link = "https://fleet.example.org/mine.html#rfp_secret"
    lines = re.sub(r"\x1b\[[0-9;]*m", "", qr_terminal(link)).splitlines()
    assert len({len(line) for line in lines if line}) == 1
    halves = {" ": (0, 0), "▀": (1, 0), "▄": (0, 1), "█": (1, 1)}  # lit above, lit below
    lit = np.array([[halves[mark][half] for mark in line] for line in lines for half in (0, 1)], np.uint8)
    (read,) = zxingcpp.read_barcodes(np.kron(lit * 255, np.ones((4, 4), np.uint8)))
    assert read.text == link
