"""The JSON Schemas in the docs are those of the models, and the sites' files hold to them."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from robot_fleet.site.schemas import schema_texts

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "docs" / "reference" / "schemas" / "site"
SHIPPED = ROOT / "config" / "sites"
SITES = [ROOT / "test" / "data" / "sites" / "tiny", SHIPPED / "busan_edc", SHIPPED / "khon_kaen_demo"]


def test_the_checked_in_schemas_are_current() -> None:
    hint = "run: python -m robot_fleet.site.schemas docs/reference/schemas/site"
    assert {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()} == schema_texts(), hint


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.name)
def test_files_of_sites_hold_to_the_schemas(site: Path) -> None:
    schemas = {name.removesuffix(".schema.json"): json.loads(text) for name, text in schema_texts().items()}
    files = {path: path.stem for path in site.glob("*.yaml") if path.stem in schemas}
    files |= dict.fromkeys(site.glob("services/*.yaml"), "service")
    files[site / "lanes.geojson"] = "lanes"
    assert len(files) >= 9
    for path, name in files.items():
        jsonschema.validate(yaml.safe_load(path.read_text(encoding="utf-8")), schemas[name])
