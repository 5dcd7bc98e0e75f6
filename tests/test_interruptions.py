"""What comes unasked is sent away, counted once and never raced; more: `tests/interruptions.py`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from harness.common_interruptions import FILE, common_interruptions
from harness.load import load_profile
from harness.model import AppProfile, AttemptRecord, ByText, Matches, Outcome, PlannedStep
from harness.phone.afflict import plant
from harness.phone.trouble import Trouble
from harness.regex import find_pattern_fault
from tests.interrupted_app import (
    GOAL,
    INTERRUPTED_APP,
    LOOKALIKES,
    PACKAGE,
    PROFILE,
    SCENARIO,
    STEPS,
)
from tests.interruptions import (
    KINDS,
    SMALL,
    STAGES,
    attempts,
    before_next,
    lookalike,
    made,
    stages_of,
    trying,
)
from tests.project import DATA
from tests.rig import PROFILE as SMALL_PROFILE
from tests.rig import Rig, rig, step


@pytest.fixture
def phone() -> Iterator[Rig]:
    with trying() as tried:
        yield tried


def counted(record: AttemptRecord) -> list[str]:
    return [met.name for taken in record.steps for met in taken.interruptions]


def note(phone: Rig, verb: str, asked: list[str]) -> None:
    """Writes down each time that the driver is asked for something."""
    ask = getattr(phone.driver, verb)

    def noted(*args: object) -> object:
        asked.append(verb)
        return ask(*args)

    setattr(phone.driver, verb, noted)


def attempt_with(
    phone: Rig,
    path: str,
    *troubles: Trouble,
    after_s: float = 0.0,
    steps: Any = STEPS,
    **profile: Any,
) -> AttemptRecord:
    """An attempt in which this happens from the beginning of a step on."""

    def watch(planned: PlannedStep) -> None:
        if planned.path == path:
            for trouble in troubles:
                plant(phone.phone, PACKAGE, trouble, after_s)

    changed: Mapping[str, Any] = {**PROFILE, **profile}
    return phone.attempt(steps, GOAL, profile=changed, scenario=SCENARIO, watch=watch)


# --- the matrix -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_an_interruption_is_sent_away_and_counted_once_at_every_stage(kind: str) -> None:
    done = list(attempts(kind, len(stages_of(kind)), seed=7))
    assert {one.stage: one.wrong for one in done} == dict.fromkeys(stages_of(kind), "")


@pytest.mark.parametrize("kind", LOOKALIKES)
def test_a_page_that_only_looks_like_one_is_left_alone(phone: Rig, kind: str) -> None:
    assert lookalike(phone, kind).wrong == ""


def test_every_name_of_the_common_set_is_planted_or_off_unless_asked_for() -> None:
    planted = {kind.name for kind in KINDS.values()} | {"privacy_consent"}
    assert {one.name for one in common_interruptions() if not one.on_request} <= planted
    assert {stage for kind in KINDS for stage in stages_of(kind)} == set(STAGES)


# --- when it comes --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["update", "permission dialog", "ANR dialog"])
def test_what_opens_under_the_finger_takes_the_touch_and_no_app_is_blamed(
    phone: Rig, kind: str
) -> None:
    def watch(planned: PlannedStep) -> None:
        if planned.path == "6":
            before_next(phone, "tap", lambda: plant(phone.phone, PACKAGE, KINDS[kind].trouble))

    one = made(phone, kind, "touch", watch)
    assert one.record.verdict.outcome is Outcome.HARNESS_ERROR
    assert "打断" in one.record.verdict.reasons[0].zh
    assert one.counted == (KINDS[kind].name,)


def test_one_that_comes_again_is_counted_again(phone: Rig) -> None:
    def watch(planned: PlannedStep) -> None:
        if planned.path in ("2", "6"):
            plant(phone.phone, PACKAGE, KINDS["update"].trouble)

    assert made(phone, "update", "start", watch).counted == ("update", "update")


def test_several_at_once_are_all_sent_away_before_the_touch(phone: Rig) -> None:
    record = attempt_with(phone, "6", KINDS["update"].trouble, KINDS["permission dialog"].trouble)
    assert record.verdict.outcome is Outcome.COMPLETED
    assert sorted(counted(record)) == ["permission", "update"]


def test_one_that_a_dialog_hides_as_it_is_touched_is_counted_once(phone: Rig) -> None:
    floats = KINDS["advert beside it"].trouble

    def watch(planned: PlannedStep) -> None:
        if planned.path == "2":
            plant(phone.phone, PACKAGE, floats)
            # The first touch is the advert's.
            before_next(phone, "tap", lambda: plant(phone.phone, PACKAGE, KINDS["update"].trouble))

    one = made(phone, "advert beside it", "start", watch)
    assert one.record.verdict.outcome is Outcome.COMPLETED
    assert sorted(one.counted) == ["floating_advert", "update"]


def test_its_time_is_apart_from_the_response(phone: Rig) -> None:
    quiet = attempt_with(phone, "6")
    disturbed = attempt_with(phone, "6", KINDS["update"].trouble)
    before, after = step(quiet, "6"), step(disturbed, "6")
    assert after.response is not None
    assert before.response is not None
    assert after.response.first_seen_s == pytest.approx(before.response.first_seen_s)
    met = after.interruptions[0]
    assert met.picture in phone.kept
    assert 0 < met.seconds < 1


def test_a_touch_costs_no_further_look_because_of_them() -> None:
    asked: list[str] = []
    counts = []
    quick = replace(INTERRUPTED_APP, start="form", cold_start_s=0.1)
    with rig(quick, metrics=SMALL) as phone:
        for verb in ("hierarchy", "look"):
            note(phone, verb, asked)
        for common in ((), common_interruptions()):
            asked.clear()
            phone.attempt(
                ["launch", {"tap": "form.name"}, {"type": {"into": "form.name", "text": "样小云"}}],
                "form.name",
                profile={**PROFILE, "interruptions": []},
                common=common,
            )
            counts.append((asked.count("hierarchy"), asked.count("look")))
    assert counts[0] == counts[1] != (0, 0)


# --- who says so ----------------------------------------------------------------------------------


def test_consent_is_given_by_the_step_that_says_so_and_is_no_interruption(phone: Rig) -> None:
    consent = {
        "when": {"visible": "privacy.agree", "within_s": 2, "do": [{"tap": "privacy.agree"}]}
    }
    steps = (STEPS[0], consent, *STEPS[1:])
    record = attempt_with(
        phone, "1", Trouble("popup", text="privacy_consent"), after_s=0.8, steps=steps
    )
    assert record.verdict.outcome is Outcome.COMPLETED
    assert counted(record) == []
    assert phone.phone.values(PACKAGE)["taken"] is True


def test_consent_that_no_step_gives_is_what_the_outcome_names(phone: Rig) -> None:
    record = attempt_with(phone, "2", Trouble("popup", text="privacy_consent"))
    assert record.verdict.outcome is Outcome.OUTDATED
    said = record.verdict.reasons[0]
    assert "privacy_consent" in said.zh
    assert "privacy_consent" in said.en
    assert "taken" not in phone.phone.values(PACKAGE)


@pytest.mark.parametrize(
    ("switched", "button"),
    [
        ({}, "permission_deny_button"),
        ({"permission_allowed": True}, "permission_allow_foreground_only_button"),
    ],
)
def test_leave_is_denied_unless_the_profile_says_otherwise(
    phone: Rig, switched: Mapping[str, bool], button: str
) -> None:
    record = attempt_with(phone, "2", Trouble("permission"), common_interruptions=switched)
    assert record.verdict.outcome is Outcome.COMPLETED
    assert f"pressed {button}" in [what for _, what in phone.phone.changes]


def test_a_step_that_allows_is_not_forestalled(phone: Rig) -> None:
    allow = {"tap": {"id": "permission_allow_foreground_only_button"}}
    record = attempt_with(
        phone, "1", Trouble("permission"), after_s=0.8, steps=(STEPS[0], allow, *STEPS[1:])
    )
    assert record.verdict.outcome is Outcome.COMPLETED
    assert counted(record) == []
    pressed = "pressed permission_allow_foreground_only_button"
    assert pressed in [what for _, what in phone.phone.changes]


ALLOW = "permission_allow_foreground_only_button"


@pytest.mark.parametrize(
    "allow",
    [
        {"tap": {"id": ALLOW}},
        {"tap": {"xpath": f"//*[contains(@resource-id, '{ALLOW}')]"}},
        {"when": {"visible": {"id": ALLOW}, "within_s": 4, "do": [{"tap": {"id": ALLOW}}]}},
    ],
    ids=["tap", "by xpath", "when"],
)
def test_a_step_that_waits_for_a_dialogs_button_has_it_whenever_that_comes(
    phone: Rig, allow: Mapping[str, Any]
) -> None:
    for moment in range(16):
        before = len(phone.phone.changes)
        after_s = 0.5 + 0.173 * moment

        def watch(planned: PlannedStep, after_s: float = after_s) -> None:
            if planned.path == "1":
                plant(phone.phone, PACKAGE, Trouble("permission"), after_s)

        record = phone.attempt(
            ["launch", allow], "home.go", profile=PROFILE, scenario=SCENARIO, watch=watch
        )
        pressed = [what for _, what in phone.phone.changes[before:] if "permission_" in what]
        assert (after_s, counted(record), pressed) == (after_s, [], [f"pressed {ALLOW}"])


def test_one_that_a_profile_switches_off_is_left_alone(phone: Rig) -> None:
    record = attempt_with(
        phone, "2", Trouble("popup", text="update"), common_interruptions={"update": False}
    )
    assert counted(record) == []
    assert record.verdict.outcome is Outcome.OUTDATED  # a dialog that its profile does not know


def test_a_network_dialog_hides_no_missing_network(phone: Rig) -> None:
    record = attempt_with(phone, "5", Trouble("network_dialog"), Trouble("network_lost"), after_s=1)
    assert record.verdict.outcome is Outcome.BLOCKED
    assert counted(record) == ["network"]


def test_an_app_that_hangs_is_waited_for_once_and_then_found(phone: Rig) -> None:
    record = attempt_with(phone, "5", Trouble("not_responding"), after_s=0.2)
    assert record.verdict.outcome is Outcome.NOT_RESPONDING
    assert counted(record) == ["not_responding"]


def test_what_does_not_go_is_counted_once_and_named(phone: Rig) -> None:
    stays = {
        "name": "stays",
        "seen": [{"text": "发现新版本 V3.2"}, {"text": "立即升级"}],
        "dismiss": {"text": "发现新版本 V3.2"},
    }
    record = attempt_with(
        phone,
        "6",
        Trouble("popup", text="update"),
        interruptions=[stays],
        common_interruptions={"update": False},
    )
    assert counted(record) == ["stays"]
    assert record.verdict.outcome is Outcome.OUTDATED
    assert record.symptoms is not None
    assert record.symptoms.obstacle == "stays"


@pytest.mark.parametrize("at_last_look", [False, True])
def test_nothing_is_touched_through_a_dialog_that_stays(phone: Rig, at_last_look: bool) -> None:
    hangs = KINDS["ANR dialog"].trouble

    def watch(planned: PlannedStep) -> None:
        if planned.path == "2":
            plant(phone.phone, PACKAGE, hangs)
        if planned.path == "6" and at_last_look:
            before_next(phone, "hierarchy", lambda: plant(phone.phone, PACKAGE, hangs))
        elif planned.path == "6":
            plant(phone.phone, PACKAGE, hangs)

    one = made(phone, "ANR dialog", "touch", watch)
    assert one.counted == ("not_responding",)
    assert one.record.verdict.outcome is Outcome.NOT_RESPONDING
    assert "process ended" not in str(phone.phone.changes[-8:])


def test_back_leaves_the_screen_and_not_only_what_lies_over_it(phone: Rig) -> None:
    steps = ("launch", {"tap": "home.go"}, {"wait_for": "form.name"}, "back", {"expect": "home.go"})
    record = phone.attempt(
        steps,
        "home.go",
        profile=PROFILE,
        scenario=SCENARIO,
        watch=lambda planned: (
            plant(phone.phone, PACKAGE, Trouble("shade")) if planned.path == "4" else None
        ),
    )
    assert record.verdict.outcome is Outcome.COMPLETED
    assert counted(record) == ["notification_shade"]


def test_what_is_hidden_is_not_gone(phone: Rig) -> None:
    gone = {"expect_gone": {"gone": "home.go", "within_s": 1}}
    steps = ("launch", {"wait_for": "home.go"}, gone)
    record = attempt_with(phone, "3", Trouble("popup", text="update"), steps=steps)
    assert record.verdict.outcome is Outcome.WRONG_RESULT
    assert counted(record) == ["update"]


@pytest.mark.parametrize("kind", ["advert over the element", "update"])
def test_it_is_seen_too_where_nothing_is_guarded(phone: Rig, kind: str) -> None:
    record = attempt_with(phone, "2", KINDS[kind].trouble, sandbox=True)
    assert record.verdict.outcome is Outcome.COMPLETED
    free = phone.attempt(
        STEPS[:-1],
        GOAL,
        profile=PROFILE,
        scenario=SCENARIO,
        allow_commit=True,
        watch=lambda planned: (
            plant(phone.phone, PACKAGE, KINDS[kind].trouble) if planned.path == "2" else None
        ),
    )
    assert counted(free) == counted(record) == [KINDS[kind].name]


# --- the data -------------------------------------------------------------------------------------


def test_the_common_set_is_sound_and_says_why() -> None:
    patterns = [
        each.text.matches
        for one in common_interruptions()
        for each in (*one.signs, one.dismiss)
        if isinstance(each, ByText) and isinstance(each.text, Matches)
    ]
    assert len(patterns) > 5
    assert [find_pattern_fault(pattern) for pattern in patterns] == [None] * len(patterns)
    for one in common_interruptions():
        assert one.why.en
        assert one.packages, f"{one.name}: a sign of anybody's window is none"
        assert len(one.signs) > 1, f"{one.name}: a lone sign is none"
    assert FILE.is_file()


def test_an_apps_own_come_before_the_common_ones_of_which_it_wants_some() -> None:
    profile = AppProfile.model_validate(
        {
            **SMALL_PROFILE,
            "interruptions": [{"name": "own", "seen": {"text": "一"}, "dismiss": "back"}],
            "common_interruptions": {"update": False, "permission_allowed": True},
        }
    )
    names = [one.name for one in profile.disturbed_by(common_interruptions())]
    assert names[0] == "own"
    assert names.index("permission_allowed") < names.index("permission")
    assert "update" not in names


def test_the_old_form_of_a_lone_sign_is_still_read() -> None:
    profile = load_profile(DATA / "scenarios" / "apps" / "sample_city.yaml", root=DATA)
    one = profile.value.interruptions[0]
    assert one.signs == (one.seen,)
