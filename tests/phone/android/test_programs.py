"""What the phone's programs answer, read as those read it who ask: adbutils, Appium, chromedriver.

The expressions named APPIUM_... are those of appium-adb 15 (lib/tools/*.ts) and
io.appium.settings 8 (lib/commands/*.ts), in Python's notation.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import struct
from typing import Any

import pytest
from adbutils.shell import ShellExtension
from PIL import Image

from harness.phone import gestures
from harness.phone.android.apk import Manifest
from harness.phone.android.apk_writer import write_apk
from harness.phone.android.system import System
from harness.phone.apps import load
from harness.phone.device import Phone
from harness.phone.widgets import Input
from tests.phone.android.handling import RUNNER, SERVER, SETTINGS, Device, device
from tests.phone.small_app import COLD_START_S, OTHER_APP, PACKAGE

APPIUM_COMPONENT = re.compile(r"^[\w./$]+$")
APPIUM_FOCUSED_APP = re.compile(
    r"^\s*mFocusedApp.+Record\{.*\s([^\s/}]+)/([^\s/},]+),?(\s[^\s/}]+)*\}", re.MULTILINE
)
APPIUM_CURRENT_FOCUS = re.compile(r"^\s*mCurrentFocus.+\{.+\s([^\s/]+)/([^\s]+)\b", re.MULTILINE)
APPIUM_PACKAGES = re.compile(r"^package:(\S+)(?:\s+versionCode:(\d+))?", re.MULTILINE)
APPIUM_LS_SIZE = re.compile(r"[rwxsStT\-+]{10}[\s\d]*\s[^\s]+\s+[^\s]+\s+(\d+)")
APPIUM_JSON_DATA = re.compile(r'\bdata="(.+)",?')
APPIUM_ORIENTATION = re.compile(r"SurfaceOrientation: \d", re.IGNORECASE)
APPIUM_ASLEEP = re.compile(r"^[\s\w]+wakefulness[^=]*=Dozing$", re.IGNORECASE | re.MULTILINE)
START = f"am start-activity -W -n {PACKAGE}/.HomeActivity -S -a android.intent.action.MAIN"
INSTRUMENT = f"am instrument -w -e disableAnalytics true {SERVER}.test/{RUNNER}"


class Adbutils(ShellExtension):
    """The readers of adbutils over the phone's shell instead of a connection."""

    def __init__(self, phone: Device) -> None:
        self._phone = phone

    def shell(self, cmd: Any) -> str:
        done = self._phone.run(cmd if isinstance(cmd, str) else " ".join(cmd))
        return (done.stdout + done.stderr).decode().rstrip()

    @property
    def sync(self) -> Any:
        raise NotImplementedError


@pytest.fixture
def phone() -> Device:
    return device()


@pytest.fixture
def adbutils(phone: Device) -> Adbutils:
    return Adbutils(phone)


# --- who the phone is ----------------------------------------------------------------------------


def test_nobody_takes_it_for_a_real_phone(phone: Device) -> None:
    assert phone.says("getprop ro.product.model") == "Simulated phone\n"
    assert phone.says("getprop ro.product.manufacturer") == "Zhangce\n"
    assert "SIMULATED" in phone.says("getprop ro.build.fingerprint")


def test_properties_can_be_read_and_but_for_those_of_the_build_changed(phone: Device) -> None:
    assert phone.says("getprop ro.build.version.sdk; getprop nothing.here") == "33\n\n"
    phone.says("setprop debug.mine 'a b'")
    assert "[debug.mine]: [a b]\n" in phone.says("getprop")
    assert phone.run("setprop ro.build.version.sdk 99").code == 1
    assert phone.says("getprop ro.build.version.sdk") == "33\n"


def test_settings_have_three_namespaces(phone: Device) -> None:
    keys = ("hidden_api_policy_pre_p_apps", "hidden_api_policy_p_apps", "hidden_api_policy")
    assert phone.says(";".join(f"settings put global {key} 1" for key in keys)) == ""
    assert phone.says("settings get global hidden_api_policy") == "1\n"
    assert phone.says("settings get secure hidden_api_policy") == "null\n"
    assert phone.says("settings delete global hidden_api_policy") == "Deleted 1 rows\n"
    assert "hidden_api_policy_p_apps=1\n" in phone.says("settings list global")


def test_the_font_scale_is_the_phones(phone: Device) -> None:
    phone.says("settings put system font_scale 1.3")
    assert phone.phone.font_scale == 1.3
    assert phone.run("settings put system font_scale huge").code != 0


