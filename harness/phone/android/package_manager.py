"""`pm` and `cmd package`: what is installed, installing, permissions."""

from __future__ import annotations

from collections.abc import Callable

from harness.phone.android.boot import Stage
from harness.phone.android.call import (
    NOTHING,
    Call,
    Finished,
    NotUnderstood,
    Options,
    Outcome,
    Program,
    Refusal,
    read_options,
    said,
)
from harness.phone.android.installing import PROGRAMS as INSTALLING
from harness.phone.android.intents import HOME, read_intent
from harness.phone.android.package_dump import dump_package
from harness.phone.android.packages import (
    DEVELOPMENT_PERMISSIONS,
    RUNTIME_PERMISSIONS,
    Package,
    short,
)
from harness.phone.android.system import System
from harness.phone.system import LAUNCHER

_FEATURES = (
    "reqGlEsVersion=0x30002",
    "android.hardware.camera",
    "android.hardware.faketouch",
    "android.hardware.location",
    "android.hardware.screen.portrait",
    "android.hardware.telephony",
    "android.hardware.touchscreen",
    "android.hardware.wifi",
    "android.software.input_methods",
    "android.software.webview",
)
_USER = {"--user": 1}


def pm(call: Call) -> Outcome:
    """The package manager's commands."""
    if not call.system.boot.reached(Stage.SERVICES):
        raise Refusal("cmd: Can't find service: package", 20)
    program = _COMMANDS.get(call.first)
    if program is None:
        raise NotUnderstood(f"Unknown command: {call.first}", 255)
    return program(call.rest())


# --- lists ---------------------------------------------------------------------------------------


def list_(call: Call) -> Outcome:
    """`pm list` of packages, instrumentation, features, permissions, users."""
    what = _LISTS.get(call.first)
    if what is None:
        raise NotUnderstood(f"Error: unknown list type '{call.first}'", 255)
    return what(call.rest())


def _packages(call: Call) -> Outcome:
    bare = ("-3", "-s", "-f", "-i", "-e", "-d", "-l", "-U", "-u", "-a", "-q", "--show-versioncode")
    options = read_options(call.arguments, bare, {**_USER, "--uid": 1})
    wanted = options.operands[0] if options.operands else ""
    shown = [
        _line(package, options)
        for package in call.system.packages.all()
        if wanted in package.name
        and not (options.has("-3") and package.system)
        and not (options.has("-s") and not package.system)
        and not options.has("-d")
    ]
    return said(*shown)


def _line(package: Package, options: Options) -> str:
    parts = [f"package:{package.apk}={package.name}" if options.has("-f") else ""]
    parts = [parts[0] or f"package:{package.name}"]
    if options.has("--show-versioncode"):
        parts.append(f"versionCode:{package.version_code}")
    if options.has("-i"):
        parts.append(" installer=null")
    if options.has("-U"):
        parts.append(f"uid:{package.uid}")
    return " ".join(parts)


def _instrumentation(call: Call) -> Outcome:
    options = read_options(call.arguments, ("-f",))
    lines = [
        f"instrumentation:{package.name}/{package.instrumentation[0]} "
        f"(target={package.instrumentation[1]})"
        for package in call.system.packages.all()
        if package.instrumentation is not None
        and (not options.operands or package.instrumentation[1] in options.operands)
    ]
    return said(*sorted(lines))


def _features(_call: Call) -> Outcome:
    return said(*(f"feature:{name}" for name in _FEATURES))


def _users(_call: Call) -> Outcome:
    return said("Users:", "\tUserInfo{0:Owner:4c13} running")


def _permissions(call: Call) -> Outcome:
    known = {name for package in call.system.packages.all() for name in package.permissions}
    return said("All Permissions:", "", *(f"permission:{name}" for name in sorted(known)))


_LISTS: dict[str, Program] = {
    "features": _features,
    "instrumentation": _instrumentation,
    "package": _packages,
    "packages": _packages,
    "permissions": _permissions,
    "users": _users,
}


# --- one package ---------------------------------------------------------------------------------


def path(call: Call) -> Outcome:
    """Where the APK of a package is; nothing and code 1 for one that is not there."""
    options = read_options(call.arguments, (), _USER)
    package = call.system.packages.get(options.operands[0] if options.operands else "")
    return said(f"package:{package.apk}") if package else Finished(code=1)


def clear(call: Call) -> Outcome:
    """Forgets all that an App has stored, and what it was granted."""
    options = read_options(call.arguments, ("--cache-only",), _USER)
    name = options.operands[0] if options.operands else ""
    if call.system.packages.get(name) is None:
        return said("Failed", code=1)
    call.system.stop_package(name)
    if name in call.system.phone.apps:
        call.system.phone.clear(name)
    call.system.packages.revoke(name)
    return said("Success")


