"""The cheapest place on a route for any job: an exact search over positions, places and one charge on the way.

The route keeps its order and the job's stops keep theirs, so an insertion is a merge of two sequences. A label is a way
to have done the first `k` visits of the route and the first `i` stops of the job (with or without a charge put in
between); of two labels at one place the one that is later, dearer and emptier goes. Leaving later never lets a robot
begin earlier, so nothing better is lost. Where no detour is quicker than the direct way, what the rest of the route
costs at least is known from the route as it is, and a label that cannot come below the bound any more goes at once.
"""

from __future__ import annotations

from math import inf

from robot_fleet.scheduling.kernel.arrays import (
    ACTION,
    AGEING,
    APART,
    APART_END,
    ARRIVE,
    AT_COST,
    AT_ENERGY,
    AT_PLACE,
    AT_TIME,
    BEGUN,
    CHANGE_COST,
    CHARGE_NODE,
    CHARGER,
    CHARGERS,
    CLAIM,
    CLASS,
    COST,
    COUNT,
    COUPLED,
    DRIVE_COST,
    DRIVE_W,
    EARLY,
    FIRST,
    FIXED,
    FLAGS,
    FOLLOWING,
    FULL,
    HEAD,
    HOME,
    JOB,
    KG,
    LATE,
    LEAD,
    LEVEL,
    LIMIT,
    LOADED_CLASS,
    LOADED_W,
    METRIC,
    NODE,
    NODE_EARLY,
    NODE_KG,
    NODE_LATE,
    NODE_UNITS,
    ON_BOARD_KG,
    OPTION,
    OPTION_END,
    OPTION_PLACE,
    OVERHEAD,
    PARENT,
    PLACE,
    POSITION,
    PRED,
    PRED_END,
    RELAX_ENERGY,
    RELAX_LOAD,
    RELAX_PARTNER,
    RELAX_WINDOW,
    ROBOT,
    ROBOT_ENERGY,
    ROBOT_KG,
    ROBOT_PLACE,
    ROBOT_UNITS,
    SAME,
    SAME_END,
    SERVE_COST,
    SERVE_W,
    SLOPE,
    SPECIAL,
    START,
    STOPS,
    TINY,
    TOGETHER,
    TOTAL,
    TRAVEL,
    UNITS,
    UNTIL,
    WEIGHT,
    Labels,
    Model,
    State,
)
from robot_fleet.scheduling.kernel.compiler import compiled
from robot_fleet.scheduling.kernel.timing import (
    charge_cost,
    charge_seconds,
    end_cost,
    home_in_time,
    late_cost,
    position_of,
    reach,
    resting_cost,
)

NEXT_VISIT, CHARGED = -1, -2


@compiled
def _add(
    w: Labels,
    side: int,
    i: int,
    charged: int,
    time: float,
    cost: float,
    energy: float,
    place: int,
    parent: int,
    act: int,
) -> None:
    """Keep a label unless another is no later, no dearer and no emptier; drop those that it beats."""
    previous, here = -1, w.head[side, i, charged]
    while here >= 0:
        if w.label[here, AT_PLACE] == place:
            if (
                w.label_at[here, AT_TIME] <= time
                and w.label_at[here, AT_COST] <= cost
                and w.label_at[here, AT_ENERGY] >= energy
            ):
                return
            if (
                w.label_at[here, AT_TIME] >= time
                and w.label_at[here, AT_COST] >= cost
                and w.label_at[here, AT_ENERGY] <= energy
            ):
                if previous < 0:
                    w.head[side, i, charged] = w.label[here, FOLLOWING]
                else:
                    w.label[previous, FOLLOWING] = w.label[here, FOLLOWING]
                here = w.label[here, FOLLOWING]
                continue
        previous, here = here, w.label[here, FOLLOWING]
    label = w.used[0]
    if label >= w.label.shape[0]:
        w.used[1] = 1
        return
    w.used[0] = label + 1
    w.label_at[label, AT_TIME], w.label_at[label, AT_COST], w.label_at[label, AT_ENERGY], w.label[label, AT_PLACE] = (
        time,
        cost,
        energy,
        place,
    )
    w.label[label, PARENT], w.label[label, ACTION] = parent, act
    w.label[label, FOLLOWING] = w.head[side, i, charged]
    w.head[side, i, charged] = label


