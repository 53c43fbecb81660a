"""The signals of a robot that are kept over time, as data. Others can be added beside them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class KeptSignal:
    """One figure that a robot reports again and again.

    Parameters
    ----------
    name : with its unit, as in `soc_pct`.
    unit : as people write it.
    resolution : in the same unit, above 0. What is kept is rounded to it, so it should lie under the sensor's noise,
        but not far under: noise that is kept costs room.
    """

    name: str
    unit: str
    resolution: float

    def __post_init__(self) -> None:
        if not self.resolution > 0.0:
            raise ValueError(f"the resolution of {self.name} must be above 0, got {self.resolution}")

    @property
    def decimals(self) -> int:
        """How many digits behind the point say all that the resolution leaves."""
        return max(0, math.ceil(-math.log10(self.resolution)))


KEPT: Mapping[str, KeptSignal] = MappingProxyType(
    {
        signal.name: signal
        for signal in (
            KeptSignal("soc_pct", "%", 0.1),
            KeptSignal("speed_mps", "m/s", 0.01),
            KeptSignal("voltage_v", "V", 0.02),
            KeptSignal("current_a", "A", 0.1),
            KeptSignal("temperature_c", "°C", 0.1),
            KeptSignal("position_sigma_m", "m", 0.005),
            KeptSignal("cpu_pct", "%", 1.0),
            KeptSignal("memory_pct", "%", 0.5),
            KeptSignal("loss_pct", "%", 0.5),
            KeptSignal("drain_ratio", "×", 0.02),
            KeptSignal("capacity_pct", "%", 0.5),
        )
    }
)
"""What is kept of each robot, by name."""
