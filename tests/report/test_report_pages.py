"""The pages in a real browser, from the disk."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pypdf import PageObject, PdfReader

from harness.errors import UsageError
from harness.model import Outcome
from scoring.conclude import assess, write_report
from scoring.report.printing import print_page
from tests.browser import AXE, needs_axe, needs_chromium
from tests.report import drawn
from tests.report.conftest import Open
from tests.scoring import records

pytestmark = needs_chromium

ATTEMPT = "attempts/find_service.other_city.phone.1.html"
PAGES = (
    "index.html",
    "attempts.html",
    "slowest.html",
    "reviews.html",
    "apps/sample_city-simulated.html",
    "tasks/find_service.html",
    ATTEMPT,
)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_from_the_disk_without_an_error_or_an_outside_request(
    open_page: Open, site: Path, name: str
) -> None:
    page, watched = open_page(site / name)
    page.wait_for_load_state("networkidle")
    assert page.locator("main h1").is_visible()
    assert watched.said == []
    assert watched.asked == []


def test_the_language_is_switched_and_remembered(open_page: Open, site: Path) -> None:
    page, _ = open_page(site / "index.html")
    expect(page.locator("h1")).to_contain_text("App 渠道服务能力")
    page.locator("#language").click()
    expect(page.get_by_role("heading", name="App-channel service capability")).to_be_visible()
    page.get_by_role("link", name="Attempts", exact=True).click()
    expect(page.get_by_role("heading", name="Attempts")).to_be_visible()
    assert page.locator("html").get_attribute("lang") == "en"


def test_why_an_attempt_ended_so_is_told_in_the_language_that_is_chosen(
    open_page: Open, site: Path
) -> None:
    page, _ = open_page(site / ATTEMPT, "#s5")
    reason, seen = page.locator(".verdict li").first, page.locator(".seen dd").last
    expect(reason.get_by_text("因为", exact=True)).to_be_visible()
    expect(reason.get_by_text("because", exact=True)).to_be_hidden()
    expect(seen.get_by_text("没有这样的元素")).to_be_visible()
    page.locator("#language").click()
    expect(reason.get_by_text("因为", exact=True)).to_be_hidden()
    expect(reason.get_by_text("because", exact=True)).to_be_visible()
    expect(seen.get_by_text("nothing of the kind")).to_be_visible()


def test_the_theme_is_switched_and_remembered(open_page: Open, site: Path) -> None:
    page, _ = open_page(site / "index.html", color_scheme="dark")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.locator("#theme").click()
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert light != dark
    page.reload()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == light


def test_one_click_leads_from_the_index_to_the_picture_of_the_step_that_cost_most(
    open_page: Open, site: Path
) -> None:
    page, _ = open_page(site / "index.html")
    page.locator(".tiles a").first.click()
    current = page.locator(".step.current")
    expect(current).to_have_attribute("data-step", "3")
    expect(current.locator("img:visible")).to_be_visible()
    assert is_drawn(page, ".step.current img:visible")


def is_drawn(page: Page, selector: str) -> bool:
    picture = page.locator(selector).first
    picture.scroll_into_view_if_needed()
    handle = picture.element_handle()
    page.wait_for_function("image => image.complete && image.naturalWidth > 0", arg=handle)
    return True


def test_the_keyboard_moves_zooms_and_turns_pictures(open_page: Open, site: Path) -> None:
    page, _ = open_page(site / ATTEMPT)
    current = page.locator(".step.current")
    expect(current).to_have_attribute("data-step", "1")
    page.keyboard.press("ArrowRight")
    expect(current).to_have_attribute("data-step", "2")
    assert page.url.endswith("#s2")
    page.keyboard.press("End")
    expect(current).to_have_attribute("data-step", "5")
    page.keyboard.press("ArrowRight")
    expect(current).to_have_attribute("data-step", "5")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    pictures = current.locator(".pictures")
    expect(pictures).to_have_attribute("data-shown", "target")
    expect(current.locator(".over .target")).to_be_visible()
    page.keyboard.press("v")
    expect(pictures).to_have_attribute("data-shown", "after")
    page.keyboard.press("v")
    expect(pictures).to_have_attribute("data-shown", "before")
    expect(current.locator(".over .target")).to_be_hidden()
    small = current.locator("img:visible").bounding_box()
    page.keyboard.press(" ")
    large = current.locator("img:visible").bounding_box()
    assert small is not None
    assert large is not None
    assert large["height"] > small["height"]
    page.keyboard.press("Escape")
    assert current.locator("img:visible").bounding_box() == small


def test_the_box_that_was_touched_lies_on_the_picture_where_it_was(
    open_page: Open, site: Path
) -> None:
    page, _ = open_page(site / ATTEMPT, "#s2")
    image = page.locator(".step.current img:visible").bounding_box()
    target = page.locator(".step.current .over .target").bounding_box()
    assert image is not None
    assert target is not None
    scale = image["height"] / 600
    assert target["x"] - image["x"] == pytest.approx(20 * scale, abs=5)
    assert target["y"] - image["y"] == pytest.approx(40 * scale, abs=5)


def test_a_node_of_the_hierarchy_is_outlined_on_the_picture(open_page: Open, site: Path) -> None:
    page, watched = open_page(site / ATTEMPT, "#s2")
    page.keyboard.press("h")
    node = page.locator("#inspector button", has_text="#home_search")
    node.hover()
    image = page.locator(".step.current .after img").bounding_box()
    box = page.locator(".step.current .over .node").bounding_box()
    assert image is not None
    assert box is not None
    assert box["y"] - image["y"] == pytest.approx(40 * image["height"] / 600, abs=5)
    page.keyboard.press("h")
    expect(page.locator("#inspector")).to_be_hidden()
    assert watched.said == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 8),
        ("o:crashed", 4),
        ("!o:crashed", 4),
        ("app:other_city task:apply", 2),
        ("is:finding", 4),
        ("time:>5s", 4),
        ("time:<5s", 0),
        ('"Find a service" sample apply', 2),
        ("nonsense:x", 0),
        ("o:crashed !app:other_city", 0),
        ('"', 8),
    ],
)
def test_a_filter_in_the_address_leaves_what_fits(
    open_page: Open, site: Path, text: str, count: int
) -> None:
    page, watched = open_page(site / "attempts.html")
    page.locator("#filter").fill(text)
    expect(page.locator("#attempts tbody tr:visible")).to_have_count(count)
    shared = page.url
    page.goto("about:blank")
    page.goto(shared)
    expect(page.locator("#attempts tbody tr:visible")).to_have_count(count)
    assert watched.said == []


def test_the_way_to_the_next_attempt_stays_within_the_filter(open_page: Open, site: Path) -> None:
    page, _ = open_page(site / "attempts.html", "#q=task%3Aapply%20o%3Acrashed")
    page.locator("#attempts tbody tr:visible a").first.click()
    expect(page.locator("#among")).to_contain_text("1/2")
    page.keyboard.press("]")
    expect(page.locator("#among")).to_contain_text("2/2")
    assert "apply.other_city.phone.2" in page.url


def test_two_pictures_are_compared_under_a_slider(open_page: Open, site: Path) -> None:
    page, watched = open_page(site / "tasks/find_service.html")
    pictures = page.locator(".aligned button")
    pictures.nth(1).click()
    expect(page.locator("#slider")).to_be_hidden()
    pictures.nth(6).click()
    expect(page.locator("#slider")).to_be_visible()
    page.locator("#slider input").fill("25")
    assert "75%" in page.evaluate("document.querySelector('#slider .above').style.clipPath")
    assert is_drawn(page, "#slider .below")
    assert watched.said == []


@pytest.mark.parametrize("width", [390, 720, 900, 1366])
def test_an_attempt_is_a_low_row_of_the_list_in_any_window(
    open_page: Open, site: Path, width: int
) -> None:
    page, _ = open_page(site / "attempts.html")
    page.set_viewport_size({"width": width, "height": 768})
    heights = "rows => rows.map(row => row.offsetHeight)"
    assert max(page.locator("#attempts tbody tr").evaluate_all(heights)) < 90


def test_two_runs_of_an_app_stand_side_by_side(open_page: Open, tmp_path: Path) -> None:
    runs = []
    for name, outcome in (("before", Outcome.CRASHED), ("after", Outcome.COMPLETED)):
        made = records.attempt(outcome)
        request = records.request(made).model_copy(update={"run_id": name})
        runs.append(drawn.write_as(tmp_path, request, (made, 4, "")))
    first = write_report(assess(runs), tmp_path / "both")
    page, watched = open_page(first.parent / "tasks" / "find_service.html")
    rows = page.locator(".aligned tr")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("before")
    expect(rows.nth(0)).to_contain_text("闪退")
    expect(rows.nth(1)).to_contain_text("after")
    rows.nth(0).locator("button").nth(2).click()
    rows.nth(1).locator("button").nth(2).click()
    expect(page.locator("#slider .names")).to_contain_text("before · 3 ⟷")
    assert is_drawn(page, "#slider .below")
    rows.nth(1).get_by_role("link").click()
    assert "after." in page.url
    assert watched.said == []


def test_without_scripts_all_steps_and_both_pictures_are_there(open_page: Open, site: Path) -> None:
    page, _ = open_page(site / ATTEMPT, java_script_enabled=False)
    expect(page.locator(".step:visible")).to_have_count(5)
    expect(page.locator(".step:visible figure.after:visible")).to_have_count(5)


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [360, 1366])
def test_no_page_is_wider_than_its_window(
    open_page: Open, site: Path, name: str, width: int
) -> None:
    page, _ = open_page(site / name, viewport={"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@needs_axe
@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(open_page: Open, site: Path, name: str, theme: str) -> None:
    page, _ = open_page(site / name, color_scheme=theme, bypass_csp=True)
    page.add_script_tag(path=AXE)
    found = page.evaluate("axe.run().then(results => results.violations)")
    serious = [
        (one["id"], [node["html"][:200] for node in one["nodes"]][:3])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
    assert serious == []


def test_an_attempt_is_printed_with_all_its_pictures(site: Path) -> None:
    sheet = PdfReader(print_page(site, ATTEMPT.removesuffix(".html")))
    assert {(round(page.mediabox.width), round(page.mediabox.height)) for page in sheet.pages} == {
        (595, 842)  # A4
    }
    text = "".join(page.extract_text() for page in sheet.pages)
    for said in ("查找服务", "模拟手机", "点按第 5 项", "应看到", "裁定与理由", "签字"):
        assert said in re.sub(r"\s+", " ", text)
    assert "评审员" not in text
    # Five steps: a picture after each, and one before each but the first.
    assert sum(_pictures(page) for page in sheet.pages) == 9


def _pictures(page: PageObject) -> int:
    """How many a page of a PDF draws."""
    stream = page.get_contents()
    return 0 if stream is None else len(re.findall(rb"/\S+ Do", stream.get_data()))


def test_what_is_printed_shows_every_step_in_one_language(open_page: Open, site: Path) -> None:
    page, watched = open_page(site / ATTEMPT, "?print=en", color_scheme="dark")
    expect(page.locator(".step:visible")).to_have_count(5)
    expect(page.get_by_text("Verdict and reasons")).to_be_visible()
    loaded = "[...document.images].every(image => image.complete && image.naturalWidth > 0)"
    assert page.evaluate(loaded)
    assert watched.said == []


@pytest.mark.parametrize("name", ["tasks/nothing", "../run", "index.html", "/etc/passwd"])
def test_a_page_that_is_not_there_is_not_printed(site: Path, name: str) -> None:
    with pytest.raises(UsageError, match="no page"):
        print_page(site, name)


def test_the_policy_of_a_page_lets_no_inline_script_run(open_page: Open, site: Path) -> None:
    page, watched = open_page(site / "index.html")
    page.evaluate(
        "const s = document.createElement('script'); s.textContent = 'document.title = 1';"
        "document.body.append(s)"
    )
    assert page.title() != "1"
    assert any(re.search("Content Security Policy", said) for said in watched.said)
