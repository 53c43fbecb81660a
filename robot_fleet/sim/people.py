"""The habits of the simulated people: how long acts take and how they end, and how drivers come and go.

`people.yaml` of a site says what is usual; each draw has a random generator of its own, keyed by the seed and by what
is drawn (an act's id, a car's id), so that the order of events changes no other draw.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from robot_fleet.core.errors import SiteError

PLAIN = "done"
"""The result of an act that went as it should and has nothing to tell."""
NOTHING = "nothing"
"""No answer at all, among the results of an answer."""
_SPREADS = 3.0
"""A drawn duration stays within this many spreads of its mean."""
_SHORTEST = 0.2
"""... and is at least this part of its mean."""


class Habit(BaseModel):
    """A duration and the weights of its results.

    Parameters
    ----------
    mean_s, spread_s : normal distribution of the duration, seconds, cut off at three spreads.
    results : result -> weight; `done` (which is told to nobody) if empty.
    failing : results with which the act has not done what it is for (custody stays where it is).
    once : whether that is so at the first try only; then what holds without a truth does.
    by_truth : what holds instead where a request's hidden parameter `truth` has this value.
    by_door : what holds instead at places with this door policy, where `by_truth` says nothing.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    mean_s: Annotated[float, Field(ge=0.0)] = 0.0
    spread_s: Annotated[float, Field(ge=0.0)] = 0.0
    results: dict[str, Annotated[float, Field(ge=0.0)]] = {}
    failing: tuple[str, ...] = ()
    once: bool = False
    by_truth: dict[str, Habit] = {}
    by_door: dict[str, Habit] = {}


class Drivers(BaseModel):
    """How drivers of cars come and go; a result `nothing` of `drive_off` is a driver who does not come.

    `stays` says for how long somebody stays in an entry bay after the car has come in, and `comes_back` for how long
    after a robot has begun to lift it; 0 for nobody.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    drive_in: Habit = Habit(mean_s=12.0, spread_s=3.0)
    drive_off: Habit = Habit(mean_s=60.0, spread_s=20.0)
    stays: Habit = Habit()
    comes_back: Habit = Habit()


class PeopleFile(BaseModel):
    """`people.yaml`. Keys of `acts` are `<service>.<act id>`, or an act's verb for all services.

    `answers` says what people answer a robot that waits for them, by `<service>.<act id>`; its result `nothing` is no
    answer. `brought_kg` is the mass of an item that its request says nothing about; `heavier` says by how much one
    really is heavier than its request says, by truth. Staff get a robot going that has broken down after `rescue`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: Literal[1] = 1
    acts: dict[str, Habit] = {}
    answers: dict[str, Habit] = {}
    default: Habit = Habit(mean_s=10.0, spread_s=2.0)
    drivers: Drivers = Drivers()
    brought_kg: Annotated[float, Field(gt=0.0)] = 2.0
    heavier: dict[str, Annotated[float, Field(gt=0.0)]] = {}
    rescue: Habit = Habit(mean_s=600.0, spread_s=120.0)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was drawn for an act: its duration, its result and whether it does what it is for."""

    duration_s: float
    result: str
    succeeds: bool


@dataclass(frozen=True, slots=True)
class People:
    """Habits with a seed."""

    habits: PeopleFile = field(default_factory=PeopleFile)

    def act(
        self, seed: int, act_id: str, keys: tuple[str, ...], truth: str = "", door: str = "", again: bool = False
    ) -> Outcome:
        """Draw how an act goes.

        Parameters
        ----------
        keys : names under which the habit may stand, the most particular first.
        truth : what the request's people know about it, or empty.
        door : door policy of the place, or empty.
        again : whether it was tried before.
        """
        habit = self.habits.default
        for key in keys:
            if key in self.habits.acts:
                habit = self.habits.acts[key]
                break
        told = habit.by_truth.get(truth)
        if again and told is not None and told.once:
            told, truth = None, ""
        habit = told or habit.by_door.get(door, habit)
        habit = habit.by_truth.get(truth, habit)
        rng = random.Random(f"{seed}/act/{act_id}")
        duration_s = _duration_s(rng, habit)
        result = PLAIN
        if habit.results:
            result = rng.choices(list(habit.results), weights=list(habit.results.values()))[0]
        return Outcome(duration_s, result, result not in habit.failing)

    def answer(self, seed: int, wait: str, key: str, truth: str = "") -> Outcome | None:
        """Draw what somebody answers a robot that waits, and after how long; None for nobody who answers.

        Parameters
        ----------
        wait : what is drawn for: the wait of one task, at one time.
        key : `<service>.<act id>`.
        truth : what the request's people know about it, or empty.
        """
        habit = self.habits.answers.get(key)
        if habit is None:
            return None
        habit = habit.by_truth.get(truth, habit)
        rng = random.Random(f"{seed}/answer/{wait}")
        duration_s = _duration_s(rng, habit)
        word = rng.choices(list(habit.results), weights=list(habit.results.values()))[0] if habit.results else NOTHING
        return None if word == NOTHING else Outcome(duration_s, word, True)

    def drive_in_s(self, seed: int, item: str) -> float:
        """Return how long a driver takes to drive a car into a free bay and get out."""
        return _duration_s(random.Random(f"{seed}/in/{item}"), self.habits.drivers.drive_in)

    def drive_off_s(self, seed: int, item: str, placed_s: float, truth: str = "") -> float | None:
        """Return how long a driver takes to get into a car and drive it away, None for one who does not come."""
        habit = self.habits.drivers.drive_off.by_truth.get(truth, self.habits.drivers.drive_off)
        if NOTHING in habit.results:
            return None
        return _duration_s(random.Random(f"{seed}/off/{item}/{placed_s:.1f}"), habit)

    def in_bay_s(self, seed: int, item: str, truth: str, back: bool) -> float:
        """Return how long somebody stays in the bay of a car that has come in, or (`back`) that is being lifted."""
        habit = self.habits.drivers.comes_back if back else self.habits.drivers.stays
        return _duration_s(random.Random(f"{seed}/in_bay/{item}/{back}"), habit.by_truth.get(truth, habit))

    def rescue_s(self, seed: int, robot: str, at_s: float) -> float:
        """Return how long staff take to get a robot going again that has broken down."""
        return _duration_s(random.Random(f"{seed}/rescue/{robot}/{at_s:.1f}"), self.habits.rescue)


def read_people(path: Path) -> People:
    """Read `people.yaml`; a site without one has people of average habits.

    Raises
    ------
    SiteError : `site_people_malformed`.
    """
    if not path.is_file():
        return People()
    try:
        raw = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        reason = str(error).replace("\n", " ")
        raise SiteError("site_people_malformed", f"expected YAML: {reason}", str(path)) from error
    return parse_people(raw, str(path))


def parse_people(raw: object, where: str = "people.yaml") -> People:
    """Return the habits that a parsed `people.yaml` describes. Raises as `read_people` does."""
    try:
        habits = PeopleFile.model_validate(raw if isinstance(raw, Mapping) else {"acts": raw})
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise SiteError("site_people_malformed", f"key {key!r}: {first['msg']}", where) from error
    return People(habits)


def _duration_s(rng: random.Random, habit: Habit) -> float:
    """Draw a duration, in whole tenths of a second."""
    drawn = rng.gauss(habit.mean_s, habit.spread_s)
    most = habit.mean_s + _SPREADS * habit.spread_s
    return round(min(max(drawn, habit.mean_s * _SHORTEST), most), 1)
