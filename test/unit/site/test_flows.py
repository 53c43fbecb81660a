"""What a check says of a flow that does not hold together, and that one that does is taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from robot_fleet.site.checking.check import check_site
from robot_fleet.site.load import load_site
from test.unit.site.test_load_and_check import PARCEL, Change, changed, swap

GIVE = "      - {id: give, act: give, item: item, to: person, expected_s: 40.0}\n"
TEXT = "text: {ko: 번호를 눌러 주세요, en: Type your code}"
WORDS = "answers: {here: {ko: 네, en: Here}}"
ASK = f"""      - id: ask
        act: wait
        wait_s: 60.0
        {TEXT}
        branch: {{here: give, timeout: aside}}
        {WORDS}
"""
LOCKER = """  - id: aside
    where: place:annex/locker
    side: true
    acts:
      - {id: put, act: give, item: item, to: place, then: end:stored}
"""
ENDS = "outcomes:\n  stored: {name: {ko: 보관, en: Stored}}\n"


def flow(at_door: str = ASK, aside: str = LOCKER, ends: str = ENDS, due: str = "due:") -> Change:
    return swap(PARCEL, GIVE + "due:", at_door + GIVE + aside + ends + due)


CASES = {
    "act": (flow(ASK.replace("here: give", "here: gvie")), "site_flow_target", "'gvie'", "branch.here"),
    "outcome": (flow(ends=""), "site_flow_target", "'stored'", "then"),
    "route": (
        flow(aside=LOCKER.replace("place:annex/locker", "route:round")),
        "site_unknown_param",
        "route parameter",
        "where",
    ),
    "no timeout": (flow(ASK.replace(", timeout: aside", "")), "site_flow_branch", "`timeout`", "branch"),
    "no answer": (flow(ASK.replace("here: give, ", "")), "site_flow_branch", "at least one answer", "branch"),
    "timeout first": (
        flow(ASK.replace("here: give, timeout: aside", "timeout: aside, here: give")),
        "site_flow_branch",
        "usual answer first",
        "branch",
    ),
    "no text": (flow(ASK.replace(f"        {TEXT}\n", "")), "site_missing_key", "`text`", "text"),
    "answer not said": (
        flow(ASK.replace(WORDS, "answers: {}")),
        "site_missing_key",
        "is called",
        "answers.here",
    ),
    "endless wait": (flow(ASK.replace("        wait_s: 60.0\n", "")), "site_missing_key", "longest duration", "wait_s"),
    "waiting act": (
        flow(ASK + "      - {id: hum, act: hum, wait_s: 5.0}\n"),
        "site_bad_value",
        "expected only of",
        "wait_s",
    ),
    "stop not reached": (flow(ASK.replace("aside", "give")), "site_flow_unreachable", "no branch leads there", "stops"),
    "act not reached": (
        flow(ASK + "      - {id: hum, act: hum}\n"),
        "site_flow_unreachable",
        "no way leads to it",
        "acts[2]",
    ),
    "outcome not named": (
        flow(ends=ENDS + "  lost: {name: {ko: 분실, en: Lost}}\n"),
        "site_flow_unreachable",
        "no way ends with it",
        "outcomes.lost",
    ),
    "no end": (
        flow(aside=LOCKER.replace("then: end:stored", "then: put")),
        "site_flow_endless",
        "no way from here",
        "[0]",
    ),
    "full": (
        flow(aside=LOCKER.replace("    side:", "    if_full: nowhere\n    side:")),
        "site_flow_target",
        "'nowhere'",
        "if_full",
    ),
    "english only": (flow(ASK.replace("ko: 번호를 눌러 주세요, ", "")), "site_missing_key", "", "text.ko"),
    "word of yaml": (flow(ASK.replace("here: give", "yes: give")), "site_wrong_type", "", "branch"),
}


def test_a_flow_that_holds_together_is_taken(tmp_path: Path) -> None:
    site = changed(tmp_path, flow())
    assert check_site(site) == []
    service = load_site(site).services["parcel_delivery"]
    assert [outcome.id for outcome in service.outcomes] == ["stored"]
    assert service.texts["ask"].en == "Type your code"


@pytest.mark.parametrize("name", CASES)
def test_each_mistake_is_found_where_it_is(tmp_path: Path, name: str) -> None:
    change, code, part, key = CASES[name]
    found = check_site(changed(tmp_path, change))
    fitting = [each for each in found if each.code == code and each.file == PARCEL]
    assert any(part in each.expected and key in each.key for each in fitting), found
    assert all("expected" in each.expected for each in fitting)
