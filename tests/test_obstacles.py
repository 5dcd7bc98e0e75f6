from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from harness.common_interruptions import common_interruptions
from harness.driver import Seen
from harness.errors import UsageError
from harness.finder import Found
from harness.hierarchy import readable
from harness.model import Box, ById, ByText, Interruption, Locator, Match, Point
from harness.obstacles import Obstacle, obstacles

APP = "cn.gov.example"
BUTTON = {"enabled": "true", "clickable": "true"}


def node(text: str = "", bounds: str = "[0,0][1080,2400]", *inside: str, **more: str) -> str:
    """An element as UiAutomator writes it; underscores of keys are hyphens."""
    given = {"package": APP, "displayed": "true", "text": text, "bounds": bounds, **more}
    said = " ".join(f'{key.replace("_", "-")}="{value}"' for key, value in given.items())
    return f"<node {said}>{''.join(inside)}</node>"


def screen(*windows: str) -> str:
    return f'<hierarchy width="1080" height="2400">{"".join(windows)}</hierarchy>'


DIALOG = "[90,900][990,1500]"
UPDATE = (
    node("发现新版本", "[120,920][960,1000]"),
    node("立即升级", "[540,1400][960,1480]", **BUTTON),
    node("以后再说", "[120,1400][520,1480]", **BUTTON),
)
PERMISSION = "com.android.permissioncontroller"


def found_on(xml: str, *declared: Mapping[str, Any]) -> list[Obstacle]:
    """The interruptions on a screen: those declared, or the common ones."""
    looked_for = tuple(map(Interruption.model_validate, declared)) or tuple(
        one for one in common_interruptions() if not one.on_request
    )
    return list(obstacles(looked_for, readable(xml), APP))


def names(xml: str) -> list[str]:
    return [one.name for one in found_on(xml)]


def test_a_dialog_with_all_its_signs_is_known_and_where_it_is_sent_away() -> None:
    [obstacle] = found_on(screen(node("", DIALOG, *UPDATE)))
    assert (obstacle.name, obstacle.at) == ("update", Point(x=320, y=1440))
    assert obstacle.own_window
    assert obstacle.covers(Point(x=1, y=1))


@pytest.mark.parametrize(
    ("why", "xml"),
    [
        ("a page as wide as the screen", screen(node("", "[0,84][1080,2352]", *UPDATE))),
        ("a sign is missing", screen(node("", DIALOG, *UPDATE[1:]))),
        ("another App's", screen(node("", DIALOG, *UPDATE, package="com.else.where"))),
        ("in two windows", screen(node("", DIALOG, UPDATE[0]), node("", DIALOG, *UPDATE[1:]))),
        ("the screen's width is unknown", node("", DIALOG, *UPDATE)),
        ("nothing is readable", "<hierarchy/>"),
    ],
)
def test_what_lacks_a_sign_is_none(why: str, xml: str) -> None:
    assert names(xml) == [], why


def permission(package: str, *ids: str) -> str:
    buttons = (
        node("", "[100,1300][980,1400]", resource_id=f"{package}:id/{name}", package=package)
        for name in ("permission_message", *ids)
    )
    return screen(node("", DIALOG, *buttons, package=package))


@pytest.mark.parametrize("package", [PERMISSION, "com.google.android.permissioncontroller"])
@pytest.mark.parametrize(
    "button", ["permission_deny_button", "permission_deny_and_dont_ask_again_button"]
)
def test_both_ways_to_deny_leave_are_known(package: str, button: str) -> None:
    assert names(permission(package, button)) == ["permission"]


def test_an_apps_own_dialog_with_the_ids_of_a_permission_dialog_is_none() -> None:
    assert names(permission(APP, "permission_deny_button")) == []


ADVERT = ({"name": "a", "seen": {"text": "广告"}, "dismiss": {"text": "跳过"}},)


def test_a_button_that_cannot_be_touched_yet_makes_it_wait() -> None:
    waits = node("跳过", "[900,100][1060,160]", enabled="false")
    [obstacle] = found_on(screen(node("", "[0,0][1080,2400]", node("广告"), waits)), *ADVERT)
    assert (obstacle.at, obstacle.ready) == (None, False)


def test_of_several_buttons_the_one_beside_the_signs_is_touched() -> None:
    page = node(
        "",
        "[0,0][1080,2400]",
        node("跳过", "[0,2000][200,2100]"),
        node("", "[0,0][1080,900]", node("广告", "[0,0][80,40]"), node("跳过", "[900,0][1080,80]")),
    )
    [obstacle] = found_on(screen(page), *ADVERT)
    assert obstacle.at == Point(x=990, y=40)


def test_one_in_the_apps_own_window_covers_what_it_lies_over_only() -> None:
    inside = (node("广告", "[800,1800][900,1850]"), node("跳过", "[980,1800][1080,1850]"))
    floats = node("", "[800,1800][1080,2100]", *inside)
    both = {"name": "b", "seen": [{"text": "广告"}, {"text": "跳过"}], "dismiss": {"text": "跳过"}}
    [obstacle] = found_on(screen(node("", "[0,0][1080,2400]", floats)), both)
    assert not obstacle.own_window
    assert obstacle.covers(Point(x=900, y=1900))
    assert not obstacle.covers(Point(x=100, y=100))
    assert not obstacle.covers(None)


def seen(locator: Locator, box: Box) -> Found:
    match = Match(target="it", locator=locator, position=1, candidates=1, box=box)
    return Found(Seen("1", box, "", enabled=True, checked=False), match)


def test_what_a_step_wants_to_touch_is_no_interruption_to_it() -> None:
    [obstacle] = found_on(screen(node("", DIALOG, *UPDATE)))
    now = Box(left=540, top=1400, right=960, bottom=1480)
    assert obstacle.holds(seen(ByText(text="立即升级"), now))
    assert not obstacle.holds(seen(ByText(text="立即升级"), now.model_copy(update={"top": 1})))
    assert not obstacle.holds(seen(ById(id="other"), now))
    assert not obstacle.holds(None)


def test_of_signs_all_over_a_screen_only_they_themselves_are_it() -> None:
    other = Box(left=0, top=500, right=1080, bottom=600)
    page = node(
        "", "[0,0][1080,2400]", node("广告"), node("办理", "[0,500][1080,600]"), node("跳过")
    )
    both = {"name": "b", "seen": [{"text": "广告"}, {"text": "跳过"}], "dismiss": {"text": "跳过"}}
    [obstacle] = found_on(screen(page), both)
    whole = Box(left=0, top=0, right=1080, bottom=2400)
    assert obstacle.holds(seen(ByText(text="跳过"), whole))
    assert not obstacle.holds(seen(ByText(text="办理"), other))


def test_an_xpath_is_looked_for_in_the_same_window() -> None:
    by_xpath = {"name": "x", "seen": {"xpath": "//*[@text='广告']"}, "dismiss": {"xpath": "//*[2]"}}
    inside = (node("广告", "[0,0][80,40]"), node("×", "[900,0][1080,80]"))
    [obstacle] = found_on(screen(node("", "[0,0][1080,2400]", *inside)), by_xpath)
    assert obstacle.at == Point(x=990, y=40)


def test_an_xpath_that_no_hierarchy_can_be_asked_is_the_users_to_mend() -> None:
    wrong = {"name": "x", "seen": {"xpath": "//*[lower-case(@text)='a']"}, "dismiss": "back"}
    with pytest.raises(UsageError, match="lower-case"):
        found_on(screen(node("广告")), wrong)
