"""The languages that verbs speak where they print sentences."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer


class Language(StrEnum):
    """What people read."""

    EN = "en"
    KO = "ko"


Lang = Annotated[Language, typer.Option("--lang", help="Of the words.")]
