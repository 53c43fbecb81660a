"""The stream: numbered events, coming back after a while away, and consoles that are too slow."""

from __future__ import annotations

import asyncio
import json
import socket
import tracemalloc
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from robot_fleet.server.app import create_app
from robot_fleet.server.stream import KEPT_LETTERS, WAITING_EVENTS, Events, Hub, Seen, Subscription
from robot_fleet.site.load import load_site
from test.fakes.moving_fleet import MovingFleet
from test.fakes.web_server import WebServer

TINY = Path(__file__).parents[2] / "data" / "sites" / "tiny"
ROBOTS = 300


class Still:
    """A fleet of which only the snapshot is asked for."""

    def __init__(self) -> None:
        self.t_s = 0.0

    def snapshot(self) -> dict[str, Any]:
        row = {"x_m": 1.0, "y_m": 2.0, "yaw_rad": 0.0, "speed_mps": 0.5, "soc_pct": 80.0}
        return {"type": "snapshot", "t_s": self.t_s, "robots": [row] * 2}


def hub() -> Hub:
    return Hub(Still())  # type: ignore[arg-type]


def patch(**changed: Any) -> dict[str, Any]:
    return {"type": "patch", "t_s": 1.0, **changed}


def poses(t_s: float, *rows: Sequence[float]) -> dict[str, Any]:
    return {"type": "poses", "t_s": t_s, "r": list(rows)}


async def frames(subscription: Subscription, count: int) -> list[dict[str, Any]]:
    """Return the next frames, and see to it that no other one waits."""
    found = [json.loads(await subscription.next()) for _ in range(count)]
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(subscription.next(), 0.0)
    return found


def test_a_new_console_gets_a_snapshot_and_then_each_event_once() -> None:
    async def play() -> list[dict[str, Any]]:
        shared = hub()
        shared.hand_out(patch(hold=True))
        _, console = shared.join()
        shared.hand_out(patch(hold=False))  # is in the snapshot
        first = await frames(console, 1)
        shared.hand_out(patch(hold=True))
        shared.hand_out(poses(2.0, [0, 1.5, 2.0, 0.0]))
        return [*first, *await frames(console, 2)]

    snapshot, event, motion = asyncio.run(play())
    assert (snapshot["type"], snapshot["seq"]) == ("snapshot", 2)
    assert event == {"type": "patch", "t_s": 1.0, "hold": True, "seq": 3}
    assert motion == poses(2.0, [0, 1.5, 2.0, 0.0])


def test_a_console_that_comes_back_gets_what_it_has_missed_and_where_robots_are() -> None:
    async def play() -> tuple[int, list[dict[str, Any]]]:
        shared = hub()
        number, console = shared.join()
        (snapshot,) = await frames(console, 1)
        shared.hand_out(patch(hold=True))
        (seen,) = await frames(console, 1)
        shared.leave(number)
        for count in range(3):
            shared.hand_out(patch(items=[{"id": count}]))
            shared.hand_out(poses(2.0, [0, 9.0, 9.0, 0.0]))
        _, back = shared.join(Seen(snapshot["epoch"], seen["seq"]))
        return seen["seq"], await frames(back, 5)

    seq, (*missed, caught_up, motion) = asyncio.run(play())
    assert (caught_up["type"], caught_up["seq"]) == ("resume", seq + 3)
    assert [(frame["seq"], frame["items"]) for frame in missed] == [(seq + 1 + n, [{"id": n}]) for n in range(3)]
    assert motion == poses(0.0, *([n, 1.0, 2.0, 0.0, 0.5, 80.0] for n in range(2)))


