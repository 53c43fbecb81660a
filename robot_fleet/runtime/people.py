"""Where data of people lie on this machine, and how they are opened."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from robot_fleet.core.site import Site
from robot_fleet.runtime.processes.run_directory import state_home
from robot_fleet.site.models.retention import RetentionFile
from robot_fleet.stores.people.access import People, people_need_sign_in
from robot_fleet.stores.people.audit import Audit, FileAudit
from robot_fleet.stores.people.person import DataClass, Retention
from robot_fleet.stores.people.retention import Days
from robot_fleet.stores.people.store import PeopleStore

FOLDER_VARIABLE = "FLEET_PEOPLE"
KEY_VARIABLE = "FLEET_PEOPLE_KEY"
_AUDIT = "audit.jsonl"


def people_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the folder of the store: `$FLEET_PEOPLE`, or `people` in the state home. Fleets come and go; it stays."""
    named = environ.get(FOLDER_VARIABLE, "")
    return Path(named) if named else state_home(environ) / "people"


def people_key(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the file of the master key: `$FLEET_PEOPLE_KEY`, or one in the XDG config home, apart from the store."""
    named = environ.get(KEY_VARIABLE, "")
    base = environ.get("XDG_CONFIG_HOME", "")
    home = Path(base) if base.startswith("/") else Path.home() / ".config"
    return Path(named) if named else home / "robot_fleet" / "people.key"


def people_audit(folder: Path) -> FileAudit:
    """Return the audit beside a store."""
    return FileAudit(folder / _AUDIT)


def people_of(
    site: Site, signed_in: bool, environ: Mapping[str, str] = os.environ
) -> tuple[PeopleStore, People] | None:
    """Open the store of this machine for a server, None where there is none.

    Parameters
    ----------
    signed_in : whether everybody must sign in.

    Raises
    ------
    StoreError : see `people_need_sign_in` and `PeopleStore`.
    """
    folder = people_folder(environ)
    if not folder.is_dir():
        return None
    people_need_sign_in(site, signed_in)
    store = PeopleStore(folder, people_key(environ))
    return store, open_people(store, people_audit(folder), site)


def days_kept(file: RetentionFile) -> Days:
    """Return how long a site has data of people kept, as the store takes it."""
    told = {Retention.RESIDENT: file.resident, Retention.GUEST: file.guest}
    return {sort: {data: getattr(days, data.value) for data in DataClass} for sort, days in told.items()}


def open_people(
    store: PeopleStore, audit: Audit, site: Site | None = None, now_s: Callable[[], float] = time.time
) -> People:
    """Return the readers' way to a store.

    Parameters
    ----------
    site : whose places have doors; without it cards tell only what people's own records say.
    """
    doors = {place.id: place.door for place in site.places.values()} if site is not None else {}
    return People(store, audit, doors, now_s)