def test_size_density_and_rotation_are_read(phone: Device, adbutils: Adbutils) -> None:
    assert tuple(adbutils.window_size()) == (1080, 2400)
    assert phone.says("wm density") == "Physical density: 480\n"
    phone.says("settings put system user_rotation 1")
    assert adbutils.rotation() == 1
    assert APPIUM_ORIENTATION.findall(phone.says("dumpsys input")) == ["SurfaceOrientation: 1"]
    for name in ("deviceWidth=1080", "deviceHeight=2400", "fps=60"):
        assert name in phone.says("dumpsys display")


def test_the_battery_and_the_screen_are_read(phone: Device, adbutils: Adbutils) -> None:
    assert adbutils.battery().level == 80
    assert phone.says("dumpsys battery | grep level").split(":")[1].strip() == "80"
    lit = "mHoldingDisplaySuspendBlocker=true"  # what adbutils looks for
    assert lit in phone.says("dumpsys power")
    phone.says("input keyevent 26")
    assert lit not in phone.says("dumpsys power")
    assert "mScreenOnFully=false" in phone.says("dumpsys window")
    phone.says("input keyevent KEYCODE_WAKEUP")
    assert "mScreenOnFully=true" in phone.says("dumpsys window")
    assert not APPIUM_ASLEEP.search(phone.says("dumpsys power"))


def test_the_time_is_the_phones(phone: Device) -> None:
    assert phone.says("date '+%Y-%m-%dT%T%z'") == "2026-01-05T17:41:00+0800\n"
    phone.clock.sleep(61.25)
    assert phone.says("date +%s.%3N") == "1767606121.250\n"
    assert " up 11 min," in phone.says("uptime")


# --- Apps ----------------------------------------------------------------------------------------


def test_a_start_is_told_as_am_tells_it(phone: Device) -> None:
    assert phone.says(START).splitlines() == [
        f"Stopping: {PACKAGE}",
        "Starting: Intent { act=android.intent.action.MAIN flg=0x10000000 "
        f"cmp={PACKAGE}/.HomeActivity }}",
        "Status: ok",
        "LaunchState: COLD",
        f"Activity: {PACKAGE}/.HomeActivity",
        f"TotalTime: {COLD_START_S * 1000:.0f}",
        f"WaitTime: {COLD_START_S * 1000:.0f}",
        "Complete",
    ]
    assert phone.phone.foreground()[0] == PACKAGE


def test_a_second_start_is_hot_or_no_start(phone: Device) -> None:
    phone.says(START)
    phone.clock.sleep(1)
    again = phone.says(f"am start -W -n {PACKAGE}/.HomeActivity")
    assert "Warning: Activity not started, intent has been delivered" in again
    phone.phone.home()
    assert "LaunchState: HOT\n" in phone.says(f"am start -W -n {PACKAGE}/.HomeActivity")


def test_what_cannot_be_started_says_so_where_appium_looks(phone: Device) -> None:
    absent = phone.says(f"am start -W -n {PACKAGE}/.Absent")
    assert "Error type 3\n" in absent
    assert f"Error: Activity class {{{PACKAGE}/{PACKAGE}.Absent}} does not exist." in absent
    quiet = phone.run("am start -n cn.absent/.Main")
    assert quiet.stderr.startswith(b"Error type 3\n")
    lost = phone.says("am start -W -a android.intent.action.VIEW -d nobody://knows")
    assert "unable to resolve intent" in lost.lower()
    assert phone.phone.foreground()[0] != PACKAGE


def test_a_link_opens_its_screen(phone: Device) -> None:
    view = "am start -W -a android.intent.action.VIEW -d"
    assert f"Activity: {PACKAGE}/.FormActivity" in _after_start(phone, f"{view} small://form")
    assert f"Activity: {PACKAGE}/.ListActivity" in phone.says(f"{view} small://list/1 {PACKAGE}")


def _after_start(phone: Device, script: str) -> str:
    """What is said of a link once the App is up."""
    phone.says(START)
    phone.clock.sleep(COLD_START_S)
    return phone.says(script)


def test_the_launcher_activity_is_resolved_as_appium_reads_it(phone: Device) -> None:
    lines = phone.says(f"cmd package resolve-activity --brief {PACKAGE}").splitlines()
    found = [line for line in lines if APPIUM_COMPONENT.match(line.strip())]
    assert found == [f"{PACKAGE}/.HomeActivity"]
    assert "No activity found" in phone.says("cmd package resolve-activity --brief cn.absent")
    dump = phone.says(f"dumpsys package {PACKAGE}")
    after = dump[dump.index("android.intent.action.MAIN:\n") :].splitlines()[1:4]
    assert after[0].split()[1] == f"{PACKAGE}/.HomeActivity"
    assert after[2].strip() == 'Category: "android.intent.category.LAUNCHER"'


