"""What a robot's messages amount to: named signals that health rules watch.

| signal | unit | from |
|---|---|---|
| `age_s.state`, `age_s.report`, `age_s.battery`, `age_s.pose`, `age_s.diagnostics` | s, steady | when each came last |
| `soc_pct` | % | battery |
| `drain_ratio` | | energy taken from the battery over the last minutes, by what the kind's figures say |
| `temperature_c`, `voltage_v`, `current_a` | °C, V, A | battery |
| `position_sigma_m` | m | the larger standard deviation of the pose |
| `still_s` | s, fleet | how long it says that it drives and does not move |
| `reversals` | | how often it turned back while driving in the last minute |
| `recoveries` | | Nav2's recoveries on the goal under way |
| `skew_s` | s, fleet | its clock against the fleet's, the best of the last messages |
| `loss_pct` | % | messages lost of late |
| `uncharged_s` | s, fleet | how long it stands docked without current though it is not full |
| `capacity_pct` | % | the battery's capacity found over a discharge, of that of a new one |
| `diagnostics_level` | | 0 ok, 1 warning, 2 error, 3 stale: the worst of its parts |
| `said.<code>` | 0 or 1 | a condition that its agent reports |
| anything else | | a number of the robot's own diagnostics, for instance `cpu_pct`, `memory_pct` |

A signal that is not known is absent, and so is what has not been heard of for longer than KNOWN_FOR_S: old data is no
data. Ages are absent before the first message.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from robot_fleet.core.clock import Now
from robot_fleet.core.site import RobotKind

MOVED_M = 0.3
"""A robot that has come no farther from where it stood has not moved."""
TURN_STEP_M = 0.2
"""Directions of travel are compared over steps of this length."""
TURNED_BACK_RAD = math.radians(120.0)
REVERSALS_WITHIN_S = 60.0
DRAIN_WINDOW_S = 1_200.0
DRAIN_EVERY_S = 30.0
DRAIN_LEAST = 0.015
"""The ratio is worked out from this part of a full battery on; less says nothing."""
CAPACITY_LEAST_PCT = 15.0
"""A capacity is worked out from a discharge of this much on."""
SKEW_MESSAGES = 10
LOSS_MESSAGES = 100
CHARGED_WITHIN_PCT = 2.0
KNOWN_FOR_S = {"state": 3.0, "report": 3.0, "battery": 15.0, "pose": 60.0, "diagnostics": 15.0}
"""Steady seconds for which the last word of a source holds; a robot that stands tells its pose rarely."""
SOURCES = tuple(KNOWN_FOR_S)
_OWN = frozenset(
    [
        *("soc_pct", "drain_ratio", "temperature_c", "voltage_v", "current_a", "position_sigma_m", "still_s"),
        *("reversals", "recoveries", "skew_s", "loss_pct", "uncharged_s", "capacity_pct", "diagnostics_level"),
    ]
)


def is_own(signal: str) -> bool:
    """Return whether a signal is made here; any other is a number of a robot's diagnostics."""
    return signal in _OWN or signal.startswith(("age_s.", "said."))


@dataclass(slots=True)
class _Drain:
    """Energy since the last charge: what was measured against what the kind's figures say."""

    points: deque[tuple[float, float, float]] = field(default_factory=deque)  # fleet time, charge, modelled Wh so far
    modelled_wh: float = 0.0

    def add(self, at_s: float, soc_pct: float, spent_wh: float) -> None:
        self.modelled_wh += spent_wh
        if not self.points or at_s - self.points[-1][0] >= DRAIN_EVERY_S:
            self.points.append((at_s, soc_pct, self.modelled_wh))
        while at_s - self.points[0][0] > DRAIN_WINDOW_S:
            self.points.popleft()

    def ratio(self, soc_pct: float, battery_wh: float) -> float:
        if not self.points:
            return math.nan
        _, from_pct, from_wh = self.points[0]
        modelled_wh = self.modelled_wh - from_wh
        if modelled_wh < DRAIN_LEAST * battery_wh:
            return math.nan
        return (from_pct - soc_pct) / 100.0 * battery_wh / modelled_wh


