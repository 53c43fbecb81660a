"""The cheapest way to fit one job into one route: an exact label-setting search over positions and places.

The route's visits keep their order and the job's stops keep theirs, so an insertion is a merge of two sequences. A
state is (visits of the route done, stops of the job done); at each state only labels (time, cost, travel) that no
other label beats in all three survive. Leaving later never lets a robot begin earlier, so nothing better is lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from robot_fleet.scheduling.instance import TINY, Instance, Job, Visit
from robot_fleet.scheduling.schedule import Route, lay

Choice = tuple[int, Visit, "Choice | None"]
Label = tuple[float, float, float, int, "Choice | None"]
Options = tuple[tuple[Visit, ...], ...]


@dataclass(frozen=True, slots=True)
class Insertion:
    """Where a job fits into a route, and the seconds that the route's cost rises by."""

    delta: float
    route: Route
    job: Job
    choice: Choice

    def visits(self) -> tuple[Visit, ...]:
        """Return the visits of the route with the job in it."""
        picks: list[tuple[int, Visit]] = []
        link: Choice | None = self.choice
        while link is not None:
            picks.append((link[0], link[1]))
            link = link[2]
        picks.reverse()
        merged: list[Visit] = []
        done = 0
        for position, visit in picks:
            merged.extend(self.route.visits[done:position])
            merged.append(visit)
            done = position
        merged.extend(self.route.visits[done:])
        return tuple(merged)

    def chosen(self) -> tuple[Visit, ...]:
        """Return the visits of the job alone, in order."""
        return tuple(visit for visit in self.visits() if visit.info.job == self.job.index)

    def apply(self, instance: Instance) -> Route:
        """Return the new route."""
        route = lay(instance, self.route.vehicle, self.visits())
        if route is None:  # the search above and `lay` apply the same rules
            raise AssertionError(f"an insertion of {self.job.need.task} that cannot be driven")
        return route


def cheapest(
    instance: Instance,
    route: Route,
    job: Job,
    options: Options,
    ceiling: float,
    *,
    thorough: bool = False,
    loads_matter: bool = True,
    energy_matters: bool = True,
) -> Insertion | None:
    """Return the cheapest insertion whose cost stays under `ceiling`, None if there is none.

    Parameters
    ----------
    options : for each stop of the job the visits it may become on this route's robot.
    thorough : do not assume that a detour takes at least as long as the direct way (travel times that are no shortest
        paths), at the price of speed.
    loads_matter, energy_matters : false to ask what would be possible without that limit.
    """
    count, total = len(route.visits), route.cost
    stops = len(options)
    visits, matrix = route.visits, route.vehicle.matrix
    weight_of_travel = instance.problem.travel_weight
    # Half of the slack that `lay` allows, so that sums in another order cannot make it refuse what is found here.
    capacity = route.vehicle.need.capacity_kg + TINY / 2.0 if loads_matter else inf
    service_s = route.service_s + job.energetic_s
    travel_limit = route.vehicle.travel_limit_s(service_s) - TINY / 2.0 if energy_matters else inf
    scarce = travel_limit != inf
    if route.vehicle.row < 0 or travel_limit < 0.0:
        return None
    best_cost = total + ceiling if ceiling != inf else inf
    best: Choice | None = None
    layers: list[list[Label]] = [[] for _ in range(stops + 1)]
    own, loads, together = job.loads, route.loads, job.together
    row_here = next_row = route.vehicle.row
    beyond = 0.0
    for at in range(count + 1):
        if not route.closed[at]:
            bounded = not thorough and at < count
            if bounded:
                # The least that the rest costs once the robot is on its way to the next visit.
                next_row = visits[at][0]
                direct_leg = route.travels_s[at + 1] - route.travels_s[at]
                beyond = total - route.costs[at] - weight_of_travel * direct_leg - TINY
            starts = at <= route.head if job.head else at >= route.head
            layers[0] = [(route.leave_s[at], route.costs[at], route.travels_s[at], row_here, None)] if starts else []
            for stop in range(stops):
                sources = layers[stop]
                if not sources:
                    continue
                if own[stop + 1] > own[stop] and loads[at] + own[stop + 1] > capacity:
                    continue
                target = layers[stop + 1]
                for time, cost, travel, row, choice in sources:
                    line = matrix[row]
                    for visit in options[stop]:
                        leg = line[visit[0]]
                        if leg == inf:
                            continue
                        begin = time + leg
                        if begin < visit[1]:
                            begin = visit[1]
                        new_cost = cost + weight_of_travel * leg
                        if begin > visit[5] and visit[4] > 0.0:
                            new_cost += visit[4] * (begin - visit[5])
                        if new_cost >= best_cost:
                            continue
                        if bounded and new_cost + weight_of_travel * matrix[visit[0]][next_row] + beyond >= best_cost:
                            continue
                        target.append((begin + visit[2], new_cost, travel + leg, visit[0], (at, visit, choice)))
        if at == count:
            break
        next_row, earliest, service, change, weight, limit, _ = visits[at]
        row_here = next_row
        after, rest_after, direct = route.leave_s[at + 1], total - route.costs[at + 1], route.travels_s[at + 1]
        for stop in range(1, stops + 1):
            sources = layers[stop]
            if not sources:
                continue
            done = stop == stops
            if (together and not done) or (change > 0.0 and loads[at + 1] + own[stop] > capacity):
                layers[stop] = []
                continue
            survivors: list[Label] = []
            for time, cost, travel, row, choice in sources:
                leg = matrix[row][next_row]
                if leg == inf:
                    continue
                begin = time + leg
                if begin < earliest:
                    begin = earliest
                cost += weight_of_travel * leg
                if begin > limit and weight > 0.0:
                    cost += weight * (begin - limit)
                if cost >= best_cost:
                    continue
                begin += service
                travel += leg
                if begin >= after and (done or not thorough) and cost + rest_after >= best_cost:
                    continue
                if done and begin == after:
                    # Waiting has swallowed the detour: the rest of the route is as before.
                    if travel + route.travels_s[-1] - direct <= travel_limit:
                        best_cost, best = cost + rest_after, choice
                        continue
                    continue
                for other in survivors:
                    if other[0] <= begin and other[1] <= cost and (not scarce or other[2] <= travel):
                        break
                else:
                    survivors = [
                        other
                        for other in survivors
                        if other[0] < begin or other[1] < cost or (scarce and other[2] < travel)
                    ]
                    survivors.append((begin, cost, travel, next_row, choice))
            layers[stop] = survivors
    for _, cost, travel, _, choice in layers[stops]:
        if cost < best_cost and travel <= travel_limit:
            best_cost, best = cost, choice
    if best is None:
        return None
    return Insertion(best_cost - total, route, job, best)
