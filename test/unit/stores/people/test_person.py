"""A person cut into classes of data, as they are sealed, and put together again."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from robot_fleet.stores.people.person import FIELDS, NEEDS, DataClass, Guardian, Person, Purpose, part_of, with_part

TEXTS = st.text(max_size=9)
LISTS = st.lists(TEXTS, max_size=3).map(tuple)
PEOPLE = st.builds(
    Person,
    place=TEXTS,
    name=TEXTS,
    phones=LISTS,
    guardian=st.none() | st.builds(Guardian, name=TEXTS, phone=TEXTS),
    conditions=LISTS,
    door_policy=TEXTS,
    door_code=TEXTS,
    plates=LISTS,
)


@given(PEOPLE)
def test_the_parts_together_are_the_person(person: Person) -> None:
    known = Person()
    for data in DataClass:
        part = part_of(person, data)
        if part is not None:
            known = with_part(known, json.loads(json.dumps(part)))
    assert known == person


def test_each_field_belongs_to_one_class_of_data_and_each_purpose_needs_some() -> None:
    sealed = [name for names in FIELDS.values() for name in names]
    assert sorted(sealed) == sorted({*Person.__dataclass_fields__} - {"id", "retention"})
    assert all(NEEDS[purpose] for purpose in Purpose)
