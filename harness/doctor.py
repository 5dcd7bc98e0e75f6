"""What was seen of a machine and a phone, and what that means for a run on it.

Nothing here looks at anything: `harness.doctor_visit` brings the facts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from harness.model import (
    EmulatorDevice,
    Handset,
    Phone,
    SimulatedDevice,
    Words,
)

Level = Literal["fine", "note", "broken"]
"""`note`: a run works, but not all of it, or not as well; `broken`: none can work."""

MAKE_ANDROID = Words(zh="运行: make android", en="Run: make android")
FREE_AT_LEAST = 200 << 20
FREE_BETTER = 2 << 30
"""Bytes: a run of some hundred attempts, with its pictures."""
SKEW_AT_MOST_S = 2.0
"""The court compares times in the device's log with its own: by seconds, not finer."""


@dataclass(frozen=True)
class Disk:
    """Where results go: `free` bytes; `trouble` when nothing can be written there."""

    path: str
    free: int
    trouble: str = ""


@dataclass(frozen=True)
class Machine:
    """What runs on this machine whatever the device. `python` is its version."""

    python: str
    disk: Disk


@dataclass(frozen=True)
class Programs:
    """What the Android stack is made of on this machine.

    None or empty is what was not found. `wanted` are the versions of npm packages
    that package.json names, `installed` those that are there. `*_advice` says what
    installs what the SDK lacks.
    """

    node: str | None
    node_serves: bool
    node_advice: Words
    wanted: Mapping[str, str]
    installed: Mapping[str, str | None]
    adb: str
    adb_version: str | None
    sdk: str | None
    emulator: str | None
    emulator_advice: Words
    chromedriver: str | None
    chromium: str | None


@dataclass(frozen=True)
class Installed:
    """An App on the phone. `launcher` is its activity: empty when it has none, None if unasked."""

    app: str
    package: str
    there: bool
    apk: bool
    """Whether a run would install it."""
    launcher: str | None


@dataclass(frozen=True)
class Skew:
    """How far the phone's clock is ahead of ours, in seconds, give or take `error_s`."""

    ahead_s: float
    error_s: float


@dataclass(frozen=True)
class Visit:
    """The phone: how it was reached, `trouble` when it was not, and what was found on it."""

    reached: str = ""
    trouble: str = ""
    apps: tuple[Installed, ...] = ()
    profile_troubles: Mapping[str, str] | None = None
    skew: Skew | None = None
    skew_trouble: str = ""


@dataclass(frozen=True)
class Finding:
    """One check: what was seen, and what to do unless it is fine."""

    check: str
    title: Words
    level: Level
    seen: str
    advice: Words | None = None


def conclude(
    device: Phone, machine: Machine, programs: Programs | None, visit: Visit
) -> tuple[Finding, ...]:
    """What the facts mean for a run on the device, in the order in which to mend it."""
    return (
        Finding("python", Words(zh="Python"), "fine", machine.python),
        disk(machine.disk),
        *(stack(device, programs) if programs is not None else ()),
        reachable(visit),
        *apps(visit),
        *(clock(visit) if isinstance(device, Handset) or programs is not None else ()),
    )


def works(findings: tuple[Finding, ...]) -> bool:
    """Whether a run on the device can work."""
    return not any(each.level == "broken" for each in findings)


def needs_android_stack(device: Phone) -> bool:
    """Whether adb and Appium of this machine stand between us and the phone."""
    return isinstance(device, Handset) or (
        isinstance(device, SimulatedDevice) and device.stack == "android"
    )


def disk(seen: Disk) -> Finding:
    """Free space for results."""
    title = Words(zh="磁盘空间", en="free disk")
    if seen.trouble:
        return Finding(
            "disk", title, "broken", f"{seen.path}: {seen.trouble}",
            Words(
                zh="让该目录可写，或用 --results DIR 换一个",
                en="make it writable, or name another: --results DIR",
            ),
        )  # fmt: skip
    level: Level = (
        "broken" if seen.free < FREE_AT_LEAST else "note" if seen.free < FREE_BETTER else "fine"
    )
    advice = Words(
        zh="腾出空间，或用 --results DIR 换一个目录",
        en="free some, or name another folder: --results DIR",
    )
    return Finding(
        "disk", title, level, f"{seen.path}: {_size(seen.free)}", _unless_fine(level, advice)
    )


def stack(device: Phone, seen: Programs) -> Iterator[Finding]:
    """Node.js, Appium, its driver, adb, the SDK, and what shows web pages."""
    yield _node(seen)
    yield _package("appium", Words(zh="Appium"), "appium", seen)
    yield _package("driver", Words(zh="UiAutomator2 驱动", en="driver"), DRIVER_PACKAGE, seen)
    yield _adb(seen)
    yield _sdk(device, seen)
    yield _web_pages(device, seen)


DRIVER_PACKAGE = "appium-uiautomator2-driver"


