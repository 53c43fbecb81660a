"""A scenario's site as a folder, for processes that read one: its robots, batteries and things written out."""

from __future__ import annotations

import shutil
from pathlib import Path

import yaml

from robot_fleet.runtime.scenarios.ground import Ground

_LEFT = shutil.ignore_patterns("webhooks.yaml", "reports.yaml", "open_rmf.yaml", "demand.*")
"""Nobody outside is told of what happens in a scenario, and people ask for what it says."""


def write_site(ground: Ground, folder: Path) -> Path:
    """Write the site of a scenario into a folder that is not there yet, and return it."""
    shutil.copytree(ground.folder, folder, ignore=_LEFT)
    kinds = {spec.kind for spec in ground.site.robots.values()}
    for path in (folder / "services").glob("*.yaml"):
        says = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        if not kinds & set(says["robot_kinds"]):
            path.unlink()  # a site may not offer what none of its robots can do
    robots = []
    for spec in ground.site.robots.values():
        row = next(each for each in _rows(folder / "robots.yaml", "robots") if each["id"] == spec.id)
        robots.append({**row, "start": spec.start, "start_soc_pct": spec.start_soc_pct})
    _write(folder / "robots.yaml", "robots", robots)
    known = _rows(folder / "items.yaml", "items") if (folder / "items.yaml").exists() else []
    items = [
        {
            "id": item.id,
            "kind": item.kind,
            "at": item.at,
            "mass_kg": item.mass_kg,
            "length_m": item.length_m,
            "width_m": item.width_m,
        }
        for item in ground.scenario.says.items
    ]
    _write(folder / "items.yaml", "items", [*known, *items])
    return folder


def _rows(path: Path, key: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)[key]
    return found


def _write(path: Path, key: str, rows: list[dict[str, object]]) -> None:
    body = {"schema_version": 1, key: rows}
    path.write_text(yaml.safe_dump(body, allow_unicode=True, sort_keys=False), encoding="utf-8")
