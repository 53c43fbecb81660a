"""What the fleet cost in a period, and whom it saved time, by the ids of the registry. Prices are the site's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from robot_fleet.reports.calendar import DAY_S, Period
from robot_fleet.reports.figures import rounded, share_pct
from robot_fleet.reports.folds.measured import Measured
from robot_fleet.reports.folds.robot_clock import State
from robot_fleet.reports.folds.states import HOUR_S, RobotStates
from robot_fleet.reports.folds.tally import Piece, Tally
from robot_fleet.reports.periodic.service_figures import Values
from robot_fleet.site.models.costs import CostsFile, EnergyCostModel


@dataclass(frozen=True, slots=True)
class Effort:
    """What people had to do: alarms, incidents and interventions of a period."""

    alarms: int
    incidents: int
    interventions: int


def billed_days(states: RobotStates, period: Period) -> list[int]:
    """Return the days of a period on which something is written."""
    days = {int(hour * HOUR_S // DAY_S) for hour in states.hours_with_facts}
    return [day for day in range(period.first_day, period.first_day + period.days) if day in days]


def robot_costs(
    costs: CostsFile,
    kind_of: Mapping[str, str],
    tallies: Mapping[str, Tally],
    parts: Sequence[Piece],
    heard: Measured,
    period: Period,
    days: Sequence[int],
) -> dict[str, Values]:
    """Return what each robot cost by itself: lease, energy, maintenance; nothing of a kind without a price."""
    months = sum(1.0 / period.month_days(day) for day in days)
    charging_s: dict[str, dict[int, float]] = {}
    for piece in parts:
        if piece.use.state is State.CHARGING:
            by_hour = charging_s.setdefault(piece.robot, {})
            by_hour[piece.hour % 24] = by_hour.get(piece.hour % 24, 0.0) + piece.spent_s
    found: dict[str, Values] = {}
    for robot, tally in tallies.items():
        price = costs.kinds.get(kind_of.get(robot, ""))
        if price is None:
            continue
        km = (tally.empty_m + tally.loaded_m) / 1000.0
        found[robot] = {
            "lease_won": price.lease_won_per_month * months,
            "energy_won": _energy_won(costs.energy, robot, tally, charging_s.get(robot, {}), heard, period),
            "maintenance_won": price.maintenance_won_per_month * months + price.maintenance_won_per_km * km,
        }
    return found


def cost_values(
    costs: CostsFile, robots: Mapping[str, Values], effort: Effort, period: Period, days: Sequence[int], done: int
) -> Values:
    """Return what the whole fleet cost, held against its budget."""
    work = costs.operators
    minutes = (
        effort.alarms * work.minutes_per_alarm
        + effort.incidents * work.minutes_per_incident
        + effort.interventions * work.minutes_per_intervention
    )
    parts = added(robots.values())
    operators_won = minutes / 60.0 * work.won_per_hour
    total_won = operators_won + sum(won or 0.0 for won in parts.values())
    months = sum(1.0 / period.month_days(day) for day in days)
    budget_won = None if costs.budget is None else costs.budget.won_per_month * months
    return {
        "billed_days": float(len(days)),
        **{name: rounded(won or 0.0) for name, won in parts.items()},
        "operator_min": rounded(minutes),
        "operators_won": rounded(operators_won),
        "total_won": rounded(total_won),
        "done": float(done),
        "won_per_task": rounded(total_won / done) if done else None,
        "budget_won": None if budget_won is None else rounded(budget_won),
        "budget_used_pct": None if budget_won is None else share_pct(total_won, budget_won),
    }


def added(robots: Iterable[Values]) -> Values:
    """Return the sum of robots' costs."""
    whole: Values = {"lease_won": 0.0, "energy_won": 0.0, "maintenance_won": 0.0}
    for values in robots:
        for name, won in values.items():
            whole[name] = (whole[name] or 0.0) + (won or 0.0)
    return whole


def tariff_won(energy: EnergyCostModel) -> list[float]:
    """Return the price of a kilowatt-hour in each hour of the day."""
    won = [0.0] * 24
    for band in energy.bands:
        for hour in range(band.from_hour, band.to_hour):
            won[hour] = band.won_per_kwh
    return won


def _energy_won(
    energy: EnergyCostModel,
    robot: str,
    tally: Tally,
    charging_s: Mapping[int, float],
    heard: Measured,
    period: Period,
) -> float:
    won, per_kwh = tariff_won(energy), 100.0 / energy.charger_efficiency_pct / 1000.0
    if tally.well_heard:
        hours = range(int(period.from_s // HOUR_S), int(period.to_s // HOUR_S))
        cells = ((hour, heard.get((hour, robot))) for hour in hours)
        return per_kwh * sum(cell.charged_wh * won[hour % 24] for hour, cell in cells if cell is not None)
    weights = charging_s or dict.fromkeys(range(24), 1.0)
    mean_won = sum(won[hour] * weight for hour, weight in weights.items()) / sum(weights.values())
    return per_kwh * tally.reckoned_wh * mean_won
