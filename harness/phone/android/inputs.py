"""What touches the screen and looks at it: `input`, `screencap`, `uiautomator`, `wm`, `ime`."""

from __future__ import annotations

import base64
import binascii
import io
import re
import struct

from PIL import Image

from harness.phone import gestures
from harness.phone.android.call import (
    NOTHING,
    Call,
    Finished,
    NotUnderstood,
    Outcome,
    Program,
    Refusal,
    read_options,
    said,
)
from harness.phone.android.packages import SETTINGS_APP
from harness.phone.device import KEY_ENTER

_SOURCES = frozenset(
    ("keyboard", "touchscreen", "touchpad", "mouse", "dpad", "stylus", "gamepad", "trackball")
)
_KEYS = {
    **{"HOME": 3, "BACK": 4, "CALL": 5, "ENDCALL": 6, "DPAD_UP": 19, "DPAD_DOWN": 20},
    **{"DPAD_LEFT": 21, "DPAD_RIGHT": 22, "VOLUME_UP": 24, "VOLUME_DOWN": 25, "POWER": 26},
    **{"CAMERA": 27, "CLEAR": 28, "TAB": 61, "SPACE": 62, "ENTER": 66, "DEL": 67, "MENU": 82},
    **{"SEARCH": 84, "PAGE_UP": 92, "PAGE_DOWN": 93, "ESCAPE": 111, "FORWARD_DEL": 112},
    **{"MOVE_HOME": 122, "MOVE_END": 123, "VOLUME_MUTE": 164, "APP_SWITCH": 187},
    **{"SLEEP": 223, "WAKEUP": 224, "PASTE": 279},
    **{str(digit): 7 + digit for digit in range(10)},
    **{letter: 29 + place for place, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ")},
}
KEY_POWER, KEY_ESCAPE, KEY_SLEEP, KEY_WAKEUP = 26, 111, 223, 224
_RGBA, _SRGB = 1, 1
"""Of `screencap`'s header: PIXEL_FORMAT_RGBA_8888 and the sRGB colour space."""
LONGEST_PRESS_S = 60.0


# --- fingers and keys ----------------------------------------------------------------------------


def input_(call: Call) -> Outcome:
    """A finger or a key."""
    words = list(call.arguments)
    if words and words[0] in _SOURCES:
        del words[0]
    if words[:1] == ["-d"]:
        del words[:2]
    verb, *rest = words or [""]
    act = _INPUTS.get(verb)
    if act is None:
        raise NotUnderstood(f"Error: Unknown command: {verb}", 255)
    act(call, rest)
    return NOTHING


def _tap(call: Call, words: list[str]) -> None:
    x, y = _numbers(words, 2)
    call.system.phone.touch(gestures.press(x, y))


def _swipe(call: Call, words: list[str]) -> None:
    x, y, to_x, to_y = _numbers(words, 4)
    milliseconds = _numbers(words[4:5], 1)[0] if len(words) > 4 else 300.0
    seconds = min(LONGEST_PRESS_S, max(0.0, milliseconds / 1000))
    call.system.phone.touch(gestures.line(x, y, to_x, to_y, seconds))


def _motion(call: Call, words: list[str]) -> None:
    """`motionevent DOWN|MOVE|UP X Y`: the track that has come together is done with UP."""
    kind, *rest = words or [""]
    x, y = _numbers(rest, 2) if kind != "CANCEL" else (0.0, 0.0)
    track = call.system.finger
    if kind == "DOWN":
        track.clear()
    elif kind == "CANCEL":
        track.clear()
        return
    elif kind not in ("MOVE", "UP"):
        raise Refusal(f"Error: Unknown motionevent: {kind}", 255)
    track.append((call.system.phone.clock.monotonic(), x, y))
    if kind == "UP":
        call.system.phone.touch(tuple(track))
        track.clear()


def _text(call: Call, words: list[str]) -> None:
    if not words:
        raise Refusal("Error: Argument expected after 'text'", 255)
    # `input` itself writes %s for a space.
    text = " ".join(words).replace("%s", " ")
    method = call.system.input_method()
    if method == f"{SETTINGS_APP}/.UnicodeIME":
        text = decoded(text)
    elif method == f"{SETTINGS_APP}/.AppiumIME" and re.fullmatch(r"/.+/", text):
        # Its way to perform an editor action: search, go, done.
        call.system.phone.press(KEY_ENTER)
        return
    call.system.phone.type_keys(text)


def decoded(text: str) -> str:
    """What IMAP's modified UTF-7 stands for, which the Unicode input method is given.

    Source: RFC 3501, section 5.1.3. What is no such encoding stays as it is.
    """

    def letters(match: re.Match[str]) -> str:
        packed = match[1].replace(",", "/")
        if not packed:
            return "&"
        try:
            return base64.b64decode(packed + "=" * (-len(packed) % 4)).decode("utf-16-be")
        except (binascii.Error, UnicodeDecodeError):
            return match[0]

    return re.sub(r"&([A-Za-z0-9+,]*)-", letters, text)


def _press(call: Call, words: list[str]) -> None:
    keys = [word for word in words if word not in ("--longpress", "--doubletap", "--async")]
    for key in keys:
        _press_one(call, _keycode(key))


def _press_one(call: Call, code: int) -> None:
    system = call.system
    if code in (KEY_POWER, KEY_SLEEP, KEY_WAKEUP):
        system.awake = code == KEY_WAKEUP or (code == KEY_POWER and not system.awake)
    elif code == KEY_ESCAPE:
        system.phone.hide_keyboard()
    else:
        system.phone.press(code)


def _keycode(key: str) -> int:
    name = key.upper().removeprefix("KEYCODE_")
    if key.isdecimal():
        return int(key[:9])
    if name not in _KEYS:
        raise Refusal(f"Error: Unknown keycode: {key}", 255)
    return _KEYS[name]


def _nothing(_call: Call, _words: list[str]) -> None:
    """A trackball that rolls moves nothing here."""


def _numbers(words: list[str], count: int) -> list[float]:
    given = words[:count]
    if len(given) < count or not all(
        re.fullmatch(r"-?\d{1,6}(\.\d{1,9})?", each) for each in given
    ):
        raise Refusal("Error: Invalid arguments for command", 255)
    return [float(each) for each in given]


_INPUTS = {
    "draganddrop": _swipe,
    "keyevent": _press,
    "motionevent": _motion,
    "press": _nothing,
    "roll": _nothing,
    "swipe": _swipe,
    "tap": _tap,
    "text": _text,
}


# --- looks ---------------------------------------------------------------------------------------


def screencap(call: Call) -> Outcome:
    """The screen: with -p as PNG, else as raw RGBA behind a header of four numbers."""
    options = read_options(call.arguments, ("-p", "-j", "-h"), {"-d": 1})
    target = options.operands[0] if options.operands else ""
    picture = call.system.phone.picture_png()
    if not (options.has("-p") or target.endswith(".png")):
        picture = raw(picture)
    if not target:
        return Finished(picture)
    call.system.files.write(call.path(target), picture)
    return NOTHING


def raw(png: bytes) -> bytes:
    """A picture as `screencap` writes it without -p.

    Width, height, format and colour space in four bytes each, little end first, then RGBA.
    Source: frameworks/base/cmds/screencap/screencap.cpp of Android.
    """
    with Image.open(io.BytesIO(png)) as picture:
        header = struct.pack("<4I", picture.width, picture.height, _RGBA, _SRGB)
        return header + picture.convert("RGBA").tobytes()


def uiautomator(call: Call) -> Outcome:
    """`dump`: the hierarchy into a file."""
    options = read_options(call.arguments, ("--compressed", "--windows"))
    if options.operands[:1] != ("dump",):
        raise NotUnderstood(f"Unknown command: {call.first}", 1)
    target = options.operands[1] if len(options.operands) > 1 else "/sdcard/window_dump.xml"
    if target == "/dev/tty":
        told = f"{call.system.phone.source()}UI hierchary dumped to: {target}\n"
        return Finished(told.encode("utf-8", "replace"))
    call.system.files.write(
        call.path(target), call.system.phone.source().encode("utf-8", "replace")
    )
    return said(f"UI hierchary dumped to: {target}")  # the misspelling is Android's


def wm(call: Call) -> Outcome:
    """Size and density of the screen, which stay as they are."""
    metrics = call.system.phone.metrics
    known = {
        "size": f"Physical size: {metrics.width}x{metrics.height}",
        "density": f"Physical density: {round(160 * metrics.density)}",
    }
    if call.arguments in (("size",), ("density",)):
        return said(known[call.first])
    if call.first == "dismiss-keyguard" or call.arguments[1:] == ("reset",):
        return NOTHING
    raise NotUnderstood(f"Error: unknown command '{' '.join(call.arguments)}'", 255)


# --- input methods -------------------------------------------------------------------------------


def ime(call: Call) -> Outcome:
    """Lists, enables, disables and chooses input methods."""
    verb, *rest = [each for each in call.arguments if each != "--user"] or [""]
    if verb == "list":
        return _ime_list(call, rest)
    if verb == "reset":
        name = call.system.input_methods_there()[0]
        call.system.settings["secure"]["default_input_method"] = name
        return said("Reset current and enabled IMEs for user #0", f"  Newly selected IME: {name}")
    if verb not in ("enable", "disable", "set") or not rest:
        raise NotUnderstood(f"Unknown command: {verb}", 255)
    name = rest[0]
    if name not in call.system.input_methods_there():
        done = {"set": "selected", "enable": "enabled", "disable": "disabled"}[verb]
        raise Refusal(f"Unknown input method {name} cannot be {done} for user #0", 255)
    return _IME[verb](call, name)


def _ime_list(call: Call, rest: list[str]) -> Outcome:
    everything = "-a" in rest
    names = call.system.input_methods_there() if everything else call.system.input_methods
    if "-s" in rest:
        return said(*names)
    return said(*(line for name in names for line in (f"{name}:", f"  mId={name}")))


def _enable(call: Call, name: str) -> Outcome:
    before = name in call.system.input_methods
    if not before:
        call.system.input_methods.append(name)
    _store(call)
    state = "already" if before else "now"
    return said(f"Input method {name}: {state} enabled for user #0")


def _disable(call: Call, name: str) -> Outcome:
    before = name in call.system.input_methods
    if before:
        call.system.input_methods.remove(name)
    _store(call)
    state = "now" if before else "already"
    return said(f"Input method {name}: {state} disabled for user #0")


def _choose(call: Call, name: str) -> Outcome:
    if name not in call.system.input_methods:
        raise Refusal(f"Unknown input method {name} cannot be selected for user #0", 255)
    call.system.settings["secure"]["default_input_method"] = name
    return said(f"Input method {name} selected for user #0")


def _store(call: Call) -> None:
    names = ":".join(call.system.input_methods)
    call.system.settings["secure"]["enabled_input_methods"] = names


_IME = {"enable": _enable, "disable": _disable, "set": _choose}

PROGRAMS: dict[str, Program] = {
    "ime": ime,
    "input": input_,
    "screencap": screencap,
    "uiautomator": uiautomator,
    "wm": wm,
}
