"""The ground of a scenario: its site with the robots and things that take part, and what people ask for."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from pathlib import Path

from robot_fleet.core.clock import parse_clock
from robot_fleet.core.errors import ScenarioError
from robot_fleet.core.site import ItemSpec, Site
from robot_fleet.runtime.scenarios.read import Scenario, share
from robot_fleet.site.demand import RequestRow, generate_day, read_csv
from robot_fleet.site.load import load_site


@dataclass(frozen=True, slots=True)
class Ground:
    """A scenario with its site.

    Parameters
    ----------
    folder : of the site.
    whole : the site as its folder says.
    site : the same with the scenario's robots and things.
    begin_s : fleet time.
    """

    scenario: Scenario
    folder: Path
    whole: Site
    site: Site
    begin_s: float

    @property
    def end_s(self) -> float:
        """Fleet time of the latest end."""
        return self.begin_s + self.scenario.says.lasts_s

    @property
    def map_id(self) -> str:
        """The map on which the robots are."""
        first = next(iter(self.site.robots.values()))
        return self.site.places[first.start].pose.map_id


def site_folder(scenario: Scenario) -> Path:
    """Return the folder of a scenario's site.

    Raises
    ------
    ScenarioError : `scenario_unknown_site`.
    """
    word = scenario.says.site
    for folder in (share() / "config" / "sites" / word, scenario.path.parent / word):
        if (folder / "site.yaml").is_file():
            return folder
    ours = sorted(each.name for each in (share() / "config" / "sites").glob("*") if each.is_dir())
    message = f"there is no site {word!r}; expected {', '.join(ours)}, or a site's folder (from the scenario's file on)"
    raise ScenarioError("scenario_unknown_site", message, f"{scenario.path}: site")


def ground(scenario: Scenario, whole: Site | None = None) -> Ground:
    """Return the ground of a scenario.

    Parameters
    ----------
    whole : the site, if it has been loaded already.

    Raises
    ------
    ScenarioError : `scenario_unknown_site`, `scenario_unknown_robot`, `scenario_unknown_place`, `scenario_twice`,
        `request_time_malformed`.
    SiteError : as `load_site` does.
    """
    says, path = scenario.says, scenario.path
    folder = site_folder(scenario)
    whole = whole or load_site(folder)
    robots = dict(whole.robots)
    if says.robots:
        robots = {}
        for number, choice in enumerate(says.robots):
            key = f"{path}: robots.{number}"
            spec = whole.robots.get(choice.id)
            if spec is None:
                offered = ", ".join(whole.robots)
                message = f"the site has no robot {choice.id!r}; expected {offered}"
                raise ScenarioError("scenario_unknown_robot", message, f"{key}.id")
            if choice.id in robots:
                raise ScenarioError("scenario_twice", f"the robot {choice.id!r} stands there twice", f"{key}.id")
            if choice.start and choice.start not in whole.places:
                raise ScenarioError("scenario_unknown_place", f"there is no place {choice.start!r}", f"{key}.start")
            soc_pct = spec.start_soc_pct if choice.soc_pct is None else choice.soc_pct
            robots[choice.id] = replace(spec, start_soc_pct=soc_pct, start=choice.start or spec.start)
    items = dict(whole.items)
    for number, item in enumerate(says.items):
        key = f"{path}: items.{number}"
        if item.id in items:
            raise ScenarioError("scenario_twice", f"there is a thing {item.id!r} already", f"{key}.id")
        if item.at not in whole.places:
            raise ScenarioError("scenario_unknown_place", f"there is no place {item.at!r}", f"{key}.at")
        items[item.id] = ItemSpec(item.id, item.kind, item.at, item.mass_kg, item.length_m, item.width_m)
    site = replace(whole, robots=robots, items=items)
    return Ground(scenario, folder, whole, site, parse_clock(says.begins))


def requests(ground: Ground, seed: int) -> list[RequestRow]:
    """Return what people ask for in a run, by time.

    Raises
    ------
    ScenarioError : as `read_csv` does.
    SiteError : as `generate_day` does.
    """
    says = ground.scenario.says
    demand = says.demand
    rows: list[RequestRow] = []
    if demand.file:
        rows = read_csv(ground.scenario.path.parent / demand.file)
    elif demand.generated is not None:
        wanted = demand.generated
        rows = [
            row
            for row in generate_day(ground.folder, seed, wanted.requests)
            if ground.begin_s <= row.at_s < ground.end_s and (not wanted.services or row.service in wanted.services)
        ]
    for row in demand.rows:
        late_s = random.Random(f"{seed}/row/{row.id}").uniform(0.0, row.spread_s)
        at_s = round(ground.begin_s + row.at_s + late_s, 1)
        rows.append(RequestRow(row.id, at_s, row.service, row.params))
    return sorted(rows, key=lambda row: (row.at_s, row.request_id))
