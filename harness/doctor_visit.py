"""Looks at this machine and at a phone, for `python -m harness doctor`.

A phone is reached as in a run, by a session: that alone shows that a run can
work. What a run sets on a phone of somebody's own is left as it is, though.
"""

from __future__ import annotations

import json
import platform
import shlex
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from harness.appium_driver import open_session
from harness.clock import Clock
from harness.doctor import (
    DRIVER_PACKAGE,
    Disk,
    Finding,
    Installed,
    Machine,
    Programs,
    Skew,
    Visit,
    conclude,
    needs_android_stack,
)
from harness.driver import Driver
from harness.errors import DeviceTrouble, HarnessError
from harness.model import AppProfile, Handset, Name, Phone, UsbDevice, phones_of
from harness.processes import android_sdk
from harness.processes.adb_server import AdbServer
from harness.processes.android_stack import CHROMEDRIVERS, AndroidStack, reached_by
from harness.processes.folders import per_user
from harness.processes.node import INSTALL_NODE, find_node, installed_version
from harness.project import Project
from harness.quoting import quote_line
from harness.stations import Outfit, Reached, only_phone, station

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
NPM_PACKAGES = ("appium", DRIVER_PACKAGE)
LAUNCHER = "cmd package resolve-activity --brief -c android.intent.category.LAUNCHER"


def examine(
    project: Project, name: Name, results: Path, clock: Clock
) -> dict[Name, tuple[Finding, ...]]:
    """What is found for each phone that a device stands for, by the phone's name.

    Raises:
        UsageError: ANDROID_HOME names no folder.
    """
    machine = Machine(platform.python_version(), look_at_disk(results))
    findings = {}
    for phone_name, phone in phones_of(project.devices.devices, name).items():
        profiles = {
            app: project.profiles[app].value
            for app in project.device(name).apps
            if app in project.profiles
        }
        broken = {
            app: quote_line(str(project.broken[app]))
            for app in project.device(name).apps
            if app in project.broken
        }
        programs = look_at_programs(project.root) if needs_android_stack(phone) else None
        visit = look_at_phone(phone, profiles, broken, project.root, clock)
        findings[phone_name] = conclude(phone, machine, programs, visit)
    return findings


def look_at_disk(results: Path) -> Disk:
    """How much room there is for results, and whether they can be written."""
    folder = results.absolute()
    while not folder.exists():
        folder = folder.parent
    try:
        with tempfile.TemporaryFile(dir=folder):
            return Disk(str(results), shutil.disk_usage(folder).free)
    except OSError as problem:
        return Disk(str(results), 0, problem.strerror or str(problem))


def look_at_programs(root: Path) -> Programs:
    """What of the Android stack is on this machine."""
    node, sdk = find_node(), android_sdk.find()
    return Programs(
        node=".".join(map(str, node.version)) if node is not None else None,
        node_serves=node is not None and node.serves,
        node_advice=INSTALL_NODE,
        wanted=json.loads((root / "package.json").read_text(encoding="utf-8"))["dependencies"],
        installed={package: installed_version(package, root) for package in NPM_PACKAGES},
        adb=str(sdk.adb),
        adb_version=android_sdk.adb_version(sdk.adb),
        sdk=str(sdk.root) if sdk.root is not None else None,
        emulator=str(sdk.emulator) if sdk.emulator is not None else None,
        emulator_advice=android_sdk.how_to_install("emulator", sdk),
        chromedriver=_first_of(CHROMEDRIVERS),
        chromium=_first_of(BROWSERS),
    )


def look_at_phone(
    phone: Phone,
    profiles: Mapping[Name, AppProfile],
    broken: Mapping[Name, str],
    root: Path,
    clock: Clock,
) -> Visit:
    """Opens a session on the phone and looks at its Apps; starts and stops what that takes."""
    log_folder = per_user() / "doctor"
    packages = {app: profile.android.package for app, profile in profiles.items()}
    outfit = Outfit(packages, root, clock, log_folder)
    with ExitStack() as closing:
        try:
            stack = AndroidStack(log_folder, clock)
            closing.callback(stack.close)
            reached, adb = _reach(phone, stack, outfit, closing)
            driver = open_session(reached.url, reached.capabilities, reached.made_ready)
            closing.callback(driver.close)
            serial = str(reached.capabilities.get("appium:udid", ""))
            apps = tuple(
                _look_at_app(phone, app, profile, driver, adb, serial)
                for app, profile in profiles.items()
            )
            skew, skew_trouble = _look_at_clock(adb, serial, clock)
        except HarnessError as trouble:
            return Visit(trouble=quote_line(str(trouble)), profile_troubles=broken)
    return Visit(
        reached=serial or reached.url,
        apps=apps,
        profile_troubles=broken,
        skew=skew,
        skew_trouble=skew_trouble,
    )


def _reach(
    phone: Phone, stack: AndroidStack, outfit: Outfit, closing: ExitStack
) -> tuple[Reached, AdbServer | None]:
    """Where to open a session; the adb that sees the phone, when it is one of this machine."""
    if isinstance(phone, UsbDevice):
        adb = stack.standard_adb()
        serial = phone.udid or only_phone(adb.serials())
        if not adb.sees(serial):
            state = adb.serials().get(serial, "not connected")
            raise DeviceTrouble(f"adb does not reach {serial}: {state}")
        capabilities = {**reached_by(serial, adb), **phone.capabilities}
        return Reached(stack.url(adb), capabilities), adb
    behind = station(phone, stack, outfit)
    closing.callback(behind.close)
    return behind.reach(), stack.own_adb() if needs_android_stack(phone) else None


def _look_at_app(
    phone: Phone,
    app: Name,
    profile: AppProfile,
    driver: Driver,
    adb: AdbServer | None,
    serial: str,
) -> Installed:
    package = profile.android.package
    there = driver.app_state(package) != "not_installed"
    launcher = profile.android.activity
    if launcher is None and there and adb is not None:
        said, _ = adb.shell(serial, f"{LAUNCHER} {shlex.quote(package)}")
        last = said.strip().rpartition("\n")[2]
        launcher = last if last.startswith(f"{package}/") else ""
    apk = isinstance(phone, Handset) and app in phone.apk
    return Installed(app, package, there, apk, launcher)


def _look_at_clock(adb: AdbServer | None, serial: str, clock: Clock) -> tuple[Skew | None, str]:
    """The phone's clock beside ours, read in the middle of the question as far as we know."""
    if adb is None:
        return None, ""
    before = clock.now().timestamp()
    said, _ = adb.shell(serial, "date +%s.%N")
    after = clock.now().timestamp()
    try:
        there = float(said)
    except ValueError:
        return None, f"date +%s.%N: {quote_line(said)}"
    return Skew(there - (before + after) / 2, (after - before) / 2), ""


def _first_of(programs: tuple[str, ...]) -> str | None:
    return next(filter(None, map(shutil.which, programs)), None)
