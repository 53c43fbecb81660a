"""Random streams of requests, reports and trouble thrown at the core.

Whatever comes in, `decide` never raises and its promises hold after every turn (see `core_world`); the facts alone
amount to the state; and once the trouble is over, every task comes to an end.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from robot_fleet.core.clock import format_clock
from robot_fleet.core.desk import Voice
from robot_fleet.core.errors import RequestError
from robot_fleet.core.facts import TaskRequested
from robot_fleet.core.fleet import Ports
from robot_fleet.core.fleet.right_of_way.travellers import leads_off_safely, traveller
from robot_fleet.core.fleet.tasks import retiring
from robot_fleet.core.fleet.tasks.flowing import awaited
from robot_fleet.core.flow import WAIT
from robot_fleet.core.health import Condition, Level
from robot_fleet.core.inputs import (
    AcknowledgeAlarm,
    AlarmWasShown,
    AnswerJob,
    AnswerTask,
    BeginMaintenance,
    CancelTask,
    CloseIncident,
    CloseZone,
    CloseZones,
    ConditionsSeen,
    DirectTask,
    EndMaintenance,
    HoldTask,
    Input,
    LimitZone,
    NoteIncident,
    OpenIncident,
    OpenJob,
    OpenZone,
    PathMeasured,
    PlanMaintenance,
    PrioritiseTask,
    RecordVoice,
    ReportReceived,
    ResumeTask,
    SequenceTask,
    SetHold,
    ShelveAlarm,
    SignShift,
    SubmitTask,
    SubmitTasks,
    TakeShift,
    Tick,
    UnshelveAlarm,
)
from robot_fleet.core.lifecycles.link import LinkState
from robot_fleet.core.lifecycles.order import OrderState
from robot_fleet.core.order import StepResult, StepState
from robot_fleet.core.site import ActTemplate, Branch, Due, Outcome, ParamSpec, Service, Site, StopTemplate
from robot_fleet.core.text import Text
from robot_fleet.runtime.ports import ports_for
from robot_fleet.site.load import load_site
from robot_fleet.traffic.conflicts import Conflicts, build_conflicts
from robot_fleet.traffic.release import BankersRightOfWay
from test.property.core_world import CoreWorld

ROOT = Path(__file__).parents[2]
TINY = ROOT / "test" / "data" / "sites" / "tiny"
BUSAN = ROOT / "config" / "sites" / "busan_edc"
NONSENSE: tuple[object, ...] = (
    *("", "nowhere", "25:99", "-1", "x" * 70, "a/b", "\u0000"),
    *(None, True, -1, 0, 10**400, 1e308, float("nan"), float("inf"), -1.5, [], {}, ["a"]),
)
PAUSES_S = (0.0, 0.1, 1.0, 1.0, 5.0, 25.0, 60.0, 400.0, 7200.0)

Action = tuple[str, int, int, int]
NAMES = (
    *("submit",) * 4,
    "submit_many",
    *("malformed", "cancel", "hold", "let_go", "shown", "again", "close", "open_up", "limit", "measure"),
    *("close_several", "sign", "take_over"),
    *("work",) * 8,
    *("say", "say", "say", "reply", "reply"),
    *("fail", "doubt", "lose", "find", "reboot", "late", "twice", "lie"),
    *("tick",) * 5,
    *("press", "press", "current", "see", "respond", "respond", "redirect", "redirect", "redirect"),
    *("improve", "restart", "snapshot", "leave", "sense", "drain_battery"),
)


STORE = Service(
    id="store",
    name=Text("보관", "Store"),
    robot_kinds=("logistics", "care"),
    params=(ParamSpec("from", "place"), ParamSpec("item", "item"), ParamSpec("mass_kg", "number", maximum=25.0)),
    stops=(
        StopTemplate("fetch", "param:from", (ActTemplate("load", "take", item="item", expected_s=10.0),)),
        StopTemplate("store", "group:lockers", (ActTemplate("put", "give", item="item", to="place", expected_s=10.0),)),
    ),
    due=Due("requested", 900.0, "fetch.departed"),
)
BRING = Service(
    id="bring",
    name=Text("전달", "Bring"),
    robot_kinds=("logistics",),
    params=(
        *(ParamSpec("from", "place"), ParamSpec("to", "place"), ParamSpec("item", "item")),
        ParamSpec("mass_kg", "number", maximum=25.0),
    ),
    stops=(
        StopTemplate("fetch", "param:from", (ActTemplate("load", "take", item="item", expected_s=10.0),)),
        StopTemplate(
            "door",
            "param:to",
            (
                ActTemplate(
                    "ring", "announce", expected_s=10.0, branches=(Branch("nobody", "ask"), Branch("jam", "back"))
                ),
                ActTemplate("hand", "give", item="item", to="person", expected_s=10.0, then="end:handed"),
                ActTemplate(
                    *("ask", WAIT, "", "", 60.0),
                    branches=(Branch("coming", "hand"), Branch("away", "store"), Branch("timeout", "end:nobody")),
                    wait_s=120.0,
                ),
            ),
        ),
        StopTemplate(
            "store",
            "group:lockers",
            (ActTemplate("put", "give", item="item", to="place", expected_s=10.0, then="end:stored"),),
            side=True,
            if_full="back",
        ),
        StopTemplate(
            "back",
            "param:from",
            (ActTemplate("return", "give", item="item", to="place", expected_s=10.0, then="end:returned"),),
            side=True,
        ),
    ),
    due=Due("requested", 900.0, "door.arrived"),
    outcomes=(
        *(Outcome(name, Text(name, name)) for name in ("handed", "stored", "returned")),
        Outcome("nobody", Text("nobody", "nobody"), fails=True),
    ),
    guarantee="at_most_once",
)


@cache
def sites() -> dict[str, tuple[Site, Conflicts, Ports]]:
    """Return the tiny site with an alarm and a service that chooses a place, and Busan, each with what it needs."""
    tiny, busan = load_site(TINY), load_site(BUSAN)
    more = {"care_alarm": busan.services["care_alarm"], "store": STORE, "bring": BRING}
    tiny = replace(tiny, services={**tiny.services, **more})
    return {site.id: (site, build_conflicts(site), ports_for(site)) for site in (tiny, busan)}


def world_of(name: str) -> CoreWorld:
    """Return a world of its own; the right of way remembers who waited, so it is made anew."""
    site, conflicts, ports = sites()[name]
    return CoreWorld(site, replace(ports, right_of_way=BankersRightOfWay(site, conflicts)))


def play(world: CoreWorld, actions: list[Action]) -> None:
    """Let the actions happen, one after the other, a robot hearing and telling as it can."""
    world.tell_all()
    for name, a, b, c in actions:
        ACTIONS[name](world, a, b, c)
        world.pass_time(PAUSES_S[(a + b + c) % 4])


def _params(world: CoreWorld, specs: tuple[ParamSpec, ...], a: int, b: int) -> dict[str, object]:
    """Return parameters that fit, more or less."""
    params: dict[str, object] = {}
    for number, spec in enumerate(specs):
        pick = a * 7 + b + number * 3
        if spec.hidden or (not spec.required and pick % 2):
            continue
        if spec.type == "place":
            fitting = [p.id for p in world.site.places.values() if not spec.place_kinds or p.kind in spec.place_kinds]
            params[spec.name] = fitting[pick % len(fitting)]
        elif spec.type == "item":
            known = list(world.held)
            params[spec.name] = known[pick % len(known)] if pick % 3 and known else f"thing_{pick % 12}"
        elif spec.type == "number":
            low, high = spec.minimum or 0.0, spec.maximum or 40.0
            params[spec.name] = low + (high - low) * (pick % 5) / 4.0
        elif spec.type == "time":
            at_s = world.fleet_s + 300.0 * (pick % 7)
            params[spec.name] = at_s if pick % 3 else format_clock(at_s)
        elif spec.type == "route":
            routes = list(world.site.routes)
            params[spec.name] = routes[pick % len(routes)]
        else:
            params[spec.name] = spec.choices[pick % len(spec.choices)] if spec.choices else "a word"
    return params


def submit(world: CoreWorld, a: int, b: int, c: int) -> None:
    services = list(world.site.services.values())
    service = services[a % len(services)]
    params = _params(world, service.params, b, c)
    if c % 11 == 0:
        params["priority"] = c % 101
    if c % 13 == 0:
        params["due_at"] = world.fleet_s + 60.0 * (b % 40)
    key = f"t{a * 50 + b}" if c % 5 else "t1"
    known = world.state.knows(key)
    facts = len(world.facts)
    answers = world.feed(SubmitTask(key, service.id, params))
    assert len(answers) == 1
    assert answers[0].key == key
    if answers[0].accepted and not known:
        assert key in world.state.tasks
    if not answers[0].accepted and not answers[0].task:
        assert world.facts[facts:] == [], "something changed although the request was refused"
        assert answers[0].code.startswith("request_")


def submit_many(world: CoreWorld, a: int, b: int, c: int) -> None:
    """Ask for several things at once, now or ahead; all are taken on, or none is."""
    services = list(world.site.services.values())
    wishes = []
    for number in range(1 + c % 4):
        service = services[(a + number) % len(services)]
        ahead_s = world.fleet_s + 60.0 * (b - 10)
        key = f"many{a}_{b}_{number}"
        wishes.append(SubmitTask(key, service.id, _params(world, service.params, b + number, c), at_s=ahead_s))
    facts, known = len(world.facts), [world.state.knows(wish.key) for wish in wishes]
    (answer,) = world.feed(SubmitTasks("many", tuple(wishes), dry_run=c % 5 == 0))
    if answer.accepted and c % 5:
        assert all(world.state.knows(wish.key) for wish in wishes)
    elif not any(known):
        assert world.facts[facts:] == [], "something changed although none was taken on"


def malformed(world: CoreWorld, a: int, b: int, c: int) -> None:
    services = list(world.site.services.values())
    service = services[a % len(services)]
    params = _params(world, service.params, b, c)
    params[["place", "item", "mass_kg", "earliest_at", "due_at", "priority", "ready_at", "route", "from"][b % 9]] = (
        NONSENSE[c % len(NONSENSE)]
    )
    key = ["", "a b", "ok1", "k" * 65][a % 4] if b % 2 else f"m{c}"
    answers = world.feed(SubmitTask(key, service.id if a % 5 else "no_such", params))
    assert len(answers) == 1


def cancel(world: CoreWorld, a: int, b: int, c: int) -> None:
    tasks = list(world.state.tasks)
    task = tasks[a % len(tasks)] if tasks else "none"
    facts = len(world.facts)
    answers = world.feed(CancelTask(f"c{b * 50 + c}", task))
    assert len(answers) == 1
    if not answers[0].accepted:
        assert len(world.facts) == facts, "something changed although the cancel was refused"


def hold(world: CoreWorld, a: int, b: int, c: int) -> None:
    names = ["", "nobody", *world.robots]
    world.feed(SetHold(f"h{b * 50 + c}", True, names[a % len(names)], in_place=c % 3 == 0))


def let_go(world: CoreWorld, a: int, b: int, c: int) -> None:
    names = ["", *world.robots]
    world.feed(SetHold(f"l{b * 50 + c}", False, names[a % len(names)]))


def close_several(world: CoreWorld, a: int, b: int, c: int) -> None:
    zones = tuple(world.site.zones)[a % 3 :]
    world.feed(CloseZones(f"y{b * 50 + c}", zones, cause="weather", until_s=world.fleet_s + 20.0 * (b % 7) - 20.0))


def sign(world: CoreWorld, a: int, b: int, c: int) -> None:
    world.feed(SignShift(f"w{b * 50 + c}", f"op_{a % 2}"))


def take_over(world: CoreWorld, a: int, b: int, c: int) -> None:
    record = next(reversed(world.state.shifts.values()), None)
    shift, digest = ("shift-1", "") if record is None else (record.signed.shift, record.signed.digest)
    world.feed(TakeShift(f"v{b * 50 + c}", shift, f"op_{a % 2}", digest))


def close(world: CoreWorld, a: int, b: int, c: int) -> None:
    names = ["nowhere", *world.site.zones]
    world.feed(CloseZone(f"z{b * 50 + c}", names[a % len(names)]))


def open_up(world: CoreWorld, a: int, b: int, c: int) -> None:
    names = list(world.site.zones)
    world.feed(OpenZone(f"o{b * 50 + c}", names[a % len(names)]))


def limit(world: CoreWorld, a: int, b: int, c: int) -> None:
    names = list(world.site.zones)
    world.feed(LimitZone(f"m{b * 50 + c}", names[a % len(names)], [0.0, 0.2, 0.5, -1.0, float("nan")][b % 5]))


def measure(world: CoreWorld, a: int, b: int, c: int) -> None:
    """Let a planner answer a question, perhaps with nonsense, or one that nobody has put."""
    length_m = [1.0, 2.5, 7.0, float("inf"), 0.0, -1.0, float("nan")][a % 7]
    if b % 3 and world.questions:
        question = world.questions[-1]
        world.feed(PathMeasured(question.kind, question.start, question.end, length_m))
    else:
        lane = list(world.site.lanes.values())[c % len(world.site.lanes)]
        world.feed(PathMeasured(["care", "bus"][b % 2], lane.start, [lane.end, "nowhere"][a % 2], length_m))


def shown(world: CoreWorld, a: int, b: int, c: int) -> None:
    world.feed(AlarmWasShown(["none", *world.state.tasks][a % (1 + len(world.state.tasks))]))


def again(world: CoreWorld, a: int, b: int, c: int) -> None:
    """Ask for a task by a key that has been used."""
    requested = list(world.requests.values())
    if requested:
        request = requested[a % len(requested)]
        facts = len(world.facts)
        answers = world.feed(SubmitTask(request.task, request.service, request.params))
        assert [answer.key for answer in answers] == [request.task]
        assert answers[0].code != "request_key_used"
        assert not any(isinstance(fact, TaskRequested) for fact in world.facts[facts:])


def _robot(world: CoreWorld, a: int):  # type: ignore[no-untyped-def]
    return list(world.robots.values())[a % len(world.robots)]


def work(world: CoreWorld, a: int, b: int, c: int) -> None:
    """Let one robot do some steps, telling of each, or all robots one."""
    robots = [_robot(world, a)] * (1 + b % 12) if c % 2 else list(world.robots.values())
    for robot in robots:
        world.step(robot)
        world.tell(robot)
        world.pass_time(0.5)


def say(world: CoreWorld, a: int, b: int, c: int) -> None:
    """Let one robot's next act end with a word that its flow knows, or fail with a code."""
    robot = _robot(world, a)
    step = robot.next_step
    task = world.state.tasks.get(str(step.params.get("request", ""))) if step is not None else None
    acts = () if task is None else (act for stop in task.request.stops for act in stop.acts)
    words = [
        branch.word for act in acts if step is not None and act.id == step.params["act"] for branch in act.branches
    ]
    world.step(robot, "failed" if c % 3 == 0 else "done", words[b % len(words)] if words else "")
    world.tell(robot)


