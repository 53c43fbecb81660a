"""What has changed since the last campaign: failures, scenarios, and what makes two campaigns hard to compare."""

from __future__ import annotations

from dataclasses import dataclass

from robot_fleet.reports.campaign.comparison import FEWEST, Comparison, Finding, compare
from robot_fleet.reports.campaign.figures import names
from robot_fleet.reports.campaign.model import Campaign, Scenario


@dataclass(frozen=True, slots=True)
class Shift:
    """A scenario of both campaigns.

    Parameters
    ----------
    newly_broken, newly_kept : ids of expectations that no run broke before and some do now, and the other way round.
    """

    now: Scenario
    before: Scenario
    newly_broken: tuple[str, ...]
    newly_kept: tuple[str, ...]

    @property
    def edited(self) -> bool:
        """Whether the scenario's file has changed."""
        return self.now.digest != self.before.digest


@dataclass(frozen=True, slots=True)
class Changes:
    """The last campaign beside this one.

    Parameters
    ----------
    broken, mended, still : scenarios that end otherwise than expected now alone, before alone, both times.
    added, removed : scenarios of one campaign alone.
    edited : scenarios whose file has changed.
    identical, paired : runs of which every byte of the trace is the same, of the runs with one scenario and seed.
    unlike : options in which the campaigns differ.
    clear : figures of which the pairs show a difference, by scenario.
    looked_at : how many figures of scenarios were compared.
    few : whether some of them had too few pairs for anything to be clear.
    """

    broken: tuple[Shift, ...]
    mended: tuple[Shift, ...]
    still: tuple[Shift, ...]
    added: tuple[Scenario, ...]
    removed: tuple[Scenario, ...]
    edited: tuple[Shift, ...]
    identical: int
    paired: int
    unlike: tuple[str, ...]
    clear: tuple[tuple[Scenario, Comparison], ...]
    looked_at: int
    few: bool


def changes(now: Campaign, before: Campaign) -> Changes:
    """Return what has changed from one campaign to the other."""
    shifts = [
        _shift(scenario, last) for scenario in now.scenarios if (last := before.scenario(scenario.id)) is not None
    ]
    compared = [
        (shift.now, found)
        for shift in shifts
        for name in names(now)
        if (found := compare(name, shift.now, shift.before)).differences
    ]
    clear = (Finding.BETTER, Finding.WORSE, Finding.OTHER)
    pairs = [pair for shift in shifts for pair in _digests(shift)]
    return Changes(
        broken=tuple(each for each in shifts if each.before.as_expected and not each.now.as_expected),
        mended=tuple(each for each in shifts if each.now.as_expected and not each.before.as_expected),
        still=tuple(each for each in shifts if not each.now.as_expected and not each.before.as_expected),
        added=tuple(each for each in now.scenarios if before.scenario(each.id) is None),
        removed=tuple(each for each in before.scenarios if now.scenario(each.id) is None),
        edited=tuple(each for each in shifts if each.edited),
        identical=sum(one == other for one, other in pairs),
        paired=len(pairs),
        unlike=tuple(word for word in ("link", "backend", "without") if getattr(now, word) != getattr(before, word)),
        clear=tuple(each for each in compared if each[1].finding in clear),
        looked_at=len(compared),
        few=any(len(each.differences) < FEWEST for _, each in compared),
    )


def _shift(now: Scenario, before: Scenario) -> Shift:
    broken, was_broken = _broken(now), _broken(before)
    known, was_known = ({each.id for each in scenario.expectations} for scenario in (now, before))
    newly = tuple(name for name in broken if name in was_known and name not in was_broken)
    kept = tuple(name for name in was_broken if name in known and name not in broken)
    return Shift(now, before, newly, kept)


def _broken(scenario: Scenario) -> tuple[str, ...]:
    return tuple(each.id for each in scenario.expectations if each.rate.passed < each.rate.runs)


def _digests(shift: Shift) -> list[tuple[str, str]]:
    before = {run.seed: run.trace.digest for run in shift.before.runs}
    return [(run.trace.digest, before[run.seed]) for run in shift.now.runs if run.seed in before]
