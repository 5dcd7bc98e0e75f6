from __future__ import annotations

import gzip
import io
from collections.abc import Iterator

import pytest
from PIL import Image

from harness.barriers import UNSEEN_FOR_S
from harness.errors import ElementGone, NoAnswer, SessionNotStarted
from harness.load import Document
from harness.model import Box, Outcome, Point, SharedSteps, Words
from harness.runner import scroll_line, swipe_line
from tests.phone.small_app import COLD_START_S, DELAY_S
from tests.rig import Rig, rig, step

SMS_BARRIER = {
    "kind": "sms_code",
    "seen": {"id": "code"},
    "into": {"id": "code"},
    "inbox": r"验证码 (\d{6})",
}
SLIDER = {"kind": "slider", "seen": {"text": "请拖动滑块"}, "within_s": 20}


@pytest.fixture
def phone() -> Iterator[Rig]:
    with rig() as made:
        yield made


@pytest.fixture
def attended() -> Iterator[Rig]:
    with rig(attended=True) as made:
        yield made


# --- times ----------------------------------------------------------------------------------------


def test_a_cold_start_lies_within_its_interval_and_is_charged_to_the_launch(phone: Rig) -> None:
    launch = step(phone.attempt(["launch"]), "1")
    assert launch.response is not None
    assert launch.response.first_seen_s is not None
    assert launch.response.last_unseen_s <= COLD_START_S <= launch.response.first_seen_s
    assert launch.times.app_s == pytest.approx(COLD_START_S, abs=0.02)


def test_a_servers_delay_lies_within_the_interval_of_the_tap_that_asked(phone: Rig) -> None:
    record = phone.attempt(["launch", {"tap": {"text": "提交申请"}}], goal="done.result")
    response = step(record, "2").response
    assert response is not None
    assert response.first_seen_s is not None
    assert response.last_unseen_s <= DELAY_S <= response.first_seen_s
    assert response.half_width_s is not None
    assert response.half_width_s <= 0.04
    assert step(record, "goal").times.app_s == pytest.approx(0)


def test_what_was_seen_once_is_not_a_response_when_it_is_seen_again(phone: Rig) -> None:
    record = phone.attempt(["launch", {"tap": {"text": "提交申请"}}], goal="done.result")
    assert step(record, "goal").response is None


def test_the_parts_of_every_step_add_up_to_its_wall_time(phone: Rig) -> None:
    record = phone.attempt(["launch", {"tap": {"text": "提交申请"}}], goal="done.result")
    for taken in record.steps:
        times = taken.times
        parts = times.app_s + times.tool_s + times.barrier_s + times.evidence_s
        assert parts == pytest.approx(times.wall_s, abs=1e-3)
    assert record.task_s == pytest.approx(COLD_START_S + DELAY_S, abs=0.1)


def test_a_response_that_never_comes_is_censored_and_waited_for_once(phone: Rig) -> None:
    record = phone.attempt(
        ["launch", {"tap": {"text": "提交申请"}}], goal={"visible": "list.row", "within_s": 5}
    )
    response = step(record, "2").response
    assert response is not None
    assert response.first_seen_s is None
    assert response.last_unseen_s == pytest.approx(5, abs=0.3)
    assert step(record, "goal").times.app_s == pytest.approx(0)


def test_the_tasks_limit_ends_the_waiting(phone: Rig) -> None:
    record = phone.attempt(
        ["launch", {"wait_for": {"visible": "list.row", "within_s": 60}}],
        scenario={"time_limit_s": 8},
    )
    assert record.verdict.outcome is Outcome.TIMED_OUT
    assert record.wall_s == pytest.approx(8, abs=0.3)
    assert "limit of 8 s" in record.verdict.reasons[0].en


def test_a_task_whose_time_is_up_is_not_completed_even_if_the_goal_is_there(phone: Rig) -> None:
    record = phone.attempt(
        ["launch", {"screenshot": "slow"}],
        scenario={"time_limit_s": 8},
        watch=lambda _: phone.clock.sleep(3),
    )
    assert record.verdict.outcome is Outcome.TIMED_OUT
    assert record.steps[-1].path == "goal"


# --- outcomes -------------------------------------------------------------------------------------


