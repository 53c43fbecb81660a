"""Explanations in sentences: they say who, when and by how much, in both languages."""

from __future__ import annotations

import re
from dataclasses import replace
from string import Formatter

import pytest

from robot_fleet.core.explanation import (
    KINDS,
    BlockedPlace,
    Choice,
    Explanation,
    NextTime,
    Relaxation,
    Unable,
    Visit,
    Why,
)
from robot_fleet.scheduling.checking.replay import REASONS as REPLAYED
from robot_fleet.scheduling.explaining.explain import explain
from robot_fleet.scheduling.explaining.word_tables import ABSENT, CHANGES, LACKS, PHRASES, REASONS
from robot_fleet.scheduling.explaining.words import sentences, why_sentences
from robot_fleet.scheduling.files import read_plan, read_problem
from test.unit.docs.texts import ROOT, fenced

TEN = 36_000.0
OURS = Choice("r1", 60.0, TEN, 0.0, (Visit(0, "kitchen", TEN - 480.0, TEN - 420.0), Visit(1, "r203", TEN, TEN + 60.0)))
PLANNED = Explanation("t7", TEN - 900.0, TEN + 360.0, "planned", 1000.0, planned=OURS)
LEFT = Explanation("t7", TEN - 900.0, TEN + 360.0, "window_closed", 1000.0)


def other(robot: str, later_s: float, dearer_s: float, *behind: str) -> Choice:
    return Choice(robot, 60.0 + dearer_s, TEN + later_s, 0.0, (Visit(1, "r203", TEN + later_s, TEN),), behind)


def relaxation(kind: str, amount: float = 0.0, **more: object) -> Explanation:
    made = Relaxation(kind, other("r2", 0.0, 0.0), amount, **more)  # type: ignore[arg-type]
    return replace(LEFT, relaxations=(made,))


def test_a_planned_task_says_where_when_and_how_early() -> None:
    first, *_ = sentences(PLANNED, "en", {"r1": "Rosie", "kitchen": "the kitchen", "r203": "room 203"})
    assert first == "t7 goes to Rosie: it is at the kitchen at 09:52 and at room 203 at 10:00, 6 min before it is due."
    assert sentences(PLANNED, "ko")[0] == (
        "t7 작업은 r1 로봇이 맡습니다. kitchen 09:52, r203 10:00 도착 예정이며 기한보다 6분 빠릅니다."
    )


@pytest.mark.parametrize(
    ("late_s", "english", "korean"),
    [
        (240.0, "4 min late", "4분 늦습니다"),
        (0.0, "just in time", "꼭 맞습니다"),
        (-5700.0, "1 h 35 min before", "1시간 35분 빠"),
    ],
)
def test_lateness_is_told_in_whole_minutes(late_s: float, english: str, korean: str) -> None:
    told = replace(PLANNED, due_s=TEN - late_s)
    assert english in sentences(told, "en")[0]
    assert korean in sentences(told, "ko")[0]


def test_the_next_best_two_are_compared_and_the_rest_is_counted() -> None:
    others = (other("r2", 240.0, 270.0, "t3"), other("r3", -120.0, 400.0, "t4"), other("r4", 0.0, 500.0))
    english, korean = (sentences(replace(PLANNED, alternatives=others), language) for language in ("en", "ko"))
    assert english[1:] == [
        "r2 would be 4 min later (10:04), since it serves t3 first, and all in all that costs 4 min more.",
        "r3 would be 2 min earlier (09:58) even after t4, but all in all that costs 7 min more.",
        "1 more could do it at higher cost.",
        PHRASES["cost_is"][0],
    ]
    assert korean[1] == "r2 로봇이 맡으면 t3 작업을 먼저 하므로 4분 늦어지고(10:04) 전체 비용이 4분 늘어납니다."
    assert len(korean) == len(english)


def test_robots_that_lack_the_same_are_told_together() -> None:
    unable = (Unable("r2", "no_energy"), Unable("r3", "skill_missing", ("cold",)), Unable("r4", "no_energy"))
    told = sentences(replace(PLANNED, unable=unable, others=2), "en")
    assert "r2, r4 cannot: the battery does not last." in told
    assert "r3 cannot, for want of cold." in told
    assert "The fleet's other robots (2) are not of a kind that may do it." in told
    assert "r2, r4 로봇: 배터리가 모자랍니다." in sentences(replace(PLANNED, unable=unable), "ko")


@pytest.mark.parametrize(
    ("told", "english", "korean"),
    [
        (relaxation("window", 720.0), "it might begin 12 min later", "시작 기한을 12분 늦추면"),
        (relaxation("working_time", 30.0), "it worked 30 s longer", "운행 시간을 30초 늘리면"),
        (relaxation("energy", 29.0), "its battery held 29 Wh more", "배터리가 29 Wh 더 있으면"),
        (relaxation("penalty", 7200.0), "2 h of weighted delay", "가중 지연 2시간만큼"),
        (relaxation("payload", 6.5), "it could carry 6.5 kg more", "6.5 kg을 더 실을 수 있으면"),
        (relaxation("units", 1.0), "it had 1 more compartments", "적재 칸이 1개 더 있으면"),
        (relaxation("place", place="p1", tasks=("t2",)), "p1 were free (t2 has it)", "p1 자리가 비면(지금은 t2 작업이"),
        (relaxation("place", place="p1"), "p1 were free (it is occupied)", "p1 자리가 비면(지금은 차 있음)"),
        (relaxation("resource", 1.0, name="lift"), "1 more could use lift at a time", "lift 설비를 동시에 1대 더"),
        (relaxation("precedence", tasks=("t2",)), "it need not wait for t2", "t2 작업을 기다리지 않아도 되면"),
        (relaxation("company", tasks=("t2",)), "it were not bound to t2", "t2 작업과 묶이지 않으면"),
        (relaxation("contention", 9.0, tasks=("t2", "t3")), "t2, t3 gave way", "t2, t3 작업을 빼면"),
        (relaxation("skill", skills=("cold",)), "it had cold", "cold 기능이 있으면"),
        (relaxation("robot"), "the task allowed it", "맡도록 허용하면"),
    ],
)
def test_each_relaxation_has_its_sentence(told: Explanation, english: str, korean: str) -> None:
    assert sentences(told, "en")[1].startswith("r2 would do it at 10:00 if ") and english in sentences(told, "en")[1]
    assert korean in sentences(told, "ko")[1] and "r2 로봇이 10:00에" in sentences(told, "ko")[1]


