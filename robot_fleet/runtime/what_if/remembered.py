"""People who do on a day that is played again what they did on that day, as far as the facts tell."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median

from robot_fleet.core.facts import AnswerAwaited, Fact, FlowMoved, ItemMoved, OrderProgressed, OrderSent, StepsReleased
from robot_fleet.core.order import Step, StepKind, StepResult, StepState
from robot_fleet.core.site import Site
from robot_fleet.sim.drivers import ENTRY_BAY, EXIT_BAY
from robot_fleet.sim.people import PLAIN, Outcome, People

_OF_THE_ROBOT = frozenset(
    f"act_{reason}"
    for reason in (
        "unknown_item",
        "item_absent",
        "item_not_on_board",
        "too_heavy",
        "place_full",
        "does_not_fit",
        "not_at_place",
        "unknown_place",
        "robot_moving",
        "busy",
        "no_power",
    )
)
"""Codes of acts that failed without anybody's doing: the world that is played finds that out by itself."""
_WAITED = 2.0
"""A car that took so many times as long to be lifted as is usual had not come yet."""


@dataclass(frozen=True, slots=True)
class RememberedPeople(People):
    """Habits with a memory.

    Parameters
    ----------
    acts : act id -> how it went.
    usual : `<service>.<act>` -> how such acts went on the day: what an act that did not happen then is drawn from.
    driven_off_s : car -> seconds from when it stood ready in the exit bay until it was gone.
    answers : `<task>/<act>` of a wait -> what was answered, None where nobody did in time.
    """

    acts: Mapping[str, Outcome] = field(default_factory=dict)
    usual: Mapping[str, tuple[Outcome, ...]] = field(default_factory=dict)
    driven_off_s: Mapping[str, float] = field(default_factory=dict)
    answers: Mapping[str, Outcome | None] = field(default_factory=dict)

    def answer(self, seed: int, wait: str, key: str, truth: str = "") -> Outcome | None:
        """Return what somebody answered and after how long, None where nobody did, or draw it."""
        name = wait.rpartition("/")[0]
        return self.answers[name] if name in self.answers else People.answer(self, seed, wait, key, truth)

    def act(
        self, seed: int, act_id: str, keys: tuple[str, ...], truth: str = "", door: str = "", again: bool = False
    ) -> Outcome:
        """Return how an act went, or draw how it goes."""
        known = self.acts.get(act_id)
        if known is not None:
            return known
        usual = self.usual.get(keys[0])
        if usual:
            return random.Random(f"{seed}/act/{act_id}").choice(usual)
        return People.act(self, seed, act_id, keys, truth, door, again)

    def drive_off_s(self, seed: int, item: str, placed_s: float, truth: str = "") -> float | None:
        """Return how long a driver took to drive a car away, or draw it."""
        known = self.driven_off_s.get(item)
        return People.drive_off_s(self, seed, item, placed_s, truth) if known is None else known


@dataclass(slots=True)
class _Order:
    """The newest order of a robot: its last steps, when each step was released, how many are done and since when."""

    id: str
    first_tail: int
    tail: tuple[Step, ...]
    released_s: list[float] = field(default_factory=list)
    done: int = 0
    since_s: float = 0.0


