"""With the inspection alone a profile is made anew, and the tasks pass with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from harness.appium_driver import open_session
from harness.clock import VirtualClock
from harness.evidence import Evidence
from harness.load import load_scenario
from harness.model import AttemptRecord
from harness.phone.afflict import plant as afflict
from harness.phone.apps import load
from harness.phone.device import Phone
from harness.phone.server import serving
from harness.phone.trouble import Trouble
from harness.plan import plan
from harness.project import read_project, scenario_files
from harness.runner import run_attempt
from harness.stage import Task
from tests.browser import launch, needs_chromium
from tests.editions import COMMAND_S, METRICS
from tests.inspector import Inspection, Person, project

pytestmark = needs_chromium

MOBILE = "13800000000"


@dataclass(frozen=True)
class Rebuilt:
    """What a person has made at the page."""

    root: Path
    left: str
    """What the page said of the names that are still missing."""
    said: list[str]
    """Errors in the page's console."""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = launch(playwright, tmp_path_factory.mktemp("browser"))
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def rebuilt(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Rebuilt:
    root = project(tmp_path_factory.mktemp("project"))
    with Inspection(root, "--allow-commit") as inspection:
        context = browser.new_context(viewport={"width": 1366, "height": 900}, locale="zh-CN")
        page = context.new_page()
        said: list[str] = []
        page.on("pageerror", lambda error: said.append(str(error)))
        person = Person(page, inspection.url)
        rebuild(person)
        left = page.locator("#total").inner_text()
        context.close()
        assert inspection.end() == 0
    return Rebuilt(root, left, said)


def rebuild(person: Person) -> None:
    """Walks through the App as somebody who knows its tasks, and names what they need."""
    first_start(person)
    messages(person)
    guides(person)
    search(person)
    elder_mode(person)
    registration(person)
    licences(person)
    account(person)
    ratings(person)
    requests(person)
    application(person)


def first_start(person: Person) -> None:
    person.name("privacy.agree", text="同意并继续")
    person.tap(text="同意并继续")
    person.wait(id="home_search")
    for name, identifier in {
        "home.services": "home_grid",
        "home.search": "home_search",
        "home.licences": "home_service_licences",
        "home.applications": "home_service_applications",
        "home.request": "home_request",
        "home.elder": "home_elder",
        "tab.home": "tab_home",
        "tab.services": "tab_services",
        "tab.messages": "tab_messages",
        "tab.account": "tab_account",
    }.items():
        person.name(name, id=identifier)


def messages(person: Person) -> None:
    person.tap(id="tab_messages")
    person.name("messages.first", id="message_row_title")
    person.tap(id="message_row_title")
    person.name("message.page", text="消息详情")
    person.name("message.text", id="message_text")
    person.back()


def guides(person: Person) -> None:
    person.tap(id="tab_services")
    person.name("services.housing", id="category_housing")
    person.tap(id="category_housing")
    person.name("services.fund_withdrawal", id="service_fund_withdrawal")
    person.tap(id="service_fund_withdrawal")
    person.name("service.title", id="service_title")
    person.name("service.apply", id="guide_apply")
    for part in ("conditions", "materials", "time_limit", "process", "fee", "place", "phone"):
        person.scroll_to(id=f"guide_{part}")
        person.name(f"guide.{part}", id=f"guide_{part}")
    person.back()
    person.wait(id="service_fund_withdrawal")
    person.back()
    person.tap(id="tab_home")


def search(person: Person) -> None:
    person.tap(id="home_search")
    person.name("search.input", id="search_input")
    person.name("search.submit", id="search_submit")
    person.type("社保缴费查询", id="search_input")
    person.tap(id="search_submit")
    person.name("search.results", id="search_results")
    person.name("search.first_result", id="result_title")
    person.back()
    person.wait(id="search_input")
    person.back()


def elder_mode(person: Person) -> None:
    person.tap(id="home_elder")
    for part in ("title", "call", "search"):
        person.name(f"elder.{part}", id=f"elder_{part}")
    person.tap(id="elder_leave")


def registration(person: Person) -> None:
    person.tap(id="tab_account")
    person.name("account.login", id="account_login")
    person.name("account.change_mobile", id="account_change_mobile")
    person.tap(id="account_login")
    for part in ("mobile", "get_code", "agreed", "submit", "register"):
        person.name(f"login.{part}", id=f"login_{part}")
    person.name("sms.code", id="login_code")
    person.tap(id="login_register")
    for part in ("mobile", "get_code", "password", "password_again"):
        person.name(f"register.{part}", id=f"register_{part}")
    person.name("sms.code", id="register_code")
    add_barriers(person)
    person.scroll_to(id="register_agreed")
    person.name("register.agreed", id="register_agreed")
    person.scroll_to(id="register_submit")
    person.name("register.submit", id="register_submit")
    slider(person)
    person.back()
    person.wait(id="login_register")
    person.run(
        "tap: login.register",
        f'type: {{into: register.mobile, text: "{MOBILE}"}}',
        "tap: register.get_code",
        "barrier: slider",
        "wait_for: {visible: register.get_code, text: {matches: '.*[0-9].*'}}",
        "barrier: sms_code",
        "type: {into: register.password, text: Sample2024}",
        "type: {into: register.password_again, text: Sample2024}",
        "scroll_to: register.agreed",
        "tap: register.agreed",
        "scroll_to: register.submit",
        "commit: register.submit",
    )
    person.name("register.done", id="register_done")


def add_barriers(person: Person) -> None:
    """The hint of the code's field says that a code is asked for."""
    person.point(id="register_code")
    person.tick('{text: "6 位验证码"}')
    person.use_as("barrier")
    person.page.fill("#name", "sms_code")
    person.page.fill("#into", "sms.code")
    person.page.fill("#inbox", r"【样例市民云】验证码 (\d{6})")
    person.add("sms_code")


def slider(person: Person) -> None:
    """It lasts three seconds: the picture is held, or gone back to."""
    person.page.get_by_label("下滑 swipe down").click()
    person.type(MOBILE, id="register_mobile")
    person.tap(id="register_get_code")
    point_at_barrier(person, "slider", id="slider_lock")
    person.wait(id="register_password")


def point_at_barrier(person: Person, kind: str, **what: str) -> None:
    """Holds the picture, for what is pointed at does not last."""
    person.wait(**what)
    person.page.click("#freeze")
    person.point(**what)
    person.use_as("barrier")
    person.page.locator("#barrier-kind").select_option(kind)
    person.page.fill("#name", kind)
    person.add(kind)
    person.page.click("#freeze")


def home(person: Person) -> None:
    """Goes back until the tabs are there, and to the first of them."""
    for _ in range(8):
        person.let_settle()
        if person.see(id="tab_home") is not None:
            person.tap(id="tab_home")
            return
        person.back()
    raise AssertionError("the way home is too long")


def licences(person: Person) -> None:
    home(person)
    person.tap(id="home_service_licences")  # the registration has logged in
    person.name("licences.social_card", id="licence_social_card")
    person.tap(id="licence_social_card")
    person.name("licence.title", id="licence_title")
    person.name("licence.show", id="licence_show")
    person.tap(id="licence_show")
    person.name("licence.code", id="licence_qr")
    person.name("licence.valid", id="licence_valid")


def account(person: Person) -> None:
    home(person)
    person.tap(id="tab_account")
    person.name("account.mobile", id="account_mobile")
    person.name("account.profile", id="account_profile")
    person.tap(id="account_profile")
    for part in ("name", "number", "next"):
        person.name(f"identity.{part}", id=f"identity_{part}")
    person.type("样小云", id="identity_name")
    person.type("000000000000000000", id="identity_number")
    person.tap(id="identity_next")
    point_at_barrier(person, "face_check", id="face_check_camera")
    person.name("identity.done", id="identity_done")
    home(person)
    person.tap(id="tab_account")
    person.tap(id="account_change_mobile")
    person.name("mobile.new", id="change_mobile")
    person.name("mobile.get_code", id="change_get_code")
    person.name("mobile.submit", id="change_submit")
    person.name("sms.code", id="change_code")
    person.run(
        'type: {into: mobile.new, text: "13800000001"}',
        "tap: mobile.get_code",
        "wait_for: {visible: mobile.get_code, text: {matches: '.*[0-9].*'}}",
        "barrier: sms_code",
        "commit: mobile.submit",
    )
    person.name("mobile.done", id="change_done")


def ratings(person: Person) -> None:
    home(person)
    person.tap(id="home_service_applications")
    person.name("applications.first", id="application_title")
    person.tap(id="application_title")
    person.name("progress.title", id="progress_title")
    person.name("progress.latest", id="progress_latest")
    person.back()
    person.wait(id="application_title")
    person.scroll_to(text="评价")
    person.name("applications.rate", text="评价")
    person.tap(text="评价")
    person.name("rating.overall", id="rating_overall")
    person.run("tap: rating.overall")
    for part in ("word", "comment", "submit"):
        person.name(f"rating.{part}", id=f"rating_{part}")
    person.run("type: {into: rating.comment, text: 可用性测试}", "commit: rating.submit")
    person.name("rating.done", id="rating_done")


def requests(person: Person) -> None:
    home(person)
    person.tap(id="home_request")
    person.name("request.complaint", id="request_category_complaint")
    person.name("request.next", id="request_next")
    person.run("tap: request.complaint", "tap: request.next")
    for part in ("title", "text", "place", "submit"):
        person.name(f"request.{part}", id=f"request_{part}")
    person.run(
        "type: {into: request.title, text: 测试}",
        "type: {into: request.text, text: 这是可用性测试的虚构内容}",
        "type: {into: request.place, text: 湖滨路}",
        "commit: request.submit",
    )
    person.name("request.done", id="request_done")


def application(person: Person) -> None:
    home(person)
    find = "run: {{scenario: find_service, with: {{service: {0}}}}}"
    person.run(find.format("公积金余额查询"), "tap: service.apply")
    person.name("query.result", id="query_result")
    home(person)
    person.run(find.format("居住证办理"), "tap: service.apply")
    for part in ("name", "identity", "mobile", "next"):
        person.name(f"apply.{part}", id=f"apply_{part}")
    person.run(
        "type: {into: apply.name, text: 样小云}",
        'type: {into: apply.identity, text: "000000000000000000"}',
        "tap: apply.next",
        "tap: {text: 务工就业}",
    )
    person.name("apply.amount", id="apply_amount")
    person.run('type: {into: apply.amount, text: "12"}', "tap: apply.next")
    for number in ("1", "2", "3"):
        person.name(f"apply.material_{number}", id=f"apply_material_{number}")
        person.tap(id=f"apply_material_{number}")
    person.run("tap: apply.next")
    person.name("review.service", id="review_service")
    person.name("review.mobile", id="review_mobile")
    person.scroll_to(id="apply_consent")
    person.name("apply.consent", id="apply_consent")
    person.name("apply.submit", id="apply_submit")
    person.run("tap: apply.consent", "commit: apply.submit")
    person.name("apply.done", id="apply_done")


def run_all(root: Path) -> dict[str, AttemptRecord]:
    """Every task of a project on its App, in virtual time."""
    found = read_project(root)
    documents = [load_scenario(path, root=root) for path in scenario_files(root)]
    planned = plan(
        documents,
        tuple(found.profiles.values()),
        found.shared,
        {"phone": ("sample_city",)},
        without_web=("phone",),
    )
    scenarios = {each.value.id: each.value for each in documents}
    profile = found.profiles["sample_city"].value
    clock, kept = VirtualClock(), list[bytes]()

    def keep(data: bytes, suffix: str) -> str:
        kept.append(data)
        return f"{len(kept)}.{suffix}"

    phone = Phone(load(("sample_city",)), clock, metrics=METRICS, attended=True)
    afflict(phone, "phone", Trouble("slow_device", seconds=COMMAND_S))
    with serving(phone, pause=clock.sleep) as url, Evidence(keep) as evidence:
        driver = open_session(url, {})
        records = {
            attempt.scenario: run_attempt(
                Task(attempt, scenarios[attempt.scenario], profile, simulated=True, attended=True),
                lambda: driver,
                evidence,
                clock,
            )
            for attempt in planned.attempts
        }
        driver.close()
    return records


def test_nothing_is_missing_in_the_end(rebuilt: Rebuilt) -> None:
    done, _, needed = rebuilt.left.partition(" / ")
    assert done == needed.split()[0]
    assert rebuilt.said == []


def test_all_tasks_pass_with_the_profile_that_was_made(rebuilt: Rebuilt) -> None:
    outcomes = {name: record.verdict for name, record in run_all(rebuilt.root).items()}
    assert len(outcomes) >= 12
    assert {n: v.reasons for n, v in outcomes.items() if not v.outcome.completed} == {}
