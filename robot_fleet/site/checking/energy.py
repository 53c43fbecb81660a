"""Holds a site's `energy.yaml` against its other files: its chargers, its kinds of robots, its calendar."""

from __future__ import annotations

from robot_fleet.core.energy import EnergySpec
from robot_fleet.core.site import CalendarSpec, Place, RobotKind
from robot_fleet.site.models.energy import EnergyFile
from robot_fleet.site.reading.findings import Finding
from robot_fleet.site.reading.source import Source

ENERGY_FILE = "energy.yaml"


def check_energy(
    file: EnergyFile,
    source: Source,
    places: dict[str, Place],
    kinds: dict[str, RobotKind],
    calendar: CalendarSpec | None,
) -> list[Finding]:
    """Return what is wrong between the file and the rest of the site."""
    spec = file.value()
    found = [*_groups(spec, source, places), *_limits(spec, source, places, kinds)]
    for kind, pct in spec.keep_pct.items():
        key = ("keep_pct", kind)
        if kind not in kinds:
            expected = f"there is no robot kind {kind!r}; expected one of kinds.yaml"
            found.append(source.finding("site_unknown_kind", key, expected))
        elif pct < kinds[kind].charge_below_pct:
            expected = f"expected at least the kind's charge_below_pct, {kinds[kind].charge_below_pct:g}, got {pct:g}"
            found.append(source.finding("site_energy_keep", key, expected))
    dated = any(period.months or period.days for period in spec.periods)
    dated = dated or any(forecast.months or forecast.date for forecast in spec.solar)
    if dated and calendar is None:
        expected = "expected a calendar.yaml, since months, dates and kinds of days are told apart here"
        found.append(source.finding("site_energy_calendar", ("tariff",), expected))
    return found


def _groups(spec: EnergySpec, source: Source, places: dict[str, Place]) -> list[Finding]:
    found: list[Finding] = []
    seen: dict[str, str] = {}
    names: set[str] = set()
    for number, group in enumerate(spec.groups):
        if group.id in names:
            expected = f"the group {group.id!r} is already defined; expected each id once"
            found.append(source.finding("site_duplicate_id", ("groups", number, "id"), expected))
        names.add(group.id)
        for at, charger in enumerate(group.chargers):
            key = ("groups", number, "chargers", at)
            if charger not in places or places[charger].kind != "charger":
                expected = f"there is no charger {charger!r}; expected one of places.yaml"
                found.append(source.finding("site_unknown_place", key, expected))
            elif charger in seen:
                expected = f"{charger!r} is in group {seen[charger]!r} already; expected each charger in one group"
                found.append(source.finding("site_energy_group", key, expected))
            seen.setdefault(charger, group.id)
    missing = [place.id for place in places.values() if place.kind == "charger" and place.id not in seen]
    if missing:
        expected = f"expected each charger in one group; {', '.join(missing)} is in none"
        found.append(source.finding("site_energy_group", ("groups",), expected))
    return found


def _limits(spec: EnergySpec, source: Source, places: dict[str, Place], kinds: dict[str, RobotKind]) -> list[Finding]:
    found = []
    for number, group in enumerate(spec.groups):
        known = [places[name] for name in group.chargers if name in places]
        able = [kind for kind in kinds.values() if any(not each.kinds or kind.id in each.kinds for each in known)]
        most_kw = max((spec.drawn_kw(kind.charge_w) for kind in able), default=0.0)
        if group.max_kw + 1e-9 < most_kw:
            expected = f"expected at least {most_kw:.2f} kW, what one robot draws there, got {group.max_kw:g}"
            found.append(source.finding("site_energy_limit", ("groups", number, "max_kw"), expected))
    return found
