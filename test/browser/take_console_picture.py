"""Takes the console's picture for the README, of a running fleet or of the test double.

    ./fleet python test/browser/take_console_picture.py --url http://127.0.0.1:8600/ docs/images/console.png
    ./fleet python test/browser/take_console_picture.py docs/images/console.png

The picture is written with a palette, which keeps it small enough for a README.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "config" / "sites" / "busan_edc"
WIDTH_PX, HEIGHT_PX = 1280, 800
COLOURS = 255
FRAMES = 50
"""Frames of the stream that pass before the picture: robots have left their chargers by then."""


@contextlib.contextmanager
def double() -> Iterator[str]:
    """Yield the address of a console over a fleet that only looks alive."""
    # Run as a program, `test` would be Python's own package of that name.
    sys.path[:0] = [str(ROOT), str(ROOT / "test")]
    from fakes.moving_fleet import MovingFleet
    from fakes.web_server import WebServer

    from robot_fleet.server.app import create_app
    from robot_fleet.site.load import load_site

    with WebServer(create_app(MovingFleet(load_site(SITE), tasks=14, pace=8.0))) as server:
        yield server.url


def take(url: str, frames: int, click: str) -> bytes:
    """Return a PNG of the console at `url`, after some frames of its stream, with the row `click` opened if given."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": WIDTH_PX, "height": HEIGHT_PX}, locale="en-US")
        page.set_default_timeout(120_000)
        page.goto(url)
        page.wait_for_selector("[data-task]")
        page.wait_for_function("n => window.robotFleet.frames >= n", arg=frames)
        if click:
            page.click(click)
        picture = page.screenshot()
        browser.close()
    return picture


def main(argv: Sequence[str] | None = None) -> int:
    """Take the picture and say how large it is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, help="the PNG to write")
    parser.add_argument("--url", help="a running console; the test double by default")
    parser.add_argument("--frames", type=int, default=FRAMES, help="frames of the stream to wait for")
    parser.add_argument("--click", default="", help="CSS selector of what to click before the picture")
    asked = parser.parse_args(argv)
    with contextlib.nullcontext(asked.url) if asked.url else double() as url:
        picture = take(url, asked.frames, asked.click)
    image = Image.open(io.BytesIO(picture)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    image.save(asked.out, optimize=True)
    print(f"{asked.out}: {image.width} x {image.height}, {asked.out.stat().st_size / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
