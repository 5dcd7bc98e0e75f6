"""Covers what of a picture must not be kept: boxes in black, what lies behind a dialog coarsely."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image, ImageDraw

from harness.model import Box

COARSE = 1 / 15
"""Of the width, a tile of what lies behind a dialog: wider than any letter of it."""


@dataclass(frozen=True)
class Cover:
    """What of a screen is covered.

    Attributes:
        boxes: in black.
        window: the window in front, where it does not fill the screen. Of what lies around it
            no hierarchy tells, so that it is kept in coarse tiles; None where nothing does.
    """

    boxes: tuple[Box, ...] = ()
    window: Box | None = None

    def __bool__(self) -> bool:
        return bool(self.boxes) or self.window is not None


NOTHING = Cover()


def covered(image: Image.Image, cover: Cover) -> Image.Image:
    """A copy of the picture, in RGB, with all of this covered."""
    picture = image.convert("RGB")
    if cover.window is not None:
        picture = _coarse_around(picture, cover.window)
    pen = ImageDraw.Draw(picture)
    for box in cover.boxes:
        if box.left <= box.right and box.top <= box.bottom:
            pen.rectangle((box.left, box.top, box.right, box.bottom), fill="black")
    return picture


def _coarse_around(picture: Image.Image, window: Box) -> Image.Image:
    tile = max(8, round(picture.width * COARSE))
    tiles = (max(1, picture.width // tile), max(1, picture.height // tile))
    coarse = picture.resize(tiles, Image.Resampling.BOX).resize(
        picture.size, Image.Resampling.NEAREST
    )
    corners = (max(0, window.left), max(0, window.top), window.right, window.bottom)
    if corners[0] < corners[2] and corners[1] < corners[3]:
        coarse.paste(picture.crop(corners), corners[:2])
    return coarse
