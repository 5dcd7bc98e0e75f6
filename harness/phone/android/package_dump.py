"""What `dumpsys package` tells of a package."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from harness.phone.android.intents import LAUNCHER_CATEGORY, MAIN, VIEW
from harness.phone.android.packages import (
    DEVELOPMENT_PERMISSIONS,
    RUNTIME_PERMISSIONS,
    Package,
    identity,
)
from harness.phone.android.system import System

_PUT_ASIDE = RUNTIME_PERMISSIONS | DEVELOPMENT_PERMISSIONS


def dump_package(system: System, name: str) -> list[str]:
    """The lines about one package, or about all when no name is given."""
    packages = [each for each in system.packages.all() if name in ("", each.name)]
    if not packages:
        return ["Dexopt state:", f"  Unable to find package: {name}"]
    lines = [*_resolver_table(packages), "Key Set Manager:", ""]
    lines.append("Packages:")
    for package in packages:
        lines += _package(package)
    return [*lines, "", *_users(system, packages)]


def _resolver_table(packages: list[Package]) -> Iterator[str]:
    yield "Activity Resolver Table:"
    launching = [each for each in packages if each.launcher]
    linked = [(scheme, each) for each in launching for scheme in _schemes(each)]
    if linked:
        yield "  Schemes:"
        for scheme, package in linked:
            yield f"      {scheme}:"
            yield f"        {_filter(package)}"
            yield f'          Action: "{VIEW}"'
            yield '          Category: "android.intent.category.BROWSABLE"'
            yield f'          Scheme: "{scheme}"'
        yield ""
    if launching:
        yield "  Non-Data Actions:"
        yield f"      {MAIN}:"
        for package in launching:
            yield f"        {_filter(package)}"
            yield f'          Action: "{MAIN}"'
            yield f'          Category: "{LAUNCHER_CATEGORY}"'
        yield ""


def _schemes(package: Package) -> list[str]:
    return sorted({link.partition(":")[0] for link in package.links})


def _filter(package: Package) -> str:
    component = package.component(package.launcher)
    return f"{identity(component)} {component} filter {identity(package.name)}"


def _package(package: Package) -> Iterator[str]:
    target = f"minSdk={package.minimum_sdk} targetSdk={package.target_sdk}"
    flags = "SYSTEM HAS_CODE" if package.system else "DEBUGGABLE HAS_CODE ALLOW_CLEAR_USER_DATA"
    yield f"  Package [{package.name}] ({identity(package.name)}):"
    yield f"    userId={package.uid}"
    yield f"    pkg=Package{{{identity(package.name)} {package.name}}}"
    yield f"    codePath={package.directory}"
    yield f"    resourcePath={package.directory}"
    yield f"    legacyNativeLibraryDir={package.directory}/lib"
    yield "    primaryCpuAbi=null"
    yield f"    versionCode={package.version_code} {target}"
    yield f"    versionName={package.version_name}"
    yield "    splits=[base]"
    yield "    apkSigningVersion=2"
    yield f"    applicationInfo=ApplicationInfo{{{identity(package.name)} {package.name}}}"
    yield f"    flags=[ {flags} ]"
    yield f"    dataDir=/data/user/0/{package.name}"
    yield "    supportsScreens=[small, medium, large, xlarge, resizeable, anyDensity]"
    yield f"    timeStamp={_moment(package.updated)}"
    yield f"    firstInstallTime={_moment(package.installed)}"
    yield f"    lastUpdateTime={_moment(package.updated)}"
    signature = f"{identity(package.name)} version:2, signatures:[{identity('zhangce')}]"
    yield f"    signatures=PackageSignatures{{{signature}, past signatures:[]}}"
    yield "    installPermissionsFixed=true"
    yield f"    pkgFlags=[ {flags} ]"
    yield from _permissions(package)


def _permissions(package: Package) -> Iterator[str]:
    if package.permissions:
        yield "    requested permissions:"
        yield from (f"      {name}" for name in package.permissions)
    installed = [name for name in package.permissions if name not in _PUT_ASIDE]
    installed += sorted(package.granted & DEVELOPMENT_PERMISSIONS)
    if installed:
        yield "    install permissions:"
        yield from (f"      {name}: granted=true" for name in installed)
    yield (
        "    User 0: ceDataInode=0 installed=true hidden=false suspended=false "
        "distractionFlags=0 stopped=false notLaunched=false enabled=0 instant=false virtual=false"
    )
    yield "      gids=[3003]"
    yield "      runtime permissions:"
    for name in package.permissions:
        if name in RUNTIME_PERMISSIONS:
            granted = str(name in package.granted).lower()
            yield f"        {name}: granted={granted}, flags=[ USER_SENSITIVE_WHEN_GRANTED]"


def _users(system: System, packages: list[Package]) -> Iterator[str]:
    yield "Queries:"
    yield "  system apps queryable: false"
    yield ""
    yield "Package Changes:"
    yield f"  Sequence number={len(system.packages.all())}"
    yield "  User 0:"
    yield from (f"    seq={place}, package={each.name}" for place, each in enumerate(packages))


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S")