def test_the_next_time_is_told_or_that_there_is_none() -> None:
    charged = replace(LEFT, next_time=NextTime(TEN, "r2", after_charge=True))
    assert "r2 could begin at 10:00 at the earliest, after a charge." in sentences(charged, "en")[-1]
    assert "r2 로봇이 충전한 뒤 10:00에 시작할 수 있습니다." in sentences(charged, "ko")[-1]
    assert sentences(LEFT, "en")[1:] == ["No single change would have it done.", "Waiting alone does not mend it."]
    nobody = replace(LEFT, reason="no_robot_available", absent=("r2",))
    assert sentences(nobody, "en")[1:] == [
        "It waits until one of them is available again.",
        "Not available: r2 (not there).",
    ]


def test_what_stands_outside_the_plan_has_its_own_sentence() -> None:
    def says(language: str = "en", **more: object) -> list[str]:
        return why_sentences(Why("t7", "meal", robot="r1", **more), language, {"meal": "Meal"})  # type: ignore[arg-type]

    assert says(state="underway", begun_s=TEN) == ["t7 (Meal) is under way: r1 has it since 10:00."]
    assert says(state="assigned") == ["t7 (Meal) is with r1, which has set out for it and keeps it."]
    assert says(state="completed", begun_s=TEN, ended_s=TEN, late_s=300.0) == [
        "t7 (Meal) is done: r1 ended it at 10:00, 5 min late."
    ]
    assert says(state="failed", ended_s=TEN, reason="robot_offline") == [
        "t7 (Meal) failed at 10:00: its robot fell silent."
    ]
    assert says("ko", state="cancelled", ended_s=TEN, reason="cancelled_by_person") == [
        "t7(Meal) 작업은 10:00에 취소되었습니다. 사람이 취소했습니다."
    ]
    assert "item" not in says(state="requested", reason="item_not_there")[0]
    assert says(state="rejected", ended_s=TEN, reason="new_code")[0].endswith("new_code.")


def test_a_task_bound_to_an_absent_robot_says_so() -> None:
    told = replace(LEFT, reason="no_robot_available", pinned="r1", absent=("r1",))
    why = Why("t7", "", "assigned", "r1", absent=(("r1", "held"),), explanation=told)
    assert why_sentences(why, "en") == ["t7 is bound to r1, which is not available now (held by a person)."]


def test_who_a_person_wants_is_told_instead_of_who_else_there_is() -> None:
    alone = replace(PLANNED, others=4)
    told = why_sentences(Why("t7", "visit", "scheduled", "r1", only_on="r1", explanation=alone), "en", {"r1": "Rosie"})
    assert told[-1] == "A person wants Rosie to do it."
    assert not any("other robot" in sentence for sentence in told)
    told = why_sentences(Why("t7", "visit", "scheduled", "r1", not_on="r2", explanation=alone), "ko")
    assert told[-1] == "사람이 r2 로봇을 제외했습니다."


def test_every_code_has_words_and_korean_is_korean() -> None:
    assert set(REPLAYED) <= set(REASONS)
    assert {"skill_missing", "no_place_free", "predecessor_left_out", "unreachable"} <= set(LACKS)
    assert set(KINDS) <= set(CHANGES)
    for table in (REASONS, LACKS, ABSENT, CHANGES, PHRASES):
        for english, korean in table.values():
            assert not re.search("[가-힣]", english)
            blanks = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in (english, korean)]
            assert bool(re.search("[가-힣]", korean)) or not re.search("[a-z]", re.sub(r"\{\w+\}", "", korean))
            assert blanks[0] <= blanks[1] | {"since", "after"} and blanks[1] <= blanks[0] | {"since", "after"}


def test_blocked_places_are_data_and_not_repeated_in_words() -> None:
    told = replace(LEFT, blocked=(BlockedPlace(1, "p9", "t2"),))
    assert not any("p9" in sentence for sentence in sentences(told, "en"))


def test_the_guide_shows_what_the_example_files_give() -> None:
    examples = ROOT / "docs" / "reference" / "schemas" / "examples"
    problem, plan = read_problem(examples / "why_problem.json"), read_plan(examples / "why_plan.json")
    page = (ROOT / "docs" / "howto" / "ask_why.md").read_text(encoding="utf-8")
    shown = [block for block in fenced(page, "text") if block.startswith(tuple(f"{t.task} " for t in problem.tasks))]
    assert len(shown) >= 6
    for block in shown:
        told = explain(problem, plan, block.split()[0])
        assert block.strip().split("\n") in [sentences(told, language) for language in ("en", "ko")], block
