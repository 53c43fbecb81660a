"""Putting jobs on routes and taking them off, with everything that depends on it kept up to date."""

from __future__ import annotations

from math import inf

import numpy as np

from robot_fleet.scheduling.kernel.arrays import (
    ALIKE,
    BEGIN,
    CHARGE_NODE,
    CHARGERS,
    CHOOSES,
    CLAIM,
    COUNT,
    COUPLED,
    FIRST,
    FLAGS,
    FULL,
    JOB,
    LEAVE,
    LEVEL,
    NODE,
    OK,
    OPTION,
    OPTION_END,
    OPTION_PLACE,
    PENALTY,
    PIN,
    PLACE,
    PLAIN,
    POSITION,
    SAME,
    SAME_END,
    SPARE,
    SPECIAL,
    STOPS,
    TOTAL,
    Ints,
    Labels,
    Model,
    State,
)
from robot_fleet.scheduling.kernel.compiler import compiled
from robot_fleet.scheduling.kernel.general import CHARGED, cheapest_general, cheapest_merge
from robot_fleet.scheduling.kernel.plain import cheapest_plain
from robot_fleet.scheduling.kernel.timing import lay

BY_GENERAL, NOTHING_BELOW = -1, -2
"""Stand in `known_choice` for a position: the general insertion knows it; there is none below `known_delta`."""
DEARER, OVERLOOKED = 1.2, 0.8
"""A robot on which a job was dearer by this factor than on the best one, when last asked, is overlooked so often."""
DRAWN = 0.5
"""Probability that a bold insertion has its places drawn by chance."""


@compiled
def _claim(m: Model, node: int, place: int) -> int:
    for option in range(m.node[node, OPTION], m.node[node, OPTION_END]):
        if m.option[option, OPTION_PLACE] == place:
            return int(m.option[option, CLAIM])
    return -1


@compiled
def book(m: Model, s: State, v: int, place: int, begin: float, end: float) -> None:
    """Note that a robot uses a place's resources."""
    for i in range(m.place[place, 0], m.place[place, 1]):
        resource = m.links[i]
        at = s.booked[resource]
        if at >= s.book_robot.shape[1]:
            continue  # more charges than anybody plans; the checker would see them meet
        s.booked[resource] = at + 1
        s.book_robot[resource, at] = v
        s.book_time[resource, at, 0], s.book_time[resource, at, 1] = begin, end


@compiled
def unbook(s: State, v: int) -> None:
    """Forget what a robot uses."""
    for resource in range(s.booked.shape[0]):
        kept = 0
        for i in range(s.booked[resource]):
            if s.book_robot[resource, i] != v:
                s.book_robot[resource, kept] = s.book_robot[resource, i]
                s.book_time[resource, kept, 0] = s.book_time[resource, i, 0]
                s.book_time[resource, kept, 1] = s.book_time[resource, i, 1]
                kept += 1
        s.booked[resource] = kept


@compiled
def unlink(m: Model, s: State, v: int) -> None:
    """Forget who is on a route, what it claims and what it uses, before it changes."""
    for k in range(s.route[v, COUNT]):
        node = s.row[v, k, NODE]
        if node >= 0:
            job = m.node[node, JOB]
            s.at[job] = -1
            if m.job[job, FLAGS] & CHOOSES:
                claim = _claim(m, node, s.row[v, k, PLACE])
                if claim >= 0 and s.owner[claim] == job:
                    s.owner[claim] = -1
    if s.route[v, SPECIAL]:
        unbook(s, v)


@compiled
def link(m: Model, s: State, v: int) -> None:
    """Note who is on a route, what it claims and what it uses."""
    for k in range(s.route[v, COUNT]):
        node, place = s.row[v, k, NODE], s.row[v, k, PLACE]
        if node >= 0:
            job = m.node[node, JOB]
            s.at[job] = v
            if m.node[node, POSITION] == 0:
                s.span[job, 0] = s.row_at[v, k, BEGIN]
            if m.node[node, POSITION] == m.job[job, STOPS] - 1:
                s.span[job, 1] = s.row_at[v, k + 1, LEAVE]
            if m.job[job, FLAGS] & CHOOSES:
                claim = _claim(m, node, place)
                if claim >= 0:
                    s.owner[claim] = job
        if s.route[v, SPECIAL]:
            book(m, s, v, place, s.row_at[v, k, BEGIN], s.row_at[v, k + 1, LEAVE])


@compiled
def copy_row(s: State, a: int, t: State, b: int) -> None:
    """Copy row `a` of a state to row `b` of a state, with all that was worked out about it."""
    count = s.route[a, COUNT]
    for k in range(count + 1):
        for i in range(3):
            t.row[b, k, i] = s.row[a, k, i]
        for i in range(13):
            t.row_at[b, k, i] = s.row_at[a, k, i]
    for i in range(3):
        t.route[b, i] = s.route[a, i]
    t.route_at[b, TOTAL], t.route_at[b, SPARE] = s.route_at[a, TOTAL], s.route_at[a, SPARE]
    t.version[b] = s.version[a]


