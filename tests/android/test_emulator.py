"""Emulators, with the real adb and a stand-in for the emulator that boots the simulated phone."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.clock import SystemClock
from harness.errors import SessionNotStarted, UsageError
from harness.model import EmulatorDevice
from harness.processes import emulator as emulators
from harness.processes.adb_server import OwnAdbServer
from harness.processes.emulator import FIRST_PORT, Emulator
from harness.processes.family import runs
from harness.readiness import check_apks, make_ready
from tests.android.patience import GENEROUS_S, comes_true
from tests.android.sdk import PACKAGE, Sdk, make_sdk, write_sample_apk

Start = Callable[..., Emulator]
PACKAGES = {"sample_city": PACKAGE}


@pytest.fixture
def sdk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sdk:
    sdk = make_sdk(tmp_path / "sdk", monkeypatch)
    sdk.make_avd("pixel")
    return sdk


@pytest.fixture
def start(sdk: Sdk, own_adb: OwnAdbServer, tmp_path: Path) -> Iterator[Start]:
    """Starts an emulator, which is stopped at the end."""
    started = []

    def start(avd: str = "pixel") -> Emulator:
        emulator = Emulator.start(device(avd), own_adb, tmp_path / "logs")
        started.append(emulator)
        return emulator

    yield start
    for emulator in started:
        emulator.stop()


def device(avd: str = "pixel", **entry: object) -> EmulatorDevice:
    told = {"kind": "emulator", "avd": avd, "apps": ("sample_city",), **entry}
    return EmulatorDevice.model_validate(told)


@pytest.fixture
def booted(start: Start, own_adb: OwnAdbServer) -> Emulator:
    emulator = start()
    emulator.await_boot(own_adb, SystemClock(), GENEROUS_S)
    return emulator


def test_it_boots_until_the_launcher_is_in_front(booted: Emulator, own_adb: OwnAdbServer) -> None:
    assert own_adb.serials() == {booted.serial: "device"}
    front, _ = own_adb.shell(booted.serial, "dumpsys window displays | grep mCurrentFocus")
    assert "com.android.launcher3/" in front


def test_it_ends_with_all_that_it_has_started(booted: Emulator, own_adb: OwnAdbServer) -> None:
    family = booted._program.processes
    assert len(family) > 1
    booted.stop()
    assert not any(map(runs, family))
    assert comes_true(lambda: own_adb.serials() == {})


def test_it_is_made_still_and_set_up(booted: Emulator, own_adb: OwnAdbServer) -> None:
    entry = device(font_scale=1.3)
    done = make_ready(own_adb, booted.serial, entry, PACKAGES, Path())
    said, _ = own_adb.shell(
        booted.serial,
        "settings get global animator_duration_scale; settings get system font_scale",
    )
    assert said == "0\n1.3\n"
    assert done["font scale"] == "settings put system font_scale 1.3"


def test_an_app_is_installed_replaced_when_it_is_another_file_and_else_left(
    booted: Emulator, own_adb: OwnAdbServer, tmp_path: Path
) -> None:
    entry = device(apk={"sample_city": "apps/city.apk"})

    def ready() -> tuple[str, str]:
        done = make_ready(own_adb, booted.serial, entry, PACKAGES, tmp_path)["apk sample_city"]
        dump, _ = own_adb.shell(booted.serial, f"dumpsys package {PACKAGE} | grep versionName")
        return done.partition(", ")[2], dump.strip()

    write_sample_apk(tmp_path / "apps" / "city.apk", version=1)
    assert ready() == ("installed", "versionName=1.0")
    assert ready() == ("was there", "versionName=1.0")
    write_sample_apk(tmp_path / "apps" / "city.apk", version=2)
    assert ready() == ("installed", "versionName=2.0")
    write_sample_apk(tmp_path / "apps" / "city.apk", version=1)
    with pytest.raises(SessionNotStarted, match=r"DOWNGRADE.*uninstall com\.example\.samplecity"):
        ready()


@pytest.mark.parametrize("granted", [True, False])
def test_an_app_is_installed_with_the_permissions_that_it_asks_for_if_so_wished(
    booted: Emulator, own_adb: OwnAdbServer, tmp_path: Path, granted: bool
) -> None:
    write_sample_apk(tmp_path / "city.apk")
    entry = device(apk={"sample_city": "city.apk"}, grant_permissions=granted)
    make_ready(own_adb, booted.serial, entry, PACKAGES, tmp_path)
    dump, _ = own_adb.shell(booted.serial, f"dumpsys package {PACKAGE} | grep CAMERA:")
    assert f"granted={str(granted).lower()}" in dump


def test_an_apk_of_another_app_is_told(
    booted: Emulator, own_adb: OwnAdbServer, tmp_path: Path
) -> None:
    write_sample_apk(tmp_path / "city.apk", package="com.example.other")
    entry = device(apk={"sample_city": "city.apk"})
    with pytest.raises(UsageError, match=r"city\.apk is not the App com\.example\.samplecity"):
        make_ready(own_adb, booted.serial, entry, PACKAGES, tmp_path)


def test_an_apk_that_is_not_there_is_told_with_its_place() -> None:
    entry = device(apk={"sample_city": "apps/city.apk"})
    at_fault = r"devices\.yaml: apk: sample_city: apps/city\.apk: .*no such file"
    with pytest.raises(UsageError, match=at_fault):
        check_apks(entry, PACKAGES, Path("/nowhere"))
    with pytest.raises(UsageError, match="no profile"):
        check_apks(entry, {}, Path("/nowhere"))


def test_one_that_ends_while_it_boots_is_told_with_its_words_and_what_to_do(
    sdk: Sdk, start: Start, own_adb: OwnAdbServer
) -> None:
    sdk.make_avd("slow", trouble="kvm")
    with pytest.raises(SessionNotStarted) as told:
        start("slow").await_boot(own_adb, SystemClock(), GENEROUS_S)
    assert "ended while it booted" in str(told.value)
    assert "requires hardware acceleration!" in str(told.value)
    assert "adduser $USER kvm" in str(told.value)


def test_one_that_crashes_while_it_boots_is_not_waited_for(
    sdk: Sdk, start: Start, own_adb: OwnAdbServer
) -> None:
    sdk.make_avd("slow", trouble="crash", boot_s=1000)
    with pytest.raises(SessionNotStarted, match="FATAL: bad snapshot"):
        start("slow").await_boot(own_adb, SystemClock(), 1000)


def test_a_boot_that_takes_too_long_is_told_with_what_was_missing(
    sdk: Sdk, start: Start, own_adb: OwnAdbServer
) -> None:
    sdk.make_avd("slow", boot_s=1000)
    emulator = start("slow")
    assert comes_true(lambda: own_adb.sees(emulator.serial))
    with pytest.raises(SessionNotStarted, match=r"not ready within 0\.2 s: it has not booted"):
        emulator.await_boot(own_adb, SystemClock(), 0.2)


def test_an_avd_that_is_not_there_is_told_with_those_that_are(start: Start) -> None:
    with pytest.raises(UsageError, match=r"no AVD is called tablet; there are: pixel\. .*avdman"):
        start("tablet")


def test_an_sdk_without_emulator_is_told_with_the_command_that_installs_it(
    sdk: Sdk, start: Start
) -> None:
    (sdk.root / "emulator" / "emulator").unlink()
    with pytest.raises(UsageError, match='Install it: sdkmanager "emulator" "platform-tools"'):
        start()


def test_ports_of_others_are_left_to_them(start: Start, sdk: Sdk, own_adb: OwnAdbServer) -> None:
    sdk.make_avd("second")
    with socket.create_server(("127.0.0.1", FIRST_PORT)) as foreign:
        first, second = start(), start("second")
        for emulator in (first, second):
            emulator.await_boot(own_adb, SystemClock(), GENEROUS_S)
        assert first.serial != second.serial
        assert f"emulator-{FIRST_PORT}" not in own_adb.serials()
        foreign.settimeout(0)
        with pytest.raises(BlockingIOError):
            foreign.accept()


def test_no_adb_server_of_others_looks_at_our_ports() -> None:
    assert FIRST_PORT > emulators.LAST_PORT - 97
    assert FIRST_PORT + 1 > 5585


def test_it_is_found_again_after_the_adb_server_died(
    booted: Emulator, own_adb: OwnAdbServer
) -> None:
    for process in own_adb._program.processes:
        process.kill()
    assert comes_true(lambda: not own_adb.healthy())
    own_adb.restart()
    assert own_adb.serials() == {}
    booted.await_boot(own_adb, SystemClock(), GENEROUS_S)
    assert own_adb.sees(booted.serial)


def test_no_option_that_we_pass_is_unknown(sdk: Sdk) -> None:
    cold = emulators.command("emulator", device(), 5586)
    snapshot = emulators.command("emulator", device(boot="snapshot"), 5586)
    assert [each for each in cold if each not in snapshot] == ["-no-snapshot-load"]
    assert "-no-snapshot-save" in snapshot
