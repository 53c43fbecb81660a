"""Who looks into the past is written down, with the period; whoever only views may not."""

from __future__ import annotations

from pathlib import Path

from robot_fleet.stores.users.people import Role
from test.fakes.house import House

PERIOD = {"from_s": 27_000.0, "to_s": 27_600.0}
VERB = "GET /api/v1/replay/frames"


def test_each_reading_of_the_past_is_recorded_with_its_period(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        with house.client(Role.VIEWER) as viewer:
            refused = viewer.get("/api/v1/replay/frames", params=PERIOD)
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "request_forbidden")
        with house.client(Role.OPERATOR) as operator:
            operator.get("/api/v1/replay/frames", params=PERIOD)
            wrong = operator.get("/api/v1/replay/frames", params={"from_s": -1.0, "to_s": "nan"})
        assert wrong.status_code == 422
        said = [(who, target, outcome) for who, verb, target, outcome in house.audit() if verb == VERB]
        assert said[:2] == [
            (house.users[Role.VIEWER], "", "request_forbidden"),
            (house.users[Role.OPERATOR], "27000-27600", "request_period_malformed"),  # the house knows of no past
        ]
