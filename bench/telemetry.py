"""How many robots a gateway watches: real publishers, the real gateway's process, and plain WebSocket clients.

Robots talk over ROS from processes of their own. The clients take the console's stream; each pose that they get says
when the robot sent it (see `telemetry_robots`), so the latency is from the robot's word to the client, both on this
machine. While that is measured somebody also listens to `fleet/state` and `diagnostics_agg`, and metrics are fetched.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import numpy as np
from websockets.asyncio.client import connect

from bench.children import START_WITHIN_S, await_ready, end
from bench.hall import write_hall
from bench.process import peak_rss_mb, tree_cpu_s
from bench.talking import METRES_PER_S
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.runtime.bringup.fleet_processes import DISCOVERY
from robot_fleet.runtime.history import registry
from robot_fleet.runtime.processes.claims import FleetClaim
from robot_fleet.runtime.processes.process import Child, ProcessSpec, ReadyFile, ReadyPort
from robot_fleet.runtime.processes.statefile import read_json

SCHEMA_VERSION = 1
PROCESSES = 3
"""Of robots; together with the gateway no more than one machine's discovery takes."""
CLIENTS = 3
WARM_S = 5.0
SCRAPE_EVERY_S = 5.0
SETTLE_S = 2.5
"""What is on its way arrives, and the metrics, which are as of the last second, know of it."""
_COUNTED = re.compile(r'^fleet_gateway_messages_accepted_total\{source="(\w+)"\} (\S+)$', re.MULTILINE)
_REFUSED = re.compile(r"^fleet_gateway_messages_refused_total\{.*\} (\S+)$", re.MULTILINE)

Say = Callable[[str], None]


@dataclass(slots=True)
class _Heard:
    """What one client got while it was measured."""

    latency_ms: list[float] = field(default_factory=list)
    frames: int = 0
    bytes: int = 0


@dataclass(slots=True)
class _Bench:
    """The bench at work.

    Attributes
    ----------
    base_s : fleet time at which `x_m` is 0.
    measuring : whether what clients get counts.
    """

    midnight: datetime
    base_s: float
    url: str
    measuring: bool = False
    clients: list[_Heard] = field(default_factory=list)

    def now_s(self) -> float:
        return time.time() - self.midnight.timestamp() - self.base_s


