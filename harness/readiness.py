"""Makes an Android phone ready for a run: booted, still, as the device's entry says, App installed.

What was set is told, for the record. A phone that is not ours is changed only in
what its entry in devices.yaml asks for, and in its animations, which would be
counted as the App's time.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from harness.clock import Clock
from harness.errors import SessionNotStarted, UsageError
from harness.model import Handset, Name
from harness.quoting import quote_line
from harness.waiting import wait

ANIMATIONS = ("window_animation_scale", "transition_animation_scale", "animator_duration_scale")
LAUNCHER_WITHIN_S = 60.0
"""After the boot; a first start optimises Apps meanwhile."""


class Adb(Protocol):
    """What is asked of adb: a command on a phone, and an installation."""

    def shell(self, serial: str, command: str) -> tuple[str, int]:
        """What the command says, and its exit code."""
        ...

    def install(self, serial: str, apk: Path) -> None:
        """Installs an App with all that it asks leave for; raises `DeviceTrouble`."""
        ...


def make_ready(
    adb: Adb, serial: str, device: Handset, packages: Mapping[Name, str], root: Path, clock: Clock,
    boots_within_s: float = 30.0,
) -> dict[str, str]:  # fmt: skip
    """Waits for the phone, sets it up, installs what it lacks; returns what was set.

    Args:
        adb: reaches the phone.
        serial: of the phone.
        device: what its entry in devices.yaml says.
        packages: of the Apps with an `apk:`, by App.
        root: the folder to which the paths under `apk:` are relative.
        clock: waits.
        boots_within_s: how long the boot may take.

    Raises:
        SessionNotStarted: it does not boot, or does not take a setting or an App.
        UsageError: a file under `apk:` is not there.
    """
    await_boot(adb, serial, clock, boots_within_s)
    settings = {**_still(), **_wanted(device)}
    for name, command in settings.items():
        said, code = adb.shell(serial, command)
        if code:
            raise SessionNotStarted(f"{serial}: {name} could not be set: {quote_line(said)}")
    for app, path in device.apk.items():
        _install(adb, serial, packages[app], root / path)
    return settings


def await_boot(adb: Adb, serial: str, clock: Clock, within_s: float) -> None:
    """Waits until the phone has booted, its package service answers and a launcher is in front.

    Any one of the three alone comes too early: an App that is started before the last
    is pushed away by the launcher.

    Raises:
        SessionNotStarted: it was not so in time; says what was missing.
    """
    missing = "no answer"

    def look() -> bool | None:
        nonlocal missing
        missing = _missing(adb, serial)
        return None if missing else True

    if wait(look, clock, within_s + LAUNCHER_WITHIN_S).result is None:
        raise SessionNotStarted(f"{serial}: not ready within {within_s:g} s: {missing}")


def _missing(adb: Adb, serial: str) -> str:
    """What a phone still lacks; empty when it is ready."""
    if _says(adb, serial, "getprop sys.boot_completed") != "1":
        return "it has not booted"
    if not _says(adb, serial, "pm path android").startswith("package:"):
        return "its package service does not answer"
    focus = _says(adb, serial, "dumpsys window displays | grep mCurrentFocus")
    if "/" not in focus:
        return "no launcher is in front"
    return ""


def _says(adb: Adb, serial: str, command: str) -> str:
    said, code = adb.shell(serial, command)
    return said.strip() if not code else ""


def _still() -> dict[str, str]:
    return {name: f"settings put global {name} 0" for name in ANIMATIONS}


def _wanted(device: Handset) -> dict[str, str]:
    """The commands for what the device's entry asks for, by what they set."""
    if device.font_scale is None:
        return {}
    return {"font scale": f"settings put system font_scale {device.font_scale:g}"}


def _install(adb: Adb, serial: str, package: str, apk: Path) -> None:
    """Installs an App that the phone lacks."""
    if not apk.is_file():
        raise UsageError(f"{apk}: no such file; devices.yaml names it under apk: for {package}")
    if not _says(adb, serial, f"pm path {shlex.quote(package)}").startswith("package:"):
        adb.install(serial, apk)


def wishes(device: Handset) -> dict[str, str]:
    """What of the device's entry the driver sets when a session opens, as capabilities."""
    capabilities = {}
    if device.locale is not None:
        language, _, region = device.locale.partition("-")
        capabilities |= {"appium:language": language, "appium:locale": region}
    if device.time_zone is not None:
        capabilities["appium:timeZone"] = device.time_zone
    return capabilities
