"""Li & Lim's pick-up and delivery problems: their files, their form as a planning problem, what a solution is worth.

Their objective is the fewest vehicles first, then the least distance, all pairs served. A leg takes as many seconds as
it is long. The figures that the bench reports come from `evaluate` and from no solver.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot, isfinite
from pathlib import Path

from robot_fleet.core.errors import PlanError
from robot_fleet.core.plan import Plan, Problem, RobotNeed, StopNeed, TaskNeed

CLASS = "euclid"
DEPOT = "0"
DROP_PENALTY = 1e9
"""Far above any distance: all pairs must be served."""
TOLERANCE = 1e-6
"""Times are sums of about a hundred roots; a window missed by less is one that double precision missed."""

Routes = Sequence[Sequence[int]]
"""Node numbers of each vehicle, the depot left out."""


@dataclass(frozen=True, slots=True)
class Node:
    """A pick-up (positive demand), a delivery (negative), or the depot (number 0).

    Parameters
    ----------
    ready, due : service may not begin before or after.
    service : how long it takes.
    pickup, delivery : number of the sibling, 0 where the node is that end itself.
    """

    x: float
    y: float
    demand: float
    ready: float
    due: float
    service: float
    pickup: int
    delivery: int


@dataclass(frozen=True, slots=True)
class Instance:
    """A problem as the file states it; `nodes[0]` is the depot. The speed in a file's head is 1 or without meaning."""

    name: str
    vehicles: int
    capacity: float
    nodes: tuple[Node, ...]

    def distance(self, a: int, b: int) -> float:
        """Return the Euclidean distance of two nodes."""
        return hypot(self.nodes[a].x - self.nodes[b].x, self.nodes[a].y - self.nodes[b].y)

    @property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """Each pick-up with its delivery."""
        return tuple((number, node.delivery) for number, node in enumerate(self.nodes) if node.delivery)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a solution comes to: vehicles used, distance driven with the ways to and from the depot, broken rules."""

    vehicles: int
    distance: float
    violations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BestKnown:
    """The best known solution of an instance."""

    vehicles: int
    distance: float


def read_instance(path: Path) -> Instance:
    """Return the instance in a file; its name is the file's.

    Raises
    ------
    PlanError
        `plan_li_lim_missing` (cannot be read) or `plan_li_lim_malformed`, with the line.
    """
    rows = [(number, line.split()) for number, line in enumerate(_read(path).splitlines(), start=1) if line.strip()]
    try:
        (_, head), *body = rows
        vehicles, capacity, _ = int(head[0]), float(head[1]), float(head[2])
    except (ValueError, IndexError) as error:
        raise _malformed("expected `vehicles capacity speed`", path, 1) from error
    nodes: list[Node] = []
    for line, words in body:
        try:
            number, pickup, delivery = int(words[0]), int(words[7]), int(words[8])
            x, y, demand, ready, due, service = (float(word) for word in words[1:7])
        except (ValueError, IndexError) as error:
            form = "expected `id x y demand ready due service pickup delivery`"
            raise _malformed(form, path, line) from error
        if number != len(nodes):
            raise _malformed(f"expected node {len(nodes)}, found {number}", path, line)
        if not all(map(isfinite, (x, y, demand, ready, due, service))) or service < 0.0 or ready > due:
            raise _malformed("expected finite figures, `ready` up to `due` and a service of 0 or longer", path, line)
        nodes.append(Node(x, y, demand, ready, due, service, pickup, delivery))
    instance = Instance(path.stem, vehicles, capacity, tuple(nodes))
    fault = _fault(instance)
    if fault:
        raise _malformed(fault[1], path, body[fault[0]][0] if body else 1)
    return instance


def read_best_known(folder: Path) -> dict[str, BestKnown] | None:
    """Return the best known solutions by instance from `best_known.csv` of a folder, None if there is no such file.

    Raises
    ------
    PlanError
        `plan_li_lim_malformed`, with the line.
    """
    path = folder / "best_known.csv"
    if not path.is_file():
        return None
    found = {}
    for number, line in enumerate(_read(path).splitlines()[1:], start=2):
        cells = line.split(",")
        try:
            found[cells[0]] = BestKnown(int(cells[1]), float(cells[2]))
        except (ValueError, IndexError) as error:
            raise _malformed("expected `instance,vehicles,distance`", path, number) from error
    return found


def problem_of(instance: Instance) -> Problem:
    """Return the instance as a planning problem: a robot a vehicle, a task a pair (its id the pick-up's number)."""
    nodes = instance.nodes
    robots = tuple(f"v{number}" for number in range(1, instance.vehicles + 1))
    tasks = []
    for pickup, delivery in instance.pairs:
        stops = tuple(
            StopNeed(
                stop=index,
                places=(str(number),),
                service_s=nodes[number].service,
                load_kg=nodes[number].demand,
                earliest_s=nodes[number].ready,
                latest_s=nodes[number].due,
                counts=number == delivery,
            )
            for index, number in enumerate((pickup, delivery))
        )
        tasks.append(TaskNeed(str(pickup), stops, nodes[delivery].due, 0.0, DROP_PENALTY, robots))
    numbers = range(len(nodes))
    return Problem(
        now_s=0.0,
        robots=tuple(
            RobotNeed(
                robot=robot,
                place=DEPOT,
                free_at_s=0.0,
                travel_class=CLASS,
                capacity_kg=instance.capacity,
                available=((0.0, nodes[0].due),),
                home=DEPOT,
            )
            for robot in robots
        ),
        tasks=tuple(tasks),
        places={CLASS: tuple(map(str, numbers))},
        travel_s={CLASS: tuple(tuple(instance.distance(a, b) for b in numbers) for a in numbers)},
        travel_weight=1.0,
    )


def routes_of(plan: Plan) -> list[list[int]]:
    """Return the routes of a plan of `problem_of` as node numbers, the empty ones left out."""
    return [[int(stop.place) for stop in stops] for stops in plan.routes.values() if stops]


def evaluate(instance: Instance, routes: Routes) -> Evaluation:
    """Drive a solution and return what it comes to; it breaks no rule where `violations` is empty."""
    wrong = _visits(instance, routes)
    distance = 0.0
    for number, route in enumerate(routes, start=1):
        if any(not 0 < node < len(instance.nodes) for node in route):
            continue  # told by the count of visits
        driven, broken = _drive(instance, route)
        distance += driven
        wrong += [f"route {number}: {words}" for words in broken]
    used = sum(bool(route) for route in routes)
    if used > instance.vehicles:
        wrong.append(f"{used} vehicles of {instance.vehicles}")
    return Evaluation(used, distance, tuple(wrong))


def write_solution(folder: Path, instance: Instance, routes: Routes) -> Path:
    """Write a solution, one route a line, and return its path.

    Raises
    ------
    PlanError
        `plan_file_write`.
    """
    path = folder / f"{instance.name}.txt"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(" ".join(map(str, route)) + "\n" for route in routes if route), encoding="utf-8")
    except OSError as error:
        raise PlanError("plan_file_write", f"the solution cannot be written: {error.strerror}", str(path)) from error
    return path


