"""Lets things be wrong with a simulated world, and well again. The same thing twice is once."""

from __future__ import annotations

from robot_fleet.runtime.scenarios import faults as f
from robot_fleet.runtime.scenarios.shapes import bodies_of
from robot_fleet.runtime.scenarios.striking import Struck
from robot_fleet.sim.goals import Mode
from robot_fleet.sim.world import AUTOMATIC, SimWorld

STOPPED, PROTECTED = "emergency_stop", "protective_stop"


def begin_physical(world: SimWorld, struck: Struck, seed: int) -> bool:
    """Let something be wrong with the world; return whether it is now."""
    fault, robot = struck.fault, struck.robots[0] if struck.robots else ""
    match fault:
        case f.RobotDies():
            if world.robots[robot].mode is not Mode.DEAD:
                world.robots[robot].die(world.now_s)
                world.note_change(robot)
        case f.LidarBlind() if fault.noticed:
            world.set_control(robot, PROTECTED)
        case f.LidarBlind():
            world.set_blind(robot, True)
        case f.EmergencyStop():
            world.set_control(robot, STOPPED)
        case f.WheelSlip():
            world.set_slip(robot, fault.slips)
        case f.ChargerBroken():
            world.set_charger(fault.charger, fault.how)
        case f.EquipmentFails():
            world.equipment.set_fault(fault.equipment, fault.how)
        case _:
            known = world.hazards.bodies.by_id
            return world.put_bodies(
                [body for body in bodies_of(struck.id, fault, world.site, seed) if body.id not in known]
            )
    return True


def end_physical(world: SimWorld, struck: Struck) -> None:
    """Let what was wrong with the world be well again."""
    fault, robot = struck.fault, struck.robots[0] if struck.robots else ""
    match fault:
        case f.LidarBlind() if fault.noticed:
            world.set_control(robot, AUTOMATIC)
        case f.LidarBlind():
            world.set_blind(robot, False)
        case f.EmergencyStop():
            world.set_control(robot, AUTOMATIC)
        case f.WheelSlip():
            world.set_slip(robot, 0.0)
        case f.ChargerBroken():
            world.set_charger(fault.charger, "")
        case f.EquipmentFails():
            world.equipment.set_fault(fault.equipment, "")
        case _:
            for body in list(world.hazards.bodies.by_id):
                if body == struck.id or body.rpartition("_")[0] == struck.id:
                    world.hazards.bodies.remove(body)
