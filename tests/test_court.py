from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.court import judge
from harness.model import Outcome, Symptoms


def symptoms(**seen: Any) -> Symptoms:
    usual: dict[str, Any] = {
        "failure": "not_seen",
        "step": "tap",
        "expected": "home.search",
        "seen": "nothing of the kind",
        "app_state": "foreground",
        "foreground": "cn.example.app",
    }
    return Symptoms.model_validate({**usual, **seen})


def outcome(**seen: Any) -> Outcome:
    return judge(symptoms(**seen)).outcome


CRASH_DIALOG = {"system_dialog": "crash", "foreground": "android"}
CRASH_LOG = {"crash_log": ("FATAL EXCEPTION: main",)}
GONE = {"app_state": "not_running", "foreground": "launcher"}
ANR_DIALOG = {"system_dialog": "not_responding", "foreground": "android"}


def test_no_symptoms_are_a_completed_task() -> None:
    assert judge(None).outcome is Outcome.COMPLETED


def test_help_at_a_barrier_is_said() -> None:
    verdict = judge(None, barriers=("slider", "sms_code"))
    assert verdict.outcome is Outcome.COMPLETED_ASSISTED
    assert "slider, sms_code" in verdict.reasons[0]


def test_our_trouble_outweighs_what_was_seen_of_the_app() -> None:
    crashed = symptoms(**CRASH_DIALOG, **CRASH_LOG)
    assert judge(crashed, trouble="session lost").outcome is Outcome.HARNESS_ERROR


@pytest.mark.parametrize(
    "seen",
    [CRASH_DIALOG | CRASH_LOG, CRASH_LOG | GONE, {**GONE, "system_dialog": "crash"}],
    ids=["dialog and log", "log and process", "dialog and process"],
)
def test_two_signs_make_a_crash(seen: dict[str, Any]) -> None:
    assert outcome(**seen) is Outcome.CRASHED


@pytest.mark.parametrize(
    "seen", [CRASH_DIALOG, GONE, ANR_DIALOG], ids=["crash dialog", "process gone", "ANR dialog"]
)
def test_one_sign_blames_nobody(seen: dict[str, Any]) -> None:
    assert outcome(**seen) is Outcome.HARNESS_ERROR


def test_a_crash_of_long_ago_does_not_make_one_of_an_app_in_front() -> None:
    assert outcome(**CRASH_LOG) is Outcome.NOT_FOUND


def test_dialog_and_log_make_an_app_that_does_not_respond() -> None:
    assert outcome(**ANR_DIALOG, anr_log=("ANR in cn.example.app",)) is Outcome.NOT_RESPONDING


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ({}, Outcome.NOT_FOUND),
        ({"step": "wait_for"}, Outcome.TIMED_OUT),
        ({"waiting": "spinner"}, Outcome.TIMED_OUT),
        ({"failure": "time_limit"}, Outcome.TIMED_OUT),
        ({"failure": "other_text"}, Outcome.WRONG_RESULT),
        ({"failure": "other_state"}, Outcome.WRONG_RESULT),
        ({"failure": "still_seen"}, Outcome.WRONG_RESULT),
        ({"failure": "still_seen", "waiting": "spinner"}, Outcome.TIMED_OUT),
        ({"app_error": "系统繁忙"}, Outcome.APP_ERROR),
        ({"failure": "barrier"}, Outcome.BLOCKED),
        ({"refused": True}, Outcome.CORRECT_REFUSAL),
        ({"hierarchy_readable": False}, Outcome.HARNESS_ERROR),
        ({"app_state": "background"}, Outcome.HARNESS_ERROR),
    ],
)
def test_what_was_seen_decides(seen: dict[str, Any], expected: Outcome) -> None:
    assert outcome(**seen) is expected


def test_a_touch_that_changed_nothing_is_told_as_a_reason() -> None:
    assert any(
        "changed nothing" in why for why in judge(symptoms(unchanged_since_touch=True)).reasons
    )


@given(
    st.fixed_dictionaries(
        {
            "app_state": st.sampled_from(["not_running", "background", "foreground", "unknown"]),
            "system_dialog": st.sampled_from(["", "crash", "not_responding", "other"]),
            "crash_log": st.sampled_from([(), ("FATAL EXCEPTION",)]),
            "anr_log": st.sampled_from([(), ("ANR in",)]),
            "app_error": st.sampled_from(["", "系统繁忙"]),
            "waiting": st.sampled_from(["", "spinner"]),
            "hierarchy_readable": st.booleans(),
            "failure": st.sampled_from(["not_seen", "still_seen", "other_text", "time_limit"]),
        }
    )
)
def test_an_app_that_is_not_in_front_is_blamed_for_crashes_only(seen: dict[str, Any]) -> None:
    verdict = judge(symptoms(**seen))
    assert verdict.reasons
    if seen["app_state"] != "foreground" or seen["system_dialog"] or not seen["hierarchy_readable"]:
        assert not verdict.outcome.finding or verdict.outcome in (
            Outcome.CRASHED,
            Outcome.NOT_RESPONDING,
        )
