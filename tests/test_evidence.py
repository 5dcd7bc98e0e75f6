from __future__ import annotations

import gzip
import io

from PIL import Image

from harness.evidence import REMEMBERED, Evidence, alike_but_for_system


class Kept(dict[str, bytes]):
    """A store in memory."""

    def keep(self, data: bytes, suffix: str) -> str:
        name = f"{len(self)}.{suffix}"
        self[name] = data
        return name


def png(color: str, side: int = 0) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (side, side) if side else (108, 240), color).save(out, "PNG")
    return out.getvalue()


def test_an_unchanged_screen_is_kept_once() -> None:
    kept = Kept()
    with Evidence(kept.keep) as evidence:
        first, second, other = (evidence.picture(png(color)) for color in ("red", "red", "blue"))
    assert first is second
    assert first.name.result() != other.name.result()
    assert len(kept) == 2


def test_a_long_run_forgets_its_oldest_pictures() -> None:
    kept = Kept()
    pictures = [png(f"#{number:06X}", side=1) for number in range(REMEMBERED + 1)]
    with Evidence(kept.keep) as evidence:
        first, *_, last = [evidence.picture(picture) for picture in pictures]
        assert evidence.picture(pictures[-1]) is last
        assert evidence.picture(pictures[0]) is not first
    assert len(kept) == REMEMBERED + 2


def test_a_picture_is_kept_as_jpeg_of_the_same_size_and_colour() -> None:
    kept = Kept()
    with Evidence(kept.keep) as evidence:
        name = evidence.picture(png("#1677FF")).name.result()
    with Image.open(io.BytesIO(kept[name])) as image:
        red, green, blue = image.convert("RGB").getpixel((50, 100))  # type: ignore[misc]  # a triple, in RGB
        assert (image.format, image.size) == ("JPEG", (108, 240))
    assert abs(red - 0x16) + abs(green - 0x77) + abs(blue - 0xFF) < 9


def test_a_hierarchy_is_compressed_to_the_same_bytes_each_time() -> None:
    kept = Kept()
    with Evidence(kept.keep) as evidence:
        names = [evidence.hierarchy("<a text='甲'/>").result() for _ in range(2)]
    assert kept[names[0]] == kept[names[1]]
    assert gzip.decompress(kept[names[0]]).decode() == "<a text='甲'/>"


def test_text_that_no_encoding_holds_is_kept_all_the_same() -> None:
    kept = Kept()
    with Evidence(kept.keep) as evidence:
        name = evidence.log(("broken \ud800 text",)).result()
    assert kept[name] == b"broken ? text\n"


def screenshot(body: str = "white", clock: str = "gray", dot: str = "white") -> bytes:
    image = Image.new("RGB", (108, 240), body)
    image.paste(clock, (0, 0, 108, 48))
    image.paste(dot, (50, 49, 51, 50))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def test_a_clock_or_a_notification_is_no_change_of_the_screen_and_one_pixel_below_is() -> None:
    assert alike_but_for_system(screenshot(), screenshot(clock="black"))
    assert not alike_but_for_system(screenshot(), screenshot(dot="red"))
    assert not alike_but_for_system(screenshot(), png("white", side=108))


def test_of_screens_that_give_no_picture_nothing_is_known() -> None:
    assert not alike_but_for_system(None, None)
    assert not alike_but_for_system(screenshot(), None)
