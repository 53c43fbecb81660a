"""The cheapest place on a route for a job of one or two stops, where nothing ties the route to others.

Every pair of positions that may beat the best one so far is tried. What a detour does to the stops behind it is known
at once while the delay stays within the route's slack; otherwise the route is followed until the delay has been waited
away. How much the delay costs at least is known without that, as costs are convex in time.
"""

from __future__ import annotations

from math import inf

from robot_fleet.scheduling.kernel.arrays import (
    AGEING,
    ARRIVE,
    BEGIN,
    CHANGE_COST,
    CLAIM,
    CLASS,
    COST,
    COUNT,
    DRIVE_COST,
    DRIVE_W,
    EARLY,
    ENERGY,
    FIRST,
    FLAGS,
    HOME,
    JOB,
    KG,
    LATE,
    LATEST,
    LEAD,
    LEAVE,
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
    PLACE,
    POSITION,
    ROBOT,
    ROBOT_ENERGY,
    ROBOT_KG,
    ROBOT_PLACE,
    ROBOT_UNITS,
    SERVE_COST,
    SERVE_W,
    SLACK,
    SLOPE,
    SPARE,
    STOPS,
    TINY,
    TOGETHER,
    TOTAL,
    TRAVEL,
    UNITS,
    UNTIL,
    WEIGHT,
    Model,
    State,
)
from robot_fleet.scheduling.kernel.compiler import compiled
from robot_fleet.scheduling.kernel.timing import end_cost, late_cost, resting_cost


@compiled
def tail(m: Model, s: State, v: int, k: int, here: int, time: float, cost: float, used: float, bound: float) -> float:
    """Return the cost of the whole route if the robot comes to visit `k` from `here`, `inf` from `bound` on.

    Parameters
    ----------
    time, cost, used : departure from `here`, cost and energy up to it.
    """
    count = s.route[v, COUNT]
    drive_cost, ageing = m.robot_at[v, DRIVE_COST], m.weights[AGEING]
    total, budget = s.route_at[v, TOTAL], m.robot_at[v, ROBOT_ENERGY] + TINY
    scarce = budget != inf
    while k < count:
        loaded = s.row_at[v, k, KG] > ON_BOARD_KG or s.row[v, k, UNITS] > 0
        leg = m.travel[m.robot[v, LOADED_CLASS] if loaded else m.robot[v, CLASS], here, s.row[v, k, PLACE]]
        arrive = time + leg
        if arrive > s.row_at[v, k, LATEST] + TINY:
            return inf
        cost += drive_cost * leg
        if scarce:
            used += leg * (m.robot_at[v, LOADED_W] if loaded else m.robot_at[v, DRIVE_W]) / 3600.0
        old_leg = s.row_at[v, k + 1, TRAVEL] - s.row_at[v, k, TRAVEL]
        rest = total - s.row_at[v, k, COST] - drive_cost * old_leg
        if cost + rest + s.row_at[v, k, SLOPE] * (arrive - s.row_at[v, k, ARRIVE]) >= bound:
            return inf
        if arrive <= s.row_at[v, k, SLACK] and (
            arrive >= s.row_at[v, k, ARRIVE] - TINY or s.row_at[v, k, SLACK] > s.row_at[v, k, BEGIN] + TINY
        ):
            if scarce:
                watts = m.robot_at[v, LOADED_W] if loaded else m.robot_at[v, DRIVE_W]
                if used + s.row_at[v, k, ENERGY] - old_leg * watts / 3600.0 - s.route_at[v, SPARE] > budget:
                    return inf
            return float(cost + rest) if cost + rest < bound else inf
        begin = max(arrive, s.row_at[v, k, EARLY])
        node = s.row[v, k, NODE]
        cost += late_cost(m.node_at[node, WEIGHT], begin - m.node_at[node, LIMIT], ageing)
        service = s.row_at[v, k + 1, LEAVE] - s.row_at[v, k, BEGIN]
        if scarce:
            used += service * m.robot_at[v, SERVE_W] / 3600.0
        time = begin + service
        here = s.row[v, k, PLACE]
        k += 1
    if m.robot[v, HOME] >= 0:
        loaded = s.row_at[v, count, KG] > ON_BOARD_KG or s.row[v, count, UNITS] > 0
        leg = m.travel[m.robot[v, LOADED_CLASS] if loaded else m.robot[v, CLASS], here, m.robot[v, HOME]]
        if time + leg > m.robot_at[v, UNTIL] + TINY:
            return inf
        cost += drive_cost * leg
        if scarce:
            used += leg * (m.robot_at[v, LOADED_W] if loaded else m.robot_at[v, DRIVE_W]) / 3600.0
    if used > budget and scarce:
        return inf
    # What is paid once for a task (service, change of robot) is in a route's total and not in its running costs.
    cost += resting_cost(m, v, here) + total - s.row_at[v, count, COST] - end_cost(m, s, v)
    return cost if cost < bound else inf


