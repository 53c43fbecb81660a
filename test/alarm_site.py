"""The tiny site with a service that raises alarms."""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TINY = ROOT / "test" / "data" / "sites" / "tiny"
CARE_ALARM = ROOT / "config" / "sites" / "busan_edc" / "services" / "care_alarm.yaml"


def alarm_site(folder: Path) -> Path:
    """Write the site into a folder that is not there yet, and return it."""
    shutil.copytree(TINY, folder)
    shutil.copy(CARE_ALARM, folder / "services")
    return folder