def reachable(seen: Visit) -> Finding:
    """Whether a session could be opened on the phone."""
    title = Words(zh="设备会话", en="device, by a session")
    if not seen.trouble:
        return Finding("device", title, "fine", seen.reached)
    return Finding(
        "device", title, "broken", seen.trouble,
        Words(
            zh="先解决上面各项，再看这条信息；adb devices 列出已连接的设备",
            en="mend what is above first, then what this says; `adb devices` lists what there is",
        ),
    )  # fmt: skip


def apps(seen: Visit) -> Iterator[Finding]:
    """Each App that the device is to run: there, and with an activity to launch."""
    for app, trouble in (seen.profile_troubles or {}).items():
        yield Finding(
            f"app:{app}", Words(zh=app, en="App"), "broken", trouble,
            Words(zh="修正 App 档案", en="mend its profile under scenarios/apps/"),
        )  # fmt: skip
    yield from map(_app, seen.apps)


def clock(seen: Visit) -> Iterator[Finding]:
    """How far the phone's clock is from ours."""
    title = Words(zh="时钟偏差", en="clock skew")
    advice = Words(
        zh="在设备上打开“自动确定时间”；步骤用时不受影响，设备日志的时刻会对不上",
        en="let the phone set its time by the network; response times do not depend on it, "
        "times in its log do",
    )
    if seen.skew is not None:
        level: Level = "note" if abs(seen.skew.ahead_s) > SKEW_AT_MOST_S else "fine"
        told = f"{seen.skew.ahead_s * 1000:+.0f} ms ± {seen.skew.error_s * 1000:.0f} ms"
        yield Finding("clock", title, level, told, _unless_fine(level, advice))
    elif seen.skew_trouble:
        yield Finding("clock", title, "note", seen.skew_trouble, advice)


def _node(seen: Programs) -> Finding:
    title = Words(zh="Node.js")
    if seen.node is not None and seen.node_serves:
        return Finding("node", title, "fine", seen.node)
    return Finding("node", title, "broken", seen.node or "—", seen.node_advice)


def _package(check: str, title: Words, package: str, seen: Programs) -> Finding:
    wanted, there = seen.wanted.get(package, ""), seen.installed.get(package)
    if there == wanted:
        return Finding(check, title, "fine", there)
    told = f"{there} ≠ {wanted}" if there else "—"
    return Finding(check, title, "broken", told, MAKE_ANDROID)


def _adb(seen: Programs) -> Finding:
    title = Words(zh="adb")
    if seen.adb_version is not None:
        return Finding("adb", title, "fine", f"{seen.adb_version} ({seen.adb})")
    return Finding(
        "adb", title, "broken", f"{seen.adb}: —",
        Words(
            zh="该程序无法运行：修复它，或从 PATH 和 ANDROID_HOME 中移除，改用自带的 adb",
            en="it does not run: mend it, or take it off PATH and ANDROID_HOME to use the one "
            "that comes along",
        ),
    )  # fmt: skip


def _sdk(device: Phone, seen: Programs) -> Finding:
    title = Words(zh="Android SDK")
    if isinstance(device, EmulatorDevice) and seen.emulator is None:
        return Finding("sdk", title, "broken", seen.sdk or "—", seen.emulator_advice)
    # Without one all works but the emulator: adb comes along.
    return Finding("sdk", title, "fine", seen.sdk or "不需要 / not needed")


def _web_pages(device: Phone, seen: Programs) -> Finding:
    title = Words(zh="网页", en="web pages")
    needed = {"chromedriver": seen.chromedriver}
    if isinstance(device, SimulatedDevice):
        needed["chromium"] = seen.chromium
    if missing := [name for name, path in needed.items() if path is None]:
        return Finding(
            "web", title, "note", f"{', '.join(missing)}: —",
            Words(
                zh="应用内网页的任务会被略去。Debian: apt-get install chromium chromium-driver",
                en="tasks with web pages in Apps are left out; on a phone, chromedriver has to be "
                "of its WebView's version",
            ),
        )  # fmt: skip
    return Finding("web", title, "fine", ", ".join(filter(None, needed.values())))


def _app(seen: Installed) -> Finding:
    check, title = f"app:{seen.app}", Words(zh=seen.app, en="App")
    if not seen.there:
        if seen.apk:
            told = f"{seen.package}: 运行时安装 / installed by the run"
            return Finding(check, title, "fine", told)
        return Finding(
            check, title, "broken", f"{seen.package}: 未安装 / not installed",
            Words(
                zh="在设备上安装，或在 devices.yaml 的 apk: 下写明安装包",
                en="install it on the device, or name its file under apk: in devices.yaml",
            ),
        )  # fmt: skip
    if seen.launcher == "":
        return Finding(
            check, title, "broken", f"{seen.package}: 没有启动页 / no launcher activity",
            Words(
                zh="在 App 档案的 android: 下写明 activity",
                en="name its activity under android: in its profile",
            ),
        )  # fmt: skip
    return Finding(check, title, "fine", seen.launcher or seen.package)


def _unless_fine(level: Level, advice: Words) -> Words | None:
    return None if level == "fine" else advice


def _size(count: int) -> str:
    return f"{count / (1 << 30):.1f} GiB" if count >= 1 << 30 else f"{count / (1 << 20):.0f} MiB"
