"""What comes out of the checks of a robot: a certificate, or what to mend. As text, JSON and Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from robot_fleet.runtime.conformance.checks import Finding
from robot_fleet.runtime.conformance.verdict import Outcome

SCHEMA_VERSION = 1
_SIGNS = {Outcome.PASSED: "ok  ", Outcome.FAILED: "FAIL", Outcome.NOT_JUDGED: "-   "}


class Level(StrEnum):
    """What a certificate says of a robot as a whole."""

    CERTIFIED = "certified"
    CERTIFIED_WITHOUT_CHARGING = "certified_without_charging"
    """All but what needs a dock: none was named."""
    PARTIAL = "partial"
    """All checks that were asked for passed, but they were not all."""
    NOT_CERTIFIED = "not_certified"


@dataclass(frozen=True, slots=True)
class Certificate:
    """The findings about one robot.

    Parameters
    ----------
    robot : its namespace, with its slash.
    at : when it was checked, ISO 8601.
    version : of robot_fleet.
    took_s : how long the checks took.
    line : the ends of the line that it drove on, map frame, metres.
    findings : of the checks that were asked for.
    left_out : why checks were left out, by their id.
    is_whole : whether no check was left out by choice of the user (`--only`).
    """

    robot: str
    at: str
    version: str
    took_s: float
    line: tuple[tuple[float, float], tuple[float, float]]
    findings: tuple[Finding, ...]
    left_out: tuple[tuple[str, str], ...] = ()
    is_whole: bool = True

    @property
    def level(self) -> Level:
        """What it says of the robot as a whole."""
        if any(each.check.mandatory and each.verdict.outcome is not Outcome.PASSED for each in self.findings):
            return Level.NOT_CERTIFIED
        if not self.is_whole:
            return Level.PARTIAL
        return Level.CERTIFIED_WITHOUT_CHARGING if self.left_out else Level.CERTIFIED

    @property
    def passed(self) -> bool:
        """Whether every mandatory check that was asked for passed."""
        return self.level is not Level.NOT_CERTIFIED

    @property
    def counts(self) -> dict[str, int]:
        """How many checks ended how."""
        return {outcome.value: sum(each.verdict.outcome is outcome for each in self.findings) for outcome in Outcome}

    def document(self) -> dict[str, Any]:
        """Return it as JSON values; `docs/reference/schemas/conformance.schema.json` is the schema."""
        return {
            "schema_version": SCHEMA_VERSION,
            "robot": self.robot,
            "at": self.at,
            "version": self.version,
            "took_s": round(self.took_s, 1),
            "level": self.level.value,
            "passed": self.passed,
            "line": [[round(value, 3) for value in point] for point in self.line],
            "counts": self.counts,
            "checks": [_row(each) for each in self.findings],
            "left_out": [{"id": name, "reason": reason} for name, reason in self.left_out],
        }

    def text(self) -> str:
        """Return it for a terminal."""
        width = max((len(each.check.id) for each in self.findings), default=0)
        lines = [
            f"{_SIGNS[each.verdict.outcome]} {each.check.id:<{width}}  {each.verdict.evidence}"
            + ("" if each.check.mandatory else "  (recommended)")
            for each in self.findings
        ]
        for each in self._to_mend():
            lines += ["", f"{each.check.id}: {each.check.asks} {each.check.ko}.", f"  why:  {each.check.why}"]
            lines.append(f"  mend: {each.check.mend}")
        lines += ["", *(f"left out: {name}: {reason}" for name, reason in self.left_out), self._sentence()]
        return "\n".join(lines)

    def markdown(self) -> str:
        """Return it as one page."""
        rows = [_line(each) for each in self.findings]
        (ax, ay), (bx, by) = self.line
        page = [
            f"# Conformance of `{self.robot}`",
            "",
            f"**{self._sentence()}**",
            "",
            f"Checked {self.at} by robot_fleet {self.version} in {self.took_s:.0f} s, on the line from"
            f" ({ax:.2f}, {ay:.2f}) to ({bx:.2f}, {by:.2f}) of its map.",
            "",
            "| check | asks | mandatory | outcome | measured |",
            "|---|---|---|---|---|",
            *rows,
        ]
        if self._to_mend():
            page += ["", "## To mend", ""]
            page += [f"- **{each.check.id}**: {each.check.mend} {each.check.why}" for each in self._to_mend()]
        if self.left_out:
            page += ["", "## Left out", "", *(f"- {name}: {reason}" for name, reason in self.left_out)]
        return "\n".join([*page, ""])

    def _to_mend(self) -> Sequence[Finding]:
        return [each for each in self.findings if each.verdict.outcome is Outcome.FAILED]

    def _sentence(self) -> str:
        passed, asked = self.counts[Outcome.PASSED.value], len(self.findings)
        told = {
            Level.CERTIFIED: "conforms: a fleet can rely on it",
            Level.CERTIFIED_WITHOUT_CHARGING: "conforms, but for charging, which was not checked",
            Level.PARTIAL: "passed the checks that were asked for; they are no certificate",
            Level.NOT_CERTIFIED: "does not conform: mend what failed and check again",
        }[self.level]
        return f"{self.robot} {told} ({passed} of {asked} checks passed)."


def _row(each: Finding) -> dict[str, Any]:
    check, verdict = each.check, each.verdict
    return {
        "id": check.id,
        "asks": {"en": check.asks, "ko": check.ko},
        "mandatory": check.mandatory,
        "outcome": verdict.outcome.value,
        "evidence": verdict.evidence,
        "why": check.why,
        "mend": check.mend if verdict.outcome is Outcome.FAILED else "",
    }


def _line(each: Finding) -> str:
    check, verdict = each.check, each.verdict
    cells = (
        check.id,
        f"{check.asks} {check.ko}.",
        "yes" if check.mandatory else "recommended",
        verdict.outcome.value.replace("_", " "),
        _plain(verdict.evidence),
    )
    return f"| {' | '.join(cells)} |"


def _plain(text: str) -> str:
    return text.replace("|", "/")
