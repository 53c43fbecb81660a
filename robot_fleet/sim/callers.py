"""The people who ask for services: they play a demand, and ask again until they are answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from robot_fleet.core.clock import parse_clock
from robot_fleet.core.errors import RuntimeFailure
from robot_fleet.sim.drivers import ENTRY_BAY
from robot_fleet.sim.items import SimItem, number

if TYPE_CHECKING:
    from robot_fleet.sim.world import SimWorld


class Request(Protocol):
    """A row of a demand (`robot_fleet.site.demand.RequestRow`)."""

    @property
    def request_id(self) -> str:
        """Unique id, which becomes the task's."""
        ...

    @property
    def at_s(self) -> float:
        """Fleet time at which it is made."""
        ...

    @property
    def service(self) -> str:
        """Id of the service."""
        ...

    @property
    def params(self) -> Mapping[str, object]:
        """Parameters, hidden ones included."""
        ...


@dataclass(frozen=True, slots=True)
class Call:
    """A request as the fleet is to hear it: without what only the people around it know."""

    request_id: str
    at_s: float
    service: str
    params: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class CallAnswer:
    """What the fleet said to a request."""

    accepted: bool
    code: str


class Callers:
    """Plays the rows of a demand into a world.

    Parameters
    ----------
    world : where the items of the requests appear.
    rows : in any order; played by time, then id.

    Raises
    ------
    RuntimeFailure : `sim_request_twice` when two rows have one id.
    """

    def __init__(self, world: SimWorld, rows: Sequence[Request]) -> None:
        self._world = world
        self._rows = sorted(rows, key=lambda row: (row.at_s, row.request_id))
        self._by_id: dict[str, Request] = {row.request_id: row for row in self._rows}
        if len(self._by_id) != len(self._rows):
            raise RuntimeFailure("sim_request_twice", "two requests of the demand have the same id; make ids unique")
        self._made = 0
        self._open: dict[str, Call] = {}
        self.answers: dict[str, CallAnswer] = {}
        world.callers = self

    @property
    def first_s(self) -> float:
        """Fleet time of the first request, 0 if there is none."""
        return self._rows[0].at_s if self._rows else 0.0

    @property
    def finished(self) -> bool:
        """Whether every request was made and answered."""
        return len(self.answers) == len(self._rows)

    def due(self, now_s: float) -> list[Call]:
        """Return all requests that are to be sent by now and have no answer yet; their items appear at the first time.

        The same request is returned again until `confirm` is called for it: whoever sends it decides how often.
        """
        while self._made < len(self._rows) and self._rows[self._made].at_s <= now_s:
            row = self._rows[self._made]
            self._made += 1
            self._open[row.request_id] = Call(row.request_id, row.at_s, row.service, self._told(row))
            self._bring(row)
        return list(self._open.values())

    def next_s(self) -> float | None:
        """Return the fleet time of the next request that was not made yet, None if there is none."""
        return self._rows[self._made].at_s if self._made < len(self._rows) else None

    def confirm(self, request_id: str, accepted: bool, code: str = "") -> None:
        """Note the fleet's answer; after a refusal the person takes the item back."""
        if self._open.pop(request_id, None) is None:
            return
        self.answers[request_id] = CallAnswer(accepted, code)
        if not accepted:
            self._take_back(self._by_id[request_id])

    def truth(self, request_id: str) -> str:
        """Return what only the people know about a request (`truth`), or an empty text."""
        row = self._by_id.get(request_id)
        return str(row.params.get("truth", "")) if row is not None else ""

    def truth_about(self, item: str) -> str:
        """Return what only the people know about the request that was made last about an item, or an empty text."""
        made = (row for row in reversed(self._rows[: self._made]) if row.params.get("item") == item)
        row = next(made, None)
        return "" if row is None else str(row.params.get("truth", ""))

    def _told(self, row: Request) -> Mapping[str, object]:
        service = self._world.site.services.get(row.service)
        hidden = {spec.name for spec in service.params if spec.hidden} if service is not None else {"truth"}
        return {key: value for key, value in row.params.items() if key not in hidden}

    def _bring(self, row: Request) -> None:
        """Let the item of a request appear where its service takes it up, and remember when a car is wanted."""
        item = row.params.get("item")
        if not isinstance(item, str) or not item:
            return
        ready = row.params.get("ready_at")
        if isinstance(ready, str):
            self._world.drivers.wanted_s[item] = parse_clock(ready)
        elif isinstance(ready, int | float):
            self._world.drivers.wanted_s[item] = float(ready)
        place = self._taken_at(row)
        if item in self._world.custody.items or place not in self._world.site.places:
            return
        truth = str(row.params.get("truth", ""))
        mass_kg = number(row.params, "mass_kg") * self._world.people.habits.heavier.get(truth, 1.0)
        size = number(row.params, "length_m"), number(row.params, "width_m")
        if self._world.site.places[place].kind == ENTRY_BAY:
            self._world.drivers.arrive(SimItem(item, "car", mass_kg, *size, "person", ""), place)
        else:
            self._world.custody.add(SimItem(item, "item", mass_kg, *size, "place", place))

    def _taken_at(self, row: Request) -> str:
        """Return the place where the row's service takes the item up, as far as the request names it."""
        service = self._world.site.services.get(row.service)
        for stop in service.stops if service is not None else ():
            if any(act.act == "take" for act in stop.acts):
                how, _, name = stop.where.partition(":")
                return str(row.params.get(name, "")) if how == "param" else name if how == "place" else ""
        return ""

    def _take_back(self, row: Request) -> None:
        item = str(row.params.get("item", ""))
        self._world.drivers.withdraw(item)
        held = self._world.custody.items.get(item)
        if held is not None and held.holder_kind == "place" and held.holder == self._taken_at(row):
            self._world.custody.move(item, "person", "")

    def snapshot(self) -> dict[str, object]:
        """Return the state as JSON (the rows themselves are given anew at a restore)."""
        return {
            "made": self._made,
            "open": list(self._open),
            "answers": {key: [answer.accepted, answer.code] for key, answer in self.answers.items()},
        }

    def restore(self, state: Mapping[str, object]) -> None:
        """Replace the state by a snapshot; the items of requests already made come with the world's."""
        made, still_open, answers = state["made"], state["open"], state["answers"]
        assert isinstance(made, int) and isinstance(still_open, list) and isinstance(answers, dict)
        self._made = made
        self._open = {}
        for request_id in still_open:
            row = self._by_id[request_id]
            self._open[request_id] = Call(row.request_id, row.at_s, row.service, self._told(row))
        self.answers = {key: CallAnswer(bool(pair[0]), str(pair[1])) for key, pair in answers.items()}
