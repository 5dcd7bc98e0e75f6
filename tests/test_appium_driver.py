from __future__ import annotations

from inspect import getmembers, isclass

import pytest
from appium.common import exceptions as appium_exceptions
from selenium.common import exceptions as selenium_exceptions

from harness.appium_driver import ERRORS, strategy
from harness.model import (
    ByClass,
    ByDescription,
    ById,
    ByText,
    ByUiAutomator,
    ByXPath,
    Contains,
    Locator,
    Matches,
)

FOREIGN = [
    kind
    for module in (selenium_exceptions, appium_exceptions)
    for _, kind in getmembers(module, isclass)
    if issubclass(kind, Exception)
]


@pytest.mark.parametrize("kind", FOREIGN, ids=lambda kind: kind.__name__)
def test_every_foreign_error_has_a_translation(kind: type[Exception]) -> None:
    assert any(ancestor in ERRORS for ancestor in kind.__mro__)


@pytest.mark.parametrize(
    ("locator", "expected"),
    [
        (ById(id="home_search"), ("id", "home_search")),
        (ByDescription(description="搜索"), ("accessibility id", "搜索")),
        (ByClass(class_="android.widget.EditText"), ("class name", "android.widget.EditText")),
        (ByXPath(xpath="//*[1]"), ("xpath", "//*[1]")),
        (
            ByUiAutomator(uiautomator="new UiSelector()"),
            ("-android uiautomator", "new UiSelector()"),
        ),
        (ByText(text="社保"), ("-android uiautomator", 'new UiSelector().text("社保")')),
        (
            ByText(text=Contains(contains="社")),
            ("-android uiautomator", 'new UiSelector().textContains("社")'),
        ),
        (
            ByDescription(description=Matches(matches=r"\d+")),
            ("-android uiautomator", r'new UiSelector().descriptionMatches("\\d+")'),
        ),
        (
            ByText(text='");new "\\'),
            ("-android uiautomator", r'new UiSelector().text("\");new \"\\")'),
        ),
    ],
)
def test_a_locator_becomes_a_strategy_and_a_selector(
    locator: Locator, expected: tuple[str, str]
) -> None:
    assert strategy(locator) == expected
