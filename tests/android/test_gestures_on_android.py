"""Wheels, boxes and pasted text over real adb, Appium and UiAutomator2, as on the phone's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.appium_driver import open_session
from harness.clock import SystemClock
from harness.model import Outcome
from harness.phone.android.handset import Handset, serving_handset
from harness.phone.clock import RealClock
from harness.phone.device import Phone
from harness.processes.android_stack import AndroidStack, reached_by
from tests.gesture_app import CODE, GESTURE_APP, PACKAGE, PROFILE
from tests.rig import Rig, step

pytestmark = pytest.mark.usefixtures("appium_installed")

STEPS = (
    "launch",
    {"tap": {"id": "code"}},
    {"type": {"into": "form.name", "text": "旧名"}},
    {"type": {"into": "form.name", "text": "欧阳样例", "how": "paste"}},
    {"type": {"into": "code.first", "text": CODE, "how": "keys"}},
    {"expect": {"visible": {"id": "passed"}, "text": "验证通过"}},
    "hide_keyboard",
    "back",
    {"tap": {"id": "consent"}},
    {"check": "我已阅读并同意"},
    {"check": {"box": {"id": "whole"}}},
    "back",
    {"tap": {"id": "date"}},
    {"pick": {"wheel": "date.year", "to": "2030年"}},
    {"pick": {"wheel": "date.month", "to": "2月"}},
    {"pick": {"wheel": "date.hour", "to": "14"}},
    {"expect": {"visible": {"id": "chosen"}, "text": "2030年2月 14:00"}},
    "back",
    {"tap": {"id": "news"}},
    {"pull_to_refresh": "news.list"},
    {"expect": {"visible": "news.first", "text": "第 1 版 消息 0"}},
    "back",
    {"tap": {"id": "tabs"}},
    {"swipe": "left"},
)


@pytest.fixture
def handset() -> Iterator[Handset]:
    with serving_handset(Phone((GESTURE_APP,), RealClock())) as handset:
        yield handset


def test_what_takes_more_than_a_tap_is_done_on_the_real_stack(
    handset: Handset, tmp_path: Path
) -> None:
    clock = SystemClock()
    stack = AndroidStack(tmp_path / "logs", clock)
    try:
        adb = stack.own_adb()
        adb.connect(handset.serial)
        driver = open_session(stack.url(), reached_by(handset.serial, adb))
        rig = Rig(handset.phone, clock, driver)
        goal = {"visible": {"id": "page1"}}
        record = rig.attempt(STEPS, goal, profile=PROFILE, scenario={"reach": "one_handed"})
        driver.close()
    finally:
        stack.close()
    assert record.verdict.outcome is Outcome.COMPLETED, record.verdict
    told = handset.phone.values(PACKAGE)
    assert (told["name"], told["agree"], told["whole"]) == ("欧阳样例", True, True)
    assert handset.phone.clipboard == ""
    assert step(record, "14").in_reach is True
    assert handset.system.unknown == []
