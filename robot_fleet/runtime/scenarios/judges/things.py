"""Judges of things, batteries and plans."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np

from robot_fleet.runtime.scenarios import expectations as e
from robot_fleet.runtime.scenarios.evidence import Evidence, Verdict
from robot_fleet.runtime.scenarios.judges.pieces import Piece, worst

PERSON = "person"


def holders(run: Evidence) -> dict[str, str]:
    """Return who had each thing in the end, followed through the trace: a place, `robot:<id>` or `person`."""
    found = {item.id: item.at for item in run.ground.site.items.values()}
    for deed in run.truth.deeds:
        verb, _, rest = deed.event.partition(":")
        if verb == "take":
            found[rest] = f"robot:{deed.robot}"
        elif verb == "give":
            item, _, to = rest.partition(":")
            found[item] = to
    return found


def items(run: Evidence, where: Mapping[str, str]) -> Verdict:
    """Judge where things are in the end."""
    found = holders(run)
    broken: list[tuple[float, Piece]] = []
    for item, wanted in where.items():
        got = found.get(item, "where it was first")
        if got != wanted:
            broken.append((1.0, {"what": f"{item} is at {got}; expected {wanted}", "item": item, "place": got}))
    return Verdict(
        not broken, f"{len(where) - len(broken)} of {len(where)} things are where they belong", worst(broken, [])
    )


def custody_kept(run: Evidence) -> Verdict:
    """Judge whether each thing changed hands as it can: taken by one robot at a time, given by the one that has it."""
    on_board: dict[str, str] = {}
    broken: list[tuple[float, Piece]] = []
    count: Counter[str] = Counter()
    for deed in run.truth.deeds:
        verb, _, rest = deed.event.partition(":")
        item = rest.partition(":")[0]
        what = ""
        if verb == "take":
            count[item] += 1
            if item in on_board:
                what = f"{deed.robot} takes {item}, which {on_board[item]} has"
            on_board[item] = deed.robot
        elif verb == "give":
            if on_board.get(item) != deed.robot:
                what = f"{deed.robot} gives {item}, which {on_board.get(item, 'nobody')} has"
            on_board.pop(item, None)
        if what:
            broken.append((-deed.t_s, {"what": what, "robot": deed.robot, "item": item, "at_s": deed.t_s}))
    return Verdict(not broken, f"{sum(count.values())} things were taken, {len(broken)} wrongly", worst(broken, []))


def charge_above(run: Evidence, each: e.ChargeAbove) -> Verdict:
    """Judge how empty batteries became."""
    broken: list[tuple[float, Piece]] = []
    kept: list[tuple[float, Piece]] = []
    for name, track in run.truth.robots.items():
        if each.robots and name not in each.robots:
            continue
        low = int(np.argmin(track.soc_pct))
        soc_pct = float(track.soc_pct[low])
        piece: Piece = {
            "what": f"{name} had {soc_pct:.1f} % at its emptiest",
            "robot": name,
            "at_s": round(float(track.t_s[low]), 1),
            "value": round(soc_pct, 2),
            "limit": each.pct,
            "unit": "%",
        }
        (kept if soc_pct >= each.pct else broken).append((-soc_pct, piece))
    return Verdict(not broken, f"{len(broken)} batteries fell below {each.pct:g} %", worst(broken, kept))


def charged(run: Evidence, each: e.Charged) -> Verdict:
    """Judge how full a battery is in the end."""
    soc_pct = float(run.truth.robots[each.robot].soc_pct[-1])
    piece: Piece = {
        "what": f"{each.robot} has {soc_pct:.1f} % in the end",
        "robot": each.robot,
        "value": round(soc_pct, 2),
        "limit": each.pct,
        "unit": "%",
    }
    return Verdict(soc_pct >= each.pct, str(piece["what"]), [piece])


def no_plan_violation(run: Evidence) -> Verdict:
    """Judge whether the checker found broken rules."""
    checked = run.summary["plans"]["checked"]
    return Verdict(run.violations == 0, f"{run.violations} broken rules in {checked} plans", [])