@pytest.mark.parametrize("seen", [Seen("other", 3), Seen("", -1), Seen("own", 99), Seen("own", 0), Seen("own", -5)])
def test_what_is_not_kept_cannot_be_resumed(seen: Seen) -> None:
    async def play() -> list[dict[str, Any]]:
        events = Events("own")
        for _ in range(4):
            events.add(patch(text="x" * (KEPT_LETTERS // 3)))  # the first one is not kept any more
        assert events.after(Seen("own", 4)) == []
        assert len(events.after(Seen("own", 2)) or ()) == 2
        return await frames(Subscription(Still(), events, seen), 1)  # type: ignore[arg-type]

    assert asyncio.run(play())[0]["type"] == "snapshot"


def test_a_slow_console_gets_the_latest_motion_whole() -> None:
    async def play() -> list[dict[str, Any]]:
        shared = hub()
        _, console = shared.join()
        await frames(console, 1)
        shared.hand_out(poses(2.0, [0, 1.0, 1.0, 0.0, 0.3, 70.0], [1, 5.0, 5.0, 0.0]))
        shared.hand_out(patch(hold=True))
        shared.hand_out(poses(3.0, [0, 2.0, 2.0, 0.0]))
        shared.hand_out(poses(4.0, [0, 3.0, 3.0, 0.0, 0.4], [2, 7.0, 7.0, 0.0]))
        return await frames(console, 2)

    event, motion = asyncio.run(play())
    assert event["hold"] is True
    assert motion == poses(4.0, [0, 3.0, 3.0, 0.0, 0.4, 70.0], [1, 5.0, 5.0, 0.0], [2, 7.0, 7.0, 0.0])


def test_a_console_that_falls_behind_gets_a_fresh_snapshot() -> None:
    async def play() -> list[dict[str, Any]]:
        shared = hub()
        _, console = shared.join()
        await frames(console, 1)
        for _ in range(WAITING_EVENTS + 1):
            shared.hand_out(patch(hold=True))
        return await frames(console, 1)

    assert [(frame["type"], frame["seq"]) for frame in asyncio.run(play())] == [("snapshot", WAITING_EVENTS + 1)]


def test_consoles_that_take_nothing_cost_no_memory() -> None:
    """Twenty of them, for what would be five minutes of 300 robots."""
    shared = hub()
    for _ in range(20):
        asyncio.run(shared.join()[1].next())
    tracemalloc.start()
    try:
        for tick in range(3_000):
            shared.hand_out(poses(tick * 0.1, *([n, tick, tick, 0.0] for n in range(tick % 7, ROBOTS, 7))))
            if tick % 10 == 0:
                shared.hand_out(patch(text="x" * 5_000, seen=tick))
        held_mb = tracemalloc.get_traced_memory()[0] / 1e6
    finally:
        tracemalloc.stop()
    assert held_mb < 3 * KEPT_LETTERS / 1e6, held_mb


def test_a_console_that_does_not_read_is_caught_up_with_a_snapshot(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its socket takes a few kB; 40 MB of events go by, and the server holds little of them."""
    fleet, begin = MovingFleet(load_site(TINY)), asyncio.Event()
    peak_mb: list[float] = []

    async def flood() -> AsyncIterator[Any]:
        await begin.wait()
        tracemalloc.start()
        for number in range(2_000):
            yield patch(text="x" * 20_000, number=number)
            await asyncio.sleep(0)
        peak_mb.append(tracemalloc.get_traced_memory()[1] / 1e6)
        tracemalloc.stop()
        await asyncio.Event().wait()

    monkeypatch.setattr(fleet, "frames", flood)
    with WebServer(create_app(fleet)) as server:
        raw = socket.socket()
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        raw.connect(("127.0.0.1", server.port))
        url = server.url.replace("http", "ws") + "/api/v1/stream"
        with connect(url, sock=raw, max_queue=1, max_size=None) as slow, connect(url, max_size=None) as quick:
            first = json.loads(slow.recv(timeout=10.0))
            server.do(begin.set)
            assert _last(quick) == first["seq"] + 2_000
            seq, types = 0, []
            while seq < 2_000:
                frame = json.loads(slow.recv(timeout=10.0))
                seq = frame["seq"]
                types.append(frame["type"])
    assert "snapshot" in types
    assert len(types) < 1_000
    assert peak_mb[0] < 12.0, peak_mb


def _last(quick: ClientConnection) -> int:
    """Read to the end of the flood, as quickly as it comes."""
    seq = 0
    while seq < 2_000:
        seq = json.loads(quick.recv(timeout=10.0)).get("seq", seq)
    return seq


def test_a_client_comes_back_over_the_wire() -> None:
    fleet = MovingFleet(load_site(TINY), tasks=3, alarm=False)
    fleet.holding = True
    with WebServer(create_app(fleet)) as server:
        url = server.url.replace("http", "ws") + "/api/v1/stream"
        with connect(url) as stays:
            with connect(url) as leaves:
                snapshot = json.loads(leaves.recv(timeout=10.0))
            server.do(lambda: fleet.raise_alarm("home/r102"))
            while not json.loads(stays.recv(timeout=10.0)).get("alarms"):
                pass  # the event has not gone out yet
        with connect(f"{url}?epoch={snapshot['epoch']}&after={snapshot['seq']}") as again:
            missed = []
            while (frame := json.loads(again.recv(timeout=10.0)))["type"] == "patch":
                missed.append(frame)
        assert (frame["type"], frame["epoch"], frame["seq"]) == ("resume", snapshot["epoch"], missed[-1]["seq"])
        assert [each["seq"] for each in missed] == list(range(snapshot["seq"] + 1, frame["seq"] + 1))
        assert any(alarm["place"] == "home/r102" for each in missed for alarm in each.get("alarms", ()))
        with connect(f"{url}?epoch=gone&after=1") as other:
            assert json.loads(other.recv(timeout=10.0))["type"] == "snapshot"
        with pytest.raises(InvalidStatus) as refused:
            connect(f"{url}?after=yesterday")
        assert refused.value.response.status_code == 403
