"""The console in a real browser, over real processes and ROS: what a newcomer sees after `./fleet demo`."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

TINY = Path(__file__).parents[1] / "data" / "sites" / "tiny"
WAIT_MS = 90_000

pytestmark = [
    pytest.mark.ros,
    pytest.mark.slow,
    pytest.mark.xdist_group("ros_fleet"),
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address that the fleet prints once it is up; the fleet ends by Ctrl-C afterwards."""
    state = tmp_path_factory.mktemp("state")
    environment = dict(os.environ, XDG_STATE_HOME=str(state), PYTHONUNBUFFERED="1")
    environment.pop("ROS_DOMAIN_ID", None)
    command = [sys.executable, "-m", "robot_fleet.cli", "up", "--site", str(TINY), "--speed", "5", "--name", "browser"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(command, env=environment, text=True, **pipes) as fleet:
        assert fleet.stdout is not None
        said: list[str] = []
        for line in fleet.stdout:
            said.append(line)
            found = re.search(r"http://127\.0\.0\.1:\d+", line)
            if found:
                break
        else:
            pytest.fail(f"the fleet printed no address: {''.join(said)}")
        yield found.group(0)
        fleet.send_signal(signal.SIGINT)
        fleet.communicate(timeout=20)


def test_a_task_submitted_by_a_click_is_carried_out_by_a_moving_robot(address: str, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="en-US")
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.set_default_timeout(WAIT_MS)
    expect.set_options(timeout=WAIT_MS)
    page.goto(address)
    expect(page.locator("#tab-robots .count")).to_have_text("3")
    before = page.locator("#clock").inner_text()
    expect(page.locator("#clock")).not_to_have_text(before)

    page.click("#new-request")
    page.select_option("#request-service", "patrol")
    page.click("#request-send")
    page.locator("dialog").get_by_role("button", name="Send request").click()
    expect(page.locator(".toast.good")).to_be_visible()
    row = page.locator(".row.task", has_text="atrol").first
    expect(row).to_be_visible()

    stood = {robot["id"]: [robot["x_m"], robot["y_m"]] for robot in _get(address, "robots")}
    expect(row.locator(".state-name")).to_have_text("Under way")
    page.wait_for_function(
        """async (stood) => {
            const robots = await (await fetch("api/v1/robots")).json();
            return robots.some(({ id, x_m, y_m }) => Math.hypot(x_m - stood[id][0], y_m - stood[id][1]) > 0.5);
        }""",
        arg=stood,
    )
    expect(row.locator(".state-name")).to_have_text("Completed")
    assert _get(address, "tasks")[0]["outcome"] == "done"
    assert errors == []


def _get(address: str, what: str) -> list[dict[str, object]]:
    with urllib.request.urlopen(f"{address}/api/v1/{what}", timeout=10) as answer:
        rows: list[dict[str, object]] = json.load(answer)
        return rows
