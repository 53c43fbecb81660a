"""The past as it was: of each instant a replay tells what the live view showed then, and motion is never made up."""

from __future__ import annotations

import json
from math import hypot
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from robot_fleet.core.errors import RequestError
from robot_fleet.core.facts import HoldSet
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.runtime.history import registry
from robot_fleet.runtime.past.desk import ReplayDesk
from robot_fleet.runtime.past.process import ReplayProcess
from robot_fleet.runtime.past.states import UNKNOWN, PastStates
from robot_fleet.site.load import load_site
from test.fakes.recorded_run import BEGIN_S, END_S, SILENT, Recorded, record

NOT_BY_FACTS = {*UNKNOWN, "state", "charging", "load"}
"""What the live view has from the robots themselves, or from the watch over their health."""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    return record(tmp_path_factory.mktemp("replay"))


def by_facts(snapshot: dict[str, Any]) -> dict[str, Any]:
    """Return what facts tell of a snapshot, as JSON has it and in no order that does not matter."""
    told = json.loads(json.dumps({key: value for key, value in snapshot.items() if key != "site"}))
    told["robots"] = [{k: v for k, v in row.items() if k not in NOT_BY_FACTS} for row in told["robots"]]
    told["tasks"].sort(key=lambda row: row["id"])
    told["items"].sort(key=lambda row: row["id"])
    told["past"].sort()
    return told


def patched(snapshot: dict[str, Any], patches: list[dict[str, Any]], at_s: float) -> dict[str, Any]:
    """Return what a console makes of a snapshot and the patches after it."""
    robots = {row["id"]: row for row in snapshot["robots"]}
    tables = {name: {row["id"]: row for row in snapshot[name]} for name in ("tasks", "items")}
    made = {**snapshot, "routes": dict(snapshot["routes"]), "past": list(snapshot["past"]), "t_s": at_s}
    for patch in patches:
        robots |= {row["id"]: row for row in patch.get("robots", [])}
        for name, table in tables.items():
            for row in patch.get(name, []):
                if row.get("gone"):
                    table.pop(row["id"], None)
                else:
                    table[row["id"]] = row
        made |= {key: patch[key] for key in ("alarms", "incidents", "zones", "hold") if key in patch}
        made["routes"] |= patch.get("routes", {})
        made["past"] += patch.get("past", [])
    return {**made, "robots": list(robots.values()), **{name: list(table.values()) for name, table in tables.items()}}


@pytest.mark.parametrize("most_copies", [3, 64])
def test_each_instant_is_told_as_it_was_seen_live(recorded: Recorded, most_copies: int) -> None:
    site = load_site(recorded.folder)
    past = PastStates(site, copy_every=40, most_copies=most_copies)
    with Ledger.open(recorded.ledger, registry(), site_id=site.id, read_only=True) as ledger:
        assert past.read_on(ledger, 600.0)
        for at_s, live in recorded.seen.items():
            [snapshot] = past.frames(ledger, at_s, at_s)
            assert by_facts(json.loads(snapshot)) == by_facts(live)
    assert len(recorded.seen) > 100
    states = {row["state"] for live in recorded.seen.values() for row in live["tasks"]}
    assert {"scheduled", "assigned", "underway", "completed", "cancelled"} <= states
    assert any(live["alarms"] for live in recorded.seen.values())
    assert any(row["closed"] for live in recorded.seen.values() for row in live["zones"])


def test_patches_lead_from_one_instant_to_the_next_over_midnight(recorded: Recorded) -> None:
    desk = recorded.desk()
    instants = list(recorded.seen)[::20]
    assert instants[0] < 86_400.0 < instants[-1]
    for from_s, to_s in zip(instants, instants[1:], strict=False):
        told = json.loads(desk.frames(from_s, to_s))
        first, *patches = told["frames"]
        assert by_facts(first) == by_facts(recorded.seen[from_s])
        assert all(from_s < patch["t_s"] <= to_s for patch in patches)
        then = by_facts(patched(first, patches, round(to_s, 3)))
        now = by_facts(recorded.seen[to_s])
        then["past"] = [piece for piece in then["past"] if piece in now["past"]]  # a console keeps more of it
        assert then == now


