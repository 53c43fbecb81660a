"""Whether the flow of a service holds together: every target there, every part reached, every way with an end."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from robot_fleet.core.flow import END, LEAVE, TAKEN, TIMEOUT, WAIT, act_of, stop_after, target
from robot_fleet.core.site import ActTemplate, Asked, Service

Key = tuple[str | int, ...]
Report = Callable[[str, Key, str], None]
Node = tuple[int, str]
"""A stop's number and an act's id there; an empty id for a stop without acts."""


def check_flow(service: Service, report: Report) -> None:
    """Report what is wrong with a service's flow: code, key in its file, and what was expected."""
    if not _targets_are_there(service, report):
        return  # the ways cannot be followed
    _check_waits(service, report)
    reached = _reached(service)
    _check_reached(service, reached, report)
    _check_ends(service, reached, report)


def _targets_are_there(service: Service, report: Report) -> bool:
    sound = True
    for key, number, to in _named_targets(service):
        wrong = _what_is_wrong(service, number, to)
        if wrong:
            report("site_flow_target", key, wrong)
            sound = False
    return sound


def _named_targets(service: Service) -> Iterator[tuple[Key, int, str]]:
    for key, number, act in _acts(service):
        for branch in act.branches:
            yield (*key, "branch", branch.word), number, branch.to
        if act.then:
            yield (*key, "then"), number, act.then
    for number, stop in enumerate(service.stops):
        if stop.if_full:
            yield ("stops", number, "if_full"), -1, stop.if_full
        if stop.if_gone:
            yield ("stops", number, "if_gone"), -1, stop.if_gone
        if stop.expiry is not None:
            yield ("stops", number, "expiry", "to"), -1, stop.expiry.to


def _what_is_wrong(service: Service, number: int, to: str) -> str:
    """Return what is wrong with a target that is named at a stop (-1: outside of all), empty for nothing."""
    if to == LEAVE:
        return ""
    if to.startswith(END):
        known = any(outcome.id == to.removeprefix(END) for outcome in service.outcomes)
        return "" if known else f"no outcome {to.removeprefix(END)!r} is declared; expected one of `outcomes`"
    if number >= 0 and act_of(service.stops[number], to) is not None:
        return ""
    stop = next((stop for stop in service.stops if stop.id == to), None)
    if stop is None:
        return f"{to!r} is no act of this stop and no stop; expected one of them, or `end:` and an outcome"
    if stop.where.startswith("route:"):
        return f"stop {to!r} stands for all places of a route; expected a stop of one place"
    return ""


def _check_waits(service: Service, report: Report) -> None:
    for key, _, act in _acts(service):
        if act.act != WAIT:
            only = ("wait_s", "rings", "unattended", "judges", "names", "contacts")
            for name in only:
                if getattr(act, name):
                    report("site_bad_value", (*key, name), "expected only of an `act: wait`")
            if act.id in service.asked:
                report("site_bad_value", (*key, "asks"), "nobody is asked by it; expected only of an `act: wait`")
            continue
        if (act.judges or act.contacts) and not service.alarm:
            name = "judges" if act.judges else "contacts"
            report("site_bad_value", (*key, name), "expected only of a service with `alarm: true`")
        words = [branch.word for branch in act.branches]
        if act.unattended and key[-1] == 0:
            report(
                "site_bad_value", (*key, "unattended"), "nobody leaves before doing anything; expected an act before"
            )
        if act.unattended and bool(act.item) != (TAKEN in words):
            report("site_flow_branch", (*key, "branch"), f"expected `{TAKEN}` and the `item` that is taken, or neither")
        asked = service.asked.get(act.id, Asked())
        for name, word in (("right", asked.right), ("wrong", asked.wrong)):
            if word and (word not in words or word == TIMEOUT):
                report(
                    "site_flow_branch", (*key, "code", name), f"{word!r} is no answer of it; expected one of `branch`"
                )
        if act.wait_s <= 0.0:
            report(
                "site_missing_key", (*key, "wait_s"), "a wait needs an end; expected its longest duration in seconds"
            )
        if TIMEOUT not in words:
            report("site_flow_branch", (*key, "branch"), f"expected `{TIMEOUT}`: where it goes on if nobody answers")
        if not [word for word in words if word != TIMEOUT]:
            report("site_flow_branch", (*key, "branch"), "nobody could answer it; expected at least one answer")
        if words and words[0] == TIMEOUT:
            report("site_flow_branch", (*key, "branch"), "expected the usual answer first: plans reckon with it")
        for word in words:
            if word != TIMEOUT and f"{act.id}.{word}" not in service.texts:
                report("site_missing_key", (*key, "answers", word), "expected what it is called in each language")
        if act.id not in service.texts:
            report("site_missing_key", (*key, "text"), "whoever is to answer must be told what; expected `text`")


