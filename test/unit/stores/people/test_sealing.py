"""Sealing, and the master key's file."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot_fleet.core.errors import StoreError
from robot_fleet.stores.people.sealing import KEY_BYTES, KeyRing, make_master_key, read_master_key, seal, unseal

KEYS = st.binary(min_size=KEY_BYTES, max_size=KEY_BYTES)


@given(KEYS, st.binary(max_size=200), st.text(max_size=20))
def test_what_was_sealed_opens(key: bytes, plain: bytes, about: str) -> None:
    sealed = seal(key, plain, about)
    assert unseal(key, sealed, about) == plain
    assert seal(key, plain, about) != sealed, "a nonce was used twice"


@given(KEYS, KEYS, st.binary(max_size=50), st.text(max_size=9), st.text(max_size=9), st.data())
def test_nothing_else_opens_it(
    key: bytes, other: bytes, plain: bytes, about: str, elsewhere: str, data: st.DataObject
) -> None:
    sealed = bytearray(seal(key, plain, about))
    spoilt = data.draw(st.integers(0, len(sealed) - 1))
    sealed[spoilt] ^= data.draw(st.integers(1, 255))
    with pytest.raises(StoreError, match="store_people_damaged"):
        unseal(key, bytes(sealed), about)
    whole = seal(key, plain, about)
    for wrong_key, wrong_about in ((other, about), (key, elsewhere)):
        if (wrong_key, wrong_about) != (key, about):
            with pytest.raises(StoreError, match="store_people_damaged"):
                unseal(wrong_key, whole, wrong_about)
    with pytest.raises(StoreError, match="store_people_damaged"):
        unseal(key, whole[: data.draw(st.integers(0, len(whole) - 1))], about)


def test_a_master_key_is_for_its_owner_alone_and_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "apart" / "people.key"
    make_master_key(path)
    assert path.stat().st_mode & 0o777 == 0o600
    key = read_master_key(path)
    assert len(key) == KEY_BYTES
    with pytest.raises(StoreError, match="store_people_exists"):
        make_master_key(path)
    assert read_master_key(path) == key


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_a_master_key_that_others_reach_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "people.key"
    make_master_key(path)
    path.chmod(mode)
    with pytest.raises(StoreError, match="store_people_key_exposed"):
        read_master_key(path)


@pytest.mark.parametrize(("content", "code"), [(None, "missing"), (b"", "malformed"), (b"x" * 33, "malformed")])
def test_what_is_no_master_key_is_refused(tmp_path: Path, content: bytes | None, code: str) -> None:
    path = tmp_path / "people.key"
    if content is not None:
        path.write_bytes(content)
        path.chmod(0o600)
    with pytest.raises(StoreError, match=f"store_people_key_{code}"):
        read_master_key(path)


def test_a_key_of_the_ring_stays_until_it_is_destroyed(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path / "keys", b"m" * KEY_BYTES)
    key = ring.make("p_1.care")
    assert ring.make("p_1.care") == ring.get("p_1.care") == key
    assert ring.make("p_2.care") != key
    assert key not in (tmp_path / "keys" / "p_1.care").read_bytes()
    ring.destroy("p_1.care")
    ring.destroy("p_1.care")
    assert ring.get("p_1.care") is None
    assert ring.make("p_1.care") != key


def test_what_a_power_cut_left_of_a_key_is_no_key(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path / "keys", b"m" * KEY_BYTES)
    (tmp_path / "keys" / ".p_1.care").write_bytes(b"half")
    assert ring.get("p_1.care") is None
    assert ring.make("p_1.care") == ring.get("p_1.care")
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["p_1.care"]


def test_a_key_whose_destruction_was_cut_short_is_destroyed(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path / "keys", b"m" * KEY_BYTES)
    key = ring.make("p_1.care")
    path = tmp_path / "keys" / "p_1.care"
    path.write_bytes(bytes(path.stat().st_size))
    assert ring.get("p_1.care") is None
    assert ring.make("p_1.care") not in (None, key)


def test_a_key_file_put_in_anothers_place_does_not_open(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path / "keys", b"m" * KEY_BYTES)
    ring.make("p_1.care")
    (tmp_path / "keys" / "p_1.care").rename(tmp_path / "keys" / "p_2.care")
    with pytest.raises(StoreError, match="store_people_damaged"):
        ring.get("p_2.care")
