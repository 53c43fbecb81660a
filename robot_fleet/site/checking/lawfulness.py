"""Checks what a site's files say of law: that regimes and papers are about what there is."""

from __future__ import annotations

from robot_fleet.site.reading.draft import Draft


def check_law(draft: Draft) -> None:
    """Add a finding for each zone whose regime is not there, and for each paper about what is not there."""
    for zone in draft.zones.values():
        if zone.law and not draft.knows("regime", zone.law):
            expected = f"there is no regime {zone.law!r}; expected a file law/{zone.law}.yaml"
            draft.report("site_unknown_regime", "zone", zone.id, ("law",), expected)
    for paper in draft.papers.values():
        for sort, code, key, names in (
            ("robot", "site_unknown_robot", "robots", paper.robots),
            ("kind", "site_unknown_kind", "kinds", paper.kinds),
            ("zone", "site_unknown_zone", "zones", paper.zones),
        ):
            for index, name in enumerate(names):
                if not draft.knows(sort, name):
                    expected = f"there is no {sort} {name!r}; expected the id of one that is defined"
                    draft.report(code, "paper", paper.id, (key, index), expected)
        if draft.calendar is None and not draft.findings:
            expected = "nobody knows which date it is; expected a calendar.yaml beside it"
            draft.report("site_papers_without_calendar", "paper", paper.id, (), expected)
