"""Shows a set-up as it goes: one living line on a terminal, now and then a line elsewhere."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

_LIVE_PERIOD_S = 0.2
_PLAIN_PERIOD_S = 15.0


class Phase:
    """One part of the set-up; ``detail`` is what it is at, in a few words."""

    def __init__(self, name: str, started_s: float) -> None:
        self.name = name
        self.started_s = started_s
        self.detail = ""


class Progress:
    """Phases with the time they took; several may go on at once, from several threads.

    Parameters
    ----------
    stream
        Where it is shown.
    clock
        Monotonic seconds.
    live
        Whether ``stream`` is a terminal, on which a line can be written anew.
    """

    def __init__(self, stream: TextIO, clock: Callable[[], float], live: bool) -> None:
        self._stream = stream
        self._clock = clock
        self._live = live
        self._lock = threading.Lock()
        self._phases: list[Phase] = []
        self._ended = threading.Event()
        self._ticker = threading.Thread(target=self._tick, daemon=True, name="progress")

    def __enter__(self) -> Progress:
        self._ticker.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._ticker.join()
        self._wipe()

    @contextmanager
    def phase(self, name: str) -> Iterator[Phase]:
        """Show ``name`` while the body runs, and how long it took once it is done; nothing more if it fails."""
        phase = Phase(name, self._clock())
        with self._lock:
            self._phases.append(phase)
        if not self._live:
            self.say(f"{name} ...")
        try:
            yield phase
            self.say(f"{name}: done, {self._clock() - phase.started_s:.1f} s")
        finally:
            with self._lock:
                self._phases.remove(phase)

    def say(self, line: str) -> None:
        """Print a line that stays."""
        with self._lock:
            self._wipe()
            print(f"  {line}", file=self._stream, flush=True)

    def show(self) -> None:
        """Show what goes on at this moment."""
        with self._lock:
            now_s = self._clock()
            parts = [f"{each.name} {each.detail} {now_s - each.started_s:.0f} s" for each in self._phases]
            text = " | ".join(" ".join(part.split()) for part in parts)
            if not text:
                return
            if self._live:
                self._stream.write(f"\r\x1b[K  {text[:110]}")
                self._stream.flush()
            else:
                print(f"  {text}", file=self._stream, flush=True)

    def _wipe(self) -> None:
        if self._live:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def _tick(self) -> None:
        while not self._ended.wait(_LIVE_PERIOD_S if self._live else _PLAIN_PERIOD_S):
            self.show()
