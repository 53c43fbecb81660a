"""A site's file as plain data that remembers on which line each key stands."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from robot_fleet.core.text import LANGUAGES
from robot_fleet.site.reading.findings import Finding

KeyPath = tuple[str | int, ...]


@dataclass(slots=True)
class Source:
    """A parsed file. `data` is None when the file could not be read; `lines` maps key paths to lines from 1.

    `languages` are those of the site that the file belongs to, none for a file of no site.
    """

    file: str
    data: object = None
    lines: dict[KeyPath, int] = field(default_factory=dict)
    languages: tuple[str, ...] = ()

    @property
    def context(self) -> dict[str, Any]:
        """What models have to know when they look the data over."""
        return {"languages": self.languages}

    def line(self, path: KeyPath) -> int:
        """Return the line of a key, or of the nearest key above it that is known; 0 if none is."""
        for length in range(len(path), 0, -1):
            found = self.lines.get(path[:length])
            if found is not None:
                return found
        return 0

    def id_at(self, path: KeyPath) -> str:
        """Return the id of the innermost list entry that a key path leads into, or an empty string."""
        node, found = self.data, ""
        for part in path:
            if isinstance(node, dict) and part in node:
                node = node[part]
            elif isinstance(node, list) and isinstance(part, int) and part < len(node):
                node = node[part]
                if isinstance(node, dict):
                    name = node.get("id", node.get("name"))
                    found = name if isinstance(name, str) else found
            else:
                break
        return found

    def finding(self, code: str, path: KeyPath, expected: str) -> Finding:
        """Return a finding about a key of this file."""
        key = ""
        for part in path:
            key += f"[{part}]" if isinstance(part, int) else f".{part}" if key else str(part)
        name = self.id_at(path)
        return Finding(code, self.file, f"{key} ({name})" if name else key, expected, self.line(path))


def read_yaml(folder: Path, file: str, findings: list[Finding]) -> Source:
    """Parse a YAML file; what is wrong with it (missing, malformed, a key twice) is added to `findings`."""
    source = Source(file, languages=site_languages(folder))
    text = _text(folder, file, findings)
    if text is None:
        return source
    try:
        loader = yaml.CSafeLoader(text)
        try:
            root = loader.get_single_node()
            if root is not None:
                _note_lines(root, (), source, findings)
                source.data = loader.construct_document(root)
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error)
        line = mark.line + 1 if mark is not None else 0
        findings.append(Finding("site_yaml_malformed", file, "", f"expected YAML: {problem}", line))
        return Source(file)
    if source.data is None:
        findings.append(Finding("site_yaml_malformed", file, "", "the file is empty; expected a mapping of keys"))
    return source


def site_languages(folder: Path) -> tuple[str, ...]:
    """Return the languages that the texts of a site's files are written in; none where no site says it."""
    try:
        said = yaml.load((folder / "site.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return ()
    languages = said.get("languages", LANGUAGES) if isinstance(said, dict) else ()
    well = isinstance(languages, list | tuple) and all(isinstance(language, str) for language in languages)
    return tuple(languages) if well else ()


def read_json(folder: Path, file: str, findings: list[Finding]) -> Source:
    """Parse a JSON file; what is wrong with it is added to `findings`. Lines of keys are not known."""
    source = Source(file)
    text = _text(folder, file, findings)
    if text is None:
        return source
    try:
        source.data = json.loads(text)
    except json.JSONDecodeError as error:
        findings.append(Finding("site_json_malformed", file, "", f"expected JSON: {error.msg}", error.lineno))
    return source


def _text(folder: Path, file: str, findings: list[Finding]) -> str | None:
    path = folder / file
    if not path.is_file():
        findings.append(Finding("site_file_missing", file, "", f"expected the file {file} in the site's folder"))
        return None
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        findings.append(Finding("site_yaml_malformed", file, "", f"expected UTF-8 text: {error.reason}"))
        return None


def _note_lines(node: yaml.Node, path: KeyPath, source: Source, findings: list[Finding]) -> None:
    """Record the line of every key and list entry below `node`, and report keys that stand twice in one mapping."""
    source.lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else str(key.value)
            line = key.start_mark.line + 1
            if name in seen:
                expected = f"the key stands here again after line {seen[name]}; expected it once"
                findings.append(Finding("site_duplicate_key", source.file, name, expected, line))
            seen[name] = line
            source.lines[(*path, name)] = line
            _note_lines(value, (*path, name), source, findings)
    elif isinstance(node, yaml.SequenceNode):
        for index, entry in enumerate(node.value):
            _note_lines(entry, (*path, index), source, findings)
