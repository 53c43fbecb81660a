"""The list of papers as texts in Korean and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from robot_fleet.core.clock import format_clock
from robot_fleet.core.text import Text

HEADINGS = {
    "ko": ("서류", "종류", "번호", "로봇", "유효 기간", "남은 날", "상태"),
    "en": ("paper", "kind", "number", "robots", "valid", "days left", "state"),
}
KINDS = {
    "certificate": Text("안전인증", "certificate"),
    "insurance": Text("보험", "insurance"),
    "permit": Text("허가", "permit"),
}
STATES = {
    "valid": Text("유효", "valid"),
    "ends_soon": Text("곧 끝남", "ends soon"),
    "ended": Text("만료", "ended"),
    "not_yet": Text("아직 아님", "not yet valid"),
    "withdrawn": Text("효력 정지", "withdrawn"),
    "unknown": Text("날짜 모름", "date unknown"),
}


def cells(row: Mapping[str, Any], language: str) -> tuple[str, ...]:
    """Return a row of `GET /papers` as texts in `ko` or `en`."""

    def word(text: Text) -> str:
        return text.ko if language == "ko" else text.en

    state, out = word(STATES[row["state"]]), row["withdrawn"]
    if out is not None:
        state += f", {format_clock(out['at_s'])} {out['by']}" + (f": {out['reason']}" if out["reason"] else "")
    days = "" if row["days_left"] is None else str(row["days_left"])
    valid = f"{row['valid_from']} .. {row['valid_to']}"
    return row["id"], word(KINDS[row["kind"]]), row["number"], ", ".join(row["robots"]), valid, days, state
