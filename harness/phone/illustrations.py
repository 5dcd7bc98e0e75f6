"""The pictures of a service App, drawn: skylines, a licence, a map, an advert.

Each is painted in a space that is 100 wide, twice as large as it is shown, and
kept. They are drawn from constants only: the same picture each time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from PIL import Image, ImageChops, ImageDraw

from harness.phone.canvas import Color, gradient, mix, rgb, rounded_mask

_Point: TypeAlias = tuple[float, float]

_SCALE = 2
_OPAQUE = 255

_WHITE: Color = (255, 255, 255)
_BLACK: Color = (0, 0, 0)


class _Sheet:
    """A transparent sheet that is drawn on in hundredths of its width."""

    def __init__(self, width: int, height: int) -> None:
        self.image = Image.new("RGBA", (width * _SCALE, height * _SCALE))
        self.high = 100 * height / width
        self._unit = width * _SCALE / 100
        self._draw = ImageDraw.Draw(self.image)

    def gradient(self, start: Color, end: Color) -> None:
        """Covers all of it with a gradient."""
        self.image.paste(gradient(*self.image.size, start, end))

    def flat(self, color: Color) -> None:
        """Covers all of it with a colour."""
        self.image.paste((*color, 255), (0, 0, *self.image.size))

    def box(
        self,
        corners: tuple[float, float, float, float],
        color: Color,
        alpha: int = _OPAQUE,
        radius: float = 0,
    ) -> None:
        """A rectangle: left, top, right, bottom."""
        left, top, right, bottom = (edge * self._unit for edge in corners)
        if right - left < 1 or bottom - top < 1:
            return
        with self._brush((left, top, right, bottom), color, alpha) as (draw, x, y, ink):
            moved = (left - x, top - y, right - 1 - x, bottom - 1 - y)
            draw.rounded_rectangle(moved, radius * self._unit, fill=ink)

    def disc(self, x: float, y: float, radius: float, color: Color, alpha: int = _OPAQUE) -> None:
        """A filled circle."""
        self.oval((x - radius, y - radius, x + radius, y + radius), color, alpha)

    def oval(
        self, corners: tuple[float, float, float, float], color: Color, alpha: int = _OPAQUE
    ) -> None:
        """A filled ellipse in a rectangle."""
        left, top, right, bottom = (edge * self._unit for edge in corners)
        with self._brush((left, top, right, bottom), color, alpha) as (draw, x, y, ink):
            draw.ellipse((left - x, top - y, right - x, bottom - y), fill=ink)

    def shape(self, points: Sequence[_Point], color: Color, alpha: int = _OPAQUE) -> None:
        """A filled polygon."""
        scaled = [(x * self._unit, y * self._unit) for x, y in points]
        with self._brush(_around(scaled), color, alpha) as (draw, left, top, ink):
            draw.polygon([(x - left, y - top) for x, y in scaled], fill=ink)

    def line(
        self, points: Sequence[_Point], color: Color, width: float, alpha: int = _OPAQUE
    ) -> None:
        """A line through points."""
        scaled = [(x * self._unit, y * self._unit) for x, y in points]
        thick = max(1, round(width * self._unit))
        with self._brush(_around(scaled, thick), color, alpha) as (draw, left, top, ink):
            moved = [(x - left, y - top) for x, y in scaled]
            draw.line(moved, fill=ink, width=thick, joint="curve")

    @contextmanager
    def _brush(
        self, edges: tuple[float, float, float, float], color: Color, alpha: int
    ) -> Iterator[tuple[ImageDraw.ImageDraw, int, int, tuple[int, int, int, int]]]:
        """What to draw with inside `edges`: a brush, its sheet's left and top, the ink.

        What is translucent goes on a sheet of its own first, as Pillow's
        drawing replaces pixels and does not blend them.
        """
        if alpha == _OPAQUE:
            yield self._draw, 0, 0, (*color, _OPAQUE)
            return
        left, top = max(0, int(edges[0]) - 1), max(0, int(edges[1]) - 1)
        right = min(self.image.width, int(edges[2]) + 2)
        bottom = min(self.image.height, int(edges[3]) + 2)
        layer = Image.new("RGBA", (max(1, right - left), max(1, bottom - top)))
        yield ImageDraw.Draw(layer), left, top, (*color, alpha)
        if right > left and bottom > top:
            self.image.alpha_composite(layer, (left, top))


def _around(points: Sequence[_Point], margin: float = 0) -> tuple[float, float, float, float]:
    across, down = [x for x, _ in points], [y for _, y in points]
    return (min(across) - margin, min(down) - margin, max(across) + margin, max(down) + margin)


class Picture(NamedTuple):
    """A picture and where it covers what is behind it. It may be shared: do not draw into it."""

    colors: Image.Image
    mask: Image.Image | None
    """None where it covers all."""


@lru_cache(maxsize=32)
def picture(name: str, tint: str, width: int, height: int, radius: int = 0) -> Picture:
    """An illustration.

    Args:
        name: which one; a name that is not known is an empty frame.
        tint: its main colour.
        width: pixels.
        height: pixels.
        radius: of its corners, in pixels.
    """
    sheet = _Sheet(width, height)
    _PICTURES.get(name, _frame)(sheet, rgb(tint))
    image = sheet.image.resize((width, height), Image.Resampling.BOX)
    mask = image.getchannel("A")
    if radius:
        shape = rounded_mask(width, height, min(radius, width // 2, height // 2))
        mask = ImageChops.multiply(mask, shape)
    return Picture(image.convert("RGB"), None if mask.getextrema() == (255, 255) else mask)


# --- cities ---------------------------------------------------------------------------------------

# Buildings of a skyline: left and right in hundredths of the width, height as a share of the room.
_FAR = (
    (-2, 6, 0.42), (5, 11, 0.55), (12, 17, 0.38), (18, 24, 0.62), (25, 29, 0.46), (33, 38, 0.52),
    (41, 46, 0.66), (47, 52, 0.44), (56, 60, 0.58), (62, 68, 0.48), (72, 76, 0.7), (79, 85, 0.5),
    (86, 91, 0.62), (93, 102, 0.45),
)  # fmt: skip
_NEAR = (
    (0, 8, 0.26), (9, 15, 0.36), (22, 31, 0.28), (36, 42, 0.34), (50, 57, 0.3), (66, 74, 0.27),
    (81, 88, 0.35), (90, 100, 0.24),
)  # fmt: skip


class _Site(NamedTuple):
    """Where on a sheet a city stands, and in what ink."""

    sheet: _Sheet
    color: Color
    floor: float
    high: float
    alpha: int
    left: float = 0
    wide: float = 100

    def point(self, x: float, share: float) -> _Point:
        """The sheet's point at `x` hundredths of the site, at a share of its height."""
        return self.left + x * self.wide / 100, self.floor - self.high * share

    def block(self, left: float, right: float, share: float, alpha: int, radius: float = 0) -> None:
        """A building with a flat roof."""
        (x, top), (end, _) = self.point(left, share), self.point(right, share)
        self.sheet.box((x, top, end, self.floor), self.color, alpha, radius)

    def shape(self, points: Sequence[_Point], alpha: int) -> None:
        """A building with any outline."""
        self.sheet.shape([self.point(*point) for point in points], self.color, alpha)


