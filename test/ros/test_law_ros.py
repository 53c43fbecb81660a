"""A certificate withdrawn over HTTP in a running ROS fleet: its robot leaves the zone, and stays out until restored."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from robot_fleet.client import FleetClient
from robot_fleet.core.errors import FleetError
from robot_fleet.core.facts import Fact, KeptOut, PaperRestored, PaperWithdrawn, ZoneEntered, ZoneLeft
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.runtime.history import registry
from robot_fleet.runtime.processes.claims import port_is_free
from test.ros.rig import START_WITHIN_S, TINY, Fleet, Ros

pytestmark = [pytest.mark.ros, pytest.mark.xdist_group("ros_fleet")]

LAW = {
    "schema_version": 1,
    "id": "pavement",
    "name": {"ko": "보도", "en": "Pavement"},
    "speeds": [{"up_to_kg": 100.0, "speed_kmh": 15.0}],
    "papers": ["certificate"],
}
PAPER = {
    "id": "cert",
    "kind": "certificate",
    "issuer": "office",
    "number": "C-1",
    "kinds": ["care", "logistics"],
    "valid_from": "2026-01-01",
    "valid_to": "2027-12-31",
}


@pytest.fixture
def fleet(domain: int, tmp_path: Path) -> Iterator[Fleet]:
    """The tiny site, its annex a pavement for which robots need a certificate."""
    site = tmp_path / "site"
    shutil.copytree(TINY, site)
    (site / "law").mkdir()
    zones = yaml.safe_load((site / "zones.yaml").read_text(encoding="utf-8"))
    next(zone for zone in zones["zones"] if zone["id"] == "annex")["law"] = "pavement"
    days = {"schema_version": 1, "time_zone": "Asia/Seoul", "simulated_from": "2026-11-02"}
    papers = {"schema_version": 1, "papers": [PAPER]}
    for name, content in (
        ("zones.yaml", zones),
        ("law/pavement.yaml", LAW),
        ("papers.yaml", papers),
        ("calendar.yaml", days),
    ):
        (site / name).write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    made = Fleet(domain, tmp_path / "run", site)
    made.run.mkdir()
    yield made
    made.end()


class Book:
    """The ledger of the running fleet."""

    def __init__(self, run: Path) -> None:
        self._path = run / "ledger.sqlite"

    def facts(self) -> list[Fact]:
        with Ledger.open(self._path, registry(), site_id="tiny", read_only=True) as ledger:
            return [fact for _, _, fact in ledger.read()]

    def since(self, kind: type[Fact]) -> list[Fact]:
        """Return what was written after the last fact of a kind."""
        facts = self.facts()
        last = max((number for number, fact in enumerate(facts) if isinstance(fact, kind)), default=len(facts))
        return facts[last + 1 :]


def test_a_robot_whose_certificate_is_withdrawn_leaves_and_stays_out_until_it_is_restored(
    fleet: Fleet, ros: Ros
) -> None:
    port = next(port for port in range(8800, 8900) if port_is_free(port))
    fleet.start("sim_world", "--speed", "4")
    fleet.start("robot_agents")
    fleet.start("fleet_manager")
    fleet.start("gateway", "--port", str(port))
    client, book = FleetClient(f"http://127.0.0.1:{port}"), Book(fleet.run)

    def taken() -> bool:
        try:
            client.submit("patrol", {"route": "round"}, key="first")
        except FleetError:
            return False
        return True

    ros.until(taken, "the manager takes requests", START_WITHIN_S)
    assert [(row.id, row.state) for row in client.papers()] == [("cert", "valid")]
    ros.until(lambda: any(isinstance(fact, ZoneEntered) for fact in book.facts()), "a robot is inside", START_WITHIN_S)
    assert not any(isinstance(fact, KeptOut) for fact in book.facts())

    client.withdraw_paper("cert", "order of the city")
    [row] = client.papers()
    assert row.state == "withdrawn" and row.withdrawn is not None and row.withdrawn.reason == "order of the city"
    ros.until(lambda: any(isinstance(fact, ZoneLeft) for fact in book.since(PaperWithdrawn)), "it leaves")
    kept_out = {fact.robot for fact in book.since(PaperWithdrawn) if isinstance(fact, KeptOut) and fact.zones}
    assert {"care_1", "care_2", "logistics_1"} <= kept_out
    client.submit("patrol", {"route": "round"}, key="second")
    ros.until(lambda: client.task("second").reason == "law_papers", "nobody is sent there, and it says why")
    inside = [fact for fact in book.since(PaperWithdrawn) if isinstance(fact, ZoneEntered)]
    assert all(not fact.papers for fact in inside), "who is still inside is told without its paper; nobody went in anew"

    client.restore_paper("cert", "the city has agreed")
    ended = ("completed", "failed", "cancelled")
    ros.until(lambda: client.task("second").state in ended, "it is done after all", START_WITHIN_S)
    assert client.task("second").state == "completed"
    again = [fact for fact in book.since(PaperRestored) if isinstance(fact, ZoneEntered)]
    assert again and all(fact.papers == {"certificate": "cert"} for fact in again)
    client.close()
