"""Ctrl-K, and what the page's address, its layers and its follow button do: whatever is chosen can be found again."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from test.browser.test_plan import Opened, console

__all__ = ["console"]


def say(page: Page, words: str) -> None:
    """Type into a palette that is not open yet."""
    page.keyboard.press("Control+k")
    expect(page.locator("#commands-input")).to_be_focused()
    page.keyboard.type(words)


def first(page: Page) -> str:
    """Return the proposal that Enter would take."""
    chosen = page.locator('#commands-list [aria-selected="true"]')
    expect(chosen).to_have_count(1)
    expect(page.locator("#commands-input")).to_have_attribute("aria-activedescendant", str(chosen.get_attribute("id")))
    return " ".join(chosen.inner_text().split())


def test_a_command_is_typed_asked_about_and_done(console: Opened) -> None:
    page, task = console.page, console.open_task()
    service = next(row for row in console.fleet.tasks() if row["id"] == task)["service"]
    able = console.fleet.site.services[str(service)].robot_kinds
    robot = next(spec.id for spec in console.fleet.site.robots.values() if spec.kind in able)
    say(page, f"assign T{int(task[1:])} R{robot[-1]}")
    assert first(page).startswith("Assign") and task in first(page) and robot in first(page)
    page.keyboard.press("Enter")
    expect(page.locator("dialog#dialog select")).to_have_value(f"only:{robot}")
    expect(page.locator("#price")).not_to_have_text("Asking for the price.")
    page.locator("dialog#dialog").get_by_role("button", name="Reassign").click()
    expect(page.locator(".toast.good")).to_be_visible()
    assert console.did()[-1:] == ["DirectTask"]

    say(page, "hold fleet")
    assert first(page) == "Hold fleet"
    page.keyboard.press("Escape")
    expect(page.locator("#commands")).to_be_hidden()
    assert "hold" not in console.did()  # nothing is done that was not asked for


def test_what_is_missing_is_proposed_by_and_by_in_both_languages(console: Opened) -> None:
    page, task = console.page, console.open_task()
    say(page, "우선순위")
    assert first(page).startswith("Priority") and "task" in first(page)
    page.keyboard.type(f" {task}")
    assert first(page).endswith("class")
    page.keyboard.press("Tab")
    expect(page.locator("#commands-input")).to_have_value(f"Priority {task} ")
    page.keyboard.type("urg")
    assert first(page).endswith("Urgent urgent")
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


def test_the_map_follows_a_robot_until_somebody_moves_it(console: Opened) -> None:
    page = console.page
    expect(page.locator("#follow")).to_be_disabled()
    page.click("#tab-robots")
    page.locator("[data-robot]").first.click()
    robot = str(page.locator("[data-robot]").first.get_attribute("data-robot"))
    page.click("#follow")
    middle = page.evaluate(
        """id => new Promise((told) => {
            requestAnimationFrame(() => requestAnimationFrame(() => told(robotFleet.screenOf(id))));
        })""",
        robot,
    )
    console.fleet.pace = 20.0
    page.wait_for_function(
        """([id, x, y]) => {
            const [left, top] = robotFleet.screenOf(id);
            return robotFleet.followed && Math.hypot(left - x, top - y) < 20;
        }""",
        arg=[robot, *middle],
    )
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


@pytest.mark.parametrize("console", ["ko-KR"], indirect=True)
def test_the_palette_speaks_korean(console: Opened) -> None:
    say(console.page, "전체")
    assert first(console.page) == "전체 멈춤"
