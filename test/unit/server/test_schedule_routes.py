"""The addresses of what is asked for again, over a fleet that only looks alive; schedules are the real core's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from robot_fleet.core.site import CalendarSpec
from robot_fleet.server.app import create_app
from robot_fleet.site.load import load_site
from test.fakes.moving_fleet import MovingFleet
from test.fakes.web_server import WebServer

TINY = Path(__file__).parents[2] / "data" / "sites" / "tiny"
KOREA = CalendarSpec("Asia/Seoul", "KR", "", {}, (), "2026-12-21")
RULE = {"at": "14:30", "every": "week", "weekdays": ["mon", "fri"], "holidays": "next_working_day"}
VISITS = {"name": "Visits", "service": "care_visit", "params": {"place": "home/r101"}, "rule": RULE}
KEY = {"idempotency-key": "visits"}


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    """A fleet on Monday 21 December 2026."""
    fleet = MovingFleet(replace(load_site(TINY), calendar=KOREA), tasks=0)
    with (
        WebServer(create_app(fleet)) as running,
        httpx.Client(base_url=f"{running.url}/api/v1", timeout=60.0) as opened,
    ):
        yield opened


def schedule(client: httpx.Client) -> dict[str, Any]:
    (row,) = client.get("/schedules").json()
    assert isinstance(row, dict)
    return row


def done(answer: httpx.Response) -> None:
    assert answer.status_code == 202, answer.text


def refused(answer: httpx.Response) -> tuple[int, str, str]:
    error = answer.json()["error"]
    return answer.status_code, error["code"], error["where"]


def test_a_schedule_is_added_and_tells_what_is_next(client: httpx.Client) -> None:
    for _ in range(2):  # the same key is the same wish
        done(client.post("/schedules", json=VISITS, headers=KEY))

    row = schedule(client)
    assert (row["id"], row["state"], row["next"], row["made"]) == ("visits", "running", "2026-12-21T14:30", 0)
    assert row["rule"] == {
        **RULE, "begins": "2026-12-21", "interval": 1, "month_day": 0, "ends": "", "count": 0,
    }  # fmt: skip
    assert (row["params"], row["grace_s"], row["later"]) == ({"place": "home/r101"}, 3600.0, [])


def test_the_days_of_a_schedule_and_of_a_rule_are_the_same(client: httpx.Client) -> None:
    fridays = {**RULE, "weekdays": ["fri"]}
    done(client.post("/schedules", json={**VISITS, "rule": fridays}, headers=KEY))
    asked = {**fridays, "weekdays": "fri", "n": 3}

    days = client.get("/schedules/visits/occurrences", params={"n": 3}).json()

    assert days == client.get("/occurrences", params=asked).json()
    assert [day["local"][:10] for day in days] == ["2026-12-28", "2027-01-04", "2027-01-08"]
    assert [day["instead_of"] for day in days] == ["2026-12-25", "2027-01-01", ""]
    assert days[1]["holiday"]["ko"] == "신정연휴"


def test_a_schedule_is_skipped_paused_resumed_revised_and_ended(client: httpx.Client) -> None:
    done(client.post("/schedules", json=VISITS, headers=KEY))
    done(client.post("/schedules/visits/skip", json={"occurrence": "2026-12-21T14:30"}))
    assert schedule(client)["next"] == "2026-12-28T14:30"
    assert client.get("/schedules/visits/occurrences").json()[0]["skipped"]
    done(client.post("/schedules/visits/skip", json={"occurrence": "2026-12-21T14:30", "skip": False}))
    done(client.post("/schedules/visits/pause", json={"reason": "works"}))
    assert (schedule(client)["state"], schedule(client)["reason"]) == ("paused", "works")
    done(client.post("/schedules/visits/resume"))
    later = {**VISITS, "rule": {**RULE, "begins": "2027-01-04", "at": "09:00"}}
    done(client.post("/schedules/visits/revise", json=later))
    row = schedule(client)
    assert (row["rule"]["at"], [each["rule"]["at"] for each in row["later"]]) == ("14:30", ["09:00"])
    done(client.post("/schedules/visits/end"))
    assert (schedule(client)["state"], schedule(client)["next"]) == ("ended", None)
    assert client.get("/schedules/visits/occurrences").json() == []


def test_what_cannot_be_is_refused_with_its_place(client: httpx.Client) -> None:
    wrong = {**VISITS, "rule": {**RULE, "at": "25:00"}}
    assert refused(client.post("/schedules", json=wrong, headers=KEY)) == (422, "request_schedule_malformed", "at")
    assert refused(client.get("/occurrences", params={"at": "9"}))[1] == "request_schedule_malformed"
    assert refused(client.post("/schedules", json=VISITS))[1] == "request_key_missing"
    assert refused(client.get("/schedules/none/occurrences")) == (404, "request_unknown_schedule", "none")
    assert refused(client.post("/schedules/none/resume")) == (404, "request_unknown_schedule", "none")
    done(client.post("/schedules", json=VISITS, headers=KEY))
    assert refused(client.post("/schedules/visits/resume")) == (409, "request_schedule_not_paused", "visits")


def test_a_rule_that_has_come_to_its_end_is_finished(client: httpx.Client) -> None:
    once = {**VISITS, "rule": {"at": "14:30", "count": 1}}
    done(client.post("/schedules", json=once, headers=KEY))
    done(client.post("/schedules/visits/skip", json={"occurrence": "2026-12-21T14:30"}))

    assert (schedule(client)["state"], schedule(client)["next"]) == ("finished", None)


def test_a_template_is_kept_for_everybody(client: httpx.Client) -> None:
    wish = {"name": "Mail", "service": "parcel_delivery", "params": {"from": "hub/shelf"}, "note": "ring twice"}
    done(client.post("/templates", json=wish, headers={"idempotency-key": "mail"}))
    done(client.post("/templates/mail/rename", json={"name": "Morning mail"}))
    kept = {**wish, "id": "mail", "name": "Morning mail"}
    assert client.get("/templates").json() == [kept]
    done(client.post("/templates/mail/delete"))
    assert client.get("/templates").json() == []
    assert refused(client.post("/templates/mail/delete")) == (404, "request_unknown_template", "mail")


def test_a_site_without_a_calendar_says_so() -> None:
    fleet = MovingFleet(load_site(TINY), tasks=0)
    with (
        WebServer(create_app(fleet)) as running,
        httpx.Client(base_url=f"{running.url}/api/v1", timeout=60.0) as client,
    ):
        assert refused(client.post("/schedules", json=VISITS, headers=KEY))[:2] == (409, "request_no_calendar")
        assert refused(client.get("/occurrences", params={"at": "09:00"}))[:2] == (409, "request_no_calendar")
        assert client.get("/schedules").json() == []


def test_of_two_who_saw_the_same_schedule_the_second_is_told(client: httpx.Client) -> None:
    done(client.post("/schedules", json=VISITS, headers=KEY))
    seen = client.get("/schedules/visits")
    assert seen.json() == schedule(client)
    old = {"If-Match": seen.headers["etag"]}
    done(client.post("/schedules/visits/revise", json={**VISITS, "name": "Long visits"}, headers=old))
    assert refused(client.post("/schedules/visits/end", json={}, headers=old)) == (
        412,
        "request_version_stale",
        "visits",
    )
    done(
        client.post(
            "/schedules/visits/end", json={}, headers={"If-Match": client.get("/schedules/visits").headers["etag"]}
        )
    )
    assert refused(client.get("/schedules/none"))[:2] == (404, "request_unknown_schedule")