@dataclass(slots=True)
class _Motion:
    """How a robot that says it drives gets on."""

    anchor: tuple[float, float] | None = None
    anchor_s: float = 0.0
    step_from: tuple[float, float] | None = None
    heading_rad: float | None = None
    turned_s: deque[float] = field(default_factory=deque)

    def rest(self) -> None:
        self.anchor = self.step_from = self.heading_rad = None

    def drive(self, at_s: float, x_m: float, y_m: float) -> None:
        if self.anchor is None or math.dist(self.anchor, (x_m, y_m)) > MOVED_M:
            self.anchor, self.anchor_s = (x_m, y_m), at_s
        if self.step_from is None:
            self.step_from = x_m, y_m
        elif math.dist(self.step_from, (x_m, y_m)) >= TURN_STEP_M:
            heading_rad = math.atan2(y_m - self.step_from[1], x_m - self.step_from[0])
            if self.heading_rad is not None:
                turn_rad = abs(math.remainder(heading_rad - self.heading_rad, math.tau))
                if turn_rad > TURNED_BACK_RAD:
                    self.turned_s.append(at_s)
            self.step_from, self.heading_rad = (x_m, y_m), heading_rad

    def reversals(self, at_s: float) -> int:
        while self.turned_s and at_s - self.turned_s[0] > REVERSALS_WITHIN_S:
            self.turned_s.popleft()
        return len(self.turned_s)


