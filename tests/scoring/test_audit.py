"""The audit of screens: each rule at its limit, from both sides."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from PIL import Image, ImageDraw

from scoring.audit.findings import Sighting, once
from scoring.audit.judge import (
    guide_elements,
    judge_contrast,
    judge_dates,
    judge_labels,
    judge_targets,
)
from scoring.audit.pixels import Pixels, contrast_ratio, luminance
from scoring.audit.reading import audits_of, shares
from scoring.audit.rules import load_rules
from scoring.audit.screen import Scale, Screen, read_screen

AT = Sighting(
    run="r", app="sample", simulated=True, attempt="a", scenario="s", step="1", activity=".Main",
    package="p", hierarchy="h.xml.gz", picture=None,
)  # fmt: skip
RULES = load_rules()
SCALE = Scale(3.0)
TODAY = date(2026, 6, 1)


def screen(*nodes: str) -> Screen:
    return read_screen('<hierarchy width="1080" height="2400">' + "".join(nodes) + "</hierarchy>")


def node(left: int, top: int, wide: int, high: int, **attributes: str) -> str:
    said = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in attributes.items())
    bounds = f"[{left},{top}][{left + wide},{top + high}]"
    return f'<node class="android.view.View" package="p" bounds="{bounds}"{said}/>'


def rgb(colour: str) -> float:
    return float(luminance(np.array([[Image.new("RGB", (1, 1), colour).getpixel((0, 0))]],
                                    dtype=np.uint8))[0, 0])  # fmt: skip


@pytest.mark.parametrize(
    ("colour", "ratio"), [("#000000", 21.0), ("#767676", 4.54), ("#777777", 4.48)]
)
def test_contrast_on_white_is_as_published(colour: str, ratio: float) -> None:
    assert contrast_ratio(rgb(colour), rgb("#ffffff")) == pytest.approx(ratio, abs=0.005)


@pytest.mark.parametrize(("pixels", "right"), [(132, True), (126, False)])
def test_a_target_needs_44_dp(pixels: int, right: bool) -> None:
    shown = screen(node(300, 300, 300, pixels, clickable="true", resource_id="p:id/go"))
    (found,) = judge_targets(shown, AT, SCALE, RULES)
    assert (found.element, found.right, found.mark) == ("go", right, "published")


@pytest.mark.parametrize(("pixels", "right"), [(96, True), (90, False)])
def test_a_target_at_the_edge_needs_32_dp(pixels: int, right: bool) -> None:
    shown = screen(node(0, 300, pixels, 300, clickable="true"))
    assert [each.right for each in judge_targets(shown, AT, SCALE, RULES)] == [right]


def test_a_target_cut_off_by_scrolling_or_of_unknown_density_cannot_be_told() -> None:
    inner = node(300, 600, 300, 60, clickable="true")
    outer = node(200, 300, 600, 360, scrollable="true").replace("/>", f">{inner}</node>")
    assert [each.right for each in judge_targets(screen(outer), AT, SCALE, RULES)] == [None]
    alone = screen(node(300, 600, 300, 60, clickable="true"))
    doubtful = Scale(3.0, "assumed", "no session")
    assert [each.right for each in judge_targets(alone, AT, doubtful, RULES)] == [None]


def test_a_page_to_tap_away_from_is_no_target() -> None:
    shown = screen(node(0, 0, 1080, 2400, clickable="true"))
    assert not [*judge_targets(shown, AT, SCALE, RULES), *judge_labels(shown, AT, RULES)]


@pytest.mark.parametrize(
    ("attributes", "right"),
    [
        ({"text": "扫一扫"}, True),
        ({"content_desc": "扫一扫"}, True),
        ({}, False),
        ({"text": "\ue001"}, False),
    ],
)
def test_a_control_needs_words_that_can_be_read_out(
    attributes: dict[str, str], right: bool
) -> None:
    shown = screen(node(300, 300, 200, 200, clickable="true", **attributes))
    assert [each.right for each in judge_labels(shown, AT, RULES)] == [right]


def test_the_words_inside_name_a_control_and_an_empty_field_cannot_be_told() -> None:
    row = node(300, 300, 200, 200, clickable="true")
    row = row.replace("/>", ">" + node(310, 310, 90, 90, text="社保") + "</node>")
    field = node(300, 600, 200, 200, clickable="true").replace("view.View", "widget.EditText")
    assert [each.right for each in judge_labels(screen(row, field), AT, RULES)] == [True, None]


def drawn(colour: str, top: int = 620, high: int = 36, ground: int = 0) -> Pixels:
    """Strokes of six pixels in a line of so many, and a light grey ground that ends below it."""
    picture = Image.new("RGB", (1080, 2400), "#ffffff")
    brush = ImageDraw.Draw(picture)
    if ground:
        brush.rectangle((300, top + high + 20 - ground, 580, 2400), fill="#dddddd")
    for left in range(320, 560, 20):
        brush.rectangle((left, top, left + 5, top + high - 1), fill=colour)
    return np.asarray(picture)


def judged(picture: Pixels, top: int = 600) -> bool | None:
    shown = screen(node(300, top, 280, 76, text="领取条件", resource_id="p:id/body"))
    (found,) = judge_contrast(shown, AT, picture, SCALE, RULES)
    assert found.element == "body"
    return found.right


@pytest.mark.parametrize(
    ("colour", "right"),
    [("#000000", True), ("#767676", True), ("#7a7a7a", None), ("#bbbbbb", False)],
)
def test_a_text_must_stand_out_from_its_ground(colour: str, right: bool | None) -> None:
    assert judged(drawn(colour)) is right


@pytest.mark.parametrize(("colour", "right"), [("#000000", True), ("#bbbbbb", None)])
def test_what_is_faint_where_a_notification_may_lie_cannot_be_told(
    colour: str, right: bool | None
) -> None:
    assert judged(drawn(colour, top=320), top=300) is right


def test_what_is_faint_before_a_picture_or_in_thin_strokes_cannot_be_told() -> None:
    assert judged(drawn("#bbbbbb", ground=30)) is None
    assert judged(drawn("#bbbbbb", high=14)) is None


@pytest.mark.parametrize(("high", "right"), [(26, None), (36, False)])
def test_of_small_letters_only_what_is_far_below_its_limit_is_wrong(
    high: int, right: bool | None
) -> None:
    assert judged(drawn("#8a8a8a", high=high)) is right
    assert judged(drawn("#bbbbbb", high=high)) is False


def test_stars_are_no_text() -> None:
    stars = node(300, 600, 280, 76, text="0.0").replace("view.View", "widget.RatingBar")
    assert not [*judge_contrast(screen(stars), AT, drawn("#bbbbbb"), SCALE, RULES)]


def test_a_picture_of_another_size_says_nothing_of_contrast() -> None:
    shown = screen(node(300, 300, 280, 76, text="领取条件"))
    assert not [*judge_contrast(shown, AT, drawn("#bbbbbb")[:1200], SCALE, RULES)]


def test_a_dated_item_is_right_for_a_year() -> None:
    days = ("2025-06-01", "2025-05-31", "2026年6月2日")
    rows = [node(0, 100 * n, 900, 90, text=f"通知 {day}") for n, day in enumerate(days)]
    found = judge_dates(screen(*rows), AT, TODAY, RULES)
    assert [each.right for each in found] == [True, False, None]


def test_guide_elements_are_known_by_their_usual_headings() -> None:
    shown = screen(node(0, 0, 9, 9, text="申请条件"), node(0, 9, 9, 9, text="承诺时限：5 日"))
    assert guide_elements(shown, RULES) == {"条件", "时限"}


def test_shares_count_each_thing_once_and_leave_out_what_cannot_be_told() -> None:
    small = screen(node(300, 300, 60, 60, clickable="true", text="a"))
    large = screen(node(300, 300, 600, 300, clickable="true", text="b"))
    found = once(
        each for one in (small, small, large) for each in judge_targets(one, AT, SCALE, RULES)
    )
    assert shares(found) == {("sample", True): {"touch_targets": (1, 2)}}
    assert audits_of(found) == {("sample", True): {"touch_targets": (0.5, 2)}}
    assert audits_of(judge_targets(small, AT, Scale(3.0, "assumed", ""), RULES)) == {}


@pytest.mark.parametrize("xml", ["", "<", "\0", "<a>" * 30_000, "<a bounds='[0,0][9,'/>"])
def test_a_broken_hierarchy_yields_no_judgement(xml: str) -> None:
    shown = read_screen(xml)
    assert not [*judge_targets(shown, AT, SCALE, RULES), *judge_labels(shown, AT, RULES)]
