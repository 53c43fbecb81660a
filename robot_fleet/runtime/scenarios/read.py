"""Reads scenario files and finds those that come with the program."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import ValidationError

import robot_fleet
from robot_fleet.core.errors import ScenarioError
from robot_fleet.runtime.scenarios.file import ScenarioFile

NEGATIVE = "negative"
"""Scenarios in a folder of this name are controls: each has an expectation that must be broken."""
_ENDINGS = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Scenario:
    """A file that has been read.

    Parameters
    ----------
    path : as it was named, with `/` between folders.
    digest : SHA-256 of its bytes.
    """

    path: Path
    digest: str
    says: ScenarioFile

    @property
    def id(self) -> str:
        """The file's name without its ending."""
        return self.path.stem

    @property
    def negative(self) -> bool:
        """Whether it is a control that must fail."""
        return self.path.resolve().parent.name == NEGATIVE


def share() -> Path:
    """Return the folder of what comes with the program: the checkout, else where it is installed."""
    checkout = Path(robot_fleet.__file__).resolve().parents[1]
    return checkout if (checkout / "scenarios").is_dir() else Path(sys.prefix) / "share" / "robot_fleet"


def named(words: Sequence[str]) -> list[Path]:
    """Return the files that words name: files, folders (all in them, not deeper), or scenarios of the program.

    Parameters
    ----------
    words : none for all scenarios of the program but the negative controls.

    Raises
    ------
    ScenarioError : `scenario_missing`, `scenario_twice`.
    """
    own = share() / "scenarios"
    found: list[Path] = []
    for word in words or [str(own)]:
        path = Path(word)
        if path.is_dir():
            inside = sorted(each for each in path.iterdir() if each.suffix in _ENDINGS)
            if not inside:
                raise ScenarioError("scenario_missing", "the folder holds no scenario; expected *.yaml", word)
            found += inside
        elif path.is_file():
            found.append(path)
        else:
            ours = [own / f"{word}.yaml", own / NEGATIVE / f"{word}.yaml"]
            known = next((each for each in ours if "/" not in word and each.is_file()), None)
            if known is None:
                message = "there is no such file, nor a scenario of this name; see ./fleet scenario list"
                raise ScenarioError("scenario_missing", message, word)
            found.append(known)
    seen: dict[str, Path] = {}
    for path in found:
        if path.stem in seen:
            message = f"two scenarios have the name {path.stem!r}: {seen[path.stem]} and {path}; expected each once"
            raise ScenarioError("scenario_twice", message, str(path))
        seen[path.stem] = path
    return found


def read(path: Path) -> Scenario:
    """Read a scenario.

    Raises
    ------
    ScenarioError : `scenario_missing`, `scenario_malformed`, `scenario_unknown_key`, `scenario_unknown_fault`,
        `scenario_unknown_expectation`, `scenario_two_demands`.
    """
    try:
        raw_bytes = path.read_bytes()
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise ScenarioError("scenario_missing", f"the file cannot be read: {reason}", str(path)) from error
    try:
        raw = yaml.load(raw_bytes.decode("utf-8"), Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())
        raise ScenarioError("scenario_malformed", f"expected YAML: {reason}", str(path)) from error
    try:
        says = ScenarioFile.model_validate(raw)
    except ValidationError as error:
        raise _told(error, path) from error
    return Scenario(path, hashlib.sha256(raw_bytes).hexdigest(), says)


def _told(error: ValidationError, path: Path) -> ScenarioError:
    """Return what is wrong first, in our words."""
    errors = error.errors()
    first = next((each for each in errors if each["type"] == "extra_forbidden"), errors[0])
    # the tag of a union's branch stands among the keys: `faults.0.robot_dies.robot`
    parts = [str(part) for part in first["loc"]]
    key = ".".join(parts) or "the file"
    where = f"{path}: {key}"
    match first["type"]:
        case "extra_forbidden":
            return ScenarioError("scenario_unknown_key", "there is no such key; see docs/reference/scenarios.md", where)
        case "union_tag_invalid" | "union_tag_not_found":
            context = first.get("ctx", {})
            sort = "expectation" if parts and parts[0] == "expect" else "fault"
            if parts and parts[-1] == "when":
                sort = "event"
            got = f"no {sort} {context['tag']!r}" if "tag" in context else f"the {sort} has no kind"
            expected = str(context.get("expected_tags", context.get("discriminator", ""))).replace("'", "")
            code = "scenario_unknown_expectation" if sort == "expectation" else "scenario_unknown_fault"
            return ScenarioError(code, f"{got}; expected {expected}", where)
        case "value_error" if "`rows`" in first["msg"]:
            return ScenarioError("scenario_two_demands", first["msg"].removeprefix("Value error, "), where)
    return ScenarioError("scenario_malformed", first["msg"].removeprefix("Value error, "), where)
