"""The words of campaign reports and pictures, in Korean and English."""

from __future__ import annotations

from collections.abc import Mapping

from robot_fleet.core.text import Text
from robot_fleet.reports.campaign.model import Words
from robot_fleet.reports.campaign.sentences import SENTENCES

_WORDS: Mapping[str, Text] = {
    "passed": Text("통과", "passed"),
    "failed": Text("실패", "failed"),
    "seed": Text("시드", "seed"),
    "scenario": Text("시나리오", "scenario"),
    "runs": Text("실행", "runs"),
    "run": Text("실행", "run"),
    "rate": Text("통과율", "pass rate"),
    "interval": Text("95 % 구간", "95 % interval"),
    "last": Text("지난 캠페인", "last campaign"),
    "now": Text("이번 캠페인", "this campaign"),
    "control": Text("음성 대조군", "negative control"),
    "as_must": Text("실패해야 하고 실패함", "fails, as it must"),
    "must_fail": Text("실패해야 하는데 통과함", "passed, but must fail"),
    "new_word": Text("새로 추가됨", "added"),
    "edited_word": Text("파일이 바뀜", "its file has changed"),
    "newly_broken_word": Text("새로 실패", "newly failed"),
    "mended_word": Text("고쳐짐", "mended"),
    "expectation": Text("기대", "expectation"),
    "held": Text("지켜짐", "held"),
    "broken": Text("깨짐", "broken"),
    "what": Text("무엇이", "what"),
    "at": Text("시각", "at"),
    "who": Text("누가·무엇이", "who and what"),
    "value": Text("값", "value"),
    "limit": Text("한계", "limit"),
    "place": Text("위치", "where"),
    "fault": Text("고장", "fault"),
    "faults": Text("고장", "Faults"),
    "begun": Text("시작", "began"),
    "ended": Text("끝", "ended"),
    "to_the_end": Text("끝까지", "to the end"),
    "never": Text("일어나지 않음", "never came about"),
    "robots": Text("로봇", "robots"),
    "cause": Text("계기", "on what"),
    "result": Text("결과", "result"),
    "figure": Text("지표", "figure"),
    "median": Text("중앙값", "median"),
    "range": Text("범위", "range"),
    "difference": Text("차이", "difference"),
    "expectations": Text("기대", "Expectations"),
    "each_run": Text("실행별", "Run by run"),
    "again": Text("다시 실행", "Run it again"),
    "replay": Text("다시 보기", "See it again"),
    "recordings": Text("녹화 (MCAP)", "Recordings (MCAP)"),
    "trace": Text("궤적", "Trace"),
    "and_more": Text("외 {n}건", "and {n} more"),
    "program": Text("프로그램", "program"),
    "commit": Text("커밋", "commit"),
    "changed": Text("커밋되지 않은 변경 있음", "with changes that are not committed"),
    "no_commit": Text("알 수 없음 (체크아웃이 아님)", "not known (no checkout)"),
    "link": Text("연결", "link"),
    "backend": Text("백엔드", "backend"),
    "speed": Text("속도", "speed"),
    "seeds": Text("시드", "seeds"),
    "without": Text("꺼 둔 것", "switched off"),
    "nothing": Text("없음", "nothing"),
    "sites": Text("사이트", "sites"),
    "scenarios": Text("시나리오", "scenarios"),
    "picture": Text("궤적 그림", "Picture of the trajectories"),
    "title": Text("시나리오 캠페인", "Scenario campaign"),
    "changes_title": Text("지난 캠페인과 비교", "Against the last campaign"),
    "failures_title": Text("기대와 다른 결과", "What went otherwise than expected"),
    "rates_title": Text("시나리오별 통과율", "Pass rates"),
    "figures_title": Text("분포", "Distributions"),
    "details_title": Text("시나리오별 상세", "Each scenario"),
    "how_title": Text("읽는 법", "How to read this"),
    "broken_title": Text("새로 실패한 시나리오", "New failures"),
    "mended_title": Text("고쳐진 시나리오", "Mended"),
    "still_title": Text("계속 실패하는 시나리오", "Still failing"),
    "added_title": Text("추가된 시나리오", "Added"),
    "removed_title": Text("빠진 시나리오", "Removed"),
    "edited_title": Text("파일이 바뀐 시나리오", "Files that have changed"),
    "clear_title": Text("뚜렷이 달라진 지표", "Figures that have clearly changed"),
    "contents": Text("목차", "Contents"),
    "mark_start": Text("시작과 끝", "start and end"),
    "mark_tick": Text("시작 후 시간 (분:초)", "time since the beginning (min:s)"),
    "mark_take": Text("싣기", "takes"),
    "mark_give": Text("내리기", "gives"),
    "mark_dock": Text("도킹", "docks"),
    "mark_act": Text("그 밖의 동작", "another act"),
    "mark_alarm": Text(
        "도움 호출, 로봇이 도착한 곳과 걸린 시간", "call for help: where a robot came, and after how long"
    ),
    "mark_bolt": Text("고장 난 로봇", "fault of a robot"),
    "mark_fault": Text("길을 막은 것", "what was in the way"),
    "mark_person": Text("사람", "people"),
    "mark_cross": Text("접촉 등 기대가 깨진 곳", "contact, or where else an expectation broke"),
    "on_site_after": Text("{s} 초 뒤 도착", "robot there after {s} s"),
    "faults_without_place": Text("자리가 없는 고장", "faults without a place"),
    **SENTENCES,
}

