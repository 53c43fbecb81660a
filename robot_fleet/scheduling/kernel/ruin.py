"""Ruin and recreate: take strings of neighbouring stops out of a plan and put their jobs back otherwise.

After SISR (Christiaens and Vanden Berghe, "Slack Induction by String Removals", Transportation Science 54(2), 2020):
strings of consecutive stops are removed from routes near a random place, each with whatever else belongs to its jobs;
greedy insertion puts the jobs back, now and then blind to a robot ("blink"); simulated annealing decides what is kept.
Greedy insertion never finds what only pays together: tasks for whose sake a robot sets out, a dear task that others
wait for, a place that leaves energy for the next stop. So some of the time jobs are put back boldly.
To use fewer robots, jobs that are often left out come first (their sums of absences).
Only routes that were touched are undone.
"""

from __future__ import annotations

from math import inf, log

import numpy as np

from robot_fleet.scheduling.kernel.arrays import (
    AGEING,
    BEGIN,
    BEGUN,
    CLASS,
    COUNT,
    COUPLED,
    DUE,
    FIRST,
    FLAGS,
    IMPORTANCE,
    JOB,
    LEAVE,
    LEVEL,
    LIMIT,
    NODE,
    NODE_EARLY,
    NODE_KG,
    NODE_LATE,
    NODE_UNITS,
    OPTION,
    OPTION_END,
    OPTION_PLACE,
    PENALTY,
    PIN,
    PLACE,
    PRED,
    PRED_END,
    ROBOT_PLACE,
    STOPS,
    SUCC,
    SUCC_END,
    TOTAL,
    WEIGHT,
    Floats,
    Ground,
    Ints,
    Kept,
    Labels,
    Longs,
    Model,
    Pool,
    State,
)
from robot_fleet.scheduling.kernel.compiler import compiled, entry
from robot_fleet.scheduling.kernel.construct import removable
from robot_fleet.scheduling.kernel.moves import (
    change_of,
    copy_visit,
    next_random,
    put,
    put_boldly,
    remember,
    remove,
    take_rest,
    undo,
)
from robot_fleet.scheduling.kernel.timing import late_cost

SPLIT, SPLIT_DEPTH = 0.5, 0.01
"""Probability that a string is split, and that the part kept in its midst grows by one more stop."""
AT_THE_TIME = 0.3
"""Probability that what is taken out belongs together in time instead of space."""
HURTING, DRAWS = 0.5, 6
"""Probability that the ruin begins at the job that costs most by itself, of so many drawn."""
BOLD, BOLD_BLINK = 0.1, 0.3
"""Probability that jobs are put back boldly (see `put_boldly`), and that a robot is overlooked then."""


@compiled
def _take_off(m: Model, s: State, old: State, touched: Ints, out: Ints, job: int) -> bool:
    """Take a job, and whatever must follow it, off their routes; note them in `out`, which counts in `out[0]`."""
    v = s.at[job]
    if v < 0:
        return True
    if m.job[job, FLAGS] & COUPLED:
        for i in range(m.job[job, SUCC], m.job[job, SUCC_END]):
            other = 0 + m.links[i]  # as wide as `job`: the function calls itself with it
            if m.job[other, FLAGS] & BEGUN:
                continue
            if s.at[other] >= 0 and (not removable(m, s, other) or not _take_off(m, s, old, touched, out, other)):
                return False
    remember(s, old, touched, v)
    if not remove(m, s, job):
        return False
    out[0] += 1
    out[out[0]] = job
    return True


@compiled
def ruin(
    m: Model,
    s: State,
    old: State,
    touched: Ints,
    out: Ints,
    g: Ground,
    removed: float,
    longest: float,
    bold: bool,
) -> bool:
    """Take strings of stops out of routes around a random one; false if one could not be taken out.

    Parameters
    ----------
    removed : stops to take out on average. longest : longest string. bold : whether it may be longer than most routes,
        so that a robot can lose all that it has.
    """
    used, stops = 0, 0
    for v in range(m.robot.shape[0]):
        used += s.route[v, COUNT] > 0
        stops += s.route[v, COUNT]
    if used == 0:
        return True
    if not bold:
        longest = min(longest, max(stops / used, 1.0))
    strings = int((4.0 * removed / (1.0 + longest) - 1.0) * next_random(s)) + 1
    seed = _seed(m, s, g)
    if next_random(s) < AT_THE_TIME and s.at[seed] >= 0:
        return _ruin_at_the_time(m, s, old, touched, out, seed, strings, longest)
    return _ruin_around(m, s, old, touched, out, g, seed, strings, longest)


