"""The watch over a run with real robots: it says when the run must end, and why.

Three things make a mixed run worthless or dangerous: a simulated world that does not keep up with the real one, clocks
that differ, and a real robot of which nobody knows where it is. The first finding stands; whoever asks acts upon it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from robot_fleet.runtime.hil.windows import Factor, Silence, Skew

LEAST_FACTOR = 0.95
FACTOR_PATIENCE_S = 3.0
"""The factor must be too low for so long: a world that paused makes up for it at twice the speed meanwhile."""
MOST_SKEW_S = 0.05
STALE_AFTER_S = 2.0
"""Silence of a robot's odometry, or of the simulated world, after which it is not known where robots are."""
LOST_AFTER_S, LOST_M = 5.0, 1.0
"""Silence of a robot's localisation that is too long once the robot has driven so far without a word of it."""
APPEARS_WITHIN_S = 60.0
"""Robots and world must have been heard by then."""
TWICE_PATIENCE_S = 30.0
"""Two publishers of what one alone should publish are told of after so long: a killed one is seen for a while yet."""
CLOCK_SET_S = 0.05
"""A step of this machine's own clock between two looks that counts as setting it."""

FACTOR, CLOCK, STALE, ABSENT = "runtime_hil_factor", "runtime_hil_clock", "runtime_hil_stale", "runtime_hil_absent"
TWICE = "runtime_hil_twice"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a run must end: a stable code, a sentence with what to do, and the robot or process at fault."""

    code: str
    sentence: str
    where: str


@dataclass(slots=True)
class _Robot:
    motion: Silence
    pose: Silence
    skew: Skew
    unposed_m: float = 0.0


class Watch:
    """Watches the bodies of a run.

    Parameters
    ----------
    robots : ids of those with bodies elsewhere.
    """

    def __init__(self, robots: Iterable[str]) -> None:
        self._robots = {name: _Robot(Silence(), Silence(), Skew()) for name in robots}
        self._world = Silence()
        self._factor = Factor()
        self._world_s: float | None = None
        self._slow_s = 0.0
        self._doubled: dict[str, float] = {}
        self._began_s = 0.0
        self._looked: tuple[float, float] | None = None
        self.verdict: Verdict | None = None

    def heard_world(self, world_s: float) -> None:
        """Take in how far the simulated world is, in seconds of its time."""
        self._world.note()
        self._world_s = world_s

    def heard_motion(self, robot: str, stamp_s: float, wall_s: float, driven_m: float) -> None:
        """Take in a robot's odometry.

        Parameters
        ----------
        stamp_s, wall_s : its stamp, and this machine's clock when it came [s since 1970].
        driven_m : way since the message before.
        """
        seen = self._robots[robot]
        seen.motion.note()
        seen.skew.note(wall_s, stamp_s)
        seen.unposed_m += driven_m

    def heard_pose(self, robot: str) -> None:
        """Take in that a robot's localisation has spoken."""
        seen = self._robots[robot]
        seen.pose.note()
        seen.unposed_m = 0.0

    def published(self, robot: str, topic: str, count: int, steady_s: float) -> None:
        """Take in how many publish what one alone should; one that was killed is counted for a while yet."""
        if count < 2:
            self._doubled.pop(topic, None)
        elif steady_s - self._doubled.setdefault(topic, steady_s) > TWICE_PATIENCE_S:
            self._find(twice(robot, topic, count))

    def look(self, wall_s: float, steady_s: float) -> Verdict | None:
        """Let time pass up to now, and return why the run must end, None while it may go on.

        Parameters
        ----------
        wall_s : this machine's clock [s since 1970].
        steady_s : its monotonic clock [s].
        """
        if self._looked is None:
            self._looked, self._began_s = (wall_s, steady_s), steady_s
        passed_s = steady_s - self._looked[1]
        set_by_s = (wall_s - self._looked[0]) - passed_s
        self._looked = wall_s, steady_s
        self._world.pass_time(passed_s)
        if self._world_s is not None:
            self._factor.note(steady_s, self._world_s)
        for seen in self._robots.values():
            seen.motion.pass_time(passed_s)
            seen.pose.pass_time(passed_s)
            if abs(set_by_s) > CLOCK_SET_S:
                seen.skew.forget()
        if abs(set_by_s) > CLOCK_SET_S:
            message = (
                f"this machine's clock was set by {set_by_s:+.3f} s; let NTP slew the clocks, and start again once they"
                " agree"
            )
            self._find(Verdict(CLOCK, message, "clock"))
        self._judge_presence(steady_s)
        self._judge_factor(passed_s)
        for name, seen in self._robots.items():
            self._judge_robot(name, seen)
        return self.verdict

    def figures(self) -> dict[str, Any]:
        """Return what is measured, as JSON wants it."""
        return {
            "real_time_factor": _rounded(self._factor.value),
            "robots": {
                name: {
                    "silent_s": _rounded(seen.motion.silent_s if seen.motion.heard else None),
                    "pose_silent_s": _rounded(seen.pose.silent_s if seen.pose.heard else None),
                    "clock_behind_s": _rounded(seen.skew.behind_s),
                }
                for name, seen in self._robots.items()
            },
        }

    def _find(self, verdict: Verdict) -> None:
        if self.verdict is None:
            self.verdict = verdict

    def _judge_presence(self, steady_s: float) -> None:
        if steady_s - self._began_s < APPEARS_WITHIN_S:
            return
        if not self._world.heard:
            message = f"the simulated world was not heard of for {APPEARS_WITHIN_S:g} s; its log says why"
            self._find(Verdict(ABSENT, message, "sim_world"))
        for name, seen in self._robots.items():
            missing = [word for word, heard in (("odom", seen.motion), ("amcl_pose", seen.pose)) if not heard.heard]
            if missing:
                self._find(absent(name, missing, APPEARS_WITHIN_S))

    def _judge_factor(self, passed_s: float) -> None:
        if self._world.heard and self._world.silent_s > STALE_AFTER_S + FACTOR_PATIENCE_S:
            self._find(_slow(0.0))
        factor = self._factor.value
        if factor is None or factor >= LEAST_FACTOR:
            self._slow_s = 0.0
            return
        self._slow_s += min(passed_s, FACTOR_PATIENCE_S / 2.0)
        if self._slow_s >= FACTOR_PATIENCE_S:
            self._find(_slow(factor))

    def _judge_robot(self, name: str, seen: _Robot) -> None:
        if seen.motion.heard and seen.motion.silent_s > STALE_AFTER_S:
            message = (
                f"its odometry is silent for {seen.motion.silent_s:.1f} s, so nobody knows where it is; look at the"
                " robot first, then at its network and its drivers"
            )
            self._find(Verdict(STALE, message, name))
        if seen.pose.heard and seen.pose.silent_s > LOST_AFTER_S and seen.unposed_m > LOST_M:
            message = (
                f"it has driven {seen.unposed_m:.1f} m and its localisation is silent for {seen.pose.silent_s:.1f} s;"
                " look at the robot first, then at amcl"
            )
            self._find(Verdict(STALE, message, name))
        behind_s = seen.skew.behind_s
        if behind_s is not None and abs(behind_s) > MOST_SKEW_S:
            word = "behind" if behind_s > 0.0 else "ahead of"
            message = (
                f"the stamps of its odometry are {abs(behind_s) * 1000.0:.0f} ms {word} this machine's clock (at most"
                f" {MOST_SKEW_S * 1000.0:.0f}); keep both clocks by the same NTP server"
            )
            self._find(Verdict(CLOCK, message, name))


def absent(robot: str, missing: Iterable[str], waited_s: float) -> Verdict:
    """Return the finding that a robot does not say what it must."""
    words = " and ".join(f"/{robot}/{word}" for word in missing)
    message = (
        f"nothing came on {words} within {waited_s:g} s; start the robot's Nav2 in the namespace {robot}, with the same"
        " ROS_DOMAIN_ID and ROS_AUTOMATIC_DISCOVERY_RANGE as the fleet"
    )
    return Verdict(ABSENT, message, robot)


def twice(robot: str, topic: str, count: int) -> Verdict:
    """Return the finding that several answer to one name."""
    message = (
        f"{count} publish {topic}: two robots, or two agents, answer to the name {robot}; give each robot a namespace"
        " of its own, and end what should not run"
    )
    return Verdict(TWICE, message, robot)


def _slow(factor: float) -> Verdict:
    message = (
        f"the simulated world runs at {factor:.2f} times real time (at least {LEAST_FACTOR:g}); simulate fewer robots,"
        " or give it a machine with less to do"
    )
    return Verdict(FACTOR, message, "sim_world")


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