def reply(world: CoreWorld, a: int, b: int, c: int) -> None:
    """Answer a robot that waits, at times with a word that it does not know."""
    asking = [task for task in world.state.open_tasks() if task.awaits is not None]
    if asking:
        task = asking[a % len(asking)]
        act = awaited(task)
        assert act is not None
        words = ["perhaps", *(branch.word for branch in act.branches)]
        world.feed(AnswerTask(f"y{a}_{b}_{c}", task.id, words[b % len(words)]))


def fail(world: CoreWorld, a: int, b: int, c: int) -> None:
    robot = _robot(world, a)
    world.step(robot, "failed")
    world.tell(robot)


def doubt(world: CoreWorld, a: int, b: int, c: int) -> None:
    robot = _robot(world, a)
    world.step(robot, "unknown")
    world.tell(robot)


def lose(world: CoreWorld, a: int, b: int, c: int) -> None:
    """Lose one robot from sight, for long enough that it counts as offline if `b` is odd."""
    robot = _robot(world, a)
    robot.reachable = False
    if b % 2:
        for _ in range(3):
            world.pass_time(8.0)
            for other in world.robots.values():
                world.tell(other)
            world.feed(Tick())
    for _ in range(c % 4):
        world.step(robot)


def find(world: CoreWorld, a: int, b: int, c: int) -> None:
    robot = _robot(world, a)
    robot.reachable = True
    world.tell(robot)