@compiled
def _own_early(m: Model, s: State, v: int, job: int) -> tuple[float, int]:
    """Return when a job's predecessors on other routes have ended, and the first position after those on this one.

    The position is -1 where a predecessor is planned nowhere.
    """
    early, position = -inf, 0
    if m.job[job, FLAGS] & BEGUN:
        return early, position
    for i in range(m.job[job, PRED], m.job[job, PRED_END]):
        other = m.links[i]
        if s.at[other] < 0:
            return early, -1
        if s.at[other] == v:
            position = max(position, position_of(m, s, v, other, True) + 1)
        else:
            early = max(early, s.span[other, 1])
    return early, position


@compiled
def _apart_spans(m: Model, s: State, v: int, job: int, k: int) -> tuple[bool, bool]:
    """Return whether position `k` lies within the span of a job to keep apart from, and whether visit `k` is of one."""
    within, belongs = False, False
    for i in range(m.job[job, APART], m.job[job, APART_END]):
        other = m.links[i]
        if s.at[other] != v:
            continue
        if m.job[other, FLAGS] & BEGUN and m.job[job, FLAGS] & BEGUN:
            continue
        first, last = position_of(m, s, v, other, False), position_of(m, s, v, other, True)
        first = -1 if m.job[other, FLAGS] & BEGUN else first
        within = within or first < k <= last
        if k < s.route[v, COUNT] and s.row[v, k, NODE] >= 0:
            belongs = belongs or m.node[s.row[v, k, NODE], JOB] == other
    return within, belongs


@compiled
def _apart_from_single(m: Model, s: State, v: int, job: int) -> bool:
    """Return whether a job that is to be kept apart from this one is a partner on this route."""
    for i in range(m.job[job, APART], m.job[job, APART_END]):
        if s.at[m.links[i]] == v:
            return True
    return False


