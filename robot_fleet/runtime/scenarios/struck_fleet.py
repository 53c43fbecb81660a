"""A virtual fleet in which the faults of a scenario strike."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from robot_fleet.core.fleet import Ports
from robot_fleet.runtime.chaos.attendant import Attendant
from robot_fleet.runtime.chaos.fleet import ChaosFleet
from robot_fleet.runtime.scenarios.faults import ProcessKilled
from robot_fleet.runtime.scenarios.ground import Ground
from robot_fleet.runtime.scenarios.menders import Menders
from robot_fleet.runtime.scenarios.seen import RobotSeen, Seen
from robot_fleet.runtime.scenarios.stage import VirtualStage
from robot_fleet.runtime.scenarios.striking import Striking
from robot_fleet.sim.callers import Request
from robot_fleet.sim.people import read_people
from robot_fleet.site.ground.maps import read_map
from robot_fleet.site.reading.recipients import read_recipients


class StruckFleet(ChaosFleet):
    """A fleet that is driven as any virtual one, while faults begin and end at their times and on their events.

    Where the scenario is attended, somebody has each task that asks tried again; where things are mended in it, staff
    put in order what is out of use.

    Parameters
    ----------
    ground : the scenario's.
    ports : the parts that the core is given.
    rows, seed, improving, trace, start_s : see ChaosFleet.

    Attributes
    ----------
    striking : the faults, and what came of each.
    """

    def __init__(
        self,
        ground: Ground,
        ports: Ports,
        rows: Sequence[Request],
        seed: int,
        improving: bool = True,
        trace: Path | None = None,
        start_s: float | None = None,
    ) -> None:
        occupancy, people = read_map(Path(ground.site.map_file)), read_people(ground.folder / "people.yaml")
        self._sim_may_die = any(
            isinstance(fault, ProcessKilled) and fault.process == "sim_world" for fault in ground.scenario.says.faults
        )
        known = read_recipients(ground.folder)
        super().__init__(ground.site, ports, occupancy, people, rows, seed, improving, trace, start_s, known)
        self._stage = VirtualStage(self, seed)
        self.striking = Striking(ground, self._stage)
        self._attendant = Attendant(self.have_tried_again) if ground.scenario.says.attended else None
        mended_after_s = ground.scenario.says.mended_after_s
        self._menders = None if mended_after_s is None else Menders(mended_after_s, self._stage.mend)
        self._seen_deeds = self._seen_facts = 0

    def look(self) -> None:
        """Do what is done once a second; people who command something say it again until they are heard."""
        super().look()
        self._stage.look()
        if self._attendant is not None:
            self._attendant.look(self.host.fleet.state, self.world.now_s)
        if self._menders is not None:
            self._menders.look(self.host.fleet.state, self.world.now_s)

    def move(self) -> None:
        """Let a tenth of a second pass, and strike what is due."""
        super().move()
        self._stage.renew()
        self.striking.look(self._seen())

    def _checkpoint(self) -> None:
        if self._sim_may_die:  # a whole day of checkpoints that nobody reads costs more than the day
            super()._checkpoint()

    def _seen(self) -> Seen:
        world = self.world
        deeds, facts = world.physical_acts[self._seen_deeds :], self.history.facts[self._seen_facts :]
        self._seen_deeds, self._seen_facts = len(world.physical_acts), len(self.history.facts)
        robots = {}
        if self.striking.watching_bodies:
            for name, body in world.robots.items():
                act = world.acts.by_id.get(body.act_id)
                verb, place = ("", "") if act is None else (act.act, act.place)
                soc_pct = body.soc_at_pct(world.now_s)
                robots[name] = RobotSeen(body.x_m, body.y_m, body.v_mps, soc_pct, verb, place)
        return Seen(world.now_s, robots, deeds, [fact for _, fact in facts])
