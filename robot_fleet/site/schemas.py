"""JSON Schemas of a site's files, generated from their models: `python -m robot_fleet.site.schemas DIR` writes them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from pydantic import BaseModel

from robot_fleet.site.ground.maps import MapFile
from robot_fleet.site.models.base import ItemsFile, PlacesFile, SiteFile, ZonesFile
from robot_fleet.site.models.calendar import CalendarFile
from robot_fleet.site.models.city import BuildingsFile, EventsFile
from robot_fleet.site.models.costs import CostsFile
from robot_fleet.site.models.demand_pattern import Pattern
from robot_fleet.site.models.energy import EnergyFile
from robot_fleet.site.models.equipment import EquipmentFile
from robot_fleet.site.models.health import HealthFile
from robot_fleet.site.models.lanes import LanesFile
from robot_fleet.site.models.law import PapersFile, RegimeFile
from robot_fleet.site.models.open_rmf import OpenRmfFile
from robot_fleet.site.models.pages import PagesFile
from robot_fleet.site.models.reports import ReportsFile
from robot_fleet.site.models.retention import RetentionFile
from robot_fleet.site.models.robots import KindsFile, RobotsFile
from robot_fleet.site.models.services import ServiceFile
from robot_fleet.site.models.webhooks import WebhooksFile
from robot_fleet.site.reading.recipients import RecipientsFile

MODELS: dict[str, type[BaseModel]] = {
    "buildings": BuildingsFile,
    "calendar": CalendarFile,
    "costs": CostsFile,
    "demand": Pattern,
    "events": EventsFile,
    "energy": EnergyFile,
    "equipment": EquipmentFile,
    "health": HealthFile,
    "items": ItemsFile,
    "kinds": KindsFile,
    "lanes": LanesFile,
    "map": MapFile,
    "open_rmf": OpenRmfFile,
    "pages": PagesFile,
    "papers": PapersFile,
    "places": PlacesFile,
    "regime": RegimeFile,
    "recipients": RecipientsFile,
    "reports": ReportsFile,
    "retention": RetentionFile,
    "robots": RobotsFile,
    "service": ServiceFile,
    "site": SiteFile,
    "webhooks": WebhooksFile,
    "zones": ZonesFile,
}


def schema_texts() -> dict[str, str]:
    """Return file name -> text of the JSON Schema, for each file of a site."""
    texts = {}
    for name, model in MODELS.items():
        schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema()}
        texts[f"{name}.schema.json"] = json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    return texts


def write_schemas(folder: Path) -> None:
    """Write every schema into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in schema_texts().items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_schemas(Path(sys.argv[1]))