@compiled
def cheapest_general(
    m: Model, s: State, w: Labels, v: int, job: int, ceiling: float, relax: int, charges: int
) -> tuple[float, int]:
    """Return the least rise of a route's cost under `ceiling` (`inf` for none), and how many entries of `w.path` tell.

    An entry is (position, option) for a stop of the job or (position, CHARGED - charger) for a charge, in order.

    Parameters
    ----------
    relax : limits to overlook. charges : 1 if a charge may be put in.
    """
    count, first, stops = s.route[v, COUNT], m.job[job, FIRST], m.job[job, STOPS]
    flags = m.job[job, FLAGS]
    kind, loaded_kind = m.robot[v, CLASS], m.robot[v, LOADED_CLASS]
    drive_cost, ageing = m.robot_at[v, DRIVE_COST], m.weights[AGEING]
    extra = m.weights[CHANGE_COST] if m.job[job, ROBOT] >= 0 and m.job[job, ROBOT] != v else 0.0
    for node in range(first, first + stops):
        extra += m.robot_at[v, SERVE_COST] * m.node_service[node, kind]
    bound = s.route_at[v, TOTAL] + ceiling - extra
    until = inf if relax & RELAX_WINDOW else m.robot_at[v, UNTIL]
    coupled, begun = (flags & COUPLED) > 0, (flags & BEGUN) > 0
    own_early, from_position = -inf, 0
    apart = False
    if coupled:
        own_early, from_position = _own_early(m, s, v, job)
        if from_position < 0:
            return inf, 0
        if not relax & RELAX_PARTNER:
            for i in range(m.job[job, SAME], m.job[job, SAME_END]):
                if s.at[m.links[i]] >= 0 and s.at[m.links[i]] != v:
                    return inf, 0
            apart = _apart_from_single(m, s, v, job)
    if m.robot[v, CHARGERS] == 0 or m.robot_at[v, ROBOT_ENERGY] == inf:
        charges = 0
    w.used[0] = w.used[2] = 0
    for i in range(stops + 1):
        for c in range(2):
            w.head[0, i, c] = -1
            w.head[1, i, c] = -1
    here = m.robot[v, ROBOT_PLACE]
    cost = s.row_at[v, 0, COST]
    _add(w, 0, 0, 0, m.robot_at[v, START], cost, m.robot_at[v, ROBOT_ENERGY], here, -1, NEXT_VISIT)
    side = 0
    # What is paid once for a task (service, change of robot) is in a route's total and not in its running costs.
    once = s.route_at[v, TOTAL] - s.row_at[v, count, COST] - end_cost(m, s, v)
    bounded_from = _bounded_from(m, s, v, first, stops) if relax == 0 else count + 1
    for k in range(count + 1):
        closed = False
        rest, slope = 0.0, 0.0  # of what lies behind the leg to visit k
        if bounded_from <= k < count:
            rest = _least_behind(m, s, v, k) - drive_cost * (s.row_at[v, k + 1, TRAVEL] - s.row_at[v, k, TRAVEL])
            slope = 0.0 if s.route[v, SPECIAL] else s.row_at[v, k, SLOPE]
        if k < count and s.row[v, k, NODE] >= 0:
            node = s.row[v, k, NODE]
            closed = m.node[node, POSITION] > 0 and (m.job[m.node[node, JOB], FLAGS] & TOGETHER) > 0
        within, belongs = False, False
        if apart:
            within, belongs = _apart_spans(m, s, v, job, k)
        leads = k >= m.robot[v, FIXED] and (k <= s.route[v, LEAD] if flags & HEAD else k >= s.route[v, LEAD])
        for i in range(stops + 1):
            if closed:
                break
            # A charge here: not before what must lead, nor inside a job that is together.
            if (
                charges
                and k >= s.route[v, LEAD]
                and not (flags & HEAD and i < stops)
                and not (flags & TOGETHER and 0 < i < stops)
            ):
                own_kg, own_units = _own_load(m, first, i)
                loaded = s.row_at[v, k, KG] + own_kg > ON_BOARD_KG or s.row[v, k, UNITS] + own_units > 0
                label = w.head[side, i, 0]
                while label >= 0:
                    _charge(m, s, w, v, side, i, label, loaded, bound, relax)
                    label = w.label[label, FOLLOWING]
            if i == stops or within:
                continue
            if i == 0 and (not leads or k < from_position):
                continue
            node = first + i
            own_kg, own_units = _own_load(m, first, i)
            loaded = s.row_at[v, k, KG] + own_kg > ON_BOARD_KG or s.row[v, k, UNITS] + own_units > 0
            if not relax & RELAX_LOAD:
                if (
                    m.node_at[node, NODE_KG] > 0.0
                    and s.row_at[v, k, KG] + own_kg + m.node_at[node, NODE_KG] > m.robot_at[v, ROBOT_KG] + TINY
                ):
                    continue
                if (
                    m.node[node, NODE_UNITS] > 0
                    and s.row[v, k, UNITS] + own_units + m.node[node, NODE_UNITS] > m.robot[v, ROBOT_UNITS]
                ):
                    continue
            service = m.node_service[node, kind]
            late = inf if relax & RELAX_WINDOW else min(m.node_at[node, NODE_LATE], until - service)
            early = max(m.node_at[node, NODE_EARLY], own_early) if i == 0 else m.node_at[node, NODE_EARLY]
            watts = m.robot_at[v, LOADED_W] if loaded else m.robot_at[v, DRIVE_W]
            travel_class = loaded_kind if loaded else kind
            for c in range(2):
                label = w.head[side, i, c]
                while label >= 0:
                    for a in range(m.node[node, OPTION], m.node[node, OPTION_END]):
                        claim = m.option[a, CLAIM]
                        if claim >= 0 and s.owner[claim] >= 0 and s.owner[claim] != job:
                            continue
                        place = m.option[a, OPTION_PLACE]
                        leg = m.travel[travel_class, w.label[label, AT_PLACE], place]
                        if leg == inf:
                            continue
                        energy = (
                            w.label_at[label, AT_ENERGY] - (leg * watts + service * m.robot_at[v, SERVE_W]) / 3600.0
                        )
                        if energy < -TINY / 2.0 and not relax & RELAX_ENERGY:
                            w.used[2] = 1
                            continue
                        begin = reach(m, s, v, w.label_at[label, AT_TIME], leg, place, early, service, relax)[1]
                        if begin > late + TINY / 2.0 or begin == inf:
                            continue
                        cost = w.label_at[label, AT_COST] + drive_cost * leg
                        cost += late_cost(m.node_at[node, WEIGHT], begin - m.node_at[node, LIMIT], ageing)
                        if cost + once >= bound:
                            continue
                        if bounded_from <= k < count:
                            onward = m.travel[kind, place, s.row[v, k, PLACE]]
                            later_s = begin + service + onward - s.row_at[v, k, ARRIVE]
                            if cost + drive_cost * onward + rest + slope * later_s >= bound + TINY:
                                continue
                        _add(w, side, i + 1, c, begin + service, cost, energy, place, label, a)
                    label = w.label[label, FOLLOWING]
        if k == count:
            break
        # On to the route's next visit, and no dearer than leaves room for what comes behind it.
        below = bound - once
        if bounded_from <= k + 1:
            below = bound + TINY - _least_behind(m, s, v, k + 1)
        other = 1 - side
        node, place = s.row[v, k, NODE], s.row[v, k, PLACE]
        for i in range(stops + 1):
            for c in range(2):
                w.head[other, i, c] = -1
            if (flags & TOGETHER and 0 < i < stops) or (belongs and i < stops and (i > 0 or begun)):
                continue
            if i < stops and flags & HEAD and node >= 0 and not m.job[m.node[node, JOB], FLAGS] & HEAD:
                continue
            own_kg, own_units = _own_load(m, first, i)
            loaded = s.row_at[v, k, KG] + own_kg > ON_BOARD_KG or s.row[v, k, UNITS] + own_units > 0
            if node >= 0 and not relax & RELAX_LOAD:
                if m.node_at[node, NODE_KG] > 0.0 and s.row_at[v, k + 1, KG] + own_kg > m.robot_at[v, ROBOT_KG] + TINY:
                    continue
                if m.node[node, NODE_UNITS] > 0 and s.row[v, k + 1, UNITS] + own_units > m.robot[v, ROBOT_UNITS]:
                    continue
            watts = m.robot_at[v, LOADED_W] if loaded else m.robot_at[v, DRIVE_W]
            travel_class = loaded_kind if loaded else kind
            for c in range(2):
                label = w.head[side, i, c]
                while label >= 0:
                    leg = m.travel[travel_class, w.label[label, AT_PLACE], place]
                    if leg < inf:
                        _follow(m, s, w, v, k, other, i, c, label, leg, watts, node, place, below, relax)
                    label = w.label[label, FOLLOWING]
        side = other
    best, best_label = bound, -1
    own_kg, own_units = _own_load(m, first, stops)
    loaded = s.row_at[v, count, KG] + own_kg > ON_BOARD_KG or s.row[v, count, UNITS] + own_units > 0
    for c in range(2):
        label = w.head[side, stops, c]
        while label >= 0:
            cost, energy = w.label_at[label, AT_COST] + once, w.label_at[label, AT_ENERGY]
            cost += resting_cost(m, v, w.label[label, AT_PLACE])
            good = True
            if m.robot[v, HOME] >= 0:
                leg = m.travel[loaded_kind if loaded else kind, w.label[label, AT_PLACE], m.robot[v, HOME]]
                cost += drive_cost * leg
                energy -= leg * (m.robot_at[v, LOADED_W] if loaded else m.robot_at[v, DRIVE_W]) / 3600.0
                good = leg < inf and home_in_time(m, v, w.label_at[label, AT_TIME], leg, relax)
                if energy < -TINY / 2.0 and not relax & RELAX_ENERGY:
                    w.used[2] = 1
                    good = False
            if good and cost < best:
                best, best_label = cost, label
            label = w.label[label, FOLLOWING]
    if best_label < 0:
        return inf, 0
    return best - s.route_at[v, TOTAL] + extra, _trace(w, best_label)


