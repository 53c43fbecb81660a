"""The way that alarms ring without manager and gateway: supervisor, journal and receivers with real processes."""

from __future__ import annotations

import base64
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from robot_fleet.core.errors import SiteError
from robot_fleet.core.health import Urgency
from robot_fleet.core.text import Text
from robot_fleet.runtime.bringup.fleet_processes import ringing_process
from robot_fleet.runtime.processes import watched as watched_module
from robot_fleet.runtime.processes.claims import FleetClaim
from robot_fleet.runtime.processes.process import ProcessSpec, ReadyLine
from robot_fleet.runtime.processes.run_directory import RunDirectory
from robot_fleet.runtime.processes.run_id import run_id
from robot_fleet.runtime.processes.running import fleet_state
from robot_fleet.runtime.processes.statefile import write_json
from robot_fleet.runtime.processes.supervisor import Supervisor
from robot_fleet.runtime.processes.watched import RestartPolicy
from robot_fleet.runtime.ringing import ringer as ringer_module
from robot_fleet.runtime.ringing.ringer import Ringer
from robot_fleet.runtime.ringing.telling import ring
from robot_fleet.server.webhooks.event import WebhookEvent
from robot_fleet.site.load import load_site
from robot_fleet.stores.raised import RaisedAlarms, alarm_of
from test.alarm_site import alarm_site
from test.fakes.receiver import SECRET, Answer, Receiver, dead_url, receiving

WAIT_S = 40.0
PATIENCE_S = 0.2
SLEEPER = "import signal; print('up', flush=True); signal.pause()"
PULSE = (
    "import pathlib, sys, time\n"
    "print('up', flush=True)\n"
    "while True: pathlib.Path(sys.argv[1]).write_text(str(time.monotonic())); time.sleep(0.05)\n"
)
QUICK = RestartPolicy(first_s=0.01, longest_s=0.05, healthy_s=3.0, loop_after=3)


class Rig:
    """A fleet's run directory with receivers, and a supervisor whose manager does nothing by itself."""

    def __init__(self, run: RunDirectory, site: Path) -> None:
        self.run = run
        self.site = site
        self.loaded = load_site(site)
        self.journal = RaisedAlarms(run.raised)
        self.said: list[str] = []
        self.supervisor: Supervisor | None = None

    def receivers(self, **urls: str) -> Path:
        path = self.site / "webhooks.yaml"
        entries = [{"id": name, "url": url, "secret_env": "HOOK_SECRET"} for name, url in urls.items()]
        path.write_text(yaml.safe_dump({"schema_version": 1, "endpoints": entries}), encoding="utf-8")
        return path

    def supervise(self, webhooks: Path, *specs: ProcessSpec) -> Supervisor:
        spec = ringing_process(self.run, self.site, webhooks, PATIENCE_S)
        ringer = Ringer(self.run, spec, listener=self.said.append, patience_s=PATIENCE_S)
        self.supervisor = Supervisor(self.run, specs, policy=QUICK, ringer=ringer)
        self.supervisor.start()
        assert self.supervisor.wait_ready(WAIT_S)
        return self.supervisor

    def call(self, key: str, requester: str = "desk_1") -> None:
        """Keep an alarm as a raiser does."""
        call = {"place": "home/r101", "signal": "help_button"}
        alarm = alarm_of(
            self.loaded, key, "care_alarm", call, requester, by="cli", raised_unix_s=time.time(), raised_s=27_000.0
        )
        assert alarm is not None
        self.journal.keep(alarm)

    def until(self, done: Callable[[], Any], what: str) -> Any:
        """Let the supervisor work until something holds."""
        assert self.supervisor is not None
        deadline_s = time.monotonic() + WAIT_S
        while not (found := done()):
            assert time.monotonic() < deadline_s, f"in vain until {what}; {self.log}"
            self.supervisor.poll(0.05)
        return found

    def hears(self, receiver: Receiver, count: int) -> list[Any]:
        self.until(lambda: len(receiver.ids) >= count, f"{count} messages have come, not {receiver.ids}")
        return receiver.messages

    @property
    def log(self) -> str:
        log = self.run.logs / "ringing.log"
        return log.read_text(encoding="utf-8") if log.exists() else ""


@pytest.fixture
def rig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    monkeypatch.setattr(ringer_module, "LOOK_EVERY_S", 0.05)
    with FleetClaim("test", {"XDG_STATE_HOME": str(tmp_path)}) as claim:
        made = Rig(claim.run, alarm_site(tmp_path / "site"))
        yield made
        if made.supervisor is not None:
            made.supervisor.stop()


