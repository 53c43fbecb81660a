"""Tells the core who lives where, as `recipients.yaml` says it, whenever the file changes."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from robot_fleet.core.errors import SiteError
from robot_fleet.core.inputs import RecipientsKnown
from robot_fleet.site.reading.recipients import RECIPIENTS_FILE, read_recipients

LOG = logging.getLogger("robot_fleet.recipients")


class RecipientsIntake:
    """Looks at the file; a file that cannot be read leaves in force what it said before.

    Parameters
    ----------
    folder : of the site.
    feed : takes an input; returns whether it was taken.
    """

    def __init__(self, folder: Path, feed: Callable[[RecipientsKnown], bool]) -> None:
        self._folder = folder
        self._feed = feed
        self._seen: tuple[int, int] | None = None

    def look(self) -> None:
        """Tell what the file says if it has changed."""
        try:
            known = (self._folder / RECIPIENTS_FILE).stat()
        except OSError:
            return
        changed = known.st_mtime_ns, known.st_size
        if changed == self._seen:
            return
        try:
            recipients = read_recipients(self._folder)
        except SiteError as error:
            self._seen = changed
            LOG.error("recipients event=unreadable error=%s what was known stays in force", error)
            return
        if recipients is not None and self._feed(RecipientsKnown(recipients)):
            self._seen = changed
            LOG.info("recipients event=read places=%d", len(recipients))