def reboot(world: CoreWorld, a: int, b: int, c: int) -> None:
    robot = _robot(world, a)
    robot.boot, robot.seq = robot.boot + 1, 0
    world.tell(robot)


def late(world: CoreWorld, a: int, b: int, c: int) -> None:
    """Let an old report arrive once more."""
    robot = _robot(world, a)
    if robot.sent:
        world.feed(ReportReceived(robot.sent[-1 - (b * 10 + c) % min(len(robot.sent), 40)]))


def twice(world: CoreWorld, a: int, b: int, c: int) -> None:
    robot = _robot(world, a)
    world.tell(robot)
    world.feed(ReportReceived(robot.sent[-1]))


def lie(world: CoreWorld, a: int, b: int, c: int) -> None:
    """Let a report arrive that no honest agent sends: of another robot, a cancel not asked for, steps not released.

    It is never one of released steps: that a robot did what it was told to do cannot be doubted.
    """
    robot = _robot(world, a)
    report = robot.report(world.now)
    wished = world.state.robots[robot.id].order
    if wished is not None and (wished.state is OrderState.CANCELLING or wished.released >= wished.steps):
        return
    step = f"{wished.id}.{wished.released}" if wished is not None else "x.0"
    states = list(StepState)
    strange = [
        replace(report, robot="nobody"),
        replace(report, order="no.1", cancelled="no.1"),
        replace(report, results=(*report.results, StepResult("no.7", states[c % len(states)]))),
        replace(report, cancelled=report.order),
        replace(report, results=(*report.results, StepResult(step, states[c % len(states)]))),
        replace(report, order="", results=()),
    ]
    world.feed(ReportReceived(strange[b % len(strange)]))


