"""SDF files as trees whose elements know their lines, and the files that worlds name."""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path
from xml.etree import ElementTree
from xml.parsers import expat

from robot_fleet.core.errors import SiteError

_PATHS = ("GZ_SIM_RESOURCE_PATH", "SDF_PATH", "IGN_GAZEBO_RESOURCE_PATH")
_SCHEMES = ("model://", "file://", "package://")
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
_DECLARATION = re.compile(rb"<\?xml.*?\?>", re.DOTALL)
REMOTE = ("http://", "https://")
"""How a URI begins that names something on another machine."""


class Node(ElementTree.Element):
    """An element that remembers its line."""

    line = 0


def parse(file: Path) -> ElementTree.Element:
    """Return the root of an XML file. Raises SiteError `site_sdf_malformed` with file and line."""
    parser = expat.ParserCreate()

    def node(tag: str, attributes: dict[str, str]) -> ElementTree.Element:
        made = Node(tag, attributes)
        made.line = parser.CurrentLineNumber
        return made

    builder = ElementTree.TreeBuilder(element_factory=node)
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    try:
        parser.Parse(_as_gazebo_reads(file.read_bytes()), True)
    except expat.ExpatError as error:
        message = f"expected well-formed XML: {expat.ErrorString(error.code)}"
        raise SiteError("site_sdf_malformed", message, f"{file}:{error.lineno}") from error
    return builder.close()


def _as_gazebo_reads(text: bytes) -> bytes:
    """Return a file without what Gazebo's parser does not mind: `--` in comments, blanks before the declaration."""
    head = len(text) - len(text.lstrip())
    if head and text[head:].startswith(b"<?xml"):
        text = text[:head] + _blank(_DECLARATION, text[head:])
    return _blank(_COMMENT, text)


def _blank(pattern: re.Pattern[bytes], text: bytes) -> bytes:
    """Return a text with what matches replaced by its line ends, so that lines keep their numbers."""
    return pattern.sub(lambda match: b"\n" * match[0].count(b"\n"), text)


def line_of(element: ElementTree.Element) -> int:
    """Return an element's line, counted from 1; 0 where it is not known."""
    return element.line if isinstance(element, Node) else 0


def where(file: Path, element: ElementTree.Element) -> str:
    """Return `file:line` of an element."""
    return f"{file}:{line_of(element)}"


def words(element: ElementTree.Element | None) -> str:
    """Return an element's text without blanks around it; empty where there is none."""
    return "" if element is None else (element.text or "").strip()


def is_true(element: ElementTree.Element | None) -> bool:
    """Return whether an element says true; one that is not there does not."""
    return words(element).lower() in ("true", "1")


def numbers_of(element: ElementTree.Element | None) -> tuple[float, ...]:
    """Return the numbers that are an element's text; none where it is no row of numbers."""
    try:
        return tuple(float(word) for word in words(element).split())
    except ValueError:
        return ()


def find_file(uri: str, *folders: Path) -> Path | None:
    """Return the file or folder that a URI names: beside the world and the file that names it, or on Gazebo's paths.

    `model://a/b` is looked for as `a/b`, in `models` too; Gazebo's paths are those of `GZ_SIM_RESOURCE_PATH`.
    """
    name = uri
    for scheme in _SCHEMES:
        name = name.removeprefix(scheme)
    listed = [Path(each) for path in _PATHS for each in os.environ.get(path, "").split(":") if each]
    for folder in (*folders, *listed):
        for base in (folder, folder / "models", folder.parent / "models", folder.parent):
            path = (base / name).resolve()
            if path.exists():
                return path
    return None


def find_model(uri: str, *folders: Path) -> Path | None:
    """Return the model file (SDF) that an include's URI names, or None.

    A folder's `model.config` says which file it is, the last one being of the newest version; else it is `model.sdf`.
    """
    path = find_file(uri, *folders)
    if path is None or path.is_file():
        return path
    named = ["model.sdf", f"{path.name}.sdf"]
    if (path / "model.config").is_file():
        with contextlib.suppress(SiteError):  # what is wrong with it is no matter where model.sdf is there
            named = [words(sdf) for sdf in parse(path / "model.config").findall("sdf")][::-1] + named
    return next((path / name for name in named if name and (path / name).is_file()), None)
