"""How a robot's time was spent, folded from its reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

from robot_fleet.core.order import RobotReport

_MOVING = ("driving", "docking", "undocking")


@dataclass(slots=True)
class TimeUse:
    """Fleet seconds of one robot by what it did; together they are the time from its first report to its last.

    Attributes
    ----------
    working_s : acting, or driving with something on board.
    driving_empty_s : driving, docking and undocking with nothing on board.
    waiting_s : with an order, standing (for its right of way, a hold, a time).
    """

    working_s: float = 0.0
    driving_empty_s: float = 0.0
    waiting_s: float = 0.0
    charging_s: float = 0.0
    fault_s: float = 0.0
    idle_s: float = 0.0


def spent_on(report: RobotReport) -> str:
    """Return the field of TimeUse that the time after a report belongs to, until the next report."""
    if report.state == "fault":
        return "fault_s"
    if report.state == "acting":
        return "working_s"
    if report.state in _MOVING:
        return "working_s" if report.load else "driving_empty_s"
    if report.state in ("waiting", "holding"):
        return "waiting_s"
    return "charging_s" if report.charging else "idle_s"


@dataclass(slots=True)
class Rollup:
    """Totals of one robot: its time by use, and the newest odometer and energy that it reported."""

    time: TimeUse
    since_s: float
    use: str
    odometer_m: float
    loaded_m: float
    energy_wh: float

    @classmethod
    def begin(cls, report: RobotReport) -> Rollup:
        """Return the totals after a robot's first report."""
        return cls(TimeUse(), report.at_s, spent_on(report), report.odometer_m, report.loaded_m, report.energy_wh)

    def add(self, report: RobotReport) -> None:
        """Fold a later report in; one that is older than the newest is ignored."""
        if report.at_s < self.since_s:
            return
        setattr(self.time, self.use, getattr(self.time, self.use) + report.at_s - self.since_s)
        self.since_s, self.use = report.at_s, spent_on(report)
        self.odometer_m, self.loaded_m, self.energy_wh = report.odometer_m, report.loaded_m, report.energy_wh

    def to_dict(self) -> dict[str, object]:
        """Return the totals as JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, body: Mapping[str, object]) -> Rollup:
        """Return the totals written by `to_dict`."""
        time = body["time"]
        assert isinstance(time, Mapping)
        return cls(
            time=TimeUse(**{field.name: float(time[field.name]) for field in fields(TimeUse)}),
            since_s=float(str(body["since_s"])),
            use=str(body["use"]),
            odometer_m=float(str(body["odometer_m"])),
            loaded_m=float(str(body["loaded_m"])),
            energy_wh=float(str(body["energy_wh"])),
        )
