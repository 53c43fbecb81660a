"""A battery whose energy is a straight line between changes of power: reading it costs nothing and changes nothing."""

from __future__ import annotations

import math


class Battery:
    """Energy of one robot.

    Parameters
    ----------
    capacity_wh : when full.
    soc_pct : state of charge at `now_s`, 0 to 100.

    Attributes
    ----------
    power_w : drawn at present; negative while charging.
    limit_s : fleet time at which the battery will be empty (or full) at that power, `inf` for never.
    """

    __slots__ = ("capacity_wh", "energy_wh", "limit_s", "power_w", "settled_s", "stored_wh")

    def __init__(self, capacity_wh: float, soc_pct: float, now_s: float) -> None:
        self.capacity_wh = capacity_wh
        self.stored_wh = capacity_wh * soc_pct / 100.0
        self.energy_wh = 0.0
        self.power_w = 0.0
        self.settled_s = now_s
        self.limit_s = math.inf

    def stored_at_wh(self, now_s: float) -> float:
        """Return the energy in the battery."""
        stored = self.stored_wh - self.power_w * (now_s - self.settled_s) / 3600.0
        full = self.capacity_wh
        return 0.0 if stored < 0.0 else full if stored > full else stored

    def soc_at_pct(self, now_s: float) -> float:
        """Return the state of charge, 0 to 100."""
        return self.stored_at_wh(now_s) / self.capacity_wh * 100.0

    def energy_at_wh(self, now_s: float) -> float:
        """Return the energy drawn from the battery since the robot was commissioned."""
        if self.power_w <= 0.0:
            return self.energy_wh
        return self.energy_wh + min(self.power_w * (now_s - self.settled_s) / 3600.0, self.stored_wh)

    def settle(self, soc_pct: float, now_s: float) -> None:
        """Hold the charge that somebody else measured; nothing is drawn from here."""
        self.stored_wh, self.settled_s = self.capacity_wh * soc_pct / 100.0, now_s
        self.power_w, self.limit_s = 0.0, math.inf

    def sleep(self, pause_s: float) -> None:
        """Let a time pass in which nothing was drawn."""
        self.settled_s += pause_s
        self.limit_s += pause_s

    def draw(self, power_w: float, now_s: float) -> None:
        """Draw `power_w` from now on; a negative power charges, and ends when the battery is full."""
        if power_w == self.power_w:
            return
        energy_wh = self.energy_at_wh(now_s)
        self.stored_wh = self.stored_at_wh(now_s)
        self.energy_wh = energy_wh
        self.settled_s = now_s
        self.power_w = power_w
        if power_w > 0.0:
            self.limit_s = now_s + self.stored_wh / power_w * 3600.0
        elif power_w < 0.0:
            self.limit_s = now_s + (self.capacity_wh - self.stored_wh) / -power_w * 3600.0
        else:
            self.limit_s = math.inf
