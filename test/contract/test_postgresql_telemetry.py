"""The contract suite of telemetry history on PostgreSQL."""

from __future__ import annotations

import psycopg
import pytest

from robot_fleet.stores.history.recorder import TelemetryRecorder
from test.contract.telemetry_contract import TelemetryContract, code_of
from test.postgresql import PostgresqlServer


class TestPostgresqlTelemetry(TelemetryContract):
    @pytest.fixture
    def url(self, postgresql: PostgresqlServer) -> str:
        return postgresql.new_database()

    def change(self, url: str, statement: str) -> None:
        with psycopg.connect(url) as connection:
            connection.execute(statement)

    def test_a_database_that_is_not_there_is_one_error(self, postgresql: PostgresqlServer) -> None:
        assert code_of(lambda: TelemetryRecorder.open(postgresql.url("nowhere"))) == "store_write_failed"
