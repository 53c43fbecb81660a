"""Where a ledger is, as people write it, and that a password stays where it belongs."""

from __future__ import annotations

from pathlib import Path

import pytest

from robot_fleet.core.errors import LedgerError
from robot_fleet.ledger.address import LedgerAddress, ledger_address


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("ledger.sqlite", "ledger.sqlite"),
        ("/var/lib/fleet/a b?#%.sqlite", "/var/lib/fleet/a b?#%.sqlite"),
        ("odd:name", "odd:name"),
        ("sqlite:///ledger.sqlite", "ledger.sqlite"),
        ("sqlite:////var/lib/ledger.sqlite", "/var/lib/ledger.sqlite"),
    ],
)
def test_a_path_is_one_with_or_without_its_scheme(text: str, path: str) -> None:
    assert ledger_address(text) == LedgerAddress(Path(path)) == ledger_address(Path(path))
    assert str(ledger_address(text)) == path


@pytest.mark.parametrize(
    ("text", "bare", "password"),
    [
        ("postgresql://fleet@db.example.org/ledger", "postgresql://fleet@db.example.org/ledger", ""),
        ("postgres://fleet@db:5433/ledger", "postgresql://fleet@db:5433/ledger", ""),
        ("postgresql://fleet:se%40cret@db/ledger", "postgresql://fleet@db/ledger", "se@cret"),
        ("postgresql:///ledger?host=/run/pg&password=secret", "postgresql:///ledger?host=%2Frun%2Fpg", "secret"),
    ],
)
def test_a_url_reads_the_same_without_its_password(text: str, bare: str, password: str) -> None:
    address = ledger_address(text)
    assert str(address) == bare
    assert str(ledger_address(bare)) == bare
    assert address.environment == ({"PGPASSWORD": password} if password else {})
    assert not password or password not in repr(address)


@pytest.mark.parametrize("text", ["mysql://here/there", "sqlite://", "sqlite:///", "postgresql://u:secret@db:port/x"])
def test_what_is_no_address_says_what_is_one(text: str) -> None:
    with pytest.raises(
        LedgerError, match="expected a path, sqlite:///PATH or postgresql://USER@HOST/DATABASE"
    ) as caught:
        ledger_address(text)
    assert caught.value.code == "ledger_bad_url"
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None
