"""The report page shows charging: the power of each group upon the load periods, its limit, and what was saved."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Browser, expect

from robot_fleet.reports.folds.past import ground_of
from robot_fleet.runtime.reports.desk import ReportDesk
from test.browser.test_days import cell, opened, sign_in
from test.fakes.house import House
from test.fakes.report_ledger import write_ledger
from test.fakes.sent_reports import SentReportsDouble
from test.unit.reports.test_energy import GROUP, NIGHT, site


def test_what_was_saved_and_when_it_was_charged_is_shown(browser: Browser, tmp_path: Path) -> None:
    limited = site(groups=(replace(GROUP, max_kw=0.3),))
    books = write_ledger(tmp_path / "ledger.sqlite", limited.id, [(fact.at_s, fact) for fact in NIGHT])
    errors: list[str] = []
    desk = ReportDesk(ground_of(limited, None), books, None)
    with House(tmp_path, reports=desk, sent_reports=SentReportsDouble()) as house:
        page = opened(browser, house.server.url, errors, "ko-KR")
        sign_in(page, "manager")
        page.click("#menu-open")
        page.get_by_role("link", name="보고서").click()
        expect(page.locator("#report h2")).to_have_text("가동: 전체")
        page.select_option("#length", "week")
        page.click('[data-table="energy"]')
        expect(page.locator("#report h2")).to_have_text("충전")
        expect(cell(page, "care_1", "saved_won")).to_have_text("28")
        expect(cell(page, "care_1", "charged_kwh")).to_have_text("0.3")
        expect(page.locator('svg.energy g[data-group="all"] .limit')).to_have_count(1)
        expect(page.locator("svg.energy .at-once")).to_have_count(1)
        expect(page.locator("svg.energy .load.light").first).to_be_attached()
        expect(page.locator(".states.energy")).to_contain_text("바로 충전했을 때")
        expect(page.locator(".states.energy")).to_contain_text("최대부하")  # of which nothing was charged
        page.click('[data-language="en"]')
        page.click('[data-table="energy_by_group"]')
        expect(cell(page, "all", "limit_kw")).to_have_text("0.3")
        expect(page.locator("svg.energy")).to_contain_text("limit 0.3 kW")
        page.click('[data-table="energy_by_load"]')
        expect(page.locator('tr[data-key="light"] th')).to_have_text("light load")
        page.close()
    assert errors == []