_EXPECTATIONS: Mapping[str, Text] = {
    "all_served": Text("모든 요청 완료", "all are served"),
    "served": Text("지정된 요청 완료", "these are served"),
    "ends_with": Text("정해진 결과로 끝남", "ends as it should"),
    "nobody_forgotten": Text("잊힌 사람 없음", "nobody is forgotten"),
    "alarm_on_site": Text("도움 호출에 제때 도착", "calls for help reached in time"),
    "no_contact": Text("접촉 없음", "no contact"),
    "apart_by": Text("로봇 사이 거리 유지", "robots keep apart"),
    "recovery": Text("제때 회복", "recovery in time"),
    "stops": Text("제때 멈춤", "stops in time"),
    "legal_speeds": Text("허용 속도 준수", "legal speeds"),
    "items": Text("물건이 있을 곳에 있음", "things are where they belong"),
    "custody_kept": Text("물건의 인수인계", "custody of things"),
    "no_plan_violation": Text("계획 규칙 위반 없음", "no plan breaks a rule"),
    "charge_above": Text("배터리 하한 유지", "batteries stay above"),
    "charged": Text("충전됨", "is charged"),
    "late_by": Text("지연 한도", "lateness"),
    "rings": Text("경보가 울림", "an alarm rings"),
    "keeps_out": Text("구역에 들어가지 않음", "keeps out of a zone"),
    "taken_over": Text("다른 로봇이 이어받음", "another robot takes over"),
    "distances_agree": Text("주행 거리 일치", "distances agree"),
    "faults_struck": Text("고장이 일어남", "the faults came about"),
}

_FAULTS: Mapping[str, Text] = {
    "robot_dies": Text("로봇 정지", "robot dies"),
    "lidar_blind": Text("라이다 불능", "lidar blind"),
    "localisation_jumps": Text("위치 추정 튐", "localisation jumps"),
    "wheel_slip": Text("바퀴 미끄러짐", "wheel slip"),
    "emergency_stop": Text("비상 정지", "emergency stop"),
    "action_fails": Text("동작 실패", "an action fails"),
    "obstacle": Text("장애물", "obstacle"),
    "door_blocked": Text("문 막힘", "door blocked"),
    "people_crowd": Text("사람들이 붐빔", "people crowd"),
    "charger_broken": Text("충전기 고장", "charger broken"),
    "equipment_fails": Text("문·승강기 고장", "door or lift fails"),
    "network_cut": Text("네트워크 끊김", "network cut"),
    "process_killed": Text("프로세스 강제 종료", "process killed"),
    "process_hangs": Text("프로세스 멈춤", "process hangs"),
    "disk_full": Text("디스크 가득 참", "disk full"),
    "zone_closed": Text("구역 닫힘", "zone closed"),
    "paper_withdrawn": Text("인증·보험·허가 취소", "paper withdrawn"),
    "city_event": Text("도시 사건", "event of the city"),
    "fleet_held": Text("전체 보류", "fleet held"),
}
_PARTS: Mapping[str, Text] = {
    "traffic": Text("교통 정리", "traffic"),
    "recovery": Text("회복", "recovery"),
    "charging": Text("충전", "charging"),
    "preemption": Text("선점", "pre-emption"),
}


def say(key: str, language: str) -> str:
    """Return a word or sentence in `ko` or `en`."""
    return named(_WORDS[key], language)


def named(text: Text | Words, language: str) -> str:
    """Return a text in `ko` or `en`."""
    return text.ko if language == "ko" else text.en


def expectation_word(kind: str, language: str) -> str:
    """Return what a kind of expectation is called; its own word if this program does not know it."""
    return named(_EXPECTATIONS[kind], language) if kind in _EXPECTATIONS else kind


def fault_word(kind: str, language: str) -> str:
    """Return what a kind of fault is called; its own word if this program does not know it."""
    return named(_FAULTS[kind], language) if kind in _FAULTS else kind


def part_word(part: str, language: str) -> str:
    """Return what a part of the fleet is called that can be switched off."""
    return named(_PARTS[part], language) if part in _PARTS else part


def elapsed(seconds: float) -> str:
    """Return a time since the beginning of a run as minutes and seconds, with hours from one on."""
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"