def test_robots_are_where_they_were_or_nowhere(recorded: Recorded) -> None:
    told = json.loads(recorded.desk().frames(BEGIN_S, END_S))["motion"]
    robot, silent_s, heard_s = SILENT
    for at_s, poses in recorded.poses.items():
        if at_s < BEGIN_S + 2.0:  # nobody had reported yet
            continue
        for name, (x_m, y_m) in poses.items():
            at = [piece for piece in told[name]["way"] if piece[0] - 0.05 <= at_s <= piece[-4] + 0.05]
            if name == robot and silent_s <= at_s <= heard_s:
                assert at == []
                continue
            t_s, xs_m, ys_m = np.array(at[0][::4]), np.array(at[0][1::4]), np.array(at[0][2::4])
            times_s = np.arange(at_s - 1.0, at_s + 1.01, 0.05)  # what history promises: within a second and 0.25 m
            gaps = np.hypot(np.interp(times_s, t_s, xs_m) - x_m, np.interp(times_s, t_s, ys_m) - y_m)
            assert gaps.min() <= 0.27
    assert any(hypot(x - piece[1], y - piece[2]) > 3.0 for way in [told[robot]["way"]] for piece in way
               for x, y in zip(piece[1::4], piece[2::4], strict=True))  # fmt: skip
    assert told[robot]["battery"][1] == pytest.approx(load_site(recorded.folder).robots[robot].start_soc_pct, abs=1.0)


def test_what_was_seen_last_before_a_gap_is_told_inside_of_it(recorded: Recorded) -> None:
    robot, silent_s, _ = SILENT
    way = json.loads(recorded.desk().frames(silent_s + 60.0, silent_s + 90.0))["motion"][robot]["way"]
    assert len(way) == 1
    assert len(way[0]) == 4
    assert silent_s - 2.0 <= way[0][0] <= silent_s


def test_the_bar_tells_what_there_is(recorded: Recorded) -> None:
    desk = recorded.desk()
    told = json.loads(desk.overview(BEGIN_S, END_S))
    assert told["read_pct"] == 100
    assert told["first_s"] < BEGIN_S + 30.0
    assert (told["until_s"], told["motion_until_s"]) == (END_S + 50.0, pytest.approx(END_S, abs=1.0))
    spans_s = (END_S - BEGIN_S) / len(told["motion"])
    robot_count = len(load_site(recorded.folder).robots)
    missing_s = (1.0 - np.array(told["motion"])).sum() * spans_s * robot_count
    assert missing_s == pytest.approx(SILENT[2] - SILENT[1], abs=20.0)
    marks = [(mark["what"], mark["of"]) for mark in told["marks"]]
    assert [mark for mark in marks if mark[0] in ("call", "zone", "hold")] == [
        ("call", "r0003"), ("zone", "annex"), ("hold", "care_1")]  # fmt: skip
    newest = json.loads(desk.overview(None, None))
    assert (newest["to_s"], newest["marks"][-1]["what"]) == (END_S + 50.0, "hold")
    assert newest["motion"][-1] < 1.0
    with pytest.raises(RequestError) as raised:
        desk.overview(BEGIN_S, BEGIN_S + 200_000.0)
    assert raised.value.code == "request_replay_period"


def test_a_process_of_its_own_tells_the_same_and_what_came_after_a_restart(recorded: Recorded) -> None:
    process = ReplayProcess(load_site(recorded.folder), recorded.ledger, None)
    try:
        told = json.loads(process.frames(END_S, END_S + 60.0))
        first, *patches = told["frames"]
        assert (first["hold"], told["motion"]) == (False, {})
        assert [patch["t_s"] for patch in patches if patch.get("hold")] == [END_S + 50.0]
        with pytest.raises(RequestError):
            process.frames(END_S, END_S - 1.0)
    finally:
        process.close()


def test_a_ledger_put_back_from_a_backup_is_read_anew(recorded: Recorded, tmp_path: Path) -> None:
    site = load_site(recorded.folder)
    path = tmp_path / "ledger.sqlite"
    with Ledger.open(path, registry(), site_id=site.id) as ledger:
        for at_s in (10.0, 20.0, 30.0):
            ledger.append([HoldSet(True, "", "", "operator")], at_s)
    desk = ReplayDesk(site, path, None)
    assert len(json.loads(desk.overview(0.0, 60.0))["marks"]) == 3
    for each in tmp_path.iterdir():
        each.unlink()
    with Ledger.open(path, registry(), site_id=site.id) as ledger:
        ledger.append([HoldSet(True, "", "", "operator")], 15.0)
    assert [mark["at_s"] for mark in json.loads(desk.overview(0.0, 60.0))["marks"]] == [15.0]
