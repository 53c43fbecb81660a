"""`services/<id>.yaml` as pydantic models: templates of tasks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from robot_fleet.core.site import (
    ActTemplate,
    Asked,
    Avoidance,
    Branch,
    Consent,
    Due,
    Expiry,
    Outcome,
    ParamSpec,
    Remedies,
    Remedy,
    Service,
    StopTemplate,
    Streak,
)
from robot_fleet.core.text import Text
from robot_fleet.site.models.base import NotNegative, PlaceKind, Positive, SiteModel, TextModel, Word


class ParamModel(SiteModel):
    """A parameter of a request; see `robot_fleet.core.site.ParamSpec`."""

    name: Word
    type: Literal["place", "item", "number", "text", "time", "route"]
    required: bool = True
    place_kinds: list[PlaceKind] = []
    minimum: float | None = None
    maximum: float | None = None
    choices: list[str] = []
    hidden: bool = False

    def value(self) -> ParamSpec:
        """Return the core's value."""
        return ParamSpec(
            name=self.name,
            type=self.type,
            required=self.required,
            place_kinds=tuple(self.place_kinds),
            minimum=self.minimum,
            maximum=self.maximum,
            choices=tuple(self.choices),
            hidden=self.hidden,
        )


Target = Annotated[str, Field(pattern=r"^(end:)?[a-z][a-z0-9_]*$")]


class CodeModel(SiteModel):
    """The answers that a delivery's code gives; see `robot_fleet.core.site.Asked`."""

    right: Word
    wrong: Word


class ActModel(SiteModel):
    """An act at a stop, or a wait there; see `robot_fleet.core.site.ActTemplate`."""

    id: Word
    act: Word
    item: str = ""
    to: Literal["", "place", "person"] = ""
    expected_s: NotNegative = 0.0
    interruptible: bool = False
    repeatable: bool = False
    branch: dict[Word, Target] = {}
    then: Target | Literal[""] = ""
    wait_s: NotNegative = 0.0
    rings: bool = False
    unattended: bool = False
    once: bool = False
    judges: bool = False
    names: bool = False
    contacts: list[Literal["line", "emergency", "guardian", "door"]] = []
    text: TextModel | None = None
    answers: dict[Word, TextModel] = {}
    asks: Literal["staff", "person"] = "staff"
    code: CodeModel | None = None

    def value(self) -> ActTemplate:
        """Return the core's value."""
        branches = tuple(Branch(word, to) for word, to in self.branch.items())
        values = self.model_dump(exclude={"branch", "text", "answers", "asks", "code", "contacts"})
        return ActTemplate(branches=branches, contacts=tuple(self.contacts), **values)


class ExpiryModel(SiteModel):
    """When it is too late for a stop; see `robot_fleet.core.site.Expiry`."""

    since: Annotated[str, Field(pattern=r"^(earliest|[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*)$")]
    after_s: Positive
    to: Target

    def value(self) -> Expiry:
        """Return the core's value."""
        return Expiry(self.since, self.after_s, self.to)


class StopModel(SiteModel):
    """A stop; see `robot_fleet.core.site.StopTemplate`."""

    id: Word
    where: Annotated[str, Field(pattern=r"^(param|item|group|route|place):.+$")]
    acts: list[ActModel] = []
    side: bool = False
    if_full: Target | Literal[""] = ""
    if_gone: Target | Literal[""] = ""
    expiry: ExpiryModel | None = None

    def value(self) -> StopTemplate:
        """Return the core's value."""
        acts = tuple(act.value() for act in self.acts)
        expiry = None if self.expiry is None else self.expiry.value()
        return StopTemplate(self.id, self.where, acts, self.side, self.if_full, self.if_gone, expiry)


class OutcomeModel(SiteModel):
    """A named end of a flow; see `robot_fleet.core.site.Outcome`."""

    name: TextModel
    fails: bool = False


class DueModel(SiteModel):
    """When a task is late; see `robot_fleet.core.site.Due`."""

    base: Annotated[str, Field(pattern=r"^(requested|earliest|param:[a-z][a-z0-9_]*)$")]
    after_s: NotNegative
    instant: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")]

    def value(self) -> Due:
        """Return the core's value."""
        return Due(self.base, self.after_s, self.instant)


