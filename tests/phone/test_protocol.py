"""The phone's endpoint, driven by the real Appium Python client over HTTP."""

from __future__ import annotations

import base64
import io
import time
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from appium import webdriver
from appium.options.android import UiAutomator2Options
from appium.webdriver.common.appiumby import AppiumBy
from appium.webdriver.webdriver import WebDriver
from PIL import Image
from selenium.common import exceptions as foreign
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from harness.clock import VirtualClock
from harness.phone.device import Phone
from harness.phone.protocol import LARGEST_BODY
from harness.phone.server import serving
from tests.phone.small_app import COLD_START_S, DELAY_S, OTHER_APP, PACKAGE, SMALL_APP


class Desk:
    """A phone and its server, for all tests: each session begins with the App cleared."""

    def __init__(self, phone: Phone, clock: VirtualClock, url: str) -> None:
        self.phone = phone
        self.clock = clock
        self.url = url

    def connect(self, **capabilities: Any) -> WebDriver:
        wanted = {"appium:appPackage": PACKAGE, **capabilities}
        return webdriver.Remote(self.url, options=UiAutomator2Options().load_capabilities(wanted))


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    clock = VirtualClock()
    phone = Phone([SMALL_APP, OTHER_APP], clock)
    with serving(phone) as url:
        yield Desk(phone, clock, url)


@pytest.fixture
def clock(desk: Desk) -> VirtualClock:
    return desk.clock


@pytest.fixture
def driver(desk: Desk) -> Iterator[WebDriver]:
    driver = desk.connect()
    desk.clock.sleep(COLD_START_S)
    yield driver
    driver.quit()


def by_id(driver: WebDriver, name: str) -> Any:
    return driver.find_element(AppiumBy.ID, name)


# --- sessions ------------------------------------------------------------------------------------


def test_a_session_opens_the_app_and_says_what_the_phone_is(driver: WebDriver) -> None:
    assert by_id(driver, "status").text == "空闲"
    assert driver.capabilities["platformName"] == "Android"
    assert driver.capabilities["appium:deviceScreenSize"] == "1080x2400"
    assert driver.get_status()["ready"] is True


def test_a_session_forgets_the_apps_data_unless_told(desk: Desk) -> None:
    driver = desk.connect()
    desk.clock.sleep(COLD_START_S)
    by_id(driver, "card").click()
    again = desk.connect(**{"appium:noReset": True})
    assert by_id(again, "status").text == "空闲"
    with pytest.raises(foreign.InvalidSessionIdException):
        driver.page_source  # noqa: B018 - reading it is the command
    again.quit()
    with pytest.raises(foreign.InvalidSessionIdException):
        by_id(again, "status")


@pytest.mark.parametrize(
    ("capability", "value", "message"),
    [
        ("appium:appPackage", "com.absent", "not installed"),
        ("appium:automationName", "Espresso", "UiAutomator2"),
        ("appium:appActivity", ".NoneActivity", "no activity"),
    ],
)
def test_a_session_that_cannot_be_is_refused(
    desk: Desk, capability: str, value: str, message: str
) -> None:
    with pytest.raises(foreign.SessionNotCreatedException, match=message):
        desk.connect(**{capability: value})


def test_a_session_can_begin_on_another_screen_or_on_none(desk: Desk) -> None:
    driver = desk.connect(**{"appium:appActivity": ".FormActivity"})
    desk.clock.sleep(COLD_START_S)
    assert driver.current_activity == ".FormActivity"
    driver.quit()
    driver = desk.connect(**{"appium:autoLaunch": False})
    assert driver.current_package == "com.android.launcher3"
    driver.quit()


def test_settings_are_stored_and_answered(driver: WebDriver) -> None:
    driver.update_settings({"waitForIdleTimeout": 0, "ownSetting": "x"})
    stored = driver.get_settings()
    assert (stored["waitForIdleTimeout"], stored["ownSetting"]) == (0, "x")


def test_timeouts_are_stored(driver: WebDriver) -> None:
    driver.implicitly_wait(2)
    assert driver.timeouts.implicit_wait == 2
    began = time.perf_counter()
    assert driver.find_elements(AppiumBy.ID, "absent") == []
    assert time.perf_counter() - began < 1, "the phone answers at once"


# --- elements ------------------------------------------------------------------------------------


