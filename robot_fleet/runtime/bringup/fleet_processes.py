"""The fleet's own processes, as the supervisor and the launch files start them."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from robot_fleet.ledger.address import LedgerAddress
from robot_fleet.runtime.bringup.backends import NONE, joined
from robot_fleet.runtime.hil.real_run import RealRun
from robot_fleet.runtime.processes.process import ProcessSpec, ReadyFile, ReadyPort
from robot_fleet.runtime.processes.run_directory import RunDirectory
from robot_fleet.runtime.ringing.ringer import PATIENCE_S
from robot_fleet.server.doors.address import LOOPBACK, Entrance

DISCOVERY = "ROS_AUTOMATIC_DISCOVERY_RANGE"
STAND_STILL = signal.SIGUSR1
"""Tells the simulator to let no more time pass."""


@dataclass(frozen=True, slots=True)
class FleetPlay:
    """What the processes are told.

    Parameters
    ----------
    site : the site's folder.
    domain : ROS_DOMAIN_ID.
    port : of the console.
    seed : of all that is drawn.
    speed : fleet seconds per wall second.
    demand : file of the requests that people make; none if None.
    requests : only the first so many; None for all.
    duration_s : fleet seconds after which nobody asks any more; None for no end.
    trace : file for the physical truth; none if None.
    improving : whether CP-SAT looks for better plans.
    webhooks : the file of receivers; None where there are none.
    chaos : file in which a chaos run says what is to fail; None outside of such a run.
    ledger : where the ledger is, if not in the run directory.
    entrance : where others than this machine reach the console, if at all.
    real : the run keeps to the wall clock, and some robots have bodies elsewhere; None of a run on simulated time.
    agents : on simulated time, the robots whose agents run; None for all of the site.
    in_gazebo : on simulated time, whether Gazebo carries all robots, so that there is no embedded simulator.
    begin_s : fleet time of the beginning; that of the first request by default.
    """

    site: Path
    domain: int
    port: int
    seed: int
    speed: float
    demand: Path | None = None
    requests: int | None = None
    duration_s: float | None = None
    trace: Path | None = None
    improving: bool = True
    webhooks: Path | None = None
    chaos: Path | None = None
    ledger: LedgerAddress | None = None
    entrance: Entrance = field(default_factory=Entrance)
    real: RealRun | None = None
    agents: tuple[str, ...] | None = None
    in_gazebo: bool = False
    begin_s: float | None = None


def world_figures(run: RunDirectory) -> Path:
    """Return the file in which the simulator says every second how far the run is."""
    return run.path / "world_figures.json"


def fleet_figures(run: RunDirectory) -> Path:
    """Return the file in which the manager says every second how far the run is."""
    return run.path / "fleet_figures.json"


def gateway_pulse(run: Path) -> Path:
    """Return the file that the gateway touches once a second, with both its threads: robots' word, consoles' hand."""
    return run / "gateway.pulse"


def hil_told(run: RunDirectory) -> Path:
    """Return the file in which the watch over real robots says what it sees, and why a run must end."""
    return run.path / "hil.json"


def fleet_processes(
    run: RunDirectory, play: FleetPlay, environ: Mapping[str, str] = os.environ
) -> tuple[ProcessSpec, ...]:
    """Return the processes of a simulated fleet, the manager first, since the others wait for it or do without."""
    env = ros_environment(play.domain, environ)
    shared: tuple[str, ...] = ("--site", str(play.site.resolve()), "--run", str(run.path))
    if play.chaos is not None:
        shared += ("--chaos", str(play.chaos))
    seed = ("--seed", str(play.seed))
    ledger = () if play.ledger is None else ("--ledger", str(play.ledger))
    secrets = {} if play.ledger is None else play.ledger.environment

    def spec(
        name: str,
        *words: str,
        ready: ReadyFile | ReadyPort | None = None,
        pulse: Path | None = None,
        more: Mapping[str, str] = MappingProxyType({}),
    ) -> ProcessSpec:
        argv = (sys.executable, "-P", "-m", f"robot_fleet.nodes.{name}", *shared, *words)
        return ProcessSpec(name, name, argv, {**env, **more}, ready=ready, pulse=pulse)

    def agents(name: str, robots: Sequence[str]) -> ProcessSpec:
        named = () if play.real is None and play.agents is None else ("--robots", joined(robots))
        return replace(spec("robot_agents", *_clock_words(play), *named), name=name)

    def sim_world() -> ProcessSpec:
        figures = world_figures(run)
        return spec("sim_world", *seed, *_sim_words(play), ready=ReadyFile(figures), pulse=figures)

    real = play.real
    here = real.bodies.embedded if real else play.agents or ()
    is_simulated_here = not play.in_gazebo and (not real or bool(real.bodies.embedded))
    improve = () if play.improving else ("--no-improve",)
    port = ("--port", str(play.port))
    return (
        spec(
            "fleet_manager",
            *_clock_words(play),
            *seed,
            *improve,
            *ledger,
            *([] if play.webhooks is None else ["--webhooks", str(play.webhooks.resolve())]),
            pulse=fleet_figures(run),
            more=secrets,
        ),
        *([agents("robot_agents", here)] if not real or real.bodies.embedded else []),
        *(agents(f"agent_of_{robot}", [robot]) for robot in (real.own_agents if real else ())),
        spec(
            "gateway",
            *_clock_words(play),
            *port,
            *_entrance_words(play.entrance),
            *ledger,
            ready=ReadyPort(play.port),
            pulse=gateway_pulse(run.path),
            more=secrets,
        ),
        *([sim_world()] if is_simulated_here else []),
        *([spec("hil_watch", *_watch_words(real), pulse=hil_told(run))] if real and real.bodies.elsewhere else []),
    )


def ros_environment(domain: int, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the variables that say which processes meet: those of a domain, unless told otherwise on this machine."""
    return {"ROS_DOMAIN_ID": str(domain), DISCOVERY: environ.get(DISCOVERY, "LOCALHOST")}


