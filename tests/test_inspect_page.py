"""The page of an inspection in Chromium: pointing, holding, recording, trying."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Route, expect, sync_playwright

from harness.load import load_scenario
from harness.profile_file import ProfileFile
from tests.browser import AXE, launch, needs_axe, needs_chromium
from tests.inspector import ROOT, Inspection, Person, project

pytestmark = needs_chromium

BUSY = {"busy": {"zh": "执行步骤", "en": "running the step"}, "kept": ""}
PICTURE = ROOT / "docs" / "pictures" / "find_contribution_query.jpg"
PROFILE = (ROOT / "scenarios" / "apps" / "sample_city.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = launch(playwright, tmp_path_factory.mktemp("browser"))
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def inspection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inspection]:
    with Inspection(project(tmp_path_factory.mktemp("project"), PROFILE)) as inspection:
        yield inspection


@pytest.fixture
def person(browser: Browser, inspection: Inspection) -> Iterator[Person]:
    context = browser.new_context(viewport={"width": 1366, "height": 900}, locale="zh-CN")
    yield Person(context.new_page(), inspection.url)
    context.close()


def test_a_walk_is_recorded_tried_and_saved(person: Person, inspection: Inspection) -> None:
    page = person.page
    person.begin_afresh()
    expect(page.locator("#moves li")).to_have_text(["launch✕"])
    person.tap(text="同意并继续")
    person.tap(id="home_elder")
    person.wait(id="elder_call")
    page.click("#record")
    said = ["launch✕", "tap: privacy.agree✕", "tap: home.elder✕"]
    expect(page.locator("#moves li")).to_have_text(said)
    page.fill("#about-id", "elder_mode_again")
    page.fill("#about-event", "elderly")
    page.click("#about button")
    expect(page.locator("#draft")).to_have_value(re.compile("goal:    # 看到什么"))
    page.click("#check")
    expect(page.locator("#tried pre")).to_contain_text("scenarios/elderly/elder_mode_again.yaml:4:")
    page.fill("#about-goal", "elder.call")
    page.click("#about button")
    expect(page.locator("#draft")).to_have_value(re.compile("goal: elder.call"))
    page.click("#try")
    expect(page.locator("#tried h4")).to_contain_text("completed", timeout=60_000)
    expect(page.locator("#tried img")).to_have_count(4)
    page.click("#keep")
    expect(page.locator("#tried")).to_contain_text("scenarios/elderly/elder_mode_again.yaml")
    path = inspection.root / "scenarios" / "elderly" / "elder_mode_again.yaml"
    assert load_scenario(path, root=inspection.root).value.goal.visible == "elder.call"


def test_a_pop_up_is_a_sign_and_what_sends_it_away(person: Person, inspection: Inspection) -> None:
    page = person.page
    person.begin_afresh()
    person.point(id="dialog_title")
    person.use_as("interruption")
    page.fill("#name", "privacy_dialog")
    page.click("#save")
    expect(page.locator("#pending")).to_contain_text("{id: dialog_title}")
    person.point(id="privacy_refuse")
    person.add("privacy_dialog")
    (one,) = ProfileFile.read(inspection.root, "sample_city").profile.interruptions
    assert one.model_dump(exclude_unset=True) == {
        "name": "privacy_dialog",
        "seen": {"id": "dialog_title"},
        "dismiss": {"id": "privacy_refuse"},
    }


def test_what_has_gone_can_be_gone_back_to(person: Person) -> None:
    page = person.page
    person.begin_afresh()
    person.wait(id="privacy_agree")
    person.tap(id="privacy_agree")
    person.wait(id="home_search")
    page.click("#freeze")
    while person.see(id="privacy_agree") is None:
        before = page.locator("#picture").get_attribute("src") or ""
        page.click("#older")
        expect(page.locator("#picture")).not_to_have_attribute("src", before)
    person.point(id="privacy_agree")
    expect(page.locator("#candidates code").first).to_have_text("{id: privacy_agree}")
    page.click("#tap")
    expect(page.locator("#notice")).to_contain_text("没有点")


def test_of_two_screens_that_are_asked_for_the_last_is_shown(person: Person) -> None:
    page = person.page
    person.begin_afresh()
    person.tap(id="privacy_agree")
    person.wait(id="home_search")
    person.let_settle()
    last = int((page.locator("#picture").get_attribute("src") or "").rpartition("/")[2])

    def late(route: Route) -> None:
        page.wait_for_timeout(1000)
        route.continue_()

    page.route(f"**/api/screen/{last}", late)
    with page.expect_request(f"**/api/screen/{last}"):
        page.click("#freeze")
    with page.expect_response(f"**/api/screen/{last}"):
        page.click("#older")
    page.wait_for_timeout(500)
    expect(page.locator("#picture")).to_have_attribute("src", f"/api/picture/{last - 1}")


def test_a_label_leads_to_its_button_and_keys_lead_on(person: Person) -> None:
    page = person.page
    person.begin_afresh()
    person.tap(text="同意并继续")
    person.point(text="搜服务、搜政策，如“居住证”")
    page.click("#around button")
    expect(page.locator("#facts")).to_contain_text("home_search")
    page.locator("#glass").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#around")).to_be_visible()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    person.wait(id="search_input")


def test_a_form_that_is_filled_in_stays_though_its_element_leaves(
    person: Person, inspection: Inspection
) -> None:
    page = person.page
    person.begin_afresh()
    person.point(id="privacy_agree")
    page.fill("#hand", "{text: 同意}")
    page.fill("#name", "privacy.yes")
    node, number = person.wait(id="privacy_agree"), person.ask("screen")["number"]
    person.ask_to("touch", number=number, index=node["index"])  # from another page
    expect(page.locator("#chosen")).to_be_hidden()
    expect(page.locator("#name")).to_have_value("privacy.yes")
    expect(page.locator("#hand")).to_have_value("{text: 同意}")
    person.add("privacy.yes")
    named = ProfileFile.read(inspection.root, "sample_city").profile.elements["privacy.yes"]
    assert [each.model_dump() for each in named] == [{"text": "同意"}]
    page.locator("#file").click()
    expect(page.locator("#nothing")).to_be_visible()


def test_what_is_written_by_hand_is_the_sign(person: Person, inspection: Inspection) -> None:
    page = person.page
    person.begin_afresh()
    person.point(id="privacy_agree")
    person.use_as("errors")
    page.fill("#hand", "{text: {contains: 暂时忙不过来}}")
    page.locator("#candidates input").first.check()  # a sign is one locator: which is meant?
    page.click("#save")
    expect(page.locator("#notice")).to_contain_text("leave one tick")
    page.locator("#candidates input").first.uncheck()
    person.add("报错 error")
    written = ProfileFile.read(inspection.root, "sample_city").profile.errors
    assert {"text": {"contains": "暂时忙不过来"}} in [each.model_dump() for each in written]
    assert {"id": "privacy_agree"} not in [each.model_dump() for each in written]


def test_a_code_that_goes_into_no_element_yet_is_told_of(person: Person) -> None:
    page = person.page
    person.begin_afresh()
    person.point(id="privacy_agree")
    person.use_as("barrier")
    page.fill("#name", "a_code")
    page.fill("#into", "nobody.named")
    person.add("a_code")
    expect(page.locator("#notice")).to_contain_text("no element is called nobody.named yet")


def test_an_app_of_somebody_s_own_is_cleared_only_when_they_say_so(person: Person) -> None:
    page = person.page

    def on_a_real_phone(route: Route) -> None:
        told = route.fetch().json()
        route.fulfill(json={**told, "simulated": False, "keep_data": False})

    page.route("**/api/state", on_a_real_phone)
    person.ask_to("record", on=False)
    page.reload()
    expect(page.locator("#app")).not_to_be_empty()
    asked: list[str] = []

    def declines(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", declines)
    done: list[str] = []
    page.on("request", lambda request: done.append(request.url) if "/do/" in request.url else None)
    page.click("#tab-walk")
    page.click("#record")
    page.click("#try")
    assert len(asked) == 2
    assert "继续吗" in asked[0]
    assert "logins" in asked[0]
    assert done == []
    page.remove_listener("dialog", declines)
    page.once("dialog", lambda dialog: dialog.accept())
    page.click("#record")
    expect(page.locator("#record")).to_have_attribute("aria-pressed", "true")


def test_whoever_comes_back_from_an_editor_sees_what_was_changed(
    person: Person, inspection: Inspection
) -> None:
    path = inspection.root / "scenarios" / "apps" / "sample_city.yaml"
    before = path.read_text(encoding="utf-8")
    wrong = person.page.locator("#wrong")
    expect(wrong).to_be_hidden()
    path.write_text(f"{before}\ncolour: red\n", encoding="utf-8")
    person.page.evaluate("dispatchEvent(new Event('focus'))")
    expect(wrong).to_contain_text("scenarios/apps/sample_city.yaml:")
    path.write_text(before, encoding="utf-8")
    person.page.evaluate("dispatchEvent(new Event('focus'))")
    expect(wrong).to_be_hidden()


def test_keys_rest_while_the_phone_is_busy(person: Person) -> None:
    page = person.page
    page.route("**/api/screen?*", lambda route: route.fulfill(json=BUSY))
    expect(page.locator("#busy")).to_have_text("执行步骤 running the step")
    for key in page.locator("[data-press]").all():
        expect(key).to_be_disabled()
    page.unroute("**/api/screen?*")
    expect(page.get_by_label("返回 back")).to_be_enabled()


def test_a_picture_of_a_step_bears_no_marks_of_the_screen_before(person: Person) -> None:
    page = person.page
    live = re.compile("/api/picture/")
    person.wait(package="com.example.samplecity")
    marks, picture = page.locator("#named b"), page.locator("#picture")
    expect(marks).not_to_have_count(0)
    page.route("**/api/screen?*", lambda route: route.fulfill(json={**BUSY, "kept": "3.jpg"}))
    page.route("**/api/kept/*", lambda route: route.fulfill(path=PICTURE))
    expect(picture).to_have_attribute("src", "/api/kept/3.jpg")
    expect(marks).to_have_count(0)
    expect(page.locator("#where")).to_be_empty()
    page.unroute("**/api/screen?*")
    expect(picture).to_have_attribute("src", live)  # also where the screen is what it was
    expect(marks).not_to_have_count(0)


def test_the_page_says_that_the_inspection_has_ended(browser: Browser, tmp_path: Path) -> None:
    context = browser.new_context(locale="zh-CN")
    with Inspection(project(tmp_path, PROFILE)) as inspection:
        person = Person(context.new_page(), inspection.url)
        assert inspection.end() == 0
    expect(person.page.locator("#busy")).to_contain_text("检查已结束，请重新执行 inspect")
    expect(person.page.locator("#phone")).to_have_class(re.compile("ended"))
    expect(person.page.get_by_label("返回 back")).to_be_disabled()
    context.close()


def test_the_phone_stays_in_view_on_a_narrow_page(browser: Browser, inspection: Inspection) -> None:
    context = browser.new_context(viewport={"width": 900, "height": 700})
    page = Person(context.new_page(), inspection.url).page
    page.click("#tab-walk")
    for part in ("header", "#keep"):
        page.locator(part).scroll_into_view_if_needed()
        phone = page.locator("#phone").bounding_box()
        assert phone is not None
        assert phone["y"] >= 0
        assert phone["y"] + phone["height"] <= 700
    context.close()


@needs_axe
def test_the_page_can_be_used_by_everybody(browser: Browser, inspection: Inspection) -> None:
    context = browser.new_context(viewport={"width": 900, "height": 900}, bypass_csp=True)
    person = Person(context.new_page(), inspection.url)
    page = person.page
    node = person.ask("screen")["nodes"][-1]
    person.point(index=node["index"])
    page.add_script_tag(path=AXE)
    page.click("#tab-walk")
    page.route("**/api/screen?*", lambda route: route.fulfill(json=BUSY))
    expect(page.locator("#busy")).to_be_visible()
    found = page.evaluate("axe.run({runOnly: ['wcag2a', 'wcag2aa']})")
    assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []
    context.close()