def test_monkey_starts_an_app_as_its_icon_does(phone: Device) -> None:
    started = phone.says(f"monkey -p {PACKAGE} -c android.intent.category.LAUNCHER 1")
    assert "Events injected: 1" in started
    assert phone.phone.foreground()[0] == PACKAGE
    assert b"monkey aborted" in phone.run("monkey -p cn.absent 1").stdout


def test_the_window_in_front_is_read(phone: Device, adbutils: Adbutils) -> None:
    phone.says(START)
    displays = phone.says("dumpsys window displays")
    app, focus = APPIUM_FOCUSED_APP.search(displays), APPIUM_CURRENT_FOCUS.search(displays)
    assert app is not None and focus is not None
    assert app.groups()[:2] == (PACKAGE, ".HomeActivity")
    assert focus.groups() == (PACKAGE, f"{PACKAGE}.HomeActivity")
    current = adbutils.app_current()
    assert (current.package, current.activity) == (PACKAGE, f"{PACKAGE}.HomeActivity")


@pytest.mark.parametrize(
    ("name", "frame"), [("StatusBar", (0, 0, 1080, 84)), ("NavigationBar0", (0, 2352, 1080, 2400))]
)
def test_the_bars_of_the_system_are_read(phone: Device, name: str, frame: tuple[int, ...]) -> None:
    lines = phone.says("dumpsys window windows").splitlines()
    title = re.compile(rf"^\s+Window\s#\d+\sWindow\{{[0-9a-f]+\s\w+\s{name}\}}:$")
    start = next(place for place, line in enumerate(lines) if title.match(line))
    told = "\n".join(lines[start : start + 6])
    found = re.search(r"\bm?[Ff]rame=\[([0-9.-]+),([0-9.-]+)\]\[([0-9.-]+),([0-9.-]+)\]", told)
    assert found is not None and tuple(map(int, found.groups())) == frame
    assert "mViewVisibility=0x0" in told


def test_a_crash_dialog_has_the_focus(phone: Device) -> None:
    phone.says(START)
    phone.says(f"am crash {PACKAGE}")
    focus = f"mCurrentFocus=Window{{0 u0 Application Error: {PACKAGE}}}"
    shown = re.sub(r"\{\w+ u0", "{0 u0", phone.says("dumpsys window displays"))
    assert focus in shown
    assert "FATAL EXCEPTION: main" in phone.says("logcat -d")


def test_an_app_that_hangs_is_named_as_the_last_that_did_not_respond(phone: Device) -> None:
    phone.says(START)
    phone.clock.sleep(COLD_START_S)
    for name in ("hang", "form"):
        element = next(
            each
            for found, each in phone.phone.hierarchy().placed.items()
            if found.get("resource-id", "").endswith(f"/{name}")
        )
        phone.phone.touch(gestures.press(*element.visible.middle))
    phone.clock.sleep(5)
    assert f"Application Not Responding: {PACKAGE}" in phone.says("dumpsys window")
    assert f"ANR in {PACKAGE}" in phone.says("dumpsys window lastanr")


def test_apps_are_stopped_killed_and_cleared(phone: Device) -> None:
    phone.says(START)
    pid = phone.says(f"pidof {PACKAGE}").strip()
    processes = phone.says("dumpsys activity processes")
    assert re.search(rf"ProcessRecord\{{\w+\s+{pid}:{re.escape(PACKAGE)}/", processes)
    phone.says(f"am kill {PACKAGE}")
    assert phone.says(f"pidof {PACKAGE}").strip() == pid, "am kill leaves the App in front alone"
    phone.phone.home()
    phone.says(f"am kill {PACKAGE}")
    assert phone.run(f"pidof {PACKAGE}").code == 1
    phone.says(START)
    phone.says(f"am force-stop {PACKAGE}; am force-stop cn.absent")
    assert phone.run(f"pidof {PACKAGE}").code == 1
    assert phone.says(f"pm clear {PACKAGE}") == "Success\n"
    assert phone.run("pm clear cn.absent").stdout == b"Failed\n"


def test_processes_are_listed_as_appium_and_chromedriver_read_them(phone: Device) -> None:
    phone.says(START)
    assert re.search(r"^-A\b", phone.says("ps --help"), re.MULTILINE)
    lines = phone.says("ps -A").splitlines()
    titles = lines[0].split()
    assert (titles[1], titles[-1]) == ("PID", "NAME")
    names = {line.split()[-1]: line.split()[1] for line in lines[1:]}
    assert names[PACKAGE] == phone.says(f"pidof {PACKAGE}").strip()
    assert PACKAGE not in phone.says("ps")
    refused = phone.run(f"kill -9 {names[PACKAGE]}")
    assert b"Operation not permitted" in refused.stderr
    assert b"No such process" in phone.run("kill -SIGTERM 99999").stderr


