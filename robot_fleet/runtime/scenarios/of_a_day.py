"""What goes wrong on a day that is played: the scenario beside its demand, without its expectations."""

from __future__ import annotations

from pathlib import Path

from robot_fleet.core.errors import ScenarioError
from robot_fleet.core.site import Site
from robot_fleet.runtime.scenarios.check import check
from robot_fleet.runtime.scenarios.ground import Ground, ground, site_folder
from robot_fleet.runtime.scenarios.read import read


def ground_of_day(file: Path, folder: Path, site: Site, seed: int) -> Ground:
    """Return the ground of a scenario whose faults are to strike while a day of a site is played.

    Parameters
    ----------
    file : the scenario.
    folder, site : that are played.

    Raises
    ------
    ScenarioError : `scenario_other_site` for one that belongs to another site, or changes what is in it; and as `read`,
        `ground` and `check` do.
    """
    scenario = read(file)
    says = scenario.says
    if site_folder(scenario).resolve() != folder.resolve():
        raise ScenarioError(
            "scenario_other_site", f"its site is {says.site!r}; expected the one that is played", f"{file}: site"
        )
    for key in ("robots", "items"):
        if getattr(says, key):
            message = "a day is played with all that its site has; leave this out, or use `./fleet scenario run`"
            raise ScenarioError("scenario_other_site", message, f"{file}: {key}")
    found = ground(scenario, site)
    check(found, seed)
    return found