def tick(world: CoreWorld, a: int, b: int, c: int) -> None:
    world.pass_time(PAUSES_S[a % len(PAUSES_S)])
    if b % 4:
        world.tell_all()
    world.feed(Tick())


def improve(world: CoreWorld, a: int, b: int, c: int) -> None:
    world.improve(a, b)


def restart(world: CoreWorld, a: int, b: int, c: int) -> None:
    world.restart()


def snapshot(world: CoreWorld, a: int, b: int, c: int) -> None:
    world.snapshot()


def leave(world: CoreWorld, a: int, b: int, c: int) -> None:
    for place in world.site.places.values():
        if place.kind == "bay_out":
            world.driver_leaves(place.id)


def sense(world: CoreWorld, a: int, b: int, c: int) -> None:
    places = list(world.site.places)
    world.sense(places[(a * 50 + b) % len(places)])


def press(world: CoreWorld, a: int, b: int, c: int) -> None:
    """Press an emergency stop, or release it; nothing of the robot is done in between."""
    robot = _robot(world, a)
    if b % 2:
        robot.press()
    else:
        robot.pressed = False
    world.tell(robot)


def current(world: CoreWorld, a: int, b: int, c: int) -> None:
    """Let a robot's charger give no current, or give it again."""
    _robot(world, a).current = bool(b % 2)


