"""Emulators and phones at the user's adb, over real adb and Appium, before the simulated phone."""

from __future__ import annotations

import json
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from adbutils import AdbClient

from harness.clock import SystemClock
from harness.errors import DeviceTrouble, SessionNotStarted
from harness.model import Device, EmulatorDevice, Name, UsbDevice
from harness.processes.adb_server import AdbServer
from harness.processes.ports import free_port
from harness.readiness import await_boot, describe_state
from harness.sessions import Sessions
from harness.stations import Outfit, only_phone
from tests.android.patience import comes_true
from tests.android.sdk import ASKED, PACKAGE, ROOT, Sdk, make_sdk, write_sample_apk
from tests.tester import Project

EMULATOR = {
    "kind": "emulator",
    "avd": "pixel",
    "apps": ["sample_city"],
    "apk": {"sample_city": "apps/city.apk"},
    "locale": "en-GB",
    "time_zone": "Asia/Urumqi",
}


@pytest.fixture
def sdk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sdk:
    sdk = make_sdk(tmp_path / "sdk", monkeypatch)
    sdk.make_avd("pixel")
    sdk.make_avd("second")
    return sdk


def sessions_of(root: Path, device: Device) -> Sessions:
    write_sample_apk(root / "apps" / "city.apk")
    devices: dict[Name, Device] = {"it": device}
    outfit = Outfit({"sample_city": PACKAGE}, root, SystemClock(), root / "logs")
    return Sessions(devices, outfit)


def granted(adb: AdbServer, serial: str) -> list[str]:
    dump, _ = adb.shell(serial, f"dumpsys package {PACKAGE}")
    return [name for name in ASKED if f"{name}: granted=true" in dump]


@pytest.mark.usefixtures("appium_installed", "sdk")
def test_an_emulator_is_set_up_reset_and_booted_again_when_it_has_died(tmp_path: Path) -> None:
    with sessions_of(tmp_path, EmulatorDevice.model_validate(EMULATOR)) as sessions:
        driver = sessions.driver("it")
        adb = sessions._stack.own_adb()
        (serial,) = adb.serials()
        said, _ = adb.shell(serial, "getprop persist.sys.timezone; getprop persist.sys.locale")
        assert said.split() == ["Asia/Urumqi", "en-GB"]
        settings = driver.settings()
        assert str(settings["apk sample_city"]).endswith("installed")
        assert settings["grant_permissions"] is True

        adb.shell(serial, f"pm reset-permissions {PACKAGE}")
        assert granted(adb, serial) == []
        driver.reset(PACKAGE)
        assert granted(adb, serial) == list(ASKED)

        emulator = sessions._stations["it"]._emulator  # type: ignore[attr-defined]
        for process in emulator._program.processes:
            with suppress(Exception):
                process.kill()
        assert comes_true(lambda: not emulator.alive)
        with pytest.raises(DeviceTrouble):
            driver.reset(PACKAGE)
        sessions.discard("it")
        sessions.driver("it").reset(PACKAGE)


def devices_yaml(**devices: object) -> str:
    return json.dumps({"default": "pool", "devices": devices})


@pytest.mark.usefixtures("appium_installed", "sdk")
def test_two_emulators_share_the_attempts(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    tester = Project(pytester, monkeypatch)
    write_sample_apk(tester.path / "apps" / "city.apk")
    pool = {"kind": "pool", "apps": ["sample_city"], "phones": ["first", "second"]}
    text = devices_yaml(first=EMULATOR, second={**EMULATOR, "avd": "second"}, pool=pool)
    (tester.path / "devices.yaml").write_text(text)
    tester.task("one")
    tester.run("-n", "2", "--repeat", "4")
    records = tester.records()
    assert [record["verdict"]["outcome"] for record in records] == ["completed"] * 4
    assert {record["phone"] for record in records} == {"first", "second"}
    assert all(record["session"]["grant_permissions"] for record in records)
    assert len({record["session"]["appium:udid"] for record in records}) == 2


# --- phones at the user's adb ---------------------------------------------------------------------


@pytest.fixture
def user_adb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AdbServer]:
    """The user's adb server; no other that runs on this machine is touched."""
    port = free_port()
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("ADB_EMU", "ADB_USB", "ADB_MDNS"):
        monkeypatch.setenv(name, "0")
    monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", str(port))
    yield AdbServer.standard(SystemClock())
    with suppress(Exception):
        AdbClient("127.0.0.1", port).server_kill()  # type: ignore[no-untyped-call]


