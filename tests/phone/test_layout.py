from __future__ import annotations

from hypothesis import HealthCheck, given, settings

from harness.phone.app import Toast
from harness.phone.keyboard import key_at, keyboard_area, keys
from harness.phone.layout import (
    hit,
    knob_box,
    lay_out_dialog,
    screen_area,
    scroll_range,
    star_boxes,
    takes_tap,
)
from harness.phone.scene import Look, Placed, Rect
from harness.phone.widgets import (
    Button,
    Column,
    Divider,
    Grid,
    Icon,
    Input,
    Label,
    Page,
    Row,
    Scroll,
    SlideLock,
    Space,
    Stack,
    Stars,
    Widget,
)
from tests.phone.scenes import LOOK, METRICS, looks, pages, placed, trees

TAP = Toast("ok")
PX = METRICS.px


def boxes(root: Widget, look: Look = LOOK) -> list[Rect]:
    """The boxes of the root's children."""
    return [child.box for child in placed(root, look).children]


def scroll_of(count: int) -> Page:
    rows = tuple(Label(text=f"第{index}行", height=50) for index in range(count))
    return Page(children=(Scroll(children=rows, grow=True),))


# --- columns, rows, grids, stacks -----------------------------------------------------------------


def test_a_page_fills_its_area() -> None:
    assert placed(Page()).box == screen_area(METRICS) == Rect(0, 84, 1080, 2352)


def test_a_column_puts_its_children_below_each_other_with_a_gap() -> None:
    first, second = boxes(Page(gap=10, children=(Label(text="一", height=20), Space(height=30))))
    assert first == Rect(0, 84, 1080, 144)
    assert second == Rect(0, 174, 1080, 264)


def test_padding_is_vertical_then_horizontal() -> None:
    (child,) = boxes(Page(padding=(10, 20), children=(Space(height=5),)))
    assert child == Rect(60, 114, 1020, 129)


def test_what_grows_takes_the_room_that_is_left() -> None:
    top, middle, bottom = boxes(
        Page(children=(Space(height=50), Scroll(grow=True), Space(height=60)))
    )
    assert middle.top == top.bottom
    assert bottom.bottom == 2352
    assert middle.bottom == bottom.top


def test_several_that_grow_share_to_the_last_pixel() -> None:
    row = Row(children=tuple(Space(grow=True, height=9) for _ in range(7)))
    cells = placed(Page(children=(row,))).children[0].children
    assert [cell.box.left for cell in cells[1:]] == [cell.box.right for cell in cells[:-1]]
    assert cells[-1].box.right == 1080


def test_a_row_centres_its_children_by_default() -> None:
    row = Row(height=100, children=(Icon(name="home", size=20),))
    (icon,) = placed(Page(children=(row,))).children[0].children
    assert icon.box.top - 84 == 84 + 300 - icon.box.bottom


def test_a_column_aligns_across() -> None:
    for align, left in (("start", 0), ("center", 510), ("end", 1020)):
        page = Page(align=align, children=(Icon(name="home", size=20),))  # type: ignore[arg-type]  # a loop over literals
        assert boxes(page)[0].left == left


def test_children_are_packed_along() -> None:
    two = (Space(width=20, height=1), Space(width=20, height=1))
    lefts = {}
    for pack in ("start", "center", "end", "between"):
        row = Row(children=two, pack=pack)
        lefts[pack] = [cell.box.left for cell in placed(Page(children=(row,))).children[0].children]
    assert lefts == {
        "start": [0, 60],
        "center": [480, 540],
        "end": [960, 1020],
        "between": [0, 1020],
    }


def test_text_wraps_in_the_width_that_is_left() -> None:
    row = Row(children=(Icon(name="home"), Label(text="很长的标题" * 20, grow=True)))
    icon, label = placed(Page(children=(row,))).children[0].children
    assert label.box.left == icon.box.right
    assert label.box.right == 1080
    assert len(label.lines) > 1
    assert label.box.height == len(label.lines) * round(45 * 1.4)


