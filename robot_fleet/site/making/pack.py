"""A site as one file: packed with the same bytes each time, unpacked only if nothing in it reaches outside."""

from __future__ import annotations

import hashlib
import json
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import yaml

from robot_fleet.core.errors import SiteError
from robot_fleet.site.checking.check import check_site
from robot_fleet.site.making.folders import insist_on_free, made_aside
from robot_fleet.site.reading.draft import read_draft
from robot_fleet.site.reading.secret_files import (
    insist_on_no_secrets,
    insist_on_secrets_apart,
    insist_on_secrets_inside,
    secret_files,
)

MANIFEST = "package.json"
FORMAT = "robot_fleet_site"
MOST_FILES = 2_000
MOST_BYTES = 256 * 1024 * 1024
"""Of all files together, unpacked: a map of 1 km x 600 m at 5 cm has 240 MB."""

# Where messages of this machine's fleet go, with which keys, and who lives where: nothing of a city, and never taken
# from others.
LEFT_OUT = ("webhooks.yaml", "reports.yaml", "recipients.yaml")
_SUFFIXES = (".yaml", ".csv", ".geojson", ".json", ".pgm", ".png", ".sdf", ".dae", ".stl", ".obj", ".md", ".txt")
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*")


@dataclass(frozen=True, slots=True)
class PackReport:
    """What was packed or unpacked: the package or folder, the site's id, its files and their bytes unpacked."""

    path: Path
    site: str
    files: int
    size_bytes: int


def pack_site(folder: Path, out: Path) -> PackReport:
    """Write a site that passes the check, and its Gazebo world, into one ZIP file; the same site gives the same bytes.

    Where messages go (`webhooks.yaml`, `reports.yaml`), who lives where (`recipients.yaml`) and every file that holds a
    secret are left out.

    Raises
    ------
    SiteError : what is wrong with the site; `site_pack_unsafe` if a file of it could not be unpacked again, or if
        a secret would be told.
    """
    findings = check_site(folder)
    if findings:
        raise findings[0].error()
    file = read_draft(folder).file
    assert file is not None  # it has passed the check
    insist_on_secrets_inside(folder)
    contents = dict(_files(folder))
    insist_on_no_secrets(contents)
    if file.world and not _is_inside(folder, file.world):
        name = PurePosixPath(file.world).name
        contents[name] = (folder / file.world).read_bytes()
        contents["site.yaml"] = re.sub(rb"(?m)^world:.*$", f"world: {name}".encode(), contents["site.yaml"])
    _insist_on_own_files(folder, ("map", "lanes"))
    _insist_on_size(len(contents), sum(map(len, contents.values())), str(folder))
    manifest = {
        "format": FORMAT,
        "schema_version": 1,
        "site": file.id,
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in sorted(contents.items())},
    }
    partial = out.with_name(f".{out.name}.partial")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as package:
        text = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"
        for name, content in ((MANIFEST, text.encode()), *sorted(contents.items())):
            entry = zipfile.ZipInfo(name, _LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, on whatever machine it is packed
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            package.writestr(entry, content)
    partial.replace(out)
    return PackReport(out, file.id, len(contents), sum(map(len, contents.values())))


def unpack_site(package: Path, out_dir: Path) -> PackReport:
    """Unpack a site into a folder that is empty or not there; it is there only if all of it is right.

    Raises
    ------
    SiteError : `site_pack_malformed`, `site_pack_unsafe`, `site_pack_too_large`, `site_pack_damaged`,
        `site_new_folder_taken`; what is wrong with the site.
    """
    insist_on_free(out_dir)
    try:
        with zipfile.ZipFile(package) as opened:
            contents = _contents(opened, str(package))
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError) as error:
        message = f"expected a package of `./fleet site pack`: {error}"
        raise SiteError("site_pack_malformed", message, str(package)) from error
    manifest = _manifest(contents.pop(MANIFEST, b""), str(package))
    listed = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    if listed != manifest:
        wrong = sorted(name for name in listed.keys() | manifest.keys() if listed.get(name) != manifest.get(name))
        message = f"{wrong[0]!r} is not what was packed; have it sent again"
        raise SiteError("site_pack_damaged", message, str(package))
    with made_aside(out_dir.resolve()) as folder:
        for name, content in contents.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        _insist_on_own_files(folder, ("map", "lanes", "world"))
        insist_on_secrets_inside(folder)
        insist_on_secrets_apart(folder, contents)
    site = str(_yaml(out_dir / "site.yaml").get("id"))
    return PackReport(out_dir, site, len(contents), sum(map(len, contents.values())))


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    secrets = {(folder / named.path).resolve() for named in secret_files(folder)}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if (
            path.is_dir()
            or path.resolve() in secrets
            or name in LEFT_OUT
            or any(part.startswith(".") for part in path.relative_to(folder).parts)
        ):
            continue
        wrong = "it is a link" if path.is_symlink() else _what_is_wrong(name)
        if wrong:
            raise SiteError("site_pack_unsafe", f"{wrong}; take it out of the folder, or rename it", name)
        yield name, path.read_bytes()


