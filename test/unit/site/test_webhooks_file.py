"""`webhooks.yaml`: what is wrong is told with its line, and a secret stands neither in the file nor in any message."""

from __future__ import annotations

import base64
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from robot_fleet.core.errors import SiteError
from robot_fleet.site.checking.check import check_site
from robot_fleet.site.reading.webhooks import check_webhooks, read_webhooks

TINY = Path(__file__).parents[2] / "data" / "sites" / "tiny"
SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
DESK: dict[str, Any] = {"id": "desk", "url": "https://desk.example.org/fleet", "secret_env": "DESK_SECRET"}


def written(folder: Path, *endpoints: dict[str, Any], **keys: Any) -> Path:
    path = folder / "webhooks.yaml"
    path.write_text(yaml.safe_dump({"schema_version": 1, "endpoints": list(endpoints), **keys}), encoding="utf-8")
    return path


def test_receivers_are_read_with_their_keys(tmp_path: Path) -> None:
    (tmp_path / "phone.secret").write_text(f"{SECRET}\n", encoding="utf-8")
    phone = {"id": "phone", "url": "http://127.0.0.1:9000/a?b=c", "secret_file": "phone.secret"}
    choosy = {**phone, "events": ["alarm.raised"], "priorities": ["critical", "high"], "give_up_after_s": 3600.0}
    desk, phone_read = read_webhooks(written(tmp_path, DESK, choosy), {"DESK_SECRET": SECRET})
    assert (desk.id, desk.url, desk.key) == ("desk", DESK["url"], b"k" * 32)
    assert desk.wants("incident.closed", "low")
    assert phone_read.key == b"k" * 32
    assert phone_read.wants("alarm.raised", "high")
    assert not phone_read.wants("alarm.raised", "low")
    assert not phone_read.wants("alarm.cleared", "high")
    assert "kkk" not in repr(desk) and "a2tr" not in repr(desk)


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"url": "http://desk.example.org/fleet"}, "site_bad_value", "https"),
        ({"url": "http://127.0.0.1.example.org/"}, "site_bad_value", "https"),
        ({"url": "http://10.0.0.1/"}, "site_bad_value", "https"),
        ({"url": "ftp://127.0.0.1/"}, "site_bad_value", "https"),
        ({"url": "https://user:word@desk.example.org/"}, "site_bad_value", "without a user"),
        ({"url": "https://desk.example.org:99999/"}, "site_bad_value", "URL"),
        ({"url": "https:///fleet"}, "site_bad_value", "host"),
        ({"secret": SECRET}, "site_unknown_key", "secret"),
        ({"secret_file": "a"}, "site_bad_value", "either secret_env or secret_file"),
        ({"secret_env": None}, "site_bad_value", "either secret_env or secret_file"),
        ({"secret_env": "1A"}, "site_bad_value", "secret_env"),
        ({"events": ["alarm.exploded"]}, "site_bad_value", "events"),
        ({"events": []}, "site_bad_value", "events"),
        ({"priorities": ["urgent"]}, "site_bad_value", "priorities"),
        ({"give_up_after_s": 5.0}, "site_bad_value", "give_up_after_s"),
        ({"id": "The Desk"}, "site_bad_value", "id"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, change: dict[str, Any], code: str, words: str) -> None:
    path = written(tmp_path, {**DESK, **change})
    with pytest.raises(SiteError) as caught:
        read_webhooks(path, {"DESK_SECRET": SECRET})
    assert caught.value.code == code
    assert words in str(caught.value)
    assert caught.value.where.startswith("webhooks.yaml:")
    assert [finding.code for finding in check_webhooks(path)] == [code]


def test_local_addresses_may_do_without_https(tmp_path: Path) -> None:
    urls = ("http://localhost:1/", "http://127.9.9.9/x", "http://[::1]:8000/")
    path = written(tmp_path, *({**DESK, "id": f"e{number}", "url": url} for number, url in enumerate(urls)))
    assert [each.url for each in read_webhooks(path, {"DESK_SECRET": SECRET})] == list(urls)


def test_an_id_twice_and_a_file_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(SiteError, match="each id once"):
        read_webhooks(written(tmp_path, DESK, DESK), {"DESK_SECRET": SECRET})
    with pytest.raises(SiteError, match="site_file_missing"):
        read_webhooks(tmp_path / "nothing.yaml")


@pytest.mark.parametrize(
    "secret",
    ["", "topsecret", SECRET.removeprefix("whsec_"), "whsec_dG9wc2VjcmV0", "whsec_" + "topsecret!" * 5],
    ids=["missing", "plain", "no_prefix", "short", "no_base64"],
)
def test_a_secret_that_is_none_is_told_without_a_letter_of_it(tmp_path: Path, secret: str) -> None:
    path = written(tmp_path, DESK, {**DESK, "id": "other", "secret_env": "OTHER"})
    environ = {"DESK_SECRET": secret, "OTHER": SECRET}
    with pytest.raises(SiteError) as caught:
        read_webhooks(path, environ)
    assert caught.value.code == "site_webhook_secret"
    assert caught.value.where == "webhooks.yaml desk"
    assert "DESK_SECRET" in caught.value.message
    assert not secret or secret.removeprefix("whsec_") not in str(caught.value)
    left_out: list[SiteError] = []
    assert [each.id for each in read_webhooks(path, environ, without=left_out)] == ["other"]
    assert [error.where for error in left_out] == ["webhooks.yaml desk"]


def test_a_secret_file_that_is_missing_is_named(tmp_path: Path) -> None:
    entry = {"id": "phone", "url": "https://phone.example.org/", "secret_file": "no.secret"}
    with pytest.raises(SiteError, match=r"no\.secret"):
        read_webhooks(written(tmp_path, entry))


def test_a_site_is_checked_with_its_receivers(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    shutil.copytree(TINY, folder)
    written(folder, DESK)
    assert check_site(folder) == []
    written(folder, {**DESK, "url": "http://desk.example.org"})
    assert [finding.code for finding in check_site(folder)] == ["site_bad_value"]
