"""Alarms and incidents in a real browser: their life, what is said without being looked at, and stopped robots."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from robot_fleet.server.app import create_app
from test.browser.alarm_life import live
from test.browser.test_console import Opened, console
from test.fakes.web_server import WebServer

__all__ = ["console"]


def rings(opened: Opened, *seen: tuple[str, str]) -> None:
    """Let conditions begin, and wait until a console shows their alarms."""
    opened.server.do(lambda: opened.fleet.desk.seen.update(dict.fromkeys(seen)))
    for code, _ in seen:
        expect(opened.page.locator(f'.alarm[data-alarm^="{code}:"]').first).to_be_visible()


def test_the_life_of_an_alarm(console: Opened) -> None:
    stages = [caption for caption, _ in live(console.page, console.fleet, console.server.do, "care_1")]
    assert len(stages) == 6
    did = [name for name, _ in console.fleet.commands]
    assert did == [
        "AcknowledgeAlarm",
        "ShelveAlarm",
        "OpenIncident",
        "AcknowledgeAlarm",
        "NoteIncident",
        "CloseIncident",
    ]
    console.page.keyboard.press("Escape")
    expect(console.page.locator("#incident")).to_be_hidden()
    console.page.click("#tab-incidents")
    expect(console.page.locator(".row.incident.over")).to_contain_text("way is clear")
    assert console.errors == []


def test_what_rings_comes_first_and_urgency_has_a_shape_and_a_word(console: Opened) -> None:
    page = console.page
    rings(console, ("memory_short", "care_1"), ("docked_without_current", "care_2"), ("stuck", "logistics_1"))
    signs = page.locator(".alarm .sign")
    names = signs.evaluate_all("s => s.map(e => e.classList[1])")
    assert names == ["critical", "high", "medium", "low"]
    shapes = signs.evaluate_all("s => s.map(e => getComputedStyle(e).clipPath + getComputedStyle(e).borderRadius)")
    assert len(set(shapes)) == 4
    page.locator('.alarm[data-alarm^="stuck:"] .alarm-main').click()
    expect(page.locator(".alarm.open .alarm-facts")).to_contain_text("High")
    page.locator(".alarm.open [data-answer=acknowledge]").click()
    expect(page.locator(".alarm").last).to_have_attribute("data-alarm", re.compile("^stuck:"))


def test_a_new_alarm_is_said_to_those_who_listen(console: Opened) -> None:
    rings(console, ("stuck", "care_2"))
    expect(console.page.locator("#announce")).to_contain_text(
        "Alarm. Care 2: The robot wants to drive and has not moved for a minute. Clear what"
    )
    expect(console.page).to_have_title(re.compile(r"^\(2\) "))


def test_several_robots_with_one_condition_are_one_alarm_with_its_members(console: Opened) -> None:
    rings(console, ("stuck", "care_1"), ("stuck", "care_2"), ("stuck", "logistics_1"))
    alarm = console.page.locator('.alarm[data-alarm^="stuck:"]')
    expect(alarm).to_have_count(1)
    alarm.locator(".alarm-main").click()
    expect(alarm.locator(".alarm-members .chip")).to_have_text(["Care 1", "Care 2", "Logistics 1"])


def test_what_the_manager_refuses_is_said(console: Opened) -> None:
    page = console.page
    page.click("#tab-incidents")
    page.locator("[data-incident]").first.click()
    page.select_option("#close-verdict", "other")
    page.fill("#close-reason", "over")
    page.get_by_role("button", name="Close incident").click()
    expect(page.locator("#incident-error")).to_have_text("Acknowledge its ringing alarms first.")
    expect(page.locator("#close-reason")).to_have_value("over")


def test_a_stopped_robot_goes_on_only_after_a_person_consents(console: Opened) -> None:
    page = console.page
    console.server.do(lambda: console.fleet.desk.press_stop("care_1"))
    banner = page.locator("#banner-stopped-care_1")
    expect(banner).to_contain_text("Nothing moves until an operator lets it.")
    banner.get_by_role("button").click()
    dialog = page.locator("dialog")
    expect(dialog).to_contain_text("you consent that the robot moves again")
    dialog.get_by_role("button", name="Back").click()
    assert console.fleet.commands == []
    banner.get_by_role("button").click()
    dialog.get_by_role("button", name="I consent").click()
    expect(banner).to_be_hidden()
    assert console.fleet.commands == [("resume", "care_1")]


def test_a_task_that_asks_is_answered_in_its_row(console: Opened) -> None:
    page, task = console.page, "w1"  # of nobody, whose work would go on meanwhile
    console.server.do(lambda: console.fleet.leave_waiting(task, "care_visit", {"place": "home/r101"}))
    console.server.do(lambda: console.fleet.let_ask(task))
    page.click(f'[data-task="{task}"]')
    page.click(".row.task.open [data-says=done]")
    page.locator("dialog").get_by_role("button", name="It is done").click()
    expect(page.locator(".row.task.open .asks")).to_be_hidden()
    assert console.fleet.commands == [("answer done", task)]


def test_the_four_axes_of_a_robot_stand_apart_and_what_is_old_is_said_to_be_old(console: Opened) -> None:
    page, told = console.page, console.fleet.told
    now = {"freshness": "live", "age_s": 0.2, "health": "warning", "conditions": ["battery_low"], "control": "manual"}
    console.server.do(lambda: told.update(care_1={**now, "remaining_s": 5400.0}))
    page.click("#tab-robots")
    page.click('[data-robot="care_1"]')
    axes = page.locator(".row.robot.open .axes dd")
    expect(axes.nth(1)).to_have_text("Live")
    expect(axes.nth(2)).to_have_text("Warning · battery low")
    expect(axes.nth(3)).to_have_text("Manual")
    console.server.do(lambda: told.update(care_1={**now, "freshness": "stale", "age_s": 12.0}))
    expect(axes.nth(0)).to_contain_text("was: ")
    expect(axes.nth(1)).to_have_text("Not answering · 12 s ago")
    expect(axes.nth(2)).to_have_text("Unknown")
    row = page.locator(".row.robot.away")
    expect(row.locator(".battery")).to_contain_text("12 s ago")
    expect(page.locator("#figures .figure").first).to_contain_text("2/3")


def test_alarms_that_rang_while_the_connection_was_lost_are_pointed_out(console: Opened) -> None:
    page, port = console.page, console.server.port
    console.server.stop()
    expect(page.locator("#banner-lost")).to_be_visible()
    console.fleet.desk.seen[("stuck", "care_1")] = None
    for _ in range(5):
        console.fleet.advance(1.0)
    with WebServer(create_app(console.fleet), port):
        missed = page.locator("#banner-missed")
        expect(missed).to_contain_text("Alarms that rang while the connection was lost: 1")
        missed.get_by_role("button").click()
        expect(missed).to_be_hidden()
        page.close()


def test_an_alarm_is_answered_by_keyboard_alone(console: Opened) -> None:
    page = console.page
    page.focus(".alarm-main")
    expect(page.locator(".alarm-main")).to_have_attribute("aria-expanded", "true")  # the first that rings is open
    for _ in range(4):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.answer") == "acknowledge":
            break
    page.keyboard.press("Enter")
    expect(page.locator(".alarm-state")).to_have_text("Acknowledged")
    assert console.fleet.commands == [("AcknowledgeAlarm", "alarm-1")]
