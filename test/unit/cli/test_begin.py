"""A fleet begins anew or goes on: what it finds in its run directory, and what it is not to be asked for."""

from __future__ import annotations

import base64
import time
from dataclasses import replace
from pathlib import Path

import pytest

from robot_fleet.cli.begin import begin
from robot_fleet.cli.demo import DEMO_SPEED, pace
from robot_fleet.cli.fresh import ledger_of
from robot_fleet.cli.play import Play, Wishes, prepare
from robot_fleet.core.errors import FleetError, SiteError
from robot_fleet.core.facts import HoldSet
from robot_fleet.ledger.address import LedgerAddress, ledger_address
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.ledger.transfer import move
from robot_fleet.runtime.bringup.fleet_processes import FleetPlay, fleet_processes
from robot_fleet.runtime.hil.real_run import LEAD_S
from robot_fleet.runtime.history import registry
from robot_fleet.runtime.processes.run_directory import RunDirectory
from test.alarm_site import alarm_site

TINY = Path(__file__).parents[2] / "data" / "sites" / "tiny"


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    made = RunDirectory("test", tmp_path / "run")
    made.path.mkdir()
    return made


def play(
    demand: Path | None = TINY / "demand.csv",
    requests: int | None = 4,
    trace: Path | None = None,
    ledger: Path | None = None,
) -> Play:
    wishes = Wishes(TINY, demand, requests, 10.0, True, None, None, True, None, trace, 7, None)
    return prepare(replace(wishes, ledger=None if ledger is None else str(ledger)))


def ran(run: RunDirectory, site: str = "tiny") -> None:
    """Leave what a fleet leaves that ran for a while."""
    Ledger.open(run.ledger, registry(), site_id=site).close()
    (run.path / "world.json").write_text("{}", encoding="utf-8")


def anew(run: RunDirectory, **changes: Path | int | None) -> tuple[Play, FleetPlay]:
    return begin(play(**changes), run, 42, 8600, resume=False)  # type: ignore[arg-type]


def on(run: RunDirectory, **changes: Path | int | None) -> tuple[Play, FleetPlay]:
    return begin(play(**changes), run, 42, 8600, resume=True)  # type: ignore[arg-type]


def refusal(run: RunDirectory, **changes: Path | int | None) -> str:
    before = {path: path.read_bytes() for path in run.path.iterdir() if path.suffix != ".lock"}
    with pytest.raises(FleetError) as caught:
        on(run, **changes)
    assert {path: path.read_bytes() for path in before} == before
    return caught.value.code


def test_a_demo_plays_a_copy_of_its_demand_even_if_it_is_the_copy_itself(run: RunDirectory, tmp_path: Path) -> None:
    _, told = anew(run)
    assert told.demand is not None
    assert told.demand.read_bytes() == (TINY / "demand.csv").read_bytes()
    assert told.demand.parent == run.path
    _, told = anew(run, demand=told.demand)
    assert told.demand is not None
    assert told.demand.read_bytes() == (TINY / "demand.csv").read_bytes()


def test_a_demo_forgets_the_demo_before(run: RunDirectory) -> None:
    anew(run)
    ran(run)
    anew(run)
    assert not run.ledger.exists()
    assert not (run.path / "world.json").exists()


def test_up_goes_on_with_the_people_of_the_run_before(run: RunDirectory) -> None:
    anew(run)
    ran(run)
    played, told = on(run, demand=None, requests=None)
    assert [row.request_id for row in played.rows] == ["r0001", "r0002", "r0003", "r0004"]
    assert told.requests == 4
    assert run.ledger.exists()
    assert on(run)[1].demand == told.demand


def test_up_with_nothing_to_go_on_from_begins_anew(run: RunDirectory) -> None:
    Ledger.open(run.ledger, registry(), site_id="tiny").close()  # of a run on the virtual clock: no world to resume
    played, told = on(run, demand=None)
    assert (played.rows, told.demand) == ([], None)
    assert not run.ledger.exists()


