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


def is_genuine(key: bytes, event: str, stamp: str, signatures: str, body: bytes) -> bool:
    """Return whether one of the signatures of a header is that of a key; when it was made is not looked at.

    Parameters
    ----------
    event, stamp, signatures : the headers `webhook-id`, `webhook-timestamp` and `webhook-signature`.
    """
    if not event or "." in event or not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        return False
    expected = signed_headers(key, event, float(stamp), body)["webhook-signature"].encode()
    return any(hmac.compare_digest(expected, each.encode()) for each in signatures.split())
