"""Runs scenarios with many seeds, some at a time, and puts together what came of them in the order of the files."""

from __future__ import annotations

import multiprocessing
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from robot_fleet.core.errors import ScenarioError
from robot_fleet.core.site import Site
from robot_fleet.runtime.processes.claims import FleetClaim
from robot_fleet.runtime.scenarios.ablation import Part
from robot_fleet.runtime.scenarios.check import check
from robot_fleet.runtime.scenarios.ground import Ground, ground, site_folder
from robot_fleet.runtime.scenarios.read import Scenario, read
from robot_fleet.runtime.scenarios.result import campaign_json, program, run_json, scenario_json
from robot_fleet.site.load import load_site

VIRTUAL, ROS = "virtual", "ros"
EMBEDDED, GAZEBO = "embedded", "gazebo"
GAZEBO_TOOLS = ("gz", "ros2")
"""Programs without which Gazebo cannot be brought up."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a campaign is asked for.

    Parameters
    ----------
    files : of the scenarios.
    seeds : one run each.
    without : what of the fleet is switched off.
    traces, recordings : folders for what stays, None for nothing.
    jobs : how many runs at a time, on virtual.
    claim : opens the fleet's run directory, emptied, for a run over ROS.
    """

    files: Sequence[Path]
    seeds: Sequence[int] = (1,)
    link: str = VIRTUAL
    backend: str = EMBEDDED
    speed: float | None = None
    without: Sequence[Part] = ()
    traces: Path | None = None
    recordings: Path | None = None
    jobs: int = 1
    claim: Callable[[], AbstractContextManager[FleetClaim]] | None = None


@dataclass(slots=True)
class Sites:
    """Sites that have been loaded, by folder: scenarios share them."""

    known: dict[Path, Site] = field(default_factory=dict)

    def ground(self, scenario: Scenario) -> Ground:
        """Return the ground of a scenario. Raises as `ground.ground` does."""
        folder = site_folder(scenario).resolve()
        if folder not in self.known:
            self.known[folder] = load_site(folder)
        return ground(scenario, self.known[folder])


def prepare(wishes: Wishes) -> list[Ground]:
    """Read every scenario and hold it against its site, with every seed; nothing is started.

    Raises
    ------
    FleetError : of the first that is wrong, see `read`, `ground` and `check`; `scenario_link` of options that do not go
        together, `scenario_no_gazebo` where Gazebo is asked for and is not there.
    """
    _check_link(wishes)
    sites, found = Sites(), []
    for path in wishes.files:
        here = sites.ground(read(path))
        drawn = here.scenario.says.demand.generated is not None
        for seed in wishes.seeds if drawn else wishes.seeds[:1]:
            check(here, seed)
        found.append(here)
    return found


