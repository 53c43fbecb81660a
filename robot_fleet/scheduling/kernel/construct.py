"""A feasible plan at once: take up the routes in force, put in what is new, mend what follows from it.

1. Take up: each robot's route in force, without jobs that no longer fit.
2. Put in: pinned jobs first, whatever they cost; then again and again the job whose best place is most worth having
   (regret: what it would lose on its second-best robot, or by being left out); many at once by importance and due time.
3. Move: jobs on routes that have changed go to wherever they cost less.
4. Displace: a dear job that found no place may take that of a cheap one.
5. Close: no job stays out that can be put in for less than its penalty.
"""

from __future__ import annotations

from math import inf

import numpy as np

from robot_fleet.scheduling.kernel.arrays import (
    BEGUN,
    CHARGE_NODE,
    CHOOSES,
    CLAIM,
    COUNT,
    COUPLED,
    DUE,
    FIRST,
    FIXED,
    FLAGS,
    HEAD,
    IMPORTANCE,
    JOB,
    LEVEL,
    NODE,
    OK,
    OPTION,
    OPTION_END,
    OPTION_PLACE,
    PENALTY,
    PIN,
    PLACE,
    POSITION,
    PRED,
    PRED_END,
    SPECIAL,
    STOPS,
    SUCC,
    SUCC_END,
    Bytes,
    Floats,
    Ints,
    Labels,
    Model,
    State,
)
from robot_fleet.scheduling.kernel.compiler import compiled, entry, making
from robot_fleet.scheduling.kernel.general import cheapest_general
from robot_fleet.scheduling.kernel.moves import (
    allowed,
    best_robot,
    book,
    change_of,
    copy_visit,
    draft_merged,
    evaluate,
    insert,
    put,
    remember,
    remove,
    take_draft,
    take_rest,
    unbook,
    undo,
)
from robot_fleet.scheduling.kernel.timing import lay

WORTH_MOVING_S = 1e-6
"""Least gain, in seconds of cost, for which a planned job is moved."""
REGRET_AT_MOST = 48
"""With more new jobs than this they are put in by importance and due time instead of by regret."""


@compiled
def removable(m: Model, s: State, job: int) -> bool:
    """Return whether a job may be taken off its route: it is on one, not on board, not in the fixed front."""
    v = s.at[job]
    if v < 0 or m.job[job, FLAGS] & HEAD:
        return False
    for k in range(m.robot[v, FIXED]):
        if s.row[v, k, NODE] >= 0 and m.node[s.row[v, k, NODE], JOB] == job:
            return False
    return True


@entry
def take_up(m: Model, s: State, visits: Ints, levels: Floats, times: Floats, bounds: Ints, kept: Bytes) -> None:
    """Lay the routes of a plan in force, leaving out one job after the other where a rule is broken.

    What ties a route to others is looked at with the others as the plan has them, so that nobody's turn at a resource
    changes.

    Parameters
    ----------
    visits, levels, times : (node, place), level and (begin, end) of all visits.
    bounds : (V + 1) where each robot's visits begin.
    kept : marks the robots whose route was taken up as it was.
    """
    robots = m.robot.shape[0]
    gone = _gone(m, s, visits, bounds)
    for v in range(robots):
        for i in range(bounds[v], bounds[v + 1]):
            node = visits[i, 0]
            if node >= 0 and not gone[m.node[node, JOB]]:
                job = m.node[node, JOB]
                s.at[job] = v
                if m.node[node, POSITION] == 0:
                    s.span[job, 0] = times[i, 0]
                if m.node[node, POSITION] == m.job[job, STOPS] - 1:
                    s.span[job, 1] = times[i, 1]
            if node < 0 or not gone[m.node[node, JOB]]:
                book(m, s, v, visits[i, 1], times[i, 0], times[i, 1])
    for v in range(robots):
        draft, count = robots, 0
        for i in range(bounds[v], bounds[v + 1]):
            node = visits[i, 0]
            if node >= 0 and gone[m.node[node, JOB]]:
                continue
            s.row[draft, count, NODE], s.row[draft, count, PLACE] = node, visits[i, 1]
            s.row_at[draft, count, LEVEL] = levels[i]
            count += 1
        s.route[draft, COUNT] = count
        unbook(s, v)
        fine = lay(m, s, draft, v, 0)[0] == OK
        for i in range(bounds[v], bounds[v + 1]):
            if visits[i, 0] >= 0 and s.at[m.node[visits[i, 0], JOB]] == v:
                s.at[m.node[visits[i, 0], JOB]] = -1
        if fine and take_draft(m, s, v):
            kept[v] = count == bounds[v + 1] - bounds[v]
        else:
            _mend(m, s, v)


