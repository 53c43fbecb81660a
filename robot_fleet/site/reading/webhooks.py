"""Reads `webhooks.yaml`: each receiver with the key that its messages are signed with."""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from robot_fleet.core.errors import SiteError
from robot_fleet.site.models.webhooks import PRIORITIES, ReceiverModel, WebhooksFile
from robot_fleet.site.reading.draft import findings_of
from robot_fleet.site.reading.findings import Finding
from robot_fleet.site.reading.source import read_yaml

WEBHOOKS_FILE = "webhooks.yaml"
_PREFIX = "whsec_"
_KEY_BYTES = range(24, 65)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A receiver of webhooks.

    Parameters
    ----------
    key : signs what is sent to it.
    events, priorities : what it wants to hear of.
    give_up_after_s : an event that it has not taken after so long is not sent to it any more.
    """

    id: str
    url: str
    key: bytes = field(repr=False)
    events: frozenset[str]
    priorities: frozenset[str]
    give_up_after_s: float

    def wants(self, event: str, priority: str) -> bool:
        """Return whether it is to hear of such an event."""
        return event in self.events and priority in self.priorities


def read_webhooks(
    path: Path, environ: Mapping[str, str] = os.environ, *, without: list[SiteError] | None = None
) -> tuple[Endpoint, ...]:
    """Return the receivers of a file, with their keys.

    Parameters
    ----------
    without : takes the errors of receivers whose secret is missing, which are left out then; None raises the first.

    Raises
    ------
    SiteError : the first thing that is wrong with the file, with its line; `site_webhook_secret`.
    """
    found = []
    for model in _read(path).endpoints:
        try:
            found.append(endpoint_of(model.id, model, path, environ, model.events, model.priorities))
        except SiteError as error:
            if without is None:
                raise
            without.append(error)
    return tuple(found)


def check_webhooks(path: Path) -> list[Finding]:
    """Return what is wrong with a file; the secrets are not looked at."""
    findings: list[Finding] = []
    _parse(path, findings)
    return findings


def _read(path: Path) -> WebhooksFile:
    if not path.is_file():
        raise SiteError("site_file_missing", "there is no such file; expected receivers of webhooks", str(path))
    findings: list[Finding] = []
    file = _parse(path, findings)
    if file is None or findings:
        raise findings[0].error()
    return file


def _parse(path: Path, findings: list[Finding]) -> WebhooksFile | None:
    source = read_yaml(path.parent, path.name, findings)
    if source.data is None:
        return None
    try:
        return WebhooksFile.model_validate(source.data)
    except ValidationError as error:
        findings.extend(findings_of(error, source))
        return None


def endpoint_of(
    name: str,
    model: ReceiverModel,
    path: Path,
    environ: Mapping[str, str],
    events: Iterable[str],
    priorities: Iterable[str] = PRIORITIES,
) -> Endpoint:
    """Return a receiver with its key.

    Parameters
    ----------
    name : its id.
    path : the file that it stands in.

    Raises
    ------
    SiteError : `site_webhook_secret`.
    """
    key = key_of(name, model.secret_env, model.secret_file, path, environ)
    return Endpoint(name, model.url, key, frozenset(events), frozenset(priorities), model.give_up_after_s)


def key_of(name: str, env: str | None, file: str | None, path: Path, environ: Mapping[str, str]) -> bytes:
    """Return the key in the secret of a receiver or of a source of events.

    Parameters
    ----------
    name : whose it is.
    env, file : the variable that holds the secret, or the file, relative to the folder of `path`.
    path : the file that names it.

    Raises
    ------
    SiteError : `site_webhook_secret`.
    """
    where = f"{path.name} {name}"
    if env is not None:
        text = environ.get(env, "")
        origin = f"the variable {env}"
    else:
        secret = path.parent / (file or "")
        origin = f"the file {secret}"
        try:
            text = secret.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise SiteError("site_webhook_secret", f"{origin} cannot be read ({type(error).__name__})", where) from None
    return secret_key(text.strip(), origin, where)


def secret_key(text: str, origin: str, where: str) -> bytes:
    """Return the key in a secret; what is wrong with one is told without a letter of it.

    Raises
    ------
    SiteError : `site_webhook_secret`.
    """
    try:
        key = base64.b64decode(text.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not text.startswith(_PREFIX) or len(key) not in _KEY_BYTES:
        expected = f"{_PREFIX} and 24 to 64 bytes in base64"
        raise SiteError("site_webhook_secret", f"expected in {origin} a secret: {expected}", where)
    return key
