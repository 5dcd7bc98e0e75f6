from __future__ import annotations

import re
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.court import STATES, judge
from harness.model import Outcome, Symptoms, Verdict, Words


def symptoms(**seen: Any) -> Symptoms:
    usual: dict[str, Any] = {
        "failure": "not_seen",
        "step": "tap",
        "expected": Words.same("home.search"),
        "seen": Words(zh="没有这样的元素", en="nothing of the kind"),
        "app_state": "foreground",
        "foreground": "cn.example.app",
        "window": "cn.example.app",
        "control_s": 0.1,
        "network": "checked",
        "network_before": "checked",
    }
    return Symptoms.model_validate({**usual, **seen})


def outcome(**seen: Any) -> Outcome:
    return judge(symptoms(**seen)).outcome


CRASH_DIALOG = {"system_dialog": "crash", "foreground": "android"}
CRASH_LOG = {"crash_log": ("FATAL EXCEPTION: main",)}
GONE = {"app_state": "not_running", "foreground": "launcher"}
ANR_DIALOG = {"system_dialog": "not_responding", "foreground": "android"}
DEAD = {"unchanged_since_touch": True, "answers_back": False}
LIKE = {
    "element": "home.search",
    "locator": {"id": "search_home"},
    "why": {
        "zh": "没有 #home_search，却有 #search_home",
        "en": "#search_home is there in place of #home_search",
    },
    "box": {"left": 0, "top": 0, "right": 9, "bottom": 9},
}


def test_no_symptoms_are_a_completed_task() -> None:
    assert judge(None).outcome is Outcome.COMPLETED


def test_help_at_a_barrier_is_said() -> None:
    verdict = judge(None, barriers=("slider", "sms_code"))
    assert verdict.outcome is Outcome.COMPLETED_ASSISTED
    assert "slider、sms_code" in verdict.reasons[0].zh
    assert "slider, sms_code" in verdict.reasons[0].en


def test_our_trouble_outweighs_what_was_seen_of_the_app() -> None:
    crashed = symptoms(**CRASH_DIALOG, **CRASH_LOG)
    lost = Words(zh="会话中断", en="session lost")
    verdict = judge(crashed, trouble=lost)
    assert (verdict.outcome, verdict.reasons) == (Outcome.HARNESS_ERROR, (lost,))


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
        ({"system_dialog": "permission"}, Outcome.HARNESS_ERROR),
        ({"system_dialog": "other"}, Outcome.HARNESS_ERROR),
        ({"failure": "left"}, Outcome.HARNESS_ERROR),
        ({"toast_error": "“系统繁忙”"}, Outcome.APP_ERROR),
        ({"maintenance": "“系统维护中”"}, Outcome.BLOCKED),
        ({"dialog": "“限时福利”"}, Outcome.OUTDATED),
        ({"likeness": LIKE}, Outcome.OUTDATED),
        ({"likeness": LIKE, "waiting": "spinner"}, Outcome.TIMED_OUT),
        ({"likeness": LIKE, "failure": "other_text"}, Outcome.WRONG_RESULT),
        ({"likeness": LIKE, "app_error": "“系统繁忙”"}, Outcome.APP_ERROR),
        ({"failure": "barrier", "app_error": "“短信发送失败”"}, Outcome.APP_ERROR),
        ({"failure": "time_limit", "control_s": 15.0}, Outcome.HARNESS_ERROR),
        ({"network": "none"}, Outcome.BLOCKED),
        ({"network": "none", "app_error": "“网络异常”"}, Outcome.BLOCKED),
        ({"network": "unknown", "app_error": "“网络异常”"}, Outcome.APP_ERROR),
        ({"app_error": "“网络异常”"}, Outcome.APP_ERROR),
        ({"network": "unchecked", "waiting": "spinner"}, Outcome.BLOCKED),
    ],
)
def test_what_was_seen_decides(seen: dict[str, Any], expected: Outcome) -> None:
    assert outcome(**seen) is expected


def test_a_touch_that_changed_nothing_is_told_as_a_reason() -> None:
    reasons = judge(symptoms(unchanged_since_touch=True)).reasons
    assert any("changed nothing" in reason.en for reason in reasons)
    assert any("没有变化" in reason.zh for reason in reasons)


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


NEVER_CHECKED = {"network": "unchecked", "network_before": "unchecked"}


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ({"waiting": "spinner"}, Outcome.TIMED_OUT),
        ({"app_error": "“系统繁忙”"}, Outcome.APP_ERROR),
        ({"app_error": "“网络异常”"}, Outcome.BLOCKED),
    ],
)
def test_a_network_that_was_never_checked_is_no_excuse_unless_the_app_names_it(
    seen: dict[str, Any], expected: Outcome
) -> None:
    assert outcome(**NEVER_CHECKED, **seen) is expected


def test_a_crash_is_the_apps_even_without_a_network() -> None:
    assert outcome(**CRASH_DIALOG, **CRASH_LOG, network="none") is Outcome.CRASHED


def test_an_app_that_answers_neither_touch_nor_back_has_timed_out() -> None:
    assert outcome(**DEAD) is Outcome.TIMED_OUT
    assert outcome(unchanged_since_touch=True, answers_back=True) is Outcome.NOT_FOUND


def test_with_a_line_in_the_log_it_does_not_respond() -> None:
    assert outcome(**DEAD, anr_log=("ANR in cn.example.app",)) is Outcome.NOT_RESPONDING


