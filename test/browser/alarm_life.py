"""The life of an alarm in a console: people and the fleet take their turns, and what is then on the screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from playwright.sync_api import Locator, Page, expect

CONDITION = "stuck"


def live(page: Page, fleet: Any, do: Callable[[Callable[[], Any]], Any], robot: str) -> Iterator[tuple[str, Locator]]:
    """Let an alarm live from its first ring to the end of its incident; yield what has happened and where to look.

    Parameters
    ----------
    page : a console in English, without another alarm of this condition.
    fleet : the double behind it.
    do : runs something on the server's event loop.
    robot : whom the alarm is about.
    """
    seen = (CONDITION, robot)
    alarm = page.locator(f'.alarm[data-alarm^="{CONDITION}:"]')
    drawer = page.locator("#incident")

    def answer(what: str) -> None:
        if alarm.locator(".alarm-main").get_attribute("aria-expanded") == "false":
            alarm.locator(".alarm-main").click()
        alarm.locator(f'[data-answer="{what}"]').click()

    do(lambda: fleet.desk.seen.update({seen: None}))
    expect(alarm.locator(".alarm-state")).to_have_text("Rings")
    if alarm.locator(".alarm-main").get_attribute("aria-expanded") == "false":
        alarm.locator(".alarm-main").click()
    expect(alarm.locator(".alarm-respond")).to_contain_text("act within")
    yield "It rings: what is the matter, what to do, by when", alarm

    answer("acknowledge")
    expect(alarm.locator(".alarm-state")).to_have_text("Acknowledged")
    expect(alarm.locator(".alarm-facts")).to_contain_text("acknowledged by operator")
    yield "Acknowledged: somebody is on it", alarm

    answer("shelve")
    dialog = page.locator("dialog")
    dialog.locator("select").select_option("5")
    dialog.locator("input").fill("waiting for a colleague")
    dialog.get_by_role("button", name="Put aside").click()
    expect(alarm.locator(".alarm-state")).to_have_text("Put aside")
    expect(alarm.locator(".alarm-facts")).to_contain_text("waiting for a colleague")
    yield "Put aside for five minutes, with a reason", alarm

    do(lambda: fleet.advance(300.0))
    expect(alarm.locator(".alarm-state")).to_have_text("Rings")
    answer("open_incident")
    expect(drawer.locator("#incident-title")).to_have_text("stuck")
    expect(alarm.locator('[data-answer="see_incident"]')).to_be_visible()
    yield "The time is over: it rings again, and becomes an incident", alarm

    do(lambda: fleet.desk.seen.pop(seen))
    expect(alarm.locator(".alarm-state")).to_have_text("Cause gone")
    yield "The robot moves again; nobody has taken note of the second ring yet", alarm

    answer("acknowledge")
    expect(alarm).to_have_count(0)
    drawer.locator("#note-text").fill("a cart stood in its way; moved")
    drawer.get_by_role("button", name="Note", exact=True).click()
    expect(drawer.locator(".entry.incident_noted")).to_contain_text("a cart stood in its way; moved")
    drawer.locator("#close-reason").fill("way is clear")
    drawer.get_by_role("button", name="Close incident").click()
    expect(drawer.locator("#incident-facts")).to_contain_text("way is clear")
    expect(drawer.locator("#incident-close")).to_be_hidden()
    yield "The incident is closed, and tells its story", drawer
