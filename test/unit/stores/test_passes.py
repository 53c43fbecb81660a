"""Passes, codes and tickets: what lets in, what does not, and what is kept of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from robot_fleet.core.errors import RequestError, StoreError
from robot_fleet.stores.passes.codes import FIRST_LOCK_S, TRIES, Tried
from robot_fleet.stores.passes.kinds import DAY_S, PassKind
from robot_fleet.stores.passes.store import PassStore

NOW_S = 1_790_000_000.0
PLATE = "12가 3456"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[PassStore]:
    with PassStore(tmp_path / "doors" / "passes.sqlite") as opened:
        yield opened


def code_error(do: object) -> str:
    with pytest.raises(RequestError) as caught:
        do()  # type: ignore[operator]
    return caught.value.code


def wrong(code: str, by: int = 1) -> str:
    return f"{(int(code) + by) % 10_000:04d}"


def test_a_pass_lets_in_until_it_is_over_or_taken_back(store: PassStore) -> None:
    made, secret = store.passes.new(PassKind.RESIDENT, "home/r101", "u-1", DAY_S, NOW_S)
    assert store.passes.by_secret(secret, NOW_S) == made
    assert store.passes.by_secret(secret, NOW_S + DAY_S) is None
    assert store.passes.by_secret("rfp_nobodys", NOW_S) is None
    store.passes.revoke(made.id, NOW_S + 1.0)
    assert store.passes.by_secret(secret, NOW_S + 2.0) is None
    assert [each.revoked_s for each in store.passes.all()] == [NOW_S + 1.0]
    assert code_error(lambda: store.passes.revoke("p-none", NOW_S)) == "request_unknown_pass"
    assert code_error(lambda: store.passes.new(PassKind.TASK, "t", "u", 400 * DAY_S, NOW_S)) == "request_pass_days"


def test_a_code_is_looked_at_three_times_and_then_locked_for_longer_and_longer(store: PassStore) -> None:
    code = store.codes.make("t1", NOW_S)
    assert store.codes.make("t1", NOW_S + 5.0) == code
    now_s, locks = NOW_S, []
    for _ in range(3):
        for left in range(TRIES - 1, 0, -1):
            tried = store.codes.attempt("t1", wrong(code), now_s)
            assert (tried.came, tried.left) == (Tried.WRONG, left)
        locks.append(store.codes.attempt("t1", wrong(code), now_s).locked_s)
        assert store.codes.attempt("t1", code, now_s + 1.0).came is Tried.LOCKED
        assert store.codes.locked_s("t1", now_s + 1.0) == locks[-1] - 1.0
        now_s += locks[-1]
    assert locks == [FIRST_LOCK_S, 2 * FIRST_LOCK_S, 4 * FIRST_LOCK_S]
    assert store.codes.attempt("t1", code, now_s).came is Tried.RIGHT


def test_codes_are_each_tasks_own_and_one_without_opens_nothing(store: PassStore, tmp_path: Path) -> None:
    codes = {store.codes.make(f"t{number}", NOW_S) for number in range(40)}
    assert len(codes) > 30
    assert store.codes.attempt("unknown", "0000", NOW_S).came is Tried.NONE
    with PassStore(tmp_path / "other" / "passes.sqlite") as other:  # another fleet, another key
        assert {other.codes.make(f"t{number}", NOW_S) for number in range(40)} != codes


def test_a_ticket_stands_for_one_car_however_its_plate_is_typed(store: PassStore) -> None:
    here = {"x"}
    item, ticket = store.tickets.make("car", PLATE, "p-1 k1", NOW_S, here.__contains__)
    here.add(item)
    assert store.tickets.make("car", PLATE, "p-1 k1", NOW_S, here.__contains__) == (item, ticket)  # the answer was lost
    assert store.tickets.item_of(f"{ticket[:3]}-{ticket[3:6]}-{ticket[6:]}") == item
    assert store.tickets.item_of("000000000") is None
    again = lambda: store.tickets.make("car", "12가-3456", "p-2 k2", NOW_S, here.__contains__)  # noqa: E731
    assert code_error(again) == "request_plate_here"
    here.clear()  # it was driven away: nothing is known of it any more
    other, _ = again()
    assert other != item
    assert store.tickets.item_of(ticket) is None
    assert code_error(lambda: store.tickets.make("car", "?", "k", NOW_S, bool)) == "request_plate_malformed"


def test_no_secret_no_code_and_no_plate_is_in_the_files(tmp_path: Path) -> None:
    with PassStore(tmp_path / "passes.sqlite") as store:
        _, secret = store.passes.new(PassKind.TASK, "t1", "u-1", DAY_S, NOW_S)
        code = store.codes.make("t1", NOW_S)
        _, ticket = store.tickets.make("car", PLATE, "k", NOW_S, bool)
    everything = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for kept in (secret, PLATE, PLATE.replace(" ", ""), ticket):
        assert kept.encode() not in everything
    assert f'"{code}"'.encode() not in everything
    assert all(path.stat().st_mode & 0o077 == 0 for path in tmp_path.iterdir())


def test_a_key_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "passes.key").write_bytes(b"short")
    with pytest.raises(StoreError) as caught:
        PassStore(tmp_path / "passes.sqlite")
    assert caught.value.code == "store_passes_unusable"
