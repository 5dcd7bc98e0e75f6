"""Installing and uninstalling: the package manager's commands for APKs."""

from __future__ import annotations

from harness.phone.android.apk import NotAnApk, read_manifest
from harness.phone.android.call import (
    Call,
    Finished,
    Options,
    Outcome,
    Program,
    Refusal,
    read_options,
    said,
)
from harness.phone.android.defaults import API_LEVEL
from harness.phone.android.packages import RUNTIME_PERMISSIONS, of_manifest
from harness.phone.android.system import System

_BARE = (
    *("-r", "-R", "-t", "-d", "-g", "-l", "-f", "-p", "--dont-kill", "--force-queryable"),
    *("--full", "--instant", "--no-incremental", "--bypass-low-target-sdk-block", "--streaming"),
    *("--restrict-permissions", "--fastdeploy"),
)
_TAKING = {
    **dict.fromkeys(("-S", "-i", "--user", "--abi", "--pkg", "--install-location"), 1),
    **dict.fromkeys(("--originating-uri", "--referrer", "--install-reason"), 1),
}


def install(call: Call) -> Outcome:
    """Installs an APK: a file of the phone, or with -S so many bytes of the standard input."""
    options = read_options(call.arguments, _BARE, _TAKING)
    if options.operands == ("-",) or (options.has("-S") and not options.operands):
        apk = call.stdin[: options.number("-S", default=len(call.stdin))]
    elif options.operands:
        where = call.path(options.operands[0])
        if not call.system.files.exists(where):
            raise Refusal(f"Error: failed to open file: {where}: No such file or directory", 255)
        apk = call.system.files.read(where)
    else:
        raise Refusal("Error: must either specify a package size or an APK file", 1)
    return install_apk(call.system, apk, options)


def install_apk(system: System, apk: bytes, options: Options) -> Finished:
    """Installs an APK.

    Returns:
        `Success`, or `Failure [...]` as the package manager says it, with code 1.
    """
    try:
        manifest = read_manifest(apk)
    except NotAnApk as problem:
        return _failure("INSTALL_PARSE_FAILED_NOT_APK", f"Failed to parse base.apk: {problem}")
    if manifest.minimum_sdk > API_LEVEL:
        needs = f"Requires newer sdk version #{manifest.minimum_sdk}"
        return _failure("INSTALL_FAILED_OLDER_SDK", f"{needs} (current version is #{API_LEVEL})")
    before = system.packages.get(manifest.package)
    if before is not None and before.version_code > manifest.version_code and not options.has("-d"):
        what = f"Downgrade detected: Update version code {manifest.version_code} is older than"
        return _failure("INSTALL_FAILED_VERSION_DOWNGRADE", f"{what} current {before.version_code}")
    package = of_manifest(manifest, system.packages.next_uid(), system.phone.wall_time())
    system.install(package, apk)
    if options.has("-g"):
        for permission in RUNTIME_PERMISSIONS & set(package.permissions):
            system.packages.grant(package.name, permission)
    return said("Success")


def _failure(code: str, message: str) -> Finished:
    return said(f"Failure [{code}: {message}]", code=1)


def uninstall(call: Call) -> Outcome:
    """Takes a package off the phone; -k keeps its data."""
    options = read_options(call.arguments, ("-k",), {"--user": 1, "--versionCode": 1})
    name = options.operands[0] if options.operands else ""
    package = call.system.packages.get(name)
    if package is None:
        return said("Failure [DELETE_FAILED_INTERNAL_ERROR]", code=1)
    if package.system:
        return said(f"Failure [-1000: {name} is a system package]", code=1)
    call.system.uninstall(name, keep_data=options.has("-k"))
    return said("Success")


# --- in steps, as adb does with an App of several APKs -------------------------------------------


def create(call: Call) -> Outcome:
    """Begins an installation."""
    read_options(call.arguments, _BARE, _TAKING)
    sessions = call.system.installations
    number = len(sessions) + 1
    sessions[number] = (call.arguments, {})
    return said(f"Success: created install session [{number}]")


def write(call: Call) -> Outcome:
    """Hands one APK of it over, on the standard input or as a file of the phone."""
    options = read_options(call.arguments, ("-",), {"-S": 1})
    number, name, *given = (*options.operands, "", "")
    _, parts = _session(call, number)
    source = next((each for each in given if each not in ("", "-")), "")
    parts[name] = call.system.files.read(call.path(source)) if source else call.stdin
    return said(f"Success: streamed {len(parts[name])} bytes")


def commit(call: Call) -> Outcome:
    """Installs what was handed over: the first part is the base."""
    arguments, parts = _session(call, call.first)
    if not parts:
        return _failure("INSTALL_FAILED_INVALID_APK", "no packages staged")
    options = read_options(arguments, _BARE, _TAKING)
    base = next(iter(parts.values()))
    parts.clear()
    return install_apk(call.system, base, options)


def abandon(call: Call) -> Outcome:
    """Gives it up."""
    _session(call, call.first)[1].clear()
    return said("Success")


def _session(call: Call, number: str) -> tuple[tuple[str, ...], dict[str, bytes]]:
    found = call.system.installations.get(int(number) if number.isdecimal() else 0)
    if found is None:
        raise Refusal(f"Error: java.lang.SecurityException: Caller has no access to {number}", 255)
    return found


PROGRAMS: dict[str, Program] = {
    "install": install,
    "install-abandon": abandon,
    "install-commit": commit,
    "install-create": create,
    "install-write": write,
    "uninstall": uninstall,
}