def test_memory_is_read_as_appium_reads_it(phone: Device) -> None:
    phone.says(START)
    wanted = "'Native|Dalvik|EGL|GL|TOTAL'"
    rows = phone.says(f"dumpsys meminfo '{PACKAGE}' | grep -E {wanted}").splitlines()
    total = next(row.split() for row in rows if row.split()[0] == "TOTAL")
    assert all(cell.isdigit() for cell in total[1:6])
    assert phone.says("dumpsys meminfo cn.absent") == "No process found for: cn.absent\n"
    cpu = rf"^.+/{re.escape(PACKAGE)}:\D+([\d.]+)%\s+user\s+\+\s+([\d.]+)%\s+kernel"
    assert re.search(cpu, phone.says("dumpsys cpuinfo"), re.MULTILINE)


# --- packages ------------------------------------------------------------------------------------


def test_packages_are_listed_as_appium_and_adbutils_read_them(
    phone: Device, adbutils: Adbutils
) -> None:
    listed = dict(
        APPIUM_PACKAGES.findall(phone.says("cmd package list packages --show-versioncode"))
    )
    assert listed[PACKAGE] == "10000"
    assert listed["com.android.systemui"] == "33"
    assert adbutils.list_packages(["-3"]) == sorted((PACKAGE, OTHER_APP.package))
    info = adbutils.app_info(PACKAGE)
    assert info is not None and info.first_install_time is not None
    assert (info.version_name, info.version_code) == ("1.0.0", 10000)
    assert info.first_install_time.isoformat() == "2026-01-05T17:41:00"
    assert adbutils.app_info("cn.absent") is None


def test_what_the_driver_brings_along_is_installed_and_found(phone: Device) -> None:
    assert "Unable to find package" in phone.says(f"dumpsys package {SETTINGS}")
    phone.prepare()
    dump = phone.says(f"dumpsys package {SETTINGS}")
    assert re.search(rf"^\s*Package\s+\[{re.escape(SETTINGS)}\][^:]+:$", dump, re.MULTILINE)
    assert re.search(r"versionName=([\d+.]+)", dump)[1] == "8.0.9"  # type: ignore[index]
    assert re.search(r"versionCode=(\d+)", dump)[1] == "191"  # type: ignore[index]
    assert "installed=true" in dump
    assert f"{SERVER}.test/{RUNNER}" in phone.says("pm list instrumentation")


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_apk_is_refused_as_pm_does(phone: Device, content: bytes) -> None:
    done = phone.run(f"cmd package install -S {len(content)}", content)
    assert done.stdout.startswith(b"Failure [INSTALL_PARSE_FAILED_NOT_APK")
    assert done.code == 1


def test_an_older_version_is_a_downgrade_unless_allowed(phone: Device) -> None:
    assert phone.install(Manifest("cn.mine", 2, "2.0")) == "Success\n"
    assert "INSTALL_FAILED_VERSION_DOWNGRADE" in phone.install(Manifest("cn.mine", 1, "1.0"))
    assert phone.install(Manifest("cn.mine", 1, "1.0"), "-d") == "Success\n"
    assert "INSTALL_FAILED_OLDER_SDK" in phone.install(Manifest("cn.new", minimum_sdk=99))


def test_a_file_of_the_phone_is_installed_and_pulled_back(
    phone: Device, adbutils: Adbutils
) -> None:
    apk = write_apk(Manifest("cn.mine", 1, "1.0"))
    phone.system.files.write("/data/local/tmp/mine.apk", apk)
    adbutils.install_remote("/data/local/tmp/mine.apk", clean=True)
    path = phone.says("pm path cn.mine").strip().removeprefix("package:")
    assert phone.system.files.read(path) == apk
    assert phone.says(f"md5sum -b {path}").strip() == hashlib.md5(apk).hexdigest()
    assert phone.says("pm uninstall cn.mine") == "Success\n"
    assert phone.run("pm path cn.mine").code == 1
    assert not phone.system.files.exists(path)


