"""What a check finds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """How a check ends."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_JUDGED = "not_judged"
    """What it looks at did not take place: it was left out, or something before it failed."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """An outcome and what was measured, in a sentence."""

    outcome: Outcome
    evidence: str


def judged(holds: bool, evidence: str) -> Verdict:
    """Return a verdict by whether something holds."""
    return Verdict(Outcome.PASSED if holds else Outcome.FAILED, evidence)


def not_judged(reason: str) -> Verdict:
    """Return that there is nothing to judge."""
    return Verdict(Outcome.NOT_JUDGED, reason)
