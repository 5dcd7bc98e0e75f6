"""What an APK says of itself in its binary manifest."""

from __future__ import annotations

import io
import logging
import zipfile
from dataclasses import dataclass

from lxml import etree

# The library sets up logging at level DEBUG when it is imported, unless somebody has set it up;
# and it has no types.
_GUARD = logging.NullHandler()
logging.getLogger().addHandler(_GUARD)
from apkInspector.axml import get_manifest  # type: ignore[import-untyped]  # noqa: E402

logging.getLogger().removeHandler(_GUARD)

LARGEST_MANIFEST = 4 << 20
_ANDROID = "{http://schemas.android.com/apk/res/android}"
_MAIN = "android.intent.action.MAIN"
_LAUNCHER = "android.intent.category.LAUNCHER"


class NotAnApk(ValueError):
    """The bytes are no APK; the message says what is wrong, in the package manager's words."""


@dataclass(frozen=True)
class Manifest:
    """The part of an AndroidManifest.xml that the package manager needs here."""

    package: str
    version_code: int = 0
    version_name: str = ""
    minimum_sdk: int = 1
    target_sdk: int = 1
    permissions: tuple[str, ...] = ()
    activities: tuple[str, ...] = ()
    """Classes, with the package before those that the manifest writes with a dot."""
    launcher: str = ""
    """The class of the launcher activity; empty when there is none."""
    instrumentation: tuple[str, str] | None = None
    """A test runner's class, and the package that it tests."""


def read_manifest(apk: bytes) -> Manifest:
    """Reads the manifest of an APK.

    Raises:
        NotAnApk: It is no zip, has no manifest, or one that cannot be read.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(apk)) as archive:
            entry = archive.getinfo("AndroidManifest.xml")
            if entry.file_size > LARGEST_MANIFEST:
                raise NotAnApk("the manifest is too large")
            xml = get_manifest(io.BytesIO(archive.read(entry)))
        root = etree.fromstring(xml, etree.XMLParser(recover=True, resolve_entities=False))
    except Exception as problem:  # whatever the bytes are, installing them is refused
        raise NotAnApk(f"{type(problem).__name__}: {problem}") from problem
    if not len(root.get("package", "")):
        raise NotAnApk("the manifest names no package")
    return _manifest(root)


def _manifest(root: etree._Element) -> Manifest:
    sdk = root.find("uses-sdk")
    runner = root.find("instrumentation")
    return Manifest(
        package=root.get("package", ""),
        version_code=_number(root, "versionCode", 0),
        version_name=root.get(f"{_ANDROID}versionName", ""),
        minimum_sdk=_number(sdk, "minSdkVersion", 1),
        target_sdk=_number(sdk, "targetSdkVersion", 1),
        permissions=tuple(each.get(f"{_ANDROID}name", "") for each in root.iter("uses-permission")),
        activities=tuple(_class(each) for each in root.iter("activity", "activity-alias")),
        launcher=_launcher(root),
        instrumentation=None
        if runner is None
        else (runner.get(f"{_ANDROID}name", ""), runner.get(f"{_ANDROID}targetPackage", "")),
    )


def _number(element: etree._Element | None, name: str, default: int) -> int:
    text = "" if element is None else element.get(f"{_ANDROID}{name}", "")
    return int(text) if text.isdecimal() else default


def _class(element: etree._Element) -> str:
    name = str(element.get(f"{_ANDROID}name", ""))
    package = element.getroottree().getroot().get("package", "")
    return f"{package}{name}" if name.startswith(".") else name


def _launcher(root: etree._Element) -> str:
    for activity in root.iter("activity", "activity-alias"):
        named = {each.get(f"{_ANDROID}name") for each in activity.iter("action", "category")}
        if {_MAIN, _LAUNCHER} <= named:
            return _class(activity)
    return ""
