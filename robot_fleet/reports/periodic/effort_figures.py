"""What the work took: metres, energy, faults and people's interventions, by the ids of the registry."""

from __future__ import annotations

from collections.abc import Collection

from robot_fleet.reports.calendar import Period
from robot_fleet.reports.figures import rounded, share_pct
from robot_fleet.reports.folds.states import HOUR_S, RobotStates
from robot_fleet.reports.folds.tally import Tally
from robot_fleet.reports.periodic.service_figures import Values


def effort_values(tally: Tally, states: RobotStates, robots: Collection[str], period: Period, done: int) -> Values:
    """Return the figures of some robots in a period; answers to tasks belong to no robot and count for all together.

    Parameters
    ----------
    robots : whose they are; "" stands for what belongs to no robot.
    done : tasks that these robots completed.
    """

    def counted(robot: str, at_s: float) -> bool:
        return robot in robots and period.from_s <= at_s < period.to_s

    faults = sum(counted(each.robot, each.at_s) for each in states.faults)
    took_s = [each.took_s for each in states.repairs if counted(each.robot, each.ended_s)]
    interventions = sum(counted(each.robot, each.at_s) for each in states.interventions)
    distance_m = tally.empty_m + tally.loaded_m
    return {
        "done": float(done),
        "tasks_per_robot_h": _per(done * HOUR_S, tally.known_s),
        "distance_m": rounded(distance_m),
        "empty_pct": share_pct(tally.empty_m, distance_m),
        "energy_wh": rounded(tally.used_wh) if tally.heard_s else None,
        "energy_reckoned_wh": rounded(tally.reckoned_wh),
        "wh_per_task": _per(tally.energy_wh, done),
        "heard_pct": share_pct(tally.heard_s, tally.robot_s),
        "faults": float(faults),
        "mtbf_h": _per(tally.in_service_s / HOUR_S, faults),
        "mttr_s": _per(sum(took_s), len(took_s)),
        "interventions": float(interventions),
        "interventions_per_100": _per(100.0 * interventions, done),
        "interventions_per_km": _per(interventions, distance_m / 1000.0),
    }


def _per(part: float, of: float) -> float | None:
    return rounded(part / of) if of else None
