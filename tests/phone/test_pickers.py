"""Wheels, pages, lists that are loaded anew, the clipboard: what a finger and keys do to them."""

from __future__ import annotations

import base64
import io

import pytest
from appium import webdriver
from appium.options.android import UiAutomator2Options
from PIL import Image
from selenium.common.exceptions import InvalidArgumentException

from harness.clock import VirtualClock
from harness.phone import gestures
from harness.phone.device import CTRL_HELD, KEY_A, KEY_DELETE, KEY_PASTE, Phone
from harness.phone.scene import Placed
from harness.phone.server import serving
from tests.gesture_app import GESTURE_APP, PACKAGE, REFRESH_S


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def phone(clock: VirtualClock) -> Phone:
    phone = Phone((GESTURE_APP,), clock)
    phone.launch(PACKAGE)
    clock.sleep(1)
    return phone


def placed(phone: Phone, name: str) -> Placed:
    phone.catch_up()
    every = phone.front().shown.root.walk()
    return next(each for each in every if each.widget.id == name)


def opened(phone: Phone, name: str) -> Phone:
    phone.touch(gestures.press(*placed(phone, name).visible.middle))
    return phone


def turn(phone: Phone, name: str, dp: float) -> str:
    """Drags up by so many dp, and says what the wheel rests on."""
    x, y = placed(phone, name).visible.middle
    phone.touch(gestures.line(x, y, x, y - phone.metrics.px(dp)))
    return str(phone.values(PACKAGE).get(name))


def texts(phone: Phone, name: str) -> list[tuple[str, str]]:
    """Class and text of all that UiAutomator is told within a wheel."""
    found = phone.hierarchy()
    wheel = next(each for each, there in found.placed.items() if there.widget.id == name)
    return [(each.get("class", "").split(".")[-1], each.get("text", "")) for each in wheel]


def test_androids_own_wheel_is_described_as_android_does(phone: Phone) -> None:
    opened(phone, "date")
    assert texts(phone, "year") == [
        ("Button", "2025年"), ("EditText", "2026年"), ("Button", "2027年"),
    ]  # fmt: skip
    turn(phone, "year", 8 + 60 * 9)
    assert texts(phone, "year") == [("Button", "2029年"), ("EditText", "2030年")]


def test_other_wheels_tell_their_rows_or_only_what_they_rest_on(phone: Phone) -> None:
    opened(phone, "region")
    assert texts(phone, "city") == [("TextView", "杭州市"), ("TextView", "宁波市")]
    phone.back()
    opened(phone, "date")
    assert texts(phone, "hour") == []
    assert 'content-desc="09"' in phone.source()


def test_a_wheel_rests_on_the_nearest_row_and_stops_at_its_ends(phone: Phone) -> None:
    opened(phone, "date")
    assert turn(phone, "hour", 8 + 44 * 2.4) == "11"
    assert turn(phone, "hour", 8 + 44 * 0.4) == "11"
    assert turn(phone, "hour", -8 - 44 * 9) == "09"


def test_a_wheel_that_wraps_goes_on_with_its_first_row(phone: Phone) -> None:
    opened(phone, "date")
    assert turn(phone, "month", 8 + 60 * 3) == "2月"


def test_a_tap_on_a_neighbour_chooses_it_in_androids_own_wheel(phone: Phone) -> None:
    opened(phone, "date")
    box = placed(phone, "year").visible
    phone.touch(gestures.press(box.middle[0], box.bottom - 10))
    assert phone.values(PACKAGE)["year"] == "2027年"


def test_what_a_wheel_rests_on_is_drawn_darker_than_its_neighbours(phone: Phone) -> None:
    opened(phone, "date")
    with Image.open(io.BytesIO(phone.picture_png())) as picture:
        rows = [each.visible for each in placed(phone, "year").children]
        darkest = [
            min(picture.crop((row.left, row.top, row.right, row.bottom)).convert("L").tobytes())
            for row in rows
        ]
    before, chosen, after = darkest
    assert chosen < 60 < min(before, after)


def test_a_list_is_loaded_anew_by_a_pull_from_its_top_that_is_long_enough(
    phone: Phone, clock: VirtualClock
) -> None:
    opened(phone, "news")
    for dp, times in ((60, None), (80, 1)):
        phone.touch(gestures.line(500, 900, 500, 900 + phone.metrics.px(dp)))
        clock.sleep(2 * REFRESH_S)
        assert phone.values(PACKAGE).get("times") == times


def test_a_page_turns_when_it_was_moved_by_six_tenths(phone: Phone) -> None:
    opened(phone, "tabs")
    for share, tab in ((0.6, None), (0.65, 1), (0.9, 2)):
        phone.touch(gestures.line(1050, 900, 1050 - 1080 * share, 900))
        assert phone.values(PACKAGE).get("tab") == tab
    assert "我的页" in phone.source()
    assert "办事页" not in phone.source()


# --- the clipboard --------------------------------------------------------------------------------


def test_what_was_copied_is_pasted_over_what_is_marked(phone: Phone) -> None:
    opened(phone, "code")
    opened(phone, "name")
    phone.type_keys("旧")
    phone.clipboard = "新名"
    phone.press(KEY_PASTE)
    assert phone.values(PACKAGE)["name"] == "旧新名"
    phone.press(KEY_A, CTRL_HELD)
    phone.press(KEY_PASTE)
    assert phone.values(PACKAGE)["name"] == "新名"
    phone.press(KEY_A, CTRL_HELD)
    phone.press(KEY_DELETE)
    assert phone.values(PACKAGE)["name"] == ""


def test_a_field_that_takes_keys_only_takes_nothing_that_was_copied(phone: Phone) -> None:
    opened(phone, "code")
    opened(phone, "code0")
    phone.clipboard = "1"
    phone.press(KEY_PASTE)
    assert "code0" not in phone.values(PACKAGE)
    phone.type_keys("4")
    phone.type_keys("8")
    assert (phone.values(PACKAGE)["code0"], phone.values(PACKAGE)["code1"]) == ("4", "8")


def test_the_clipboard_is_reached_by_the_drivers_commands(phone: Phone) -> None:
    content = base64.b64encode("社保".encode()).decode()
    with serving(phone) as url:
        client = webdriver.Remote(url, options=UiAutomator2Options())
        client.execute_script("mobile: setClipboard", {"content": content})
        assert client.execute_script("mobile: getClipboard", {}) == content
        with pytest.raises(InvalidArgumentException, match="no text in base64"):
            client.execute_script("mobile: setClipboard", {"content": "社保"})
        client.quit()
    assert phone.clipboard == "社保"
