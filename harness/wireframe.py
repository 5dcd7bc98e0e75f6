"""Draws a screen from its view hierarchy, where the phone gives no picture of it.

A window that forbids screenshots (FLAG_SECURE) comes out black, or the phone refuses; its
hierarchy stays readable. Licences, codes and payments are on such screens: a run without
them would have no evidence of what matters most. The drawing says on itself that it is one.

Pure. Any hierarchy is survived: what is drawn of it is limited in number and length.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Literal

from lxml import etree
from PIL import Image, ImageDraw, ImageFont

from harness.hierarchy import box_of, elements
from harness.model import Box, Drawn, Words

FONT = Path(__file__).parent / "fonts" / "NotoSansSC-Regular.otf"

LABELS: Mapping[Drawn, Words] = {
    "black": Words(
        zh="线框图：此屏的截屏是全黑的，按视图层级绘制",
        en="wireframe: the screenshot came out black, drawn from the view hierarchy",
    ),
    "refused": Words(
        zh="线框图：此屏禁止截屏，按视图层级绘制",
        en="wireframe: this screen forbids screenshots, drawn from its view hierarchy",
    ),
}
"""What a drawing says of itself, by why there is no picture."""

REFUSAL = "'secure' flag"
"""In what the UiAutomator2 server says when Android hands it no picture."""

BLACK_UP_TO = 8
"""Of 255: a picture that was a JPEG or a video frame on its way is not black to the last bit."""
BLACK_PNG_SHRINKS_BY = 96
"""Pixels to a byte, at least: a fuller file is no black picture."""
BARS = (0.06, 0.07)
"""The shares of the longer side, at either end, in which bars of the system may be seen."""

PARTS = 2_000
CHARACTERS = 20_000
CHARACTERS_OF_ONE = 400
"""How much of a hierarchy is drawn: more than a screen holds, and less than takes long."""
LONGEST_SIDE = 8_192
PARTS_OF_A_BUTTON = 20
"""What has so many is no icon that its description speaks for."""

Role = Literal["group", "text", "button", "field", "picture", "check", "busy", "page", "toast"]
Colors = tuple[str, str, str]
"""Ground, outline, text."""

PAPER, FRAME = "#F7F8FA", "#4A5568"
PALE = "#A8B0BC"
COLORS: Mapping[Role, Colors] = {
    "group": ("#FFFFFF", "#E1E5EC", "#2B313A"),
    "text": ("#FFFFFF", "#FFFFFF", "#2B313A"),
    "button": ("#E7EFFC", "#7C9FD8", "#234F94"),
    "field": ("#FFFFFF", "#8A94A3", "#2B313A"),
    "picture": ("#F0F2F5", "#C4CBD6", "#6B7585"),
    "check": ("#FFFFFF", "#7C9FD8", "#2B313A"),
    "busy": ("#FFFFFF", "#7C9FD8", "#6B7585"),
    "page": ("#FFFFFF", "#9BB7A4", "#2B313A"),
    "toast": ("#4A5568", "#4A5568", "#FFFFFF"),
}

ROLES: tuple[tuple[re.Pattern[str], Role], ...] = (
    (re.compile(r"Toast$"), "toast"),
    (re.compile(r"EditText$|AutoComplete|SearchView$"), "field"),
    (re.compile(r"CheckBox$|RadioButton$|Switch\w*$|ToggleButton$|CheckedTextView$"), "check"),
    (re.compile(r"ProgressBar$|SeekBar$|RatingBar$"), "busy"),
    (re.compile(r"Button$"), "button"),
    (re.compile(r"Image\w*$"), "picture"),
)
"""What a view is by the end of its class; `ImageButton` with a description is a button."""


@dataclass(frozen=True)
class Part:
    """One element as it is drawn: within the screen, its words cut to what may be drawn."""

    role: Role
    box: Box
    words: str = ""
    faint: bool = False
    """Whether it is a hint, or cannot be touched at present."""
    checked: bool = False
    round: bool = False
    """Of a check: a radio button."""
    clickable: bool = False
    marked: bool = False
    """Whether it has the focus, or is the selected one of several."""
    scrollable: bool = False


def size_if_black(png: bytes) -> tuple[int, int] | None:
    """Width and height of a screenshot that shows nothing, but for bars of the system.

    None for any other, also for one that cannot be read: whoever keeps it says what is wrong.
    """
    try:
        with Image.open(io.BytesIO(png)) as image:
            is_black = _may_be_black(png, image.size) and _is_black(image)
            return image.size if is_black else None
    except OSError:
        return None


def _may_be_black(png: bytes, size: tuple[int, int]) -> bool:
    """Whether it is worth decoding, which takes 30 ms."""
    small_enough = len(png) * BLACK_PNG_SHRINKS_BY <= size[0] * size[1]
    return small_enough and max(size) <= LONGEST_SIDE


def _is_black(image: Image.Image) -> bool:
    width, height = image.size
    upper, lower = (round(share * max(image.size)) for share in BARS)
    inside = (0, upper, width, height - lower)
    if width > height:  # the bars of a phone on its side: above, and at either end
        inside = (lower, upper, width - lower, height - lower)
    levels = image.convert("L").crop(inside).getextrema()
    return float(levels[1]) <= BLACK_UP_TO  # type: ignore[arg-type]  # one band: a pair of numbers


@lru_cache(maxsize=4)
def wireframe(
    hierarchy: str, size: tuple[int, int], why: Drawn, page: Box | None = None
) -> bytes | None:
    """The screen as its hierarchy describes it, as PNG; secrets are the caller's to hide before.

    Args:
        hierarchy: as XML; of a web page its elements, which say nothing of where they are.
        size: the screen's width and height in pixels.
        why: there is no picture.
        page: where a web page lies, when the hierarchy is its; None for a native one.

    Returns:
        None when the hierarchy cannot be read, or says nothing of what is on the screen.
    """
    image = draw(hierarchy, size, why, page)
    if image is None:
        return None
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=1)
    return out.getvalue()


def draw(
    hierarchy: str, size: tuple[int, int], why: Drawn, page: Box | None = None
) -> Image.Image | None:
    """As `wireframe`, but as a picture in RGB."""
    screen = Box(left=0, top=0, right=min(size[0], LONGEST_SIDE), bottom=min(size[1], LONGEST_SIDE))
    parts = list(_parts(hierarchy, screen) if page is None else _page(hierarchy, page, screen))
    if not parts:
        return None
    sheet = _Sheet(screen)
    for part in _within_budget(parts):
        sheet.paint(part)
    sheet.label(LABELS[why])
    return sheet.image


# --- from elements to parts -----------------------------------------------------------------------


def _parts(hierarchy: str, screen: Box) -> Iterator[Part]:
    """What there is to draw, parents before what lies on them."""
    return islice(_all_parts(elements(hierarchy), screen), PARTS)


def _all_parts(found: list[etree._Element], screen: Box) -> Iterator[Part]:
    said: set[etree._Element] = set()
    for element in found:
        part = None if element in said else _part(element, screen)
        if part is None:
            continue
        if part.words and len(element):
            said.update(element.iterdescendants())  # icons, which its description speaks for
        yield part


def _page(hierarchy: str, page: Box, screen: Box) -> Iterator[Part]:
    """A web page as a sheet with its texts: where they are its elements do not say."""
    box = _clipped(page, screen)
    texts = (_clean(text) for element in elements(hierarchy) for text in _page_texts(element))
    words = "\n".join(islice(filter(None, texts), CHARACTERS_OF_ONE))
    if box is not None and words:
        yield Part("page", box, words[: 4 * CHARACTERS_OF_ONE])


def _page_texts(element: etree._Element) -> Iterator[str]:
    shown = element.tag not in ("script", "style", "head", "title")
    yield from filter(None, (shown and element.text, element.tail))


def _part(element: etree._Element, screen: Box) -> Part | None:
    name = str(element.get("class", element.tag))
    role = next((role for pattern, role in ROLES if pattern.search(name)), None)
    box = _toast_box(screen) if role == "toast" else _box_within(element, screen)
    if box is None or element.get("displayed") == "false":
        return None
    words = _words(element)
    part = Part(
        role or _role(element, words),
        box,
        words,
        faint=element.get("enabled") == "false" or element.get("showing-hint") == "true",
        checked=element.get("checked") == "true",
        round=name.endswith("RadioButton"),
        clickable=element.get("clickable") == "true",
        marked="true" in (element.get("focused"), element.get("selected")),
        scrollable=element.get("scrollable") == "true",
    )
    if part.role in ("picture", "group") and part.clickable and part.words:
        return replace(part, role="button")
    return part


def _role(element: etree._Element, words: str) -> Role:
    """Of a view whose class says nothing: by what it does and holds."""
    if element.get("checkable") == "true":
        return "check"
    if len(element) or not words:
        return "group"
    return "button" if element.get("clickable") == "true" else "text"


def _words(element: etree._Element) -> str:
    """What an element says, or its description; of a password only that there is one."""
    said = str(element.get("text") or "")
    if element.get("password") == "true" and said and element.get("showing-hint") != "true":
        return "●" * 6
    if _speaks_by_its_parts(element):
        return ""
    return _clean(said or str(element.get("content-desc") or ""))[:CHARACTERS_OF_ONE]


def _speaks_by_its_parts(element: etree._Element) -> bool:
    """Whether what lies on it has words; of something with many parts it is taken for granted."""
    inner = list(islice(element.iterdescendants("*"), PARTS_OF_A_BUTTON))
    worded = any(each.get("text") or each.get("content-desc") for each in inner)
    return worded or len(inner) == PARTS_OF_A_BUTTON


def _clean(text: str) -> str:
    """Text in one piece: white space as single blanks, what has no shape left out."""
    one_line = " ".join(text[: 4 * CHARACTERS_OF_ONE].split())
    return "".join(character for character in one_line if character.isprintable())


def _box_within(element: etree._Element, screen: Box) -> Box | None:
    box = box_of(element)
    return None if box is None else _clipped(box, screen)


def _clipped(box: Box, screen: Box) -> Box | None:
    """The part of a box that is on the screen, if any."""
    left, top = max(box.left, screen.left), max(box.top, screen.top)
    right, bottom = min(box.right, screen.right), min(box.bottom, screen.bottom)
    if left >= right or top >= bottom:
        return None
    return Box(left=left, top=top, right=right, bottom=bottom)


def _toast_box(screen: Box) -> Box:
    """Where Android shows a toast: the hierarchy does not say."""
    width, height = screen.right, screen.bottom
    return Box(
        left=width // 8,
        top=height * 84 // 100,
        right=width - width // 8,
        bottom=height * 89 // 100 + 1,
    )


def _within_budget(parts: list[Part]) -> Iterator[Part]:
    """The parts; once there has been text enough, without any."""
    left = CHARACTERS
    for part in parts:
        left -= len(part.words)
        yield part if left >= 0 else replace(part, words="")


# --- drawing --------------------------------------------------------------------------------------


class _Sheet:
    """The paper, and the pens for each role. Lengths in `u` are of a 360 wide screen."""

    def __init__(self, screen: Box) -> None:
        self.image = Image.new("RGB", (screen.right, screen.bottom), PAPER)
        self._pen = ImageDraw.Draw(self.image)
        self._screen = screen
        self._u = max(min(screen.right, screen.bottom) / 360, 0.1)
        self._line = max(1, round(0.7 * self._u))
        self._pens: Mapping[Role, Callable[[Part], None]] = {
            "group": self._group,
            "text": self._text,
            "button": self._button,
            "field": self._field,
            "picture": self._picture,
            "check": self._check,
            "busy": self._busy,
            "page": self._page,
            "toast": self._toast,
        }

    def paint(self, part: Part) -> None:
        """Draws one part over what is there."""
        self._pens[part.role](part)
        if part.marked:
            self._outline(part.box, "#2F6FE0", 2)
        if part.scrollable:
            self._scroll_mark(part.box)

    def label(self, words: Words) -> None:
        """Says across the top that this is a drawing, and frames it."""
        width, u = self._screen.right, self._u
        bar = Box(left=0, top=0, right=width, bottom=round(31 * u))
        self._pen.rectangle(_corners(bar), fill=FRAME)
        inner = _inset(bar, round(8 * u), 0)
        upper = _moved(inner, top=round(2 * u), bottom=round(18 * u))
        lower = _moved(inner, top=round(17 * u), bottom=round(29 * u))
        self._write(words.zh, upper, "#FFFFFF", largest=12, align="middle")
        self._write(words.en, lower, "#D5DBE5", largest=8.6, align="middle")
        self._outline(self._screen, FRAME, 3)

    def _group(self, part: Part) -> None:
        """A card when it can be touched, a thin line around it when not."""
        ground, outline, color = COLORS["group"]
        box = part.box
        if part.clickable:
            self._rounded(box, ground, COLORS["button"][1])
        elif box != self._screen:
            self._pen.rectangle(_corners(box), outline=outline, width=self._line)
        self._write(part.words, _inset(box, round(4 * self._u)), self._ink(part, color))

    def _text(self, part: Part) -> None:
        self._write(part.words, part.box, self._ink(part, COLORS["text"][2]))

    def _button(self, part: Part) -> None:
        ground, outline, color = COLORS["button"]
        self._rounded(part.box, ground, PALE if part.faint else outline)
        inner = _inset(part.box, round(3 * self._u), 0)
        self._write(part.words, inner, self._ink(part, color), largest=15, align="middle")

    def _field(self, part: Part) -> None:
        ground, outline, color = COLORS["field"]
        self._rounded(part.box, ground, outline)
        box = part.box
        under = (box.left, box.bottom - 1, box.right - 1, box.bottom - 1)
        self._pen.line(under, fill=outline, width=2 * self._line)
        inner = _inset(box, round(8 * self._u), round(2 * self._u))
        self._write(part.words, inner, self._ink(part, color), largest=16)

    def _picture(self, part: Part) -> None:
        ground, outline, color = COLORS["picture"]
        box = part.box
        self._pen.rectangle(_corners(box), fill=ground, outline=outline, width=self._line)
        last_x, last_y = box.right - 1, box.bottom - 1
        self._pen.line((box.left, box.top, last_x, last_y), fill=outline, width=self._line)
        self._pen.line((box.left, last_y, last_x, box.top), fill=outline, width=self._line)
        inner = _inset(box, round(3 * self._u), 0)
        self._write(part.words, inner, color, largest=13, align="middle", ground=ground)

    def _check(self, part: Part) -> None:
        """A box or a ring, ticked or filled when it is checked, then the words."""
        ground, outline, color = COLORS["check"]
        box, u = part.box, self._u
        side = round(min(16 * u, box.bottom - box.top, box.right - box.left))
        top = (box.top + box.bottom - side) // 2
        sign = Box(left=box.left, top=top, right=box.left + side, bottom=top + side)
        fill = outline if part.checked else ground
        if part.round:
            self._pen.ellipse(_corners(sign), ground, outline, 2 * self._line)
            if part.checked:
                self._pen.ellipse(_corners(_inset(sign, side // 4)), outline)
        else:
            self._rounded(sign, fill, outline, 2)
        if part.checked and not part.round:
            x, y = sign.left, sign.top
            tick = [
                (x + side * a, y + side * b) for a, b in ((0.22, 0.52), (0.43, 0.72), (0.8, 0.3))
            ]
            self._pen.line(tick, fill="#FFFFFF", width=max(1, round(2 * u)), joint="curve")
        if sign.right + round(6 * u) < box.right:
            words = _moved(box, left=sign.right + round(6 * u))
            self._write(part.words, words, self._ink(part, color), largest=14)

    def _busy(self, part: Part) -> None:
        """A ring that is three quarters full, or a bar: how much of it is done is not known."""
        ground, outline, color = COLORS["busy"]
        box, width = part.box, max(1, round(2 * self._u))
        side = min(box.right - box.left, box.bottom - box.top)
        middle = box.middle
        if box.right - box.left > 3 * side:
            self._pen.line((box.left, middle.y, box.right, middle.y), fill=outline, width=width)
        else:
            reach = side // 2
            ring = (middle.x - reach, middle.y - reach, middle.x + reach, middle.y + reach)
            self._pen.arc(ring, -90, 180, fill=outline, width=2 * width)
        self._write(part.words, box, color, largest=11, align="middle", ground=ground)

    def _page(self, part: Part) -> None:
        ground, outline, color = COLORS["page"]
        self._pen.rectangle(_corners(part.box), ground, outline, 2 * self._line)
        below = max(0, round(31 * self._u) - part.box.top)  # the label's place
        inner = _inset(part.box, round(12 * self._u))
        inner = _moved(inner, top=min(inner.top + below, inner.bottom))
        self._write(part.words, inner, color, largest=14, align="top")

    def _toast(self, part: Part) -> None:
        ground, outline, color = COLORS["toast"]
        self._rounded(part.box, ground, outline, 12)
        inner = _inset(part.box, round(8 * self._u), round(2 * self._u))
        self._write(part.words, inner, color, largest=14, align="middle")

    def _scroll_mark(self, box: Box) -> None:
        """A bar at the right, or at the bottom of what is wider than high."""
        u, length = self._u, 0.3
        color, width = PALE, max(2, round(2.4 * self._u))
        if box.bottom - box.top >= (box.right - box.left) / 2:
            x, y = box.right - round(4 * u), box.top + round(6 * u)
            end = y + round((box.bottom - box.top) * length)
            self._pen.line((x, y, x, min(end, box.bottom - 1)), fill=color, width=width)
        else:
            x, y = box.left + round(6 * u), box.bottom - round(4 * u)
            end = x + round((box.right - box.left) * length)
            self._pen.line((x, y, min(end, box.right - 1), y), fill=color, width=width)

    def _ink(self, part: Part, color: str) -> str:
        return PALE if part.faint else color

    def _rounded(self, box: Box, ground: str, outline: str, radius: float = 6) -> None:
        reach = min(radius * self._u, (box.right - box.left) / 2, (box.bottom - box.top) / 2)
        self._pen.rounded_rectangle(_corners(box), reach, ground, outline, self._line)

    def _outline(self, box: Box, color: str, lines: int) -> None:
        self._pen.rectangle(_corners(box), outline=color, width=lines * self._line)

    def _write(
        self,
        text: str,
        box: Box,
        color: str,
        *,
        largest: float = 22,
        align: Literal["left", "middle", "top"] = "left",
        ground: str = "",
    ) -> None:
        """Sets a text into a box, as large as it fits and at most so large, in `u`."""
        width, height = box.right - box.left, box.bottom - box.top
        if not text or width <= 0 or height <= 0:
            return
        setting = _fit(text, width, height, largest * self._u, smallest=7 * self._u)
        font, pitch = _font(setting.size), setting.size * LEADING
        y = box.top + max(0.0, (height - pitch * len(setting.lines)) / 2) * (align != "top")
        for line in setting.lines:
            room = (width - _width(line, setting.size)) / 2 if align == "middle" else 0.0
            spot = (box.left + max(0.0, room), y + pitch / 2 + BASELINE * setting.size)
            if ground:
                around = self._pen.textbbox(spot, line, font, anchor="ls")
                self._pen.rectangle(around, fill=ground)
            self._pen.text(spot, line, color, font, anchor="ls")
            y += pitch


def _corners(box: Box) -> tuple[int, int, int, int]:
    """As Pillow wants them: the last pixels belong to it."""
    return box.left, box.top, box.right - 1, box.bottom - 1


def _moved(box: Box, **sides: int) -> Box:
    """The box with some of its sides elsewhere."""
    return box.model_copy(update=sides)


def _inset(box: Box, x: int, y: int | None = None) -> Box:
    """The box without a margin, which is at most all of it."""
    down = x if y is None else y
    x = min(x, (box.right - box.left) // 2)
    down = min(down, (box.bottom - box.top) // 2)
    return Box(left=box.left + x, top=box.top + down, right=box.right - x, bottom=box.bottom - down)


# --- text -----------------------------------------------------------------------------------------

LEADING = 1.32
BASELINE = 0.36
"""How far the baseline lies below the optical middle of a line, in em."""
WORD = re.compile(r"\n|[\x21-\x7e]{1,24}|.[。，、；：？！）》」』】”’…]{0,2}")
"""What a line is not broken within: a Latin word, if it is no monster, or a character with the
marks that must not begin a line."""


@dataclass(frozen=True)
class _Setting:
    size: int
    lines: tuple[str, ...]


def _fit(text: str, width: int, height: int, largest: float, smallest: float) -> _Setting:
    """The lines of a text at the largest size at which all of it is in a box.

    At the smallest size what is too much is left out, and the last line says so.
    """
    size = max(smallest, min(largest, height / LEADING))
    while size > smallest:
        lines = _lines(text, size, width)
        if len(lines) * size * LEADING <= height + size * 0.3:
            return _Setting(max(1, int(size)), lines)
        size *= 0.92
    size = max(1, int(min(size, smallest)))
    lines = _lines(text, size, width)
    room = max(1, int(height / (size * LEADING)))
    if len(lines) > room:
        lines = (*lines[: room - 1], f"{lines[room - 1][:-1]}…")
    return _Setting(size, lines)


def _lines(text: str, size: float, width: int) -> tuple[str, ...]:
    """The text broken so that each line is at most so wide, one character a line at worst."""
    lines = [""]
    used = 0.0
    for word in WORD.findall(text):
        wide = _width(word, size)
        if word == "\n" or (lines[-1] and used + wide > width):
            lines[-1] = lines[-1].rstrip()
            lines.append("")
            used = 0.0
        if not (lines[-1] == "" and word.isspace()):
            lines[-1] += word
            used += wide
    return tuple(lines)


def _width(text: str, size: float) -> float:
    return sum(map(_em, text)) * size


@lru_cache(maxsize=16_384)
def _em(character: str) -> float:
    """How wide a character is, in em."""
    return _font(100).getlength(character) / 100


@lru_cache(maxsize=64)
def _font(size: int) -> ImageFont.FreeTypeFont:
    # Not Raqm: whether Pillow has it depends on the machine, and the drawing must not.
    return ImageFont.truetype(FONT, size, layout_engine=ImageFont.Layout.BASIC)