@compiled
def take_draft(m: Model, s: State, v: int) -> bool:
    """Make the draft robot `v`'s route if it can be driven; return whether it can (and nothing changed if not)."""
    draft = s.route.shape[0] - 1
    if lay(m, s, draft, v, 0)[0] != OK:
        return False
    s.counter[0] += 1
    s.version[draft] = s.counter[0]
    unlink(m, s, v)
    copy_row(s, draft, s, v)
    link(m, s, v)
    return True


@compiled
def copy_visit(s: State, a: int, k: int, b: int, at: int) -> None:
    """Copy what visit `k` of row `a` is to visit `at` of row `b`."""
    s.row[b, at, NODE], s.row[b, at, PLACE] = s.row[a, k, NODE], s.row[a, k, PLACE]
    s.row_at[b, at, LEVEL] = s.row_at[a, k, LEVEL]


@compiled
def draft_without(m: Model, s: State, v: int, job: int) -> None:
    """Draft robot `v`'s route without a job."""
    draft, kept = s.route.shape[0] - 1, 0
    for k in range(s.route[v, COUNT]):
        node = s.row[v, k, NODE]
        if node >= 0 and m.node[node, JOB] == job:
            continue
        copy_visit(s, v, k, draft, kept)
        kept += 1
    s.route[draft, COUNT] = kept


@compiled
def take_rest(m: Model, s: State, v: int) -> bool:
    """Make a draft from which jobs are gone the robot's route: without its charges if that is possible."""
    draft, room = s.route.shape[0] - 1, s.row.shape[1]
    count = s.route[draft, COUNT]
    charges = 0
    for k in range(count):
        charges += s.row[draft, k, NODE] == CHARGE_NODE
    if charges == 0 or 2 * count > room:
        return take_draft(m, s, v)
    kept = 0
    for k in range(count):  # the whole draft stays behind the lean one
        for i in range(3):
            s.row[draft, count + k, i] = s.row[draft, k, i]
        s.row_at[draft, count + k, LEVEL] = s.row_at[draft, k, LEVEL]
        if s.row[draft, k, NODE] != CHARGE_NODE:
            s.row[draft, kept, NODE], s.row[draft, kept, PLACE] = s.row[draft, k, NODE], s.row[draft, k, PLACE]
            kept += 1
    s.route[draft, COUNT] = kept
    if take_draft(m, s, v):
        return True
    for k in range(count):
        for i in range(2):
            s.row[draft, k, i] = s.row[draft, count + k, i]
        s.row_at[draft, k, LEVEL] = s.row_at[draft, count + k, LEVEL]
    s.route[draft, COUNT] = count
    return take_draft(m, s, v)


@compiled
def remove(m: Model, s: State, job: int) -> bool:
    """Take a job off its route; false (and nothing changed) if what remains cannot be driven."""
    v = s.at[job]
    draft_without(m, s, v, job)
    return take_rest(m, s, v)


@compiled
def allowed(m: Model, s: State, job: int, v: int) -> bool:
    """Return whether a robot may do a job as its partners stand."""
    if not m.allow[job, v]:
        return False
    if m.job[job, FLAGS] & COUPLED:
        for i in range(m.job[job, SAME], m.job[job, SAME_END]):
            at = s.at[m.links[i]]
            if at >= 0 and at != v:
                return False
    return True


@compiled
def _ceiling(m: Model, job: int, bold: bool) -> float:
    """Return what a job may cost at most: its penalty, but for pinned ones and when the search is bold."""
    return inf if bold or m.job[job, PIN] >= 0 else m.job_at[job, PENALTY]


@compiled
def evaluate(m: Model, s: State, w: Labels, job: int, v: int, ceiling: float, fresh: bool) -> float:
    """Return by how much a robot's route gets dearer by a job, `inf` if by `ceiling` or more or if it cannot be done.

    What is found is kept until the route changes; so is that nothing was found below a ceiling. `fresh` neither looks
    at what was kept nor lets what it finds be good for anything but the insertion that follows.
    """
    flags = m.job[job, FLAGS]
    if not (flags & PLAIN and not s.route[v, SPECIAL]):
        return cheapest_merge(m, s, w, v, job, ceiling)[0]
    if not fresh and not flags & CHOOSES and s.known_version[job, v] == s.version[v]:
        known = s.known_delta[job, v]
        if s.known_choice[job, v, 0] != NOTHING_BELOW:
            return known if known < ceiling else inf
        if known >= ceiling:
            return inf
    delta, i, j, a, b = cheapest_plain(m, s, v, job, ceiling)
    if delta == inf and m.robot[v, CHARGERS] > 0 and s.route_at[v, SPARE] < m.robot_at[v, FULL] / 2.0:
        delta = cheapest_general(m, s, w, v, job, ceiling, 0, 1)[0]
        i = BY_GENERAL
    s.known_version[job, v] = -1 if fresh else s.version[v]
    choice = s.known_choice[job, v]
    if delta == inf:
        s.known_delta[job, v], choice[0] = ceiling, NOTHING_BELOW
        return inf
    s.known_delta[job, v] = delta
    choice[0], choice[1], choice[2], choice[3] = i, j, a, b
    return delta


