from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from lxml import etree

from harness.phone.app import Toast
from harness.phone.hierarchy import describe, to_xml
from harness.phone.layout import lay_out_dialog
from harness.phone.scene import Look, Scene, Window
from harness.phone.widgets import (
    Button,
    Check,
    Column,
    Input,
    Label,
    Page,
    Row,
    Scroll,
    Space,
    Stars,
    Widget,
)
from tests.phone.scenes import LOOK, METRICS, PACKAGE, hostile_text, looks, pages, scene

TAP = Toast("ok")


def element_of(widget: Widget, look: Look = LOOK) -> etree._Element:
    """The element that a page's only widget becomes."""
    return describe(scene(Page(children=(widget,)), look)).root[0][0]


def test_the_root_says_how_large_the_screen_is() -> None:
    root = describe(scene(Page())).root
    assert dict(root.attrib) == {
        "index": "0",
        "class": "hierarchy",
        "rotation": "0",
        "width": "1080",
        "height": "2400",
    }


def test_an_element_is_named_by_its_class_and_carries_what_uiautomator_says() -> None:
    button = Button(text="立即办理", id="apply", description="申请", on_tap=TAP, height=48)
    element = element_of(button)
    assert element.tag == "android.widget.Button"
    assert dict(element.attrib) == {
        "index": "0",
        "package": PACKAGE,
        "class": "android.widget.Button",
        "text": "立即办理",
        "content-desc": "申请",
        "resource-id": f"{PACKAGE}:id/apply",
        "checkable": "false",
        "checked": "false",
        "clickable": "true",
        "enabled": "true",
        "focusable": "true",
        "focused": "false",
        "long-clickable": "false",
        "password": "false",
        "scrollable": "false",
        "selected": "false",
        "bounds": "[0,84][1080,228]",
        "displayed": "true",
    }


def test_an_id_or_a_description_that_is_not_there_is_left_out() -> None:
    element = element_of(Label(text="办事"))
    assert "resource-id" not in element.attrib
    assert "content-desc" not in element.attrib


def test_boxes_that_only_group_are_there_too() -> None:
    root = describe(scene(Page(children=(Column(children=(Row(children=(Label(text="a"),)),)),))))
    assert [str(element.tag).rsplit(".", 1)[-1] for element in root.root.iter()] == [
        "hierarchy",
        "FrameLayout",
        "LinearLayout",
        "LinearLayout",
        "TextView",
    ]


def test_an_empty_input_says_its_hint() -> None:
    element = element_of(Input(key="name", hint="请输入姓名"))
    assert element.get("text") == element.get("hint") == "请输入姓名"
    assert element.get("showing-hint") == "true"


def test_an_input_says_what_was_typed() -> None:
    look = Look(values={"name": "样小云"}, focused="name")
    element = element_of(Input(key="name", hint="请输入姓名"), look)
    assert element.get("text") == "样小云"
    assert element.get("showing-hint") == "false"
    assert element.get("focused") == "true"


def test_a_password_is_never_told() -> None:
    element = element_of(Input(key="p", password=True), Look(values={"p": "s3cret"}))
    assert element.get("text") == "••••••"
    assert element.get("password") == "true"


def test_what_is_ticked_is_checked() -> None:
    look = Look(values={"agree": True, "kind": "咨询"})
    assert element_of(Check(key="agree", text="同意"), look).get("checked") == "true"
    chosen = element_of(Check(key="kind", kind="radio", value="咨询"), look)
    other = element_of(Check(key="kind", kind="radio", value="投诉"), look)
    assert (chosen.tag, chosen.get("checked")) == ("android.widget.RadioButton", "true")
    assert other.get("checked") == "false"
    assert element_of(Check(key="on", kind="switch"), look).tag == "android.widget.Switch"


def test_stars_say_how_many_are_given() -> None:
    assert element_of(Stars(key="n"), Look(values={"n": 4})).get("text") == "4.0"


def test_a_label_is_told_in_full_even_where_it_is_cut() -> None:
    words = "很长的标题" * 30
    assert element_of(Label(text=words, lines=1)).get("text") == words


def test_what_is_scrolled_out_is_not_there_and_what_is_half_out_is_clipped() -> None:
    rows = tuple(Label(text=str(index), height=50) for index in range(100))
    page = Page(children=(Scroll(children=rows, grow=True),))
    scroll = describe(scene(page, Look(scrolled={"0.0": 200}))).root[0][0]
    assert scroll.get("scrollable") == "true"
    assert scroll[0].get("text") == "1"
    assert scroll[0].get("index") == "1"
    assert scroll[0].get("bounds") == "[0,84][1080,184]"


def test_empty_room_is_not_told() -> None:
    assert len(describe(scene(Page(children=(Space(height=20),)))).root[0]) == 0


def test_a_toast_is_the_last_child_of_the_root() -> None:
    toast = describe(scene(Page(), toast="请输入手机号")).root[-1]
    assert toast.tag == toast.get("class") == "android.widget.Toast"
    assert toast.get("text") == "请输入手机号"


def test_only_the_front_window_is_told() -> None:
    below = scene(Page(children=(Label(text="首页"),))).front
    root = lay_out_dialog(Column(children=(Label(text="温馨提示"),)), LOOK, METRICS)
    dialog = Window(PACKAGE, ".MainActivity", root, LOOK, "dialog")
    told = to_xml(describe(Scene((below, dialog), METRICS)).root)
    assert "温馨提示" in told
    assert "首页" not in told


def test_every_element_leads_back_to_its_widget() -> None:
    hierarchy = describe(scene(Page(children=(Label(text="a"), Button(text="b")))))
    found = hierarchy.root.xpath("//android.widget.Button")
    assert isinstance(found, list)
    (button,) = found
    assert isinstance(button, etree._Element)
    assert hierarchy.placed[button].path == "0.1"


@given(hostile_text, hostile_text)
def test_any_text_makes_a_source_that_can_be_parsed(words: str, toast: str) -> None:
    button = Button(text=words, description=words, id=words)
    source = to_xml(describe(scene(Page(children=(button,)), toast=toast)).root)
    assert etree.fromstring(source.encode()).tag == "hierarchy"


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(pages, looks)
def test_every_told_bound_lies_on_the_screen(page: Page, look: Look) -> None:
    hierarchy = describe(scene(page, look))
    for placed in hierarchy.placed.values():
        assert not placed.visible.empty
    for element in hierarchy.placed:
        left, top, right, bottom = (
            int(number)
            for number in element.attrib["bounds"].replace("][", ",").strip("[]").split(",")
        )
        assert 0 <= left < right <= METRICS.width
        assert 0 <= top < bottom <= METRICS.height
