"""Visible, loaded and still: three moments of a screen, told apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from appium.webdriver.webdriver import WebDriver

from harness.appium_driver import AppiumDriver
from harness.driver import Seen
from harness.launch_log import displayed_s
from harness.model import AttemptRecord, ByText, Locator, Response
from harness.phone.app import App, Go, Screen, State
from harness.phone.widgets import Button, Label, Page, Space, Spinner, Widget
from harness.stillness import Glimpse
from tests.phone.small_app import COLD_START_S, PACKAGE
from tests.rig import Rig, rig, step

SLIDES_FOR_S = 0.6
LOADS_FOR_S = 1.5


def _home(state: State) -> Widget:
    buttons = (
        Button(id=name, text=name, on_tap=Go(name)) for name in ("slide", "turn", "load", "secret")
    )
    return Page(children=(Label(id="status", text="空闲"), *buttons))


def _slide(state: State) -> Widget:
    moved = round(200 * min(state.now_s, SLIDES_FOR_S))
    return Page(children=(Space(height=moved), Label(id="arrived", text="到了")))


def _secret(state: State) -> Widget:
    moved = round(200 * min(state.now_s, SLIDES_FOR_S))
    return Page(children=(Label(id="arrived", text="到了"), Space(height=moved), Label(text="下")))


def _turn(state: State) -> Widget:
    turns = int(state.now_s / 0.03)
    return Page(children=(Label(id="arrived", text="到了"), Label(text=f"轮播 {turns}")))


def _load(state: State) -> Widget:
    loading = (Spinner(id="spinner"),) if state.now_s < LOADS_FOR_S else ()
    return Page(children=(Label(id="arrived", text="到了"), *loading))


MOVING_APP = App(
    package=PACKAGE,
    label="会动的",
    icon="bank",
    color="#1677FF",
    screens=(
        Screen("home", _home),
        Screen("slide", _slide),
        Screen("turn", _turn),
        Screen("load", _load),
        Screen("secret", _secret, secure=True),
    ),
    start="home",
    cold_start_s=COLD_START_S,
)


@pytest.fixture
def phone() -> Iterator[Rig]:
    with rig(MOVING_APP) as made:
        yield made


def tap(phone: Rig, button: str, **profile: object) -> AttemptRecord:
    return phone.attempt(
        ["launch", {"tap": {"id": button}}], goal={"visible": {"id": "arrived"}}, profile=profile
    )


def times(record: AttemptRecord) -> tuple[Response, Response]:
    tapped = step(record, "2")
    assert tapped.response is not None
    assert tapped.settled is not None
    return tapped.response, tapped.settled


def contains(interval: Response, truth_s: float) -> bool:
    latest = interval.first_seen_s
    return latest is not None and interval.last_unseen_s <= truth_s <= latest


def test_what_slides_in_is_seen_before_it_is_still(phone: Rig) -> None:
    response, settled = times(tap(phone, "slide"))
    assert contains(response, 0)
    assert contains(settled, SLIDES_FOR_S)
    assert settled.half_width_s is not None
    assert settled.half_width_s < 0.05


def test_the_picture_that_is_kept_shows_the_screen_once_it_is_still(phone: Rig) -> None:
    record = tap(phone, "slide")
    assert step(record, "2").after == record.steps[-1].after


def test_what_is_still_at_once_has_settled_when_it_was_seen(phone: Rig) -> None:
    launched = step(tap(phone, "slide"), "1")
    assert launched.response is not None
    assert launched.settled is not None
    assert launched.settled.last_unseen_s == launched.response.last_unseen_s
    assert contains(launched.settled, COLD_START_S)


def test_a_black_screen_is_still_when_its_hierarchy_is(phone: Rig) -> None:
    _, settled = times(tap(phone, "secret"))
    assert contains(settled, SLIDES_FOR_S)


def test_what_never_stops_moving_is_not_watched_for_ever(phone: Rig) -> None:
    response, settled = times(tap(phone, "turn"))
    assert contains(response, 0)
    assert settled.first_seen_s is None
    assert 1.5 < settled.last_unseen_s < 3


def test_a_spinner_of_the_profile_counts_as_waiting(phone: Rig) -> None:
    record = tap(phone, "load", waiting=[{"id": "spinner"}])
    response, _ = times(record)
    assert contains(response, LOADS_FOR_S)
    assert step(record, "2").times.app_s == pytest.approx(LOADS_FOR_S, abs=0.05)


def test_a_spinner_that_the_profile_does_not_name_does_not(phone: Rig) -> None:
    response, _ = times(tap(phone, "load"))
    assert contains(response, 0)


def test_watching_until_it_is_still_costs_the_app_no_time(phone: Rig) -> None:
    record = tap(phone, "turn")
    spent = step(record, "2").times
    assert spent.app_s < 0.05
    assert spent.evidence_s > 1.5


def test_the_launch_carries_what_androids_log_says_of_it(phone: Rig) -> None:
    record = tap(phone, "slide")
    assert step(record, "1").displayed_s == pytest.approx(COLD_START_S, abs=0.001)
    assert step(record, "2").displayed_s is None


@pytest.mark.parametrize(
    ("line", "seconds"),
    [
        ("I ActivityTaskManager: Displayed cn.a/.Main: +850ms", 0.85),
        ("I ActivityTaskManager: Displayed cn.a/.Main for user 0: +1s234ms", 1.234),
        ("I ActivityManager: Displayed cn.a/cn.b.Main: +1m2s3ms (total +1m3s)", 62.003),
        ("I ActivityTaskManager: Displayed cn.ab/.Main: +850ms", None),
        ("I ActivityTaskManager: Fully drawn cn.a/.Main: +850ms", None),
    ],
)
def test_the_log_says_how_long_a_launch_took(line: str, seconds: float | None) -> None:
    assert displayed_s(["I Zygote: 启动", line], "cn.a") == seconds


@pytest.mark.parametrize(
    ("took_s", "next_at"),
    [(0.0, 0.034), (0.01, 0.034), (0.05, 0.067)],  # two frames apart, or one after the answer
)
def test_two_glimpses_lie_frames_apart_however_long_one_takes(
    took_s: float, next_at: float
) -> None:
    assert Glimpse(0.0, took_s, b"", "").next_at == pytest.approx(next_at)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The hierarchies that the phone was asked for."""
    hierarchy, told = AppiumDriver.hierarchy, []

    def noted(driver: AppiumDriver) -> str:
        told.append(hierarchy(driver))
        return told[-1]

    monkeypatch.setattr(AppiumDriver, "hierarchy", noted)
    return told


