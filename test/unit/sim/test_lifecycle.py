"""The lifecycle of an embedded robot's Nav2 answers as Nav2's lifecycle manager does."""

from __future__ import annotations

from itertools import product

import pytest

from robot_fleet.sim.lifecycle import MANAGERS, TRANSITIONS, Command, ManagedNodes, NodeState, Transition

NAVIGATION, LOCALIZATION = "lifecycle_manager_navigation", "lifecycle_manager_localization"
_C, _S = Command, NodeState


def states(nodes: ManagedNodes, manager: str = NAVIGATION) -> set[NodeState]:
    return {nodes.states[name] for name in MANAGERS[manager]}


def test_all_are_active_at_first() -> None:
    nodes = ManagedNodes()
    assert nodes.active("amcl", "bt_navigator", "controller_server", "map_server", "planner_server")


@pytest.mark.parametrize(("state", "transition"), list(product(NodeState, Transition)))
def test_a_transition_is_in_the_table_or_refused(state: NodeState, transition: Transition) -> None:
    nodes = ManagedNodes()
    nodes.states["amcl"] = state
    after = TRANSITIONS.get((state, transition))
    assert nodes.change("amcl", transition) is (after is not None)
    assert nodes.states["amcl"] is (after or state)


@pytest.mark.parametrize(
    ("commands", "answers", "after"),
    [
        ([_C.PAUSE, _C.RESUME], [True, True], _S.ACTIVE),
        ([_C.PAUSE, _C.PAUSE], [True, False], _S.INACTIVE),
        ([_C.STARTUP], [False], _S.ACTIVE),
        ([_C.RESET, _C.STARTUP], [True, True], _S.ACTIVE),
        ([_C.RESET, _C.CONFIGURE], [True, True], _S.INACTIVE),
        ([_C.PAUSE, _C.CLEANUP, _C.RESUME], [True, True, False], _S.UNCONFIGURED),
        ([_C.SHUTDOWN, _C.STARTUP, _C.SHUTDOWN], [True, False, False], _S.FINALIZED),
    ],
)
def test_what_a_manager_answers(commands: list[Command], answers: list[bool], after: NodeState) -> None:
    nodes = ManagedNodes()
    assert [nodes.command(NAVIGATION, command) for command in commands] == answers
    assert states(nodes) == {after}
    assert states(nodes, LOCALIZATION) == {_S.ACTIVE}


def test_nodes_after_one_that_refuses_stay_as_they_are() -> None:
    nodes = ManagedNodes()
    assert nodes.change("planner_server", Transition.DEACTIVATE)
    assert not nodes.command(NAVIGATION, _C.PAUSE)
    assert nodes.states["bt_navigator"] is _S.INACTIVE, "it goes first"
    assert nodes.states["controller_server"] is _S.ACTIVE, "it would go last"


def test_a_number_that_is_no_command_is_refused() -> None:
    nodes = ManagedNodes()
    assert not nodes.command(NAVIGATION, 99)
    assert not nodes.change("amcl", 99)
    assert states(nodes) == {_S.ACTIVE}
