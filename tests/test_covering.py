from __future__ import annotations

from PIL import Image, ImageDraw

from harness.covering import NOTHING, Cover, covered
from harness.model import Box


def test_boxes_are_blacked_out_and_nothing_else() -> None:
    white = Image.new("RGB", (40, 40), "white")
    picture = covered(white, Cover((Box(left=10, top=10, right=20, bottom=20),)))
    assert picture.getpixel((15, 15)) == (0, 0, 0)
    assert picture.getpixel((30, 30)) == (255, 255, 255)
    assert white.getpixel((15, 15)) == (255, 255, 255)


def test_a_box_that_makes_no_sense_covers_nothing() -> None:
    absurd = Box(left=30, top=0, right=-900, bottom=5)
    picture = covered(Image.new("RGB", (40, 40), "white"), Cover((absurd,)))
    assert picture.getextrema() == ((255, 255),) * 3


def test_what_lies_behind_a_dialog_is_coarse_and_the_dialog_is_sharp() -> None:
    screen = Image.new("RGB", (300, 600), "white")
    pen = ImageDraw.Draw(screen)
    for x in range(0, 300, 2):
        pen.line((x, 0, x, 600), fill="black")
    window = Box(left=50, top=200, right=250, bottom=400)
    picture = covered(screen, Cover(window=window))
    inside = picture.crop((50, 200, 250, 400))
    assert inside.tobytes() == screen.crop((50, 200, 250, 400)).tobytes()
    above = picture.crop((0, 0, 300, 200)).getcolors()
    assert above is not None
    assert all(abs(level - 127) <= 2 for _, color in above for level in color)  # type: ignore[union-attr]  # RGB


def test_nothing_to_cover_is_false() -> None:
    assert not NOTHING
    assert Cover(window=Box(left=0, top=0, right=1, bottom=1))
