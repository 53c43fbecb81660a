"""When a robot is where on a route, what that costs, and how much later it may be."""

from __future__ import annotations

from math import inf

from robot_fleet.scheduling.kernel.arrays import (
    AGEING,
    APART,
    APART_END,
    ARRIVE,
    BEGIN,
    BEGUN,
    CHANGE_COST,
    CHARGE_NODE,
    CLASS,
    COST,
    COUNT,
    COUPLED,
    CURVE,
    CURVES,
    DRIVE_COST,
    DRIVE_W,
    EARLY,
    ENERGY,
    FIRST,
    FIXED,
    FLAGS,
    HEAD,
    HOME,
    JOB,
    KG,
    KG_ON,
    LATE,
    LATEST,
    LEAD,
    LEAVE,
    LEVEL,
    LIMIT,
    LOADED_CLASS,
    LOADED_W,
    NO_ENERGY,
    NODE,
    NODE_EARLY,
    NODE_KG,
    NODE_LATE,
    NODE_UNITS,
    OK,
    ON_BOARD_KG,
    OVERHEAD,
    PARTNER,
    PLACE,
    POSITION,
    PRED,
    PRED_END,
    RELAX_ENERGY,
    RELAX_LOAD,
    RELAX_PARTNER,
    RELAX_WINDOW,
    REST,
    ROBOT,
    ROBOT_ENERGY,
    ROBOT_KG,
    ROBOT_PLACE,
    ROBOT_UNITS,
    SAME,
    SAME_END,
    SEQUENCE,
    SERVE_COST,
    SERVE_W,
    SLACK,
    SLOPE,
    SPARE,
    SPECIAL,
    START,
    STOPS,
    SUCC,
    SUCC_END,
    TINY,
    TOGETHER,
    TOO_HEAVY,
    TOO_LATE,
    TOTAL,
    TRAVEL,
    UNITS,
    UNITS_ON,
    UNREACHABLE,
    UNTIL,
    WEIGHT,
    WINDOW,
    WINDOWS,
    Model,
    State,
)
from robot_fleet.scheduling.kernel.compiler import compiled


@compiled
def late_cost(weight: float, late_s: float, ageing: float) -> float:
    """Return the cost of lateness; `ageing` is half of one over `Problem.ageing_s`."""
    if late_s <= 0.0 or weight <= 0.0:
        return 0.0
    return weight * (late_s + late_s * late_s * ageing)


@compiled
def charge_seconds(m: Model, v: int, energy: float, level: float) -> float:
    """Return how long a robot charges from one energy to another, `inf` where the curve ends before."""
    first, count = m.robot[v, CURVE], m.robot[v, CURVES]
    seconds = 0.0
    for i in range(first, first + count):
        if energy >= level - TINY:
            break
        up_to = min(level, m.table[i, 0])
        if up_to > energy:
            seconds += (up_to - energy) * 3600.0 / m.table[i, 1]
            energy = up_to
    return seconds if energy >= level - TINY else inf


@compiled
def charge_cost(m: Model, v: int, at: float, energy: float, level: float) -> float:
    """Return what the energy costs that a robot takes in, charging from `at` on."""
    steps = m.tariff.shape[0]
    if steps == 0:
        return 0.0
    first, count = m.robot[v, CURVE], m.robot[v, CURVES]
    cost = 0.0
    for i in range(first, first + count):
        while energy < min(level, m.table[i, 0]) - TINY:
            price, change = 0.0, inf
            for step in range(steps):
                if m.tariff[step, 0] <= at + TINY:
                    price = m.tariff[step, 1]
                else:
                    change = m.tariff[step, 0]
                    break
            watts = m.table[i, 1]
            seconds = min((min(level, m.table[i, 0]) - energy) * 3600.0 / watts, change - at)
            cost += price * seconds * watts / 3600.0
            energy += seconds * watts / 3600.0
            at += seconds
    return cost


@compiled
def _free_of_one(s: State, resource: int, capacity: int, v: int, begin: float, service: float) -> float:
    users = s.booked[resource]
    while True:
        most, first_end = 0, inf
        for i in range(users):
            start, end = s.book_time[resource, i]
            if s.book_robot[resource, i] == v or start >= begin + service - TINY or end <= begin + TINY:
                if not (
                    service <= TINY and start < begin - TINY and end > begin + TINY and s.book_robot[resource, i] != v
                ):
                    continue
            first_end = min(first_end, end)
            instant = max(start, begin)
            together = 0
            for k in range(users):
                if s.book_robot[resource, k] != v and s.book_time[resource, k, 0] <= instant + TINY:
                    last = s.book_time[resource, k, 1]
                    together += last > instant + TINY or (k == i and end <= start + TINY)
            most = max(most, together)
        if most < capacity:
            return begin
        begin = first_end


