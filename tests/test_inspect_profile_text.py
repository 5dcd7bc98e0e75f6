"""Adding to a profile's text: only what is added changes, and it means what it should."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import UsageError
from harness.inspect.profile_text import (
    new_profile,
    with_entry,
    with_item,
    with_locators,
    written,
)
from harness.load import load_profile
from harness.model import ById, ByText, Contains

ROOT = Path(__file__).parents[1]
SAMPLE = (ROOT / "scenarios" / "apps" / "sample_city.yaml").read_text(encoding="utf-8")
SMALL = """\
id: small           # 名字 / the name
elements:
  # 首页 / home
  home.search: [{id: home_search}]   # 搜索

  # 我的 / account
  account.login:
    - {id: login}
    - {text: 登录}

waiting: [{id: skeleton}]
"""


def added(before: str, after: str) -> list[str]:
    """The lines that are new; every other must be there as it was, in its order."""
    left = after.splitlines()
    for line in before.splitlines():
        left.remove(line)
    return left


def test_a_new_name_stands_behind_its_kin_and_before_what_is_said_of_the_next() -> None:
    after = with_locators(SMALL, "home.grid", [ById(id="grid")])
    assert added(SMALL, after) == ["  home.grid: [{id: grid}]"]
    lines = after.splitlines()
    assert lines.index("  home.grid: [{id: grid}]") == 4
    assert lines[5] == ""


@pytest.mark.parametrize("text", ["一\u2028二", "\x85", "\u2029", "\u3000", "\U000e0001"])
def test_what_breaks_lines_or_cannot_be_seen_is_escaped(text: str) -> None:
    locators = [ByText(text=text), ByText(text=Contains(contains=text))]
    after = with_locators(SMALL, "home.grid", locators)
    assert after.replace("\n", "").isprintable()
    assert yaml.safe_load(after)["elements"]["home.grid"] == [
        {"text": text},
        {"text": {"contains": text}},
    ]


def test_a_control_character_is_escaped_and_named() -> None:
    assert written("\x9b31m") == r'"\u009b31m"'
    with pytest.raises(UsageError, match=r"U\+009B, which no App shows"):
        with_locators(SMALL, "home.grid", [ByText(text="\x9b31m")])


def test_a_name_without_kin_stands_at_the_end() -> None:
    after = with_locators(SMALL, "search.input", [ById(id="input")])
    assert after.splitlines()[9] == "  search.input: [{id: input}]"


def test_more_locators_of_a_name_come_first() -> None:
    after = with_locators(SMALL, "home.search", [ByText(text="搜索")])
    assert "  home.search: [{text: 搜索}, {id: home_search}]   # 搜索" in after
    after = with_locators(SMALL, "account.login", [ById(id="login_2"), ById(id="login")])
    assert added(SMALL, after) == ["    - {id: login_2}"]


def test_lists_are_begun_and_go_on() -> None:
    assert "waiting: [{id: spinner}, {id: skeleton}]" in with_item(
        SMALL, "waiting", {"id": "spinner"}
    )
    after = with_item(SMALL, "errors", {"text": {"contains": "系统繁忙"}})
    assert after.endswith("\nerrors:\n  - {text: {contains: 系统繁忙}}\n")
    again = with_item(after, "errors", {"text": "网络异常"})
    assert again.endswith("errors:\n  - {text: 网络异常}\n  - {text: {contains: 系统繁忙}}\n")


def test_what_is_there_already_is_not_written_twice() -> None:
    with pytest.raises(UsageError, match="has this already"):
        with_item(SMALL, "waiting", {"id": "skeleton"})
    with pytest.raises(UsageError, match="already"):
        with_entry(SMALL, "elements", "home.search", [{"id": "x"}])


def test_flow_style_is_kept() -> None:
    flow = "id: a\nelements: {a.b: [{id: c}]}\n"
    assert with_locators(flow, "d.e", [ById(id="f")]) == (
        "id: a\nelements: {d.e: [{id: f}], a.b: [{id: c}]}\n"
    )
    assert with_locators("id: a\nelements: {}   # none\n", "d.e", [ById(id="f")]) == (
        "id: a\nelements:   # none\n  d.e: [{id: f}]\n"
    )


def test_a_file_without_a_last_newline_and_one_of_windows_are_edited() -> None:
    assert with_locators("id: a\nelements:\n  a: [{id: b}]", "c", [ById(id="d")]).endswith(
        "  a: [{id: b}]\n  c: [{id: d}]\n"
    )
    after = with_locators(SMALL.replace("\n", "\r\n"), "home.grid", [ById(id="grid")])
    assert yaml.safe_load(after)["elements"]["home.grid"] == [{"id": "grid"}]


@pytest.mark.parametrize(
    "text",
    [
        "id: a\nelements: &all\n  a: [{id: b}]\nwaiting: *all\n",
        "id: a\nelements: nothing\n",
        "elements:\n  a: 1\n  a: 2\n",
        "- a\n",
    ],
)
def test_what_cannot_be_edited_is_said_with_what_to_write(text: str) -> None:
    with pytest.raises(UsageError, match=r"by hand|cannot be read|written twice"):
        with_locators(text, "c.d", [ById(id="e")])


def test_a_new_profile_is_one(tmp_path: Path) -> None:
    path = tmp_path / "scenarios" / "apps" / "my_city.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(new_profile("my_city", "com.example.city"), encoding="utf-8")
    profile = load_profile(path, root=tmp_path).value
    assert profile.android.package == "com.example.city"
    assert not profile.sandbox
    assert profile.verified.elements == "never"


names = st.from_regex(r"[a-z][a-z0-9_]{0,8}(\.[a-z0-9_]{1,8}){0,2}", fullmatch=True)
texts = st.text(
    st.characters(min_codepoint=0x20, max_codepoint=0xD7FF, exclude_categories=("Cc", "Cs", "Zl")),
    min_size=1,
    max_size=30,
).filter(lambda text: text.isprintable())
locators = st.one_of(
    texts.map(lambda text: ById(id=text)),
    texts.map(lambda text: ByText(text=text)),
    texts.map(lambda text: ByText(text=Contains(contains=text))),
)


@given(names, st.lists(locators, min_size=1, max_size=3, unique_by=str))
def test_whatever_is_added_is_what_is_read_and_nothing_else_changes(
    name: str, found: list[ById | ByText]
) -> None:
    after = with_locators(SMALL, name, found)
    old, new = yaml.safe_load(SMALL), yaml.safe_load(after)
    plain = [each.model_dump(by_alias=True) for each in found]
    assert new["elements"][name][: len(plain)] == plain or name in old["elements"]
    new["elements"].pop(name)
    old["elements"].pop(name, None)
    assert new == old
    if name not in SMALL:
        assert len(added(SMALL, after)) == 1


@given(st.recursive(texts | st.booleans() | st.integers(-9, 9), lambda v: st.lists(v, max_size=3)))
def test_a_value_is_read_as_it_was_written(value: Any) -> None:
    assert yaml.safe_load(f"a: {written(value)}") == {"a": value}


def test_comments_of_the_sample_profile_stay() -> None:
    after = with_locators(SAMPLE, "guide.charge", [ById(id="guide_charge")])
    assert added(SAMPLE, after) == ["  guide.charge: [{id: guide_charge}]"]
    kin = after.splitlines().index("  guide.charge: [{id: guide_charge}]")
    assert after.splitlines()[kin - 1].startswith("  guide.phone:")
