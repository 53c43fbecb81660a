"""Writes recordings in a thread of its own: a slow or full disk holds nobody up and harms nobody.

Whoever has something to write leaves it here and goes on. A recording that cannot be written is told of once, and what
is there of it stays as it is until the process starts again.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from pathlib import Path
from queue import SimpleQueue

from robot_fleet.core.errors import RuntimeFailure
from robot_fleet.runtime.recordings.kept import Recordings
from robot_fleet.runtime.recordings.recording_file import PART, MessageType, RecordingFile, is_abandoned, mend
from robot_fleet.telemetry.ring import Heard

LOG = logging.getLogger("robot_fleet")
END_WITHIN_S = 2.0
"""Wall seconds that a process which ends gives to what is still to be written."""
_Job = Callable[[], object]


class Recording:
    """What one robot records of one incident; its members belong to the writing thread."""

    def __init__(self, incident: str, robot: str) -> None:
        self.incident = incident
        self.robot = robot
        self.file: RecordingFile | None = None


class Recorder:
    """Takes in what is to be recorded.

    Parameters
    ----------
    recordings : where.
    robots : whose recordings are written here; what an earlier process left of theirs is completed.
    types : of the messages, by topic.
    """

    def __init__(self, recordings: Recordings, robots: Collection[str], types: Mapping[str, MessageType]) -> None:
        self._recordings = recordings
        self._types = types
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._failing = False
        self._crowded = False
        self._open: frozenset[str] = frozenset()
        self._under_way: list[Recording] = []
        self._last_local = recordings.last_locals()
        for part in recordings.parts(robots):
            self._jobs.put(partial(self._guarded, part.parent.name, part.name, partial(self._mend, part)))
        self._thread = threading.Thread(target=self._work, name="recorder", daemon=True)
        self._thread.start()

    def number(self, robot: str) -> int:
        """Return a number for a recording that a robot makes by itself."""
        self._last_local[robot] = self._last_local.get(robot, 0) + 1
        return self._last_local[robot]

    def begin(
        self, incident: str, robot: str, about: Mapping[str, str], begin_ns: int, heard: Sequence[Heard]
    ) -> Recording:
        """Begin a recording, unless there is one of that incident already.

        Parameters
        ----------
        about : what it is of.
        begin_ns : fleet time at which its timeline begins.
        heard : what was heard before.
        """
        recording = Recording(incident, robot)
        self._put(recording, partial(self._begin, recording, dict(about), begin_ns, heard))
        return recording

    def append(self, recording: Recording, heard: Sequence[Heard]) -> None:
        """Add what was heard since."""
        self._put(recording, partial(self._append, recording, heard))

    def rename(self, recording: Recording, incident: str, about: Mapping[str, str]) -> None:
        """Give a recording that a robot began by itself to an incident, unless that has one already."""
        self._put(recording, partial(self._rename, recording, incident, dict(about)))

    def link(self, incident: str, robot: str, opened_s: float) -> None:
        """Put what the robot recorded by itself when an incident began beside the incident's recordings."""
        self._put(Recording(incident, robot), partial(self._recordings.link, incident, robot, opened_s))

    def end(self, recording: Recording, about: Mapping[str, str]) -> None:
        """Complete a recording; then let the oldest go that are too many."""
        self._put(recording, partial(self._end, recording, dict(about)))

    def note_open(self, incidents: Collection[str]) -> None:
        """Take note of the incidents that are open: theirs are the last recordings to go."""
        self._open = frozenset(incidents)

    def close(self, about: Mapping[str, str]) -> None:
        """Complete what is under way and end the thread; what takes too long stays for the next start."""
        self._jobs.put(partial(self._end_all, dict(about)))
        self._jobs.put(None)
        self._thread.join(END_WITHIN_S)

    def _put(self, recording: Recording, job: _Job) -> None:
        self._jobs.put(partial(self._guarded, recording.incident, recording.robot, job))

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()
            if self._crowded and self._jobs.empty():
                self._crowded = False
                self._guarded("", "", self._prune)

    def _prune(self) -> None:
        for path in self._recordings.prune(self._open):
            LOG.info("event=removed file=%s the oldest of too many recordings", path)

    def _guarded(self, incident: str, robot: str, job: _Job) -> None:
        try:
            job()
        except OSError as error:
            if not self._failing:
                message = f"a recording cannot be written ({error.strerror}); free the disk"
                failure = RuntimeFailure(
                    "runtime_recording_unwritable", message, str(self._recordings.folder(incident))
                )
                LOG.error("robot=%s incident=%s error=%s", robot, incident, failure)
            self._failing = True
        except Exception:
            LOG.exception("robot=%s incident=%s event=recording_failed", robot, incident)

    def _begin(self, recording: Recording, about: Mapping[str, str], begin_ns: int, heard: Sequence[Heard]) -> None:
        if self._recordings.path(recording.incident, recording.robot).exists():
            return
        part = self._recordings.part(recording.incident, recording.robot)
        recording.file = RecordingFile(part, self._types, {**about, "incident": recording.incident}, begin_ns)
        self._under_way.append(recording)
        self._append(recording, heard)
        if recording.file is not None:
            recording.file.keep()

    def _append(self, recording: Recording, heard: Sequence[Heard]) -> None:
        if recording.file is None:
            return
        try:
            recording.file.write(heard)
        except OSError:
            self._give_up(recording)
            raise

    def _rename(self, recording: Recording, incident: str, about: Mapping[str, str]) -> None:
        if recording.file is None or self._recordings.path(incident, recording.robot).exists():
            return
        recording.file.note({**about, "incident": incident, "local": recording.incident})
        recording.incident = incident

    def _end(self, recording: Recording, about: Mapping[str, str]) -> None:
        file = recording.file
        if file is None:
            return
        try:
            file.note(about)
            self._finish(file, recording.robot)
            self._recordings.tidy(file.part)
        except OSError:
            self._give_up(recording)
            raise
        recording.file = None
        self._under_way.remove(recording)
        if self._failing:
            LOG.info("event=recovered recordings can be written again")
        self._failing = False
        self._crowded = True

    def _end_all(self, about: Mapping[str, str]) -> None:
        for recording in list(self._under_way):
            self._guarded(recording.incident, recording.robot, partial(self._end, recording, about))

    def _give_up(self, recording: Recording) -> None:
        if recording.file is not None:
            recording.file.close()
        recording.file = None
        self._under_way.remove(recording)

    def _mend(self, part: Path) -> None:
        """Complete what an earlier process left, unless it lives and still writes it."""
        if not is_abandoned(part):
            return
        file = mend(part, {"ended": "cut off"})
        if file is not None:
            self._finish(file, part.name.removesuffix(PART))
        LOG.info("event=%s file=%s", "discarded" if file is None else "completed", part)
        part.unlink()
        self._recordings.tidy(part)

    def _finish(self, file: RecordingFile, robot: str) -> None:
        path = self._recordings.path(file.about["incident"], robot)
        path.parent.mkdir(parents=True, exist_ok=True)
        file.finish(path)