def test_an_installation_in_steps_takes_its_first_part(phone: Device) -> None:
    apk = write_apk(Manifest("cn.mine", 1, "1.0"))
    number = re.search(r"\[(\d+)\]", phone.says("cmd package install-create -t"))[1]  # type: ignore[index]
    written = phone.run(f"cmd package install-write -S {len(apk)} {number} base.apk -", apk)
    assert written.stdout == f"Success: streamed {len(apk)} bytes\n".encode()
    assert phone.says(f"cmd package install-commit {number}") == "Success\n"
    assert "package:cn.mine\n" in phone.says("pm list packages")


def test_a_known_app_comes_with_its_apk_and_goes_when_it_is_uninstalled() -> None:
    known = load(["sample_city"])[0]
    phone = device()
    giver = System(Phone((known,), phone.clock), serial="giver")
    apk = giver.files.read(giver.packages.all()[-1].apk)
    done = phone.run(f"cmd package install -S {len(apk)}", apk)
    assert done.stdout == b"Success\n"
    assert known.label in phone.phone.source()
    assert "Status: ok" in phone.says(f"am start -W {known.package}")
    assert phone.phone.foreground()[0] == known.package
    assert phone.says(f"pm uninstall {known.package}") == "Success\n"
    assert phone.phone.foreground()[0] == "com.android.launcher3"
    assert known.label not in phone.phone.source()


def test_permissions_are_granted_and_taken_back_as_appium_reads_them(phone: Device) -> None:
    camera = "android.permission.CAMERA"
    assert f"{camera}: granted=false" in phone.says(f"dumpsys package {PACKAGE}")
    phone.says(f"pm grant {PACKAGE} {camera}")
    assert f"{camera}: granted=true" in phone.says(f"dumpsys package {PACKAGE}")
    phone.says(f"pm revoke {PACKAGE} {camera}")
    assert f"{camera}: granted=false" in phone.says(f"dumpsys package {PACKAGE}")
    fixed = phone.run(f"pm grant {PACKAGE} android.permission.INTERNET")
    assert b"is not a changeable permission type" in fixed.stderr
    assert b"Unknown package" in phone.run(f"pm grant cn.absent {camera}").stderr


def test_an_installation_with_g_grants_what_the_apk_asks_for(phone: Device) -> None:
    asked = ("android.permission.CAMERA", "android.permission.INTERNET")
    assert phone.install(Manifest("cn.mine", permissions=asked), "-g") == "Success\n"
    dump = phone.says("dumpsys package cn.mine")
    assert "android.permission.CAMERA: granted=true, flags=" in dump
    assert "android.permission.INTERNET: granted=true" in dump


# --- the on-device server and the settings App ---------------------------------------------------


def test_the_server_runs_as_long_as_its_stream_is_open(phone: Device) -> None:
    phone.prepare()
    assert not phone.system.automation_running
    program = phone.follow(INSTRUMENT)
    assert (phone.system.automation_running, program.ended) == (True, False)
    assert SERVER in phone.says("ps -A")
    program.close()
    assert not phone.system.automation_running
    assert SERVER not in phone.says("ps -A")


@pytest.mark.parametrize("fault", [f"am force-stop {SERVER}", "killed"])
def test_the_stream_ends_when_the_server_does(phone: Device, fault: str) -> None:
    phone.prepare()
    program = phone.follow(INSTRUMENT)
    if fault == "killed":
        phone.system.automation_running = False
    else:
        phone.says(fault)
    assert b"Process crashed" in program.more()
    assert program.ended


def test_a_second_instrumentation_ends_the_first(phone: Device) -> None:
    phone.prepare()
    first = phone.follow(INSTRUMENT)
    second = phone.follow(INSTRUMENT)
    first.more()
    assert first.ended and not second.ended
    first.close()
    assert phone.system.automation_running


def test_an_instrumentation_that_is_not_there_is_refused(phone: Device) -> None:
    done = phone.run(INSTRUMENT)
    assert b"Unable to find instrumentation info for" in done.stdout
    assert b"INSTRUMENTATION_FAILED" in done.stderr


def test_the_settings_app_starts_its_service_and_leaves_the_front_alone(phone: Device) -> None:
    phone.prepare()
    phone.says(START)
    services = f"dumpsys activity services {SETTINGS}"
    assert "isForeground=true" not in phone.says(services)
    started = phone.says(f"am start-activity -n {SETTINGS}/.Settings -a android.intent.action.MAIN")
    assert "Error" not in started
    assert "isForeground=true" in phone.says(services)
    assert phone.phone.foreground()[0] == PACKAGE
    phone.says(f"am force-stop {SETTINGS}")
    assert "isForeground=true" not in phone.says(services)


