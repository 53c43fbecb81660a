"""The report's words in Korean and English, and its tables as cells of text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from robot_fleet.core.clock import format_clock
from robot_fleet.reports.report import AlarmFigures, FleetReport, RobotFigures, ServiceFigures

LANGUAGES = ("en", "ko")
NONE = "–"

_WORDS: Mapping[str, tuple[str, str]] = {
    "span": ("From {start} to {end}", "{start}부터 {end}까지"),
    "services": ("Services", "서비스"),
    "kinds": ("Robots by kind", "종류별 로봇"),
    "robots": ("Robots", "로봇"),
    "alarms": ("Alarms", "경보"),
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
    "unknown": ("unknown", "알 수 없음"),
    "nothing": ("The ledger holds no request yet.", "원장에 아직 요청이 없습니다."),
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
    )
    return tuple(one for one in made if one.rows)


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


def _figure(value: float | None) -> str:
    return NONE if value is None else f"{value:.1f}"
