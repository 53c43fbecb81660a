"""What a run of a fleet is asked for on the command line, and what is found wrong with it before anything starts."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from robot_fleet.core.errors import RuntimeFailure
from robot_fleet.runtime.processes.run_directory import DEFAULT_NAME, run_directory
from robot_fleet.runtime.shipped import DEFAULT_SITE, shipped
from robot_fleet.server.doors.address import Entrance

if TYPE_CHECKING:
    from robot_fleet.core.site import Site
    from robot_fleet.ledger.address import LedgerAddress
    from robot_fleet.runtime.scenarios.ground import Ground
    from robot_fleet.sim.callers import Request

DRAIN_S = 4 * 3600.0
"""Fleet seconds after the last request within which the open ones must end, else the run is given up."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """The options of `demo` and `up`.

    Parameters
    ----------
    site : the site's folder.
    demand : file of the requests; None for a run without any.
    requests : only the first so many; None for all.
    speed : fleet seconds per wall second; means nothing on the virtual clock.
    hardware : ids of the robots that are real besides those of the site, `none` for none at all; None as the site says.
    virtual : whether it is played on the virtual clock.
    charging : `tariff` or `at_once`; None as the site says.
    faults : the scenario whose faults strike; None for a run in which nothing fails.
    duration_s : fleet seconds after which no request is taken any more; None for no end.
    summary, trace : files to write, if any.
    name : the fleet's name; None for the default one.
    improving : whether CP-SAT looks for better plans.
    webhooks : the file of receivers; None for that of the site, if it has one.
    ledger : path or URL of the ledger; None for the fleet's own.
    entrance : where the console is reached.
    """

    site: Path
    demand: Path | None
    requests: int | None
    speed: float
    headless: bool
    port: int | None
    duration_s: float | None
    until_idle: bool
    summary: Path | None
    trace: Path | None
    seed: int
    name: str | None
    improving: bool = True
    webhooks: Path | None = None
    ledger: str | None = None
    entrance: Entrance = field(default_factory=Entrance)
    hardware: str | None = None
    virtual: bool = False
    charging: str | None = None
    faults: Path | None = None


@dataclass(frozen=True, slots=True)
class Play:
    """A run whose site and demand have been read.

    Parameters
    ----------
    rows : the requests that are played, by time.
    webhooks : the file of receivers, None if there is none.
    ledger : where the ledger is that was asked for; None for the fleet's own.
    ground : of the scenario whose faults strike, None if nothing fails.
    """

    wishes: Wishes
    site: Site
    rows: Sequence[Request]
    webhooks: Path | None = None
    ledger: LedgerAddress | None = None
    ground: Ground | None = None


def prepare(wishes: Wishes) -> Play:
    """Read the site, its receivers and the demand, and see that the files to write can be; nothing is changed.

    Raises
    ------
    FleetError : as `load_site`, `read_webhooks`, `report_receivers` and `read_csv` do; `runtime_file_unwritable`,
        `ledger_bad_url`; what `Entrance.check`, `with_hardware`, `check_wishes` and `ground_of_day` raise.
    """
    from robot_fleet.ledger.address import ledger_address
    from robot_fleet.runtime.bringup.backends import with_hardware
    from robot_fleet.runtime.hil.real_run import check_wishes
    from robot_fleet.runtime.runs.demand import played_rows
    from robot_fleet.runtime.scenarios.of_a_day import ground_of_day
    from robot_fleet.site.demand import read_csv
    from robot_fleet.site.load import load_site
    from robot_fleet.site.reading.reports import read_reports, report_receivers
    from robot_fleet.site.reading.webhooks import WEBHOOKS_FILE, read_webhooks

    wishes.entrance.check(has_users=_has_users(wishes.name))
    for option, path in (("--json", wishes.summary), ("--trace", wishes.trace)):
        if path is not None:
            check_writable(option, path)
    ledger = None if wishes.ledger is None else ledger_address(wishes.ledger).absolute()
    site = with_hardware(load_site(wishes.site), wishes.hardware)
    check_wishes(site, virtual=wishes.virtual, speed=wishes.speed)
    site = _charging(site, wishes)
    rows = read_csv(wishes.demand) if wishes.demand is not None else []
    of_site = wishes.site / WEBHOOKS_FILE
    webhooks = wishes.webhooks or (of_site if of_site.exists() else None)
    if webhooks is not None:
        read_webhooks(webhooks)
    reports = read_reports(wishes.site)
    if reports is not None:
        report_receivers(reports, wishes.site)
    ground = None
    if wishes.faults is not None:
        ground = ground_of_day(wishes.faults, wishes.site, site, wishes.seed)
    return Play(wishes, site, played_rows(rows, wishes.requests, wishes.duration_s), webhooks, ledger, ground)


def _charging(site: Site, wishes: Wishes) -> Site:
    """Return the site with chargers that give current as it is wished.

    Raises
    ------
    RuntimeFailure : `runtime_charging`.
    """
    from robot_fleet.runtime.what_if.change import with_charging

    if wishes.charging is None:
        return site
    if not wishes.virtual:
        message = "only a run with --link virtual takes it; for others set `charging` in the site's energy.yaml"
        raise RuntimeFailure("runtime_charging", message, "--charging")
    if site.energy is None:
        message = f"{site.id} has no energy.yaml; give it one, or leave the option out"
        raise RuntimeFailure("runtime_charging", message, "--charging")
    return with_charging(site, wishes.charging)


def _has_users(name: str | None) -> bool:
    path = run_directory(name or DEFAULT_NAME).users
    if not path.exists():
        return False
    from robot_fleet.stores.users.store import UserStore

    with UserStore(path) as store:
        return store.accounts.any()


def default_site() -> Path:
    """Return the folder of the site that is played where none is named."""
    return shipped(DEFAULT_SITE)


def chosen_faults(word: str | None, demand: Path) -> Path | None:
    """Return the scenario whose faults are to strike while a demand is played; None for nothing.

    Parameters
    ----------
    word : a file, `none`, or None for the one beside the demand.
    """
    if word is None:
        beside = demand.with_suffix(".faults.yaml")
        return beside if beside.is_file() else None
    return None if word == "none" else Path(word)


def check_writable(option: str, path: Path) -> None:
    """See that a file of an option can be written.

    Raises
    ------
    RuntimeFailure : `runtime_file_unwritable`.
    """
    if path.is_dir() or not os.access(path if path.exists() else path.resolve().parent, os.W_OK):
        message = f"{path} cannot be written; give {option} a file in a folder that is there and is yours"
        raise RuntimeFailure("runtime_file_unwritable", message, option)
