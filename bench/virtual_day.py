"""A site's day played on the virtual clock by the whole fleet, and what it came to by what happened, not by plans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from robot_fleet.core.fleet.tasks.retired import ended_tasks
from robot_fleet.core.lifecycles.task import TaskState
from robot_fleet.core.plan import Problem
from robot_fleet.core.ports import Planner
from robot_fleet.core.priority import class_of, lateness_cost
from robot_fleet.runtime.ports import ports_for
from robot_fleet.runtime.runs.virtual import Stop, VirtualFleet
from robot_fleet.sim.callers import Request
from robot_fleet.sim.people import read_people
from robot_fleet.site.ground.maps import read_map
from robot_fleet.site.load import load_site

BUSAN = Path(__file__).resolve().parents[1] / "config" / "sites" / "busan_edc"
TRAVEL_WEIGHT = Problem(0.0, (), (), {}, {}).travel_weight


def play_rows(
    folder: Path,
    rows: Sequence[Request],
    *,
    without: Sequence[str],
    improving: bool,
    seed: int = 1,
    planner: Planner | None = None,
) -> VirtualFleet:
    """Return a fleet that has played requests of a site.

    Parameters
    ----------
    without : robots that are not there. improving : whether better plans are looked for all the time.
    seed : how long people take, and whom they meet. planner : in the place of insertion.
    """
    site = load_site(folder)
    site = replace(site, robots={name: robot for name, robot in site.robots.items() if name not in without})
    ports = ports_for(site)
    if planner is not None:
        ports = replace(ports, planner=planner)
    people = read_people(folder / "people.yaml")
    fleet = VirtualFleet(site, ports, read_map(Path(site.map_file)), people, rows, seed=seed, improving=improving)
    fleet.run(Stop(True, rows[-1].at_s - rows[0].at_s))
    return fleet


def cost_s(fleet: VirtualFleet) -> float:
    """Return what plans are judged by, taken from what happened: lateness, driving, requests that were not done."""
    total = 0.0
    core = fleet.host.fleet
    for ended in ended_tasks(core.state):
        if ended.state is TaskState.COMPLETED:
            total += lateness_cost(class_of(ended.priority).weight, ended.lateness_s or 0.0)
        else:
            total += core.site.services[ended.service].drop_penalty
    total += sum(task.request.drop_penalty for task in core.state.open_tasks())
    return total + TRAVEL_WEIGHT * sum(robot.odometer_m / robot.kind.speed_mps for robot in fleet.world.robots.values())
