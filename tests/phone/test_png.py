from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from harness.phone.png import encode

SIZES = st.tuples(st.integers(1, 5), st.integers(1, 6))


@given(size=SIZES, colours=st.lists(st.sampled_from([0, 0, 255, 17]), min_size=90, max_size=90))
def test_what_is_written_is_read_back(size: tuple[int, int], colours: list[int]) -> None:
    picture = Image.frombytes("RGB", size, bytes(colours[: size[0] * size[1] * 3]))
    with Image.open(io.BytesIO(encode(picture))) as read:
        read.load()
        assert (read.format, read.mode) == ("PNG", "RGB")
        assert read.tobytes() == picture.tobytes()


def test_an_even_screen_is_small() -> None:
    screen = Image.new("RGB", (1080, 2400), "#F4F6F8")
    screen.paste("#1677FF", (0, 0, 1080, 600))
    assert len(encode(screen)) < 30_000


def test_transparency_is_left_out() -> None:
    with Image.open(io.BytesIO(encode(Image.new("RGBA", (2, 2), "#12345600")))) as read:
        assert read.mode == "RGB"
