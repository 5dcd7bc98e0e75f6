"""Which box a label belongs to, on screens as real Apps lay them out."""

from __future__ import annotations

from harness.hierarchy import elements
from harness.model import Box, Contains, TextMatch
from harness.tickbox import TickBox, at_box, beside

BOX = '<n class="android.widget.CheckBox" checkable="true" '


def found(xml: str, label: TextMatch) -> list[int]:
    """The left edges of the boxes."""
    return [one.box.left for one in beside(elements(f"<hierarchy>{xml}</hierarchy>"), label)]


def test_the_nearest_box_of_the_row_is_meant_before_one_that_is_as_near_behind() -> None:
    row = (
        BOX + 'bounds="[0,0][40,40]"/><n text="男" bounds="[50,0][90,40]"/>'
        + BOX + 'bounds="[100,0][140,40]"/><n text="女" bounds="[150,0][190,40]"/>'
    )  # fmt: skip
    assert (found(row, "男"), found(row, "女")) == ([0], [100])


def test_a_switch_at_the_end_of_its_row_is_meant_whatever_is_above_and_below() -> None:
    rows = "".join(
        f'<n text="{text}" bounds="[0,{top}][300,{top + 60}]"/>'
        f'<n class="android.widget.Switch" checkable="true" bounds="[{900 + top},{top + 10}]'
        f'[{1000 + top},{top + 50}]"/>'
        for text, top in (("一", 0), ("二", 60), ("三", 120))
    )
    assert [found(rows, text) for text in "一二三"] == [[900], [960], [1020]]


def test_a_text_of_several_lines_belongs_to_the_box_at_its_first() -> None:
    xml = BOX + 'bounds="[0,0][40,40]"/><n text="本人承诺……" bounds="[50,0][900,200]"/>'
    assert found(xml, "本人承诺……") == [0]
    assert found(xml, Contains(contains="承诺")) == [0]
    assert found(xml, "承诺") == [0]


def test_just_these_words_count_before_others_that_hold_them() -> None:
    xml = (
        BOX + 'bounds="[0,0][40,40]"/><n text="同意" bounds="[50,0][90,40]"/>'
        + BOX + 'bounds="[9,60][49,90]"/><n text="不同意" bounds="[60,60][90,90]"/>'
    )  # fmt: skip
    assert found(xml, "同意") == [0]
    assert found(xml, "意") == [0, 9]


def test_a_label_of_which_no_row_has_a_box_has_none() -> None:
    xml = BOX + 'bounds="[0,0][40,40]"/><n text="协议" bounds="[50,100][90,140]"/>'
    assert found(xml, "协议") == []
    assert found(xml, "没有") == []


def test_a_box_with_words_is_touched_before_them_and_a_switch_anywhere() -> None:
    check = BOX + 'text="已读《协议》" checked="true" bounds="[0,0][900,48]"/>'
    [box] = beside(elements(check), "已读《协议》")
    mark, whole = (Box(left=0, top=0, right=right, bottom=48) for right in (48, 900))
    assert box == TickBox("已读《协议》", mark, whole, checked=True)
    switch = (
        '<n class="android.widget.Switch" checkable="true" text="提醒" bounds="[0,0][900,48]"/>'
    )
    assert found(switch, "提醒") == [0]
    assert beside(elements(switch), "提醒")[0].box.right == 900


def test_a_box_is_known_by_where_it_lies() -> None:
    xml = BOX + 'bounds="[0,0][40,40]"/>'
    assert at_box(elements(xml), Box(left=0, top=0, right=40, bottom=40)) is not None
    assert at_box(elements(xml), Box(left=0, top=0, right=41, bottom=40)) is None
