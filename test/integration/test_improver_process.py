"""The planner's worker process ends with its manager, however that ends."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from pathlib import Path

OWNER = """
import os
from robot_fleet.runtime.improver import Improver

if __name__ == "__main__":
    improver = Improver(0.1, 1)
    print(improver._pool.submit(os.getpid).result(), flush=True)
    os.kill(os.getpid(), 9)
"""


def test_the_worker_of_a_killed_manager_ends_too(tmp_path: Path) -> None:
    script = tmp_path / "owner.py"
    script.write_text(OWNER, encoding="utf-8")
    owner = subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert owner.stdout is not None
    with owner.stdout:
        worker = int(owner.stdout.readline())
    assert owner.wait(60.0) == -9
    try:
        watched = os.pidfd_open(worker)
    except ProcessLookupError:
        return  # it has ended already
    try:
        ready, _, _ = select.select([watched], [], [], 30.0)
    finally:
        os.close(watched)
    assert ready, "the worker still lives"
