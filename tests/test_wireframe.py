from __future__ import annotations

import io

import pytest
from PIL import Image, ImageChops, ImageDraw

from harness import wireframe as module
from harness.model import Box, Drawn
from harness.wireframe import LABELS, PARTS, draw, size_if_black, wireframe

SIZE = (360, 800)
BLUE = (0x7C, 0x9F, 0xD8)


def node(view: str, bounds: str, inner: str = "", **attributes: str) -> str:
    said = " ".join(f'{name.replace("_", "-")}="{value}"' for name, value in attributes.items())
    return f'<{view} class="{view}" bounds="{bounds}" {said}>{inner}</{view}>'


def screen(*nodes: str) -> str:
    return f"<hierarchy>{''.join(nodes)}</hierarchy>"


def drawn(*nodes: str, why: Drawn = "refused", size: tuple[int, int] = SIZE) -> Image.Image:
    image = draw(screen(*nodes), size, why)
    assert image is not None
    return image


def differs(one: Image.Image, other: Image.Image) -> tuple[int, int, int, int] | None:
    """The box within which two pictures differ."""
    return ImageChops.difference(one, other).getbbox()


def png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


# --- what is black --------------------------------------------------------------------------------


def phone_picture(width: int = 1080, height: int = 2400, color: str = "black") -> Image.Image:
    return Image.new("RGB", (width, height), color)