def test_elements_are_found_by_every_strategy(driver: WebDriver) -> None:
    for strategy, selector in (
        (AppiumBy.ID, f"{PACKAGE}:id/card"),
        (AppiumBy.ACCESSIBILITY_ID, "长按这里"),
        (AppiumBy.XPATH, "//*[@content-desc='长按这里']"),
        (AppiumBy.ANDROID_UIAUTOMATOR, 'new UiSelector().description("长按这里")'),
        (AppiumBy.CSS_SELECTOR, "#card"),
    ):
        assert driver.find_element(strategy, selector).get_attribute("contentDescription")
    assert len(driver.find_elements(AppiumBy.CLASS_NAME, "android.widget.Button")) == 16


def test_what_is_not_there_and_what_cannot_be_read_are_told_apart(driver: WebDriver) -> None:
    with pytest.raises(foreign.NoSuchElementException):
        by_id(driver, "absent")
    with pytest.raises(foreign.InvalidSelectorException):
        driver.find_element(AppiumBy.XPATH, "//*[")
    with pytest.raises(foreign.InvalidSelectorException):
        driver.find_element(AppiumBy.ANDROID_UIAUTOMATOR, "new UiSelector().x()")


def test_an_element_says_what_it_is_like(driver: WebDriver) -> None:
    off = by_id(driver, "off")
    assert off.text == "不可用"
    assert off.is_displayed() is True
    assert off.is_enabled() is False
    assert off.is_selected() is False
    assert off.get_attribute("resourceId") == f"{PACKAGE}:id/off"
    assert off.get_attribute("className") == "android.widget.Button"
    assert off.get_attribute("clickable") == "true"
    assert off.get_attribute("content-desc") is None
    assert off.get_attribute("name") == "不可用"
    assert by_id(driver, "card").tag_name == "长按这里"
    assert off.rect == {**off.location, **off.size}
    assert off.rect["height"] == 120
    assert off.location_in_view == off.location
    with pytest.raises(foreign.InvalidArgumentException, match="attribute is unknown"):
        off.get_attribute("colour")


def test_an_element_searches_below_itself(driver: WebDriver) -> None:
    card = by_id(driver, "card")
    assert card.find_element(AppiumBy.XPATH, ".//*").text == "卡片"
    assert card.find_elements(AppiumBy.ID, "form") == []


def test_a_click_taps_and_the_element_goes_stale(driver: WebDriver) -> None:
    button = by_id(driver, "form")
    button.click()
    assert driver.current_activity == ".FormActivity"
    with pytest.raises(foreign.StaleElementReferenceException):
        button.click()
    driver.back()
    button.click()
    assert driver.current_activity == ".FormActivity"


def test_found_elements_carry_what_was_asked_for(driver: WebDriver) -> None:
    wanted = "name,text,rect,enabled,displayed,selected,attribute/content-desc,attribute/checked"
    driver.update_settings(
        {"shouldUseCompactResponses": False, "elementResponseAttributes": wanted}
    )
    # selenium keeps only the reference of what it finds; the rest is in the answer itself.
    raw = raw_request(driver, "POST", "/element", {"using": "id", "value": "card"})
    fields = {key: value for key, value in raw["value"].items() if "6066" not in key}
    assert fields.pop("ELEMENT")
    assert fields == {
        "name": "长按这里",
        "text": "",
        "rect": by_id(driver, "card").rect,
        "enabled": True,
        "displayed": True,
        "selected": False,
        "attribute/content-desc": "长按这里",
        "attribute/checked": "false",
    }


def raw_request(driver: WebDriver, method: str, path: str, body: Any = None) -> dict[str, Any]:
    url = str(driver.command_executor._client_config.remote_server_addr)
    answer = httpx2.request(method, f"{url}/session/{driver.session_id}{path}", json=body)
    read: dict[str, Any] = answer.json()
    return read


# --- typing --------------------------------------------------------------------------------------


def test_keys_go_into_an_input_and_can_be_cleared(driver: WebDriver) -> None:
    by_id(driver, "form").click()
    name = by_id(driver, "name")
    name.send_keys("张", "三")
    name.send_keys("丰")
    assert name.text == "张三丰"
    assert name.clear().text == "请输入姓名"
    with pytest.raises(foreign.InvalidElementStateException, match="Button"):
        by_id(driver, "submit").send_keys("x")


def test_a_line_feed_at_the_end_presses_enter(driver: WebDriver) -> None:
    by_id(driver, "form").click()
    driver.find_element(
        AppiumBy.ANDROID_UIAUTOMATOR,
        "new UiScrollable(new UiSelector().scrollable(true)).scrollIntoView("
        'new UiSelector().resourceIdMatches(".*search"))',
    ).send_keys("社保\n")
    assert by_id(driver, "search").text == "社保"


