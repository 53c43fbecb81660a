"""The store itself: sealed records of people, their consents and disclosures. `access` says who may read what."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from sqlalchemy import Connection, delete, insert, select, update

from robot_fleet.core.errors import RequestError, StoreError
from robot_fleet.stores.people.database import Database
from robot_fleet.stores.people.person import (
    Consent,
    DataClass,
    Disclosure,
    Person,
    Purpose,
    Retention,
    part_of,
    with_part,
)
from robot_fleet.stores.people.retention import Days, kept_until_s
from robot_fleet.stores.people.schema import CONSENTS, DISCLOSURES, PARTS, PEOPLE, PROOF
from robot_fleet.stores.people.sealing import KeyRing, derived, make_master_key, read_master_key, seal, unseal, unusable

_DATABASE = "people.sqlite"
_KEYS = "keys"
_PROOF = "proof"


class PeopleStore:
    """An open store; may be used by several threads and processes.

    Parameters
    ----------
    folder : of the store, which `init` made.
    master_key : file of the master key; best kept on another disk than the folder.

    Raises
    ------
    StoreError : `store_people_missing`, `store_people_wrong_key`, `store_people_newer_version` and those of
        `read_master_key`; `store_people_unusable` and `store_people_damaged` from every method too.
    """

    def __init__(self, folder: Path, master_key: Path) -> None:
        if not (folder / _DATABASE).is_file():
            message = "no store of people here; make one with ./fleet person init"
            raise StoreError("store_people_missing", message, str(folder))
        master = read_master_key(master_key)
        self._database = Database(folder / _DATABASE)
        try:
            self._prove(master, master_key)
            self._keys = KeyRing(folder / _KEYS, master)
        except BaseException:
            self.close()
            raise

    @classmethod
    def init(cls, folder: Path, master_key: Path) -> PeopleStore:
        """Make an empty store and its master key, and open it. Raises `store_people_exists` if either is there."""
        if (folder / _DATABASE).exists():
            raise StoreError("store_people_exists", "there is a store here; it is left as it is", str(folder))
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise unusable(error, folder) from error
        make_master_key(master_key)
        database = Database(folder / _DATABASE)
        with database.writing() as connection:
            sealed = seal(derived(read_master_key(master_key), _PROOF), b"", _PROOF)
            connection.execute(insert(PROOF), {"sealed": sealed})
        database.close()
        return cls(folder, master_key)

    def close(self) -> None:
        """Close the store."""
        self._database.close()

    def ids(self) -> tuple[str, ...]:
        """Return everybody's id."""
        with self._database.reading() as connection:
            return tuple(connection.scalars(select(PEOPLE.c.id).order_by(PEOPLE.c.since_s, PEOPLE.c.id)))

    def held(self) -> Mapping[str, tuple[Retention, frozenset[DataClass]]]:
        """Return everybody's id with their sort and the classes of data that are held of them; none are opened."""
        joined = select(PEOPLE.c.id, PEOPLE.c.retention, PARTS.c.data).join(PARTS, isouter=True)
        with self._database.reading() as connection:
            rows = connection.execute(joined.order_by(PEOPLE.c.since_s, PEOPLE.c.id)).all()
        found: dict[str, tuple[Retention, frozenset[DataClass]]] = {}
        for name, retention, data in rows:
            sort, known = found.get(name, (Retention(retention), frozenset()))
            found[name] = (sort, known | ({DataClass(data)} if data is not None else frozenset()))
        return found

    def living_at(self, place: str) -> tuple[str, ...]:
        """Return the ids of those who live at a place."""
        at_place = PEOPLE.c.place_mark == self._keys.mark(place)
        with self._database.reading() as connection:
            return tuple(connection.scalars(select(PEOPLE.c.id).where(at_place).order_by(PEOPLE.c.id)))

    def put(self, entries: Sequence[tuple[Person, Sequence[Consent]]], now_s: float) -> tuple[str, ...]:
        """Take people in, all or none, and return their ids.

        Who has an id already replaces what was known under it; new consents come to those there are.

        Raises
        ------
        RequestError : `request_unknown_person`.
        """
        taken: list[str] = []
        with self._database.writing() as connection:
            for person, _ in entries:  # first, since keys are not taken back with a transaction
                if person.id:
                    _row(connection, person.id)
            for person, consents in entries:
                taken.append(self._put(connection, person, now_s))
                _add_consents(connection, taken[-1], consents)
            self._keys.settle()
        for name, (person, _) in zip(taken, entries, strict=True):
            for data in DataClass:
                if part_of(person, data) is None:
                    self._keys.destroy(_key_name(name, data.value))
        self._database.forget_deleted()
        return tuple(taken)

    def read(self, person: str, data: Iterable[DataClass]) -> Person:
        """Return what is known of somebody in these classes of data. Raises `request_unknown_person`."""
        wanted = select(PARTS.c.data, PARTS.c.sealed).where(PARTS.c.person == person, PARTS.c.data.in_(list(data)))
        with self._database.reading() as connection:
            row = connection.execute(select(PEOPLE).where(PEOPLE.c.id == person)).first()
            parts = connection.execute(wanted).all()
        if row is None:
            raise unknown(person)
        known = Person(id=person, retention=Retention(row.retention))
        for part in parts:
            key = self._keys.get(_key_name(person, part.data))
            if key is not None:  # without its key, data are erased
                known = with_part(known, json.loads(unseal(key, part.sealed, _about(person, part.data, row.version))))
        return known

    def consents(self, person: str) -> tuple[Consent, ...]:
        """Return what somebody agreed to, the oldest first."""
        wanted = select(CONSENTS).where(CONSENTS.c.person == person).order_by(CONSENTS.c.id)
        with self._database.reading() as connection:
            rows = connection.execute(wanted).all()
        return tuple(
            Consent(Purpose(row.purpose), row.version, row.given_s, row.expires_s, row.withdrawn_s) for row in rows
        )

    def consent(self, person: str, consent: Consent) -> None:
        """Write down what somebody agrees to. Raises `request_unknown_person`."""
        with self._database.writing() as connection:
            _row(connection, person)
            _add_consents(connection, person, [consent])

    def withdraw(self, person: str, purpose: Purpose, now_s: float) -> int:
        """End somebody's consents to a purpose, and return how many there were. Raises `request_unknown_person`."""
        held = (CONSENTS.c.person == person) & (CONSENTS.c.purpose == purpose.value) & CONSENTS.c.withdrawn_s.is_(None)
        with self._database.writing() as connection:
            _row(connection, person)
            running = update(CONSENTS).where(held, CONSENTS.c.expires_s > now_s)
            return connection.execute(running.values(withdrawn_s=now_s)).rowcount

    def disclose(self, person: str, disclosure: Disclosure) -> None:
        """Write down that data of somebody were given away. Raises `request_unknown_person`."""
        with self._database.writing() as connection:
            _row(connection, person)
            row = {
                "person": person,
                "at_s": disclosure.at_s,
                "to": disclosure.to,
                "purpose": disclosure.purpose.value,
                "by": disclosure.by,
            }
            connection.execute(insert(DISCLOSURES), row)

    def disclosures(self, person: str) -> tuple[Disclosure, ...]:
        """Return to whom data of somebody were given, the oldest first."""
        wanted = select(DISCLOSURES).where(DISCLOSURES.c.person == person).order_by(DISCLOSURES.c.id)
        with self._database.reading() as connection:
            rows = connection.execute(wanted).all()
        return tuple(Disclosure(row.at_s, row.to, Purpose(row.purpose), row.by) for row in rows)

    def erase(self, person: str) -> None:
        """Destroy somebody's keys, then what they sealed. Raises `request_unknown_person`."""
        with self._database.reading() as connection:
            _row(connection, person)
        for data in DataClass:
            self._keys.destroy(_key_name(person, data.value))
        self._keys.settle()
        with self._database.writing() as connection:
            connection.execute(delete(PEOPLE).where(PEOPLE.c.id == person))
        self._database.forget_deleted()

    def overdue(self, now_s: float, days: Days) -> tuple[tuple[str, DataClass], ...]:
        """Return the data that may not be kept any longer by the site's days, and those whose key is gone already."""
        joined = select(PEOPLE.c.id, PEOPLE.c.retention, PEOPLE.c.since_s, PARTS.c.data).join(PARTS)
        with self._database.reading() as connection:
            parts = connection.execute(joined.order_by(PEOPLE.c.id, PARTS.c.data)).all()
        return tuple(
            (person, DataClass(data))
            for person, retention, since_s, data in parts
            if self._must_go(person, since_s, DataClass(data), now_s, days[Retention(retention)])
        )

    def purge(self, now_s: float, days: Days) -> tuple[tuple[str, DataClass], ...]:
        """Destroy the data that may not be kept any longer, and return which. Who has none left is erased."""
        with self._database.writing() as connection:  # nobody else writes; what is overdue stays so
            gone = self.overdue(now_s, days)
            for person, data in gone:
                self._keys.destroy(_key_name(person, data.value))
                connection.execute(delete(PARTS).where(PARTS.c.person == person, PARTS.c.data == data.value))
            self._keys.settle()
            connection.execute(delete(PEOPLE).where(PEOPLE.c.id.not_in(select(PARTS.c.person))))
        self._database.forget_deleted()
        return gone

    def _must_go(
        self, person: str, since_s: float, data: DataClass, now_s: float, days: Mapping[DataClass, int]
    ) -> bool:
        over = kept_until_s(data, since_s, self.consents(person), days) <= now_s
        return over or self._keys.get(_key_name(person, data.value)) is None

    def _put(self, connection: Connection, person: Person, now_s: float) -> str:
        """Write one person; their keys are on disk before what they seal."""
        mark = self._keys.mark(person.place)
        if person.id:
            name, version = person.id, _row(connection, person.id) + 1
            values = {"place_mark": mark, "retention": person.retention.value, "version": version}
            connection.execute(update(PEOPLE).where(PEOPLE.c.id == name).values(values))
            connection.execute(delete(PARTS).where(PARTS.c.person == name))
        else:
            name, version = f"p_{secrets.token_hex(8)}", 1
            row = {"id": name, "place_mark": mark, "retention": person.retention.value, "since_s": now_s, "version": 1}
            connection.execute(insert(PEOPLE), row)
        for data in DataClass:
            part = part_of(person, data)
            if part is not None:
                text = json.dumps(part, ensure_ascii=False).encode()
                sealed = seal(self._keys.make(_key_name(name, data.value)), text, _about(name, data.value, version))
                connection.execute(insert(PARTS), {"person": name, "data": data.value, "sealed": sealed})
        return name

    def _prove(self, master: bytes, path: Path) -> None:
        with self._database.reading() as connection:
            sealed = connection.scalars(select(PROOF.c.sealed)).first()
        try:
            unseal(derived(master, _PROOF), sealed or b"", _PROOF)
        except StoreError:
            message = "this is the master key of another store; name the right one with --key"
            raise StoreError("store_people_wrong_key", message, str(path)) from None


def unknown(person: str) -> RequestError:
    """Return the error of an id that nobody has, or no longer."""
    return RequestError("request_unknown_person", "nobody has this id, or no longer", person)


def _row(connection: Connection, person: str) -> int:
    """Return the version of somebody's record."""
    version = connection.scalar(select(PEOPLE.c.version).where(PEOPLE.c.id == person))
    if version is None:
        raise unknown(person)
    return int(version)


def _add_consents(connection: Connection, person: str, consents: Sequence[Consent]) -> None:
    for each in consents:
        row = {
            "person": person,
            "purpose": each.purpose.value,
            "version": each.version,
            "given_s": each.given_s,
            "expires_s": each.expires_s,
            "withdrawn_s": each.withdrawn_s,
        }
        connection.execute(insert(CONSENTS), row)


def _key_name(person: str, data: str) -> str:
    return f"{person}.{data}"


def _about(person: str, data: str, version: int) -> str:
    """Return what a sealed record is bound to: moved to somebody else, or put back later, it does not open."""
    return f"{person}|{data}|{version}"
