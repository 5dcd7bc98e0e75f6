"""The main pages look as they did when somebody last looked at them: see looks.py."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser

from tests.browser import needs_chromium
from tests.report.looks import LOOKS, MOST_APART, Look, apart, site, take

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return site(tmp_path_factory.mktemp("results"))


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_a_page_looks_as_it_did(
    browser: Browser, reviewed: Path, look: Look, tmp_path: Path
) -> None:
    seen = take(browser, reviewed, look)
    seen.save(tmp_path / "seen.png")
    with Image.open(look.golden) as golden:
        difference = apart(seen, golden)
    told = f"{tmp_path / 'seen.png'} beside {look.golden}; if it is as it should be: looks.py"
    assert difference <= MOST_APART, f"{difference:.1%} of the page is another: {told}"


def test_what_is_missing_or_of_another_colour_is_told_and_a_softer_letter_is_not() -> None:
    with Image.open(next(one.golden for one in LOOKS if one.name == "attempt")) as golden:
        whole = golden.convert("RGB")
    width, height = whole.size
    without = whole.copy()
    ImageDraw.Draw(without).rectangle((40, 140, 500, 340), fill="white")  # the film strip
    assert apart(whole, without) > MOST_APART
    assert apart(whole, Image.eval(whole, lambda level: 255 - level)) > MOST_APART
    softer = whole.resize((width // 2, height // 2)).resize((width, height))
    assert apart(whole, softer) <= MOST_APART
