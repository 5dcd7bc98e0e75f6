"""An APK that stands for one of the phone's Apps: a manifest, and nothing that could be run.

It can be pulled, installed and read by any tool that reads manifests.
Source of the format: frameworks/base/libs/androidfw/include/androidfw/ResourceTypes.h of Android.
"""

from __future__ import annotations

import io
import struct
import zipfile

from lxml import etree

from harness.phone.android.apk import Manifest

_ANDROID = "http://schemas.android.com/apk/res/android"
_ATTRIBUTES = {
    "name": 0x01010003,
    "targetPackage": 0x01010021,
    "minSdkVersion": 0x0101020C,
    "versionCode": 0x0101021B,
    "versionName": 0x0101021C,
    "targetSdkVersion": 0x01010270,
}
"""The numbers of the attributes of the namespace `android`."""
_POOL, _XML, _NAMESPACE, _END_NAMESPACE, _START, _END, _NUMBERS = (
    *(0x0001, 0x0003, 0x0100, 0x0101, 0x0102, 0x0103, 0x0180),
)
_NONE = 0xFFFFFFFF
_STRING, _WHOLE = 0x03, 0x10
_LONG_AGO = (1981, 1, 1, 1, 1, 2)
"""The moment of every file in an APK that is built anew the same."""


def write_apk(manifest: Manifest) -> bytes:
    """The APK with this manifest; the same bytes whenever it is written."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        entry = zipfile.ZipInfo("AndroidManifest.xml", _LONG_AGO)
        archive.writestr(entry, binary_xml(manifest_xml(manifest)))
    return buffer.getvalue()


def manifest_xml(manifest: Manifest) -> etree._Element:
    """The manifest as a developer writes it."""
    root = etree.Element("manifest", {"package": manifest.package}, {"android": _ANDROID})
    _put(root, versionCode=str(manifest.version_code), versionName=manifest.version_name)
    sdk = etree.SubElement(root, "uses-sdk")
    minimum, target = str(manifest.minimum_sdk), str(manifest.target_sdk)
    _put(sdk, minSdkVersion=minimum, targetSdkVersion=target)
    for permission in manifest.permissions:
        _put(etree.SubElement(root, "uses-permission"), name=permission)
    if manifest.instrumentation is not None:
        runner, tested = manifest.instrumentation
        _put(etree.SubElement(root, "instrumentation"), name=runner, targetPackage=tested)
    application = etree.SubElement(root, "application")
    for activity in manifest.activities:
        element = etree.SubElement(application, "activity")
        _put(element, name=activity)
        if activity == manifest.launcher:
            started = etree.SubElement(element, "intent-filter")
            _put(etree.SubElement(started, "action"), name="android.intent.action.MAIN")
            _put(etree.SubElement(started, "category"), name="android.intent.category.LAUNCHER")
    return root


def _put(element: etree._Element, **attributes: str) -> None:
    for name, value in attributes.items():
        element.set(f"{{{_ANDROID}}}{name}", value)


def binary_xml(root: etree._Element) -> bytes:
    """An XML tree in Android's binary form."""
    strings = [*_ATTRIBUTES, "android", _ANDROID]
    body = _element(root, strings)
    namespace = struct.pack("<4I", 1, _NONE, strings.index("android"), strings.index(_ANDROID))
    numbers = struct.pack(f"<{len(_ATTRIBUTES)}I", *_ATTRIBUTES.values())
    content = (
        _pool(strings)
        + _chunk(_NUMBERS, 8, numbers)
        + _chunk(_NAMESPACE, 16, namespace)
        + body
        + _chunk(_END_NAMESPACE, 16, namespace)
    )
    return _chunk(_XML, 8, content)


def _chunk(kind: int, header: int, content: bytes) -> bytes:
    return struct.pack("<2HI", kind, header, 8 + len(content)) + content


def _pool(strings: list[str]) -> bytes:
    packed, offsets = bytearray(), []
    for each in strings:
        offsets.append(len(packed))
        encoded = each.encode("utf-16-le")
        packed += struct.pack("<H", len(encoded) // 2) + encoded + b"\0\0"
    packed += b"\0" * (-len(packed) % 4)
    start = 28 + 4 * len(offsets)
    head = struct.pack("<5I", len(offsets), 0, 0, start, 0)
    return _chunk(_POOL, 28, head + struct.pack(f"<{len(offsets)}I", *offsets) + packed)


def _element(element: etree._Element, strings: list[str]) -> bytes:
    name = _number(str(element.tag), strings)
    attributes = b"".join(_attribute(*each, strings) for each in element.attrib.items())
    extent = struct.pack("<2I6H", _NONE, name, 20, 20, len(element.attrib), 0, 0, 0)
    line = struct.pack("<2I", 1, _NONE)
    return b"".join(
        (
            _chunk(_START, 16, line + extent + attributes),
            *(_element(child, strings) for child in element),
            _chunk(_END, 16, line + struct.pack("<2I", _NONE, name)),
        )
    )


def _attribute(name: str, value: str, strings: list[str]) -> bytes:
    qualified = etree.QName(name)
    namespace = _number(_ANDROID, strings) if qualified.namespace else _NONE
    place = _number(qualified.localname, strings)
    if value.isdecimal() and qualified.localname != "versionName":
        return struct.pack("<3IH2BI", namespace, place, _NONE, 8, 0, _WHOLE, int(value))
    text = _number(value, strings)
    return struct.pack("<3IH2BI", namespace, place, text, 8, 0, _STRING, text)


def _number(text: str, strings: list[str]) -> int:
    if text not in strings:
        strings.append(text)
    return strings.index(text)
