"""The report's words in Korean and English, and its tables as cells of text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from robot_fleet.core.clock import format_clock
from robot_fleet.reports.folds.alarms import AlarmLoad
from robot_fleet.reports.folds.city_events import EventFigures
from robot_fleet.reports.report import AlarmFigures, FleetReport, RobotFigures, ServiceFigures

LANGUAGES = ("en", "ko")
NONE = "–"

_WORDS: Mapping[str, tuple[str, str]] = {
    "span": ("From {start} to {end}", "{start}부터 {end}까지"),
    "services": ("Services", "서비스"),
    "kinds": ("Robots by kind", "종류별 로봇"),
    "robots": ("Robots", "로봇"),
    "alarms": ("Alarms", "경보"),
    "events": ("Events of the city", "도시 이벤트"),
    "event": ("event", "이벤트"),
    "area": ("where", "장소"),
    "taken": ("taken s", "접수 초"),
    "led": ("led to", "대응"),
    "exercise": ("exercise", "훈련"),
    "service": ("service", "서비스"),
    "requests": ("requests", "요청"),
    "done": ("done", "완료"),
    "not_done": ("not done", "미완료"),
    "open": ("open", "진행 중"),
    "on_time": ("on time %", "정시 %"),
    "performance": ("VDI 4486 %", "VDI 4486 %"),
    "late_p50": ("late p50 s", "지연 p50 초"),
    "late_p95": ("late p95 s", "지연 p95 초"),
    "to_robot": ("to robot s", "배정 초"),
    "robot": ("robot", "로봇"),
    "kind": ("kind", "종류"),
    "count": ("robots", "대수"),
    "tasks": ("tasks", "작업"),
    "utilisation": ("on task %", "작업 %"),
    "home": ("home %", "복귀 %"),
    "idle": ("idle %", "대기 %"),
    "recharging": ("low %", "충전 필요 %"),
    "availability": ("VDI 3581 %", "VDI 3581 %"),
    "per_hour": ("tasks/h", "작업/시간"),
    "charges": ("charges", "충전"),
    "faults": ("faults", "고장"),
    "alarm": ("alarm", "경보"),
    "raised": ("raised", "발생"),
    "shown": ("shown s", "표시 초"),
    "on_site": ("on site s", "도착 초"),
    "closed": ("closed s", "종료 초"),
    "verdict": ("verdict", "판정"),
    "load": ("Load of alarms (EEMUA 191)", "경보 부담 (EEMUA 191)"),
    "figure": ("figure", "항목"),
    "value": ("value", "값"),
    "target": ("target", "목표"),
    "load_none": ("There was no alarm.", "경보가 없었습니다."),
    "load_alarms": ("alarms", "경보 수"),
    "load_rings": ("times that they rang", "울린 횟수"),
    "load_mean": ("per operator and 10 min, mean", "운영자당 10분 평균"),
    "load_worst": ("per operator, worst 10 min", "운영자당 최악의 10분"),
    "load_floods": ("floods", "경보 폭주"),
    "load_flood_time": ("time in flood %", "폭주 시간 %"),
    "load_low": ("low priority %", "낮음 %"),
    "load_medium": ("medium priority %", "보통 %"),
    "load_high": ("high and critical priority %", "높음·긴급 %"),
    "load_chattering": ("came more than once", "되풀이된 경보"),
    "load_standing": ("open for more than 24 h", "24시간 넘게 열린 경보"),
    "load_p50": ("acknowledged after, p50 s", "확인까지 p50 초"),
    "load_p90": ("acknowledged after, p90 s", "확인까지 p90 초"),
    "load_in_time": ("answered in time %", "제때 응답 %"),
    "load_unanswered": ("not answered", "응답 없음"),
    "unknown": ("unknown", "알 수 없음"),
    "nothing": ("The ledger holds no request and no alarm yet.", "원장에 아직 요청도 경보도 없습니다."),
}


@dataclass(frozen=True, slots=True)
class TextTable:
    """A table of words: its title, its columns, its rows."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def word(key: str, language: str) -> str:
    """Return a word in a language of LANGUAGES."""
    return _WORDS[key][LANGUAGES.index(language)]


def span(report: FleetReport, language: str) -> str:
    """Return from when to when the report reaches, on the site's clock."""
    return word("span", language).format(start=format_clock(report.from_s), end=format_clock(report.to_s))


