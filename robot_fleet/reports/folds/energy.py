"""What charging cost by load period, how much of it the sun gave, and what was saved against charging at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from typing import Any

from robot_fleet.core.energy import HOUR_S, LOOKED_AHEAD_H, Days, EnergySpec, Hours
from robot_fleet.core.site import Site
from robot_fleet.reports.folds.charging import ChargeLog, Draw, within

QUARTER_S = 900.0
"""Suppliers measure demand as the mean of a quarter of an hour."""


@dataclass(slots=True)
class Bill:
    """What was drawn: energy from the grid by load period, and from the sun, in kilowatt-hours; and its price."""

    kwh: float = 0.0
    solar_kwh: float = 0.0
    price: float = 0.0
    by_load_kwh: dict[str, float] = field(default_factory=dict)

    def add(self, load: str, grid_kwh: float, grid_price: float, solar_kwh: float, solar_price: float) -> None:
        """Add what was drawn in one piece of time."""
        self.kwh += grid_kwh + solar_kwh
        self.solar_kwh += solar_kwh
        self.price += grid_kwh * grid_price + solar_kwh * solar_price
        if grid_kwh > 0.0:
            self.by_load_kwh[load] = self.by_load_kwh.get(load, 0.0) + grid_kwh


@dataclass(frozen=True, slots=True)
class RobotEnergy:
    """What a robot charged, or all of them (`robot` empty); prices are in the site's currency.

    Parameters
    ----------
    kwh : drawn by chargers for it, losses in here.
    grid_by_load_kwh : of that, from the grid in each load period.
    solar_kwh, solar_pct : of that, from the sun, and its share.
    at_once_price, at_once_kwh : the same, had everybody charged at once.
    owed_kwh, owed_price : what would have been drawn by now and has not been, at the lowest price to come.
    saved_price : `at_once_price - price - owed_price`; negative if it cost more.
    saved_grid_kwh : how much less came from the grid, with what is owed counted as coming from there.
    """

    robot: str
    kwh: float
    price: float
    solar_kwh: float
    solar_pct: float | None
    grid_by_load_kwh: dict[str, float]
    at_once_kwh: float
    at_once_price: float
    owed_kwh: float
    owed_price: float
    saved_price: float
    saved_grid_kwh: float


@dataclass(frozen=True, slots=True)
class GroupEnergy:
    """A group of chargers: its limit (None for none), the highest power it drew, and would have drawn at once."""

    group: str
    max_kw: float | None
    peak_kw: float
    at_once_peak_kw: float


@dataclass(frozen=True, slots=True)
class Curve:
    """Means of quarters of an hour from `from_s` on, in kilowatts: of each group, at once, and of the sun; and prices.

    `loads` names the load period of each quarter.
    """

    from_s: float
    step_s: float
    groups_kw: dict[str, list[float]]
    at_once_kw: list[float]
    solar_kw: list[float]
    price_per_kwh: list[float]
    loads: list[str]


@dataclass(frozen=True, slots=True)
class EnergyReport:
    """Charging in a period of fleet time.

    Parameters
    ----------
    demand_kw : highest mean power of a quarter of an hour, all groups together; `at_once_demand_kw` the same at once.
    demand_price_per_month : what the difference costs in a month's demand charge: negative if it is saved.
    """

    from_s: float
    to_s: float
    total: RobotEnergy
    robots: tuple[RobotEnergy, ...]
    groups: tuple[GroupEnergy, ...]
    demand_kw: float
    at_once_demand_kw: float
    demand_price_per_month: float
    curve: Curve

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON."""
        return asdict(self)