def test_a_screen_with_the_last_picture_is_not_described_again(
    phone: Rig, asked: list[str]
) -> None:
    looks = [{"expect": "home.status"}, {"expect": "home.status"}]
    record = phone.attempt(["launch", *looks], common=())  # no looks for them while it waits
    assert len(asked) == 2  # before the launch and after it
    assert len({(one.activity, one.hierarchy is None) for one in record.steps}) == 1


def test_of_a_screen_without_a_picture_only_its_hierarchy_tells(
    phone: Rig, asked: list[str]
) -> None:
    arrived = {"id": "arrived"}
    looks = [{"expect": arrived}, {"expect": arrived}]
    phone.attempt(["launch", {"tap": {"id": "secret"}}, *looks], arrived)
    assert len(asked) > 1 + len(looks)


@pytest.fixture
def activities(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The activities that the phone was asked for."""
    execute, told = WebDriver.execute_script, []

    def noted(session: WebDriver, script: str, *arguments: Any) -> Any:
        answer = execute(session, script, *arguments)
        if script == "mobile: getCurrentActivity":
            told.append(answer)
        return answer

    monkeypatch.setattr(WebDriver, "execute_script", noted)
    return told


def test_the_activity_of_a_screen_that_was_seen_before_is_not_asked_for_again(
    phone: Rig, activities: list[str]
) -> None:
    first, again = phone.attempt(["launch"]), phone.attempt(["launch"])
    assert [one.activity for one in again.steps] == [one.activity for one in first.steps]
    assert activities == [".HomeActivity"]


def test_the_activity_of_a_blank_screen_is_asked_for_each_time(
    phone: Rig, activities: list[str]
) -> None:
    blank = '<hierarchy><node package="cn.a" text="" content-desc="" /></hierarchy>'
    tap(phone, "slide")
    activities.clear()
    assert [phone.driver.activity(blank) for _ in range(2)] == activities


def test_a_checkpoint_is_seen_in_the_hierarchy_without_a_question(
    phone: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    look, sought = AppiumDriver.look, []

    def noted(driver: AppiumDriver, locator: Locator) -> tuple[Seen, ...]:
        sought.append(locator)
        return look(driver, locator)

    monkeypatch.setattr(AppiumDriver, "look", noted)
    record = phone.attempt(
        ["launch", {"tap": {"id": "slide"}}],
        goal={"visible": {"id": "arrived"}},
        scenario={"checkpoints": [{"at": {"text": "空闲"}, "weight": 1}]},
    )
    assert record.checkpoints_reached == ("“空闲”",)
    assert ByText(text="空闲") not in sought
