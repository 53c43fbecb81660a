"""What a base has driven and used since it was commissioned, summed up from what it measures."""

from __future__ import annotations

import json
import logging
import math
import os
from collections.abc import Sequence
from pathlib import Path

LOG = logging.getLogger("robot_fleet")
_RECORD_BYTES = 256


class BaseTotals:
    """Distance and energy of a base, from odometry (metres) and battery charge (Ah times volts).

    The newest readings are part of what is kept: a way driven while nobody listened is counted as the straight line.
    """

    def __init__(self) -> None:
        self.odometer_m = 0.0
        self.loaded_m = 0.0
        self.energy_wh = 0.0
        self._at: tuple[float, float] | None = None
        self._charge_wh: float | None = None

    def moved(self, x_m: float, y_m: float, loaded: bool) -> None:
        """Add the straight way from the last position; one that is not finite is no position."""
        if not (math.isfinite(x_m) and math.isfinite(y_m)):
            return
        if self._at is not None:
            step_m = math.dist(self._at, (x_m, y_m))
            self.odometer_m += step_m
            self.loaded_m += step_m if loaded else 0.0
        self._at = x_m, y_m

    def charged(self, charge_wh: float) -> None:
        """Add what the battery has lost since the last reading; a gain is charging and adds nothing."""
        if not math.isfinite(charge_wh):
            return
        if self._charge_wh is not None:
            self.energy_wh += max(self._charge_wh - charge_wh, 0.0)
        self._charge_wh = charge_wh

    def kept(self) -> list[float | None]:
        """Return all of it as JSON."""
        x_m, y_m = self._at if self._at is not None else (None, None)
        return [self.odometer_m, self.loaded_m, self.energy_wh, x_m, y_m, self._charge_wh]

    def restore(self, kept: Sequence[float | None]) -> None:
        """Go on from what was kept."""
        odometer_m, loaded_m, energy_wh, x_m, y_m, self._charge_wh = kept
        self.odometer_m, self.loaded_m, self.energy_wh = odometer_m or 0.0, loaded_m or 0.0, energy_wh or 0.0
        self._at = (x_m, y_m) if x_m is not None and y_m is not None else None


class KeptTotals:
    """Totals in a file of one small record, written over in place: that survives a kill and costs next to nothing.

    After a power cut the record may be torn. Then the totals begin anew, which reports can bear, unlike orders.

    Parameters
    ----------
    totals : what is kept; goes on from the file's record if there is one.
    path : the file; its folder must exist.
    """

    def __init__(self, totals: BaseTotals, path: Path) -> None:
        self._totals = totals
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        self._record = os.pread(self._file, _RECORD_BYTES, 0)
        if self._record:
            try:
                totals.restore(json.loads(self._record))
            except (ValueError, TypeError):
                LOG.warning("file=%s event=torn the totals begin anew", path)

    def keep(self) -> None:
        """Write the totals, if they have changed."""
        record = json.dumps(self._totals.kept()).encode().ljust(_RECORD_BYTES)
        if record != self._record:
            os.pwrite(self._file, record, 0)
            self._record = record
