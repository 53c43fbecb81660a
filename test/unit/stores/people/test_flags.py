"""What a fleet is told of whoever lives at a place: opaque words, and of several people what all agree to."""

from __future__ import annotations

from pathlib import Path

from robot_fleet.core.recipient import Recipient
from robot_fleet.site.reading.recipients import read_recipients
from robot_fleet.stores.people.flags import Flags, flags_of
from robot_fleet.stores.people.person import Consent, Person, Purpose
from robot_fleet.stores.people.store import PeopleStore

NOW_S = 1_000_000.0


def test_all_who_live_at_a_place_must_agree_and_tags_of_each_count(tmp_path: Path) -> None:
    store = PeopleStore.init(tmp_path / "people", tmp_path / "people.key")
    visits = Consent(Purpose.CARE_VISIT, "1", 0.0, NOW_S + 100.0)
    over = Consent(Purpose.DELIVERY, "1", 0.0, NOW_S - 1.0)
    first = Person(place="home/r101", name="a", conditions=("hard of hearing", "avoid:t7"))
    second = Person(place="home/r101", name="b", conditions=("avoid:t2",))
    alone = Person(place="home/r102", name="c")
    store.put([(first, (visits, over)), (second, ()), (alone, (visits, over))], NOW_S - 10.0)
    assert flags_of(store, NOW_S) == {
        "home/r101": Flags((), ("t2", "t7")),
        "home/r102": Flags(("care_visit",), ()),
    }
    store.close()


def test_a_site_may_say_it_in_a_file(tmp_path: Path) -> None:
    assert read_recipients(tmp_path) is None
    text = "schema_version: 1\nrecipients:\n  home/r101: {consents: [care_visit], avoids: [t7]}\n"
    (tmp_path / "recipients.yaml").write_text(text, encoding="utf-8")
    assert read_recipients(tmp_path) == {"home/r101": Recipient(frozenset({"care_visit"}), frozenset({"t7"}))}
