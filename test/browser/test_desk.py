"""The incident desk in a real browser: from a call for help to its closure, and jobs for staff."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from robot_fleet.core.lifecycles.job import JobState
from robot_fleet.runtime.people import open_people
from robot_fleet.server.app import create_app
from robot_fleet.site.load import load_site
from robot_fleet.stores.people.person import Person
from test.browser.test_console import TINY, WAIT_MS, Opened
from test.canaries import CANARY, leaks
from test.fakes.moving_fleet import MovingFleet
from test.fakes.web_server import WebServer
from test.unit.stores.people.rig import REASON, Rig


@pytest.fixture
def desk(browser: Browser, tmp_path: Path) -> Iterator[Opened]:
    """A console of a fleet at which time passes only by `advance`; the caller is in the store of people."""
    fleet = MovingFleet(load_site(TINY), tasks=2, pace=0.0)
    rig = Rig(tmp_path)
    place = fleet.desk.core.state.tasks["alarm-1"].request.stops[0].places[0]
    rig.store.put([(Person(place=place, name=CANARY.name, door_code=CANARY.door_code), [])], 0.0)
    people = open_people(rig.store, rig.audit, fleet.site)
    with WebServer(create_app(fleet, people=people)) as server:
        context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-US")
        page = context.new_page()
        page.set_default_timeout(WAIT_MS)
        expect.set_options(timeout=WAIT_MS)
        opened = Opened(page, fleet, server)
        page.on("pageerror", lambda error: opened.errors.append(str(error)))
        page.on("console", lambda line: opened.errors.append(line.text) if line.type == "error" else None)
        page.goto(server.url)
        page.wait_for_selector(".alarm")
        yield opened
        context.close()
    rig.store.close()


def clock(page: Page, name: str, state: str) -> None:
    """Wait until a clock of the call is in a state, by its mark and by its word."""
    expect(page.locator(f'[data-clock="{name}"].{state} .clock-word')).to_contain_text(state)


def test_a_call_goes_from_its_alarm_to_its_closure(desk: Opened) -> None:
    page, fleet, drawer = desk.page, desk.fleet, desk.page.locator("#incident")

    # voice contact in two keys: a line is open, nobody answers
    desk.server.do(lambda: fleet.advance(12.0))
    page.keyboard.press("Alt+v")
    expect(page.locator("[data-voice=answered]")).to_be_focused()
    clock(page, "voice", "met")
    clock(page, "on_site", "running")
    expect(page.locator(".alarm-state")).to_have_text("Acknowledged")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(drawer.locator(".voice-said")).to_contain_text("no answer")
    expect(drawer.locator(".silence")).to_have_text("Without an answer, call 119 in 48 s")
    desk.server.do(lambda: fleet.advance(49.0))
    expect(drawer.locator(".silence.due")).to_have_text("Call 119 now. Do not wait for the robot.")
    expect(page.locator(".alarm-line.late")).to_contain_text("call 119 now")

    # the card: masked, then in the clear for a reason
    drawer.locator("[data-voice=escalated]").click()
    expect(drawer.locator(".silence")).to_be_hidden()
    drawer.locator("[data-card=look]").click()
    expect(drawer.locator("[data-person]")).to_contain_text("까*리")
    assert leaks(page.content().encode()) == []
    page.keyboard.type(REASON)
    page.keyboard.press("Enter")
    expect(drawer.locator("[data-person]")).to_contain_text(CANARY.name)
    expect(drawer.locator("[data-person]")).to_contain_text(CANARY.door_code)

    # a robot comes too late; a verdict closes it
    desk.server.do(lambda: fleet.advance(60.0))
    desk.server.do(lambda: fleet.desk.arrive("alarm-1"))
    clock(page, "on_site", "missed")
    drawer.locator("#close-verdict").select_option("handed_over")
    drawer.get_by_role("button", name="Close incident").click()
    expect(drawer.locator("#incident-facts")).to_contain_text("Handed over to 119")
    clock(page, "closed", "met")
    expect(drawer.locator("#incident-close")).to_be_hidden()
    told = ("alarm_acknowledged", "voice_made", "voice_silent", "voice_escalated", "incident_closed")
    expect(drawer.locator(".entry.person")).to_have_class([f"entry person {what}" for what in told])

    # nothing of the person stays on the page
    page.locator("#incident-title").press("Escape")
    expect(drawer).to_be_hidden()
    assert leaks(page.content().encode()) == []
    assert desk.errors == []


def test_staff_are_sent_and_a_robot_is_taken_over_and_given_back(desk: Opened) -> None:
    page, jobs, dialog = desk.page, desk.fleet.desk.core.state.jobs, desk.page.locator("dialog")

    page.click("[data-answer=send_staff]")
    dialog.get_by_role("button", name="Send").click()
    page.click("#tab-robots")
    page.click("[data-robot=care_1]")
    page.click("[data-sends=take_over]")
    dialog.get_by_role("button", name="Take over").click()
    expect(page.locator(".row.robot.open .state-name")).to_have_text("Taken over")
    expect(page.locator(".row.robot.open .axes dd").last).to_have_text("Taken over")
    page.click("[data-sends=service_out]")
    dialog.get_by_role("button", name="Out of service").click()
    expect(page.locator("[data-sends=service_in]")).to_be_visible()
    page.click("[data-sends=give_back]")
    dialog.get_by_role("button", name="Give back").click()
    expect(page.locator("[data-sends=take_over]")).to_be_visible()

    page.click("#tab-jobs")
    expect(page.locator("#tab-jobs .count")).to_have_text("1")
    desk.server.do(lambda: desk.fleet.advance(2000.0))
    expect(page.locator('[data-job="job:1"] .when.bad')).to_contain_text("overdue")
    page.click('[data-job="job:1"]')
    page.click("[data-says=job_take]")
    page.click("[data-says=job_done]")
    dialog.locator("[name=text]").fill("all well there")
    dialog.get_by_role("button", name="Done").click()
    # what is left the fleet has sent for itself: no robot has come to the caller in time
    expect(page.locator("#tab-jobs .count")).to_have_text("1")
    assert [(job.kind, job.state) for job in jobs.values()] == [
        ("look_after", JobState.DONE),
        ("take_over", JobState.WITHDRAWN),
        ("look_after", JobState.OPEN),
    ]
    assert jobs["job:1"].ended_with == "all well there"
    assert desk.errors == []
