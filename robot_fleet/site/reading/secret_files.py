"""Files that hold secrets, as a site's files name them: they never go into a package, nor come out of one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from robot_fleet.core.errors import SiteError

_KEY = "secret_file"
_NAMING = ("events.yaml", "webhooks.yaml", "reports.yaml")
_PACKED = ("events.yaml",)
"""Of those that name secrets the ones that go into packages."""
_SECRET = re.compile(rb"whsec_[A-Za-z0-9+/]{32,}")


@dataclass(frozen=True, slots=True)
class NamedSecret:
    """A file with a secret: its path relative to the site's folder, and the site's file that names it."""

    path: str
    by: str


def secret_files(folder: Path, names: tuple[str, ...] = _NAMING) -> tuple[NamedSecret, ...]:
    """Return every file with a secret that a site's files name; what cannot be read names none."""
    return tuple(NamedSecret(path, name) for name in names for path in _named(_read(folder / name)))


def insist_on_secrets_inside(folder: Path) -> None:
    """See that what a package holds names no secret outside of the folder. Raises SiteError `site_pack_unsafe`."""
    for named in secret_files(folder, _PACKED):
        if not (folder / named.path).resolve().is_relative_to(folder.resolve()):
            message = (
                f"`{_KEY}` names {named.path!r}, outside of the site's folder; name a variable in its place "
                "(`secret_env`), or a file of the folder, which is not packed"
            )
            raise SiteError("site_pack_unsafe", message, named.by)


def insist_on_secrets_apart(folder: Path, contents: Mapping[str, bytes]) -> None:
    """See that a package does not hold what its files name as secrets. Raises SiteError `site_pack_unsafe`."""
    held = {(folder / name).resolve(): name for name in contents}
    for named in secret_files(folder, _PACKED):
        name = held.get((folder / named.path).resolve())
        if name is not None:
            message = f"{name!r} is a `{_KEY}` and in the package, which holds no secrets; do not use it"
            raise SiteError("site_pack_unsafe", message, named.by)


def insist_on_no_secrets(contents: Mapping[str, bytes]) -> None:
    """See that no file to be packed has a secret in it. Raises SiteError `site_pack_unsafe`, without a letter of it."""
    for name, content in contents.items():
        if _SECRET.search(content):
            raise SiteError("site_pack_unsafe", "there is a secret in it (whsec_…); take it out of the folder", name)


def _read(path: Path) -> object:
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return None


def _named(root: object) -> Iterator[str]:
    """Yield the value of every key that names a secret; nodes that aliases repeat are looked at once."""
    seen: set[int] = set()
    left = [root]
    while left:
        node = left.pop()
        if not isinstance(node, dict | list) or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, dict) and isinstance(node.get(_KEY), str):
            yield node[_KEY]
        left.extend(node.values() if isinstance(node, dict) else node)
