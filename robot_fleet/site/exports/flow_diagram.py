"""Pictures of services' flows, as Mermaid text, which GitHub, editors and documentation tools draw."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from robot_fleet.core.flow import END, LEAVE, WAIT, act_of, stop_after
from robot_fleet.core.site import ActTemplate, Service, StopTemplate

Node = tuple[str, str]
"""How a point of the picture is called, and its shape with what stands in it."""


def flow_page(site: str, services: Iterable[Service]) -> str:
    """Return a page of Markdown with a picture of every service's flow."""
    parts = [
        f"# Flows of `{site}`\n\n"
        "What each service does, where it turns, and how it ends. A hexagon is a wait for somebody's answer; what is\n"
        "written on an arrow is the word with which an act or a wait ended; an arrow without one is the usual way.\n"
        "Dashed boxes are stops that only a branch leads to. What stands in red ends the task as failed. Made by\n"
        "`./fleet site flows`; the words are explained in [services](services_yaml.md).\n"
    ]
    for service in services:
        parts.append(f"## {service.id}\n\n{service.name.en} · {service.name.ko}\n\n```mermaid\n{diagram(service)}```\n")
    return "\n".join(parts)


def diagram(service: Service) -> str:
    """Return one service's flow as a Mermaid flowchart."""
    lines = ["flowchart TD"]
    ends: dict[str, None] = {}
    links: list[str] = []
    for number, stop in enumerate(service.stops):
        lines.append(f'  subgraph {stop.id}["{stop.id}: {_where(stop)}"]')
        lines += [f"    {_act(service, stop, act)}" for act in stop.acts] or [f"    {stop.id}__here((arrive))"]
        lines.append("  end")
        if stop.side:
            lines.append(f"  style {stop.id} stroke-dasharray: 5 5")
        for source, word, to in _ways(service, number):
            goal = _goal(service, number, to)
            links.append(f"  {source} -->|{word}| {goal}" if word else f"  {source} --> {goal}")
            if goal.startswith("out__"):
                ends[goal] = None
    lines += [f"  {_end(service, goal)}" for goal in ends]
    lines.append("  classDef failed stroke:#b00020,color:#b00020")
    return "\n".join([*lines, *links]) + "\n"


def _where(stop: StopTemplate) -> str:
    kind, _, name = stop.where.partition(":")
    said = {"item": f"where {{{name}}} stands", "group": f"any of {name}", "route": f"each place of {{{name}}}"}
    return said.get(kind, f"{{{name}}}" if kind == "param" else name)


def _name(stop: StopTemplate, act: ActTemplate | None) -> str:
    return f"{stop.id}__{act.id if act is not None else 'here'}"


def _act(service: Service, stop: StopTemplate, act: ActTemplate) -> str:
    """Return the point of one act, with what people beside the robot are told."""
    told = service.texts.get(act.id)
    said = "" if told is None else f"<br>“{told.en}”<br>“{told.ko}”"
    if act.act == WAIT:
        alone = ", no robot stays" if act.unattended else ""
        return f'{_name(stop, act)}{{{{"{act.id}: up to {act.wait_s / 60.0:g} min{alone}{said}"}}}}'
    what = act.act if act.act == act.id else f"{act.id}: {act.act}"
    to = f" {act.item} to {'the place' if act.to == 'place' else 'a person'}" if act.act == "give" else ""
    return f'{_name(stop, act)}["{what}{to}{said}"]'


def _ways(service: Service, number: int) -> Iterator[tuple[str, str, str]]:
    """Yield the ways out of each act of a stop: from where, with which word, and the target."""
    stop = service.stops[number]
    if not stop.acts:
        yield _name(stop, None), "", LEAVE
    for place, act in enumerate(stop.acts):
        for branch in act.branches:
            answer = service.texts.get(f"{act.id}.{branch.word}")
            yield _name(stop, act), branch.word if answer is None else f'"{branch.word}: {answer.en}"', branch.to
        if act.act != WAIT:
            following = stop.acts[place + 1].id if place + 1 < len(stop.acts) else LEAVE
            yield _name(stop, act), "", act.then or following
    if stop.if_full:
        yield stop.id, "full", stop.if_full
    if stop.if_gone:
        yield stop.id, "gone", stop.if_gone


def _goal(service: Service, number: int, to: str) -> str:
    """Return the point that a target leads to."""
    if to.startswith(END):
        return f"out__{to.removeprefix(END)}"
    stop = service.stops[number]
    act = act_of(stop, to)
    if act is not None:
        return _name(stop, act)
    index = stop_after(service.stops, number, "" if to == LEAVE else to)
    if index is None:
        return f"out__{service.result}"
    return _name(service.stops[index], next(iter(service.stops[index].acts), None))


def _end(service: Service, goal: str) -> str:
    name = goal.removeprefix("out__")
    outcome = next((each for each in service.outcomes if each.id == name), None)
    words = name if outcome is None else f"{outcome.name.en}<br>{outcome.name.ko}"
    return f'{goal}(["{words}"])' + (":::failed" if outcome is not None and outcome.fails else "")
