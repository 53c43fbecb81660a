"""The ledger's contract suite on PostgreSQL, and what holds there alone."""

from __future__ import annotations

import psycopg
import pytest

from robot_fleet.core.errors import LedgerError
from robot_fleet.ledger.address import ledger_address
from robot_fleet.ledger.ledger import Ledger
from test.contract.ledger_contract import REGISTRY, Counted, LedgerContract, code_of, facts_of
from test.postgresql import PASSWORD, PostgresqlServer


class PostgresqlPlace:
    def __init__(self, server: PostgresqlServer) -> None:
        self._server = server
        self.target = server.new_database()
        self.shown = str(ledger_address(self.target))

    def change(self, *statements: str) -> None:
        with psycopg.connect(self.target) as connection:
            for statement in statements:
                connection.execute(statement)

    def contents(self) -> object:
        with psycopg.connect(self.target) as connection:
            tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
            return {name: connection.execute(f"SELECT * FROM {name} ORDER BY 1").fetchall() for (name,) in tables}

    def another(self) -> str:
        return self._server.new_database()

    def kept(self, told: str) -> str:
        return in_schema(self.target, told.removeprefix("schema "))


def in_schema(target: str, schema: str) -> str:
    return f"{target}&options=-csearch_path%3D{schema}"


class TestPostgresqlLedger(LedgerContract):
    @pytest.fixture
    def place(self, postgresql: PostgresqlServer) -> PostgresqlPlace:
        return PostgresqlPlace(postgresql)

    def test_a_writer_that_loses_its_connection_never_writes_again(
        self, place: PostgresqlPlace, postgresql: PostgresqlServer
    ) -> None:
        writer = Ledger.open(place.target, REGISTRY, site_id="busan")
        reader = Ledger.open(place.target, REGISTRY, site_id="busan", read_only=True)
        writer.append([Counted(1, 0)], at_s=1.0)
        postgresql.restart()
        for _ in range(2):
            with pytest.raises(LedgerError) as caught:
                writer.append([Counted(2, 0)], at_s=2.0)
            assert caught.value.code == "ledger_write_failed"
            assert "connection is lost" in caught.value.message
        with Ledger.open(place.target, REGISTRY, site_id="busan") as again:
            assert again.append([Counted(2, 0)], at_s=2.0) == 2
        writer.close()
        assert code_of(lambda: list(reader.read())) == "ledger_read_failed"
        assert [fact for _, _, fact in reader.read()] == [Counted(1, 0), Counted(2, 0)], "a reader connects again"
        reader.close()

    def test_the_writer_is_named_to_whom_it_keeps_out(self, place: PostgresqlPlace) -> None:
        with Ledger.open(place.target, REGISTRY, site_id="busan"):
            with pytest.raises(LedgerError, match=r"process \d+ of \S+ writes to this ledger"):
                Ledger.open(place.target, REGISTRY, site_id="busan")
            place.change("CREATE SCHEMA other")
            Ledger.open(in_schema(place.target, "other"), REGISTRY, site_id="seoul").close()

    def test_a_reader_does_not_keep_a_writer_out(self, place: PostgresqlPlace) -> None:
        Ledger.open(place.target, REGISTRY, site_id="busan").close()
        with (
            Ledger.open(place.target, REGISTRY, site_id="busan", read_only=True) as reader,
            Ledger.open(place.target, REGISTRY, site_id="busan") as writer,
        ):
            writer.append([Counted(1, 0)], at_s=1.0)
            assert len(list(reader.read())) == 1

    def test_facts_are_durable_whatever_the_role_is_set_to(self, place: PostgresqlPlace) -> None:
        place.change("ALTER ROLE fleet SET synchronous_commit = off")
        try:
            with Ledger.open(place.target, REGISTRY, site_id="busan") as ledger, ledger.store.connect().begin():
                shown = ledger.store.connect().exec_driver_sql("SHOW synchronous_commit")
                assert shown.scalar_one() == "on"
        finally:
            place.change("ALTER ROLE fleet RESET synchronous_commit")

    def test_a_password_opens_the_ledger_and_is_never_told(
        self, place: PostgresqlPlace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        place.change("GRANT CREATE ON SCHEMA public TO secured")
        bare = place.target.replace("user=fleet", "user=secured")
        with_password = bare.replace("postgresql:///", f"postgresql://secured:{PASSWORD}@/").replace(
            "&user=secured", ""
        )
        with Ledger.open(with_password, REGISTRY, site_id="busan") as ledger:
            ledger.append([Counted(1, 0)], at_s=1.0)
        assert len(facts_of(f"{bare}&password={PASSWORD}")) == 1
        address = ledger_address(with_password)
        assert PASSWORD not in f"{address} {address!r} {ledger.store.where} {ledger.store!r}"
        for name, value in address.environment.items():
            monkeypatch.setenv(name, value)
        assert len(facts_of(str(address))) == 1, "what a node is told"
        monkeypatch.delenv("PGPASSWORD")
        for wrong in (bare, f"{with_password}&bogus=1", with_password.replace("/ledger", "/nowhere")):
            with pytest.raises(LedgerError) as caught:
                Ledger.open(wrong, REGISTRY, site_id="busan")
            assert caught.value.code in ("ledger_unreachable", "ledger_bad_url")
            assert PASSWORD not in str(caught.value)
            assert caught.value.__cause__ is None, "nor in a traceback"

    @pytest.mark.parametrize(
        ("change", "code", "said"),
        [
            (("host=", "host=/nowhere"), "ledger_unreachable", "No such file"),
            (("user=fleet", "user=nobody"), "ledger_unreachable", "nobody"),
            (("user=fleet", "user=fleet&bogus=1"), "ledger_bad_url", "bogus"),
            (("user=fleet", "user=fleet&options=-csearch_path%3Dnone"), "ledger_bad_url", "schema"),
        ],
    )
    def test_what_cannot_be_reached_says_so(
        self, place: PostgresqlPlace, change: tuple[str, str], code: str, said: str
    ) -> None:
        with pytest.raises(LedgerError, match=said) as caught:
            Ledger.open(place.target.replace(*change), REGISTRY, site_id="busan")
        assert caught.value.code == code
