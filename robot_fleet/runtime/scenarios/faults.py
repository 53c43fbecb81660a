"""The faults that a scenario may bring about, as they stand in its file."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from robot_fleet.runtime.scenarios.model import WHOEVER, Id, Name, Part, Point, Seconds, Share, SomeSeconds
from robot_fleet.runtime.scenarios.moments import When

EVERYBODY = "all"
Process = Literal["fleet_manager", "robot_agents", "sim_world"]


class FaultBase(Part):
    """Common to all faults.

    Parameters
    ----------
    id : by which events and expectations name it; the fault's own word by default, with a number where that is taken.
    at_s : when it begins, seconds since the scenario began; or `when`, on an event.
    """

    id: Name | Literal[""] = ""
    at_s: Seconds | None = None
    when: When | None = None

    @model_validator(mode="after")
    def _one_beginning(self) -> FaultBase:
        if (self.at_s is None) == (self.when is None):
            raise ValueError("expected either `at_s` or `when`")
        return self

    @property
    def word(self) -> str:
        """The fault's kind."""
        return str(getattr(self, "fault", ""))


class Lasting(FaultBase):
    """A fault that ends by itself; `lasts_s` None: it stays for the rest of the scenario."""

    lasts_s: SomeSeconds | None = None


class OnRobot(Lasting):
    """A fault of one robot; `whoever` is the robot that the event is about."""

    robot: Id


class RobotDies(FaultBase):
    """The robot loses all power and stands from now on."""

    fault: Literal["robot_dies"]
    robot: Id


class LidarBlind(OnRobot):
    """The safety scanner sees nothing any more.

    `noticed` (the usual: a driver that gets no scans stops the motors) or unnoticed: the robot drives on as if all were
    free.
    """

    fault: Literal["lidar_blind"]
    noticed: bool = True


class LocalisationJumps(OnRobot):
    """The robot believes to stand elsewhere by so much; with `sigma_m` it knows how unsure it is."""

    fault: Literal["localisation_jumps"]
    dx_m: Annotated[float, Field(ge=-50.0, le=50.0)] = 0.0
    dy_m: Annotated[float, Field(ge=-50.0, le=50.0)] = 0.0
    sigma_m: Annotated[float, Field(ge=0.0, le=50.0)] = 0.0


class WheelSlip(OnRobot):
    """The wheels turn more than the robot moves: of each metre that they count the share `slips` is not driven."""

    fault: Literal["wheel_slip"]
    slips: Annotated[float, Field(gt=0.0, lt=1.0)]


class EmergencyStop(OnRobot):
    """Somebody presses the robot's emergency stop, and pulls it out again at the end; a person lets it go on then."""

    fault: Literal["emergency_stop"]


class ActionFails(FaultBase):
    """What the robot does (a drive, a docking, an act) fails by itself, once; waits until it does something."""

    fault: Literal["action_fails"]
    robot: Id
    doing: Literal["", "drive", "dock", "undock", "act"] = ""


class Obstacle(Lasting):
    """Something stands in the way: a box, seen by every scanner and in no map."""

    fault: Literal["obstacle"]
    at: Point
    yaw_rad: Annotated[float, Field(ge=-3.1416, le=3.1416)] = 0.0
    length_m: Annotated[float, Field(gt=0.0, le=50.0)] = 0.5
    width_m: Annotated[float, Field(gt=0.0, le=50.0)] = 0.5


class DoorBlocked(Lasting):
    """A doorway, given as a zone of the site, is shut: a box fills the rectangle round its outline."""

    fault: Literal["door_blocked"]
    zone: Id


class PeopleCrowd(Lasting):
    """People walk to and fro along a line; they stop before robots, and robots have to wait for them."""

    fault: Literal["people_crowd"]
    along: Annotated[tuple[Point, Point], Field(description="both ends of the line")]
    people: Annotated[int, Field(ge=1, le=50)] = 6
    abreast_m: Annotated[float, Field(ge=0.0, le=20.0)] = 1.5
    careful: bool = True
    """Whether they stop before robots; who does not runs into them."""


class ChargerBroken(Lasting):
    """A charger gives no current, or cannot be docked at."""

    fault: Literal["charger_broken"]
    charger: Id
    how: Literal["no_current", "no_dock"] = "no_current"


class EquipmentFails(Lasting):
    """A door, gate or lift stands still as it is: it says why, or (`jammed`) only does not move any more."""

    fault: Literal["equipment_fails"]
    equipment: Id
    how: Annotated[str, Field(pattern=r"^[a-z][a-z_]*$", max_length=40)] = "out_of_order"


class NetworkCut(Lasting):
    """Messages between robots and manager are lost, late or doubled, both ways; `robots` may be `all`."""

    fault: Literal["network_cut"]
    robots: Annotated[tuple[Id, ...], Field(min_length=1)]
    loses: Share = 1.0
    doubles: Share = 0.0
    late_s: Seconds = 0.0


class ProcessKilled(Lasting):
    """A process is killed, and begins anew after `lasts_s` (half a second by default)."""

    fault: Literal["process_killed"]
    process: Process


class ProcessHangs(Lasting):
    """A process stands still for a while."""

    fault: Literal["process_hangs"]
    process: Process
    lasts_s: SomeSeconds


class DiskFull(Lasting):
    """A process finds no room on its disk for a while."""

    fault: Literal["disk_full"]
    process: Process
    lasts_s: SomeSeconds


class ZoneClosed(Lasting):
    """A person closes a zone of the site, and opens it again at the end."""

    fault: Literal["zone_closed"]
    zone: Id


class PaperWithdrawn(Lasting):
    """An authority withdraws a paper of the robots (certificate, insurance, permit), and restores it at the end."""

    fault: Literal["paper_withdrawn"]
    paper: Id


class CityEvent(Lasting):
    """The city tells of an event in an area of the site, `<sort>:<id>`; at the end it says that it is over."""

    fault: Literal["city_event"]
    type: Id
    subject: Annotated[str, Field(pattern=r"^(building|zone|place|route):\S+$", max_length=120)]


class FleetHeld(Lasting):
    """A person holds the whole fleet, and lets it go on at the end."""

    fault: Literal["fleet_held"]
    lasts_s: SomeSeconds


Fault = Annotated[
    RobotDies
    | LidarBlind
    | LocalisationJumps
    | WheelSlip
    | EmergencyStop
    | ActionFails
    | Obstacle
    | DoorBlocked
    | PeopleCrowd
    | ChargerBroken
    | EquipmentFails
    | NetworkCut
    | ProcessKilled
    | ProcessHangs
    | DiskFull
    | ZoneClosed
    | PaperWithdrawn
    | CityEvent
    | FleetHeld,
    Field(discriminator="fault"),
]


def robots_of(fault: FaultBase) -> tuple[str, ...]:
    """Return the robots that a fault names; `whoever` among them."""
    one = getattr(fault, "robot", "")
    many: tuple[str, ...] = getattr(fault, "robots", ())
    return (one,) if one else tuple(name for name in many if name != EVERYBODY)


__all__ = ["EVERYBODY", "WHOEVER", "Fault", "FaultBase", "robots_of"]
