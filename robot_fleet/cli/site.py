"""`./fleet site`: checks site folders and makes them and their parts."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from robot_fleet.cli import site_folders
from robot_fleet.core.errors import RequestError, SiteError
from robot_fleet.core.site import Backend
from robot_fleet.site.checking.check import check_site
from robot_fleet.site.demand import generate_day, write_csv
from robot_fleet.site.exports.flow_diagram import flow_page
from robot_fleet.site.exports.ros_files import ros_files, write_files
from robot_fleet.site.ground.alignment import check_pairs, fit_alignment, parse_pair, read_pairs
from robot_fleet.site.ground.maps import read_map
from robot_fleet.site.load import load_site
from robot_fleet.site.making.new import new_site
from robot_fleet.site.worlds.occupancy import HIGH_M, LOW_M, build_map

app = typer.Typer(help="Site folders: check one, make one.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def register(parent: typer.Typer) -> None:
    """Add the verbs of this module."""
    parent.add_typer(app, name="site")


site_folders.register(app)


@app.command()
def check(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The site's folder.")],
    as_json: AsJson = False,
) -> None:
    """Report everything that is wrong with a site; the exit code is 1 if anything is.

    Example: ./fleet site check config/sites/busan_edc
    """
    findings = check_site(folder)
    if as_json:
        rows = [asdict(finding) for finding in findings]
        typer.echo(json.dumps({"schema_version": 1, "findings": rows}, ensure_ascii=False, indent=1))
    elif not findings:
        typer.echo(f"{folder}: no errors found.")
    else:
        for finding in findings:
            typer.echo(f"{finding.where}: {finding.expected} [{finding.code}]")
        typer.echo(f"{folder}: {len(findings)} error(s).")
    if findings:
        raise typer.Exit(1)


@app.command("map")
def make_map(
    world: Annotated[Path, typer.Argument(metavar="WORLD", help="A Gazebo world (SDF).")],
    stem: Annotated[Path, typer.Option("-o", "--out", metavar="STEM", help="Writes STEM.yaml and STEM.pgm.")],
    low_m: Annotated[
        float, typer.Option("--low", metavar="M", help="What ends below this height (metres) is driven over.")
    ] = LOW_M,
    high_m: Annotated[
        float, typer.Option("--high", metavar="M", help="What begins above this height (metres) is driven under.")
    ] = HIGH_M,
    site: Annotated[
        Path | None, typer.Option("--site", metavar="DIR", help="Make a site of the map, too; as `./fleet site new`.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="End at what otherwise is a warning.")] = False,
    as_json: AsJson = False,
) -> None:
    """Draw the occupancy map of a Gazebo world: all that stands between two heights; meshes and included models count.

    For what a lidar sees, and no more, give the heights a little below and above it.

    Examples
    --------
    ./fleet site map worlds/busan_edc.sdf -o config/sites/busan_edc/map
    ./fleet site map warehouse.world -o warehouse --low 0.25 --high 0.35 --site sites/warehouse
    """
    report = build_map(world, stem, low_m=low_m, high_m=high_m, strict=strict)
    made = None if site is None else new_site(report.file, site)
    if as_json:
        told = {"schema_version": 1, **asdict(report), "site": made and asdict(made)}
        typer.echo(json.dumps(told, default=str, ensure_ascii=False, indent=1))
        return
    for warning in report.warnings:
        typer.echo(f"warning: {warning}", err=True)
    size = f"{report.columns * report.resolution_m:.1f} x {report.rows * report.resolution_m:.1f} m"
    typer.echo(f"{report.file}: {size} at {report.resolution_m} m, {report.shapes} shapes.")
    if made is not None:
        typer.echo(f"{made.folder}: {made.places} places, {made.lanes} lanes; complete it by hand.")


@app.command()
def align(
    map_file: Annotated[Path, typer.Option("--map", metavar="FILE", help="The robot's own map (YAML).")],
    pair: Annotated[
        list[str] | None,
        typer.Option(
            "--pair", metavar="X,Y=X,Y", help="A point of its map, and the same of the site's (or a place's id)."
        ),
    ] = None,
    pairs_file: Annotated[
        Path | None,
        typer.Option("--pairs", metavar="CSV", help="Pairs as columns own_x_m, own_y_m, site_x_m, site_y_m."),
    ] = None,
    site: Annotated[
        Path | None,
        typer.Option("--site", metavar="DIR", help="The site: its places, and whether points are on its map."),
    ] = None,
    most_m: Annotated[
        float, typer.Option("--most", metavar="M", help="A point that is off by more (metres) is a mistake.")
    ] = 0.1,
    as_json: AsJson = False,
) -> None:
    """Find where a robot's own map lies in the site's, from three or more points that are on both.

    Take corners of walls that are far from each other. What it prints goes into `robots.yaml` under the robot.

    Example: ./fleet site align --map robot/map.yaml --site my_site --pair 0.4,0.2=12.1,5 --pair 8.4,0.3=dock_1 …
    """
    known = None if site is None else load_site(site)
    pairs = [parse_pair(text, known) for text in pair or ()]
    pairs += [] if pairs_file is None else read_pairs(pairs_file)
    check_pairs(pairs, read_map(map_file), None if known is None else read_map(Path(known.map_file)))
    fit = fit_alignment(pairs)
    at = fit.alignment
    values = [round(at.x_m, 4), round(at.y_m, 4), round(at.yaw_rad, 5)]
    if as_json:
        told = {"schema_version": 1, "alignment": values, "rms_m": fit.rms_m, "off_m": fit.off_m, "scale": fit.scale}
        typer.echo(json.dumps(told, indent=1))
    else:
        for number, (text, off_m) in enumerate(zip(pairs, fit.off_m, strict=True), start=1):
            typer.echo(f"pair {number}: ({text.own_x_m:g}, {text.own_y_m:g}) is off by {off_m:.3f} m")
        typer.echo(f"alignment: {values}  # off by {fit.rms_m:.3f} m (root mean square of {len(pairs)} points)")
    if fit.off_m[fit.worst] > most_m:
        message = f"pair {fit.worst + 1} is off by {fit.off_m[fit.worst]:.2f} m"
        raise SiteError("site_align_off", f"{message}; look whether it is the same point on both maps", "--pair")


@app.command("ros")
def make_ros_files(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The site's folder.")],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help="The folder to write to; made if not there.")],
    robot: Annotated[
        list[str] | None, typer.Option("--robot", metavar="ID", help="Of this robot only; may be given several times.")
    ] = None,
    wall_time: Annotated[
        bool, typer.Option("--wall-time", help="The clock of the machine holds, as with a real robot, not /clock.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write what ROS's own tools are given for a site.

    Nav2's parameters and docks for each robot, Gazebo's models of them, one bridge for all, and RViz's views.
    Launch files make the same files by themselves; take these to look at them, or to a robot's computer.

    Examples
    --------
    ./fleet site ros config/sites/busan_edc -o busan_ros
    ./fleet site ros my_site -o care_1 --robot care_1 --wall-time
    """
    site = load_site(folder)
    for name in robot or ():
        if name not in site.robots:
            raise RequestError("request_unknown_robot", f"the site has {', '.join(site.robots)}", name)
    names = list(dict.fromkeys(robot or site.robots))
    in_gazebo = [name for name in names if site.robots[name].backend is not Backend.HARDWARE]
    files = ros_files(site, out, names, in_gazebo, simulated=not wall_time)
    write_files(files)
    if as_json:
        told = {"schema_version": 1, "files": [str(path) for path in files]}
        typer.echo(json.dumps(told, ensure_ascii=False, indent=1))
        return
    typer.echo(f"{out}: {len(files)} files for {', '.join(names)}.")


