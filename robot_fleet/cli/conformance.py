"""`./fleet conformance`: checks whether a robot that speaks Nav2 is one that a fleet can rely on."""

from __future__ import annotations

import json
import math
import os
import re
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from robot_fleet import __version__
from robot_fleet.cli.tasks import confirm
from robot_fleet.core.errors import RequestError
from robot_fleet.core.geometry import Pose
from robot_fleet.runtime.conformance.certificate import Certificate
from robot_fleet.runtime.conformance.checks import Check, chosen, judge
from robot_fleet.runtime.conformance.course import Course, lay_course
from robot_fleet.runtime.conformance.recording import Point
from robot_fleet.site.ground.maps import OccupancyMap, read_map

if TYPE_CHECKING:
    from robot_fleet.ros.conformance.probe import Probe

_NAMESPACE = re.compile(r"/?[A-Za-z][A-Za-z0-9_]*(/[A-Za-z][A-Za-z0-9_]*)*")
_DISCOVERY = "ROS_AUTOMATIC_DISCOVERY_RANGE"
_NO_DOCK = "no dock was named (--dock)"


def register(parent: typer.Typer) -> None:
    """Add the verb."""
    parent.command("conformance")(conformance)


def conformance(
    namespace: Annotated[str, typer.Option("--namespace", metavar="NAME", help="The robot's, as /r1.")] = "",
    json_out: Annotated[Path | None, typer.Option("--json", metavar="OUT", help="Write the findings as JSON.")] = None,
    certificate: Annotated[
        Path | None, typer.Option("--certificate", metavar="FILE", help="Write a page about it (Markdown).")
    ] = None,
    dock: Annotated[
        str, typer.Option("--dock", metavar="ID", help="A dock of the robot's database; without it, no docking.")
    ] = "",
    goal: Annotated[
        str,
        typer.Option("--goal", metavar="X,Y", help="Where to drive to and fro, straight; else the longest free line."),
    ] = "",
    map_file: Annotated[
        Path | None, typer.Option("--map", metavar="FILE", help="The robot's map, if it does not publish it.")
    ] = None,
    radius_m: Annotated[float, typer.Option("--radius", min=2.0, max=50.0, help="Metres it may go from here.")] = 6.0,
    clearance_m: Annotated[
        float, typer.Option("--clearance", min=0.1, max=5.0, help="Metres of free ground wanted on both sides.")
    ] = 0.6,
    timeout_s: Annotated[float, typer.Option("--timeout", min=5.0, max=3600.0, help="Seconds for each drive.")] = 120.0,
    wait_s: Annotated[
        float, typer.Option("--wait", min=1.0, max=3600.0, help="Seconds to wait for the robot to appear.")
    ] = 30.0,
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="CHECK", help="Only this check; repeatable.")
    ] = None,
    list_only: Annotated[bool, typer.Option("--list", help="List the checks and end.")] = False,
    sim_time: Annotated[bool, typer.Option("--sim-time", help="The robot lives by /clock.")] = False,
    domain: Annotated[
        int | None, typer.Option("--domain", min=0, max=232, help="ROS_DOMAIN_ID; the environment's by default.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="The area is clear: do not ask.")] = False,
) -> None:
    """Drive a robot that speaks Nav2 to and fro, and tell whether a fleet can rely on it.

    THE ROBOT MOVES, along one straight line that is shown before. Keep the area clear and a hand at its emergency stop.
    Whatever ends the checks, Ctrl-C too, the robot's goals are cancelled at the end. No fleet may drive it meanwhile.
    The exit code is 0 only if every mandatory check passes.

    Examples
    --------
    ./fleet conformance --namespace /r1 --dock charger_1 --json r1.json --certificate r1.md
    ./fleet conformance --namespace /care_1 --sim-time --domain 20 --yes
    ./fleet conformance --list
    """
    checks = chosen(only or ())
    if list_only:
        for check in checks:
            typer.echo(f"{check.id:<15} {'' if check.mandatory else '(recommended) '}{check.asks} {check.ko}.")
        return
    if not _NAMESPACE.fullmatch(namespace):
        raise RequestError("request_namespace", f"expected --namespace with a name such as /r1, got {namespace!r}")
    for file in (json_out, certificate):
        if file is not None and not file.absolute().parent.is_dir():
            raise RequestError("request_no_folder", "expected a folder to write to", str(file.absolute().parent))
    target = _point(goal) if goal else None
    ground = None if map_file is None else read_map(map_file)
    found = _check(
        namespace.strip("/"),
        checks,
        dock=dock,
        ground=ground,
        target=target,
        area_m=(radius_m, clearance_m),
        patience_s=(wait_s, timeout_s),
        simulated=sim_time,
        domain=domain,
        asks=not yes,
        is_whole=not only,
    )
    typer.echo(found.text())
    if json_out is not None:
        json_out.write_text(json.dumps(found.document(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    if certificate is not None:
        certificate.write_text(found.markdown(), encoding="utf-8")
    if not found.passed:
        raise typer.Exit(1)


def _check(
    robot: str,
    checks: Sequence[Check],
    *,
    dock: str,
    ground: OccupancyMap | None,
    target: Point | None,
    area_m: tuple[float, float],
    patience_s: tuple[float, float],
    simulated: bool,
    domain: int | None,
    asks: bool,
    is_whole: bool,
) -> Certificate:
    os.environ.setdefault(_DISCOVERY, "LOCALHOST")
    # ROS is loaded only when a robot is checked
    from robot_fleet.ros.conformance.session import Session
    from robot_fleet.ros.conformance.tour import Tour

    def lay(probe: Probe, here: Pose) -> Course:
        if ground is not None:
            probe.ground = ground
        return lay_course(probe.ground, here, *area_m, target)

    wait_s, within_s = patience_s
    asked = tuple(check for check in checks if dock or "dock" not in check.parts)
    left_out = tuple((check.id, _NO_DOCK) for check in checks if check not in asked)
    began, began_s = datetime.now().astimezone(), time.monotonic()
    with Session(simulated, domain) as session:
        tour = Tour(session.probe(robot), lay, {part for check in asked for part in check.parts}, dock, within_s)
        typer.echo(f"waiting for /{robot} ...")
        session.run_one(tour.appear(wait_s))
        try:
            session.run_one(tour.look())
            if tour.parts:
                _warn(tour.course, dock if "dock" in tour.parts else "")
                if asks:
                    confirm("Is the area clear, and may the robot move?")
                session.run_one(tour.drive())
            else:
                tour.seen.ended_s = time.monotonic()
        except BaseException:
            typer.echo("stopping the robot ...", err=True)
            session.run_one(tour.stop(), through_signals=True)
            raise
        took_s = time.monotonic() - began_s
        findings = judge(tour.seen, asked)
        return Certificate(
            f"/{robot}",
            began.isoformat(timespec="seconds"),
            __version__,
            took_s,
            tour.seen.line,
            findings,
            left_out,
            is_whole,
        )


def _warn(course: Course | None, dock: str) -> None:
    assert course is not None
    start, far = course.start, course.far
    typer.echo(
        f"THE ROBOT WILL MOVE for some minutes, to and fro on {course.length_m:.1f} m of straight ground from"
        f" ({start.x_m:.2f}, {start.y_m:.2f}) to ({far.x_m:.2f}, {far.y_m:.2f}), as its own Nav2 plans"
        + (f", and to its dock {dock}." if dock else ".")
    )
    typer.echo(
        "로봇이 움직입니다. 이 구역을 비우고 비상 정지 버튼 곁에 계십시오. Keep clear; a hand at the emergency stop."
    )


def _point(text: str) -> Point:
    try:
        numbers = [float(word) for word in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != 2 or not all(map(math.isfinite, numbers)):
        raise RequestError("request_goal_malformed", f"expected --goal X,Y in metres, got {text!r}")
    return numbers[0], numbers[1]
