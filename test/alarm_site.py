"""The tiny site with a service that raises alarms."""

from __future__ import annotations

import shutil
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
TINY = ROOT / "test" / "data" / "sites" / "tiny"
BUSAN = ROOT / "config" / "sites" / "busan_edc"
SERVICE = "care_alarm"


def alarm_site(folder: Path) -> Path:
    """Write the site into a folder that is not there yet, with people who answer such calls, and return it."""
    shutil.copytree(TINY, folder)
    shutil.copy(BUSAN / "services" / f"{SERVICE}.yaml", folder / "services")
    theirs, ours = (yaml.safe_load((each / "people.yaml").read_text(encoding="utf-8")) for each in (BUSAN, folder))
    for part in ("acts", "answers"):
        known = {name: habit for name, habit in theirs[part].items() if name.startswith(f"{SERVICE}.")}
        ours[part] = {**ours.get(part, {}), **known}
    ours["contacts"] = theirs["contacts"]
    (folder / "people.yaml").write_text(yaml.safe_dump(ours, allow_unicode=True), encoding="utf-8")
    return folder
