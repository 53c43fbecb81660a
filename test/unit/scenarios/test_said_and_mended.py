"""Faults that are words of an authority or of the city, and the staff who mend what is out of use."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from pydantic import TypeAdapter

from robot_fleet.core.fleet import FleetState
from robot_fleet.core.fleet.state import OutOfUse
from robot_fleet.core.fleet.tasks.outages import NO_POWER
from robot_fleet.core.inputs import RestorePaper, TakeCityEvent, WithdrawPaper
from robot_fleet.core.site import Site
from robot_fleet.runtime.scenarios.faults import Fault, FaultBase
from robot_fleet.runtime.scenarios.menders import AGAIN_S, Menders
from robot_fleet.runtime.scenarios.sayings import envelope, is_said, said
from test.factories import make_site

PAPER = {"fault": "paper_withdrawn", "paper": "permit", "at_s": 1.0, "lasts_s": 60.0}
EVENT = {"fault": "city_event", "type": "crowd", "subject": "zone:square", "at_s": 1.0, "lasts_s": 60.0}


def fault(body: dict[str, Any]) -> FaultBase:
    made: FaultBase = TypeAdapter(Fault).validate_python(body)
    return made


@pytest.fixture(scope="module")
def site() -> Site:
    return make_site()


def test_an_authority_withdraws_a_paper_and_restores_it(site: Site) -> None:
    assert is_said(fault(PAPER))
    begun = said(site, fault(PAPER), "paper_withdrawn", "k1", "scenario", over=False)
    assert begun == WithdrawPaper("k1", "permit", by="scenario")
    assert said(site, fault(PAPER), "paper_withdrawn", "k2", "scenario", over=True) == RestorePaper(
        "k2", "permit", by="scenario"
    )


def test_the_city_tells_of_an_event_and_that_it_is_over(site: Site) -> None:
    begun = said(site, fault(EVENT), "crowd_1", "k1", "scenario", over=False)
    ended = said(site, fault(EVENT), "crowd_1", "k2", "scenario", over=True)
    assert isinstance(begun, TakeCityEvent)
    assert isinstance(ended, TakeCityEvent)
    assert (begun.id, begun.type, begun.subject, begun.resolves) == ("crowd_1", "crowd", "zone:square", "")
    assert (ended.id, ended.resolves) == ("crowd_1-over", "crowd_1")
    assert begun.exercise, "a site without sources knows only exercises"
    told = envelope(ended)
    assert (told["id"], told["source"], told["data"]) == ("crowd_1-over", "local", {"resolves": "crowd_1"})


def test_other_faults_are_nobodys_word(site: Site) -> None:
    other = fault({"fault": "fleet_held", "at_s": 1.0, "lasts_s": 5.0})
    assert not is_said(other)
    with pytest.raises(TypeError):
        said(site, other, "fleet_held", "k", "scenario", over=False)


def test_staff_mend_a_place_a_stated_time_after_it_was_found_out_of_use_and_say_so_until_they_are_heard() -> None:
    mended: list[tuple[str, str]] = []
    menders = Menders(900.0, lambda key, place: mended.append((key, place)))
    out = {
        "hub/charger_1": OutOfUse("no_current", "c1", "", 100.0),
        "deck/s03": OutOfUse("act_place_blocked", "p1", "", 500.0),
        "deck/bay": OutOfUse(NO_POWER, "p2", "", 100.0),
    }
    state = cast(FleetState, SimpleNamespace(out=out))
    menders.look(state, 999.0)
    assert mended == []
    menders.look(state, 1000.0)
    menders.look(state, 1000.0 + AGAIN_S / 2)
    assert mended == [("mended-hub-charger_1-100", "hub/charger_1")], "once"
    menders.look(state, 1000.0 + AGAIN_S)
    assert len(mended) == 2, "again, with the same key: nobody has heard it"
    assert mended[0] == mended[1]
    del out["hub/charger_1"]
    menders.look(state, 5000.0)
    assert mended[2:] == [("mended-deck-s03-500", "deck/s03")], "nobody carries a robot away"
