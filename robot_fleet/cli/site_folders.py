"""`./fleet site new`, `pack` and `unpack`: whole site folders."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from robot_fleet.core.errors import SiteError
from robot_fleet.runtime.shipped import shipped_sites
from robot_fleet.site.making.new import new_site
from robot_fleet.site.making.pack import PackReport, pack_site, unpack_site
from robot_fleet.site.making.template import site_from_template, templates

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def register(app: typer.Typer) -> None:
    """Add the verbs of this module."""
    app.command()(new)
    app.command()(pack)
    app.command()(unpack)


def new(
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="The folder to make; it must be empty or not there.")
    ] = None,
    map_file: Annotated[
        Path | None, typer.Option("--map", metavar="FILE", help="A Nav2 map (YAML; its PGM beside it).")
    ] = None,
    template: Annotated[
        str | None, typer.Option("--template", metavar="NAME", help="A site to begin from; see --list.")
    ] = None,
    list_: Annotated[bool, typer.Option("--list", help="List the templates.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a site: from any Nav2 map, or from a site that is there already.

    From a map: places, lanes, robots, services and a demand are proposed. From a template: a copy with an id, a world
    and a map of its own, which runs at once, and a README.md that says what to change next. The folder is there only
    when all of it is right.

    Examples
    --------
    ./fleet site new --map warehouse.yaml sites/warehouse
    ./fleet site new --list
    ./fleet site new --template khon_kaen_demo sites/my_city
    """
    known = templates(shipped_sites())
    if list_:
        typer.echo(json.dumps({"schema_version": 1, "templates": list(known)}) if as_json else "\n".join(known))
        return
    if folder is None:
        raise SiteError("site_new_from", "expected the folder to make: ./fleet site new --template NAME DIR", "DIR")
    if (map_file is None) == (template is None):
        message = "expected either a map to propose a site for, or a template to begin from"
        raise SiteError("site_new_from", message, "--map, --template")
    if template is not None:
        report = site_from_template(template, known, folder)
    elif map_file is not None:
        report = new_site(map_file, folder)
    if as_json:
        typer.echo(json.dumps({"schema_version": 1, **asdict(report)}, default=str, ensure_ascii=False, indent=1))
        return
    typer.echo(
        f"{report.folder}: {report.places} places, {report.lanes} lanes, {report.robots} robots, "
        f"{report.services} services, {report.requests} requests in demand.csv."
    )
    if template is not None:
        typer.echo(f"{report.folder / 'README.md'} says what to change next.")


def pack(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The site's folder.")],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="The ZIP file to write.")],
    as_json: AsJson = False,
) -> None:
    """Pack a site and its Gazebo world into one file; the same site gives the same bytes.

    Where messages of this fleet go (webhooks.yaml, reports.yaml), who lives where (recipients.yaml) and every file that
    a `secret_file` names are left out.

    Example: ./fleet site pack config/sites/khon_kaen_demo -o khon_kaen.zip
    """
    _tell(pack_site(folder, out), as_json)


def unpack(
    package: Annotated[Path, typer.Argument(metavar="FILE", help="A package of `./fleet site pack`.")],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to make; it must be empty or not there.")],
    as_json: AsJson = False,
) -> None:
    """Unpack a site; the folder is there only if the package is whole, harmless, and passes the check.

    Example: ./fleet site unpack khon_kaen.zip sites/khon_kaen
    """
    _tell(unpack_site(package, folder), as_json)


def _tell(report: PackReport, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"schema_version": 1, **asdict(report)}, default=str, ensure_ascii=False, indent=1))
        return
    typer.echo(f"{report.path}: site {report.site}, {report.files} files, {report.size_bytes / 1e6:.1f} MB unpacked.")