@making
def _gone(m: Model, s: State, visits: Ints, bounds: Ints) -> Bytes:
    """Return which jobs cannot stay where a plan has them: their place is claimed twice, or their robot may not."""
    owner = np.full(s.owner.shape[0], -1, dtype=np.int32)
    gone = np.zeros(m.job.shape[0], dtype=np.uint8)
    for pinned in range(1, -1, -1):  # pinned jobs claim their places before the others
        for i in range(visits.shape[0]):
            node = visits[i, 0]
            if node < 0 or (m.job[m.node[node, JOB], PIN] >= 0) != (pinned == 1):
                continue
            job = m.node[node, JOB]
            for option in range(m.node[node, OPTION], m.node[node, OPTION_END]):
                claim = m.option[option, CLAIM]
                if m.option[option, OPTION_PLACE] == visits[i, 1] and claim >= 0:
                    if owner[claim] >= 0 and owner[claim] != job:
                        gone[job] = 1
                    else:
                        owner[claim] = job
    on = np.full(m.job.shape[0], -1, dtype=np.int32)
    for v in range(m.robot.shape[0]):
        for i in range(bounds[v], bounds[v + 1]):
            if visits[i, 0] >= 0:
                job = m.node[visits[i, 0], JOB]
                if not m.allow[job, v] or (on[job] >= 0 and on[job] != v):
                    gone[job] = 1
                on[job] = v
    return gone


@compiled
def _mend(m: Model, s: State, v: int) -> None:
    """Lay a draft, taking jobs out of it one by one while it breaks a rule."""
    draft = s.route.shape[0] - 1
    while s.route[draft, COUNT] > 0:
        broken, at = lay(m, s, draft, v, 0)
        if broken == OK:
            break
        culprit, any_job = -1, -1
        for k in range(at, -1, -1):
            node = s.row[draft, k, NODE]
            if node >= 0:
                job = m.node[node, JOB]
                any_job = job if any_job < 0 else any_job
                if m.job[job, PIN] < 0 and k >= m.robot[v, FIXED]:
                    culprit = job
                    break
        culprit = any_job if culprit < 0 else culprit
        kept = 0
        for k in range(s.route[draft, COUNT]):
            node = s.row[draft, k, NODE]
            if node >= 0 and m.node[node, JOB] != culprit or (node < 0 and culprit >= 0):
                copy_visit(s, draft, k, draft, kept)
                kept += 1
        s.route[draft, COUNT] = kept
    take_rest(m, s, v)


@entry
def complete(m: Model, s: State, old: State, w: Labels, displaced: int, moved: int) -> None:
    """Put in every job that is out and worth it, move and displace; leave no job out that could be put in.

    Parameters
    ----------
    displaced, moved : how many jobs may try to displace others, and how many to go elsewhere.
    """
    touched = np.zeros(s.route.shape[0] + 1, dtype=np.int32)
    first_versions = s.version.copy()
    out = np.zeros(m.job.shape[0] + 1, dtype=np.int32)
    _list_out(m, s, out)
    for i in range(1, out[0] + 1):
        job = out[i]
        touched[0] = 0
        if (
            m.job[job, PIN] >= 0
            and m.allow[job, m.job[job, PIN]]
            and s.at[job] < 0
            and put(m, s, old, w, touched, job, 0.0, inf) < 0
        ):
            _force(m, s, old, w, touched, job)
    _put_in(m, s, old, w, touched, out)
    for v in range(m.robot.shape[0]):
        if s.version[v] != first_versions[v] and moved > 0:
            moved -= _move(m, s, old, w, touched, v, moved)
    _list_out(m, s, out)
    tries = 0
    for i in range(1, out[0] + 1):
        if tries < displaced and m.job[out[i], PIN] == -1 and s.at[out[i]] < 0:
            tries += 1
            _displace(m, s, old, w, touched, out[i])
    again = True
    while again:
        again = False
        _list_out(m, s, out)
        for i in range(1, out[0] + 1):
            touched[0] = 0
            again = put(m, s, old, w, touched, out[i], 0.0, inf) >= 0 or again


