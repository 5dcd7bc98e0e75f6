"""`dumpsys`: what Android's services tell of themselves."""

from __future__ import annotations

from collections.abc import Callable

from harness.phone.android.activity_dump import dump_activity
from harness.phone.android.call import Call, NotUnderstood, Outcome, Program, said
from harness.phone.android.package_dump import dump_package
from harness.phone.android.system import System
from harness.phone.android.usage_dump import (
    dump_graphics,
    dump_memory,
    dump_network,
    dump_processor,
)
from harness.phone.android.window_dump import dump_window, focused_window

Dump = Callable[[System, tuple[str, ...]], list[str]]
"""From a system and the arguments of a dump to its lines."""


def dumpsys(call: Call) -> Outcome:
    """One service's dump; `-l` lists the services."""
    given = list(call.arguments)
    if given[:1] == ["-t"] or given[:1] == ["-T"]:
        del given[:2]
    if given[:1] == ["-l"]:
        return said("Currently running services:", *(f"  {name}" for name in sorted(DUMPS)))
    if not given:
        raise NotUnderstood("dumpsys: name a service, or -l for the names of all", 1)
    dump = DUMPS.get(given[0])
    if dump is None:
        raise NotUnderstood(f"Can't find service: {given[0]}", 20)
    return said(*dump(call.system, tuple(given[1:])))


# --- window, input, display ----------------------------------------------------------------------


def _window(system: System, arguments: tuple[str, ...]) -> list[str]:
    return dump_window(system, arguments[0] if arguments else "")


def _input(system: System, _arguments: tuple[str, ...]) -> list[str]:
    metrics = system.phone.metrics
    return [
        "INPUT MANAGER (dumpsys input)",
        "",
        "Input Manager State:",
        "  Interactive: " + str(system.awake).lower(),
        "Event Hub State:",
        "  Devices:",
        "    1: touchscreen",
        "Input Reader State:",
        "  Device 1: touchscreen",
        "    Touch Input Mapper (mode - DIRECT):",
        f"      SurfaceWidth: {metrics.width}px",
        f"      SurfaceHeight: {metrics.height}px",
        f"      SurfaceOrientation: {_rotation(system)}",
        "Input Dispatcher State:",
        f"  FocusedWindows: displayId=0, name='{focused_window(system)}'",
    ]


def _rotation(system: System) -> int:
    return int(system.phone.orientation == "LANDSCAPE")


def _input_method(system: System, _arguments: tuple[str, ...]) -> list[str]:
    shown = str(bool(system.phone.scene().keyboard)).lower()
    package, _ = system.front()
    return [
        "Current Input Method Manager state:",
        f"  Input Methods: mMethodMapUpdateCount=1 ({len(system.input_methods_there())})",
        *(f"    {name}:" for name in system.input_methods_there()),
        "  Clients:",
        f"  mCurMethodId={system.input_method()}",
        f"  mCurClient=ClientState{{{package}}} mCurSeq=1",
        f"  mShowRequested={shown} mShowExplicitlyRequested=false mShowForced=false "
        f"mInputShown={shown}",
        f"  mSystemReady=true mInteractive={str(system.awake).lower()}",
        " ",
        "Input method service state for InputMethodService:",
        f"  mInputStarted={shown} mInputViewStarted={shown} mCandidatesViewStarted=false",
        f"  mDecorViewVisible={shown} mDecorViewWasVisible={shown} mWindowVisible={shown} "
        "mInShowWindow=false",
        f"  mIsInputViewShown={shown} mIsFullscreen=false",
    ]


def _display(system: System, _arguments: tuple[str, ...]) -> list[str]:
    metrics = system.phone.metrics
    size = f"{metrics.width} x {metrics.height}"
    dpi = round(160 * metrics.density)
    return [
        "DISPLAY MANAGER (dumpsys display)",
        f"  mStableDisplaySize=Point({metrics.width}, {metrics.height})",
        "",
        "Display Devices: size=1",
        f'  DisplayDeviceInfo{{"Built-in Screen": uniqueId="local:0", {size}, modeId 1, '
        f"supportedModes [{{id=1, width={metrics.width}, height={metrics.height}, fps=60.0}}], "
        f"density {dpi}, {dpi}.0 x {dpi}.0 dpi, touch INTERNAL, rotation 0, type INTERNAL}}",
        "  mViewports=[DisplayViewport{type=INTERNAL, valid=true, isActive=true, displayId=0, "
        f"uniqueId='local:0', physicalPort=0, orientation={_rotation(system)}, "
        f"logicalFrame=Rect(0, 0 - {metrics.width}, {metrics.height}), "
        f"physicalFrame=Rect(0, 0 - {metrics.width}, {metrics.height}), "
        f"deviceWidth={metrics.width}, deviceHeight={metrics.height}}}]",
        "Logical Displays: size=1",
        "  Display 0:",
        f"    mDisplayState={_screen(system)}",
    ]


