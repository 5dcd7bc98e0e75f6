"""The page on which a person helps at barriers: in Chromium, beside an attempt in real time."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from starlette.testclient import TestClient

from harness.appium_driver import open_session
from harness.assist.server import PRINTED_BY, application, open_desk
from harness.clock import SystemClock
from harness.door import Door
from harness.evidence import Evidence
from harness.helpdesk import Answer, HelpDesk, Question
from harness.load import Document
from harness.model import AppProfile, AttemptRecord, Outcome, PlannedAttempt, Scenario, Words
from harness.phone.device import Phone
from harness.phone.server import serving
from harness.plan import expand
from harness.runner import run_attempt
from harness.stage import Task
from tests.browser import AXE, launch, needs_axe, needs_chromium
from tests.phone.small_app import SMALL_APP
from tests.rig import PROFILE, SCENARIO
from tests.test_barriers import CODE, ELEMENTS, FIELD, SLIDER, TO_FORM, TO_SLIDER

HOST, TOKEN = "127.0.0.1:8123", "t0ken-of-the-test"
AT_LEISURE = {"within_s": 100}


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = launch(playwright, tmp_path_factory.mktemp("browser"))
        yield chromium
        chromium.close()


@contextmanager
def attempt(
    barrier: dict[str, Any], goal: Any
) -> Iterator[tuple[str, Callable[[], AttemptRecord]]]:
    """An attempt under way that comes to a barrier: the page's address, and what ends it."""
    way = TO_SLIDER if barrier["kind"] == "slider" else TO_FORM
    asked = {**SCENARIO, "title": {"zh": "查找社保缴费查询"}, "goal": goal}
    document = Document(
        Scenario.model_validate({**asked, "steps": [*way, {"barrier": "gate"}]}), "task.yaml"
    )
    planned = PlannedAttempt(
        scenario="task",
        app="small",
        device="phone",
        repetition=1,
        file=document.path,
        steps=expand(document, {}),
    )
    gates = {"elements": ELEMENTS, "barriers": {"gate": {**barrier, **AT_LEISURE}}}
    task = Task(
        planned=planned,
        scenario=document.value,
        profile=AppProfile.model_validate({**PROFILE, **gates}),
        simulated=True,
        barriers="assist",
    )
    lines: list[str] = []
    with (
        serving(Phone((SMALL_APP,), SystemClock())) as url,
        open_desk(lines.append, by_terminal=False) as desk,
        Evidence(lambda _data, suffix: f"kept.{suffix}") as evidence,
        ThreadPoolExecutor() as beside,
    ):
        driver = open_session(url, {})
        made = beside.submit(run_attempt, task, lambda: driver, evidence, SystemClock(), desk=desk)
        try:
            yield lines[0].split()[-1], lambda: made.result(timeout=90)
        finally:
            desk.answer(Answer(gives_up=True))  # a test that has failed waits for nobody
            made.result(timeout=90)
            driver.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[[str], Page]]:
    contexts = []

    def open_(address: str) -> Page:
        context = browser.new_context(locale="zh-CN", viewport={"width": 1280, "height": 860})
        contexts.append(context)
        page = context.new_page()
        page.goto(address)
        return page

    yield open_
    for context in contexts:
        context.close()


@needs_chromium
def test_a_person_sees_the_phone_and_types_the_code(open_page: Callable[[str], Page]) -> None:
    with attempt(FIELD, "form.code") as (address, end):
        page = open_page(address)
        expect(page.get_by_role("heading", name="请输入收到的短信验证码")).to_be_visible()
        expect(page).to_have_title(re.compile("^● "))
        expect(page.locator("#picture")).to_be_visible()
        page.wait_for_function("document.querySelector('#picture').naturalWidth === 1080")
        assert "token" not in page.url
        page.get_by_role("textbox", name="验证码").fill(CODE)
        page.keyboard.press("Enter")
        record = end()
        expect(page.get_by_role("status").filter(has_text="已通过")).to_be_visible()
        expect(page.get_by_role("heading", name="现在没有关卡")).to_be_visible()
        assert page.locator("#code").input_value() == ""
    assert record.verdict.outcome is Outcome.COMPLETED_ASSISTED
    assert CODE not in record.model_dump_json()


