"""Takes pictures of an alarm's life over the test double, and puts them on one sheet.

./fleet python test/browser/take_alarm_pictures.py docs/images/alarm_life.png
"""

from __future__ import annotations

import argparse
import base64
import io
import shutil
import sys
from collections.abc import Sequence
from html import escape
from pathlib import Path

from alarm_life import live
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "config" / "sites" / "busan_edc"
WIDTH_PX, HEIGHT_PX = 1280, 900
SHEET_PX = 1270
COLOURS = 255
ROBOT = "care_2"

STYLE = """
body { margin: 0; padding: 22px; background: #e9eeec; color: #1b2a2f; font: 15px "Noto Sans CJK KR", sans-serif; }
main { display: grid; grid-template-columns: 388px 388px 420px; align-items: start; gap: 20px 14px; }
figure { margin: 0; }
.last { grid-area: 1 / 3 / 4 / 4; }
figcaption { min-height: 40px; padding-bottom: 6px; font-weight: 600; }
img { width: 100%; border-radius: 12px; box-shadow: 0 1px 2px #14282814, 0 8px 28px #1428281a; }
"""


def sheet(browser: Browser, pictures: Sequence[tuple[str, bytes]]) -> bytes:
    """Return the pictures with their captions as one picture."""
    figures = [
        f'<figure class="{"last" if number == len(pictures) else ""}">'
        f"<figcaption>{number}. {escape(caption)}</figcaption>"
        f'<img src="data:image/png;base64,{base64.b64encode(picture).decode()}"></figure>'
        for number, (caption, picture) in enumerate(pictures, start=1)
    ]
    page = browser.new_page(viewport={"width": SHEET_PX, "height": 400})
    page.set_content(f"<style>{STYLE}</style><main>{''.join(figures)}</main>")
    return page.screenshot(full_page=True)


def main(argv: Sequence[str] | None = None) -> int:
    """Take the pictures and say how large the sheet is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, help="the PNG to write")
    asked = parser.parse_args(argv)
    # Run as a program, `test` would be Python's own package of that name.
    sys.path[:0] = [str(ROOT), str(ROOT / "test")]
    from fakes.moving_fleet import MovingFleet
    from fakes.web_server import WebServer

    from robot_fleet.server.app import create_app
    from robot_fleet.site.load import load_site

    fleet = MovingFleet(load_site(SITE), tasks=8, pace=2.0, alarm=False)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with WebServer(create_app(fleet)) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": WIDTH_PX, "height": HEIGHT_PX}, locale="en-US")
        page.set_default_timeout(60_000)
        page.emulate_media(reduced_motion="reduce")
        page.goto(server.url)
        page.wait_for_selector("[data-task]")
        pictures = [(caption, place.screenshot()) for caption, place in live(page, fleet, server.do, ROBOT)]
        picture = sheet(browser, pictures)
        browser.close()
    image = Image.open(io.BytesIO(picture)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    image.save(asked.out, optimize=True)
    print(f"{asked.out}: {image.width} x {image.height}, {asked.out.stat().st_size / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
