"""The registry of figures: what each is called, how it comes about and from what. The data stand in figures.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

import yaml

from robot_fleet.core.text import Text

SOURCES = ("facts", "telemetry", "site", "costs")
"""Where figures come from: the ledger, the history of telemetry, the site's files, and its costs.yaml."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the report.

    Parameters
    ----------
    unit : as people write it, "" for a count.
    formula : how it comes about, in words.
    source : of SOURCES.
    """

    id: str
    unit: str
    name: Text
    formula: Text
    source: tuple[str, ...]


@cache
def figures() -> Mapping[str, Figure]:
    """Return all figures by id, in the order in which they are shown."""
    rows = yaml.safe_load(Path(__file__).with_name("figures.yaml").read_text(encoding="utf-8"))["figures"]
    made = [
        Figure(row["id"], row["unit"], Text(**row["name"]), Text(**row["formula"]), tuple(row["source"]))
        for row in rows
    ]
    return MappingProxyType({figure.id: figure for figure in made})