@compiled
def cheapest_plain(m: Model, s: State, v: int, job: int, ceiling: float) -> tuple[float, int, int, int, int]:
    """Return the least rise of the route's cost under `ceiling` (`inf` for none), two positions and two options.

    The positions are those of the visits that the job's stops come before.
    """
    count = s.route[v, COUNT]
    first, stops, flags = m.job[job, FIRST], m.job[job, STOPS], m.job[job, FLAGS]
    extra = m.weights[CHANGE_COST] if m.job[job, ROBOT] >= 0 and m.job[job, ROBOT] != v else 0.0
    serve_cost = m.robot_at[v, SERVE_COST]
    if serve_cost > 0.0:
        for node in range(first, first + stops):
            extra += serve_cost * m.node_service[node, m.robot[v, CLASS]]
    bound = s.route_at[v, TOTAL] + ceiling - extra
    best_i, best_j, best_a, best_b = -1, -1, -1, -1
    kind, loaded_kind = m.robot[v, CLASS], m.robot[v, LOADED_CLASS]
    kg, units = m.node_at[first, NODE_KG], m.node[first, NODE_UNITS]
    drive_cost, ageing, metric = m.robot_at[v, DRIVE_COST], m.weights[AGEING], m.weights[METRIC] > 0.0
    budget = m.robot_at[v, ROBOT_ENERGY]
    until, energy0, serve_w = m.robot_at[v, UNTIL], budget, m.robot_at[v, SERVE_W]
    if budget == inf:
        energy0 = 0.0
    service1 = m.node_service[first, kind]
    late1 = min(m.node_at[first, NODE_LATE], until - service1) + TINY
    service2, late2 = 0.0, 0.0
    if stops == 2:
        service2 = m.node_service[first + 1, kind]
        late2 = min(m.node_at[first + 1, NODE_LATE], until - service2) + TINY
    together = (flags & TOGETHER) > 0
    bounded = metric and stops == 2
    if bounded and _least_of_second(m, s, v, first + 1, late2) >= bound - s.route_at[v, TOTAL]:
        return inf, -1, -1, -1, -1
    for i in range(s.route[v, LEAD], count + 1):
        if i < count and _inside(m, s, v, i):
            continue
        loaded = s.row_at[v, i, KG] > ON_BOARD_KG or s.row[v, i, UNITS] > 0
        if (kg > 0.0 and s.row_at[v, i, KG] + kg > m.robot_at[v, ROBOT_KG] + TINY) or (
            units > 0 and s.row[v, i, UNITS] + units > m.robot[v, ROBOT_UNITS]
        ):
            continue
        here = s.row[v, i - 1, PLACE] if i > 0 else m.robot[v, ROBOT_PLACE]
        if s.row_at[v, i, LEAVE] > late1:
            break
        used0 = energy0 - s.row_at[v, i, ENERGY] if budget != inf else 0.0
        for a in range(m.node[first, OPTION], m.node[first, OPTION_END]):
            claim = m.option[a, CLAIM]
            if claim >= 0 and s.owner[claim] >= 0 and s.owner[claim] != job:
                continue
            place1 = m.option[a, OPTION_PLACE]
            leg = m.travel[loaded_kind if loaded else kind, here, place1]
            arrive = s.row_at[v, i, LEAVE] + leg
            if arrive > late1:
                continue
            begin = max(arrive, m.node_at[first, NODE_EARLY])
            cost = s.row_at[v, i, COST] + drive_cost * leg
            cost += late_cost(m.node_at[first, WEIGHT], begin - m.node_at[first, LIMIT], ageing)
            if cost >= bound:
                continue
            time = begin + service1
            used = (
                used0
                + (leg * (m.robot_at[v, LOADED_W] if loaded else m.robot_at[v, DRIVE_W]) + service1 * serve_w) / 3600.0
            )
            if stops == 1:
                found = tail(m, s, v, i, place1, time, cost, used, bound)
                if found < bound:
                    bound, best_i, best_j, best_a, best_b = found, i, i, a, -1
                continue
            if metric and i < count:  # what the first stop alone costs
                onward = m.travel[kind, place1, s.row[v, i, PLACE]]
                old_leg = s.row_at[v, i + 1, TRAVEL] - s.row_at[v, i, TRAVEL]
                rest = s.route_at[v, TOTAL] - s.row_at[v, i, COST] - drive_cost * old_leg
                single = cost + rest + drive_cost * onward
                single += s.row_at[v, i, SLOPE] * (time + onward - s.row_at[v, i, ARRIVE])
                if single >= bound:
                    continue
            place = place1
            j = i
            alone = -inf
            while True:
                now_loaded = s.row_at[v, j, KG] + kg > ON_BOARD_KG or s.row[v, j, UNITS] + units > 0
                travel_class = loaded_kind if now_loaded else kind
                watts = m.robot_at[v, LOADED_W] if now_loaded else m.robot_at[v, DRIVE_W]
                if j == i or (alone + s.gap[0, j] < bound and (j == count or not _inside(m, s, v, j))):
                    for b in range(m.node[first + 1, OPTION], m.node[first + 1, OPTION_END]):
                        claim = m.option[b, CLAIM]
                        if claim >= 0 and s.owner[claim] >= 0 and s.owner[claim] != job:
                            continue
                        place2 = m.option[b, OPTION_PLACE]
                        leg = m.travel[travel_class, place, place2]
                        arrive = time + leg
                        if arrive > late2:
                            continue
                        begin = max(arrive, m.node_at[first + 1, NODE_EARLY])
                        cost2 = cost + drive_cost * leg
                        cost2 += late_cost(m.node_at[first + 1, WEIGHT], begin - m.node_at[first + 1, LIMIT], ageing)
                        if cost2 >= bound:
                            continue
                        used2 = used + (leg * watts + service2 * serve_w) / 3600.0
                        found = tail(m, s, v, j, place2, begin + service2, cost2, used2, bound)
                        if found < bound:
                            bound, best_i, best_j, best_a, best_b = found, i, j, a, b
                if j == count or together:
                    break
                node = s.row[v, j, NODE]
                leg = m.travel[travel_class, place, s.row[v, j, PLACE]]
                arrive = time + leg
                if arrive > s.row_at[v, j, LATE] + TINY or (metric and arrive > s.row_at[v, j, LATEST] + TINY):
                    break
                if (
                    m.node_at[node, NODE_KG] > 0.0 and s.row_at[v, j + 1, KG] + kg > m.robot_at[v, ROBOT_KG] + TINY
                ) or (m.node[node, NODE_UNITS] > 0 and s.row[v, j + 1, UNITS] + units > m.robot[v, ROBOT_UNITS]):
                    break
                begin = max(arrive, s.row_at[v, j, EARLY])
                cost += drive_cost * leg + late_cost(m.node_at[node, WEIGHT], begin - m.node_at[node, LIMIT], ageing)
                if cost >= bound:
                    break
                service = s.row_at[v, j + 1, LEAVE] - s.row_at[v, j, BEGIN]
                used += (leg * watts + service * serve_w) / 3600.0
                time = begin + service
                place = s.row[v, j, PLACE]
                j += 1
                if bounded:  # what it costs without the second stop, and with the least that this one adds
                    alone = cost + s.route_at[v, TOTAL] - s.row_at[v, j, COST]
                    alone += s.row_at[v, j, SLOPE] * (time - s.row_at[v, j, LEAVE])
                    if alone + s.gap[1, j] >= bound:
                        break
    if best_i < 0:
        return inf, -1, -1, -1, -1
    return bound - s.route_at[v, TOTAL] + extra, best_i, best_j, best_a, best_b


