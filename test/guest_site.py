"""The Busan site with people who do nothing by themselves: robots are answered, and opened, by pages."""

from __future__ import annotations

import shutil
from pathlib import Path

import yaml

BUSAN = Path(__file__).resolve().parents[1] / "config" / "sites" / "busan_edc"
ROOM = "senior_apt/f301"

LAUNDRY = """
schema_version: 1
id: laundry
name: {ko: 빨래 보내기, en: Send the laundry}
robot_kinds: [logistics]
params:
- {name: place, type: place, place_kinds: [room]}
stops:
- id: room
  where: param:place
  acts:
  - id: ask
    act: wait
    wait_s: 900.0
    expected_s: 60.0
    asks: person
    branch: {loaded: leave, not_today: "end:not_today", timeout: "end:not_today"}
    answers:
      loaded: {ko: 다 실었습니다, en: It is loaded}
      not_today: {ko: 오늘은 괜찮아요, en: Not today}
    text: {ko: 빨래를 실어 주세요., en: "Please load your laundry."}
outcomes:
  not_today: {name: {ko: 오늘은 없음, en: Not today}}
due: {base: requested, after_s: 1800.0, instant: room.arrived}
result: loaded
"""

OFFER = """
- id: laundry
  by: resident
  service: laundry
  name: {ko: 빨래 보내기, en: Send the laundry}
  symbol: bag
  place: place
"""


def guest_site(folder: Path) -> Path:
    """Write the site into a folder that is not there yet, and return it."""
    shutil.copytree(BUSAN, folder)
    (folder / "services" / "laundry.yaml").write_text(LAUNDRY, encoding="utf-8")
    pages = folder / "pages.yaml"
    begin, offers, rest = pages.read_text(encoding="utf-8").partition("offers:\n")
    pages.write_text(begin + offers + OFFER.lstrip() + rest, encoding="utf-8")
    people = yaml.safe_load((folder / "people.yaml").read_text(encoding="utf-8"))
    people["answers"] = {}
    people["drivers"]["drive_off"] = {"mean_s": 3000.0, "spread_s": 0.0}
    (folder / "people.yaml").write_text(yaml.safe_dump(people, allow_unicode=True), encoding="utf-8")
    return folder