@making
def _list_out(m: Model, s: State, out: Ints) -> None:
    """List the jobs that are out: pinned first, then by importance and due time, successors behind what they await."""
    out[0] = 0
    for job in range(m.job.shape[0]):
        if s.at[job] < 0 and m.job[job, PIN] != -2:
            out[0] += 1
            out[out[0]] = job
    count = out[0]
    if count == 0:
        return
    keys = np.zeros(count)
    for i in range(count):
        job = out[i + 1]
        waits = 0
        if m.job[job, FLAGS] & COUPLED:
            waits = m.job[job, PRED_END] - m.job[job, PRED]
        keys[i] = (
            m.job_at[job, DUE]
            - 1e7 * min(m.job_at[job, IMPORTANCE], 1e5)
            - (1e14 if m.job[job, PIN] >= 0 else 0.0)
            + (1e13 * _depth(m, job, 8) if waits else 0.0)
        )
    by_key = np.argsort(keys, kind="mergesort")
    listed = out[1 : count + 1].copy()
    for i in range(count):
        out[i + 1] = listed[by_key[i]]


@compiled
def _depth(m: Model, job: int, most: int) -> int:
    """Return how many jobs must end one after the other before a job may begin."""
    deepest, here = 0, job
    while most > 0 and m.job[here, PRED_END] > m.job[here, PRED]:
        here = m.links[m.job[here, PRED]]
        deepest += 1
        most -= 1
    return deepest


@making
def _put_in(m: Model, s: State, old: State, w: Labels, touched: Ints, out: Ints) -> None:
    """Put in job after job: always the one that would lose most if it had to take its second-best robot."""
    _list_out(m, s, out)
    count = out[0]
    robot, other = np.full(count + 1, -1, dtype=np.int32), np.full(count + 1, -1, dtype=np.int32)
    least, second = np.full(count + 1, inf), np.full(count + 1, inf)
    for i in range(1, count + 1):
        robot[i], least[i], other[i], second[i] = best_robot(m, s, w, out[i], 0.0, True, False, False, inf)
    left = count
    while left > 0:
        pick, most = -1, -inf
        for i in range(1, count + 1):
            if robot[i] >= 0:
                regret = min(second[i], m.job_at[out[i], PENALTY]) - least[i]
                if regret > most:
                    pick, most = i, regret
        if pick < 0:
            return
        touched[0] = 0
        v = put(m, s, old, w, touched, out[pick], 0.0, inf)
        robot[pick] = -1
        left -= 1
        if v < 0:
            continue
        coupled = (m.job[out[pick], FLAGS] & COUPLED) > 0 or s.route[v, SPECIAL] > 0
        for i in range(1, count + 1):
            job = out[i]
            if s.at[job] >= 0 or i == pick:
                continue
            if coupled or robot[i] == v or other[i] == v or robot[i] < 0:
                robot[i], least[i], other[i], second[i] = best_robot(m, s, w, job, 0.0, True, False, False, inf)
            elif allowed(m, s, job, v):
                delta = evaluate(m, s, w, job, v, second[i], False)
                if delta < least[i]:
                    robot[i], least[i], other[i], second[i] = v, delta, robot[i], least[i]
                elif delta < second[i]:
                    other[i], second[i] = v, delta


@making
def _move(m: Model, s: State, old: State, w: Labels, touched: Ints, v: int, most: int) -> int:
    """Move jobs of a robot that are not bound to it to where the plan costs least; return how many were tried."""
    tried = 0
    jobs = np.zeros(s.route[v, COUNT] + 1, dtype=np.int32)
    count = 0
    for k in range(s.route[v, COUNT]):
        node = s.row[v, k, NODE]
        if node != CHARGE_NODE and m.node[node, JOB] >= 0 and m.node[node, 1] == 0:
            jobs[count] = m.node[node, JOB]
            count += 1
    for i in range(count):
        job = jobs[i]
        if m.job[job, PIN] >= 0 or s.at[job] != v or not removable(m, s, job) or _awaited(m, s, job):
            continue
        if tried >= most:
            break
        tried += 1
        touched[0] = 0
        remember(s, old, touched, v)
        if not remove(m, s, job):
            continue
        if put(m, s, old, w, touched, job, 0.0, inf) < 0 or change_of(s, old, touched) > -WORTH_MOVING_S:
            undo(m, s, old, touched)
    return tried


