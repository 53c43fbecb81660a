"""Signatures after the Standard Webhooks specification 1.0.0 (https://www.standardwebhooks.com), symmetric scheme."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping


def signed_headers(key: bytes, event: str, at_unix_s: float, body: bytes) -> Mapping[str, str]:
    """Return the headers that say which event a body is, when it is sent, and that it is ours.

    Parameters
    ----------
    key : the secret's bytes.
    event : the event's id, without a full stop, since full stops part what is signed.
    at_unix_s : time of this try; receivers refuse what is old.
    """
    stamp = str(int(at_unix_s))
    digest = hmac.new(key, b".".join((event.encode(), stamp.encode(), body)), hashlib.sha256).digest()
    return {
        "webhook-id": event,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }
