"""A phone that boots: adb answers first, then one part after the other."""

from __future__ import annotations

from harness.clock import VirtualClock
from harness.phone.android import shell
from harness.phone.android.system import System
from harness.phone.device import Phone
from tests.phone.android.handling import Device, device
from tests.phone.small_app import SMALL_APP

BOOT_S = 10
FOCUS = "dumpsys window displays | grep mCurrentFocus"


def booting() -> Device:
    clock = VirtualClock()
    return Device(clock, System(Phone((SMALL_APP,), clock), serial="any", boot_s=BOOT_S))


def said(phone: Device, script: str) -> str:
    done = shell.run(phone.system, script)
    assert isinstance(done, shell.Finished)
    return (done.stdout + done.stderr).decode().strip()


def test_one_part_answers_after_the_other() -> None:
    phone = booting()
    seen = []
    for _ in range(BOOT_S + 1):
        seen.append(
            (
                said(phone, "getprop sys.boot_completed"),
                said(phone, "pm path android").partition(":")[0],
                said(phone, FOCUS).rpartition(" ")[2].rpartition(".")[2],
            )
        )
        phone.clock.sleep(1)
    assert list(dict.fromkeys(seen)) == [
        ("", "cmd", "mCurrentFocus=null"),
        ("1", "cmd", "FallbackHome}"),
        ("1", "package", "FallbackHome}"),
        ("1", "package", "LauncherActivity}"),
    ]


def test_settings_are_not_to_be_had_before_their_service() -> None:
    phone = booting()
    assert said(phone, "settings put global a 1") == "cmd: Can't find service: settings"
    phone.clock.sleep(BOOT_S)
    assert said(phone, "settings put global a 1") == ""


def test_a_phone_has_booted_when_nothing_else_is_asked_for() -> None:
    assert device().says("getprop sys.boot_completed") == "1\n"
