from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from PIL import Image

from harness.phone.app import Toast
from harness.phone.canvas import mix, rgb
from harness.phone.draw import draw
from harness.phone.illustrations import picture, qr_code
from harness.phone.keyboard import keyboard_area, keys
from harness.phone.layout import lay_out_dialog
from harness.phone.scene import Look, Rect, Scene, Window
from harness.phone.widgets import (
    Button,
    Check,
    Column,
    Icon,
    Illustration,
    Input,
    Label,
    Page,
    Scroll,
    SlideLock,
    Space,
    Spinner,
    Stars,
    Widget,
)
from tests.phone.scenes import LOOK, METRICS, PACKAGE, looks, pages, scene

TAP = Toast("ok")
BLUE = "#1464E8"


def drawn(widget: Widget, look: Look = LOOK) -> Image.Image:
    """The screen with this widget as all of its page's content."""
    return draw(scene(Page(background="#FFFFFF", children=(widget,)), look))


def color(image: Image.Image, x: int, y: int) -> tuple[int, ...]:
    pixel = image.getpixel((x, y))
    assert isinstance(pixel, tuple)
    return pixel


def ink_box(image: Image.Image, area: Rect, ground: tuple[int, ...]) -> Rect:
    """The smallest box around all that is not ground in an area; empty when all is."""
    part = image.crop((area.left, area.top, area.right, area.bottom))
    different = [
        (index % area.width, index // area.width)
        for index, pixel in enumerate(part.get_flattened_data())
        if pixel != ground
    ]
    if not different:
        return Rect(0, 0, 0, 0)
    across, down = [x for x, _ in different], [y for _, y in different]
    return Rect(min(across), min(down), max(across) + 1, max(down) + 1)


def with_dialog(root: Widget, secure: bool = False) -> Scene:
    below = scene(Page(background="#FFFFFF"))
    laid = lay_out_dialog(root, LOOK, METRICS)
    dialog = Window(PACKAGE, ".MainActivity", laid, LOOK, "dialog", secure)
    return replace(below, windows=(*below.windows, dialog))


def test_a_picture_is_as_large_as_the_screen() -> None:
    image = draw(scene(Page()))
    assert (image.mode, image.size) == ("RGB", (1080, 2400))


def test_the_same_scene_gives_the_same_pixels() -> None:
    page = Page(
        children=(
            Illustration(name="banner"),
            Button(text="立即办理", shadow=True),
            Stars(key="n"),
            Spinner(),
        )
    )
    assert draw(scene(page)).tobytes() == draw(scene(page)).tobytes()


def test_a_filled_button_has_its_colour_and_white_text() -> None:
    image = drawn(Button(text="办理", color=BLUE, radius=0, height=50))
    assert color(image, 20, 84 + 75) == rgb(BLUE)
    assert (255, 255, 255) in {color(image, x, 84 + 75) for x in range(480, 600)}


def test_the_text_of_a_button_is_centred_for_the_eye() -> None:
    image = drawn(Button(text="田田田", color=BLUE, radius=0, height=50))
    ink = ink_box(image, Rect(0, 84, 1080, 84 + 150), rgb(BLUE))
    assert abs(ink.left - (1080 - ink.right)) <= 3
    assert abs(ink.top - (150 - ink.bottom)) <= 4


def test_a_disabled_button_is_paler() -> None:
    image = drawn(Button(text="", color=BLUE, enabled=False))
    assert sum(color(image, 540, 84 + 60)) > sum(rgb(BLUE))


def test_round_corners_show_what_is_behind_them() -> None:
    image = drawn(Column(height=100, background=BLUE, radius=20))
    assert color(image, 0, 84) == (255, 255, 255)
    assert color(image, 540, 84) == rgb(BLUE)


def test_a_hint_is_grey_and_a_value_is_dark() -> None:
    field = Input(key="k", hint="田", height=50)
    hint = drawn(field)
    value = drawn(field, Look(values={"k": "田"}))
    row = range(0, 45)
    assert min(sum(color(hint, x, 159)) for x in row) > min(sum(color(value, x, 159)) for x in row)


def test_the_focused_input_has_a_caret_after_its_text() -> None:
    field = Input(key="k", height=50)
    look = Look(values={"k": "田田"})
    focused = drawn(field, replace(look, focused="k"))
    assert color(focused, 91, 159) == rgb("#1677FF")
    assert color(drawn(field, look), 91, 159) == (255, 255, 255)


def test_a_password_is_drawn_as_dots_whatever_it_is() -> None:
    field = Input(key="k", password=True)
    one, two = (drawn(field, Look(values={"k": value})) for value in ("abc", "xyz"))
    assert one.tobytes() == two.tobytes()


def test_the_end_of_a_long_value_is_in_sight_while_it_is_typed() -> None:
    field = Input(key="k", height=50)
    shown = [
        drawn(field, Look(values={"k": "一" * 50 + last}, focused="k")).tobytes() for last in "田口"
    ]
    assert shown[0] != shown[1]


def test_a_tick_changes_the_picture() -> None:
    for kind in ("checkbox", "switch", "radio"):
        box = Check(key="k", value="v", kind=kind)
        on = drawn(box, Look(values={"k": "v"}))
        assert on.tobytes() != drawn(box).tobytes()


def test_as_many_stars_are_lit_as_are_given() -> None:
    image = drawn(Stars(key="n", size=32), Look(values={"n": 3}))
    middles = [48 + index * 120 for index in range(5)]
    lit = [color(image, x, 84 + 52) == rgb("#FFAA00") for x in middles]
    assert lit == [True, True, True, False, False]


def test_the_knob_of_a_slider_is_at_its_left_end() -> None:
    image = drawn(SlideLock(text="", on_pass=TAP, height=44))
    assert color(image, 20, 84 + 66) == (255, 255, 255)
    assert color(image, 1000, 84 + 66) == rgb("#EEF1F5")


def test_a_spinner_turns_and_is_the_same_after_a_second() -> None:
    at = [drawn(Spinner(), Look(now_s=now)).tobytes() for now in (0.0, 0.5, 1.0)]
    assert at[0] != at[1]
    assert at[0] == at[2]


def test_an_icon_that_the_font_lacks_is_left_empty() -> None:
    assert drawn(Icon(name="no-such-icon")).tobytes() == drawn(Space(height=24)).tobytes()


def test_scrolled_content_stays_inside_its_scroll() -> None:
    rows = tuple(Column(height=100, background=BLUE) for _ in range(50))
    page = Page(
        background="#FFFFFF",
        children=(Space(height=50), Scroll(children=rows, grow=True), Space(height=50)),
    )
    image = draw(scene(page, Look(scrolled={"0.1": 130})))
    assert color(image, 500, 84 + 149) == (255, 255, 255)
    assert color(image, 500, 84 + 150) == rgb(BLUE)
    assert color(image, 500, 2352 - 151) == rgb(BLUE)
    assert color(image, 500, 2352 - 150) == (255, 255, 255)


def test_a_label_higher_than_its_box_is_clipped() -> None:
    image = drawn(Label(text="田" * 500, height=30))
    assert ink_box(image, Rect(0, 84 + 90, 1080, 600), (255, 255, 255)).empty


def test_the_pages_top_colour_is_behind_the_status_bar() -> None:
    assert color(draw(scene(Page(top=BLUE))), 540, 10) == rgb(BLUE)


def test_a_gradient_that_begins_in_the_top_colour_goes_on_behind_the_status_bar() -> None:
    head = Column(height=100, gradient=(BLUE, "#FFFFFF"))
    image = draw(scene(Page(top=BLUE, children=(head,))))
    above, below = color(image, 1000, 83), color(image, 1000, 84)
    assert max(abs(a - b) for a, b in zip(above, below, strict=True)) <= 3


def test_a_dialog_dims_what_is_under_it_and_stands_on_a_white_card() -> None:
    image = draw(with_dialog(Column(children=(Space(height=100),))))
    assert color(image, 20, 1200) == (140, 140, 140)
    assert color(image, 540, 1218) == (255, 255, 255)


def test_a_secure_screen_is_black() -> None:
    open_scene = scene(Page(background="#FFFFFF", children=(Label(text="证照"),)))
    secure = replace(open_scene, windows=(replace(open_scene.front, secure=True),))
    assert draw(secure).crop((0, 100, 1080, 2300)).getextrema() == ((0, 0), (0, 0), (0, 0))


def test_the_keyboard_covers_the_bottom() -> None:
    image = draw(replace(scene(Page(background=BLUE)), keyboard="text"))
    top = keyboard_area(METRICS).top
    assert color(image, 3, top - 1) == rgb(BLUE)
    assert rgb(BLUE) not in {color(image, x, top + 400) for x in range(1080)}


def test_every_key_shows_something() -> None:
    for kind in ("text", "number"):
        image = draw(replace(scene(Page()), keyboard=kind))
        for key in keys(METRICS, kind):
            part = image.crop((key.box.left, key.box.top, key.box.right, key.box.bottom))
            assert len(part.getcolors(100_000) or ()) > 2


def test_a_toast_and_a_notification_are_drawn() -> None:
    plain = scene(Page())
    for more in (
        replace(plain, toast="请输入正确的身份证号码"),
        replace(plain, notification=("12345", "您的验证码是 482913。")),
    ):
        assert draw(more).tobytes() != draw(plain).tobytes()


@pytest.mark.parametrize(
    "name",
    ["banner", "skyline", "portrait", "licence", "map", "empty", "advert", "face_oval", "unknown"],
)
def test_every_illustration_fits_its_box(name: str) -> None:
    for size in ((300, 200), (1, 1), (7, 300)):
        assert picture(name, BLUE, *size, radius=8).colors.size == size


def test_a_qr_code_is_the_same_for_the_same_text_only() -> None:
    assert qr_code("a", 200).tobytes() == qr_code("a", 200).tobytes()
    assert qr_code("a", 200).tobytes() != qr_code("b", 200).tobytes()


def test_mixing_goes_from_one_colour_to_the_other() -> None:
    assert mix((0, 0, 0), (100, 200, 50), 0.5) == (50, 100, 25)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(pages, looks)
def test_whatever_is_declared_can_be_drawn_twice_the_same(page: Page, look: Look) -> None:
    declared = scene(page, look, toast="\ud800\x00")
    assert draw(declared).tobytes() == draw(declared).tobytes()
