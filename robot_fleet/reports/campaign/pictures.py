"""The pictures of a campaign's runs: one of each scenario, and of which run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import Element

from robot_fleet.core.errors import RequestError
from robot_fleet.reports.campaign.markup import anchor, h
from robot_fleet.reports.campaign.model import Run, Scenario
from robot_fleet.reports.campaign.picture import picture, wall_paths
from robot_fleet.reports.campaign.trace import read_motion
from robot_fleet.reports.campaign.walls import Walls


def chosen(scenario: Scenario) -> Run | None:
    """Return the run that shows a scenario best: the first that ended otherwise than expected, else the first."""
    return next(iter((*scenario.unexpected, *scenario.runs)), None)


def drawn(scenario: Scenario, run: Run, folder: Path, walls: Walls | Element | None, language: str) -> Element:
    """Return the picture of a run from the folder of traces.

    Raises
    ------
    RequestError : `scenario_no_trace` (the run kept none), and as `read_motion` does.
    """
    if run.trace.file is None:
        message = f"seed {run.seed} kept no trace; run it again with --traces DIR: {run.again} --traces DIR"
        raise RequestError("scenario_no_trace", message, scenario.id)
    bodies = None if run.trace.bodies is None else folder / run.trace.bodies
    motion = read_motion(folder / run.trace.file, bodies, run.trace.map_id)
    if not motion.robots:
        message = f"it has no robot on the map {run.trace.map_id!r}"
        raise RequestError("scenario_trace_malformed", message, str(folder / run.trace.file))
    return picture(scenario, run, motion, walls, language)


@dataclass(frozen=True)
class Gallery:
    """Draws pictures for one page, where the walls of each site stand once.

    Parameters
    ----------
    folder : of traces; None for no pictures.
    walls : by site.
    """

    folder: Path | None
    walls: Mapping[str, Walls]
    language: str
    used: dict[str, None] = field(default_factory=dict)

    def of(self, scenario: Scenario) -> Element | None:
        """Return the picture of a scenario, None if there are none, or the run kept no trace."""
        run = chosen(scenario)
        if self.folder is None or run is None or run.trace.file is None:
            return None
        here = None
        if scenario.site in self.walls:
            self.used[scenario.site] = None
            here = h("use", {"href": "#" + anchor("walls", scenario.site)})
        return drawn(scenario, run, self.folder, here, self.language)

    def store(self) -> Iterator[Element]:
        """Yield the walls that pictures use."""
        for site in self.used:
            group = h("g", {"id": anchor("walls", site)}, *wall_paths(self.walls[site]))
            yield h("svg", {"class": "store", "aria-hidden": "true", "focusable": "false"}, h("defs", {}, group))
