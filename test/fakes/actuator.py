"""A scripted actuator behind its port: acts take time, fail, fall silent and are forgotten when told to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from robot_fleet.core.ports import GoalState, GoalStatus

RUNNING = GoalStatus(GoalState.RUNNING)


@dataclass(slots=True)
class _Act:
    left_s: float
    status: GoalStatus = RUNNING
    stopping: bool = False


class FakeActuator:
    """Carries out acts in `act_s` seconds each; nothing goes on but in `advance`.

    Parameters
    ----------
    fails : verb -> code with which it fails.
    results : verb -> what it reports at its end.

    Attributes
    ----------
    begun : ids of acts in the order in which something physical was begun, repeats included.
    done : ids of acts in the order in which they came to their proper end.
    """

    def __init__(
        self,
        act_s: float = 5.0,
        fails: Mapping[str, str] | None = None,
        results: Mapping[str, Mapping[str, object]] | None = None,
    ) -> None:
        self.up = True
        self.begun: list[str] = []
        self.done: list[str] = []
        self.cancels: list[str] = []
        self._act_s = act_s
        self._fails = dict(fails or {})
        self._results = dict(results or {})
        self._acts: dict[str, _Act] = {}
        self._verbs: dict[str, str] = {}

    # the port

    def start(self, act_id: str, act: str, place: str, params: Mapping[str, object]) -> None:
        known = self._acts.get(act_id)
        if self.up and (known is None or known.status.state is GoalState.CANCELLED):
            self.begun.append(act_id)
            self._verbs[act_id] = act
            self._acts[act_id] = _Act(self._act_s)

    def cancel(self, act_id: str) -> None:
        self.cancels.append(act_id)
        if self.up and act_id in self._acts:
            self._acts[act_id].stopping = True

    def status(self, act_id: str) -> GoalStatus | None:
        if not self.up:
            return GoalStatus(GoalState.LOST, "server_gone")
        act = self._acts.get(act_id)
        return act.status if act else None

    # the script

    @property
    def running(self) -> bool:
        return any(act.status.state is GoalState.RUNNING for act in self._acts.values())

    def advance(self, seconds: float) -> None:
        """Let time pass; an act that was cancelled stops now."""
        for act_id, act in self._acts.items():
            if act.status.state is not GoalState.RUNNING:
                continue
            act.left_s -= seconds
            if act.stopping:
                act.status = GoalStatus(GoalState.CANCELLED)
            elif act.left_s <= 0.0:
                verb = self._verbs[act_id]
                if verb in self._fails:
                    act.status = GoalStatus(GoalState.FAILED, self._fails[verb])
                else:
                    self.done.append(act_id)
                    act.status = GoalStatus(GoalState.SUCCEEDED, result=self._results.get(verb, {}))

    def lose(self) -> None:
        """Fall silent; what is begun goes on."""
        self.up = False

    def restore(self) -> None:
        """Be heard again."""
        self.up = True

    def fail(self, code: str = "broken") -> None:
        """Let what runs fail."""
        for act in self._acts.values():
            if act.status.state is GoalState.RUNNING:
                act.status = GoalStatus(GoalState.FAILED, code)

    def forget(self) -> None:
        """Lose all memory, as one that restarts and kept nothing."""
        self._acts.clear()
