"""A demo in this process, on a virtual clock: the same seed gives the same bytes in every file."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import typer

from robot_fleet.cli.fresh import empty, fresh_ledger, note_run
from robot_fleet.cli.outcome import open_requests, tell, tell_faults, write_summary
from robot_fleet.cli.play import DRAIN_S, Play
from robot_fleet.cli.progress import Standing, progress
from robot_fleet.core.errors import RuntimeFailure
from robot_fleet.core.facts import Fact
from robot_fleet.core.fleet.tasks.retired import ended_tasks
from robot_fleet.core.lifecycles.task import TaskState
from robot_fleet.ledger.address import LedgerAddress
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.runtime.host import FactLog, MemoryLog
from robot_fleet.runtime.ports import ports_for
from robot_fleet.runtime.processes.claims import FleetClaim
from robot_fleet.runtime.processes.run_directory import DEFAULT_NAME
from robot_fleet.runtime.runs.agreement import disagreement, misplaced
from robot_fleet.runtime.runs.city import without_events
from robot_fleet.runtime.runs.energy_account import energy_json, energy_of
from robot_fleet.runtime.runs.virtual import Stop, VirtualFleet
from robot_fleet.runtime.runs.virtual_summary import virtual_summary
from robot_fleet.runtime.scenarios.striking import rows as struck_rows
from robot_fleet.runtime.scenarios.struck_fleet import StruckFleet
from robot_fleet.runtime.snapshots import Snapshots
from robot_fleet.sim.people import read_people
from robot_fleet.site.ground.maps import read_map
from robot_fleet.site.reading.recipients import read_recipients


def run(play: Play) -> None:
    """Play a demand to its end, write summary and trace, and tell how it went.

    Raises
    ------
    RuntimeFailure : `runtime_requests_open` if a request has no outcome in the end, `runtime_custody` if an item is not
        where the ledger has it; the files are written all the same.
    """
    wishes = play.wishes
    with _log(play) as log:
        tell_faults(play.ground)
        fleet = _fleet(play, log)
        try:
            with progress() as display:
                fleet.run(_stop(play), lambda at_s: display.show(_standing(fleet, at_s, len(play.rows))))
        finally:
            fleet.world.close_trace()
        if isinstance(fleet, StruckFleet):
            for at_s, turn in groupby(fleet.history.facts, key=itemgetter(0)):
                log.append([fact for _, fact in turn], at_s)
        if isinstance(log, Ledger):
            Snapshots(log).take(fleet.host.fleet.state)
        energy = energy_of(play.site, _facts(log), fleet.world.now_s)
    summary = {**_summary(play, fleet), "energy": energy_json(energy, wishes.site)}
    if wishes.summary is not None:
        write_summary(wishes.summary, summary)
    tell(summary)
    asked = [row.request_id for row in without_events(play.rows)]
    failure = open_requests(summary, asked) or disagreement(
        misplaced(fleet.host.fleet.state.items.values(), fleet.world.custody.holders())
    )
    if failure is not None:
        raise failure
    typer.echo(f"  ledger and world agree where each of {len(fleet.host.fleet.state.items)} items is")


def _fleet(play: Play, log: FactLog) -> VirtualFleet:
    wishes, ports = play.wishes, ports_for(play.site)
    if play.ground is not None:
        return StruckFleet(play.ground, ports, play.rows, wishes.seed, wishes.improving, wishes.trace)
    occupancy, people = read_map(Path(play.site.map_file)), read_people(wishes.site / "people.yaml")
    fleet = VirtualFleet(
        play.site,
        ports,
        occupancy,
        people,
        play.rows,
        wishes.seed,
        log,
        wishes.improving,
        recipients=read_recipients(wishes.site),
    )
    if wishes.trace is not None:
        fleet.world.open_trace(wishes.trace)
    return fleet


def _facts(log: FactLog) -> Iterator[tuple[float, Fact]]:
    if isinstance(log, MemoryLog):
        yield from log.facts
    elif isinstance(log, Ledger):
        yield from ((at_s, fact) for _, at_s, fact in log.read())


def _stop(play: Play) -> Stop:
    """Return when to end: a request that never ends must not keep the run going for ever."""
    wishes = play.wishes
    if wishes.duration_s is not None:
        return Stop(wishes.until_idle, wishes.duration_s, DRAIN_S)
    lasts_s = play.rows[-1].at_s - play.rows[0].at_s if play.rows else 0.0
    return Stop(True, lasts_s, DRAIN_S)


@contextlib.contextmanager
def _log(play: Play) -> Iterator[FactLog]:
    """Yield the ledger, made anew; while a fleet of the default name runs, the one asked for or memory alone."""
    name = play.wishes.name
    try:
        claim = FleetClaim(name or DEFAULT_NAME)
    except RuntimeFailure as failure:
        if name is not None or failure.code != "runtime_fleet_running":
            raise
        if play.ledger is None:
            yield MemoryLog()
            return
        with fresh_ledger(play.ledger, play.site.id) as ledger:
            yield ledger
        return
    with claim, contextlib.ExitStack() as opened:
        if play.ledger is not None:
            ledger = opened.enter_context(fresh_ledger(play.ledger, play.site.id))
        empty(claim.run)
        if play.ledger is None:
            ledger = opened.enter_context(fresh_ledger(LedgerAddress(claim.run.ledger), play.site.id))
        note_run(
            claim.run,
            verb="demo",
            site=play.site.id,
            site_dir=str(play.wishes.site.resolve()),
            ledger=play.ledger and str(play.ledger),
        )
        yield ledger


def _standing(fleet: VirtualFleet, at_s: float, of: int) -> Standing:
    state = fleet.host.fleet.state
    ended, still_open = list(ended_tasks(state)), state.open_tasks()
    done = sum(task.state is TaskState.COMPLETED for task in ended)
    overdue = sum(task.started_s is None and at_s > task.request.due_s for task in still_open)
    late = sum(bool(task.lateness_s) for task in ended) + overdue
    refused = sum(not answer.accepted and not state.knows(name) for name, answer in fleet.callers.answers.items())
    return Standing(at_s, done, len(ended) - done + refused, len(still_open), late, of)


def _summary(play: Play, fleet: VirtualFleet) -> dict[str, Any]:
    contacts = [{"at_s": contact.at_s, "a": contact.a, "b": contact.b} for contact in fleet.world.contacts]
    faults = struck_rows(fleet.striking.all) if isinstance(fleet, StruckFleet) else None
    return virtual_summary(fleet, play.rows, play.wishes.seed, contacts, faults)
