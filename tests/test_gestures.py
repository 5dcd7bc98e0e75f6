"""Text and gestures as people use them, on an App that asks for them, in virtual time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from harness.errors import NoAnswer, UsageError
from harness.model import AttemptRecord, Box, ById, Outcome, PlannedStep, Point
from harness.phone.afflict import plant
from harness.phone.trouble import Trouble
from tests.commit_guard import SMALL
from tests.gesture_app import CODE, GESTURE_APP, LOADS_S, PACKAGE, PROFILE, REFRESH_S
from tests.rig import Rig, rig, step

REAL = {**PROFILE, "sandbox": False}


@pytest.fixture
def phone() -> Iterator[Rig]:
    with rig(GESTURE_APP, metrics=SMALL) as made:
        yield made


def attempt(
    phone: Rig, screen: str, *steps: Any, goal: Any = None, profile: Mapping[str, Any] = PROFILE,
    **scenario: Any,
) -> AttemptRecord:  # fmt: skip
    """Takes the steps on a screen; the third is the first of them."""
    scenario = {"patience_s": 2, **scenario}
    seen = goal or {"visible": {"xpath": "//*"}}
    opened: Sequence[Any] = ("launch", {"tap": {"id": screen}})
    return phone.attempt([*opened, *steps], seen, profile=profile, scenario=scenario)


def chosen(phone: Rig, text: str) -> dict[str, Any]:
    return {"visible": {"id": "chosen"}, "text": text}


def values(phone: Rig) -> Mapping[str, Any]:
    return phone.phone.values(PACKAGE)


# --- text -----------------------------------------------------------------------------------------


def test_chinese_is_pasted_in_place_of_what_the_field_held_and_copied_nowhere(phone: Rig) -> None:
    record = attempt(
        phone,
        "code",
        {"type": {"into": "form.name", "text": "旧名"}},
        {"type": {"into": "form.name", "text": "欧阳样例", "how": "paste"}},
        goal={"visible": "form.name", "text": "欧阳样例"},
    )
    assert record.verdict.outcome is Outcome.COMPLETED
    assert phone.phone.clipboard == ""
    pasted = step(record, "4")
    assert pasted.touched == phone.driver.look(ById(id="name"))[0].box.middle
    assert pasted.sentence.zh == "在 form.name 粘贴“欧阳样例”"
    assert phone.phone.scene().keyboard == "text"


def test_a_code_of_six_fields_is_entered_key_by_key(phone: Rig) -> None:
    record = attempt(
        phone,
        "code",
        {"type": {"into": "code.first", "text": CODE, "how": "keys"}},
        goal={"visible": {"id": "passed"}, "text": "验证通过"},
    )
    assert record.verdict.outcome is Outcome.COMPLETED


def test_keys_replace_what_the_field_held(phone: Rig) -> None:
    attempt(
        phone,
        "code",
        {"type": {"into": "form.name", "text": "Old name"}},
        {"type": {"into": "form.name", "text": "New 1", "how": "keys"}},
    )
    assert values(phone)["name"] == "New 1"


def test_a_field_that_refuses_to_be_set_is_told_with_what_to_write(phone: Rig) -> None:
    record = attempt(phone, "code", {"type": {"into": "code.first", "text": CODE}})
    assert record.verdict.outcome is Outcome.HARNESS_ERROR
    assert "write how: keys" in record.trouble
    with pytest.raises(NoAnswer, match="refuses to be set"):
        phone.driver.write(phone.driver.look(ById(id="code0"))[0], "1")


@pytest.mark.parametrize("text", ["社保", "１２３４", "abc\n", "a\tb"])
def test_what_no_key_types_is_refused_before_a_key_is_pressed(phone: Rig, text: str) -> None:
    with pytest.raises(NoAnswer, match="how: paste"):
        phone.driver.press_keys(text)


def test_a_secret_that_no_key_types_is_an_outcome_with_its_record(phone: Rig) -> None:
    typed = {"into": "form.name", "text": "${secret:NAME}", "how": "keys"}
    record = phone.attempt(
        ["launch", {"tap": {"id": "code"}}, {"type": typed}],
        profile=PROFILE,
        secrets={"secret:NAME": "欧阳样例"},
    )
    assert record.verdict.outcome is Outcome.HARNESS_ERROR
    assert "how: paste" in record.trouble
    assert "欧阳样例" not in record.model_dump_json()
    assert "name" not in values(phone)


def test_what_is_personal_may_be_pressed_key_by_key_and_is_starred_in_the_record(
    phone: Rig,
) -> None:
    typed = {"into": "form.name", "text": "13800000000", "how": "keys"}
    record = attempt(phone, "code", {"type": typed})
    assert values(phone)["name"] == "13800000000"
    assert "13800000000" not in record.model_dump_json()
    assert "138●●●●0000" in step(record, "3").sentence.zh


def test_a_code_of_six_fields_passes_a_barrier_key_by_key(phone: Rig) -> None:
    barrier = {
        "kind": "sms_code",
        "seen": {"text": "请输入验证码"},
        "into": "code.first",
        "inbox": "验证码 ([0-9]{6})",
        "how": "keys",
    }
    profile = {**PROFILE, "barriers": {"code": barrier}}
    goal = {"visible": {"id": "passed"}, "text": "验证通过"}
    record = attempt(phone, "code", {"barrier": "code"}, goal=goal, profile=profile)
    assert record.verdict.outcome is Outcome.COMPLETED_ASSISTED
    assert step(record, "3").touched is not None


def test_a_secret_of_the_tasks_data_is_not_copied(phone: Rig) -> None:
    typed = {"into": "form.name", "text": "${code}", "how": "paste"}
    with pytest.raises(UsageError, match=r"task.yaml:1: 秘密不能粘贴；.* / a secret is not pasted"):
        attempt(phone, "code", {"type": typed}, data={"code": "${secret:PIN}"})
    assert phone.phone.clipboard == ""


# --- boxes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("check", "key", "value"),
    [
        ("我已阅读并同意", "agree", True),
        ("form.agree", "agree", True),
        ({"id": "agree"}, "agree", True),
        ({"label": {"contains": "已阅读"}}, "agree", True),
        ("接收提醒", "remind", True),
        ("男", "sex", "男"),
        ("女", "sex", "女"),
        ("同意将结果发送到手机", "whole", True),
        ({"box": {"id": "whole"}}, "whole", True),
    ],
)
def test_a_box_is_ticked_by_its_label_or_its_name_and_no_link_is_touched(
    phone: Rig, check: Any, key: str, value: Any
) -> None:
    record = attempt(phone, "consent", {"check": check}, goal={"visible": {"id": "agree"}})
    assert record.verdict.outcome is Outcome.COMPLETED
    ticked = {name: told for name, told in values(phone).items() if name == key}
    assert ticked == {key: value}
    assert step(record, "3").response is not None


def test_a_box_that_stands_so_already_is_not_touched(phone: Rig) -> None:
    record = attempt(
        phone,
        "consent",
        {"check": "我已阅读并同意"},
        {"check": "我已阅读并同意"},
        {"check": {"label": "我已阅读并同意", "on": False}},
        {"check": {"label": "我已阅读并同意", "on": False}},
    )
    touched = [step(record, path).touched is not None for path in ("3", "4", "5", "6")]
    assert touched == [True, False, True, False]
    assert str(step(record, "4").seen) == "已勾选 / checked"
    assert values(phone)["agree"] is False


@pytest.mark.parametrize("check", ["授权", {"box": {"id": "under"}}])
def test_a_box_with_words_half_under_a_bar_is_ticked_beside_it(phone: Rig, check: Any) -> None:
    record = attempt(phone, "barred", {"check": check})
    assert record.verdict.outcome is Outcome.COMPLETED
    assert values(phone)["under"] is True
    assert "bar" not in values(phone)


def test_a_label_that_two_boxes_have_is_refused_with_both_named(phone: Rig) -> None:
    record = attempt(phone, "consent", {"check": "本人承诺属实"})
    assert record.verdict.outcome is Outcome.OUTDATED
    assert record.verdict.reasons[0].en.count("“本人承诺属实” @ ") == 2
    assert "check: {box: name}" in record.verdict.reasons[1].en
    assert not {"twice0", "twice1"} & values(phone).keys()


def test_a_box_that_is_only_drawn_is_told_with_what_to_write(phone: Rig) -> None:
    record = attempt(phone, "consent", {"check": "记住我"})
    assert record.verdict.outcome is Outcome.NOT_FOUND
    assert "nothing in its row can be ticked" in record.verdict.reasons[0].en


def test_a_box_that_stays_as_it_was_is_a_wrong_result(phone: Rig) -> None:
    record = attempt(phone, "consent", {"check": "已满十八周岁"})
    assert record.verdict.outcome is Outcome.WRONG_RESULT
    assert str(step(record, "3").seen) == "未勾选 / unchecked"


# --- wheels ---------------------------------------------------------------------------------------


def test_a_date_is_picked_wheel_by_wheel(phone: Rig) -> None:
    record = attempt(
        phone,
        "date",
        {"pick": {"wheel": "date.year", "to": "1958年"}},
        {"pick": {"wheel": "date.month", "to": "2月"}},
        {"pick": {"wheel": "date.hour", "to": "14"}},
        {"pick": {"wheel": "date.minute", "to": "45"}},
        goal=chosen(phone, "1958年2月 14:45"),
    )
    assert record.verdict.outcome is Outcome.COMPLETED
    year = step(record, "3")
    assert year.sentence.zh == "把滚轮 date.year 转到 “1958年”"
    assert str(year.seen) == "“1958年”"
    assert year.response is not None
    assert year.touched is not None


@pytest.mark.parametrize("month", ["12月", "1月", "10月", "5月"])
def test_a_wheel_that_wraps_is_turned_from_end_to_end(phone: Rig, month: str) -> None:
    record = attempt(phone, "date", {"pick": {"wheel": "date.month", "to": month}})
    assert (record.verdict.outcome, values(phone)["month"]) == (Outcome.COMPLETED, month)


@pytest.mark.parametrize(
    ("province", "city"),
    [("上海市", "浦东新区"), ("江苏省", "南京市"), ("浙江省", "绍兴市"), ("安徽省", "芜湖市")],
)
def test_a_region_is_picked_although_the_second_wheel_changes_with_the_first(
    phone: Rig, province: str, city: str
) -> None:
    record = attempt(
        phone,
        "region",
        {"pick": {"wheel": "region.province", "to": province}},
        {"pick": {"wheel": "region.city", "to": city}},
        goal=chosen(phone, f"{province} {city}"),
    )
    assert record.verdict.outcome is Outcome.COMPLETED


def test_a_value_that_is_there_already_takes_no_touch(phone: Rig) -> None:
    record = attempt(phone, "date", {"pick": {"wheel": "date.year", "to": {"contains": "2026"}}})
    assert (record.verdict.outcome, step(record, "3").touched) == (Outcome.COMPLETED, None)


def test_rows_that_are_loaded_late_are_waited_for(phone: Rig) -> None:
    record = attempt(phone, "region", {"pick": {"wheel": "region.late", "to": "二号街道"}})
    assert (record.verdict.outcome, values(phone)["late"]) == (Outcome.COMPLETED, "二号街道")
    assert step(record, "3").times.app_s > LOADS_S / 2


@pytest.mark.parametrize(
    ("wheel", "to", "first", "last"),
    [
        ("date.year", "1900年", "“2026年”", "“1930年”"),
        ("date.month", "13月", "“10月”", "“3月”"),
        ("date.minute", "20", "“00”", "“45”"),
        ("date.hour", "21", "“09”", "“17”"),
    ],
)
def test_a_value_that_is_not_there_is_told_with_what_was_offered(
    phone: Rig, wheel: str, to: str, first: str, last: str
) -> None:
    record = attempt(phone, "date", {"pick": {"wheel": wheel, "to": to}})
    assert record.verdict.outcome is Outcome.NOT_FOUND
    assert f"expected “{to}” on the wheel {wheel}" in record.verdict.reasons[0].en
    assert {first, last} <= set(re.findall("“.+?”", record.verdict.reasons[0].en))


def test_a_wheel_that_does_not_move_is_told_so(phone: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phone.driver, "drag", lambda *_: None)
    record = attempt(phone, "date", {"pick": {"wheel": "date.year", "to": "2027年"}})
    assert record.verdict.outcome in (Outcome.NOT_FOUND, Outcome.TIMED_OUT)
    assert "3 offered" in record.verdict.reasons[0].en


@pytest.mark.parametrize(
    ("act", "key", "value"),
    [
        ({"pick": {"wheel": "date.month", "to": "3月"}}, "month", "3月"),
        ({"check": "我已阅读"}, "agree", True),
    ],
)
def test_what_moves_as_an_advert_is_sent_away_is_looked_for_and_pictured_anew(
    phone: Rig, act: Any, key: str, value: Any
) -> None:
    closed = {"description": "关闭广告"}
    advert = {"name": "advert", "seen": [{"text": "领红包"}, closed], "dismiss": closed}

    def watch(planned: PlannedStep) -> None:
        if planned.path == "3":
            plant(phone.phone, PACKAGE, Trouble("tell", values={"advert": True}))

    record = phone.attempt(
        ["launch", {"tap": {"id": "pushed"}}, act],
        {"visible": {"id": "agree"}},
        profile={**PROFILE, "interruptions": [advert]},
        scenario={"patience_s": 2},
        watch=watch,
    )
    assert record.verdict.outcome is Outcome.COMPLETED
    assert values(phone)[key] == value
    taken = step(record, "3")
    assert [met.name for met in taken.interruptions] == ["advert"]
    assert taken.before not in (None, taken.interruptions[0].picture)


def test_a_wheel_of_which_the_profile_says_another_element_is_no_wheel(phone: Rig) -> None:
    record = attempt(phone, "tabs", {"pick": {"wheel": {"id": "pages"}, "to": "五月"}})
    assert record.verdict.outcome is Outcome.NOT_FOUND
    assert "“办事页”" in record.verdict.reasons[0].en


# --- lists and pages ------------------------------------------------------------------------------


def test_a_list_is_pulled_down_and_its_answer_is_timed(phone: Rig) -> None:
    record = attempt(
        phone,
        "news",
        {"pull_to_refresh": "news.list"},
        {"expect": {"visible": "news.first", "text": "第 1 版 消息 0"}},
    )
    assert record.verdict.outcome is Outcome.COMPLETED
    response = step(record, "3").response
    assert response is not None
    assert response.last_unseen_s <= REFRESH_S <= (response.first_seen_s or 0)


def test_a_list_that_was_scrolled_is_not_loaded_anew_by_a_pull(phone: Rig) -> None:
    attempt(phone, "news", {"swipe": "up"}, {"pull_to_refresh": "news.list"})
    phone.clock.sleep(2 * REFRESH_S)
    assert "times" not in values(phone)


@pytest.mark.parametrize("swipe", ["left", {"direction": "left", "on": "tabs.pages"}])
def test_a_swipe_to_the_side_turns_a_page(phone: Rig, swipe: Any) -> None:
    record = attempt(phone, "tabs", {"swipe": swipe}, goal={"visible": {"id": "page1"}})
    assert record.verdict.outcome is Outcome.COMPLETED


def test_a_page_springs_back_under_a_finger_that_does_not_go_far_enough(phone: Rig) -> None:
    attempt(phone, "tabs", {"swipe": {"direction": "left", "distance": 0.6}})
    assert "tab" not in values(phone)


def test_pages_are_scrolled_through_to_what_one_of_them_shows(phone: Rig) -> None:
    to = {"to": {"id": "page3"}, "direction": "right"}
    there = attempt(phone, "tabs", {"scroll_to": to}, {"swipe": "right"})
    assert there.verdict.outcome is Outcome.COMPLETED
    assert values(phone)["tab"] == 2


def test_a_row_far_down_a_long_list_is_scrolled_to_and_touched(phone: Rig) -> None:
    far = {"text": "事项 250"}
    record = attempt(
        phone,
        "long",
        {"scroll_to": {"to": far, "at_most": 50}},
        {"tap": far},
        goal=chosen(phone, "选了 250"),
        time_limit_s=600,
    )
    assert record.verdict.outcome is Outcome.COMPLETED
    assert "bar" not in values(phone)


@pytest.mark.parametrize("row", range(8, 16))
def test_a_row_under_the_bar_at_the_foot_is_touched_where_the_bar_leaves_it(
    phone: Rig, row: int
) -> None:
    target = {"text": f"事项 {row}"}
    record = attempt(
        phone, "long", {"scroll_to": target}, {"tap": target}, goal=chosen(phone, f"选了 {row}")
    )
    assert record.verdict.outcome is Outcome.COMPLETED
    assert "bar" not in values(phone)


# --- commit points --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("screen", "act"),
    [
        ("date", {"pick": {"wheel": "date.year", "to": "2020年"}}),
        ("consent", {"check": "我已阅读并同意"}),
        ("news", {"pull_to_refresh": "news.list"}),
        ("code", {"type": {"into": "form.name", "text": "甲", "how": "paste"}}),
        ("code", {"type": {"into": "form.name", "text": "a", "how": "keys"}}),
    ],
)
def test_a_finger_that_would_land_on_a_commit_point_is_held_back(
    phone: Rig, screen: str, act: Any
) -> None:
    names = {"date": "year", "consent": "agree", "news": "news", "code": "name"}
    before = dict(values(phone))
    profile = {**REAL, "commits": [{"id": names[screen]}]}
    record = attempt(phone, screen, act, profile=profile)
    assert record.symptoms is not None
    assert record.symptoms.failure == "commit_point"
    phone.clock.sleep(2 * REFRESH_S)
    assert {name: told for name, told in values(phone).items() if name != "loaded"} == before


def test_with_nothing_to_guard_the_touch_lands_beside_the_bar_as_well(phone: Rig) -> None:
    target = {"text": "事项 12"}
    scenario = {"patience_s": 2}
    record = phone.attempt(
        ["launch", {"tap": {"id": "long"}}, {"scroll_to": target}, {"tap": target}],
        chosen(phone, "选了 12"),
        profile=PROFILE,
        scenario=scenario,
        allow_commit=True,
    )
    assert record.verdict.outcome is Outcome.COMPLETED


# --- reach ----------------------------------------------------------------------------------------


def test_a_phone_that_is_gone_meanwhile_is_not_asked_for_its_screen(
    phone: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone() -> Box:
        raise NoAnswer("the phone is gone")

    def lose(planned: PlannedStep) -> None:
        if planned.path == "3":
            for question in ("screen", "picture"):
                monkeypatch.setattr(phone.driver, question, gone)

    record = phone.attempt(
        ["launch", {"tap": {"id": "consent"}}, "back"],
        {"visible": {"xpath": "//*"}},
        profile=PROFILE,
        scenario={"patience_s": 2, "reach": "one_handed"},
        watch=lose,
    )
    assert record.verdict.outcome is Outcome.HARNESS_ERROR
    assert step(record, "2").in_reach is False


def test_a_task_may_ask_whether_a_thumb_reaches_what_is_touched(phone: Rig) -> None:
    steps = ({"check": "我已阅读并同意"}, "back", {"tap": {"id": "date"}},
             {"pick": {"wheel": "date.month", "to": "12月"}})  # fmt: skip
    record = attempt(phone, "consent", *steps, reach="one_handed")
    assert [step(record, path).in_reach for path in ("1", "3", "4", "6")] == [
        None, False, None, True,
    ]  # fmt: skip
    without = attempt(phone, "consent", *steps)
    assert {each.in_reach for each in without.steps} == {None}
    assert [each.touched for each in without.steps] == [each.touched for each in record.steps]
    assert isinstance(step(record, "3").touched, Point)
