"""A fleet of real processes in which the faults of a scenario strike."""

from __future__ import annotations

from contextlib import suppress

from robot_fleet.client.connection import Connection
from robot_fleet.core.errors import FleetError
from robot_fleet.ledger.address import LedgerTarget
from robot_fleet.runtime.chaos.attendant import Attendant
from robot_fleet.runtime.chaos.control import Orders
from robot_fleet.runtime.chaos.real import LedgerWatch
from robot_fleet.runtime.processes.run_directory import RunDirectory
from robot_fleet.runtime.processes.supervisor import Supervisor
from robot_fleet.runtime.scenarios.ground import Ground
from robot_fleet.runtime.scenarios.menders import Menders
from robot_fleet.runtime.scenarios.real_stage import RealStage, bodies_seen
from robot_fleet.runtime.scenarios.seen import Seen
from robot_fleet.runtime.scenarios.striking import Striking
from robot_fleet.sim import checkpoint
from robot_fleet.sim.account import PhysicalAct


class StruckProcesses:
    """Follows a fleet by its ledger and the simulator's checkpoint, and strikes what is due.

    Where the scenario is attended, somebody has each task that asks tried again; where things are mended in it, staff
    put in order what is out of use.

    Parameters
    ----------
    ground : the scenario's.
    run, ledger, supervisor, port : of the fleet.
    orders : the file by which its processes are told what is to fail.
    seed : of the people in a crowd.

    Attributes
    ----------
    striking : the faults, and what came of each.
    watch : the fleet's state, as its ledger tells it.
    """

    def __init__(
        self,
        ground: Ground,
        run: RunDirectory,
        ledger: LedgerTarget,
        supervisor: Supervisor,
        orders: Orders,
        port: int,
        seed: int,
    ) -> None:
        self._world = run.path / "world.json"
        self._stage = RealStage(ground.site, run, supervisor, orders, port, seed)
        self.striking = Striking(ground, self._stage)
        self.watch = LedgerWatch(ground.site, ledger)
        self._url = f"http://127.0.0.1:{port}"
        self._attendant = Attendant(self._have_tried_again) if ground.scenario.says.attended else None
        mended_after_s = ground.scenario.says.mended_after_s
        self._menders = None if mended_after_s is None else Menders(mended_after_s, self._mend)
        self._deeds = self._facts = 0

    def look(self) -> float | None:
        """Take in what is new, strike what is due, and return the fleet time; None before there is a world."""
        self.watch.look()
        state = checkpoint.load(self._world)
        if state is None:
            return None
        now_s = state["tick"] / 10.0
        deeds = [PhysicalAct(*fields) for fields in state["physical_acts"]]
        facts = self.watch.facts
        seen = Seen(now_s, bodies_seen(dict(state)), deeds[self._deeds :], [fact for _, fact in facts[self._facts :]])
        self._deeds, self._facts = len(deeds), len(facts)
        self._stage.now_s, self._stage.robots = now_s, dict(seen.robots)
        self._stage.look()
        self.striking.look(seen)
        if self._attendant is not None:
            self._attendant.look(self.watch.state, now_s)
        if self._menders is not None:
            self._menders.look(self.watch.state, now_s)
        return float(now_s)

    def _mend(self, key: str, place: str) -> None:
        self._stage.mend(key, place, self.striking.all)

    def _have_tried_again(self, key: str, task: str) -> None:
        with suppress(FleetError), Connection(self._url, patience_s=0.0) as gateway:
            gateway.post(f"/tasks/{task}/answer", {"answer": "retry", "by": "attendant"}, key, timeout_s=1.0)