def _screen(system: System) -> str:
    return "ON" if system.awake else "OFF"


def _surface_flinger(system: System, arguments: tuple[str, ...]) -> list[str]:
    if "--display-id" in arguments:
        return ['Display 4619827259835644672 (HWC display 0): port=0 displayName="Simulated"']
    if "--list" in arguments:
        return [focused_window(system), "StatusBar#0", "NavigationBar0#0"]
    if "--latency" in arguments:
        return ["16666666"]
    return ["Build configuration: [sf]", "Display 4619827259835644672 (HWC display 0)"]


# --- power ---------------------------------------------------------------------------------------


def _power(system: System, _arguments: tuple[str, ...]) -> list[str]:
    return [
        "POWER MANAGER (dumpsys power)",
        "",
        "Power Manager State:",
        f"  mWakefulness={'Awake' if system.awake else 'Asleep'}",
        "  mIsPowered=true",
        "  mPlugType=1",
        "  mBatteryLevel=80",
        "  mDockState=0",
        "  mStayOn=true",
        f"  mHoldingDisplaySuspendBlocker={str(system.awake).lower()}",
        "",
        f"Display Power: state={_screen(system)}",
    ]


def _battery(system: System, arguments: tuple[str, ...]) -> list[str]:
    if arguments:  # set, unplug, reset: the battery stays as it is
        system.switches[f"battery {' '.join(arguments[:2])}"] = arguments[-1]
        return []
    return [
        "Current Battery Service state:",
        "  AC powered: true",
        "  USB powered: false",
        "  Wireless powered: false",
        "  Dock powered: false",
        "  Max charging current: 0",
        "  Max charging voltage: 0",
        "  Charge counter: 3200000",
        "  status: 2",
        "  health: 2",
        "  present: true",
        "  level: 80",
        "  scale: 100",
        "  voltage: 4100",
        "  temperature: 250",
        "  technology: Li-ion",
    ]


def _device_idle(system: System, arguments: tuple[str, ...]) -> list[str]:
    if arguments[:1] != ("whitelist",):
        return ["mState=ACTIVE", "mLightState=ACTIVE"]
    changes = arguments[1:]
    for each in changes:
        name = each[1:]
        if each.startswith("+"):
            system.switches[f"doze whitelist {name}"] = str(_uid(system, name))
        else:
            system.switches.pop(f"doze whitelist {name}", None)
    if changes:
        return [f"{'Added' if each.startswith('+') else 'Removed'}: {each[1:]}" for each in changes]
    prefix = "doze whitelist "
    kept = [name for name in system.switches if name.startswith(prefix)]
    return [f"user,{name.removeprefix(prefix)},{system.switches[name]}" for name in kept]


def _uid(system: System, name: str) -> int:
    package = system.packages.get(name)
    return package.uid if package else 0


# --- the rest ------------------------------------------------------------------------------------


def _package(system: System, arguments: tuple[str, ...]) -> list[str]:
    return dump_package(system, next((each for each in arguments if each[:1] != "-"), ""))


def _connectivity(system: System, _arguments: tuple[str, ...]) -> list[str]:
    if system.phone.network == "none":
        return ["Active default network: none", "Current Networks:"]
    checked = "&VALIDATED" if system.phone.network == "checked" else ""
    return [
        "Active default network: 100",
        "Current Networks:",
        "  NetworkAgentInfo{network{100}  ni{WIFI CONNECTED extra: }  Transports: WIFI "
        f"Capabilities: INTERNET&NOT_METERED{checked}}}",
    ]


def _wifi(system: System, _arguments: tuple[str, ...]) -> list[str]:
    on = system.settings["global"].get("wifi_on") == "1"
    return [f"Wi-Fi is {'enabled' if on else 'disabled'}"]


def _notification(system: System, _arguments: tuple[str, ...]) -> list[str]:
    shown = system.phone.scene().notification
    record = (
        []
        if shown is None
        else [
            "    NotificationRecord(0x0: pkg=com.android.phone user=UserHandle{0} id=1)",
            f"          android.title=String ({shown[0]})",
            f"          android.text=String ({shown[1]})",
        ]
    )
    return ["Current Notification Manager state:", "  Notification List:", *record]


DUMPS: dict[str, Dump] = {
    "SurfaceFlinger": _surface_flinger,
    "activity": dump_activity,
    "battery": _battery,
    "connectivity": _connectivity,
    "cpuinfo": dump_processor,
    "deviceidle": _device_idle,
    "display": _display,
    "gfxinfo": dump_graphics,
    "input": _input,
    "input_method": _input_method,
    "meminfo": dump_memory,
    "netstats": dump_network,
    "notification": _notification,
    "package": _package,
    "power": _power,
    "wifi": _wifi,
    "window": _window,
}

PROGRAMS: dict[str, Program] = {"dumpsys": dumpsys}
