"""The trace: the physical truth as CSV, ten pose rows per robot and fleet second and a row per physical act."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from robot_fleet.sim.robot import SimRobot

HEADER = "t_s,robot,map_id,x_m,y_m,yaw_rad,length_m,width_m,mass_kg,load,soc_pct,event\n"
_BUFFERED_ROWS = 4000


class Trace:
    """Writes rows to a file, through a buffer.

    Parameters
    ----------
    path : the CSV file; made anew with its header, or continued.
    at_byte : length up to which an existing file is kept; None makes the file anew.
    """

    def __init__(self, path: Path, at_byte: int | None = None) -> None:
        self._rows: list[str] = []
        self._file: BinaryIO = path.open("wb" if at_byte is None else "r+b")
        if at_byte is None:
            self._rows.append(HEADER)
        else:
            self._file.truncate(at_byte)
            self._file.seek(0, os.SEEK_END)

    def poses(self, now_s: float, robots: Sequence[SimRobot]) -> None:
        """Add a pose row for each robot."""
        t = f"{now_s:.1f}"
        rows = self._rows
        for robot in robots:
            text = robot.text
            if not text:
                x, y, yaw = robot.x_m, robot.y_m, robot.yaw_rad
                text = robot.text = f",{robot.id},{robot.map_id},{x:.4f},{y:.4f},{yaw:.4f},{robot.tail}"
            full_wh = robot.capacity_wh
            left_wh = robot.stored_wh - robot.power_w * (now_s - robot.settled_s) / 3600.0
            soc_pct = 0.0 if left_wh < 0.0 else 100.0 if left_wh > full_wh else left_wh / full_wh * 100.0
            rows.append(f"{t}{text}{soc_pct:.4f},\n")
        if len(rows) > _BUFFERED_ROWS:
            self._write()

    def act(self, now_s: float, robot: SimRobot, event: str) -> None:
        """Add the row of a physical act."""
        self._rows.append(
            f"{now_s:.1f},{robot.id},{robot.map_id},{robot.x_m:.4f},{robot.y_m:.4f},{robot.yaw_rad:.4f},"
            f"{robot.tail}{robot.soc_at_pct(now_s):.4f},{event}\n"
        )

    def _write(self) -> None:
        self._file.write("".join(self._rows).encode())
        self._rows.clear()

    def flush(self) -> int:
        """Write the buffer out to the operating system; return the file's length in bytes."""
        self._write()
        self._file.flush()
        return self._file.tell()

    def close(self) -> None:
        """Write the buffer out and close the file."""
        self._write()
        self._file.close()
