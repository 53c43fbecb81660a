"""The command line that every node of the fleet shares."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from robot_fleet.core.errors import RuntimeFailure
from robot_fleet.runtime.bringup.backends import ids
from robot_fleet.runtime.processes.run_directory import passes_of, users_of
from robot_fleet.runtime.runs.midnight import parse_midnight


@dataclass(frozen=True, slots=True)
class NodeArguments:
    """What a node is told when it is started.

    Parameters
    ----------
    site : the site's folder.
    run : the fleet's run directory: ledger, journals, checkpoints, small files for one another.
    midnight : the instant at which fleet time is 0; None when fleet time is ROS time (`/clock`).
    seed : of what is drawn.
    chaos : the file in which a chaos run says what is to fail, None outside of such a run.
    ledger_target : path or URL of a ledger that is not in the run directory; empty if it is there.
    embedded : ids of the robots whose bodies are the embedded simulator's, where that was said.
    """

    site: Path
    run: Path
    midnight: datetime | None
    seed: int
    chaos: Path | None = None
    ledger_target: str = ""
    embedded: tuple[str, ...] | None = None

    def is_embedded(self, robot: str) -> bool:
        """Whether a robot's body is the embedded simulator's: all are on simulated time, none in the field."""
        return self.simulated if self.embedded is None else robot in self.embedded

    @property
    def hil(self) -> Path:
        """What the watch over real robots sees."""
        return self.run / "hil.json"

    @property
    def preflight(self) -> Path:
        """What was on the network before a run with real robots."""
        return self.run / "hil_preflight.json"

    @property
    def simulated(self) -> bool:
        """Whether fleet time is ROS time (`/clock`)."""
        return self.midnight is None

    @property
    def ledger(self) -> Path | str:
        """The fleet's ledger."""
        return self.ledger_target or self.run / "ledger.sqlite"

    @property
    def world(self) -> Path:
        """The simulated world's checkpoint."""
        return self.run / "world.json"

    @property
    def journals(self) -> Path:
        """The folder of the agents' journals."""
        return self.run / "agents"

    @property
    def raised(self) -> Path:
        """The raisers' journal: alarms on their way to the manager."""
        return self.run / "raised"

    @property
    def telemetry(self) -> Path:
        """The history of telemetry."""
        return self.run / "telemetry.sqlite"

    @property
    def outbox(self) -> Path:
        """Events on their way to receivers of webhooks."""
        return self.run / "webhooks.sqlite"

    @property
    def report_outbox(self) -> Path:
        """Announcements of reports on their way to receivers."""
        return self.run / "report_webhooks.sqlite"

    @property
    def passes(self) -> Path:
        """The passes of people who are no users."""
        return passes_of(self.run)

    @property
    def users(self) -> Path:
        """The users of the fleet."""
        return users_of(self.run)

    @property
    def processes(self) -> Path:
        """What runs now, as the supervisor wrote it, if there is one."""
        return self.run / "processes.json"

    @property
    def fleet_figures(self) -> Path:
        """What the manager knows of the run so far."""
        return self.run / "fleet_figures.json"

    @property
    def planning_figures(self) -> Path:
        """What the manager tells of its planning, in few words."""
        return self.run / "planning_figures.json"

    @property
    def world_figures(self) -> Path:
        """What the simulated world knows of the run so far."""
        return self.run / "world_figures.json"


def parser(description: str, *, is_clock: bool = False) -> argparse.ArgumentParser:
    """Return a parser with the shared arguments; whoever is the clock itself need not be told of one."""
    made = argparse.ArgumentParser(description=description)
    made.add_argument("--site", type=Path, required=True, help="the site's folder")
    made.add_argument("--run", type=Path, required=True, help="the fleet's run directory")
    made.add_argument("--seed", type=int, default=1, help="seed of what is drawn")
    made.add_argument("--chaos", type=Path, help="file in which a chaos run says what is to fail")
    if is_clock:
        made.add_argument("--midnight", type=_midnight, help="keep to the wall clock: the instant of fleet time 0")
        return made
    made.add_argument(
        "--embedded",
        type=ids,
        help="ids of the robots whose bodies are the embedded simulator's, separated by commas, or none; by default all"
        " with --simulated, none with --midnight",
    )
    clock = made.add_mutually_exclusive_group(required=True)
    clock.add_argument("--simulated", action="store_true", help="fleet time is ROS time (/clock)")
    clock.add_argument(
        "--midnight",
        type=_midnight,
        help="the instant at which fleet time is 0, the same for every process of the fleet and at every restart:"
        " 2026-11-26T00:00+09:00",
    )
    return made


def add_ledger(made: argparse.ArgumentParser) -> None:
    """Add the argument of those that open the ledger."""
    made.add_argument(
        "--ledger",
        default="",
        metavar="PATH|URL",
        help="the fleet's ledger, where it is not in the run directory: a file or postgresql://USER@HOST/DATABASE",
    )


def shared(parsed: argparse.Namespace) -> NodeArguments:
    """Return the shared arguments of a parsed command line."""
    ledger, embedded = getattr(parsed, "ledger", ""), getattr(parsed, "embedded", None)
    return NodeArguments(parsed.site, parsed.run, parsed.midnight, parsed.seed, parsed.chaos, ledger, embedded)


def _midnight(text: str) -> datetime:
    try:
        return parse_midnight(text)
    except RuntimeFailure as error:
        raise argparse.ArgumentTypeError(error.message) from None