def with_bars(image: Image.Image) -> Image.Image:
    pen, (width, height), longer = ImageDraw.Draw(image), image.size, max(image.size)
    pen.rectangle((40, longer // 80, 160, longer // 30), fill="white")  # a clock
    pen.rectangle((width // 3, height - longer // 60, width // 2, height - 10), fill="white")
    return image


@pytest.mark.parametrize("color", ["black", "#020203"])
@pytest.mark.parametrize("size", [(1080, 2400), (2400, 1080), (720, 1280)])
def test_a_black_picture_is_known_by_its_size_with_and_without_bars(
    color: str, size: tuple[int, int]
) -> None:
    assert size_if_black(png(phone_picture(*size, color))) == size
    assert size_if_black(png(with_bars(phone_picture(*size, color)))) == size


def test_a_transparent_picture_is_black_too() -> None:
    assert size_if_black(png(Image.new("RGBA", (1080, 2400), (0, 0, 0, 0)))) == (1080, 2400)


def test_a_dark_screen_with_one_line_of_text_is_not_black() -> None:
    dark = phone_picture()
    ImageDraw.Draw(dark).rectangle((500, 1200, 560, 1210), fill="#202020")
    assert size_if_black(png(dark)) is None


@pytest.mark.parametrize("color", ["white", "#303030", "#00000C"])
def test_another_colour_is_not_black(color: str) -> None:
    expected = None if color != "#00000C" else (1080, 2400)  # to the eye as well
    assert size_if_black(png(phone_picture(color=color))) == expected


@pytest.mark.parametrize("data", [b"", b"no picture", png(Image.new("RGB", (1, 1)))])
def test_what_is_no_screenshot_is_not_black(data: bytes) -> None:
    assert size_if_black(data) is None


def test_a_picture_that_is_cut_off_is_not_black() -> None:
    assert size_if_black(png(phone_picture())[:-4000]) is None


def test_a_full_file_is_not_even_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    noise = Image.effect_noise((400, 400), 90).convert("RGB")
    decoded: list[Image.Image] = []
    monkeypatch.setattr(module, "_is_black", decoded.append)
    assert size_if_black(png(noise)) is None
    assert decoded == []


# --- what is drawn --------------------------------------------------------------------------------


def test_a_drawing_is_as_large_as_the_screen_and_the_same_each_time() -> None:
    label = node("android.widget.TextView", "[10,100][200,130]", text="证照编号 1234")
    assert drawn(label).size == SIZE
    assert differs(drawn(label), drawn(label)) is None


def test_two_screens_that_say_other_things_are_drawn_otherwise_where_they_do() -> None:
    one, other = (
        drawn(node("android.widget.TextView", "[10,100][200,130]", text=text))
        for text in ("电子社保卡", "居民身份证")
    )
    left, top, right, bottom = differs(one, other) or (0, 0, 0, 0)
    assert 10 <= left < right <= 200
    assert 100 <= top < bottom <= 130


def test_the_drawing_says_across_its_top_why_it_is_one() -> None:
    label = node("android.widget.TextView", "[10,100][200,130]", text="甲")
    black, refused = drawn(label, why="black"), drawn(label, why="refused")
    _, _, _, bottom = differs(black, refused) or (0, 0, 0, 800)
    assert bottom < 31
    assert black.getpixel((4, 15)) == (0x4A, 0x55, 0x68)
    assert all("线框图" in words.zh and "wireframe" in words.en for words in LABELS.values())


def test_every_character_of_the_labels_is_in_the_font() -> None:
    missing = png_of("\U0010fffd")
    assert all(png_of(each) != missing for words in LABELS.values() for each in words.zh)


def png_of(character: str) -> bytes:
    mask = module._font(40).getmask(character)
    return bytes(mask)


CHECKS = ("CheckBox", "RadioButton", "Switch")
EVERY_VIEW = (
    *CHECKS, "TextView", "Button", "EditText", "ImageView", "ProgressBar", "SeekBar", "Toast"
)  # fmt: skip


@pytest.mark.parametrize("view", CHECKS)
def test_whether_it_is_checked_can_be_seen(view: str) -> None:
    on, off = (
        drawn(node(f"android.widget.{view}", "[10,100][200,130]", checked=state, text="同意"))
        for state in ("true", "false")
    )
    assert differs(on, off) is not None
    assert BLUE in {on.getpixel((x, 115)) for x in range(10, 30)}


@pytest.mark.parametrize(
    ("more", "less"),
    [
        ({"scrollable": "true"}, {}),
        ({"clickable": "true"}, {}),
        ({"focused": "true"}, {}),
        ({"enabled": "false", "text": "下一步"}, {"text": "下一步"}),
        ({"content_desc": "返回", "clickable": "true"}, {"clickable": "true"}),
    ],
    ids=lambda value: ",".join(value) or "-",
)
def test_what_can_be_done_with_a_view_can_be_seen(
    more: dict[str, str], less: dict[str, str]
) -> None:
    view, bounds = "android.view.View", "[10,100][200,300]"
    assert differs(drawn(node(view, bounds, **more)), drawn(node(view, bounds, **less))) is not None


@pytest.mark.parametrize("view", EVERY_VIEW)
def test_every_kind_of_view_leaves_its_mark_within_its_box(view: str) -> None:
    frame = node("android.view.View", "[0,0][360,800]")
    shown = node(f"android.widget.{view}", "[20,100][300,160]", text="文字")
    left, top, right, bottom = differs(drawn(frame), drawn(frame, shown)) or (0, 0, 0, 0)
    if view == "Toast":  # the hierarchy does not say where
        assert 600 < top < bottom < 740
    else:
        assert 19 <= left < right <= 301
        assert 99 <= top < bottom <= 161


def test_a_picture_that_is_described_is_crossed_and_named() -> None:
    plain = node("android.widget.ImageView", "[20,100][220,300]")
    named = node("android.widget.ImageView", "[20,100][220,300]", content_desc="二维码")
    image = drawn(plain)
    assert image.getpixel((120, 200)) == image.getpixel((70, 150)) != image.getpixel((120, 150))
    assert differs(image, drawn(named)) is not None


def test_an_icon_is_spoken_for_by_the_description_of_its_button() -> None:
    icon = node("android.widget.ImageView", "[20,100][60,140]")
    with_icon = node(
        "android.view.View", "[10,90][70,150]", icon, content_desc="返回", clickable="true"
    )
    without = node("android.view.View", "[10,90][70,150]", content_desc="返回", clickable="true")
    assert differs(drawn(with_icon), drawn(without)) is None


def test_a_description_does_not_cover_the_words_that_lie_on_its_view() -> None:
    word = node("android.widget.TextView", "[20,100][160,140]", text="甲")
    described = node("android.view.View", "[10,90][170,150]", word, content_desc="卡片")
    plain = node("android.view.View", "[10,90][170,150]", word)
    assert differs(drawn(described), drawn(plain)) is None


def test_a_password_shows_that_there_is_one_and_not_how_long() -> None:
    def field(text: str, showing_hint: str = "false") -> Image.Image:
        return drawn(
            node(
                "android.widget.EditText",
                "[20,100][300,150]",
                text=text,
                password="true",
                showing_hint=showing_hint,
            )
        )

    assert differs(field("geheim"), field("ein anderes")) is None
    assert differs(field("geheim"), field("")) is not None
    assert differs(field("密码", "true"), field("geheim")) is not None


def test_a_view_that_is_not_displayed_is_not_drawn() -> None:
    seen = node("android.widget.TextView", "[10,100][200,130]", text="甲")
    hidden = node("android.widget.TextView", "[10,200][200,230]", text="乙", displayed="false")
    assert differs(drawn(seen), drawn(seen, hidden)) is None


def test_a_long_text_is_made_smaller_and_cut_rather_than_let_out_of_its_box() -> None:
    frame = node("android.view.View", "[0,0][360,800]")
    text = "根据有关规定，" * 60 + "a" * 300
    shown = node("android.widget.TextView", "[20,100][300,160]", text=text)
    left, top, right, bottom = differs(drawn(frame), drawn(frame, shown)) or (0, 0, 0, 0)
    assert 19 <= left < right <= 302
    assert 98 <= top < bottom <= 162


def test_no_line_begins_with_what_closes_a_sentence() -> None:
    text = "我已阅读并同意《用户协议》和《隐私政策》，以及其他。"
    for width in range(20, 400, 7):
        lines = module._lines(text, 14, width)
        assert "".join(lines) == text
        assert all(line[0] not in "》，。" for line in lines)


def test_of_a_web_page_its_texts_are_drawn_where_the_page_is() -> None:
    page = Box(left=0, top=100, right=360, bottom=700)
    html = "<html><head><title>x</title></head><body><h1>{}</h1><script>1</script></body></html>"
    one, other = (draw(html.format(text), SIZE, "black", page) for text in ("余额", "明细"))
    assert one is not None
    assert other is not None
    _, top, _, bottom = differs(one, other) or (0, 0, 0, 0)
    assert 100 <= top < bottom <= 700
    assert draw("<html><script>1</script></html>", SIZE, "black", page) is None


# --- what is survived -----------------------------------------------------------------------------

HOSTILE = {
    "many": screen(
        *(node("a", f"[{x % 300},{x % 700}][360,800]", text="甲" * 50) for x in range(100_000))
    ),
    "deep": "<a bounds='[0,0][360,800]' text='x'>" * 5_000,
    "long texts": screen(*(node("a", "[0,100][360,800]", text="長" * 1_000_000) for _ in range(3))),
    "one long word": screen(node("a", "[0,100][360,800]", text="x" * 1_000_000)),
    "inside out": screen(node("a", "[300,300][10,10]", text="x"), node("a", "[0,0][9,9]")),
    "elsewhere": screen(node("a", "[-900000000,-5][999999999,999999999]", text="x")),
    "absurd": screen(node("a", f"[0,0][{'9' * 5000},1]"), node("a", "[0,0][9,9]", text="x")),
    "tiny": screen(*(node(view, "[5,5][6,6]", text="字" * 9, checked="true", scrollable="true")
                     for view in EVERY_VIEW)),
    "controls": screen(node("a", "[0,0][99,99]", text="\u202e\u0000\ud83d\ude00&#10;e\u0301")),
    "entities": '<!DOCTYPE a [<!ENTITY x "xxxxxxxx">]><a bounds="[0,0][99,99]" text="&x;"/>',
    "cut off": "<hierarchy><a bounds='[0,0][99,99]' text='x'/><b bou",
    "unknown states": screen(node("a", "[0,0][9,9]", checked="maybe", password="1", scrollable="")),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("size", [SIZE, (1, 1)])
def test_a_hostile_hierarchy_is_survived(name: str, size: tuple[int, int]) -> None:
    draw(HOSTILE[name], size, "black")
    draw(HOSTILE[name], size, "black", Box(left=-5, top=0, right=9000, bottom=300))


@pytest.mark.parametrize("xml", ["", "no XML", "<a/>", "<hierarchy><a text='x'/></hierarchy>"])
def test_a_hierarchy_that_says_nothing_of_a_screen_is_not_drawn(xml: str) -> None:
    assert wireframe(xml, SIZE, "black") is None


def test_no_more_is_drawn_than_a_screen_can_hold() -> None:
    few = [node("a", "[0,100][50,200]") for _ in range(PARTS)]
    assert differs(drawn(*few), drawn(*few, node("a", "[100,300][200,400]", text="x"))) is None