class Memory:
    """Folds the facts of a day into what its people did."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._orders: dict[str, _Order] = {}
        self._placed_s: dict[str, float] = {}
        self._ready_s: dict[str, float] = {}
        self._acts: dict[str, Outcome] = {}
        self._by_key: dict[str, list[str]] = {}
        self._lifts: dict[str, list[str]] = {}
        self._driven_off_s: dict[str, float] = {}
        self._awaited: dict[str, AnswerAwaited] = {}
        self._answers: dict[str, Outcome | None] = {}

    def begin(self) -> None:
        """Forget what people did before: it is the day that counts."""
        self._acts.clear()
        self._by_key.clear()
        self._lifts.clear()
        self._driven_off_s.clear()
        self._answers.clear()

    def wants(self, item: str, ready_s: float) -> None:
        """Note when the driver of a car wants it."""
        self._ready_s[item] = ready_s

    def take(self, at_s: float, fact: Fact) -> None:
        """Take a fact in; facts come in order."""
        match fact:
            case OrderSent():
                order = self._orders.get(fact.robot)
                if order is None or order.id != fact.order:
                    order = self._orders[fact.robot] = _Order(fact.order, 0, ())
                order.first_tail, order.tail = int(fact.undock) + len(fact.lanes), fact.tail
            case StepsReleased():
                order = self._orders.get(fact.robot)
                if order is not None and order.id == fact.order:
                    order.released_s += [at_s] * (fact.released - len(order.released_s))
            case OrderProgressed():
                order = self._orders.get(fact.robot)
                if order is not None and order.id == fact.order:
                    for result in fact.results:
                        self._progressed(order, result)
            case ItemMoved():
                self._moved(at_s, fact)
            case AnswerAwaited():
                self._awaited[fact.task] = fact
            case FlowMoved():
                self._answered(fact)
            case _:
                pass

    def people(self, habits: People) -> RememberedPeople:
        """Return the people of the day; what is not known of them is drawn from habits."""
        acts = dict(self._acts)
        for key, lifts in self._lifts.items():
            usual_s = median(self._acts[act_id].duration_s for act_id in self._by_key[key])
            for act_id in lifts:  # the wait for the driver is the driver's, and is played
                if acts[act_id].duration_s > _WAITED * usual_s:
                    acts[act_id] = Outcome(usual_s, acts[act_id].result, acts[act_id].succeeds)
        usual = {key: tuple(acts[act_id] for act_id in found) for key, found in self._by_key.items()}
        return RememberedPeople(habits.habits, acts, usual, self._driven_off_s, self._answers)

    def _answered(self, fact: FlowMoved) -> None:
        wait = self._awaited.pop(fact.task, None)
        if wait is None or wait.act != fact.act:
            return
        said = Outcome(fact.at_s - wait.at_s, fact.word, True) if fact.by else None
        self._answers[f"{fact.task}/{fact.act}"] = said

    def _progressed(self, order: _Order, result: StepResult) -> None:
        index = order.done - order.first_tail
        if 0 <= index < len(order.tail) and order.done < len(order.released_s):
            self._ended(order.tail[index], max(order.released_s[order.done], order.since_s), result)
        if result.state is StepState.DONE:
            order.done += 1
            order.since_s = result.at_s

    def _ended(self, step: Step, began_s: float, result: StepResult) -> None:
        if step.kind is not StepKind.ACT:
            return
        if result.state is StepState.DONE:
            told = result.detail.get("result")
            outcome = Outcome(_tenths(result.at_s - began_s), told if isinstance(told, str) and told else PLAIN, True)
        elif result.state is StepState.FAILED and result.code not in _OF_THE_ROBOT:
            outcome = Outcome(_tenths(result.at_s - began_s), result.code.removeprefix("act_"), False)
        else:
            return
        key = f"{step.params.get('service', '')}.{step.params.get('act', '')}"
        self._acts[step.act_id] = outcome
        self._by_key.setdefault(key, []).append(step.act_id)
        place = self._site.places.get(step.place)
        if step.act == "take" and place is not None and place.kind == ENTRY_BAY:
            self._lifts.setdefault(key, []).append(step.act_id)

    def _moved(self, at_s: float, fact: ItemMoved) -> None:
        sort, _, holder = fact.holder.partition(":")
        place = self._site.places.get(holder)
        if sort == "place" and place is not None and place.kind == EXIT_BAY:
            self._placed_s[fact.item] = fact.at_s
        elif fact.item in self._placed_s:
            since_s = max(self._placed_s.pop(fact.item), self._ready_s.get(fact.item, 0.0))
            if sort == "person":
                self._driven_off_s[fact.item] = _tenths(at_s - since_s)


def _tenths(seconds: float) -> float:
    return round(max(seconds, 0.1), 1)
