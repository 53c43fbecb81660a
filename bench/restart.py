"""How long a manager takes from its start to its first new order, on a ledger with a long past and a long backlog.

Run `python -m bench.restart --open 10000 --finished 100000`. `past` and `backlog` say how the ledger is made: all its
facts are the real core's, on a made-up site (`streets`) that is written into files. Then a fresh interpreter does what
the manager does when it starts (`restarted`). Making the ledger takes minutes; `--keep DIR` keeps it for another time.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from bench.backlog import KeptLedger, begin_backlog
from bench.past import Shift, write_past
from bench.punctual import PunctualFleet
from bench.street_files import write_site
from bench.streets import street_site
from bench.virtual_day import BUSAN
from robot_fleet.core.inputs import SubmitTask
from robot_fleet.core.order import RobotReport
from robot_fleet.ledger.codec import value_codec
from robot_fleet.runtime.history import open_for_writing
from robot_fleet.runtime.ports import ports_for
from robot_fleet.runtime.processes.statefile import write_json
from robot_fleet.site.demand import read_csv
from robot_fleet.site.load import load_site

DECKS = 3
"""Of the made-up site."""
PLANNED = 6
BUSAN_UNTIL_S = 17 * 3600.0


def make_ledger(folder: Path, robots: int, still_open: int, finished: int, say: Callable[[str], None]) -> None:
    """Write a site, its ledger and what its robots will report into a folder that is not there yet."""
    made = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(made, ignore_errors=True)
    write_site(street_site(robots, DECKS), made / "site")
    site = load_site(made / "site")
    ports = ports_for(site)
    ledger, state = open_for_writing(site, made / "ledger.sqlite")
    with ledger:
        say("playing a shift")
        shift = Shift(site, ports)

        def done_so_far(done: int) -> None:
            if done % (100 * shift.tasks) == 0:
                say(f"{done} of {finished} tasks finished")

        at_s = write_past(site, ports, ledger, state, shift, finished, done_so_far)
        say(f"{still_open} requests")
        reports, at_s = begin_backlog(site, ports, ledger, state, at_s, still_open)
        _keep(made, reports, at_s)
    made.rename(folder)


def make_day(folder: Path, until_s: float) -> None:
    """Do the same with the first site and its day, up to the next moment when half a dozen stops are planned."""
    made = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(made, ignore_errors=True)
    shutil.copytree(BUSAN, made / "site")
    site = load_site(made / "site")
    rows = read_csv(BUSAN / "demand.csv")
    ledger, state = open_for_writing(site, made / "ledger.sqlite")
    with ledger:
        fleet = PunctualFleet(site, ports_for(site), KeptLedger(ledger, state), rows[0].at_s, state)
        for row in rows:
            hidden = [spec.name for spec in site.services[row.service].params if spec.hidden]
            params = {name: value for name, value in row.params.items() if name not in hidden}
            fleet.after(row.at_s - rows[0].at_s, partial(fleet.ask, SubmitTask(row.request_id, row.service, params)))
        fleet.run(lambda: fleet.now_s >= until_s and sum(map(len, state.routes.values())) >= PLANNED)
        _keep(made, fleet.stop_listening(), fleet.now_s)
    made.rename(folder)


def _keep(made: Path, reports: Sequence[RobotReport], at_s: float) -> None:
    told = [value_codec(RobotReport).encode(report) for report in reports]
    write_json(made / "reports.json", {"at_s": at_s, "reports": told})


def restart(folder: Path, snapshot: bool) -> dict[str, Any]:
    """Start the manager of a copy of such a folder, and return what it took."""
    with tempfile.TemporaryDirectory(prefix="restart_", dir=folder.parent) as scratch:
        copy = Path(scratch) / "fleet"
        shutil.copytree(folder, copy)
        if not snapshot:
            with contextlib.closing(sqlite3.connect(copy / "ledger.sqlite")) as ledger, ledger:
                ledger.execute("DELETE FROM snapshots")
        words = (sys.executable, "-m", "bench.restarted", str(copy))
        done = subprocess.run(
            words, stdout=subprocess.PIPE, check=True, env={**os.environ, "PYTHONPATH": str(Path.cwd())}
        )
        told: dict[str, Any] = json.loads(done.stdout)
        return {"snapshot": snapshot, **told}


@contextlib.contextmanager
def _place(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        keep.parent.mkdir(parents=True, exist_ok=True)
        yield keep
        return
    with tempfile.TemporaryDirectory(prefix="restart_") as scratch:
        yield Path(scratch) / "made"


def main(argv: Sequence[str] | None = None) -> int:
    """Make the ledger, start a manager on it, and print what that takes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--robots", type=int, default=300)
    parser.add_argument("--open", type=int, default=10_000)
    parser.add_argument("--finished", type=int, default=100_000)
    parser.add_argument("--busan", action="store_true", help="the first site in the afternoon of its day instead")
    parser.add_argument("--no-snapshot", action="store_true", help="the facts have to be read from the first")
    parser.add_argument("--times", type=int, default=1, help="starts; each on a fresh copy of the ledger")
    parser.add_argument("--keep", type=Path, default=None, metavar="DIR", help="make the ledger here, or take this one")
    parser.add_argument("--json", type=Path, default=None, metavar="OUT")
    args = parser.parse_args(argv)

    def say(sentence: str) -> None:
        print(sentence, file=sys.stderr)

    with _place(args.keep) as folder:
        if not folder.exists() and args.busan:
            make_day(folder, BUSAN_UNTIL_S)
        elif not folder.exists():
            make_ledger(folder, args.robots, args.open, args.finished, say)
        starts = [restart(folder, not args.no_snapshot) for _ in range(args.times)]
    if args.json is not None:
        write_json(args.json, {"schema_version": 1, "robots": args.robots, "starts": starts})
    for start in starts:
        first = start["first_order"]
        print(
            f"{start['open']} open, {start['ended']} ended, {start['facts']} facts: first order after"
            f" {first['wall_s']:.2f} s ({first['cpu_s']:.2f} s of CPU), {start['peak_rss_mb']:.0f} MB in the end"
        )
        longest_ms, ticks = start["snapshot_pauses_ms"]["longest"], start["snapshot_ticks"]
        print(f"  a snapshot takes {ticks} ticks and holds none of them up for more than {longest_ms:.0f} ms")
        for name, took in start["stages"].items():
            print(f"  {name:24s} {took['wall_s']:8.3f} s  {took['cpu_s']:8.3f} s of CPU")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
