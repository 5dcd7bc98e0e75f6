"""The doctor: each failure really produced, and told with what to do."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from adbutils import AdbClient
from typer.testing import CliRunner

import harness.__main__ as command_line
from harness import doctor
from harness.clock import SystemClock
from harness.doctor import Disk, Finding, Level, Skew, Visit
from harness.doctor_visit import look_at_disk, look_at_phone, look_at_programs
from harness.model import (
    AppProfile,
    EmulatorDevice,
    Phone,
    RemoteDevice,
    SimulatedDevice,
    UsbDevice,
)
from harness.processes.ports import free_port
from harness.project import read_project

ROOT = Path(__file__).parents[1]
EMBEDDED = SimulatedDevice(kind="simulated", apps=("sample_city",))
ANDROID = SimulatedDevice(kind="simulated", apps=("sample_city",), stack="android")
EMULATOR = EmulatorDevice(kind="emulator", apps=("sample_city",), avd="pixel")


@pytest.fixture(autouse=True)
def own_caches(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    monkeypatch.delenv("ANDROID_HOME", raising=False)
    monkeypatch.delenv("ANDROID_SDK_ROOT", raising=False)


@pytest.fixture
def folder_on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on PATH, empty."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


@pytest.fixture(scope="module")
def profile() -> AppProfile:
    return read_project(ROOT).profiles["sample_city"].value


def program(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def stack(root: Path = ROOT, device: Phone = ANDROID) -> dict[str, Finding]:
    return {each.check: each for each in doctor.stack(device, look_at_programs(root))}


def visit(device: Phone, **profiles: AppProfile) -> Visit:
    return look_at_phone(device, profiles, {}, ROOT, SystemClock())


# --- this machine


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    found = doctor.disk(look_at_disk(tmp_path / "file" / "results"))
    assert found.level == "broken"
    assert found.seen.endswith("file/results: Not a directory")
    assert found.advice is not None
    assert "--results DIR" in found.advice.en


def test_a_results_folder_that_is_not_there_yet_is_fine(tmp_path: Path) -> None:
    seen = look_at_disk(tmp_path / "not" / "yet")
    assert not seen.trouble
    assert seen.free > 0
    assert not (tmp_path / "not").exists()


@pytest.mark.parametrize(
    ("free", "level", "seen"),
    [
        (100 << 20, "broken", "results: 100 MiB"),
        (1 << 30, "note", "results: 1.0 GiB"),
        (5 << 30, "fine", "results: 5.0 GiB"),
    ],
)
def test_little_room_is_a_note_and_hardly_any_stops_a_run(
    free: int, level: Level, seen: str
) -> None:
    found = doctor.disk(Disk("results", free))
    assert (found.level, found.seen) == (level, seen)
    assert (found.advice is None) is (level == "fine")


def test_without_node_it_says_which_to_install(folder_on_path: Path) -> None:
    assert list(folder_on_path.iterdir()) == []
    found = stack()["node"]
    assert (found.level, found.seen) == ("broken", "—")
    assert "20.19" in str(found.advice)


def test_an_old_node_is_told_with_its_version(folder_on_path: Path) -> None:
    program(folder_on_path / "node", "echo v18.20.4")
    found = stack()["node"]
    assert (found.level, found.seen) == ("broken", "18.20.4")


def test_without_appium_it_names_make_android(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_bytes((ROOT / "package.json").read_bytes())
    found = stack(tmp_path)
    for check in ("appium", "driver"):
        assert (found[check].level, found[check].seen) == ("broken", "—")
        assert "make android" in str(found[check].advice)


def test_another_version_than_the_pinned_one_is_told(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_bytes((ROOT / "package.json").read_bytes())
    (tmp_path / "node_modules" / "appium").mkdir(parents=True)
    (tmp_path / "node_modules" / "appium" / "package.json").write_text('{"version": "2.0.0"}')
    assert stack(tmp_path)["appium"].seen == "2.0.0 ≠ 3.8.0"


def test_without_an_sdk_the_adb_that_comes_along_is_fine(folder_on_path: Path) -> None:
    assert list(folder_on_path.iterdir()) == []
    found = stack()
    assert found["adb"].level == found["sdk"].level == "fine"
    assert "adbutils" in found["adb"].seen


def test_an_adb_that_does_not_run_is_told(folder_on_path: Path) -> None:
    program(folder_on_path / "adb", "exit 1")
    found = stack()["adb"]
    assert found.level == "broken"
    assert str(folder_on_path / "adb") in found.seen


def test_an_emulator_without_its_program_is_told_with_what_installs_it(
    folder_on_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANDROID_HOME", str(folder_on_path))
    found = stack(device=EMULATOR)["sdk"]
    assert found.level == "broken"
    assert 'sdkmanager "emulator"' in str(found.advice)


def test_without_chromium_only_web_pages_are_left_out(folder_on_path: Path) -> None:
    assert list(folder_on_path.iterdir()) == []
    found = stack()["web"]
    assert (found.level, found.seen) == ("note", "chromedriver, chromium: —")


# --- the phone


def test_on_the_embedded_phone_all_is_fine(profile: AppProfile) -> None:
    seen = visit(EMBEDDED, sample_city=profile)
    assert doctor.reachable(seen).level == "fine"
    (found,) = doctor.apps(seen)
    assert (found.level, found.seen) == ("fine", "com.example.samplecity")


def test_an_app_that_is_not_installed_is_told(profile: AppProfile) -> None:
    android = profile.android.model_copy(update={"package": "com.example.absent"})
    absent = profile.model_copy(update={"android": android})
    (found,) = doctor.apps(visit(EMBEDDED, absent=absent))
    assert (found.check, found.level) == ("app:absent", "broken")
    assert found.seen == "com.example.absent: 未安装 / not installed"
    assert "devices.yaml" in str(found.advice)


def test_where_nobody_listens_the_device_is_not_reachable() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    found = doctor.reachable(visit(RemoteDevice(kind="remote", apps=("sample_city",), url=url)))
    assert found.level == "broken"
    assert "Connection refused" in found.seen


@pytest.mark.parametrize(
    ("udid", "told"),
    [("", "adb sees no phone"), ("ABC123", "adb does not reach ABC123: not connected")],
)
def test_a_phone_whose_cable_is_out_is_told(
    udid: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("ADB_EMU", "ADB_USB"):
        monkeypatch.setenv(name, "0")
    monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", str(port))
    try:
        found = doctor.reachable(visit(UsbDevice(kind="usb", apps=("sample_city",), udid=udid)))
    finally:
        AdbClient("127.0.0.1", port).server_kill()  # type: ignore[no-untyped-call]
    assert found.level == "broken"
    assert told in found.seen


def test_an_app_without_a_launcher_needs_its_activity_named() -> None:
    seen = doctor.Installed("bank", "com.example.bank", there=True, apk=False, launcher="")
    (found,) = doctor.apps(Visit(apps=(seen,)))
    assert found.level == "broken"
    assert "activity" in str(found.advice)


def test_an_app_that_the_run_installs_may_be_missing() -> None:
    seen = doctor.Installed("bank", "com.example.bank", there=False, apk=True, launcher=None)
    (found,) = doctor.apps(Visit(apps=(seen,)))
    assert found.level == "fine"


@pytest.mark.parametrize(
    ("ahead_s", "level", "told"),
    [(0.25, "fine", "+250 ms ± 10 ms"), (-3.0, "note", "-3000 ms ± 10 ms")],
)
def test_a_clock_that_is_off_is_a_note(ahead_s: float, level: Level, told: str) -> None:
    (found,) = doctor.clock(Visit(skew=Skew(ahead_s, 0.01)))
    assert (found.level, found.seen) == (level, told)


# --- the command


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one App and three devices; the phone at `gone` does not listen."""
    apps = tmp_path / "scenarios" / "apps"
    apps.mkdir(parents=True)
    (apps / "sample_city.yaml").write_bytes(
        (ROOT / "scenarios" / "apps" / "sample_city.yaml").read_bytes()
    )
    (tmp_path / "devices.yaml").write_text(
        "default: phone\n"
        "devices:\n"
        "  phone: {kind: simulated, apps: [sample_city]}\n"
        "  gone:\n"
        "    kind: remote\n"
        "    apps: [sample_city]\n"
        f"    url: http://127.0.0.1:{free_port()}\n"
        "  both: {kind: pool, apps: [sample_city], phones: [gone, other]}\n"
        "  other: {kind: remote, apps: [sample_city], "
        f"url: 'http://127.0.0.1:{free_port()}'}}\n"
    )
    monkeypatch.setattr(command_line, "PROJECT", tmp_path)
    return tmp_path


