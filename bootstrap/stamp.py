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

NAV2 = "nav2_msgs"
BEFORE_NAV2 = ("geographic_msgs",)
"""What Nav2's full set of interfaces is built on, and nothing else of ours."""
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
    full_nav2
        Whether every interface of Nav2 was asked for; it stays so until the environment is removed by ./fleet clean.
    """

    packages: str = ""
    interfaces: str = ""
    planners: str = ""
    full_nav2: bool = False


def wanted(layout: Layout, python_version: str, host: HostRos | None, full_nav2: bool = False) -> Stamp:
    """Return the stamp of a complete set-up of this checkout for Python ``python_version`` (such as ``3.11``)."""
    keys = interface_keys(layout, python_version, host, full_nav2)
    return Stamp(
        packages=_digest([*_ground(layout, python_version, host), str(layout.root), lines(read_lock(layout.lock))]),
        interfaces=_digest([f"{name} {key}" for name, key in keys.items()]),
        planners=_digest([path.read_text(encoding="utf-8") for path in sorted(layout.kernel.glob("*.py"))]),
        full_nav2=full_nav2,
    )


def interface_keys(
    layout: Layout, python_version: str, host: HostRos | None, full_nav2: bool = False
) -> dict[str, str]:
    """Return the key of the content of each interface package to build, by name.

    These are all but those that the ROS installation brings itself, and that only a full set of Nav2's is built with.
    """
    folders = sorted(path.parent for path in layout.interfaces.glob("*/package.xml"))
    ground = _ground(layout, python_version, host)
    recipe = (layout.root / "bootstrap" / "wheels.cmake").read_text(encoding="utf-8")
    brought = () if host is None else host.stand_ins
    full = full_nav2 and NAV2 not in brought
    left_out = brought if full else (*brought, *BEFORE_NAV2)
    keys = {
        folder.name: _digest([*ground, recipe, *_content(folder)]) for folder in folders if folder.name not in left_out
    }
    if full:
        keys[NAV2] = _digest([keys[NAV2], "full", *(keys[name] for name in BEFORE_NAV2 if name in keys)])
    return keys


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