class RemediesModel(SiteModel):
    """What is done when something goes wrong; see `robot_fleet.core.site.Remedies`."""

    drive: Literal["give_back", "ask", "skip"] = "give_back"
    act: Literal["fail", "retry_here", "retry_elsewhere", "hand_over", "ask", "skip"] = "fail"
    unknown: Literal["give_back", "ask", "fail"] | None = None
    offline: Literal["wait", "retry_elsewhere", "ask"] | None = None

    def value(self, guarantee: str) -> Remedies:
        """Return the core's value; what is not said follows from the delivery guarantee."""
        again = guarantee == "at_least_once"
        return Remedies(
            drive=Remedy(self.drive),
            act=Remedy(self.act),
            unknown=Remedy(self.unknown or ("give_back" if again else "ask")),
            offline=Remedy(self.offline or ("retry_elsewhere" if again else "wait")),
        )


class StreakModel(SiteModel):
    """Ends that make an incident in a row; see `robot_fleet.core.site.Streak`."""

    of: Word
    outcomes: Annotated[list[Word], Field(min_length=1)]
    in_a_row: Annotated[int, Field(ge=1, le=100)]

    def value(self) -> Streak:
        """Return the core's value."""
        return Streak(self.of, tuple(self.outcomes), self.in_a_row)


class ConsentModel(SiteModel):
    """What must have been agreed to; see `robot_fleet.core.site.Consent`."""

    of: Word
    purpose: Word

    def value(self) -> Consent:
        """Return the core's value."""
        return Consent(self.of, self.purpose)


class AvoidanceModel(SiteModel):
    """What must not be brought; see `robot_fleet.core.site.Avoidance`."""

    of: Word
    tags: Word

    def value(self) -> Avoidance:
        """Return the core's value."""
        return Avoidance(self.of, self.tags)


class RiskModel(SiteModel):
    """How urgent a call for help is: the priority by the value of a parameter."""

    param: Word
    priority: dict[str, Annotated[int, Field(ge=95, le=100)]]


class ServiceFile(SiteModel):
    """`services/<id>.yaml`; see `robot_fleet.core.site.Service`."""

    schema_version: Literal[1]
    id: Word
    name: TextModel
    robot_kinds: Annotated[list[Word], Field(min_length=1)]
    params: list[ParamModel] = []
    stops: Annotated[list[StopModel], Field(min_length=1)]
    due: DueModel
    earliest: str = ""
    priority: Annotated[int, Field(ge=0, le=100)] = 10
    lead_s: NotNegative = 0.0
    drop_penalty: NotNegative = 36_000.0
    guarantee: Literal["at_most_once", "at_least_once"] = "at_most_once"
    alarm: bool = False
    result: Word = "done"
    on_failure: RemediesModel = RemediesModel()
    outcomes: dict[Word, OutcomeModel] = {}
    streaks: list[StreakModel] = []
    consent: ConsentModel | None = None
    avoidance: AvoidanceModel | None = None
    quiet: bool = False
    partial: Word | Literal[""] = ""
    risk: RiskModel | None = None

    def value(self) -> Service:
        """Return the core's value."""
        return Service(
            id=self.id,
            name=self.name.value(),
            robot_kinds=tuple(self.robot_kinds),
            params=tuple(param.value() for param in self.params),
            stops=tuple(stop.value() for stop in self.stops),
            due=self.due.value(),
            earliest=self.earliest,
            priority=self.priority,
            lead_s=self.lead_s,
            drop_penalty=self.drop_penalty,
            guarantee=self.guarantee,
            alarm=self.alarm,
            result=self.result,
            remedies=self.on_failure.value(self.guarantee),
            outcomes=tuple(Outcome(name, end.name.value(), end.fails) for name, end in self.outcomes.items()),
            streaks=tuple(streak.value() for streak in self.streaks),
            consent=None if self.consent is None else self.consent.value(),
            avoidance=None if self.avoidance is None else self.avoidance.value(),
            quiet=self.quiet,
            partial=self.partial,
            risk=None if self.risk is None else (self.risk.param, dict(self.risk.priority)),
            texts=dict(self._texts()),
            asked=dict(self._asked()),
        )

    def _texts(self) -> Iterator[tuple[str, Text]]:
        for act in (act for stop in self.stops for act in stop.acts):
            if act.text is not None:
                yield act.id, act.text.value()
            for word, said in act.answers.items():
                yield f"{act.id}.{word}", said.value()

    def _asked(self) -> Iterator[tuple[str, Asked]]:
        for act in (act for stop in self.stops for act in stop.acts):
            if act.asks == "person" or act.code is not None:
                right, wrong = (act.code.right, act.code.wrong) if act.code is not None else ("", "")
                yield act.id, Asked(act.asks == "person", right, wrong)