@pytest.mark.usefixtures("project")
def test_the_command_ends_with_0_when_a_run_can_work() -> None:
    ran = CliRunner().invoke(command_line.app, ["doctor"])
    assert ran.exit_code == 0, ran.output
    assert "a run on phone can work" in ran.output


@pytest.mark.usefixtures("project")
def test_the_command_ends_with_3_when_no_run_can_work() -> None:
    ran = CliRunner().invoke(command_line.app, ["doctor", "--device", "gone"])
    assert ran.exit_code == 3
    assert "no run on gone can work" in ran.output
    assert "→" in ran.output


@pytest.mark.usefixtures("project")
def test_a_pool_is_looked_at_phone_by_phone_and_programs_can_read_it() -> None:
    ran = CliRunner().invoke(command_line.app, ["doctor", "--device", "both", "--json"])
    assert ran.exit_code == 3
    told = json.loads(ran.stdout)
    assert [told[phone]["works"] for phone in ("gone", "other")] == [False, False]
    (device,) = [each for each in told["gone"]["findings"] if each["check"] == "device"]
    assert device["level"] == "broken"
    assert device["advice"]["zh"]


def test_a_profile_that_cannot_be_read_is_told(project: Path) -> None:
    (project / "scenarios" / "apps" / "sample_city.yaml").write_text("id: sample_city\n")
    ran = CliRunner().invoke(command_line.app, ["doctor", "--json"])
    assert ran.exit_code == 3
    findings = json.loads(ran.stdout)["phone"]["findings"]
    (app,) = [each for each in findings if each["check"] == "app:sample_city"]
    assert app["level"] == "broken"


def test_only_what_a_device_needs_is_looked_at() -> None:
    machine = doctor.Machine("3.11.7", Disk("results", 5 << 30))
    seen = Visit(reached="here", skew=Skew(0, 0.01))
    checks = [each.check for each in doctor.conclude(EMBEDDED, machine, None, seen)]
    assert checks == ["python", "disk", "device"]
    programs = replace(look_at_programs(ROOT), node=None)
    found = doctor.conclude(ANDROID, machine, programs, seen)
    assert {each.check for each in found} >= {"node", "appium", "driver", "adb", "sdk", "clock"}
    assert not doctor.works(found)