def clock_words(midnight: datetime | None) -> tuple[str, ...]:
    """Return how a process is told what fleet time is: that of `/clock`, or the time since a midnight."""
    return ("--simulated",) if midnight is None else ("--midnight", midnight.isoformat())


def ringing_process(run: RunDirectory, site: Path, webhooks: Path, patience_s: float = PATIENCE_S) -> ProcessSpec:
    """Return the process that tells receivers of webhooks what nobody else can (see `Ringer`)."""
    folders = ("--site", str(site.resolve()), "--run", str(run.path), "--webhooks", str(webhooks.resolve()))
    argv = (
        sys.executable,
        "-P",
        "-m",
        "robot_fleet.runtime.ringing.telling",
        *folders,
        "--patience",
        f"{patience_s:g}",
    )
    return ProcessSpec("ringing", "ringing", argv)


def _clock_words(play: FleetPlay) -> tuple[str, ...]:
    if play.real is None:
        return ("--simulated", "--embedded", NONE) if play.in_gazebo else ("--simulated",)
    return ("--midnight", play.real.midnight.isoformat(), "--embedded", joined(play.real.bodies.embedded))


def _hardware_words(real: RealRun) -> list[str]:
    return [] if real.hardware is None else ["--hardware", real.hardware]


def _watch_words(real: RealRun) -> list[str]:
    return ["--agents", joined(real.own_agents), *_hardware_words(real)]


def _entrance_words(entrance: Entrance) -> list[str]:
    words = [] if entrance.bind == LOOPBACK else ["--bind", entrance.bind]
    if entrance.tls_cert is not None and entrance.tls_key is not None:
        words += ["--tls-cert", str(entrance.tls_cert.resolve()), "--tls-key", str(entrance.tls_key.resolve())]
    return words + (["--behind-proxy"] if entrance.behind_proxy else [])


def _sim_words(play: FleetPlay) -> list[str]:
    words = ["--speed", f"{play.speed:g}"]
    if play.demand is not None:
        words += ["--demand", str(play.demand.resolve())]
    if play.requests is not None:
        words += ["--requests", str(play.requests)]
    if play.duration_s is not None:
        words += ["--duration", repr(play.duration_s)]
    if play.begin_s is not None:
        words += ["--begin", repr(play.begin_s)]
    if play.trace is not None:
        words += ["--trace", str(play.trace.resolve())]
    if play.real is None:  # every robot is simulated, whatever the site says
        return [*words, "--hardware", NONE]
    return [*words, "--midnight", play.real.midnight.isoformat(), *_hardware_words(play.real)]
