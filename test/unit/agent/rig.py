"""One agent on a fake robot and a virtual clock, and short ways to write orders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from robot_fleet.agent.agent import Agent
from robot_fleet.agent.journal import Journal, MemoryJournal
from robot_fleet.core.clock import Now
from robot_fleet.core.geometry import Pose
from robot_fleet.core.order import Order, RobotReport, Step, StepKind
from test.fakes.actuator import FakeActuator
from test.fakes.navigator import FakeNavigator

ROBOT = "care_1"


def drive(name: str, x_m: float, y_m: float = 0.0, **changes: object) -> Step:
    step = Step(name, StepKind.DRIVE, Pose(x_m, y_m), lane=name, corridor_m=0.5)
    return replace(step, **changes)  # type: ignore[arg-type]


def act(name: str, verb: str = "prompt", **changes: object) -> Step:
    step = Step(name, StepKind.ACT, Pose(0.0, 0.0), place="room", act=verb, act_id=f"act-{name}", duration_s=5.0)
    return replace(step, **changes)  # type: ignore[arg-type]


def wait(name: str, seconds: float) -> Step:
    return Step(name, StepKind.WAIT, Pose(0.0, 0.0), place="room", duration_s=seconds)


def dock(name: str, place: str = "charger") -> Step:
    return Step(name, StepKind.DOCK, Pose(0.0, 0.0), place=place)


def undock(name: str) -> Step:
    return Step(name, StepKind.UNDOCK, Pose(0.0, 0.0), place="charger")


def order(*steps: Step, name: str = "o1", update: int = 1, released: int | None = None, **wishes: bool) -> Order:
    return Order(ROBOT, name, update, steps, len(steps) if released is None else released, **wishes)


class Rig:
    """The agent, its robot and the time; `killed` builds the agent anew on what is left."""

    def __init__(
        self,
        navigator: FakeNavigator | None = None,
        actuator: FakeActuator | None = None,
        journal: Journal | None = None,
        durable: bool = False,
    ) -> None:
        self.navigator = navigator or FakeNavigator()
        self.actuator = actuator or FakeActuator()
        self.journal = journal or MemoryJournal()
        self.at_s = 1000.0
        self.boots = 0
        self._durable = durable
        self.agent = self._boot()

    @property
    def now(self) -> Now:
        return Now(self.at_s, self.at_s - 900.0)

    def _boot(self) -> Agent:
        self.boots += 1
        agent = Agent(ROBOT, self.navigator, self.actuator, self.journal, f"boot{self.boots}", self._durable)
        agent.start(self.now)
        return agent

    def killed(self) -> None:
        self.agent = self._boot()

    def send(self, wish: Order) -> None:
        self.agent.accept(wish, self.now)
        self.agent.tick(self.now)

    def run(self, seconds: float, slice_s: float = 0.25) -> None:
        for _ in range(round(seconds / slice_s)):
            self.at_s += slice_s
            self.navigator.advance(slice_s)
            self.actuator.advance(slice_s)
            self.agent.tick(self.now)

    def run_until(self, met: Callable[[RobotReport], bool], limit_s: float = 300.0) -> RobotReport:
        for _ in range(round(limit_s / 0.25)):
            report = self.report()
            if met(report):
                return report
            self.run(0.25)
        raise AssertionError(f"not within {limit_s} s: {self.report()}")

    def report(self) -> RobotReport:
        return self.agent.report(self.now)

    def ends(self) -> list[str]:
        return [f"{result.step}:{result.state.value}" for result in self.report().results]
