"""The real core with robots that take exactly as long as the roads say, on a clock that jumps from event to event.

Much faster than the simulator: nobody drives, robots only say when they would have come to the end of each step.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from itertools import count

from robot_fleet.core.clock import Now
from robot_fleet.core.fleet import Fleet, FleetState, Ports
from robot_fleet.core.inputs import Input, PlaceSensed, ReportReceived, SubmitTask, Tick
from robot_fleet.core.order import Order, RobotReport, Step, StepKind, StepResult, StepState
from robot_fleet.core.ports import Roads
from robot_fleet.core.site import RobotSpec, Site
from robot_fleet.runtime.host import FactLog, Host

TICK_S = 10.0
"""The manager looks at what changes without notice, and every robot reports, this often."""
STEADY_PER_FLEET_S = 0.25
"""So that a robot which reports at every tick never counts as stale."""
DRIVES_OFF_S = 60.0
"""A car is driven away so long after it was put into a bay."""

Event = tuple[float, int, Callable[[], None]]


class PunctualRobot:
    """A robot link whose robot does each released step in the time that it takes.

    Parameters
    ----------
    docked : where it stands docked, or empty.
    now_s : returns the fleet time.
    after : has something done after so many seconds.
    told : called when the robot has news.
    """

    def __init__(
        self,
        spec: RobotSpec,
        site: Site,
        roads: Roads,
        docked: str,
        now_s: Callable[[], float],
        after: Callable[[float, Callable[[], None]], None],
        told: Callable[[PunctualRobot], None],
    ) -> None:
        self.spec = spec
        self.docked = docked
        self._kind = site.kinds[spec.kind]
        self._site = site
        self._roads = roads
        self._now_s = now_s
        self._after = after
        self._told = told
        self._order: Order | None = None
        self._results: list[StepResult] = []
        self._load: list[str] = []
        self._acting = False
        self._seq = 0

    @property
    def idle(self) -> bool:
        """Whether all that it was told to do is done."""
        return self._order is None or len(self._results) == len(self._order.steps)

    def send(self, order: Order) -> None:
        """Take an order or its update."""
        if self._order is None or order.id != self._order.id:
            self._results = []
        self._order = order
        self._go_on()

    def reports(self) -> Sequence[RobotReport]:
        """Return nothing: news is told at once."""
        return ()

    def report(self) -> RobotReport:
        """Return what the robot says now."""
        self._seq += 1
        order = self._order
        return RobotReport(
            robot=self.spec.id,
            boot="b1",
            seq=self._seq,
            at_s=self._now_s(),
            order=order.id if order is not None else "",
            update=order.update if order is not None else 0,
            released=order.released if order is not None else 0,
            results=tuple(self._results),
            state="acting" if self._acting else "idle",
            pose=self._site.places[self.spec.start].pose,
            speed_mps=0.0,
            soc_pct=self.spec.start_soc_pct,
            charging=bool(self.docked),
            docked_at=self.docked,
            odometer_m=0.0,
            loaded_m=0.0,
            energy_wh=0.0,
            load=tuple(self._load),
        )

    def _go_on(self) -> None:
        order, done = self._order, len(self._results)
        if order is not None and not self._acting and done < min(order.released, len(order.steps)):
            self._acting = True
            self._after(self._takes_s(order.steps, done), self._done)

    def _done(self) -> None:
        assert self._order is not None
        step = self._order.steps[len(self._results)]
        self._acting = False
        self._results.append(StepResult(step.id, StepState.DONE, at_s=round(self._now_s(), 3)))
        item = str(step.params.get("item", ""))
        if step.kind in (StepKind.DOCK, StepKind.UNDOCK):
            self.docked = step.place if step.kind is StepKind.DOCK else ""
        elif step.act == "take":
            self._load.append(item)
        elif step.act == "give":
            self._load.remove(item)
        self._go_on()
        self._told(self)

    def _takes_s(self, steps: Sequence[Step], number: int) -> float:
        step = steps[number]
        if step.kind is StepKind.DOCK:
            return self._kind.dock_s
        if step.kind is StepKind.UNDOCK:
            return self._kind.undock_s
        if step.kind is not StepKind.DRIVE:
            return step.duration_s
        before = steps[number - 1].lane if number else ""
        after = steps[number + 1].lane if number + 1 < len(steps) else ""
        if not before:
            return self._site.lanes[step.lane].length_m / self._kind.speed_mps + 1.0
        travel_class = f"{self.spec.kind}+load" if self._load else self.spec.kind
        return self._roads.lane_s(travel_class, step.lane, before, after, step.speed_mps)


class PunctualFleet:
    """A fleet of such robots.

    Parameters
    ----------
    log : where facts go.
    state : what earlier facts amount to; robots that are docked there stand docked.
    now_s : fleet time at the begin.
    """

    def __init__(self, site: Site, ports: Ports, log: FactLog, now_s: float, state: FleetState | None = None) -> None:
        self.now_s = now_s
        self._events: list[Event] = []
        self._count = count()
        self._bays = [place.id for place in site.places.values() if place.kind == "bay_out"]
        fleet = Fleet(site, ports, state=state)
        self.robots = {
            name: PunctualRobot(
                spec, site, ports.roads, fleet.state.robots[name].docked, lambda: self.now_s, self.after, self._tell
            )
            for name, spec in site.robots.items()
        }
        self.host = Host(fleet, log, self.robots, lambda wish: None, lambda answer: None, lambda: 0.0)
        self.after(0.0, self._tick)

    @property
    def state(self) -> FleetState:
        """What the facts so far amount to."""
        return self.host.fleet.state

    def after(self, seconds: float, do: Callable[[], None]) -> None:
        """Have something done after so many seconds."""
        heapq.heappush(self._events, (self.now_s + seconds, next(self._count), do))

    def ask(self, wish: SubmitTask) -> None:
        """Ask for a service now."""
        self._feed(wish)

    def run(self, over: Callable[[], bool]) -> None:
        """Let time pass until it is over."""
        while not over():
            self.now_s, _, do = heapq.heappop(self._events)
            do()

    def look(self) -> None:
        """Let the manager look at what changes without notice."""
        self._feed(Tick())

    def stop_listening(self) -> tuple[RobotReport, ...]:
        """Let the robots do what is released to them, and return what they would report then to another manager."""
        self._feed = lambda news: None  # type: ignore[method-assign]
        self.run(lambda: all(do == self._tick for _, _, do in self._events))
        return tuple(robot.report() for robot in self.robots.values())

    def _tick(self) -> None:
        for robot in self.robots.values():
            self._tell(robot)
        for bay in self._bays:
            self._feed(PlaceSensed(bay, self._standing(bay)))
        self._feed(Tick())
        self.after(TICK_S, self._tick)

    def _standing(self, bay: str) -> tuple[str, ...]:
        holder = f"place:{bay}"
        standing = (item for item in self.state.items.values() if item.holder == holder)
        return tuple(item.id for item in standing if self.now_s - item.since_s < DRIVES_OFF_S)

    def _tell(self, robot: PunctualRobot) -> None:
        self._feed(ReportReceived(robot.report()))

    def _feed(self, news: Input) -> None:
        self.host.feed(news, Now(self.now_s, STEADY_PER_FLEET_S * self.now_s))


__all__ = ["PunctualFleet", "PunctualRobot"]
