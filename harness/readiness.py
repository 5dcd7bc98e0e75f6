"""Makes an Android phone ready for a run: booted, still, as the device's entry says, App installed.

What was set is told, for the record. A phone that is not ours is changed only in
what its entry in devices.yaml asks for, and in its animations, which would be
counted as the App's time.
"""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from harness.clock import Clock
from harness.errors import NoAnswer, SessionNotStarted, UsageError
from harness.model import Handset, Name, Words
from harness.quoting import quote_line
from harness.waiting import wait

ANIMATIONS = ("window_animation_scale", "transition_animation_scale", "animator_duration_scale")
FALLBACK_HOME = ".FallbackHome"
"""What Android shows until it can show a launcher."""
ADVICE: Mapping[str, str] = {
    "unauthorized": "unlock the phone and allow USB debugging where it asks for it",
    "authorizing": "unlock the phone and allow USB debugging where it asks for it",
    "offline": "pull its cable out and plug it in again, or restart the phone",
    "no permissions": "this user may not use the cable: apt-get install "
    "android-sdk-platform-tools-common, then plug the phone in again",
    "not connected": "plug it in with USB debugging switched on; `adb devices` has to list it",
}
"""What to do about a phone that is not there, by the state that adb tells."""


class Adb(Protocol):
    """What is asked of adb: who is there, a command on a phone, an installation."""

    def serials(self) -> dict[str, str]:
        """What is connected, by serial: `device`, `offline`, `unauthorized`, ..."""
        ...

    def shell(self, serial: str, command: str) -> tuple[str, int]:
        """What the command says, and its exit code; raises `NoAnswer`."""
        ...

    def install(self, serial: str, apk: Path, *, grant: bool) -> None:
        """Installs an App, if `grant` with all that it asks leave for; raises `NoAnswer`."""
        ...


def check_apks(device: Handset, packages: Mapping[Name, str], root: Path) -> None:
    """Looks for the files under `apk:` before minutes are spent on a boot.

    Raises:
        UsageError: one is not there, or stands for an App that has no profile.
    """
    for app, path in device.apk.items():
        if app not in packages:
            zh = "scenarios/apps/ 里没有它的档案"
            en = "no profile of scenarios/apps/ is its own"
            raise UsageError(f"devices.yaml: apk: {app}: {Words(zh=zh, en=en)}")
        if not (root / path).is_file():
            missing = Words(
                zh=f"没有这个文件 ({root / path})；请把 App 的 APK 放到那里，或改正路径",
                en=f"no such file ({root / path}); put the App's APK there, or correct the path",
            )
            raise UsageError(f"devices.yaml: apk: {app}: {path}: {missing}")


def make_ready(
    adb: Adb, serial: str, device: Handset, packages: Mapping[Name, str], root: Path
) -> dict[str, str]:
    """Sets a phone up that has booted, installs what it lacks; returns what was set.

    Args:
        adb: reaches the phone.
        serial: of the phone.
        device: what its entry in devices.yaml says.
        packages: of the Apps with an `apk:`, by App.
        root: the folder to which the paths under `apk:` are relative.

    Raises:
        SessionNotStarted: it does not take a setting or an App.
    """
    settings = {**_still(), **_wanted(device)}
    for name, command in settings.items():
        said, code = adb.shell(serial, command)
        if code:
            raise SessionNotStarted(f"{serial}: {name} could not be set: {quote_line(said)}")
    for app, path in device.apk.items():
        done = _install(adb, serial, packages[app], root / path, grant=device.grant_permissions)
        settings[f"apk {app}"] = done
    return settings


def await_boot(
    adb: Adb, serial: str, clock: Clock, within_s: float, lost: Callable[[], bool] = lambda: False
) -> None:
    """Waits until the phone has booted, its package service answers and a launcher is in front.

    Any one of the three alone comes too early: an App that is started before the last
    is pushed away by the launcher. An App that is in front will do as well.

    Args:
        adb: reaches the phone.
        serial: of the phone.
        clock: waits.
        within_s: how long it may take.
        lost: after each look in vain, whether waiting on is in vain, too.

    Raises:
        SessionNotStarted: it was not so in time; says what was missing.
    """
    missing = ""

    def look() -> bool | None:
        nonlocal missing
        try:
            missing = _missing(adb, serial)
        except NoAnswer as trouble:
            missing = str(trouble)
        return None if missing else True

    if wait(look, clock, within_s, on_miss=lambda _: lost()).result is None:
        raise SessionNotStarted(f"{serial} was not ready within {within_s:g} s: {missing}")


def _missing(adb: Adb, serial: str) -> str:
    """What a phone still lacks; empty when it is ready."""
    state = adb.serials().get(serial, "not connected")
    if state != "device":
        return describe_state(state)
    if _says(adb, serial, "getprop sys.boot_completed") != "1":
        return "it has not booted"
    if not _says(adb, serial, "pm path android").startswith("package:"):
        return "its package service does not answer"
    focus = _says(adb, serial, "dumpsys window displays | grep mCurrentFocus")
    if not any("/" in line and FALLBACK_HOME not in line for line in focus.splitlines()):
        return f"no launcher is in front, is it locked or its screen off? ({quote_line(focus)})"
    return ""


def describe_state(state: str) -> str:
    """What adb says of a phone that takes no commands, and what to do about it."""
    known = next((name for name in ADVICE if state.startswith(name)), None)
    return f"adb says that it is {state}" + (f": {ADVICE[known]}" if known else "")


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


def _install(adb: Adb, serial: str, package: str, apk: Path, *, grant: bool) -> str:
    """Installs an App unless the phone has it from this very file; returns what was done."""
    wanted = hashlib.sha256(apk.read_bytes()).hexdigest()
    path = _says(adb, serial, f"pm path {shlex.quote(package)}").partition("\n")[0]
    there = path.removeprefix("package:")
    if there and _says(adb, serial, f"sha256sum {shlex.quote(there)}").startswith(wanted):
        return f"sha256 {wanted}, was there"
    try:
        adb.install(serial, apk, grant=grant)
    except NoAnswer as exc:
        advice = (
            f"; the phone has a newer one: adb -s {serial} uninstall {package}, or name that one"
            if "DOWNGRADE" in str(exc)
            else ""
        )
        raise SessionNotStarted(f"{exc}{advice}") from exc
    if not _says(adb, serial, f"pm path {shlex.quote(package)}").startswith("package:"):
        zh = f"{apk} 不是 {package} 这个 App：请改正 devices.yaml 的 apk:"
        en = f"{apk} is not the App {package}: correct apk: in devices.yaml"
        raise UsageError(Words(zh=zh, en=en))
    return f"sha256 {wanted}, installed"


def wishes(device: Handset) -> dict[str, str]:
    """What of the device's entry the driver sets when a session opens, as capabilities."""
    capabilities: dict[str, str] = {}
    if device.locale is not None:
        language, _, region = device.locale.partition("-")
        capabilities |= {"appium:language": language, "appium:locale": region}
    if device.time_zone is not None:
        capabilities["appium:timeZone"] = device.time_zone
    return capabilities
