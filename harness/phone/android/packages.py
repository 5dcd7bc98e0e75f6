"""The packages on the phone: those of its Apps, Android's own, and what was installed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from harness.phone.android.apk import Manifest
from harness.phone.android.apk_writer import write_apk
from harness.phone.app import App
from harness.phone.system import ANDROID, LAUNCHER

SETTINGS_APP = "io.appium.settings"
AUTOMATION = "io.appium.uiautomator2.server"
"""The package of the on-device UiAutomator2 server."""
INPUT_METHOD = "com.android.inputmethod.latin"

RUNTIME_PERMISSIONS = frozenset(
    f"android.permission.{name}"
    for name in (
        *("ACCESS_COARSE_LOCATION", "ACCESS_FINE_LOCATION", "ACCESS_BACKGROUND_LOCATION"),
        *("BLUETOOTH_CONNECT", "BLUETOOTH_SCAN", "CALL_PHONE", "CAMERA", "GET_ACCOUNTS"),
        *("POST_NOTIFICATIONS", "READ_CALENDAR", "READ_CONTACTS", "READ_EXTERNAL_STORAGE"),
        *("READ_MEDIA_AUDIO", "READ_MEDIA_IMAGES", "READ_MEDIA_VIDEO", "READ_PHONE_STATE"),
        *("READ_SMS", "RECEIVE_SMS", "RECORD_AUDIO", "SEND_SMS", "WRITE_CALENDAR"),
        *("WRITE_CONTACTS", "WRITE_EXTERNAL_STORAGE"),
    )
)
"""What a person grants; everything else is granted with the installation."""
DEVELOPMENT_PERMISSIONS = frozenset(
    f"android.permission.{name}"
    for name in ("CHANGE_CONFIGURATION", "DUMP", "READ_LOGS", "SET_ANIMATION_SCALE")
) | {"android.permission.WRITE_SECURE_SETTINGS"}
"""What `pm grant` may grant besides."""

_APP_PERMISSIONS = tuple(
    f"android.permission.{name}"
    for name in (
        *("INTERNET", "ACCESS_NETWORK_STATE", "CAMERA", "ACCESS_FINE_LOCATION"),
        *("ACCESS_COARSE_LOCATION", "POST_NOTIFICATIONS"),
    )
)
_SYSTEM_PACKAGES = (
    ANDROID,
    LAUNCHER,
    INPUT_METHOD,
    "com.android.packageinstaller",
    "com.android.permissioncontroller",
    "com.android.phone",
    "com.android.providers.media",
    "com.android.providers.settings",
    "com.android.providers.telephony",
    "com.android.settings",
    "com.android.shell",
    "com.android.systemui",
    "com.android.webview",
)
_FIRST_UID = 10150


@dataclass(frozen=True)
class Package:
    """A package that is installed."""

    name: str
    version_code: int
    version_name: str
    uid: int
    installed: datetime
    updated: datetime
    system: bool = False
    minimum_sdk: int = 26
    target_sdk: int = 33
    permissions: tuple[str, ...] = ()
    granted: frozenset[str] = frozenset()
    """Runtime and development permissions only: the others are granted with the installation."""
    activities: tuple[str, ...] = ()
    launcher: str = ""
    links: tuple[str, ...] = ()
    instrumentation: tuple[str, str] | None = None

    @property
    def directory(self) -> str:
        """Where its APK lies."""
        if self.system:
            return f"/system/app/{self.name}"
        return f"/data/app/~~{token(self.name)}==/{self.name}-{token(self.name[::-1])}=="

    @property
    def apk(self) -> str:
        """The path of its APK."""
        return f"{self.directory}/base.apk"

    def component(self, activity: str) -> str:
        """`PACKAGE/.Activity`, short as Android writes it."""
        return f"{self.name}/{short(self.name, activity)}"


def token(name: str) -> str:
    """Letters that stand for a name wherever Android makes some up; always the same."""
    return hashlib.md5(name.encode("utf-8", "replace")).hexdigest()[:22]


def identity(name: str) -> str:
    """What stands for an object in a dump: seven hexadecimal digits."""
    return token(name)[:7]


def short(package: str, activity: str) -> str:
    """A class with the package left out before it, if it is the same."""
    return activity.removeprefix(package) if activity.startswith(f"{package}.") else activity


def full(package: str, activity: str) -> str:
    """A class with the package before it."""
    return f"{package}{activity}" if activity.startswith(".") else activity


def of_app(app: App, uid: int, installed: datetime) -> Package:
    """The package of an App that the phone came with, or that was put on it."""
    activities = tuple(dict.fromkeys(app.package + screen.activity for screen in app.screens))
    return Package(
        name=app.package,
        version_code=version_code(app.version),
        version_name=app.version,
        uid=uid,
        installed=installed,
        updated=installed,
        permissions=_APP_PERMISSIONS,
        activities=activities,
        launcher=app.package + app.screen(app.start).activity,
        links=tuple(app.links),
    )


def of_manifest(manifest: Manifest, uid: int, installed: datetime) -> Package:
    """The package of an APK."""
    return Package(
        name=manifest.package,
        version_code=manifest.version_code,
        version_name=manifest.version_name or "null",
        uid=uid,
        installed=installed,
        updated=installed,
        minimum_sdk=manifest.minimum_sdk,
        target_sdk=manifest.target_sdk,
        permissions=manifest.permissions,
        activities=manifest.activities,
        launcher=manifest.launcher,
        instrumentation=manifest.instrumentation,
    )


def apk_of(package: Package) -> bytes:
    """An APK that stands for a package."""
    return write_apk(
        Manifest(
            package=package.name,
            version_code=package.version_code,
            version_name=package.version_name,
            minimum_sdk=package.minimum_sdk,
            target_sdk=package.target_sdk,
            permissions=package.permissions,
            activities=package.activities,
            launcher=package.launcher,
        )
    )


def version_code(version: str) -> int:
    """A number for a version name: 30201 for 3.2.1."""
    code = 0
    for part in (*version.split("."), "0", "0")[:3]:
        code = code * 100 + (int(part) if part.isdecimal() else 0)
    return code


class Packages:
    """What is installed, by name.

    Args:
        born: when the phone was set up.
    """

    def __init__(self, born: datetime) -> None:
        self._uids = _FIRST_UID
        self._all: dict[str, Package] = {}
        for uid, name in enumerate(_SYSTEM_PACKAGES, start=10050):
            launcher = f"{LAUNCHER}.LauncherActivity" if name == LAUNCHER else ""
            self._all[name] = Package(
                name=name,
                version_code=33,
                version_name="13",
                uid=1000 if name == ANDROID else uid,
                installed=born,
                updated=born,
                system=True,
                activities=(launcher,) if launcher else (),
            )

    def all(self) -> list[Package]:
        """All of them, Android's own first."""
        return list(self._all.values())

    def get(self, name: str) -> Package | None:
        """The package of this name."""
        return self._all.get(name)

    def put(self, package: Package) -> None:
        """Installs a package, or a new version of it: then its user and its grants stay."""
        before = self._all.get(package.name)
        if before is not None:
            package = replace(
                package, uid=before.uid, installed=before.installed, granted=before.granted
            )
        self._all[package.name] = package

    def remove(self, name: str) -> None:
        """Takes a package away."""
        del self._all[name]

    def grant(self, name: str, permission: str) -> None:
        """Grants a permission."""
        package = self._all[name]
        self._all[name] = replace(package, granted=package.granted | {permission})

    def revoke(self, name: str, permission: str | None = None) -> None:
        """Takes a permission back, or all of them."""
        package = self._all[name]
        left = package.granted - {permission} if permission else frozenset[str]()
        self._all[name] = replace(package, granted=left)

    def next_uid(self) -> int:
        """The user that the next package gets."""
        self._uids += 1
        return self._uids