def manager(code: str = SLEEPER, *words: str, pulse: Path | None = None) -> ProcessSpec:
    argv = (sys.executable, "-c", code, *words)
    return ProcessSpec("fleet_manager", "fleet_manager", argv, ready=ReadyLine("up"), pulse=pulse)


def test_an_alarm_that_no_manager_takes_rings_and_the_next_one_too(rig: Rig) -> None:
    with receiving() as desk:
        rig.supervise(rig.receivers(desk=desk.url), manager())
        rig.call("a1")
        (message,) = rig.hears(desk, 1)
        assert message.body["type"] == "alarm.raised"
        data = message.body["data"]
        assert (data["id"], data["condition"], data["subjects"]) == ("a1", "help_called", ["home/r101"])
        assert (data["priority"], data["at_s"], data["site"]) == ("critical", 27_000.0, "tiny")
        assert data["text"]["en"] == "Somebody has called for help." and data["text"]["ko"]
        rig.call("a2")
        rig.hears(desk, 2)
        assert [message.body["data"]["id"] for message in desk.messages] == ["a1", "a2"]
        assert rig.said[0].startswith("receivers are told of a1 (log: ")
        assert rig.journal.kept() and len(set(desk.ids)) == 2, "they stay for the manager, and ring once"


def test_it_rings_with_the_id_that_the_manager_would_use(rig: Rig) -> None:
    with receiving() as desk:
        rig.supervise(rig.receivers(desk=desk.url))
        rig.call("a1")
        rig.hears(desk, 1)
        text = Text("", "")
        event = WebhookEvent(
            "alarm.raised", "a1", run_id(rig.run.path), "tiny", "help_called", (), Urgency.CRITICAL, text, text, 0.0
        )
        assert desk.ids == [event.id]


def test_an_alarm_that_the_manager_takes_in_time_does_not_ring(rig: Rig) -> None:
    rig.supervise(rig.receivers(desk=dead_url()), manager())
    rig.call("a1")
    assert rig.supervisor is not None
    rig.supervisor.poll(0.01)
    rig.journal.clear("a1")
    until_s = time.monotonic() + 3 * PATIENCE_S
    while time.monotonic() < until_s:
        rig.supervisor.poll(0.05)
    assert rig.said == []
    assert rig.log == ""


def test_a_dead_receiver_delays_no_other_and_no_later_alarm(rig: Rig) -> None:
    with receiving() as desk:
        rig.supervise(rig.receivers(dead=dead_url(), desk=desk.url), manager())
        for number in range(3):
            rig.call(f"a{number}")
            rig.hears(desk, number + 1)
        assert "webhook=dead event=failing reason=ConnectError" in rig.log
        assert len(rig.said) == 1, "who tells is still at it"


def test_who_tells_is_started_again_after_a_kill_and_repeats_with_the_same_id(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ringer_module, "_AFTER_FAILURE_S", 0.1)
    never = threading.Event()
    with receiving([Answer(wait=never)]) as desk:
        rig.supervise(rig.receivers(desk=desk.url), manager())
        rig.call("a1")
        rig.hears(desk, 1)
        (pid,) = [pid for pid in _children(os.getpid()) if b"ringing" in Path(f"/proc/{pid}/cmdline").read_bytes()]
        os.kill(pid, signal.SIGKILL)
        rig.hears(desk, 2)
        assert len(set(desk.ids)) == 1
        assert len(rig.said) == 1
        never.set()


def _children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


def test_processes_in_a_crash_loop_ring_while_the_manager_is_down_and_so_does_their_return(
    rig: Rig, tmp_path: Path
) -> None:
    cure = tmp_path / "cure"
    lives = f"import os, time\nprint('up', flush=True)\nif not os.path.exists({str(cure)!r}):"
    sick = f"{lives}\n    time.sleep(0.5)  # long enough to be seen\n    raise SystemExit(3)\n{SLEEPER}"
    with receiving() as desk:
        gateway = ProcessSpec("gateway", "gateway", (sys.executable, "-c", sick), ready=ReadyLine("up"))
        rig.supervise(rig.receivers(desk=desk.url), manager(sick), gateway)
        rig.hears(desk, 2)
        down = {message.body["data"]["subjects"][0]: message.body for message in desk.messages}
        assert set(down) == {"fleet_manager", "gateway"}
        assert {body["type"] for body in down.values()} == {"alarm.raised"}
        assert down["gateway"]["data"]["condition"] == "process_down"
        assert down["gateway"]["data"]["text"]["en"] == "A process of the fleet is down."
        rig.until(lambda: all(entry["down"] for entry in fleet_state(rig.run)["processes"]), "both are down")
        cure.touch()
        rig.hears(desk, 4)
        ends = [message.body for message in desk.messages if message.body["type"] == "alarm.cleared"]
        assert {body["data"]["id"] for body in ends} == {body["data"]["id"] for body in down.values()}
        assert len(desk.ids) == 4
        rig.until(lambda: not any(entry["down"] for entry in fleet_state(rig.run)["processes"]), "all are well")


