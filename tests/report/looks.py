"""How the main pages look, held to pictures that somebody has looked at.

    .venv/bin/python -m tests.report.looks      # takes the golden pictures anew: look at each

They are small and of few colours, and are compared smaller still: another build of the browser
draws letters a little otherwise, and that is nothing to tell of. A block that moves, goes or
changes its colour is.
"""

from __future__ import annotations

import io
import tempfile
from dataclasses import dataclass
from pathlib import Path

import typer
from PIL import Image, ImageChops
from playwright.sync_api import Browser, sync_playwright

from harness.model import Outcome
from scoring.review.book import write_down
from tests.browser import launch
from tests.report import drawn
from tests.review.said import agree, disagree, event

GOLDEN = Path(__file__).parent / "golden"
SMALLER = 4
"""Pixels that become one before two pictures are compared."""
APART = 40
"""Levels of 255 from which on such a pixel is another."""
MOST_APART = 0.02
"""Of all pixels."""
LETTERS = '* { font-family: "Noto Sans CJK SC" !important; transition: none !important }'
"""The letters that the project ships, whatever the machine has."""
ATTEMPT = "attempts/find_service.other_city.phone.1.html#s3"


@dataclass(frozen=True)
class Look:
    """A page as somebody sees it."""

    name: str
    page: str
    theme: str = "light"
    language: str = "zh-CN"
    width: int = 1366
    height: int = 768

    @property
    def golden(self) -> Path:
        return GOLDEN / f"{self.name}.png"


LOOKS = (
    Look("overview", "index.html"),
    Look("overview_dark_en", "index.html", "dark", "en"),
    Look("overview_phone", "index.html", width=390, height=844),
    Look("app", "apps/other_city-simulated.html"),
    Look("task", "tasks/find_service.html"),
    Look("attempt", ATTEMPT),
    Look("attempt_dark_en", ATTEMPT, "dark", "en"),
    Look("attempt_phone", ATTEMPT, width=390, height=844),
    Look("attempts", "attempts.html"),
    Look("slowest", "slowest.html"),
    Look("reviews", "reviews.html"),
)


def site(results: Path) -> Path:
    """The report of a small run that two reviewers have looked at."""
    run = drawn.some(results)
    crashed, completed = "find_service::other_city[phone#1]", "find_service::sample_city[phone#1]"
    spot = {"step": "3", "x": 0.4, "y": 0.3, "heuristic": 1, "severity": 3, "comment": "没有提示"}
    said = (
        disagree(1, Outcome.NOT_FOUND, "ann", crashed),
        disagree(2, Outcome.NOT_FOUND, "ben", crashed),
        agree(3, "ann", completed),
        disagree(4, Outcome.WRONG_RESULT, "ben", completed),
        event(5, "ann", kind="problem", attempt=crashed, **spot),
        event(6, "ben", kind="questionnaire", attempt=completed, efficiency=4, ease=6),
    )
    for one in said:
        write_down(run, one)
    return drawn.report(run).parent


def take(chromium: Browser, site: Path, look: Look) -> Image.Image:
    """A picture of a page."""
    context = chromium.new_context(
        viewport={"width": look.width, "height": look.height},
        color_scheme=look.theme,  # type: ignore[arg-type]
        locale=look.language,
        bypass_csp=True,
    )
    page = context.new_page()
    page.goto((site / "x").as_uri()[:-1] + look.page)
    page.add_style_tag(content=LETTERS)
    page.wait_for_function("document.fonts.ready.then(() => true)")
    page.wait_for_function(
        "[...document.images].every(image => image.complete || image.loading === 'lazy')"
    )
    shot = page.screenshot(animations="disabled")
    context.close()
    return Image.open(io.BytesIO(shot)).convert("RGB")


def apart(one: Image.Image, other: Image.Image) -> float:
    """The share of pixels in which two pictures of one size differ, 0 to 1."""
    both = (image.convert("RGB").reduce(SMALLER) for image in (one, other))
    difference = ImageChops.difference(*both)
    bands = difference.split()
    worst = ImageChops.lighter(ImageChops.lighter(bands[0], bands[1]), bands[2])
    counts = worst.histogram()
    return sum(counts[APART:]) / sum(counts)


def main() -> None:
    GOLDEN.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        made = site(Path(folder))
        chromium = launch(playwright, Path(folder))
        for look in LOOKS:
            image = take(chromium, made, look)
            image.quantize(64, dither=Image.Dither.NONE).save(look.golden, optimize=True)
            typer.echo(f"{look.golden}: {look.golden.stat().st_size / 1000:.0f} kB")
        chromium.close()


if __name__ == "__main__":
    main()
