"""A server with users: who may do what is tried at its doors. Both clocks are the tests' own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, NoReturn, Self

import httpx

from robot_fleet.core.errors import RequestError
from robot_fleet.core.fleet import initial_state
from robot_fleet.server.app import create_app
from robot_fleet.server.doors.address import Entrance
from robot_fleet.server.doors.doors import Doors
from robot_fleet.server.event_intake import EventIntake
from robot_fleet.server.guests.guests import Guests
from robot_fleet.server.metrics import FleetMetrics
from robot_fleet.server.open_rmf.routes import OpenRmf
from robot_fleet.site.load import load_site
from robot_fleet.site.models.pages import PagesFile
from robot_fleet.site.reading.open_rmf import read_open_rmf
from robot_fleet.site.texts import Texts
from robot_fleet.stores.passes.store import PassStore
from robot_fleet.stores.users.people import Role
from robot_fleet.stores.users.store import UserStore
from robot_fleet.telemetry.overview import Overview
from test.fakes.moving_fleet import MovingFleet
from test.fakes.web_server import WebServer

TINY = Path(__file__).parents[1] / "data" / "sites" / "tiny"
OPEN_RMF = Path(__file__).parents[1] / "data" / "open_rmf"
PASSWORD = "a lantern in the fog"
START_S = 1_790_000_000.0


@cache
def _people() -> tuple[bytes, dict[Role, str], dict[Role, str]]:
    """Return a file of users, their ids and their tokens; made once, since good passwords take their time."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "users.sqlite"
        with UserStore(path) as store:
            for role in reversed(Role):
                store.accounts.add(role.value, role, PASSWORD)
            users = {role: store.accounts.named(role.value).id for role in Role}
            tokens = {role: store.keys.new_token(user, "test", role, 30, START_S)[1] for role, user in users.items()}
        return path.read_bytes(), users, tokens


class Unknown:
    """Behind the doors where only the doors matter: nothing is known here of people and periods."""

    def json(self, *asked: object) -> NoReturn:
        raise RequestError("request_period_malformed", "there is none")

    file = masked = card = overview = frames = send = counts = json
    ask = told = listed = cancel = json

    def rows(self) -> tuple[()]:
        return ()


class House:
    """A user of each role (named after it, all with one password), a token each, and the server, while the block runs.

    Parameters
    ----------
    folder : where the file of users goes.
    fleet : what is behind the doors; one that only looks alive if it is not said.
    replays, reports, sent_reports : who tells of its past.
    pages : what is offered to those who come with a pass; nothing if it is not said.
    texts : what the pages say, by language; the product's own tables if it is not said.

    Attributes
    ----------
    now_s, steady_s : what the clocks of the doors show.
    users, tokens : ids and secrets by role.
    """

    def __init__(
        self,
        folder: Path,
        entrance: Entrance | None = None,
        *,
        fleet: Any = None,
        replays: Any = None,
        reports: Any = None,
        sent_reports: Any = None,
        pages: PagesFile | None = None,
        texts: Texts | None = None,
    ) -> None:
        self.now_s = START_S
        self.steady_s = 1_000.0
        file, self.users, self.tokens = _people()
        path = folder / "doors" / "users.sqlite"
        path.parent.mkdir(parents=True)
        path.touch(0o600)
        path.write_bytes(file)
        self.store = UserStore(path)
        self.fleet = fleet or MovingFleet(load_site(TINY), tasks=5)
        self.passes = PassStore(path.with_name("passes.sqlite"))
        self.doors = Doors(self.store, entrance, lambda: self.now_s, lambda: self.steady_s, passes=self.passes.passes)
        offered = pages or PagesFile(schema_version=1)
        self.guests = Guests(self.fleet.site, offered, self.passes, lambda: self.now_s, lambda: self.steady_s)
        figures = FleetMetrics(initial_state(self.fleet.site), Overview, dict)
        names = read_open_rmf(OPEN_RMF, load_site(TINY).services)
        assert names is not None
        self.app = create_app(
            self.fleet,
            metrics=figures,
            people=Unknown(),
            reports=reports or Unknown(),
            doors=self.doors,
            open_rmf=OpenRmf(self.fleet.site, names),
            replays=replays or Unknown(),
            sent_reports=sent_reports or Unknown(),
            what_ifs=Unknown(),
            guests=self.guests,
            texts=texts,
            city=EventIntake({"city": b"k" * 32}, lambda: self.now_s),
        )
        self.server = WebServer(self.app)

    def client(self, role: Role | None = None) -> httpx.Client:
        """Return a client that holds the token of a role, or none."""
        headers = {} if role is None else {"authorization": f"Bearer {self.tokens[role]}"}
        return httpx.Client(base_url=self.server.url, headers=headers, timeout=10.0)

    @contextmanager
    def browser(self, role: Role | None = None) -> Iterator[httpx.Client]:
        """Give a client that behaves as a page of ours does, signed in as the user of a role."""
        with httpx.Client(base_url=self.server.url, headers={"origin": self.server.url}, timeout=10.0) as made:
            if role is not None:
                answer = made.post("/api/v1/session", json={"name": role.value, "password": PASSWORD})
                assert answer.status_code == 200, answer.text
            yield made

    def audit(self) -> list[tuple[str, str, str, str]]:
        """Return who, verb, target and outcome of every entry."""
        return [(each.who, each.verb, each.target, each.outcome) for each in self.store.audit.entries(newest=10_000)]

    def __enter__(self) -> Self:
        self.server.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.server.stop()
        self.passes.close()
        self.store.close()
