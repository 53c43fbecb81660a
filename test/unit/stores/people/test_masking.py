"""What is left of names, phones and plates behind a mask."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot_fleet.stores.people.masking import mask_name, mask_phone, mask_plate

SYLLABLES = st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3)
LATIN = st.characters(min_codepoint=ord("A"), max_codepoint=ord("z"), categories=["L"])


@pytest.mark.parametrize(
    ("name", "mask"),
    [
        ("김철희", "김*희"),
        ("김 철희", "김*희"),
        ("이산", "이*"),
        ("남궁민수", "남**수"),
        ("제갈공명왕", "제***왕"),
        ("강", "*"),
        (unicodedata.normalize("NFD", "김철희"), "김*희"),
        ("王小明", "王*明"),
        ("John Doe", "J*** D**"),
        ("  Anne-Marie   O'Neil ", "A********* O*****"),
        ("Zoë", "Z**"),
        ("J D", "* *"),
        ("김 John", "* J***"),
        ("", ""),
    ],
)
def test_names(name: str, mask: str) -> None:
    assert mask_name(name) == mask


@given(st.text(SYLLABLES, min_size=1, max_size=9))
def test_at_most_the_outer_syllables_of_a_korean_name_are_told(name: str) -> None:
    mask = mask_name(name)
    assert len(mask) == len(name)
    assert "*" in mask
    assert set(mask[1:-1]) <= {"*"}


@given(st.lists(st.text(LATIN, min_size=1, max_size=9), min_size=1, max_size=4))
def test_at_most_the_initials_of_other_names_are_told(words: list[str]) -> None:
    masks = mask_name(" ".join(words)).split(" ")
    assert [len(mask) for mask in masks] == [len(word) for word in words]
    assert all(set(mask[1:]) <= {"*"} and "*" in mask for mask in masks)


@pytest.mark.parametrize(
    ("phone", "mask"),
    [("010-1234-5678", "***-****-5678"), ("+82 10 1234 5678", "+** ** **** 5678"), ("119", "***"), ("", "")],
)
def test_phones(phone: str, mask: str) -> None:
    assert mask_phone(phone) == mask


@pytest.mark.parametrize(("plate", "mask"), [("12가3467", "*****67"), ("서울12가3467", "*******67"), ("1가2", "***")])
def test_plates(plate: str, mask: str) -> None:
    assert mask_plate(plate) == mask
