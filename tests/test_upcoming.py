from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from harness.model import Barrier, ById, Condition, PlannedStep, Step
from harness.upcoming import awaited

STEP: TypeAdapter[Step] = TypeAdapter(Step)
BARRIERS = {"slider": Barrier(kind="slider", seen=ById(id="knob"))}


def planned(step: Any, *inner: PlannedStep) -> PlannedStep:
    return PlannedStep(
        path="1", step=STEP.validate_python(step), file="a.yaml", line=1, steps=inner
    )


def awaits(*steps: PlannedStep) -> list[object]:
    return [condition.visible for condition in awaited(steps, BARRIERS)]


def test_a_touch_is_awaited_by_its_element() -> None:
    assert awaits(planned({"tap": "a"}), planned({"tap": "b"})) == ["a"]
    assert awaits(planned({"type": {"into": "field", "text": "x"}})) == ["field"]
    assert awaits(planned({"commit": "send"})) == ["send"]


def test_an_expectation_is_awaited_whole() -> None:
    step = planned({"expect": {"visible": "title", "text": "甲", "within_s": 3}})
    assert awaited([step], {}) == (Condition(visible="title", text="甲", within_s=3),)


def test_what_may_be_skipped_is_awaited_beside_what_follows() -> None:
    when = planned({"when": {"visible": "advert", "do": [{"tap": "close"}]}})
    assert awaits(when, planned({"barrier": "slider"}), planned({"tap": "a"})) == [
        "advert",
        ById(id="knob"),
        "a",
    ]


def test_a_sign_of_a_when_is_a_condition_of_its_own() -> None:
    when = planned({"when": {"visible": "advert", "text": "x", "do": ["back"]}})
    assert awaited([when], {}) == (Condition(visible="advert", text="x"),)


def test_a_shared_scenario_is_awaited_by_its_first_need() -> None:
    run = planned({"run": "log_in"}, planned({"tap": "mobile"}), planned({"tap": "code"}))
    assert awaits(run, planned({"tap": "a"})) == ["mobile"]


def test_a_shared_scenario_that_may_be_skipped_is_awaited_beside_what_follows() -> None:
    skippable = planned({"when": {"visible": "consent", "do": ["back"]}})
    assert awaits(planned({"run": "start"}, skippable), planned({"tap": "a"})) == ["consent", "a"]


def test_pictures_and_keyboards_do_not_keep_from_waiting() -> None:
    assert awaits(
        planned({"screenshot": "x"}), planned("hide_keyboard"), planned({"tap": "a"})
    ) == ["a"]


def test_a_step_that_needs_nothing_is_not_waited_for() -> None:
    assert awaits(planned("back"), planned({"tap": "a"})) == []
    assert awaits() == []


def test_what_stands_in_a_web_page_is_awaited_there() -> None:
    [beside] = awaited([planned({"tap": "a", "in": "webview"})], {})
    assert beside == Condition(visible="a", context="webview")
    [within] = awaited([planned({"expect": {"visible": "a", "in": "webview"}})], {})
    assert within.context == "webview"
    sign, need = awaited(
        [
            planned({"when": {"visible": "a", "do": ["back"]}, "in": "webview"}),
            planned({"tap": "b"}),
        ],
        {},
    )
    assert (sign.context, need.context) == ("webview", "native")
