"""How far a run is, for people: one line that renews itself on a terminal, now and then a plain line elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol, Self

from robot_fleet.core.clock import format_clock


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a run is.

    Parameters
    ----------
    at_s : fleet time.
    done, ended_otherwise, open : requests that ended well, otherwise, and not yet.
    late : requests that were served late, or are not begun although they are due.
    of : how many requests there will be in all.
    """

    at_s: float
    done: int
    ended_otherwise: int
    open: int
    late: int
    of: int

    def line(self) -> str:
        """Return it in words."""
        other = f"  {self.ended_otherwise} not" if self.ended_otherwise else ""
        return f"{format_clock(self.at_s)}  {self.done} of {self.of} done{other}  {self.open} open  {self.late} late"


def standing(requests: Iterable[Mapping[str, Any]], at_s: float, of: int) -> Standing:
    """Count requests, each as in a summary."""
    done = otherwise = still_open = late = 0
    for entry in requests:
        if entry["outcome"] == "done":
            done += 1
        elif entry["outcome"] is None:
            still_open += 1
        else:
            otherwise += 1
        late += bool(entry["lateness_s"]) or (
            entry["outcome"] is None and entry["started_s"] is None and at_s > entry["due_s"]
        )
    return Standing(at_s, done, otherwise, still_open, late, max(of, done + otherwise + still_open))


class Progress(Protocol):
    """Shows a run; use as a context manager."""

    def show(self, now: Standing) -> None:
        """Show how far it is."""
        ...

    def say(self, sentence: str) -> None:
        """Tell of something that happened."""
        ...

    def tell(self, sentence: str) -> None:
        """Tell what was asked for: on stdout, where programs read it."""
        ...

    def __enter__(self) -> Self:
        """Begin to show."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End showing."""
        ...


class Lines:
    """Plain lines on stderr, one at most every `every_s` wall seconds: for files, pipes and logs."""

    def __init__(self, every_s: float = 30.0) -> None:
        self._every_s = every_s
        self._next_s = time.monotonic() + every_s

    def show(self, now: Standing) -> None:
        """Print a line if it is time for one."""
        if time.monotonic() >= self._next_s:
            self._next_s = time.monotonic() + self._every_s
            self.say(now.line())

    def say(self, sentence: str) -> None:
        """Print a line."""
        print(sentence, file=sys.stderr, flush=True)

    def tell(self, sentence: str) -> None:
        """Print a line on stdout."""
        print(sentence, flush=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        return


class Live:
    """One line on the terminal that is written anew, with a bar."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        self._bar = Progress(TextColumn("{task.fields[line]}"), BarColumn(), TimeElapsedColumn(), console=Console())
        self._task = self._bar.add_task("", total=None, line="starting")

    def show(self, now: Standing) -> None:
        """Renew the line."""
        ended = now.done + now.ended_otherwise
        self._bar.update(self._task, total=now.of or None, completed=ended, line=now.line())

    def say(self, sentence: str) -> None:
        """Print a line above."""
        self._bar.console.print(sentence, markup=False, highlight=False)

    tell = say

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._bar.stop()


def progress() -> Progress:
    """Return what suits where the output goes to."""
    return Live() if sys.stdout.isatty() and sys.stderr.isatty() else Lines()
