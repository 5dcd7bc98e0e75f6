from __future__ import annotations

import io

import pytest
from PIL import Image

from harness.model import Box
from harness.redaction import HIDDEN, Redaction

SECRET = Redaction(("geheim",))


def test_a_secret_is_hidden_in_attributes_and_in_the_texts_of_a_web_page() -> None:
    page = '<html><p title="geheim">vor geheim<b>geheim</b> nach geheim</p></html>'
    hidden = SECRET.hierarchy(page)
    assert "geheim" not in hidden
    assert hidden.count(HIDDEN) == 4
    assert SECRET.hierarchy("<a><b/></a>") == "<a><b/></a>"


def test_boxes_are_blacked_out_and_nothing_else() -> None:
    out = io.BytesIO()
    Image.new("RGB", (40, 40), "white").save(out, "PNG")
    covered = SECRET.covered(out.getvalue(), (Box(left=10, top=10, right=20, bottom=20),))
    picture = Image.open(io.BytesIO(covered))
    assert picture.getpixel((15, 15)) == (0, 0, 0)
    assert picture.getpixel((30, 30)) == (255, 255, 255)


ABSURD = f"<a text='geheim' bounds='[0,0][{'9' * 5000},1]'/>"


@pytest.mark.parametrize("broken", ["", "\x00", ABSURD])
def test_a_hierarchy_that_makes_no_sense_gives_nothing_away_and_breaks_nothing(broken: str) -> None:
    assert "geheim" not in SECRET.hierarchy(broken)
    assert SECRET.boxes(broken) == ()
