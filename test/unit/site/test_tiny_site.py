"""The tiny site's drawn files are what its script draws."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

DATA = Path(__file__).parents[2] / "data"


def test_map_and_lanes_are_as_drawn(tmp_path: Path) -> None:
    command = [sys.executable, str(DATA / "make_tiny_site.py"), str(tmp_path)]
    root = str(DATA.parents[1])
    subprocess.run(command, check=True, timeout=120, cwd=root, env={"PYTHONPATH": root})
    for name in ("map.yaml", "map.pgm", "lanes.geojson"):
        assert (tmp_path / name).read_bytes() == (DATA / "sites" / "tiny" / name).read_bytes(), name
