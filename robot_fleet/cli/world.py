"""`./fleet world`: checks Gazebo worlds."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from robot_fleet.core.errors import RequestError
from robot_fleet.site.load import load_site
from robot_fleet.site.worlds.check import check_places, check_world, includes_any
from robot_fleet.site.worlds.findings import Level, WorldFinding
from robot_fleet.site.worlds.robot_model import robot_model
from robot_fleet.site.worlds.sdformat import check_with_sdformat, sdformat

app = typer.Typer(help="Gazebo worlds (SDF): check them, and make robots for them.", no_args_is_help=True)


def register(parent: typer.Typer) -> None:
    """Add the verbs of this module."""
    parent.add_typer(app, name="world")


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILES...", help="Worlds or models (SDF).")],
    site: Annotated[
        Path | None, typer.Option("--site", metavar="DIR", help="Look whether robots can stand at this site's places.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Take warnings as errors.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Report what is wrong with Gazebo worlds, by line; the exit code is 1 if anything is.

    Misspelt elements, plugins and parameters, joints and frames that are not there, files that are missing, masses and
    sensors that cannot be: Gazebo starts without a word about most of them. Where `ign sdf` or `gz sdf` is installed,
    its check is asked too.

    Examples
    --------
    ./fleet world check worlds/*.sdf
    ./fleet world check worlds/busan_edc.sdf --site config/sites/busan_edc
    """
    place = None if site is None else load_site(site)
    findings: list[WorldFinding] = []
    for file in files:
        found = check_world(file)
        if not _errors(found):
            if not includes_any(file):
                found += check_with_sdformat(file)
            if place is not None:
                found += check_places(file, place)
        findings += found
        if not as_json:
            _tell(file, found)
    if as_json:
        rows = [asdict(finding) for finding in findings]
        told = {"schema_version": 1, "sdformat": sdformat() is not None, "findings": rows}
        typer.echo(json.dumps(told, ensure_ascii=False, indent=1))
    if _errors(findings) or (strict and findings):
        raise typer.Exit(1)


@app.command()
def robot(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="A kind of robot of the site.")],
    site: Annotated[Path, typer.Option("--site", metavar="DIR", help="The site's folder.")],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="The SDF file to write.")],
    name: Annotated[
        str, typer.Option("--name", help="Of the model, and before its topics; the kind's by default.")
    ] = "",
) -> None:
    """Write the Gazebo model of a robot, with the size, mass, speed and battery that the site says.

    Example: ./fleet world robot care --site config/sites/busan_edc --name care_1 -o care_1.sdf
    """
    kinds = load_site(site).kinds
    if kind not in kinds:
        raise RequestError("request_unknown_kind", f"no kind {kind!r}; the site has {', '.join(kinds)}", kind)
    out.write_text(robot_model(kinds[kind], name or kind), encoding="utf-8")
    typer.echo(f"{out}: {kinds[kind].name.en}, {kinds[kind].mass_kg:g} kg")


def _errors(findings: list[WorldFinding]) -> list[WorldFinding]:
    return [finding for finding in findings if finding.level is Level.ERROR]


def _tell(file: Path, findings: list[WorldFinding]) -> None:
    for finding in findings:
        where = f"{finding.file}:{finding.line}" if finding.line else finding.file
        typer.echo(f"{where}: {finding.level}: {finding.message} [{finding.code}]")
    errors = len(_errors(findings))
    typer.echo(f"{file}: {errors} error(s), {len(findings) - errors} warning(s).")
