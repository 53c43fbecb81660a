"""A console's server over a crowd of robots that wander along a site's lanes: what `bench.console` measures.

Run `python -m bench.crowd --robots 300 --port 8080`. It is the gateway's own web server and view; poses are put into
the view five times a second for each robot, as the gateway puts what it hears, and tasks begin and end.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import random
from dataclasses import dataclass, replace
from itertools import cycle, islice
from pathlib import Path
from typing import Any, cast

from bench.virtual_day import BUSAN
from robot_fleet.core.site import Lane, RobotSpec, Site
from robot_fleet.server.app import create_app
from robot_fleet.server.live import FRAME_EVERY_S, ViewedFleet
from robot_fleet.server.ports import Commands, Row
from robot_fleet.server.serve import listen, make_server
from robot_fleet.server.site_view import site_view
from robot_fleet.server.view import FleetView
from robot_fleet.site.load import load_site

START_S = 27_000.0
SHARES = 2
"""A robot tells its pose with every second frame, five times a second; these are the shares of the robots."""
OPEN_TASKS = 100
TASK_EVERY_S = 0.5
"""So often a task ends and another one is asked for (wall time)."""
_WELL = {"freshness": "live", "age_s": 0.0, "health": "ok", "conditions": [], "remaining_s": None}


@dataclass(slots=True)
class Walker:
    """A robot on its way along a lane.

    Parameters
    ----------
    done_m : how far along the lane it is.
    """

    robot: str
    lane: Lane
    speed_mps: float
    done_m: float = 0.0
    soc_pct: float = 90.0


def crowded(site: Site, robots: int) -> Site:
    """Return the site with so many robots of its kinds."""
    kinds = list(islice(cycle(site.robots.values()), robots))
    specs = [replace(like, id=f"{like.kind}_{number}") for number, like in enumerate(kinds, start=1)]
    return replace(site, robots={spec.id: spec for spec in specs})


class Crowd(ViewedFleet):
    """The fleet behind the server.

    Parameters
    ----------
    site : with its crowd.
    seed : of the wandering.
    """

    def __init__(self, site: Site, seed: int) -> None:
        fixed = site_view(site)
        self._site = site
        self._random = random.Random(seed)
        self._frames = self._tasks = 0
        self._view = FleetView(fixed.row, fixed.robots)
        self._from: dict[str, list[Lane]] = {}
        for lane in site.lanes.values():
            self._from.setdefault(lane.start, []).append(lane)
        self._walkers = [self._walker(spec) for spec in site.robots.values()]
        for walker in self._walkers:
            self._view.put_robot(walker.robot, state="driving", link="live", **_WELL)
        self._open: list[Row] = []
        super().__init__(
            self._view,
            fixed.map_pngs,
            cast(Commands, None),  # nobody commands
            lambda: START_S + self._frames * FRAME_EVERY_S,
            timeline=_no_incident,
            refresh=self._advance,
        )

    def _walker(self, spec: RobotSpec) -> Walker:
        kind = self._site.kinds[spec.kind]
        lanes = [lane for lane in self._site.lanes.values() if not lane.kinds or spec.kind in lane.kinds]
        lane = self._random.choice(lanes)
        return Walker(
            spec.id, lane, kind.speed_mps, self._random.random() * lane.length_m, self._random.uniform(20, 99)
        )

    def _advance(self) -> None:
        """Let a frame's time pass: a share of the robots tells where it is, and now and then a task changes."""
        self._frames += 1
        for walker in self._walkers[self._frames % SHARES :: SHARES]:
            self._walk(walker, SHARES * FRAME_EVERY_S)
        while len(self._open) < OPEN_TASKS:
            self._ask()
        if self._frames % round(TASK_EVERY_S / FRAME_EVERY_S) == 0:
            ended = self._open.pop(0)
            self._view.put_task({**ended, "state": "completed", "ended_s": self._now_s, "outcome": "done"})

    @property
    def _now_s(self) -> float:
        return round(START_S + self._frames * FRAME_EVERY_S, 1)

    def _walk(self, walker: Walker, dt_s: float) -> None:
        walker.done_m += walker.speed_mps * dt_s
        while walker.done_m >= walker.lane.length_m:
            walker.done_m -= walker.lane.length_m
            kind = self._site.robots[walker.robot].kind
            onward = [lane for lane in self._from.get(walker.lane.end, []) if not lane.kinds or kind in lane.kinds]
            walker.lane = self._random.choice(onward or [walker.lane])
        walker.soc_pct = max(5.0, walker.soc_pct - 0.002 * dt_s)
        start, end = (self._site.vertices[name].pose for name in (walker.lane.start, walker.lane.end))
        share = walker.done_m / walker.lane.length_m
        x_m, y_m = start.x_m + share * (end.x_m - start.x_m), start.y_m + share * (end.y_m - start.y_m)
        yaw_rad = math.atan2(end.y_m - start.y_m, end.x_m - start.x_m)
        self._view.put_pose(walker.robot, x_m, y_m, yaw_rad, walker.soc_pct, walker.speed_mps)

    def _ask(self) -> None:
        self._tasks += 1
        walker = self._random.choice(self._walkers)
        row = {
            "id": f"r{self._tasks:05d}", "service": self._random.choice(list(self._site.services)), "state": "underway",
            "rmf_state": "underway", "robot": walker.robot, "requested_s": self._now_s, "earliest_s": self._now_s,
            "due_s": self._now_s + 900.0, "eta_s": self._now_s + self._random.uniform(60.0, 1200.0), "reached": False,
            "started_s": self._now_s, "ended_s": None, "lateness_s": None, "outcome": None, "result": "", "reason": "",
            "alarm": False, "asks": False, "hands_over": False, "params": {}, "stop": 0, "stops": [],
        }  # fmt: skip
        self._open.append(row)
        self._view.put_task(row)


async def _no_incident(incident: str) -> Row:
    raise KeyError(incident)


async def serve(robots: int, port: int, folder: Path) -> None:
    """Serve until the process is told to end."""
    socket = listen(port)
    server = make_server(create_app(Crowd(crowded(load_site(folder), robots), seed=1)))
    await server.serve(sockets=[socket])


def main(argv: Any = None) -> None:
    """Run the server."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--robots", type=int, default=300)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--site", type=Path, default=BUSAN)
    args = parser.parse_args(argv)
    asyncio.run(serve(args.robots, args.port, args.site))


if __name__ == "__main__":
    main()
