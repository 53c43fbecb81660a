"""Whoever has commanded something and looks at once sees it, however seldom the view is brought up to date."""

from __future__ import annotations

from pathlib import Path

import httpx

from robot_fleet.server.app import create_app
from test.alarm_site import alarm_site
from test.fakes.living_fleet import LivingFleet
from test.fakes.web_server import WebServer

TIMES = 5


def test_shifts_and_incidents_are_seen_by_whoever_has_just_written_them(tmp_path: Path) -> None:
    fleet = LivingFleet(alarm_site(tmp_path / "site"), tmp_path, pace=0)
    with WebServer(create_app(fleet)) as server, httpx.Client(base_url=f"{server.url}/api/v1", timeout=60.0) as client:
        for number in range(TIMES):
            shift = client.post("/shifts", json={"by": "op_7"}).json()["task"]
            row = {each["id"]: each for each in client.get("/shifts").json()}[shift]
            assert row["state"] == "signed"
            client.post(f"/shifts/{shift}/take", json={"by": "op_8", "digest": row["digest"]})
            assert client.get(f"/shifts/{shift}").json()["state"] == "taken"

            call = f"help-{number}"
            server.do(lambda call=call: fleet.call_for_help(call, "home/r102"))
            assert call in {item["id"] for item in client.get("/shifts/open").json()["items"]}
            assert client.get(f"/incidents/incident:{call}").json()["state"] == "open"
    fleet.close()