def energy_report(site: Site, log: ChargeLog, from_s: float, to_s: float, days: Days | None) -> EnergyReport | None:
    """Return what charging came to between two fleet times; None where the site says nothing of energy.

    Parameters
    ----------
    log : all facts of chargers up to `to_s`, also from before `from_s`.
    days : the site's calendar, None if it has none.
    """
    spec = site.energy
    if spec is None:
        return None
    hours = Hours(spec, days)
    real = within(log.drawn(site, to_s), from_s, to_s)
    once = within(log.at_once(site, to_s), from_s, to_s)
    bills, once_bills = _bills(spec, hours, real), _bills(spec, hours, once)
    first = int(to_s // HOUR_S)
    lowest = min(hours.of(hour).price_per_kwh for hour in range(first, first + LOOKED_AHEAD_H))
    rows = tuple(_row(robot, bills, once_bills, lowest) for robot in site.robots)
    curve = _curve(spec, hours, real, once, from_s, to_s)
    demand_kw = max(map(sum, zip(*curve.groups_kw.values(), strict=True)), default=0.0)
    once_kw = max(curve.at_once_kw, default=0.0)
    return EnergyReport(
        from_s=round(from_s, 1),
        to_s=round(to_s, 1),
        total=_sum(rows),
        robots=rows,
        groups=tuple(
            GroupEnergy(
                group.id,
                group.max_kw if group.max_kw < float("inf") else None,
                round(_peak_kw(each for each in real if each.charger in group.chargers), 3),
                round(_peak_kw(each for each in once if each.charger in group.chargers), 3),
            )
            for group in spec.groups
        ),
        demand_kw=round(demand_kw, 3),
        at_once_demand_kw=round(once_kw, 3),
        demand_price_per_month=round((demand_kw - once_kw) * spec.demand_price_per_kw_month, 1),
        curve=curve,
    )


def _row(robot: str, bills: dict[str, Bill], once: dict[str, Bill], lowest: float) -> RobotEnergy:
    bill, at_once = bills.get(robot, Bill()), once.get(robot, Bill())
    owed_kwh = at_once.kwh - bill.kwh
    grid_kwh, once_grid_kwh = bill.kwh - bill.solar_kwh, at_once.kwh - at_once.solar_kwh
    return _rounded(
        robot,
        bill.kwh,
        bill.price,
        bill.solar_kwh,
        bill.by_load_kwh,
        at_once.kwh,
        at_once.price,
        owed_kwh,
        owed_kwh * lowest,
        once_grid_kwh - grid_kwh - owed_kwh,
    )


def _sum(rows: Sequence[RobotEnergy]) -> RobotEnergy:
    loads: dict[str, float] = {}
    for row in rows:
        for load, kwh in row.grid_by_load_kwh.items():
            loads[load] = loads.get(load, 0.0) + kwh
    return _rounded(
        "",
        sum(row.kwh for row in rows),
        sum(row.price for row in rows),
        sum(row.solar_kwh for row in rows),
        loads,
        sum(row.at_once_kwh for row in rows),
        sum(row.at_once_price for row in rows),
        sum(row.owed_kwh for row in rows),
        sum(row.owed_price for row in rows),
        sum(row.saved_grid_kwh for row in rows),
    )


def _rounded(
    robot: str,
    kwh: float,
    price: float,
    solar_kwh: float,
    loads: dict[str, float],
    at_once_kwh: float,
    at_once_price: float,
    owed_kwh: float,
    owed_price: float,
    saved_grid_kwh: float,
) -> RobotEnergy:
    return RobotEnergy(
        robot=robot,
        kwh=round(kwh, 4),
        price=round(price, 2),
        solar_kwh=round(solar_kwh, 4),
        solar_pct=round(100.0 * solar_kwh / kwh, 1) if kwh > 0.0 else None,
        grid_by_load_kwh={load: round(loads[load], 4) for load in sorted(loads)},
        at_once_kwh=round(at_once_kwh, 4),
        at_once_price=round(at_once_price, 2),
        owed_kwh=round(owed_kwh, 4),
        owed_price=round(owed_price, 2),
        saved_price=round(at_once_price - price - owed_price, 2),
        saved_grid_kwh=round(saved_grid_kwh, 4),
    )


def _bills(spec: EnergySpec, hours: Hours, draws: Iterable[Draw]) -> dict[str, Bill]:
    """Return each robot's bill; whoever charges while the sun is out has a share of it by power."""
    bills: dict[str, Bill] = {}
    for from_s, to_s, now in _pieces(draws):
        hour = hours.at(from_s)
        all_kw = sum(each.kw for each in now)
        sunny = min(hour.solar_kw / all_kw, 1.0) if all_kw > 0.0 else 0.0
        for each in now:
            kwh = each.kw * (to_s - from_s) / HOUR_S
            bill = bills.setdefault(each.robot, Bill())
            bill.add(hour.load, kwh * (1.0 - sunny), hour.price_per_kwh, kwh * sunny, spec.solar_price_per_kwh)
    return bills


def _pieces(draws: Iterable[Draw]) -> Iterator[tuple[float, float, list[Draw]]]:
    """Yield stretches of time in which nothing changes, neither who charges nor the hour, with who charges."""
    by_hour: dict[int, list[Draw]] = {}
    for each in draws:
        for hour in range(int(each.from_s // HOUR_S), int(-(-each.to_s // HOUR_S))):
            begin_s, end_s = hour * HOUR_S, (hour + 1) * HOUR_S
            piece = Draw(each.robot, each.charger, max(each.from_s, begin_s), min(each.to_s, end_s), each.kw)
            by_hour.setdefault(hour, []).append(piece)
    for hour in sorted(by_hour):
        among = by_hour[hour]
        marks = sorted({mark for each in among for mark in (each.from_s, each.to_s)})
        for from_s, to_s in pairwise(marks):
            now = [each for each in among if each.from_s <= from_s and each.to_s >= to_s]
            if now:
                yield from_s, to_s, now


def _peak_kw(draws: Iterable[Draw]) -> float:
    return max((sum(each.kw for each in now) for _, _, now in _pieces(draws)), default=0.0)


def _curve(
    spec: EnergySpec, hours: Hours, real: Sequence[Draw], once: Sequence[Draw], from_s: float, to_s: float
) -> Curve:
    first, last = int(from_s // QUARTER_S), max(int(-(-to_s // QUARTER_S)), int(from_s // QUARTER_S) + 1)
    quarters = range(first, last)
    starts = [hours.at(quarter * QUARTER_S) for quarter in quarters]
    return Curve(
        from_s=first * QUARTER_S,
        step_s=QUARTER_S,
        groups_kw={
            group.id: _means_kw((each for each in real if each.charger in group.chargers), quarters)
            for group in spec.groups
        },
        at_once_kw=_means_kw(once, quarters),
        solar_kw=[hour.solar_kw for hour in starts],
        price_per_kwh=[hour.price_per_kwh for hour in starts],
        loads=[hour.load for hour in starts],
    )


def _means_kw(draws: Iterable[Draw], quarters: range) -> list[float]:
    means = [0.0] * len(quarters)
    for each in draws:
        for quarter in range(int(each.from_s // QUARTER_S), int(-(-each.to_s // QUARTER_S))):
            begin_s = quarter * QUARTER_S
            spent_s = min(each.to_s, begin_s + QUARTER_S) - max(each.from_s, begin_s)
            if quarter in quarters:
                means[quarter - quarters.start] += each.kw * max(spent_s, 0.0) / QUARTER_S
    return [round(kw, 4) for kw in means]
