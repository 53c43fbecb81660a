"""Alarms raised while the manager is down: kept at once, on the screen soon after its return, as old as they are."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from robot_fleet.runtime.processes.claims import port_is_free
from robot_fleet.site.load import load_site
from robot_fleet.stores.raised import RaisedAlarms, alarm_of
from test.alarm_site import alarm_site
from test.ros.rig import START_WITHIN_S, Fleet, Ros

pytestmark = [pytest.mark.ros, pytest.mark.xdist_group("ros_fleet")]

ON_SCREEN_WITHIN_S = 10.0
CALL = {"place": "home/r101", "signal": "help_button"}


@pytest.fixture
def fleet(domain: int, tmp_path: Path) -> Iterator[Fleet]:
    made = Fleet(domain, tmp_path, alarm_site(tmp_path / "site"))
    yield made
    made.end()


class Api:
    """The gateway's HTTP interface."""

    def __init__(self, port: int) -> None:
        self._client = httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1", trust_env=False, timeout=15.0)

    def get(self, path: str) -> Any:
        try:
            return self._client.get(path).json()
        except httpx.TransportError:
            return None

    def alarms(self) -> dict[str, dict[str, Any]]:
        return {row["id"]: row for row in self.get("/alarms") or ()}

    def call(self, key: str) -> httpx.Response:
        body = {"service": "care_alarm", "params": CALL}
        return self._client.post("/tasks", json=body, headers={"Idempotency-Key": key})

    def close(self) -> None:
        self._client.close()


def test_alarms_are_on_the_screen_soon_after_the_managers_return(fleet: Fleet, ros: Ros, tmp_path: Path) -> None:
    demand = tmp_path / "demand.csv"
    at = "07:30:40"  # on a busy machine half a minute may pass before the manager is down
    row = f'people_1,{at},care_alarm,"{{""place"": ""home/r102"", ""signal"": ""no_motion""}}"\n'
    first = 'first,07:30:00,care_visit,"{""place"": ""home/r101""}"\n'
    demand.write_text(f"request_id,at,service,params\n{first}{row}", encoding="utf-8")
    port = next(port for port in range(8700, 8800) if port_is_free(port))
    fleet.start("gateway", "--port", str(port))
    fleet.start("robot_agents")
    manager = fleet.start("fleet_manager")
    fleet.start("sim_world", "--speed", "1", "--demand", str(demand))
    api = Api(port)
    journal = RaisedAlarms(fleet.run / "raised")
    ros.until(lambda: (api.get("/health") or {}).get("manager") == "live", "the gateway sees it", START_WITHIN_S)
    ros.until(lambda: api.get("/tasks"), "the manager takes requests", START_WITHIN_S)

    manager.kill()
    ros.until(lambda: api.get("/health")["manager"] == "unreachable", "the gateway misses it")
    raised_s = ros.times_s[-1]
    answer = api.call("desk_1")
    assert answer.status_code == 202, answer.text
    assert (answer.json()["task"], answer.json()["reason"]) == ("desk_1", "alarm_kept")
    by_cli = alarm_of(
        load_site(tmp_path / "site"),
        "cli_1",
        "care_alarm",
        CALL,
        "",
        by="cli",
        raised_unix_s=time.time(),
        raised_s=raised_s,
    )
    assert by_cli is not None
    journal.keep(by_cli)
    ros.until(lambda: "people_1" in journal.kept(), "the people have called, too", START_WITHIN_S)
    assert set(journal.kept()) == {"desk_1", "cli_1", "people_1"}

    fleet.start("fleet_manager")
    ros.until(lambda: api.get("/health")["manager"] == "live", "it is back", START_WITHIN_S)
    back_s = time.monotonic()
    ros.until(lambda: api.alarms().keys() >= {"desk_1", "cli_1", "people_1"}, "all are on the screen", START_WITHIN_S)
    took_s = time.monotonic() - back_s
    shown = api.alarms()
    assert shown["people_1"]["raised_s"] == 27_040.0
    assert shown["cli_1"]["raised_s"] == pytest.approx(raised_s, abs=0.1)
    assert shown["desk_1"]["raised_s"] == pytest.approx(raised_s, abs=2.0)
    assert took_s < ON_SCREEN_WITHIN_S
    ros.until(lambda: not journal.kept(), "the journal is empty")
    api.close()
