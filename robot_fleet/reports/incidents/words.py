"""The sentences of an incident's timeline in Korean and English."""

from __future__ import annotations

from collections.abc import Mapping

from robot_fleet.core.text import Text

Blank = Text | str

_SENTENCES: Mapping[str, tuple[str, str]] = {
    # what: (Korean, English); Korean without particles, which would depend on the names that go in
    "alarm_raised": ("경보 – {members}: {cause}", "Alarm – {members}: {cause}"),
    "alarm_called": ("도움 요청: {place}", "Call for help: {place}"),
    "event_taken": ("도시 이벤트 접수: {kind} – {area}", "The city tells of an event: {kind}, {area}"),
    "event_task": ("작업 {thing} 요청", "Task {thing} is asked for"),
    "event_refused": ("작업을 요청할 수 없음 ({thing})", "A task cannot be asked for ({thing})"),
    "event_held": ("안전한 곳에 정지: {thing}", "{thing} is held in a safe place"),
    "event_put_off": ("작업 {thing} 보류", "Task {thing} is put off"),
    "event_closed": ("구역 차단: {thing}", "{thing} is closed"),
    "event_told": ("작업 {thing}: 곁에 있는 사람에게 안내", "Task {thing}: the people beside the robot are told"),
    "event_resolved": ("도시 플랫폼: 이벤트 해제", "The city tells that the event is over"),
    "event_expired": ("이벤트 시간 만료", "The event's time is over"),
    "event_ended": ("{by}: 이벤트 종료", "{by} said that the event is over"),
    "alarm_shown": ("관제 화면에 표시", "Shown at a console"),
    "alarm_spread": ("경보에 추가: {member}", "The alarm tells of one more: {member}"),
    "alarm_again": ("다시 울림: {member}", "It rings again: {member}"),
    "alarm_receded": ("해소: {member}", "Gone: {member}"),
    "alarm_cleared": ("해소: {member}. 남은 원인 없음", "Gone: {member}. Nothing of the alarm is left"),
    "alarm_rings_again": ("미룬 시간이 끝나 다시 울림", "The time it was put aside for is over; it rings again"),
    "alarm_acknowledged": ("{by}: 경보 확인", "{by} acknowledged the alarm"),
    "alarm_shelved": ("{by}: 경보를 {until}까지 미룸 – {reason}", "{by} put the alarm aside until {until}: {reason}"),
    "alarm_unshelved": ("{by}: 미룬 경보를 다시 울림", "{by} took the alarm up again"),
    "incident_opened": ("사고 대응 시작", "The alarm opened this incident"),
    "incident_opened_by": ("{by}: 사고 대응 시작", "{by} opened this incident"),
    "incident_joined": ("이 사고에 추가: {joined}", "Joined this incident: {joined}"),
    "incident_noted": ("{by}: {text}", "{by}: {text}"),
    "incident_closed": ("{by}: 사고 종료 – {reason}", "{by} closed the incident: {reason}"),
    "voice_made": ("{by}: 통화 연결", "{by} opened a line to the caller"),
    "voice_answered": ("{by}: 통화 – 응답 있음", "{by}: somebody answered"),
    "voice_failed": ("{by}: 연결하지 못함, 다시 시도", "{by} could not reach them and tries again"),
    "voice_guardian_told": ("{by}: 보호자에게 알림", "{by} told the guardian"),
    "voice_door_opened": ("{by}: 출입문 열림", "{by}: the door is open"),
    "contact_line": ("현장 통화 요청", "a line to the place is wanted"),
    "contact_emergency": ("응급 신고 요청", "the emergency services are to be called"),
    "contact_guardian": ("보호자 연락 요청", "the guardian is to be told"),
    "contact_door": ("출입문 열림 요청", "the door is to be opened"),
    "voice_silent": ("{by}: 통화 – 응답 없음", "{by}: nobody answered"),
    "voice_escalated": ("{by}: 응급 신고", "{by} called the emergency services"),
    "job_sent": ("직원에게 자동 요청 – {job}{why}", "The fleet sent for staff: {job}{why}"),
    "job_off": ("자동 요청 취소 – {job}{why}", "The fleet called staff back: {job}{why}"),
    "job_opened": ("{by}: 현장 작업 요청 – {job}{why}", "{by} sent for staff: {job}{why}"),
    "job_take": ("{by}: 현장 작업 맡음 – {job}{why}", "{by} took the job: {job}{why}"),
    "job_done": ("{by}: 현장 작업 끝남 – {job}{why}", "{by} did the job: {job}{why}"),
    "job_withdraw": ("{by}: 현장 작업 취소 – {job}{why}", "{by} withdrew the job: {job}{why}"),
    "held": ("{by}: 멈춤 요청 – {name}{why}", "{by} held {name}{why}"),
    "let_go": ("{by}: 다시 시작 – {name}{why}", "{by} let {name} go on{why}"),
    "zone_closed": ("{by}: 구역 닫음 – {name}{why}", "{by} closed the zone {name}{why}"),
    "zone_opened": ("{by}: 구역 엶 – {name}{why}", "{by} opened the zone {name}{why}"),
    "zone_limited": ("{by}: 구역 속도 제한 {speed} m/s – {name}{why}", "{by} limited {name} to {speed} m/s{why}"),
    "task_cancelled": ("{by}: 작업 {task} 취소 ({why})", "{by} cancelled task {task} ({why})"),
    "maintenance_began": ("{by}: 정비 시작 – {name}{why}", "{by} took {name} out of service{why}"),
    "maintenance_came": ("계획한 정비 시작 – {name}", "{name}: its planned maintenance begins"),
    "maintenance_planned": (
        "{by}: 정비 계획 – {name}, {start}–{end}",
        "{by} planned maintenance of {name}, {start}–{end}",
    ),
    "maintenance_unplanned": ("{by}: 정비 계획 취소 – {name}", "{by} took back the planned maintenance of {name}"),
    "maintenance_done": ("{by}: 정비 끝 – {name}", "{by} put {name} back into service"),
    "robot_sent": ("{robot}: 지시 받음 – {purpose}, {place}", "{robot} was sent to {place}: {purpose}"),
    "robot_called_off": ("{robot}: 지시 취소 요청 ({why})", "{robot} was asked to give its order up ({why})"),
    "robot_order_ended": ("{robot}: 지시 {state}", "{robot}: its order {state}"),
    "step_failed": ("{robot}: 단계 {state} ({code})", "{robot}: a step {state} ({code})"),
    "robot_faulted": ("{robot}: 오류로 {until}까지 쉼 ({code})", "{robot} stands with a fault until {until} ({code})"),
    "link_live": ("{robot}: 다시 연결됨", "{robot} is heard again"),
    "link_stale": ("{robot}: 응답 지연", "{robot} does not answer"),
    "link_offline": ("{robot}: 연결 끊김", "{robot} is offline"),
    "place_taken_out": (
        "{robot}: {place} 사용 중지, 이유 {code}",
        "{robot}: {place} is out of use, {code}",
    ),
    "charger_doubted": (
        "{robot}: {place} 충전 안 됨, {until}까지 쓰지 않음",
        "{robot} was not charged at {place}: not used until {until}",
    ),
    "emergency_stopped": ("{robot}: 비상 정지 눌림", "{robot}: its emergency stop was pressed"),
    "charge_began": ("{robot}: 충전 필요 ({soc}%)", "{robot} must charge ({soc} %)"),
    "charge_ended": ("{robot}: 충전됨 ({soc}%)", "{robot} is charged ({soc} %)"),
    "task_released": ("{robot}: 작업 {task} 내려놓음 ({why})", "{robot} was relieved of task {task} ({why})"),
    "task_held_up": ("{robot}: 작업 {task} 지연 ({why})", "{robot} cannot go on with task {task} ({why})"),
    "task_goes_on": ("{robot}: 작업 {task} 계속", "{robot} goes on with task {task}"),
    "task_suspended": ("{robot}: 작업 {task} 중단 ({why})", "{robot} broke task {task} off ({why})"),
    "task_asks": (
        "{robot}: 작업 {task} 중단, 사람의 대답 필요 ({why})",
        "{robot} broke task {task} off and a person is asked ({why})",
    ),
    "hand_over": (
        "{robot}: 작업 {task} 중단, 실은 것을 사람이 넘겨받아야 함 ({why})",
        "{robot} broke task {task} off; a person is to take over what is on board ({why})",
    ),
    "task_answered": ("{by}: 작업 {task} – {answer}", "{by} said of task {task}: {answer}"),
    "task_completed": ("{robot}: 작업 {task} 완료 ({result})", "{robot} completed task {task} ({result})"),
    "task_failed": ("{robot}: 작업 {task} 실패 ({why})", "{robot}: task {task} failed ({why})"),
    "item_taken": ("{item}: {robot}에 실림", "{robot} took {item} on board"),
    "item_given": ("{item}: {robot}에서 {holder}", "{robot} gave {item} to {holder}"),
}