@compiled
def cheapest_merge(m: Model, s: State, w: Labels, v: int, job: int, ceiling: float) -> tuple[float, int]:
    """As `cheapest_general`, with a charge only where there must be one: else it may pay only before another charge."""
    charges = int(s.route[v, SPECIAL] != 0)
    while True:
        delta, entries = cheapest_general(m, s, w, v, job, ceiling, 0, charges)
        if charges or delta < inf or not w.used[2]:
            return delta, entries
        charges = 1


@compiled
def _bounded_from(m: Model, s: State, v: int, first: int, stops: int) -> int:
    """Return from which position on a route's rest gets no cheaper by stops put in before, beyond the last for none.

    It could where a detour is quicker than the direct way, where the robot gets rid of a load, or where it charges
    later: then less or at another price.
    """
    count = s.route[v, COUNT]
    for i in range(1, stops + 1):
        kg, units = _own_load(m, first, i)
        if kg < 0.0 or units < 0:
            return int(count + 1)
    if m.weights[METRIC] <= 0.0:
        return int(count + 1)
    for k in range(count - 1, -1, -1):
        if s.row[v, k, NODE] == CHARGE_NODE:
            return int(k + 1)
    return 0


@compiled
def _least_behind(m: Model, s: State, v: int, k: int) -> float:
    """Return what a route costs at least from before visit `k` on, with all that is paid once."""
    last = s.row[v, s.route[v, COUNT] - 1, PLACE] if s.route[v, COUNT] > 0 else m.robot[v, ROBOT_PLACE]
    resting = resting_cost(m, v, last) if m.robot[v, HOME] < 0 else 0.0  # another last stop may be nearer to a rest
    return float(s.route_at[v, TOTAL] - s.row_at[v, k, COST] - resting)


