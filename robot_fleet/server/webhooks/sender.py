"""One try to deliver an event over HTTP. Whatever goes wrong is an outcome, never an exception."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpx

from robot_fleet import __version__
from robot_fleet.server.webhooks.retry import Outcome
from robot_fleet.server.webhooks.signing import signed_headers
from robot_fleet.site.models.webhooks import is_loopback
from robot_fleet.site.reading.webhooks import Endpoint
from robot_fleet.stores.outbox import Delivery

_GONE = 410
logging.getLogger("httpx").setLevel(logging.WARNING)  # it would write down every address, and some hold a secret


def client_for(endpoint: Endpoint, try_s: float) -> httpx.AsyncClient:
    """Return a client for one endpoint; the machine's proxies are for other hosts than this one."""
    host = urlsplit(endpoint.url).hostname or ""
    each_anew = httpx.Limits(max_keepalive_connections=0)  # a connection kept for hours may be dead
    return httpx.AsyncClient(timeout=try_s, limits=each_anew, follow_redirects=False, trust_env=not is_loopback(host))


async def send(client: httpx.AsyncClient, endpoint: Endpoint, delivery: Delivery, try_s: float) -> Outcome:
    """Try to deliver once; the receiver has `try_s` seconds for all of it, however it spreads them."""
    now_s = time.time()
    body = delivery.body.encode()
    headers = {
        "content-type": "application/json",
        "user-agent": f"robot_fleet/{__version__}",
        **signed_headers(endpoint.key, delivery.event, now_s, body),
    }
    try:
        async with (
            asyncio.timeout(try_s),
            client.stream("POST", endpoint.url, content=body, headers=headers) as answer,
        ):  # what the receiver answers beyond its status is not read
            if answer.is_success:
                return Outcome(True)
            asked_s = _seconds(answer.headers.get("retry-after", ""), now_s)
            return Outcome(False, f"http_{answer.status_code}", asked_s, answer.status_code == _GONE)
    except (TimeoutError, httpx.TimeoutException):
        return Outcome(False, "timeout")
    except Exception as error:  # one broken receiver, or one bug about it, must not stop the others
        return Outcome(False, type(error).__name__)


def _seconds(text: str, now_s: float) -> float | None:
    """Return what a Retry-After header asks for: seconds, or the date until which to wait."""
    try:
        asked_s = float(text)
    except ValueError:
        try:
            until = parsedate_to_datetime(text)
        except ValueError:
            return None
        if until.tzinfo is None:
            until = until.replace(tzinfo=UTC)
        asked_s = (until - datetime.fromtimestamp(now_s, UTC)).total_seconds()
    return max(asked_s, 0.0) if math.isfinite(asked_s) else None
