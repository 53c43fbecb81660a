"""How a simulated world is played: time passes with the wall clock, and a kill costs nothing that was ever shown.

The world is checkpointed every fleet second and before any physical act is confirmed. Time is shown only up to
`AHEAD_S` beyond the newest checkpoint. A player that goes on from a checkpoint lets the world live up to that bound
before anybody sees it: no time is earlier than before the kill, and no robot far behind where it was seen.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from robot_fleet.runtime.processes.statefile import write_json
from robot_fleet.sim import checkpoint
from robot_fleet.sim.callers import Callers
from robot_fleet.sim.checkpoint import AHEAD_S
from robot_fleet.sim.robot import STEP_S
from robot_fleet.sim.world import SimWorld

LOG = logging.getLogger("robot_fleet")
CATCH_UP = 2.0
"""How much faster than asked for the world may go to make up for a pause."""
LEAST_S = STEP_S
"""What it may go at each look, however soon that comes."""
FELL_BEHIND_S = 5.0
"""Wall seconds after which a world that could not keep up lets the lost time go."""
_EPS_S = 1e-6


class WorldPlayer:
    """Plays one world. Calls nobody; whoever holds it calls `play` often and tells what has changed.

    Parameters
    ----------
    world : a new world with the demand's callers.
    callers : the people who ask for services in it.
    kept : the checkpoint's file; the world goes on from it if it is there.
    figures : file in which `note` says how far the world is.
    speed : fleet seconds per wall second.
    trace : file for the physical truth, None for no trace; cut back to what the checkpoint knows of it.
    keeps_to : returns the fleet time of a wall clock that the world has to keep to, at speed 1; time in which the
        world could not live passes without anything happening. None for a world whose time is its own.

    Raises
    ------
    RuntimeFailure : `sim_checkpoint_malformed`, `sim_checkpoint_version`, `sim_checkpoint_site`.

    Attributes
    ----------
    resumed : whether the world goes on from a checkpoint.
    """

    def __init__(
        self,
        world: SimWorld,
        callers: Callers,
        kept: Path,
        figures: Path,
        speed: float,
        trace: Path | None,
        keeps_to: Callable[[], float] | None = None,
    ) -> None:
        self.world = world
        self._callers = callers
        self._kept = kept
        self._figures = figures
        self._speed = speed
        self._keeps_to = keeps_to
        self._start_s = world.now_s
        state = checkpoint.load(kept)
        self.resumed = state is not None
        if state is not None:
            checkpoint.restore(world, state)
            LOG.info("world=resumed at_s=%.1f", world.now_s)
        if trace is not None:
            world.open_trace(trace, state["trace_bytes"] if state is not None else None)
        if state is not None:
            checkpoint.live_on(world)
        self._kept_s = world.now_s
        self._owed = True
        self._began: tuple[float, float] | None = None
        self._played_s = 0.0
        world.before_confirm = self._confirming

    @property
    def clock_s(self) -> float:
        """The fleet time that may be shown; never less than what was shown before a kill."""
        return self.world.now_s

    def play(self, steady_s: float, changed: Callable[[str], None]) -> bool:
        """Let time pass up to now; return whether it has.

        While the world cannot be kept (a full disk), it stands still.

        Parameters
        ----------
        steady_s : wall time, seconds of a monotonic clock; time begins to pass with the first call.
        changed : told the id of each robot whose goal, act or load has changed, after what led to it is kept.
        """
        if self._began is None:
            self._began = steady_s, self.world.now_s
            self._played_s = steady_s
        began_s, first_s = self._began
        due_s = first_s + (steady_s - began_s) * self._speed if self._keeps_to is None else self._keeps_to()
        looked_s, self._played_s = self._played_s, steady_s
        most_s = max((steady_s - looked_s) * self._speed * CATCH_UP, LEAST_S)
        until_s = min(due_s, self.world.now_s + min(most_s, AHEAD_S))
        steps = 0
        while self.world.now_s + STEP_S <= until_s + _EPS_S:
            if self._owed or self.world.now_s - self._kept_s >= AHEAD_S - _EPS_S:
                self.keep()
            self.world.advance()
            steps += 1
            if self._owed:
                self.keep()
            for robot in self.world.take_changes():
                changed(robot)
        if due_s - self.world.now_s > FELL_BEHIND_S * self._speed:
            LOG.warning("world=behind lost_s=%.1f the machine is too slow for this speed", due_s - self.world.now_s)
            self._began = steady_s, self.world.now_s
            self.wait()
        return steps > 0

    def wait(self) -> None:
        """Let the time that a wall clock shows have come without anything having happened."""
        if self._keeps_to is not None:
            self.world.sleep(self._keeps_to())

    def keep(self) -> None:
        """Write the checkpoint, durably."""
        self._owed = True
        checkpoint.save(self.world, self._kept)
        self._owed = False
        self._kept_s = self.world.now_s

    def note(self) -> None:
        """Write down how far the world is, for those who follow the run."""
        world = self.world
        refused = {key: answer.code for key, answer in self._callers.answers.items() if not answer.accepted}
        told: dict[str, Any] = {
            "at_s": world.now_s,
            "start_s": self._start_s,
            "callers_finished": self._callers.finished,
            "refused": refused,
            "contacts": [{"at_s": c.at_s, "a": c.a, "b": c.b} for c in world.contacts],
        }
        write_json(self._figures, told)

    def close(self) -> None:
        """Keep the world as it is, and its trace."""
        self.keep()
        self.note()
        self.world.close_trace()

    def _confirming(self) -> None:
        """Note that something physical was done that nobody may see before it is kept."""
        self._owed = True