@compiled
def _ruin_around(
    m: Model, s: State, old: State, touched: Ints, out: Ints, g: Ground, seed: int, strings: int, longest: float
) -> bool:
    """Take strings out of the routes that pass near a job and could have it, the nearest first."""
    node = m.job[seed, FIRST] + int(next_random(s) * m.job[seed, STOPS])
    origin = m.option[m.node[node, OPTION], OPTION_PLACE]
    v = s.at[seed]
    if v >= 0:
        for k in range(s.route[v, COUNT]):
            if s.row[v, k, NODE] == node:
                origin = s.row[v, k, PLACE]
    first_ruined = touched[0]
    for q in range(g.near.shape[1]):
        place = g.near[origin, q]
        for r in range(g.place_row[place], g.place_row[place + 1]):
            at = g.place_node[r]
            v = s.at[m.node[at, JOB]]
            if v < 0 or not m.allow[seed, v] or _ruined(touched, first_ruined, v):
                continue
            centre = -1
            for k in range(s.route[v, COUNT]):
                if s.row[v, k, NODE] == at:
                    centre = k
            if centre < 0 or s.row[v, centre, PLACE] != place:
                continue
            if not _ruin_string(m, s, old, touched, out, v, centre, longest):
                return False
            if touched[0] - first_ruined >= strings:
                return True
    return True


@compiled
def _ruin_at_the_time(
    m: Model, s: State, old: State, touched: Ints, out: Ints, seed: int, strings: int, longest: float
) -> bool:
    """Take a string out of a job's route, and of routes that could have it what they do at that time."""
    first_ruined, robots = touched[0], m.robot.shape[0]
    v, node = s.at[seed], m.job[seed, FIRST]
    instant = s.span[seed, 0]
    for k in range(s.route[v, COUNT]):
        if s.row[v, k, NODE] == node:
            instant = s.row_at[v, k, BEGIN]
    for _ in range(4 * strings):
        if s.route[v, COUNT] > 0 and m.allow[seed, v] and not _ruined(touched, first_ruined, v):
            centre = 0
            for k in range(1, s.route[v, COUNT]):
                if abs(s.row_at[v, k, BEGIN] - instant) < abs(s.row_at[v, centre, BEGIN] - instant):
                    centre = k
            if not _ruin_string(m, s, old, touched, out, v, centre, longest):
                return False
            if touched[0] - first_ruined >= strings:
                return True
        v = int(next_random(s) * robots)
    return True


@compiled
def _ruined(touched: Ints, first: int, v: int) -> bool:
    for i in range(first + 1, touched[0] + 1):
        if touched[i] == v:
            return True
    return False


@compiled
def _seed(m: Model, s: State, g: Ground) -> int:
    """Draw a job, mostly one that is late or left out where there are such."""
    seed = g.movable[int(next_random(s) * g.movable.shape[0])]
    if next_random(s) < HURTING:
        most = _own_cost(m, s, seed)
        for _ in range(DRAWS - 1):
            job = g.movable[int(next_random(s) * g.movable.shape[0])]
            cost = _own_cost(m, s, job)
            if cost > most:
                seed, most = job, cost
    return int(seed)


@compiled
def _own_cost(m: Model, s: State, job: int) -> float:
    """Return what a job's lateness or absence costs."""
    v = s.at[job]
    if v < 0:
        return float(m.job_at[job, PENALTY])
    if m.job_at[job, IMPORTANCE] <= 0.0:
        return 0.0
    first, cost = m.job[job, FIRST], 0.0
    for k in range(s.route[v, COUNT]):
        node = s.row[v, k, NODE]
        if first <= node < first + m.job[job, STOPS]:
            late_s = s.row_at[v, k, BEGIN] - m.node_at[node, LIMIT]
            cost += late_cost(m.node_at[node, WEIGHT], late_s, m.weights[AGEING])
    return cost


