"""The verbs that speak to a running fleet, over real HTTP to a fleet that only looks alive."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from robot_fleet.cli import gateway
from robot_fleet.cli.app import build, run
from robot_fleet.core.errors import FleetError
from robot_fleet.runtime.bringup.fleet_processes import fleet_figures, world_figures
from robot_fleet.runtime.processes.claims import FleetClaim
from robot_fleet.runtime.processes.run_directory import run_directory
from robot_fleet.runtime.processes.statefile import read_json, write_json
from robot_fleet.server.app import create_app
from robot_fleet.server.ports import CommandAnswer
from robot_fleet.site.load import load_site
from robot_fleet.stores.raised import RaisedAlarms
from test.alarm_site import alarm_site
from test.fakes.moving_fleet import MovingFleet
from test.fakes.web_server import WebServer

TINY = Path(__file__).parents[1] / "data" / "sites" / "tiny"
VISIT = ("submit", "care_visit", "place=home/r101")


@pytest.fixture
def fleet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MovingFleet]:
    """A running fleet by the name of main, as far as others can see."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")  # a proxy is for other hosts
    made = MovingFleet(load_site(TINY), tasks=4, pace=300.0, alarm=False)
    with FleetClaim() as claim, WebServer(create_app(made)) as server:
        write_json(claim.run.processes, {"port": server.port, "processes": []})
        yield made


