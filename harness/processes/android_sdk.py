"""Where the programs of the Android SDK are; what is missing is named with what installs it.

In order: the SDK of ANDROID_HOME or ANDROID_SDK_ROOT, then PATH, and for adb the
one that comes with adbutils, so that simulated phones need no SDK at all.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import adbutils

from harness.errors import UsageError
from harness.model import Words
from harness.processes.folders import per_user
from harness.quoting import quote_line

VARIABLES = ("ANDROID_HOME", "ANDROID_SDK_ROOT")
GET_SDK = "https://developer.android.com/studio#command-line-tools-only"
INSTALL = {
    "emulator": 'sdkmanager "emulator" "platform-tools"',
    "aapt2": 'sdkmanager "build-tools;36.0.0"',
}
"""The command that installs a program into an SDK."""
AVD = re.compile(r"[A-Za-z0-9._-]+")
"""The name of a virtual device."""


@dataclass(frozen=True)
class AndroidSdk:
    """The programs that were found; None is what was not. `root` is the SDK's folder."""

    root: Path | None
    adb: Path
    emulator: Path | None
    aapt2: Path | None


def find(environment: Mapping[str, str] = os.environ) -> AndroidSdk:
    """Looks for the SDK and its programs.

    Raises:
        UsageError: ANDROID_HOME or ANDROID_SDK_ROOT names a folder that is not there.
    """
    root = _root(environment)

    def program(name: str, *patterns: str) -> Path | None:
        inside = [path for each in patterns for path in sorted(root.glob(each))] if root else []
        on_path = shutil.which(name, path=environment.get("PATH"))
        return inside[-1] if inside else Path(on_path) if on_path else None

    return AndroidSdk(
        root=root,
        adb=program("adb", "platform-tools/adb") or Path(adbutils.adb_path()),
        # Not tools/emulator: that one is long dead, and cannot start a current image.
        emulator=program("emulator", "emulator/emulator"),
        aapt2=program("aapt2", "build-tools/*/aapt2"),
    )


def adb_version(adb: Path) -> str | None:
    """The version of the platform tools that an adb belongs to; None when it does not run."""
    try:
        ran = subprocess.run(
            [str(adb), "version"], capture_output=True, text=True, timeout=30, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    said = re.search(r"^Version (\S+)", ran.stdout, re.MULTILINE)
    return said[1] if said else None


def emulator_program() -> Path:
    """The program that boots virtual devices.

    Raises:
        UsageError: it is not installed; says what installs it.
    """
    sdk = find()
    if sdk.emulator is None:
        raise UsageError(how_to_install("emulator", sdk))
    return sdk.emulator


def virtual_devices(emulator: Path) -> tuple[str, ...]:
    """The names of the AVDs that there are.

    Raises:
        UsageError: the program does not run; with what it said.
    """
    command = [str(emulator), "-list-avds"]
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError) as problem:
        said = str(getattr(problem, "stderr", "") or problem).strip()
        why = Words(zh="跑不起来", en="does not run")
        raise UsageError(f"{emulator}: {why}: {quote_line(said)}") from problem
    # Newer ones print remarks among the names: `INFO    | Storing crashdata in: ...`.
    return tuple(line.strip() for line in ran.stdout.splitlines() if AVD.fullmatch(line.strip()))


def how_to_install(program: str, sdk: AndroidSdk) -> Words:
    """What to tell who lacks a program of the SDK."""
    command = INSTALL[program]
    if sdk.root is None:
        return Words(
            zh=f"没有找到 {program}：先装命令行工具 {GET_SDK}，让 ANDROID_HOME 指向它的文件夹，"
            f"再运行 {command}",
            en=f"{program} was not found: install the command-line tools of {GET_SDK}, with "
            f"ANDROID_HOME naming their folder, then run: {command}",
        )
    return Words(
        zh=f"{sdk.root} 里和 PATH 上都没有 {program}。请安装：{command}",
        en=f"{program} was not found in {sdk.root} nor on PATH. Install it: {command}",
    )


def home_for_appium(sdk: AndroidSdk) -> Path:
    """A folder that Appium takes for an SDK: the real one, or one that holds a link to adb."""
    if sdk.root is not None and (sdk.root / "platform-tools" / "adb").exists():
        return sdk.root
    name = hashlib.sha256(bytes(sdk.adb)).hexdigest()[:12]
    folder = per_user() / "android" / name / "platform-tools"
    folder.mkdir(parents=True, exist_ok=True)
    # The link that is there was made by us, and for this adb: the folder's name says so.
    with contextlib.suppress(FileExistsError):
        (folder / "adb").symlink_to(sdk.adb)
    return folder.parent


def _root(environment: Mapping[str, str]) -> Path | None:
    for variable in VARIABLES:
        if named := environment.get(variable):
            if not (root := Path(named)).is_dir():
                zh = (
                    f"{variable} 是 {named}，可是没有这个文件夹："
                    "请写 Android SDK 的文件夹，或者不设它"
                )
                en = (
                    f"{variable} is {named}, but there is no such folder: name the folder of the "
                    "Android SDK there, or unset it"
                )
                raise UsageError(Words(zh=zh, en=en))
            return root
    return None
