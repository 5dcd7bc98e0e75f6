"""`cmd`, `svc`, `appops` and their like: what is switched on the phone, and remembered."""

from __future__ import annotations

from harness.phone.android import activity_manager, inputs, package_manager, properties
from harness.phone.android.call import (
    NOTHING,
    Call,
    NotUnderstood,
    Outcome,
    Program,
    Refusal,
    read_options,
    said,
)
from harness.phone.android.dumpsys import DUMPS
from harness.phone.android.intents import LAUNCHER_CATEGORY
from harness.phone.android.system import System

_ON = {"enable": True, "enabled": True, "true": True, "yes": True, "on": True, "1": True}
_OFF = {"disable": False, "disabled": False, "false": False, "no": False, "off": False, "0": False}
_SWITCH = _ON | _OFF


def cmd(call: Call) -> Outcome:
    """Hands a command to a service."""
    words = [each for each in call.arguments if each != "-w"]
    if words[:1] == ["-l"]:
        return said("Currently running services:", *(f"  {name}" for name in sorted(SERVICES)))
    inner = Call(call.system, "cmd", tuple(words), call.stdin, call.directory)
    service = SERVICES.get(inner.first)
    if service is None:
        raise NotUnderstood(f"cmd: Can't find service: {inner.first}", 20)
    return service(inner.rest())


# --- the services --------------------------------------------------------------------------------


def appops(call: Call) -> Outcome:
    """Remembers what a package may do, and tells it."""
    options = read_options(call.arguments, ("--uid",), {"--user": 1})
    verb, name, operation, mode = (*options.operands, "", "", "", "")[:4]
    if verb not in ("set", "get", "reset", "query-op"):
        raise NotUnderstood(f"Unknown command: {verb}", 255)
    if verb in ("set", "get") and call.system.packages.get(name) is None:
        raise Refusal(f"Error: No UID for {name} in user 0", 255)
    operation = operation.removeprefix("android:").upper()
    key = f"appops {name} {operation}"
    if verb == "set":
        call.system.switches[key] = mode
    elif verb == "get":
        given = {key: mode for key, mode in call.system.switches.items() if key.startswith(key[:7])}
        start = f"appops {name} "
        lines = [
            f"{each.removeprefix(start)}: {mode}"
            for each, mode in given.items()
            if each.startswith(start) and operation in each
        ]
        return said(*(lines or ["No operations."]))
    return NOTHING


def _remembered(*verbs: str) -> Program:
    """A service whose commands have no effect on these Apps; the last word given is kept."""

    def service(call: Call) -> Outcome:
        if call.first not in verbs:
            raise NotUnderstood(f"Unknown command: {call.first}", 255)
        call.system.switches[" ".join((call.name, *call.arguments[:-1]))] = call.arguments[-1]
        return NOTHING

    return service


def _wifi(call: Call) -> Outcome:
    if call.first == "set-wifi-enabled":
        return _set(call.system, "wifi_on", call.arguments[-1])
    if call.first == "status":
        on = call.system.settings["global"].get("wifi_on") == "1"
        lines = ['Wifi is connected to "simulated"', 'WifiInfo: SSID: "simulated"'] if on else []
        return said(f"Wifi is {'enabled' if on else 'disabled'}", *lines)
    raise NotUnderstood(f"Unknown command: {call.first}", 255)


def _phone(call: Call) -> Outcome:
    if call.first != "data" or len(call.arguments) < 2:
        raise NotUnderstood(f"Unknown command: {call.first}", 255)
    return _set(call.system, "mobile_data", call.arguments[1])


def _connectivity(call: Call) -> Outcome:
    if call.first != "airplane-mode":
        raise NotUnderstood(f"Unknown command: {call.first}", 255)
    if len(call.arguments) > 1:
        return _set(call.system, "airplane_mode_on", call.arguments[1])
    on = call.system.settings["global"].get("airplane_mode_on") == "1"
    return said("enabled" if on else "disabled")


def _location(call: Call) -> Outcome:
    if call.first == "is-location-enabled":
        return said(str(call.system.settings["secure"].get("location_mode") != "0").lower())
    if call.first == "set-location-enabled":
        on = _SWITCH.get(call.arguments[-1], True)
        call.system.settings["secure"]["location_mode"] = "3" if on else "0"
        return NOTHING
    raise NotUnderstood(f"Unknown command: {call.first}", 255)


def _set(system: System, setting: str, word: str) -> Outcome:
    if word not in _SWITCH:
        raise Refusal(f"Invalid argument: {word}", 255)
    system.settings["global"][setting] = str(int(_SWITCH[word]))
    return NOTHING


def _uimode(call: Call) -> Outcome:
    if call.first != "night":
        raise NotUnderstood(f"Unknown command: {call.first}", 255)
    if len(call.arguments) > 1:
        call.system.switches["uimode night"] = call.arguments[1]
    return said(f"Night mode: {call.system.switches.get('uimode night', 'no')}")


def _clipboard(call: Call) -> Outcome:
    if call.first == "set":
        call.system.switches["clipboard"] = " ".join(call.arguments[1:])
        return NOTHING
    if call.first == "get":
        return said(call.system.switches.get("clipboard", ""))
    raise NotUnderstood(f"Unknown command: {call.first}", 255)


def _locale(call: Call) -> Outcome:
    """`cmd locale get-app-locales PACKAGE` and its counterpart."""
    if call.first not in ("get-app-locales", "set-app-locales"):
        raise NotUnderstood(f"Unknown command: {call.first}", 255)
    options = read_options(call.arguments[1:], (), {"--user": 1, "--locales": 1})
    name = options.operands[0] if options.operands else ""
    key = f"locale {name}"
    if call.first == "set-app-locales":
        call.system.switches[key] = options.value("--locales")
        return NOTHING
    return said(f"Locales for {name} for user 0 are [{call.system.switches.get(key, '')}]")