class RobotSignals:
    """One robot's signals; every `hear_…` takes in one message that has been found plausible (see `intake`).

    Parameters
    ----------
    kind : the robot's kind, for its battery and powers.
    codes : conditions of agents that are of interest.
    """

    def __init__(self, kind: RobotKind, codes: Iterable[str] = ()) -> None:
        self._kind = kind
        self._codes = tuple((f"said.{code}", code) for code in codes)
        self._heard_s: dict[str, float] = {}
        self._values: dict[str, dict[str, float]] = {source: {} for source in SOURCES}
        self._state = ""
        self._state_s = math.nan
        self._speed_mps = 0.0
        self._loaded = False
        self._charging = False
        self._uncharged_from_s: float | None = None
        self._drain = _Drain()
        self._motion = _Motion()
        self._skews: deque[float] = deque(maxlen=SKEW_MESSAGES)
        self._seq = -1
        self._gaps: deque[int] = deque(maxlen=LOSS_MESSAGES)
        self._full: tuple[float, float] | None = None  # charge and energy drawn when a discharge began

    def age_s(self, source: str, steady_s: float) -> float:
        """Return the steady seconds since a source was heard, `inf` if never."""
        return steady_s - self._heard_s.get(source, -math.inf)

    def hear_state(
        self,
        now: Now,
        *,
        x_m: float,
        y_m: float,
        speed_mps: float,
        soc_pct: float,
        state: str,
        loaded: bool,
        charging: bool,
        seq: int | None = None,
        stamp_s: float | None = None,
        recoveries: int = 0,
    ) -> None:
        """Take in where the robot is and what it does.

        Parameters
        ----------
        seq : counts the robot's messages, to find those that were lost; None where they are not counted.
        stamp_s : fleet time by the robot's clock, None if unknown.
        """
        self._heard_s["state"] = now.steady_s
        if not math.isnan(self._state_s) and now.fleet_s > self._state_s:
            self._spend(now.fleet_s, soc_pct, now.fleet_s - self._state_s)
        self._state, self._state_s, self._speed_mps = state, now.fleet_s, speed_mps
        self._loaded, self._charging = loaded, charging
        self._values["state"] = {"soc_pct": soc_pct, "recoveries": float(recoveries)}
        if state == "driving":
            self._motion.drive(now.fleet_s, x_m, y_m)
        else:
            self._motion.rest()
        if stamp_s is not None:
            self.hear_stamp(now, stamp_s)
        if seq is not None:
            if 0 <= self._seq < seq:
                self._gaps.append(seq - self._seq)
            self._seq = seq

    def hear_stamp(self, now: Now, stamp_s: float) -> None:
        """Take in what the robot's clock says; a message that is refused for its stamp still tells this."""
        self._skews.append(now.fleet_s - stamp_s)

    def hear_report(
        self, now: Now, *, soc_pct: float, docked: bool, charging: bool, energy_wh: float, conditions: Iterable[str]
    ) -> None:
        """Take in what the robot's agent says of itself."""
        self._heard_s["report"] = now.steady_s
        told = frozenset(conditions)
        self._values["report"].update((name, float(code in told)) for name, code in self._codes)
        waits = docked and not charging and soc_pct < self._kind.charge_to_pct - CHARGED_WITHIN_PCT
        if not waits:
            self._uncharged_from_s = None
        elif self._uncharged_from_s is None:
            self._uncharged_from_s = now.fleet_s
        self._find_capacity(soc_pct, energy_wh, charging)

    def hear_battery(self, now: Now, *, voltage_v: float, current_a: float, temperature_c: float) -> None:
        """Take in what the battery says; NaN for what it does not measure."""
        self._heard_s["battery"] = now.steady_s
        self._values["battery"] = {"voltage_v": voltage_v, "current_a": current_a, "temperature_c": temperature_c}

    def hear_pose(self, now: Now, sigma_m: float) -> None:
        """Take in how well the robot is localised."""
        self._heard_s["pose"] = now.steady_s
        self._values["pose"]["position_sigma_m"] = sigma_m

    def hear_diagnostics(self, now: Now, level: int, numbers: Mapping[str, float]) -> None:
        """Take in the worst level of the robot's parts, and numbers that some of them tell."""
        self._heard_s["diagnostics"] = now.steady_s
        self._values["diagnostics"]["diagnostics_level"] = float(level)
        self._values["diagnostics"] |= numbers

    def values(self, now: Now) -> dict[str, float]:
        """Return every signal that is known, by name."""
        found: dict[str, float] = {}
        for source, heard_s in self._heard_s.items():
            age_s = found[f"age_s.{source}"] = now.steady_s - heard_s
            if age_s <= KNOWN_FOR_S[source]:
                found |= self._values[source]
        found = {name: value for name, value in found.items() if not math.isnan(value)}
        if self._is_known("report", now):
            found["uncharged_s"] = 0.0 if self._uncharged_from_s is None else now.fleet_s - self._uncharged_from_s
        if self._is_known("state", now):
            found |= self._driving(now)
        if self._skews:
            found["skew_s"] = min(map(abs, self._skews))
        return found

    def remaining_s(self, reserve_pct: float) -> float:
        """Return the fleet seconds until the battery comes to a charge, as it was used in the last minutes.

        Where little was measured the kind's figures for what it does now stand in; `inf` while it charges, NaN before
        the first message.
        """
        if "state" not in self._heard_s:
            return math.nan
        if self._charging:
            return math.inf
        soc_pct = self._values["state"]["soc_pct"]
        points = self._drain.points
        span_s = self._state_s - points[0][0] if points else 0.0
        spent_wh = (points[0][1] - soc_pct) / 100.0 * self._kind.battery_wh if points else 0.0
        power_w = spent_wh * 3600.0 / span_s if span_s >= DRAIN_WINDOW_S / 4.0 and spent_wh > 0.0 else self._power_w()
        return max(soc_pct - reserve_pct, 0.0) / 100.0 * self._kind.battery_wh / power_w * 3600.0

    def _is_known(self, source: str, now: Now) -> bool:
        return self.age_s(source, now.steady_s) <= KNOWN_FOR_S[source]

    def _driving(self, now: Now) -> dict[str, float]:
        """Return what follows from the states heard so far."""
        motion = self._motion
        found = {
            "still_s": 0.0 if motion.anchor is None else now.fleet_s - motion.anchor_s,
            "reversals": float(motion.reversals(now.fleet_s)),
        }
        ratio = self._drain.ratio(self._values["state"]["soc_pct"], self._kind.battery_wh)
        if not math.isnan(ratio):
            found["drain_ratio"] = ratio
        if self._gaps:
            found["loss_pct"] = 100.0 * (1.0 - len(self._gaps) / sum(self._gaps))
        return found

    def _power_w(self) -> float:
        kind = self._kind
        if self._speed_mps < 0.05:
            return kind.standing_w
        return kind.loaded_w if self._loaded else kind.driving_w

    def _spend(self, at_s: float, soc_pct: float, span_s: float) -> None:
        if self._charging:
            self._drain = _Drain()
        else:
            self._drain.add(at_s, soc_pct, self._power_w() * span_s / 3600.0)

    def _find_capacity(self, soc_pct: float, energy_wh: float, charging: bool) -> None:
        if charging or self._full is None or soc_pct > self._full[0]:
            self._full = soc_pct, energy_wh
        spent_pct = self._full[0] - soc_pct
        if spent_pct >= CAPACITY_LEAST_PCT:
            self._values["report"]["capacity_pct"] = (
                (energy_wh - self._full[1]) / spent_pct * 1e4 / self._kind.battery_wh
            )
