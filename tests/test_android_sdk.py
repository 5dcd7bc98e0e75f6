"""Where the programs of the Android SDK are looked for."""

from __future__ import annotations

from pathlib import Path

import adbutils
import pytest

from harness.errors import UsageError
from harness.processes import android_sdk


def program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def nowhere(tmp_path: Path) -> str:
    (tmp_path / "nowhere").mkdir()
    return str(tmp_path / "nowhere")


def test_without_an_sdk_there_is_still_the_adb_of_adbutils(nowhere: str) -> None:
    sdk = android_sdk.find({"PATH": nowhere})
    assert sdk == android_sdk.AndroidSdk(None, Path(adbutils.adb_path()), None, None)


@pytest.mark.parametrize("variable", ["ANDROID_HOME", "ANDROID_SDK_ROOT"])
def test_the_sdk_comes_before_path(tmp_path: Path, variable: str) -> None:
    root = tmp_path / "sdk"
    adb = program(root / "platform-tools" / "adb")
    emulator = program(root / "emulator" / "emulator")
    program(root / "build-tools" / "34.0.0" / "aapt2")
    newest = program(root / "build-tools" / "36.0.0" / "aapt2")
    program(tmp_path / "bin" / "adb")
    sdk = android_sdk.find({variable: str(root), "PATH": str(tmp_path / "bin")})
    assert sdk == android_sdk.AndroidSdk(root, adb, emulator, newest)
    assert android_sdk.home_for_appium(sdk) == root


def test_what_the_sdk_lacks_is_taken_from_path(tmp_path: Path, nowhere: str) -> None:
    adb = program(tmp_path / "bin" / "adb")
    sdk = android_sdk.find({"ANDROID_HOME": nowhere, "PATH": str(tmp_path / "bin")})
    assert sdk.adb == adb


def test_without_an_sdk_appium_gets_a_folder_with_a_link_to_adb(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nowhere: str
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    sdk = android_sdk.find({"PATH": nowhere})
    for _ in range(2):
        home = android_sdk.home_for_appium(sdk)
        assert (home / "platform-tools" / "adb").samefile(adbutils.adb_path())


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"ANDROID_HOME is .*gone, but there is no such folder"):
        android_sdk.find({"ANDROID_HOME": str(tmp_path / "gone")})


def test_a_missing_emulator_is_named_with_what_installs_it(
    monkeypatch: pytest.MonkeyPatch, nowhere: str
) -> None:
    monkeypatch.setenv("PATH", nowhere)
    monkeypatch.delenv("ANDROID_SDK_ROOT", raising=False)
    monkeypatch.setenv("ANDROID_HOME", nowhere)
    with pytest.raises(UsageError, match='Install it: sdkmanager "emulator" "platform-tools"'):
        android_sdk.emulator_program()
    monkeypatch.delenv("ANDROID_HOME")
    with pytest.raises(UsageError, match=r"command-line tools .* sdkmanager"):
        android_sdk.emulator_program()
