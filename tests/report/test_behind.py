"""Which pictures stand behind a number."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from harness.model import Outcome
from tests.browser import needs_chromium
from tests.report import drawn
from tests.report.conftest import Open
from tests.scoring import records

PAGE = "apps/sample_city-simulated.html"


@needs_chromium
def test_one_key_leads_from_an_indicator_to_the_attempts_that_cost_it(
    open_page: Open, tmp_path: Path
) -> None:
    outcomes = (Outcome.COMPLETED, Outcome.CRASHED, Outcome.COMPLETED)
    made = [(records.attempt(each, repetition=n), 4, "") for n, each in enumerate(outcomes, 1)]
    site = drawn.report(drawn.write(tmp_path, *made)).parent
    page, watched = open_page(site / PAGE)
    page.get_by_role("link", name="A1.1", exact=True).press("Enter")
    behind = page.locator("details[open]")
    expect(behind).to_have_count(1)
    expect(behind.locator("li")).to_have_count(1)  # not those that were completed
    expect(behind.locator("li")).to_contain_text("闪退")
    behind.locator("li a").press("Enter")
    expect(page.locator("h1")).to_contain_text("闪退")
    expect(page.locator(".step.current")).to_have_class("step failed current")
    assert watched.said == []


@needs_chromium
def test_where_all_attempts_are_alike_some_are_shown(open_page: Open, tmp_path: Path) -> None:
    made = [(records.attempt(repetition=number), 2, "") for number in range(1, 6)]
    site = drawn.report(drawn.write(tmp_path, *made)).parent
    page, _ = open_page(site / PAGE, "#A1.1")
    expect(page.locator("details[open] li")).to_have_count(3)
