"""What one robot has reported for a while: the unit in which telemetry is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from robot_fleet.stores.history import blocks
from robot_fleet.stores.history.blocks import TRAJECTORY
from robot_fleet.telemetry.buckets import Buckets
from robot_fleet.telemetry.trajectory import Trajectory


@dataclass(frozen=True, slots=True)
class Portion:
    """What one robot has reported since its portion before; not empty.

    Parameters
    ----------
    buckets : its signals, in buckets of 1 s.
    trajectory : see `joined` for how it continues the one before.
    """

    robot: str
    buckets: Mapping[str, Buckets]
    trajectory: Trajectory = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The series that the portion has something of."""
        return (*self.buckets, *((TRAJECTORY,) if self.trajectory else ()))

    @property
    def first_s(self) -> float:
        """Fleet time at which the portion begins."""
        firsts = [float(each.number[0]) for each in self.buckets.values()]
        return min(firsts + [float(piece.at_s[0]) for piece in self.trajectory[:1]])

    @property
    def last_s(self) -> float:
        """Fleet time at which the portion ends."""
        lasts = [float(each.number[-1] + 1) for each in self.buckets.values()]
        return max(lasts + [float(piece.at_s[-1]) for piece in self.trajectory[-1:]])

    def written(self, resolutions: Mapping[str, float]) -> bytes:
        """Return the portion as a block.

        Parameters
        ----------
        resolutions : of each signal of the portion.
        """
        parts = {name: blocks.buckets_written(each, resolutions[name]) for name, each in self.buckets.items()}
        if self.trajectory:
            parts[TRAJECTORY] = blocks.trajectory_written(self.trajectory)
        return blocks.packed([blocks.portion_written(parts)])


def portion_read(robot: str, block: bytes, where: str) -> Portion:
    """Return the portion that `written` has written.

    Raises
    ------
    StoreError : `store_newer_version`, `store_block_malformed`.
    """
    parts = blocks.portion_read(blocks.unpacked(block, where))
    trajectory = parts.pop(TRAJECTORY, None)
    return Portion(
        robot,
        {name: blocks.buckets_read(part, 1) for name, part in parts.items()},
        () if trajectory is None else blocks.trajectory_read(trajectory),
    )
