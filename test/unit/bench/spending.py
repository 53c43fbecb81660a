"""Work for a measured process: spends CPU time, asked for by its name from a fresh interpreter."""

from __future__ import annotations

import os
import subprocess
import sys
import time

from bench.process import Child
from robot_fleet.core.errors import PlanError

SPEND = "import time\nwhile time.process_time() < {}: pass"


def spend(child: Child, start_s: float, compile_s: float, solve_s: float) -> str:
    """Spend so much in the three stages, the last one in two descendants: one ends, the other one still lives."""
    for own_s in (start_s, compile_s):
        until_s = time.process_time() + own_s
        while time.process_time() < until_s:
            pass
        child.tell(own_s, 0.0, 0.0)
        child.stage()
    subprocess.run([sys.executable, "-c", SPEND.format(solve_s / 2.0)], check=True)
    living = SPEND.format(solve_s / 2.0) + "\nprint(flush=True)\nimport sys\nsys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", living], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        child.stage()
    return "done"


def refuse(child: Child) -> None:
    """Meet an error that the user shall see."""
    raise PlanError("plan_rival_unfit", "it does not fit", "somebody")


def vanish(child: Child) -> None:
    """End as a process does that the kernel kills."""
    os._exit(9)
