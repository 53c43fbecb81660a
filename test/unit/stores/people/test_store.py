"""The store: what is kept, what is erased, and that nothing of it can be read in its files."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from robot_fleet.core.errors import FleetError
from robot_fleet.runtime.people import days_kept
from robot_fleet.site.models.retention import RetentionFile
from robot_fleet.stores.people.person import Consent, DataClass, Disclosure, Person, Purpose, Retention
from robot_fleet.stores.people.sealing import make_master_key
from robot_fleet.stores.people.store import PeopleStore
from test.canaries import CANARY, DAY_S, consent, leaking_files
from test.unit.stores.people.rig import Rig

DAYS = days_kept(RetentionFile(schema_version=1))


def take_in(rig: Rig, person: Person = CANARY, *consents: Consent) -> str:
    (name,) = rig.store.put([(person, consents)], rig.now_s)
    return name


def test_what_was_put_in_is_read_again_by_the_classes_of_data_that_are_asked_for(rig: Rig) -> None:
    name = take_in(rig)
    assert rig.store.read(name, DataClass) == replace(CANARY, id=name)
    assert rig.store.read(name, [DataClass.VEHICLE]) == Person(id=name, plates=CANARY.plates)
    assert rig.store.living_at("home/r101") == (name,)
    assert rig.store.living_at("home/r102") == ()


def test_a_person_has_no_text_of_their_own_in_a_traceback() -> None:
    assert repr(replace(CANARY, id="p_1")) == "Person(id='p_1', retention=<Retention.RESIDENT: 'resident'>)"
    assert "Quill" not in repr(CANARY.guardian)


def test_nothing_in_the_files_can_be_read_and_none_is_open_to_others(rig: Rig) -> None:
    take_in(rig, CANARY, consent())
    assert leaking_files(rig.folder) == {}
    assert all(b"home/r101" not in path.read_bytes() for path in rig.folder.rglob("*") if path.is_file())
    for path in rig.folder.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_erasure_leaves_nothing_behind(rig: Rig) -> None:
    name, other = take_in(rig), take_in(rig, replace(CANARY, place="home/r102"))
    rig.store.disclose(name, Disclosure(1.0, "119", Purpose.CARE_EMERGENCY, "u_1"))
    keys = {path: path.read_bytes() for path in (rig.folder / "keys").glob(f"{name}.*")}
    with closing(sqlite3.connect(rig.folder / "people.sqlite")) as raw:
        sealed = [row[0] for row in raw.execute("SELECT sealed FROM people_parts WHERE person = ?", (name,))]
    assert len(keys) == len(sealed) == len(DataClass)
    rig.store.erase(name)
    left = {path: path.read_bytes() for path in rig.folder.rglob("*") if path.is_file()}
    for gone in (*keys.values(), *sealed, name.encode()):
        assert [path for path, content in left.items() if gone in content] == []
    assert not any(path.exists() for path in keys)
    with pytest.raises(FleetError, match="request_unknown_person"):
        rig.store.read(name, DataClass)
    assert rig.store.read(other, DataClass).name == CANARY.name


def test_a_copy_of_the_sealed_data_cannot_be_opened_once_the_keys_are_destroyed(rig: Rig) -> None:
    name = take_in(rig)
    copy = rig.folder / "copy.sqlite"
    shutil.copy(rig.folder / "people.sqlite", copy)
    rig.store.erase(name)
    rig.store.close()
    shutil.copy(copy, rig.folder / "people.sqlite")
    with closing(PeopleStore(rig.folder, rig.key)) as back:
        assert back.read(name, DataClass) == Person(id=name)
        assert {data for _, data in back.purge(rig.now_s, DAYS)} == set(DataClass)
        assert back.ids() == ()


def test_a_record_that_was_moved_or_put_back_does_not_open(rig: Rig) -> None:
    name, other = take_in(rig), take_in(rig, replace(CANARY, name="이산"))
    with closing(sqlite3.connect(rig.folder / "people.sqlite")) as raw:
        old = raw.execute("SELECT sealed FROM people_parts WHERE person = ? AND data = 'contact'", (name,)).fetchone()
    rig.store.put([(replace(CANARY, id=name, name="새이름"), ())], rig.now_s)
    assert rig.store.read(name, DataClass).name == "새이름"
    for whose in (name, other):
        with closing(sqlite3.connect(rig.folder / "people.sqlite")) as raw:
            raw.execute("UPDATE people_parts SET sealed = ? WHERE person = ? AND data = 'contact'", (*old, whose))
            raw.commit()
        with pytest.raises(FleetError, match="store_people_damaged"):
            rig.store.read(whose, DataClass)


def test_what_a_correction_leaves_out_is_destroyed(rig: Rig) -> None:
    name = take_in(rig)
    rig.store.put([(Person(id=name, place="home/r102", name=CANARY.name), ())], rig.now_s)
    assert [path.name for path in (rig.folder / "keys").iterdir()] == [f"{name}.contact"]
    assert rig.store.living_at("home/r101") == ()


def test_all_are_taken_in_or_nobody(rig: Rig) -> None:
    with pytest.raises(FleetError, match="request_unknown_person"):
        rig.store.put([(CANARY, ()), (replace(CANARY, id="p_nobody"), ())], 0.0)
    assert rig.store.ids() == ()
    assert list((rig.folder / "keys").iterdir()) == []


def test_a_store_is_made_once_and_opened_with_its_own_key_alone(rig: Rig, tmp_path: Path) -> None:
    with pytest.raises(FleetError, match="store_people_exists"):
        PeopleStore.init(rig.folder, tmp_path / "other.key")
    make_master_key(tmp_path / "other.key")
    with pytest.raises(FleetError, match="store_people_wrong_key"):
        PeopleStore(rig.folder, tmp_path / "other.key")
    with pytest.raises(FleetError, match="store_people_missing"):
        PeopleStore(tmp_path / "nowhere", rig.key)


def test_data_go_when_their_time_is_over(rig: Rig) -> None:
    visited = take_in(rig, CANARY, consent(Purpose.CARE_VISIT, days=100.0))
    parked = take_in(rig, replace(CANARY, retention=Retention.GUEST), consent(Purpose.PARKING, days=10.0))

    def purged_at(day: float) -> set[tuple[str, DataClass]]:
        rig.now_s = day * DAY_S
        return set(rig.store.purge(rig.now_s, DAYS))

    assert purged_at(0.9) == set()
    assert purged_at(1.0) == {(parked, DataClass.DOOR)}, "no consent covers a parking guest's door"
    assert purged_at(7.0) == {(parked, DataClass.CARE)}
    assert purged_at(16.9) == set()
    assert purged_at(17.0) == {(parked, DataClass.CONTACT), (parked, DataClass.VEHICLE)}
    assert rig.store.ids() == (visited,)
    assert purged_at(30.0) == {(visited, DataClass.VEHICLE)}
    rig.store.withdraw(visited, Purpose.CARE_VISIT, 40 * DAY_S)
    assert purged_at(47.0) == {(visited, DataClass.DOOR)}
    assert purged_at(70.0) == {(visited, DataClass.CARE)}
    assert rig.store.read(visited, DataClass).conditions == ()
    assert purged_at(130.0) == {(visited, DataClass.CONTACT)}
    assert rig.store.ids() == ()
    assert list((rig.folder / "keys").iterdir()) == []
