"""Judges of what people asked for. That a request was carried out is held against what its robot physically did."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from robot_fleet.runtime.scenarios import expectations as e
from robot_fleet.runtime.scenarios.evidence import Evidence, Verdict
from robot_fleet.runtime.scenarios.judges.pieces import Piece, worst
from robot_fleet.runtime.scenarios.judges.told import told

AT_PLACE_M = 0.5
"""A robot this near to a place's pose stands at it."""
_DONE = "done"
_ASKS, _CARGO = "task_asks", "cargo"


def outcomes(run: Evidence) -> dict[str, Mapping[str, Any]]:
    """Return the fleet's entry of each request."""
    return {entry["id"]: entry for entry in run.summary["requests"]}


def all_served(run: Evidence, wanted: Sequence[str]) -> Verdict:
    """Judge whether requests were carried out, by the fleet's word and by the acts in the trace."""
    known = outcomes(run)
    broken: list[tuple[float, Piece]] = []
    for name in wanted:
        entry = known.get(name)
        if entry is None or entry["outcome"] != _DONE:
            state = "never heard of" if entry is None else entry["outcome"] or f"still {entry['state']}"
            reason = f" ({entry['reason']})" if entry is not None and entry["reason"] else ""
            broken.append((1.0, {"what": f"{name} is {state}{reason}", "request": name, "at_s": run.end_s}))
        elif (missing := _not_done(run, name, entry)) is not None:
            broken.append((2.0, missing))
    sentence = f"{len(wanted) - len(broken)} of {len(wanted)} requests were carried out"
    return Verdict(not broken, sentence, worst(broken, []))


def _not_done(run: Evidence, name: str, entry: Mapping[str, Any]) -> Piece | None:
    """Return what a request lacks that is said to be done: its things have not changed hands."""
    row = next(row for row in run.rows if row.request_id == name)
    service = run.ground.site.services[row.service]
    item = str(row.params.get("item", ""))
    if not item or entry["result"] == "done_by_person":
        return None
    verbs = {act.act for stop in service.stops for act in stop.acts if act.item}
    for verb in ("take", "give"):
        seen = any(deed.event.startswith(f"{verb}:{item}") for deed in run.truth.deeds)
        if verb in verbs and not seen:
            return {
                "what": f"{name} is told as done, but nobody has done `{verb}:{item}`",
                "request": name,
                "item": item,
            }
    return None


def ends_with(run: Evidence, each: e.EndsWith) -> Verdict:
    """Judge how one request ended."""
    entry = outcomes(run).get(each.request)
    outcome = None if entry is None else entry["outcome"]
    reason = "" if entry is None else entry["reason"]
    passed = outcome == each.outcome and each.reason in ("", reason)
    got = f"{outcome or 'open'}{f' ({reason})' if reason else ''}"
    wanted = f"{each.outcome}{f' ({each.reason})' if each.reason else ''}"
    piece: Piece = {"what": f"{each.request} is {got}; expected {wanted}", "request": each.request}
    if entry is not None and entry["ended_s"] is not None:
        piece["at_s"] = entry["ended_s"]
    return Verdict(passed, str(piece["what"]), [piece])


def nobody_forgotten(run: Evidence) -> Verdict:
    """Judge whether each request has an end, or somebody is told of it."""
    known = outcomes(run)
    told_of = {subject for _, code, subject in told(run) if code.startswith((_ASKS, _CARGO))}
    broken: list[tuple[float, Piece]] = []
    for row in run.rows:
        entry = known.get(row.request_id)
        asks = entry is not None and (row.request_id in told_of or entry["robot"] in told_of)
        if (entry is None or entry["outcome"] is None) and not asks:
            state = "never heard of" if entry is None else f"still {entry['state']}"
            what = f"{row.request_id} is {state}, and nobody is told of it"
            broken.append((run.end_s - row.at_s, {"what": what, "request": row.request_id, "at_s": row.at_s}))
    return Verdict(not broken, f"{len(broken)} of {len(run.rows)} requests are forgotten", worst(broken, []))


def alarm_on_site(run: Evidence, each: e.AlarmOnSite) -> Verdict:
    """Judge when a robot physically stood at the place of each call for help."""
    broken: list[tuple[float, Piece]] = []
    kept: list[tuple[float, Piece]] = []
    for name, took_s, robot, place in on_site(run):
        if each.requests and name not in each.requests:
            continue
        if took_s is None:
            broken.append((math.inf, {"what": f"nobody came to {place}", "request": name, "place": place}))
            continue
        piece: Piece = {
            "what": f"{robot} stood at {place} {took_s:.1f} s after the call",
            "request": name,
            "robot": robot,
            "place": place,
            "value": round(took_s, 1),
            "limit": each.within_s,
            "unit": "s",
        }
        (kept if took_s <= each.within_s else broken).append((took_s, piece))
    total = len(broken) + len(kept)
    return Verdict(
        not broken, f"{len(kept)} of {total} calls had a robot there in {each.within_s:g} s", worst(broken, kept)
    )


def on_site(run: Evidence) -> list[tuple[str, float | None, str, str]]:
    """Return of each call for help: request, seconds until a robot of a fitting kind stood there, robot and place."""
    site = run.ground.site
    found: list[tuple[str, float | None, str, str]] = []
    for row in run.rows:
        service = site.services[row.service]
        if not service.alarm:
            continue
        place = str(row.params.get("place", ""))
        pose = site.places[place].pose
        best: tuple[float, str] | None = None
        for name, track in run.truth.robots.items():
            if site.robots[name].kind not in service.robot_kinds:
                continue
            from_row = track.row(row.at_s)
            near = (track.x_m - pose.x_m) ** 2 + (track.y_m - pose.y_m) ** 2 <= AT_PLACE_M**2
            rows = near[from_row:].nonzero()[0]
            if len(rows):
                took_s = max(float(track.t_s[from_row + rows[0]]) - row.at_s, 0.0)
                if best is None or took_s < best[0]:
                    best = took_s, name
        found.append((row.request_id, *((None, "") if best is None else best), place))
    return found


def late_by(run: Evidence, each: e.LateBy) -> Verdict:
    """Judge how late what was carried out was."""
    broken: list[tuple[float, Piece]] = []
    kept: list[tuple[float, Piece]] = []
    for name, entry in outcomes(run).items():
        if entry["lateness_s"] is None or (each.requests and name not in each.requests):
            continue
        late_s = float(entry["lateness_s"])
        piece: Piece = {
            "what": f"{name} was {late_s:.0f} s late",
            "request": name,
            "value": round(late_s, 1),
            "limit": each.at_most_s,
            "unit": "s",
        }
        (kept if late_s <= each.at_most_s else broken).append((late_s, piece))
    return Verdict(not broken, f"{len(broken)} requests were later than {each.at_most_s:g} s", worst(broken, kept))
