"""Dispatching in a real browser: the timeline and the board, what is done about a task, and files of requests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from robot_fleet.core.plan import CHARGE
from robot_fleet.server.app import create_app
from robot_fleet.site.load import load_site
from test.fakes.moving_fleet import MovingFleet
from test.fakes.web_server import WebServer

TINY = Path(__file__).parents[1] / "data" / "sites" / "tiny"
WAIT_MS = 20_000
HEADER = "request_id,at,service,params\n"


@dataclass
class Opened:
    """A console in a page, the fleet behind it and what went wrong."""

    page: Page
    fleet: MovingFleet
    server: WebServer
    errors: list[str] = field(default_factory=list)

    def plan(self, robot: str, following: list[list[object]]) -> None:
        """Let a robot be planned to do something, and nothing now; nobody moves meanwhile, so that it stays so."""

        def put() -> None:
            self.fleet.holding = True
            self.fleet.picture.put_route(robot, None, following)

        self.server.do(put)
        expect(self.page.locator("#banner-hold")).to_be_visible()  # it takes its room from the plan
        self.page.wait_for_function("([robot, n]) => robotFleet.stopsPlanned(robot) === n", arg=[robot, len(following)])

    def open_task(self) -> str:
        """Return a task that nobody is under way with."""
        return next(str(row["id"]) for row in self.fleet.tasks() if row["state"] == "requested")

    def did(self) -> list[str]:
        return [what for what, _ in self.fleet.commands]


@pytest.fixture
def console(browser: Browser) -> Iterator[Opened]:
    fleet = MovingFleet(load_site(TINY), tasks=8, pace=1.0, alarm=False)
    with WebServer(create_app(fleet)) as server:
        context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-US")
        page = context.new_page()
        page.set_default_timeout(WAIT_MS)
        expect.set_options(timeout=WAIT_MS)
        opened = Opened(page, fleet, server)
        page.on("pageerror", lambda error: opened.errors.append(str(error)))
        page.goto(f"{server.url}/#/plan")
        page.wait_for_selector("[data-task]")
        yield opened
        context.close()
        assert opened.errors == []


def test_the_timeline_is_read_and_used_by_keys_alone(console: Opened) -> None:
    page, task = console.page, console.open_task()
    start_s = int(console.fleet.now_s)
    console.plan(
        "care_1",
        [
            [task, 0, "home/r101", 100, start_s + 700, start_s + 900],
            ["", CHARGE, "charger_1", 100, start_s + 1000, start_s + 2000],
        ],
    )
    said = page.locator("#plan-said")
    page.locator("#gantt").focus()
    page.keyboard.press("Home")
    expect(said).to_have_text("Care 1: Plan")
    page.keyboard.press("ArrowRight")
    expect(said).to_contain_text(f"{task} at Room 101")
    page.keyboard.press("ArrowRight")
    expect(said).to_contain_text("Care 1: charge at Charger 1")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(page.locator(f'[data-task="{task}"]')).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("End")
    expect(said).to_contain_text("Logistics 1")
    span_s = page.evaluate("robotFleet.plan.span")
    page.keyboard.press("+")
    page.wait_for_function("span_s => robotFleet.plan.span < 0.9 * span_s", arg=span_s)
    page.keyboard.press("-")
    page.wait_for_function("span_s => Math.abs(robotFleet.plan.span - span_s) < 1", arg=span_s)


def test_the_timeline_is_dragged_zoomed_and_follows_the_time_again(console: Opened) -> None:
    page = console.page
    box = page.locator("#gantt").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] - 20
    page.wait_for_function("() => robotFleet.plan.follows")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 120, y, steps=4)
    page.mouse.up()
    page.wait_for_function("() => !robotFleet.plan.follows")
    page.click("#plan-follow")
    page.wait_for_function("() => robotFleet.plan.follows")
    span_s = page.evaluate("robotFleet.plan.span")
    page.click("#plan-zoom-in")
    page.wait_for_function("span_s => robotFleet.plan.span < 0.9 * span_s", arg=span_s)


def test_a_piece_that_is_clicked_opens_its_task_beside_the_map(console: Opened) -> None:
    page, task = console.page, console.open_task()
    now_s = int(console.fleet.now_s)
    console.plan("care_1", [[task, 0, "home/r101", 60, now_s + 100, now_s + 2000]])
    page.locator("#gantt").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#plan-said")).to_contain_text(task)
    box = page.locator("#gantt").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 128 + (box["width"] - 128) * 0.45, box["y"] + 26 + 14)
    expect(page.locator(f'[data-task="{task}"]')).to_have_attribute("aria-expanded", "true")


def test_every_view_has_its_address(console: Opened) -> None:
    page = console.page
    expect(page.locator("#plan-gantt")).to_be_visible()
    page.locator("#plan-tab-plan").press("ArrowRight")
    expect(page.locator("#board")).to_be_visible()
    expect(page).to_have_url(re.compile("#/board$"))
    page.go_back()
    expect(page.locator("#plan-gantt")).to_be_visible()
    page.click("#plan-close")
    expect(page.locator("#plan")).to_be_hidden()
    page.click("#plan-open")
    expect(page).to_have_url(re.compile("#/plan$"))


def test_on_the_board_tasks_stand_by_state_and_move(console: Opened) -> None:
    page, task = console.page, console.open_task()
    page.click("#plan-tab-board")
    card = page.locator(f'.column.waiting [data-card="{task}"]')
    expect(card).to_contain_text("waits")
    card.press("Enter")
    page.click(f'[data-focus="{task}-hold"]')
    page.locator("#dialog button.primary").click()
    expect(page.locator(f'.column.held [data-card="{task}"]')).to_be_visible()
    page.click(f'[data-focus="{task}-resume"]')
    expect(page.locator(f'.column.waiting [data-card="{task}"]')).to_be_visible()
    assert console.did() == ["HoldTask", "ResumeTask"]


def test_who_waits_longest_for_the_most_urgent_comes_first(console: Opened) -> None:
    page = console.page
    page.click("#plan-tab-board")
    waiting = page.locator(".column.waiting [data-card]")
    first = waiting.first.get_attribute("data-card")
    assert first != waiting.last.get_attribute("data-card")
    waiting.first.click()
    page.click(f'[data-focus="{first}-prioritise"]')
    page.select_option('#dialog select[name="priority"]', "background")
    page.locator("#dialog button.primary").click()
    expect(waiting.last).to_have_attribute("data-card", str(first))
    expect(waiting.last).to_contain_text("Priority Background")


def test_a_task_is_given_to_a_robot_after_its_price_was_told(console: Opened) -> None:
    page, task = console.page, console.open_task()
    page.click(f'[data-task="{task}"]')
    page.click(f'[data-focus="{task}-reassign"]')
    row = next(row for row in console.fleet.tasks() if row["id"] == task)
    kinds = console.fleet.site.services[row["service"]].robot_kinds
    robot = next(robot.id for robot in console.fleet.site.robots.values() if robot.kind in kinds)
    page.select_option('#dialog select[name="wish"]', f"only:{robot}")
    expect(page.locator("#price")).to_contain_text("the plan costs 42 s more. Later: t2 +60 s")
    assert console.did() == []
    page.locator("#dialog button.primary").click()
    expect(page.locator(".row.open .pairs")).to_contain_text("Only on")
    assert console.did() == ["DirectTask"]


def test_what_another_person_decided_meanwhile_is_shown_and_asked_about(console: Opened) -> None:
    page, fleet, server = console.page, console.fleet, console.server
    task, dialog = console.open_task(), page.locator("dialog#dialog")
    page.click("#tab-tasks")
    page.click(f'[data-task="{task}"]')

    def prioritised() -> None:
        with page.expect_response(f"**/tasks/{task}"):  # what is seen as the question comes up
            page.click("[data-directs=prioritise]")
        dialog.locator("select").select_option("urgent")

    prioritised()
    server.do(lambda: fleet.picture.put_task({**fleet.picture.task(task), "state": "scheduled"}))  # type: ignore[dict-item]
    dialog.get_by_role("button", name="Change priority").click()
    expect(page.locator(".toast.good")).to_be_visible()  # what a task does by itself is no reason to ask
    prioritised()
    other = page.request.post(f"{server.url}/api/v1/tasks/{task}/priority", data={"priority": 20})
    assert other.status == 202
    dialog.get_by_role("button", name="Change priority").click()
    expect(dialog).to_contain_text("Urgent (70) → Normal (20)")
    dialog.get_by_role("button", name="Back").click()
    expect(page.locator(".toast.bad")).to_contain_text("Somebody has changed this meanwhile")
    assert fleet.picture.task(task)["priority"] == 20  # type: ignore[index]
    prioritised()
    page.request.post(f"{server.url}/api/v1/tasks/{task}/priority", data={"priority": 12})
    dialog.get_by_role("button", name="Change priority").click()
    dialog.get_by_role("button", name="Do it all the same").click()
    expect(dialog).to_be_hidden()
    expect(page.locator(".row.task.open")).to_contain_text("Urgent (70)")


def test_a_task_tells_why_and_is_asked_for_once_more(console: Opened) -> None:
    page, task = console.page, console.open_task()
    page.click(f'[data-task="{task}"]')
    page.click(f'[data-focus="{task}-why"]')
    expect(page.locator("#dialog .why li").first).to_contain_text(task)
    page.keyboard.press("Escape")
    page.click(f'[data-focus="{task}-duplicate"]')
    expect(page.locator("#request")).to_be_visible()
    row = next(row for row in console.fleet.tasks() if row["id"] == task)
    expect(page.locator("#request-service")).to_have_value(row["service"])
    place = next(name for name, value in row["params"].items() if value in console.fleet.site.places)
    expect(page.locator(f"#request-{place}")).to_have_value(row["params"][place])


def test_several_tasks_are_marked_by_keys_and_mouse_and_cancelled_at_once(console: Opened) -> None:
    page, fleet, dialog = console.page, console.fleet, console.page.locator("dialog#dialog")
    console.server.do(lambda: setattr(fleet, "holding", True))
    for name in ("w1", "w2", "w3"):
        console.server.do(lambda name=name: fleet.leave_waiting(name, "care_visit", {"place": "home/r101"}))
    page.goto(f"{console.server.url}/#/board")
    waiting = page.locator(".column.waiting [data-card^=w]")
    expect(waiting).to_have_count(3)
    page.focus("#mark")
    page.keyboard.press("Enter")
    page.locator('[data-card="w1"]').focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(1)
    expect(page.locator('[data-card="w1"]')).to_be_focused()
    waiting.last.click(modifiers=["Shift"])
    for name in ("w1", "w2", "w3"):
        expect(page.locator(f'[data-card="{name}"]')).to_have_attribute("aria-checked", "true")
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(3)  # they wait one after the other
    page.click("#mark-cancel")
    expect(dialog).to_contain_text("Cancel 3 tasks?")
    expect(dialog).to_contain_text("Care visit × 3")
    expect(dialog.locator("[value=yes]")).to_be_disabled()
    page.request.post(f"{console.server.url}/api/v1/tasks/w2/cancel")  # somebody else was faster
    dialog.locator("input").fill("cancel 3")
    page.keyboard.press("Enter")
    expect(page.locator("#many-refused li")).to_have_count(1)
    expect(page.locator("#many-refused")).to_contain_text("w2: ")
    dialog.get_by_role("button", name="Close").click()
    expect(page.locator("#mark-cancel")).to_have_count(0)
    assert [what for what in fleet.commands if what[0] == "cancel"] == [
        ("cancel", "w2"),
        ("cancel", "w1"),
        ("cancel", "w3"),
    ]


def test_a_file_with_mistakes_is_told_by_line_and_a_good_one_is_taken_on(console: Opened) -> None:
    page = console.page
    before = len(console.fleet.tasks())
    good = 'd1,14:00,care_visit,"{""place"": ""home/r101""}"\n'
    page.click("#import")
    bad = HEADER + good + "d2,later,care_visit,{}\nd1,14:00,care_visit,{}\n"
    page.set_input_files("#import-file", {"name": "day.csv", "mimeType": "text/csv", "buffer": bad.encode()})
    expect(page.locator("#import-found td")).to_have_count(2)
    lines = page.locator("#import-found tbody th").all_inner_texts()
    codes = [cell.get_attribute("data-code") for cell in page.locator("#import-found td").all()]
    assert list(zip(lines, codes, strict=True)) == [("3", "request_time_malformed"), ("4", "request_id_twice")]
    expect(page.locator("#import-take")).to_be_disabled()
    page.set_input_files("#import-file", {"name": "x.csv", "mimeType": "text/csv", "buffer": b"\xff\xfe"})
    expect(page.locator("#import-found .error")).to_be_visible()
    page.set_input_files("#import-file", {"name": "d.csv", "mimeType": "text/csv", "buffer": (HEADER + good).encode()})
    page.click("#import-take")
    expect(page.locator("#dialog")).to_be_hidden()
    expect(page.locator('[data-task="d1"]')).to_be_visible()
    assert len(console.fleet.tasks()) == before + 1


def test_cards_are_put_in_order_by_keys_and_by_dragging(console: Opened) -> None:
    page, server = console.page, console.server
    page.goto(f"{server.url}/#/board")
    cards = page.locator(".column.waiting [data-card]")
    expect(cards.nth(1)).to_be_visible()
    upper, lower = (str(cards.nth(at).get_attribute("data-card")) for at in (0, 1))
    cards.nth(1).click()  # chosen, it is drawn anew, and keeps the keyboard
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator("dialog select")).to_have_value(lower)  # what is above now comes after it
    expect(page.locator("#price")).to_contain_text("costs 42 s more")
    page.locator("dialog").get_by_role("button", name="Do after it").click()
    expect(page.locator(".toast")).to_be_visible()
    expect(cards.nth(0)).to_have_attribute("data-card", lower)
    expect(cards.nth(1)).to_contain_text(f"After {lower}")
    page.locator(f'[data-card="{upper}"]').drag_to(page.locator(f'[data-card="{lower}"]'))
    expect(page.locator("dialog select")).to_have_value(upper)
    page.keyboard.press("Escape")
    page.locator(f'.row [data-task="{upper}"]').click()
    page.click(f'[data-focus="{upper}-sequence"]')
    page.select_option("dialog select", "")
    page.locator("dialog").get_by_role("button", name="Do after it").click()
    expect(page.locator(f'[data-card="{upper}"]')).not_to_contain_text("After")
    assert console.did() == ["SequenceTask", "SequenceTask"]
