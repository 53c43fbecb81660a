"""Judges signals by rules: which conditions hold now, with hysteresis and minimum times."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from robot_fleet.core.clock import Now
from robot_fleet.core.health import Condition, HealthRule


@dataclass(slots=True)
class _Judged:
    """What a rule has seen so far.

    Attributes
    ----------
    since_s : since when, on the rule's clock, the signal says the contrary of `condition` without a break; None if it
        does not.
    first_s : fleet time of that.
    """

    rule: HealthRule
    condition: Condition | None = None
    since_s: float | None = None
    first_s: float = 0.0


class Watch:
    """Watches one subject by its rules.

    Parameters
    ----------
    subject : a robot's id, or the name of a process.
    rules : those that concern it.
    """

    def __init__(self, subject: str, rules: Iterable[HealthRule]) -> None:
        self._subject = subject
        self._judged = [_Judged(rule) for rule in rules]

    def look(self, signals: Mapping[str, float], now: Now) -> tuple[Condition, ...]:
        """Return the conditions that hold, in the order of the rules.

        Parameters
        ----------
        signals : the newest values by name; one that is absent or NaN is unknown.
        """
        for judged in self._judged:
            value = signals.get(judged.rule.signal, math.nan)
            self._judge(judged, value, now)
        return self.conditions

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """The conditions that held at the last look."""
        return tuple(judged.condition for judged in self._judged if judged.condition is not None)

    def _judge(self, judged: _Judged, value: float, now: Now) -> None:
        rule = judged.rule
        at_s = now.steady_s if rule.steady else now.fleet_s
        holds = judged.condition is not None
        contrary = rule.is_clear(value) if holds else rule.is_beyond(value)
        if math.isnan(value) or not contrary:
            judged.since_s = None
            return
        if judged.since_s is None:
            judged.since_s, judged.first_s = at_s, now.fleet_s
        if at_s - judged.since_s < (rule.clear_after_s if holds else rule.raise_after_s):
            return
        judged.since_s = None
        judged.condition = (
            None
            if holds
            else Condition(rule.code, self._subject, rule.level, round(judged.first_s, 3), round(value, 3))
        )
