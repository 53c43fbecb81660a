"""Makes the lock files from the requirements*.in files: `./fleet python -m bootstrap.relock`."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from bootstrap.lock_files import lines

_HEAD = "# Made by `./fleet python -m bootstrap.relock`; every version is exact.\n"


def resolve(*options: str) -> dict[str, str]:
    """Return version by normalised name of what pip would install anew."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed", "--report", "-"]
    report = subprocess.run([*command, *options], check=True, stdout=subprocess.PIPE, text=True).stdout
    found = [each["metadata"] for each in json.loads(report)["install"]]
    return {re.sub(r"[-_.]+", "-", each["name"]).lower(): each["version"] for each in found}


def main(root: Path) -> None:
    """Resolve everything together, then write what ROS and what the rivals alone need apart from the rest."""
    general = ["-r", str(root / "requirements.in"), "-r", str(root / "requirements-dev.in")]
    together = resolve(*general, "-r", str(root / "requirements-ros.in"))
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as constraints:
        constraints.write(lines(together))
        constraints.flush()
        without_ros = resolve(*general, "-c", constraints.name)
        rivals = resolve("-r", str(root / "requirements-bench.in"), "-c", constraints.name)
    only_ros = {name: version for name, version in together.items() if name not in without_ros}
    (root / "requirements.lock").write_text(_HEAD + lines(without_ros), encoding="utf-8")
    (root / "requirements-ros.lock").write_text(_HEAD + lines(only_ros), encoding="utf-8")
    only_bench = {name: version for name, version in rivals.items() if name not in together}
    (root / "requirements-bench.lock").write_text(_HEAD + lines(only_bench), encoding="utf-8")


if __name__ == "__main__":
    main(Path(__file__).resolve().parent.parent)