@compiled
def _awaited(m: Model, s: State, job: int) -> bool:
    """Return whether a planned job waits for this one."""
    for i in range(m.job[job, SUCC], m.job[job, SUCC_END]):
        if s.at[m.links[i]] >= 0 and not m.job[m.links[i], FLAGS] & BEGUN:
            return True
    return False


@compiled
def _displace(m: Model, s: State, old: State, w: Labels, touched: Ints, job: int) -> None:
    """Put a job in the stead of a cheaper one, if the plan gains by it."""
    best, least = -1, -WORTH_MOVING_S
    for attempt in range(2):
        for other in range(m.job.shape[0]):
            if attempt == 1 and other != best:
                continue
            v = s.at[other]
            if v < 0 or m.job[other, PIN] >= 0 or m.job_at[other, PENALTY] >= m.job_at[job, PENALTY]:
                continue
            if not m.allow[job, v] and not m.job[job, FLAGS] & CHOOSES:
                continue
            if not removable(m, s, other) or _awaited(m, s, other):
                continue
            touched[0] = 0
            remember(s, old, touched, v)
            if not remove(m, s, other):
                continue
            if put(m, s, old, w, touched, job, 0.0, inf) >= 0:
                change = -m.job_at[job, PENALTY]
                if put(m, s, old, w, touched, other, 0.0, inf) < 0:
                    change += m.job_at[other, PENALTY]
                change += change_of(s, old, touched)
                if attempt == 1:
                    return
                if change < least:
                    best, least = other, change
            undo(m, s, old, touched)
        if best < 0:
            return


@compiled
def _force(m: Model, s: State, old: State, w: Labels, touched: Ints, job: int) -> bool:
    """Put a pinned job on its robot, taking out of its way whatever is not pinned; return whether it went in."""
    v, draft = m.job[job, PIN], s.route.shape[0] - 1
    touched[0] = 0
    # Whoever claims what only this job could claim gives it up.
    for node in range(m.job[job, FIRST], m.job[job, FIRST] + m.job[job, STOPS]):
        free = 0
        for option in range(m.node[node, OPTION], m.node[node, OPTION_END]):
            claim = m.option[option, CLAIM]
            free += claim < 0 or s.owner[claim] < 0 or s.owner[claim] == job
        if free == 0:
            for option in range(m.node[node, OPTION], m.node[node, OPTION_END]):
                owner = s.owner[m.option[option, CLAIM]]
                if m.job[owner, PIN] < 0 and removable(m, s, owner):
                    remember(s, old, touched, s.at[owner])
                    if remove(m, s, owner):
                        break
    remember(s, old, touched, v)
    kept = 0
    for k in range(s.route[v, COUNT]):
        node = s.row[v, k, NODE]
        if k < m.robot[v, FIXED] or (node >= 0 and m.job[m.node[node, JOB], PIN] >= 0):
            copy_visit(s, v, k, draft, kept)
            kept += 1
    s.route[draft, COUNT] = kept
    if take_draft(m, s, v):
        if insert_pinned(m, s, w, job, v):
            return True
    undo(m, s, old, touched)
    return False


@compiled
def insert_pinned(m: Model, s: State, w: Labels, job: int, v: int) -> bool:
    """Put a job on a robot's route at any cost."""
    if s.route[v, COUNT] + m.job[job, STOPS] + 1 >= s.row.shape[1]:
        s.counter[1] = 1
        return False
    delta, entries = cheapest_general(m, s, w, v, job, inf, 0, 1)
    if delta == inf:
        return False
    draft_merged(m, s, w, v, job, entries)
    return take_draft(m, s, v)


@entry
def lack(m: Model, s: State, w: Labels, job: int, v: int, relax: int) -> float:
    """Return what a job would cost on a robot's route with limits overlooked, `inf` if it cannot be done even then."""
    return cheapest_general(m, s, w, v, job, inf, relax, 0)[0]


@entry
def put_one(m: Model, s: State, w: Labels, job: int, v: int) -> float:
    """Put a job on a robot's route and return what it costs there; `inf` (and nothing changed) if it cannot."""
    before = s.route_at[v, 0]
    if insert_pinned(m, s, w, job, v):
        return float(s.route_at[v, 0] - before)
    return inf


__all__ = ["complete", "insert", "lack", "put_one", "removable", "take_up"]
