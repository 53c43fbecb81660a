"""What sdformat itself says of a world, on machines that have it: `ign sdf -k` or `gz sdf -k`."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from robot_fleet.site.worlds.findings import Level, WorldFinding

MOST_S = 180.0
"""A world of a hundred robots takes 14 s."""
_ERROR = re.compile(r"^Error Code \d+: (?:\[(?P<where>[^\]]*)\]: )?Msg: (?P<message>.*)$", re.MULTILINE)
_LINE = re.compile(r":L(\d+)$")


def sdformat() -> str | None:
    """Return the program that carries sdformat's check, None where there is none."""
    return shutil.which("gz") or shutil.which("ign")


def check_with_sdformat(world: Path) -> list[WorldFinding]:
    """Return what sdformat says is wrong with a file; nothing where it is not installed.

    It does not look for included models beside the world: a file with includes is not for it.
    """
    program = sdformat()
    if program is None:
        return []
    try:
        ran = subprocess.run(
            [program, "sdf", "-k", str(world)], capture_output=True, text=True, timeout=MOST_S, check=False
        )
    except subprocess.TimeoutExpired:
        message = f"sdformat gave no answer within {MOST_S:.0f} s"
        return [WorldFinding(str(world), 0, Level.WARNING, "world_sdformat", message)]
    if ran.returncode == 0:
        return []
    found = [
        WorldFinding(str(world), _line(match["where"] or ""), Level.ERROR, "world_sdformat", match["message"])
        for match in _ERROR.finditer(ran.stdout + ran.stderr)
    ]
    said = (ran.stderr or ran.stdout).strip().splitlines()[-1:] or [f"exit status {ran.returncode}"]
    return found or [WorldFinding(str(world), 0, Level.ERROR, "world_sdformat", said[0])]


def _line(where: str) -> int:
    match = _LINE.search(where)
    return int(match[1]) if match else 0