PURPOSES: Mapping[str, Text] = {
    "home": Text("쉴 곳으로", "to rest or charge"),
    "clear": Text("길 비켜 주기", "to make way"),
}
ORDER_ENDS: Mapping[str, Text] = {
    "finished": Text("마침", "is finished"),
    "cancelled": Text("취소됨", "was given up"),
    "failed": Text("실패", "failed"),
}
STEP_ENDS: Mapping[str, Text] = {
    "failed": Text("실패", "failed"),
    "cancelled": Text("취소됨", "was broken off"),
    "unknown": Text("결과 알 수 없음", "ended nobody knows how"),
}
ANSWERS: Mapping[str, Text] = {
    "retry": Text("다시", "try again"),
    "done": Text("끝남", "it is done"),
    "failed": Text("실패", "it has failed"),
}
VERDICTS: Mapping[str, Text] = {
    "fine": Text("무사함", "they are well"),
    "helped": Text("로봇 또는 이웃이 도움", "the robot or a neighbour has helped"),
    "handed_over": Text("구급대에 인계", "handed over to the emergency services"),
    "false_alarm": Text("잘못된 호출", "a false alarm"),
    "other": Text("기타", "something else"),
}
JOBS: Mapping[str, Text] = {
    "fetch_robot": Text("로봇 가져오기", "fetch a robot"),
    "unload_goods": Text("실린 것 내리기", "unload goods"),
    "look_after": Text("장소 살피기", "look after a place"),
    "take_over": Text("로봇 손으로 옮기기", "move a robot by hand"),
    "other": Text("기타", "something else"),
}
FLEET = Text("전체 로봇", "the whole fleet")
A_PERSON = Text("사람", "a person")


def sentence(what: str, **blanks: Blank) -> Text:
    """Return what happened in both languages.

    Raises
    ------
    KeyError : there is no such sentence, or a blank is not filled.
    """
    korean, english = _SENTENCES[what]
    return Text(
        korean.format(**{name: blank.ko if isinstance(blank, Text) else blank for name, blank in blanks.items()}),
        english.format(**{name: blank.en if isinstance(blank, Text) else blank for name, blank in blanks.items()}),
    )


def joined(texts: list[Blank]) -> Text:
    """Return several names or sentences as one."""
    both = [text if isinstance(text, Text) else Text(text, text) for text in texts]
    return Text(", ".join(text.ko for text in both), ", ".join(text.en for text in both))
