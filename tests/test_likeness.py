from __future__ import annotations

from typing import Any

import pytest

from harness.hierarchy import elements
from harness.likeness import likeness, unknown_dialog
from harness.model import AppProfile, Box, ById, ByText, Words
from tests.fault_app import PROFILE

SCREEN = Box(left=0, top=0, right=360, bottom=800)
USUAL = {"city": "样例市", "level": "prefecture"}
VERIFIED = {"verified": {"package": "never", "elements": "simulated"}}
PACKAGE = PROFILE["android"]["package"]


def profile(**elements: Any) -> AppProfile:
    named = {name.replace("_", ".", 1): locators for name, locators in elements.items()}
    return AppProfile.model_validate({**PROFILE, **USUAL, **VERIFIED, "elements": named})


def node(name: str = "", text: str = "", package: str = PACKAGE, **more: str) -> str:
    given = {
        "package": package,
        "class": "android.view.View",
        "text": text,
        "resource-id": f"{package}:id/{name}" if name else "",
        "clickable": "true",
        "focusable": "true",
        "displayed": "true",
        "bounds": "[0,100][360,200]",
        **more,
    }
    attributes = " ".join(f'{key}="{value}"' for key, value in given.items() if value)
    return f"<node {attributes}/>"


def hierarchy(*nodes: str, bounds: str = "[0,0][360,800]") -> Any:
    window = f'<node package="{PACKAGE}" class="w" bounds="{bounds}">{"".join(nodes)}</node>'
    return elements(f"<hierarchy>{window}</hierarchy>")


BY_ID = {"home_search": [{"id": "home_search"}]}
BY_TEXT = {"home_search": [{"text": "社保缴费查询"}]}


@pytest.mark.parametrize("now", ["search_home", "homeSearch", "btn_home_search", "home_search_v2"])
def test_an_id_that_says_the_same_is_a_renamed_one(now: str) -> None:
    found = likeness("home.search", "tap", profile(**BY_ID), hierarchy(node(now)))
    assert found is not None
    assert found.locator == ById(id=now)
    assert found.why == Words(
        zh=f"没有 #home_search，却有 #{now}：id 的意思相同",
        en=f"#{now} is there in place of #home_search: its id says the same",
    )


@pytest.mark.parametrize("now", ["search", "home_scan", "home_search_history", "search_home_clear"])
def test_an_id_that_says_less_or_more_is_another_element(now: str) -> None:
    assert likeness("home.search", "tap", profile(**BY_ID), hierarchy(node(now))) is None


def test_a_text_that_is_nearly_the_same_is_a_reworded_one() -> None:
    there = hierarchy(node(text="社保缴费查询服务"))
    found = likeness("home.search", "tap", profile(**BY_TEXT), there)
    assert found is not None
    assert found.locator == ByText(text="社保缴费查询服务")


@pytest.mark.parametrize("now", ["社保卡挂失", "社保查询", "公积金缴费查询"])
def test_another_service_is_no_reworded_one(now: str) -> None:
    assert likeness("home.search", "tap", profile(**BY_TEXT), hierarchy(node(text=now))) is None


def test_of_two_that_are_alike_neither_is_proposed() -> None:
    there = hierarchy(node("search_home"), node("homeSearch"))
    assert likeness("home.search", "tap", profile(**BY_ID), there) is None


@pytest.mark.parametrize(
    "unlike",
    [{"clickable": "false"}, {"displayed": "false"}, {"package": "com.android.systemui"}],
)
def test_what_the_step_could_not_use_is_not_proposed(unlike: dict[str, str]) -> None:
    there = hierarchy(node("search_home", **unlike))
    assert likeness("home.search", "tap", profile(**BY_ID), there) is None


def test_what_the_profile_means_by_another_name_is_not_proposed() -> None:
    other = {"form_search": [{"id": "search_home"}]}
    there = hierarchy(node("search_home"))
    assert likeness("home.search", "tap", profile(**BY_ID, **other), there) is None


def test_a_dialog_that_the_profile_does_not_know_is_told_with_its_words() -> None:
    there = hierarchy(node(text="限时福利"), bounds="[30,200][330,500]")
    assert unknown_dialog(profile(**BY_ID), there, SCREEN) == "“限时福利”"


def test_a_dialog_in_which_it_names_something_is_known() -> None:
    there = hierarchy(node("home_search", "限时福利"), bounds="[30,200][330,500]")
    assert unknown_dialog(profile(**BY_ID), there, SCREEN) == ""


def test_a_screen_is_no_dialog() -> None:
    assert unknown_dialog(profile(**BY_ID), hierarchy(node(text="首页")), SCREEN) == ""
