"""What a hierarchy rules out, so that the phone need not be asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from pydantic import TypeAdapter

from harness.finder import Finder
from harness.hierarchy import elements
from harness.model import AppProfile, Condition, Locator
from tests.rig import PROFILE, rig

LOCATOR: TypeAdapter[Any] = TypeAdapter(Locator)
SHOWN = (
    "<hierarchy><n resource-id='cn.a:id/status' text='空闲 &amp; 好' class='android.view.View'/>"
    "</hierarchy>"
)


@pytest.mark.parametrize(
    ("locator", "ruled_out"),
    [
        ({"id": "status"}, False),
        ({"id": "arrived"}, True),
        ({"text": {"contains": "空闲"}}, False),
        ({"text": "到了"}, True),
        ({"text": {"contains": "到了"}}, True),
        ({"description": "空闲"}, False),
        ({"class": "android.widget.EditText"}, True),
        # Words that XML writes in another way, and what is no plain words, are not known.
        ({"text": "A & B"}, False),
        ({"text": "two\nlines"}, False),
        ({"text": {"matches": "到.*"}}, False),
        ({"xpath": "//none"}, False),
        ({"uiautomator": "new UiSelector().text('到了')"}, False),
    ],
)
def test_what_has_none_of_its_words_in_the_hierarchy_is_ruled_out(
    locator: dict[str, object], ruled_out: bool
) -> None:
    with rig() as phone:
        finder = Finder(phone.driver, AppProfile.model_validate(PROFILE))
    assert finder.rules_out(LOCATOR.validate_python(locator), SHOWN) is ruled_out
    assert not finder.rules_out(LOCATOR.validate_python(locator), "")


def test_a_named_element_is_ruled_out_when_all_its_ways_are() -> None:
    ways = [{"id": "arrived"}, {"text": {"contains": "空闲"}}]
    profile = AppProfile.model_validate({**PROFILE, "elements": {"goal.here": ways}})
    with rig() as phone:
        finder = Finder(phone.driver, profile)
    assert not finder.rules_out("goal.here", SHOWN)
    assert finder.rules_out("goal.here", "<hierarchy/>")


def located(element: Any) -> Iterator[Any]:
    """Every plain way to find an element of a hierarchy."""
    said = {
        "id": element.get("resource-id"),
        "text": element.get("text"),
        "description": element.get("content-desc"),
        "class": element.get("class"),
    }
    return (LOCATOR.validate_python({way: words}) for way, words in said.items() if words)


def test_a_hierarchy_shows_what_the_phone_finds_and_shows_it_alike() -> None:
    with rig() as phone:
        phone.attempt(["launch"])
        finder = Finder(phone.driver, AppProfile.model_validate(PROFILE))
        there = elements(phone.driver.hierarchy())
        ways = [locator for each in there for locator in located(each)]
        asked = [Condition.model_validate({"visible": way}) for way in ways]
        by_phone = [finder.sight(condition).found for condition in asked]
    assert len(list(filter(None, by_phone))) > 5
    for condition, found in zip(asked, by_phone, strict=True):
        shown = finder.found_in(condition, there)
        assert (shown is None) is (found is None)
        if shown and found:
            assert shown.match == found.match
            assert replace(shown.seen, handle=found.seen.handle) == found.seen


def test_a_hierarchy_is_asked_neither_for_xpath_nor_for_what_does_not_hold() -> None:
    with rig() as phone:
        finder = Finder(phone.driver, AppProfile.model_validate(PROFILE))
    toast = "<n bounds='[0,0][0,0]' resource-id='toast'/></hierarchy>"
    shown = SHOWN.replace("<n ", "<n bounds='[0,0][9,9]' ").replace("</hierarchy>", toast)
    there = elements(shown)
    for condition, is_shown in (
        ({"visible": {"id": "status"}}, True),
        ({"visible": {"id": "status"}, "text": "到了"}, False),
        ({"visible": {"id": "status"}, "enabled": True}, False),
        ({"visible": {"xpath": "//n"}}, False),
        ({"visible": {"id": "toast"}}, False),  # nobody knows where it is
    ):
        found = finder.found_in(Condition.model_validate(condition), there)
        assert (found is not None) is is_shown


def test_nothing_that_the_phone_finds_is_ruled_out() -> None:
    with rig() as phone:
        phone.attempt(["launch"])
        finder = Finder(phone.driver, AppProfile.model_validate(PROFILE))
        hierarchy = phone.driver.hierarchy()
        asked = 0
        for element in elements(hierarchy):
            for locator in located(element):
                asked += bool(finder.find(locator))
                assert not finder.rules_out(locator, hierarchy)
    assert asked > 5
