"""`./fleet scenario report` and `picture`: what came of scenarios, as a page and as pictures."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from robot_fleet.cli.languages import Lang, Language
from robot_fleet.core.errors import FleetError, RequestError, RuntimeFailure

if TYPE_CHECKING:
    from robot_fleet.reports.campaign.model import Run, Scenario
    from robot_fleet.reports.campaign.walls import Walls

Result = Annotated[Path, typer.Argument(metavar="RESULT", help="What scenario run --json wrote.")]
Site = Annotated[
    Path | None, typer.Option("--site", metavar="DIR", help="The site's folder, for its walls; looked for by default.")
]


def register(scenarios: typer.Typer) -> None:
    """Add the verbs below `scenario`."""
    scenarios.command()(report)
    scenarios.command()(picture)


def report(
    result: Result,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="OUT", help="The HTML file to write.")],
    against: Annotated[
        Path | None, typer.Option("--against", metavar="LAST", help="The result of the last campaign, to compare with.")
    ] = None,
    traces: Annotated[
        Path | None, typer.Option("--traces", metavar="DIR", help="Where the traces are kept; for pictures.")
    ] = None,
    site: Site = None,
    lang: Lang = Language.EN,
) -> None:
    """Write a campaign's report: one HTML file that loads nothing and opens from disk.

    What ran, on what commit; what failed, and what shows it; pass rates with intervals; the figures' distributions,
    beside those of the last campaign. With --traces a picture of each scenario's trajectories, too.

    Example: ./fleet scenario report out.json --against last.json --traces traces -o report.html
    """
    from robot_fleet.cli.play import check_writable
    from robot_fleet.reports.campaign.page import Told, page_text
    from robot_fleet.reports.campaign.pictures import Gallery
    from robot_fleet.reports.campaign.read import read_campaign

    check_writable("--out", out)
    campaign = read_campaign(result)
    last = None if against is None else read_campaign(against)
    known = {} if traces is None else _walls(campaign.scenarios, site)
    gallery = Gallery(traces, known, lang.value)
    told = Told(campaign, result.name, last, "" if against is None else against.name, gallery)
    _write(out, page_text(told))
    typer.echo(str(out))


def picture(
    result: Result,
    scenario: Annotated[str, typer.Option("--scenario", metavar="ID", help="Which scenario.")],
    traces: Annotated[Path, typer.Option("--traces", metavar="DIR", help="Where the traces are kept.")],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="OUT", help="The SVG file to write.")],
    seed: Annotated[
        int | None, typer.Option("--seed", metavar="S", help="Which run; the first that failed, else the first.")
    ] = None,
    site: Site = None,
    lang: Lang = Language.EN,
) -> None:
    """Draw how the robots of a run drove: on the site's map, with times, acts, calls for help, faults and contacts.

    Example: ./fleet scenario picture out.json --scenario quiet_morning --traces traces -o picture.svg
    """
    from robot_fleet.cli.play import check_writable
    from robot_fleet.reports.campaign.markup import svg_text
    from robot_fleet.reports.campaign.picture import alone
    from robot_fleet.reports.campaign.pictures import drawn
    from robot_fleet.reports.campaign.read import read_campaign

    check_writable("--out", out)
    campaign = read_campaign(result)
    chosen = campaign.scenario(scenario)
    if chosen is None:
        offered = ", ".join(each.id for each in campaign.scenarios) or "none"
        message = f"the result has no scenario {scenario!r}; expected {offered}"
        raise RequestError("scenario_result_unknown", message, "--scenario")
    walls = _walls([chosen], site).get(chosen.site)
    _write(out, svg_text(alone(drawn(chosen, _run(chosen, seed), traces, walls, lang.value))))
    typer.echo(str(out))


def _run(scenario: Scenario, seed: int | None) -> Run:
    from robot_fleet.reports.campaign.pictures import chosen

    found = chosen(scenario) if seed is None else next((run for run in scenario.runs if run.seed == seed), None)
    if found is None:
        offered = ", ".join(str(run.seed) for run in scenario.runs) or "none"
        message = f"{scenario.id} has no run with seed {seed}; expected {offered}"
        raise RequestError("scenario_result_unknown", message, "--seed")
    return found


def _walls(scenarios: Iterable[Scenario], site: Path | None) -> dict[str, Walls]:
    """Return the walls of the sites of scenarios; those that are not found are left out, unless they were named.

    Raises
    ------
    SiteError : as `load_site` and `read_map` do, of a site that was named.
    """
    found: dict[str, Walls] = {}
    if site is not None:
        name, walls = _walls_of(site)
        found[name] = walls
    for scenario in scenarios:
        folder = None if scenario.site in found else _folder(scenario)
        if folder is not None:
            name, walls = _walls_of(folder)
            found.setdefault(name, walls)
    return found


def _walls_of(folder: Path) -> tuple[str, Walls]:
    from robot_fleet.reports.campaign.walls import walls
    from robot_fleet.site.ground.maps import read_map
    from robot_fleet.site.load import load_site

    site = load_site(folder)
    return site.id, walls(read_map(folder / site.map_file))


def _folder(scenario: Scenario) -> Path | None:
    """Return the folder of a scenario's site: as its file says, else a site of the program of that id."""
    from robot_fleet.runtime.scenarios.ground import site_folder
    from robot_fleet.runtime.scenarios.read import read, share

    try:
        return site_folder(read(Path(scenario.file)))
    except FleetError:
        folder = share() / "config" / "sites" / scenario.site
        return folder if (folder / "site.yaml").is_file() else None


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        message = f"the file cannot be written: {error.strerror}"
        raise RuntimeFailure("runtime_file_unwritable", message, str(path)) from error
