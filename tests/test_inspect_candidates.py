"""Ways to find an element: which come first, and why."""

from __future__ import annotations

from lxml import etree

from harness.hierarchy import elements
from harness.inspect.candidates import Candidate, candidates, found_by
from harness.model import ByClass, ById, ByText, ByXPath, Matches, name_target
from harness.personal import find

PACKAGE = "com.example.city"
KEYS = {"id": "resource-id", "description": "content-desc"}


def screen(*inside: str) -> list[etree._Element]:
    return elements(f"<hierarchy>{''.join(inside)}</hierarchy>")


def node(tag: str = "TextView", *inside: str, **attributes: str) -> str:
    """An element as UiAutomator describes one; `id` is in the App's package."""
    made = etree.Element(f"android.widget.{tag}")
    made.set("package", PACKAGE)
    made.set("class", f"android.widget.{tag}")
    made.set("bounds", "[0,0][9,9]")
    for key, value in attributes.items():
        said = f"{PACKAGE}:id/{value}" if key == "id" else value
        made.set(KEYS.get(key, key), said)
    made.extend(each for part in inside for each in elements(f"<x>{part}</x>")[0])
    return etree.tostring(made, encoding="unicode")


def of(there: list[etree._Element], **attributes: str) -> tuple[Candidate, ...]:
    wanted = {KEYS.get(key, key): value for key, value in attributes.items()}
    return candidates(
        next(e for e in there if all(str(e.get(k, "")).endswith(v) for k, v in wanted.items()))
    )


def why(found: Candidate) -> str:
    return "; ".join(reason.en for reason in found.reasons)


def test_an_id_comes_before_words_and_words_before_a_place() -> None:
    there = screen(node("Button", id="search", text="搜索", description="搜索服务"))
    kinds = [each.locator.tag for each in of(there, id="search")]
    assert kinds == ["id", "description", "text", "class", "xpath"]


def test_a_generated_id_comes_after_words() -> None:
    for identifier in ("a1", "0_resource_name_obfuscated", "view_1690382", "deadbeef01"):
        there = screen(node("Button", id=identifier, text="搜索"))
        found = of(there, text="搜索")
        assert found[0].locator == ByText(text="搜索")
        assert "generated" in why(next(each for each in found if each.locator.tag == "id"))


def test_what_was_typed_into_a_field_is_no_way_to_find_it_but_its_hint_is() -> None:
    hint = screen(node("EditText", id="field", text="请输入 11 位号码", **{"showing-hint": "true"}))
    assert [each.locator.tag for each in of(hint, id="field")].count("text") == 2
    for shown in ({"showing-hint": "false"}, {}):
        typed = screen(node("EditText", id="field", text="一二三 45", **shown))
        assert [each.locator.tag for each in of(typed, id="field")] == ["id", "class", "xpath"]


def test_a_number_in_a_text_may_change_and_a_pattern_allows_for_it() -> None:
    found = of(screen(node(text="剩余 3 天")), text="剩余 3 天")
    assert found[0].locator == ByText(text=Matches(matches=r"剩余\ \d+\ 天"))
    assert "number" in why(found[1])


def test_what_finds_another_element_first_is_of_no_use() -> None:
    there = screen(node(text="通知"), node(text="通知", id="second"))
    text = next(each for each in of(there, id="second") if each.locator.tag == "text")
    assert not text.first
    assert text.here == 2
    assert "of no use" in why(text)


def test_of_several_the_first_can_be_named() -> None:
    there = screen(node(id="row", text="一"), node(id="row", text="二"))
    best = of(there, text="一")[0]
    assert (best.locator, best.first, best.here) == (ById(id="row"), True, 2)
    assert "takes the first" in why(best)


def test_what_is_something_else_elsewhere_loses_points_for_it() -> None:
    here = screen(node("Button", text="更多"))
    others = [screen(node("Button", text="更多", id="news_more")), screen(node(text="首页"))]
    alone = candidates(here[1])[0]
    beside = candidates(here[1], others)[0]
    assert (beside.screens, beside.elsewhere, beside.strangers) == (2, 1, 1)
    assert beside.score < alone.score
    assert "the only one here, but on 1 of 2 other screens" in why(beside)


def test_the_same_id_on_another_screen_is_no_stranger() -> None:
    here, other = screen(node(id="tab", text="首页")), screen(node(id="tab", text="首页"))
    best = candidates(here[1], [other])[0]
    assert (best.elsewhere, best.strangers) == (1, 0)


def test_a_title_whose_words_change_is_content_and_no_label() -> None:
    here, other = screen(node(id="title", text="公积金")), screen(node(id="title", text="居住证"))
    best, *others = candidates(here[1], [other])
    assert best.locator == ById(id="title")
    assert "does not tell the page" in why(best)
    text = next(each for each in others if each.locator.tag == "text")
    assert "content, not a label" in why(text)


def test_a_button_without_words_is_found_by_its_label() -> None:
    there = screen(node("LinearLayout", node(text="电子证照"), clickable="true"))
    best = candidates(there[1])[0]
    assert best.locator == ByText(text="电子证照")
    assert best.first
    assert "label" in why(best)


def test_an_xpath_starts_at_the_nearest_id() -> None:
    there = screen(node("LinearLayout", node(), node(text="二"), id="list"))
    path = next(each.locator for each in of(there, text="二") if each.locator.tag == "xpath")
    assert path == ByXPath(
        xpath='//*[@resource-id="com.example.city:id/list"]/android.widget.TextView[2]'
    )
    assert [each.get("text") for each in found_by(path, there)] == ["二"]


def test_personal_data_is_not_proposed() -> None:
    there = screen(node(text="13800000000", id="mobile"))
    found = candidates(there[1], private=lambda text: bool(find(text)))
    assert {each.locator.tag for each in found} == {"id", "class", "xpath"}


def test_what_is_not_displayed_is_not_counted() -> None:
    there = screen(node(text="一", displayed="false"), node(text="二"))
    found = found_by(ByClass.model_validate({"class": "android.widget.TextView"}), there)
    assert [each.get("text") for each in found] == ["二"]


def test_an_xpath_that_is_none_finds_nothing() -> None:
    assert found_by(ByXPath(xpath="//["), screen(node())) == []
    assert found_by(ByXPath(xpath="count(//*)"), screen(node())) == []


def test_every_way_says_why() -> None:
    there = screen(node("EditText", id="field", text="请输入"), node("EditText"))
    for each in of(there, id="field"):
        assert each.reasons, name_target(each.locator)
        assert all(reason.zh and reason.en for reason in each.reasons)
