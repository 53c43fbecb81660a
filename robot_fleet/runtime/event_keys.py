"""The keys by which a fleet knows who speaks for the city: those of the site's sources, and its own for exercises."""

from __future__ import annotations

import base64
import contextlib
import os
import secrets
from pathlib import Path

from robot_fleet.core.city import LOCAL
from robot_fleet.core.errors import RuntimeFailure, SiteError
from robot_fleet.site.checking.city import read_event_keys
from robot_fleet.site.reading.webhooks import secret_key

_FILE = "event_secret"


def event_keys(site: Path, run: Path, without: list[SiteError]) -> dict[str, bytes]:
    """Return the key of each source from which events may be taken.

    Parameters
    ----------
    site : the site's folder.
    run : the fleet's directory; the key for exercises is made there if it is missing, for its owner alone.
    without : takes the errors of sources whose secret is missing; nothing is taken from them.

    Raises
    ------
    RuntimeFailure : `runtime_file_unwritable`.
    SiteError : `site_webhook_secret`, for a key for exercises that is none.
    """
    keys = read_event_keys(site, without=without)
    _make(run / _FILE)
    return {**keys, LOCAL.id: local_key(run)}


def local_key(run: Path) -> bytes:
    """Return the key that exercises of a fleet are signed with.

    Raises
    ------
    RuntimeFailure : `runtime_no_fleet`, where no fleet has made one.
    SiteError : `site_webhook_secret`.
    """
    try:
        text = (run / _FILE).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        message = "there is no key for exercises; it is made when the fleet starts: ./fleet up"
        raise RuntimeFailure("runtime_no_fleet", message, str(run / _FILE)) from None
    return secret_key(text.strip(), f"the file {run / _FILE}", _FILE)


def _make(path: Path) -> None:
    """Write a new secret unless there is one; it appears whole, however many processes make one at a time."""
    if path.exists():
        return
    text = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(text)
        with contextlib.suppress(FileExistsError):
            os.link(partial, path)
    except OSError as error:
        message = f"the key for exercises cannot be written: {error.strerror}"
        raise RuntimeFailure("runtime_file_unwritable", message, str(path)) from error
    finally:
        partial.unlink(missing_ok=True)