def _check_link(wishes: Wishes) -> None:
    virtual = wishes.link == VIRTUAL
    wrong = ""
    if virtual and wishes.backend == GAZEBO:
        wrong = "Gazebo has no virtual clock; give --link ros"
    elif virtual and wishes.speed is not None:
        wrong = "the virtual clock runs as fast as it can; leave --speed out, or give --link ros"
    elif virtual and wishes.recordings is not None:
        wrong = "robots have black boxes over ROS only; leave --mcap out, or give --link ros"
    elif not virtual and wishes.without:
        wrong = "parts are switched off on the virtual clock only; leave --without out, or give --link virtual"
    if wrong:
        raise ScenarioError("scenario_link", wrong, "scenario run")
    if wishes.backend == GAZEBO:
        missing = [each for each in GAZEBO_TOOLS if shutil.which(each) is None]
        what = f"missing: {', '.join(missing)}" if missing else "start it by launch/gazebo.launch.py"
        message = f"scenarios do not start Gazebo by themselves; {what}; --backend embedded needs nothing"
        raise ScenarioError("scenario_no_gazebo", message, "--backend")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a campaign is: a run that has ended, of so many."""

    scenario: str
    seed: int
    run: dict[str, Any]
    done: int
    of: int


def run(wishes: Wishes, grounds: Sequence[Ground], tell: Callable[[Progress], None]) -> dict[str, Any]:
    """Run everything and return the result; `tell` hears of each run that has ended, in the order of their ends."""
    ran = program()  # before the first run: files may change while it goes on
    wanted = [(ground.scenario.path, seed) for ground in grounds for seed in wishes.seeds]
    runs: dict[tuple[Path, int], dict[str, Any]] = {}
    for path, seed, entry in _ended(wishes, wanted):
        runs[path, seed] = entry
        tell(Progress(path.stem, seed, entry, len(runs), len(wanted)))
    scenarios = [
        scenario_json(ground, [runs[ground.scenario.path, seed] for seed in wishes.seeds]) for ground in grounds
    ]
    return campaign_json(
        scenarios,
        ran=ran,
        link=wishes.link,
        backend=wishes.backend,
        speed=wishes.speed,
        seeds=wishes.seeds,
        without=[part.value for part in wishes.without],
    )


def _ended(wishes: Wishes, wanted: Sequence[tuple[Path, int]]) -> Iterator[tuple[Path, int, dict[str, Any]]]:
    if wishes.jobs == 1 or len(wanted) == 1 or wishes.link == ROS:
        sites = Sites()
        one = run_real if wishes.link == ROS else run_one
        for path, seed in wanted:
            yield path, seed, one(sites, path, seed, wishes)
        return
    with _pool(min(wishes.jobs, len(wanted))) as pool:
        futures = {pool.submit(_in_worker, path, seed, wishes): (path, seed) for path, seed in wanted}
        try:
            for future in as_completed(futures):
                yield *futures[future], future.result()
        finally:
            for future in futures:
                future.cancel()


@contextmanager
def _pool(jobs: int) -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


_SITES = Sites()
"""Of a worker process."""


def _in_worker(path: Path, seed: int, wishes: Wishes) -> dict[str, Any]:
    return run_one(_SITES, path, seed, wishes)


def run_one(sites: Sites, path: Path, seed: int, wishes: Wishes) -> dict[str, Any]:
    """Run one scenario with one seed and return its entry."""
    from robot_fleet.runtime.scenarios.virtual_run import VirtualRun

    here = sites.ground(read(path))
    rows = check(here, seed)
    with tempfile.TemporaryDirectory(prefix="robot_fleet_scenario_") as scratch:
        folder = Path(scratch) if wishes.traces is None else wishes.traces
        trace = folder / f"{path.stem}.{seed}.csv"
        bodies = folder / f"{path.stem}.{seed}.bodies.csv"
        evidence = VirtualRun(here, rows, seed, wishes.without, trace, bodies).run()
        kept: tuple[str | None, str | None] = (None, None)
        if not evidence.truth.bodies:
            bodies.unlink()
        if wishes.traces is not None:
            kept = trace.name, bodies.name if evidence.truth.bodies else None
        return run_json(evidence, trace, again(path, seed, wishes), kept, None)


def run_real(sites: Sites, path: Path, seed: int, wishes: Wishes) -> dict[str, Any]:
    """Run one scenario with one seed over ROS and return its entry."""
    from robot_fleet.runtime.scenarios.real_run import SPEED, RealRun

    assert wishes.claim is not None, "a run over ROS needs a run directory"
    here = sites.ground(read(path))
    rows = check(here, seed)
    with wishes.claim() as claim:
        folder = claim.run.path if wishes.traces is None else wishes.traces
        trace = folder.resolve() / f"{path.stem}.{seed}.csv"
        bodies = folder.resolve() / f"{path.stem}.{seed}.bodies.csv"
        run = RealRun(here, rows, seed, wishes.speed or SPEED, claim, trace, bodies)
        evidence = run.run()
        kept: tuple[str | None, str | None] = (None, None)
        if wishes.traces is not None:
            kept = trace.name, bodies.name if evidence.truth.bodies else None
        entry = run_json(evidence, trace, again(path, seed, wishes), kept, None)
        if not entry["passed"]:
            entry["replay"] = f"./fleet up --name {claim.run.name} --site {run.site_folder}"
            if wishes.recordings is not None:
                entry["recordings"] = run.recordings(wishes.recordings, f"{path.stem}.{seed}")
        return entry


def again(path: Path, seed: int, wishes: Wishes) -> str:
    """Return the command that runs one of the runs again."""
    words = ["./fleet scenario run", path.as_posix(), f"--link {wishes.link}", f"--seed {seed}"]
    words += [f"--without {part.value}" for part in wishes.without]
    if wishes.speed is not None:
        words.append(f"--speed {wishes.speed:g}")
    return " ".join(words)
