"""Makes the pictures of the report in the READMEs: `python -m docs.make_screenshots RUN`.

The pages of a run of the three editions in Chromium, with reviews that are made up where
there are none; needs what `make setup` installs, and Chromium.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path

import typer
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from docs.made_up_reviews import make_up_reviews
from harness.door import listen, serve
from harness.phone.chromium import find_program
from harness.store import find_run
from scoring.conclude import assess, open_desks, write_report
from scoring.review.server import application

PICTURES = Path(__file__).parent / "pictures"
WINDOW = {"width": 1366, "height": 768}
SHOWN = "find_allowance_in_elder_mode.sample_city_cluttered.*.1.html"
"""The attempt that is shown, on whichever device it was made."""
TASK = "tasks/find_allowance_in_elder_mode.html"
APP = "apps/sample_city_cluttered-simulated.html#D3.1"


def main(run: str, results: Path = Path("results")) -> None:
    """Takes the screenshots."""
    directory = find_run(run, results)
    make_up_reviews(directory)
    address = listen("127.0.0.1", 0, "python -m scoring review")
    ready = threading.Event()
    desks = open_desks([directory], "ann")
    served = application(desks, address.door)
    serving = threading.Thread(target=serve, args=(served, address, ready.set), daemon=True)
    serving.start()
    ready.wait(30)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=find_program(), args=["--no-sandbox"] if os.geteuid() == 0 else []
        )
        write_report(assess([directory]))
        site = (directory / "report").resolve()
        attempt = f"attempts/{next(site.glob(f'attempts/{SHOWN}')).name}#s7"
        root = f"{site.as_uri()}/"
        shoot(chromium, "overview", f"{root}index.html")
        shoot(chromium, "attempt", root + attempt, dark=True)
        shoot(chromium, "task", root + TASK, language="en")
        shoot(chromium, "app", root + APP)
        shoot(chromium, "reviews", f"{root}reviews.html", language="en")
        desk = f"{address.url.partition('?')[0]}{next(iter(desks))}/desk/"
        review(chromium, address.url, desk + attempt)
        chromium.close()


def shoot(
    chromium: Browser, name: str, url: str, *, dark: bool = False, language: str = "zh-CN"
) -> None:
    """One page, as it opens."""
    page = open_page(chromium, dark=dark, language=language)
    page.goto(url)
    save(page, name)


def review(chromium: Browser, entrance: str, attempt: str) -> None:
    """The same attempt at a reviewer's desk."""
    page = open_page(chromium, dark=False, language="zh-CN")
    page.goto(entrance)
    page.goto(attempt)
    page.locator("#review").scroll_into_view_if_needed()
    page.keyboard.press("2")
    save(page, "review")


def open_page(chromium: Browser, *, dark: bool, language: str) -> Page:
    """A window of a laptop."""
    scheme = "dark" if dark else "light"
    return chromium.new_page(viewport=WINDOW, locale=language, color_scheme=scheme)  # type: ignore[arg-type]


def save(page: Page, name: str) -> None:
    """As a PNG of few colours, as pages have few."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)  # large pictures are decoded beside the page
    path = PICTURES / f"report_{name}.png"
    page.screenshot(path=path)
    with Image.open(path) as image:
        image.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)
    print(f"{path}: {path.stat().st_size / 1000:.0f} KB")


if __name__ == "__main__":
    typer.run(main)