@compiled
def free_from(m: Model, s: State, v: int, place: int, begin: float, service: float) -> float:
    """Return the first instant from `begin` on at which the place's resources are free for `service` seconds."""
    low, high = m.place[place]
    again = high > low
    while again:
        again = False
        for i in range(low, high):
            resource = m.links[i]
            later = _free_of_one(s, resource, m.capacity[resource], v, begin, service)
            if later > begin:
                begin, again = later, True
    return begin


@compiled
def reach(
    m: Model, s: State, v: int, time: float, leg: float, place: int, early: float, service: float, relax: int
) -> tuple[float, float]:
    """Return arrival and begin of a stop that the robot sets off for at `time`; (inf, inf) if there is no time."""
    count = m.robot[v, WINDOWS]
    if relax & RELAX_WINDOW:
        arrive = time + leg
        return arrive, max(arrive, early)
    if count == 0:
        arrive = time + leg
        return arrive, free_from(m, s, v, place, max(arrive, early), service)
    first = m.robot[v, WINDOW]
    for i in range(first, first + count):
        if m.table[i, 1] <= time:
            continue
        arrive = max(time, m.table[i, 0]) + leg
        begin = free_from(m, s, v, place, max(arrive, early), service)
        if begin + service <= m.table[i, 1] + TINY:
            return arrive, begin
    return inf, inf


@compiled
def home_in_time(m: Model, v: int, time: float, leg: float, relax: int) -> bool:
    """Return whether a robot that may leave for home at `time` gets there within its working time."""
    if relax & RELAX_WINDOW:
        return True
    first, count = m.robot[v, WINDOW], m.robot[v, WINDOWS]
    if count == 0:
        return bool(time + leg <= m.robot_at[v, UNTIL] + TINY)
    for i in range(first, first + count):
        if m.table[i, 1] > time and max(time, m.table[i, 0]) + leg <= m.table[i, 1] + TINY:
            return True
    return False


@compiled
def resting_cost(m: Model, v: int, place: int) -> float:
    """Return the cost of a robot's way from a place to the nearest one where it may rest, 0 if it rests anywhere."""
    return float(m.robot_at[v, DRIVE_COST] * m.rest[m.robot[v, REST], place]) if m.robot[v, REST] >= 0 else 0.0


@compiled
def end_cost(m: Model, s: State, v: int) -> float:
    """Return the cost of the way home or to rest from where a route ends."""
    count = s.route[v, COUNT]
    here = s.row[v, count - 1, PLACE] if count > 0 else m.robot[v, ROBOT_PLACE]
    if m.robot[v, HOME] < 0 or count == 0:
        return resting_cost(m, v, here)
    loaded = s.row_at[v, count, KG] > ON_BOARD_KG or s.row[v, count, UNITS] > 0
    travel_class = m.robot[v, LOADED_CLASS] if loaded else m.robot[v, CLASS]
    return float(m.robot_at[v, DRIVE_COST] * m.travel[travel_class, here, m.robot[v, HOME]])


@compiled
def position_of(m: Model, s: State, row: int, job: int, last: bool) -> int:
    """Return where a job's first (or last) stop stands on a route, -1 if it is not on it."""
    node = m.job[job, FIRST] + (m.job[job, STOPS] - 1 if last else 0)
    for k in range(s.route[row, COUNT]):
        if s.row[row, k, NODE] == node:
            return k
    return -1


