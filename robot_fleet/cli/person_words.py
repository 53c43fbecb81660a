"""How data of people read on the terminal, in Korean and English."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from robot_fleet.core.text import Text
from robot_fleet.stores.people.person import Consent, Person

WORDS = {
    "person": Text("번호", "person"),
    "place": Text("장소", "place"),
    "name": Text("이름", "name"),
    "phones": Text("전화", "phones"),
    "guardian": Text("보호자", "guardian"),
    "conditions": Text("주의 사항", "conditions"),
    "door_policy": Text("출입 방식", "door policy"),
    "door_code": Text("출입 번호", "door code"),
    "plates": Text("차량 번호", "plates"),
    "purpose": Text("목적", "purpose"),
    "version": Text("동의서", "version"),
    "given": Text("동의", "given"),
    "ends": Text("종료", "ends"),
    "withdrawn": Text("철회", "withdrawn"),
    "contact": Text("연락처", "contact"),
    "care": Text("주의 사항", "care"),
    "door": Text("출입", "door"),
    "vehicle": Text("차량", "vehicle"),
    "care_emergency": Text("응급", "emergency"),
    "care_visit": Text("돌봄 방문", "care visit"),
    "delivery": Text("배송", "delivery"),
    "parking": Text("주차", "parking"),
    "resident": Text("주민", "resident"),
    "guest": Text("방문자", "guest"),
    "retention": Text("구분", "sort"),
    "agrees": Text("동의", "agrees to"),
    "known": Text("보유 정보", "known"),
    "yes": Text("예", "yes"),
    "no": Text("아니요", "no"),
    "group": Text("집단", "group"),
    "people": Text("명", "people"),
    "too_few": Text(
        "* {least}명 미만인 집단과, 그 수를 되찾을 수 있게 하는 집단은 알려 드리지 않습니다.",
        "* Groups under {least} are withheld, and those that would tell them.",
    ),
    "nobody": Text("이 목적에 동의한 사람이 없습니다.", "Nobody's consent covers this purpose."),
    "no_people": Text("이곳에 사는 사람은 등록되어 있지 않습니다.", "Nobody who lives here is known."),
    "masked": Text(
        "가려진 정보입니다. 사유를 적으면(--reason) 열람이 기록되고 보입니다.",
        "Masked. A --reason shows it in the clear, and is written down.",
    ),
    "withheld": Text("이 목적에 동의하지 않은 사람이 더 있습니다: {count}명", "Others here have not agreed: {count}"),
}


def word(key: str, lang: str) -> str:
    """Return a word in a language."""
    return WORDS[key].said(lang)


def counted(by: str, lang: str) -> str:
    """Return what people are counted by, `agrees.delivery` for instance."""
    return ": ".join(word(part, lang) for part in by.split("."))


def lines(person: Person, lang: str) -> Iterator[tuple[str, str]]:
    """Yield what is known of somebody, line by line."""
    guardian = person.guardian
    told = {
        "person": person.id,
        "place": person.place,
        "name": person.name,
        "phones": ", ".join(person.phones),
        "guardian": f"{guardian.name} {guardian.phone}".strip() if guardian is not None else "",
        "conditions": ", ".join(person.conditions),
        "door_policy": person.door_policy,
        "door_code": person.door_code,
        "plates": ", ".join(person.plates),
    }
    for key, value in told.items():
        if value:
            yield word(key, lang), value


def consent_cells(consent: Consent, lang: str) -> tuple[str, ...]:
    """Return a consent as a row."""
    withdrawn = word("withdrawn", lang) if consent.withdrawn_s is not None else ""
    return (
        word(consent.purpose.value, lang),
        consent.version,
        day(consent.given_s),
        day(consent.ends_s),
        withdrawn,
    )


def day(at_s: float) -> str:
    """Return the day of a Unix time, here."""
    return datetime.fromtimestamp(at_s).astimezone().strftime("%Y-%m-%d")
