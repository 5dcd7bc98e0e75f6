"""What `dumpsys window` tells: which window has the focus, whether the screen is on."""

from __future__ import annotations

from harness.phone.android.boot import Stage
from harness.phone.android.packages import identity, short
from harness.phone.android.system import System
from harness.phone.hierarchy import bounds
from harness.phone.keyboard import keyboard_area
from harness.phone.scene import Rect
from harness.phone.system import ANDROID

_TROUBLES = {"crash": "Application Error", "anr": "Application Not Responding"}


def dump_window(system: System, what: str) -> list[str]:
    """The dump, or one part of it: `policy`, `displays`, `windows`, `lastanr`."""
    if what in ("-a", "all", ""):
        return [*_last_anr(system), "", *_policy(system), "", *_windows(system), *_displays(system)]
    parts = {
        "policy": _policy,
        "p": _policy,
        "displays": _displays,
        "d": _displays,
        "windows": lambda each: [*_windows(each), *_focus(each)],
        "w": lambda each: [*_windows(each), *_focus(each)],
        "visible": _windows,
        "lastanr": _last_anr,
    }
    part = parts.get(what)
    return part(system) if part else [f"Bad window command, or no windows match: {what}"]


def focused_window(system: System) -> str:
    """The name of the window that has the focus: PACKAGE/CLASS, or what a system dialog is."""
    front = system.phone.front()
    if front.shown.package == ANDROID:
        kind = _TROUBLES.get(front.window.spec.name, front.window.spec.name)
        return f"{kind}: {front.window.params.get('package', '')}"
    package, activity = system.front()
    return f"{package}/{activity}"


def record(system: System) -> str:
    """The activity in front, as an ActivityRecord."""
    package, activity = system.front()
    name = f"{package}/{short(package, activity)}"
    return f"ActivityRecord{{{identity(name)} u0 {name}}} t{task(package)}}}"


def task(package: str) -> int:
    """The number of a package's task; always the same."""
    return int(identity(package)[:2], 16) + 2


def _focus(system: System) -> list[str]:
    if not system.boot.reached(Stage.COMPLETED):
        return ["  mCurrentFocus=null", "  mFocusedApp=null"]
    name = focused_window(system)
    return [
        f"  mCurrentFocus=Window{{{identity(name)} u0 {name}}}",
        f"  mFocusedApp={record(system)}",
    ]


def _windows(system: System) -> list[str]:
    lines = ["WINDOW MANAGER WINDOWS (dumpsys window windows)"]
    for place, (name, kind, frame) in enumerate(_shown(system)):
        lines += [
            f"  Window #{place} Window{{{identity(name)} u0 {name}}}:",
            "    mDisplayId=0 rootTaskId=1 mSession=Session{0}",
            f"    mAttrs={{(0,0)(fillxfill) sim={{adjust=pan}} ty={kind} fmt=TRANSLUCENT}}",
            "    mViewVisibility=0x0 mHaveFrame=true mObscured=false",
            f"    Frames: parent={bounds(frame)} display={bounds(frame)} frame={bounds(frame)}",
            "    mHasSurface=true isReadyForDisplay()=true",
            "    isOnScreen=true",
            "    isVisible=true",
        ]
    return lines


def _shown(system: System) -> list[tuple[str, str, Rect]]:
    """The windows from the topmost: name, type, and where they are."""
    metrics = system.phone.metrics
    wide, high = metrics.width, metrics.height
    status = Rect(0, 0, wide, metrics.px(metrics.status_bar_dp))
    navigation = Rect(0, high - metrics.px(metrics.gesture_bar_dp), wide, high)
    keyboard = system.phone.scene().keyboard
    return [
        ("NavigationBar0", "NAVIGATION_BAR", navigation),
        ("StatusBar", "STATUS_BAR", status),
        *([("InputMethod", "INPUT_METHOD", keyboard_area(metrics))] if keyboard else []),
        (focused_window(system), "BASE_APPLICATION", Rect(0, 0, wide, high)),
    ]


def _displays(system: System) -> list[str]:
    metrics = system.phone.metrics
    size = f"{metrics.width}x{metrics.height}"
    room = metrics.height - metrics.px(metrics.gesture_bar_dp)
    return [
        "WINDOW MANAGER DISPLAY CONTENTS (dumpsys window displays)",
        "  Display: mDisplayId=0 (organized)",
        f"    init={size} {round(160 * metrics.density)}dpi mMinSizeOfResizeableTaskDp=220 "
        f"cur={size} app={metrics.width}x{room} rng={size}-{size}",
        "    deferred=false mLayoutNeeded=false mTouchExcludeRegion=SkRegion()",
        "",
        *_focus(system),
        "",
        "  DisplayRotation",
        f"    mRotation=ROTATION_{90 if system.phone.orientation == 'LANDSCAPE' else 0}",
    ]


def _policy(system: System) -> list[str]:
    on = str(system.awake).lower()
    state = "ON" if system.awake else "OFF"
    return [
        "WINDOW MANAGER POLICY STATE (dumpsys window policy)",
        "    mSafeMode=false mSystemReady=true mSystemBooted=true",
        f"    mAwake={on} mScreenOnEarly={on} mScreenOnFully={on}",
        f"    mKeyguardDrawComplete={on} mWindowManagerDrawComplete={on}",
        "    KeyguardServiceDelegate",
        "      showing=false",
        "      inputRestricted=false",
        "      occluded=false",
        "      secure=false",
        f"      screenState=SCREEN_STATE_{state}",
        f"      interactiveState=INTERACTIVE_STATE_{'AWAKE' if system.awake else 'SLEEP'}",
        "    mShowingLockscreen=false mDreamingLockscreen=false",
    ]


def _last_anr(system: System) -> list[str]:
    anr = [line for line in system.phone.logcat() if " ANR in " in line]
    shown = [f"  {anr[-1]}"] if anr else ["  <no ANR has occurred since boot>"]
    return ["WINDOW MANAGER LAST ANR (dumpsys window lastanr)", *shown]
