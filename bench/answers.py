"""How long the API of a running fleet takes to answer on a connection that is kept open: `python -m bench.answers`."""

from __future__ import annotations

import argparse
import time

import httpx
import numpy as np

PATHS = ("/api/v1/session", "/api/v1/tasks", "/")


def answers_ms(client: httpx.Client, path: str, times: int) -> tuple[float, float]:
    """Return median and 95th percentile of the milliseconds until an answer is read whole; the first does not count."""
    taken_ms = []
    for _ in range(times + 1):
        begun_s = time.perf_counter()
        client.get(path).raise_for_status()
        taken_ms.append(1e3 * (time.perf_counter() - begun_s))
    median, high = np.percentile(taken_ms[1:], (50, 95))
    return float(median), float(high)


def main() -> None:
    """Ask a running fleet and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8600", help="of a fleet that asks nobody to sign in")
    parser.add_argument("--times", type=int, default=100, help="how often each address is asked for")
    asked = parser.parse_args()
    with httpx.Client(base_url=asked.url) as client:
        for path in PATHS:
            median, high = answers_ms(client, path, asked.times)
            print(f"{path:<16} p50 {median:5.1f} ms   p95 {high:5.1f} ms")


if __name__ == "__main__":
    main()
