"""How every robot fares, on four axes that are never mixed: activity, freshness, health and control."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from robot_fleet.core.clock import Now
from robot_fleet.core.health import Condition, Level
from robot_fleet.core.lifecycles.link import LinkEvent, LinkState, freshness
from robot_fleet.core.order import RobotReport
from robot_fleet.core.site import Site
from robot_fleet.telemetry.signals import RobotSignals, is_own
from robot_fleet.telemetry.watch import Watch

_FRESHNESS = {
    LinkEvent.REPORT: LinkState.LIVE,
    LinkEvent.AGE_STALE: LinkState.STALE,
    LinkEvent.AGE_OFFLINE: LinkState.OFFLINE,
}


@dataclass(frozen=True, slots=True)
class RobotHealth:
    """How one robot fares.

    Parameters
    ----------
    activity : what it said last that it does; `charging` where it is idle with current; empty before its first word.
    freshness : how old what is known of it is: the older of its newest report and its newest state.
    age_s : steady seconds since then, `inf` if one of them never came.
    health : ok, warning, error; `unknown` unless the freshness is live: no data is never good data.
    control : who moves it: automatic, manual, protective_stop or emergency_stop; as it said last.
    conditions : what its rules see.
    remaining_s : fleet seconds until the battery comes to the kind's reserve; `inf` while it charges, NaN if unknown
        or not live.
    soc_pct : charge of the battery, NaN if unknown or not live.
    order, update : the order, and the update of it, that its agent said last that it has taken.
    control_s : fleet time from which on it has said that this moves it.
    """

    robot: str
    activity: str = ""
    freshness: LinkState = LinkState.NEVER
    age_s: float = math.inf
    health: str = "unknown"
    control: str = "automatic"
    conditions: tuple[Condition, ...] = ()
    remaining_s: float = math.nan
    soc_pct: float = math.nan
    order: str = ""
    update: int = 0
    control_s: float = math.nan


class Board:
    """All robots of a site, watched by its rules.

    Parameters
    ----------
    site : for its robots and its rules.

    Attributes
    ----------
    signals : per robot what its messages amount to; whoever listens feeds them.
    values : per robot what was known of its signals at the last look.
    numbers : what the rules want to know of robots' diagnostics.
    """

    def __init__(self, site: Site) -> None:
        rules = site.health.rules.values()
        codes = [rule.signal.removeprefix("said.") for rule in rules if rule.signal.startswith("said.")]
        self._site = site
        self.numbers = frozenset(rule.signal for rule in rules if not is_own(rule.signal))
        self.values: dict[str, dict[str, float]] = {name: {} for name in site.robots}
        self.signals = {name: RobotSignals(site.kinds[spec.kind], codes) for name, spec in site.robots.items()}
        self._watches = {
            name: Watch(name, [rule for rule in rules if not rule.kinds or spec.kind in rule.kinds])
            for name, spec in site.robots.items()
        }
        self._robots = {name: RobotHealth(name) for name in site.robots}

    def robot(self, name: str) -> RobotHealth:
        """Return how a robot fared at the last look."""
        return self._robots[name]

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Every condition that held at the last look, robot by robot."""
        return tuple(condition for robot in self._robots.values() for condition in robot.conditions)

    def hear(self, report: RobotReport, now: Now) -> None:
        """Take in a report, and from it also where the robot is, for those who hear no more of it."""
        self.hear_report(report, now)
        self.signals[report.robot].hear_state(
            now,
            x_m=report.pose.x_m,
            y_m=report.pose.y_m,
            speed_mps=report.speed_mps,
            soc_pct=report.soc_pct,
            state=report.state,
            loaded=bool(report.load),
            charging=report.charging,
            stamp_s=report.at_s,
        )

    def hear_report(self, report: RobotReport, now: Now) -> None:
        """Take in a report's word of activity, control and the agent's own conditions."""
        self.signals[report.robot].hear_report(
            now,
            soc_pct=report.soc_pct,
            docked=bool(report.docked_at),
            charging=report.charging,
            energy_wh=report.energy_wh,
            conditions=report.conditions,
        )
        activity = "charging" if report.charging and report.state == "idle" else report.state
        known = self._robots[report.robot]
        self._robots[report.robot] = replace(
            known,
            activity=activity,
            control=report.control,
            control_s=known.control_s if known.control == report.control else report.at_s,
            order=report.order,
            update=report.update,
        )

    def look(self, now: Now, robots: Iterable[str] | None = None) -> None:
        """Judge some robots, all of them by default."""
        for name in self.signals if robots is None else robots:
            signals = self.signals[name]
            values = self.values[name] = signals.values(now)
            conditions = self._watches[name].look(values, now)
            age_s = max(signals.age_s(source, now.steady_s) for source in ("report", "state"))
            fresh = LinkState.NEVER if math.isinf(age_s) else _FRESHNESS[freshness(age_s)]
            kind = self._site.kinds[self._site.robots[name].kind]
            self._robots[name] = replace(
                self._robots[name],
                freshness=fresh,
                age_s=age_s,
                health=worst_of(conditions) if fresh is LinkState.LIVE else "unknown",
                conditions=conditions,
                remaining_s=signals.remaining_s(kind.reserve_pct) if fresh is LinkState.LIVE else math.nan,
                soc_pct=values.get("soc_pct", math.nan),
            )


def worst_of(conditions: Iterable[Condition]) -> str:
    """Return ok, warning or error."""
    levels = {condition.level for condition in conditions}
    return next((level.value for level in (Level.ERROR, Level.WARNING) if level in levels), "ok")
