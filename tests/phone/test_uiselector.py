from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from harness.phone.faults import Fault
from harness.phone.regex import LONGEST, pattern
from harness.phone.uiselector import Scrolling, Selector, parse

TREE = etree.fromstring(
    """<hierarchy>
      <page class="android.widget.FrameLayout" package="cn.a" text="" index="0" enabled="true">
        <list class="android.widget.ScrollView" resource-id="cn.a:id/rows" scrollable="true"
              text="" index="0" enabled="true">
          <row class="android.widget.LinearLayout" text="" index="0" enabled="true">
            <name class="android.widget.TextView" text="社保查询" index="0" enabled="true"/>
            <go class="android.widget.Button" text="办理" index="1" clickable="true"
                enabled="true"/>
          </row>
          <row class="android.widget.LinearLayout" text="" index="1" enabled="true">
            <name class="android.widget.TextView" text="公积金" content-desc="Fund" index="0"
                  enabled="true"/>
            <go class="android.widget.Button" text="办理" index="1" clickable="true"
                enabled="false"/>
          </row>
        </list>
      </page>
    </hierarchy>"""
)


def found(expression: str) -> list[str]:
    selector = parse(expression)
    assert isinstance(selector, Selector)
    return [str(each.tag) + each.get("index", "") for each in selector.find(TREE)]


def refusal(expression: str) -> str:
    with pytest.raises(Fault) as problem:
        parse(expression)
    assert problem.value.code == "invalid selector"
    return problem.value.message


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('new UiSelector().text("公积金")', ["name0"]),
        ('new UiSelector().textContains("社保")', ["name0"]),
        ('new UiSelector().textStartsWith("办")', ["go1", "go1"]),
        ('new UiSelector().textMatches("^社保.*")', ["name0"]),
        ('new UiSelector().textMatches("社保")', []),
        ('new UiSelector().description("Fund")', ["name0"]),
        ('new UiSelector().description("fund")', []),
        ('new UiSelector().descriptionContains("fun")', ["name0"]),
        ('new UiSelector().descriptionStartsWith("F")', ["name0"]),
        ('new UiSelector().descriptionMatches("F.nd")', ["name0"]),
        ('new UiSelector().className("android.widget.Button")', ["go1", "go1"]),
        ('new UiSelector().classNameMatches(".*Button")', ["go1", "go1"]),
        ('new UiSelector().resourceId("cn.a:id/rows")', ["list0"]),
        ('new UiSelector().resourceIdMatches(".*:id/rows")', ["list0"]),
        ('new UiSelector().packageName("cn.a")', ["page0"]),
        ("new UiSelector().clickable(true)", ["go1", "go1"]),
        ("new UiSelector().clickable(true).enabled(false)", ["go1"]),
        ("new UiSelector().scrollable(true)", ["list0"]),
        ('new UiSelector().text("办理").instance(1)', ["go1"]),
        ('new UiSelector().text("办理").instance(2)', []),
        ('new UiSelector().className("android.widget.LinearLayout").index(1)', ["row1"]),
        (
            'new UiSelector().scrollable(true).childSelector(new UiSelector().text("办理"))',
            ["go1", "go1"],
        ),
        (
            "new UiSelector().scrollable(true)"
            '.childSelector(new UiSelector().text("办理").instance(0))',
            ["go1"],
        ),
        (
            'new UiSelector().text("公积金").fromParent(new UiSelector().text("办理"))',
            ["go1"],
        ),
        ("new UiSelector()", ["page0", "list0", "row0", "name0", "go1", "row1", "name0", "go1"]),
        ('UiSelector().text("公积金");', ["name0"]),
        ('.text("公积金")', ["name0"]),
        ('new  UiSelector( ) . text( "公积金" )', ["name0"]),
        ('new UiSelector().text("\\u516c\\u79ef\\u91d1")', ["name0"]),
    ],
)
def test_a_selector_finds(expression: str, expected: list[str]) -> None:
    assert found(expression) == expected