@compiled
def _ruin_string(m: Model, s: State, old: State, touched: Ints, out: Ints, v: int, centre: int, longest: float) -> bool:
    """Take the jobs of a string of visits around one off a route in one go, now and then keeping some in its midst."""
    count = s.route[v, COUNT]
    length = int(1.0 + next_random(s) * min(float(count), longest))
    low, high = max(0, centre - length + 1), min(centre, count - length)
    start = low + int(next_random(s) * (high - low + 1))
    # Split string: a part in the middle stays (Christiaens and Vanden Berghe, section 4.1).
    keep_from = keep_to = -1
    if length > 1 and length < count and next_random(s) < SPLIT:
        kept = 1
        while length + kept < count and next_random(s) < SPLIT_DEPTH:
            kept += 1
        start = max(0, min(start, count - length - kept))
        keep_from = start + 1 + int(next_random(s) * (length - 1))
        keep_to = keep_from + kept
        length += kept
    remember(s, old, touched, v)
    first_out, count_coupled = out[0], 0
    coupled = s.listed
    for k in range(start, start + length):
        node = s.row[v, k, NODE]
        if node < 0 or keep_from <= k < keep_to:
            continue
        job = m.node[node, JOB]
        known = False
        for i in range(first_out + 1, out[0] + 1):
            known = known or out[i] == job
        if known or not removable(m, s, job):
            continue
        if m.job[job, FLAGS] & COUPLED:
            coupled[count_coupled] = job
            count_coupled += 1
            continue
        out[0] += 1
        out[out[0]] = job
    if out[0] > first_out and not _cut(m, s, v, out, first_out):
        return False
    for i in range(count_coupled):  # last: positions move, as what must follow a job goes with it
        if not _take_off(m, s, old, touched, out, coupled[i]):
            return False
    return True


@compiled
def _cut(m: Model, s: State, v: int, out: Ints, first_out: int) -> bool:
    """Take the jobs that `out` lists from `first_out` on off a route; false if what remains cannot be driven."""
    draft = s.route.shape[0] - 1
    kept = 0
    for k in range(s.route[v, COUNT]):
        node = s.row[v, k, NODE]
        gone = False
        if node >= 0:
            for i in range(first_out + 1, out[0] + 1):
                gone = gone or out[i] == m.node[node, JOB]
        if not gone:
            copy_visit(s, v, k, draft, kept)
            kept += 1
    s.route[draft, COUNT] = kept
    return take_rest(m, s, v)


@compiled
def order(m: Model, s: State, out: Ints, keys: Floats) -> None:
    """Put the jobs that are out in one of several orders, by chance."""
    count = out[0]
    for i in range(count, 1, -1):
        k = 1 + int(next_random(s) * i)
        out[i], out[k] = out[k], out[i]
    chance = next_random(s) * 12.0
    origin = m.robot[0, ROBOT_PLACE]
    for i in range(1, count + 1):
        job = out[i]
        node = m.job[job, FIRST]
        last = node + m.job[job, STOPS] - 1
        key = 0.0
        if chance < 4.0:
            key = 0.0
        elif chance < 7.0:
            key = -m.job_at[job, IMPORTANCE] - abs(m.node_at[node, NODE_KG]) - m.node[node, NODE_UNITS]
        elif chance < 8.0 and m.node[node, OPTION_END] > m.node[node, OPTION]:
            key = -m.travel[m.robot[0, CLASS], origin, m.option[m.node[node, OPTION], OPTION_PLACE]]
        elif chance < 9.0 and m.node[node, OPTION_END] > m.node[node, OPTION]:
            key = m.travel[m.robot[0, CLASS], origin, m.option[m.node[node, OPTION], OPTION_PLACE]]
        elif chance < 10.0:
            key = min(m.job_at[job, DUE], m.node_at[last, NODE_LATE])
        elif chance < 11.0:
            key = m.node_at[node, NODE_EARLY]
        elif m.node_at[last, NODE_LATE] < inf:
            key = m.node_at[last, NODE_LATE] - m.node_at[node, NODE_EARLY]
        if m.job[job, PIN] >= 0:
            key -= 1e15
        keys[i] = key
    for i in range(2, count + 1):
        job, key, k = out[i], keys[i], i - 1
        while k >= 1 and keys[k] > key:
            out[k + 1], keys[k + 1] = out[k], keys[k]
            k -= 1
        out[k + 1], keys[k + 1] = job, key
    _predecessors_first(m, out)


