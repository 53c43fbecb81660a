"""A campaign's result as `./fleet scenario run --json` writes it, as far as the report reads it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]


class Part(BaseModel):
    """A part of the result; keys that a later program adds are passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False)


class Words(Part):
    """A text in both languages."""

    ko: str
    en: str


class Program(Part):
    """What ran: version and commit; `changed` if files differed from it."""

    version: str
    commit: str | None
    changed: bool | None


class Rate(Part):
    """So many of so many runs passed, with Wilson's interval at 95 %."""

    passed: Count
    runs: Count
    share: Share
    low: Share
    high: Share


class Evidence(Part):
    """A piece of what shows that an expectation held or was broken."""

    what: str
    at_s: float | None = None
    robot: str = ""
    other: str = ""
    request: str = ""
    fault: str = ""
    place: str = ""
    zone: str = ""
    item: str = ""
    value: float | None = None
    limit: float | None = None
    unit: str = ""
    x_m: float | None = None
    y_m: float | None = None


class Verdict(Part):
    """An expectation of a run."""

    id: str
    expect: str
    passed: bool
    sentence: str
    evidence: tuple[Evidence, ...]


class Fault(Part):
    """A fault of a run; `end_s` None: it lasted to the end, or never began."""

    id: str
    fault: str
    struck: bool
    begin_s: float | None
    end_s: float | None
    robots: tuple[str, ...]
    cause: str
    shape: tuple[tuple[float, float], ...] | None


class Request(Part):
    """What somebody asked for."""

    id: str
    service: str
    outcome: str | None
    robot: str | None
    requested_s: float


class Alarm(Part):
    """A call for help; `robot_on_site_s` is counted from the call."""

    request: str
    robot_on_site_s: float | None


class Trace(Part):
    """Where the physical truth is kept, names within the folder of traces."""

    file: str | None
    bodies: str | None
    digest: str
    map_id: str


class Run(Part):
    """A scenario with one seed."""

    seed: int
    passed: bool
    begin_s: float
    end_s: float
    over: str
    expectations: tuple[Verdict, ...]
    faults: tuple[Fault, ...]
    requests: tuple[Request, ...]
    alarms: tuple[Alarm, ...]
    figures: dict[str, float | None]
    trace: Trace
    recordings: tuple[str, ...]
    again: str
    replay: str | None


class ExpectationRate(Part):
    """How often an expectation held."""

    id: str
    expect: str
    rate: Rate


class Scenario(Part):
    """A scenario with its runs, one for each seed."""

    id: str
    file: str
    digest: str
    name: Words
    shows: Words
    site: str
    site_name: Words
    lasts_s: float
    expected_to_fail: bool
    rate: Rate
    expectations: tuple[ExpectationRate, ...]
    runs: tuple[Run, ...]

    @property
    def as_expected(self) -> bool:
        """Whether all runs passed, or, of a control, all failed."""
        return all(run.passed is not self.expected_to_fail for run in self.runs)

    @property
    def unexpected(self) -> tuple[Run, ...]:
        """The runs that ended otherwise than expected."""
        return tuple(run for run in self.runs if run.passed is self.expected_to_fail)


class Campaign(Part):
    """A whole result."""

    schema_version: Literal[1]
    program: Program
    link: str
    backend: str
    speed: float | None
    seeds: tuple[int, ...]
    without: tuple[str, ...]
    passed: bool
    scenarios: tuple[Scenario, ...]

    @property
    def runs(self) -> int:
        """How many runs there were."""
        return sum(len(scenario.runs) for scenario in self.scenarios)

    @property
    def as_expected(self) -> bool:
        """Whether every scenario passed and every control failed."""
        return all(scenario.as_expected for scenario in self.scenarios)

    def scenario(self, name: str) -> Scenario | None:
        """Return the scenario of an id, None if there is none."""
        return next((each for each in self.scenarios if each.id == name), None)
