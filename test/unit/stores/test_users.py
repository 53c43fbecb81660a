"""Users, sessions, tokens and the audit, on a clock of the tests' own."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from robot_fleet.core.errors import RequestError, StoreError
from robot_fleet.stores.users.keys import DAY_S, Terms
from robot_fleet.stores.users.people import AuditEntry, Role
from robot_fleet.stores.users.store import UserStore

PASSWORD = "a lantern in the fog"
TERMS = Terms(idle_s=600.0, longest_s=3_600.0)
NOW_S = 1_790_000_000.0


@pytest.fixture
def store(tmp_path: Path) -> Iterator[UserStore]:
    with UserStore(tmp_path / "doors" / "users.sqlite", TERMS) as opened:
        yield opened


def add(store: UserStore, name: str, role: Role, password: str | None = None) -> str:
    if not store.accounts.any():
        store.accounts.add("root", Role.ADMIN, first=True)
    return store.accounts.add(name, role, password).id


def code(error: pytest.ExceptionInfo[RequestError]) -> str:
    return error.value.code


def test_a_user_signs_in_by_name_however_it_is_written(store: UserStore) -> None:
    user = add(store, "Kim Min-su", Role.OPERATOR, PASSWORD)
    found = store.accounts.signed_in("kim min-SU ", PASSWORD)
    assert found is not None
    assert (found.id, found.role) == (user, Role.OPERATOR)
    korean = add(store, "김민수", Role.VIEWER, PASSWORD)
    typed_as_letters = "\u1100\u1175\u11b7\u1106\u1175\u11ab\u1109\u116e"
    found = store.accounts.signed_in(typed_as_letters, PASSWORD)
    assert found is not None
    assert found.id == korean


def test_nobody_signs_in_with_a_wrong_password_or_without_one(store: UserStore) -> None:
    add(store, "kim", Role.OPERATOR, PASSWORD)
    assert store.accounts.signed_in("kim", PASSWORD + "!") is None
    assert store.accounts.signed_in("lee", PASSWORD) is None
    assert store.accounts.signed_in("root", "") is None  # has no password


def test_of_passwords_and_secrets_nothing_is_kept_that_lets_anybody_in(store: UserStore, tmp_path: Path) -> None:
    user = add(store, "kim", Role.OPERATOR, PASSWORD)
    session = store.keys.open_session(user, NOW_S)
    _, token = store.keys.new_token(user, "script", Role.VIEWER, 1, NOW_S)
    files = list((tmp_path / "doors").iterdir())
    kept = b"".join(path.read_bytes() for path in files)
    assert b"$argon2id$" in kept
    for secret in (PASSWORD, session, token):
        assert secret.encode() not in kept
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


@pytest.mark.parametrize("weak", ["short", "aaaaaaaaaaaaaaaaaaaa", "x" * 300])
def test_passwords_that_are_guessed_at_once_are_refused_without_being_repeated(store: UserStore, weak: str) -> None:
    add(store, "root2", Role.ADMIN)
    with pytest.raises(RequestError) as error:
        store.accounts.add("kim", Role.OPERATOR, weak)
    assert code(error) == "request_password_weak"
    assert weak not in str(error.value)


@pytest.mark.parametrize("name", ["", " kim", "a\nb", "u-0123abcd", "x" * 65])
def test_what_is_no_name_is_refused(store: UserStore, name: str) -> None:
    with pytest.raises(RequestError) as error:
        store.accounts.add(name, Role.ADMIN, first=True)
    assert code(error) == "request_user_name_malformed"


def test_the_first_user_is_an_admin_and_the_last_admin_stays(store: UserStore) -> None:
    with pytest.raises(RequestError) as error:
        store.accounts.add("kim", Role.OPERATOR, PASSWORD)
    assert code(error) == "request_first_admin"
    store.accounts.add("root", Role.ADMIN, first=True)
    with pytest.raises(RequestError) as error:
        store.accounts.add("again", Role.ADMIN, first=True)
    assert code(error) == "request_users_exist"
    with pytest.raises(RequestError) as error:
        store.accounts.set_role("root", Role.MANAGER)
    assert code(error) == "request_last_admin"
    with pytest.raises(RequestError) as error:
        store.accounts.set_active("root", active=False)
    assert code(error) == "request_last_admin"
    assert [(user.name, user.role, user.active) for user in store.accounts.all()] == [("root", Role.ADMIN, True)]


def test_names_are_taken_once(store: UserStore) -> None:
    add(store, "Kim", Role.VIEWER)
    with pytest.raises(RequestError) as error:
        add(store, "kIM", Role.VIEWER)
    assert code(error) == "request_user_exists"
    with pytest.raises(RequestError) as error:
        store.accounts.named("nobody")
    assert code(error) == "request_unknown_user"


def test_a_session_ends_when_it_rests_and_after_a_shift(store: UserStore) -> None:
    user = add(store, "kim", Role.OPERATOR, PASSWORD)
    resting = store.keys.open_session(user, NOW_S)
    assert store.keys.by_session(resting, NOW_S + TERMS.idle_s - 1.0) is not None
    assert store.keys.by_session(resting, NOW_S + 2 * TERMS.idle_s - 2.0) is not None
    assert store.keys.by_session(resting, NOW_S + 3 * TERMS.idle_s - 2.0) is None
    used = store.keys.open_session(user, NOW_S)
    for after_s in range(0, int(TERMS.longest_s), 300):
        assert store.keys.by_session(used, NOW_S + after_s) is not None
    assert store.keys.by_session(used, NOW_S + TERMS.longest_s) is None


def test_a_session_is_that_of_its_user_and_no_other_text_is_one(store: UserStore) -> None:
    user = add(store, "kim", Role.OPERATOR, PASSWORD)
    entrant = store.keys.by_session(store.keys.open_session(user, NOW_S), NOW_S)
    assert entrant is not None
    assert (entrant.user, entrant.role, entrant.by_session) == (user, Role.OPERATOR, True)
    assert store.keys.by_session("", NOW_S) is None
    assert store.keys.by_token(store.keys.open_session(user, NOW_S), NOW_S) is None


def test_sign_out_ends_one_session_and_a_new_password_all(store: UserStore) -> None:
    user = add(store, "kim", Role.OPERATOR, PASSWORD)
    first, second, third = (store.keys.open_session(user, NOW_S) for _ in range(3))
    store.keys.end_session(first)
    assert [store.keys.by_session(each, NOW_S) is not None for each in (first, second, third)] == [False, True, True]
    store.accounts.set_password("kim", PASSWORD[::-1])
    assert [store.keys.by_session(each, NOW_S) for each in (second, third)] == [None, None]
    assert store.accounts.signed_in("kim", PASSWORD) is None
    assert store.accounts.signed_in("kim", PASSWORD[::-1]) is not None


def test_a_user_who_is_disabled_has_no_way_in_until_let_in_again(store: UserStore) -> None:
    user = add(store, "kim", Role.OPERATOR, PASSWORD)
    session = store.keys.open_session(user, NOW_S)
    _, token = store.keys.new_token(user, "script", Role.VIEWER, 1, NOW_S)
    store.accounts.set_active("kim", active=False)
    assert store.accounts.signed_in("kim", PASSWORD) is None
    assert store.keys.by_session(session, NOW_S) is None
    assert store.keys.by_token(token, NOW_S) is None
    store.accounts.set_active("kim", active=True)
    assert store.accounts.signed_in("kim", PASSWORD) is not None
    assert store.keys.by_session(session, NOW_S) is None  # ended for good
    assert store.keys.by_token(token, NOW_S) is not None


def test_a_token_may_do_what_both_it_and_its_maker_may(store: UserStore) -> None:
    user = add(store, "kim", Role.OPERATOR)
    with pytest.raises(RequestError) as error:
        store.keys.new_token(user, "too much", Role.MANAGER, 1, NOW_S)
    assert code(error) == "request_token_role"
    _, viewing = store.keys.new_token(user, "screen", Role.VIEWER, 1, NOW_S)
    _, operating = store.keys.new_token(user, "script", Role.OPERATOR, 1, NOW_S)

    def roles() -> list[Role]:
        found = [store.keys.by_token(secret, NOW_S) for secret in (viewing, operating)]
        return [entrant.role for entrant in found if entrant is not None]

    assert roles() == [Role.VIEWER, Role.OPERATOR]
    store.accounts.set_role("kim", Role.ADMIN)
    assert roles() == [Role.VIEWER, Role.OPERATOR]
    store.accounts.set_role("kim", Role.VIEWER)
    assert roles() == [Role.VIEWER, Role.VIEWER]


def test_a_token_expires_is_revoked_and_tells_when_it_was_used(store: UserStore) -> None:
    user = add(store, "kim", Role.OPERATOR)
    made, secret = store.keys.new_token(user, "script", Role.VIEWER, 2, NOW_S)
    assert store.keys.tokens() == (made,)
    assert store.keys.by_token(secret, NOW_S + 2 * DAY_S - 1.0) is not None
    assert store.keys.by_token(secret, NOW_S + 2 * DAY_S) is None
    assert store.keys.tokens()[0].used_s == NOW_S + 2 * DAY_S - 1.0
    store.keys.revoke(made.id, NOW_S + 5.0)
    assert store.keys.revoke(made.id, NOW_S + 9.0).revoked_s == NOW_S + 5.0
    assert store.keys.by_token(secret, NOW_S + 6.0) is None
    with pytest.raises(RequestError) as error:
        store.keys.revoke("t-none", NOW_S)
    assert code(error) == "request_unknown_token"
    with pytest.raises(RequestError) as error:
        store.keys.new_token(user, "for ever", Role.VIEWER, 4_000, NOW_S)
    assert code(error) == "request_token_days"


def test_the_audit_is_read_by_what_is_asked_for(store: UserStore) -> None:
    rows = [
        AuditEntry(NOW_S + number, who, "127.0.0.1", verb, target, outcome)
        for number, (who, verb, target, outcome) in enumerate(
            [
                ("u-1", "POST /api/v1/hold", "care_1", "ok"),
                ("u-2", "POST /api/v1/hold", "", "request_forbidden"),
                ("u-1", "POST /api/v1/tasks", "r0001", "ok"),
            ]
        )
    ]
    for row in rows:
        store.audit.append(row)
    assert store.audit.entries() == tuple(rows)
    assert store.audit.entries(newest=1) == (rows[2],)
    assert store.audit.entries(who="u-1", verb="HOLD") == (rows[0],)
    assert store.audit.entries(outcome="request_forbidden") == (rows[1],)
    assert store.audit.entries(target="r0001") == (rows[2],)
    assert store.audit.entries(since_s=NOW_S + 1.0, until_s=NOW_S + 2.0) == (rows[1],)
    assert store.audit.entries(verb="%") == ()


def test_the_audit_is_only_ever_added_to(store: UserStore, tmp_path: Path) -> None:
    row = AuditEntry(NOW_S, "u-1", "local", "user add", "u-2", "ok")
    store.audit.append(row)
    with sqlite3.connect(tmp_path / "doors" / "users.sqlite") as raw:
        for statement in ("DELETE FROM audit", "UPDATE audit SET who = 'somebody else'"):
            with pytest.raises(sqlite3.IntegrityError, match="only ever added to"):
                raw.execute(statement)
    raw.close()
    assert store.audit.entries() == (row,)


def test_two_processes_see_the_same_users(store: UserStore, tmp_path: Path) -> None:
    with UserStore(tmp_path / "doors" / "users.sqlite", TERMS) as other:
        assert not other.accounts.any()
        user = add(store, "kim", Role.OPERATOR, PASSWORD)
        assert other.accounts.named("kim").id == user
        assert other.keys.by_session(store.keys.open_session(user, NOW_S), NOW_S) is not None


def test_a_file_that_is_no_store_or_too_new_says_so(tmp_path: Path) -> None:
    path = tmp_path / "users.sqlite"
    path.write_bytes(b"no database at all, but long enough to be looked at as one" * 20)
    with pytest.raises(StoreError) as error:
        UserStore(path)
    assert error.value.code == "store_users_unusable"
    newer = tmp_path / "newer.sqlite"
    UserStore(newer).close()
    with sqlite3.connect(newer) as raw:
        raw.execute("PRAGMA user_version=99")
    raw.close()
    with pytest.raises(StoreError, match="layout 99"):
        UserStore(newer)
