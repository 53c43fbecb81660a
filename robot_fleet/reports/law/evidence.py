"""What the evidence log is told with where the site is known: dates, names, limits, and papers by their numbers."""

from __future__ import annotations

from dataclasses import dataclass

from robot_fleet.core.clock import format_clock
from robot_fleet.core.law import Forbidden, Paper
from robot_fleet.core.ports import Calendar
from robot_fleet.core.site import Site
from robot_fleet.core.text import Text
from robot_fleet.reports.law.log import Event, LawLog
from robot_fleet.reports.law.paper_list import KINDS

KMH_PER_MPS = 3.6
WHY = {
    Forbidden.TOO_HEAVY: Text("너무 무거움", "too heavy"),
    Forbidden.TOO_WIDE: Text("너무 넓음", "too wide"),
    Forbidden.CARRIAGEWAY: Text("차도", "carriageway"),
    Forbidden.NO_CERTIFICATE: Text("유효한 안전인증 없음", "no valid certificate"),
    Forbidden.NO_INSURANCE: Text("유효한 보험 없음", "no valid insurance"),
    Forbidden.NO_PERMIT: Text("유효한 허가 없음", "no valid permit"),
    Forbidden.OUTSIDE_HOURS: Text("허가 시간 밖", "outside the permit's hours"),
    Forbidden.UNSUPERVISED: Text("관제자 없음", "nobody has the watch"),
}
EVERYWHERE = Text("모든 구역", "everywhere")
LAW_HEADINGS = {
    "ko": ("법규", "구역", "총중량별 제한 속도", "폭", "필요한 서류"),
    "en": ("law", "zones", "speed by total mass", "width", "papers asked for"),
}
PAPER_HEADINGS = {
    "ko": ("서류", "종류", "번호", "발급 기관", "유효 기간", "로봇", "구역"),
    "en": ("paper", "kind", "number", "issuer", "valid", "robots", "zones"),
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """A site's own words about the log of its zones, in `ko` or `en`."""

    site: Site
    calendar: Calendar | None
    language: str

    def say(self, text: Text) -> str:
        """Return a text in the language."""
        return text.ko if self.language == "ko" else text.en

    def at(self, at_s: float | None) -> str:
        """Return a fleet time as the local date and clock; as a clock alone where nobody knows which date it is."""
        if at_s is None:
            return ""
        if self.calendar is None:
            return format_clock(at_s)
        return f"{self.calendar.local(at_s)[:10]} {format_clock(at_s % 86_400.0)}"

    def zone(self, zone: str) -> str:
        """Return what a zone is called."""
        return self.say(self.site.zones[zone].name) if zone in self.site.zones else zone

    def paper(self, paper: str) -> str:
        """Return a paper's own number, which its issuer knows it by."""
        known = self.site.law.papers.get(paper)
        return known.number if known is not None and known.number else paper

    def detail(self, event: Event) -> str:
        """Return what an event says, its zones by their names and its reasons in words."""
        if event.event not in ("kept_out", "let_in"):
            return event.detail
        told = []
        for part in filter(None, event.detail.split(", ")):
            zone, _, why = part.partition(": ")
            told.append(f"{self.zone(zone)}: {self.say(WHY[Forbidden(why)]) if why in WHY else why}")
        return ", ".join(told)

    def sums(self, log: LawLog) -> list[tuple[str, str]]:
        """Return what an authority asks first: the period, how many robots and entries, and how many were too fast."""
        ko = self.language == "ko"
        times_s = [stay.entered_s for stay in log.stays] + [
            stay.left_s for stay in log.stays if stay.left_s is not None
        ]
        fast = sum(1 for stay in log.stays if stay.max_mps and stay.limit_mps and stay.max_mps > stay.limit_mps)
        open_yet = sum(1 for stay in log.stays if stay.left_s is None)
        lacking = sum(1 for stay in log.stays if self._lacks(stay.law, (stay.certificate, stay.insurance, stay.permit)))
        return [
            ("기간" if ko else "period", f"{self.at(min(times_s))} – {self.at(max(times_s))}" if times_s else "–"),
            ("로봇" if ko else "robots", str(len({stay.robot for stay in log.stays}))),
            ("구역 진입" if ko else "entries", str(len(log.stays))),
            ("지금 구역 안" if ko else "still inside", str(open_yet)),
            ("제한 속도를 넘은 진입" if ko else "entries above the limit", str(fast)),
            ("서류 없이 머문 진입" if ko else "entries without valid papers", str(lacking)),
        ]

    def laws(self) -> list[tuple[str, ...]]:
        """Return a row per law of the site."""
        rows: list[tuple[str, ...]] = []
        for regime in self.site.law.regimes.values():
            zones = ", ".join(self.say(zone.name) for zone in self.site.zones.values() if zone.law == regime.id)
            speeds = ", ".join(
                f"≤ {each.up_to_kg:g} kg: {each.speed_mps * KMH_PER_MPS:g} km/h ({each.speed_mps:.2f} m/s)"
                for each in regime.limits
            )
            width = f"≤ {regime.width_m:g} m" if regime.width_m else ""
            if regime.wide_m:
                pavement = "보도" if self.language == "ko" else "pavement"
                width += f"; {regime.wide_m:g} m ({pavement} ≥ {regime.wide_from_pavement_m:g} m)"
            papers = ", ".join(self.say(KINDS[kind.value]) for kind in regime.papers)
            rows.append((self.say(regime.name), zones, speeds, width, papers))
        return rows

    def papers(self) -> list[tuple[str, ...]]:
        """Return a row per paper of the site."""
        return [self._paper_row(paper) for paper in self.site.law.papers.values()]

    def _paper_row(self, paper: Paper) -> tuple[str, ...]:
        robots = [each.id for each in self.site.robots.values() if each.id in paper.robots or each.kind in paper.kinds]
        zones = ", ".join(self.zone(zone) for zone in paper.zones) or self.say(EVERYWHERE)
        valid = f"{paper.valid_from} – {paper.valid_to}"
        return paper.id, self.say(KINDS[paper.kind.value]), paper.number, paper.issuer, valid, ", ".join(robots), zones

    def _lacks(self, law: str, had: tuple[str, ...]) -> bool:
        regime = self.site.law.regimes.get(law)
        names = ("certificate", "insurance", "permit")
        return regime is not None and any(not had[names.index(kind.value)] for kind in regime.papers)
