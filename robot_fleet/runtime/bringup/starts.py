"""What a bring-up starts, as plain values: programs, and launch files of others."""

from __future__ import annotations

from dataclasses import dataclass

from robot_fleet.runtime.processes.process import ProcessSpec


@dataclass(frozen=True, slots=True)
class Start:
    """A program that is started.

    Parameters
    ----------
    process : name, command line and variables.
    delay_s : wall seconds after the others, so that many of a kind do not start at once.
    lasts : whether it is to run until the end, and is started again if it ends; what does a thing and ends is not.
    ends_all : whether nothing can go on without it.
    """

    process: ProcessSpec
    delay_s: float = 0.0
    lasts: bool = True
    ends_all: bool = False


@dataclass(frozen=True, slots=True)
class Include:
    """Another package's launch file that is taken in.

    Parameters
    ----------
    name : what it brings up.
    file : path of the launch file.
    arguments : its launch arguments.
    delay_s : as in `Start`.
    """

    name: str
    file: str
    arguments: tuple[tuple[str, str], ...]
    delay_s: float = 0.0
