"""The code knows no city, place, route, zone, robot or service by name: what it says of them comes from files."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from robot_fleet.core.site import Site
from robot_fleet.runtime.shipped import DEFAULT_SITE
from robot_fleet.site.load import load_site

ROOT = Path(__file__).parents[3]
CODE = ROOT / "robot_fleet"
SITES = sorted((ROOT / "config" / "sites").glob("*/site.yaml"))
CITIES = re.compile(r"busan|eco_?delta|khon|kaen|부산|에코델타|ขอนแก่น|บึงแก่น", re.IGNORECASE)

# Words that mean something else where they stand, by the last parts of the file's path.
MEANT = {
    ("runtime/shipped.py", DEFAULT_SITE.name): "the one default",
    ("stores/people/person.py", "care_visit"): "a purpose of reading people's data",
    ("cli/person_words.py", "care_visit"): "the same",
    ("site/reading/open_rmf.py", "patrol"): "a category of Open-RMF's",
    ("server/open_rmf/asking.py", "patrol"): "the same",
    ("server/open_rmf/models.py", "patrol"): "the same",
    ("server/open_rmf/models.py", "checkpoint/courtyard"): "an example in the API's description",
    ("server/open_rmf/models.py", "checkpoint/bays"): "the same",
    ("server/models/commands.py", "care_visit"): "the same",
    ("server/models/commands.py", "care_1"): "the same",
    ("server/models/schedules.py", "care_visit"): "the same",
}


def strings(path: Path) -> Iterator[tuple[int, str]]:
    """Give every string of a module that is no docstring, with its line."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    told = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            told.add(id(node.value))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.lineno, node.value


def names_of(site: Site) -> set[str]:
    named = {site.id, *site.places, *site.routes, *site.zones, *site.robots, *site.services, *site.items}
    return named - {"staff", "kitchen"}


@pytest.fixture(scope="module")
def code() -> list[tuple[str, int, str]]:
    modules = sorted(CODE.rglob("*.py"))
    assert len(modules) > 300
    return [(str(path.relative_to(CODE)), line, said) for path in modules for line, said in strings(path)]


@pytest.mark.parametrize("site_file", SITES, ids=lambda path: path.parent.name)
def test_no_module_names_anything_of_a_site(code: list[tuple[str, int, str]], site_file: Path) -> None:
    names = names_of(load_site(site_file.parent))
    found = [(file, line, said) for file, line, said in code if said in names and (file, said) not in MEANT]
    assert found == []


def test_no_module_names_a_city(code: list[tuple[str, int, str]]) -> None:
    found = [(file, line, said) for file, line, said in code if CITIES.search(said) and (file, said) not in MEANT]
    assert found == []


def test_the_console_names_no_city_and_no_service() -> None:
    names = {name for path in SITES for name in load_site(path.parent).services} | {"busan", "khon_kaen"}
    quoted = re.compile(rf"[\"'`]({'|'.join(sorted(names))})[\"'`]")
    scripts = sorted((CODE / "console").rglob("*.js"))
    assert len(scripts) > 40
    said = [(path.name, quoted.findall(path.read_text(encoding="utf-8"))) for path in scripts]
    assert [(file, found) for file, found in said if found] == []