def see(world: CoreWorld, a: int, b: int, c: int) -> None:
    """Let the watcher see something, or nothing."""
    codes = ["stuck", "battery_hot", "no_such_rule", "process_down"]
    subjects = ["nobody", *world.robots]
    chosen = [subjects[(a + number) % len(subjects)] for number in range(c % 4)]
    seen = tuple(Condition(codes[b % 4], subject, Level.ERROR, world.fleet_s) for subject in chosen)
    world.feed(ConditionsSeen("gateway", seen))
    for _ in range(b % 5):
        world.pass_time(1.0)
        world.tell_all()
        world.feed(Tick())


_WORDS = ("false_alarm", "help_needed", "ambulance_needed", "let_in", "taken_over", "helped", "perhaps")


def respond(world: CoreWorld, a: int, b: int, c: int) -> None:
    """Let a person answer an alarm, an incident, a job or a task that asks, or what there is not."""
    key = f"r{a}_{b}_{c}"
    alarms, incidents = ["none", *world.state.alarms], ["none", *world.state.incidents]
    alarm, incident = alarms[a % len(alarms)], incidents[a % len(incidents)]
    asking = [task.id for task in world.state.open_tasks() if task.asks] or ["none"]
    waiting = [task.id for task in world.state.open_tasks() if task.awaits is not None] or ["none"]
    robot = ["nobody", *world.robots][a % (1 + len(world.robots))]
    job = ["none", *world.state.jobs][a % (1 + len(world.state.jobs))]
    wishes: list[Input] = [
        AcknowledgeAlarm(key, alarm),
        ShelveAlarm(key, alarm, 60.0 * c, "known"),
        UnshelveAlarm(key, alarm),
        OpenIncident(key, alarm),
        NoteIncident(key, incident, "looked"),
        CloseIncident(key, incident, "resolved"),
        AnswerTask(key, asking[a % len(asking)], ["retry", "done", "failed", "perhaps"][c % 4]),
        AnswerTask(key, waiting[a % len(waiting)], _WORDS[c % len(_WORDS)], to=["", "crew_7", "a b"][b % 3]),
        BeginMaintenance(key, robot),
        PlanMaintenance(key, robot, world.fleet_s + 60.0 * (c % 9), world.fleet_s + 3600.0),
        EndMaintenance(key, robot),
        RecordVoice(key, alarm, [*Voice, "shouted"][c % (1 + len(Voice))], automatic=bool(a % 2)),
        CloseIncident(key, incident, "", verdict=["fine", "helped", "splendid"][c % 3]),
        OpenJob(key, ["take_over", "fetch_robot", "juggle"][c % 3], robot=robot, alarm=alarm if c % 2 else ""),
        AnswerJob(key, job, ["take", "done", "withdraw", "perhaps"][c % 4]),
    ]
    facts = len(world.facts)
    (answer,) = world.feed(wishes[b % len(wishes)])
    if not answer.accepted:
        assert len(world.facts) == facts, "something changed although the answer was refused"