@compiled
def insert(m: Model, s: State, w: Labels, job: int, v: int, bold: bool) -> bool:
    """Put a job where `evaluate` has found it to be cheapest on a robot's route; false if that cannot be driven."""
    draft, room = s.route.shape[0] - 1, s.row.shape[1]
    first, stops = m.job[job, FIRST], m.job[job, STOPS]
    if s.route[v, COUNT] + stops + 1 >= room:
        s.counter[1] = 1
        return False
    if m.job[job, FLAGS] & PLAIN and not s.route[v, SPECIAL] and s.known_choice[job, v, 0] >= 0:
        choice = s.known_choice[job, v]
        i, j, a, b = choice[0], choice[1], choice[2], choice[3]
        length = 0
        for k in range(s.route[v, COUNT] + 1):
            if k == i:
                s.row[draft, length, NODE], s.row[draft, length, PLACE] = first, m.option[a, OPTION_PLACE]
                length += 1
            if k == j and stops == 2:
                s.row[draft, length, NODE], s.row[draft, length, PLACE] = first + 1, m.option[b, OPTION_PLACE]
                length += 1
            if k < s.route[v, COUNT]:
                copy_visit(s, v, k, draft, length)
                length += 1
        s.route[draft, COUNT] = length
    else:
        delta, entries = cheapest_merge(m, s, w, v, job, _ceiling(m, job, bold))
        if delta == inf:
            return False
        draft_merged(m, s, w, v, job, entries)
    if take_draft(m, s, v):
        return True
    # Refused by a rounding's breadth: it counts as impossible until the route changes.
    s.known_version[job, v], s.known_delta[job, v] = s.version[v], inf
    s.known_choice[job, v, 0] = NOTHING_BELOW
    return False


@compiled
def draft_merged(m: Model, s: State, w: Labels, v: int, job: int, entries: int) -> None:
    """Draft a robot's route with a job in it as `w.path` says."""
    draft, first, length, entry, stop = s.route.shape[0] - 1, m.job[job, FIRST], 0, 0, 0
    for k in range(s.route[v, COUNT] + 1):
        while entry < entries and w.path[entry, 0] == k:
            what = w.path[entry, 1]
            if what <= CHARGED:
                s.row[draft, length, NODE] = CHARGE_NODE
                s.row[draft, length, PLACE] = m.links[CHARGED - what]
                s.row_at[draft, length, LEVEL] = m.robot_at[v, FULL]
            else:
                s.row[draft, length, NODE], s.row[draft, length, PLACE] = first + stop, m.option[what, OPTION_PLACE]
                stop += 1
            length += 1
            entry += 1
        if k < s.route[v, COUNT]:
            copy_visit(s, v, k, draft, length)
            length += 1
    s.route[draft, COUNT] = length