def dump(call: Call) -> Outcome:
    """All that is known of a package."""
    return said(*dump_package(call.system, call.first))


def resolve_activity(call: Call) -> Outcome:
    """The activity that an intent leads to; `--brief` its component only."""
    own = ("--brief", "--components")
    given = [each for each in call.arguments if each not in own]
    brief = len(given) != len(call.arguments)
    intent, _ = read_intent([each for each in given if each != "--query-flags"])
    package = _resolved(call.system, intent.target, HOME in intent.categories, intent.data)
    if package is None:
        return said("No activity found")
    lines = ["priority=0 preferredOrder=0 match=0x108000 specificIndex=-1 isDefault=false"]
    if brief:
        return said(*lines, package.component(package.launcher))
    return said(
        *lines,
        "ActivityInfo:",
        f"  name={package.launcher}",
        f"  packageName={package.name}",
        "  enabled=true exported=true directBootAware=false",
    )


def _resolved(system: System, name: str, home: bool, data: str) -> Package | None:
    if home:
        return system.packages.get(LAUNCHER)
    if data:
        known = (each for each in system.packages.all() if name in ("", each.name))
        return next((each for each in known if data.startswith(each.links or ("\0",))), None)
    package = system.packages.get(name)
    return package if package and package.launcher else None


# --- permissions ---------------------------------------------------------------------------------


def grant(call: Call) -> Outcome:
    """Grants a runtime or development permission that the package asks for."""
    name, permission = _permission(call)
    call.system.packages.grant(name, permission)
    return NOTHING


def revoke(call: Call) -> Outcome:
    """Takes one back; a running App that loses one is ended, as Android does."""
    name, permission = _permission(call)
    package = call.system.packages.get(name)
    if package and permission in package.granted:
        call.system.stop_package(name)
    call.system.packages.revoke(name, permission)
    return NOTHING


def _permission(call: Call) -> tuple[str, str]:
    operands = read_options(call.arguments, (), _USER).operands
    if len(operands) < 2:
        raise Refusal("Error: no permission specified", 255)
    name, permission = operands[:2]
    package = call.system.packages.get(name)
    if package is None:
        raise _thrown(call, f"java.lang.IllegalArgumentException: Unknown package: {name}")
    if permission not in package.permissions:
        asked = f"Package {name} has not requested permission {permission}"
        raise _thrown(call, f"java.lang.SecurityException: {asked}")
    if permission not in RUNTIME_PERMISSIONS | DEVELOPMENT_PERMISSIONS:
        what = f"Permission {permission} requested by {name} is not a changeable permission type"
        raise _thrown(call, f"java.lang.SecurityException: {what}")
    return name, permission


def _thrown(call: Call, exception: str) -> Refusal:
    return Refusal(f"\nException occurred while executing '{call.name}':\n{exception}", 255)


def reset_permissions(call: Call) -> Outcome:
    """Takes all grants back."""
    for package in call.system.packages.all():
        call.system.packages.revoke(package.name)
    return NOTHING


# --- the rest ------------------------------------------------------------------------------------


def has_feature(call: Call) -> Outcome:
    """Whether the phone has a feature."""
    there = call.first in _FEATURES
    return said(str(there).lower(), code=int(not there))


def launcher(_call: Call) -> Outcome:
    """The home App."""
    return said(f"Launcher: ComponentInfo{{{LAUNCHER}/{LAUNCHER}.LauncherActivity}}")


def nothing(_call: Call) -> Outcome:
    """Something that has no effect on these Apps."""
    return NOTHING


def switched(state: str) -> Callable[[Call], Outcome]:
    """Answers what Android answers when a package is switched on or off."""

    def switch(call: Call) -> Outcome:
        name, _, activity = call.first.partition("/")
        if call.system.packages.get(name) is None:
            raise Refusal(f"Error: java.lang.IllegalArgumentException: Unknown package: {name}", 1)
        what = f"Component {{{name}/{short(name, activity)}}}" if activity else f"Package {name}"
        return said(f"{what} new state: {state}")

    return switch


_COMMANDS: dict[str, Program] = {
    **INSTALLING,
    "clear": clear,
    "compile": lambda _call: said("Success"),
    "disable-user": switched("disabled-user"),
    "dump": dump,
    "enable": switched("enabled"),
    "get-install-location": lambda _call: said("0[auto]"),
    "get-max-users": lambda _call: said("Maximum supported users: 1"),
    "grant": grant,
    "has-feature": has_feature,
    "get-home-activities": launcher,
    "list": list_,
    "path": path,
    "reset-permissions": reset_permissions,
    "resolve-activity": resolve_activity,
    "revoke": revoke,
    "set-home-activity": nothing,
    "set-permission-flags": nothing,
    "trim-caches": nothing,
}

PROGRAMS: dict[str, Program] = {"pm": pm}