@compiled
def _own_load(m: Model, first: int, done: int) -> tuple[float, int]:
    kg, units = 0.0, 0
    for i in range(done):
        kg += m.node_at[first + i, NODE_KG]
        units += m.node[first + i, NODE_UNITS]
    return kg, units


@compiled
def _charge(
    m: Model, s: State, w: Labels, v: int, side: int, i: int, label: int, loaded: bool, bound: float, relax: int
) -> None:
    """Put a charge behind a label, at every charger."""
    watts = m.robot_at[v, LOADED_W] if loaded else m.robot_at[v, DRIVE_W]
    travel_class = m.robot[v, LOADED_CLASS] if loaded else m.robot[v, CLASS]
    full = m.robot_at[v, FULL]
    for q in range(m.robot[v, CHARGER], m.robot[v, CHARGER] + m.robot[v, CHARGERS]):
        place = m.links[q]
        leg = m.travel[travel_class, w.label[label, AT_PLACE], place]
        if leg == inf:
            continue
        energy = w.label_at[label, AT_ENERGY] - leg * watts / 3600.0
        if (energy < -TINY / 2.0 and not relax & RELAX_ENERGY) or energy >= full:
            continue
        service = m.robot_at[v, OVERHEAD] + charge_seconds(m, v, energy, full)
        begin = reach(m, s, v, w.label_at[label, AT_TIME], leg, place, -inf, service, relax)[1]
        if begin + service > m.robot_at[v, UNTIL] + TINY or begin == inf:
            continue
        cost = w.label_at[label, AT_COST] + m.robot_at[v, DRIVE_COST] * leg
        cost += charge_cost(m, v, begin + m.robot_at[v, OVERHEAD], energy, full)
        if cost < bound:
            _add(w, side, i, 1, begin + service, cost, full, place, label, CHARGED - q)


@compiled
def _follow(
    m: Model,
    s: State,
    w: Labels,
    v: int,
    k: int,
    side: int,
    i: int,
    c: int,
    label: int,
    leg: float,
    watts: float,
    node: int,
    place: int,
    bound: float,
    relax: int,
) -> None:
    """Let a label carry out the route's visit `k`."""
    energy = w.label_at[label, AT_ENERGY] - leg * watts / 3600.0
    cost = w.label_at[label, AT_COST] + m.robot_at[v, DRIVE_COST] * leg
    if node == CHARGE_NODE:
        if energy < -TINY / 2.0 and not relax & RELAX_ENERGY:
            w.used[2] = 1
            return
        level = max(s.row_at[v, k, LEVEL], energy)
        service = m.robot_at[v, OVERHEAD] + charge_seconds(m, v, energy, level)
        begin = reach(m, s, v, w.label_at[label, AT_TIME], leg, place, -inf, service, relax)[1]
        if begin + service > m.robot_at[v, UNTIL] + TINY and not relax & RELAX_WINDOW:
            return
        if begin == inf:
            return
        cost += charge_cost(m, v, begin + m.robot_at[v, OVERHEAD], energy, level)
        energy = level
    else:
        service = m.node_service[node, m.robot[v, CLASS]]
        energy -= service * m.robot_at[v, SERVE_W] / 3600.0
        if energy < -TINY / 2.0 and not relax & RELAX_ENERGY:
            w.used[2] = 1
            return
        begin = reach(m, s, v, w.label_at[label, AT_TIME], leg, place, s.row_at[v, k, EARLY], service, relax)[1]
        if begin == inf or (begin > s.row_at[v, k, LATE] + TINY / 2.0 and not relax & RELAX_WINDOW):
            return
        cost += late_cost(m.node_at[node, WEIGHT], begin - m.node_at[node, LIMIT], m.weights[AGEING])
    if cost < bound:
        _add(w, side, i, c, begin + service, cost, energy, place, label, NEXT_VISIT)


@compiled
def _trace(w: Labels, label: int) -> int:
    """Write the way to a label into `w.path`; return its length."""
    visits, entries, here = 0, 0, label
    while w.label[here, PARENT] >= 0:
        visits += w.label[here, ACTION] == NEXT_VISIT
        entries += w.label[here, ACTION] != NEXT_VISIT
        here = w.label[here, PARENT]
    at, here, length = entries, label, entries
    while w.label[here, PARENT] >= 0:
        if w.label[here, ACTION] == NEXT_VISIT:
            visits -= 1
        else:
            at -= 1
            w.path[at, 0], w.path[at, 1] = visits, w.label[here, ACTION]
        here = w.label[here, PARENT]
    return length


__all__ = ["CHARGED", "cheapest_general", "cheapest_merge"]