def _contents(package: zipfile.ZipFile, where: str) -> dict[str, bytes]:
    """Return all files of a package; no name leads outside, and no more is read than is allowed."""
    entries = package.infolist()
    _insist_on_size(len(entries) - 1, sum(entry.file_size for entry in entries), where)
    contents: dict[str, bytes] = {}
    size = 0
    for entry in entries:
        wrong = _what_is_wrong(entry.filename)
        if not wrong and stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG):
            wrong = "it is no ordinary file"
        if not wrong and (entry.filename in LEFT_OUT or entry.flag_bits & 0x1):
            wrong = "a package has no such file" if entry.filename in LEFT_OUT else "it is encrypted"
        if not wrong and entry.filename.lower() in {name.lower() for name in contents}:
            wrong = "it is there twice"
        if not wrong and any(str(folder) in contents for folder in PurePosixPath(entry.filename).parents):
            wrong = "another file has the name of its folder"
        if wrong:
            raise SiteError("site_pack_unsafe", f"{entry.filename!r}: {wrong}; nothing was unpacked", where)
        with package.open(entry) as stream:  # what the entry says of its size is not relied on
            contents[entry.filename] = stream.read(MOST_BYTES - size + 1)
        size += len(contents[entry.filename])
        _insist_on_size(len(contents) - 1, size, where)
    return contents


def _what_is_wrong(name: str) -> str:
    if not _NAME.fullmatch(name) or ".." in name:
        return "its name is not made of letters, digits, _, - and ."
    return "" if PurePosixPath(name).suffix.lower() in _SUFFIXES else "it is of no kind that sites have"


def _manifest(content: bytes, where: str) -> dict[str, str]:
    try:
        said = json.loads(content)
        files = said["files"]
        right = said["format"] == FORMAT and said["schema_version"] == 1 and isinstance(files, dict)
    except (ValueError, KeyError, TypeError):
        right, files = False, {}
    if not right:
        raise SiteError("site_pack_malformed", f"expected a {MANIFEST} of `./fleet site pack`, version 1", where)
    return {str(name): str(digest) for name, digest in files.items()}


def _insist_on_size(files: int, size_bytes: int, where: str) -> None:
    if files > MOST_FILES or size_bytes > MOST_BYTES:
        message = f"{files} files of {size_bytes} bytes; expected at most {MOST_FILES} of {MOST_BYTES} together"
        raise SiteError("site_pack_too_large", message, where)


def _insist_on_own_files(folder: Path, keys: tuple[str, ...]) -> None:
    """See that a site names no file outside of its folder, before any of them is read."""
    said = _yaml(folder / "site.yaml")
    named = [("site.yaml", key, said.get(key)) for key in keys]
    map_file = str(said.get("map") or "map.yaml")
    if _is_inside(folder, map_file):
        parent = Path(map_file).parent
        image = _yaml(folder / map_file).get("image")
        named.append((map_file, "image", str(parent / str(image)) if image else None))
    for file, key, name in named:
        if name and not _is_inside(folder, str(name)):
            message = f"`{key}` names {name!r}, outside of the site's folder; expected files of its own alone"
            raise SiteError("site_pack_unsafe", message, file)


def _yaml(file: Path) -> dict[str, object]:
    """Return what a file says, as far as it is a mapping; what is wrong with it is the check's to tell."""
    try:
        said = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return {}
    return said if isinstance(said, dict) else {}


def _is_inside(folder: Path, name: str) -> bool:
    return (folder / name).resolve().is_relative_to(folder.resolve())