def test_a_password_shows_dots_only(driver: WebDriver) -> None:
    by_id(driver, "form").click()
    by_id(driver, "secret").send_keys("1234")
    assert by_id(driver, "secret").text == "••••"
    assert "1234" not in driver.page_source


def test_the_keyboard_is_shown_and_hidden(driver: WebDriver) -> None:
    by_id(driver, "form").click()
    assert driver.is_keyboard_shown() is False
    by_id(driver, "name").click()
    assert driver.is_keyboard_shown() is True
    focused = driver.switch_to.active_element
    assert focused.get_attribute("resource-id") == f"{PACKAGE}:id/name"
    driver.press_keycode(29)
    driver.press_keycode(30, metastate=1)
    driver.long_press_keycode(7)
    driver.execute_script("mobile: type", {"text": "中"})
    ActionChains(driver).send_keys("z", Keys.BACKSPACE, "y").perform()
    assert by_id(driver, "name").text == "aB0中y"
    driver.hide_keyboard()
    assert driver.is_keyboard_shown() is False


# --- fingers -------------------------------------------------------------------------------------


def test_gestures_of_the_client_reach_the_phone(driver: WebDriver) -> None:
    by_id(driver, "list").click()
    driver.swipe(500, 1500, 500, 900, 300)
    assert driver.find_elements(AppiumBy.XPATH, "//*[@text='事项 0']") == []
    driver.flick(500, 900, 500, 1500)
    first = driver.find_element(AppiumBy.XPATH, "//*[@text='事项 0']")
    other = driver.find_element(AppiumBy.XPATH, "//*[@text='事项 9']")
    driver.scroll(other, first)
    driver.tap([(500, 1500), (700, 1500)])
    driver.drag_and_drop(
        by_id(driver, "rows"), driver.find_element(AppiumBy.XPATH, "//*[@index='12']"), pause=0.1
    )
    assert driver.current_activity == ".ListActivity"


def test_a_long_tap_is_a_long_press(driver: WebDriver, desk: Desk) -> None:
    card = by_id(driver, "card")
    corner = (card.location["x"] + 20, card.location["y"] + 20)
    for long_press in (
        lambda: driver.tap([corner], 800),
        lambda: driver.execute_script("mobile: longClickGesture", {"elementId": card.id}),
        lambda: ActionChains(driver).click_and_hold(card).pause(0.6).release().perform(),
    ):
        driver.tap([corner], 300)
        assert desk.phone.values(PACKAGE)["pressed"] == "short"
        long_press()
        assert desk.phone.values(PACKAGE)["pressed"] == "long"


def test_a_gesture_off_the_screen_is_refused(driver: WebDriver) -> None:
    with pytest.raises(foreign.MoveTargetOutOfBoundsException):
        driver.tap([(5000, 20)])


def test_mobile_gestures_move_content_and_say_whether_there_is_more(driver: WebDriver) -> None:
    by_id(driver, "list").click()
    rows = by_id(driver, "rows")
    area = {"left": 100, "top": 500, "width": 800, "height": 1500}
    run = driver.execute_script
    assert run("mobile: scrollGesture", {**area, "direction": "down", "percent": 0.5}) is True
    assert run("mobile: flingGesture", {"elementId": rows.id, "direction": "up"}) is False
    run("mobile: swipeGesture", {"elementId": rows.id, "direction": "up", "percent": 0.75})
    assert driver.find_elements(AppiumBy.XPATH, "//*[@text='事项 0']") == []
    more = True
    while more:
        more = run("mobile: scrollGesture", {**area, "direction": "down", "percent": 1.0})
    driver.find_element(AppiumBy.XPATH, "//*[@text='事项 59']")
    first = {"strategy": "-android uiautomator", "selector": 'new UiSelector().text("事项 0")'}
    run("mobile: scroll", first)
    driver.find_element(AppiumBy.XPATH, "//*[@text='事项 0']")
    with pytest.raises(foreign.NoSuchElementException):
        run("mobile: scroll", {**first, "selector": 'new UiSelector().text("无")', "maxSwipes": 2})
    run("mobile: pinchOpenGesture", {**area, "percent": 0.5})