@compiled
def _predecessors_first(m: Model, out: Ints) -> None:
    again = True
    while again:
        again = False
        for i in range(1, out[0] + 1):
            if not m.job[out[i], FLAGS] & COUPLED:
                continue
            for k in range(i + 1, out[0] + 1):
                for r in range(m.job[out[i], PRED], m.job[out[i], PRED_END]):
                    if m.links[r] == out[k]:
                        out[i], out[k] = out[k], out[i]
                        again = True
                        break


@entry
def save(s: State, kept: Kept) -> None:
    """Keep all routes of a state."""
    for v in range(s.route.shape[0] - 1):
        kept.visits[v] = s.route[v, COUNT]
        for k in range(s.route[v, COUNT]):
            kept.node[v, k], kept.place[v, k] = s.row[v, k, NODE], s.row[v, k, PLACE]
            kept.level[v, k] = s.row_at[v, k, LEVEL]
            kept.times[v, k, 0], kept.times[v, k, 1] = s.row_at[v, k, BEGIN], s.row_at[v, k + 1, LEAVE]


@entry
def cost_of_routes(s: State) -> float:
    """Return the cost of all routes."""
    total = 0.0
    for v in range(s.route.shape[0] - 1):
        total += s.route_at[v, TOTAL]
    return total


@entry
def search(
    m: Model,
    s: State,
    old: State,
    w: Labels,
    g: Ground,
    best: Kept,
    costs: Floats,
    heat: Floats,
    iterations: int,
    tuning: Floats,
    out: Ints,
    outside: Ints,
    pool: Pool,
) -> int:
    """Ruin and recreate so many times; return how often a better plan was found.

    Parameters
    ----------
    old : room for undoing. best : where the best routes are kept.
    costs : present cost and best cost, kept up to date.
    heat : temperature at the first and at the last iteration of this call, in costs of a stop on the routes concerned:
        where everybody is late a change comes to more than where nobody is.
    tuning : stops removed on average, longest string, blink.
    out : room for J + 1 jobs.
    outside : the jobs that are on no route: how many, then which.
    pool : see `_note`.
    """
    touched = np.zeros(s.route.shape[0] + 1, dtype=np.int32)
    keys = np.zeros(out.shape[0])
    found = 0
    for iteration in range(iterations):
        touched[0], out[0] = 0, 0
        bold = next_random(s) < BOLD
        fine = ruin(m, s, old, touched, out, g, tuning[0], tuning[1], bold)
        temperature = heat[0] * (heat[1] / heat[0]) ** (iteration / iterations)
        temperature *= _cost_of_stop(s, old, touched)
        allowance = -temperature * log(1.0 - next_random(s))  # the plan may get dearer by this
        change, paid = 0.0, 0.0
        if fine:
            # Penalties: what was outside has been paid for, what is put back is paid for if it stays out.
            for i in range(1, outside[0] + 1):
                out[0] += 1
                out[out[0]] = outside[i]
                paid -= m.job_at[outside[i], PENALTY]
            order(m, s, out, keys)
            change = paid + change_of(s, old, touched)
            for i in range(1, out[0] + 1):
                job = out[i]
                # No insertion makes a route cheaper: once the allowance is used up, the rest need not be tried.
                if change >= allowance:
                    fine = False
                    break
                blink = tuning[2] if m.job[job, PIN] < 0 else 0.0
                if bold:
                    v = put_boldly(m, s, old, w, touched, job, BOLD_BLINK if blink > 0.0 else 0.0, allowance - change)
                else:
                    v = put(m, s, old, w, touched, job, blink, allowance - change)
                if v < 0:
                    paid += m.job_at[job, PENALTY]
                    if m.job[job, PIN] >= 0 and not _listed(outside, job):
                        fine = False
                        break
                change = paid + change_of(s, old, touched)
        if fine and change < allowance:
            costs[0] += change
            outside[0] = 0
            for i in range(1, out[0] + 1):
                if s.at[out[i]] < 0:
                    outside[0] += 1
                    outside[outside[0]] = out[i]
            for i in range(1, touched[0] + 1):
                _note(s, touched[i], pool)
            if costs[0] < costs[1] - 1e-6:
                costs[1] = costs[0]
                save(s, best)
                found += 1
        else:
            undo(m, s, old, touched)
    return found


