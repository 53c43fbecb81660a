"""How the console fares: its web server (`crowd`), one real browser that shows it, and plain WebSocket clients.

Frames are those that the map has drawn; the main thread's share is the browser's own figure (the Performance domain of
its debugging protocol). The server's CPU is read from `/proc`; robots over ROS are not in it (`telemetry` has them).
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from websockets.asyncio.client import connect

from bench.children import await_ready, end
from bench.process import tree_cpu_s
from robot_fleet.core.errors import RuntimeFailure
from robot_fleet.runtime.processes.claims import FleetClaim
from robot_fleet.runtime.processes.process import Child, ProcessSpec, ReadyPort

SCHEMA_VERSION = 1
WIDTH_PX, HEIGHT_PX = 1600, 900
WARM_S = 4.0
_FLAGS = ("--no-sandbox", "--disable-background-networking", "--disable-component-update")
_COUNT_FRAMES = """() => {
  window.benchFrames = [];
  const count = (now) => { window.benchFrames.push(now); requestAnimationFrame(count); };
  requestAnimationFrame(count);
}"""
_DRAWN = "() => window.robotFleet.frames"

Say = Callable[[str], None]


def measure(robots: int, clients: int, seconds: float, say: Say) -> dict[str, Any]:
    """Return the figures of one run.

    Parameters
    ----------
    clients : consoles in all: one browser, the others plain WebSocket clients.
    seconds : of wall time that are measured.

    Raises
    ------
    RuntimeFailure : `runtime_no_browser`, or `runtime_not_ready` if the server does not come up.
    """
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        message = "no Chromium is installed; install it, for instance with apt-get install chromium"
        raise RuntimeFailure("runtime_no_browser", message)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="robot_fleet_bench_")))
        claim = stack.enter_context(FleetClaim("bench", {**os.environ, "XDG_STATE_HOME": str(folder)}))
        port = claim.port(None)
        words = (sys.executable, "-P", "-m", "bench.crowd", "--robots", str(robots), "--port", str(port))
        server = Child(ProcessSpec("crowd", "crowd", words, {}, Path.cwd(), ReadyPort(port)), folder / "crowd.log")
        stack.callback(end, server)
        say("starting the server")
        await_ready([server], folder)
        return asyncio.run(_measure(browser, port, server.pid, robots, clients, seconds, say))


async def _measure(
    browser: str, port: int, server: int, robots: int, clients: int, seconds: float, say: Say
) -> dict[str, Any]:
    from playwright.async_api import async_playwright

    counted = [0] * (clients - 1)
    listening = [asyncio.create_task(_listen(port, counted, number)) for number in range(clients - 1)]
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=browser, args=list(_FLAGS))
        page = await opened.new_page(viewport={"width": WIDTH_PX, "height": HEIGHT_PX}, locale="ko-KR")
        await page.goto(f"http://127.0.0.1:{port}/")
        await page.wait_for_function("() => window.robotFleet?.frames > 0")
        session = await page.context.new_cdp_session(page)
        await session.send("Performance.enable")
        await asyncio.sleep(WARM_S)
        say(f"measuring for {seconds:g} s")
        await page.evaluate(_COUNT_FRAMES)
        busy_s, drawn = await _busy_s(session), await page.evaluate(_DRAWN)
        began_s, began_cpu_s, before = time.monotonic(), tree_cpu_s(server), sum(counted)
        await asyncio.sleep(seconds)
        busy_s, drawn = await _busy_s(session) - busy_s, await page.evaluate(_DRAWN) - drawn
        took_s = time.monotonic() - began_s
        cpu_s, taken = tree_cpu_s(server) - began_cpu_s, sum(counted) - before
        drawn_ms = np.array(await page.evaluate("() => window.benchFrames"))
        await opened.close()
    for task in listening:
        if task.done():
            task.result()  # a client that broke says why
        task.cancel()
    await asyncio.gather(*listening, return_exceptions=True)
    gaps_ms = np.diff(drawn_ms) if len(drawn_ms) > 1 else np.array([np.inf])
    return {
        "schema_version": SCHEMA_VERSION,
        "robots": robots,
        "clients": clients,
        "seconds": seconds,
        "fps": round(drawn / took_s, 1),
        "frame_p99_ms": round(float(np.percentile(gaps_ms, 99.0)), 1),
        "main_thread_pct": round(100.0 * busy_s / took_s, 1),
        "client_kbps": round(taken / max(clients - 1, 1) / took_s / 1000.0, 1),
        "server_cpu_pct": round(100.0 * cpu_s / took_s, 1),
    }


async def _busy_s(session: Any) -> float:
    """Return for how long the page's main thread has been at work."""
    metrics = await session.send("Performance.getMetrics")
    return float(next(each["value"] for each in metrics["metrics"] if each["name"] == "TaskDuration"))


async def _listen(port: int, counted: list[int], number: int) -> None:
    async with connect(f"ws://127.0.0.1:{port}/api/v1/stream", max_size=None, compression=None) as socket:
        async for text in socket:
            counted[number] += len(text if isinstance(text, bytes) else text.encode())


__all__ = ["measure"]
