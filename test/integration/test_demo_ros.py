"""`./fleet demo` and `./fleet up` with the four real processes: ROS, Nav2's actions, the ledger, the gateway."""

from __future__ import annotations

import json
import os
import re
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from robot_fleet.runtime.processes.run_directory import run_directory
from robot_fleet.runtime.processes.running import processes, running_fleets
from robot_fleet.stores.history.store import TelemetryStore
from test.trace_truth import distance_m, energy_wh, read_trace

ROOT = Path(__file__).parents[2]
TINY = ROOT / "test" / "data" / "sites" / "tiny"
FLEET = (sys.executable, "-m", "robot_fleet.cli")
START_S = 150.0  # four processes on a busy machine

pytestmark = [pytest.mark.ros, pytest.mark.xdist_group("ros_fleet"), pytest.mark.timeout(420)]


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """The environment of a user whose state is empty; no ROS domain of the tests' own, so that one is claimed."""
    kept = {name: value for name, value in os.environ.items() if name != "ROS_DOMAIN_ID"}
    return {**kept, "XDG_STATE_HOME": str(tmp_path / "state")}


def ask(env: dict[str, str], *words: str) -> Any:
    """Run a verb that prints JSON and return what it says."""
    done = subprocess.run([*FLEET, *words, "--json"], env=env, capture_output=True, text=True, timeout=180.0)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


class Foreground:
    """A fleet in the foreground of a terminal of its own; ended in any case."""

    def __init__(self, env: dict[str, str], words: Sequence[str]) -> None:
        self._process = subprocess.Popen([*FLEET, *words], env=env, stdout=subprocess.PIPE, text=True)

    def line(self) -> str:
        """Return the next line that it prints on stdout."""
        assert self._process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            assert selector.select(START_S), "it says nothing"
        return self._process.stdout.readline()

    def ctrl_c(self) -> tuple[int, float]:
        """Interrupt it; return its exit status and the seconds that it took."""
        began_s = time.monotonic()
        self._process.send_signal(signal.SIGINT)
        return self._process.wait(30.0), time.monotonic() - began_s

    def close(self) -> None:
        """End it and with it all of its children, however far it is."""
        self._process.kill()
        self._process.wait(30.0)
        assert self._process.stdout is not None
        self._process.stdout.close()


@pytest.fixture
def fleet(env: dict[str, str]) -> Iterator[Foreground]:
    started = Foreground(env, ["up", "--site", str(TINY), "--speed", "10"])
    yield started
    started.close()


def test_a_demo_plays_its_requests_and_sums_them_up(env: dict[str, str], tmp_path: Path) -> None:
    out, trace = tmp_path / "out.json", tmp_path / "trace.csv"
    words = ["demo", "--site", str(TINY), "--requests", "2", "--speed", "10", "--headless", "--until-idle"]
    ran = subprocess.run(
        [*FLEET, *words, "--json", str(out), "--trace", str(trace)], env=env, capture_output=True, text=True
    )
    logs = {path.name: path.read_text(encoding="utf-8") for path in run_directory(environ=env).logs.glob("*.log")}
    assert ran.returncode == 0, (ran.stderr, logs)
    summary = json.loads(out.read_text(encoding="utf-8"))
    schema = json.loads((ROOT / "docs/reference/schemas/summary.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(summary)
    assert [(entry["id"], entry["outcome"]) for entry in summary["requests"]] == [("r0001", "done"), ("r0002", "done")]
    assert summary["restarts"] == {"fleet_manager": 0, "robot_agents": 0, "gateway": 0, "sim_world": 0}
    assert summary["speed_asked"] == 10.0
    assert 0.0 < summary["speed_reached"] <= 10.5
    assert summary["latency_ms"]["request_to_plan"]["p50"] > 0.0
    assert summary["contacts"] == []
    assert trace.read_text(encoding="utf-8").count("take:parcel_0001") == 1
    truth = read_trace(trace)
    driven, drawn = distance_m(truth), energy_wh(truth, {row["id"]: row["capacity_wh"] for row in summary["robots"]})
    for row in summary["robots"]:
        assert row["distance_m"] == pytest.approx(driven[row["id"]], rel=0.01, abs=0.01)
        assert row["energy_wh"] == pytest.approx(drawn[row["id"]], rel=0.01, abs=0.002)
    assert running_fleets(env) == ()
    facts = tmp_path / "facts.json"
    subprocess.run([*FLEET, "ledger", "export", "--json", str(facts)], env=env, check=True)
    assert len(json.loads(facts.read_text(encoding="utf-8"))["facts"]) > 20
    with closing(TelemetryStore.open(run_directory(environ=env).telemetry)) as store:
        kept = {signal.name for signal in store.signals("care_1")}
    assert kept >= {"soc_pct", "speed_mps", "loss_pct"}, "what is reported, and what is worked out from several reports"
    assert {row["service"]: row["done"] for row in ask(env, "report")["services"]} == {
        "care_visit": 1,
        "parcel_delivery": 1,
    }


def test_a_fleet_is_asked_held_ended_and_goes_on_where_it_was(env: dict[str, str], fleet: Foreground) -> None:
    assert re.fullmatch(r"Console: http://127\.0\.0\.1:\d+/ .*\n", fleet.line())
    task = ask(env, "submit", "care_visit", "place=home/r101", "--id", "visit_1", "--wait")
    assert (task["state"], task["lateness_s"]) == ("completed", 0.0)
    assert {row["id"] for row in ask(env, "robots")} == {"care_1", "care_2", "logistics_1"}
    ask(env, "zone", "close", "annex", "--reason", "wet paint")
    ask(env, "zone", "limit", "north_lane", "0.3")
    ask(env, "hold", "--yes")
    assert ask(env, "submit", "patrol", "route=round", "--id", "patrol_1")["task"] == "patrol_1"
    (run,) = running_fleets(env)
    children = [process.pid for process in processes(run)]
    status, took_s = fleet.ctrl_c()
    assert status == 130  # the patrol has not ended
    assert took_s < 8.0  # five seconds for the processes, and the rest for a busy machine
    for pid in children:
        assert pid is not None
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)

    again = Foreground(env, ["up", "--site", str(TINY), "--speed", "10"])
    try:
        again.line()
        states = {row["id"]: row["state"] for row in ask(env, "tasks")}
        assert states.keys() == {"visit_1", "patrol_1"}
        assert states["visit_1"] == "completed"
        assert states["patrol_1"] not in ("completed", "failed")
        zones = {row["id"]: row for row in ask(env, "zone", "list")}
        assert (zones["annex"]["closed"], zones["annex"]["reason"]) == (True, "wet paint")
        assert zones["north_lane"]["speed_mps"] == 0.3
        ask(env, "cancel", "patrol_1", "--yes")
        ask(env, "resume", "--yes")
        assert again.ctrl_c()[0] == 0
    finally:
        again.close()


def test_a_fleet_is_not_started_twice_nor_on_a_busy_port(env: dict[str, str], fleet: Foreground) -> None:
    port = re.search(r":(\d+)/", fleet.line())
    assert port is not None
    for words, code in (([], "runtime_fleet_running"), (["--name", "two", "--port", port[1]], "runtime_port_busy")):
        ran = subprocess.run(
            [*FLEET, "demo", "--site", str(TINY), *words], env=env, capture_output=True, text=True, timeout=60.0
        )
        assert ran.returncode == 1
        assert ran.stderr.rstrip().endswith(f"[{code}]")
        assert "Traceback" not in ran.stderr
    assert len(ask(env, "ps")) == 4
