"""A reviewer at work: the real server as a process, Chromium, and the keyboard alone."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from typer.testing import CliRunner

from harness.model import Outcome
from scoring.__main__ import app
from scoring.review.book import read_book, write_down
from scoring.review.events import Judgement, Questionnaire, UsabilityProblem
from tests.browser import needs_chromium
from tests.report import drawn
from tests.report.conftest import Open, Watched, watch
from tests.review.said import agree, disagree, event
from tests.scoring import records

pytestmark = needs_chromium

ROOT = Path(__file__).parents[2]


class Server:
    """`python -m scoring review` as a process."""

    def __init__(self, run: Path, reviewer: str) -> None:
        command = (sys.executable, "-m", "scoring", "review", str(run), "--reviewer", reviewer)
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        said = self._process.stdout.readline()
        self.url = re.search(r"http\S+", said)[0]  # type: ignore[index]

    def end(self, number: int = signal.SIGINT) -> int:
        """Ends it as Ctrl-C does, or harder; returns the exit code."""
        self._process.send_signal(number)
        return self._process.wait(30)

    def close(self) -> None:
        self._process.kill()
        self._process.wait(30)
        assert self._process.stdout is not None
        self._process.stdout.close()


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return drawn.some(tmp_path)


@pytest.fixture
def server(run: Path) -> Iterator[Server]:
    serving = Server(run, "ann")
    yield serving
    serving.close()


@pytest.fixture
def desk(browser: Browser, server: Server) -> Iterator[tuple[Page, Watched]]:
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    page, watched = context.new_page(), Watched()
    watch(page, watched)
    page.goto(server.url)
    page.locator(".tiles a").first.click()
    expect(page.locator("#review-progress")).to_contain_text("0/")
    yield page, watched
    context.close()


def events(run: Path) -> tuple[object, ...]:
    return read_book(run).events


def test_a_verdict_is_one_key_and_leads_to_the_next(desk: tuple[Page, Watched], run: Path) -> None:
    page, watched = desk
    before = page.url
    page.keyboard.press("1")
    page.wait_for_url(lambda url: url != before)
    (event,) = read_book(run).events
    assert isinstance(event, Judgement)
    assert event.says == "agree"
    assert watched.said == []
    assert all(asked.startswith("http://127.0.0.1:") for asked in watched.asked)


def test_fifty_attempts_are_judged_by_keyboard_alone(browser: Browser, tmp_path: Path) -> None:
    made = [(records.attempt(Outcome.CRASHED, repetition=number), 1, "") for number in range(1, 51)]
    run = drawn.write(tmp_path, *made)
    server = Server(run, "ann")
    try:
        context = browser.new_context(locale="zh-CN")
        page = context.new_page()
        page.goto(server.url)
        page.locator(".tiles a").first.press("Enter")
        for number in range(50):
            expect(page.locator("#review-progress")).to_contain_text(f"{number}/50")
            here = page.url
            page.keyboard.press("2" if number % 10 == 0 else "1")
            if number % 10 == 0:
                expect(page.locator("#review-outcome")).to_be_focused()
                page.locator("#review-outcome").select_option("completed")
                page.keyboard.press("Enter")
            if number < 49:
                expect(page).not_to_have_url(here)
        expect(page.locator("#review-said")).to_contain_text("全部判完")
        context.close()
    finally:
        server.close()
    judged = [event for event in read_book(run).events if isinstance(event, Judgement)]
    assert len({event.attempt for event in judged}) == 50
    printed = CliRunner().invoke(app, ["score", str(run)]).output
    assert "5/50" in printed
    assert "crashed → completed" in printed
    assert "0/50" in CliRunner().invoke(app, ["score", str(run), "--without-reviews"]).output


def test_a_problem_is_pinned_to_a_spot_and_a_task_is_rated(
    desk: tuple[Page, Watched], run: Path
) -> None:
    page, watched = desk
    page.keyboard.press("p")
    page.keyboard.press("Escape")
    image = page.locator(".step.current img:visible")
    box = image.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 4, box["y"] + box["height"] / 2)
    page.locator("#review-severity").select_option("3")
    page.locator("#review-pin").click()
    expect(page.locator("#review-pins li")).to_have_count(1)
    expect(page.locator("#review-problems summary")).to_contain_text("(1)")
    expect(page.get_by_text("可用性问题", exact=True)).to_be_visible()
    pin = page.locator(".step.current .pin.said:visible circle").bounding_box()
    box = image.bounding_box()
    assert pin is not None
    assert box is not None
    assert pin["x"] + pin["width"] / 2 == pytest.approx(box["x"] + box["width"] / 4, abs=3)
    assert pin["y"] + pin["height"] / 2 == pytest.approx(box["y"] + box["height"] / 2, abs=3)
    page.keyboard.press("q")
    page.locator('[data-question="ease"]').select_option("6")
    with page.expect_response(re.compile("/events$")):
        page.locator("#review-rate").click()
    problem, rated = read_book(run).events
    assert isinstance(problem, UsabilityProblem)
    assert problem.x == pytest.approx(0.25, abs=0.02)
    assert problem.y == pytest.approx(0.5, abs=0.02)
    assert problem.severity == 3
    assert isinstance(rated, Questionnaire)
    assert rated.ease == 6
    assert watched.said == []


def test_the_queue_says_why_what_is_left_and_where_others_differ(
    desk: tuple[Page, Watched], run: Path
) -> None:
    page, watched = desk
    attempt = page.locator("#attempt").get_attribute("data-attempt")
    assert attempt is not None
    write_down(run, disagree(1, Outcome.NOT_FOUND, "ben", attempt))
    page.get_by_role("link", name="评审", exact=True).click()
    expect(page.locator("#desk-queue tr").first).to_contain_text("首次出现")
    expect(page.locator("#desk-disputed")).to_be_hidden()
    expect(page.locator("main")).not_to_contain_text("ben")
    page.go_back()
    expect(page.locator("#review-progress")).to_contain_text("0/")
    before = page.url
    page.keyboard.press("1")
    page.wait_for_url(lambda url: url != before)
    page.get_by_role("link", name="评审", exact=True).click()
    expect(page.locator("#desk-progress")).to_contain_text("1/")
    expect(page.locator("#desk-queue tr.judged")).to_have_count(1)
    expect(page.locator("#desk-disputed")).to_contain_text("ben")
    expect(page.locator("#desk-disputed .chip", has_text="未找到").first).to_be_visible()
    page.keyboard.press("n")
    expect(page.locator("#review-progress")).to_contain_text("1/")
    assert watched.said == []


def test_what_reviewers_said_stands_in_the_report(open_page: Open, run: Path) -> None:
    crashed, completed = "find_service::other_city[phone#1]", "find_service::sample_city[phone#1]"
    write_down(run, disagree(1, Outcome.COMPLETED, "ann", crashed))
    write_down(run, disagree(4, Outcome.NOT_FOUND, "ann", completed))
    write_down(run, agree(1, "ben", completed))
    where = {"step": "2", "x": 0.25, "y": 0.5, "picture": "before"}
    what = {"heuristic": 4, "severity": 3, "comment": "按钮太小"}
    write_down(run, event(2, "ann", kind="problem", attempt=crashed, **where, **what))
    rated = {"efficiency": 4, "ease": 6}
    write_down(run, event(3, "ben", kind="questionnaire", attempt=completed, **rated))
    site = drawn.report(run).parent
    page, watched = open_page(site / "reviews.html")
    expect(page.locator("main")).to_contain_text("ann, ben")
    expect(page.locator(".attempts").first.locator("tbody tr")).to_have_count(2)
    expect(page.locator(".problems li")).to_have_count(1)
    expect(page.locator(".problems li")).to_contain_text("按钮太小")
    expect(page.locator("main")).to_contain_text("6.0/7")
    page.locator(".problems a").click()
    expect(page.locator(".step.current")).to_have_attribute("data-step", "2")
    expect(page.locator(".step.current .before .pin")).to_be_visible()
    expect(page.locator("h1 s")).to_contain_text("闪退")
    expect(page.locator("h1")).to_contain_text("完成")
    expect(page.locator(".reviewed")).to_contain_text("按钮太小")
    page.goto((site / "attempts.html").as_uri() + "#q=is%3Adisputed")
    expect(page.locator("#attempts tbody tr:visible")).to_have_count(1)
    assert watched.said == []


def test_an_undo_takes_the_verdict_back(desk: tuple[Page, Watched], run: Path) -> None:
    page, _ = desk
    before = page.url
    page.keyboard.press("3")
    page.wait_for_url(lambda url: url != before)
    expect(page.locator("#review-progress")).to_contain_text("1/")
    page.keyboard.press("u")
    expect(page.locator("#review-progress")).to_contain_text("0/")
    assert read_book(run).opinions.judgements == {}


def test_two_windows_of_one_reviewer_do_not_overwrite_each_other(
    desk: tuple[Page, Watched], run: Path
) -> None:
    page, watched = desk
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.locator("#review-progress")).to_contain_text("0/")
    other.keyboard.press("]")
    expect(other).not_to_have_url(page.url)
    expect(other.locator("#review-progress")).to_contain_text("0/")
    for window, key in ((page, "1"), (other, "3")):
        before = window.url
        window.keyboard.press(key)
        expect(window).not_to_have_url(before)
    judged = read_book(run).opinions.judgements
    assert sorted(by["ann"].says for by in judged.values()) == ["agree", "unsure"]
    page.reload()
    expect(page.locator("#review-progress")).to_contain_text("2/")
    assert watched.said == []


def test_a_server_that_is_killed_has_lost_nothing_that_was_answered(
    desk: tuple[Page, Watched], server: Server, run: Path
) -> None:
    page, _ = desk
    before = page.url
    page.keyboard.press("1")
    page.wait_for_url(lambda url: url != before)
    expect(page.locator("#review-progress")).to_contain_text("1/")
    server.end(signal.SIGKILL)
    page.keyboard.press("1")
    expect(page.locator("#review-trouble")).to_contain_text("没有保存")
    assert len(events(run)) == 1
    assert read_book(run).problems == ()


def test_ctrl_c_ends_the_server_quietly(server: Server) -> None:
    assert server.end() == 0


def test_from_the_disk_the_same_lines_are_exported(open_page: Open, run: Path) -> None:
    first = drawn.report(run)
    page, watched = open_page(first.parent / "attempts/find_service.other_city.phone.1.html")
    page.keyboard.press("1")
    expect(page.locator("#review-trouble")).to_contain_text("评审员")
    page.locator("#reviewer").fill("ben")
    page.locator("#reviewer").press("Escape")
    before = page.url
    page.keyboard.press("1")
    page.wait_for_url(lambda url: url != before)
    with page.expect_download() as download:
        page.locator("#review-export").click()
    lines = Path(download.value.path()).read_text(encoding="utf-8")
    assert download.value.suggested_filename == "ben.jsonl"
    assert json.loads(lines)["says"] == "agree"
    (run / "reviews").mkdir()
    (run / "reviews" / "ben.jsonl").write_text(lines, encoding="utf-8")
    book = read_book(run)
    assert book.problems == ()
    assert len(book.events) == 1
    assert watched.said == []