def tables(report: FleetReport, language: str) -> tuple[TextTable, ...]:
    """Return the report's tables in a language, those without rows left out."""

    def table(title: str, columns: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> TextTable:
        return TextTable(word(title, language), tuple(word(column, language) for column in columns), rows)

    unknown = word("unknown", language)
    time = ("utilisation", "home", "idle", "recharging", "availability", "per_hour", "charges", "faults")
    made = (
        table("services", _SERVICE, tuple(_service(row) for row in report.services)),
        table("kinds", ("kind", "count", "tasks", *time), tuple(_kind(row, unknown) for row in report.kinds)),
        table("robots", ("robot", "kind", "tasks", *time), tuple(_robot(row, unknown) for row in report.robots)),
        table(
            "alarms",
            ("alarm", "service", "raised", "shown", "on_site", "closed", "verdict"),
            tuple(_alarm(row) for row in report.alarms),
        ),
        table(
            "events",
            ("event", "kind", "area", "raised", "taken", "shown", "on_site", "closed", "led"),
            tuple(_event(row, word("exercise", language)) for row in report.events),
        ),
        load_table(report.alarm_load, language),
    )
    return tuple(one for one in made if one.rows)


def load_table(load: AlarmLoad, language: str) -> TextTable:
    """Return the load of alarms beside what EEMUA 191 asks for; without rows if there was no alarm."""
    shares, targets = load.priority_pct, load.target_pct
    rows = (
        ("load_alarms", str(load.alarms), ""),
        ("load_rings", str(load.rings), ""),
        ("load_mean", _figure(load.per_10_min), "≤ 1"),
        ("load_worst", _figure(load.worst_10_min), "< 10"),
        ("load_floods", str(load.floods), "0"),
        ("load_flood_time", _figure(load.flood_pct), "< 1"),
        *((f"load_{name}", _figure(share), f"≈ {targets[name]:.0f}") for name, share in shares.items()),
        ("load_chattering", str(load.chattering), "0"),
        ("load_standing", str(load.standing), "0"),
        ("load_p50", _figure(load.acknowledge_p50_s), ""),
        ("load_p90", _figure(load.acknowledge_p90_s), ""),
        ("load_in_time", _figure(load.in_time_pct), "100"),
        ("load_unanswered", str(load.unanswered), "0"),
    )
    told = tuple((word(key, language), value, target) for key, value, target in rows) if load.alarms else ()
    columns = tuple(word(column, language) for column in ("figure", "value", "target"))
    return TextTable(word("load", language), columns, told)


_SERVICE = (
    "service",
    "requests",
    "done",
    "not_done",
    "open",
    "on_time",
    "performance",
    "late_p50",
    "late_p95",
    "to_robot",
)


def _service(row: ServiceFigures) -> tuple[str, ...]:
    counts = (row.requests, row.done, row.failed + row.cancelled + row.rejected, row.open)
    figures = (row.on_time_pct, row.performance_pct, row.lateness_p50_s, row.lateness_p95_s, row.to_robot_s)
    return (row.service, *(str(count) for count in counts), *(_figure(value) for value in figures))


def _times(row: RobotFigures) -> tuple[str, ...]:
    shares = (row.utilisation_pct, row.home_pct, row.idle_pct, row.recharging_pct, row.availability_pct)
    return (*(_figure(value) for value in (*shares, row.tasks_per_h)), str(row.charges), str(row.faults))


def _kind(row: RobotFigures, unknown: str) -> tuple[str, ...]:
    return (row.kind or unknown, str(row.robots), str(row.tasks), *_times(row))


def _robot(row: RobotFigures, unknown: str) -> tuple[str, ...]:
    return (row.id, row.kind or unknown, str(row.tasks), *_times(row))


def _alarm(row: AlarmFigures) -> tuple[str, ...]:
    after = (_figure(value) for value in (row.shown_s, row.on_site_s, row.closed_s))
    return (row.task, row.service, format_clock(row.raised_s), *after, row.verdict or NONE)


def _event(row: EventFigures, exercise: str) -> tuple[str, ...]:
    kind = f"{row.type} ({exercise})" if row.exercise else row.type
    after = (_figure(value) for value in (row.taken_s, row.shown_s, row.on_site_s, row.ended_s))
    led = ", ".join(f"{count} {sort}" for sort, count in row.led.items())
    return (row.event, kind, row.subject, format_clock(row.happened_s), *after, led or NONE)


def _figure(value: float | None) -> str:
    return NONE if value is None else f"{value:.1f}"
