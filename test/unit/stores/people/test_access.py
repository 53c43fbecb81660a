"""Who may read what: purposes, consents, broken glass, and the audit that comes first."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from robot_fleet.core.errors import FleetError
from robot_fleet.site.load import load_site
from robot_fleet.stores.people.access import GLASS_S, Reader, people_need_sign_in
from robot_fleet.stores.people.audit import FileAudit, Reading
from robot_fleet.stores.people.person import Disclosure, Person, Purpose
from test.canaries import CANARY, DAY_S, consent, leaks
from test.unit.stores.people.rig import OPERATOR, REASON, Rig

TINY = Path(__file__).parents[3] / "data" / "sites" / "tiny"
VISIT, EMERGENCY = Purpose.CARE_VISIT, Purpose.CARE_EMERGENCY


@pytest.fixture
def canary(rig: Rig) -> str:
    (name,) = rig.store.put([(CANARY, [consent(days=10.0)])], 0.0)
    return name


def test_a_card_is_masked(rig: Rig, canary: str) -> None:
    card = rig.people.card("home/r101", VISIT, "", OPERATOR)
    (person,) = card.people
    assert (card.door_policy, person.door_policy, card.opened_until_s) == ("staff", "resident", None)
    assert (person.name, person.phones, person.door_code) == ("까*리", ("***-****-7246",), "****")
    assert person.guardian is not None
    assert person.guardian.name == "C***** Q***********"
    assert leaks(str((person.conditions, person.guardian.phone, person.plates)).encode()) == []
    assert rig.audit.readings == [
        Reading(0.0, "u_1", "127.0.0.1", "card", (canary,), "care_visit", "consent v1"),
    ]


def test_the_glass_is_broken_with_a_reason_and_whole_again_after_a_while(rig: Rig, canary: str) -> None:
    def opened(by: Reader = OPERATOR, purpose: Purpose = EMERGENCY, reason: str = "") -> bool:
        return rig.people.card("home/r101", purpose, reason, by).people[0].name == CANARY.name

    with pytest.raises(FleetError, match="request_reason_short"):
        opened(reason="  help me  ")
    assert rig.audit.readings == []
    assert not opened()
    assert opened(reason=REASON)
    assert rig.audit.readings[-1] == Reading(
        0.0, "u_1", "127.0.0.1", "open", (canary,), "care_emergency", "emergency", REASON
    )
    assert opened()
    assert not opened(by=Reader("u_2", "127.0.0.1"))
    assert not opened(purpose=VISIT)
    rig.now_s = GLASS_S - 1.0
    assert opened()
    rig.now_s = GLASS_S
    assert not opened()
    assert [reading.verb for reading in rig.audit.readings] == ["card", "open", "open", "card", "card", "open", "card"]


def test_a_purpose_opens_only_what_it_needs(rig: Rig, canary: str) -> None:
    rig.store.consent(canary, consent(Purpose.PARKING))
    card = rig.people.card("home/r101", Purpose.PARKING, REASON, OPERATOR)
    contact = Person(canary, place=CANARY.place, name=CANARY.name, phones=CANARY.phones, guardian=CANARY.guardian)
    assert card.people == (replace(contact, plates=CANARY.plates),)


@pytest.mark.parametrize("how", ["expired", "withdrawn", "never given", "not yet"])
def test_without_a_consent_nothing_is_shown_but_in_an_emergency(rig: Rig, canary: str, how: str) -> None:
    purpose = VISIT
    if how == "expired":
        rig.now_s = 10 * DAY_S
    elif how == "withdrawn":
        rig.now_s = DAY_S
        assert rig.store.withdraw(canary, VISIT, rig.now_s) == 1
        assert rig.store.withdraw(canary, VISIT, rig.now_s) == 0
    elif how == "never given":
        purpose = Purpose.DELIVERY
    else:
        rig.now_s = -1.0
    with pytest.raises(FleetError, match="request_purpose_refused"):
        rig.people.card("home/r101", purpose, REASON, OPERATOR)
    assert rig.audit.readings[-1].basis == "refused"
    with pytest.raises(FleetError, match="request_purpose_refused"):
        rig.people.person(canary, purpose, "", OPERATOR)
    assert rig.people.masked(purpose, OPERATOR) == ()
    (person,) = rig.people.card("home/r101", EMERGENCY, REASON, OPERATOR).people
    assert person.name == CANARY.name
    assert rig.audit.readings[-1].basis == "emergency"


def test_who_has_not_agreed_is_left_out_of_a_card(rig: Rig, canary: str) -> None:
    rig.store.put([(replace(CANARY, name="이산"), [])], 0.0)
    card = rig.people.card("home/r101", VISIT, REASON, OPERATOR)
    assert ([person.id for person in card.people], card.withheld) == ([canary], 1)
    assert sorted(reading.basis for reading in rig.audit.readings) == ["consent v1", "refused"]


def test_a_place_without_known_people_still_has_its_door(rig: Rig) -> None:
    card = rig.people.card("home/r102", EMERGENCY, "", OPERATOR)
    assert (card.door_policy, card.people) == ("open", ())
    with pytest.raises(FleetError, match="request_unknown_place"):
        rig.people.card("home/r999", EMERGENCY, "", OPERATOR)


def test_what_is_not_written_down_is_not_shown(rig: Rig, canary: str) -> None:
    rig.audit.fails = True
    reads = (
        lambda: rig.people.card("home/r101", EMERGENCY, REASON, OPERATOR),
        lambda: rig.people.person(canary, VISIT, REASON, OPERATOR),
        lambda: rig.people.masked(VISIT, OPERATOR),
        lambda: rig.people.all_of(canary, OPERATOR),
    )
    for read in reads:
        with pytest.raises(FleetError, match="store_people_not_audited"):
            read()
    rig.audit.fails = False
    assert rig.people.card("home/r101", EMERGENCY, "", OPERATOR).opened_until_s is None, "the glass was not broken"


def test_to_whom_a_card_was_read_out_is_kept_for_the_person(rig: Rig, canary: str) -> None:
    rig.people.card("home/r101", EMERGENCY, REASON, OPERATOR, given_to="119")
    person, consents, disclosures = rig.people.all_of(canary, OPERATOR)
    assert person == replace(CANARY, id=canary)
    assert consents == (consent(days=10.0),)
    assert disclosures == (Disclosure(0.0, "119", EMERGENCY, "u_1"),)
    assert (rig.audit.readings[-1].verb, rig.audit.readings[-1].basis) == ("export", "law")


def test_an_audit_in_a_file_is_only_added_to(rig: Rig, tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    for verb in ("list", "open"):
        FileAudit(path).record(Reading(1.0, "u_1", "terminal", verb, ("p_1",), "parking", "consent v1"))
    assert [line.split('"verb": ')[1][:6] for line in path.read_text("utf-8").splitlines()] == ['"list"', '"open"']
    assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(FleetError, match="store_people_unusable"):
        FileAudit(tmp_path / "nowhere" / "audit").record(Reading(1.0, "", "", "list", (), "", ""))


def test_real_people_are_not_loaded_where_nobody_signs_in() -> None:
    site = load_site(TINY)
    people_need_sign_in(site, signed_in=False)
    people_need_sign_in(replace(site, synthetic_people=False), signed_in=True)
    with pytest.raises(FleetError, match="store_people_need_sign_in"):
        people_need_sign_in(replace(site, synthetic_people=False), signed_in=False)
