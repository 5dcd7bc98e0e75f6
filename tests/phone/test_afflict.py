from __future__ import annotations

from collections.abc import Iterator

import pytest
from appium.options.android import UiAutomator2Options
from appium.webdriver.webdriver import WebDriver
from lxml import etree
from selenium.common import exceptions
from urllib3.exceptions import HTTPError

from harness.clock import VirtualClock
from harness.phone.afflict import plant
from harness.phone.device import Phone
from harness.phone.server import serving
from harness.phone.trouble import Trouble
from tests.phone.small_app import OTHER_APP, PACKAGE, SMALL_APP


class Afflicted:
    """A phone with the small App in front, and a client."""

    def __init__(self, phone: Phone, clock: VirtualClock, url: str) -> None:
        self.phone, self.clock = phone, clock
        self.client = WebDriver(url, options=UiAutomator2Options())
        phone.launch(PACKAGE)
        clock.sleep(1)

    def suffer(self, after_s: float = 0.0, **trouble: object) -> None:
        plant(self.phone, PACKAGE, Trouble(**trouble), after_s)  # type: ignore[arg-type]  # named as its fields are

    @property
    def source(self) -> str:
        return str(self.client.page_source)

    @property
    def changes(self) -> list[tuple[float, str]]:
        return list(self.phone.changes)


@pytest.fixture
def ill() -> Iterator[Afflicted]:
    clock = VirtualClock()
    phone = Phone((SMALL_APP, OTHER_APP), clock)
    with serving(phone, pause=clock.sleep) as url:
        yield Afflicted(phone, clock, url)


def test_trouble_comes_at_its_own_moment_however_late_the_look(ill: Afflicted) -> None:
    ill.suffer(2.5, kind="crash")
    ill.clock.sleep(60)
    crash = next(at for at, what in ill.changes if what == f"crash {PACKAGE}")
    assert crash == pytest.approx(3.5)


def test_a_silent_crash_leaves_its_log_and_no_dialog(ill: Afflicted) -> None:
    ill.suffer(kind="silent_crash")
    assert "aerr_close" not in ill.source
    assert any("FATAL EXCEPTION" in line for line in ill.phone.logcat())


def test_the_system_notices_a_hang_or_never_does(ill: Afflicted) -> None:
    ill.suffer(kind="freeze")
    ill.client.tap([(500, 500)])
    ill.clock.sleep(30)
    assert "aerr_wait" not in ill.source
    ill.suffer(kind="not_responding")
    ill.clock.sleep(6)
    assert "aerr_wait" in ill.source


def test_a_hang_while_it_starts_is_over_when_it_thaws(ill: Afflicted) -> None:
    ill.phone.terminate(PACKAGE)
    ill.phone.launch(PACKAGE)
    ill.suffer(0.1, kind="freeze", lasts_s=5)
    ill.clock.sleep(4)
    assert "空闲" not in ill.source
    ill.clock.sleep(4)
    assert "空闲" in ill.source


def test_without_a_network_a_request_is_never_answered(ill: Afflicted) -> None:
    ill.suffer(kind="network_lost")
    ill.client.find_element("id", "delay").click()
    ill.clock.sleep(60)
    assert "提交中" in ill.source
    assert ill.client.execute_script("mobile: deviceInfo")["networks"] == []


def test_a_network_that_leads_nowhere_is_connected_and_not_validated(ill: Afflicted) -> None:
    ill.suffer(kind="network_unchecked")
    (network,) = ill.client.execute_script("mobile: deviceInfo")["networks"]
    assert network["isConnected"]
    assert "VALIDATED" not in network["capabilities"]["networkCapabilities"]


def test_a_slow_server_answers_later(ill: Afflicted) -> None:
    ill.suffer(kind="slow_server", seconds=7)
    ill.client.find_element("id", "delay").click()
    ill.clock.sleep(9.9)
    assert "提交中" in ill.source
    ill.clock.sleep(0.2)
    assert "办理成功" in ill.source


def test_android_asks_leave_in_an_activity_of_its_own(ill: Afflicted) -> None:
    ill.suffer(kind="permission")
    assert ill.client.current_package == "com.android.permissioncontroller"
    assert ill.client.query_app_state(PACKAGE) == 3
    ill.client.find_element("id", "permission_deny_button").click()
    assert ill.client.current_package == PACKAGE


def test_a_dialog_of_the_system_lies_over_the_app_and_leaves_it_in_front(ill: Afflicted) -> None:
    ill.suffer(kind="system_dialog", text="电量不足")
    assert ill.client.current_package == PACKAGE
    packages = {each.get("package") for each in etree.fromstring(ill.source.encode()).iter()}
    assert packages == {None, "android"}


def test_an_element_is_stale_as_often_as_it_is_told(ill: Afflicted) -> None:
    element = ill.client.find_element("id", "form")
    ill.suffer(kind="stale", count=2)
    for _ in range(2):
        with pytest.raises(exceptions.StaleElementReferenceException):
            element.click()
    element.click()
    assert "表单" in ill.source


def test_a_hierarchy_fails_or_is_empty(ill: Afflicted) -> None:
    ill.suffer(kind="empty_hierarchy", lasts_s=5)
    assert ill.client.find_elements("id", "form") == []
    assert not list(etree.fromstring(ill.source.encode()))
    ill.clock.sleep(6)
    assert len(ill.client.find_elements("id", "form")) == 1
    ill.suffer(kind="no_hierarchy")
    with pytest.raises(exceptions.WebDriverException, match="AccessibilityNodeInfo"):
        _ = ill.client.page_source


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("session_lost", exceptions.InvalidSessionIdException),
        ("automation_dead", exceptions.WebDriverException),
        ("no_picture", exceptions.WebDriverException),
        ("connection_cut", HTTPError),
    ],
)
def test_the_server_fails_as_it_is_told(ill: Afflicted, kind: str, error: type[Exception]) -> None:
    ill.suffer(kind=kind)
    with pytest.raises(error):
        ill.client.get_screenshot_as_png()


def test_a_slow_device_answers_each_command_late(ill: Afflicted) -> None:
    ill.suffer(kind="slow_device", seconds=4)
    ill.phone.catch_up()
    before = ill.clock.monotonic()
    assert ill.source
    assert ill.clock.monotonic() - before == pytest.approx(4)
