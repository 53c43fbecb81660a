"""`health.yaml` as pydantic models: what is watched, and what people are told."""

from __future__ import annotations

from math import inf
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from robot_fleet.core.desk import DeskLimits
from robot_fleet.core.health import AlarmTemplate, Health, HealthRule, Level, Urgency
from robot_fleet.site.models.base import NotNegative, Positive, SiteModel, TextModel, Word

Signal = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$", max_length=80)]


_DESK = DeskLimits()


class AlarmModel(SiteModel):
    """What a person is told; see `robot_fleet.core.health.AlarmTemplate`."""

    urgency: Literal["critical", "high", "medium", "low"]
    respond_s: Positive
    cause: TextModel
    consequence: TextModel
    action: TextModel
    incident: bool = False
    explains: list[Word] = []

    def template(self) -> AlarmTemplate:
        """Return the core's value."""
        return AlarmTemplate(
            urgency=Urgency(self.urgency),
            respond_s=self.respond_s,
            cause=self.cause.value(),
            consequence=self.consequence.value(),
            action=self.action.value(),
            incident=self.incident,
            explains=tuple(self.explains),
        )


class NamedAlarmModel(AlarmModel):
    """An alarm of something that no rule watches: a silent robot, a process, a call for help."""

    code: Word


class RuleModel(SiteModel):
    """A health rule; see `robot_fleet.core.health.HealthRule`."""

    code: Word
    signal: Signal
    level: Literal["warning", "error"]
    above: float | None = None
    below: float | None = None
    clear: float
    raise_after_s: NotNegative = 0.0
    clear_after_s: NotNegative = 0.0
    clock: Literal["fleet", "steady"] = "fleet"
    kinds: list[Word] = []
    alarm: AlarmModel | None = None

    @model_validator(mode="after")
    def _one_threshold(self) -> Self:
        if (self.above is None) == (self.below is None):
            raise ValueError("expected either above or below")
        if self.above is not None and self.clear > self.above:
            raise ValueError(f"expected clear to be at most above ({self.above:g})")
        if self.below is not None and self.clear < self.below:
            raise ValueError(f"expected clear to be at least below ({self.below:g})")
        return self

    def value(self) -> HealthRule:
        """Return the core's value."""
        return HealthRule(
            code=self.code,
            signal=self.signal,
            level=Level(self.level),
            clear=self.clear,
            above=inf if self.above is None else self.above,
            below=-inf if self.below is None else self.below,
            raise_after_s=self.raise_after_s,
            clear_after_s=self.clear_after_s,
            steady=self.clock == "steady",
            kinds=tuple(self.kinds),
            alarm=None if self.alarm is None else self.alarm.template(),
        )


class DeskModel(SiteModel):
    """Within what time people are to deal with calls for help; see `robot_fleet.core.desk.DeskLimits`."""

    shown_s: Positive = _DESK.shown_s
    voice_s: Positive = _DESK.voice_s
    silence_s: Positive = _DESK.silence_s
    closed_s: Positive = _DESK.closed_s
    staff_s: Positive = _DESK.staff_s
    emergency_words: list[Word] = list(_DESK.emergency_words)

    def value(self) -> DeskLimits:
        """Return the core's value."""
        return DeskLimits(
            self.shown_s, self.voice_s, self.silence_s, self.closed_s, tuple(self.emergency_words), self.staff_s
        )


class HealthFile(SiteModel):
    """`health.yaml`: rules, and the alarms of what no rule watches."""

    schema_version: Literal[1]
    rules: list[RuleModel]
    alarms: list[NamedAlarmModel]
    desk: DeskModel = DeskModel()

    @model_validator(mode="after")
    def _codes_once(self) -> Self:
        alarms: list[tuple[str, AlarmModel | None]] = [(rule.code, rule.alarm) for rule in self.rules]
        alarms += [(alarm.code, alarm) for alarm in self.alarms]
        codes = [code for code, _ in alarms]
        twice = next((code for code in codes if codes.count(code) > 1), None)
        if twice is not None:
            raise ValueError(f"expected each code once, got {twice!r} twice")
        for code, alarm in alarms:
            for follower in alarm.explains if alarm is not None else ():
                if follower not in codes:
                    raise ValueError(f"{code} explains {follower!r}, which no rule or alarm is called")
        return self

    def value(self) -> Health:
        """Return the core's value."""
        rules = {rule.code: rule.value() for rule in self.rules}
        alarms = {code: rule.alarm for code, rule in rules.items() if rule.alarm is not None}
        alarms |= {alarm.code: alarm.template() for alarm in self.alarms}
        return Health(rules, alarms, self.desk.value())
