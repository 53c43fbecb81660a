"""Ctrl-K, and what the page's address, its layers and its follow button do: whatever is chosen can be found again."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from test.browser.test_plan import Opened, console

__all__ = ["console"]


def say(page: Page, words: str) -> None:
    """Type into a palette that is not open yet."""
    page.keyboard.press("Control+k")
    expect(page.locator("#commands-input")).to_be_focused()
    page.keyboard.type(words)


def expect_first(page: Page, words: str) -> None:
    """Wait until the proposal that Enter would take begins with some words and ends with others (`begin … end`)."""
    chosen = page.locator('#commands-list [aria-selected="true"]')
    expect(chosen).to_have_text(re.compile("^" + ".*".join(map(re.escape, words.split(" … "))) + "$"))
    expect(page.locator("#commands-input")).to_have_attribute("aria-activedescendant", str(chosen.get_attribute("id")))


def test_a_command_is_typed_asked_about_and_done(console: Opened) -> None:
    page, task = console.page, console.open_task()
    service = next(row for row in console.fleet.tasks() if row["id"] == task)["service"]
    able = console.fleet.site.services[str(service)].robot_kinds
    robot = next(spec.id for spec in console.fleet.site.robots.values() if spec.kind in able)
    say(page, f"assign T{int(task[1:])} R{robot[-1]}")
    expect_first(page, f"Assign … {task} … {robot}")
    page.keyboard.press("Enter")
    expect(page.locator("dialog#dialog select")).to_have_value(f"only:{robot}")
    expect(page.locator("#price")).not_to_have_text("Asking for the price.")
    page.locator("dialog#dialog").get_by_role("button", name="Reassign").click()
    expect(page.locator(".toast.good")).to_be_visible()
    assert console.did()[-1:] == ["DirectTask"]

    say(page, "hold fleet")
    expect_first(page, "Hold fleet")
    page.keyboard.press("Escape")
    expect(page.locator("#commands")).to_be_hidden()
    assert "hold" not in console.did()  # nothing is done that was not asked for


def test_what_is_missing_is_proposed_by_and_by_in_both_languages(console: Opened) -> None:
    page, task = console.page, console.open_task()
    say(page, "우선순위")
    expect_first(page, "Priority … task … class")
    page.keyboard.type(f" {task}")
    expect_first(page, f"Priority … {task} … class")
    page.keyboard.press("Tab")
    expect(page.locator("#commands-input")).to_have_value(f"Priority {task} ")
    page.keyboard.type("urg")
    expect_first(page, f"Priority … {task} … Urgent … urgent")
    page.keyboard.press("Enter")
    expect(page.locator("dialog#dialog select")).to_have_value("urgent")
    page.keyboard.press("Escape")
    say(page, "no such thing")
    expect(page.locator("#commands-list")).to_have_text("Nothing here goes by that.")
    page.keyboard.press("Enter")
    expect(page.locator("#commands")).to_be_visible()


def test_what_is_chosen_is_in_the_address_and_found_again(console: Opened) -> None:
    page, task = console.page, console.open_task()
    say(page, f"show task {task}")
    page.keyboard.press("Enter")
    expect(page.locator(f'.row.open [data-task="{task}"]')).to_be_visible()
    page.wait_for_function("task => location.hash === `#/plan?task=${task}`", arg=task)
    page.reload()
    expect(page.locator(f'.row.open [data-task="{task}"]')).to_be_visible()
    expect(page.locator("#plan")).to_be_visible()
    page.click("#plan-close")
    page.go_back()
    expect(page.locator("#plan")).to_be_visible()
    page.goto(f"{console.server.url}/#/?task=nobody_knows_it")
    expect(page.locator(".toast.bad")).to_have_text("There is no nobody_knows_it here.")


def stands(page: Page, thing: str) -> list[float]:
    """Wait until a place or robot keeps its place on the screen for half a second, and return that place."""
    same = """id => {
        const [at, before] = [robotFleet.screenOf(id), window.lookedAt];
        window.lookedAt = at;
        return before && Math.hypot(at[0] - before[0], at[1] - before[1]) < 1 ? at : null;
    }"""
    page.evaluate("() => { window.lookedAt = null; }")
    at: list[float] = page.wait_for_function(same, arg=thing, polling=500).json_value()
    return at


def test_the_map_follows_a_robot_until_somebody_moves_it(console: Opened) -> None:
    page = console.page
    expect(page.locator("#follow")).to_be_disabled()
    console.server.do(lambda: setattr(console.fleet, "holding", True))
    expect(page.locator("#banner-hold")).to_be_visible()
    puppet = console.fleet.puppets[0]
    page.click("#tab-robots")
    page.click(f'[data-robot="{puppet.id}"]')
    page.click("#follow")
    expect(page.locator("#follow")).to_have_attribute("aria-pressed", "true")
    way = """([id, x, y]) => {
        const [left, top] = robotFleet.screenOf(id);
        return Math.hypot(left - x, top - y);
    }"""
    places = [stands(page, thing) for thing in (puppet.id, "home/r101")]
    console.server.do(lambda: setattr(puppet, "x_m", puppet.x_m + 5.0))
    page.wait_for_function(f"at => ({way})(at) > 60", arg=["home/r101", *places[1]])  # the map has moved below it
    page.wait_for_function(f"at => ({way})(at) < 20", arg=[puppet.id, *places[0]])
    page.focus("#actors")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#follow")).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("f")
    expect(page.locator("#follow")).to_have_attribute("aria-pressed", "true")


def test_layers_stay_as_they_were_chosen(console: Opened) -> None:
    page = console.page
    page.click("#layers-open")
    page.check("#layer-lanes")
    page.uncheck("#layer-items")
    page.keyboard.press("Escape")
    page.reload()
    page.wait_for_selector("[data-task]")
    page.click("#layers-open")
    expect(page.locator("#layer-lanes")).to_be_checked()
    expect(page.locator("#layer-items")).not_to_be_checked()
