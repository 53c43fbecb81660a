"""Certificates, insurances and permits as rows: whose they are, how long valid, who has withdrawn them. Pure."""

from __future__ import annotations

from math import ceil
from typing import Any

from robot_fleet.core.fleet.state import FleetState
from robot_fleet.core.law import Paper
from robot_fleet.core.site import Site
from robot_fleet.server.ports import Row
from robot_fleet.site.calendar import SiteCalendar

DAY_S = 86_400.0


class PaperRows:
    """Makes the rows of a site's papers.

    Parameters
    ----------
    calendar : the site's days; None where nobody knows which date it is.
    """

    def __init__(self, site: Site, calendar: SiteCalendar | None) -> None:
        self._site = site
        self._calendar = calendar
        self._fixed = [self._paper(paper) for paper in site.law.papers.values()]

    def rows(self, state: FleetState) -> list[Row]:
        """Return a row per paper, in the order of the site's file; times are fleet seconds."""
        return [{**row, "withdrawn": _withdrawn(state, row["id"])} for row in self._fixed]

    def _paper(self, paper: Paper) -> dict[str, Any]:
        regimes, calendar = self._site.law.regimes.values(), self._calendar
        warn_days = [regime.warn_days for regime in regimes if paper.kind in regime.papers]
        return {
            "id": paper.id,
            "kind": paper.kind.value,
            "issuer": paper.issuer,
            "number": paper.number,
            "robots": [
                robot.id
                for robot in self._site.robots.values()
                if robot.id in paper.robots or robot.kind in paper.kinds
            ],
            "zones": list(paper.zones),
            "hours": [list(spell) for spell in paper.hours],
            "supervised": paper.supervised,
            "valid_from": paper.valid_from,
            "valid_to": paper.valid_to,
            "begins_s": None if calendar is None else calendar.at_s(paper.valid_from, 0.0),
            "ends_s": None if calendar is None else calendar.at_s(paper.valid_to, DAY_S),
            "warn_days": max(warn_days, default=0.0),
        }


def paper_now(row: Row, t_s: float) -> dict[str, Any]:
    """Return a paper's row with what depends on the time: `state` and `days_left`.

    `days_left` counts whole days: 0 on the last one, below that when it has ended.
    """
    begins_s, ends_s = row["begins_s"], row["ends_s"]
    if begins_s is None or ends_s is None:
        return {**row, "state": "unknown", "days_left": None}
    if row["withdrawn"] is not None:
        state = "withdrawn"
    elif t_s >= ends_s:
        state = "ended"
    elif t_s < begins_s:
        state = "not_yet"
    else:
        state = "ends_soon" if t_s >= ends_s - row["warn_days"] * DAY_S else "valid"
    return {**row, "state": state, "days_left": ceil((ends_s - t_s) / DAY_S) - 1}


def _withdrawn(state: FleetState, paper: str) -> dict[str, Any] | None:
    fact = state.withdrawn.get(paper)
    return None if fact is None else {"reason": fact.reason, "by": fact.by, "at_s": round(fact.at_s, 1)}
