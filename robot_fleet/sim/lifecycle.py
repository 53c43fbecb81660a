"""The lifecycle of an embedded robot's Nav2: which of its nodes are active, and what its two lifecycle managers answer.

States and transitions have the numbers of `lifecycle_msgs`, commands those of `nav2_msgs/ManageLifecycleNodes`.
"""

from __future__ import annotations

from enum import IntEnum


class NodeState(IntEnum):
    """Where a managed node stands."""

    UNCONFIGURED = 1
    INACTIVE = 2
    ACTIVE = 3
    FINALIZED = 4


class Transition(IntEnum):
    """What a node may be told."""

    CONFIGURE = 1
    CLEANUP = 2
    ACTIVATE = 3
    DEACTIVATE = 4
    UNCONFIGURED_SHUTDOWN = 5
    INACTIVE_SHUTDOWN = 6
    ACTIVE_SHUTDOWN = 7


class Command(IntEnum):
    """What a lifecycle manager may be told."""

    STARTUP = 0
    PAUSE = 1
    RESUME = 2
    RESET = 3
    SHUTDOWN = 4
    CONFIGURE = 5
    CLEANUP = 6


_S, _T = NodeState, Transition
TRANSITIONS = {
    (_S.UNCONFIGURED, _T.CONFIGURE): _S.INACTIVE,
    (_S.UNCONFIGURED, _T.UNCONFIGURED_SHUTDOWN): _S.FINALIZED,
    (_S.INACTIVE, _T.CLEANUP): _S.UNCONFIGURED,
    (_S.INACTIVE, _T.ACTIVATE): _S.ACTIVE,
    (_S.INACTIVE, _T.INACTIVE_SHUTDOWN): _S.FINALIZED,
    (_S.ACTIVE, _T.DEACTIVATE): _S.INACTIVE,
    (_S.ACTIVE, _T.ACTIVE_SHUTDOWN): _S.FINALIZED,
}
"""Every transition that there is; any other one is refused and changes nothing."""

MANAGERS = {
    "lifecycle_manager_localization": ("map_server", "amcl"),
    "lifecycle_manager_navigation": ("controller_server", "planner_server", "bt_navigator"),
}
"""The managers and their nodes, in the order in which these are brought up; they are taken down the other way round."""

_SEQUENCES = {
    Command.STARTUP: (_T.CONFIGURE, _T.ACTIVATE),
    Command.PAUSE: (_T.DEACTIVATE,),
    Command.RESUME: (_T.ACTIVATE,),
    Command.RESET: (_T.DEACTIVATE, _T.CLEANUP),
    Command.SHUTDOWN: (_T.DEACTIVATE, _T.CLEANUP, _T.UNCONFIGURED_SHUTDOWN),
    Command.CONFIGURE: (_T.CONFIGURE,),
    Command.CLEANUP: (_T.CLEANUP,),
}
_UPWARDS = (_T.CONFIGURE, _T.ACTIVATE)


class ManagedNodes:
    """The managed nodes of one robot, all active at first, as after an automatic start."""

    def __init__(self) -> None:
        self.states = {node: NodeState.ACTIVE for nodes in MANAGERS.values() for node in nodes}
        self._over: set[str] = set()

    def active(self, *nodes: str) -> bool:
        """Return whether all of these nodes are active."""
        return all(self.states[node] is NodeState.ACTIVE for node in nodes)

    def change(self, node: str, transition: int) -> bool:
        """Carry a transition out; return whether the node has it where it stands."""
        if transition not in list(Transition):
            return False
        after = TRANSITIONS.get((self.states[node], Transition(transition)))
        if after is None:
            return False
        self.states[node] = after
        return True

    def command(self, manager: str, command: int) -> bool:
        """Carry a manager's command out; return what Nav2's answers.

        Nodes change one after the other, and those after one that refuses stay as they are. A shutdown goes on, is
        always answered with success, and is the manager's last: it lets go of its nodes.
        """
        if manager in self._over or command not in list(Command):
            return False
        shuts_down = command == Command.SHUTDOWN
        done = True
        for transition in _SEQUENCES[Command(command)]:
            nodes = MANAGERS[manager] if transition in _UPWARDS else MANAGERS[manager][::-1]
            done = all(self.change(node, transition) for node in nodes)
            if not done and not shuts_down:
                break
        if shuts_down:
            self._over.add(manager)
        return done or shuts_down