@app.command()
def flows(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The site's folder.")],
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FILE", help="Write a page of Markdown there instead.")
    ] = None,
    service: Annotated[
        list[str] | None, typer.Option("--service", metavar="ID", help="Of this one only; may be given several times.")
    ] = None,
) -> None:
    """Draw the flows of a site's services: acts, waits, branches and ends, as Mermaid pictures.

    Examples
    --------
    ./fleet site flows config/sites/busan_edc --service parcel_delivery
    ./fleet site flows config/sites/busan_edc -o docs/reference/flows.md
    """
    site = load_site(folder)
    for name in service or ():
        if name not in site.services:
            raise RequestError("request_unknown_service", f"the site has {', '.join(site.services)}", name)
    page = flow_page(site.id, [each for each in site.services.values() if not service or each.id in service])
    if out is None:
        typer.echo(page, nl=False)
        return
    out.write_text(page, encoding="utf-8")
    typer.echo(f"{out}: the flows of {len(service or site.services)} services.")


@app.command()
def demand(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The site's folder.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The CSV file to write.")],
    seed: Annotated[int, typer.Option(help="The same seed gives the same day.")] = 1,
    requests: Annotated[int | None, typer.Option(min=1, help="How many; the pattern's own number by default.")] = None,
    as_json: AsJson = False,
) -> None:
    """Draw a day of requests after the site's own pattern.

    Example: ./fleet site demand config/sites/busan_edc --seed 7 --requests 250 --out day.csv
    """
    rows = generate_day(folder, seed, requests)
    write_csv(rows, out)
    if as_json:
        typer.echo(json.dumps({"schema_version": 1, "out": str(out), "requests": len(rows)}, ensure_ascii=False))
        return
    typer.echo(f"{out}: {len(rows)} requests.")
