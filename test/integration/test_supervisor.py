"""The supervisor with real processes: nothing stays down, nothing stays behind."""

from __future__ import annotations

import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import typer
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from robot_fleet.cli import ps as ps_verbs
from robot_fleet.core.errors import RuntimeFailure
from robot_fleet.runtime.processes.claims import FleetClaim
from robot_fleet.runtime.processes.process import ProcessSpec, ReadyFile, ReadyLine, ReadyPort
from robot_fleet.runtime.processes.run_directory import RunDirectory
from robot_fleet.runtime.processes.running import end_fleet, fleet_state, processes, running_fleets
from robot_fleet.runtime.processes.supervisor import EventKind, ProcessEvent, Supervisor
from robot_fleet.runtime.processes.watched import RestartPolicy

PS_SCHEMA = Path(__file__).resolve().parents[2] / "docs" / "reference" / "schemas" / "ps.schema.json"
WAIT_S = 15.0
SLEEPER = "import signal; print('up', flush=True); signal.pause()"
STUBBORN = (
    "import os, signal\n"
    "for number in (signal.SIGINT, signal.SIGTERM): signal.signal(number, signal.SIG_IGN)\n"
    "if os.fork() == 0:\n"
    "    print('grandchild', os.getpid(), flush=True)\n"
    "while True: signal.pause()\n"
)
QUICK = RestartPolicy(first_s=0.01, longest_s=0.05, healthy_s=0.3, loop_after=4)


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"XDG_STATE_HOME": str(tmp_path)}


@pytest.fixture
def run(environ: dict[str, str]) -> Iterator[RunDirectory]:
    with FleetClaim("test", environ) as claim:
        yield claim.run


def python(name: str, code: str, *, ready: ReadyFile | ReadyPort | ReadyLine | None = None) -> ProcessSpec:
    return ProcessSpec(name, "test", (sys.executable, "-c", code), ready=ready)


def sleeper(name: str) -> ProcessSpec:
    return python(name, SLEEPER, ready=ReadyLine("up"))


def pid_of(run: RunDirectory, name: str) -> int:
    found = next(process.pid for process in processes(run) if process.name == name)
    assert found is not None
    return found


