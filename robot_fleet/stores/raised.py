"""The raisers' journal: alarms that are on their way to the manager, kept so that nobody's call for help is lost.

Whoever raises an alarm (the gateway, a verb, people of the simulator) keeps it here before the manager is asked. The
manager takes in what it finds, whoever asked it before, and clears what its ledger knows; the supervisor rings for what
stays. Raisers are many and any of them may be stopped at any instant, so each alarm has a file of its own: nobody waits
for a lock, and a file is whole from the moment it has its name. Its one line carries a checksum, in case the disk lies.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import threading
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from robot_fleet.core.errors import RuntimeFailure
from robot_fleet.core.site import Site
from robot_fleet.core.wishes import check_key, checked_params

RECORD_VERSION = 1
MOST_KEPT = 1_000
"""So many alarms that no manager has taken are more than anybody can answer."""
SUFFIX = ".raised"
_DAMAGED = ".damaged"
_REQUESTER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


@dataclass(frozen=True, slots=True)
class RaisedAlarm:
    """An alarm as it was raised.

    Parameters
    ----------
    key : makes it one alarm however often it is handed in; becomes the task's id.
    params : as the service declares them.
    subject : id of the place that calls, or of what else the alarm is about.
    by : who keeps it: `gateway`, `cli`, `people`.
    raised_unix_s : when it was raised.
    raised_s : the same in fleet time, None where that was not known.
    """

    key: str
    service: str
    params: Mapping[str, object]
    requester: str
    subject: str
    by: str
    raised_unix_s: float
    raised_s: float | None


def alarm_of(
    site: Site,
    key: str,
    service: str,
    params: Mapping[str, object],
    requester: str,
    *,
    by: str,
    raised_unix_s: float,
    raised_s: float | None,
) -> RaisedAlarm | None:
    """Return a request as an alarm to be kept; None if the service is none that raises an alarm.

    Raises
    ------
    RequestError : what is wrong with the request; such a one is not kept, since it may hold anything.
    """
    wanted = site.services.get(service)
    if wanted is None or not wanted.alarm:
        return None
    check_key(key)
    checked = checked_params(site, wanted, params)
    places = [str(checked[spec.name]) for spec in wanted.params if spec.type == "place" and spec.name in checked]
    subject = places[0] if places else key
    return RaisedAlarm(
        key,
        service,
        {name: value for name, value in params.items() if value is not None},
        requester if _REQUESTER.fullmatch(requester) else "",
        subject,
        by,
        raised_unix_s,
        raised_s,
    )


class RaisedAlarms:
    """The journal: a folder with a file for each alarm.

    Parameters
    ----------
    folder : made with the first alarm.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, alarm: RaisedAlarm) -> None:
        """Keep an alarm, durably; one of the same key that is kept already stays as it is.

        Raises
        ------
        RuntimeFailure : `runtime_alarm_not_kept`, when it cannot be written or there are too many.
        """
        target = self._folder / f"{alarm.key}{SUFFIX}"
        partial = self._folder / f"{alarm.key}.{os.getpid()}.{threading.get_ident()}.part"
        try:
            if target.exists():
                return
            if len(self.kept()) >= MOST_KEPT:
                raise _not_kept(f"{MOST_KEPT} are kept already", alarm.key)
            self._folder.mkdir(parents=True, exist_ok=True)
            try:
                with partial.open("wb") as out:
                    out.write(_line(alarm))
                    out.flush()
                    os.fsync(out.fileno())
                with contextlib.suppress(FileExistsError):
                    os.link(partial, target)
            finally:
                partial.unlink(missing_ok=True)
            _sync(self._folder)
        except OSError as error:
            raise _not_kept(error.strerror or str(error), alarm.key) from error

    def kept(self) -> list[str]:
        """Return the keys of what is kept, in no order; cheap, since nothing is read.

        Raises
        ------
        OSError : the folder cannot be read.
        """
        try:
            with os.scandir(self._folder) as entries:
                return [entry.name.removesuffix(SUFFIX) for entry in entries if entry.name.endswith(SUFFIX)]
        except FileNotFoundError:
            return []

    def read(self) -> tuple[list[RaisedAlarm], list[str]]:
        """Return what is kept, oldest first, and the keys of what is damaged.

        Raises
        ------
        OSError : the folder cannot be read.
        """
        whole: list[RaisedAlarm] = []
        damaged: list[str] = []
        for key in sorted(self.kept()):
            try:
                alarm = _parse((self._folder / f"{key}{SUFFIX}").read_bytes())
            except FileNotFoundError:
                continue  # cleared in between
            if alarm is None or alarm.key != key:
                damaged.append(key)
            else:
                whole.append(alarm)
        return sorted(whole, key=lambda alarm: alarm.raised_unix_s), damaged

    def clear(self, key: str) -> None:
        """Forget an alarm that the ledger knows, or that was refused for good."""
        (self._folder / f"{key}{SUFFIX}").unlink(missing_ok=True)

    def put_aside(self, key: str) -> Path:
        """Keep a damaged file out of the way, for people to look at, and return where it is."""
        aside = self._folder / f"{key}{_DAMAGED}"
        (self._folder / f"{key}{SUFFIX}").replace(aside)
        return aside


def _line(alarm: RaisedAlarm) -> bytes:
    body = json.dumps({"v": RECORD_VERSION, **asdict(alarm)}, separators=(",", ":")).encode()
    return b"%08x %s\n" % (zlib.crc32(body), body)


def _parse(content: bytes) -> RaisedAlarm | None:
    """Return the alarm of a file, None if not every byte of it is as it was written."""
    checksum, _, body = content.partition(b" ")
    if not body.endswith(b"\n") or checksum != b"%08x" % zlib.crc32(body[:-1]):
        return None
    values = json.loads(body)
    if values.pop("v") != RECORD_VERSION:
        return None
    return RaisedAlarm(**values)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _not_kept(reason: str, key: str) -> RuntimeFailure:
    message = f"the alarm cannot be kept ({reason}); it rings only if the manager can be reached now"
    return RuntimeFailure("runtime_alarm_not_kept", message, key)
