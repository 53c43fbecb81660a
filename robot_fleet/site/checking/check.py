"""Checks a site folder and reports everything that is wrong with it."""

from __future__ import annotations

from pathlib import Path

from robot_fleet.core.errors import SiteError
from robot_fleet.core.site import GROUND_LEVEL
from robot_fleet.site.checking.reach import check_reach
from robot_fleet.site.checking.references import check_references
from robot_fleet.site.checking.spacing import check_spacing
from robot_fleet.site.checking.walls import check_walls
from robot_fleet.site.ground.maps import read_map
from robot_fleet.site.reading.costs import COSTS_FILE, check_costs
from robot_fleet.site.reading.draft import Draft, read_draft
from robot_fleet.site.reading.findings import Finding
from robot_fleet.site.reading.open_rmf import OPEN_RMF_FILE, check_open_rmf
from robot_fleet.site.reading.pages import PAGES_FILE, check_pages
from robot_fleet.site.reading.recipients import RECIPIENTS_FILE, check_recipients
from robot_fleet.site.reading.reports import REPORTS_FILE, check_reports
from robot_fleet.site.reading.retention import RETENTION_FILE, check_retention
from robot_fleet.site.reading.webhooks import WEBHOOKS_FILE, check_webhooks
from robot_fleet.site.texts import check_texts

# Findings of these codes leave holes in the lane graph; what cannot be reached then would only repeat them.
_FILES = {"site.yaml": 0, "places.yaml": 1, "zones.yaml": 2, "kinds.yaml": 3, "robots.yaml": 4, "items.yaml": 5}
_UNREAD = ("site_folder_missing", "site_file_missing", "site_yaml_malformed", "site_json_malformed")
_HOLES = ("site_place_off_lanes", "site_unknown_vertex", "site_lane_no_length")


def check_site(folder: Path) -> list[Finding]:
    """Return every error of a site folder, file by file; an empty list for a site that is fit to run.

    Beyond what `load_site` insists on, the map is read and lanes and places are held against it with the footprints of
    the robots that may use them, and places against each other and against the lanes. Where a file cannot be read, only
    what is wrong with the files themselves is told.
    """
    draft = read_draft(folder)
    if any(finding.code in _UNREAD for finding in draft.findings):  # all that refers into such a file would follow
        return sorted(draft.findings, key=_place_in_report)
    check_references(draft)
    lanes = draft.file.lanes if draft.file is not None else ""
    holes = any(finding.code in _HOLES or finding.file == lanes for finding in draft.findings)
    if not draft.broken and not holes:
        check_reach(draft)
    _check_world(draft, folder)
    if (folder / WEBHOOKS_FILE).is_file():
        draft.findings += check_webhooks(folder / WEBHOOKS_FILE)
    if (folder / COSTS_FILE).is_file():
        draft.findings += check_costs(folder, draft.kinds, draft.services)
    if (folder / OPEN_RMF_FILE).is_file():
        draft.findings += check_open_rmf(folder, draft.services)
    if (folder / REPORTS_FILE).is_file():
        draft.findings += check_reports(folder)
    if (folder / RETENTION_FILE).is_file():
        draft.findings += check_retention(folder)
    if (folder / RECIPIENTS_FILE).is_file():
        draft.findings += check_recipients(folder, draft.places)
    if (folder / PAGES_FILE).is_file():
        draft.findings += check_pages(folder, draft.services, draft.places)
    if draft.file is not None:
        draft.findings += check_texts(folder, tuple(draft.file.languages))
    _check_map(draft, folder)
    check_spacing(draft)
    return sorted(draft.findings, key=_place_in_report)


def _place_in_report(finding: Finding) -> tuple[int, str, int]:
    return (_FILES.get(finding.file, len(_FILES)), finding.file, finding.line)


def _check_world(draft: Draft, folder: Path) -> None:
    if draft.file is not None and draft.file.world and not (folder / draft.file.world).is_file():
        expected = f"there is no file {draft.file.world!r}; expected the Gazebo world's path, relative to the folder"
        draft.findings.append(Finding("site_file_missing", "site.yaml", "world", expected))


def _check_map(draft: Draft, folder: Path) -> None:
    file = draft.file.map if draft.file is not None else "map.yaml"
    try:
        occupancy = read_map(folder / file)
    except SiteError as error:
        where = Path(error.where)
        name = str(where.relative_to(folder)) if where.is_relative_to(folder) else error.where
        draft.findings.append(Finding(error.code, name, "", error.message))
        return
    charts = {GROUND_LEVEL: occupancy}
    for level in draft.levels.values():
        try:
            charts[level.id] = read_map(Path(level.map_file))
        except SiteError as error:
            draft.findings.append(Finding(error.code, "site.yaml", f"levels.{level.id}", error.message))
            return
    check_walls(draft, charts)
