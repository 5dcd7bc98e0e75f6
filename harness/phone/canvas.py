"""The brush: antialiased shapes, text and shadows on a picture, fast and always the same.

Round corners are masks, drawn four times as large once and kept; the rest of a
shape is plain rectangles. A canvas knows which part of the screen its picture
shows, so that whatever is drawn is given in pixels of the screen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TypeAlias

from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageFilter

from harness.phone import text
from harness.phone.scene import Rect
from harness.phone.text import Face

Color: TypeAlias = tuple[int, int, int]

SUPERSAMPLING = 4

_SOLID = 255


@lru_cache(maxsize=1024)
def rgb(color: str) -> Color:
    """The colour of a `#RRGGBB`; black for what is none, as a picture must not fail on it."""
    try:
        red, green, blue, *_ = ImageColor.getrgb(color)
    except ValueError:
        return (0, 0, 0)
    return (red, green, blue)


def mix(color: Color, other: Color, share: float) -> Color:
    """A colour `share` (0..1) of the way from one to another."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(color, other, strict=True))
    return (red, green, blue)


def is_dark(color: Color) -> bool:
    """Whether white reads better on it than black."""
    red, green, blue = color
    return 299 * red + 587 * green + 114 * blue < 140_000


# --- masks ----------------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def _corner(radius: int) -> Image.Image:
    """The left upper quarter of a disc."""
    large = radius * SUPERSAMPLING
    mask = Image.new("L", (large, large))
    ImageDraw.Draw(mask).ellipse((0, 0, 2 * large - 1, 2 * large - 1), fill=_SOLID)
    return mask.resize((radius, radius), Image.Resampling.BOX)


@lru_cache(maxsize=128)
def _ring_corner(radius: int, thickness: int) -> Image.Image:
    """The left upper quarter of a ring."""
    mask = _corner(radius).copy()
    inner = radius - thickness
    if inner > 0:
        hole = Image.new("L", (radius, radius))
        hole.paste(_corner(inner), (thickness, thickness))
        mask = ImageChops.subtract(mask, hole)
    return mask


@lru_cache(maxsize=64)
def rounded_mask(width: int, height: int, radius: int) -> Image.Image:
    """A rectangle with round corners. It may be shared: do not draw into it."""
    mask = Image.new("L", (width, height), _SOLID)
    if radius:
        for corner, left, top in _corners(_corner(radius), width, height):
            mask.paste(corner, (left, top))
    return mask


def _corners(
    upper_left: Image.Image, width: int, height: int
) -> Iterator[tuple[Image.Image, int, int]]:
    """A corner's picture turned into all four, with where each belongs."""
    right, bottom = width - upper_left.width, height - upper_left.height
    upper_right = upper_left.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    yield upper_left, 0, 0
    yield upper_right, right, 0
    yield upper_left.transpose(Image.Transpose.FLIP_TOP_BOTTOM), 0, bottom
    yield upper_right.transpose(Image.Transpose.FLIP_TOP_BOTTOM), right, bottom