def test_such_a_line_of_long_ago_is_nothing_to_an_app_that_answers() -> None:
    assert outcome(anr_log=("ANR in cn.example.app",)) is Outcome.NOT_FOUND


def test_a_proposed_change_of_the_profile_is_told_and_left_to_a_person() -> None:
    reasons = judge(symptoms(likeness=LIKE)).reasons
    assert "home.search may be #search_home by now" in reasons[-1].en
    assert "home.search 现在可能是 #search_home" in reasons[-1].zh


ANYTHING = st.fixed_dictionaries(
    {
        "failure": st.sampled_from(
            ["not_seen", "left", "still_seen", "other_text", "time_limit", "barrier"]
        ),
        "step": st.sampled_from(["tap", "wait_for", "expect"]),
        "app_state": st.sampled_from(["not_running", "background", "foreground", "unknown"]),
        "system_dialog": st.sampled_from(["", "crash", "not_responding", "permission", "other"]),
        "crash_log": st.sampled_from([(), ("FATAL EXCEPTION",)]),
        "anr_log": st.sampled_from([(), ("ANR in",)]),
        "app_error": st.sampled_from(["", "系统繁忙", "网络异常"]),
        "toast_error": st.sampled_from(["", "系统繁忙"]),
        "maintenance": st.sampled_from(["", "系统维护中"]),
        "dialog": st.sampled_from(["", "限时福利"]),
        "no_results": st.sampled_from(["", "没有找到"]),
        "searched": st.sampled_from(["", "养犬登记"]),
        "waiting": st.sampled_from(["", "spinner"]),
        "hierarchy_readable": st.booleans(),
        "unchanged_since_touch": st.booleans(),
        "answers_back": st.sampled_from([None, True, False]),
        "network": st.sampled_from(["checked", "unchecked", "none", "unknown"]),
        "control_s": st.sampled_from([0.1, 15.0]),
        "likeness": st.sampled_from([None, LIKE]),
    }
)


@given(ANYTHING)
def test_every_reason_names_the_symptoms_that_it_rests_on(seen: dict[str, Any]) -> None:
    verdict = judge(symptoms(**seen))
    assert len(verdict.rests_on) == len(verdict.reasons)
    for fields in verdict.rests_on:
        assert fields
        assert set(fields) <= set(Symptoms.model_fields)


@given(ANYTHING)
def test_no_app_is_blamed_on_one_signal(seen: dict[str, Any]) -> None:
    verdict = judge(symptoms(**seen))
    if verdict.outcome.finding:
        assert len({frozenset(fields) for fields in verdict.rests_on}) >= 2


@given(ANYTHING)
def test_no_app_is_blamed_for_what_it_shows_on_a_phone_that_is_not_well(
    seen: dict[str, Any],
) -> None:
    verdict = judge(symptoms(**{**seen, "control_s": 15.0}))
    assert not verdict.outcome.finding or verdict.outcome in (
        Outcome.CRASHED,
        Outcome.NOT_RESPONDING,
    )


CHINESE = re.compile(r"[\u4e00-\u9fff]")
QUOTED = re.compile("系统繁忙|网络异常|系统维护中|限时福利|没有找到|养犬登记")
"""What the App says, which is quoted as it is in either language."""


def assert_said_in_both(verdict: Verdict) -> None:
    for reason in verdict.reasons:
        assert CHINESE.search(reason.zh)
        assert reason.en
        assert not CHINESE.search(QUOTED.sub("", reason.en))
        assert QUOTED.findall(reason.zh) == QUOTED.findall(reason.en)


@given(ANYTHING)
def test_every_reason_is_said_in_both_languages_and_quotes_the_app_as_it_is(
    seen: dict[str, Any],
) -> None:
    assert_said_in_both(judge(symptoms(**seen)))


def test_success_is_said_in_both_languages_too() -> None:
    for verdict in (judge(None), judge(None, barriers=("slider",)), judge(symptoms(refused=True))):
        assert_said_in_both(verdict)


def test_every_state_of_an_app_has_its_chinese_name() -> None:
    assert set(STATES) == set(get_args(Symptoms.model_fields["app_state"].annotation))


NOT_THERE = {"step": "wait_for", "no_results": "“没有找到”", "searched": "养犬登记"}


def test_a_service_that_the_apps_own_search_does_not_know_is_absent() -> None:
    assert outcome(**NOT_THERE) is Outcome.ABSENT
    assert outcome(**NOT_THERE, failure="other_text") is Outcome.ABSENT


@pytest.mark.parametrize(
    ("but", "then"),
    [
        ({"no_results": ""}, Outcome.TIMED_OUT),
        ({"searched": ""}, Outcome.TIMED_OUT),
        ({"network": "unknown"}, Outcome.TIMED_OUT),
        ({"network": "none"}, Outcome.BLOCKED),
        ({"failure": "barrier"}, Outcome.BLOCKED),
        ({"waiting": "spinner"}, Outcome.TIMED_OUT),
        ({"dialog": "限时福利"}, Outcome.OUTDATED),
        ({"app_error": "系统繁忙"}, Outcome.APP_ERROR),
        ({"app_state": "background"}, Outcome.HARNESS_ERROR),
    ],
    ids=lambda value: "" if isinstance(value, Outcome) else ", ".join(value),
)
def test_without_all_of_that_it_is_not(but: dict[str, Any], then: Outcome) -> None:
    assert outcome(**{**NOT_THERE, **but}) is then