def test_a_long_text_gives_way_to_a_short_one() -> None:
    row = Row(children=(Label(text="很长的标题" * 20), Label(text="去办理")))
    title, action = placed(Page(children=(row,))).children[0].children
    assert len(title.lines) > 1
    assert action.lines == ("去办理",)
    assert action.box.right == 1080


def test_a_grid_has_equal_columns_and_rows_as_high_as_their_highest() -> None:
    cells = (Space(height=10), Space(height=30), Space(height=5))
    grid = Grid(columns=2, gap=10, children=cells)
    first, second, third = placed(Page(children=(grid,))).children[0].children
    assert (first.box.width, second.box.width) == (525, 525)
    assert first.box.height == second.box.height == 90
    assert third.box.top == first.box.bottom + 30


def test_the_layers_of_a_stack_fill_it() -> None:
    stack = Stack(height=100, children=(Column(), Column()))
    layers = placed(Page(children=(stack,))).children[0].children
    assert layers[0].box == layers[1].box == Rect(0, 84, 1080, 384)


def test_a_divider_lies_in_a_column_and_stands_in_a_row() -> None:
    page = Page(children=(Divider(), Row(height=40, children=(Divider(),))))
    lying, row = placed(page).children
    assert (lying.box.width, lying.box.height) == (1080, PX(0.5))
    assert (row.children[0].box.width, row.children[0].box.height) == (PX(0.5), 120)


def test_paths_name_children_from_the_root() -> None:
    root = placed(Page(children=(Space(), Row(children=(Space(), Space())))))
    assert [step.path for step in root.walk()] == ["0", "0.0", "0.1", "0.1.0", "0.1.1"]


def test_larger_fonts_make_texts_higher() -> None:
    page = Page(children=(Label(text="办事"),))
    assert boxes(page, Look(font_scale=2.0))[0].height == 2 * boxes(page)[0].height


# --- scrolling ------------------------------------------------------------------------------------


def test_a_scroll_moves_its_children_and_hides_what_is_outside() -> None:
    page = scroll_of(100)
    scroll = placed(page, Look(scrolled={"0.0": 1000})).children[0]
    assert scroll.children[0].box.top == 84 - 1000
    assert scroll.children[0].visible.empty
    assert scroll.children[6].visible == Rect(0, 84, 1080, 134)
    assert scroll.children[-1].visible.empty


def test_a_scroll_stops_at_its_end() -> None:
    scroll = placed(scroll_of(100), Look(scrolled={"0.0": 10**6})).children[0]
    assert scroll.children[-1].box.bottom == scroll.box.bottom


def test_the_scroll_range_is_what_exceeds_the_box() -> None:
    root = placed(scroll_of(100))
    assert scroll_range(root.children[0]) == 100 * 150 - (2352 - 84)
    assert scroll_range(root) == 0


def test_a_scroll_whose_content_fits_does_not_scroll() -> None:
    assert scroll_range(placed(scroll_of(3)).children[0]) == 0


# --- dialogs --------------------------------------------------------------------------------------


def test_a_dialog_is_centred_and_as_high_as_its_content() -> None:
    root = lay_out_dialog(Column(children=(Space(height=100),)), LOOK, METRICS)
    area = screen_area(METRICS)
    assert (root.box.width, root.box.height) == (900, 300)
    assert root.box.left == 1080 - root.box.right
    assert abs((root.box.top - area.top) - (area.bottom - root.box.bottom)) <= 1


def test_a_dialog_with_too_much_text_scrolls_and_keeps_its_buttons() -> None:
    text = Scroll(children=(Label(text="条款" * 5000),))
    root = lay_out_dialog(Column(children=(text, Button(text="同意"))), LOOK, METRICS)
    scroll, button = root.children
    assert scroll_range(scroll) > 0
    assert button.visible == button.box


# --- touch ----------------------------------------------------------------------------------------


def middle(placed: Placed) -> tuple[float, float]:
    box = placed.box
    return (box.left + box.right) / 2, (box.top + box.bottom) / 2