def test_a_goal_that_is_seen_completes_the_task(phone: Rig) -> None:
    assert phone.attempt(["launch"]).verdict.outcome is Outcome.COMPLETED


def test_a_crash_is_told_by_dialog_and_log(phone: Rig) -> None:
    record = phone.attempt(["launch", {"tap": {"text": "崩溃"}}], goal="done.result")
    assert record.verdict.outcome is Outcome.CRASHED
    assert any("IllegalStateException" in line for line in record.symptoms.crash_log)  # type: ignore[union-attr]  # there are symptoms
    assert record.log is not None
    assert "FATAL EXCEPTION" in phone.kept[record.log].decode()


def test_a_crash_is_noticed_before_patience_ends(phone: Rig) -> None:
    record = phone.attempt(["launch", {"tap": {"text": "崩溃"}}], goal="done.result")
    assert record.wall_s < 5


def test_an_app_that_hangs_is_not_responding(phone: Rig) -> None:
    record = phone.attempt(
        ["launch", {"tap": {"text": "卡住"}}, {"tap": {"text": "提交申请"}}], goal="done.result"
    )
    assert record.verdict.outcome is Outcome.NOT_RESPONDING


def test_an_attempt_after_a_crash_begins_on_a_clean_phone(phone: Rig) -> None:
    phone.attempt(["launch", {"tap": {"text": "崩溃"}}], goal="done.result")
    assert phone.attempt(["launch"]).verdict.outcome is Outcome.COMPLETED


def test_a_button_that_does_nothing_is_not_found_and_says_so(phone: Rig) -> None:
    record = phone.attempt(["launch", {"tap": {"text": "不可用"}}], goal="done.result")
    assert record.verdict.outcome is Outcome.NOT_FOUND
    assert "最后一次触摸后屏幕没有变化" in [reason.zh for reason in record.verdict.reasons]


def test_what_is_not_found_is_told_with_how_it_was_looked_for(phone: Rig) -> None:
    record = phone.attempt(
        ["launch"],
        goal={"visible": "home.form", "within_s": 1},
        profile={"elements": {"home.form": [{"id": "nowhere"}, {"text": "没有"}]}},
    )
    assert "looked for #nowhere, then “没有” as small.yaml says" in record.verdict.reasons[0].en
    assert "按 small.yaml 找了 #nowhere，又找了 “没有”" in record.verdict.reasons[0].zh


def test_another_text_is_a_wrong_result(phone: Rig) -> None:
    record = phone.attempt(["launch"], goal={"visible": "home.status", "text": "忙"})
    assert record.verdict.outcome is Outcome.WRONG_RESULT
    assert record.verdict.reasons[0] == Words(
        zh="应看到 home.status = “忙”，实际：“空闲”",
        en="expected home.status = “忙”, saw “空闲”",
    )


def test_the_apps_own_error_is_its_error(phone: Rig) -> None:
    record = phone.attempt(
        ["launch", {"tap": {"text": "询问"}}],
        goal="done.result",
        profile={"errors": [{"text": {"contains": "确定注销"}}]},
    )
    assert record.verdict.outcome is Outcome.APP_ERROR
    assert record.wall_s < 5


def test_a_spinner_that_stays_is_a_time_out(phone: Rig) -> None:
    record = phone.attempt(
        ["launch", {"tap": {"text": "倒计时"}}],
        goal="done.result",
        profile={"waiting": [{"class": "android.widget.ProgressBar"}]},
    )
    assert record.verdict.outcome is Outcome.TIMED_OUT


def test_a_correct_refusal_counts_as_completed(phone: Rig) -> None:
    record = phone.attempt(
        ["launch", {"tap": {"text": "询问"}}],
        goal={"visible": "done.result", "within_s": 1},
        scenario={"refusal": {"visible": {"id": "question"}, "text": "确定注销吗"}},
    )
    assert record.verdict.outcome is Outcome.CORRECT_REFUSAL


def test_an_app_that_is_not_installed_is_our_trouble(phone: Rig) -> None:
    record = phone.attempt(["launch"], profile={"android": {"package": "cn.example.absent"}})
    assert record.verdict.outcome is Outcome.HARNESS_ERROR
    assert "cn.example.absent is not installed" in record.trouble


