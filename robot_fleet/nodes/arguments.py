"""The command line that every node of the fleet shares."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class NodeArguments:
    """What a node is told when it is started.

    Parameters
    ----------
    site : the site's folder.
    run : the fleet's run directory: ledger, journals, checkpoints, small files for one another.
    simulated : whether fleet time is ROS time (`/clock`).
    seed : of what is drawn.
    """

    site: Path
    run: Path
    simulated: bool
    seed: int

    @property
    def ledger(self) -> Path:
        """The fleet's ledger."""
        return self.run / "ledger.sqlite"

    @property
    def world(self) -> Path:
        """The simulated world's checkpoint."""
        return self.run / "world.json"

    @property
    def journals(self) -> Path:
        """The folder of the agents' journals."""
        return self.run / "agents"

    @property
    def fleet_figures(self) -> Path:
        """What the manager knows of the run so far."""
        return self.run / "fleet_figures.json"

    @property
    def world_figures(self) -> Path:
        """What the simulated world knows of the run so far."""
        return self.run / "world_figures.json"


def parser(description: str) -> argparse.ArgumentParser:
    """Return a parser with the shared arguments."""
    made = argparse.ArgumentParser(description=description)
    made.add_argument("--site", type=Path, required=True, help="the site's folder")
    made.add_argument("--run", type=Path, required=True, help="the fleet's run directory")
    made.add_argument("--simulated", action="store_true", help="fleet time is ROS time (/clock)")
    made.add_argument("--seed", type=int, default=1, help="seed of what is drawn")
    return made


def shared(parsed: argparse.Namespace) -> NodeArguments:
    """Return the shared arguments of a parsed command line."""
    return NodeArguments(parsed.site, parsed.run, parsed.simulated, parsed.seed)
