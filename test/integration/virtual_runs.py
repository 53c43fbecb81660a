"""Runs on the virtual clock, played as `./fleet demo --link virtual` plays them, and what they leave behind."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from robot_fleet.cli import virtual_run
from robot_fleet.cli.play import Wishes, prepare
from robot_fleet.core.fleet import Ports
from robot_fleet.core.ports import Roads
from robot_fleet.core.recipient import Recipient
from robot_fleet.core.site import Site
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.runtime import history
from robot_fleet.runtime.ports import ports_for
from robot_fleet.runtime.processes.run_directory import run_directory
from robot_fleet.runtime.runs.virtual import VirtualFleet
from robot_fleet.sim.callers import Request
from robot_fleet.sim.people import read_people
from robot_fleet.site.demand import RequestRow, read_csv
from robot_fleet.site.ground.maps import read_map
from robot_fleet.site.load import load_site

ROOT = Path(__file__).parents[2]
BUSAN = ROOT / "config" / "sites" / "busan_edc"
TINY = ROOT / "test" / "data" / "sites" / "tiny"


@dataclass(frozen=True)
class Played:
    """What a run left: its files, its ledger, and the processor time it took."""

    site: Site
    summary: dict[str, Any]
    summary_file: Path
    trace_file: Path
    facts: tuple[tuple[float, object], ...]
    cpu_s: float

    @property
    def done(self) -> list[dict[str, Any]]:
        return [entry for entry in self.summary["requests"] if entry["outcome"] == "done"]

    @property
    def on_time(self) -> list[dict[str, Any]]:
        return [entry for entry in self.done if entry["lateness_s"] == 0.0]


def play(folder: Path, into: Path, name: str, requests: int | None = None, seed: int = 1, **more: Any) -> Played:
    """Play a demand to its end; fails if a request comes to no outcome."""
    into.mkdir(parents=True, exist_ok=True)
    wishes: dict[str, Any] = {
        "site": folder,
        "demand": folder / "demand.csv",
        "requests": requests,
        "speed": 1.0,
        "headless": True,
        "port": None,
        "duration_s": None,
        "until_idle": True,
        "summary": into / "summary.json",
        "trace": into / "trace.csv",
        "seed": seed,
        "name": name,
    }
    asked = prepare(Wishes(**(wishes | more)))
    begun_s = time.process_time()
    virtual_run.run(asked)
    cpu_s = time.process_time() - begun_s
    path = run_directory(name).ledger
    with Ledger.open(path, history.registry(), site_id=asked.site.id, read_only=True) as ledger:
        facts = tuple((at_s, fact) for _, at_s, fact in ledger.read())
    summary = json.loads((into / "summary.json").read_text(encoding="utf-8"))
    return Played(asked.site, summary, into / "summary.json", into / "trace.csv", facts, cpu_s)


@cache
def site_of(folder: Path) -> tuple[Site, Ports]:
    site = load_site(folder)
    return site, ports_for(site)


def copied(folder: Path, into: Path) -> Path:
    """Return a copy of a site's folder that a test may change."""
    return Path(shutil.copytree(folder, into))


def virtual_fleet(
    folder: Path,
    rows: Sequence[Request],
    seed: int = 1,
    improving: bool = True,
    roads: Roads | None = None,
    recipients: Mapping[str, Recipient] | None = None,
) -> VirtualFleet:
    """Return a fleet on the virtual clock that has just begun to wait for these requests; its facts are in memory.

    Parameters
    ----------
    roads : what the core believes of the roads, if not what the site says.
    recipients : who lives where, None where nobody says so.
    """
    site = load_site(folder)
    ports = ports_for(site) if roads is None else replace(ports_for(site), roads=roads)
    people = read_people(folder / "people.yaml")
    occupancy = read_map(Path(site.map_file))
    fleet = VirtualFleet(site, ports, occupancy, people, rows, seed, improving=improving, recipients=recipients)
    for link in fleet.links.values():
        link.agent.start(fleet.now)
    return fleet


def demand(folder: Path, count: int | None = None) -> list[RequestRow]:
    """Return the first rows of a site's demand."""
    return sorted(read_csv(folder / "demand.csv"), key=lambda row: (row.at_s, row.request_id))[:count]