@compiled
def next_random(s: State) -> float:
    """Return a random number in [0, 1) (xorshift64*, Vigna 2016)."""
    x = s.random[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    s.random[0] = x
    return float((x * np.uint64(2685821657736338717)) >> np.uint64(11)) / 9007199254740992.0


@compiled
def _known(m: Model, s: State, job: int, v: int) -> bool:
    """Return whether an insertion has been worked out for a robot's route as it is; see `evaluate`."""
    flags = m.job[job, FLAGS]
    return bool(
        flags & PLAIN and not flags & CHOOSES and not s.route[v, SPECIAL] and s.known_version[job, v] == s.version[v]
    )


@compiled
def best_robot(
    m: Model, s: State, w: Labels, job: int, blink: float, both: bool, bold: bool, fresh: bool, limit: float
) -> tuple[int, float, int, float]:
    """Return the robot on which a job costs least (-1 for none) and what it costs there, then the next best robot.

    What is known already is looked at first, so that the rest is asked with a low ceiling.

    Parameters
    ----------
    blink : probability that a robot is overlooked. both : whether the next best is asked for; else it may be missed.
    bold : whether penalties are overlooked. fresh : see `evaluate`. limit : what it may cost at most.
    """
    most = min(_ceiling(m, job, bold), limit)
    best, least, other, second = -1, inf, -1, inf
    alike, empty_seen = m.weights[ALIKE] > 0.0, False
    pin, robots = m.job[job, PIN], m.robot.shape[0]
    if pin == -2:
        return -1, inf, -1, inf
    asked, count, promising = w.asked, 0, 0
    for v in range(pin if pin >= 0 else 0, pin + 1 if pin >= 0 else robots):
        if not allowed(m, s, job, v):
            continue
        if alike and s.route[v, COUNT] == 0:
            if empty_seen:
                continue
            empty_seen = True
        if blink > 0.0 and next_random(s) < blink:
            continue
        if not fresh and _known(m, s, job, v) and s.known_choice[job, v, 0] != NOTHING_BELOW:
            delta = s.known_delta[job, v]
            if delta < most and delta < least:
                best, least, other, second = v, delta, best, least
            elif delta < most and delta < second:
                other, second = v, delta
            continue
        asked[count] = v
        if s.known_delta[job, v] < s.known_delta[job, asked[promising]]:
            promising = count
        count += 1
    for i in range(count):
        # The robot on which it cost least when it was last asked comes first.
        v = asked[promising] if i == 0 else asked[0] if i == promising else asked[i]
        if blink > 0.0 and s.known_delta[job, v] > DEARER * least and next_random(s) < OVERLOOKED:
            continue
        delta = evaluate(m, s, w, job, v, min(second if both else least, most), fresh)
        if delta < least:
            best, least, other, second = v, delta, best, least
        elif delta < second:
            other, second = v, delta
    return best, least, other, second


@compiled
def remember(s: State, old: State, touched: Ints, v: int) -> None:
    """Keep a route as it is before it is changed for the first time; `touched[0]` counts those kept."""
    for i in range(1, touched[0] + 1):
        if touched[i] == v:
            return
    touched[0] += 1
    touched[touched[0]] = v
    copy_row(s, v, old, v)


@compiled
def undo(m: Model, s: State, old: State, touched: Ints) -> None:
    """Put every touched route back."""
    for i in range(1, touched[0] + 1):
        unlink(m, s, touched[i])
    for i in range(1, touched[0] + 1):
        copy_row(old, touched[i], s, touched[i])
        link(m, s, touched[i])


@compiled
def change_of(s: State, old: State, touched: Ints) -> float:
    """Return by how much the touched routes have become dearer."""
    change = 0.0
    for i in range(1, touched[0] + 1):
        change += s.route_at[touched[i], TOTAL] - old.route_at[touched[i], TOTAL]
    return change


@compiled
def _put(
    m: Model,
    s: State,
    old: State,
    w: Labels,
    touched: Ints,
    job: int,
    blink: float,
    bold: bool,
    fresh: bool,
    limit: float,
) -> int:
    for _ in range(8):  # a rounding's breadth may refuse the first choice
        v = best_robot(m, s, w, job, blink, False, bold, fresh, limit)[0]
        if v < 0:
            return -1
        remember(s, old, touched, v)
        if insert(m, s, w, job, v, bold):
            return v
    return -1


@compiled
def put(m: Model, s: State, old: State, w: Labels, touched: Ints, job: int, blink: float, limit: float) -> int:
    """Put a job where it costs least, remembering the route that it changes; return the robot, -1 if it stays out.

    Parameters
    ----------
    blink : probability that a robot is overlooked. limit : what the job may cost at most, besides its penalty.
    """
    return _put(m, s, old, w, touched, job, blink, False, False, limit)


@compiled
def put_boldly(m: Model, s: State, old: State, w: Labels, touched: Ints, job: int, blink: float, limit: float) -> int:
    """Put a job in at up to `limit`, whatever its penalty, every other time at places drawn by chance.

    Returns the robot, -1 if it stays out.

    What is too dear by itself may pay once other jobs follow: what waits for it, or goes the same way.
    """
    first, stops = m.job[job, FIRST], m.job[job, STOPS]
    draws = next_random(s) < DRAWN
    if not draws:
        return _put(m, s, old, w, touched, job, blink, True, False, limit)
    ranges = w.drawn
    for i in range(stops):
        low, high = m.node[first + i, OPTION], m.node[first + i, OPTION_END]
        ranges[i, 0], ranges[i, 1] = low, high
        if high > low + 1:
            drawn = low + int(next_random(s) * (high - low))
            m.node[first + i, OPTION], m.node[first + i, OPTION_END] = drawn, drawn + 1
    v = _put(m, s, old, w, touched, job, blink, True, True, limit)
    for i in range(stops):
        m.node[first + i, OPTION], m.node[first + i, OPTION_END] = ranges[i, 0], ranges[i, 1]
    return v