def test_mobile_clicks_hit_elements_offsets_and_points(driver: WebDriver) -> None:
    button = by_id(driver, "form")
    driver.execute_script("mobile: clickGesture", {"elementId": button.id})
    assert driver.current_activity == ".FormActivity"
    driver.back()
    driver.execute_script("mobile: clickGesture", {"elementId": button.id, "x": 5, "y": 5})
    assert driver.current_activity == ".FormActivity"
    driver.back()
    where = button.rect
    driver.execute_script("mobile: doubleClickGesture", {"x": where["x"] + 9, "y": where["y"] + 9})
    assert driver.current_activity == ".FormActivity"


def test_a_slider_is_dragged(driver: WebDriver) -> None:
    by_id(driver, "check_slider").click()
    lock = by_id(driver, "lock").rect
    start = {"startX": lock["x"] + 40, "startY": lock["y"] + 40}
    end = {"endX": lock["x"] + lock["width"] - 20, "endY": lock["y"] + 40}
    driver.execute_script("mobile: dragGesture", {**start, **end})
    assert by_id(driver, "passed").text == "通过"


# --- dialogs -------------------------------------------------------------------------------------


def test_a_dialog_is_an_alert(driver: WebDriver) -> None:
    with pytest.raises(foreign.NoAlertPresentException):
        driver.switch_to.alert.accept()
    by_id(driver, "ask").click()
    assert driver.switch_to.alert.text == "确定注销吗\n取消\n确定"
    driver.switch_to.alert.dismiss()
    by_id(driver, "consent").click()
    driver.switch_to.alert.accept()
    assert by_id(driver, "status").text == "空闲"


# --- looking -------------------------------------------------------------------------------------


def test_pictures_are_png_of_the_screen_and_of_elements(driver: WebDriver) -> None:
    with Image.open(io.BytesIO(driver.get_screenshot_as_png())) as screen:
        assert screen.size == (1080, 2400)
    card = by_id(driver, "card")
    with Image.open(io.BytesIO(card.screenshot_as_png)) as picture:
        assert picture.size == (card.size["width"], card.size["height"])
    viewport = base64.b64decode(driver.execute_script("mobile: viewportScreenshot"))
    assert viewport == driver.get_screenshot_as_png()


def test_the_source_is_xml_of_the_front_window(driver: WebDriver) -> None:
    assert driver.page_source.startswith("<?xml version='1.0' encoding='UTF-8'")
    assert driver.get_window_size() == {"width": 1080, "height": 2400}
    assert driver.get_window_rect()["width"] == 1080


def test_the_log_is_read_in_instalments(driver: WebDriver) -> None:
    assert driver.log_types == ["logcat"]
    lines = [entry["message"] for entry in driver.get_log("logcat")]
    assert any(f"Displayed {PACKAGE}/.HomeActivity: +600ms" in line for line in lines)
    assert driver.get_log("logcat") == []
    by_id(driver, "crash").click()
    levels = {entry["level"] for entry in driver.get_log("logcat")}
    assert "SEVERE" in levels
    with pytest.raises(foreign.InvalidArgumentException):
        driver.get_log("bugreport")


# --- Apps and the phone --------------------------------------------------------------------------


def test_apps_are_started_ended_and_asked_about(driver: WebDriver, clock: VirtualClock) -> None:
    other = OTHER_APP.package
    assert driver.is_app_installed(other) is True
    assert driver.is_app_installed("com.absent") is False
    assert driver.query_app_state(other) == 1
    driver.activate_app(other)
    clock.sleep(1)
    assert (driver.current_package, driver.current_activity) == (other, ".MainActivity")
    assert driver.query_app_state(PACKAGE) == 3
    assert driver.terminate_app(other) is True
    driver.execute_script("mobile: clearApp", {"appId": PACKAGE})
    assert driver.query_app_state(PACKAGE) == 1
    with pytest.raises(foreign.InvalidArgumentException, match="not installed"):
        driver.activate_app("com.absent")
    driver.execute_script("mobile: startActivity", {"intent": f"{PACKAGE}/.SliderActivity"})
    clock.sleep(1)
    assert driver.current_activity == ".SliderActivity"
    driver.background_app(-1)
    assert driver.current_package == "com.android.launcher3"


def test_links_open_screens(driver: WebDriver) -> None:
    driver.execute_script("mobile: deepLink", {"url": "small://list/x", "package": PACKAGE})
    assert driver.current_activity == ".ListActivity"
    driver.get("small://else")
    assert driver.current_activity == ".FormActivity"
    with pytest.raises(foreign.InvalidArgumentException):
        driver.get("https://example.org")


