"""The verbs of `./fleet person`: masked unless asked with a reason, and careful where a slip hurts."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from robot_fleet.cli.person import app
from robot_fleet.cli.person_words import WORDS
from robot_fleet.core.errors import FleetError
from robot_fleet.stores.people.csv_file import COLUMNS
from robot_fleet.stores.people.person import DataClass, Purpose
from test.canaries import CANARIES, CANARY, leaks
from test.unit.docs.texts import ROOT

NEXT_YEAR = (datetime.now().astimezone() + timedelta(days=365)).strftime("%Y-%m-%d")
ROW = (
    f",home/r101,{CANARY.name},010-9135-7246,Canary Quillfeather,010-8642-9753,{CANARY.conditions[0]},resident,"
    f"{CANARY.door_code},{CANARY.plates[0]},,care_visit/v1/{NEXT_YEAR}"
)
REASON = "nobody answers the door"
TINY = ROOT / "test" / "data" / "sites" / "tiny"
LONGER = "schema_version: 1\nresident: {contact: 90, care: 90, door: 90, vehicle: 90}\n"


def ask(*words: object, answer: str = "") -> str:
    """Run a verb that must do what it was asked for, and return what it says."""
    result = invoke(words, answer)
    assert result.exception is None, result.exception
    return result.stdout


def refused(*words: object, answer: str = "") -> str:
    """Run a verb that must refuse, and return the code of its error."""
    result = invoke(words, answer)
    assert isinstance(result.exception, FleetError), result.output
    return result.exception.code


def invoke(words: tuple[object, ...], answer: str) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], input=answer)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FLEET_PEOPLE", str(tmp_path / "people"))
    monkeypatch.setenv("FLEET_PEOPLE_KEY", str(tmp_path / "apart" / "people.key"))
    ask("init")
    return tmp_path


@pytest.fixture
def canary(home: Path) -> str:
    file = home / "people.csv"
    file.write_text(f"{','.join(COLUMNS)}\n{ROW}\n", encoding="utf-8")
    assert refused("import", file) == "request_not_confirmed"
    assert "1 people are taken in" in ask("import", file, "--yes")
    found = ask("show", "--purpose", "care_visit")
    return next(word for word in found.split() if word.startswith("p_"))


def audited(home: Path) -> list[tuple[str, str]]:
    rows = map(json.loads, (home / "people" / "audit.jsonl").read_text(encoding="utf-8").splitlines())
    return [(row["verb"], row["basis"]) for row in rows]


def test_people_are_masked_unless_there_is_a_reason(home: Path, canary: str) -> None:
    for words in ((), (canary,), ("--place", "home/r101")):
        told = ask("show", "--purpose", "care_visit", "--lang", "ko", *words)
        assert "까*리" in told
        assert leaks(told.encode()) == []
    opened = ask("show", "--purpose", "care_emergency", "--place", "home/r101", "--reason", REASON, "--given-to", "119")
    assert {each for each in CANARIES if each in opened} == set(CANARIES) - set(CANARY.plates)
    assert refused("show", "--purpose", "care_visit", canary, "--reason", "why not") == "request_reason_short"
    assert refused("show", "--purpose", "care_visit", "--reason", REASON) == "request_person_missing"
    assert refused("show", "--purpose", "parking", canary) == "request_purpose_refused"
    assert audited(home)[-2:] == [("open", "emergency"), ("card", "refused")]
    assert invoke(("show", canary), "").exit_code == 2, "a read names its purpose"


def test_somebody_is_taken_in_by_answering_questions(home: Path) -> None:
    answers = ROW.split(",")[1:]
    name = ask("add", answer="\n".join(answers) + "\n").split()[-1]
    out = home / "for_them.json"
    ask("export-for", name, "-o", out)
    told = json.loads(out.read_text(encoding="utf-8"))
    assert out.stat().st_mode & 0o077 == 0
    assert (told["person"]["id"], told["person"]["door_code"]) == (name, CANARY.door_code)
    assert [consent["purpose"] for consent in told["consents"]] == ["care_visit"]
    assert refused("export-for", name, "-o", out) == "runtime_file_unwritable"


def test_a_consent_is_given_and_withdrawn(home: Path, canary: str) -> None:
    words = ("consent", canary, "parking", "--version", "v2", "--until")
    assert refused(*words, "2020-01-01") == "request_consent_over"
    assert refused(*words, "tomorrow") == "request_people_malformed"
    assert "주차" in ask(*words, NEXT_YEAR, "--lang", "ko")
    assert CANARY.plates[0] in ask("show", canary, "--purpose", "parking", "--reason", REASON)
    assert refused("withdraw", canary, "parking") == "request_not_confirmed"
    assert "1 consents" in ask("withdraw", canary, "parking", answer="y\n")
    assert refused("show", canary, "--purpose", "parking", "--reason", REASON) == "request_purpose_refused"


def test_who_is_erased_is_gone(home: Path, canary: str) -> None:
    assert refused("erase", canary, answer="n\n") == "request_not_confirmed"
    ask("erase", canary, answer="y\n")
    for verb in (("erase", canary, "--yes"), ("export-for", canary, "-o", home / "x"), ("withdraw", canary, "parking")):
        assert refused(*verb) == "request_unknown_person"
    assert list((home / "people" / "keys").iterdir()) == []


def test_a_purge_says_what_goes(home: Path, canary: str, monkeypatch: pytest.MonkeyPatch) -> None:
    site = ("--site", TINY)
    assert "0 would go" in ask("purge", "--dry-run", *site)
    longer = home / "longer"
    longer.mkdir()
    (longer / "retention.yaml").write_text(LONGER, encoding="utf-8")
    later_s = (datetime.now().astimezone() + timedelta(days=40)).timestamp()
    monkeypatch.setattr("robot_fleet.cli.person.time.time", lambda: later_s)
    assert f"{canary}: vehicle" in ask("purge", "--dry-run", *site)
    assert "0 would go" in ask("purge", "--dry-run", "--site", longer), "the site says how long"
    assert refused("purge", *site) == "request_not_confirmed"
    assert "1 destroyed" in ask("purge", "--yes", *site)
    assert "0 destroyed" in ask("purge", *site)


def test_nothing_is_purged_before_it_is_known_how_long_it_is_kept(
    home: Path, canary: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "state"))
    assert refused("purge", "--yes") == "request_site_unknown"
    (home / "retention.yaml").write_text("schema_version: 1\nresident: {contact: 1}\n", encoding="utf-8")
    assert refused("purge", "--yes", "--site", home) == "site_missing_key"


def test_counts_withhold_small_groups(home: Path, canary: str) -> None:
    file = home / "people.csv"
    file.write_text(f"{','.join(COLUMNS)}\n" + f"{ROW}\n" * 6, encoding="utf-8")
    ask("import", file, "--yes")
    told = {row["by"]: row for row in json.loads(ask("count", "--json"))["counts"]}
    assert told["retention"] == {"by": "retention", "groups": {"resident": None, "guest": None}, "total": 7}
    ask("withdraw", canary, "care_visit", "--yes")
    told = {row["by"]: row for row in json.loads(ask("count", "--json"))["counts"]}
    assert told["agrees.care_visit"]["groups"] == {"yes": None, "no": None}, "one of seven, and six of seven"
    shown = ask("count", "--lang", "ko")
    assert "5명 미만" in shown
    assert leaks(shown.encode()) == []
    assert audited(home)[-1] == ("count", "law")


def test_without_a_store_or_with_an_exposed_key_nothing_is_read(home: Path, tmp_path: Path) -> None:
    assert refused("init") == "store_people_exists"
    assert refused("show", "--purpose", "parking", "--store", tmp_path / "nowhere") == "store_people_missing"
    (home / "apart" / "people.key").chmod(0o644)
    assert refused("show", "--purpose", "parking") == "store_people_key_exposed"


def test_the_words_are_in_both_languages() -> None:
    assert {*Purpose, *DataClass} <= WORDS.keys()
    assert all(any("가" <= sign <= "힣" for sign in text.ko) and text.en.isascii() for text in WORDS.values())
