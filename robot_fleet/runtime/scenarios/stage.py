"""Brings the faults of a scenario about in a virtual fleet."""

from __future__ import annotations

import math

from robot_fleet.core.inputs import CloseZone, MendPlace, OpenZone, SetHold
from robot_fleet.runtime.chaos.fleet import ChaosFleet
from robot_fleet.runtime.chaos.messages import CALM, Disturbance
from robot_fleet.runtime.chaos.navigator import FOUND, Astray
from robot_fleet.runtime.scenarios import faults as f
from robot_fleet.runtime.scenarios.menders import STAFF
from robot_fleet.runtime.scenarios.physical import begin_physical, end_physical
from robot_fleet.runtime.scenarios.sayings import Said, is_said, said
from robot_fleet.runtime.scenarios.shapes import shape_of
from robot_fleet.runtime.scenarios.striking import KILLED_S, Struck
from robot_fleet.sim.goals import Mode
from robot_fleet.sim.mishaps import fail_action

_Wish = CloseZone | OpenZone | SetHold | Said
EVER_S = 1e9
PERSON = "scenario"
"""Who gives the commands of a scenario."""
_DOING = {Mode.DRIVING: "drive", Mode.DOCKING: "dock", Mode.UNDOCKING: "undock"}
LETS_GO_S = 3.0
"""So long after an emergency stop was pulled out a person lets the robot go on: it must have said so before."""


class VirtualStage:
    """Implements `striking.Stage` on a virtual fleet.

    Parameters
    ----------
    fleet : in which things fail.
    seed : of the people in a crowd.
    """

    def __init__(self, fleet: ChaosFleet, seed: int) -> None:
        self._fleet = fleet
        self._seed = seed
        self._world = fleet.world
        self._physical: list[Struck] = []
        self._commands = 0
        self._unheard: list[tuple[float, _Wish]] = []

    def renew(self) -> None:
        """Let what is wrong with the world be wrong again after its simulator was begun anew."""
        if self._fleet.world is not self._world:
            self._world = self._fleet.world
            for struck in self._physical:
                begin_physical(self._world, struck, self._seed)

    def begin(self, struck: Struck) -> bool:
        """Let a fault begin; return whether that was possible now."""
        fleet, fault = self._fleet, struck.fault
        lasts_s = EVER_S if struck.lasts_s == math.inf else struck.lasts_s
        match fault:
            case f.ActionFails():
                return self._fails(struck.robots[0], fault.doing)
            case f.NetworkCut():
                how = Disturbance(drop=fault.loses, double=fault.doubles, delay_s=fault.late_s)
                for robot in struck.robots:
                    fleet.network.put(robot, how, lasts_s)
            case f.LocalisationJumps():
                fleet.astray.put(struck.robots[0], Astray(fault.dx_m, fault.dy_m, fault.sigma_m), lasts_s)
            case f.ProcessKilled():
                down_s = KILLED_S if struck.lasts_s == math.inf else struck.lasts_s
                {
                    "fleet_manager": fleet.kill_manager,
                    "robot_agents": fleet.kill_agents,
                    "sim_world": fleet.kill_sim,
                }[fault.process](down_s)
            case f.ProcessHangs():
                {
                    "fleet_manager": fleet.stop_manager,
                    "robot_agents": fleet.stop_agents,
                    "sim_world": fleet.stop_sim,
                }[fault.process](fault.lasts_s)
            case f.DiskFull():
                fleet.full.put(fault.process, True, fault.lasts_s)
            case f.ZoneClosed():
                self._command(CloseZone(self._key(), fault.zone, by=PERSON))
            case f.FleetHeld():
                self._command(SetHold(self._key(), True, by=PERSON))
            case _ if is_said(fault):
                self._command(said(fleet.host.fleet.site, fault, struck.id, self._key(), PERSON, over=False))
            case _:
                if not begin_physical(fleet.world, struck, self._seed):
                    return False
                self._physical.append(struck)
                if isinstance(fault, f.RobotDies):  # its computer is without power, too
                    fleet.network.put(struck.robots[0], Disturbance(drop=1.0), EVER_S)
        struck.shape = shape_of(fault, fleet.host.fleet.site)
        return True

    def end(self, struck: Struck) -> None:
        """Let a fault end; what has passed by itself already stays so."""
        fleet, fault = self._fleet, struck.fault
        match fault:
            case f.NetworkCut():
                for robot in struck.robots:
                    fleet.network.put(robot, CALM, 0.0)
            case f.LocalisationJumps():
                fleet.astray.put(struck.robots[0], FOUND, 0.0)
            case f.ZoneClosed():
                self._command(OpenZone(self._key(), fault.zone, by=PERSON))
            case f.FleetHeld():
                self._command(SetHold(self._key(), False, by=PERSON))
            case _ if is_said(fault):
                self._command(said(fleet.host.fleet.site, fault, struck.id, self._key(), PERSON, over=True))
            case _ if struck in self._physical:
                self._physical.remove(struck)
                end_physical(fleet.world, struck)
                if isinstance(fault, f.EmergencyStop):
                    self._command(SetHold(self._key(), False, robot=struck.robots[0], by=PERSON), LETS_GO_S)

    def mend(self, key: str, place: str) -> None:
        """Let whatever is wrong with a charger be well again, and say that the place is in order."""
        for struck in list(self._physical):
            if isinstance(struck.fault, f.ChargerBroken) and struck.fault.charger == place:
                self._physical.remove(struck)
                end_physical(self._fleet.world, struck)
                struck.end_s = self._fleet.world.now_s
        self._fleet.command(MendPlace(key, place, by=STAFF))

    def _fails(self, robot: str, doing: str) -> bool:
        world = self._fleet.world
        body = world.robots[robot]
        now = "act" if body.act_id else _DOING.get(body.mode, "")
        if not now or (doing and now != doing):
            return False
        return bool(fail_action(world, robot))

    def look(self) -> None:
        """Say what is due, and again what nobody has heard."""
        now_s = self._fleet.world.now_s
        self._unheard = [
            (due_s, wish) for due_s, wish in self._unheard if due_s > now_s or not self._fleet.command(wish)
        ]

    def _command(self, wish: _Wish, after_s: float = 0.0) -> None:
        self._unheard.append((self._fleet.world.now_s + after_s, wish))
        self.look()

    def _key(self) -> str:
        self._commands += 1
        return f"scenario-{self._commands}"
