"""Random streams of orders, faults and kills thrown at the agent.

A manager that keeps its word (and sometimes a muddled one that does not), a robot that fails, an actuator that falls
silent or forgets, and a computer that dies at any moment. Whatever comes, the promises in `agent.agent` hold at every
instant; and once the trouble is over, every order comes to an end.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from robot_fleet.agent.agent import Agent
from robot_fleet.agent.journal import Entry, MemoryJournal
from robot_fleet.agent.order_machine import AgentState
from robot_fleet.core.clock import Now
from robot_fleet.core.geometry import Pose
from robot_fleet.core.order import Order, RobotReport, Step, StepKind, StepState
from test.fakes.actuator import FakeActuator
from test.fakes.navigator import FakeNavigator

ROBOT = "care_1"
SLICE_S = 0.5
RESTING = (
    *(AgentState.NONE, AgentState.STARVED, AgentState.HOLDING),
    *(AgentState.FAULT, AgentState.FINISHED, AgentState.CANCELLED),
)


class JsonJournal(MemoryJournal):
    """Gives back what a file would."""

    def append(self, entry: Entry) -> None:
        super().append(json.loads(json.dumps(entry, allow_nan=False)))

    def kept(self) -> Sequence[Entry]:
        return tuple(self._kept)


class World:
    """The robot, its agent and the manager's wish, with every promise checked where it could be broken."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.boots = 0
        self.orders = 0
        self.steps = 0
        self.journal = JsonJournal()
        self.navigator = WatchedNavigator(self)
        self.actuator = WatchedActuator(self)
        self.wish: Order | None = None
        self.sent: list[Order] = []
        self.told: dict[str, RobotReport] = {}
        self.last = ""
        self.repeatable: set[str] = set()
        self.boot()

    @property
    def now(self) -> Now:
        return Now(self.now_s + 27000.0, self.now_s)

    # what the manager does

    def boot(self) -> None:
        self.boots += 1
        self.agent = Agent(ROBOT, self.navigator, self.actuator, self.journal, f"boot{self.boots}")
        self.agent.start(self.now)
        self.look()

    def new_step(self, kind: str, far: int, after: Pose) -> Step:
        self.steps += 1
        name = f"s{self.steps}"
        if kind == "drive":
            target = Pose(after.x_m + far % 5 - 2, after.y_m + far // 5 % 3)
            limit_mps = 0.5 if far % 4 == 0 else 0.0
            return Step(name, StepKind.DRIVE, target, corridor_m=1.0, speed_mps=limit_mps, last=far % 7 == 0)
        if kind == "act":
            if far % 3 == 0:
                self.repeatable.add(f"act-{name}")
            wishes = {"interruptible": far % 2 == 0, "repeatable": far % 3 == 0}
            return Step(name, StepKind.ACT, after, act="prompt", act_id=f"act-{name}", params={"n": far}, **wishes)
        if kind == "wait":
            return Step(name, StepKind.WAIT, after, duration_s=float(far))
        return Step(name, StepKind(kind), after, place="charger")

    def steps_after(self, kept: Sequence[Step], kinds: Sequence[tuple[str, int]]) -> tuple[Step, ...]:
        """Return the kept steps and new ones; nobody plans a drive, or another docking, for a docked robot."""
        steps = list(kept)
        for kind, far in kinds:
            done = [step.kind for step in steps if step.kind in (StepKind.DOCK, StepKind.UNDOCK)]
            docked = done[-1] is StepKind.DOCK if done else bool(self.navigator.docked_at)
            after = steps[-1].target if steps else Pose(0.0, 0.0)
            if docked and kind in ("drive", "dock"):
                steps.append(self.new_step("undock", 0, after))
            steps.append(self.new_step(kind, far, after))
        return tuple(steps)

    def send(self, order: Order) -> None:
        self.agent.accept(order, self.now)
        self.agent.tick(self.now)
        self.look()

    def change(self, **changes: object) -> None:
        if self.wish is not None:
            self.wish = replace(self.wish, update=self.wish.update + 1, **changes)  # type: ignore[arg-type]
            self.sent.append(self.wish)
            self.send(self.wish)

    def begin_order(self, kinds: Sequence[tuple[str, int]], released: int) -> None:
        """Send a new order if the manager may; the wish stays if the agent refuses it."""
        self.orders += 1
        steps = self.steps_after((), kinds)
        order = Order(ROBOT, f"o{self.orders}", 1, steps, min(released, len(steps)))
        self.send(order)
        if self.agent.order is not None and self.agent.order.id == order.id:
            self.wish = order
            self.sent.append(order)

    # what is checked

    def look(self) -> None:
        """Check a report against all reports before."""
        report = self.agent.report(self.now)
        assert report.order == self.last or report.order not in self.told, "an old order came back"
        self.last = report.order
        before = self.told.get(report.order)
        if before is not None:
            assert report.released >= before.released
            assert report.update >= before.update
            assert report.results[: len(before.results)] == before.results
            assert not before.cancelled or report.cancelled
        self.told[report.order] = report
        order = self.agent.order
        if order is not None:
            ends = [result.step for result in report.results]
            assert ends == [step.id for step in order.steps[: len(ends)]]
            assert len(ends) <= report.released
            assert all(result.state is StepState.DONE for result in report.results[:-1])
            if self.agent.state is AgentState.DRIVING:
                assert not order.hold
                assert not order.cancel or self.navigator.poses_left <= 1
        if self.agent.state in RESTING:
            assert not self.navigator.running, "moves though it says that it rests"
        begun = self.actuator.begun
        assert all(act in self.repeatable or begun.count(act) == 1 for act in begun)

    def may_begin(self, kind: StepKind) -> tuple[Order, int]:
        """Check that the next step may be begun and is of this kind; return the order and the step's index."""
        order = self.agent.order
        assert order is not None
        ids = [step.id for step in order.steps]
        ends = [entry["result"]["step"] for entry in self.journal.kept() if entry["e"] == "end"]
        done = sum(step in ids for step in ends)
        assert done < order.released, "not released"
        assert order.steps[done].kind is kind, "out of order"
        assert not order.hold or kind is StepKind.ACT, "begun in spite of a hold"
        return order, done

    def pass_time(self, seconds: float) -> None:
        self.now_s += seconds
        self.navigator.advance(seconds)
        self.actuator.advance(seconds)

    def run(self, seconds: float) -> None:
        for _ in range(max(1, round(seconds / SLICE_S))):
            self.pass_time(SLICE_S)
            self.agent.tick(self.now)
        self.look()


class WatchedNavigator(FakeNavigator):
    def __init__(self, world: World) -> None:
        super().__init__(dock_s=4.0, undock_s=2.0)
        self._world = world

    def drive(self, poses: Sequence[Pose], speed_mps: float, keep_yaw: bool) -> None:
        order, index = self._world.may_begin(StepKind.DRIVE)
        steps = order.steps[index : index + len(poses)]
        assert [step.target for step in steps] == list(poses)
        assert index + len(poses) <= order.released
        assert {step.speed_mps for step in steps} == {speed_mps}
        assert not self.docked_at
        assert not order.cancel or len(poses) == 1
        super().drive(poses, speed_mps, keep_yaw)

    def dock(self, place: str, pose: Pose) -> None:
        self._world.may_begin(StepKind.DOCK)
        assert not self.docked_at
        super().dock(place, pose)

    def undock(self) -> None:
        self._world.may_begin(StepKind.UNDOCK)
        super().undock()


class WatchedActuator(FakeActuator):
    def __init__(self, world: World) -> None:
        super().__init__(act_s=6.0)
        self._world = world

    def start(self, act_id: str, act: str, place: str, params: Mapping[str, object]) -> None:
        order, index = self._world.may_begin(StepKind.ACT)
        assert order.steps[index].act_id == act_id
        assert not self._world.navigator.running, "acts while it moves"
        assert any(entry.get("act_id") == act_id for entry in self._world.journal.kept()), "begun before written down"
        super().start(act_id, act, place, params)


Timed = tuple[tuple[object, ...], float]
kinds = st.lists(
    st.tuples(st.sampled_from(["drive", "drive", "drive", "act", "act", "wait", "dock", "undock"]), st.integers(0, 14)),
    max_size=6,
)
wishes = st.one_of(
    st.tuples(st.just("order"), kinds, st.integers(0, 6)),
    st.tuples(st.just("extend"), kinds),
    st.tuples(st.just("release"), st.integers(1, 4)),
    st.tuples(st.sampled_from(["hold", "resume", "resume", "cancel", "repeat", "muddle"])),
    st.tuples(st.just("stale"), st.integers(0, 50)),
)
calm = st.tuples(st.sampled_from(["run", "run", "kill", "outage"]))
faults = st.tuples(
    st.sampled_from(
        [
            *("fail", "lose", "lose_unheard", "restore", "restore", "silent", "heard", "heard"),
            *("forget", "act_fails", "deaf", "push", "put_back"),
        ]
    )
)
first = st.tuples(st.just("order"), kinds.filter(lambda steps: len(steps) > 1), st.integers(1, 6))
pauses = st.floats(0.0, 8.0)


def streams(events: st.SearchStrategy[tuple[object, ...]], longest: int) -> st.SearchStrategy[list[Timed]]:
    """Return streams that begin with an order; after each event some time passes, or none."""
    timed = st.lists(st.tuples(events, pauses), min_size=3, max_size=longest)
    return st.tuples(st.tuples(first, pauses), timed).map(lambda parts: [parts[0], *parts[1]])


def play(world: World, event: tuple[object, ...]) -> None:
    """Let one thing happen."""
    what, navigator, actuator, wish = event[0], world.navigator, world.actuator, world.wish
    if what == "order":
        world.begin_order(event[1], event[2])  # type: ignore[arg-type]
    elif what == "run":
        world.run(1.0)
    elif what in ("kill", "outage"):
        if what == "outage":
            world.pass_time(5.0)
        world.boot()
    elif what == "fail" and navigator.running:
        navigator.fail()
    elif what in ("lose", "lose_unheard"):
        navigator.lose(stops=what == "lose")
    elif what == "restore":
        navigator.restore()
    elif what == "silent":
        actuator.lose()
    elif what == "heard":
        actuator.restore()
    elif what == "forget":
        actuator.forget()
    elif what == "act_fails":
        actuator.fail()
    elif what == "deaf":
        navigator.deaf = 2
    elif what == "push" and navigator.pose is not None:
        navigator.push(Pose(navigator.pose.x_m + 5.0, navigator.pose.y_m - 5.0))
    elif what == "put_back":
        put_back(world)
    elif wish is not None:
        play_wish(world, event, wish)


def play_wish(world: World, event: tuple[object, ...], wish: Order) -> None:
    """Let the manager change its mind about the order it has given."""
    what = event[0]
    if what == "repeat":
        world.send(wish)
    elif what == "stale":
        world.send(world.sent[event[1] % len(world.sent)])  # type: ignore[operator]
    elif what == "muddle" and wish.released:
        changed = replace(wish.steps[0], target=Pose(99.0, 99.0))
        world.send(replace(wish, update=wish.update + 1, steps=(changed, *wish.steps[1:])))
        world.send(replace(wish, update=wish.update + 1, released=wish.released - 1))
        assert "order_conflict" in world.agent.conditions()
    elif wish.cancel:
        return
    elif what == "extend":
        world.change(steps=world.steps_after(wish.steps[: wish.released], event[1]))  # type: ignore[arg-type]
    elif what == "release":
        world.change(released=min(len(wish.steps), wish.released + event[1]))  # type: ignore[operator]
    elif what in ("hold", "resume"):
        world.change(hold=what == "hold")
    elif what == "cancel":
        world.change(cancel=True)


def put_back(world: World) -> None:
    """Let somebody carry the robot back to where it is wanted."""
    order = world.agent.order
    report = world.told.get(order.id) if order is not None else None
    if order is not None and report is not None and len(report.results) < len(order.steps):
        world.navigator.push(order.steps[len(report.results)].target)


def settle(world: World) -> RobotReport:
    """End all trouble, release everything, and return the report when nothing more happens."""
    world.navigator.restore()
    world.navigator.deaf = 0
    world.actuator.restore()
    wish = world.wish
    if wish is not None:
        world.change(hold=False, released=len(wish.steps))
    for _ in range(40):
        world.run(20)
        if "off_corridor" in world.agent.conditions():
            put_back(world)
        report = world.agent.report(world.now)
        if report.state == "idle" or (report.state == "fault" and "off_corridor" not in report.conditions):
            break
    return world.agent.report(world.now)


def pass_stream(world: World, events: Sequence[Timed]) -> None:
    """Play a stream and the pauses in it."""
    for event, pause_s in events:
        play(world, event)
        world.look()
        if pause_s >= SLICE_S:
            world.run(pause_s)


@settings(max_examples=1500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(streams(st.one_of(wishes, calm), 20))
def test_without_faults_every_order_is_carried_out_whatever_is_wished_and_killed(events: list[Timed]) -> None:
    world = World()
    pass_stream(world, events)
    report = settle(world)
    assert report.state == "idle", report
    assert [c for c in report.conditions if c != "order_conflict"] == []
    order = world.agent.order
    if order is not None and not report.cancelled:
        assert [result.step for result in report.results] == [step.id for step in order.steps]
        assert all(result.state is StepState.DONE for result in report.results)
    assert all(world.actuator.begun.count(act) == 1 for act in world.actuator.begun)


@settings(max_examples=8000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(streams(st.one_of(wishes, calm, faults), 30))
def test_whatever_goes_wrong_nothing_is_done_twice_out_of_order_or_unreleased(events: list[Timed]) -> None:
    world = World()
    pass_stream(world, events)
    report = settle(world)
    order = world.agent.order
    if order is None or report.cancelled:
        assert report.state == "idle"
    elif report.state == "fault":
        assert report.results[-1].state in (StepState.FAILED, StepState.UNKNOWN)
    else:
        assert report.state == "idle"
        assert len(report.results) == len(order.steps)