@compiled
def _bind(m: Model, s: State, row: int, v: int, relax: int) -> int:
    """Bind the begins of a draft's coupled stops to their partners on other routes; say what rule that breaks."""
    for k in range(s.route[row, COUNT]):
        node = s.row[row, k, NODE]
        if node < 0:
            continue
        job = m.node[node, JOB]
        if not m.job[job, FLAGS] & COUPLED:
            continue
        begun = (m.job[job, FLAGS] & BEGUN) > 0
        if m.node[node, POSITION] == 0:
            for i in range(m.job[job, PRED], m.job[job, PRED] if begun else m.job[job, PRED_END]):
                other = m.links[i]
                where = position_of(m, s, row, other, True)
                if where > k:
                    return SEQUENCE
                if where < 0:
                    if s.at[other] < 0 or s.at[other] == v:
                        return SEQUENCE
                    s.row_at[row, k, EARLY] = max(s.row_at[row, k, EARLY], s.span[other, 1])
            if not relax & RELAX_PARTNER:
                for i in range(m.job[job, SAME], m.job[job, SAME_END]):
                    other = m.links[i]
                    if s.at[other] >= 0 and s.at[other] != v:
                        return PARTNER
                for i in range(m.job[job, APART], m.job[job, APART_END]):
                    other = m.links[i]
                    first, last = position_of(m, s, row, other, False), position_of(m, s, row, other, True)
                    if first < 0 or last < 0:
                        continue
                    theirs = (m.job[other, FLAGS] & BEGUN) > 0
                    mine_first, mine_last = -1 if begun else k, position_of(m, s, row, job, True)
                    first = -1 if theirs else first
                    if not (begun and theirs) and not (last < mine_first or mine_last < first):
                        return PARTNER
        if m.node[node, POSITION] == m.job[job, STOPS] - 1:
            for i in range(m.job[job, SUCC], m.job[job, SUCC_END]):
                other = m.links[i]
                if m.job[other, FLAGS] & BEGUN:
                    continue
                where = position_of(m, s, row, other, False)
                if 0 <= where < k:
                    return SEQUENCE
                if where < 0 and s.at[other] >= 0 and s.at[other] != v:
                    service = m.node_service[node, m.robot[v, CLASS]]
                    s.row_at[row, k, LATE] = min(s.row_at[row, k, LATE], s.span[other, 0] - service)
    return OK


@compiled
def lay(m: Model, s: State, row: int, v: int, relax: int) -> tuple[int, int]:
    """Work out everything about a route whose nodes, places and levels are given.

    Returns what rule it breaks first (OK for none) and at which visit.
    """
    count = s.route[row, COUNT]
    special, coupled = m.robot[v, WINDOWS] > 0, False
    kind, loaded_kind = m.robot[v, CLASS], m.robot[v, LOADED_CLASS]
    until = inf if relax & RELAX_WINDOW else m.robot_at[v, UNTIL]
    for k in range(count):
        node, place = s.row[row, k, NODE], s.row[row, k, PLACE]
        if node < 0:
            special = True
            s.row_at[row, k, EARLY], s.row_at[row, k, LATE] = -inf, inf
        else:
            coupled = coupled or (m.job[m.node[node, JOB], FLAGS] & COUPLED) > 0
            s.row_at[row, k, EARLY] = m.node_at[node, NODE_EARLY]
            s.row_at[row, k, LATE] = min(m.node_at[node, NODE_LATE], until - m.node_service[node, kind])
        special = special or m.place[place, 1] > m.place[place, 0]
    if coupled:
        special = True
        broken = _bind(m, s, row, v, relax)
        if broken != OK:
            return broken, count - 1
    drive_cost, ageing, change_cost = m.robot_at[v, DRIVE_COST], m.weights[AGEING], m.weights[CHANGE_COST]
    time, here, travel = m.robot_at[v, START], m.robot[v, ROBOT_PLACE], 0.0
    cost = -resting_cost(m, v, here)  # what it saves that a robot does not go to rest at once
    energy, kg, units = m.robot_at[v, ROBOT_ENERGY], m.robot_at[v, KG_ON], m.robot[v, UNITS_ON]
    s.row_at[row, 0, LEAVE], s.row_at[row, 0, COST], s.row_at[row, 0, TRAVEL] = time, cost, 0.0
    s.row_at[row, 0, ENERGY], s.row_at[row, 0, KG], s.row[row, 0, UNITS] = energy, kg, units
    once = 0.0
    lead, last_job = 0, -1
    for k in range(count):
        node, place = s.row[row, k, NODE], s.row[row, k, PLACE]
        loaded = kg > ON_BOARD_KG or units > 0
        leg = m.travel[loaded_kind if loaded else kind, here, place]
        if leg == inf:
            return UNREACHABLE, k
        watts = m.robot_at[v, LOADED_W] if loaded else m.robot_at[v, DRIVE_W]
        energy -= leg * watts / 3600.0
        travel += leg
        cost += drive_cost * leg
        if node == CHARGE_NODE:
            if energy < -TINY and not relax & RELAX_ENERGY:
                return NO_ENERGY, k
            level = max(s.row_at[row, k, LEVEL], energy)
            service = m.robot_at[v, OVERHEAD] + charge_seconds(m, v, energy, level)
            if service == inf:
                return NO_ENERGY, k
            arrive, begin = reach(m, s, v, time, leg, place, -inf, service, relax)
            if begin == inf or begin + service > until + TINY:
                return TOO_LATE, k
            cost += charge_cost(m, v, begin + m.robot_at[v, OVERHEAD], energy, level)
            energy = level
            last_job = -1
        else:
            job = m.node[node, JOB]
            flags = m.job[job, FLAGS]
            if flags & TOGETHER and m.node[node, POSITION] > 0 and last_job != job:
                return SEQUENCE, k
            if flags & HEAD:
                if lead != k:
                    return SEQUENCE, k
                lead = k + 1
            service = m.node_service[node, kind]
            arrive, begin = reach(m, s, v, time, leg, place, s.row_at[row, k, EARLY], service, relax)
            if begin > s.row_at[row, k, LATE] + TINY and not relax & RELAX_WINDOW:
                return TOO_LATE, k
            if begin == inf:
                return TOO_LATE, k
            cost += late_cost(m.node_at[node, WEIGHT], begin - m.node_at[node, LIMIT], ageing)
            energy -= service * m.robot_at[v, SERVE_W] / 3600.0
            if energy < -TINY and not relax & RELAX_ENERGY:
                return NO_ENERGY, k
            kg += m.node_at[node, NODE_KG]
            units += m.node[node, NODE_UNITS]
            if not relax & RELAX_LOAD:
                if m.node_at[node, NODE_KG] > 0.0 and kg > m.robot_at[v, ROBOT_KG] + TINY:
                    return TOO_HEAVY, k
                if m.node[node, NODE_UNITS] > 0 and units > m.robot[v, ROBOT_UNITS]:
                    return TOO_HEAVY, k
            once += m.robot_at[v, SERVE_COST] * service
            if m.node[node, POSITION] == 0 and m.job[job, ROBOT] >= 0 and m.job[job, ROBOT] != v:
                once += change_cost
            last_job = job
        time = begin + service
        here = place
        s.row_at[row, k, ARRIVE], s.row_at[row, k, BEGIN] = arrive, begin
        s.row_at[row, k + 1, LEAVE], s.row_at[row, k + 1, COST], s.row_at[row, k + 1, TRAVEL] = time, cost, travel
        s.row_at[row, k + 1, ENERGY], s.row_at[row, k + 1, KG], s.row[row, k + 1, UNITS] = energy, kg, units
    s.row_at[row, count, LATEST] = until
    home_s = 0.0
    if m.robot[v, HOME] >= 0 and count > 0:
        loaded = kg > ON_BOARD_KG or units > 0
        home_s = m.travel[loaded_kind if loaded else kind, here, m.robot[v, HOME]]
        if home_s == inf:
            return UNREACHABLE, count - 1
        watts = m.robot_at[v, LOADED_W] if loaded else m.robot_at[v, DRIVE_W]
        energy -= home_s * watts / 3600.0
        if energy < -TINY and not relax & RELAX_ENERGY:
            return NO_ENERGY, count - 1
        if not home_in_time(m, v, time, home_s, relax):
            return TOO_LATE, count - 1
        s.row_at[row, count, LATEST] = until - home_s
    s.route_at[row, TOTAL] = cost + drive_cost * home_s + resting_cost(m, v, here) + once
    s.route_at[row, SPARE] = energy
    s.route[row, LEAD] = max(lead, m.robot[v, FIXED])
    s.route[row, SPECIAL] = special
    if not special:
        _look_back(m, s, row, count)
    return OK, -1


