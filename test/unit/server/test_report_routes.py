"""Reports over HTTP: as JSON and as files, off the event loop, and what is refused."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pypdf import PdfReader

from robot_fleet.runtime.reports.desk import ReportDesk
from robot_fleet.server.app import create_app
from robot_fleet.site.load import load_site
from test.fakes.moving_fleet import MovingFleet
from test.fakes.report_ledger import write_ledger
from test.fakes.web_server import WebServer
from test.unit.reports.hand_made import FACTS, GROUND

TINY = Path(__file__).parents[2] / "data" / "sites" / "tiny"
MONTH = {"of": "2026-11", "from": "2026-11-01"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    path = write_ledger(tmp_path_factory.mktemp("reports") / "ledger.sqlite", "hand", FACTS)
    app = create_app(MovingFleet(load_site(TINY)), reports=ReportDesk(GROUND, path, None))
    with WebServer(app) as server, httpx.Client(base_url=f"{server.url}/api/v1/reports", timeout=60.0) as opened:
        yield opened


def test_a_report_is_told_with_its_coverage(client: httpx.Client) -> None:
    told = client.get("/month", params=MONTH).json()
    assert (told["schema_version"], told["of"], told["from_date"], told["to_date"]) == (
        1,
        "2026-11",
        "2026-11-01",
        "2026-11-30",
    )
    assert told["coverage"] == {"facts_pct": 0.3, "telemetry_pct": None}
    cost = next(table for table in told["tables"] if table["id"] == "cost")
    assert dict(zip(cost["figures"], cost["rows"][0]["values"], strict=True))["won_per_task"] == 19_533.84
    assert told["figures"]["won_per_task"]["formula"]["en"] == "total ÷ done"


def test_without_a_date_the_newest_day_is_told(client: httpx.Client) -> None:
    told = client.get("/day").json()
    assert (told["of"], told["from_date"], told["from_s"], told["to_s"]) == ("1", None, 0.0, 86_400.0)


def test_files_are_sent_to_be_kept(client: httpx.Client) -> None:
    csv = client.get("/month/file", params={**MONTH, "format": "csv"})
    assert csv.headers["content-type"] == "text/csv; charset=utf-8"
    assert csv.headers["content-disposition"] == 'attachment; filename="report-month-2026-11.csv"'
    assert csv.content.startswith(b"\xef\xbb\xbf")
    pdf = client.get("/month/file", params={**MONTH, "format": "pdf", "lang": "ko"})
    assert pdf.headers["content-type"] == "application/pdf"
    assert "월간 보고서" in PdfReader(io.BytesIO(pdf.content)).pages[0].extract_text()


@pytest.mark.parametrize(
    ("path", "params", "code"),
    [
        ("/year", {}, "request_malformed"),
        ("/month", {"of": "2026-11"}, "request_date_unknown"),
        ("/month", {"of": "2026-13", "from": "2026-11-01"}, "request_period_malformed"),
        ("/day", {"from": "yesterday"}, "request_date_malformed"),
        ("/day/file", {"format": "xlsx"}, "request_malformed"),
        ("/day/file", {}, "request_malformed"),
        ("/day", {"of": "2" * 100}, "request_malformed"),
        ("/day/file", {"of": '1"\r\nx: y', "format": "csv"}, "request_period_malformed"),
    ],
)
def test_what_cannot_be_told_is_refused(client: httpx.Client, path: str, params: dict[str, str], code: str) -> None:
    answer = client.get(path, params=params)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, code)


def test_a_report_that_takes_long_delays_nobody() -> None:
    begun, may_end = threading.Event(), threading.Event()

    class Slow:
        def json(self, length: str, of: str, began: str) -> dict[str, str]:
            begun.set()
            assert may_end.wait(30.0)
            return {"of": of}

        def file(self, form: str, length: str, of: str, began: str, language: str) -> bytes:
            raise AssertionError

    app = create_app(MovingFleet(load_site(TINY)), reports=Slow())
    with WebServer(app) as server, httpx.Client(base_url=f"{server.url}/api/v1", timeout=30.0) as client:
        answers: list[dict[str, str]] = []
        asking = threading.Thread(target=lambda: answers.append(client.get("/reports/day", params={"of": "1"}).json()))
        asking.start()
        assert begun.wait(30.0)
        assert client.get("/health").json()["manager"] == "live"
        assert answers == []
        may_end.set()
        asking.join(30.0)
        assert answers == [{"of": "1"}]