@pytest.fixture
def phone() -> Iterator[str]:
    """The serial of a simulated phone that somebody has switched on."""
    command = (sys.executable, "-m", "harness.phone", "--bare", "--adb")
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdin is not None
    yield json.loads(process.stdout.readline())["serial"]
    process.stdin.close()
    process.wait()


@pytest.mark.usefixtures("appium_installed")
def test_a_phone_at_the_users_adb_is_set_up_and_left_as_it_is(
    user_adb: AdbServer, phone: str, tmp_path: Path
) -> None:
    user_adb.connect(phone)
    entry = UsbDevice(
        kind="usb", apps=("sample_city",), apk={"sample_city": "apps/city.apk"}, font_scale=1.2
    )
    with sessions_of(tmp_path, entry) as sessions:
        sessions.driver("it").reset(PACKAGE)
        assert user_adb.shell(phone, "settings get system font_scale") == ("1.2\n", 0)
        assert granted(user_adb, phone) == list(ASKED)
        # The Appium beside this server would start it again with the user's own eyes.
        (appium,) = sessions._stack._appium.values()
        (environment,) = {
            each.environ().get("HOME")
            for each in appium._program.processes
            if "appium" in " ".join(each.cmdline()) and "leash" not in " ".join(each.cmdline())
        }
        assert environment == str(tmp_path)

        AdbClient("127.0.0.1", user_adb.port).server_kill()  # type: ignore[no-untyped-call]
        assert comes_true(lambda: not user_adb.healthy())
        sessions.discard("it")
        sessions.driver("it").reset(PACKAGE)
    assert user_adb.sees(phone)


class Wary(threading.Thread):
    """A phone whose owner has not yet allowed debugging: it wants a signature, no key will do."""

    HEADER = struct.Struct("<4s5I")

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.serial = f"127.0.0.1:{self._listening.getsockname()[1]}"

    def run(self) -> None:
        token = b"t" * 20
        magic = 0xFFFFFFFF ^ int.from_bytes(b"AUTH", "little")
        ask = self.HEADER.pack(b"AUTH", 1, 0, len(token), sum(token), magic) + token
        with suppress(OSError):
            while True:
                adb, _ = self._listening.accept()
                threading.Thread(target=self._refuse, args=(adb, ask), daemon=True).start()

    def _refuse(self, adb: socket.socket, ask: bytes) -> None:
        with suppress(OSError), adb, adb.makefile("rb") as packets:
            while len(header := packets.read(self.HEADER.size)) == self.HEADER.size:
                command, kind, _, length, *_ = self.HEADER.unpack(header)
                packets.read(length)
                if command == b"CNXN" or (command == b"AUTH" and kind == 2):
                    adb.sendall(ask)

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()


def test_a_phone_that_has_not_allowed_debugging_is_told_with_what_to_do(
    user_adb: AdbServer,
) -> None:
    wary = Wary()
    wary.start()
    try:
        with suppress(Exception):
            user_adb._client.connect(wary.serial, timeout=5)
        assert comes_true(lambda: user_adb.serials().get(wary.serial) == "unauthorized")
        allow = "is unauthorized: unlock the phone and allow USB debugging"
        with pytest.raises(SessionNotStarted, match=allow):
            await_boot(user_adb, wary.serial, SystemClock(), 0)
        with pytest.raises(SessionNotStarted, match=allow):
            only_phone(user_adb.serials())
    finally:
        wary.close()


@pytest.mark.parametrize(
    ("state", "advice"),
    [
        ("offline", "pull its cable out"),
        ("no permissions (missing udev rules?)", "android-sdk-platform-tools-common"),
        ("not connected", "USB debugging switched on"),
    ],
)
def test_what_adb_says_of_a_phone_comes_with_what_to_do(state: str, advice: str) -> None:
    assert advice in describe_state(state)


def test_a_phone_that_is_not_plugged_in_is_told(user_adb: AdbServer) -> None:
    with pytest.raises(SessionNotStarted, match=r"no phone: .* `adb devices` has to list it"):
        only_phone(user_adb.serials())