@compiled
def _cost_of_stop(s: State, old: State, touched: Ints) -> float:
    """Return what a stop on the touched routes cost on average, before they were touched."""
    cost, stops = 0.0, 0
    for i in range(1, touched[0] + 1):
        cost += old.route_at[touched[i], TOTAL]
        stops += old.route[touched[i], COUNT]
    return cost / stops if stops else 0.0


@compiled
def _listed(jobs: Ints, job: int) -> bool:
    for i in range(1, jobs[0] + 1):
        if jobs[i] == job:
            return True
    return False


@entry
def fewer(
    m: Model,
    s: State,
    old: State,
    w: Labels,
    g: Ground,
    iterations: int,
    tuning: Floats,
    out: Ints,
    outside: Ints,
    absences: Longs,
) -> bool:
    """Ruin and recreate until every job is on a route; return whether that came about.

    A plan is taken if the jobs that it leaves out have been left out less often so far, or if it leaves out the same
    and costs less.
    """
    touched = np.zeros(s.route.shape[0] + 1, dtype=np.int32)
    keys = np.zeros(out.shape[0])
    for _ in range(iterations):
        if outside[0] == 0:
            return True
        touched[0], out[0] = 0, 0
        fine = ruin(m, s, old, touched, out, g, tuning[0], tuning[1], False)
        if fine:
            before, after = 0, 0
            for i in range(1, outside[0] + 1):
                out[0] += 1
                out[out[0]] = outside[i]
                before += absences[outside[i]]
            order(m, s, out, keys)
            left = 0
            for i in range(1, out[0] + 1):
                if put(m, s, old, w, touched, out[i], tuning[2], inf) < 0:
                    after += absences[out[i]]
                    absences[out[i]] += 1
                    left += 1
                    if after > before and left >= outside[0]:
                        fine = False  # more can only make it worse
                        break
            change = change_of(s, old, touched)
            fine = fine and (
                after < before or left < outside[0] or (left == outside[0] and after == before and change < 0.0)
            )
        if fine:
            outside[0] = 0
            for i in range(1, out[0] + 1):
                if s.at[out[i]] < 0:
                    outside[0] += 1
                    outside[outside[0]] = out[i]
        else:
            undo(m, s, old, touched)
    return bool(outside[0] == 0)


@compiled
def _note(s: State, v: int, pool: Pool) -> None:
    """Keep a route for the master, in the stead of the oldest one when there is no more room.

    A row is (robot, length, then node and place of each visit); beside it its cost, and begin and end of each visit
    where there is room for times.
    """
    room, count = pool.content.shape[0], s.route[v, COUNT]
    if room == 0 or count == 0 or 2 + 2 * count > pool.content.shape[1]:
        return
    at = pool.rows[0] % room
    pool.rows[0] += 1
    pool.content[at, 0], pool.content[at, 1], pool.costs[at] = v, count, s.route_at[v, TOTAL]
    for k in range(count):
        pool.content[at, 2 + 2 * k], pool.content[at, 3 + 2 * k] = s.row[v, k, NODE], s.row[v, k, PLACE]
    if pool.times.shape[1] > 0:
        for k in range(count):
            pool.times[at, 2 * k], pool.times[at, 2 * k + 1] = s.row_at[v, k, BEGIN], s.row_at[v, k + 1, LEAVE]
