"""Screens that forbid pictures, from the phone to the record."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from selenium.common.exceptions import ScreenshotException

from harness.appium_driver import _translated
from harness.errors import NoAnswer
from harness.evidence import Evidence
from harness.failure_message import annotate, explain
from harness.finder import Finder
from harness.guarded_driver import GuardedDriver
from harness.model import (
    AppProfile,
    AttemptRecord,
    Outcome,
    PlannedAttempt,
    Point,
    Scenario,
    StepRecord,
    Words,
)
from harness.phone.app import App, Go, Screen, Set, State
from harness.phone.widgets import Button, Input, Label, Page
from harness.redaction import Redaction
from harness.stage import Stage, Task
from tests.phone.small_app import PACKAGE
from tests.rig import PROFILE, SCENARIO, Rig, rig, step

REFUSED = "Failed to capture a screenshot. Does the current view have 'secure' flag set?"
"""What the UiAutomator2 server says."""


def _card(state: State) -> Page:
    return Page(
        children=(
            Label(id="number", text="证照编号 1234"),
            Button(id="show", text="出示", on_tap=Go("code")),
            Button(id="nothing", text="没有反应", on_tap=Set({"idle": True})),
            Input(id="pin", key="pin", hint="口令"),
        )
    )


def _code(state: State) -> Page:
    return Page(children=(Label(id="code", text="付款码 5678"),))


SECURE_APP = App(
    package=PACKAGE,
    label="证照",
    icon="bank",
    color="#1677FF",
    screens=(Screen("card", _card, secure=True), Screen("code", _code, secure=True)),
    start="card",
)


@pytest.fixture
def phone() -> Iterator[Rig]:
    with rig(SECURE_APP) as made:
        yield made


@pytest.fixture
def open_phone() -> Iterator[Rig]:
    with rig() as made:
        yield made


def stage_of(phone: Rig, evidence: Evidence) -> Stage:
    asked = {**SCENARIO, "goal": {"visible": {"id": "number"}}, "steps": ["launch"]}
    profile = AppProfile.model_validate(PROFILE)
    planned = PlannedAttempt(
        scenario="task", app="small", device="phone", repetition=1, file="task.yaml", steps=()
    )
    task = Task(planned, Scenario.model_validate(asked), profile, simulated=True)
    driver = GuardedDriver(phone.driver, None)
    finder = Finder(driver, profile)
    return Stage(task, driver, finder, evidence, phone.clock, Redaction(()))


def kept(phone: Rig, name: str | None) -> Image.Image:
    assert name is not None
    return Image.open(io.BytesIO(phone.kept[name])).convert("RGB")


def is_black(picture: Image.Image) -> bool:
    return all(highest <= 8 for _, highest in picture.getextrema())  # type: ignore[misc]  # a pair a band


def test_a_screen_that_comes_out_black_is_drawn_and_the_record_says_so(phone: Rig) -> None:
    record = phone.attempt(["launch", {"tap": {"id": "show"}}], goal={"visible": {"id": "code"}})
    assert record.verdict.outcome is Outcome.COMPLETED
    tap = step(record, "2")
    assert tap.drawn == {tap.before: "black", tap.after: "black"}
    assert kept(phone, tap.after).size == (1080, 2400)
    assert not is_black(kept(phone, tap.after))
    assert AttemptRecord.model_validate_json(record.model_dump_json()) == record


def test_a_picture_of_a_screen_that_allows_it_is_no_drawing(open_phone: Rig) -> None:
    record = open_phone.attempt(
        ["launch", {"tap": {"text": "证照"}}], goal={"visible": {"id": "number"}}
    )
    launch, tap = step(record, "1"), step(record, "2")
    assert launch.drawn == {}
    assert tap.drawn == {tap.after: "black"}


def test_two_secure_screens_are_not_taken_for_the_same(phone: Rig) -> None:
    changed = phone.attempt(["launch", {"tap": {"id": "show"}}], goal="done.result")
    same = phone.attempt(["launch", {"tap": {"id": "nothing"}}], goal="done.result")
    unmoved = Words(
        zh="最后一次触摸后屏幕没有变化", en="the last touch changed nothing on the screen"
    )
    assert unmoved not in changed.verdict.reasons
    assert unmoved in same.verdict.reasons


def test_a_black_picture_without_a_hierarchy_does_not_say_that_nothing_has_changed(
    phone: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phone.driver, "hierarchy", lambda: "<hierarchy/>")
    record = phone.attempt(["launch", {"tap": {"id": "show"}}], goal="done.result")
    assert record.symptoms is not None
    assert not record.symptoms.unchanged_since_touch


def test_a_picture_that_the_driver_refuses_is_drawn(
    phone: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> bytes:
        with _translated("taking a picture"):
            raise ScreenshotException(REFUSED)

    monkeypatch.setattr(phone.driver, "picture", refuse)
    record = phone.attempt(["launch"], goal={"visible": {"id": "number"}})
    assert record.verdict.outcome is Outcome.COMPLETED
    launch = step(record, "1")
    assert launch.drawn[str(launch.after)] == "refused"


def test_a_picture_that_fails_for_another_reason_is_our_trouble(
    phone: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> bytes:
        raise NoAnswer("taking a picture: the server is not there")

    monkeypatch.setattr(phone.driver, "picture", fail)
    record = phone.attempt(["launch"], goal={"visible": {"id": "number"}})
    assert record.verdict.outcome is Outcome.HARNESS_ERROR
    assert "the server is not there" in record.trouble


@pytest.mark.parametrize("answer", [NoAnswer("reading the view hierarchy: gone"), ""])
def test_without_a_hierarchy_a_black_picture_is_kept_and_a_refusal_is_our_trouble(
    phone: Rig, monkeypatch: pytest.MonkeyPatch, answer: NoAnswer | str
) -> None:
    black = io.BytesIO()
    Image.new("RGB", (1080, 2400)).save(black, "PNG")

    def hierarchy() -> str:
        if isinstance(answer, NoAnswer):
            raise answer
        return answer

    def refuse() -> bytes:
        raise NoAnswer(f"taking a picture: {REFUSED}")

    monkeypatch.setattr(phone.driver, "hierarchy", hierarchy)
    with Evidence(phone.keep) as evidence:
        stage = stage_of(phone, evidence)
        monkeypatch.setattr(phone.driver, "picture", black.getvalue)
        unseen = stage.picture()
        assert unseen.drawn is None
        assert unseen.blind
        monkeypatch.setattr(phone.driver, "picture", refuse)
        with pytest.raises(NoAnswer):
            stage.picture()


def test_a_secret_on_a_secure_screen_is_in_nothing_that_is_kept(phone: Rig) -> None:
    typed = {"type": {"into": {"id": "pin"}, "text": "${secret:PIN}"}}
    goal = {"visible": {"id": "number"}}
    record, other = (
        phone.attempt(["launch", typed], goal=goal, secrets={"secret:PIN": secret})
        for secret in ("geheim8361", "anderes99")
    )
    assert all(
        b"geheim" not in (gzip.decompress(data) if name.endswith("gz") else data)
        for name, data in phone.kept.items()
    )
    # What is drawn hides the word itself, and so is the same for every secret.
    assert kept(phone, step(record, "2").after) == kept(phone, step(other, "2").after)


def test_the_failure_message_calls_a_drawing_a_drawing(phone: Rig) -> None:
    record = phone.attempt(["launch"], goal="done.result")
    message = explain(
        record,
        Scenario.model_validate({**SCENARIO, "goal": "a.b", "steps": ["launch"]}),
        Path("x.jpg"),
    )
    assert "线框图 wireframe: x.jpg" in message
    assert "截图 picture" not in message


def test_a_drawing_is_annotated_as_any_picture(phone: Rig) -> None:
    record = phone.attempt(["launch", {"tap": {"id": "show"}}], goal="done.result")
    tap: StepRecord = step(record, "2")
    assert tap.match is not None
    marked = annotate(phone.kept[str(tap.before)], tap.match.box, tap.touched or Point(x=0, y=0))
    assert Image.open(io.BytesIO(marked)).size == (1080, 2400)
