"""Runs whose every field is an attack: what an App, a file or a server says is never markup."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from harness.model import Outcome, Verdict, Words
from scoring.review.book import write_down
from tests.report import drawn
from tests.report.conftest import Open
from tests.review.said import event
from tests.scoring import records

ATTACKS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</script><script src=http://evil.example/x.js></script>",
    "'-alert(1)-'",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:alert(1)",
    "\u2028\u202e\u0000\U0001f600" + "A" * 300,
    "]]></title><svg onload=alert(1)>",
)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = [
        (
            records.attempt(Outcome.NOT_FOUND, repetition=number).model_copy(
                update={
                    "verdict": Verdict(outcome=Outcome.NOT_FOUND, reasons=(Words.same(attack),)),
                    "trouble": attack,
                }
            ),
            2,
            attack,
        )
        for number, attack in enumerate(ATTACKS, 1)
    ]
    plain = records.request(*(record for record, _, _ in made))
    said = Words(zh=ATTACKS[1], en=ATTACKS[0])
    request = plain.model_copy(
        update={
            "scenarios": tuple(
                each.model_copy(update={"title": said, "description": ATTACKS[2]})
                for each in plain.scenarios
            ),
            "apps": tuple(
                each.model_copy(update={"name": said, "city": ATTACKS[7]}) for each in plain.apps
            ),
        }
    )
    directory = drawn.write_as(tmp_path_factory.mktemp("results"), request, *made)
    spot: dict[str, Any] = {"step": "1", "x": 0.5, "y": 0.5, "heuristic": 1, "severity": 3}
    for number, (record, _, attack) in enumerate(made):
        about = {"attempt": record.id, "comment": attack.replace("\u0000", "")}
        write_down(directory, event(number, kind="verdict", says="agree", **about))
        write_down(directory, event(100 + number, kind="problem", **about, **spot))
    return drawn.report(directory).parent


def test_no_page_runs_what_an_app_says(open_page: Open, hostile: Path) -> None:
    pages = sorted(path for path in hostile.rglob("*.html"))
    assert len(pages) >= len(ATTACKS) + 4
    page, watched = open_page(hostile / "index.html")
    for path in pages:
        page.goto(path.as_uri())
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.querySelectorAll('main script, main [onerror]').length") == 0
    assert watched.said == []
    assert watched.asked == []


def test_the_hierarchy_of_a_hostile_app_is_text(open_page: Open, hostile: Path) -> None:
    page, watched = open_page(hostile / "attempts/find_service.sample_city.phone.1.html")
    page.keyboard.press("h")
    expect(page.locator("#inspector button").first).to_be_visible()
    assert watched.said == []


def test_what_an_app_says_is_shown_as_it_says_it(open_page: Open, hostile: Path) -> None:
    page, _ = open_page(hostile / "attempts/find_service.sample_city.phone.1.html")
    expect(page.locator(".verdict")).to_contain_text(ATTACKS[0])


def test_a_filter_from_an_address_is_text(open_page: Open, hostile: Path) -> None:
    page, watched = open_page(
        hostile / "attempts.html", "#q=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E"
    )
    expect(page.locator("#filter")).to_have_value("<img src=x onerror=alert(1)>")
    assert watched.said == []


def test_evidence_that_is_damaged_leaves_a_gap_and_no_error(
    open_page: Open, tmp_path: Path
) -> None:
    run = drawn.some(tmp_path)
    for number, path in enumerate(sorted(run.glob("evidence/*/*"))):
        if number % 3 == 0:
            path.write_bytes(path.read_bytes()[:40])
        elif number % 3 == 1:
            path.unlink()
    page, watched = open_page(drawn.report(run))
    assert page.locator("main h1").is_visible()
    page.goto((run / "report" / "attempts" / "apply.other_city.phone.1.html").as_uri())
    page.keyboard.press("ArrowRight")
    assert watched.said == []
