"""What the simulator and the manager write down about a run, read and put together into its summary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from robot_fleet.runtime.processes.statefile import read_json
from robot_fleet.runtime.runs.city import without_events
from robot_fleet.runtime.runs.summary import refused_request, whole
from robot_fleet.sim.callers import Request

Figures = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Written:
    """A figures file as it was read: its content, and when it was written (seconds of the system's clock)."""

    body: Figures
    written_s: float


def read_figures(path: Path, since_s: float) -> Written | None:
    """Return a figures file, None if it is not there or was written before `since_s` (by an earlier run)."""
    try:
        written_s = path.stat().st_mtime
    except FileNotFoundError:
        return None
    body = read_json(path)
    return Written(body, written_s) if body is not None and written_s >= since_s else None


class Told(Protocol):
    """What the manager has written down for good (`runtime.told.ToldRequests`)."""

    def refresh(self) -> bool:
        """Look again; return whether there was something new."""
        ...

    @property
    def requests(self) -> list[dict[str, Any]]:
        """The requests that were accepted, each as in a summary."""
        ...

    @property
    def alarms(self) -> list[dict[str, Any]]:
        """The calls for help, each as in a summary."""
        ...

    @property
    def events(self) -> list[dict[str, Any]]:
        """The events of the city, each as in a summary."""
        ...

    @property
    def refused(self) -> Mapping[str, str]:
        """The requests that could not be taken on, and why."""
        ...


class RunFigures:
    """How far a run is, from the newest figures of the simulator and the manager, and from the manager's ledger.

    Parameters
    ----------
    rows : the requests that are played.
    world, fleet : the two files.
    told : the ledger.
    since_s : when the run began (seconds of the system's clock); what was written before is of an earlier run.

    Attributes
    ----------
    fleet_written : how many figures of the manager have been read.
    """

    def __init__(self, rows: Sequence[Request], world: Path, fleet: Path, told: Told, since_s: float) -> None:
        self._rows = rows
        self._told = told
        self._world_file = world
        self._fleet_file = fleet
        self._since_s = since_s
        self._first: Written | None = None
        self._world: Written | None = None
        self._fleet: Written | None = None
        self._all_asked = False
        self.fleet_written = 0

    def refresh(self) -> bool:
        """Read everything again; return whether there was something new.

        The ledger is read last: whatever the simulator says that it was answered stands in it.
        """
        before = self._world, self._fleet
        self._world = read_figures(self._world_file, self._since_s) or self._world
        self._fleet = read_figures(self._fleet_file, self._since_s) or self._fleet
        self._first = self._first or self._world
        self._all_asked = self._world is not None and bool(self._world.body["callers_finished"])
        self.fleet_written += self._fleet != before[1]
        return self._told.refresh() or before != (self._world, self._fleet)

    @property
    def begun(self) -> bool:
        """Whether both have written something."""
        return self._world is not None and self._fleet is not None

    @property
    def at_s(self) -> float:
        """Fleet time of the newest figures, 0 if there are none yet."""
        return float(self._world.body["at_s"]) if self._world is not None else 0.0

    @property
    def ran_s(self) -> float:
        """Fleet seconds since the first figures of this run."""
        return self.at_s - float(self._first.body["at_s"]) if self._first is not None else 0.0

    @property
    def requests(self) -> list[dict[str, Any]]:
        """The requests so far, those refused included, as in a summary."""
        taken = self._told.requests
        return [*taken, *self._refused({entry["id"] for entry in taken})]

    @property
    def idle(self) -> bool:
        """Whether all who ask have asked and been answered, and every request has ended."""
        if not self._all_asked:
            return False
        outcomes = {entry["id"]: entry["outcome"] for entry in self.requests}
        return None not in outcomes.values() and all(row.request_id in outcomes for row in without_events(self._rows))

    def pace(self) -> tuple[float, float]:
        """Return fleet and wall seconds between the first and the newest figures of the simulator."""
        if self._first is None or self._world is None:
            return 0.0, 0.0
        return self.ran_s, self._world.written_s - self._first.written_s

    def summary(
        self,
        *,
        site: str,
        seed: int,
        speed: float,
        pace: tuple[float, float],
        restarts: Mapping[str, int],
        faults: Any = None,
    ) -> dict[str, Any]:
        """Return the run's summary.

        Parameters
        ----------
        pace : what `pace` returned while the simulator was running; its last figures are written while it ends.
        restarts : per process, how often it was started again.
        faults : those of a scenario that struck, None where there was none.
        """
        fleet = self._fleet.body if self._fleet is not None else {}
        world = self._world.body if self._world is not None else {}
        ran_s, wall_s = pace
        requests = self._told.requests
        part = {
            "robots": fleet.get("robots", []),
            "plans": fleet.get("plans", {}),
            "coverage": fleet.get("coverage", {}),
        }
        return whole(
            {**part, "requests": requests, "alarms": self._told.alarms, "events": self._told.events},
            site=site,
            seed=seed,
            speed_asked=speed,
            fleet_time_s=ran_s,
            wall_s=wall_s,
            refused=self._refused({entry["id"] for entry in requests}),
            contacts=world.get("contacts", []),
            restarts=restarts,
            latency_ms={
                "request_to_plan": fleet.get("request_to_plan_ms", {"p50": None, "p99": None}),
                "plan_to_goal": fleet.get("plan_to_goal_ms", {"p50": None, "p99": None}),
            },
            faults=faults,
        )

    def _refused(self, taken: set[str]) -> list[dict[str, Any]]:
        codes = {**self._told.refused, **(self._world.body["refused"] if self._world is not None else {})}
        return [
            refused_request(row.request_id, row.service, row.at_s, codes[row.request_id])
            for row in self._rows
            if row.request_id in codes and row.request_id not in taken
        ]