def test_a_lost_session_is_our_trouble_and_what_was_seen_is_kept(phone: Rig) -> None:
    phone.driver.close()
    record = phone.attempt(["launch"])
    assert record.verdict.outcome is Outcome.HARNESS_ERROR
    assert record.trouble.startswith("SessionLost")
    assert record.verdict.reasons == (Words(zh="会话中断", en=record.trouble),)


def test_an_element_that_leaves_before_each_of_two_touches_is_our_trouble(
    phone: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leave(*_: object) -> None:
        raise ElementGone("writing: a stale element")

    monkeypatch.setattr(phone.driver, "write", leave)
    record = phone.attempt(
        ["launch", {"tap": "home.form"}, {"type": {"into": {"id": "note"}, "text": "好"}}]
    )
    assert record.verdict.outcome is Outcome.HARNESS_ERROR
    assert record.verdict.reasons[0].en.startswith("writing: a stale element: twice it was seen")
    assert record.verdict.reasons[0].zh.endswith("两次看到它，触摸时都不见了")
    last = record.steps[-1]
    assert (last.status, last.drawn_anew) == ("failed", True)
    assert last.seen == Words(zh="触摸之前它就不见了", en="it left before it was touched")


def test_a_step_whose_sentence_is_longer_than_any_text_that_people_write_is_taken(
    phone: Rig,
) -> None:
    where = {"xpath": f"//nothing[@text='{'长' * 1900}']"}
    record = phone.attempt(
        ["launch", {"type": {"into": where, "text": "长" * 2000}}], scenario={"patience_s": 1}
    )
    assert record.verdict.outcome is Outcome.NOT_FOUND
    assert len(record.steps[-1].sentence.zh) > 3900


def test_a_device_that_cannot_be_reached_is_our_trouble(
    phone: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise SessionNotStarted("nobody answers there")

    monkeypatch.setattr("tests.rig.Rig.driver", property(refuse), raising=False)
    record = phone.attempt(["launch"])
    assert (record.verdict.outcome, record.steps) == (Outcome.HARNESS_ERROR, ())


def test_trouble_while_symptoms_are_taken_is_ours_too(
    phone: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent() -> tuple[str, ...]:
        raise NoAnswer("the device does not answer")

    answers = iter([tuple, tuple, silent])  # before the attempt, after the launch, at the trouble

    def log() -> tuple[str, ...]:
        return next(answers)()

    monkeypatch.setattr(phone.driver, "log", log)
    record = phone.attempt(["launch"], goal="done.result")
    assert record.verdict.outcome is Outcome.HARNESS_ERROR
    assert len(record.steps) == 2


# --- finding and touching -------------------------------------------------------------------------


def test_the_fallback_that_won_is_recorded(phone: Rig) -> None:
    record = phone.attempt(["launch", {"tap": "home.form"}], goal="form.name")
    match = step(record, "2").match
    assert match is not None
    assert (match.target, match.position, match.ambiguous) == ("home.form", 2, False)
    assert step(record, "2").touched == match.box.middle


def test_of_several_matches_the_first_is_taken_and_recorded_as_ambiguous(phone: Rig) -> None:
    record = phone.attempt(
        ["launch", {"tap": {"text": "办事列表"}}, {"tap": "list.row"}], goal="list.row"
    )
    match = step(record, "3").match
    assert match is not None
    assert match.ambiguous
    assert match.candidates > 5
    assert phone.phone.scene().front.look.values["chosen"] == 0


def test_chinese_is_typed_in_place_of_what_was_there(phone: Rig) -> None:
    record = phone.attempt(
        [
            "launch",
            {"tap": "home.form"},
            {"type": {"into": "form.name", "text": "样小云"}},
            {"type": {"into": "form.name", "text": "样大云"}},
        ],
        goal={"visible": "form.name", "text": "样大云"},
    )
    assert record.verdict.outcome is Outcome.COMPLETED


def test_a_field_is_cleared(phone: Rig) -> None:
    record = phone.attempt(
        [
            "launch",
            {"tap": "home.form"},
            {"type": {"into": "form.name", "text": "样小云"}},
            {"clear": "form.name"},
        ],
        goal={"visible": "form.name", "text": "请输入姓名"},
    )
    assert record.verdict.outcome is Outcome.COMPLETED


def test_a_secret_is_typed_but_not_recorded(phone: Rig) -> None:
    record = phone.attempt(
        [
            "launch",
            {"tap": "home.form"},
            {"type": {"into": {"id": "secret"}, "text": "${secret:PIN}"}},
        ],
        goal="form.name",
        secrets={"secret:PIN": "8361"},
    )
    assert phone.phone.scene().front.look.values["secret"] == "8361"
    assert "8361" not in record.model_dump_json()


def test_a_secret_that_the_app_shows_is_in_nothing_that_is_kept(phone: Rig) -> None:
    secret = 'a&"8361'
    record = phone.attempt(
        [
            "launch",
            {"tap": "home.form"},
            {"type": {"into": {"id": "note"}, "text": "${secret:PIN}"}},
        ],
        goal={"visible": {"id": "note"}, "text": "别的", "within_s": 1},
        secrets={"secret:PIN": secret},
    )
    assert record.verdict.outcome is Outcome.WRONG_RESULT
    assert "●●●" in record.verdict.reasons[0].zh
    assert "●●●" in record.verdict.reasons[0].en
    assert secret not in record.model_dump_json()
    for name, data in phone.kept.items():
        text = gzip.decompress(data).decode() if name.endswith("gz") else str(data)
        assert "8361" not in text
    match = step(record, "goal").match
    assert match is not None
    with Image.open(io.BytesIO(phone.kept[step(record, "goal").after or ""])) as picture:
        middle = picture.getpixel((match.box.middle.x, match.box.middle.y))
        assert max(middle) < 16  # type: ignore[arg-type]  # a triple, in RGB


def test_a_long_press_is_no_tap(phone: Rig) -> None:
    phone.attempt(["launch", {"long_press": {"description": "长按这里"}}])
    assert phone.phone.scene().front.look.values["pressed"] == "long"


def test_scrolling_finds_what_is_far_down(phone: Rig) -> None:
    record = phone.attempt(
        ["launch", {"tap": {"text": "办事列表"}}, {"scroll_to": {"text": "事项 50"}}],
        goal={"text": "事项 50"},
    )
    assert record.verdict.outcome is Outcome.COMPLETED


def test_scrolling_ends_where_the_content_ends(phone: Rig) -> None:
    record = phone.attempt(
        ["launch", {"tap": {"text": "办事列表"}}, {"scroll_to": {"to": {"text": "事项 99"}}}],
        goal="list.row",
    )
    assert record.verdict.outcome is Outcome.NOT_FOUND


def test_scrolling_waits_for_a_page_that_is_still_to_come(phone: Rig) -> None:
    record = phone.attempt(
        ["launch", {"tap": {"text": "提交申请"}}, {"scroll_to": {"id": "again"}}],
        goal="done.result",
    )
    assert record.verdict.outcome is Outcome.COMPLETED
    assert step(record, "3").times.app_s == pytest.approx(DELAY_S, abs=0.2)


def test_a_second_code_is_not_the_first_one_again(phone: Rig) -> None:
    fill = [{"tap": {"text": "发送验证码"}}, {"tap": "home.form"}, {"barrier": "code"}, "back"]
    clear = [{"expect": "home.status"}]
    record = phone.attempt(
        ["launch", *fill, *clear, {"tap": "home.form"}, {"barrier": "code"}],
        goal="form.name",
        profile={"barriers": {"code": {**SMS_BARRIER, "within_s": 5}}},
    )
    assert record.verdict.outcome is Outcome.BLOCKED


def test_a_swipe_moves_the_content_with_the_finger(phone: Rig) -> None:
    record = phone.attempt(
        ["launch", {"tap": {"text": "办事列表"}}, {"expect": "list.row"}, {"swipe": "up"}],
        goal="list.row",
    )
    match = step(record, "goal").match
    assert match is not None
    assert phone.kept[step(record, "4").after or ""] != phone.kept[step(record, "3").after or ""]


def test_back_leaves_the_screen(phone: Rig) -> None:
    record = phone.attempt(
        ["launch", {"tap": {"text": "办事列表"}}, {"expect": "list.row"}, "back"]
    )
    assert record.verdict.outcome is Outcome.COMPLETED


def test_a_link_opens_its_screen(phone: Rig) -> None:
    record = phone.attempt(["launch", {"open_link": "small://list/全部"}], goal="list.row")
    assert record.verdict.outcome is Outcome.COMPLETED


def test_what_must_go_is_waited_for(phone: Rig) -> None:
    record = phone.attempt(
        [
            "launch",
            {"tap": {"text": "提交申请"}},
            {"expect_gone": {"gone": "home.status", "within_s": 5}},
        ],
        goal="done.result",
    )
    assert record.verdict.outcome is Outcome.COMPLETED
    stays = phone.attempt(
        [
            "launch",
            {"expect": "home.status"},
            {"expect_gone": {"gone": "home.status", "within_s": 1}},
        ]
    )
    assert stays.verdict.outcome is Outcome.WRONG_RESULT


# --- branches, barriers, commit points ------------------------------------------------------------


def test_a_branch_is_taken_only_when_its_condition_holds(phone: Rig) -> None:
    record = phone.attempt(
        [
            "launch",
            {"when": {"visible": "list.row", "do": [{"tap": {"text": "崩溃"}}]}},
            {"when": {"visible": "home.status", "do": [{"tap": "home.form"}]}},
        ],
        goal="form.name",
    )
    assert record.verdict.outcome is Outcome.COMPLETED
    assert [taken.path for taken in record.steps] == ["1", "2", "3", "3.1", "goal"]
    assert step(record, "2").status == "not_taken"


def test_a_branch_on_an_element_that_the_app_does_not_have_is_not_taken(phone: Rig) -> None:
    record = phone.attempt(["launch", {"when": {"visible": "other.app", "do": ["back"]}}])
    assert record.verdict.outcome is Outcome.COMPLETED
    assert step(record, "2").status == "not_taken"


def test_shared_steps_are_run_with_their_arguments(phone: Rig) -> None:
    shared = SharedSteps.model_validate(
        {
            "id": "open",
            "title": {"zh": "打开"},
            "parameters": ["what"],
            "steps": [{"tap": {"text": "${what}"}}],
        }
    )
    record = phone.attempt(
        ["launch", {"run": {"scenario": "open", "with": {"what": "办事列表"}}}],
        goal="list.row",
        shared={"open": Document(shared, "scenarios/shared/open.yaml")},
    )
    assert record.verdict.outcome is Outcome.COMPLETED
    assert step(record, "2.1").file == "scenarios/shared/open.yaml"


def test_a_code_is_read_from_the_inbox_and_its_time_kept_apart(phone: Rig) -> None:
    record = phone.attempt(
        ["launch", {"tap": {"text": "发送验证码"}}, {"tap": "home.form"}, {"barrier": "code"}],
        goal={"visible": {"id": "code"}, "text": "482913"},
        profile={"barriers": {"code": SMS_BARRIER}},
    )
    assert record.verdict.outcome is Outcome.COMPLETED_ASSISTED
    assert record.barriers == ("code",)
    assert step(record, "4").times.barrier_s > 1
    assert step(record, "4").times.app_s < 0.1


def test_an_old_code_is_not_taken_for_a_new_one(phone: Rig) -> None:
    first = phone.attempt(["launch", {"tap": {"text": "发送验证码"}}, {"tap": "home.form"}])
    assert first.steps
    record = phone.attempt(
        ["launch", {"tap": "home.form"}, {"barrier": "code"}],
        goal="form.name",
        profile={"barriers": {"code": {**SMS_BARRIER, "within_s": 5}}},
    )
    assert record.verdict.outcome is Outcome.BLOCKED


def test_a_person_at_the_phone_passes_the_slider(attended: Rig) -> None:
    record = attended.attempt(
        ["launch", {"tap": {"text": "滑块"}}, {"barrier": "slider"}],
        goal={"text": "通过"},
        profile={"barriers": {"slider": SLIDER}},
        attended=True,
    )
    assert record.verdict.outcome is Outcome.COMPLETED_ASSISTED
    assert step(record, "3").times.barrier_s == pytest.approx(4 + UNSEEN_FOR_S, abs=0.2)


@pytest.mark.parametrize("somebody", [True, False], ids=["nobody comes", "nobody attends"])
def test_a_barrier_that_is_not_passed_blocks(phone: Rig, somebody: bool) -> None:
    record = phone.attempt(
        ["launch", {"tap": {"text": "滑块"}}, {"barrier": "slider"}],
        goal={"text": "通过"},
        profile={"barriers": {"slider": SLIDER}},
        attended=somebody,
    )
    assert record.verdict.outcome is Outcome.BLOCKED
    assert "遇到滑块关卡" in record.verdict.reasons[0].zh
    assert "a slider barrier" in record.verdict.reasons[0].en


COMMIT = {
    "steps": ["launch", {"commit": {"text": "提交申请"}}, {"expect": "done.result"}],
    "goal": "home.status",
}


@pytest.mark.parametrize(
    ("sandbox", "allowed"), [(False, False), (True, False), (False, True), (True, True)]
)
def test_a_commit_point_is_tapped_only_with_both_keys(
    phone: Rig, sandbox: bool, allowed: bool
) -> None:
    record = phone.attempt(**COMMIT, profile={"sandbox": sandbox}, allow_commit=allowed)  # type: ignore[arg-type]  # both are dicts of what attempt takes
    assert record.verdict.outcome is Outcome.COMPLETED
    assert record.committed is (sandbox and allowed)
    tapped = any("DoneActivity" in change for _, change in phone.phone.changes)
    assert tapped is record.committed
    assert [taken.path for taken in record.steps][:3] == ["1", "goal", "2"]


# --- interruptions and evidence -------------------------------------------------------------------


def test_an_interruption_is_sent_away_and_counted_once(phone: Rig) -> None:
    record = phone.attempt(
        ["launch", {"tap": {"text": "同意书"}}, {"tap": {"text": "提交申请"}}],
        goal="done.result",
        profile={
            "interruptions": [
                {"name": "consent", "seen": {"text": "隐私政策"}, "dismiss": {"text": "同意"}}
            ]
        },
    )
    assert record.verdict.outcome is Outcome.COMPLETED
    met = [met for taken in record.steps for met in taken.interruptions]
    assert [one.name for one in met] == ["consent"]
    assert met[0].picture in phone.kept


def test_an_interruption_may_be_sent_away_by_the_back_key(phone: Rig) -> None:
    record = phone.attempt(
        ["launch", {"tap": {"text": "询问"}}, {"tap": {"text": "办事列表"}}],
        goal="list.row",
        profile={"interruptions": [{"name": "ask", "seen": {"id": "question"}, "dismiss": "back"}]},
    )
    assert record.verdict.outcome is Outcome.COMPLETED
    assert [met.name for taken in record.steps for met in taken.interruptions] == ["ask"]


def test_every_step_has_pictures_hierarchy_and_activity(phone: Rig) -> None:
    record = phone.attempt(["launch", {"tap": {"text": "办事列表"}}], goal="list.row")
    tap = step(record, "2")
    assert (tap.before in phone.kept, tap.after in phone.kept) == (True, True)
    assert tap.before == step(record, "1").after
    assert tap.before != tap.after
    assert tap.hierarchy in phone.kept
    assert tap.activity.endswith("ListActivity")


def test_checkpoints_are_noted_when_they_are_seen(phone: Rig) -> None:
    record = phone.attempt(
        ["launch", {"tap": "home.form"}],
        goal="done.result",
        scenario={
            "patience_s": 1,
            "checkpoints": [
                {"at": "home.status", "weight": 0.3},
                {"at": "form.name", "weight": 0.3},
                {"at": "done.result", "weight": 0.4},
            ],
        },
    )
    assert record.checkpoints_reached == ("home.status", "form.name")


def test_a_finger_moves_about_the_middle_and_against_what_it_brings_into_view() -> None:
    screen = Box(left=0, top=0, right=1000, bottom=2000)
    assert swipe_line(screen, "up", 0.5) == (Point(x=500, y=1500), Point(x=500, y=500))
    assert swipe_line(screen, "right", 0.2) == (Point(x=400, y=1000), Point(x=600, y=1000))
    assert scroll_line(screen, "down") == swipe_line(screen, "up", 0.5)