def test_services_start_and_stop(phone: Device) -> None:
    phone.prepare()
    service = f"{SETTINGS}/.LocationService"
    assert phone.says(f"am start-foreground-service -e longitude 1 {service}").startswith(
        "Starting"
    )
    assert service in phone.says(f"dumpsys activity services {service}")
    stopped = phone.run(f"am stop-service {service}")
    assert (stopped.code, b"Service stopped" in stopped.stderr) == (255, True)


def _data(phone: Device, action: str) -> Any:
    answer = phone.says(f"am broadcast -a {SETTINGS}.{action} --es max 1")
    assert "result=-1" in answer
    match = APPIUM_JSON_DATA.search(answer)
    assert match is not None
    return json.loads(match[1])


def test_text_messages_are_read_newest_first(phone: Device) -> None:
    phone.prepare()
    for text in ("第一条", '带"引号"的'):
        phone.phone.message("12345", text)
    assert _data(phone, "sms.read") == {
        "items": [
            {
                "id": "2",
                "address": "12345",
                "person": None,
                "date": "1767606060000",
                "read": "0",
                "status": "-1",
                "type": "1",
                "subject": None,
                "body": '带"引号"的',
                "serviceCenter": None,
            }
        ],
        "total": 2,
    }
    shown = _data(phone, "notifications")["statusBarNotifications"][0]["notification"]
    assert shown == {"title": "12345", "text": '带"引号"的'}
    rows = phone.says("content query --uri content://sms/inbox --projection address:body")
    assert rows.splitlines()[1] == "Row: 1 address=12345, body=第一条"


def test_a_fresh_location_is_told_in_the_log(phone: Device) -> None:
    phone.prepare()
    program = phone.follow("logcat -s LocationTracker")
    program.more()
    told = phone.says(f"am broadcast -a {SETTINGS}.location --ez forceUpdate true")
    assert re.search(r'data="(-?[\d.]+)\s+(-?[\d.]+)\s+(-?[\d.]+)"', told)
    assert b"The current location has been successfully retrieved" in program.more()


def test_the_settings_app_changes_language_animation_and_tells_the_clipboard(
    phone: Device,
) -> None:
    broadcast = f"am broadcast -a {SETTINGS}"
    assert "result=0" in phone.says(f"{broadcast}.animation --es setstatus disable")
    phone.prepare()
    assert "result=-1" in phone.says(f"{broadcast}.animation --es setstatus disable")
    assert phone.says("settings get global window_animation_scale") == "0.0\n"
    assert "result=-1" in phone.says(f"{broadcast}.locale --es lang en --es country US")
    assert phone.says("getprop persist.sys.locale") == "en-US\n"
    phone.says("cmd clipboard set 随申办")
    told = re.search(r'data="([^"]*)"', phone.says(f"{broadcast}.clipboard.get"))
    assert told is not None and base64.b64decode(told[1]).decode() == "随申办"


# --- input and pictures --------------------------------------------------------------------------


def _form(phone: Device) -> None:
    """Opens the form and puts the caret into its first input."""
    phone.says(START)
    phone.clock.sleep(COLD_START_S)
    phone.phone.start_activity(PACKAGE, ".FormActivity")
    first = next(
        each for each in phone.phone.hierarchy().placed.values() if isinstance(each.widget, Input)
    )
    x, y = first.visible.middle
    phone.says(f"input tap {x:.0f} {y:.0f}")


def test_a_tap_brings_up_the_keyboard_which_escape_hides(phone: Device) -> None:
    assert "mInputShown=false" in phone.says("dumpsys input_method")
    _form(phone)
    told = phone.says("dumpsys input_method")
    assert re.search(r"mInputShown=(\w+)", told)[1] == "true"  # type: ignore[index]
    assert re.search(r"mIsInputViewShown=(\w+)", told)[1] == "true"  # type: ignore[index]
    phone.says("input keyevent 111")
    assert "mInputShown=false" in phone.says("dumpsys input_method")


def test_text_is_typed_as_it_is_escaped_for_input(phone: Device) -> None:
    _form(phone)
    phone.says("input text ''a\\&b%sc''")
    assert phone.phone.values(PACKAGE)["name"] == "a&b c"
    phone.says("input keyevent DEL 67; input keyevent KEYCODE_A")
    assert phone.phone.values(PACKAGE)["name"] == "a&ba"


