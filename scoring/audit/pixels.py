"""How much a text stands out from its ground, measured in a picture.

Pure and vectorised. Contrast is a matter of luminance alone, so that colours are
turned into it first, and the ground is the luminance that most pixels have.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Pixels = NDArray[np.uint8]
"""Rows x columns x red, green, blue."""

MOST_PIXELS = 160_000
"""Of a text that are looked at, from its top: a long one is everywhere alike."""
LEVELS = 256
GROUND_WIDTH = 6
"""Levels of lightness that one colour is spread over by JPEG."""
INK_BEYOND = 10
"""Levels away from the ground from which on a pixel belongs to the text."""
LEAST_INK = 24
"""Pixels: fewer are no text, but dirt."""
LEAST_AT_END = 4
"""Pixels of ink in the first or last row: a font leaves room above and below its letters."""
MOST_INK_SHARE = 0.6
CORE = 0.75
"""Of the ink, by lightness: before it lies the soft edge of the strokes, beyond it overshoot."""
PUREST = 0.95
"""Of the ink, by hue."""
FAINTEST_HUE = 3.0
"""Of 128: below it there is no hue but noise."""
BLUR = 2
"""Pixels of ink in a row, at least, that are part of a line of text."""
ENOUGH_GROUND = 4000
"""Pixels of an even ground, spread over it: their median is that of all."""
ROUNDEST = 72
"""Pixels: the radius of a pill that is 48 dp high, on a phone of three pixels a dp."""


def _linear() -> Floats:
    values = np.arange(256) / 255
    low, high = values / 12.92, ((values + 0.055) / 1.055) ** 2.4
    return np.where(values <= 0.03928, low, high).astype(np.float32)


_TO_YCC = np.array(
    [[0.299, -0.168736, 0.5], [0.587, -0.331264, -0.418688], [0.114, 0.5, -0.081312]]
)
_FROM_YCC = np.linalg.inv(_TO_YCC)
"""JFIF, without its offset of 128."""
_SHARES = np.multiply.outer((0.2126, 0.7152, 0.0722), _linear()).astype(np.float32)


@dataclass(frozen=True)
class Ink:
    """A text as its pixels show it.

    Attributes:
        contrast: of the text against its ground, 1 to 21.
        line_px: how high the ink of one of its lines is; of an ideograph nearly its size.
        framed: whether something else is there beside the text: ink at its upper or lower end.
    """

    contrast: float
    line_px: float
    framed: bool


def luminance(pixels: Pixels) -> Floats:
    """Relative luminance by pixel, 0 of black to 1 of white. WCAG 2.1."""
    red, green, blue = (_SHARES[band][pixels[..., band]] for band in range(3))
    total: Floats = red + green + blue
    return total


def contrast_ratio(one: float, other: float) -> float:
    """Of two relative luminances, 1 to 21 whichever is lighter. WCAG 2.1."""
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


def measure(pixels: Pixels, even_ground_share: float) -> Ink | None:
    """How a text stands out within its bounds.

    Args:
        pixels: the picture within the bounds of the text, of some dp at least.
        even_ground_share: what the colour of the ground must cover at least, of 0 to 1.

    Returns:
        None when there is no text to be seen, or its ground is a picture or a gradient.
    """
    whole = len(pixels)
    pixels = pixels[: max(1, MOST_PIXELS // max(1, pixels.shape[1]))]
    cut = len(pixels) < whole
    inside = _without_corners(pixels.shape[0], pixels.shape[1])
    light = luminance(pixels)
    level = np.sqrt(light) * (LEVELS - 1)
    ground_level = _ground(level[inside])
    away = np.abs(level - ground_level)
    on_ground = inside & (away <= GROUND_WIDTH)
    ink = inside & (away > INK_BEYOND)
    area, inked = int(inside.sum()), int(ink.sum())
    if inked < LEAST_INK or inked > MOST_INK_SHARE * area:
        return None
    if on_ground.sum() < even_ground_share * area:
        return None
    ratio = contrast_ratio(*_luminances(pixels[on_ground], pixels[ink]))
    ends = [ink[0], *([] if cut else [ink[-1]])]
    framed = any(np.count_nonzero(end) >= LEAST_AT_END for end in ends)
    return Ink(contrast=ratio, line_px=_line_height(ink), framed=framed)


def _luminances(ground: Pixels, ink: Pixels) -> tuple[float, float]:
    """Of a ground and of the colour in which a text was set on it, before JPEG has softened it.

    JPEG keeps half the colours of a row: thin strokes have their lightness, yet much of the
    ground's hue. The strongest hue within them is nearest to their own.
    """
    ground = ground[:: 1 + len(ground) // ENOUGH_GROUND]
    below = np.median(ground @ _TO_YCC, axis=0)
    away = ink @ _TO_YCC - below
    lightness = away[:, 0]
    side = 1.0 if lightness.mean() > 0 else -1.0
    hue = away[:, 1:].mean(axis=0)
    strength = float(np.hypot(*hue))
    if strength > FAINTEST_HUE:
        hue *= np.quantile(away[:, 1:] @ hue, PUREST) / strength**2
    above = below + np.array([side * np.quantile(side * lightness, CORE), *hue])
    both = np.rint(np.clip(np.stack([below, above]) @ _FROM_YCC, 0, 255)).astype(np.uint8)
    under, over = luminance(both)
    return float(under), float(over)


def _ground(levels: Floats) -> float:
    """The lightness that most pixels have, give or take what JPEG does to it."""
    counts = np.bincount(levels.astype(np.intp), minlength=LEVELS)
    spread = np.convolve(counts, np.ones(2 * GROUND_WIDTH // 2 + 1), mode="same")
    middle = int(np.argmax(spread))
    near = levels[np.abs(levels - middle) <= GROUND_WIDTH]
    return float(np.median(near)) if near.size else float(middle)


def _without_corners(rows: int, columns: int) -> NDArray[np.bool_]:
    """All but what lies outside of the roundest corners that a chip or a button may have."""
    radius = min(rows, columns, 2 * ROUNDEST) / 2
    y = np.abs(np.arange(rows) + 0.5 - rows / 2) - (rows / 2 - radius)
    x = np.abs(np.arange(columns) + 0.5 - columns / 2) - (columns / 2 - radius)
    far = np.maximum(y, 0)[:, None] ** 2 + np.maximum(x, 0)[None, :] ** 2
    inside: NDArray[np.bool_] = far <= radius**2
    return inside


def _line_height(ink: NDArray[np.bool_]) -> float:
    """Of the highest of the lines, in pixels."""
    inked = np.concatenate(([False], ink.sum(axis=1) >= BLUR, [False]))
    edges = np.flatnonzero(np.diff(inked.astype(np.int8)))
    return float(np.max(edges[1::2] - edges[::2])) if edges.size else 0.0