def _visits(instance: Instance, routes: Routes) -> list[str]:
    where: dict[int, list[tuple[int, int]]] = {number: [] for number in range(1, len(instance.nodes))}
    wrong = []
    for index, route in enumerate(routes):
        for position, node in enumerate(route):
            if node in where:
                where[node].append((index, position))
            else:
                wrong.append(f"route {index + 1}: there is no customer {node}")
    wrong += [f"customer {node} is visited {len(found)} times" for node, found in where.items() if len(found) != 1]
    for pickup, delivery in instance.pairs:
        if len(where[pickup]) == len(where[delivery]) == 1:
            (taken_by, taken_at), (given_by, given_at) = where[pickup][0], where[delivery][0]
            if taken_by != given_by:
                wrong.append(f"customers {pickup} and {delivery} are on two routes")
            elif taken_at > given_at:
                wrong.append(f"customer {delivery} comes before its pick-up {pickup}")
    return wrong


def _drive(instance: Instance, route: Sequence[int]) -> tuple[float, list[str]]:
    """Return how far a vehicle drives, and the windows and the capacity that it breaks."""
    wrong = []
    at, time, load, distance = 0, instance.nodes[0].ready, 0.0, 0.0
    for number in route:
        node = instance.nodes[number]
        leg = instance.distance(at, number)
        distance += leg
        begin = max(time + leg, node.ready)
        if begin > node.due + TOLERANCE:
            wrong.append(f"customer {number} at {begin:.3f}, due {node.due:g}")
        at, time, load = number, begin + node.service, load + node.demand
        if load > instance.capacity + TOLERANCE:
            wrong.append(f"load {load:g} of {instance.capacity:g} at customer {number}")
    if route:
        leg = instance.distance(at, 0)
        distance += leg
        if time + leg > instance.nodes[0].due + TOLERANCE:
            wrong.append(f"back at {time + leg:.3f}, due {instance.nodes[0].due:g}")
    return distance, wrong


def _fault(instance: Instance) -> tuple[int, str] | None:
    """Return the first node that contradicts the others, with a sentence; None if there is none."""
    nodes = instance.nodes
    if not nodes or instance.vehicles < 1:
        return 0, "expected a vehicle, the depot and pairs"
    if nodes[0].pickup or nodes[0].delivery:
        return 0, "the depot belongs to no pair"
    for number, node in enumerate(nodes[1:], start=1):
        sibling = node.pickup or node.delivery
        if bool(node.pickup) == bool(node.delivery) or not 0 < sibling < len(nodes):
            return number, "expected a sibling as either `pickup` or `delivery`"
        mirrored = nodes[sibling].delivery if node.pickup else nodes[sibling].pickup
        if mirrored != number or nodes[sibling].demand != -node.demand or (node.demand > 0.0) != bool(node.delivery):
            return number, f"expected a pair with node {sibling}: each names the other, and the demands cancel out"
    return None


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        message = f"the file cannot be read: {error.strerror}"
        raise PlanError("plan_li_lim_missing", message, str(path)) from error
    except UnicodeDecodeError as error:
        raise _malformed("expected text", path, 1) from error


def _malformed(message: str, path: Path, line: int) -> PlanError:
    return PlanError("plan_li_lim_malformed", message, f"{path}:{line}")
