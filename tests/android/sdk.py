"""A fake Android SDK: its emulator boots the simulated phone; adb is the real one."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import adbutils
import pytest

from harness.phone.android.apk import Manifest
from harness.phone.android.apk_writer import write_apk
from harness.phone.android.packages import RUNTIME_PERMISSIONS

ROOT = Path(__file__).parents[2]
FAKE = Path(__file__).parent / "fake_sdk" / "emulator.py"
PACKAGE = "com.example.samplecity"
ASKED = ("android.permission.CAMERA", "android.permission.ACCESS_FINE_LOCATION")


@dataclass(frozen=True)
class Sdk:
    """The SDK's folder, and the file that says which AVDs there are."""

    root: Path
    avds: Path

    def make_avd(self, name: str, **behaviour: Any) -> None:
        """Adds an AVD; see fake_sdk/emulator.py for what can be wrong with it."""
        known = json.loads(self.avds.read_text())
        self.avds.write_text(json.dumps({**known, name: behaviour}))


def make_sdk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Sdk:
    """Makes the SDK, and has ANDROID_HOME name it."""
    emulator, adb = folder / "emulator" / "emulator", folder / "platform-tools" / "adb"
    for program in (emulator, adb):
        program.parent.mkdir(parents=True)
    emulator.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{FAKE}" "$@"\n')
    emulator.chmod(0o755)
    adb.symlink_to(adbutils.adb_path())
    sdk = Sdk(folder, folder / "avds.json")
    sdk.avds.write_text("{}")
    monkeypatch.setenv("ANDROID_HOME", str(folder))
    monkeypatch.setenv("FAKE_AVDS", str(sdk.avds))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.delenv("ANDROID_SDK_ROOT", raising=False)
    return sdk


def write_sample_apk(path: Path, version: int = 1, package: str = PACKAGE) -> Path:
    """An APK of the sample App, which the simulated phone knows by its package."""
    assert set(ASKED) <= RUNTIME_PERMISSIONS
    manifest = Manifest(package, version, f"{version}.0", permissions=ASKED)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(write_apk(manifest))
    return path