def test_the_escapes_of_a_java_string_are_read() -> None:
    tree = etree.fromstring("<a><b/></a>")
    tree[0].set("text", 'a"b\\c\nd\tA')
    selector = parse('new UiSelector().text("a\\"b\\\\c\\nd\\t\\101")')
    assert isinstance(selector, Selector)
    assert selector.find(tree) == [tree[0]]


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("", "cannot read"),
        ("new UiSelector(", "cannot read"),
        ('new UiSelector().text("a', "cannot read"),
        ('new UiSelector().text("\\q")', "no escape of a Java string"),
        ('new UiSelector().texts("a")', "no method .texts()"),
        ('new UiSelector().classNameContains("a")', "no method .classNameContains()"),
        ("new UiSelector().text(1)", ".text() takes a string"),
        ('new UiSelector().instance("1")', ".instance() takes a number"),
        ("new UiSelector().clickable(1)", ".clickable() takes true or false"),
        ("new UiSelector().index(true)", ".index() takes a number"),
        ('new UiSelector().text("a", "b")', ".text() takes a string"),
        ("new UiSelector().childSelector(1)", ".childSelector() takes a selector"),
        ("new UiScrollable(new UiSelector())", "cannot read"),
        ("new UiScrollable(new UiSelector()).setAsVerticalList()", "does nothing"),
        ("new UiScrollable(new UiSelector()).flingForward()", "no method .flingForward()"),
        ('new UiSelector().textMatches("(")', "not a regular expression"),
        ('new UiSelector().text("' + "a" * 5000 + '")', "at most"),
    ],
)
def test_what_cannot_be_read_says_why(expression: str, message: str) -> None:
    assert message in refusal(expression)


@pytest.mark.parametrize(
    ("expression", "goal", "most_swipes"),
    [
        ('.scrollIntoView(new UiSelector().text("a"))', "into_view", 30),
        ('.scrollTextIntoView("a")', "into_view", 30),
        (".scrollToEnd(10)", "to_end", 10),
        ('.getChildByText(new UiSelector().className("b"), "a")', "child", 30),
        ('.setAsVerticalList().setMaxSearchSwipes(5).scrollTextIntoView("a")', "into_view", 5),
        (".setMaxSearchSwipes(5000).scrollToBeginning(1)", "to_beginning", 100),
    ],
)
def test_a_scrollable_is_read(expression: str, goal: str, most_swipes: int) -> None:
    scrolling = parse(f"new UiScrollable(new UiSelector().scrollable(true)){expression}")
    assert isinstance(scrolling, Scrolling)
    assert scrolling.goal == goal
    assert scrolling.most_swipes == most_swipes


@given(st.text(alphabet='newUiSlctor ().xt"\\,1tru中;', max_size=60))
def test_any_text_is_read_or_refused(expression: str) -> None:
    try:
        parse(expression)
    except Fault as problem:
        assert problem.code == "invalid selector"


# --- patterns -------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", ["(a+)+", "(a|aa)*", "((ab)*c)*", "(.*a){9}", "(?:a*)+b"])
def test_a_pattern_that_may_take_for_ever_is_refused(source: str) -> None:
    with pytest.raises(Fault, match="for ever"):
        pattern(source)


@pytest.mark.parametrize("source", ["a" * (LONGEST + 1), "*", "[", "a{2,1}", "(" * 400])
def test_what_is_no_pattern_is_refused(source: str) -> None:
    with pytest.raises(Fault):
        pattern(source)


@pytest.mark.parametrize(
    ("source", "text", "fits"),
    [
        ("(确定|允许|同意)", "允许", True),
        ("[(+*]+", "(*", True),
        (r"\(.*\)", "(一)", True),
        (r".*\d{4}年.*", "于2026年起", True),
        ("[]a]+", "]a", True),
        ("同意", "不同意", False),
    ],
)
def test_a_pattern_must_fit_the_whole_text(source: str, text: str, fits: bool) -> None:
    assert pattern(source).fits(text) is fits


def test_many_repetitions_are_not_tried_on_a_long_text() -> None:
    costly = pattern(".*a.*b.*c.*d")
    assert not costly.fits("中" * 100)
    with pytest.raises(Fault, match="too many"):
        costly.fits("中" * 5000)


@given(st.text(alphabet="a(|)*+?[]{1,}.\\b^$", max_size=30))
def test_no_pattern_takes_long(source: str) -> None:
    began = time.perf_counter()
    try:
        pattern(source).fits("a" * 40)
    except Fault as problem:
        assert problem.code == "invalid selector"
    assert time.perf_counter() - began < 2