def test_messages_can_be_read(driver: WebDriver, clock: VirtualClock) -> None:
    by_id(driver, "sms").click()
    clock.sleep(2)
    inbox = driver.execute_script("mobile: listSms", {"max": 1})
    assert inbox["items"][0]["body"] == "验证码 482913"
    assert inbox["items"][0]["address"] == "12345"


def test_the_phone_says_what_time_it_is(driver: WebDriver) -> None:
    assert driver.device_time.startswith("2026-01-05T17:4")
    assert driver.device_time.endswith("+08:00")
    assert driver.get_device_time("YYYY/MM/DD") == "2026/01/05"


def test_the_phone_describes_itself(driver: WebDriver) -> None:
    assert driver.execute_script("mobile: deviceInfo")["realDisplaySize"] == "1080x2400"
    assert driver.battery_info["level"] == 0.8
    assert driver.get_display_density() == 480
    assert driver.get_system_bars()["statusBar"]["height"] == 84
    assert driver.is_locked() is False
    assert driver.contexts == ["NATIVE_APP"]
    assert driver.current_context == "NATIVE_APP"
    driver.switch_to.context("NATIVE_APP")
    with pytest.raises(foreign.WebDriverException, match="No such context"):
        driver.switch_to.context("WEBVIEW_1")
    assert driver.orientation == "PORTRAIT"
    driver.orientation = "LANDSCAPE"
    assert driver.orientation == "LANDSCAPE"
    driver.orientation = "PORTRAIT"


def test_a_servers_delay_is_seen_to_be_exact(driver: WebDriver, clock: VirtualClock) -> None:
    by_id(driver, "delay").click()
    clock.sleep(DELAY_S - 1e-4)
    assert by_id(driver, "status").text == "提交中"
    clock.sleep(1.01e-4)  # the sum of the sleeps is a float: rounding may leave it short
    assert by_id(driver, "result").text == "办理成功"


@pytest.mark.parametrize("script", ["mobile: openNotifications", "mobile: shell", "return 1"])
def test_a_script_that_is_not_there_is_an_unknown_method(driver: WebDriver, script: str) -> None:
    with pytest.raises(foreign.UnknownMethodException):
        driver.execute_script(script)


# --- what is asked wrongly -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "error"),
    [
        ("GET", "/nowhere", None, 404, "unknown command"),
        ("GET", "/session/x/y/z", None, 404, "unknown command"),
        ("GET", "/", None, 404, "unknown command"),
        ("PUT", "/status", None, 405, "unknown method"),
        ("GET", "/session", None, 405, "unknown method"),
        ("GET", "/session/x/source", None, 404, "invalid session id"),
        ("DELETE", "/session/x", None, 404, "invalid session id"),
        ("POST", "/session", b"{", 400, "invalid argument"),
        ("POST", "/session", b"[]", 400, "invalid argument"),
        ("POST", "/session", b"{}", 400, "invalid argument"),
        ("POST", "/session", b'{"capabilities": 1}', 400, "invalid argument"),
        ("POST", "/session", b'{"capabilities": {"firstMatch": {}}}', 400, "invalid argument"),
        ("POST", "/session", b'{"a": "\\ud800"}', 400, "invalid argument"),
        ("POST", "/session", b"[" * 100_000, 400, "invalid argument"),
        ("POST", "/session", b"\xff\xfe", 400, "invalid argument"),
        ("POST", "/session", b" " * (LARGEST_BODY + 1), 400, "invalid argument"),
    ],
)
def test_a_request_that_cannot_be_is_a_w3c_error(
    desk: Desk, method: str, path: str, body: bytes | None, status: int, error: str
) -> None:
    answer = httpx2.request(method, desk.url + path, content=body)
    assert answer.status_code == status
    assert answer.json()["value"]["error"] == error
    assert set(answer.json()["value"]) == {"error", "message", "stacktrace"}
    assert answer.headers["content-type"] == "application/json; charset=utf-8"


def test_the_old_base_path_is_known_too(desk: Desk) -> None:
    assert httpx2.get(f"{desk.url}/wd/hub/status").json()["value"]["ready"] is True
    assert httpx2.get(f"{desk.url}/sessions").json() == {"value": []}


def test_a_mistake_of_the_app_is_an_unknown_error_and_the_phone_goes_on(
    driver: WebDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.phone.device.draw", lambda *_: 1 / 0)
    by_id(driver, "card").click()
    with pytest.raises(foreign.WebDriverException, match="ZeroDivisionError"):
        driver.get_screenshot_as_png()
    monkeypatch.undo()
    assert driver.get_screenshot_as_png()