def poll_until(supervisor: Supervisor, condition: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < deadline_s, "did not happen in time"
        supervisor.poll(0.5)


def await_end(pid: int) -> None:
    """Wait until a process that is no child of ours has ended."""
    try:
        pidfd = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    with selectors.DefaultSelector() as selector:
        selector.register(pidfd, selectors.EVENT_READ)
        assert selector.select(WAIT_S), f"process {pid} still lives"
    os.close(pidfd)


def test_processes_are_ready_by_file_port_and_line(run: RunDirectory, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    flag = tmp_path / "flag"
    flag.touch()  # of an earlier run: must not count
    specs = [
        python("file", f"open({str(flag)!r}, 'w').close(); {SLEEPER}", ready=ReadyFile(flag)),
        python(
            "port", f"import socket; s = socket.create_server(('127.0.0.1', {port})); {SLEEPER}", ready=ReadyPort(port)
        ),
        sleeper("line"),
    ]
    with Supervisor(run, specs, info={"port": port}) as supervisor:
        supervisor.start()
        assert supervisor.wait_ready(WAIT_S)
        assert flag.exists()
        state = fleet_state(run)
        assert state["port"] == port
        assert [(process.name, process.ready, process.restarts) for process in processes(run)] == [
            ("file", True, 0), ("port", True, 0), ("line", True, 0),
        ]  # fmt: skip
        pids = [process.pid for process in processes(run)]
    for pid in pids:
        assert pid is not None
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    assert processes(run) == ()


def test_what_never_gets_ready_is_named_with_its_log(run: RunDirectory) -> None:
    with Supervisor(run, [python("slow", SLEEPER, ready=ReadyLine("never"))]) as supervisor:
        supervisor.start()
        with pytest.raises(RuntimeFailure) as caught:
            supervisor.wait_ready(0.2)
    assert caught.value.code == "runtime_not_ready"
    assert "slow" in caught.value.message
    assert caught.value.where.endswith("slow.log")


def test_a_program_that_does_not_exist_ends_the_start(run: RunDirectory) -> None:
    supervisor = Supervisor(run, [sleeper("good"), ProcessSpec("bad", "test", ("/no/such/program",))])
    with pytest.raises(RuntimeFailure) as caught:
        supervisor.start()
    assert caught.value.code == "runtime_cannot_start"
    assert caught.value.where == "bad"
    assert processes(run) == ()


def test_a_killed_process_is_started_again_and_counted(run: RunDirectory) -> None:
    with Supervisor(run, [sleeper("a"), sleeper("b")], policy=QUICK) as supervisor:
        supervisor.start()
        assert supervisor.wait_ready(WAIT_S)
        first, other = pid_of(run, "a"), pid_of(run, "b")
        os.kill(first, signal.SIGKILL)
        poll_until(supervisor, lambda: supervisor.restarts == {"a": 1, "b": 0} and all(p.ready for p in processes(run)))
        assert pid_of(run, "a") != first
        assert pid_of(run, "b") == other


def test_what_a_killed_process_had_started_does_not_outlive_it(run: RunDirectory) -> None:
    with Supervisor(run, [python("parent", STUBBORN, ready=ReadyLine("grandchild"))], policy=QUICK) as supervisor:
        supervisor.start()
        assert supervisor.wait_ready(WAIT_S)
        grandchild = int((run.logs / "parent.log").read_text(encoding="utf-8").split()[1])
        os.kill(pid_of(run, "parent"), signal.SIGKILL)
        poll_until(supervisor, lambda: supervisor.restarts["parent"] == 1)
        await_end(grandchild)


def test_a_crash_loop_is_told_once_and_so_is_its_end(run: RunDirectory, tmp_path: Path) -> None:
    events: list[ProcessEvent] = []
    cure = tmp_path / "cure"
    code = f"import os, signal\nif not os.path.exists({str(cure)!r}): raise SystemExit(3)\nsignal.pause()"
    supervisor = Supervisor(run, [python("sick", code)], policy=QUICK, listener=events.append)

    def kinds() -> list[EventKind]:
        return [event.kind for event in events]

    with supervisor:
        supervisor.start()
        poll_until(supervisor, lambda: supervisor.restarts["sick"] >= 7)
        assert kinds().count(EventKind.CRASH_LOOP) == 1
        assert "sick.log" in next(event for event in events if event.kind is EventKind.CRASH_LOOP).sentence
        cure.touch()
        poll_until(supervisor, lambda: EventKind.RECOVERED in kinds())
        assert kinds().count(EventKind.CRASH_LOOP) == 1


def test_the_stubborn_are_killed_with_their_children_within_five_seconds(run: RunDirectory) -> None:
    supervisor = Supervisor(run, [sleeper("polite"), python("stubborn", STUBBORN, ready=ReadyLine("grandchild"))])
    supervisor.start()
    assert supervisor.wait_ready(WAIT_S)
    grandchild = int((run.logs / "stubborn.log").read_text(encoding="utf-8").split()[1])
    began_s = time.monotonic()
    supervisor.stop()
    assert time.monotonic() - began_s < 5.0
    await_end(grandchild)
    supervisor.stop()


def test_logs_of_earlier_runs_are_kept_beside(run: RunDirectory) -> None:
    for number in range(7):
        with Supervisor(
            run, [python("a", f"print('run', {number}, flush=True); {SLEEPER}", ready=ReadyLine("up"))]
        ) as one:
            one.start()
            assert one.wait_ready(WAIT_S)
    texts = {path.name: path.read_text(encoding="utf-8").split()[1] for path in run.logs.iterdir()}
    assert texts == {"a.log": "6", "a.log.1": "5", "a.log.2": "4", "a.log.3": "3", "a.log.4": "2", "a.log.5": "1"}


def test_a_state_file_that_cannot_be_written_ends_nothing(run: RunDirectory, caplog: pytest.LogCaptureFixture) -> None:
    with Supervisor(run, [sleeper("a")], policy=QUICK) as supervisor:
        supervisor.start()
        assert supervisor.wait_ready(WAIT_S)
        first = pid_of(run, "a")
        run.processes.with_suffix(".part").mkdir()  # stands for a disk that is full
        os.kill(first, signal.SIGKILL)
        poll_until(supervisor, lambda: supervisor.restarts == {"a": 1})
        run.processes.with_suffix(".part").rmdir()
    assert "event=state_not_written" in caplog.text


FLEET = textwrap.dedent(
    """
    import os, sys
    from robot_fleet.runtime.processes.claims import FleetClaim
    from robot_fleet.runtime.processes.process import ProcessSpec, ReadyLine
    from robot_fleet.runtime.processes.supervisor import Supervisor

    code = "import signal; print('up', flush=True); signal.pause()"
    specs = [ProcessSpec(name, "test", (sys.executable, "-c", code), ready=ReadyLine("up")) for name in ("a", "b")]
    with FleetClaim(sys.argv[1]) as claim:
        with Supervisor(claim.run, specs, info={"domain": claim.domain_id()}) as supervisor, supervisor.signals():
            supervisor.start()
            supervisor.wait_ready(20.0)
            print("ready", flush=True)
            supervisor.run()
    print("ended", flush=True)
    """
)


@pytest.fixture
def start_fleet(environ: dict[str, str]) -> Iterator[Callable[[str], subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []

    def start(name: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", FLEET, name], env={**os.environ, **environ}, stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.wait(timeout=WAIT_S)
        assert process.stdout is not None
        process.stdout.close()


StartFleet = Callable[[str], "subprocess.Popen[str]"]


def pids_of(environ: dict[str, str], name: str) -> list[int]:
    fleet = next(run for run in running_fleets(environ) if run.name == name)
    return [process.pid for process in processes(fleet) if process.pid is not None]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_all(start_fleet: StartFleet, environ: dict[str, str], number: signal.Signals) -> None:
    fleet = start_fleet("one")
    children = pids_of(environ, "one")
    assert len(children) == 2
    began_s = time.monotonic()
    fleet.send_signal(number)
    assert fleet.wait(timeout=WAIT_S) == 0
    assert time.monotonic() - began_s < 5.0
    for pid in children:
        await_end(pid)
    assert running_fleets(environ) == ()


def test_a_killed_supervisor_leaves_no_orphan_and_no_claim(start_fleet: StartFleet, environ: dict[str, str]) -> None:
    fleet = start_fleet("one")
    children = pids_of(environ, "one")
    fleet.kill()
    for pid in children:
        await_end(pid)
    fleet.wait(timeout=WAIT_S)
    assert running_fleets(environ) == ()
    FleetClaim("one", environ).release()


def test_ps_and_down_with_two_fleets(
    start_fleet: StartFleet, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", environ["XDG_STATE_HOME"])
    app = typer.Typer()
    ps_verbs.register(app)
    cli = CliRunner()
    assert "No fleet" in cli.invoke(app, ["ps"]).stdout
    assert json.loads(cli.invoke(app, ["ps", "--json"]).stdout) == []

    start_fleet("one")
    two = start_fleet("two")
    assert fleet_state(running_fleets(environ)[0])["domain"] != fleet_state(running_fleets(environ)[1])["domain"]
    listed = json.loads(cli.invoke(app, ["ps", "--json"]).stdout)
    assert [(entry["fleet"], entry["name"]) for entry in listed] == [
        ("one", "a"), ("one", "b"), ("two", "a"), ("two", "b"),
    ]  # fmt: skip
    Draft202012Validator(json.loads(PS_SCHEMA.read_text(encoding="utf-8"))).validate(listed)
    assert [entry["fleet"] for entry in json.loads(cli.invoke(app, ["ps", "--json", "--name", "two"]).stdout)] == [
        "two"
    ] * 2
    assert "ready" in cli.invoke(app, ["ps"]).stdout

    ambiguous = cli.invoke(app, ["down"]).exception
    assert isinstance(ambiguous, RuntimeFailure)
    assert ambiguous.code == "runtime_which_fleet"
    assert cli.invoke(app, ["down", "--name", "two"]).exit_code == 0
    assert two.wait(timeout=WAIT_S) == 0
    assert json.loads(cli.invoke(app, ["down", "--json"]).stdout) == {"schema_version": 1, "ended": "one"}
    assert running_fleets(environ) == ()
    with pytest.raises(RuntimeFailure) as caught:
        end_fleet("one", environ=environ)
    assert caught.value.code == "runtime_fleet_not_running"
