"""The table of the agent's states is complete, and every state leads home."""

from itertools import product

import pytest

from robot_fleet.agent.order_machine import REJECTED, REPORTED, TRANSITIONS, AgentInput, AgentState
from robot_fleet.core.errors import FleetError
from robot_fleet.core.lifecycles import advance

EVERY_PAIR = set(product(AgentState, AgentInput))
WORDS = {"idle", "driving", "docking", "undocking", "acting", "waiting", "holding", "fault"}


def test_every_pair_of_state_and_input_is_listed_or_rejected_and_none_is_both() -> None:
    assert set(TRANSITIONS) | REJECTED == EVERY_PAIR
    assert not set(TRANSITIONS) & REJECTED


@pytest.mark.parametrize(("state", "what"), sorted(REJECTED))
def test_rejected_pairs_are_refused_aloud(state: AgentState, what: AgentInput) -> None:
    with pytest.raises(FleetError) as caught:
        advance(TRANSITIONS, state, what, "care_1")
    assert caught.value.code == "lifecycle_rejected"


def test_motion_begins_between_two_things_only() -> None:
    moving = {AgentState.DRIVING, AgentState.DOCKING, AgentState.UNDOCKING, AgentState.ACTING}
    starts = {(state, after) for (state, _), after in TRANSITIONS.items() if after in moving and state is not after}
    assert {state for state, _ in starts} == {AgentState.BETWEEN}


def test_every_state_can_be_reached_and_left() -> None:
    after = {AgentState.RECOVERING}
    for _ in AgentState:
        after |= {to for (state, _), to in TRANSITIONS.items() if state in after}
    assert after == set(AgentState)
    assert all(any(s is state and to is not state for (s, _), to in TRANSITIONS.items()) for state in AgentState)


def test_every_state_has_a_word_of_the_report() -> None:
    assert set(REPORTED) == set(AgentState)
    assert set(REPORTED.values()) == WORDS