def test_the_unicode_input_method_decodes_what_it_is_given(phone: Device) -> None:
    phone.prepare()
    name = f"{SETTINGS}/.UnicodeIME"
    assert phone.run(f"ime set {name}").code != 0, "it is not enabled yet"
    assert phone.says(f"ime enable {name}").endswith("now enabled for user #0\n")
    assert phone.says(f"ime set {name}") == f"Input method {name} selected for user #0\n"
    assert phone.says("settings get secure default_input_method") == f"{name}\n"
    names = [line.rstrip(":") for line in phone.says("ime list -a").splitlines() if line[0] != " "]
    assert names == phone.says("ime list -a -s").splitlines()
    _form(phone)
    packed = base64.b64encode("服务".encode("utf-16-be")).decode().rstrip("=").replace("/", ",")
    phone.says(f"input text ''\\&{packed}-\\&-1''")
    assert phone.phone.values(PACKAGE)["name"] == "服务&1"


def test_a_swipe_scrolls_and_a_long_one_in_place_presses_long(phone: Device) -> None:
    phone.says(START)
    phone.clock.sleep(COLD_START_S)
    card = next(
        each
        for found, each in phone.phone.hierarchy().placed.items()
        if found.get("resource-id", "").endswith("/card")
    )
    x, y = (round(number) for number in card.visible.middle)
    phone.says(f"input swipe {x} {y} {x} {y} 800")
    assert phone.phone.values(PACKAGE)["pressed"] == "long"
    phone.says(f"input motionevent DOWN {x} {y}; input motionevent UP {x} {y}")
    assert phone.phone.values(PACKAGE)["pressed"] == "short"
    phone.phone.start_activity(PACKAGE, ".ListActivity")
    before = phone.phone.source()
    phone.says("input touchscreen swipe 500 1800 500 600")
    assert phone.phone.source() != before


def test_a_picture_comes_as_png_or_raw(phone: Device) -> None:
    png = phone.run("screencap -p").stdout
    assert png == phone.phone.picture_png()
    raw = phone.run("screencap").stdout
    assert struct.unpack("<4I", raw[:16]) == (1080, 2400, 1, 1)
    assert len(raw) == 16 + 4 * 1080 * 2400
    shown = Image.open(io.BytesIO(png)).convert("RGBA").tobytes()
    assert raw[16:] == shown
    phone.says("screencap -p /sdcard/now.png")
    assert phone.system.files.read("/sdcard/now.png") == png


def test_the_hierarchy_is_dumped_into_a_file(phone: Device) -> None:
    target = "/data/local/tmp/uidump.xml"
    written = phone.says(f"rm -f {target}; uiautomator dump {target} && echo success")
    assert "success" in written and "ERROR" not in written
    assert phone.system.files.read(target).decode() == phone.phone.source()


# --- the log -------------------------------------------------------------------------------------


def test_the_log_is_there_at_once_then_as_it_grows(phone: Device) -> None:
    program = phone.follow("export ANDROID_LOG_TAGS=\"\"; exec logcat '-v' 'threadtime'")
    assert program.more().startswith(b"--------- beginning of main\n")
    assert program.more() == b""
    phone.says(START)
    assert f"Start proc 4201:{PACKAGE}".encode() in program.more()
    phone.clock.sleep(COLD_START_S)
    assert b"Displayed" in program.more()
    program.close()


def test_the_log_can_be_cleared_filtered_cut_and_written_to(phone: Device) -> None:
    phone.says(START)
    phone.says("log -p e -t mine 'a b'")
    assert phone.says("logcat -d -s mine").splitlines()[1].endswith(" E mine: a b")
    assert phone.says("logcat -d -v brief '*:E'").splitlines()[1:] == ["E/mine( 7001): a b"]
    assert len(phone.says("logcat -d -t 2").splitlines()) == 3
    phone.says("logcat -c")
    assert phone.says("logcat -d").splitlines() == ["--------- beginning of main"]


# --- files ---------------------------------------------------------------------------------------


def test_files_are_listed_as_appium_reads_them(phone: Device) -> None:
    phone.says(
        "mkdir -p -- '/data/local/tmp/appium_cache'; echo 1 > /data/local/tmp/appium_cache/a"
    )
    phone.clock.sleep(60)
    phone.says("echo 123 > /data/local/tmp/appium_cache/b")
    listed = phone.says("ls -t -1 /data/local/tmp/appium_cache 2>&1 || echo _ERROR_")
    assert listed.split() == ["b", "a"]
    size = APPIUM_LS_SIZE.search(phone.says("ls -la /data/local/tmp/appium_cache/b"))
    assert size is not None and size[1] == "4"
    assert phone.says("[ -e '/data/local/tmp/appium_cache' ] && echo __PASS__") == "__PASS__\n"
    phone.says("touch -am /data/local/tmp/appium_cache/a; rm -f /nowhere")
    assert phone.says("ls -t /data/local/tmp/appium_cache").split() == ["a", "b"]


