"""The periodic report as people read it: titles, names of rows and values as text, in Korean and English."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from robot_fleet.core.text import Text
from robot_fleet.reports.folds.robot_clock import State
from robot_fleet.reports.periodic.currency import KRW, unit_signed, unit_told
from robot_fleet.reports.periodic.periodic import FLEET, PeriodReport, Row, Table
from robot_fleet.reports.periodic.registry import Figure, figures

NONE = "–"
MARK = "*"
"""In the place of a value that is withheld."""
_UTILISATION = Text("가동", "Utilisation")
_TITLES = {
    "service": Text("서비스", "Service"),
    "reasons": Text("완료되지 않은 이유", "Why some were not done"),
    "effort": Text("작업에 든 것", "What the work took"),
    "alarms": Text("경보 (EEMUA 191)", "Alarms (EEMUA 191)"),
    "events": Text("도시 사건과 대응 시간", "City events and response times"),
    "cost": Text("비용", "Cost"),
    "saved": Text("주민이 아낀 시간", "Resident hours saved"),
    "energy": Text("충전", "Charging"),
    "energy_by_load": Text("충전: 부하 시간대", "Charging: load period"),
    "energy_by_group": Text("충전: 충전기 그룹", "Charging: charger group"),
}
_BY = {
    "fleet": Text("전체", "whole fleet"),
    "robot": Text("로봇", "robot"),
    "kind": Text("종류", "kind"),
    "service": Text("서비스", "service"),
    "building": Text("건물", "building"),
    "hour": Text("시간대", "hour of day"),
    "weekday": Text("요일", "weekday"),
    "day": Text("날", "day"),
    "reason": Text("결과와 이유", "outcome and reason"),
    "event": Text("사건 유형", "type of event"),
    "load": Text("부하 시간대", "load period"),
    "group": Text("충전기 그룹", "charger group"),
}
_NOBODY = {
    "service": Text("작업 없음", "no task"),
    "building": Text("알 수 없음", "not known"),
    "kind": Text("알 수 없음", "not known"),
}
LOADS = {
    "light": Text("경부하", "light load"),
    "mid": Text("중간부하", "middle load"),
    "peak": Text("최대부하", "peak load"),
    "solar": Text("태양광", "solar"),
}
_WEEKDAYS = {
    "1": Text("월요일", "Monday"),
    "2": Text("화요일", "Tuesday"),
    "3": Text("수요일", "Wednesday"),
    "4": Text("목요일", "Thursday"),
    "5": Text("금요일", "Friday"),
    "6": Text("토요일", "Saturday"),
    "7": Text("일요일", "Sunday"),
}
_LENGTHS = {
    "day": Text("일간 보고서", "Daily report"),
    "week": Text("주간 보고서", "Weekly report"),
    "month": Text("월간 보고서", "Monthly report"),
}
SOURCES = {
    "facts": Text("원장의 사실", "facts of the ledger"),
    "telemetry": Text("원격 측정", "telemetry"),
    "site": Text("사이트 파일", "site files"),
    "costs": Text("costs.yaml", "costs.yaml"),
}
_LONG = ("robot_s", *(f"{state.value}_s" for state in State))
WORDS = {
    "figure": Text("지표", "figure"),
    "formula": Text("산식", "formula"),
    "source": Text("출처", "source"),
    "unit": Text("단위", "unit"),
    "value": Text("값", "value"),
    "site": Text("사이트", "site"),
    "period": Text("기간", "period"),
    "coverage": Text("자료 범위", "coverage of the data"),
    "facts": Text("로봇 시간 중 사실이 있는 비율", "share of robot time that facts tell of"),
    "telemetry": Text("로봇 시간 중 원격 측정이 있는 비율", "share of robot time that telemetry heard"),
    "no_telemetry": Text("원격 측정 기록 없음", "no history of telemetry"),
    "assumptions": Text("가정과 출처", "Assumptions and their sources"),
    "figures": Text("지표의 산식과 출처", "Formulas and sources of the figures"),
    "undated": Text("날짜를 알 수 없음: 운영 {of}번째", "no date is known: the fleet's number {of}"),
}


def say(text: Text, language: str) -> str:
    """Return a text in a language."""
    return text.said(language)


def title(table: Table) -> Text:
    """Return a table's title."""
    if table.id in _TITLES:
        return _TITLES[table.id]
    by = _BY[table.by]
    return Text(f"{_UTILISATION.ko}: {by.ko}", f"{_UTILISATION.en}: {by.en}")


def by_word(table: Table) -> Text:
    """Return what a table's rows stand for."""
    return _BY[table.by]


def row_name(table: Table, row: Row) -> Text:
    """Return what people call what a row is about."""
    if row.key == FLEET:
        return _BY[FLEET]
    if table.by == "weekday":
        return _WEEKDAYS[row.key]
    if table.by == "load" and row.key in LOADS:
        return LOADS[row.key]
    if not row.key:
        return _NOBODY.get(table.by, Text(NONE, NONE))
    if table.by == "hour":
        return Text(f"{row.key}시", f"{row.key}:00")
    if table.by == "day" and row.key.isdigit():
        return Text(f"{int(row.key)}일째", f"day {int(row.key)}")
    return row.name or Text(row.key, row.key)


def heading(report: PeriodReport) -> Text:
    """Return the report's title."""
    length = _LENGTHS[report.period.length.value]
    return Text(f"{length.ko} {report.period.of}", f"{length.en} {report.period.of}")


def dates(report: PeriodReport, language: str) -> str:
    """Return from which date to which the report reaches."""
    begins = report.period.begins
    if begins is None:
        return say(WORDS["undated"], language).format(of=report.period.of)
    ends: date = begins + timedelta(days=report.period.days - 1)
    return begins.isoformat() if ends == begins else f"{begins.isoformat()} – {ends.isoformat()}"


def coverage(report: PeriodReport, language: str) -> str:
    """Return a sentence on what the data cover."""
    facts = f"{say(WORDS['facts'], language)} {shown(report.facts_pct, '%')}"
    heard = report.telemetry_pct
    told = "no_telemetry" if heard is None else "telemetry"
    return f"{facts}; {say(WORDS[told], language)}" + ("" if heard is None else f" {shown(heard, '%')}")


def source(figure: Figure, language: str) -> str:
    """Return where a figure is from."""
    return ", ".join(say(SOURCES[each], language) for each in figure.source)


def in_hours(figure: Figure) -> bool:
    """Return whether a figure in seconds is shown in hours."""
    return figure.id in _LONG


def unit_shown(figure: Figure, currency: str = KRW) -> str:
    """Return the unit in which people are shown a figure: long times in hours."""
    return "h" if in_hours(figure) else unit_signed(unit_told(figure, currency))


def cell(figure: Figure, value: float | None) -> str:
    """Return a value as people are shown it."""
    if value is not None and in_hours(figure):
        return f"{value / 3600.0:,.2f}"
    return shown(value, figure.unit)


def shown(value: float | None, unit: str) -> str:
    """Return a value as text: won and counts without decimals."""
    if value is None:
        return NONE
    if unit in ("won", "d") or (unit == "" and value == int(value)):
        return f"{value:,.0f}"
    return f"{value:,.1f}" + ("%" if unit == "%" else "")


def used(report: PeriodReport) -> Iterator[Figure]:
    """Yield the figures that a report shows, each once."""
    names = {name for table in report.tables for name in table.figures}
    return (figure for name, figure in figures().items() if name in names)
