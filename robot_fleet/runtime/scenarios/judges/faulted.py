"""Judges of what follows from faults."""

from __future__ import annotations

import numpy as np

from robot_fleet.core.facts import OrderSent, TaskCompleted
from robot_fleet.runtime.scenarios import expectations as e
from robot_fleet.runtime.scenarios.evidence import Duty, Evidence, Verdict
from robot_fleet.runtime.scenarios.judges.pieces import Piece, worst
from robot_fleet.runtime.scenarios.judges.served import outcomes
from robot_fleet.runtime.scenarios.judges.told import told
from robot_fleet.runtime.scenarios.striking import Struck

MOVES_MPS = 0.05
STOOD_S = 3.0
"""Who has stood so long when a fault ends, with an order to drive, stood for it."""


def faults_struck(run: Evidence) -> Verdict:
    """Judge whether every fault came about: a scenario without its fault shows nothing."""
    broken: list[tuple[float, Piece]] = [
        (1.0, {"what": f"{struck.id} never began", "fault": struck.id})
        for struck in run.struck
        if struck.begin_s is None
    ]
    return Verdict(
        not broken, f"{len(run.struck) - len(broken)} of {len(run.struck)} faults came about", worst(broken, [])
    )


def recovery(run: Evidence, each: e.Recovery) -> Verdict:
    """Judge how long after the end of faults the robots moved or worked again that stood for them."""
    broken: list[tuple[float, Piece]] = []
    kept: list[tuple[float, Piece]] = []
    for struck in run.struck:
        if struck.end_s is None or (each.faults and struck.id not in each.faults):
            continue
        for robot, took_s in recovered(run, struck):
            piece: Piece = {
                "what": f"{robot} went on {took_s:.1f} s after the end of {struck.id}",
                "fault": struck.id,
                "robot": robot,
                "at_s": round(struck.end_s, 1),
                "value": round(took_s, 1),
                "limit": each.within_s,
                "unit": "s",
            }
            (kept if took_s <= each.within_s else broken).append((took_s, piece))
    sentence = f"{len(broken)} robots took longer than {each.within_s:g} s to go on"
    return Verdict(not broken, sentence, worst(broken, kept))


def recovered(run: Evidence, struck: Struck) -> list[tuple[str, float]]:
    """Return the robots that stood for a fault, and how long after its end they went on.

    These are the robots that it struck, else all, of those that had an order to drive and stood when it ended. A robot
    has gone on when it moves, comes to its place, or has been relieved of its order. The rest of the run, for one that
    has not.
    """
    assert struck.end_s is not None
    found = []
    for robot in struck.robots or run.truth.robots:
        track = run.truth.robots[robot]
        row, moving = track.row(struck.end_s), track.speed_mps > MOVES_MPS
        stood = not moving[max(row - round(STOOD_S * 10), 0) : row].any()
        if run.duties.at(robot, struck.end_s) is not Duty.ON_ITS_WAY or not (stood or struck.robots):
            continue
        again = np.flatnonzero(moving[row:])
        moved_s = float(again[0]) / 10.0 if len(again) else run.end_s - struck.end_s
        changes = run.duties.changes.get(robot, [])
        other_s = [at_s - struck.end_s for at_s, duty in changes if at_s > struck.end_s and duty is not Duty.ON_ITS_WAY]
        found.append((robot, max(min([moved_s, *other_s]), 0.0)))
    return found


def stops(run: Evidence, each: e.Stops) -> Verdict:
    """Judge how soon a robot that a fault struck stood, and whether it stood until the fault was over."""
    struck = run.fault(each.fault)
    if struck.begin_s is None:
        return Verdict(False, f"{each.fault} never began", [{"what": f"{each.fault} never began", "fault": each.fault}])
    broken: list[tuple[float, Piece]] = []
    kept: list[tuple[float, Piece]] = []
    until_s = run.end_s if struck.end_s is None else struck.end_s
    for robot in struck.robots:
        track = run.truth.robots[robot]
        first, last = track.row(struck.begin_s), track.row(until_s)
        moving = np.flatnonzero(track.speed_mps[first:last] > MOVES_MPS)
        took_s = 0.0 if not len(moving) else (float(moving[-1]) + 1.0) / 10.0
        piece: Piece = {
            "what": f"{robot} stood {took_s:.1f} s after the beginning of {struck.id}",
            "fault": struck.id,
            "robot": robot,
            "value": round(took_s, 1),
            "limit": each.within_s,
            "unit": "s",
        }
        (kept if took_s <= each.within_s else broken).append((took_s, piece))
    return Verdict(not broken, str((broken or kept)[0][1]["what"]), worst(broken, kept))


def rings(run: Evidence, each: e.Rings) -> Verdict:
    """Judge whether people were told."""
    struck = run.fault(each.fault) if each.fault else None
    since_s = run.begin_s if struck is None else struck.begin_s
    rung = told(run)
    if since_s is None:
        return Verdict(False, f"{each.fault} never began", [{"what": f"{each.fault} never began", "fault": each.fault}])
    for at_s, code, subject in rung:
        if code == each.code and at_s >= since_s:
            took_s = at_s - since_s
            piece: Piece = {
                "what": f"{code} rang {took_s:.1f} s later, for {subject}",
                "at_s": round(at_s, 1),
                "value": round(took_s, 1),
                "unit": "s",
            }
            if struck is not None:
                piece |= {"limit": each.within_s, "fault": each.fault}
            return Verdict(struck is None or took_s <= each.within_s, str(piece["what"]), [piece])
    codes = sorted({code for _, code, _ in rung})
    what = f"{each.code} did not ring; what rang: {', '.join(codes) or 'nothing'}"
    return Verdict(False, what, [{"what": what}])


def taken_over(run: Evidence, each: e.TakenOver) -> Verdict:
    """Judge whether another robot carried out what a struck robot had."""
    struck = run.fault(each.fault)
    if struck.begin_s is None:
        return Verdict(False, f"{each.fault} never began", [{"what": f"{each.fault} never began", "fault": each.fault}])
    had = {
        fact.robot
        for at_s, fact in run.facts
        if isinstance(fact, OrderSent) and fact.task == each.request and at_s <= struck.begin_s
    }
    entry = outcomes(run).get(each.request, {})
    done = any(isinstance(fact, TaskCompleted) and fact.task == each.request for _, fact in run.facts)
    by = entry.get("robot")
    passed = done and bool(had & set(struck.robots)) and by is not None and by not in struck.robots
    first = ", ".join(sorted(had)) or "nobody"
    what = f"{each.request} was with {first}, and was {'done by ' + str(by) if done else 'not done'}"
    return Verdict(passed, what, [{"what": what, "request": each.request, "fault": each.fault}])