def measure(robots: int, seconds: float, say: Say) -> dict[str, Any]:
    """Return the figures of one run.

    Raises
    ------
    RuntimeFailure : `runtime_not_ready` if a process does not come up.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="robot_fleet_bench_")))
        claim = stack.enter_context(FleetClaim("bench", {**os.environ, "XDG_STATE_HOME": str(folder)}))
        domain, port = claim.domain_id(), claim.port(None)
        names = write_hall(folder / "site", robots)
        run = folder / "run"
        run.mkdir()
        Ledger.open(run / "ledger.sqlite", registry(), site_id="hall").close()
        midnight = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
        bench = _Bench(midnight, time.time() - midnight.timestamp(), f"127.0.0.1:{port}")
        env = {"ROS_DOMAIN_ID": str(domain), DISCOVERY: os.environ.get(DISCOVERY, "LOCALHOST")}
        children = []

        def start(name: str, words: Sequence[str], ready: ReadyFile | ReadyPort) -> Child:
            spec = ProcessSpec(name, name, (sys.executable, "-P", "-m", *words), env, Path.cwd(), ready)
            child = Child(spec, folder / f"{name}.log")
            stack.callback(end, child)
            children.append(child)
            return child

        say("starting the gateway")
        shared = ("--site", str(folder / "site"), "--run", str(run), "--midnight", midnight.isoformat())
        gateway = start("gateway", ("robot_fleet.nodes.gateway", *shared, "--port", str(port)), ReadyPort(port))
        figures = [folder / f"robots{number}.json" for number in range(PROCESSES)]
        for number, file in enumerate(figures):
            words = ["bench.telemetry_robots", "--robots", ",".join(names[number::PROCESSES])]
            words += ["--midnight", midnight.isoformat(), "--base", repr(bench.base_s), "--figures", str(file)]
            start(f"robots{number}", [*words, *(["--listens"] if number == 0 else [])], ReadyFile(file))
        await_ready(children, folder)
        say(f"{robots} robots talk")
        told = asyncio.run(_listen(bench, gateway.pid, seconds, say))
        for child in children[1:]:
            child.send(signal.SIGTERM)
        talked = _talked(figures)
        time.sleep(SETTLE_S)
        metrics = httpx.get(f"http://{bench.url}/metrics", trust_env=False, timeout=30.0).text
        memory_mb = peak_rss_mb(gateway.pid)
    return _figures(robots, seconds, bench, told, talked, metrics, memory_mb)


async def _listen(bench: _Bench, gateway: int, seconds: float, say: Say) -> dict[str, float]:
    """Let clients take the stream, and measure for a while."""
    bench.clients = [_Heard() for _ in range(CLIENTS)]
    tasks = [asyncio.create_task(_client(bench, heard)) for heard in bench.clients]
    tasks.append(asyncio.create_task(_scrape(bench)))
    await asyncio.sleep(WARM_S)
    taken = await _taken(bench)
    begun_s, begun_cpu_s, bench.measuring = time.monotonic(), tree_cpu_s(gateway), True
    say(f"measuring for {seconds:g} s")
    await asyncio.sleep(seconds)
    bench.measuring = False
    told = {"wall_s": time.monotonic() - begun_s, "cpu_s": tree_cpu_s(gateway) - begun_cpu_s}
    told["taken"] = await _taken(bench) - taken
    for task in tasks:
        if task.done():
            task.result()  # a client that broke says why
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return told


async def _taken(bench: _Bench) -> float:
    """Return how many messages the gateway has taken, as of the last second."""
    async with httpx.AsyncClient(trust_env=False, timeout=30.0) as client:
        metrics = (await client.get(f"http://{bench.url}/metrics")).text
    return sum(float(count) for _, count in _COUNTED.findall(metrics))


async def _client(bench: _Bench, heard: _Heard) -> None:
    async with connect(f"ws://{bench.url}/api/v1/stream", max_size=None, compression=None) as socket:
        async for text in socket:
            now_s = bench.now_s()
            if not bench.measuring:
                continue
            heard.frames += 1
            heard.bytes += len(text)
            frame = json.loads(text)
            if frame["type"] == "poses":
                heard.latency_ms += [1000.0 * (now_s - row[1] / METRES_PER_S) for row in frame["r"]]


async def _scrape(bench: _Bench) -> None:
    async with httpx.AsyncClient(trust_env=False, timeout=30.0) as client:
        while True:
            (await client.get(f"http://{bench.url}/metrics")).raise_for_status()
            await asyncio.sleep(SCRAPE_EVERY_S)


def _figures(
    robots: int,
    seconds: float,
    bench: _Bench,
    told: dict[str, float],
    talked: list[dict[str, Any]],
    metrics: str,
    memory_mb: float,
) -> dict[str, Any]:
    accepted = {source: int(float(count)) for source, count in _COUNTED.findall(metrics)}
    said = {
        source: sum(each["told"].get(source, 0) for each in talked)
        for source in ("state", "report", "battery", "diagnostics")
    }
    latency_ms = np.array([value for client in bench.clients for value in client.latency_ms] or [np.nan])
    per_s = 1.0 / told["wall_s"]
    return {
        "schema_version": SCHEMA_VERSION,
        "robots": robots,
        "seconds": seconds,
        "clients": CLIENTS,
        "messages_per_s": {"in": round(told["taken"] * per_s, 1), "poses_out": round(len(latency_ms) * per_s, 1),
                           "frames_out": round(sum(client.frames for client in bench.clients) * per_s, 1)},
        "client_kbps": round(bench.clients[0].bytes * per_s / 1000.0, 1),
        "told": said,
        "taken": {source: accepted.get(source, 0) for source in said},
        "refused": int(sum(map(float, _REFUSED.findall(metrics)))),
        "lost_pct": round(100.0 * (1.0 - sum(accepted.get(source, 0) for source in said) / sum(said.values())), 3),
        "shown_pct": round(100.0 * len(latency_ms) / (robots * 5.0 * told["wall_s"] * CLIENTS), 2),
        "gateway_cpu_s": round(told["cpu_s"], 2),
        "gateway_cpu_pct": round(100.0 * told["cpu_s"] * per_s, 1),
        "gateway_peak_rss_mb": round(memory_mb, 1),
        "latency_ms": {f"p{share}": round(float(np.percentile(latency_ms, share)), 1) for share in (50, 99)},
        "talkers_late_ms": round(1000.0 * max(each["late_s"] for each in talked), 1),
        "listeners": {name: count for each in talked for name, count in each["heard"].items()},
    }  # fmt: skip


def _talked(figures: Sequence[Path]) -> list[dict[str, Any]]:
    """Return what the robots' processes said of themselves once they have ended."""
    until_s = time.monotonic() + START_WITHIN_S
    while True:
        talked = [read_json(file) for file in figures]
        if all("ended" in each for each in talked) or time.monotonic() > until_s:
            return talked
        time.sleep(0.05)
