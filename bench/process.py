"""One contestant in a fresh process, whose CPU time is read from outside: what it says of itself is not asked.

The child stops at the end of each stage until the parent has read `/proc`: first start-up and imports, then
compilation, then solving. CPU time is that of the child and of all its descendants, living and ended.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from robot_fleet.core.errors import FleetError, RuntimeFailure
from robot_fleet.runtime.processes.process import die_with_parent

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_STAGES = ("start", "compile", "solve")


@dataclass(frozen=True, slots=True)
class Usage:
    """What a child has used: CPU seconds by stage, wall seconds of solving, most memory (of the head process)."""

    start_cpu_s: float
    compile_cpu_s: float
    solve_cpu_s: float
    solve_wall_s: float
    peak_rss_mb: float


@dataclass(frozen=True, slots=True)
class Child:
    """The child's end: `stage` ends a stage, `tell` says how far it is."""

    pipe: Connection

    def stage(self) -> None:
        """End a stage; returns once the parent has read the clocks."""
        self.pipe.send(("stage", None))
        self.pipe.recv()

    def tell(self, *figures: float) -> None:
        """Report progress."""
        self.pipe.send(("progress", figures))


Work = Callable[..., Any]
"""A function of a module, called with a `Child` and its arguments; it ends three stages and returns a result."""


def run_measured(
    work: Work, *arguments: object, progress: Callable[..., None], most_s: float = inf
) -> tuple[Any, Usage]:
    """Run `work` in a fresh process; return its result and what it used.

    Parameters
    ----------
    progress : called with what the child tells.
    most_s : wall seconds after which the child is ended.

    Raises
    ------
    FleetError : the one that `work` raised, `runtime_bench_died` if the child ended without a result, or
        `runtime_bench_late` if it had none in time.
    """
    until_s = time.monotonic() + most_s
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    child = context.Process(target=_main, args=(theirs, os.getpid(), work, arguments), name="bench", daemon=True)
    child.start()
    theirs.close()
    assert child.pid is not None
    cpu_s: list[float] = []
    wall_s: list[float] = []
    peak_mb = 0.0
    try:
        while True:
            if most_s < inf and not ours.poll(max(until_s - time.monotonic(), 0.0)):
                raise RuntimeFailure("runtime_bench_late", f"no result within {most_s:.0f} s")
            kind, content = ours.recv()
            if kind == "stage":
                cpu_s.append(tree_cpu_s(child.pid))
                wall_s.append(time.monotonic())
                peak_mb = peak_rss_mb(child.pid)
                ours.send(None)
            elif kind == "progress":
                progress(*content)
            elif kind == "error":
                raise content[0](*content[1:])
            else:
                break
    except EOFError as error:
        child.join()
        message = f"the solver's process ended with status {child.exitcode} and without a result"
        raise RuntimeFailure("runtime_bench_died", message) from error
    finally:
        child.kill()
        child.join()
        ours.close()
    started, compiled, solved = cpu_s
    return content, Usage(started, compiled - started, solved - compiled, wall_s[2] - wall_s[1], peak_mb)


def tree_cpu_s(pid: int) -> float:
    """Return the CPU seconds of a process, of its descendants, and of those of them that have been waited for."""
    parents: dict[int, int] = {}
    spent: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                fields = (entry / "stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
            except OSError:
                continue  # ended meanwhile
            parents[int(entry.name)] = int(fields[1])
            spent[int(entry.name)] = sum(map(int, fields[11:15]))  # utime, stime, cutime, cstime
    family = {pid}
    while True:
        more = {each for each, parent in parents.items() if parent in family} - family
        if not more:
            return sum(spent.get(each, 0) for each in family) / _TICKS_PER_S
        family |= more


def peak_rss_mb(pid: int) -> float:
    """Return the most memory that a process has had."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    return next(float(line.split()[1]) / 1024.0 for line in status.splitlines() if line.startswith("VmHWM:"))


def _main(pipe: Connection, parent: int, work: Work, arguments: tuple[object, ...]) -> None:
    die_with_parent(parent)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what libraries print is no output of the bench
    try:
        result = work(Child(pipe), *arguments)
    except FleetError as error:
        pipe.send(("error", (type(error), error.code, error.message, error.where)))
    except KeyboardInterrupt:
        return
    else:
        pipe.send(("result", result))
    pipe.recv()  # stay until the parent ends this process