def test_what_a_fleet_that_goes_on_cannot_do_is_refused(run: RunDirectory, tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("request_id,at,service,params\n", encoding="utf-8")
    anew(run, trace=tmp_path / "trace.csv")
    ran(run)
    assert refusal(run, demand=other) == "runtime_other_demand"
    assert refusal(run, trace=tmp_path / "another.csv") == "runtime_file_unwritable"
    assert refusal(run, trace=tmp_path / "trace.csv") == "runtime_file_unwritable"  # it is gone
    (tmp_path / "trace.csv").touch()
    on(run, trace=tmp_path / "trace.csv")


def test_another_sites_ledger_is_refused_before_anything_starts(run: RunDirectory) -> None:
    anew(run)
    ran(run, site="other")
    assert refusal(run) == "ledger_other_site"


def test_a_ledger_elsewhere_is_used_and_remembered(run: RunDirectory, tmp_path: Path) -> None:
    ledger = tmp_path / "elsewhere.sqlite"
    _, told = anew(run, ledger=ledger)
    assert told.ledger == LedgerAddress(ledger)
    assert ledger_of(run) == str(ledger)
    with Ledger.open(ledger, registry(), site_id="tiny") as opened:
        opened.append([HoldSet(True, "", "", "a test")], 0.0)
    (run.path / "world.json").write_text("{}", encoding="utf-8")
    assert on(run)[1].ledger == LedgerAddress(ledger), "a fleet that goes on knows where"
    with pytest.raises(FleetError) as caught:
        anew(run, ledger=ledger)
    assert caught.value.code == "ledger_not_empty"
    assert (run.path / "world.json").exists()
    anew(run)
    assert ledger_of(run) == run.ledger, "a fleet that begins anew uses its own"


def test_a_fleet_goes_on_in_the_place_to_which_its_ledger_was_copied(run: RunDirectory, tmp_path: Path) -> None:
    anew(run)
    ran(run)
    move(run.ledger, tmp_path / "moved.sqlite")
    played, told = on(run, ledger=tmp_path / "moved.sqlite", demand=None)
    assert told.ledger == LedgerAddress(tmp_path / "moved.sqlite")
    assert len(played.rows) == 4


def test_only_who_opens_the_ledger_is_told_of_it_and_nobody_can_read_its_password(run: RunDirectory) -> None:
    _, told = anew(run)
    address = ledger_address("postgresql://fleet:secret@db/ledger")
    for spec in fleet_processes(run, replace(told, ledger=address), {}):
        opens = spec.name in ("fleet_manager", "gateway")
        assert (spec.argv[-2:] == ("--ledger", "postgresql://fleet@db/ledger")) == opens
        assert spec.env.get("PGPASSWORD") == ("secret" if opens else None)
        assert "secret" not in " ".join(spec.argv)


def test_the_processes_are_told_what_is_played(run: RunDirectory, tmp_path: Path) -> None:
    _, told = anew(run, requests=3)
    specs = {spec.name: spec for spec in fleet_processes(run, replace(told, trace=tmp_path / "t.csv"), {})}
    assert specs.keys() == {"sim_world", "robot_agents", "fleet_manager", "gateway"}
    for spec in specs.values():
        words = " ".join(spec.argv)
        assert f"-m robot_fleet.nodes.{spec.name} --site {TINY} --run {run.path}" in words
        assert spec.env == {"ROS_DOMAIN_ID": "42", "ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST"}
    sim = " ".join(specs["sim_world"].argv)
    assert f"--seed 7 --speed 10 --demand {told.demand} --requests 3 --trace {tmp_path / 't.csv'}" in sim
    assert "--port 8600" in " ".join(specs["gateway"].argv)
    wide = fleet_processes(run, told, {"ROS_AUTOMATIC_DISCOVERY_RANGE": "SUBNET"})
    assert {spec.env["ROS_AUTOMATIC_DISCOVERY_RANGE"] for spec in wide} == {"SUBNET"}


def real(run: RunDirectory, *, resume: bool, hardware: str | None = "care_1", speed: float = 1.0) -> FleetPlay:
    wishes = replace(play().wishes, speed=speed, hardware=hardware)
    return begin(prepare(wishes), run, 42, 8600, resume=resume, remote=("care_1",))[1]


def test_a_run_with_a_real_robot_keeps_to_the_wall_clock_and_to_its_midnight(run: RunDirectory) -> None:
    told = real(run, resume=True)
    assert told.real is not None
    assert told.real.bodies.hardware == ("care_1",)
    assert (told.real.remote, told.real.own_agents) == (("care_1",), ())
    assert 0.0 <= time.time() - told.real.midnight.timestamp() - (8 * 3600.0 - LEAD_S) < 60.0
    ran(run)
    again = real(run, resume=True, hardware="care_2")
    assert again.real is not None
    assert again.real.midnight == told.real.midnight
    assert again.real.bodies.hardware == ("care_2",)
    simulated = real(run, resume=True, hardware=None)
    assert simulated.real is not None, "it goes on in the time that it has"
    assert "hil_watch" not in {spec.name for spec in fleet_processes(run, simulated, {})}
    with pytest.raises(FleetError) as caught:
        real(run, resume=True, hardware=None, speed=5.0)
    assert caught.value.code == "runtime_hil_speed"


def test_a_demo_is_quick_unless_somebody_in_it_is_real() -> None:
    assert [pace(None, TINY, words) for words in (None, "none", "care_1")] == [DEMO_SPEED, DEMO_SPEED, 1.0]
    assert pace(3.0, TINY, "care_1") == 3.0, "and is told that this cannot be"


def test_what_ran_in_simulated_time_does_not_go_on_with_a_real_robot(run: RunDirectory) -> None:
    on(run)
    ran(run)
    with pytest.raises(FleetError) as caught:
        real(run, resume=True)
    assert caught.value.code == "runtime_hil_other_time"


def test_in_simulated_time_no_robot_is_real_whatever_the_site_says(run: RunDirectory) -> None:
    _, told = anew(run)
    specs = {spec.name: " ".join(spec.argv) for spec in fleet_processes(run, told, {})}
    assert "--hardware none" in specs["sim_world"]


def test_receivers_are_those_of_the_site_or_the_ones_that_are_named_and_their_secrets_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = alarm_site(tmp_path / "site")

    def asked(webhooks: Path | None = None) -> Play:
        wishes = Wishes(site, None, None, 1.0, True, None, None, False, None, None, 7, None, webhooks=webhooks)
        return prepare(wishes)

    assert asked().webhooks is None
    secret = "whsec_" + base64.b64encode(bytes(32)).decode()
    text = "schema_version: 1\nendpoints: [{id: desk, url: 'https://desk.example.org', secret_env: DESK_SECRET}]\n"
    (site / "webhooks.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(SiteError, match="site_webhook_secret"):
        asked()
    monkeypatch.setenv("DESK_SECRET", secret)
    assert asked().webhooks == site / "webhooks.yaml"
    other = tmp_path / "other.yaml"
    with pytest.raises(SiteError, match="site_file_missing"):
        asked(webhooks=other)
    other.write_text(text, encoding="utf-8")
    assert asked(webhooks=other).webhooks == other
