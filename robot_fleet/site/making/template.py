"""Makes a site from another one that is there already: a copy of its own, fit to run, that is then changed by hand."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import yaml

from robot_fleet.core.errors import SiteError
from robot_fleet.site.demand import read_csv
from robot_fleet.site.load import load_site
from robot_fleet.site.making.folders import insist_on_free, made_aside
from robot_fleet.site.making.new import NewSiteReport, site_id_of
from robot_fleet.site.reading.source import site_languages

_TEXT = (".yaml", ".csv", ".geojson", ".sdf")

_README = """# {id}

Made from the template `{template}`. Everything works as it is:

    ./fleet site check {folder}
    ./fleet demo --site {folder} --link virtual --requests 20

Change one thing at a time, and check after each. Nothing of the program has to be changed.

1. `site.yaml`: the name, the `languages` that all texts are written in, the number that is dialled for an ambulance,
   and `synthetic_people: false` before data of real people come in.
2. `calendar.yaml`: time zone, holidays, and the date from which simulated days count.
3. Ground: put your building into `{world}` (or draw a world of your own, and name it in `site.yaml`), then
   `./fleet site map {folder}/{world} -o {folder}/map`. If you have a Nav2 map instead, replace `map.yaml` and its
   image.
4. `places.yaml` and `lanes.geojson`: move places and their vertices; `./fleet site check` names whatever stands in a
   wall. `zones.yaml`: the parts that people close or slow down.
5. `kinds.yaml` and `robots.yaml`: the figures of your robots' manuals, and which robots there are.
6. `services/`: take away what you do not offer, change texts and times, add your own. `people.yaml`: how people answer.
7. `costs.yaml`: your contracts and tariff, in your currency. `retention.yaml`: how long data of people are kept.
8. `demand.yaml`: the pattern of a day, and then
   `./fleet site demand {folder} --seed 1 --out {folder}/demand.csv`.
"""


def templates(folder: Path) -> Mapping[str, Path]:
    """Return the sites in a folder by name, each of which can be a template."""
    return {path.parent.name: path.parent for path in sorted(folder.glob("*/site.yaml"))}


def site_from_template(template: str, known: Mapping[str, Path], out_dir: Path) -> NewSiteReport:
    """Write a copy of a template into a folder that is empty or not there, with an id and a world of its own.

    Parameters
    ----------
    template : of those that are known.
    out_dir : its name becomes the site's id.

    Raises
    ------
    SiteError : `site_new_unknown_template`, `site_new_folder_taken`; what is wrong with the template.
    """
    if template not in known:
        message = f"there is no template {template!r}; expected one of {', '.join(known) or 'none at all'}"
        raise SiteError("site_new_unknown_template", message, "--template")
    insist_on_free(out_dir)
    source, site_id = known[template], site_id_of(out_dir.resolve().name)
    with made_aside(out_dir.resolve()) as folder:
        shutil.copytree(source, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("README.md", ".*"))
        world = _own_world(source, folder, site_id)
        old_id = _rename(folder, site_id, world)
        for path in sorted(folder.rglob("*")):
            if path.suffix in _TEXT and path.name != "site.yaml":
                _forget(path, old_id, site_id)
        about = {"id": site_id, "template": template, "folder": out_dir, "world": world or "a Gazebo world"}
        (folder / "README.md").write_text(_README.format(**about), encoding="utf-8")
    site = load_site(out_dir)
    requests = read_csv(out_dir / "demand.csv") if (out_dir / "demand.csv").is_file() else ()
    return NewSiteReport(
        out_dir, len(site.places), len(site.lanes), len(site.robots), len(site.services), len(requests)
    )


def _own_world(source: Path, folder: Path, site_id: str) -> str:
    """Copy the template's Gazebo world beside the other files, and return its name; empty if it has none."""
    said = _site_yaml(source)
    world = source / str(said.get("world") or "")
    if not said.get("world") or not world.is_file():
        return ""
    shutil.copyfile(world, folder / f"{site_id}.sdf")
    return f"{site_id}.sdf"


def _rename(folder: Path, site_id: str, world: str) -> str:
    """Write the copy's `site.yaml`, and return the id that the template had."""
    said = _site_yaml(folder)
    old_id = str(said["id"])
    shown = site_id.replace("_", " ").capitalize()
    said |= {"id": site_id, "name": dict.fromkeys(site_languages(folder), shown)}
    said.pop("world", None)
    if world:
        said["world"] = world
    text = yaml.safe_dump(said, allow_unicode=True, sort_keys=False, width=110)
    (folder / "site.yaml").write_text(text, encoding="utf-8")
    return old_id


def _forget(path: Path, old_id: str, site_id: str) -> None:
    """Name the new site where a file names the template, and drop remarks on how the template's file was written."""
    text = path.read_text(encoding="utf-8")
    if old_id not in text:
        return
    lines = [
        line
        for line in text.splitlines(keepends=True)
        if old_id not in line or not line.lstrip().startswith(("#", "<!--"))
    ]
    path.write_text(re.sub(rf"\b{re.escape(old_id)}\b", site_id, "".join(lines)), encoding="utf-8")


def _site_yaml(folder: Path) -> dict[str, object]:
    said = yaml.load((folder / "site.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    if not isinstance(said, dict):
        raise SiteError("site_yaml_malformed", "expected a mapping of keys", str(folder / "site.yaml"))
    return said
