"""Text on the phone: fonts, how wide a text is, where its lines break, and its picture.

Sizes are whole pixels of the em. The fonts are set with Pillow's basic layout,
which places every glyph by its own advance; a text is therefore exactly as wide
as its characters together, and widths can be remembered glyph by glyph.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont

FONTS = Path(__file__).parent / "fonts"

ELLIPSIS = "…"

# Chinese rules of line breaking (kinsoku): what must not begin a line, and what must not end one.
CLOSING = frozenset("。，、；：？！）》」』】〕〉”’…·％.,;:!?)]}%~～")
OPENING = frozenset("（《「『【〔〈“‘([{￥¥$")

BASELINE = 0.36
"""How far the baseline lies below the optical middle of a line, in em (see fonts/README.md)."""

_FIRST_WIDE = 0x2E80
"""From here on characters are Chinese, full-width or pictures: a line may break between any two."""


class Face(NamedTuple):
    """A font as text is set in it: the pixels of its em, and its weight."""

    size: int
    bold: bool = False


@lru_cache(maxsize=128)
def _font(face: Face) -> ImageFont.FreeTypeFont:
    name = "NotoSansSC-Bold.otf" if face.bold else "NotoSansSC-Regular.otf"
    return _load(name, face.size)


def _load(name: str, size: int) -> ImageFont.FreeTypeFont:
    # Not Raqm: whether Pillow has it depends on the machine, and the pictures must not.
    return ImageFont.truetype(FONTS / name, size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=1)
def _icon_codes() -> dict[str, str]:
    codes: dict[str, str] = json.loads((FONTS / "icons.json").read_text(encoding="utf-8"))
    return {name: chr(int(code, 16)) for name, code in codes.items()}


# --- widths ---------------------------------------------------------------------------------------


@lru_cache(maxsize=32768)
def _advance(character: str, face: Face) -> int:
    return round(_font(face).getlength(character))


def width(text: str, face: Face) -> int:
    """Pixels that a single line of `text` takes."""
    return sum(_advance(character, face) for character in text)


def printable(text: str) -> str:
    """The text with what has no picture taken out: controls, formats, lone surrogates.

    Line breaks stay, whichever way they were written; tabs become spaces.
    """
    if text.isprintable():
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return "".join(
        character
        for character in text
        if character == "\n" or unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co"}
    )


# --- line breaking --------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def wrap(text: str, face: Face, room: int, most: int = 0) -> tuple[str, ...]:
    """The lines of `text` in `room` pixels of width.

    Chinese breaks anywhere but before closing and after opening punctuation;
    Latin words and numbers stay whole unless one alone is wider than the room.
    Spaces at a break are dropped, nothing else is.

    Args:
        text: what to set; its own line breaks are kept.
        face: the font.
        room: pixels; with less than a character's width, each line has one character.
        most: at most so many lines, the last one cut with an ellipsis; 0 is any number.
    """
    lines = [
        line for part in printable(text).split("\n") for line in _wrap_paragraph(part, face, room)
    ]
    if most and len(lines) > most:
        lines[most - 1 :] = [cut(lines[most - 1] + ELLIPSIS, face, room)]
    return tuple(lines)


def cut(text: str, face: Face, room: int) -> str:
    """The text if it fits in `room` pixels, else as much of it as fits before an ellipsis."""
    if width(text, face) <= room:
        return text
    left = room - _advance(ELLIPSIS, face)
    for count, character in enumerate(text):
        left -= _advance(character, face)
        if left < 0:
            return text[:count].rstrip() + ELLIPSIS
    return text


def tail(text: str, face: Face, room: int) -> str:
    """As much of the end of a single line as fits in `room` pixels."""
    taken = 0
    for count, character in enumerate(reversed(text)):
        taken += _advance(character, face)
        if taken > room:
            return text[len(text) - count :]
    return text


def _wrap_paragraph(text: str, face: Face, room: int) -> list[str]:
    if width(text, face) <= room:
        return [text]
    lines: list[str] = []
    line, taken = "", 0
    for unit in _breakable(text, face, room):
        wide = width(unit, face)
        is_gap = not unit.strip(" ")  # of all white space, only this is dropped at a break
        if line and taken + wide > room and not is_gap:
            lines.append(line.rstrip(" "))
            line, taken = "", 0
        if line or not is_gap or not lines:
            line, taken = line + unit, taken + wide
    return [*lines, line.rstrip(" ")]


def _breakable(text: str, face: Face, room: int) -> Iterator[str]:
    """The units between which a line may break; one that no line can hold comes in characters."""
    for unit in _units(text):
        if width(unit, face) <= room:
            yield unit
        else:
            yield from unit


def _units(text: str) -> Iterator[str]:
    unit = ""
    for character in text:
        if unit and _may_break(unit[-1], character):
            yield unit
            unit = character
        else:
            unit += character
    if unit:
        yield unit


def _may_break(before: str, after: str) -> bool:
    if after in CLOSING or before in OPENING:
        return False
    if before == " " or after == " ":
        return before != after
    return ord(before) >= _FIRST_WIDE or ord(after) >= _FIRST_WIDE or before in "-/"


# --- pictures of text -----------------------------------------------------------------------------


class Ink(NamedTuple):
    """The picture of a line of text: how covered each pixel is, and where its baseline is in it."""

    mask: Image.Image
    left: int
    """Pixels of the mask before the point where the text begins."""
    ascent: int
    """Rows of the mask above the baseline."""


@lru_cache(maxsize=2048)
def ink(line: str, face: Face) -> Ink:
    """The picture of a single line. It may be shared: do not draw into it."""
    left = face.size // 8 + 1
    ascent, descent = round(face.size * 1.2), round(face.size * 0.4)
    mask = Image.new("L", (width(line, face) + 2 * left, ascent + descent))
    ImageDraw.Draw(mask).text((left, ascent), line, font=_font(face), fill=255, anchor="ls")
    return Ink(mask, left, ascent)


@lru_cache(maxsize=512)
def icon(name: str, size: int) -> Image.Image:
    """The picture of an icon, `size` pixels square. It may be shared: do not draw into it.

    Raises:
        KeyError: `fonts/icons.json` has no icon of this name.
    """
    code = _icon_codes()[name]
    mask = Image.new("L", (size, size))
    font = _load("icons.ttf", size)
    ImageDraw.Draw(mask).text((size / 2, size / 2), code, font=font, fill=255, anchor="mm")
    return mask
