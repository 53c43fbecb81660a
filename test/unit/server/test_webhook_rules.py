"""Signatures, bodies and the rules of trying again: nothing here touches the network."""

from __future__ import annotations

import base64
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from robot_fleet.core.health import Urgency
from robot_fleet.core.lifecycles.delivery import DeliveryEvent
from robot_fleet.core.text import Text
from robot_fleet.server.webhooks.event import WebhookEvent
from robot_fleet.server.webhooks.retry import Outcome, Pace, judge
from robot_fleet.server.webhooks.signing import signed_headers
from robot_fleet.site.models.webhooks import PRIORITIES
from robot_fleet.site.reading.webhooks import read_webhooks
from test.unit.docs.texts import fenced, page

SCHEMA = Path(__file__).resolve().parents[3] / "docs" / "reference" / "schemas" / "webhook.schema.json"
REPORT_SCHEMA = SCHEMA.with_name("report_webhook.schema.json")
RAISED = WebhookEvent(
    type="alarm.raised",
    of="r0007",
    run="4d3f",
    site="busan_edc",
    condition="help_called",
    subjects=("care_home/r203",),
    urgency=Urgency.CRITICAL,
    text=Text("누군가 도움을 요청했습니다.", "Somebody has called for help."),
    action=Text("바로 통화하십시오.", "Speak to them at once."),
    at_unix_s=1.5e9,
    at_s=27_000.0,
)


def test_a_signature_is_that_of_the_specifications_own_example() -> None:
    """The vector that the specification's libraries are tested with."""
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    headers = signed_headers(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330.9, b'{"test": 2432232314}')
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_a_body_holds_to_its_schema() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    body = json.loads(RAISED.body())
    Draft202012Validator(schema).validate(body)
    assert body["timestamp"] == "2017-07-14T02:40:00.000+00:00"
    assert body["data"]["action"] == {"ko": "바로 통화하십시오.", "en": "Speak to them at once."}
    assert not Draft202012Validator(schema).is_valid({**body, "name": "somebody"})


def test_an_event_has_one_id_wherever_it_comes_from() -> None:
    elsewhere = replace(RAISED, text=Text("", ""), at_unix_s=9.0, at_s=None, subjects=())
    assert elsewhere.id == RAISED.id
    assert RAISED.id.startswith("msg_") and "." not in RAISED.id
    changes: list[dict[str, Any]] = [{"type": "alarm.cleared"}, {"of": "r0008"}, {"site": "tiny"}, {"run": "77aa"}]
    assert len({RAISED.id, *(replace(RAISED, **change).id for change in changes)}) == 5


def test_urgencies_rank_as_the_receivers_file_names_them() -> None:
    assert [urgency.value for urgency in Urgency] == list(PRIORITIES)
    assert [replace(RAISED, urgency=urgency).rank for urgency in Urgency] == [0, 1, 2, 3]


def test_pauses_double_up_to_the_longest_and_spread_by_a_quarter() -> None:
    pace = Pace(first_s=1.0, longest_s=60.0)
    failed = Outcome(False, "http_500")
    pauses = [judge(failed, attempts, pace, 0.5).pause_s for attempts in range(1, 9)]
    assert pauses == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]
    assert judge(failed, 10_000, pace, 0.0).pause_s == 45.0
    assert judge(failed, 10_000, pace, 1.0).pause_s == 75.0


@pytest.mark.parametrize(
    ("outcome", "event", "pause_s"),
    [
        (Outcome(True), DeliveryEvent.SUCCEED, 0.0),
        (Outcome(False, "timeout"), DeliveryEvent.FAIL, 1.0),
        (Outcome(False, "http_429", 30.0), DeliveryEvent.FAIL, 30.0),
        (Outcome(False, "http_429", 0.1), DeliveryEvent.FAIL, 1.0),
        (Outcome(False, "http_503", 1e9), DeliveryEvent.FAIL, 3_600.0),
        (Outcome(False, "http_410", gone=True), DeliveryEvent.GIVE_UP, 0.0),
    ],
)
def test_what_follows_from_a_try(outcome: Outcome, event: DeliveryEvent, pause_s: float) -> None:
    verdict = judge(outcome, 1, Pace(), 0.5)
    assert (verdict.event, verdict.pause_s) == (event, pause_s)


def test_the_documented_check_tells_what_is_genuine() -> None:
    """With the function that receivers copy from the reference page."""
    (example,) = fenced(page("docs/reference/webhooks.md"), "python")
    names: dict[str, Any] = {}
    exec(compile(example, "webhooks.md", "exec"), names)
    is_genuine = names["is_genuine"]
    key, body = bytes(range(24)), RAISED.body().encode()
    secret = "whsec_" + base64.b64encode(key).decode()
    headers = dict(signed_headers(key, RAISED.id, time.time(), body))
    assert is_genuine(secret, headers, body)
    rotated = {**headers, "webhook-signature": f"v1,AAAA {headers['webhook-signature']}"}
    assert is_genuine(secret, rotated, body)
    assert not is_genuine(secret, headers, body + b" ")
    assert not is_genuine(secret, {**headers, "webhook-id": "msg_0"}, body)
    assert not is_genuine("whsec_" + base64.b64encode(b"x" * 24).decode(), headers, body)
    assert not is_genuine(secret, dict(signed_headers(key, RAISED.id, time.time() - 400.0, body)), body)


def test_the_documented_examples_are_valid(tmp_path: Path) -> None:
    schema = Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    message, report = fenced(page("docs/reference/webhooks.md"), "json")
    schema.validate(json.loads(message))
    Draft202012Validator(json.loads(REPORT_SCHEMA.read_text(encoding="utf-8"))).validate(json.loads(report))
    secret = "whsec_" + base64.b64encode(bytes(32)).decode()
    for name in ("docs/reference/webhooks.md", "docs/howto/hear_of_alarms.md"):
        (example,) = fenced(page(name), "yaml")
        path = tmp_path / "webhooks.yaml"
        path.write_text(example, encoding="utf-8")
        (endpoint,) = read_webhooks(path, {"NIGHT_DESK_SECRET": secret})
        assert endpoint.id == "night_desk"