def redirect(world: CoreWorld, a: int, b: int, c: int) -> None:
    """Let a person change a task: how urgent it is, who is to do it, whether it may begin; ask for the price first."""
    key, tasks = f"d{a}_{b}_{c}", ["none", *world.state.tasks]
    task, robot = tasks[a % len(tasks)], ["", "nobody", *world.robots][c % (2 + len(world.robots))]
    wishes: list[Input] = [
        PrioritiseTask(key, task, c * 3 - 9),
        DirectTask(key, task, only_on=robot),
        DirectTask(key, task, not_on=robot),
        HoldTask(key, task, "later"),
        ResumeTask(key, task),
        SequenceTask(key, task, tuple(dict.fromkeys((tasks[c % len(tasks)], tasks[(a + c) % len(tasks)])))[: c % 3]),
    ]
    facts, state = len(world.facts), world.fleet.state
    wish = wishes[b % len(wishes)]
    priced = None
    if isinstance(wish, DirectTask | SequenceTask):
        before = repr(state)
        with contextlib.suppress(RequestError):
            priced = world.fleet.price(wish, world.now)
            assert isinstance(wish, SequenceTask) or priced.then_on in ("", wish.only_on or priced.then_on)
        assert repr(state) == before, "asking for a price changed something"
    (answer,) = world.feed(wish)
    if not answer.accepted:
        assert priced is None, "what has a price can be had"
        assert len(world.facts) == facts, "something changed although the wish was refused"