def test_a_touch_goes_down_to_the_innermost() -> None:
    root = placed(Page(children=(Row(height=50, children=(Button(text="办理", on_tap=TAP),)),)))
    assert [step.path for step in hit(root, *middle(root.children[0].children[0]))] == [
        "0",
        "0.0",
        "0.0.0",
    ]


def test_the_last_sibling_is_on_top() -> None:
    layers = (Column(on_tap=TAP), Column(on_tap=TAP))
    root = placed(Page(children=(Stack(children=layers, grow=True),)))
    assert hit(root, 500, 500)[-1].path == "0.0.1"


def test_a_layer_that_takes_no_touch_lets_it_through() -> None:
    layers = (Column(on_tap=TAP), Column(children=(Space(grow=True),)))
    root = placed(Page(children=(Stack(children=layers, grow=True),)))
    assert hit(root, 500, 500)[-1].path == "0.0.0"


def test_a_touch_beside_everything_hits_nothing() -> None:
    assert hit(placed(Page()), 500, 20) == ()


def test_what_is_scrolled_away_is_not_touched() -> None:
    rows = tuple(Button(text=str(index), height=50, on_tap=TAP) for index in range(100))
    page = Page(children=(Space(height=50), Scroll(children=rows, grow=True)))
    root = placed(page, Look(scrolled={"0.1": 75}))
    assert hit(root, 500, 200)[-1].path == "0.0"


def test_the_stars_adjoin() -> None:
    cells = star_boxes(placed(Page(children=(Stars(key="s"),))).children[0], METRICS)
    assert len(cells) == 5
    assert [cell.right for cell in cells[:-1]] == [cell.left for cell in cells[1:]]


def test_the_knob_of_a_slider_is_a_square_at_its_left_end() -> None:
    lock = placed(Page(children=(SlideLock(text="拖动", on_pass=TAP),))).children[0]
    knob = knob_box(lock)
    assert (knob.left, knob.top, knob.bottom) == (lock.box.left, lock.box.top, lock.box.bottom)
    assert knob.width == knob.height


def test_buttons_and_inputs_take_a_touch_even_without_an_action() -> None:
    assert takes_tap(Button(text="a"))
    assert takes_tap(Input(key="a"))
    assert not takes_tap(Label(text="a"))


# --- the keyboard ---------------------------------------------------------------------------------


def test_every_key_lies_on_the_keyboard_and_no_two_overlap() -> None:
    area = keyboard_area(METRICS)
    for kind in ("text", "number"):
        found = keys(METRICS, kind)
        assert all(key.box.clip(area) == key.box for key in found)
        assert all(a is b or a.box.clip(b.box).empty for a in found for b in found)


def test_a_key_is_found_where_it_is() -> None:
    for key in keys(METRICS, "text"):
        assert key_at(METRICS, "text", key.box.left, key.box.bottom - 1) == key
    assert key_at(METRICS, "number", 500, 100) is None


def test_the_number_pad_types_all_digits() -> None:
    assert set("0123456789") <= {key.sends for key in keys(METRICS, "number")}


# --- whatever is declared -------------------------------------------------------------------------

many = settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow], deadline=None)


@many
@given(pages, looks)
def test_nothing_is_visible_outside_its_parent(page: Page, look: Look) -> None:
    root = placed(page, look)
    assert root.visible == screen_area(METRICS)
    for parent in root.walk():
        for child in parent.children:
            assert child.visible.empty or child.visible.clip(parent.visible) == child.visible
            assert child.visible.empty or child.visible.clip(child.box) == child.visible


@many
@given(pages, looks)
def test_no_box_is_wider_than_its_parent(page: Page, look: Look) -> None:
    for parent in placed(page, look).walk():
        for child in parent.children:
            assert 0 <= child.box.width <= parent.box.width
            assert child.box.height >= 0


@many
@given(trees, looks)
def test_a_dialog_stays_on_the_screen(root: Widget, look: Look) -> None:
    box = lay_out_dialog(root, look, METRICS).box
    assert box.clip(screen_area(METRICS)) == box or box.empty