def _city(site: _Site) -> None:
    """Two rows of buildings, and between them the towers that everybody knows."""
    for left, right, share in _FAR:
        site.block(left, right, share, site.alpha // 3)
    _pearl_tower(site, site.alpha * 4 // 5)
    site.shape([(61, 0), (62.2, 0.94), (64.6, 1), (67, 0)], site.alpha * 3 // 5)
    _opener_tower(site, site.alpha // 2)
    for left, right, share in _NEAR:
        site.block(left, right, share, site.alpha * 3 // 5, radius=0.4)


def _pearl_tower(site: _Site, alpha: int) -> None:
    """Three balls on a needle with slanted legs."""
    site.shape([(29.8, 1), (30.2, 1), (30.8, 0), (29.2, 0)], alpha)
    for share, size in ((0.78, 0.04), (0.6, 0.065), (0.28, 0.09)):
        site.sheet.disc(*site.point(30, share), site.high * size, site.color, alpha)
    for side in (-1, 1):
        foot, knee = site.point(30 + side * 3, 0), site.point(30 + side * 0.5, 0.3)
        site.sheet.line([knee, foot], site.color, 0.6, alpha * 3 // 4)


def _opener_tower(site: _Site, alpha: int) -> None:
    """A tower with a window at its top through which the sky is seen."""
    site.shape([(69, 0), (69.9, 0.64), (74.1, 0.64), (75, 0)], alpha)
    site.shape([(69.9, 0.64), (70.1, 0.76), (71.2, 0.76), (71, 0.64)], alpha)
    site.shape([(73, 0.64), (72.8, 0.76), (73.9, 0.76), (74.1, 0.64)], alpha)
    site.shape([(70.1, 0.76), (70.2, 0.8), (73.8, 0.8), (73.9, 0.76)], alpha)


def _skyline(sheet: _Sheet, tint: Color) -> None:
    """A city that rises out of haze, on nothing."""
    _city(_Site(sheet, tint, sheet.high, sheet.high * 0.94, 190))
    haze = Image.linear_gradient("L").transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    haze = haze.point([min(255, 40 + level * 2) for level in range(256)])
    alpha = sheet.image.getchannel("A")
    sheet.image.putalpha(ImageChops.multiply(alpha, haze.resize(alpha.size)))


def _banner(sheet: _Sheet, tint: Color) -> None:
    """A city at the right, room for words at the left."""
    high = sheet.high
    sheet.gradient(mix(tint, _WHITE, 0.2), mix(tint, (90, 40, 200), 0.3))
    sheet.disc(84, high * 0.36, high * 0.42, _WHITE, 22)
    sheet.disc(84, high * 0.36, high * 0.27, _WHITE, 26)
    _city(_Site(sheet, _WHITE, high, high * 0.8, 130, left=42, wide=58))
    sheet.oval((-40, high * 0.8, 60, high * 1.5), _WHITE, 22)
    sheet.oval((10, high * 0.88, 120, high * 1.4), _WHITE, 40)


# --- people and papers ----------------------------------------------------------------------------


def _portrait(sheet: _Sheet, tint: Color) -> None:
    """A person without a face: head, hair, shoulders."""
    high = sheet.high
    sheet.gradient(mix(tint, _WHITE, 0.72), mix(tint, _WHITE, 0.86))
    skin, hair = (244, 214, 190), (58, 52, 60)
    middle = high * 0.42
    sheet.oval((8, high * 0.72, 92, high * 1.5), mix(tint, _BLACK, 0.25))
    sheet.shape(
        [
            (41, high * 0.66),
            (59, high * 0.66),
            (62, high * 0.8),
            (50, high * 0.86),
            (38, high * 0.8),
        ],
        skin,
    )
    sheet.oval((26.5, middle - 29, 73.5, middle + 18), hair)
    sheet.oval((30, middle - 22, 70, middle + 28), skin)
    sheet.shape(
        [
            (29, middle - 6),
            (33, middle - 21),
            (50, middle - 26),
            (67, middle - 21),
            (71, middle - 6),
            (62, middle - 12),
            (45, middle - 13),
        ],
        hair,
    )
    sheet.shape([(38, high * 0.78), (50, high * 0.88), (44, high * 0.95)], _WHITE)
    sheet.shape([(62, high * 0.78), (50, high * 0.88), (56, high * 0.95)], _WHITE)


def _licence(sheet: _Sheet, tint: Color) -> None:
    """A card with a portrait and lines of print."""
    high = sheet.high
    sheet.gradient(mix(tint, _WHITE, 0.82), mix(tint, _WHITE, 0.62))
    for radius in range(12, 60, 6):
        sheet.disc(88, high * 0.9, radius, mix(tint, _WHITE, 0.4), 20)
    sheet.disc(12, high * 0.19, 5, (214, 48, 43))
    sheet.shape(_star_points(12, high * 0.19, 3.2), (255, 214, 90))
    sheet.box((21, high * 0.13, 60, high * 0.2), mix(tint, _BLACK, 0.35), radius=1)
    sheet.box((21, high * 0.24, 45, high * 0.275), mix(tint, _BLACK, 0.1), 150, radius=0.8)
    for index, right in enumerate((52, 46, 58, 40)):
        top = high * (0.42 + index * 0.13)
        sheet.box((7, top, 17, top + high * 0.045), mix(tint, _BLACK, 0.15), 120, radius=0.7)
        sheet.box((21, top, right, top + high * 0.045), mix(tint, _BLACK, 0.45), 200, radius=0.7)
    _small_portrait(sheet, tint, (68, high * 0.3, 93, high * 0.86))


def _small_portrait(sheet: _Sheet, tint: Color, corners: tuple[float, float, float, float]) -> None:
    left, top, right, bottom = corners
    sheet.box(corners, mix(tint, _WHITE, 0.45), radius=1.2)
    middle = (left + right) / 2
    wide = right - left
    sheet.disc(middle, top + (bottom - top) * 0.4, wide * 0.22, _WHITE, 235)
    clip = bottom - (bottom - top) * 0.3
    sheet.oval((middle - wide * 0.36, clip, middle + wide * 0.36, bottom + wide * 0.3), _WHITE, 235)
    sheet.box((left, bottom, right, bottom + wide * 0.4), mix(tint, _WHITE, 0.66))


def _star_points(x: float, y: float, radius: float) -> list[tuple[float, float]]:
    """A five-pointed star that stands on two points."""
    outer = ((0, -1), (0.951, -0.309), (0.588, 0.809), (-0.588, 0.809), (-0.951, -0.309))
    inner = ((0.225, -0.309), (0.363, 0.118), (0, 0.382), (-0.363, 0.118), (-0.225, -0.309))
    return [
        (x + dx * radius, y + dy * radius)
        for pair in zip(outer, inner, strict=True)
        for dx, dy in pair
    ]


# --- places and things ----------------------------------------------------------------------------


def _map(sheet: _Sheet, tint: Color) -> None:
    high = sheet.high
    sheet.flat((242, 240, 234))
    sheet.shape(
        [
            (0, high * 0.62),
            (30, high * 0.7),
            (64, high * 0.52),
            (100, high * 0.6),
            (100, high * 0.78),
            (62, high * 0.7),
            (32, high * 0.88),
            (0, high * 0.8),
        ],
        (170, 211, 240),
    )
    sheet.box((8, high * 0.1, 28, high * 0.32), (200, 230, 196), radius=1.5)
    sheet.box((70, high * 0.2, 92, high * 0.42), (200, 230, 196), radius=1.5)
    for points in (
        [(0, high * 0.42), (100, high * 0.46)],
        [(34, 0), (40, high)],
        [(64, 0), (60, high * 0.5), (66, high)],
        [(0, high * 0.2), (60, high * 0.06), (100, high * 0.1)],
        [(10, high), (22, high * 0.4), (20, 0)],
        [(84, 0), (82, high)],
    ):
        sheet.line(points, (222, 216, 204), 3.2)
        sheet.line(points, _WHITE, 2.4)
    sheet.line([(0, high * 0.44), (38, high * 0.44), (41, high)], (255, 205, 110), 2.2)
    _pin(sheet, tint, 50, high * 0.46)


def _pin(sheet: _Sheet, tint: Color, x: float, y: float) -> None:
    sheet.oval((x - 5, y - 1.2, x + 5, y + 1.2), _BLACK, 50)
    sheet.shape([(x - 4.6, y - 7), (x + 4.6, y - 7), (x, y)], tint)
    sheet.disc(x, y - 9, 5.2, tint)
    sheet.disc(x, y - 9, 2.1, _WHITE)


def _empty(sheet: _Sheet, tint: Color) -> None:
    """An open box with a sheet of paper: nothing here yet."""
    high = sheet.high
    pale, middle = mix(tint, _WHITE, 0.88), mix(tint, _WHITE, 0.7)
    sheet.oval((8, high * 0.82, 92, high * 0.97), pale)
    sheet.disc(20, high * 0.24, 3, pale)
    sheet.disc(84, high * 0.36, 4.4, pale)
    sheet.disc(74, high * 0.12, 2, middle)
    sheet.box((33, high * 0.1, 67, high * 0.72), _WHITE, radius=2.5)
    sheet.box((33, high * 0.1, 67, high * 0.72), mix(tint, _WHITE, 0.8), 150, radius=2.5)
    for index, right in enumerate((61, 56, 61)):
        top = high * (0.2 + index * 0.11)
        sheet.box((39, top, right, top + high * 0.035), middle, radius=0.8)
    sheet.shape(
        [(20, high * 0.56), (80, high * 0.56), (74, high * 0.9), (26, high * 0.9)],
        mix(tint, _WHITE, 0.55),
    )
    sheet.shape(
        [
            (20, high * 0.56),
            (40, high * 0.56),
            (44, high * 0.64),
            (56, high * 0.64),
            (60, high * 0.56),
            (80, high * 0.56),
            (78.5, high * 0.66),
            (21.5, high * 0.66),
        ],
        mix(tint, _WHITE, 0.4),
    )


def _advert(sheet: _Sheet, tint: Color) -> None:
    high = sheet.high
    sheet.gradient(mix(tint, (255, 170, 60), 0.35), mix(tint, _BLACK, 0.12))
    x, y = 50, high * 0.42
    rays = ((0, -1), (0.7, -0.7), (1, 0), (0.7, 0.7), (0, 1), (-0.7, 0.7), (-1, 0), (-0.7, -0.7))
    for dx, dy in rays:
        tip = (x + dx * 110, y + dy * 110)
        sheet.shape(
            [(x, y), (tip[0] - dy * 16, tip[1] + dx * 16), (tip[0] + dy * 16, tip[1] - dx * 16)],
            _WHITE,
            22,
        )
    sheet.disc(x, y, 27, _WHITE, 40)
    _gift(sheet, x, y)
    for dx, dy, size in ((-36, -18, 2.2), (34, -24, 3), (38, 16, 2), (-32, 22, 2.8), (8, -34, 1.8)):
        sheet.disc(x + dx, y + dy, size, (255, 226, 120), 230)
    sheet.box((18, high * 0.74, 82, high * 0.795), _WHITE, 240, radius=2)
    sheet.box((30, high * 0.825, 70, high * 0.855), _WHITE, 150, radius=1.2)


def _gift(sheet: _Sheet, x: float, y: float) -> None:
    sheet.box((x - 16, y - 4, x + 16, y + 20), (255, 244, 220), radius=1.5)
    sheet.box((x - 18.5, y - 10, x + 18.5, y - 2), (255, 232, 180), radius=1.5)
    sheet.box((x - 3, y - 10, x + 3, y + 20), (240, 96, 70))
    sheet.oval((x - 14, y - 20, x - 1, y - 10), (240, 96, 70))
    sheet.oval((x + 1, y - 20, x + 14, y - 10), (240, 96, 70))
    sheet.oval((x - 10.5, y - 17.5, x - 4, y - 12.5), (255, 190, 150))
    sheet.oval((x + 4, y - 17.5, x + 10.5, y - 12.5), (255, 190, 150))


def _face_oval(sheet: _Sheet, tint: Color) -> None:
    """The frame of a face check: a camera picture seen through an oval."""
    high = sheet.high
    middle, tall = high / 2, min(44.0, high * 0.48)
    wide = tall * 0.78
    sheet.oval(
        (50 - wide - 3, middle - tall - 3, 50 + wide + 3, middle + tall + 3),
        mix(tint, _WHITE, 0.75),
    )
    sheet.oval((50 - wide - 1, middle - tall - 1, 50 + wide + 1, middle + tall + 1), tint)
    sheet.oval((50 - wide, middle - tall, 50 + wide, middle + tall), (232, 237, 245))
    grey = (196, 206, 221)
    sheet.disc(50, middle - tall * 0.14, tall * 0.36, grey)
    sheet.oval(
        (50 - tall * 0.56, middle + tall * 0.32, 50 + tall * 0.56, middle + tall * 0.94), grey
    )


def _frame(sheet: _Sheet, tint: Color) -> None:
    sheet.flat(mix(tint, _WHITE, 0.85))


_PICTURES: dict[str, Callable[[_Sheet, Color], None]] = {
    "banner": _banner,
    "skyline": _skyline,
    "portrait": _portrait,
    "licence": _licence,
    "map": _map,
    "empty": _empty,
    "advert": _advert,
    "face_oval": _face_oval,
}


# --- QR codes -------------------------------------------------------------------------------------

_MODULES = 33
_QUIET = 2


@lru_cache(maxsize=32)
def qr_code(text: str, size: int) -> Image.Image:
    """A square that looks like a QR code, black on white; it holds no readable data.

    Its modules are whole pixels, so that they are sharp; what is left is white around them.
    """
    count = _MODULES + 2 * _QUIET
    code = Image.new("L", (count, count), 255)
    bits = hashlib.shake_256(text.encode("utf-8", "surrogatepass")).digest(_MODULES * _MODULES)
    for index, byte in enumerate(bits):
        row, column = divmod(index, _MODULES)
        if byte & 1:
            code.putpixel((column + _QUIET, row + _QUIET), 0)
    draw = ImageDraw.Draw(code)
    far = _QUIET + _MODULES - 7
    for left, top in ((_QUIET, _QUIET), (far, _QUIET), (_QUIET, far)):
        _finder(draw, left, top)
    module = max(1, size // count)
    sharp = code.resize((count * module, count * module), Image.Resampling.NEAREST)
    square = Image.new("RGB", (size, size), _WHITE)
    inset = (size - sharp.width) // 2
    square.paste(sharp.convert("RGB"), (inset, inset))
    return square


def _finder(draw: ImageDraw.ImageDraw, left: int, top: int) -> None:
    """One of the three squares in the corners, with the white line around it."""
    draw.rectangle((left - 1, top - 1, left + 7, top + 7), fill=255)
    draw.rectangle((left, top, left + 6, top + 6), fill=0)
    draw.rectangle((left + 1, top + 1, left + 5, top + 5), fill=255)
    draw.rectangle((left + 2, top + 2, left + 4, top + 4), fill=0)
