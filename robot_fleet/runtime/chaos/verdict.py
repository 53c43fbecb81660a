"""What must hold of a run whatever failed in it. Pure: ledger, journals and the simulator's account against each other.

Each rule names what breaks it and where to look; none of them knows which faults there were.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from robot_fleet.core.errors import FleetError
from robot_fleet.core.facts import RequestRefused, TaskCancelled, TaskCompleted, TaskFailed, TaskRejected
from robot_fleet.core.fleet.tasks.recovery import BY_HAND
from robot_fleet.core.fleet.tasks.retired import ended_tasks
from robot_fleet.core.lifecycles.link import LinkState
from robot_fleet.core.lifecycles.task import TaskState
from robot_fleet.core.order import StepState
from robot_fleet.core.ports import GoalState
from robot_fleet.runtime.chaos.evidence import Evidence
from robot_fleet.runtime.chaos.replayed import Replayed, replay
from robot_fleet.runtime.runs.agreement import misplaced

SLACK_M, SLACK_WH = 3.0, 1.0
"""What may lie between the last report and the end."""
_HANDS = ("take", "give")
_ENDS = (TaskCompleted, TaskFailed, TaskCancelled, TaskRejected)


class Rule(StrEnum):
    """What must hold."""

    REPLAY = "replay"
    """The facts follow from each other."""
    ACCOUNTED_ONCE = "accounted_once"
    """Every request ends exactly once."""
    REASON = "reason"
    """What is not done says why."""
    AT_MOST_ONCE = "at_most_once"
    """No hand-over, and no act of an at-most-once service that may not be repeated, happens twice."""
    DONE_IS_DONE = "done_is_done"
    """Every act on the way that a task took has happened, if it is done."""
    ACTS_KNOWN = "acts_known"
    """Every act that the ledger has as done has happened."""
    ACCOUNT = "account"
    """The simulator's acts and events agree."""
    CUSTODY = "custody"
    """Ledger and world agree on who has what."""
    DOCKS_IN_TURN = "docks_in_turn"
    """A robot docks and undocks in turns."""
    DOCKS = "docks"
    """It docks as often as the ledger knows."""
    ALARM_SHOWN = "alarm_shown"
    """Every alarm was shown."""
    TOTALS = "totals"
    """The distance and energy that robots tell are those of their bodies."""
    CONTACT = "contact"
    """No two robots touch."""
    JOURNAL_ORDERS = "journal_orders"
    """Agents follow orders that they were sent."""
    JOURNAL_STEPS = "journal_steps"
    """Agents know every step that the ledger has as done."""
    PLANS = "plans"
    """Plans were checked, and none broke a rule."""
    TIME = "time"
    """Fleet time never runs backwards."""
    CRASH_LOOP = "crash_loop"
    """Every process runs."""
    ROBOTS_BACK = "robots_back"
    """Every robot is heard again."""


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that does not hold: of what (a request, a robot, an item), how, and where to look."""

    rule: Rule
    where: str
    what: str
    look: str


def judge(evidence: Evidence) -> list[Breach]:
    """Return every rule that was broken, by rule; empty if all is well."""
    try:
        known = replay(evidence.site, evidence.facts)
    except FleetError as error:
        return [Breach(Rule.REPLAY, error.where, error.message, "./fleet ledger export")]
    return [breach for rule in _RULES for breach in rule(evidence, known)]


def _accounted(evidence: Evidence, known: Replayed) -> Iterator[Breach]:
    """Every request ends exactly once, and what is not done says why."""
    look = "facts of this task in ./fleet ledger export"
    ends = Counter(fact.task for _, fact in evidence.facts if isinstance(fact, _ENDS))
    refusals = Counter(fact.task for _, fact in evidence.facts if isinstance(fact, RequestRefused))
    for name, service in evidence.asked.items():
        count = ends[name] + refusals[name]
        if not count and not known.state.knows(name) and evidence.refused.get(name):
            continue  # nothing was taken on, and the answer said why
        if count != 1:
            task = known.task(name)
            stands = "it was never taken on" if task is None else f"it is {task.state.value} ({task.reason or '-'})"
            yield Breach(Rule.ACCOUNTED_ONCE, name, f"{service} has {count} ends; {stands}", look)
    for task in ended_tasks(known.state):
        if task.state is not TaskState.COMPLETED and not task.reason:
            yield Breach(Rule.REASON, task.id, f"{task.state.value} without a reason", look)
    for name in known.requests:
        if name not in evidence.asked:
            yield Breach(Rule.ACCOUNTED_ONCE, name, "nobody has asked for it", look)


def _acts(evidence: Evidence, known: Replayed) -> Iterator[Breach]:
    """No act of an at-most-once service happens twice, every act of a task that is done has happened."""
    look = "acts in the simulator's checkpoint (world.json), steps of the robot's journal"
    done: Counter[str] = Counter()
    for act in evidence.account.acts:
        if act.state == GoalState.SUCCEEDED.value:
            done[act.id.rpartition("/")[0]] += 1
    for name, request in known.requests.items():
        task = known.task(name)
        for stop in request.stops:
            for template in stop.acts:
                count = done[f"{name}/{stop.id}/{template.id}"]
                declared = request.guarantee == "at_most_once" and not template.repeatable
                once = declared or template.act in _HANDS
                if once and count > 1:
                    yield Breach(Rule.AT_MOST_ONCE, name, f"{stop.id}/{template.id} happened {count} times", look)
        if task is None or task.state is not TaskState.COMPLETED or task.result == BY_HAND:
            continue
        for stop_id, template in known.carried_out(name):
            if not done[f"{name}/{stop_id}/{template.id}"]:
                yield Breach(Rule.DONE_IS_DONE, name, f"done, but {stop_id}/{template.id} never happened", look)


def _ledger_acts(evidence: Evidence, known: Replayed) -> Iterator[Breach]:
    """What the ledger knows to be done has happened, and the account agrees with itself."""
    really = {act.id for act in evidence.account.acts if act.state == GoalState.SUCCEEDED.value}
    for act_id, robot in known.acts_done.items():
        if act_id not in really:
            yield Breach(Rule.ACTS_KNOWN, act_id, f"done by {robot} in the ledger; it never happened", "world.json")
    hands = Counter(
        f"{act.act}:{act.item}"
        for act in evidence.account.acts
        if act.act in _HANDS and act.state == GoalState.SUCCEEDED.value
    )
    seen = Counter(":".join(event.event.split(":")[:2]) for event in evidence.account.events)
    told = Counter({event: count for event, count in seen.items() if event.partition(":")[0] in _HANDS})
    for event in (hands - told) | (told - hands):
        what = f"{hands[event]} acts, {told[event]} events"
        yield Breach(Rule.ACCOUNT, event, what, "world.json and the trace")


def _custody(evidence: Evidence, known: Replayed) -> Iterator[Breach]:
    """Ledger and world agree on who has what."""
    for each in misplaced(known.state.items.values(), evidence.account.holders):
        what = f"ledger: {each.ledger}, world: {each.world}"
        yield Breach(Rule.CUSTODY, each.item, what, "ItemMoved in the ledger")


def _docks(evidence: Evidence, known: Replayed) -> Iterator[Breach]:
    """Robots dock and undock in turns, as often as the ledger knows."""
    for name, body in evidence.account.robots.items():
        kinds = [event.event.partition(":")[0] for event in evidence.account.events if event.robot == name]
        kinds = [kind for kind in kinds if kind in ("dock", "undock")]
        first = kinds[0] if kinds else "dock"
        other = "undock" if first == "dock" else "dock"
        if any(kind != (first, other)[number % 2] for number, kind in enumerate(kinds)):
            yield Breach(Rule.DOCKS_IN_TURN, name, f"{kinds}", "events in world.json")
        not_told = bool(body.docked_at) and not known.state.robots[name].docked
        if kinds.count("dock") != known.docked[name] + not_told:
            what = f"docked {kinds.count('dock')} times, {known.docked[name]} in the ledger"
            yield Breach(Rule.DOCKS, name, what, "OrderProgressed in the ledger, events in world.json")


def _alarms(evidence: Evidence, known: Replayed) -> Iterator[Breach]:
    """Every alarm was shown; that it was answered, or ended with a reason, other rules say."""
    for alarm in known.state.alarms.values():
        if alarm.shown_s is None:
            yield Breach(Rule.ALARM_SHOWN, alarm.id, "no console was ever sent it", "the gateway's log")


def _totals(evidence: Evidence, known: Replayed) -> Iterator[Breach]:
    """The distance and energy that robots tell are those of their bodies."""
    for name, body in evidence.account.robots.items():
        told = evidence.told.get(name)
        if told is None:
            yield Breach(Rule.TOTALS, name, "it never reported", "the agent's log")
            continue
        for what, said, real, slack in (
            ("m", told.odometer_m, body.odometer_m, SLACK_M),
            ("Wh", told.energy_wh, body.energy_wh, SLACK_WH),
        ):
            if abs(said - real) > evidence.deviation * real + slack:
                yield Breach(
                    Rule.TOTALS, name, f"told {said:.1f} {what}, really {real:.1f} {what}", f"{name}.totals.json"
                )


def _contacts(evidence: Evidence, known: Replayed) -> Iterator[Breach]:
    """No two robots touch."""
    for at_s, a, b in evidence.account.contacts:
        yield Breach(Rule.CONTACT, f"{a}, {b}", f"they touched at {at_s:.1f} s", "the trace at this time")


def _journals(evidence: Evidence, known: Replayed) -> Iterator[Breach]:
    """Agents follow orders that were sent, and know every step that the ledger knows as done."""
    for robot, entries in evidence.journals.items():
        order = ""
        ended: dict[str, set[str]] = {}
        for entry in entries:
            if entry["e"] == "order":
                order = str(entry["order"]["id"])
                ended.setdefault(order, set())
                if known.orders.get(order) != robot:
                    yield Breach(Rule.JOURNAL_ORDERS, robot, f"follows {order}, which it was never sent", "its journal")
            elif entry["e"] == "end" and entry["result"]["state"] == StepState.DONE.value:
                ended.setdefault(order, set()).add(str(entry["result"]["step"]))
        for name, steps in ended.items():
            beyond = known.steps_done.get(name, frozenset()) - steps
            if beyond:
                what = f"the ledger has {sorted(beyond)} as done, the journal has not"
                yield Breach(Rule.JOURNAL_STEPS, robot, what, "its journal")


def _plans(evidence: Evidence, known: Replayed) -> Iterator[Breach]:
    """Plans were checked, and none broke a rule."""
    if evidence.violations or not evidence.checked:
        what = f"{evidence.violations} broken rules in {evidence.checked} checked plans"
        yield Breach(Rule.PLANS, "plans", what, "the manager's log")


def _time(evidence: Evidence, known: Replayed) -> Iterator[Breach]:
    """Fleet time never runs backwards."""
    before_s = float("-inf")
    for number, (at_s, fact) in enumerate(evidence.facts, start=1):
        if at_s < before_s:
            what = f"{type(fact).__name__} at {at_s:.1f} s follows one of {before_s:.1f} s"
            yield Breach(Rule.TIME, f"fact {number}", what, "the ledger there")
        before_s = max(before_s, at_s)


def _back(evidence: Evidence, known: Replayed) -> Iterator[Breach]:
    """Every process runs, and every robot is heard again."""
    for name in evidence.looping:
        yield Breach(Rule.CRASH_LOOP, name, "it ends again and again", f"logs/{name}.log")
    for robot in known.state.robots.values():
        if robot.link is not LinkState.LIVE:
            yield Breach(Rule.ROBOTS_BACK, robot.id, f"its link is {robot.link.value}", "logs/robot_agents.log")


_RULES: tuple[Callable[[Evidence, Replayed], Iterator[Breach]], ...] = (
    _accounted,
    _acts,
    _ledger_acts,
    _custody,
    _docks,
    _alarms,
    _totals,
    _contacts,
    _journals,
    _plans,
    _time,
    _back,
)