def test_files_are_copied_moved_and_removed(phone: Device) -> None:
    phone.says("cd /sdcard; mkdir -p d/e; echo x > d/e/f; cp -r d g; mv d/e/f h; cat h g/e/f")
    assert phone.says("cat /sdcard/h /sdcard/g/e/f") == "x\nx\n"
    assert phone.run("rm /sdcard/g").stderr == b"rm: /sdcard/g: Is a directory\n"
    phone.says("rm -rf /sdcard/g; chmod 600 /sdcard/h")
    assert phone.run("cat /sdcard/g/e/f").stderr.endswith(b": No such file or directory\n")
    assert phone.says("stat -c '%a %s %F' /sdcard/h") == "600 2 regular file\n"


@pytest.mark.parametrize("path", ["/system/x", "/x", "/data/x", "/proc/net/unix"])
def test_only_what_is_the_shells_can_be_written(phone: Device, path: str) -> None:
    assert phone.run(f"echo a > {path}").code == 1
    assert phone.run(f"rm -rf {path} && mkdir {path}").code == 1


def test_open_sockets_are_read_by_their_names(phone: Device) -> None:
    phone.system.unix_sockets = lambda: ["webview_devtools_remote_4201"]
    found = phone.says("grep -a '@webview_devtools_remote.*' /proc/net/unix")
    assert re.findall(r"@(\w+)", found) == ["webview_devtools_remote_4201"]
    header, line = phone.says("cat /proc/net/unix").splitlines()[:2]
    assert header.split()[-1] == "Path"
    assert len(line.split()) == 8


# --- text ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("script", "written"),
    [
        ("printf '%s-%d\\n' a 1 b 2", "a-1\nb-2\n"),
        ("echo -n a; echo -e 'b\\tc'", "ab\tc\n"),
        ("printf 'b\\na\\nb\\n' | sort -u | head -n 1", "a\n"),
        ("printf '1\\n2\\n3\\n' | tail -2 | tr '\\n' ,", "2,3,"),
        ("echo a:b:c | cut -d: -f1,3", "a:c\n"),
        ("printf 'x1\\ny2\\n' | grep -c 1; echo xay | grep -o 'a.'", "1\nay\n"),
        ("echo 'a+b' | grep 'a+b'; echo aab | grep 'a\\+b'", "a+b\naab\n"),
        ("echo 'one two' | wc -w", "2\n"),
        ("test 3 -gt 2 -a -n x && [ ! -f /sdcard ] && echo yes", "yes\n"),
        ("basename /a/b.txt .txt; dirname /a/b.txt", "b\n/a\n"),
        ("which ls sh", "/system/bin/ls\n"),
        ("id -u; whoami; uname", "2000\nshell\nLinux\n"),
    ],
)
def test_text_tools_do_what_toybox_does(phone: Device, script: str, written: str) -> None:
    assert phone.run(script).stdout.decode() == written


def test_an_expression_that_could_take_for_ever_is_refused(phone: Device) -> None:
    assert phone.run("echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaab | grep -E '(a+)+c'").code == 2


# --- services ------------------------------------------------------------------------------------


def test_what_is_switched_is_remembered(phone: Device) -> None:
    phone.prepare()
    phone.says(f"cmd notification allow_listener {SETTINGS}/.NLService")
    phone.says(f"appops set {SETTINGS} android:mock_location allow")
    assert phone.says(f"appops get {SETTINGS} MOCK_LOCATION") == "MOCK_LOCATION: allow\n"
    phone.says("svc wifi disable; cmd -w wifi set-wifi-enabled enabled; cmd phone data enable")
    assert phone.says("settings get global wifi_on; settings get global mobile_data") == "1\n1\n"
    phone.says("cmd connectivity airplane-mode enable")
    assert phone.says("cmd connectivity airplane-mode") == "enabled\n"
    phone.says("cmd location set-location-enabled false")
    assert phone.says("cmd location is-location-enabled") == "false\n"
    phone.says(f"dumpsys deviceidle whitelist +{SETTINGS}")
    uid = re.search(r"userId=(\d+)", phone.says(f"dumpsys package {SETTINGS}"))
    assert uid is not None
    assert phone.says("dumpsys deviceidle whitelist") == f"user,{SETTINGS},{uid[1]}\n"
    assert phone.says("locksettings help && echo __PASS__").endswith("__PASS__\n")
    assert re.search(r"\btrue\b", phone.says("locksettings get-disabled"))


def test_all_of_that_is_understood(phone: Device) -> None:
    test_what_is_switched_is_remembered(phone)
    assert phone.system.unknown == []
