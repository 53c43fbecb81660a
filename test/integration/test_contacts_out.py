"""Whom a call for help wants reached, by webhooks out and the API back: no stand-in plays anybody here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from robot_fleet.client import FleetClient
from robot_fleet.core.facts import VoiceRecorded
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.runtime.history import registry
from robot_fleet.runtime.ringing.alarm_events import AlarmEvents
from robot_fleet.server.models.rows import AlarmRow, TaskRow
from robot_fleet.server.webhooks.deliveries import Deliveries
from robot_fleet.stores.users.people import Role
from test.fakes.house import House
from test.fakes.living_fleet import LivingFleet
from test.fakes.receiver import Receiver, endpoint, receiving
from test.integration.virtual_runs import BUSAN, copied

NEVER = {"mean_s": 1e7}


class Centre:
    """A fleet whose people do nothing by themselves, its API, and a city's system that hears of contacts."""

    def __init__(self, house: House, receiver: Receiver, deliveries: Deliveries, client: FleetClient) -> None:
        self.house, self.receiver, self.client = house, receiver, client
        self.fleet: LivingFleet = house.fleet
        self.call, self.place = "", ""
        self._events = AlarmEvents(self.fleet.site, "run1", deliveries.offer)

    def calls_for_help(self, place: str) -> None:
        """Let somebody call for help; what follows is about this call."""
        self.call, self.place = f"call_{place.rpartition('/')[2]}", place
        self.client.submit("care_alarm", {"place": place, "signal": "fall_detected"}, key=self.call)
        self.let_pass(1)

    def let_pass(self, seconds: int) -> None:
        """Let time pass; each second the manager tells of what rings, as it does at every tick."""
        self.house.server.do(lambda: [self._second() for _ in range(seconds)])

    def until_asked(self, act: str) -> None:
        """Let time pass until the call's robot waits for the answer to an act."""
        for _ in range(60):
            awaits = self.task.awaits
            if awaits is not None and awaits["act"] == act:
                return
            self.let_pass(10)
        raise AssertionError(f"in vain until {act} is asked: {self.task}")

    def hears(self, kind: str) -> dict[str, Any]:
        """Wait until the city's system has been sent a contact, signed; return what it was told."""
        wanted = f"contact.{kind}"
        found = self.receiver.until(
            lambda messages: [
                each.body for each in messages if each.body["type"] == wanted and each.body["data"]["id"] == self.call
            ],
            f"{wanted} has come",
        )
        assert self.receiver.forged == []
        (body,) = found  # once for each call, however often it is wished for
        told: dict[str, Any] = body["data"]
        assert told["subjects"] == [self.place]
        return told

    def says(self, outcome: str, word: str = "") -> None:
        """Answer as the city's system does."""
        self.client.record_voice(self.call, outcome, word=word, automatic=True, by="city")  # type: ignore[arg-type]
        self.let_pass(1)

    @property
    def alarm(self) -> AlarmRow:
        return next(row for row in self.client.alarms() if row.id == self.call)

    @property
    def task(self) -> TaskRow:
        return self.client.task(self.call)

    @property
    def said(self) -> list[tuple[str, bool]]:
        """What came of reaching whom, and whether a machine said so, as the ledger has it."""
        with Ledger.open(self.fleet.ledger, registry(), site_id=self.fleet.site.id, read_only=True) as ledger:
            facts = [fact for _, _, fact in ledger.read() if isinstance(fact, VoiceRecorded)]
        return [(fact.outcome, fact.automatic) for fact in facts if fact.alarm == self.call]

    def _second(self) -> None:
        self.fleet.played.second()
        self._events.tell(self.fleet.played.host.fleet.state, self.fleet.played.now.fleet_s)
        self.fleet.refresh()


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    tmp_path = tmp_path_factory.mktemp("contacts")
    folder = copied(BUSAN, tmp_path / "site")
    people = yaml.safe_load((folder / "people.yaml").read_text(encoding="utf-8"))
    people["answers"] = {}
    people["contacts"] = dict.fromkeys(("line", "answer", "emergency", "guardian", "door"), NEVER)
    people["acts"]["care_alarm.call"] = {"mean_s": 20.0}
    (folder / "people.yaml").write_text(yaml.safe_dump(people, allow_unicode=True), encoding="utf-8")
    fleet = LivingFleet(folder, tmp_path, pace=0)
    with House(tmp_path, fleet=fleet) as house, receiving() as receiver:
        deliveries = Deliveries([endpoint("city", receiver.url)], tmp_path / "outbox.sqlite")
        with FleetClient(house.server.url, house.tokens[Role.OPERATOR]) as client:
            made = Centre(house, receiver, deliveries, client)
            yield made
        deliveries.close()
    fleet.close()


def test_line_119_door_and_guardian_hear_by_webhook_and_what_they_answer_moves_the_call_on(centre: Centre) -> None:
    centre.calls_for_help("care_home/r203")
    assert centre.hears("line")["priority"] == "critical"
    centre.says("made")
    centre.says("silent")
    assert (centre.alarm.voice, centre.alarm.state) == ("silent", "active")  # a machine's word takes note of nothing
    centre.let_pass(58)
    centre.hears("emergency")
    assert centre.alarm.wants == ["emergency"]
    assert centre.alarm.on_site_s is None  # nobody has waited for the robot
    centre.says("failed")
    assert (centre.alarm.wants, centre.alarm.escalated_s) == (["emergency"], None)  # it stands
    centre.says("escalated")
    assert centre.alarm.wants == [] and centre.alarm.escalated_s is not None  # 119 has taken it

    centre.until_asked("judge")
    centre.client.answer(centre.call, "ambulance_needed")
    centre.let_pass(1)
    assert sorted(centre.alarm.wants) == ["door", "guardian"]  # 119 is not called twice
    for kind, outcome in (("door", "door_opened"), ("guardian", "guardian_told")):
        centre.hears(kind)
        centre.says(outcome)
    assert centre.alarm.wants == [] and centre.alarm.door_s is not None and centre.alarm.guardian_s is not None
    centre.until_asked("responders")
    centre.client.answer(centre.call, "let_in")
    centre.until_asked("handed_over")
    centre.client.answer(centre.call, "taken_over", to="responder_4")
    centre.let_pass(1)
    assert (centre.task.outcome, centre.task.result) == ("done", "handed_over")
    outcomes = ("made", "silent", "failed", "escalated", "door_opened", "guardian_told")
    assert centre.said == [(outcome, True) for outcome in outcomes]


def test_who_answers_on_the_line_says_how_they_are_and_119_is_not_called(centre: Centre) -> None:
    centre.calls_for_help("care_home/r205")
    centre.hears("line")
    centre.says("made")
    centre.says("answered", "fine")
    centre.let_pass(90)
    assert (centre.alarm.voice, centre.alarm.said, centre.alarm.wants) == ("answered", "fine", [])
    asked = [each.body["type"] for each in centre.receiver.messages if each.body["data"]["id"] == centre.call]
    assert "contact.line" in asked and "contact.emergency" not in asked