@compiled
def _least_of_second(m: Model, s: State, v: int, node: int, late: float) -> float:
    """Return the least that the second stop of a job adds to a route's cost, whatever the first one adds.

    Writes for each gap (before which visit) the least in this gap, and in this one or a later one, to `s.gap`. It holds
    where no detour is quicker than the direct way: then the first stop only delays, and costs are convex in time.

    Parameters
    ----------
    late : latest begin of the stop.
    """
    count, kind, weight = s.route[v, COUNT], m.robot[v, CLASS], m.robot_at[v, DRIVE_COST]
    service, home, least = m.node_service[node, kind], m.robot[v, HOME], inf
    for k in range(count, -1, -1):
        here = s.row[v, k - 1, PLACE] if k > 0 else m.robot[v, ROBOT_PLACE]
        gap = inf
        for option in range(m.node[node, OPTION], m.node[node, OPTION_END]):
            place = m.option[option, OPTION_PLACE]
            leg = m.travel[kind, here, place]
            arrive = s.row_at[v, k, LEAVE] + leg
            if arrive > late:
                continue
            begin = max(arrive, m.node_at[node, NODE_EARLY])
            cost = weight * leg
            cost += late_cost(m.node_at[node, WEIGHT], begin - m.node_at[node, LIMIT], m.weights[AGEING])
            if k < count:
                longer = m.travel[kind, place, s.row[v, k, PLACE]]
                longer -= s.row_at[v, k + 1, TRAVEL] - s.row_at[v, k, TRAVEL]
                cost += weight * longer + s.row_at[v, k, SLOPE] * max(leg + service + longer, 0.0)
            elif home >= 0:
                cost += weight * (m.travel[kind, place, home] - m.travel[m.robot[v, LOADED_CLASS], here, home])
            else:
                cost += resting_cost(m, v, place) - resting_cost(m, v, here)
            gap = min(gap, cost)
        least = min(least, gap)
        s.gap[0, k], s.gap[1, k] = gap, least
    return least


@compiled
def _inside(m: Model, s: State, v: int, k: int) -> bool:
    """Return whether visit `k` must follow the one before it at once."""
    node = s.row[v, k, NODE]
    return bool(m.node[node, POSITION] > 0 and (m.job[m.node[node, JOB], FLAGS] & TOGETHER) > 0)
