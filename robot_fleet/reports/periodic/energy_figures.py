"""Charging as figures of the periodic report, by the ids of the registry."""

from __future__ import annotations

from dataclasses import replace

from robot_fleet.core.site import CalendarSpec
from robot_fleet.reports.calendar import Period
from robot_fleet.reports.figures import rounded
from robot_fleet.reports.folds.energy import EnergyReport, RobotEnergy, energy_report
from robot_fleet.reports.folds.past import Ground, Past
from robot_fleet.reports.periodic.service_figures import Values
from robot_fleet.site.calendar import SiteCalendar

SOLAR = "solar"
"""The row of what the sun gave, among the load periods."""


def energy_of(past: Past, ground: Ground, period: Period) -> EnergyReport | None:
    """Return what charging came to in a period, as far as facts tell; None where nothing is known of it."""
    site, newest_s = ground.energy, past.states.newest_s
    if site is None or past.charging.empty or newest_s is None or newest_s <= period.from_s:
        return None
    to_s = min(period.to_s, newest_s)
    return energy_report(site, past.charging, max(period.from_s, 0.0), to_s, days_of(site.calendar, period))


def days_of(calendar: CalendarSpec | None, period: Period) -> SiteCalendar | None:
    """Return the site's days, its first as the period has it; None where the site has no calendar."""
    if calendar is None:
        return None
    first = period.date_of(0)
    if first is None:
        return SiteCalendar(calendar)
    return SiteCalendar(replace(calendar, simulated_from=first.isoformat()))


def robot_values(row: RobotEnergy) -> Values:
    """Return a robot's charging, or that of all."""
    return {
        "charged_kwh": rounded(row.kwh),
        "charged_won": rounded(row.price),
        "solar_kwh": rounded(row.solar_kwh),
        "solar_pct": row.solar_pct,
        "at_once_won": rounded(row.at_once_price),
        "owed_kwh": rounded(row.owed_kwh),
        "owed_won": rounded(row.owed_price),
        "saved_won": rounded(row.saved_price),
        "saved_grid_kwh": rounded(row.saved_grid_kwh),
    }


def load_values(energy: EnergyReport) -> dict[str, Values]:
    """Return what came from the grid in each load period, and from the sun."""
    found: dict[str, Values] = {load: {"grid_kwh": rounded(kwh)} for load, kwh in energy.total.grid_by_load_kwh.items()}
    if energy.total.solar_kwh > 0.0:
        found[SOLAR] = {"grid_kwh": rounded(energy.total.solar_kwh)}
    return found


def group_values(energy: EnergyReport) -> dict[str, Values]:
    """Return the highest powers of groups of chargers."""
    return {
        group.group: {
            "limit_kw": group.max_kw,
            "peak_kw": group.peak_kw,
            "at_once_peak_kw": group.at_once_peak_kw,
        }
        for group in energy.groups
    }