@lru_cache(maxsize=64)
def _shadow_frame(
    width: int, height: int, radius: int, blur: int, strength: int
) -> tuple[tuple[Image.Image, int, int], ...]:
    """A blurred rectangle, `2 * blur` larger on every side, without what its owner will cover.

    It is blurred at an eighth of its size: nobody sees the difference, and a
    large card's shadow would take longer than all the rest of its screen.

    Returns:
        Four masks around the owner, each with its left and top from the owner's.
    """
    eighth = 8
    edge = 2 * blur
    size = ((width + 2 * edge) // eighth + 1, (height + 2 * edge) // eighth + 1)
    small = Image.new("L", size)
    box = tuple(length / eighth for length in (edge, edge, edge + width, edge + height))
    ImageDraw.Draw(small).rounded_rectangle(box, radius / eighth, fill=strength)
    small = small.filter(ImageFilter.GaussianBlur(blur / eighth))
    large = (size[0] * eighth, size[1] * eighth)
    mask = small.resize(large, Image.Resampling.BICUBIC)
    inner = Rect(edge + radius, edge + radius, edge + width - radius, edge + height - radius)
    right, bottom = width + 2 * edge, height + 2 * edge
    parts = (
        (0, 0, right, inner.top),
        (0, inner.top, inner.left, inner.bottom),
        (inner.right, inner.top, right, inner.bottom),
        (0, inner.bottom, right, bottom),
    )
    return tuple((mask.crop(part), part[0] - edge, part[1] - edge) for part in parts)


@lru_cache(maxsize=1)
def _diagonal() -> Image.Image:
    """From black at the left top to white at the right bottom."""
    down = Image.linear_gradient("L")
    return Image.blend(down, down.transpose(Image.Transpose.TRANSPOSE), 0.5)


@lru_cache(maxsize=16)
def gradient(width: int, height: int, start: Color, end: Color) -> Image.Image:
    """A rectangle from one colour to another. It may be shared: do not draw into it."""
    ramp = _diagonal().resize((width, height), Image.Resampling.BILINEAR)
    first, last = Image.new("RGB", ramp.size, start), Image.new("RGB", ramp.size, end)
    return Image.composite(last, first, ramp)


@lru_cache(maxsize=64)
def supersampled(
    paint: Callable[[ImageDraw.ImageDraw, int], None], width: int, height: int
) -> Image.Image:
    """A mask that `paint` draws at four times its size; it is told the scale.

    The masks are kept by `paint`, which must therefore be a function of a
    module, or a partial that is kept itself.
    """
    mask = Image.new("L", (width * SUPERSAMPLING, height * SUPERSAMPLING))
    paint(ImageDraw.Draw(mask), SUPERSAMPLING)
    return mask.resize((width, height), Image.Resampling.BOX)


# --- the canvas -----------------------------------------------------------------------------------


class Canvas:
    """A picture of a part of the screen, drawn on in pixels of the screen.

    Args:
        image: RGB; it is drawn into.
        left: the screen's pixel column that is the image's first.
        top: the screen's pixel row that is the image's first.
    """

    def __init__(self, image: Image.Image, left: int = 0, top: int = 0) -> None:
        self.image = image
        self._left = left
        self._top = top
        self._draw = ImageDraw.Draw(image)

    @property
    def area(self) -> Rect:
        """The part of the screen that the picture shows."""
        return Rect(
            self._left, self._top, self._left + self.image.width, self._top + self.image.height
        )

    @contextmanager
    def clipped(self, clip: Rect) -> Iterator[Canvas]:
        """A canvas that draws inside `clip` only."""
        clip = clip.clip(self.area)
        if clip == self.area:
            yield self
        elif clip.empty:
            yield Canvas(Image.new("RGB", (1, 1)), -(10**6), -(10**6))
        else:
            at = (clip.left - self._left, clip.top - self._top)
            part = self.image.crop((*at, at[0] + clip.width, at[1] + clip.height))
            yield Canvas(part, clip.left, clip.top)
            self.image.paste(part, at)

    def color_at(self, x: int, y: int) -> Color:
        """The colour of a pixel of the screen."""
        pixel = self.image.getpixel((x - self._left, y - self._top))
        return pixel[:3] if isinstance(pixel, tuple) else (0, 0, 0)  # type: ignore[return-value]  # an RGB picture has three

    def paste(
        self, source: Image.Image | Color, box: Rect, mask: Image.Image | None = None
    ) -> None:
        """Puts a picture or a colour into `box`, where `mask` covers it."""
        at = (box.left - self._left, box.top - self._top)
        size = mask.size if mask else (box.width, box.height)
        self.image.paste(source, (*at, at[0] + size[0], at[1] + size[1]), mask)

    def fill(self, box: Rect, color: Color, radius: int = 0) -> None:
        """A filled rectangle with round corners."""
        if box.empty:
            return
        radius = _fitting(radius, box)
        if not radius:
            self._rectangle(box.left, box.top, box.right, box.bottom, color)
            return
        self._rectangle(box.left + radius, box.top, box.right - radius, box.bottom, color)
        self._rectangle(box.left, box.top + radius, box.left + radius, box.bottom - radius, color)
        self._rectangle(box.right - radius, box.top + radius, box.right, box.bottom - radius, color)
        self._corners_of(_corner(radius), box, color)

    def stroke(self, box: Rect, color: Color, radius: int = 0, thickness: int = 2) -> None:
        """A rectangle's outline, drawn inside its edge."""
        if box.empty:
            return
        radius = _fitting(radius, box)
        left, top, right, bottom = box.left, box.top, box.right, box.bottom
        self._rectangle(left + radius, top, right - radius, top + thickness, color)
        self._rectangle(left + radius, bottom - thickness, right - radius, bottom, color)
        self._rectangle(left, top + radius, left + thickness, bottom - radius, color)
        self._rectangle(right - thickness, top + radius, right, bottom - radius, color)
        if radius:
            self._corners_of(_ring_corner(radius, thickness), box, color)

    def fill_gradient(self, box: Rect, start: Color, end: Color, radius: int = 0) -> None:
        """A rectangle that runs from one colour to another."""
        if box.empty:
            return
        radius = _fitting(radius, box)
        mask = rounded_mask(box.width, box.height, radius) if radius else None
        self.paste(gradient(box.width, box.height, start, end), box, mask)

    def shade(self, box: Rect, color: Color, share: float, radius: int = 0) -> None:
        """Tints what is there: `share` (0..1) of `color` over it."""
        if box.empty:
            return
        shape = rounded_mask(box.width, box.height, _fitting(radius, box))
        self.paste(color, box, _faded(shape, share))

    def shadow(self, box: Rect, radius: int, blur: int, strength: int, drop: int) -> None:
        """The soft shadow around a card that is painted next.

        Args:
            box: where the card is.
            radius: of the card's corners.
            blur: how soft it is; it reaches `2 * blur` beyond the card.
            strength: 0..255.
            drop: how far below the card it lies.
        """
        if box.empty:
            return
        # What a shadow lies below its card must not be left out under the card's upper edge.
        hidden = max(_fitting(radius, box), min(drop, box.height // 2, box.width // 2))
        for mask, left, top in _shadow_frame(box.width, box.height, hidden, blur, strength):
            if mask.width and mask.height:
                at = Rect(box.left + left, box.top + top + drop, 0, 0)
                self.paste((20, 30, 50), at, mask)

    def line_of_text(self, line: str, x: int, middle: int, face: Face, color: Color) -> None:
        """A line of text that begins at `x` and whose characters are centred on `middle`."""
        picture = text.ink(line, face)
        baseline = middle + round(text.BASELINE * face.size)
        left, top = x - picture.left, baseline - picture.ascent
        self.paste(color, Rect(left, top, 0, 0), picture.mask)

    def icon(self, name: str, box: Rect, size: int, color: Color) -> None:
        """An icon in the middle of `box`; a name that the font lacks leaves it empty."""
        try:
            mask = text.icon(name, size)
        except KeyError:
            return
        left = box.left + (box.width - size) // 2
        top = box.top + (box.height - size) // 2
        self.paste(color, Rect(left, top, 0, 0), mask)

    def _rectangle(self, left: int, top: int, right: int, bottom: int, color: Color) -> None:
        if right > left and bottom > top:
            x, y = self._left, self._top
            self._draw.rectangle((left - x, top - y, right - x - 1, bottom - y - 1), fill=color)

    def _corners_of(self, upper_left: Image.Image, box: Rect, color: Color) -> None:
        for corner, left, top in _corners(upper_left, box.width, box.height):
            self.paste(color, Rect(box.left + left, box.top + top, 0, 0), corner)


def _fitting(radius: int, box: Rect) -> int:
    return max(0, min(radius, box.width // 2, box.height // 2))


@lru_cache(maxsize=256)
def _fade_table(share: float) -> list[int]:
    return [round(level * share) for level in range(256)]


def _faded(mask: Image.Image, share: float) -> Image.Image:
    return mask.point(_fade_table(share))
