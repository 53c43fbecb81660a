"""A store of people in a folder, on a clock that a test moves, with an audit that a test reads."""

from __future__ import annotations

from pathlib import Path

from robot_fleet.stores.people.access import People, Reader
from robot_fleet.stores.people.audit import Reading
from robot_fleet.stores.people.store import PeopleStore

OPERATOR = Reader("u_1", "127.0.0.1")
REASON = "nobody answers, the ambulance is on its way"


class ListAudit:
    """Keeps what it is told; can be made to fail."""

    def __init__(self) -> None:
        self.readings: list[Reading] = []
        self.fails = False

    def record(self, reading: Reading) -> None:
        if self.fails:
            raise OSError("no room")
        self.readings.append(reading)


class Rig:
    """An empty store with everything around it."""

    def __init__(self, folder: Path) -> None:
        self.now_s = 0.0
        self.folder = folder / "people"
        self.key = folder / "elsewhere" / "people.key"
        self.store = PeopleStore.init(self.folder, self.key)
        self.audit = ListAudit()
        self.people = People(self.store, self.audit, {"home/r101": "staff", "home/r102": "open"}, lambda: self.now_s)
