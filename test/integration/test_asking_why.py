"""Why a task of a running fleet is where it is: asked while a day goes by, without changing anything."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest

from robot_fleet.core.errors import RequestError
from robot_fleet.core.explanation import Why
from robot_fleet.core.fleet.planning import current_plan
from robot_fleet.core.fleet.posing.problem import build_problem
from robot_fleet.core.fleet.turn import PortsNow, Turn
from robot_fleet.core.inputs import CancelTask, SetHold
from robot_fleet.runtime.reasons import why_told
from robot_fleet.runtime.runs.virtual import VirtualFleet
from robot_fleet.scheduling.checking.replay_explain import judge_explanation
from test.integration.virtual_runs import demand, virtual_fleet

TINY = Path(__file__).parents[1] / "data" / "sites" / "tiny"
DAY_S = 3600


@pytest.fixture
def fleet() -> VirtualFleet:
    return virtual_fleet(TINY, demand(TINY), improving=False)


def ask(fleet: VirtualFleet, task: str) -> Why:
    """Ask, and see that nothing has changed by it."""
    core = fleet.host.fleet
    before = copy.deepcopy(core.state)
    why = core.explain(task, fleet.now)
    assert core.state == before
    return why


def says(fleet: VirtualFleet, why: Why, language: str = "en") -> list[str]:
    told = why_told(fleet.host.fleet.site, why, language)
    json.dumps(told, allow_nan=False)
    return list(told["sentences"])


def is_right(fleet: VirtualFleet, why: Why) -> bool:
    """Whether the replay finds every figure again, in the plan as it is carried over to this instant."""
    core = fleet.host.fleet
    turn = Turn(core.site, PortsNow(core.site, core.ports), core.state, core.seen, core.agenda, fleet.now)
    problem, _ = build_problem(turn)
    plan = core.ports.planner.insert(problem, current_plan(turn))
    return why.explanation is not None and judge_explanation(problem, plan, why.explanation) == ()


def test_a_day_of_questions(fleet: VirtualFleet) -> None:
    planned = underway = ended = 0
    for second in range(DAY_S):
        fleet.second()
        if second % 120:
            continue
        for name, task in list(fleet.host.fleet.state.tasks.items()):
            why = ask(fleet, name)
            (first, *_), (korean, *_) = says(fleet, why), says(fleet, why, "ko")
            assert first.startswith(f"{name} (") and korean.startswith(f"{name}(")
            if why.explanation is not None:
                assert is_right(fleet, why), why
                planned += why.explanation.planned is not None
            elif task.ended:
                assert why.ended_s == task.ended_s
                ended += 1
            elif why.begun_s is not None:
                assert "is under way" in first
                underway += 1
    assert min(planned, underway, ended) > 0


def test_held_robots_are_named_with_the_reason(fleet: VirtualFleet) -> None:
    fleet.host.feed(SetHold("all", True, "", "drill", "operator"), fleet.now)
    while not fleet.host.fleet.state.tasks:
        fleet.second()
    name = next(iter(fleet.host.fleet.state.tasks))
    why = ask(fleet, name)
    assert why.absent and {reason for _, reason in why.absent} == {"held"}
    assert any("held by a person" in sentence for sentence in says(fleet, why))


def test_what_a_person_has_cancelled_says_so(fleet: VirtualFleet) -> None:
    while not fleet.host.fleet.state.tasks:
        fleet.second()
    name = next(iter(fleet.host.fleet.state.tasks))
    fleet.host.feed(CancelTask("c1", name, ""), fleet.now)
    assert says(fleet, ask(fleet, name))[0].endswith("a person cancelled it.")


def test_an_unknown_task_and_language_are_refused(fleet: VirtualFleet) -> None:
    with pytest.raises(RequestError) as refused:
        ask(fleet, "nobody")
    assert refused.value.code == "request_unknown_task"
    with pytest.raises(RequestError) as refused:
        why_told(fleet.host.fleet.site, Why("t", "s", "requested"), "fr")
    assert refused.value.code == "request_unknown_language"