def test_while_the_manager_is_up_it_tells_of_others_itself(rig: Rig) -> None:
    gateway = ProcessSpec("gateway", "gateway", (sys.executable, "-c", "raise SystemExit(3)"))
    rig.supervise(rig.receivers(desk=dead_url()), manager(), gateway)
    rig.until(lambda: any(entry["down"] for entry in fleet_state(rig.run)["processes"]), "the gateway is down")
    assert rig.supervisor is not None
    for _ in range(10):
        rig.supervisor.poll(0.05)
    assert rig.said == []


def test_a_manager_that_hangs_is_down(rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watched_module, "DOWN_AFTER_S", 1.0)
    pulse = tmp_path / "pulse"
    with receiving() as desk:
        supervisor = rig.supervise(rig.receivers(desk=desk.url), manager(PULSE, str(pulse), pulse=pulse))
        rig.until(pulse.exists, "it beats")
        supervisor.signal("fleet_manager", signal.SIGSTOP)
        (down,) = rig.hears(desk, 1)
        assert down.body["data"]["subjects"] == ["fleet_manager"]
        supervisor.signal("fleet_manager", signal.SIGCONT)
        rig.hears(desk, 2)
        assert desk.messages[1].body["type"] == "alarm.cleared"


def test_nothing_of_a_person_leaves_by_this_way(rig: Rig) -> None:
    canary = "Kim Yeong-hui 010-1234-5678"
    with receiving() as desk:
        rig.supervise(rig.receivers(desk=desk.url))
        rig.call("a1", requester=canary)
        rig.hears(desk, 1)
        kept = b"".join(path.read_bytes() for path in rig.run.path.rglob("*") if path.is_file())
        assert canary.encode() not in kept
        assert canary not in str(desk.messages[0].body)
        assert base64.b64decode(SECRET.removeprefix("whsec_")) not in kept and SECRET.encode() not in kept


def test_a_damaged_record_rings_all_the_same(rig: Rig) -> None:
    with receiving() as desk:
        rig.call("a1")
        (rig.run.raised / "a1.raised").write_bytes(b"half a rec")
        ring(rig.site, rig.run, rig.receivers(desk=desk.url), 5.0)
        (message,) = desk.messages
        assert (message.body["data"]["id"], message.body["data"]["subjects"]) == ("a1", [])


def test_a_fresh_alarm_is_left_to_the_manager_unless_the_clock_was_put_back(rig: Rig) -> None:
    with receiving() as desk:
        webhooks = rig.receivers(desk=desk.url)
        rig.call("a1")
        ring(rig.site, rig.run, webhooks, 3_600.0)
        assert desk.ids == []
        rig.journal.clear("a1")
        call = {"place": "home/r101", "signal": "help_button"}
        later_s = time.time() + 3_600.0
        alarm = alarm_of(rig.loaded, "a2", "care_alarm", call, "", by="cli", raised_unix_s=later_s, raised_s=None)
        assert alarm is not None
        rig.journal.keep(alarm)
        ring(rig.site, rig.run, webhooks, 3_600.0)
        assert [message.body["data"]["id"] for message in desk.messages] == ["a2"]


def test_a_receiver_without_its_secret_is_left_out_and_a_site_that_cannot_be_read_is_told(rig: Rig) -> None:
    with receiving() as desk:
        path = rig.receivers(desk=desk.url)
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
        entries["endpoints"].append({"id": "other", "url": dead_url(), "secret_env": "NOBODY_HAS_IT"})
        path.write_text(yaml.safe_dump(entries), encoding="utf-8")
        write_json(rig.run.ringing, [{"name": "gateway", "raised_unix_s": 1.5e9, "cleared_unix_s": 1.5e9 + 60.0}])
        ring(rig.site, rig.run, path, 0.0)
        assert [message.body["type"] for message in desk.messages] == ["alarm.raised", "alarm.cleared"]
        assert desk.messages[0].body["data"]["id"] == "process_down.gateway.1500000000"
    with pytest.raises(SiteError):
        ring(rig.site / "nowhere", rig.run, path, 0.0)
