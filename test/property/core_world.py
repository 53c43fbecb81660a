"""A fleet's core among robots that keep their word, on a network that does not; each turn is held to every promise.

The robots follow the agent's own rules for what may be taken as an order (`agent.admission`), do released steps one
after the other and report all of it, so that whatever is refused or comes out wrong is the core's doing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import shapely

from robot_fleet.agent.admission import admit
from robot_fleet.agent.resting import stands_in_the_way
from robot_fleet.core.clock import Now
from robot_fleet.core.effects import Answer, AskEquipment, AskPath, Improve, SendOrder
from robot_fleet.core.equipment import EquipmentReport
from robot_fleet.core.facts import (
    Fact,
    ItemAppeared,
    OrderSent,
    PlanCommitted,
    StepsReleased,
    TaskCancelled,
    TaskCompleted,
    TaskFailed,
    TaskRejected,
    TaskRequested,
)
from robot_fleet.core.fleet import Fleet, FleetState, Ports, apply, initial_state
from robot_fleet.core.fleet.tasks.flowing import awaited
from robot_fleet.core.fleet.tasks.retired import find_ended
from robot_fleet.core.fleet.turn import PortsNow, Turn
from robot_fleet.core.flow import answers
from robot_fleet.core.geometry import Pose
from robot_fleet.core.inputs import (
    AnswerJob,
    AnswerTask,
    EndMaintenance,
    EquipmentReported,
    Input,
    OpenZone,
    PlaceSensed,
    PlanImproved,
    ReportReceived,
    ResumeTask,
    SetHold,
    Tick,
)
from robot_fleet.core.lifecycles.link import LinkState
from robot_fleet.core.lifecycles.task import TaskState
from robot_fleet.core.order import Order, RobotReport, Step, StepKind, StepResult, StepState
from robot_fleet.core.plan import Plan, Problem, Violation
from robot_fleet.core.site import Site
from robot_fleet.ledger.codec import value_codec
from robot_fleet.runtime.history import registry

BEGIN_S = 27_000.0
HERE = Pose(0.0, 0.0)
ENDS = (TaskCompleted, TaskFailed, TaskCancelled, TaskRejected)
FACTS = registry()


class WatchedChecker:
    """Passes on what the real checker says, and remembers the newest verdict."""

    def __init__(self, ports: Ports) -> None:
        self._checker = ports.checker
        self.verdict: tuple[Violation, ...] = ()

    def check(
        self,
        problem: Problem,
        plan: Plan,
        changed: frozenset[str] | None = None,
        fresh: frozenset[str] | None = None,
    ) -> tuple[Violation, ...]:
        self.verdict = self._checker.check(problem, plan, changed, fresh)
        assert not self.verdict, f"the planner broke a rule: {self.verdict[:3]}"
        return self.verdict


@dataclass
class ModelRobot:
    """One robot and its agent, without the driving: a step is either not done or done."""

    id: str
    kind: str
    soc_pct: float
    boot: int = 1
    seq: int = 0
    order: Order | None = None
    results: list[StepResult] = field(default_factory=list)
    cancelled: bool = False
    former: set[str] = field(default_factory=set)
    load: list[str] = field(default_factory=list)
    docked_at: str = ""
    reachable: bool = True
    pressed: bool = False
    stops: int = 0
    current: bool = True
    odometer_m: float = 0.0
    sent: list[RobotReport] = field(default_factory=list)

    @property
    def stopped(self) -> bool:
        return any(result.state is not StepState.DONE for result in self.results)

    @property
    def may_move(self) -> bool:
        return not self.pressed and (self.order is None or self.order.consents >= self.stops)

    def press(self) -> None:
        """Press the emergency stop."""
        if not self.pressed:
            self.pressed, self.stops = True, self.stops + 1

    @property
    def next_step(self) -> Step | None:
        order = self.order
        if order is None or self.stopped or self.cancelled or len(self.results) >= len(order.steps):
            return None
        return order.steps[len(self.results)]

    @property
    def ended(self) -> bool:
        return self.order is None or self.next_step is None

    def take(self, order: Order) -> None:
        """Take an order; one that an agent would refuse fails the test."""
        if admit(order, self.id, self.order, self.ended, self.former):
            if self.order is not None and self.order.id != order.id:
                self.former.add(self.order.id)
                self.results, self.cancelled = [], False
            self.order = order
            self.stops = max(self.stops, order.consents)

    def report(self, now: Now) -> RobotReport:
        order = self.order
        self.seq += 1
        said = RobotReport(
            robot=self.id,
            boot=f"boot{self.boot}",
            seq=self.seq,
            at_s=now.fleet_s,
            order=order.id if order else "",
            update=order.update if order else 0,
            released=order.released if order else 0,
            results=tuple(self.results),
            state="idle" if self.ended else "waiting",
            pose=HERE,
            speed_mps=0.0,
            soc_pct=self.soc_pct,
            charging=bool(self.docked_at) and self.current,
            docked_at=self.docked_at,
            odometer_m=self.odometer_m,
            loaded_m=0.0,
            energy_wh=0.0,
            load=tuple(self.load),
            cancelled=order.id if order and self.cancelled else "",
            control="emergency_stop" if self.pressed else "automatic",
            stops=self.stops,
        )
        self.sent.append(said)
        return said


class CoreWorld:
    """The core, its robots, and the physical truth about items.

    Parameters
    ----------
    site, ports : as for the core; the checker is watched.
    """

    def __init__(self, site: Site, ports: Ports) -> None:
        self.site = site
        self.checker = WatchedChecker(ports)
        self.ports = replace(ports, checker=self.checker)
        self.fleet = Fleet(site, self.ports)
        self.facts: list[Fact] = []
        self.snapshots: list[tuple[int, object]] = []
        self.answers: list[Answer] = []
        self.jobs: list[Improve] = []
        self.questions: list[AskPath] = []
        self.fleet_s = BEGIN_S
        self.steady_s = 0.0
        self.robots = {
            spec.id: ModelRobot(spec.id, spec.kind, spec.start_soc_pct, docked_at="") for spec in site.robots.values()
        }
        self.held: dict[str, str] = {item.id: f"place:{item.at}" for item in site.items.values()}
        self.uncertain: set[str] = set()
        self.done_acts: set[str] = set()
        self._ends: dict[str, tuple[object, ...]] = {}
        self.requests: dict[str, TaskRequested] = {}
        self._released: dict[str, tuple[str, int, tuple[Step, ...]]] = {}
        self._asked: dict[str, AskEquipment] = {}

    @property
    def now(self) -> Now:
        return Now(self.fleet_s, self.steady_s)

    @property
    def state(self) -> FleetState:
        return self.fleet.state

    def turn(self) -> Turn:
        """Return a turn in which nothing happens, to ask the core's own questions."""
        ports = PortsNow(self.site, self.ports)
        return Turn(self.site, ports, self.state, self.fleet.seen, self.fleet.agenda, self.now)

    # what happens

    def pass_time(self, seconds: float) -> None:
        self.fleet_s += seconds
        self.steady_s += seconds

    def feed(self, news: Input) -> list[Answer]:
        """Let the core take something in, check every promise, and carry out what it wants.

        Before each tick doors and lifts say that they are as they were wished last: they open at once.
        """
        for equipment in self.site.equipment.values() if isinstance(news, Tick) else ():
            wish = self._asked.get(equipment.id, AskEquipment(equipment.id))
            said = EquipmentReport(equipment.id, wish.level, bool(wish.robot), wish.robot)
            self.feed(EquipmentReported(said))
        before = dict(self._ends)
        outcome = self.fleet.decide(news, self.now)
        for fact in outcome.facts:
            self.facts.append(fact)
            self._check_fact(fact)
        self._check_state(before)
        answers = [effect for effect in outcome.effects if isinstance(effect, Answer)]
        self.answers += answers
        for effect in outcome.effects:
            if isinstance(effect, SendOrder):
                self._check_order(effect.order)
                if self.robots[effect.order.robot].reachable:
                    self.robots[effect.order.robot].take(effect.order)
            elif isinstance(effect, Improve):
                self.jobs.append(effect)
            elif isinstance(effect, AskEquipment):
                self._asked[effect.equipment] = effect
            elif isinstance(effect, AskPath):
                self._check_question(effect, outcome.effects)
        return answers

    def tell(self, robot: ModelRobot) -> None:
        """Let a robot report; the report is lost where it cannot be reached."""
        report = robot.report(self.now)
        if robot.reachable:
            self.feed(ReportReceived(report))

    def tell_all(self) -> None:
        """Let every robot report."""
        for robot in self.robots.values():
            self.tell(robot)

    def step(self, robot: ModelRobot, outcome: str = "done", says: str = "") -> bool:
        """Let a robot do its next step, if it may; return whether it did anything.

        `says` is what an act has to tell: its result, or the code with which it has failed.
        """
        order, step = robot.order, robot.next_step
        if order is None or step is None or not robot.may_move:
            return False
        if order.cancel:
            if outcome == "done" and step.kind is StepKind.ACT and not step.interruptible:
                self._end_step(robot, step, StepState.DONE)
            robot.cancelled = robot.next_step is not None
            return True
        if len(robot.results) >= order.released or (order.hold and not self._gets_off(robot, order, step)):
            return False
        state = {"done": StepState.DONE, "failed": StepState.FAILED, "unknown": StepState.UNKNOWN}[outcome]
        if state is StepState.UNKNOWN and step.kind is not StepKind.ACT:
            state = StepState.FAILED
        self._end_step(robot, step, state, says)
        return True

    def _gets_off(self, robot: ModelRobot, order: Order, step: Step) -> bool:
        """Return whether a held robot, which is always at some vertex here, still drives on from it."""
        return step.kind is StepKind.DRIVE and stands_in_the_way(order.steps, len(robot.results), under_way=False)

    def _end_step(self, robot: ModelRobot, step: Step, state: StepState, says: str = "") -> None:
        item = str(step.params.get("item", ""))
        code = says if state is StepState.FAILED else ""
        if state is StepState.DONE and step.act in ("take", "give"):
            assert step.act_id not in self.done_acts, f"{step.act_id} is done twice"
            holder = f"place:{step.place}" if step.act == "take" else f"robot:{robot.id}"
            if self.held.get(item) != holder:
                state, code = StepState.FAILED, "act_item_absent"
        if state is StepState.DONE:
            if step.act:
                self.done_acts.add(step.act_id)
            if step.act == "take":
                self.held[item] = f"robot:{robot.id}"
                robot.load.append(item)
            elif step.act == "give":
                to_place = step.params.get("to") == "place"
                self.held[item] = f"place:{step.place}" if to_place else "person:"
                robot.load.remove(item)
            elif step.kind is StepKind.DOCK:
                robot.docked_at = step.place
            elif step.kind is StepKind.UNDOCK:
                robot.docked_at = ""
        elif item:
            self.uncertain.add(item)
        word = says or ("well" if step.act in ("prompt", "call", "inspect") else "")
        detail = {"result": word} if word else {}
        robot.results.append(
            StepResult(step.id, state, code or ("" if state is StepState.DONE else "nav_failed"), detail, self.fleet_s)
        )

    def driver_leaves(self, place: str) -> None:
        """Let the car of an exit bay be driven away, and the sensor see it."""
        for item, holder in self.held.items():
            if holder == f"place:{place}":
                self.held[item] = "person:"
        self.sense(place)

    def sense(self, place: str) -> None:
        self.feed(PlaceSensed(place, tuple(i for i, holder in self.held.items() if holder == f"place:{place}")))

    def improve(self, which: int, shift: int) -> None:
        """Answer a wish for a better plan, perhaps an old one, with routes that were dealt to other robots."""
        if not self.jobs:
            return
        job = self.jobs[-1 - which % min(len(self.jobs), 3)]
        names = sorted(job.current.routes)
        routes = {name: job.current.routes[names[(i + shift) % len(names)]] for i, name in enumerate(names)}
        self.feed(PlanImproved(job.job, Plan(routes=routes, by="cpsat")))

    def restart(self) -> None:
        """Let the core die and come back from its ledger: from facts alone, or a snapshot and the facts after it."""
        if len(self.facts) % 2 and self.snapshots:
            count, body = self.snapshots[-1]
            state: FleetState = value_codec(FleetState).decode(json.loads(json.dumps(body)))
            again = Fleet(self.site, self.ports, self.facts[count:], state)
        else:
            again = Fleet(self.site, self.ports, self.facts)
        assert again.state == self.state
        self.fleet = again
        self.jobs.clear()

    def snapshot(self) -> None:
        self.snapshots.append((len(self.facts), value_codec(FleetState).encode(self.state)))

    def drain(self, hours: float) -> None:
        """Let everything go well from now on, until every task has ended or the time is over."""
        for robot in self.robots.values():
            robot.reachable, robot.pressed, robot.current = True, False, True
            self.tell(robot)
        for name in ("", *self.robots):
            self.feed(SetHold(f"drain_{name}", False, name))
            if name and self.state.robots[name].maintenance:
                self.feed(EndMaintenance(f"serviced_{name}", name))
        for job in [job for job in self.state.jobs.values() if job.open]:
            self.feed(AnswerJob(f"drain_{job.id.replace(':', '_')}", job.id, "withdraw"))
        for zone in self.site.zones:
            self.feed(OpenZone(f"drain_{zone}", zone))
        end_s = self.fleet_s + hours * 3600.0
        pause_s = 2.0
        heard = False
        while not heard or (self.fleet_s < end_s and self.state.open_tasks()):
            heard = True
            self.pass_time(pause_s)
            facts = len(self.facts)
            for task in self.state.open_tasks():
                if task.held:
                    self.feed(ResumeTask(f"resume_{task.id}", task.id))
                if task.asks:
                    self.feed(AnswerTask(f"answer_{task.id}_{task.broken_off}", task.id, "failed"))
                wait = awaited(task)
                if wait is not None:
                    key = f"reply_{task.id}_{task.moves}_{facts}"
                    self.feed(AnswerTask(key, task.id, answers(wait)[0], to="somebody"))
            for name, known in self.state.robots.items():
                if known.maintenance:  # planned before, begun since
                    self.feed(EndMaintenance(f"serviced_{name}_{facts}", name))
            for robot in self.robots.values():
                robot.soc_pct = min(100.0, robot.soc_pct + (0.05 * pause_s if robot.docked_at else 0.0))
                while self.step(robot):
                    pass
                self.tell(robot)
            self.feed(Tick())
            pause_s = 2.0 if len(self.facts) != facts else min(pause_s * 1.5, 15.0)

    # what is promised

    def _check_fact(self, fact: Fact) -> None:
        state = self.state
        match fact:
            case TaskRequested(task):
                assert task not in self.requests, f"{task} was requested twice"
                self.requests[task] = fact
            case ItemAppeared(item, _, holder):
                self.held[item] = holder  # whoever asks for its carriage puts it there
            case PlanCommitted():
                assert not self.checker.verdict
            case OrderSent(robot, _, _, _, task):
                assert state.robots[robot].link in (LinkState.LIVE, LinkState.STALE), f"an order for {robot} unheard of"
            case StepsReleased(robot):
                assert state.robots[robot].link is LinkState.LIVE
                self._check_zones(robot)
            case _ if isinstance(fact, ENDS):
                assert fact.task not in self._ends, f"{fact.task} ended twice"
                self._ends[fact.task] = _end_of(state, fact.task)
        name, version, text = FACTS.encode(fact)
        assert FACTS.decode(name, version, text) == fact

    def _check_question(self, question: AskPath, effects: Sequence[object]) -> None:
        """Check that only a robot is asked which has nothing to do, and that it is not sent anything either."""
        self.questions.append(question)
        robot = self.state.robots[question.robot]
        assert robot.busy is None and robot.link is LinkState.LIVE and not self.state.routes.get(robot.id)
        assert not any(isinstance(effect, SendOrder) and effect.order.robot == robot.id for effect in effects)
        lane = self.site.lanes[f"{question.start}>{question.end}"]
        assert not lane.kinds or robot.kind in lane.kinds

    def _check_zones(self, robot: str) -> None:
        """Check that no lane newly released leads into a closed zone; only who is inside may drive there, out of it.

        Closed zones that meet are left like one.
        """
        order = self.state.robots[robot].order
        assert order is not None
        held = self._released.get(robot, ("", 0, ()))
        before = max(held[1] - order.first_lane, 0) if held[0] == order.id else 0
        closed = {
            zone.id: shapely.Polygon(zone.outline)
            for zone in self.site.zones.values()
            if (record := self.state.zones.get(zone.id)) is not None
            and record.closed
            and (not zone.kinds or self.robots[robot].kind in zone.kinds)
        }
        for name in order.lanes[before : order.lanes_released] if closed else ():
            start, end = (self.site.vertices[vertex].pose for vertex in name.split(">"))
            way = shapely.LineString([(start.x_m, start.y_m), (end.x_m, end.y_m)])
            entered = [zone for zone, outline in closed.items() if way.intersects(outline)]
            inside = any(outline.contains(shapely.Point(start.x_m, start.y_m)) for outline in closed.values())
            assert inside or not entered, f"{robot} is led into {entered} by {name}"

    def _check_state(self, before: Mapping[str, tuple[object, ...]]) -> None:
        state = self.state
        for task, end in before.items():
            assert _end_of(state, task) == end, f"{task} changed after its end"
        for item in state.items.values():
            holders = [robot.id for robot in state.robots.values() if item.id in robot.load]
            assert holders == ([item.holder[6:]] if item.holder.startswith("robot:") else [])
        orders = [(robot, robot.busy) for robot in state.robots.values() if robot.busy is not None]
        # an order for a task that is another robot's by now goes no further than it is released
        orders = [(robot, order) for robot, order in orders if not order.task or state.serves(robot, order)]
        # and one that has not set out lets those pass who stand in the way
        destinations = [order.place for _, order in orders if order.arrived or order.lanes_released]
        assert len(set(destinations)) == len(destinations), f"two robots are sent to one place: {destinations}"
        served = [order.task for _, order in orders if order.task]
        assert len(set(served)) == len(served), f"two robots serve one task: {served}"
        planned = [stop.task for route in state.routes.values() for stop in route]
        assert state.planned.keys() == {task for task in planned if task}
        for record in state.tasks.values():
            where = [name for name, route in state.routes.items() if any(stop.task == record.id for stop in route)]
            assert len(where) <= 1, f"{record.id} is in two routes"
            if record.state is TaskState.SCHEDULED:
                assert record.id in planned, f"{record.id} is scheduled, but in no route"
            if record.state is TaskState.REQUESTED or record.ended:
                assert record.id not in planned, f"{record.id} is {record.state.value}, but in a route"
            if record.state is TaskState.ASSIGNED:
                assert record.id in served, f"{record.id} is assigned, but no robot has an order for it"

    def _check_order(self, order: Order) -> None:
        robot = self.state.robots[order.robot]
        known = self._released.get(order.robot)
        if known is not None and known[0] == order.id:
            assert order.released >= known[1], f"{order.id}: a release was taken back"
            assert [s.id for s in order.steps[: known[1]]] == [s.id for s in known[2][: known[1]]]
        self._released[order.robot] = order.id, order.released, order.steps
        assert 0 <= order.released <= len(order.steps)
        record = robot.busy
        assert record is not None
        if not record.arrived:
            assert order.released <= record.first_tail, f"{order.id}: acts are released before the robot is there"

    def check_replay(self) -> None:
        """Check that the facts alone, read back from JSON, amount to the state; also from a snapshot on."""
        again = initial_state(self.site)
        halfway = len(self.facts) // 2
        body: object = None
        for number, fact in enumerate(self.facts):
            if number == halfway:
                body = value_codec(FleetState).encode(again)
            kind, version, text = FACTS.encode(fact)
            apply(again, FACTS.decode(kind, version, text))
        assert again == self.state
        if body is not None:
            late: FleetState = value_codec(FleetState).decode(json.loads(json.dumps(body)))
            for fact in self.facts[halfway:]:
                apply(late, fact)
            assert late == self.state

    def check_custody(self) -> None:
        """Check that the fleet knows where each item is, once it has heard all (not of acts whose end is unknown)."""
        for item, record in self.state.items.items():
            if item in self.uncertain or item not in self.held:
                continue
            truth = self.held[item]
            assert record.holder == truth or (truth == "person:" and record.holder.startswith("person:")), item


def _end_of(state: FleetState, name: str) -> tuple[object, ...]:
    task = find_ended(state, name)
    assert task is not None
    return task.state, task.result, task.reason, task.ended_s, task.lateness_s, task.robot, task.started_s
