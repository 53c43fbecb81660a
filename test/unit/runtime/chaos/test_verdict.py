"""Each rule of the verdict catches what it is for: a run that kept every promise, spoilt in one place at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from robot_fleet.core.facts import (
    AlarmShown,
    Fact,
    ItemMoved,
    RobotLinkChanged,
    TaskCompleted,
    TaskFailed,
)
from robot_fleet.runtime.chaos.account import ActEnd
from robot_fleet.runtime.chaos.evidence import Evidence, Told
from robot_fleet.runtime.chaos.replayed import Way, replay
from robot_fleet.runtime.chaos.verdict import Rule, judge
from robot_fleet.runtime.chaos.virtual import VirtualChaos
from robot_fleet.sim.account import PhysicalAct
from robot_fleet.site.load import load_site

BUSAN = Path(__file__).resolve().parents[4] / "config" / "sites" / "busan_edc"


@cache
def kept() -> Evidence:
    return VirtualChaos(BUSAN, load_site(BUSAN), seed=1, minutes=0.5).run()


def first(kind: type[Fact]) -> int:
    return next(number for number, (_, fact) in enumerate(kept().facts) if isinstance(fact, kind))


def without(number: int) -> Evidence:
    facts = kept().facts
    return replace(kept(), facts=(*facts[:number], *facts[number + 1 :]))


def act_of(verb: str) -> ActEnd:
    return next(act for act in kept().account.acts if act.act == verb and act.state == "succeeded")


def acts(*changed: ActEnd) -> Evidence:
    others = tuple(act for act in kept().account.acts if act.id not in {each.id for each in changed})
    return replace(kept(), account=replace(kept().account, acts=(*others, *changed)))


def with_event(event: PhysicalAct, account_of: Evidence | None = None) -> Evidence:
    before = account_of or kept()
    return replace(before, account=replace(before.account, events=(*before.account.events, event)))


def an_end_is_missing() -> Evidence:
    return without(max(number for number, (_, fact) in enumerate(kept().facts) if isinstance(fact, TaskCompleted)))


def a_request_was_lost() -> Evidence:
    return replace(kept(), asked={**kept().asked, "lost": "care_visit"})


def nobody_asked() -> Evidence:
    return replace(kept(), asked=dict(list(kept().asked.items())[1:]))


def a_failure_without_reason() -> Evidence:
    number = first(TaskCompleted)
    at_s, fact = kept().facts[number]
    assert isinstance(fact, TaskCompleted)
    facts = (*kept().facts[:number], (at_s, TaskFailed(fact.task, "", fact.at_s)), *kept().facts[number + 1 :])
    return replace(kept(), facts=facts)


def an_item_was_taken_twice() -> Evidence:
    take = act_of("take")
    return acts(take, replace(take, id=f"{take.id.rpartition('/')[0]}/1"))


def what_is_done_never_happened() -> Evidence:
    return acts(replace(act_of("give"), state="failed"))


def an_event_too_many() -> Evidence:
    take = act_of("take")
    return with_event(PhysicalAct(1.0, take.robot, f"take:{take.item}"))


def an_item_is_elsewhere() -> Evidence:
    item = next(iter(kept().account.holders))
    holders = {**kept().account.holders, item: "place:nowhere"}
    return replace(kept(), account=replace(kept().account, holders=holders))


def the_ledger_lost_a_hand_over() -> Evidence:
    return without(max(number for number, (_, fact) in enumerate(kept().facts) if isinstance(fact, ItemMoved)))


def docked_while_docked() -> Evidence:
    docked = next(event for event in kept().account.events if event.event.startswith("dock:"))
    return with_event(docked)


def a_docking_nobody_knows() -> Evidence:
    robot = next(iter(kept().account.robots))
    kinds = [event.event for event in kept().account.events if event.robot == robot and "dock" in event.event]
    more = ("undock", "dock:x") if kinds and kinds[-1].startswith("dock:") else ("dock:x", "undock")
    return with_event(PhysicalAct(2.0, robot, more[1]), with_event(PhysicalAct(1.0, robot, more[0])))


def an_alarm_was_not_shown() -> Evidence:
    return without(first(AlarmShown))


def a_robot_tells_too_much() -> Evidence:
    robot, told = next(iter(kept().told.items()))
    return replace(kept(), told={**kept().told, robot: Told(told.odometer_m + 50.0, told.energy_wh)})


def a_robot_never_told() -> Evidence:
    return replace(kept(), told=dict(list(kept().told.items())[1:]))


def two_robots_touched() -> Evidence:
    return replace(kept(), account=replace(kept().account, contacts=((5.0, "care_1", "care_2"),)))


def an_order_nobody_sent() -> Evidence:
    robot, entries = next((name, each) for name, each in kept().journals.items() if len(each) > 1)
    order = next(entry for entry in entries if entry["e"] == "order")
    other = {"e": "order", "order": {**order["order"], "id": f"{robot}.999"}}
    return replace(kept(), journals={**kept().journals, robot: (*entries, other)})


def a_step_nobody_did() -> Evidence:
    for robot, entries in kept().journals.items():
        for number, entry in enumerate(entries):
            if entry["e"] == "end" and entry["result"]["state"] == "done":
                spoilt = (*entries[:number], *entries[number + 1 :])
                return replace(kept(), journals={**kept().journals, robot: spoilt})
    raise AssertionError("no step was done")


def a_plan_broke_a_rule() -> Evidence:
    return replace(kept(), violations=1)


def no_plan_was_checked() -> Evidence:
    return replace(kept(), checked=0)


def time_ran_backwards() -> Evidence:
    (_, fact), *rest = kept().facts
    return replace(kept(), facts=((1e9, fact), *rest))


def a_process_loops() -> Evidence:
    return replace(kept(), looping=("gateway",))


def a_robot_stays_away() -> Evidence:
    return replace(kept(), facts=(*kept().facts, (1e9, RobotLinkChanged("care_1", "offline", 1e9))))


def a_fact_cannot_follow() -> Evidence:
    at_s, fact = kept().facts[first(TaskCompleted)]
    return replace(kept(), facts=(*kept().facts, (at_s, fact)))


def an_act_of_the_ledger_never_happened() -> Evidence:
    return acts(replace(act_of("take"), state="failed"))


SPOILT: dict[Callable[[], Evidence], Rule] = {
    an_end_is_missing: Rule.ACCOUNTED_ONCE,
    a_request_was_lost: Rule.ACCOUNTED_ONCE,
    nobody_asked: Rule.ACCOUNTED_ONCE,
    a_failure_without_reason: Rule.REASON,
    an_item_was_taken_twice: Rule.AT_MOST_ONCE,
    what_is_done_never_happened: Rule.DONE_IS_DONE,
    an_act_of_the_ledger_never_happened: Rule.ACTS_KNOWN,
    an_event_too_many: Rule.ACCOUNT,
    an_item_is_elsewhere: Rule.CUSTODY,
    the_ledger_lost_a_hand_over: Rule.CUSTODY,
    docked_while_docked: Rule.DOCKS_IN_TURN,
    a_docking_nobody_knows: Rule.DOCKS,
    an_alarm_was_not_shown: Rule.ALARM_SHOWN,
    a_robot_tells_too_much: Rule.TOTALS,
    a_robot_never_told: Rule.TOTALS,
    two_robots_touched: Rule.CONTACT,
    an_order_nobody_sent: Rule.JOURNAL_ORDERS,
    a_step_nobody_did: Rule.JOURNAL_STEPS,
    a_plan_broke_a_rule: Rule.PLANS,
    no_plan_was_checked: Rule.PLANS,
    time_ran_backwards: Rule.TIME,
    a_process_loops: Rule.CRASH_LOOP,
    a_robot_stays_away: Rule.ROBOTS_BACK,
    a_fact_cannot_follow: Rule.REPLAY,
}


def test_a_run_that_kept_every_promise() -> None:
    assert judge(kept()) == []
    assert kept().account.events, "something was done"


@pytest.mark.parametrize("spoil", SPOILT, ids=lambda spoil: spoil.__name__)
def test_what_breaks_a_rule_is_told(spoil: Callable[[], Evidence]) -> None:
    breaches = judge(spoil())
    assert SPOILT[spoil] in {breach.rule for breach in breaches}
    assert all(breach.where and breach.what and breach.look for breach in breaches)


def test_nothing_is_missed_at_a_place_that_was_left_out() -> None:
    known = replay(kept().site, kept().facts)
    name = next(name for name, request in known.requests.items() if len(request.stops) > 2)
    stops = [stop.id for stop in known.requests[name].stops]
    assert next(stop for stop, _ in replace(known, ways={}).carried_out(name)) == stops[0]
    left_out = replace(known, ways={name: Way(missed={0})})
    assert stops[0] not in {stop for stop, _ in left_out.carried_out(name)}
    assert stops[1] in {stop for stop, _ in left_out.carried_out(name)}


def test_every_rule_is_tried() -> None:
    assert set(SPOILT.values()) == set(Rule)