def drain_battery(world: CoreWorld, a: int, b: int, c: int) -> None:
    _robot(world, a).soc_pct = float(b % 100)


ACTIONS: dict[str, Callable[[CoreWorld, int, int, int], None]] = {
    action.__name__: action
    for action in (
        *(
            submit,
            submit_many,
            malformed,
            cancel,
            hold,
            let_go,
            close,
            close_several,
            sign,
            take_over,
            open_up,
            limit,
            measure,
            shown,
            again,
            work,
            say,
            reply,
            fail,
            doubt,
            lose,
            find,
        ),
        *(press, current, see, respond, redirect),
        *(reboot, late, twice, lie, tick, improve, restart, snapshot, leave, sense, drain_battery),
    )
}
numbers = st.integers(0, 49)
streams = st.lists(st.tuples(st.sampled_from(NAMES), numbers, numbers, numbers), min_size=20, max_size=60)
calm = st.sampled_from([name for name in NAMES if name not in ("doubt", "lie", "malformed", "again", "snapshot")])
calm_streams = st.lists(st.tuples(calm, numbers, numbers, numbers), min_size=10, max_size=40)


@pytest.fixture(autouse=True, scope="module")
def _retired_soon() -> Iterator[None]:
    """Let tasks leave the live state as soon as a second one has ended, so that they do in such short lives."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(retiring, "KEPT", 1)
        patch.setattr(retiring, "LOOK_EVERY_S", 0.0)
        yield


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(actions=streams)
def test_whatever_comes_in_the_promises_hold(actions: list[Action]) -> None:
    world = world_of("tiny")
    play(world, actions)
    world.check_replay()


@pytest.mark.slow
@settings(max_examples=600, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(actions=streams)
def test_whatever_comes_in_the_promises_hold_many_times(actions: list[Action]) -> None:
    world = world_of("tiny")
    play(world, actions)
    world.check_replay()


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(actions=streams)
def test_whatever_comes_in_the_promises_hold_in_a_district(actions: list[Action]) -> None:
    world = world_of("busan_edc")
    play(world, actions)
    world.check_replay()


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(actions=calm_streams)
def test_once_the_trouble_is_over_every_task_ends(actions: list[Action]) -> None:
    world = world_of("tiny")
    play(world, actions)
    world.drain(hours=9.0)
    assert [(task.id, task.state, task.reason) for task in world.state.open_tasks()] == []
    world.check_replay()
    world.check_custody()


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(actions=calm_streams, district=st.booleans())
def test_a_held_fleet_leaves_what_is_to_be_kept_clear(actions: list[Action], district: bool) -> None:
    """Whoever still stands in the way is not released more, since nobody could be, by rights, to get it off."""
    world = world_of("busan_edc" if district else "tiny")
    play(world, actions[:20])
    for name in ("", *world.robots):  # nobody is stopped in place any more
        world.feed(SetHold(f"before_{name}", False, name))
    world.feed(SetHold("all", True))
    for _ in range(25):
        world.pass_time(2.0)
        for robot in world.robots.values():
            world.step(robot)
            world.tell(robot)
        world.feed(Tick())
    turn = world.turn()
    granted = world.fleet.ports.right_of_way.release(
        [traveller(turn, each) for each in world.state.robots.values()], 14
    )
    for known in world.state.robots.values():
        order = known.busy
        if order is None or not order.lanes_done or order.lanes_released == len(order.lanes) or known.stopped:
            continue
        clear = not world.fleet.roads.may_stop_at(turn.travel_class(known), known.at)
        if clear and known.link is LinkState.LIVE and order.state is OrderState.ACTIVE:
            lanes = granted.get(known.id, 0)
            assert not lanes or not leads_off_safely(turn, known, lanes), f"{known.id} could leave {known.at}"
    world.feed(SetHold("on", False))
    world.drain(hours=9.0)
    assert [(task.id, task.state, task.reason) for task in world.state.open_tasks()] == []
