"""A WebDriver session on the phone: what the client asked for, and the elements it knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.phone.arguments import Arguments
from harness.phone.device import NotInstalled, Phone
from harness.phone.faults import Fault
from harness.phone.find import References

API_LEVEL = 33
PLATFORM_VERSION = "13"

# Of the UiAutomator2 driver; stored and read back. Only the two about responses change anything.
DEFAULT_SETTINGS: Mapping[str, Any] = {
    "actionAcknowledgmentTimeout": 3000,
    "allowInvisibleElements": False,
    "elementResponseAttributes": "name,text",
    "enableMultiWindows": False,
    "ignoreUnimportantViews": False,
    "shouldUseCompactResponses": True,
    "waitForIdleTimeout": 10000,
    "waitForSelectorTimeout": 10000,
}


@dataclass
class Session:
    """One client's session."""

    id: str
    capabilities: dict[str, Any]
    settings: dict[str, Any] = field(default_factory=lambda: dict(DEFAULT_SETTINGS))
    timeouts: dict[str, int] = field(
        default_factory=lambda: {"script": 0, "pageLoad": 300_000, "implicit": 0}
    )
    """In ms. Stored only: the phone answers at once, and whoever awaits something looks again."""
    references: References = field(default_factory=References)
    log_read: int = 0
    """How many lines of the log the client has had."""


def open_session(phone: Phone, body: Arguments, session_id: str) -> Session:
    """Opens a session, and the App that its capabilities name.

    Raises:
        Fault: `session not created` when the phone is not what is asked for.
    """
    asked = requested(body)
    _expect(asked, "platformName", "Android")
    _expect(asked, "appium:automationName", "UiAutomator2")
    session = Session(session_id, _granted(phone, asked))
    session.settings |= _settings(asked)
    _open_app(phone, asked)
    return session


def requested(body: Arguments) -> dict[str, Any]:
    """The capabilities that are asked for: `alwaysMatch`, with the first `firstMatch`."""
    wanted = body.object("capabilities")
    always = wanted.object("alwaysMatch", {}).fields
    first: list[Any] = wanted.items("firstMatch") if wanted.has("firstMatch") else []
    return {**always, **(Arguments.of(first[0], "firstMatch[0]").fields if first else {})}


def _expect(asked: Mapping[str, Any], name: str, offered: str) -> None:
    value = asked.get(name)
    if value is not None and str(value).lower() != offered.lower():
        raise Fault("session not created", f"{name} is {offered} here, not {value}")


def _granted(phone: Phone, asked: Mapping[str, Any]) -> dict[str, Any]:
    metrics = phone.metrics
    return {
        **asked,
        "platformName": "Android",
        "appium:automationName": "UiAutomator2",
        "appium:platformVersion": PLATFORM_VERSION,
        "appium:deviceApiLevel": API_LEVEL,
        "appium:deviceName": asked.get("appium:deviceName", "simulated"),
        "appium:deviceUDID": asked.get("appium:udid", "simulated"),
        "appium:deviceManufacturer": "Zhangce",
        "appium:deviceModel": "Simulated phone",
        "appium:deviceScreenSize": f"{metrics.width}x{metrics.height}",
        "appium:deviceScreenDensity": round(160 * metrics.density),
        "appium:pixelRatio": metrics.density,
    }


def _settings(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Settings among the capabilities: `appium:settings`, or one each as `appium:settings[x]`."""
    whole = asked.get("appium:settings") or {}
    prefix = "appium:settings["
    single = {
        name.removeprefix(prefix).removesuffix("]"): value
        for name, value in asked.items()
        if name.startswith(prefix)
    }
    return {**Arguments.of(whole, "appium:settings").fields, **single}


def _open_app(phone: Phone, asked: Mapping[str, Any]) -> None:
    """As the UiAutomator2 driver: without `noReset` the App forgets everything first."""
    package = asked.get("appium:appPackage")
    if package is None:
        return
    try:
        if not asked.get("appium:noReset", False):
            phone.clear(str(package))
        if asked.get("appium:autoLaunch", True):
            activity = asked.get("appium:appActivity")
            _launch(phone, str(package), None if activity is None else str(activity))
    except NotInstalled as problem:
        raise Fault("session not created", str(problem)) from problem


def _launch(phone: Phone, package: str, activity: str | None) -> None:
    if activity is None:
        phone.launch(package)
    else:
        phone.start_activity(package, activity)