@compiled
def _look_back(m: Model, s: State, row: int, count: int) -> None:
    """Work out, from the end of a route, how much later the robot may be and what being later costs."""
    latest, slack, slope, leg = s.row_at[row, count, LATEST], inf, 0.0, 0.0
    s.row_at[row, count, SLACK], s.row_at[row, count, SLOPE] = inf, 0.0
    for k in range(count - 1, -1, -1):
        node = s.row[row, k, NODE]
        service = s.row_at[row, k + 1, LEAVE] - s.row_at[row, k, BEGIN]
        latest = min(s.row_at[row, k, LATE], latest - leg - service)
        begin = inf
        if m.node_at[node, WEIGHT] > 0.0:
            begin = max(s.row_at[row, k, BEGIN], m.node_at[node, LIMIT])
        slack = min(begin, slack - leg - service)
        late_s = s.row_at[row, k, BEGIN] - m.node_at[node, LIMIT]
        if late_s >= 0.0:
            slope += m.node_at[node, WEIGHT] * (1.0 + 2.0 * late_s * m.weights[AGEING])
        if s.row_at[row, k, ARRIVE] < s.row_at[row, k, EARLY]:
            slope = 0.0
        s.row_at[row, k, LATEST], s.row_at[row, k, SLACK], s.row_at[row, k, SLOPE] = latest, slack, slope
        leg = s.row_at[row, k + 1, TRAVEL] - s.row_at[row, k, TRAVEL]
