"""No touch reaches a commit point without both keys, whatever the App makes of it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.commit_points import read_commits
from harness.driver import Driver
from harness.errors import TouchRefused
from harness.failure_message import explain
from harness.guard import Guard, Screen, guard_of
from harness.guarded_driver import GuardedDriver
from harness.model import AppProfile, ById, ByText, Outcome, Point, Scenario
from harness.project import read_project
from tests.commit_guard import GUISES, REACHING, WAYS, CommittingApp, Made, attempts, make, trying
from tests.phone.small_app import DELAY_S
from tests.rig import PROFILE, SCENARIO, Rig, rig, step

ROOT = Path(__file__).parents[1]
TAP = [{"tap": {"text": "提交申请"}}]
REAL = {"sandbox": False}


@pytest.fixture
def phone() -> Iterator[Rig]:
    with rig() as made:
        yield made


def test_no_touch_reaches_a_commit_point_without_both_keys() -> None:
    made = list(attempts(3 * len(WAYS), seed=7))
    assert [one for one in made if one.reached] == []
    assert sum(one.refused for one in made) > len(made) / 2


@pytest.mark.parametrize("way", REACHING)
def test_with_both_keys_a_commit_point_is_reached(way: str) -> None:
    with trying() as (phone, app):
        made = make(phone, app, way, "as named", (True, True), random.Random(1))
    assert (made.reached, made.refused) == (True, False)


def moved_at(moment_s: float, way: str) -> Made:
    """An attempt to tap its neighbour, of a commit point that moves there at this moment."""
    with trying() as (phone, app):
        app.place, app.moves_at_s = "moved", moment_s
        return make(phone, app, way, "as named", (True, False), random.Random(1))


@pytest.mark.parametrize(
    ("way", "refusals"),
    [
        # What is found in the guard's own look lies where it says: nothing comes between.
        ("tap: its neighbour", (0,)),
        # A moment too early it is not found where it was, one too late it was not there yet.
        ("tap: its neighbour by xpath", (1, 2, 3)),
    ],
)
def test_what_moves_between_look_and_touch_is_seen(way: str, refusals: tuple[int, ...]) -> None:
    made = [moved_at(hundredths / 100, way) for hundredths in range(10, 40, 2)]
    assert not any(one.reached for one in made)
    assert [one.refused for one in made].count(True) in refusals
    assert not made[0].refused
    assert not made[-1].refused


def test_a_refused_touch_counts_for_nothing_against_the_app(phone: Rig) -> None:
    record = phone.attempt(["launch", *TAP], goal="done.result", profile=REAL)
    assert record.verdict.outcome is Outcome.OUTDATED
    assert not record.verdict.outcome.attempted
    assert not record.may_be_made_again
    assert step(record, "2").touched is None
    assert record.symptoms is not None
    assert (record.symptoms.likeness, record.symptoms.answers_back) == (None, None)


def test_a_refusal_is_told_with_its_place_and_what_to_do(phone: Rig) -> None:
    record = phone.attempt(["launch", *TAP], goal="done.result", profile=REAL)
    asked = {**SCENARIO, "goal": "done.result", "steps": ["launch", *TAP]}
    told = explain(record, Scenario.model_validate(asked), None)
    assert "位置 at: scenarios/test/task.yaml:" in told
    assert "the commit point “提交申请” (it reads like one) at" in told
    assert "write commit: in place of tap:" in told
    assert "safe:" in told


def test_an_element_that_is_safe_may_read_like_a_commit_point(phone: Rig) -> None:
    elements = {**PROFILE["elements"], "home.apply": [{"text": "提交申请"}]}
    profile = {**REAL, "elements": elements, "safe": ["home.apply"]}
    record = phone.attempt(["launch", *TAP], goal="done.result", profile=profile)
    assert record.verdict.outcome is Outcome.COMPLETED


def test_what_a_commit_step_names_is_never_safe(phone: Rig) -> None:
    elements = {**PROFILE["elements"], "home.apply": [{"text": "提交申请"}]}
    profile = {**REAL, "elements": elements, "safe": ["home.apply"]}
    record = phone.attempt(
        ["launch", *TAP], goal="done.result", profile=profile, commits=("home.apply",)
    )
    assert record.verdict.outcome is Outcome.OUTDATED


def test_the_guards_look_falls_into_no_time_that_is_measured(phone: Rig) -> None:
    slow = phone.driver.hierarchy

    def hierarchy() -> str:
        phone.clock.sleep(0.5)
        return slow()

    phone.driver.hierarchy = hierarchy  # type: ignore[method-assign]  # a slower one
    record = phone.attempt(["launch", *TAP], goal="done.result")
    tap = step(record, "2")
    assert tap.response is not None
    assert tap.response.last_unseen_s <= DELAY_S <= (tap.response.first_seen_s or 0)
    assert (tap.response.half_width_s or 1) <= 0.04
    assert tap.times.action_s < 0.1


def test_a_screen_whose_hierarchy_cannot_be_read_is_asked_for_each(phone: Rig) -> None:
    phone.driver.launch(PROFILE["android"]["package"], None)
    phone.clock.sleep(2)
    at = phone.driver.look(ByText(text="提交申请"))[0].box.middle
    phone.driver.hierarchy = lambda: ""  # type: ignore[method-assign]  # some servers do so
    guard = guard_of(AppProfile.model_validate({**PROFILE, **REAL}), ())
    with pytest.raises(TouchRefused, match="commit point"):
        GuardedDriver(phone.driver, guard).tap(at)


def test_scrolling_begins_beside_a_commit_point() -> None:
    xml = (
        '<hierarchy><n package="a" bounds="[0,0][100,200]">'
        '<n package="a" text="立即支付" bounds="[0,140][100,160]"/></n></hierarchy>'
    )
    with rig() as phone:
        driver = GuardedDriver(phone.driver, Guard(()))
        begin = driver.aside(Point(x=50, y=150), Point(x=50, y=50), xml)
    assert begin == Point(x=50, y=130)


@pytest.mark.parametrize(
    ("text", "caught"),
    [
        ("立即支付 ¥36.20元", True),
        ("确认提交（5s）", True),
        (" 提交申请 > ", True),
        ("去支付", True),
        ("提交并支付（¥5.00）", True),
        ("注销账号", True),
        ("支付方式", False),
        ("申请已提交", False),
        ("我已阅读并同意提交申请须知", False),
        ("立即办理", False),
        ("取消", False),
    ],
)
def test_words_that_commit_are_known_with_what_stands_beside_them(text: str, caught: bool) -> None:
    xml = f'<hierarchy><n package="a" text="{text}" bounds="[0,0][9,9]"/></hierarchy>'
    assert (Screen(Guard(()), xml).hit(Point(x=1, y=1)) is not None) is caught


def test_every_touch_of_the_seam_looks_first() -> None:
    verbs = {name for name in vars(Driver) if callable(getattr(Driver, name)) and name[0] != "_"}
    assert verbs - {"simulated"} <= vars(GuardedDriver).keys()
    assert "page" in vars(GuardedDriver)


def test_the_commit_points_of_a_project_are_those_of_all_its_tasks() -> None:
    found = read_commits(read_project(ROOT))
    assert {"apply.submit", "request.submit", "rating.submit", "register.submit"} <= set(found)


def test_a_task_in_which_something_is_wrong_still_says_what_it_commits(tmp_path: Path) -> None:
    (tmp_path / "scenarios" / "apps").mkdir(parents=True)
    (tmp_path / "scenarios" / "apps" / "a.yaml").write_text(
        "id: a\nname: {zh: 甲}\ncity: 市\nlevel: prefecture\nandroid: {package: a.b}\n"
        "verified: {package: never, elements: never}\nelements: {x.y: [{id: x}]}\n",
        encoding="utf-8",
    )
    (tmp_path / "scenarios" / "broken.yaml").write_text(
        "id: broken\nsteps:\n  - commit: {id: pay}\n  - launch: 5\n", encoding="utf-8"
    )
    (tmp_path / "devices.yaml").write_text(
        "default: phone\ndevices:\n  phone: {kind: simulated, apps: [a]}\n"
    )
    assert read_commits(read_project(tmp_path)) == (ById(id="pay"),)


def test_the_app_of_the_attempts_can_be_disguised_in_every_way() -> None:
    assert len(GUISES) == 6
    assert CommittingApp().app.start == "home"
