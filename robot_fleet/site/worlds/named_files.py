"""Files that a world names: included models, meshes, pictures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from robot_fleet.site.worlds.findings import Report
from robot_fleet.site.worlds.tree import REMOTE, find_file, find_model, words

STOCK = frozenset({"sun", "ground_plane"})
"""Models that every Gazebo had once, and that worlds still include."""
_PICTURES = frozenset(
    {
        "albedo_map",
        "normal_map",
        "roughness_map",
        "metalness_map",
        "environment_map",
        "light_map",
        "ambient_occlusion_map",
        "emissive_map",
    }
)


def check_files(root: ElementTree.Element, world: Path, report: Report) -> list[Path]:
    """Report what is not there, and return the model files that are included."""
    folders = (world.parent, report.file.parent)
    models: list[Path] = []
    for include in root.iter("include"):
        uri = include.find("uri")
        name = words(uri)
        if uri is None or not name:
            continue  # told as a missing element
        if name.startswith(REMOTE):
            report.warn(
                "world_remote_file", uri, f"{name} is fetched from another machine; expected a model beside the world"
            )
            continue
        found = find_model(name, *folders)
        if found is not None:
            models.append(found)
        elif name.removeprefix("model://") in STOCK:
            report.warn("world_missing_file", uri, f"the model {name!r} is not here; Gazebo may bring one, or not")
        else:
            report.error(
                "world_missing_file",
                uri,
                f"the included model {name!r} is not beside the world or on GZ_SIM_RESOURCE_PATH",
            )
    for element in _named(root):
        name = words(element)
        if name.startswith(REMOTE):
            report.warn(
                "world_remote_file",
                element,
                f"{name} is fetched from another machine; expected a file beside the world",
            )
        elif name and find_file(name, *folders) is None:
            what = "picture" if element.tag in _PICTURES else "mesh" if element.tag == "uri" else "file"
            report.error(
                "world_missing_file", element, f"the {what} {name!r} is not beside the world or on GZ_SIM_RESOURCE_PATH"
            )
    return models


def _named(root: ElementTree.Element) -> Iterator[ElementTree.Element]:
    """Yield the elements whose text is a file."""
    for parent in root.iter():
        if parent.tag in ("mesh", "heightmap"):
            yield from parent.findall("uri")
        elif parent.tag in ("skin", "animation"):
            yield from parent.findall("filename")
        for child in parent:
            if child.tag in _PICTURES:
                yield child
