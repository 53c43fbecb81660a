"""Which papers robots have at a time, and which end."""

from __future__ import annotations

from collections.abc import Iterator

from robot_fleet.core.fleet.state import RobotRecord
from robot_fleet.core.fleet.turn import Turn
from robot_fleet.core.law import MISSING, Forbidden, Paper, PaperKind, Regime

DAY_S = 86_400.0


def supervisor(turn: Turn) -> str:
    """Return who has the watch: whoever took over the shift that was handed over last; empty for nobody."""
    shifts = list(turn.state.shifts.values())
    return shifts[-1].taken_by if shifts else ""


def missing(turn: Turn, robot: RobotRecord, zone: str, regime: Regime, at_s: float) -> str:
    """Return why a robot's papers do not let it into a zone at a time (`Forbidden`), empty if they do."""
    for kind in regime.papers:
        _, why = _valid(turn, robot, zone, regime, kind, at_s)
        if why:
            return why
    return ""


def in_force(turn: Turn, robot: RobotRecord, zone: str, regime: Regime) -> dict[str, str]:
    """Return the valid papers of a robot in a zone now, by kind."""
    found = {kind: _valid(turn, robot, zone, regime, kind, turn.now.fleet_s, ahead_s=0.0)[0] for kind in PaperKind}
    return {kind.value: paper for kind, paper in found.items() if paper}


def ending(turn: Turn) -> Iterator[str]:
    """Yield the papers that end soon or have ended, and that no other takes the place of."""
    regimes, papers = turn.site.law.regimes.values(), turn.site.law.papers.values()
    for paper in papers:
        warn_days = [regime.warn_days for regime in regimes if paper.kind in regime.papers]
        if not warn_days or turn.now.fleet_s < valid_s(turn, paper)[1] - max(warn_days) * DAY_S:
            continue
        if not any(_follows(other, paper) and other.id not in turn.state.withdrawn for other in papers):
            yield paper.id


def has_ended(turn: Turn, paper: str) -> bool:
    """Return whether the last day of a paper is over."""
    return turn.now.fleet_s >= valid_s(turn, turn.site.law.papers[paper])[1]


def valid_s(turn: Turn, paper: Paper) -> tuple[float, float]:
    """Return from when to when a paper is valid, in fleet time; never where nobody knows which date it is."""
    known, calendar = turn.agenda.valid_s, turn.ports.calendar
    if calendar is None:
        return 0.0, 0.0
    if paper.id not in known:
        known[paper.id] = calendar.at_s(paper.valid_from, 0.0), calendar.at_s(paper.valid_to, DAY_S)
    return known[paper.id]


def _valid(
    turn: Turn,
    robot: RobotRecord,
    zone: str,
    regime: Regime,
    kind: PaperKind,
    at_s: float,
    ahead_s: float | None = None,
) -> tuple[str, str]:
    """Return a valid paper of a kind, or why there is none."""
    until_s = at_s + (regime.valid_ahead_s if ahead_s is None else ahead_s)
    why = str(MISSING[kind])
    for paper in turn.site.law.papers.values():
        if paper.kind is not kind or paper.id in turn.state.withdrawn or not paper.is_for(robot.id, robot.kind, zone):
            continue
        begins_s, ends_s = valid_s(turn, paper)
        if not (begins_s <= at_s and until_s < ends_s):
            continue
        if paper.hours and not _in_hours(turn, paper, at_s, until_s):
            why = str(Forbidden.OUTSIDE_HOURS)
        elif paper.supervised and not supervisor(turn):
            why = str(Forbidden.UNSUPERVISED)
        else:
            return paper.id, ""
    return "", why


def _in_hours(turn: Turn, paper: Paper, at_s: float, until_s: float) -> bool:
    calendar = turn.ports.calendar
    return calendar is not None and all(paper.holds_at(calendar.local(each)[11:16]) for each in (at_s, until_s))


def _follows(other: Paper, paper: Paper) -> bool:
    """Return whether a paper is for all that another is for, and longer."""
    return (
        other.kind is paper.kind
        and other.valid_to > paper.valid_to
        and set(other.robots) >= set(paper.robots)
        and set(other.kinds) >= set(paper.kinds)
        and (not other.zones or (bool(paper.zones) and set(other.zones) >= set(paper.zones)))
    )