def _check_reached(service: Service, reached: set[Node], report: Report) -> None:
    for number, stop in enumerate(service.stops):
        if not any(node[0] == number for node in reached):
            expected = "no branch leads there; expected one, or no such stop" if stop.side else "it is never reached"
            report("site_flow_unreachable", ("stops", number), expected)
            continue
        for index, act in enumerate(stop.acts):
            if (number, act.id) not in reached:
                report("site_flow_unreachable", ("stops", number, "acts", index), "no way leads to it; expected one")
    named = {to for node in reached for to in _targets(service, node) if to.startswith(END)}
    for outcome in service.outcomes:
        if f"{END}{outcome.id}" not in named:
            report("site_flow_unreachable", ("outcomes", outcome.id), "no way ends with it; expected one")


def _check_ends(service: Service, reached: set[Node], report: Report) -> None:
    """Report acts from which no way leads to an end, however people answer."""
    comes_to = {node: [_next(service, node, to) for to in _targets(service, node)] for node in reached}
    ends = {node for node, following in comes_to.items() if None in following}
    grown = True
    while grown:
        more = {node for node, following in comes_to.items() if node not in ends and ends.intersection(following)}
        ends |= more
        grown = bool(more)
    for number, name in sorted(reached - ends):
        index = next((i for i, act in enumerate(service.stops[number].acts) if act.id == name), 0)
        report("site_flow_endless", ("stops", number, "acts", index), "no way from here ends; expected an `end:`")


def _reached(service: Service) -> set[Node]:
    first = next((number for number, stop in enumerate(service.stops) if not stop.side), None)
    reached: set[Node] = set()
    looked = [] if first is None else [_enter(service, first)]
    while looked:
        node = looked.pop()
        if node in reached:
            continue
        reached.add(node)
        following = (_next(service, node, to) for to in _targets(service, node))
        looked += [each for each in following if each is not None]
    return reached


def _targets(service: Service, node: Node) -> Iterator[str]:
    """Give every target that a node can lead to; empty for leaving its stop in order."""
    number, name = node
    stop = service.stops[number]
    act = act_of(stop, name)
    if node == _enter(service, number):
        yield from (to for to in (stop.if_full, stop.if_gone) if to)
        if stop.expiry is not None:
            yield stop.expiry.to
    if act is None:
        yield ""
        return
    yield from (target(stop, act, branch.word) for branch in act.branches)
    if act.act != WAIT:  # a wait ends with one of its words
        yield target(stop, ActTemplate(act.id, act.act, then=act.then), "")


def _next(service: Service, node: Node, to: str) -> Node | None:
    number, _ = node
    if act_of(service.stops[number], to) is not None:
        return number, to
    following = stop_after(service.stops, number, to)
    return None if following is None else _enter(service, following)


def _enter(service: Service, number: int) -> Node:
    acts = service.stops[number].acts
    return number, acts[0].id if acts else ""


def _acts(service: Service) -> Iterator[tuple[Key, int, ActTemplate]]:
    for number, stop in enumerate(service.stops):
        for index, act in enumerate(stop.acts):
            yield ("stops", number, "acts", index), number, act