@needs_chromium
def test_a_person_who_says_too_early_that_it_is_done_is_told_so_and_may_give_up(
    open_page: Callable[[str], Page],
) -> None:
    with attempt(SLIDER, {"text": "通过"}) as (address, end):
        page = open_page(address)
        expect(page.get_by_role("heading", name="请在手机上拖动滑块")).to_be_visible()
        expect(page.get_by_role("textbox")).to_have_count(0)
        page.get_by_role("button", name="手机上已做完").click()
        expect(page.get_by_role("status").filter(has_text="关卡还在")).to_be_visible()
        page.get_by_role("button", name="过不了").click()
        record = end()
    assert record.verdict.outcome is Outcome.BLOCKED
    assert record.steps[-1].touched is None


@needs_chromium
@needs_axe
def test_the_page_is_one_that_everybody_can_use(open_page: Callable[[str], Page]) -> None:
    with attempt(FIELD, "form.code") as (address, end):
        page = open_page(address)
        expect(page.locator("#picture")).to_be_visible()
        found = page.evaluate(f"{AXE.read_text()}; axe.run()")
        page.set_viewport_size({"width": 360, "height": 740})
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        page.get_by_role("button", name="过不了").click()
        end()
    assert [each["id"] for each in found["violations"]] == []


# --- the server, without a browser ----------------------------------------------------------------

QUESTION = Question("a", Words(zh="<b>任务</b>"), Words(zh="应用"), "gate", "sms_code", True)


@pytest.fixture
def desk() -> HelpDesk:
    return HelpDesk()


@pytest.fixture
def client(desk: HelpDesk) -> TestClient:
    door = Door(frozenset({HOST}), "http", TOKEN, PRINTED_BY)
    origin = {"origin": f"http://{HOST}"}
    return TestClient(
        application(desk, door),
        base_url=f"http://{HOST}",
        cookies={door.cookie: TOKEN},
        headers=origin,
    )


def test_only_who_has_the_token_sees_the_phone(desk: HelpDesk, client: TestClient) -> None:
    with desk.asking(QUESTION, 20):
        desk.show(b"png", 20)
        assert client.get("/picture").content == b"png"
        assert client.get("/picture").headers["cache-control"] == "no-store"
        client.cookies.clear()
        for address in ("/", "/state", "/picture", "/static/page.js"):
            assert client.get(address).status_code == 403
        assert client.post("/answer", json={"number": 1, "code": CODE}).status_code == 403
        assert desk.take() is None


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"number": 1, "code": "123"}, 400),
        ({"number": 1, "code": "9" * 201}, 400),
        ({"number": "1", "code": CODE}, 400),
        ({"number": 1, "code": 482913}, 400),
        ({"code": CODE}, 400),
        ({"number": 2, "code": CODE}, 409),
        ([], 400),
    ],
)
def test_what_is_no_answer_is_not_taken(
    desk: HelpDesk, client: TestClient, said: Any, status: int
) -> None:
    with desk.asking(QUESTION, 20):
        assert client.post("/answer", json=said).status_code == status
        assert desk.take() is None


def test_a_code_in_wide_digits_is_plain_and_what_no_key_types_is_refused(
    desk: HelpDesk, client: TestClient
) -> None:
    with desk.asking(replace(QUESTION, by_keys=True), 20):
        refused = client.post("/answer", json={"number": 1, "code": "验证码四位"})
        assert (refused.status_code, desk.take()) == (400, None)
        assert "只能是字母、数字和符号" in refused.text
        assert client.post("/answer", json={"number": 1, "code": " ４８２９１３　"}).is_success
        assert desk.take() == Answer("482913")
    with desk.asking(QUESTION, 20):
        assert client.post("/answer", json={"number": 2, "code": "一二三四"}).is_success
        assert desk.take() == Answer("一二三四")


def test_the_state_says_nothing_of_a_code(desk: HelpDesk, client: TestClient) -> None:
    with desk.asking(QUESTION, 20):
        answered = client.post("/answer", json={"number": 1, "code": CODE})
        assert answered.is_success
        assert CODE not in answered.text + client.get("/state").text
    assert client.get("/picture").status_code == 404


def test_pages_of_elsewhere_cannot_answer(desk: HelpDesk, client: TestClient) -> None:
    with desk.asking(QUESTION, 20):
        elsewhere = {"origin": "http://evil.example"}
        said = {"number": 1, "code": CODE}
        assert client.post("/answer", json=said, headers=elsewhere).status_code == 403


def test_the_page_is_served_on_this_machine_only(tmp_path: Path) -> None:
    lines: list[str] = []
    with open_desk(lines.append, by_terminal=False):
        address = lines[0].split()[-1]
        assert address.startswith("http://127.0.0.1:")
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(address.partition("?")[0], timeout=10)
