"""When a set-up is still the one that the checkout asks for: keys over content, and the file that keeps them."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from bootstrap.layout import Layout
from bootstrap.lock_files import lines, read_lock
from bootstrap.ros import HostRos

_FORMAT = "1"  # grows when the set-up itself changes what it makes


@dataclass(frozen=True, slots=True)
class Stamp:
    """Keys of the parts of a set-up.

    Parameters
    ----------
    packages
        Key of the environment and of all that pip installs into it.
    interfaces
        Key of the built interface packages; it depends on the content alone, so checkouts can share the result.
    planners
        Key of the sources that the planners are compiled from; checkouts share the result too.
    """

    packages: str = ""
    interfaces: str = ""
    planners: str = ""


def wanted(layout: Layout, python_version: str, host: HostRos | None) -> Stamp:
    """Return the stamp of a complete set-up of this checkout for Python ``python_version`` (such as ``3.11``)."""
    return Stamp(
        packages=_digest([*_ground(layout, python_version, host), str(layout.root), lines(read_lock(layout.lock))]),
        interfaces=_digest([f"{name} {key}" for name, key in interface_keys(layout, python_version, host).items()]),
        planners=_digest([path.read_text(encoding="utf-8") for path in sorted(layout.kernel.glob("*.py"))]),
    )


def interface_keys(layout: Layout, python_version: str, host: HostRos | None) -> dict[str, str]:
    """Return the key of the content of each interface package to build, by name.

    These are all but those that the ROS installation brings itself.
    """
    folders = sorted(path.parent for path in layout.interfaces.glob("*/package.xml"))
    ground = _ground(layout, python_version, host)
    recipe = (layout.root / "bootstrap" / "wheels.cmake").read_text(encoding="utf-8")
    return {
        folder.name: _digest([*ground, recipe, *_content(folder)])
        for folder in folders
        if host is None or folder.name not in host.stand_ins
    }


def read(path: Path) -> Stamp:
    """Return the stamp kept at ``path``; an empty one where there is none or it makes no sense."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return Stamp(**content)
    except (OSError, ValueError, TypeError):
        return Stamp()


def write(path: Path, stamp: Stamp) -> None:
    """Keep ``stamp`` at ``path``; a reader sees the old one or the new one, never a part."""
    temporary = path.with_suffix(".new")
    with temporary.open("w", encoding="utf-8") as file:
        json.dump(asdict(stamp), file)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def _ground(layout: Layout, python_version: str, host: HostRos | None) -> list[str]:
    """Return what everything else is built on."""
    return [_FORMAT, python_version, str(host or "wheels"), lines(read_lock(layout.ros_lock))]


def _content(folder: Path) -> list[str]:
    """Return names and texts of all files in ``folder``."""
    words = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            words += [str(path.relative_to(folder)), path.read_text(encoding="utf-8")]
    return words


def _digest(words: list[str]) -> str:
    digest = hashlib.sha256()
    for word in words:
        part = word.encode()
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()[:32]
