"""Holds a scenario against its site: what contradicts itself is found before anything starts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Protocol

from robot_fleet.core.city import areas_of
from robot_fleet.core.errors import ScenarioError
from robot_fleet.runtime.runs.city import is_event
from robot_fleet.runtime.scenarios import expectations as e
from robot_fleet.runtime.scenarios import faults as f
from robot_fleet.runtime.scenarios import moments as m
from robot_fleet.runtime.scenarios.ground import Ground, requests
from robot_fleet.runtime.scenarios.model import WHOEVER
from robot_fleet.site.demand import RequestRow

_OF_NOBODY = (m.AlarmArrives, m.RequestDone, m.FaultBegins, m.FaultEnds)
"""Events without a robot of their own."""


class _Named(Protocol):
    """A fault or an expectation: its id, empty where the file gives none, and its word."""

    @property
    def id(self) -> str: ...

    @property
    def word(self) -> str: ...


def fault_ids(ground: Ground) -> tuple[str, ...]:
    """Return the ids of the faults, those that the file does not give made from their words."""
    return _ids(ground.scenario.says.faults)


def expectation_ids(ground: Ground) -> tuple[str, ...]:
    """Return the ids of the expectations, made as those of the faults are."""
    return _ids(ground.scenario.says.expect)


def _ids(named: Sequence[_Named]) -> tuple[str, ...]:
    given = {each.id for each in named if each.id}
    counts: Counter[str] = Counter()
    ids = []
    for each in named:
        name = each.id
        while not name:
            counts[each.word] += 1
            tried = each.word if counts[each.word] == 1 else f"{each.word}_{counts[each.word]}"
            name = tried if tried not in given else ""
        ids.append(name)
    return tuple(ids)


def check(ground: Ground, seed: int) -> list[RequestRow]:
    """See that a scenario can be run as it stands; return the requests of a seed.

    Raises
    ------
    ScenarioError : `scenario_twice`, `scenario_unknown_robot`, `scenario_robot_left_out`, `scenario_unknown_place`,
        `scenario_unknown_zone`, `scenario_unknown_request`, `scenario_unknown_fault`, `scenario_unknown_service`,
        `scenario_after_the_end`, `scenario_nobody`, `scenario_nothing_to_expect`.
    """
    return _Check(ground, requests(ground, seed)).whole()


class _Check:
    def __init__(self, ground: Ground, rows: Sequence[RequestRow]) -> None:
        self._ground = ground
        self._says = ground.scenario.says
        self._rows = rows
        self._requests = {row.request_id for row in rows}
        self._faults = fault_ids(ground)

    def whole(self) -> list[RequestRow]:
        for ids, key in ((self._faults, "faults"), (expectation_ids(self._ground), "expect")):
            twice = next((name for name, count in Counter(ids).items() if count > 1), None)
            if twice is not None:
                raise self._wrong("scenario_twice", f"the id {twice!r} stands there twice", key)
        if not self._ground.site.robots:
            raise self._wrong("scenario_nobody", "no robot takes part", "robots")
        self._demand()
        for number, fault in enumerate(self._says.faults):
            self._fault(fault, number)
        for number, expectation in enumerate(self._says.expect):
            self._expectation(expectation, f"expect.{number}")
        return list(self._rows)

    def _wrong(self, code: str, message: str, key: str) -> ScenarioError:
        return ScenarioError(code, message, f"{self._ground.scenario.path}: {key}")

    def _demand(self) -> None:
        twice = next((name for name, n in Counter(row.request_id for row in self._rows).items() if n > 1), None)
        if twice is not None:
            raise self._wrong("scenario_twice", f"the request {twice!r} stands there twice", "demand")
        for row in self._rows:
            if is_event(row):
                continue  # the core says whether the site knows it
            key = f"demand: {row.request_id}"
            service = self._ground.site.services.get(row.service)
            if service is None:
                offered = ", ".join(self._ground.site.services)
                message = f"the site has no service {row.service!r}; expected {offered}"
                raise self._wrong("scenario_unknown_service", message, key)
            if not self._ground.begin_s <= row.at_s < self._ground.end_s:
                raise self._wrong("scenario_after_the_end", "it is asked for when the scenario is not on", key)
            if not any(robot.kind in service.robot_kinds for robot in self._ground.site.robots.values()):
                kinds = ", ".join(service.robot_kinds)
                message = f"no robot that takes part can do {row.service}; expected one of {kinds}"
                raise self._wrong("scenario_nobody", message, key)

    def _fault(self, fault: f.FaultBase, number: int) -> None:
        key = f"faults.{number} ({self._faults[number]})"
        if fault.at_s is not None and fault.at_s >= self._says.lasts_s:
            message = f"it begins at {fault.at_s:g} s, but the scenario lasts {self._says.lasts_s:g} s"
            raise self._wrong("scenario_after_the_end", message, key)
        when = fault.when
        if when is not None:
            self._moment(when, f"{key}.when", self._faults[number])
        for robot in f.robots_of(fault):
            if robot == WHOEVER:
                if when is None or isinstance(when, _OF_NOBODY):
                    message = "`whoever` needs an event that is about a robot; expected a robot's id"
                    raise self._wrong("scenario_unknown_robot", message, key)
            else:
                self._robot(robot, key)
        zone, charger = getattr(fault, "zone", ""), getattr(fault, "charger", "")
        if zone:
            self._zone(zone, key)
        if charger:
            self._charger(charger, key)
        if isinstance(fault, f.EquipmentFails) and fault.equipment not in self._ground.site.equipment:
            offered = ", ".join(self._ground.site.equipment) or "none, for the site has none"
            message = f"there is no door or lift {fault.equipment!r}; expected {offered}"
            raise self._wrong("scenario_unknown_equipment", message, key)
        if isinstance(fault, f.PaperWithdrawn) and fault.paper not in self._ground.site.law.papers:
            offered = ", ".join(self._ground.site.law.papers) or "none, for the site has none"
            message = f"there is no paper {fault.paper!r}; expected {offered}"
            raise self._wrong("scenario_unknown_paper", message, key)
        if isinstance(fault, f.CityEvent):
            self._city_event(fault, key)

    def _city_event(self, fault: f.CityEvent, key: str) -> None:
        site = self._ground.site
        if fault.type not in site.city.types:
            offered = ", ".join(site.city.types) or "none, for the site has no events.yaml"
            message = f"the city tells of no {fault.type!r}; expected {offered}"
            raise self._wrong("scenario_unknown_event", message, key)
        if not areas_of(site, fault.subject):
            message = f"there is no {fault.subject!r}; expected `<sort>:<id>` of a building, zone, place or route"
            raise self._wrong("scenario_unknown_event", message, key)

    def _moment(self, when: m.Moment, key: str, own: str) -> None:
        robot, zone = getattr(when, "robot", ""), getattr(when, "zone", "")
        request, fault = getattr(when, "request", ""), getattr(when, "fault", "")
        if robot:
            self._robot(robot, key)
        if zone:
            self._zone(zone, key)
        if request:
            self._request(request, key)
        if fault:
            self._named_fault(fault, key)
            if fault == own:
                raise self._wrong("scenario_unknown_fault", "a fault cannot wait for itself", key)
        if isinstance(when, m.Docks) and when.charger:
            self._charger(when.charger, key)
        if isinstance(when, m.AlarmArrives) and not self._alarms():
            raise self._wrong("scenario_nothing_to_expect", "nobody calls for help in this scenario", key)
        if isinstance(when, m.RequestDone | m.RequestAssigned) and not self._rows:
            raise self._wrong("scenario_nothing_to_expect", "nobody asks for anything in this scenario", key)
        if isinstance(when, m.RequestDone) and when.count > len(self._rows):
            message = f"it waits for {when.count} requests, but there are {len(self._rows)}"
            raise self._wrong("scenario_nothing_to_expect", message, key)

    def _expectation(self, each: e.ExpectationBase, key: str) -> None:
        key = f"{key} ({each.word})"
        for robot in (*getattr(each, "robots", ()), *filter(None, [getattr(each, "robot", "")])):
            self._robot(robot, key)
        named = (
            *getattr(each, "requests", ()),
            *getattr(each, "but", ()),
            *filter(None, [getattr(each, "request", "")]),
        )
        for request in named:
            self._request(request, key)
        for fault in (*getattr(each, "faults", ()), *filter(None, [getattr(each, "fault", "")])):
            self._named_fault(fault, key)
        if isinstance(each, e.KeepsOut):
            self._zone(each.zone, key)
        if isinstance(each, e.AllServed | e.NobodyForgotten | e.LateBy) and not self._rows:
            raise self._wrong("scenario_nothing_to_expect", "nobody asks for anything in this scenario", key)
        if isinstance(each, e.AlarmOnSite):
            alarms = self._alarms()
            for request in each.requests or ("",):
                if not alarms or (request and request not in alarms):
                    message = f"{request or 'nothing'} is a call for help in this scenario"
                    raise self._wrong("scenario_nothing_to_expect", message, key)
        if isinstance(each, e.ApartBy) and len(self._ground.site.robots) < 2:
            raise self._wrong("scenario_nothing_to_expect", "one robot alone is never near another", key)
        if isinstance(each, e.Recovery | e.FaultsStruck) and not self._faults:
            raise self._wrong("scenario_nothing_to_expect", "there is no fault in this scenario", key)
        if isinstance(each, e.Recovery):
            for fault in each.faults:
                says = self._says.faults[self._faults.index(fault)]
                if getattr(says, "lasts_s", None) is None:
                    raise self._wrong("scenario_nothing_to_expect", f"{fault} has no end to recover from", key)
        if isinstance(each, e.Stops | e.TakenOver):
            says = self._says.faults[self._faults.index(each.fault)]
            if not f.robots_of(says):
                raise self._wrong("scenario_nothing_to_expect", f"{each.fault} strikes no robot", key)
        if isinstance(each, e.Items):
            self._items(each.where, key)

    def _items(self, where: dict[str, str], key: str) -> None:
        known = {str(row.params.get("item", "")) for row in self._rows} | set(self._ground.site.items)
        for item, holder in where.items():
            if item not in known:
                raise self._wrong("scenario_unknown_item", f"there is no thing {item!r} in this scenario", key)
            if holder.startswith("robot:"):
                self._robot(holder.removeprefix("robot:"), key)
            elif holder != "person" and holder not in self._ground.site.places:
                message = f"there is no place {holder!r}; expected a place, `robot:<id>` or `person`"
                raise self._wrong("scenario_unknown_place", message, key)

    def _robot(self, robot: str, key: str) -> None:
        if robot in self._ground.site.robots:
            return
        if robot in self._ground.whole.robots:
            message = f"the robot {robot!r} is left out of this scenario; name it under `robots`"
            raise self._wrong("scenario_robot_left_out", message, key)
        offered = ", ".join(self._ground.site.robots)
        raise self._wrong("scenario_unknown_robot", f"there is no robot {robot!r}; expected {offered}", key)

    def _zone(self, zone: str, key: str) -> None:
        if zone not in self._ground.site.zones:
            offered = ", ".join(self._ground.site.zones)
            raise self._wrong("scenario_unknown_zone", f"there is no zone {zone!r}; expected {offered}", key)

    def _charger(self, place: str, key: str) -> None:
        known = self._ground.site.places.get(place)
        if known is None or known.kind != "charger":
            raise self._wrong("scenario_unknown_place", f"there is no charger {place!r}", key)

    def _request(self, request: str, key: str) -> None:
        if request not in self._requests:
            raise self._wrong("scenario_unknown_request", f"nobody asks for {request!r} in this scenario", key)

    def _named_fault(self, fault: str, key: str) -> None:
        if fault not in self._faults:
            offered = ", ".join(self._faults) or "none"
            raise self._wrong("scenario_unknown_fault", f"there is no fault {fault!r}; expected {offered}", key)

    def _alarms(self) -> set[str]:
        rows = (row for row in self._rows if not is_event(row))
        return {row.request_id for row in rows if self._ground.site.services[row.service].alarm}
