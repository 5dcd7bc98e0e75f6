from __future__ import annotations

import pytest

from harness.clock import VirtualClock
from harness.phone import gestures
from harness.phone.device import Phone
from harness.phone.faults import Fault
from harness.phone.find import References, find
from tests.phone.small_app import COLD_START_S, PACKAGE, SMALL_APP


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def phone(clock: VirtualClock) -> Phone:
    phone = Phone([SMALL_APP], clock)
    phone.launch(PACKAGE)
    clock.sleep(COLD_START_S)
    return phone


def texts(phone: Phone, strategy: str, selector: str) -> list[str]:
    return [each.get("text", "") for each in find(phone, strategy, selector)]


def refusal(phone: Phone, strategy: str, selector: str) -> str:
    with pytest.raises(Fault) as problem:
        find(phone, strategy, selector)
    assert problem.value.code == "invalid selector"
    return problem.value.message


@pytest.mark.parametrize(
    ("strategy", "selector"),
    [
        ("id", f"{PACKAGE}:id/form"),
        ("id", "form"),
        ("css selector", "#form"),
        ("css selector", '[id="form"]'),
        ("css selector", f'*[id="{PACKAGE}:id/form"]'),
        ("css selector", f"#{PACKAGE}\\:id\\/form".replace(".", "\\.")),
        ("xpath", "//*[@text='填写表单']"),
        ("xpath", "//android.widget.Button[1]"),
        ("xpath", "/hierarchy//android.widget.Button[@clickable='true' and @index='0'][1]"),
        ("-android uiautomator", 'new UiSelector().text("填写表单")'),
    ],
)
def test_a_strategy_finds_the_form_first(phone: Phone, strategy: str, selector: str) -> None:
    assert texts(phone, strategy, selector)[0] == "填写表单"


def test_a_description_and_a_class_are_exact(phone: Phone) -> None:
    assert len(find(phone, "accessibility id", "长按这里")) == 1
    assert find(phone, "accessibility id", "长按") == []
    assert len(find(phone, "class name", "android.widget.Button")) == 16
    assert find(phone, "class name", "Button") == []


@pytest.mark.parametrize(
    ("strategy", "selector", "message"),
    [
        ("xpath", "//*[", "//*["),
        ("xpath", "", ""),
        ("xpath", "count(//*)", "gives a float"),
        ("xpath", "//*[re:test(@text, 'a')]", "re:test"),
        ("xpath", "//*[nothing()]", "nothing()"),
        ("xpath", "//*[@text='\x00']", ""),
        ("xpath", "/" * 5000, "at most"),
        ("css selector", ".form", "of CSS"),
        ("css selector", "div > p", "of CSS"),
        ("link text", "x", "Locator Strategy 'link text' is not supported"),
        ("-android uiautomator", "new UiSelector(", "cannot read"),
    ],
)
def test_what_cannot_be_read_is_an_invalid_selector(
    phone: Phone, strategy: str, selector: str, message: str
) -> None:
    assert message in refusal(phone, strategy, selector)


@pytest.mark.parametrize("selector", ["//@text", "//text()", "//comment()", "/hierarchy"])
def test_an_xpath_gives_elements_only(phone: Phone, selector: str) -> None:
    assert find(phone, "xpath", selector) == []


def test_below_an_element_only_what_is_below_it_is_found(phone: Phone) -> None:
    (card,) = find(phone, "id", "card")
    for strategy, selector in (
        ("xpath", "//android.widget.TextView"),
        ("xpath", ".//*[@text]"),
        ("class name", "android.widget.TextView"),
        ("-android uiautomator", 'new UiSelector().textContains("卡")'),
    ):
        found = find(phone, strategy, selector, card)
        assert [each.get("text") for each in found] == ["卡片"]


# --- scrolling while searching --------------------------------------------------------------------


def scrollable(rest: str) -> str:
    return f"new UiScrollable(new UiSelector().scrollable(true)){rest}"


def test_a_scrollable_scrolls_until_it_finds(phone: Phone) -> None:
    open_list(phone)
    wanted = scrollable('.scrollIntoView(new UiSelector().text("事项 55"))')
    assert texts(phone, "-android uiautomator", wanted) == ["事项 55"]
    wanted = scrollable('.scrollTextIntoView("事项 2")')
    assert texts(phone, "-android uiautomator", wanted) == ["事项 2"]
    wanted = scrollable('.getChildByText(new UiSelector().resourceIdMatches(".*row"), "事项 40")')
    assert texts(phone, "-android uiautomator", wanted) == ["事项 40"]


def test_a_scrollable_ends_at_the_end(phone: Phone) -> None:
    open_list(phone)
    (rows,) = find(phone, "-android uiautomator", scrollable(".scrollToEnd(50)"))
    assert rows.get("resource-id") == f"{PACKAGE}:id/rows"
    assert "事项 59" in [each.get("text") for each in rows]
    find(phone, "-android uiautomator", scrollable(".scrollToBeginning(50)"))
    assert texts(phone, "xpath", "//*[@text='事项 0']") == ["事项 0"]


def test_a_scrollable_gives_up_where_nothing_is(phone: Phone) -> None:
    open_list(phone)
    assert find(phone, "-android uiautomator", scrollable('.scrollTextIntoView("无")')) == []
    phone.back()
    assert find(phone, "-android uiautomator", scrollable('.scrollTextIntoView("无")')) == []


def open_list(phone: Phone) -> None:
    (button,) = find(phone, "id", "list")
    area = phone.hierarchy().placed[button].visible
    phone.touch(gestures.press(area.left + 5, area.top + 5))


# --- knowing elements again -----------------------------------------------------------------------


def test_an_element_keeps_its_id(phone: Phone) -> None:
    references = References()
    (form,) = find(phone, "id", "form")
    (status,) = find(phone, "id", "status")
    assert references.refer(phone, form) == references.refer(phone, form)
    assert references.refer(phone, form) != references.refer(phone, status)


def test_an_element_is_known_as_long_as_its_window_is_in_front(
    phone: Phone, clock: VirtualClock
) -> None:
    references = References()
    (button,) = find(phone, "id", "list")
    known = references.refer(phone, button)
    clock.sleep(70)
    assert references.resolve(phone, known).element.get("text") == "办事列表"
    open_list(phone)
    with pytest.raises(Fault) as problem:
        references.resolve(phone, known)
    assert problem.value.code == "stale element reference"
    phone.back()
    assert references.resolve(phone, known).element.get("text") == "办事列表"


def test_another_opening_of_the_same_screen_has_other_elements(phone: Phone) -> None:
    references = References()
    open_list(phone)
    known = references.refer(phone, find(phone, "id", "title")[0])
    phone.back()
    open_list(phone)
    with pytest.raises(Fault, match="find again"):
        references.resolve(phone, known)


def test_an_element_that_was_never_found_is_no_such_element(phone: Phone) -> None:
    with pytest.raises(Fault) as problem:
        References().resolve(phone, "x")
    assert problem.value.code == "no such element"


def test_a_toast_is_an_element_without_a_place(phone: Phone, clock: VirtualClock) -> None:
    (button,) = find(phone, "id", "toast")
    area = phone.hierarchy().placed[button].visible
    phone.touch(gestures.press(area.left + 5, area.top + 5))
    (toast,) = find(phone, "xpath", "//*[@class='android.widget.Toast']")
    references = References()
    known = references.refer(phone, toast)
    found = references.resolve(phone, known)
    assert found.element.get("text") == "已复制"
    assert found.placed is None
    clock.sleep(3)
    with pytest.raises(Fault, match="find again"):
        references.resolve(phone, known)
