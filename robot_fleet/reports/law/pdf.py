"""The evidence log as a PDF file that an authority can read without anything else."""

from __future__ import annotations

from dataclasses import asdict

from robot_fleet.reports.law.evidence import LAW_HEADINGS, PAPER_HEADINGS, Evidence
from robot_fleet.reports.law.log import EVENT_HEADINGS, LawLog, Stay, event_cells, headings
from robot_fleet.reports.periodic.pdf_file import Grid, grid_pdf_bytes

_STAY_WIDTHS, _PAPER_WIDTHS = (4, 5, 5, 5, 3, 3, 3, 5, 4, 5, 3), (4, 2, 4, 4, 5, 8, 6)
_SUM_HEADINGS = {"ko": ("항목", "값"), "en": ("what", "figure")}
_CHECKED = {
    "ko": "속도는 로봇이 약 1초마다 보고한 값입니다. "
    "실제로 지켰는지는 ./fleet law check로 궤적에서 다시 계산할 수 있습니다.",
    "en": "Speeds are those that robots reported, about once a second. "
    "./fleet law check recomputes from the trace whether the law was kept.",
}


def log_pdf(log: LawLog, evidence: Evidence) -> bytes:
    """Return the log as a PDF file in the evidence's language."""
    language, ko = evidence.language, evidence.language == "ko"
    heads = headings(language)
    stays = [_cells(stay, evidence) for stay in log.stays]
    grids: list[Grid] = [
        ("요약" if ko else "In short", _SUM_HEADINGS[language], evidence.sums(log), (2, 5)),
        ("적용 법규" if ko else "The law", LAW_HEADINGS[language], evidence.laws(), (4, 6, 8, 4, 4)),
        ("로봇의 서류" if ko else "Papers of the robots", PAPER_HEADINGS[language], evidence.papers(), _PAPER_WIDTHS),
        ("구역 출입" if ko else "Robots in zones", (*heads[:2], *heads[3:]), stays, _STAY_WIDTHS),
    ]
    if log.events:
        rows = []
        for event in log.events:
            _, what, of, _, by = event_cells(event, language)
            rows.append((evidence.at(event.at_s), what, of, evidence.detail(event), by))
        grids.append(("그 밖의 일" if ko else "Besides", EVENT_HEADINGS[language], rows, (3, 3, 4, 10, 3)))
    title = "법규 구역 운행 기록" if ko else "Record of robots in zones with a law"
    name = evidence.say(evidence.site.name)
    return grid_pdf_bytes(title, f"{name} ({evidence.site.id})", grids, _CHECKED[language])


def _cells(stay: Stay, evidence: Evidence) -> tuple[str, ...]:
    """Return a stay as texts; the law is told above, and a zone has one."""
    told = asdict(stay)
    papers = (evidence.paper(told[kind]) if told[kind] else "–" for kind in ("certificate", "insurance", "permit"))
    highest = "" if stay.max_mps is None else f"{stay.max_mps:.2f}"
    limit, watch = f"{stay.limit_mps:.2f}" if stay.limit_mps else "–", stay.supervisor or "–"
    times = evidence.at(stay.entered_s), evidence.at(stay.left_s)
    return (stay.robot, evidence.zone(stay.zone), *times, f"{stay.mass_kg:g}", limit, highest, *papers, watch)