def _overlay(_call: Call) -> Outcome:
    return NOTHING


SERVICES: dict[str, Program] = {
    "activity": activity_manager.am,
    "appops": appops,
    "bluetooth_manager": _remembered("enable", "disable"),
    "clipboard": _clipboard,
    "connectivity": _connectivity,
    "input": inputs.input_,
    "input_method": inputs.ime,
    "locale": _locale,
    "location": _location,
    "notification": _remembered(
        *("allow_listener", "disallow_listener", "set_dnd", "allow_dnd", "disallow_dnd", "post")
    ),
    "overlay": _overlay,
    "package": package_manager.pm,
    "phone": _phone,
    "settings": properties.settings,
    "statusbar": _remembered(
        *("expand-notifications", "expand-settings", "collapse", "add-tile", "remove-tile"),
        *("click-tile", "get-status-icons", "send-disable-flag"),
    ),
    "uimode": _uimode,
    "wifi": _wifi,
    "window": inputs.wm,
}


# --- svc and the like ----------------------------------------------------------------------------


def svc(call: Call) -> Outcome:
    """Switches Wi-Fi, data, power and the like."""
    what, word = (*call.arguments, "", "")[:2]
    settings = {"wifi": "wifi_on", "data": "mobile_data"}
    if what in settings:
        return _set(call.system, settings[what], word)
    if what in ("nfc", "bluetooth", "power", "usb"):
        call.system.switches[f"svc {what}"] = word
        return NOTHING
    raise NotUnderstood(f"svc: unknown command {what}", 1)


def service(call: Call) -> Outcome:
    """Lists the services, asks whether there is one, or calls one by number."""
    verb, name = (*call.arguments, "", "")[:2]
    known = sorted({*SERVICES, *DUMPS})
    if verb == "list":
        lines = (f"{place}\t{each}: [android.I{each}]" for place, each in enumerate(known))
        return said(f"Found {len(known)} services:", *lines)
    if verb == "check":
        return said(f"Service {name}: {'found' if name in known else 'not found'}")
    if call.arguments[:3] == ("call", "alarm", "3") and len(call.arguments) > 4:
        call.system.properties["persist.sys.timezone"] = call.arguments[4]
        return said("Result: Parcel(00000000 00000001   '........')")
    if call.arguments[:3] == ("call", "notification", "1"):
        return said("Result: Parcel(00000000    '....')")
    raise NotUnderstood(f"service: Service {name} does not exist", 10)


def locksettings(call: Call) -> Outcome:
    """There is no lock, and none can be set."""
    answers = {
        "help": "lockSettings service commands:",
        "get-disabled": "true",
        "verify": "Lock credential verified successfully",
        "clear": "Lock credential cleared",
        "set-disabled": "Lock screen disabled set to true",
    }
    if call.first not in answers:
        raise NotUnderstood(f"Unknown command: {call.first}", 255)
    return said(answers[call.first])


def monkey(call: Call) -> Outcome:
    """Starts an App as its icon does: the only use of it here."""
    taking = {"-p": 1, "-c": 1, "-s": 1, "--throttle": 1}
    options = read_options(call.arguments, ("-v",), taking)
    name = options.value("-p")
    package = call.system.packages.get(name)
    if package is None or not package.launcher or name not in call.system.phone.apps:
        return said("** No activities found to run, monkey aborted.", code=252)
    if options.value("-c", default=LAUNCHER_CATEGORY) != LAUNCHER_CATEGORY:
        raise NotUnderstood("** monkey: only the category LAUNCHER is there", 252)
    call.system.phone.launch(name)
    return said("Events injected: 1", "## Network stats: elapsed time=0ms (0ms mobile, 0ms wifi)")


def content(call: Call) -> Outcome:
    """`content query`: the text messages, newest first."""
    taking = dict.fromkeys(("--uri", "--projection", "--where", "--sort", "--user"), 1)
    options = read_options(call.arguments, (), taking)
    uri = options.value("--uri")
    if options.operands != ("query",) or not uri.startswith("content://sms"):
        raise NotUnderstood(f"[ERROR] Unsupported: {uri}", 1)
    inbox = call.system.phone.inbox()
    rows = []
    for place, message in enumerate(reversed(inbox)):
        known = {
            "_id": str(len(inbox) - place),
            "address": message.sender,
            "date": str(round(message.at.timestamp() * 1000)),
            "read": "0",
            "type": "1",
            "body": message.text,
        }
        asked = [each for each in options.value("--projection").split(":") if each] or list(known)
        shown = ", ".join(f"{name}={known.get(name, 'NULL')}" for name in asked)
        rows.append(f"Row: {place} {shown}")
    return said(*(rows or ["No result found."]))


def getenforce(_call: Call) -> Outcome:
    """SELinux, as on any phone."""
    return said("Enforcing")


def setenforce(_call: Call) -> Outcome:
    """Only root may."""
    raise Refusal("setenforce: Couldn't set enforcing status to '0': Permission denied")


def run_as(call: Call) -> Outcome:
    """No App here may be debugged."""
    if call.system.packages.get(call.first) is None:
        raise Refusal(f"run-as: unknown package: {call.first}")
    raise Refusal(f"run-as: package not debuggable: {call.first}")


PROGRAMS: dict[str, Program] = {
    "appops": appops,
    "cmd": cmd,
    "content": content,
    "getenforce": getenforce,
    "locksettings": locksettings,
    "monkey": monkey,
    "run-as": run_as,
    "service": service,
    "setenforce": setenforce,
    "svc": svc,
}
