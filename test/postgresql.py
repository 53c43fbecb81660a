"""A PostgreSQL server of the tests' own: in a temporary folder, on a Unix socket only, and gone with the tests."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
import pytest

OWNER = "postgres"
"""Whom Debian's package makes for the server, which does not run as root."""
READY = "ready to accept connections"
STARTS_WITHIN_S = 60.0
ENDS_WITHIN_S = 30.0
PASSWORD = "opensesame"
_HBA = "local all secured scram-sha-256\nlocal all all trust\n"


def binaries() -> Path | None:
    """Return the folder of the newest server's programs, None if there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


class PostgresqlServer:
    """A running server, with a role `fleet` that may do all, and a role `secured` that needs PASSWORD."""

    def __init__(self) -> None:
        programs = binaries()
        if programs is None:
            pytest.skip("needs PostgreSQL: sudo apt-get install postgresql")
        self.folder = Path(tempfile.mkdtemp(prefix="fleet_pg_"))
        self._data = self.folder / "data"
        self._programs = programs
        self._databases = 0
        if os.geteuid() == 0:
            owner = pwd.getpwnam(OWNER)
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
        initdb = ["initdb", "-D", self._data, "-U", "fleet", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"]
        subprocess.run(self._as_owner(*initdb), check=True, capture_output=True, cwd="/")
        (self._data / "pg_hba.conf").write_text(_HBA, encoding="utf-8")
        self._start()
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE ROLE secured LOGIN PASSWORD '{PASSWORD}'")

    def url(self, database: str, user: str = "fleet") -> str:
        """Return the URL of a database."""
        return f"postgresql:///{database}?host={self.folder}&user={user}"

    def new_database(self) -> str:
        """Return the URL of an empty database."""
        self._databases += 1
        name = f"ledger_{self._databases}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def restart(self) -> None:
        """End the server and all its connections as a crash would, and start it again."""
        self._end()
        self._start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._end()
        shutil.rmtree(self.folder)

    def _start(self) -> None:
        words = ["postgres", "-D", self._data, "-k", self.folder, "-c", "listen_addresses="]
        self._process = subprocess.Popen(self._as_owner(*words), stderr=subprocess.PIPE, text=True, cwd="/")
        ready = threading.Event()
        self._said: list[str] = []

        def listen() -> None:
            assert self._process.stderr is not None
            with self._process.stderr as lines:
                for line in lines:
                    self._said.append(line)
                    if READY in line:
                        ready.set()

        self._listening = threading.Thread(target=listen)
        self._listening.start()
        if not ready.wait(STARTS_WITHIN_S):
            self._end()
            raise AssertionError("".join(self._said))

    def _end(self) -> None:
        self._process.send_signal(signal.SIGQUIT)  # at once: what is committed is durable, and nothing else is wanted
        self._process.wait(ENDS_WITHIN_S)
        self._listening.join()

    def _as_owner(self, program: str, *words: object) -> list[str]:
        command = [str(self._programs / program), *map(str, words)]
        dies_with_us = ["setpriv", "--pdeathsig", "INT"]
        if os.geteuid() == 0:
            return [*dies_with_us, f"--reuid={OWNER}", f"--regid={OWNER}", "--init-groups", *command]
        return [*dies_with_us, *command]