class Terminal:
    """Runs verbs and returns what they print; `answers` is what a person types."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def says(self, *words: str, status: int = 0) -> str:
        assert run(words) == status
        captured = self._capsys.readouterr()
        return captured.out if status == 0 else captured.out + captured.err

    def json(self, *words: str) -> Any:
        return json.loads(self.says(*words, "--json"))

    @staticmethod
    def asked(answers: str, *words: str) -> FleetError | None:
        """Return the error of a verb that asks back, None if it went through."""
        result = CliRunner().invoke(build(words), list(words), input=answers)
        assert result.exit_code == 0 or isinstance(result.exception, FleetError), result.output
        return result.exception if isinstance(result.exception, FleetError) else None


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(capsys)


def test_a_service_is_asked_for(fleet: MovingFleet, terminal: Terminal) -> None:
    answer = terminal.json(*VISIT, "--id", "mine")
    assert (answer["command"], answer["task"]) == ("mine", "mine")
    assert "care_" in terminal.says(*VISIT, "--id", "mine")
    assert fleet.commands == [("submit", "mine")]


def test_parameters_get_the_types_of_the_service(fleet: MovingFleet, terminal: Terminal) -> None:
    words = ("from=hub/shelf", "to=home/gate", "item=parcel_0002", "mass_kg=9.5")
    terminal.says("submit", "parcel_delivery", *words, "--id", "p1")
    (task,) = [row for row in terminal.json("tasks") if row["id"] == "p1"]
    assert task["params"] == {"from": "hub/shelf", "to": "home/gate", "item": "parcel_0002", "mass_kg": 9.5}


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("submit", "teleport"), "request_unknown_service"),
        (("submit", "care_visit", "place=nowhere"), "request_unknown_place"),
        (("submit", "care_visit"), "request_param_missing"),
        (("submit", "care_visit", "home/r101"), "request_malformed"),
        (("submit", "care_visit", "place=home/r101", "place=home/r102"), "request_malformed"),
        (("submit", "parcel_delivery", "mass_kg=heavy"), "request_number_expected"),
        (("cancel", "nothing", "--yes"), "request_unknown_task"),
        (("hold", "nobody", "--yes"), "request_unknown_robot"),
        (("resume", "nobody"), "request_unknown_robot"),
        (("plan", "why", "nothing"), "request_unknown_task"),
        (("plan", "why", "../r0000"), "request_unknown_path"),
        (("plan", "why", "r0000", "--plan", "plan.json"), "request_malformed"),
        (("zone", "close", "moon"), "request_unknown_zone"),
    ],
)
def test_what_is_refused_is_one_line_with_the_fleets_code(
    fleet: MovingFleet, terminal: Terminal, words: tuple[str, ...], code: str
) -> None:
    said = terminal.says(*words, status=1)
    assert said.splitlines()[0].endswith(f"[{code}]")
    assert len(said.splitlines()) == 1
    assert fleet.commands == []


def test_a_task_is_explained_in_the_language_of_the_terminal(
    fleet: MovingFleet, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal.says(*VISIT, "--id", "w1")
    until_s = time.monotonic() + 30.0
    while (fleet.task("w1") or {})["state"] != "underway":
        assert time.monotonic() < until_s
    fleet.holding = True  # it stays so while it is asked about
    monkeypatch.setenv("LC_ALL", "ko_KR.UTF-8")
    assert "w1(방문 돌봄) 작업은 진행 중입니다." in terminal.says("plan", "why", "w1")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    assert terminal.says("plan", "why", "w1").startswith("w1 (Care visit) is under way: ")
    told = terminal.json("plan", "why", "w1", "--lang", "ko")
    assert (told["task"], told["service"], told["language"], told["explanation"]) == ("w1", "care_visit", "ko", None)
    assert terminal.says("plan", "why", "w1", "--lang", "ko").splitlines() == told["sentences"]


def test_waiting_ends_with_the_task(fleet: MovingFleet, terminal: Terminal) -> None:
    row = terminal.json(*VISIT, "--wait", "--id", "w1")
    assert (row["id"], row["state"]) == ("w1", "completed")


def test_waiting_for_a_task_that_is_taken_back_is_exit_status_1(
    fleet: MovingFleet, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet.holding = True
    terminal.says(*VISIT, "--id", "w2")
    terminal.says("cancel", "w2", "--yes", "--reason", "moved_out")
    assert "cancelled" in terminal.says(*VISIT, "--wait", "--id", "w2", status=1)


def test_tasks_are_listed(fleet: MovingFleet, terminal: Terminal) -> None:
    fleet.holding = True  # nothing ends while we look
    rows = terminal.json("tasks")
    ended = [row["id"] for row in rows if row["outcome"] is not None]
    assert ended and len(rows) == 4
    open_ones, every_one = terminal.says("tasks"), terminal.says("tasks", "--all")
    assert all(task not in open_ones and task in every_one for task in ended)
    assert f"{4 - len(ended)} open, {len(ended)} ended" in open_ones


def test_robots_are_listed(fleet: MovingFleet, terminal: Terminal) -> None:
    assert [row["id"] for row in terminal.json("robots")] == ["care_1", "care_2", "logistics_1"]
    shown = terminal.says("robots")
    assert "logistics_1" in shown and "%" in shown


def test_a_whole_fleet_is_held_only_after_a_yes(fleet: MovingFleet, terminal: Terminal) -> None:
    for answers in ("n\n", ""):
        refusal = terminal.asked(answers, "hold")
        assert refusal is not None
        assert refusal.code == "request_not_confirmed"
    assert not fleet.holding
    assert terminal.asked("y\n", "hold") is None
    assert fleet.holding
    for typed in ("", "y\n", "tin\n"):
        refusal = terminal.asked(typed, "resume")
        assert refusal is not None
        assert refusal.code == "request_not_confirmed"
    assert fleet.holding
    assert terminal.asked("tiny\n", "resume") is None
    assert not fleet.holding
    terminal.says("hold", "--yes")
    terminal.says("resume", "--yes")
    assert not fleet.holding


def test_a_fleet_stops_in_place_only_after_its_site_was_typed(fleet: MovingFleet, terminal: Terminal) -> None:
    refusal = terminal.asked("y\n", "hold", "--in-place")
    assert refusal is not None
    assert refusal.code == "request_not_confirmed"
    assert not fleet.holding
    assert terminal.asked("tiny\n", "hold", "--in-place") is None
    assert fleet.desk.core.state.in_place


def test_one_robot_is_held_without_a_question(fleet: MovingFleet, terminal: Terminal) -> None:
    assert "care_2" in terminal.says("hold", "care_2", "--reason", "wet floor")
    assert terminal.json("resume", "care_2")["command"].startswith("resume-")
    assert fleet.commands == [("hold", "care_2"), ("resume", "care_2")]


def test_zones_are_closed_opened_and_slowed_down(fleet: MovingFleet, terminal: Terminal) -> None:
    assert "annex is closed" in terminal.says("zone", "close", "annex", "--reason", "wet paint")
    assert "0.3 m/s" in terminal.says("zone", "limit", "annex", "0.3")
    shown = {row["id"]: row for row in terminal.json("zone", "list")}
    assert (shown["annex"]["closed"], shown["annex"]["speed_mps"], shown["north_lane"]["closed"]) == (True, 0.3, False)
    listed = terminal.says("zone", "list")
    assert "closed" in listed and "0.3 m/s" in listed
    assert terminal.json("zone", "open", "annex")["command"].startswith("zone-")
    assert fleet.commands == [("close", "annex"), ("limit", "annex"), ("open", "annex")]


def test_zones_are_closed_together_for_a_cause_and_a_time(fleet: MovingFleet, terminal: Terminal) -> None:
    said = terminal.says("zone", "close", "annex", "north_lane", "--cause", "event", "--until", "23:30")
    assert "annex, north_lane are closed until 23:30" in said
    rows = {row["id"]: (row["closed"], row["cause"], row["until_s"]) for row in terminal.json("zone", "list")}
    assert rows == dict.fromkeys(("annex", "north_lane"), (True, "event", 84_600.0))
    assert "closed until 23:30" in terminal.says("zone", "list")
    assert "request_no_zone" in terminal.says("zone", "open", "--outdoor", status=1)
    terminal.says("zone", "open", "annex", "north_lane")
    assert not any(row["closed"] for row in terminal.json("zone", "list"))


def test_a_shift_is_signed_by_one_and_taken_over_by_another(fleet: MovingFleet, terminal: Terminal) -> None:
    assert "no shift was signed" in terminal.says("shift", "take", "--by", "op_8", status=1)
    terminal.says("hold", "care_2")
    assert "robot_held:care_2" in terminal.says("shift", "open")
    assert "request_malformed" in terminal.says("shift", "sign", "--item", "robot_held:care_2", status=1)
    astray = terminal.says("shift", "sign", "--item", "robot_held:care_1=why", status=1)
    assert "request_shift_note_astray" in astray
    note = ("--note", "calm", "--item", "robot_held:care_2=wheel squeaks")
    assert "shift-1 is signed" in terminal.says("shift", "sign", "--by", "op_7", *note)
    assert "request_shift_same_person" in terminal.says("shift", "take", "--by", "op_7", status=1)
    taken = terminal.says("shift", "take", "--by", "op_8")
    assert "wheel squeaks" in taken
    assert "taken over by op_8" in taken
    assert "request_shift_taken" in terminal.says("shift", "take", "--by", "op_9", status=1)
    shown = terminal.json("shift", "show", "shift-1")
    assert (shown["state"], shown["signed_by"], shown["taken_by"], shown["intact"]) == ("taken", "op_7", "op_8", True)
    assert "shift-1" in terminal.says("shift", "list")
    assert "request_unknown_shift" in terminal.says("shift", "show", "shift-9", status=1)


def test_a_task_is_cancelled_only_after_a_yes(fleet: MovingFleet, terminal: Terminal) -> None:
    terminal.says(*VISIT, "--id", "c1")
    fleet.holding = True
    refusal = terminal.asked("n\n", "cancel", "c1")
    assert refusal is not None
    assert terminal.asked("y\n", "cancel", "c1") is None
    assert fleet.commands == [("submit", "c1"), ("cancel", "c1")]
    assert "[request_task_ended]" in terminal.says("cancel", "c1", status=1)


def test_a_gateway_that_is_gone_is_named(
    fleet: MovingFleet, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway, "_PATIENCE_S", 0.0)
    write_json(run_directory().processes, {"port": 9, "processes": []})
    assert "[runtime_gateway_unreachable]" in terminal.says("robots", status=1)
    write_json(run_directory().processes, {"processes": []})
    assert "[runtime_no_fleet]" in terminal.says("robots", status=1)


CALL = ("submit", "care_alarm", "place=home/r101", "signal=help_button")


@pytest.fixture
def journal(fleet: MovingFleet, tmp_path: Path) -> RaisedAlarms:
    """The journal of the running fleet, whose supervisor says where its site is."""
    run = run_directory()
    state = read_json(run.processes)
    write_json(run.processes, {**state, "site_folder": str(alarm_site(tmp_path / "alarm_site"))})
    write_json(world_figures(run), {"at_s": 27_500.5})
    return RaisedAlarms(run.raised)


def gone(**changes: object) -> None:
    """Let nobody listen where the gateway was."""
    write_json(run_directory().processes, {**read_json(run_directory().processes), "port": 9, **changes})


def test_an_alarm_is_kept_at_once_where_the_gateway_is_gone(journal: RaisedAlarms, terminal: Terminal) -> None:
    gone()
    said = terminal.says(*CALL, "--id", "a1")
    assert said == (
        "a1: taken down; the fleet manager will get it, and the receivers of webhooks.yaml are being told\n"
    )
    answer = terminal.json(*CALL, "--id", "a1")
    assert answer == {"command": "a1", "task": "a1", "robot": "", "expected_at_s": 0.0, "reason": "alarm_kept"}
    ((kept,), damaged) = journal.read()
    assert (kept.key, kept.service, kept.by, kept.subject) == ("a1", "care_alarm", "cli", "home/r101")
    assert (kept.raised_s, damaged) == (27_500.5, [])
    assert "[request_unknown_place]" in terminal.says("submit", "care_alarm", "place=x", "signal=help_button", status=1)


def test_in_the_field_an_alarm_is_dated_by_this_clock(journal: RaisedAlarms, terminal: Terminal) -> None:
    gone()
    world_figures(run_directory()).unlink()
    figures = fleet_figures(run_directory())
    write_json(figures, {"at_s": 50_000.0})
    written_s = time.time() - 100.0
    os.utime(figures, (written_s, written_s))
    terminal.says(*CALL, "--id", "a1")
    figures.unlink()
    terminal.says(*CALL, "--id", "a2")
    first, second = journal.read()[0]
    assert first.raised_s == pytest.approx(50_100.0, abs=5.0)
    assert second.raised_s is None


def test_an_alarm_whose_manager_is_gone_is_waited_for(
    journal: RaisedAlarms, fleet: MovingFleet, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gateway keeps the alarm itself; the manager takes it in when it is back."""

    async def kept(key: str, service: str, params: object, requester: str) -> CommandAnswer:
        assert isinstance(params, dict)
        later.append(key)
        return CommandAnswer(True, key, "alarm_kept")

    later: list[str] = []
    known = fleet.task

    def task(name: str) -> Any:
        if name in later:
            later.remove(name)
            return None
        return {**fleet.tasks()[0], "id": name} if name == "a1" else known(name)

    monkeypatch.setattr(fleet, "submit", kept)
    monkeypatch.setattr(fleet, "task", task)
    said = terminal.says("submit", "care_visit", "place=home/r101", "--id", "a1", "--wait")
    assert said.splitlines()[0].startswith("a1: taken down")
    assert said.splitlines()[1].startswith("a1: completed")


def test_what_is_no_alarm_is_not_kept(
    journal: RaisedAlarms, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway, "_PATIENCE_S", 0.0)
    gone()
    assert "[runtime_gateway_unreachable]" in terminal.says(*VISIT, "--id", "v1", status=1)
    gone(site_folder=None)
    assert "[runtime_gateway_unreachable]" in terminal.says(*CALL, "--id", "a1", status=1)
    assert journal.kept() == []
