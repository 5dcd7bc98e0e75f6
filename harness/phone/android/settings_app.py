"""What the broadcasts to Appium's settings App do and answer.

Source: the package io.appium.settings 8, whose client sends them and reads the answers.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable

from harness.phone.android.intents import Intent
from harness.phone.android.packages import SETTINGS_APP
from harness.phone.android.system import System

_DONE = "result=-1"
_NOT_RECEIVED = "result=0"
_LOCALES = (("zh", "CN"), ("zh", "TW"), ("zh", "HK"), ("en", "US"), ("en", "GB"))
_LOCATED = (
    "LocationTracker",
    "The current location has been successfully retrieved from Location Manager",
)
"""Tag and text of the line of the log that the client waits for."""
_SHANGHAI = "31.23039 121.4737 4.0"


def receive(system: System, intent: Intent) -> str:
    """How a broadcast ends: `result=-1` with data if the settings App did it, else `result=0`."""
    receiver = _RECEIVERS.get(intent.action.removeprefix(f"{SETTINGS_APP}."))
    if receiver is None or system.packages.get(SETTINGS_APP) is None:
        return _NOT_RECEIVED
    return receiver(system, intent)


def _animation(system: System, intent: Intent) -> str:
    scale = "1.0" if intent.extras.get("setstatus") == "enable" else "0.0"
    for name in ("animator_duration", "transition_animation", "window_animation"):
        system.settings["global"][f"{name}_scale"] = scale
    return _DONE


def _locale(system: System, intent: Intent) -> str:
    extras = intent.extras
    parts = (extras.get("lang"), extras.get("script"), extras.get("country"))
    system.properties["persist.sys.locale"] = "-".join(part for part in parts if part)
    return _DONE


def _locales(_system: System, _intent: Intent) -> str:
    items = [{"language": language, "country": country} for language, country in _LOCALES]
    encoded = base64.b64encode(json.dumps({"items": items}).encode()).decode()
    return f'{_DONE}, data="{encoded}"'


def _clipboard(system: System, _intent: Intent) -> str:
    text = system.switches.get("clipboard", "")
    return f'{_DONE}, data="{base64.b64encode(text.encode("utf-8", "replace")).decode()}"'


def _location(system: System, intent: Intent) -> str:
    if intent.extras.get("forceUpdate") == "true":
        system.phone.log.noted(system.phone.wall_time(), "I", *_LOCATED)
    return f'{_DONE}, data="{_SHANGHAI}"'


def _sms(system: System, intent: Intent) -> str:
    most = intent.extras.get("max", "100")
    newest = list(reversed(system.phone.inbox()))
    items = [
        {
            "id": str(len(newest) - index),
            "address": message.sender,
            "person": None,
            "date": str(round(message.at.timestamp() * 1000)),
            "read": "0",
            "status": "-1",
            "type": "1",
            "subject": None,
            "body": message.text,
            "serviceCenter": None,
        }
        for index, message in enumerate(newest[: int(most) if most.isdecimal() else 100])
    ]
    return _json({"items": items, "total": len(newest)})


def _notifications(system: System, _intent: Intent) -> str:
    shown = system.phone.scene().notification
    items = []
    if shown is not None:
        sender, text = shown
        items.append(
            {
                "packageName": "com.android.phone",
                "isClearable": True,
                "isOngoing": False,
                "id": 1,
                "notification": {"title": sender, "text": text},
                "isRemoved": False,
            }
        )
    return _json({"statusBarNotifications": items})


def _done(_system: System, _intent: Intent) -> str:
    return _DONE


def _json(value: object) -> str:
    return f'{_DONE}, data="{json.dumps(value, ensure_ascii=False)}"'


_RECEIVERS: dict[str, Callable[[System, Intent], str]] = {
    "animation": _animation,
    "clipboard.get": _clipboard,
    "list_locales": _locales,
    "locale": _locale,
    "location": _location,
    "notifications": _notifications,
    "scan_media": _done,
    "sms.read": _sms,
    "unpair_bluetooth": _done,
}
