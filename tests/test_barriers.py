"""What is done at barriers: by each policy of a run, in virtual time."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, get_args

import pytest
from PIL import Image

from harness.barriers import IN_CHINESE, UNSEEN_FOR_S
from harness.helpdesk import Answer, HelpDesk, Question
from harness.model import AttemptRecord, BarrierKind, ById, Outcome, PlannedStep, Words
from harness.phone.afflict import plant
from harness.phone.trouble import Trouble
from tests.commit_guard import SMALL
from tests.gesture_app import GESTURE_APP
from tests.gesture_app import PROFILE as DIGITS_PROFILE
from tests.interruptions import before_next
from tests.phone.small_app import OTHER_APP, PACKAGE
from tests.rig import Rig, rig, step

CODE = "482913"
FIELD = {"kind": "sms_code", "seen": {"text": "验证码"}, "into": "form.code", "within_s": 20}
ASKED = {**FIELD, "inbox": r"验证码 (\d{6})", "secret": "TEST_CODE"}
SLIDER = {"kind": "slider", "seen": {"text": "请拖动滑块"}, "within_s": 20}
ELEMENTS = {"home.status": [{"id": "status"}], "form.code": [{"id": "code"}]}
TO_FORM: list[Any] = ["launch", {"tap": {"text": "发送验证码"}}, {"tap": {"text": "填写表单"}}]
TO_SLIDER: list[Any] = ["launch", {"tap": {"text": "滑块"}}]
WRITTEN = {"visible": "form.code", "text": CODE}


@pytest.fixture(scope="module")
def phone() -> Iterator[Rig]:
    with rig() as made:
        yield made


def attempt(phone: Rig, barrier: dict[str, Any], goal: Any = WRITTEN, **task: Any) -> AttemptRecord:
    """An attempt that comes to a barrier: by its form, or by its slider."""
    way = TO_SLIDER if barrier["kind"] == "slider" else TO_FORM
    phone.kept.clear()
    return phone.attempt(
        [*way, {"barrier": "gate"}],
        goal=goal,
        profile={"elements": ELEMENTS, "barriers": {"gate": barrier}},
        **task,
    )


def desk_of(person: Callable[[HelpDesk], object]) -> HelpDesk:
    """A desk at which a person does this as soon as something is asked."""

    @contextmanager
    def call(_: Question, desk: HelpDesk) -> Iterator[None]:
        person(desk)
        yield

    return HelpDesk(call)


def everything_kept(phone: Rig, record: AttemptRecord) -> str:
    """The record, and all hierarchies and logs; of them there are some."""
    packed = [kept for name, kept in phone.kept.items() if name.endswith(".gz")]
    assert packed
    return "".join((record.model_dump_json(), *(gzip.decompress(kept).decode() for kept in packed)))


def test_every_kind_of_barrier_has_its_chinese_name() -> None:
    assert set(IN_CHINESE) == set(get_args(BarrierKind))


@pytest.mark.parametrize("barrier", [ASKED, SLIDER], ids=["code", "slider"])
def test_a_run_that_stops_at_barriers_ends_at_the_first_at_once(
    phone: Rig, barrier: dict[str, Any]
) -> None:
    record = attempt(phone, barrier, barriers="stop", attended=True)
    assert record.verdict.outcome is Outcome.BLOCKED
    assert "--barriers stop" in record.verdict.reasons[0].zh
    assert record.steps[-1].kind == "barrier"
    assert record.steps[-1].times.barrier_s < 1


def test_what_was_done_before_a_barrier_counts_towards_the_checkpoints(phone: Rig) -> None:
    half = [{"at": "home.status", "weight": 0.5}, {"at": "form.code", "weight": 0.5}]
    record = attempt(phone, ASKED, barriers="stop", scenario={"checkpoints": half})
    assert record.checkpoints_reached == ("home.status", "form.code")


def test_a_prepared_secret_is_typed_and_kept_nowhere(phone: Rig) -> None:
    secrets = {"secret:TEST_CODE": CODE}
    record = attempt(phone, ASKED, "form.code", barriers="secret", secrets=secrets)
    assert phone.driver.hierarchy().count(CODE) == 1
    assert record.verdict.outcome is Outcome.COMPLETED_ASSISTED
    assert record.barriers == ("gate",)
    assert CODE not in everything_kept(phone, record)


def test_a_code_of_the_phones_inbox_is_typed_and_kept_nowhere(phone: Rig) -> None:
    record = attempt(phone, ASKED, "form.code")
    assert phone.driver.hierarchy().count(CODE) == 1
    assert record.verdict.outcome is Outcome.COMPLETED_ASSISTED
    assert CODE not in everything_kept(phone, record)


def test_a_code_that_no_pattern_fits_is_kept_nowhere_either(phone: Rig) -> None:
    def watch(planned: PlannedStep) -> None:
        if planned.path == "2":
            plant(phone.phone, PACKAGE, Trouble("tell", values={"name": CODE}))

    record = attempt(phone, {**ASKED, "inbox": "code: ([0-9]{4})"}, watch=watch)
    assert record.verdict.outcome is Outcome.BLOCKED
    assert phone.phone.values(PACKAGE)["name"] == CODE
    after = step(record, "4").hierarchy
    assert after is not None
    assert CODE not in gzip.decompress(phone.kept[after]).decode()


@pytest.mark.parametrize("path", ["3", "4"], ids=["before it is known", "once it is typed"])
def test_a_notification_with_the_code_is_covered_whoever_types_it(phone: Rig, path: str) -> None:
    def watch(planned: PlannedStep) -> None:
        if planned.path == path:
            phone.phone.message("12345", f"验证码 {CODE}")

    record = attempt(phone, ASKED, "form.code", watch=watch)
    after = step(record, path).after
    assert after is not None
    kept = Image.open(io.BytesIO(phone.kept[after])).convert("RGB")
    assert sum(kept.getpixel((kept.width // 2, kept.height // 20))) < 60  # type: ignore[arg-type]


def test_a_code_in_a_field_a_digit_is_kept_nowhere_whoever_types_it() -> None:
    digits = {
        "kind": "sms_code",
        "seen": {"text": "请输入验证码"},
        "into": "code.first",
        "inbox": "验证码 ([0-9]{6})",
        "how": "keys",
        "within_s": 20,
    }

    with rig(GESTURE_APP, metrics=SMALL) as phone:

        def person(desk: HelpDesk) -> None:
            phone.driver.tap(phone.driver.look(ById(id="code0"))[0].box.middle)
            phone.driver.press_keys(CODE)
            desk.answer(Answer())

        by_hand: dict[str, Any] = {"barriers": "assist", "desk": desk_of(person)}
        for how in ({}, by_hand):
            record = phone.attempt(
                ["launch", {"tap": {"id": "code"}}, {"barrier": "code"}],
                {"visible": {"id": "passed"}, "text": "验证通过"},
                profile={**DIGITS_PROFILE, "barriers": {"code": digits}},
                **how,
            )
            typed = [phone.driver.look(ById(id=f"code{place}"))[0].text for place in range(6)]
            assert "".join(typed) == CODE
            assert record.verdict.outcome is Outcome.COMPLETED_ASSISTED
            after = step(record, "3").hierarchy
            assert after is not None
            kept = gzip.decompress(phone.kept[after]).decode()
            assert not [digit for digit in CODE if f'text="{digit}"' in kept]


def test_a_run_by_secrets_ends_at_a_barrier_for_which_none_is_prepared(phone: Rig) -> None:
    for barrier in (FIELD, SLIDER):
        record = attempt(phone, barrier, barriers="secret", attended=True)
        assert record.verdict.outcome is Outcome.BLOCKED
        assert "secret:" in record.verdict.reasons[0].en


def test_a_code_that_a_person_is_asked_for_is_typed_and_kept_nowhere(phone: Rig) -> None:
    desk = desk_of(lambda desk: desk.answer(Answer(CODE)))
    record = attempt(phone, ASKED, "form.code", barriers="assist", desk=desk)
    assert phone.driver.hierarchy().count(CODE) == 1
    assert record.verdict.outcome is Outcome.COMPLETED_ASSISTED
    assert CODE not in everything_kept(phone, record)
    assert desk.notice.ending == "passed"


def test_a_notification_that_shows_the_code_is_covered_in_the_picture(phone: Rig) -> None:
    def person(desk: HelpDesk) -> None:
        phone.clock.sleep(2)  # the message has come, and is shown over the App
        shown.append(Image.open(io.BytesIO(phone.driver.picture())))
        desk.answer(Answer(CODE))

    shown: list[Image.Image] = []
    record = attempt(phone, FIELD, "form.code", barriers="assist", desk=desk_of(person))
    after = step(record, "4").after
    assert after is not None
    kept = Image.open(io.BytesIO(phone.kept[after])).convert("RGB")
    at = (kept.width // 2, kept.height // 20)
    assert sum(shown[0].convert("RGB").getpixel(at)) > 600  # type: ignore[arg-type]  # three numbers
    assert sum(kept.getpixel(at)) < 60  # type: ignore[arg-type]  # the same


def test_a_code_that_a_person_types_at_the_phone_is_kept_nowhere_either(phone: Rig) -> None:
    def person(desk: HelpDesk) -> None:
        (field,) = phone.driver.look(ById(id="code"))
        phone.driver.write(field, CODE)
        desk.answer(Answer())

    record = attempt(phone, FIELD, "form.code", barriers="assist", desk=desk_of(person))
    assert phone.driver.hierarchy().count(CODE) == 1
    assert record.verdict.outcome is Outcome.COMPLETED_ASSISTED
    assert CODE not in everything_kept(phone, record)


def test_what_asks_for_no_code_is_passed_once_it_is_gone_without_a_word() -> None:
    with rig(attended=True) as phone:
        record = attempt(phone, SLIDER, {"text": "通过"}, barriers="assist", desk=HelpDesk())
    assert record.verdict.outcome is Outcome.COMPLETED_ASSISTED
    assert step(record, "3").times.barrier_s == pytest.approx(4 + UNSEEN_FOR_S, abs=0.3)
    assert step(record, "3").times.app_s < 0.1


@pytest.mark.parametrize("policy", [{"attended": True}, {"barriers": "assist"}], ids=str)
@pytest.mark.parametrize("hides", ["dialog", "shade", "redraw", "another App"])
def test_a_barrier_that_is_only_hidden_is_not_passed(
    phone: Rig, hides: str, policy: dict[str, Any]
) -> None:
    came_at: list[float] = []

    def come() -> None:
        came_at.append(phone.clock.monotonic())
        kind = {"dialog": Trouble("popup", text="consent"), "shade": Trouble("shade")}.get(hides)
        if kind is not None:
            plant(phone.phone, PACKAGE, kind)
        elif hides == "redraw":
            plant(phone.phone, PACKAGE, Trouble("tell", values={"passed": True}))
            plant(phone.phone, PACKAGE, Trouble("tell", values={"passed": False}), 0.3)
        else:
            phone.driver.launch(OTHER_APP.package, None)

    def watch(planned: PlannedStep) -> None:
        if planned.path == "3":
            before_next(phone, "look", lambda: before_next(phone, "look", come))

    desk = {"desk": HelpDesk()} if "barriers" in policy else {}
    record = attempt(phone, {**SLIDER, "within_s": 5}, watch=watch, **policy, **desk)
    assert came_at
    stays = Outcome.HARNESS_ERROR if hides == "shade" else Outcome.BLOCKED
    assert (record.verdict.outcome, record.barriers) == (stays, ())
    assert step(record, "3").times.barrier_s == pytest.approx(5, abs=1)


def test_done_makes_the_harness_look_and_never_touch(phone: Rig) -> None:
    said: list[bool] = []

    class Told(HelpDesk):
        def say_still_there(self) -> None:
            super().say_still_there()
            said.append(self.notice.still_there)

    @contextmanager
    def call(_: Question, desk: HelpDesk) -> Iterator[None]:
        desk.answer(Answer())
        yield

    record = attempt(phone, SLIDER, barriers="assist", desk=Told(call))
    assert said == [True]
    assert record.verdict.outcome is Outcome.BLOCKED
    assert "20 s 内无人协助" in record.verdict.reasons[0].zh
    assert step(record, "3").times.barrier_s == pytest.approx(20, abs=0.5)
    assert step(record, "3").touched is None


def test_a_person_may_give_up(phone: Rig) -> None:
    desk = desk_of(lambda desk: desk.answer(Answer(gives_up=True)))
    record = attempt(phone, SLIDER, barriers="assist", desk=desk)
    assert record.verdict.outcome is Outcome.BLOCKED
    assert "放弃" in record.verdict.reasons[0].zh
    assert step(record, "3").times.barrier_s < 1


def test_the_time_of_a_person_is_none_of_the_tasks_time(phone: Rig) -> None:
    def person(desk: HelpDesk) -> None:
        phone.clock.sleep(300)
        desk.answer(Answer(CODE))

    record = attempt(phone, FIELD, "form.code", barriers="assist", desk=desk_of(person))
    assert record.verdict.outcome is Outcome.COMPLETED_ASSISTED
    assert record.task_s is not None
    assert record.task_s < 10
    assert step(record, "4").times.barrier_s >= 300


def test_a_desk_takes_no_answer_to_a_question_that_stands_no_more() -> None:
    desk = HelpDesk()
    question = Question("a", Words(zh="任务"), Words(zh="应用"), "gate", "sms_code", True)
    with desk.asking(question, 20):
        first = desk.notice.number
    with desk.asking(question, 20):
        assert not desk.answer(Answer(CODE), first)
        assert desk.take() is None
        assert desk.answer(Answer(CODE), first + 1)
        desk.show(b"png", 19)
    assert (desk.take(), desk.look(), desk.notice.ending) == (None, None, "broken_off")
